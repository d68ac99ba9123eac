"""What makes an enlarged picture true to its source: back projection, bounds, its own texture, its own grain."""

from __future__ import annotations

import cv2
import numpy as np

from engine.renderers.base import Pixels
from engine.renderers.studio.filters import Floats, floats, lerp, smoothstep, steepness

#: How far a pixel may leave the range of the source around it, as a share of the full scale.
OVERSHOOT = 0.011
_GRAIN_SIDE = 256
_GRAIN_SHARE = 0.5
_MOST_GRAIN = 0.0035


def interpolated(image: Floats, scale: int) -> Floats:
    """Enlarge by Lanczos' window, which rings a little."""
    size = (image.shape[1] * scale, image.shape[0] * scale)
    return floats(cv2.resize(image, size, interpolation=cv2.INTER_LANCZOS4))


def faithful(large: Floats, source: Floats, passes: int = 2) -> Floats:
    """Project back (Irani and Peleg, 1991) within the source's local range: scaled down again it is the source."""
    low, high = bounds(source, large.shape[1::-1])
    size = (source.shape[1], source.shape[0])
    for _ in range(passes):
        missing = source - cv2.resize(large, size, interpolation=cv2.INTER_AREA)
        large = large + cv2.resize(missing, large.shape[1::-1], interpolation=cv2.INTER_CUBIC)
        large = np.minimum(np.maximum(large, low), high)
    return floats(large)


def bounds(source: Floats, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Return how dark and how light each enlarged pixel may be: the source's 3x3 range and a little more."""
    box = np.ones((3, 3), np.uint8)
    low = cv2.resize(cv2.erode(source, box) - OVERSHOOT, size, interpolation=cv2.INTER_LINEAR)
    high = cv2.resize(cv2.dilate(source, box) + OVERSHOOT, size, interpolation=cv2.INTER_LINEAR)
    return floats(low), floats(high)


def textured(large: Floats, source: Floats, scale: int) -> Floats:
    """Keep a network's hard edges and the source's own texture everywhere else, so that skin stays skin."""
    own = crisp(interpolated(source, scale), scale)
    luma = floats(source @ floats([0.299, 0.587, 0.114]))
    broad = floats(cv2.GaussianBlur(luma, (7, 7), 1.1))
    edge = smoothstep(0.02, 0.085, steepness(broad))
    edge = floats(cv2.GaussianBlur(cv2.dilate(edge, np.ones((3, 3), np.uint8)), (5, 5), 1.0))
    share = floats(cv2.resize(edge, large.shape[1::-1], interpolation=cv2.INTER_LINEAR))
    return lerp(own, large, floats(0.15 + 0.7 * share))


def crisp(plain: Floats, scale: int, gain: float = 0.9) -> Floats:
    """Sharpen an interpolated picture where it has edges, not where it has noise."""
    fine = plain - narrow(plain, 0.6 * scale)
    return floats(plain + gain * fine * np.clip(np.abs(fine) / 0.02, 0, 1))


def narrow(image: Floats, sigma: float) -> Floats:
    """Blur with a kernel that stays within a tile's margin."""
    side = 2 * round(2.5 * sigma) + 1
    return floats(cv2.GaussianBlur(image, (side, side), sigma))


def noise_of(pixels: Pixels) -> float:
    """Return the standard deviation (0..1) of a picture's noise (Immerkaer, 1996), of its quietest fifth."""
    side = min(640, *pixels.shape[:2])
    top, left = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
    grey = cv2.cvtColor(np.ascontiguousarray(pixels[top : top + side, left : left + side, :3]), cv2.COLOR_RGB2GRAY)
    plane = floats(grey) / np.float32(255)
    response = cv2.filter2D(plane, -1, floats([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])) / 6
    around = cv2.blur(np.abs(response), (9, 9)) * np.float32(np.sqrt(np.pi / 2))
    return float(np.quantile(around, 0.2))


def grained(large: Floats, noise: float, left: int, top: int) -> Floats:
    """Give back the finest grain, which enlarging took from the source's noise; as fine as the new pixels.

    Args:
        large: HxWx3.
        noise: Of the source, 0..1.
        left: Where the picture lies in the whole, in its pixels: tiles meet in the same grain.
        top: Likewise.
    """
    amount = min(_GRAIN_SHARE * noise, _MOST_GRAIN)
    if amount < 0.001:
        return large
    rows = np.arange(top, top + large.shape[0]) % _GRAIN_SIDE
    columns = np.arange(left, left + large.shape[1]) % _GRAIN_SIDE
    grain = np.random.default_rng(7).standard_normal((_GRAIN_SIDE, _GRAIN_SIDE), np.float32)
    return floats(large + amount * grain.clip(-2, 2)[rows[:, None], columns[None], None])
