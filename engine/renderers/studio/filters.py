"""Small picture operations on float32 arrays, typed: the brushes of every look.

A *plane* is HxW, a *picture* HxWx3; values are 0..1 unless a name says otherwise.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def floats(array: Any) -> Floats:
    """Return the array as float32, untouched where it is already."""
    return np.asarray(array, np.float32)


def blur(image: Floats, sigma: float) -> Floats:
    """Return a picture or plane blurred by a Gaussian; it is always a new one. Sigma in pixels.

    Wide blurs run on a smaller copy, which nobody can tell apart.
    """
    if sigma < 0.3:
        return image.copy()
    if sigma > 6:
        height, width = image.shape[:2]
        factor = min(sigma / 3, 16, min(height, width) / 8)
        if factor > 1.5:
            small = resize(image, max(4, round(width / factor)), max(4, round(height / factor)))
            return resize(blur(small, sigma * small.shape[1] / width), width, height)
    return floats(cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101))


def resize(image: Floats, width: int, height: int) -> Floats:
    """Resize by area when it shrinks and by cubic interpolation when it grows."""
    if image.shape[:2] == (height, width):
        return image
    method = cv2.INTER_AREA if width < image.shape[1] else cv2.INTER_CUBIC
    return floats(cv2.resize(image, (width, height), interpolation=method))


def smaller(shape: tuple[int, ...], long_side: int) -> tuple[float, tuple[int, int]]:
    """Return the size (width, height) of a copy to work on, no side below 8, and its scale, at most 1.

    Args:
        shape: Of the picture or plane: its height and width come first.
        long_side: How long the copy's long side may be, in pixels.
    """
    height, width = shape[:2]
    scale = min(1.0, long_side / max(height, width))
    return scale, (max(8, round(width * scale)), max(8, round(height * scale)))


def box(image: Floats, radius: int) -> Floats:
    """Return the mean of the square around every pixel, `radius` pixels to each side."""
    side = 2 * radius + 1
    return floats(cv2.blur(image, (side, side), borderType=cv2.BORDER_REFLECT_101))


def guided(guide: Floats, image: Floats, radius: float, eps: float) -> Floats:
    """Smooth `image` along the edges of the plane `guide` (He, Sun and Tang, "Guided image filtering", 2010).

    Args:
        guide: HxW.
        image: HxW or HxWxC.
        radius: How far around, in pixels.
        eps: How much the guide has to vary (variance) before it counts as an edge.
    """
    side = max(1, round(radius))
    centre = box(guide, side)
    variance = box(floats(guide * guide), side) - centre * centre
    planes = image[..., None] if image.ndim == 2 else image
    out = np.empty_like(planes)
    for k in range(planes.shape[2]):
        plane = np.ascontiguousarray(planes[..., k])
        average = box(plane, side)
        slope = (box(floats(guide * plane), side) - centre * average) / (variance + eps)
        out[..., k] = box(floats(slope), side) * guide + box(floats(average - slope * centre), side)
    return floats(out[..., 0] if image.ndim == 2 else out)


def bilateral(lab: Floats, tone: float, space: float, passes: int = 2) -> Floats:
    """Flatten a Lab picture inside its edges (Tomasi and Manduchi, 1998). `tone` in L units, `space` in pixels."""
    for _ in range(passes):
        lab = floats(cv2.bilateralFilter(lab, 0 if space < 2 else 9, tone, space, borderType=cv2.BORDER_REFLECT_101))
    return lab


def warp(image: Floats, dx: Floats, dy: Floats) -> Floats:
    """Look up every pixel `dx`, `dy` pixels away (planes)."""
    height, width = image.shape[:2]
    x, y = grid(height, width)
    return floats(cv2.remap(image, x + dx, y + dy, interpolation=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101))


def shifted(plane: Floats, right: float, down: float) -> Floats:
    """Return a plane moved by whole and part pixels, its border repeated."""
    way = np.asarray([[1, 0, right], [0, 1, down]], np.float32)
    return floats(cv2.warpAffine(plane, way, plane.shape[::-1], borderMode=cv2.BORDER_REPLICATE))


def inset(shape: tuple[int, int]) -> Floats:
    """Return how far every pixel is from the picture's frame, in pixels; 0 on its outermost row and column."""
    x, y = grid(*shape)
    return np.minimum(np.minimum(x, shape[1] - 1 - x), np.minimum(y, shape[0] - 1 - y))


def grid(height: int, width: int) -> tuple[Floats, Floats]:
    """Return the planes of x and of y, in pixels."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return x, y


def smoothstep(low: float, high: float, image: Floats) -> Floats:
    """Rise softly from 0 at `low` to 1 at `high`; falls when `high` is the smaller."""
    t = np.clip((image - low) / (high - low), 0, 1)
    return floats(t * t * (3 - 2 * t))


def lerp(start: Floats, end: Floats, share: Floats | float) -> Floats:
    """Go `share` of the way from `start` to `end`; a plane may steer a picture."""
    if isinstance(share, np.ndarray) and share.ndim < start.ndim:
        share = share[..., None]
    return floats(start + (end - start) * share)


def slopes(plane: Floats) -> tuple[Floats, Floats]:
    """Return d/dx and d/dy in units a pixel (Scharr's kernel, scaled)."""
    return (
        floats(cv2.Scharr(plane, cv2.CV_32F, 1, 0, scale=1 / 32, borderType=cv2.BORDER_REFLECT_101)),
        floats(cv2.Scharr(plane, cv2.CV_32F, 0, 1, scale=1 / 32, borderType=cv2.BORDER_REFLECT_101)),
    )


def steepness(plane: Floats) -> Floats:
    """Return the length of the gradient, in units a pixel."""
    return length(*slopes(plane))


def length(x: Floats, y: Floats) -> Floats:
    """Return the length of vectors given as two planes.

    Not by OpenCV, whose last bit hangs on where in memory the planes lie: a picture has to repeat.
    """
    return floats(np.sqrt(x * x + y * y))


def distance(inside: NDArray[np.bool_]) -> Floats:
    """Return how far each pixel inside is from the nearest outside, in pixels; 0 outside.

    Exact (Felzenszwalb and Huttenlocher, 2004). Without Intel's library, which OpenCV would call: the last bit of
    what that returns hangs on where in memory the plane lies. The switch is this thread's own.
    """
    usual = cv2.ipp.useIPP()
    cv2.ipp.setUseIPP(False)
    try:
        return floats(cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE))
    finally:
        cv2.ipp.setUseIPP(usual)
