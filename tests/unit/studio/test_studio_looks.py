"""What every look of the studio promises."""

import cv2
import numpy as np
import pytest

from engine.contract import Box, Change, Keep, Role
from engine.errors import RenderCancelled
from engine.renderers.base import Input
from engine.renderers.studio.scene import Scene
from tests.bench import quality

LOOKS = tuple(quality.looks())
every_look = pytest.mark.parametrize("look", LOOKS)


def edges(pixels):
    grey = cv2.GaussianBlur(cv2.cvtColor(pixels[..., :3], cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 2)
    return np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))


def frozen(made):
    """Return what a scene keeps, so that who writes to it is caught."""
    for part in made if isinstance(made, tuple) else (made,):
        if isinstance(part, np.ndarray):
            part.setflags(write=False)
    return made


def difference(one, other):
    return np.abs(one.astype(int) - other.astype(int)).mean()


@every_look
@pytest.mark.parametrize(("long_side", "size"), [(None, (131, 85)), (100, (100, 65))])
def test_the_result_has_the_fitted_size(look, long_side, size, render, coffee):
    source = cv2.resize(coffee, (131, 85))
    (result,) = render(look, source, long_side=long_side)
    assert result.pixels.shape == (size[1], size[0], 3)
    assert result.pixels.dtype == np.uint8


@every_look
def test_variants_differ_and_seeds_repeat_alone_or_in_a_batch(look, render, coffee):
    batch = render(look, coffee, variants=(0, 1, 2, 3), seed=11)
    assert [picture.variant for picture in batch] == [0, 1, 2, 3]
    for one in range(4):
        for other in range(one):
            assert difference(batch[one].pixels, batch[other].pixels) > 2.5
    (alone,) = render(look, coffee, variants=(2,), seed=11)
    assert np.array_equal(alone.pixels, batch[2].pixels)
    (same_number,) = render(look, coffee, variants=(0,), seed=13)
    assert np.array_equal(same_number.pixels, batch[2].pixels)


@every_look
def test_alpha_is_kept(look, render, coffee):
    alpha = np.zeros(coffee.shape[:2], np.uint8)
    cv2.circle(alpha, (96, 64), 50, 255, -1)
    (result,) = render(look, np.dstack([coffee, alpha]))
    assert np.array_equal(result.pixels[..., 3], alpha)


@pytest.mark.parametrize("look", ["studio-oil", "studio-ink"])
def test_kept_identity_brings_the_face_nearer_to_the_source(look, render, astronaut):
    face = Box(x=65, y=25, w=37, h=37)
    inside = np.s_[face.y : face.y + face.h, face.x : face.x + face.w]
    free, kept = (
        render(look, Input(astronaut, faces=(face,)), keep=keep)[0].pixels for keep in (frozenset(), {Keep.IDENTITY})
    )
    likeness = [np.corrcoef(astronaut[inside].ravel(), pixels[inside].ravel())[0, 1] for pixels in (free, kept)]
    assert likeness[1] > likeness[0]
    assert np.array_equal(free[150:], kept[150:])


@every_look
def test_subtle_stays_nearer_to_the_source_than_strong(look, render, astronaut):
    subtle, strong = (
        difference(render(look, astronaut, change=change)[0].pixels, astronaut)
        for change in (Change.SUBTLE, Change.STRONG)
    )
    assert subtle < strong


@every_look
def test_progress_counts_up_to_the_end_with_an_early_preview(look, render, coffee):
    seen = []
    render(look, coffee, variants=(0, 1), report=lambda step, of, preview: seen.append((step, of, preview is not None)))
    assert [step for step, *_ in seen] == list(range(1, len(seen) + 1))
    assert {of for _, of, _ in seen} == {len(seen)}
    assert seen[0][2]
    assert any(preview for *_, preview in seen[1:3])


@pytest.mark.parametrize("look", ["studio-natural", "studio-oil"])
def test_cancelling_stops_at_once(look, render, coffee):
    calls = []

    def report(step, of, preview):
        calls.append(step)
        if step == 2:
            raise RenderCancelled

    with pytest.raises(RenderCancelled):
        render(look, coffee, variants=(0, 1, 2, 3), report=report)
    assert calls == [1, 2]


@pytest.mark.parametrize(
    ("role", "channel"),
    [(Role.PALETTE, 2), (Role.STYLE, 2), (Role.LIGHTING, 0)],
)
def test_a_reference_gives_what_its_role_says(role, channel, render, lab, astronaut):
    reference = np.zeros((96, 96, 3), np.uint8)
    reference[:, :48] = (20, 60, 160)  # dark and blue on the left
    reference[:, 48:] = (150, 190, 250)
    plain = lab(render("studio-natural", astronaut)[0].pixels)[..., channel]
    led = lab(render("studio-natural", astronaut, Input(reference, role))[0].pixels)[..., channel]
    if role is Role.LIGHTING:
        gain = led - plain
        assert gain[:, 96:].mean() - gain[:, :96].mean() > 6
    else:
        assert led.mean() < plain.mean() - 5


def test_a_composition_reference_is_the_base(render, astronaut, coffee):
    (result,) = render("studio-natural", astronaut, Input(coffee, Role.COMPOSITION))
    assert result.pixels.shape == coffee.shape


def test_a_scene_that_cannot_be_built_is_said(render, coffee):
    (result,) = render("studio-natural", coffee, prompt="a cup on a pedestal")
    assert "cannot build a new scene" in result.notes[0]
    assert render("studio-natural", coffee, prompt="a cup of coffee")[0].notes == ()


@pytest.mark.parametrize(
    ("look", "words", "seen"),
    [
        ("studio-natural", "film", lambda lab: np.percentile(lab[..., 0], 4) > 3.5),  # faded blacks
        ("studio-natural", "golden hour", lambda lab: lab[..., 2].mean() > 12),
        ("studio-natural", "black and white", lambda lab: np.abs(lab[..., 1:]).max() < 1),
        ("studio-natural", "in ocean colours", lambda lab: lab[..., 2].mean() < -2),
        ("studio-ink", "line art", lambda lab: np.median(lab[..., 0]) > 85),  # mostly paper
        ("studio-ink", "halftone", lambda lab: np.hypot(lab[..., 1], lab[..., 2]).mean() > 8),
        ("studio-watercolor", "line and wash", lambda lab: lab[..., 0].mean() > 55),
    ],
)
def test_a_way_of_drawing_or_an_hour_can_be_asked_for(look, words, seen, render, lab, astronaut):
    assert seen(lab(render(look, astronaut, prompt=words)[0].pixels))


def test_kept_lettering_stays_legible(render):
    page = np.full((160, 240, 3), 235, np.uint8)
    cv2.putText(page, "OPEN LATE", (12, 88), cv2.FONT_HERSHEY_DUPLEX, 1.25, (30, 30, 60), 2, cv2.LINE_AA)
    free, kept = (
        difference(render("studio-oil", page, keep=keep)[0].pixels[50:100], page[50:100])
        for keep in (frozenset(), frozenset({Keep.TEXT}))
    )
    assert kept < 0.7 * free


@every_look
def test_a_tiny_or_empty_picture_is_no_trouble(look, render):
    sizes = ((17, 16, 0), (24, 64, 255), (1, 1, 90), (3, 2, 90), (120, 2, 200), (1, 70, 20))
    for pixels in (np.full((height, width, 3), value, np.uint8) for height, width, value in sizes):
        (result,) = render(look, pixels)
        assert result.pixels.shape == pixels.shape


@every_look
def test_a_second_round_of_variants_is_not_the_first_once_more(look, render, astronaut):
    batch = [picture.pixels for picture in render(look, astronaut, variants=tuple(range(8)), seed=11)]
    for number in range(4):
        assert difference(batch[number], batch[number + 4]) > 1


@every_look
def test_a_face_that_is_not_in_the_picture_is_no_trouble(look, render, astronaut):
    outside = (Box(x=900, y=900, w=50, h=50), Box(x=-400, y=10, w=40, h=40), Box(x=5, y=5, w=0, h=0))
    (result,) = render(look, Input(astronaut, faces=outside), keep=frozenset({Keep.IDENTITY}))
    assert result.pixels.shape == astronaut.shape


@every_look
def test_no_look_changes_what_the_variants_share(look, render, astronaut, monkeypatch):
    """On a small picture a blur of a part of a pixel is none, and what is not blurred is still the scene's own."""
    once = Scene.once
    monkeypatch.setattr(Scene, "once", lambda scene, what, make: frozen(once(scene, what, make)))
    face = Box(x=16, y=6, w=9, h=9)
    source = Input(cv2.resize(astronaut, (48, 48), interpolation=cv2.INTER_AREA), faces=(face,))
    for change, keep in ((Change.SUBTLE, {Keep.COLORS}), (Change.STRONG, {Keep.IDENTITY})):
        assert render(look, source, change=change, keep=frozenset(keep), prompt="film, at night in autumn rain")


def test_a_giant_is_worked_on_at_a_bounded_size_and_that_is_said(render):
    tall = np.zeros((2500, 10, 3), np.uint8)
    (result,) = render("studio-film", tall, long_side=2400)
    assert result.pixels.shape[0] == 2048
    assert "2048 px" in result.notes[-1]
    assert render("studio-film", tall[:2000], long_side=2400)[0].notes == ()
