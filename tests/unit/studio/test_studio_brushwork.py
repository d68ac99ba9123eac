"""Strokes: where they are planned and what they leave."""

import numpy as np
import pytest

from engine.renderers.studio.brushes import bristle_brush, chalk, flat_brush
from engine.renderers.studio.brushwork import Easel, Layer, Strokes, laid, led, strokes_on, wrong_on
from engine.renderers.studio.colour import to_lab
from engine.renderers.studio.flow import Flow

SHAPE = (96, 128)


def flat(value):
    return np.full(SHAPE, value, np.float32)


def across():
    return Flow(flat(1), flat(0), flat(1))


def halves():
    """A picture that is dark on its left and light on its right."""
    rgb = np.full((*SHAPE, 3), 0.2, np.float32)
    rgb[:, 64:] = 0.8
    return to_lab(rgb)


def one_stroke(x=64, y=48, reach=30, radius=8, colour=(1, 0, 0)):
    line = np.asarray([[1, 0]], np.float32)
    at = np.asarray([[x, y]], np.float32)
    one = np.ones(1, np.float32)
    return Strokes(at, line, 0 * one, reach * one, radius * one, np.asarray([colour], np.float32))


def easel(value=0.5):
    return Easel(np.full((*SHAPE, 3), value, np.float32), flat(0))


def planned(model, wrong, layer=None, radius=6.0):
    layer = layer or Layer(radius=6, spacing=1, length=8, worth=4, vary=0)
    return strokes_on(model, across(), wrong, layer, radius, np.random.default_rng(1))


def test_strokes_are_planned_only_where_the_painting_is_wrong():
    wrong = flat(0)
    wrong[:, 64:] = 10
    strokes = planned(to_lab(np.full((*SHAPE, 3), 0.5, np.float32)), wrong)
    assert len(strokes.centres) > 20
    assert strokes.centres[:, 0].min() > 64 - 24
    assert len(planned(halves(), flat(0)).centres) == 0


def test_a_stroke_ends_where_its_colour_would_be_wrong():
    strokes = planned(halves(), flat(10))
    ends = strokes.centres[:, :1] + np.asarray([[-1, 1]]) * strokes.reach[:, None]
    dark = strokes.colours[:, 0] < 0.5
    assert ends[dark].max() < 64 + 4
    assert ends[~dark].min() > 64 - 5


def test_darks_are_laid_before_lights():
    lightness = planned(halves(), flat(10)).colours.mean(axis=1)
    assert lightness[: len(lightness) // 3].mean() < lightness[-len(lightness) // 3 :].mean()


@pytest.mark.parametrize("brush", ["bristle", "flat", "chalk"])
def test_a_stroke_leaves_its_colour_inside_and_nothing_outside(brush):
    rng = np.random.default_rng(2)
    made = {
        "bristle": lambda: bristle_brush(rng, 8, dry=0.0, body=1.0),
        "flat": lambda: flat_brush(rng, 8, dry=0.0),
        "chalk": lambda: chalk(rng, 8, bite=0.0),
    }[brush]()
    board = easel()
    laid(board, one_stroke(), made, rng)
    inside, outside = board.rgb[44:52, 45:80], board.rgb.copy()
    assert inside[..., 0].mean() > 0.85
    assert inside[..., 1].mean() < 0.2
    outside[36:60, 20:108] = 0.5
    assert np.allclose(outside, 0.5)


def test_a_dry_brush_leaves_less_than_a_wet_one_and_breaks_up_towards_its_end():
    wet, dry = (flat_brush(np.random.default_rng(3), 12, dry=dry).prints[..., 0] for dry in (0.0, 0.8))
    assert dry.mean() < 0.8 * wet.mean()
    columns = dry.shape[1]
    assert dry[:, columns // 2 : -6].mean() < dry[:, 6 : columns // 2].mean()


def test_the_tooth_of_the_paper_breaks_chalk_and_not_paint():
    rng = np.random.default_rng(4)
    tooth = np.where(np.indices(SHAPE).sum(axis=0) % 2, 1, -1).astype(np.float32)
    for brush, broken in ((chalk(rng, 8, bite=0.4), True), (flat_brush(rng, 8, dry=0.0), False)):
        board = easel()
        laid(board, one_stroke(), brush, rng, tooth)
        assert (board.rgb[44:52, 50:76, 1].std() > 0.1) == broken


def test_a_painting_comes_nearer_to_its_target():
    target, board = halves(), easel()
    before = wrong_on(board, target, 4).mean()
    rng = np.random.default_rng(5)
    strokes = strokes_on(target, across(), wrong_on(board, target, 4), Layer(4, 0.8, 6, 2, 0), 4.0, rng)
    laid(board, strokes, bristle_brush(rng, 4, dry=0, body=1), rng)
    assert wrong_on(board, target, 4).mean() < 0.35 * before


@pytest.mark.parametrize(("certain", "turned"), [(0.0, True), (1.0, False)])
def test_the_hand_goes_its_own_way_only_where_the_picture_says_nothing(certain, turned):
    flow = led(Flow(flat(1), flat(0), flat(certain)), np.pi / 2 - 0.2, 0.9)
    assert (abs(flow.y[40, 40]) > 0.8) == turned
    assert np.allclose(np.hypot(flow.x, flow.y), 1, atol=1e-4)


def test_an_empty_plan_changes_nothing():
    board = easel()
    laid(board, planned(halves(), flat(0)), flat_brush(np.random.default_rng(6), 6, dry=0), np.random.default_rng(6))
    assert np.all(board.rgb == 0.5)
