"""Where the strokes go: the edge tangent flow of a picture, and smoothing along it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

import cv2
import numpy as np

from engine.renderers.studio.filters import Floats, blur, floats, grid, slopes

#: How far a streamline is followed at once, in pixels.
_STEP = 1.5


@dataclass(frozen=True)
class Flow:
    """A unit tangent for every pixel (planes `x`, `y`) and how sure it is (`certain`, 0..1)."""

    x: Floats
    y: Floats
    certain: Floats

    def along(self, image: Floats, reach: float) -> Floats:
        """Return the image smoothed along its streamlines, `reach` pixels each way (Cabral and Leedom, 1993).

        Gaussian weights; the streamline through a pixel is followed both ways, so no edge is crossed.
        """
        steps = max(1, round(reach / _STEP))
        weights = np.exp(-0.5 * (np.arange(steps + 1) * 2.0 / steps) ** 2).astype(np.float32)
        total = image * weights[0]
        for line in self._lines:
            for at, weight in zip(line.maps(steps), weights[1:], strict=True):
                total += weight * cv2.remap(image, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        return floats(total / (2 * weights.sum() - weights[0]))

    @cached_property
    def _lines(self) -> tuple[_Streamlines, _Streamlines]:
        return _Streamlines(self.x, self.y, 1.0), _Streamlines(self.x, self.y, -1.0)


class _Streamlines:
    """Where every pixel's streamline goes, one way; followed as far as somebody has asked, and kept."""

    def __init__(self, x: Floats, y: Floats, way: float) -> None:
        self._field = x, y
        self._at = grid(*x.shape)
        self._heading = floats(x * way), floats(y * way)
        self._maps: list[tuple[Any, Any]] = []
        self._lock = Lock()

    def maps(self, steps: int) -> list[tuple[Any, Any]]:
        """Return the look-up tables of the first steps, as `cv2.remap` takes them."""
        with self._lock:
            while len(self._maps) < steps:
                self._follow()
            return self._maps[:steps]

    def _follow(self) -> None:
        x, y = (floats(a + np.float32(_STEP) * h) for a, h in zip(self._at, self._heading, strict=True))
        u, v = (cv2.remap(f, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE) for f in self._field)
        # A tangent has no sign: keep walking forwards.
        way = np.copysign(np.float32(1), u * self._heading[0] + v * self._heading[1])
        self._at, self._heading = (x, y), (floats(u * way), floats(v * way))
        self._maps.append(cv2.convertMaps(x, y, cv2.CV_16SC2))


def flow_of(lab: Floats, sigma: float) -> Flow:
    """Return the flow of a Lab picture from its smoothed structure tensor.

    Di Zenzo's multi-channel gradient, 1986; smoothing the tensor instead of the vectors as in Kyprianidis and
    Doellner, "Image abstraction by structure adaptive filtering", 2008.

    Args:
        lab: HxWx3.
        sigma: Smoothing of the tensor, in pixels: larger gives calmer strokes.
    """
    xx, xy, yy = (np.zeros(lab.shape[:2], np.float32) for _ in range(3))
    for k, weight in enumerate((1.0, 0.6, 0.6)):
        dx, dy = slopes(np.ascontiguousarray(lab[..., k]))
        xx += weight * dx * dx
        xy += weight * dx * dy
        yy += weight * dy * dy
    # Strong edges lead their flat surroundings: a wide, faint share of the tensor fills in where nothing is.
    xx, xy, yy = (blur(t, sigma) + 0.02 * blur(t, 8 * sigma) for t in (xx, xy, yy))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    spread = np.hypot(xx - yy, 2 * xy)
    certain = spread / (xx + yy + 1e-4)
    return Flow(floats(np.cos(angle)), floats(np.sin(angle)), floats(certain))
