"""What a member wants kept is kept, whatever the look."""

import cv2
import numpy as np
import pytest
from skimage.color import deltaE_ciede2000

from engine.contract import Keep
from engine.renderers.base import Input
from engine.renderers.studio.scene import scene_of
from tests.bench import quality
from tests.support import measures
from tests.support.photos import photo

LOOKS = tuple(quality.looks())
SIDE = 112
every_look = pytest.mark.parametrize("look", LOOKS)


def apart(one, other):
    """deltaE 2000 of what is seen from a step away: strokes are the look's, colours the source's."""
    soft = (cv2.GaussianBlur(measures.lab(pixels), (0, 0), 2 * SIDE / 1024 + 0.3) for pixels in (one, other))
    return deltaE_ciede2000(*soft)


@every_look
def test_kept_colours_are_the_sources_and_the_strokes_the_looks(look, render):
    distances = []
    for name in ("coffee", "cat"):
        source = photo(name, SIDE)
        (kept,) = render(look, source, keep=frozenset({Keep.COLORS}), seed=2)
        distances.append(apart(source, kept.pixels).mean())
        assert measures.difference(source, kept.pixels) > 0.4
    assert np.mean(distances) <= 3


def test_brighter_with_kept_colours_is_brighter_in_the_same_colours(render, lab):
    source = photo("coffee", SIDE)
    kept, brighter = (
        lab(render("studio-oil", source, prompt=prompt, keep=frozenset({Keep.COLORS}))[0].pixels)
        for prompt in ("", "brighter overall with open shadows")
    )
    assert brighter[..., 0].mean() > kept[..., 0].mean() + 5
    assert np.abs(brighter - kept)[..., 1:].mean() < 3


def test_kept_colours_outweigh_a_palette_in_words(render):
    source = photo("coffee", SIDE)
    (kept,) = render("studio-natural", source, prompt="in blues and greys", keep=frozenset({Keep.COLORS}))
    assert apart(source, kept.pixels).mean() <= 3


@every_look
def test_a_kept_background_is_the_sources(look, render):
    source = photo("portrait", SIDE)
    (kept,) = render(look, source, keep=frozenset({Keep.BACKGROUND}), prompt="at night", seed=2)
    outside = scene_of(Input(source), SIDE).matte < 0.05
    away = deltaE_ciede2000(measures.lab(source), measures.lab(kept.pixels))
    assert away[outside].mean() <= 1
    assert away[~outside].mean() > 3


@pytest.mark.parametrize("look", ["studio-lineart", "studio-blueprint", "studio-oil", "studio-clay", "studio-mosaic"])
def test_a_kept_face_is_still_found_in_its_place(look, render):
    source = photo("portrait", 384)
    (kept,) = render(look, source, keep=frozenset({Keep.IDENTITY}), long_side=384, seed=1)
    assert measures.same_face(source, kept.pixels) >= 0.7
