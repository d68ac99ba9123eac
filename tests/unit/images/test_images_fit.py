"""The whole aspect, to the pixel, there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.images.fit import crop_back, fit, pad, padding_for, resized
from tests.support.pictures import noise

sides = st.integers(1, 20_000)


@pytest.mark.parametrize(
    ("size", "long_side", "expected"),
    [
        ((517, 333), 512, (512, 330)),
        ((333, 517), 512, (330, 512)),
        ((4032, 3024), 1024, (1024, 768)),
        ((1000, 1000), 64, (64, 64)),
        ((517, 333), 1024, (517, 333)),
        ((10_000, 1), 64, (64, 1)),
    ],
)
def test_fit(size, long_side, expected):
    assert fit(*size, long_side) == expected


@given(sides, sides, st.integers(1, 8192))
def test_fit_is_the_nearest_pixel_and_never_larger(width, height, long_side):
    across, down = fit(width, height, long_side)
    assert across <= width
    assert down <= height
    assert max(across, down) == min(long_side, max(width, height))
    scale = min(1, long_side / max(width, height))
    assert abs(across - max(1, width * scale)) <= 0.5
    assert abs(down - max(1, height * scale)) <= 0.5


@given(st.integers(1, 70), st.integers(1, 70), st.integers(1, 128))
def test_what_is_padded_to_a_multiple_is_cropped_back_to_the_pixel(width, height, multiple):
    picture = noise(width, height)
    padding = padding_for(width, height, multiple)
    padded = pad(picture, padding)
    assert padded.shape[0] % multiple == padded.shape[1] % multiple == 0
    assert max(padding) < multiple
    assert np.array_equal(crop_back(padded, padding), picture)


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_a_padded_picture_may_grow_before_it_is_cropped(scale):
    picture = noise(517, 333)
    padding = padding_for(517, 333, 64)
    grown = pad(picture, padding).repeat(scale, axis=0).repeat(scale, axis=1)
    assert np.array_equal(crop_back(grown, padding, scale), picture.repeat(scale, axis=0).repeat(scale, axis=1))


@pytest.mark.parametrize("size", [(20, 10), (300, 200), (1, 1)])
@pytest.mark.parametrize("channels", [3, 4])
def test_resized_is_of_the_size_asked_for(size, channels):
    assert resized(noise(97, 61, channels), size).shape == (size[1], size[0], channels)


def test_what_is_invisible_does_not_colour_an_edge():
    """Hidden green beside opaque red."""
    picture = np.zeros((64, 64, 4), np.uint8)
    picture[:, :31] = (255, 0, 0, 255)
    picture[:, 31:] = (0, 255, 0, 0)
    for size in ((16, 16), (200, 200)):
        small = resized(picture, size)
        assert small[small[..., 3] > 20][:, 1].max() <= 2
