"""Warnings are honest: they come where a picture will hurt the result, and only there."""

import time

import cv2
import numpy as np
import pytest
from skimage import data

from engine.images.decode import decode
from engine.images.faces import find_faces
from engine.images.inspect import inspect
from tests.support.photos import photo
from tests.support.pictures import saved


def _scaled(picture, width, height):
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)


def _blurred(picture, sigma):
    return cv2.GaussianBlur(picture, (0, 0), sigma)


def _lit(picture, factor):
    return np.clip(picture * factor, 0, 255).astype(np.uint8)


def _on_backdrop(backdrop, side=360):
    """A sharp small subject before something smooth."""
    picture = backdrop.copy()
    picture[300 : 300 + side, 300 : 300 + side] = _scaled(data.coffee()[:400, 100:500], side, side)
    return picture


_GRADIENT = np.repeat(np.linspace(60, 160, 1024).astype(np.uint8)[:, None, None], 1024, axis=1).repeat(3, axis=2)
_WHITE = np.full((1024, 1024, 3), 255, np.uint8)


def _far_away(side):
    picture = _GRADIENT.copy()
    picture[300 : 300 + side, 300 : 300 + side] = _scaled(data.astronaut(), side, side)
    return picture


def _cut_out():
    alpha = np.zeros((512, 512, 1), np.uint8)
    alpha[100:400, 100:400] = 255
    return np.dstack([data.astronaut(), alpha])


def _codes(picture, kind="png", data_len=10_000):
    return {advisory.code for advisory in inspect(picture, data_len, kind)[0]}


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (data.astronaut, set()),
        (data.coffee, set()),
        (data.rocket, set()),
        (data.chelsea, {"low_resolution"}),
        (lambda: _on_backdrop(_GRADIENT), set()),
        (lambda: _on_backdrop(_WHITE), set()),
        (_cut_out, set()),
        (lambda: _blurred(data.astronaut(), 2.5), {"blurry"}),
        (lambda: _blurred(data.coffee(), 4), {"blurry"}),
        (lambda: cv2.resize(_scaled(data.astronaut(), 64, 64), (1024, 1024)), {"blurry"}),
        (lambda: _blurred(_on_backdrop(_GRADIENT), 4), {"blurry"}),
        (lambda: _lit(data.astronaut(), 0.25), {"dark"}),
        (lambda: _lit(data.coffee(), 2.5), {"bright"}),
        (lambda: _lit(data.astronaut(), 2.0), {"bright"}),
        (lambda: _scaled(data.coffee(), 300, 200), {"low_resolution"}),
        (lambda: _far_away(260), {"tiny_faces"}),
        (lambda: np.zeros((600, 600, 3), np.uint8), {"blurry", "dark"}),
        (lambda: np.full((1, 1, 4), 0, np.uint8), {"blurry", "low_resolution"}),
    ],
    ids=[
        "astronaut", "coffee", "rocket", "small cat", "smooth backdrop", "white backdrop", "cut out", "blurred",
        "blurred coffee", "blown up", "blurred on a backdrop", "dark", "burnt coffee", "burnt astronaut", "small",
        "far away", "black", "one clear pixel",
    ],
)  # fmt: skip
def test_advisories(make, expected):
    assert _codes(make()) == expected


@pytest.mark.parametrize(("quality", "warned"), [(95, False), (85, False), (75, False), (25, True), (10, True)])
@pytest.mark.parametrize("make", [data.astronaut, data.coffee, data.rocket])
def test_heavy_compression_is_seen(make, quality, warned):
    jpeg = saved(make(), "JPEG", quality=quality)
    assert ("compressed" in _codes(decode(jpeg).pixels, "jpeg", len(jpeg))) is warned


def test_an_advisory_names_what_was_measured_and_where_the_warning_begins():
    (advisory,) = inspect(data.chelsea(), 10_000, "png")[0]
    assert (advisory.value, advisory.threshold) == (300, 400)


def test_noise_does_not_pass_for_sharpness():
    soft = _blurred(data.rocket(), 4).astype(np.float32)
    noisy = np.clip(soft + np.random.default_rng(0).normal(0, 5, soft.shape), 0, 255).astype(np.uint8)
    assert "blurry" in _codes(noisy)


def test_a_face_is_found_where_it_is():
    large = cv2.resize(data.astronaut(), (2048, 2048))
    (face,) = inspect(large, 10_000, "png")[1]
    assert abs(face.x + face.w / 2 - 4 * 224) < 60
    assert abs(face.y + face.h / 2 - 4 * 114) < 60
    assert 300 < face.w < 500


@pytest.mark.parametrize("name", ["chelsea", "coffee", "rocket", "grass", "gravel", "brick", "page", "text", "moon"])
def test_no_face_is_seen_where_there_is_none(name):
    picture = getattr(data, name)()
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    assert find_faces(np.ascontiguousarray(grey)) == ()


@pytest.mark.parametrize("side", [512, 640, 1024])
@pytest.mark.parametrize("name", ["dahlia", "motorcycle", "raccoon"])
def test_petals_parts_and_paws_are_no_face(name, side):
    assert find_faces(cv2.cvtColor(photo(name, side), cv2.COLOR_RGB2GRAY)) == ()


def test_it_is_quick():
    """Measured in this thread's own time: other work on the machine does not count."""
    picture = cv2.resize(data.astronaut(), (1024, 1024))
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    inspect(picture, 10_000, "jpeg")
    start = time.thread_time()
    inspect(picture, 10_000, "jpeg")
    took = time.thread_time() - start
    cv2.setNumThreads(before)
    assert took < 0.6  # a bound for slow and busy machines; 0.2 s where it runs alone
