"""Shallow focus: what stays sharp, what melts, and what lights become."""

import cv2
import numpy as np
import pytest

from engine.contract import Box, Change
from engine.renderers.base import Input
from engine.renderers.studio.lens import Lens, focused, iris
from tests.support.photos import photo

SIDE = 288


def fine(pixels, where):
    """How much fine detail there is."""
    return cv2.Laplacian(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[where], cv2.CV_32F).std()


def test_a_face_stays_crisp_and_the_wall_melts(render):
    source = photo("portrait", SIDE)
    face = Box(x=98, y=36, w=56, h=56)
    (made,) = render("studio-focus", Input(source, faces=(face,)))
    inside, flag = np.s_[45:85, 105:145], np.s_[10:130, :40]
    assert fine(made.pixels, inside) > 0.85 * fine(source, inside)
    assert fine(made.pixels, flag) < 0.5 * fine(source, flag)


def test_the_wider_the_change_the_softer_the_background(render):
    source, away = photo("pavilion", SIDE), np.s_[60:150, 250:]
    detail = [fine(render("studio-focus", source, change=change)[0].pixels, away) for change in Change]
    assert detail == sorted(detail, reverse=True)


def test_it_says_when_there_is_no_subject(render):
    (made,) = render("studio-focus", photo("canyon", SIDE))
    assert "no clear subject" in made.notes[0]


@pytest.mark.parametrize("blades", [0, 6])
def test_a_point_of_light_becomes_the_shape_of_the_iris(blades):
    light = np.full((81, 81, 3), 0.02, np.float32)
    light[39:42, 39:42] = 1
    disc = focused(light, np.ones((81, 81), np.float32), np.zeros((81, 81), np.float32), Lens(8, blades, 8.0))[..., 0]
    assert disc[40, 40] > 2 * disc[5, 5]
    assert disc[40, 46] == pytest.approx(disc[40, 40], rel=0.45)  # a disc has an even middle, a Gaussian has not
    assert disc[40, 52] < 1.2 * disc[5, 5]


def test_an_iris_lets_through_all_light_and_no_more():
    for blades in (0, 5, 8):
        assert iris(5.3, blades, 0.2).sum() == pytest.approx(1, abs=1e-5)


def test_a_bright_subject_does_not_bleed_into_what_is_behind():
    light = np.full((96, 96, 3), 0.05, np.float32)
    light[:, :48] = 0.9
    front = np.zeros((96, 96), np.float32)
    front[:, :48] = 1
    seen = focused(light, 1 - front, front, Lens(10))
    assert np.abs(seen[10:-10, 50:] - 0.05).max() < 0.02
    assert np.abs(seen[10:-10, :46] - 0.9).max() < 0.02


def test_an_even_sky_keeps_its_brightness():
    sky = np.full((64, 96, 3), 0.8, np.float32)
    seen = focused(sky, np.ones((64, 96), np.float32), np.zeros((64, 96), np.float32), Lens(9, 0, 6.0))
    assert np.abs(seen - 0.8).max() < 0.01
