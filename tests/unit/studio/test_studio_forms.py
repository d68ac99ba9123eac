"""What is special to the sculpted looks and to those that are set from pieces."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from bot.planner import vocabulary
from bot.planner.resolve import style_match
from engine.contract import Box, Change
from engine.renderers.base import Input
from engine.renderers.studio.areas import without_specks
from engine.renderers.studio.looks.papercut import shadow
from engine.renderers.studio.looks.pixel import palette_of, without_orphans
from engine.renderers.studio.looks.vinyl import sure
from engine.renderers.studio.scene import Scene
from tests.bench import quality

FACE = Box(x=65, y=25, w=37, h=37)


def chroma(lab):
    return np.hypot(lab[..., 1], lab[..., 2])


def fine(pixels):
    """How much fine texture there is."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 1.5))


def flat_share(pixels):
    """The share of pixels that are like their right neighbour."""
    return (np.abs(np.diff(pixels.astype(int), axis=1)).max(axis=2) <= 1).mean()


@pytest.mark.parametrize("size", [(320, 213), (256, 256), (211, 320)])
def test_every_pixel_of_pixel_art_is_a_square_of_one_colour(size, render, coffee):
    source = cv2.resize(coffee, size)
    (result,) = render("studio-pixel", source, prompt="warmer", long_side=320)
    pixels = result.pixels
    columns = np.nonzero((np.diff(pixels.astype(int), axis=1) != 0).any(axis=(0, 2)))[0] + 1
    rows = np.nonzero((np.diff(pixels.astype(int), axis=0) != 0).any(axis=(1, 2)))[0] + 1
    side = np.gcd.reduce(np.concatenate([columns, rows]))
    assert side >= 2
    assert pixels.shape[1::-1] == size


@pytest.mark.parametrize("variant", [0, 1, 2, 3])
def test_pixel_art_has_a_small_palette(variant, render, coffee):
    (result,) = render("studio-pixel", coffee, variants=(variant,), prompt="darker, in autumn light")
    assert 6 <= len(np.unique(result.pixels.reshape(-1, 3), axis=0)) <= 32


def test_a_palette_has_every_strong_colour_even_a_rare_one():
    picture = np.zeros((40, 40, 3), np.float32)
    picture[..., 0] = np.linspace(20, 80, 40)[None]
    picture[3:6, 3:6] = (55, 70, 50)
    palette = palette_of(picture, np.ones((40, 40), np.float32), 8)
    assert np.linalg.norm(palette - [55, 70, 50], axis=1).min() < 12
    assert (np.diff(palette[:, 0]) >= 0).all()


def test_single_odd_pixels_are_cleaned_but_not_on_a_face():
    picks = np.zeros((9, 9), np.int32)
    picks[4, 4] = 3
    face = np.zeros((9, 9), np.float32)
    assert not without_orphans(picks, face).any()
    assert without_orphans(picks, face + 1)[4, 4] == 3


def test_low_poly_is_made_of_flat_facets(render, coffee):
    source = cv2.resize(coffee, (480, 320), interpolation=cv2.INTER_CUBIC)
    (result,) = render("studio-lowpoly", source)
    assert flat_share(result.pixels) > 0.75


def test_facets_are_larger_when_bold_is_asked_for(render, coffee):
    source = cv2.resize(coffee, (480, 320), interpolation=cv2.INTER_CUBIC)
    plain, bold = (flat_share(render("studio-lowpoly", source, prompt=p)[0].pixels) for p in ("", "bold"))
    assert bold > plain


def test_glass_is_more_colourful_than_the_picture_and_lead_is_dark(render, lab, coffee):
    dull = (0.5 * coffee + 0.5 * coffee.mean(axis=2, keepdims=True)).astype(np.uint8)
    (result,) = render("studio-stained-glass", dull, change=Change.STRONG)
    made = lab(result.pixels)
    assert chroma(made).mean() > 1.1 * chroma(lab(dull)).mean()
    bright = made[10:40, 110:180, 0]  # over the plain wood
    assert np.percentile(bright, 3) < np.percentile(bright, 60) - 15


def test_mosaics_have_grout_of_the_variants_colour(render, lab, coffee):
    light, dark = (render("studio-mosaic", coffee, variants=(v,), long_side=192)[0].pixels for v in (0, 1))
    assert np.abs(light.astype(int) - dark.astype(int)).mean() > 4
    assert fine(light).mean() > 1.5 * fine(coffee).mean()


def test_papers_are_few_and_throw_shadows(render, coffee):
    (result,) = render("studio-papercut", coffee)
    assert (
        fine(cv2.GaussianBlur(result.pixels, (0, 0), 1.2)).mean() < fine(cv2.GaussianBlur(coffee, (0, 0), 0.6)).mean()
    )


def test_a_sheet_throws_its_shadow_away_from_the_lamp_and_only_downwards():
    levels = np.zeros((60, 60), np.float32)
    levels[20:40, 20:40] = 2
    dark = shadow(levels, np.pi, 8.0, 2.0)  # the lamp stands on the left
    assert dark[30, 43] > 0.5
    assert dark[30, 14] < 0.1
    assert dark[30, 30] < 0.1


def test_specks_are_not_cut():
    labels = np.zeros((30, 30), np.int32)
    labels[4:6, 4:6] = 1
    labels[12:28, 12:28] = 1
    kept = without_specks(labels, 20)
    assert kept[5, 5] == 0
    assert kept[20, 20] == 1


def test_a_glow_asks_for_a_light_box(render, lab, coffee):
    plain, boxed = (lab(render("studio-papercut", coffee, prompt=p)[0].pixels) for p in ("", "with a glow"))
    assert np.abs(plain - boxed).mean() > 6


@pytest.mark.parametrize("words", ["foil balloon", "matte latex balloon"])
def test_balloons_take_the_skin_that_is_asked_for(words, render, coffee):
    plain = [render("studio-inflated", coffee, variants=(v,))[0].pixels for v in range(2)]
    asked = [render("studio-inflated", coffee, variants=(v,), prompt=words)[0].pixels for v in range(2)]
    moved = [np.abs(p.astype(int) - a.astype(int)).mean() for p, a in zip(plain, asked, strict=True)]
    assert max(moved) > 2
    assert np.abs(asked[0].astype(int) - asked[1].astype(int)).mean() > 2.5


@pytest.mark.parametrize("look", ["studio-clay", "studio-vinyl", "studio-inflated"])
def test_sculpted_faces_are_modelled_not_photographed(look, render, astronaut):
    (result,) = render(look, Input(astronaut, faces=(FACE,)), change=Change.STRONG)
    inside = np.s_[FACE.y : FACE.y + FACE.h, FACE.x : FACE.x + FACE.w]
    grey, own = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY)[inside].astype(float) for p in (result.pixels, astronaut))
    likeness = np.corrcoef(grey.ravel(), own.ravel())[0, 1]
    assert 0.6 < likeness < 0.97


def test_a_toy_stands_before_a_calmer_set(render):
    y, x = np.mgrid[:160, :160]
    rng = np.random.default_rng(3)
    source = np.clip(
        np.dstack([150 + 18 * np.sin(x / 3 + k) for k in range(3)]) + rng.normal(0, 3, (160, 160, 3)), 0, 255
    )
    cv2.circle(source, (80, 88), 42, (220, 40, 30), -1)
    source = source.astype(np.uint8)
    (result,) = render("studio-vinyl", source, change=Change.STRONG)
    around = np.hypot(x - 80, y - 88) > 60
    assert fine(result.pixels)[around].mean() < 0.6 * fine(source)[around].mean()


@pytest.mark.parametrize(
    ("look", "card"),
    [
        ("clay", "studio-clay"),
        ("vinyl toy", "studio-vinyl"),
        ("inflated", "studio-inflated"),
        ("low poly", "studio-lowpoly"),
        ("papercut", "studio-papercut"),
        ("stained glass", "studio-stained-glass"),
        ("mosaic", "studio-mosaic"),
        ("pixel art", "studio-pixel"),
    ],
)
def test_the_planners_words_for_a_look_lead_to_its_card(look, card):
    entry = next(entry for entry in vocabulary.looks() if entry.name == look)
    family = [c for c in quality.looks().values() if c.family == entry.family]
    matches = {c.id: style_match(entry.craft, SimpleNamespace(styles=c.knows.styles)) for c in family}
    assert max(matches, key=lambda name: matches[name]) == card
    assert sorted(matches.values())[-2] < matches[card]


def test_a_matte_without_edges_is_not_sure():
    rng = np.random.default_rng(2)
    fog = np.clip(0.5 + 0.01 * rng.normal(0, 1, (96, 96, 3)), 0, 1).astype(np.float32)
    ball = fog.copy()
    cv2.circle(ball, (48, 50), 24, (0.9, 0.1, 0.1), -1)
    assert sure(Scene(ball)) > sure(Scene(fog))
    assert sure(Scene(ball)) > 0.6
