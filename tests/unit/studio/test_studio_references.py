"""What each role of a reference gives, over looks and by weight."""

import cv2
import numpy as np
import pytest

from engine.contract import Role
from engine.renderers.base import Input
from engine.renderers.studio.palette import swatch, with_palette
from tests.bench import quality
from tests.support.photos import photo

LOOKS = tuple(quality.looks())
SIDE = 128
SOME = ("studio-natural", "studio-watercolor", "studio-ink", "studio-clay")


@pytest.fixture(scope="module")
def portrait():
    return photo("portrait", SIDE)


def colours_apart(one, other):
    """How far the colours of two pictures are from each other as a whole (mean of sorted projections, Lab)."""
    rng = np.random.default_rng(0)
    one, other = (lab.reshape(-1, 3)[:: max(1, len(lab.reshape(-1, 3)) // 4000)][:3900] for lab in (one, other))
    axes = rng.standard_normal((3, 12))
    axes /= np.linalg.norm(axes, axis=0)
    quantiles = np.linspace(0.02, 0.98, 60)
    first, second = (np.quantile(lab @ axes, quantiles, axis=0) for lab in (one, other))
    return np.abs(first - second).mean()


@pytest.mark.parametrize("look", SOME)
def test_a_palette_brings_the_colours_of_its_picture_and_more_of_them_by_weight(look, render, lab, portrait):
    reference = photo("dahlia", SIDE)
    led = [
        lab(render(look, portrait, Input(reference, Role.PALETTE, weight), seed=3)[0].pixels)
        for weight in (0.0, 0.4, 1.0)
    ]
    goal = lab(reference)
    apart = [colours_apart(picture[..., [1, 2, 2]], goal[..., [1, 2, 2]]) for picture in led]
    assert apart[2] < 0.75 * apart[0]
    assert apart[2] < apart[1] < apart[0]


def test_a_palette_never_bands_and_lets_no_grain_grow(lab):
    y, x = np.mgrid[0:1:160j, 0:1:240j].astype(np.float32)
    ramp = np.dstack([20 + 70 * x, 30 * (y - 0.5), 40 * (x - 0.5)]).astype(np.float32)
    none = np.zeros(ramp.shape[:2], np.float32)
    samples = lab(photo("dahlia", 160)).reshape(-1, 3)
    led = with_palette(ramp, samples, 1.0, none)
    steps = np.abs(np.diff(led, axis=1)).sum(axis=2)
    assert steps.max() < 6 * max(float(np.median(steps)), 0.4)
    rng = np.random.default_rng(0)
    grainy = ramp + rng.normal(0, 1.5, ramp.shape).astype(np.float32)
    rough = [
        picture - cv2.GaussianBlur(picture, (0, 0), 2) for picture in (with_palette(grainy, samples, 1.0, none), grainy)
    ]
    assert rough[0].std() < 1.25 * rough[1].std()


def test_skin_follows_a_palette_only_by_half(lab):
    even = np.full((60, 60, 3), (65, 18, 22), np.float32)
    even[:, :30] += np.random.default_rng(0).normal(0, 4, (60, 30, 3)).astype(np.float32)
    skin = np.zeros((60, 60), np.float32)
    skin[30:] = 1
    moved = np.abs(with_palette(even, swatch(("#123a6b", "#3f7fc0", "#a9cbe8")), 1.0, skin) - even)[..., 1:].sum(axis=2)
    assert moved[30:].mean() < 0.6 * moved[:30].mean()


@pytest.mark.parametrize("look", SOME)
def test_lighting_brings_its_side_and_its_warmth(look, render, lab, portrait):
    x = np.linspace(0, 1, 90)[None, :, None]
    amber = np.repeat(20 + 235 * x * np.array([1.0, 0.82, 0.55]), 70, axis=0).clip(0, 255).astype(np.uint8)
    plain, lit = (lab(render(look, portrait, *more, seed=3)[0].pixels) for more in ((), (Input(amber, Role.LIGHTING),)))
    gain, half = lit - plain, SIDE // 2
    assert gain[:, half:, 0].mean() - gain[:, :half, 0].mean() > 5
    assert gain[:, half:, 2].mean() > 1.5


def strokes(angle, size=200):
    """A page of strokes in one direction."""
    rng = np.random.default_rng(2)
    page = np.full((size, size, 3), 150, np.uint8)
    way = np.array([np.cos(angle), np.sin(angle)]) * 14
    for _ in range(1400):
        at = rng.uniform(0, size, 2)
        shade = int(rng.uniform(90, 220))
        start, end = (tuple(int(v) for v in at + s * way) for s in (-1, 1))
        cv2.line(page, start, end, (shade, shade, shade), 2, cv2.LINE_AA)
    return page


def across(lab):
    """How much the lightness changes from side to side, against from top to bottom, in fine detail."""
    fine = lab[..., 0] - cv2.GaussianBlur(lab[..., 0], (0, 0), 2)
    return np.abs(np.diff(fine, axis=1)).mean() / np.abs(np.diff(fine, axis=0)).mean()


def test_style_lays_the_strokes_of_its_picture_over_the_picture(render, lab):
    even = cv2.GaussianBlur(photo("coffee", SIDE), (0, 0), 6)
    upright, lying = (
        lab(render("studio-natural", even, Input(strokes(angle), Role.STYLE))[0].pixels) for angle in (np.pi / 2, 0)
    )
    plain = lab(render("studio-natural", even)[0].pixels)
    assert across(upright) > 1.4 * across(plain)
    assert across(lying) < across(plain) / 1.4


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_takes_every_role_at_once_and_stays_where_it_was(look, render, portrait):
    references = (
        Input(photo("dahlia", 96), Role.PALETTE, 0.6),
        Input(photo("canyon", 96), Role.LIGHTING, 0.8),
        Input(photo("pavilion", 96), Role.STYLE, 0.5),
    )
    small = cv2.resize(portrait, (96, 96), interpolation=cv2.INTER_AREA)
    plain, led = (render(look, small, *more)[0].pixels for more in ((), references))
    assert led.shape == plain.shape
    assert np.abs(led.astype(int) - plain.astype(int)).mean() > 4
    assert np.corrcoef(_shape(plain), _shape(led))[0, 1] > 0.6


def _shape(pixels):
    grey = cv2.GaussianBlur(cv2.cvtColor(pixels[..., :3], cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 2)
    return (grey - cv2.GaussianBlur(grey, (0, 0), 12)).ravel()


def test_a_reference_with_holes_gives_only_what_is_seen(render, lab, portrait):
    cut = np.zeros((80, 80, 4), np.uint8)
    cut[..., :3], cut[20:60, 20:60] = (0, 255, 0), (40, 70, 200, 255)
    plain, led = (
        lab(render("studio-natural", portrait, *more)[0].pixels) for more in ((), (Input(cut, Role.PALETTE),))
    )
    assert led[..., 2].mean() < plain[..., 2].mean() - 10
    assert led[..., 1].mean() > plain[..., 1].mean() - 10
