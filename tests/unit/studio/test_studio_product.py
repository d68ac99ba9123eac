"""The product look: what it stands on, which colour, and when it says that it cannot."""

import cv2
import numpy as np
import pytest

from engine.contract import Keep, Role
from engine.renderers.base import Input
from engine.renderers.studio.backdrop import Light, shadows, stage_of
from engine.renderers.studio.staging import Staging, staging
from engine.renderers.studio.steering import steer

CORNERS = np.s_[:40, :40], np.s_[:40, -40:]


@pytest.fixture(scope="module")
def bottle():
    """A blue bottle on a busy orange ground that is easy to tell from it."""
    rng = np.random.default_rng(3)
    ground = cv2.GaussianBlur(rng.normal(0, 60, (256, 256, 1)).astype(np.float32), (0, 0), 2)
    picture = np.float32([205, 140, 70]) + 0.5 * ground[..., None]
    cv2.rectangle(picture, (98, 90), (158, 205), (25, 60, 130), -1)
    cv2.rectangle(picture, (114, 50), (142, 92), (30, 70, 140), -1)
    cv2.rectangle(picture, (104, 120), (152, 165), (225, 228, 230), -1)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 0.8), 0, 255).astype(np.uint8)


def chroma(lab):
    return np.hypot(lab[..., 1], lab[..., 2])


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("a cup on a marble table", Staging("marble", None)),
        ("product photo on sage seamless paper", Staging("paper", "#9aab88")),
        ("on a dark oak table, soft light", Staging("oak", None, -1)),
        ("on pale linen cloth", Staging("linen", None, 1)),
        ("a red mug on slate", Staging("slate", None)),
        ("a backdrop of navy", Staging(None, "#1c2f5a")),
        ("a red gradient background", Staging("gradient", "#c0392b")),
        ("a red car", Staging()),
    ],
)
def test_the_words_name_a_surface_and_its_colour(prompt, wanted):
    assert staging(prompt, steer(prompt).tags) == wanted


@pytest.mark.parametrize(
    ("prompt", "seen"),
    [
        ("on navy seamless paper", lambda lab: lab[..., 2].mean() < -12 and lab[..., 0].mean() < 40),
        ("on white seamless paper", lambda lab: lab[..., 0].mean() > 70 and chroma(lab).mean() < 10),
        ("on an oak table", lambda lab: lab[..., 2].mean() > 10),
        ("on marble", lambda lab: chroma(lab).mean() < 12 and lab[..., 0].std() > 0.3),
        ("on slate", lambda lab: lab[..., 0].mean() < 45 and chroma(lab).mean() < 14),
        ("on linen", lambda lab: 2 < chroma(lab).mean() < 30),
        ("bokeh backdrop", lambda lab: lab[..., 0].mean() < 50),
    ],
)
def test_the_surroundings_are_what_was_asked_for(prompt, seen, render, lab, bottle):
    (made,) = render("studio-product", bottle, prompt=prompt, seed=4)
    for corner in (np.s_[-40:, :40], np.s_[-40:, -40:]):
        assert seen(lab(made.pixels)[corner])


def test_the_subject_stays_where_it_is_and_keeps_its_colour(render, lab, bottle):
    (made,) = render("studio-product", bottle, prompt="on sage seamless paper")
    inside = np.s_[178:196, 108:148]
    assert np.abs(lab(made.pixels)[inside].mean(axis=(0, 1)) - lab(bottle)[inside].mean(axis=(0, 1))).max() < 14
    assert lab(made.pixels)[inside][..., 2].mean() < -15


def test_all_four_stand_on_the_material_that_was_named_and_differ(render, lab, bottle):
    made = render("studio-product", bottle, prompt="on sage seamless paper", variants=(0, 1, 2, 3))
    corners = [lab(one.pixels)[CORNERS[0]].mean(axis=(0, 1)) for one in made]
    assert all(corner[1] < -2 for corner in corners)  # sage is greenish
    assert np.ptp([corner[0] for corner in corners]) > 8


def test_a_palette_reference_gives_the_colour_of_the_backdrop(render, lab, bottle):
    teal = Input(np.full((32, 32, 3), (10, 110, 115), np.uint8), Role.PALETTE)
    plain, led = (
        lab(render("studio-product", bottle, *more, prompt="on seamless paper")[0].pixels)[CORNERS[0]].mean(axis=(0, 1))
        for more in ((), (teal,))
    )
    assert led[1] < plain[1] - 10


def test_it_says_when_there_is_nothing_to_cut_out(render):
    leaves = np.random.default_rng(0).integers(0, 255, (128, 128, 3)).astype(np.uint8)
    (made,) = render("studio-product", leaves)
    assert "could not cut" in made.notes[0]


def test_a_kept_background_is_kept_and_said(render, bottle):
    (made,) = render("studio-product", bottle, keep=frozenset({Keep.BACKGROUND}))
    assert "keep the background" in made.notes[0]
    assert np.abs(made.pixels[:30].astype(int) - bottle[:30]).mean() < 3


def test_a_subject_that_is_cut_off_stands_before_the_backdrop(render, bottle):
    (made,) = render("studio-product", bottle[:190])
    assert any("runs out of the picture" in note for note in made.notes)


@pytest.mark.parametrize("side", [-1, 1])
def test_the_shadow_is_dark_at_the_foot_and_falls_away_from_the_light(side):
    matte = np.zeros((200, 300), np.float32)
    matte[60:150, 130:170] = 1
    dark = shadows(matte, stage_of(matte), Light(side, 0.8, 0.6, 0.4, 1.0))
    left, right = dark[100:160, :120].sum(), dark[100:160, 180:].sum()
    assert (left - right) * side > 0
    assert dark[151, 150] > 0.4 > dark[190, 150]


def test_a_round_foot_is_seen_from_above_and_a_flat_one_from_the_side():
    dish, box = np.zeros((200, 300), np.float32), np.zeros((200, 300), np.float32)
    cv2.ellipse(dish, (150, 100), (90, 60), 0, 0, 360, 1, -1)
    box[60:150, 100:200] = 1
    assert stage_of(dish).tilt > 0.5
    assert stage_of(box).tilt < 0.25
    assert stage_of(dish).standing
    assert stage_of(box).standing
