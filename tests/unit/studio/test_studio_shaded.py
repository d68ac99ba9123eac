"""Sketches: read from their paper, given form, colour and light."""

import cv2
import numpy as np
import pytest

from engine.contract import Role
from engine.renderers.base import Input
from engine.renderers.studio.scene import scene_of
from engine.renderers.studio.sketch import sketch_of


def page(side=256):
    rng = np.random.default_rng(4)
    return np.clip(238 + 3 * rng.standard_normal((side, side, 1)), 0, 255).repeat(3, axis=2).astype(np.uint8)


def two_rings(gap=0):
    """A large ring with a small one inside, in pencil; `gap` degrees of the large one are not drawn."""
    drawing = page()
    cv2.ellipse(drawing, (128, 128), (88, 88), 0, gap, 360, (60, 60, 62), 2, cv2.LINE_AA)
    cv2.circle(drawing, (128, 100), 22, (60, 60, 62), 2, cv2.LINE_AA)
    return drawing


def read(pixels):
    return sketch_of(scene_of(Input(pixels), max(pixels.shape[:2])))


def test_a_drawing_is_told_from_a_photograph(coffee, astronaut):
    assert read(two_rings()).sure > 0.8
    assert read(coffee).sure < 0.1
    assert read(astronaut).sure < 0.1
    assert read(np.full((64, 64, 3), 240, np.uint8)).sure < 0.1  # an empty page


@pytest.mark.parametrize("gap", [0, 3])
def test_what_a_line_closes_is_a_figure_even_if_it_nearly_does(gap):
    sketch = read(two_rings(gap))
    y, x = np.mgrid[0:256, 0:256]
    away = np.hypot(x - 128, y - 128)
    assert sketch.figure[away < 80].mean() > 0.97
    assert sketch.figure[away > 98].mean() < 0.03
    assert sketch.areas[100, 128] != sketch.areas[180, 128]
    assert sketch.areas[10, 10] == 0


def test_areas_rise_between_their_lines():
    height = read(two_rings()).height
    assert height[100, 128] > height[100, 128 - 22] + 2
    assert height[170, 128] > 4 * max(height[128, 36], 0.5)
    assert abs(height[8, 8]) < 0.5


def test_the_figure_is_lit_from_one_side_and_throws_a_shadow(render, lab):
    source = two_rings()
    for picture in render("studio-shaded", source, variants=(0, 1)):
        light = lab(picture.pixels)[..., 0]
        y, x = np.mgrid[0:256, 0:256]
        inside = np.hypot(x - 128, y - 128) < 76
        halves = light[inside & (x < 110)].mean(), light[inside & (x > 146)].mean()
        assert abs(halves[0] - halves[1]) > 4
        before = lab(source)[..., 0]
        outside = (np.hypot(x - 128, y - 128) > 94) & (np.hypot(x - 128, y - 128) < 106)
        assert (before - light)[outside].max() > 12  # its shadow on the paper
        assert np.abs(before - light)[:12].mean() < 3  # far away the paper is as it was
        assert picture.notes == ()


def test_lines_stay_where_they_were_as_darker_creases(render, lab):
    light = lab(render("studio-shaded", two_rings())[0].pixels)[..., 0]
    line = np.mean([light[128 + round(88 * np.sin(t)), 128 + round(88 * np.cos(t))] for t in np.arange(0, 6.2, 0.1)])
    inside = np.mean([light[128 + round(76 * np.sin(t)), 128 + round(76 * np.cos(t))] for t in np.arange(0, 6.2, 0.1)])
    assert line < inside - 12


def test_the_drawings_own_colour_is_used(render, lab):
    drawing = two_rings()
    cv2.circle(drawing, (128, 100), 19, (210, 90, 80), -1, cv2.LINE_AA)
    for picture in render("studio-shaded", drawing, variants=(0, 1, 2, 3)):
        assert lab(picture.pixels)[94:106, 122:134, 1].mean() > 20


def test_a_photograph_is_only_turned_in_its_light_and_that_is_said(render, coffee):
    (picture,) = render("studio-shaded", Input(coffee, Role.SUBJECT))
    assert "No drawing" in picture.notes[-1]
    assert np.corrcoef(picture.pixels.ravel(), coffee.ravel())[0, 1] > 0.9
