"""The brushes of every look: what they promise to all that is built on them."""

from threading import Thread

import cv2
import numpy as np
import pytest

from engine.renderers.studio.filters import distance, length, steepness


def placed(array, offset):
    """Return a copy of an array that lies `offset` bytes past a multiple of 128 in memory."""
    room = np.empty(array.nbytes + 256, np.uint8)
    start = -room.ctypes.data % 128 + offset
    copy = room[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


@pytest.mark.parametrize(
    "measure",
    [
        steepness,
        lambda plane: length(plane, placed(plane[::-1].copy(), 4)),
        lambda plane: distance(placed(plane > 0.04, 1)),
    ],
    ids=["steepness", "length", "distance"],
)
def test_a_plane_gives_the_same_to_the_last_bit_wherever_it_lies(measure):
    """Variants are the same alone and in a batch only if this holds."""
    plane = np.random.default_rng(3).random((61, 87), dtype=np.float32)
    first, *others = (measure(placed(plane, offset)) for offset in (0, 4, 8, 12, 16, 20, 32, 64))
    assert all(np.array_equal(first, other) for other in others)


def test_the_distance_is_that_to_the_nearest_pixel_outside():
    inside = np.ones((40, 50), bool)
    inside[7, 9] = inside[30, 44] = False
    y, x = np.mgrid[:40, :50]
    expected = np.minimum(np.hypot(x - 9, y - 7), np.hypot(x - 44, y - 30))
    assert np.allclose(distance(inside), expected, atol=1e-3)


def test_the_distance_leaves_opencv_as_it_was_in_every_thread():
    before, seen = cv2.ipp.useIPP(), []
    cv2.ipp.setUseIPP(False)
    other = Thread(target=lambda: seen.append(cv2.ipp.useIPP()))
    other.start()
    other.join()
    distance(np.ones((4, 4), bool))
    assert cv2.ipp.useIPP() is False
    cv2.ipp.setUseIPP(before)
    distance(np.ones((4, 4), bool))
    assert cv2.ipp.useIPP() == before
    assert seen == [before]
