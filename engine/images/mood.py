"""What a picture's light and colours are like, in a few numbers: enough to tell whether two references agree."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.contract import Mood, Swatch
from engine.images.fit import resized
from engine.renderers.base import Pixels

#: Colours are judged on so many pixels a side; the light on fewer.
_SIDE, _FIELD = 96, 24
_SWATCHES = 5
#: A difference of lightness from side to side that counts as a light from one side only.
_ONE_SIDED = 45.0

_Floats = NDArray[np.float32]


def mood_of(pixels: Pixels) -> Mood:
    """Measure an upright picture: HxWx3 or HxWx4, uint8 sRGB; what cannot be seen does not count."""
    small = resized(pixels, (_SIDE, _SIDE))
    lab = np.asarray(cv2.cvtColor(small[..., :3].astype(np.float32) / 255, cv2.COLOR_RGB2Lab), np.float32)
    colours = lab.reshape(-1, 3)
    if small.shape[2] == 4 and (seen := small[..., 3].reshape(-1) > 127).sum() > 50:
        colours = colours[seen]
    lightness, warmth = colours[:, 0], colours[:, 2]
    palette, left = _palette(colours)
    return Mood(
        lightness=round(float(lightness.mean()), 1),
        contrast=round(float(lightness.std()), 1),
        warmth=round(float(warmth.mean()), 1),
        chroma=round(float(np.hypot(colours[:, 1], warmth).mean()), 1),
        light=_light(lab[..., 0]),
        flat=round(_flat(pixels, left), 2),
        palette=palette,
    )


def _palette(colours: _Floats) -> tuple[tuple[Swatch, ...], float]:
    """Return the main colours, the largest first, and how far the picture is from them at the median (Lab)."""
    # k-means draws from OpenCV's own random numbers: the same picture must give the same colours.
    cv2.setRNGSeed(1)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 8, 1.0)
    some = np.ascontiguousarray(colours[::2])
    count = min(_SWATCHES, len(some))
    _, labels, centres = cv2.kmeans(some, count, np.empty(0, np.int32), criteria, 1, cv2.KMEANS_PP_CENTERS)
    nearest = np.asarray(labels).ravel()
    shares = np.bincount(nearest, minlength=count) / len(some)
    rgb = cv2.cvtColor(np.asarray(centres, np.float32)[None], cv2.COLOR_Lab2RGB)[0]
    order = [k for k in np.argsort(-shares) if shares[k] >= 0.01]
    found = tuple(Swatch(colour=_code(rgb[k]), share=round(float(shares[k]), 2)) for k in order)
    return found, float(np.median(np.linalg.norm(some - np.asarray(centres)[nearest], axis=1)))


def _code(rgb: NDArray[np.float32]) -> str:
    return "#" + "".join(f"{round(255 * float(np.clip(value, 0, 1))):02x}" for value in rgb)


def _light(lightness: _Floats) -> tuple[float, float]:
    """Return where the light comes from, as the slope of a plane through the lightness; its length is 0 to 1."""
    field = cv2.GaussianBlur(cv2.resize(lightness, (_FIELD, _FIELD), interpolation=cv2.INTER_AREA), (0, 0), 2)
    across = np.tile(np.linspace(-0.5, 0.5, _FIELD, dtype=np.float32), (_FIELD, 1))
    slopes = [float((field * plane).sum() / (plane**2).sum()) for plane in (across, across.T)]
    length = float(np.hypot(slopes[0], slopes[1]))
    scale = min(1.0, length / _ONE_SIDED) / max(length, 1e-6)
    return round(slopes[0] * scale, 2), round(slopes[1] * scale, 2)


def _flat(pixels: Pixels, left: float) -> float:
    """Return how much it looks like a flat drawing, 0..1: even areas, few colours, and hard steps between them."""
    middle = pixels[..., :3]
    height, width = middle.shape[:2]
    step = max(1, max(height, width) // 512)
    grey = cv2.cvtColor(np.ascontiguousarray(middle[::step, ::step]), cv2.COLOR_RGB2GRAY).astype(np.int16)
    jumps = np.abs(np.diff(grey, axis=1))
    even = float((jumps <= 1).mean())
    # A photo of fog is even too, but its few steps are soft.
    hard = float((jumps > 24).sum() / max(1, (jumps > 4).sum()))
    share = np.clip((even - 0.55) / 0.3, 0, 1) * np.clip((hard - 0.12) / 0.2, 0, 1) * np.clip((9 - left) / 5, 0, 1)
    return float(share)
