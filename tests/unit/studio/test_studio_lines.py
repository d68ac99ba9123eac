"""What is special to the looks made of line and print: pens, flats, hatching, halftone."""

import cv2
import numpy as np
import pytest

from engine.renderers.base import Input
from engine.renderers.studio.flats import areas_of, stepped, tone_area
from engine.renderers.studio.halftone import dots
from engine.renderers.studio.hatching import phase, ruled
from engine.renderers.studio.penwork import Path, contours, penned, spaced
from engine.renderers.studio.scene import scene_of


def lightness(pixels):
    return cv2.cvtColor(pixels[..., :3], cv2.COLOR_RGB2LAB)[..., 0].astype(float) / 2.55


@pytest.fixture(scope="module")
def disc():
    page = np.full((240, 320, 3), 225, np.uint8)
    cv2.circle(page, (160, 120), 70, (40, 60, 120), -1, cv2.LINE_AA)
    return page


@pytest.fixture(scope="module")
def coins(disc):
    """Return a disc with grain on it, as a photo has."""
    noise = np.random.default_rng(3).normal(0, 6, disc.shape)
    return np.clip(disc + noise, 0, 255).astype(np.uint8)


def test_an_outline_is_one_closed_line_where_the_edge_is(disc):
    paths = contours(scene_of(Input(disc), 320))
    longest = max(paths, key=lambda path: len(path.points))
    away = np.hypot(*(longest.points - (160, 120)).T)
    assert np.abs(away - 70).max() < 4
    turned = np.unwrap(np.arctan2(*(longest.points - (160, 120)).T))
    assert abs(turned[-1] - turned[0]) > 2 * np.pi * 0.95


def test_grain_draws_no_scraps(coins):
    for fine in (0, 1):
        paths = contours(scene_of(Input(coins), 320), fine)
        middles = np.array([path.points.mean(axis=0) for path in paths])
        assert len(paths) <= 4, middles


def test_a_pen_line_is_as_wide_as_it_is_told_and_thins_out_at_its_tips():
    points = np.column_stack([np.linspace(20, 180, 161), np.full(161, 50.3)]).astype(np.float32)
    path = Path(points, np.ones(161, np.float32), ring=False)
    for width in (2.0, 4.5):
        ink = penned((100, 200), [path], lambda _, w=width: w, 30.0)
        across = ink.sum(axis=0)
        assert across[100] == pytest.approx(width, abs=0.45)
        assert across[25] < 0.75 * across[100]
        assert len(np.unique(ink)) > 8  # smooth edges, not stairs


def test_a_broad_pen_leaves_out_what_would_clot():
    rows = [
        Path(np.column_stack([np.arange(90.0), np.full(90, y)]).astype(np.float32), np.ones(90, np.float32), ring=False)
        for y in range(10, 60, 2)
    ]
    assert len(spaced((80, 100), rows, 0.4)) == len(rows)
    assert len(spaced((80, 100), rows, 4.0)) < len(rows) / 2


def test_flat_areas_are_few_smooth_and_without_specks(coins):
    areas = areas_of(scene_of(Input(coins), 320), 6, smooth=4, least=400)
    filled = areas.filled(areas.colours)
    inside = filled[100:140, 140:180].reshape(-1, 3)
    assert np.ptp(inside, axis=0).max() < 1
    outside = filled[:30].reshape(-1, 3)
    assert np.linalg.norm(outside.mean(axis=0) - inside.mean(axis=0)) > 30
    pieces, _ = cv2.connectedComponents((areas.first == areas.first[120, 160]).astype(np.uint8))
    assert pieces == 2


@pytest.mark.parametrize("scrap", [3, 30])
def test_a_tone_area_has_no_scraps_and_a_soft_edge(scrap):
    plane = np.full((160, 160), 80, np.float32)
    plane[np.add.outer(np.arange(160) // 3, np.arange(160)) > 120] = 20
    plane[40 : 40 + scrap, 30 : 30 + scrap] = 20
    mask = tone_area(plane, 50.0, smooth=2, least=100)
    assert (mask[40 + scrap // 2, 30 + scrap // 2] < 0.5) == (scrap == 30)
    row = mask[120]
    assert row[:77].min() == 1
    assert row[84:].max() == 0
    assert 60 < ((mask > 0.02) & (mask < 0.98)).sum() < 600  # soft by about a pixel along the slanted edge


def test_steps_leave_no_middle_tones_along_an_edge():
    ramp = np.repeat(np.interp(np.arange(60), [26, 34], [0, 100]).astype(np.float32)[None], 20, axis=0)

    def middle(plane):
        return ((plane > 15) & (plane < 85)).sum()

    assert middle(stepped(ramp, 5)) < 0.3 * middle(ramp)


@pytest.mark.parametrize("wanted", [0.1, 0.3, 0.5, 0.7, 0.9])
@pytest.mark.parametrize("screen", ["dots", "lines"])
def test_a_screen_covers_the_share_it_is_asked_for(screen, wanted):
    amount = np.full((200, 200), wanted, np.float32)
    ink = dots(amount, 7.0, 0.4) if screen == "dots" else ruled(phase((200, 200), 0.4, 7.0), amount)
    assert ink.mean() == pytest.approx(wanted, abs=0.05)
    assert 0.04 < ((ink > 0.05) & (ink < 0.95)).mean() < 0.75  # neither stairs nor fog


def test_a_screen_leaves_paper_bare_and_solids_solid():
    for screen in (lambda a: dots(a, 6.0, 0.3), lambda a: ruled(phase((80, 80), 0.3, 6.0), a)):
        assert screen(np.zeros((80, 80), np.float32)).max() == 0
        assert screen(np.ones((80, 80), np.float32)).mean() > 0.97


def test_line_art_is_black_and_white_with_no_grey_areas(render, astronaut):
    (result,) = render("studio-lineart", astronaut, long_side=192)
    tone = lightness(result.pixels)
    assert (tone > 97).mean() > 0.6
    flat = np.abs(cv2.Laplacian(tone, cv2.CV_64F)) < 0.5
    assert ((tone > 20) & (tone < 90) & flat).mean() < 0.02


def test_a_blueprint_is_light_on_blue(render, astronaut):
    (result,) = render("studio-blueprint", astronaut)
    rgb = result.pixels.reshape(-1, 3).astype(int)
    assert (rgb[:, 2] >= rgb[:, 0]).mean() > 0.97
    assert np.median(lightness(result.pixels)) < 45
    assert lightness(result.pixels).max() > 85


@pytest.mark.parametrize(
    ("look", "photo_part", "paper"),
    [("studio-engraving", "dark", 0.55), ("studio-woodcut", "dark", 0.6)],
)
def test_lines_are_denser_where_it_is_darker(look, photo_part, paper, render):
    ramp = np.repeat(np.linspace(10, 245, 240).astype(np.uint8)[None, :, None], 160, axis=0).repeat(3, axis=2)
    tone = lightness(render(look, ramp)[0].pixels)
    thirds = [part.mean() for part in np.array_split(tone, 3, axis=1)]
    assert thirds[0] < thirds[1] < thirds[2], photo_part
    assert thirds[2] > 100 * paper


def test_an_engraving_follows_the_tone_of_the_picture(render, astronaut):
    tone = cv2.GaussianBlur(lightness(render("studio-engraving", astronaut)[0].pixels), (0, 0), 4)
    source = cv2.GaussianBlur(lightness(astronaut), (0, 0), 4)
    assert np.corrcoef(tone.ravel(), source.ravel())[0, 1] > 0.85


def test_a_screen_print_has_few_inks(render, coffee):
    for picture in render("studio-screenprint", coffee, variants=(0, 1, 2, 3)):
        lab = cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float32)
        criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
        cv2.setRNGSeed(1)
        _, names, centres = cv2.kmeans(lab, 6, None, criteria, 3, cv2.KMEANS_PP_CENTERS)
        assert np.linalg.norm(lab - centres[names.ravel()], axis=1).mean() < 9


def test_the_inks_of_a_screen_print_suit_the_picture(render, lab):
    means = []
    for colour in ((190, 90, 40), (60, 120, 160)):
        page = np.full((120, 160, 3), colour, np.uint8)
        page[:, 80:] //= 2
        page[30:60, 30:60] = 235
        means.append(lab(render("studio-screenprint", page)[0].pixels)[..., 2].mean())
    assert means[0] > means[1] + 5


def test_a_vintage_print_is_yellowed_and_its_blacks_have_faded(render, lab):
    grey = np.repeat(np.linspace(0, 255, 200).astype(np.uint8)[None, :, None], 140, axis=0).repeat(3, axis=2)
    aged = lab(render("studio-vintage", grey)[0].pixels)
    assert aged[:, -60:, 2].mean() > 8
    assert 8 < np.percentile(aged[..., 0], 2) < 40
    assert np.percentile(aged[..., 0], 99) < 97


def test_a_cel_has_flat_colour_where_the_photo_has_grain(render, coins, lab):
    (result,) = render("studio-cel", coins)
    inside = np.s_[90:150, 130:190]

    def grain(pixels):
        return np.abs(np.diff(lab(pixels)[inside][..., 0], axis=1)).mean()

    assert grain(result.pixels) < 0.15 * grain(coins)


def test_a_comic_inks_blacks_solid(render, coffee, lab):
    page = coffee.copy()
    page[20:80, 20:80] = 8
    black = lab(render("studio-ink", page)[0].pixels)[35:65, 35:65]
    assert black[..., 0].max() < 14


@pytest.mark.parametrize("word", ["bolder lines", "thin lines"])
def test_bold_and_thin_change_the_pen(word, render, astronaut):
    usual, asked = (lightness(render("studio-lineart", astronaut, prompt=p)[0].pixels).mean() for p in ("", word))
    assert (asked < usual) == (word == "bolder lines")


def test_a_shore_with_a_soft_edge_is_drawn(render):
    """What runs out softly has no crest of darkness, and is an outline all the same."""
    hills = np.full((200, 300, 3), (205, 220, 235), np.float32)
    shore = (110 + 18 * np.sin(np.arange(300) / 38)).astype(int)
    for x, y in enumerate(shore):
        hills[y:, x] = (70, 95, 70)
    source = cv2.GaussianBlur(hills, (0, 0), 5).astype(np.uint8)
    for picture in render("studio-lineart", source, variants=(0, 1, 2, 3)):
        ink = picture.pixels[..., 0] < 128
        drawn = [ink[y - 9 : y + 9, x].any() for x, y in enumerate(shore)]
        assert np.mean(drawn) > 0.8
        assert not ink[:70].any()
