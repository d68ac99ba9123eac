"""A photograph developed: white, noise, exposure and skin, each as far as the picture asks for it."""

import numpy as np
import pytest

from engine.contract import Box
from engine.renderers.base import Input
from engine.renderers.studio.develop import balanced, cleaned, clear, developed
from engine.renderers.studio.filters import blur
from engine.renderers.studio.scene import scene_of
from engine.renderers.studio.sculpt import occluded
from tests.support.photos import photo

SIDE = 200


def scene(pixels, **known):
    return scene_of(Input(np.clip(pixels, 0, 255).astype(np.uint8), **known), SIDE)


@pytest.mark.parametrize("cast", [(1.15, 1.0, 0.8), (0.85, 1.0, 1.15)], ids=["amber", "blue"])
def test_a_cast_is_mostly_taken_out(cast):
    seen = scene(photo("pavilion", SIDE) * cast)
    grey = [np.hypot(*np.median(lab[..., 1:].reshape(-1, 2), axis=0)) for lab in (seen.lab, balanced(seen, 1.0))]
    assert grey[1] < 0.8 * grey[0]


def test_a_noisy_picture_comes_nearer_to_the_clean_one():
    clean = photo("coffee", SIDE)
    seen = scene(clean + np.random.default_rng(2).normal(0, 9, clean.shape))
    before, after = (
        np.abs(lab[..., 0] - scene(clean).lab[..., 0]).mean() for lab in (seen.lab, cleaned(seen.lab, seen))
    )
    assert after < 0.85 * before


def test_a_clean_picture_keeps_its_texture():
    seen = scene(photo("cat", SIDE))
    fine = [lab[..., 0] - blur(np.ascontiguousarray(lab[..., 0]), 2) for lab in (seen.lab, cleaned(seen.lab, seen))]
    assert fine[1].std() > 0.9 * fine[0].std()


@pytest.mark.parametrize(("gain", "way"), [(0.45, 1), (1.0, 0)], ids=["dark", "well lit"])
def test_what_is_too_dark_is_brought_up_and_what_is_well_lit_stays(gain, way):
    seen = scene(photo("coffee", SIDE) * gain)
    lift = float(np.median(developed(seen, 1.0)[..., 0]) - np.median(seen.lab[..., 0]))
    assert lift > 6 if way else abs(lift) < 8


def test_local_contrast_rises_with_no_light_beyond_the_edges_and_least_on_skin():
    seen = scene(photo("portrait", SIDE), faces=(Box(x=72, y=26, w=40, h=40),))
    plain, raised = developed(seen, 1.0)[..., 0], clear(seen, 1.0, 1.3)[..., 0]
    gain = np.abs(raised - plain)
    face = seen.skin > 0.7
    assert gain.mean() > 0.5
    assert gain[face].mean() < gain[~face & (seen.near_faces(3.0) > 0)].mean()


def test_a_hollow_gets_less_light_than_a_plain_and_a_ridge():
    y, x = np.mgrid[:80, :120].astype(np.float32)
    height = 12 * np.exp(-(((x - 90) / 8) ** 2)) - 12 * np.exp(-(((x - 30) / 8) ** 2)) + 0 * y
    light = occluded(height.astype(np.float32), 1.0)[40]
    assert light[30] < light[60] - 0.05
    assert light[90] >= light[60] - 0.01
