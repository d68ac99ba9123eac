"""Graphite and charcoal: tone, hatching and tooth."""

import numpy as np
import pytest

from engine.renderers.studio.drymedia import contrasted, evened, hatching, hatching_along, left_by
from engine.renderers.studio.filters import slopes
from engine.renderers.studio.flow import Flow

SHAPE = (160, 200)


def texture():
    return evened(hatching(np.random.default_rng(1), SHAPE, 0.6, 4, 60))


@pytest.mark.parametrize("soft", [0.2, 0.6, 1.1])
def test_a_darker_tone_leaves_more_pigment_and_a_middle_one_half(soft):
    left = [left_by(np.full(SHAPE, tone, np.float32), texture(), soft) for tone in (0.1, 0.3, 0.5, 0.7, 0.9)]
    means = [float(plane.mean()) for plane in left]
    assert means == sorted(means)
    assert abs(means[2] - 0.5) < 0.06
    assert min(plane.min() for plane in left) >= 0
    assert max(plane.max() for plane in left) <= 1


def test_paper_stays_bare_where_there_is_no_tone_and_full_tone_covers_it():
    assert left_by(np.zeros(SHAPE, np.float32), texture(), 0.8).max() == 0
    assert left_by(np.ones(SHAPE, np.float32), texture(), 0.8).mean() > 0.98


def test_an_evened_texture_has_a_share_t_below_t():
    even = texture()
    for share in (0.1, 0.5, 0.9):
        assert abs((even < share).mean() - share) < 0.04


def direction(plane):
    dx, dy = slopes(np.ascontiguousarray(plane))
    across = 0.5 * np.arctan2(2 * (dx * dy).mean(), (dx * dx - dy * dy).mean())
    return (across + np.pi / 2) % np.pi


@pytest.mark.parametrize("angle", [0.3, 0.9, 2.2])
def test_hatching_runs_along_its_angle(angle):
    plane = hatching(np.random.default_rng(2), SHAPE, angle, 4, 60)
    assert plane.shape == SHAPE
    assert abs((direction(plane) - angle + np.pi / 2) % np.pi - np.pi / 2) < 0.15


def test_hatching_along_a_flow_runs_along_it():
    angle = 0.7
    flow = Flow(*(np.full(SHAPE, f(angle), np.float32) for f in (np.cos, np.sin)), np.ones(SHAPE, np.float32))
    assert abs(direction(hatching_along(np.random.default_rng(3), flow, 2.5, 40)) - angle) < 0.15


def test_what_is_lighter_than_the_white_stays_paper():
    tone = np.asarray([[0.0, 0.1, 0.2, 1.0]], np.float32)
    assert contrasted(tone, 1.0, 0.15)[0, :2].max() == 0
    assert contrasted(tone, 1.0, 0.15)[0, 3] == pytest.approx(1)
