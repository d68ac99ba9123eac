"""Points strewn over a picture: dense where they are wanted, and never in heaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.renderers.studio.filters import Floats

Points = NDArray[np.float64]


def strewn(rng: np.random.Generator, apart: Floats, times: float) -> Points:
    """Return random points (Nx2: x, y), on average `times` one a square of side `apart` (plane, pixels)."""
    density = 1 / apart.astype(np.float64) ** 2
    likely = density.ravel().cumsum()
    at = np.searchsorted(likely, rng.uniform(0, likely[-1], max(4, int(times * likely[-1]))))
    within = rng.uniform(0, 1, (len(at), 2))
    return np.stack([at % apart.shape[1], at // apart.shape[1]], 1) + within - 0.5


def sampled(plane: Floats, points: Points | Floats) -> Floats:
    """Return a plane's (or picture's) values at points, the nearest pixel's; points outside take the border's."""
    x = np.clip(np.rint(points[:, 0]).astype(np.int64), 0, plane.shape[1] - 1)
    y = np.clip(np.rint(points[:, 1]).astype(np.int64), 0, plane.shape[0] - 1)
    values: Floats = plane[y, x]
    return values
