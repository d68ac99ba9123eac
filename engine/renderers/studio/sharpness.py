"""How blurred a picture is from place to place, told where there are edges to tell it by."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.renderers.studio.filters import Floats, blur, floats, resize, smaller, smoothstep, steepness

_SIDE = 512
#: The blur that is added to see how much an edge minds it, in pixels of the copy.
_AGAIN = 1.2
_MOST = 5.0


class Sharpness(NamedTuple):
    """Planes of a small copy. `sharp` is 0 (blurred) to 1 (in focus); `told` is how much edge there is to say so."""

    sharp: Floats
    told: Floats


def sharpness_of(luma: Floats) -> Sharpness:
    """Return how sharp a plane of lightness (0..1) is around its edges.

    An edge that is blurred already hardly changes when it is blurred again; the ratio of its slopes tells its width
    (Zhuo and Sim, "Defocus map estimation from a single image", 2011).
    """
    _, size = smaller(luma.shape, _SIDE)
    small = resize(luma, *size)
    once, twice = (steepness(plane) for plane in (blur(small, 0.6), blur(blur(small, 0.6), _AGAIN)))
    ratio = np.maximum(once / (twice + 1e-3), 1.02)
    sigma = np.minimum(_AGAIN / np.sqrt(ratio * ratio - 1), _MOST)
    # Only the middle of an edge is measured: beside it both slopes are small.
    told = floats(smoothstep(0.006, 0.05, once) + 1e-4)
    near = 0.008 * max(small.shape)
    total = blur(told, near)
    width_of_edges = blur(floats(sigma * told), near) / total
    return Sharpness(smoothstep(3.0, 0.9, floats(width_of_edges)), total)
