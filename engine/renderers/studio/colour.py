"""Colour on float32 pictures: sRGB 0..1 and CIE Lab (L 0..100, a and b about -100..100)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.renderers.base import Pixels
from engine.renderers.studio.filters import Floats, floats, lerp, smoothstep

#: What an opponent step of one unit of warmth does to a and b.
_WARM_A, _WARM_B = 3.0, 14.0


def to_lab(rgb: Floats) -> Floats:
    """Return CIE Lab (D65) of sRGB 0..1."""
    return floats(cv2.cvtColor(np.clip(rgb, 0, 1), cv2.COLOR_RGB2Lab))


def to_rgb(lab: Floats) -> Floats:
    """Return sRGB 0..1 of CIE Lab, clipped to what a screen shows."""
    return floats(np.clip(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), 0, 1))


def lab_bytes(lab: Floats) -> Pixels:
    """Return the bytes in which OpenCV keeps CIE Lab, as its superpixels and smoothers take it."""
    scaled = lab * np.asarray([2.55, 1, 1], np.float32) + np.asarray([0, 128, 128], np.float32)
    return np.asarray(np.clip(scaled, 0, 255).astype(np.uint8))


def to_bytes(rgb: Floats) -> Pixels:
    """Return sRGB bytes of sRGB 0..1."""
    return np.asarray(cv2.convertScaleAbs(np.maximum(rgb, 0), alpha=255), np.uint8)


def colour(code: str) -> Floats:
    """Return the sRGB 0..1 of a code such as "#f4e9d8"."""
    return floats([int(code[k : k + 2], 16) / 255 for k in (1, 3, 5)])


def linear(rgb: Floats) -> Floats:
    """Return light (linear sRGB) of sRGB 0..1; a power of 2.2 is near enough for shading."""
    return floats(np.power(np.clip(rgb, 0, 1), 2.2))


def unlinear(light: Floats) -> Floats:
    """Undo `linear`."""
    return floats(np.power(np.clip(light, 0, 1), 1 / 2.2))


def screen(base: Floats, light: Floats) -> Floats:
    """Lay light over a picture, never past white."""
    return floats(1 - (1 - base) * (1 - light))


def with_warmth(lab: Floats, warmth: float, held: Floats | None = None) -> Floats:
    """Shift a Lab picture towards amber (positive) or blue, less at black and white.

    Args:
        lab: HxWx3.
        warmth: About -1..1.
        held: Plane of what moves only half as far (skin), or None.
    """
    return with_tint(lab, _WARM_A * warmth, _WARM_B * warmth, held)


def with_tint(lab: Floats, a: float, b: float, held: Floats | None = None) -> Floats:
    """Add up to `a` and `b` to a Lab picture's colour, not half of it at black and white.

    White gives way a little, for no screen shows white that is coloured.
    """
    out = lab.copy()
    lightness = np.clip(lab[..., 0] * np.float32(0.01), 0, 1)
    amount = np.float32(0.45) + np.minimum(np.float32(2.2) * lightness * (1 - lightness), np.float32(0.55))
    if held is not None:
        amount *= 1 - np.float32(0.5) * held
    out[..., 1] += np.float32(a) * amount
    out[..., 2] += np.float32(b) * amount
    give = 0.35 * (abs(a) + max(0.0, -b) + 0.15 * max(0.0, b))
    out[..., 0] = np.minimum(lab[..., 0], 100 - np.float32(give) * amount)
    return out


def with_tone(lab: Floats, *, exposure: float = 0.0, contrast: float = 0.0) -> Floats:
    """Bend a Lab picture's lightness: exposure moves the middle, contrast is an S-curve; both about -1..1."""
    return with_curve(lab, table=_bent(exposure, contrast, 0.5, paper=False))


def with_curve(
    lab: Floats, *, exposure: float = 0.0, contrast: float = 0.0, table: NDArray[np.float64] | None = None
) -> Floats:
    """Bend a finished picture's lightness: as `with_tone`, about its own middle, and less exposure dims even white.

    Args:
        lab: HxWx3.
        exposure: About -1..1.
        contrast: About -1..1.
        table: What 4096 even steps of lightness become (0..100), instead.
    """
    if table is None:
        if not exposure and not contrast:
            return lab
        middle = float(np.clip(np.median(lab[::4, ::4, 0]) / 100, 0.35, 0.68))
        table = _bent(exposure, contrast, middle, paper=True)
    out = lab.copy()
    at = (np.clip(lab[..., 0], 0, 100) * np.float32((len(table) - 1) / 100) + np.float32(0.5)).astype(np.uint16)
    out[..., 0] = table.astype(np.float32)[at]
    return out


def _bent(exposure: float, contrast: float, middle: float, *, paper: bool) -> NDArray[np.float64]:
    t = np.linspace(0, 1, 4096) ** (2.0 ** (-0.9 * exposure))
    if paper:
        t *= 1 + 0.14 * min(0.0, exposure)
    bend: NDArray[np.float64] = 100 * np.clip(t + contrast * 2.16 * (t - middle) * t * (1 - t), 0, 1)
    return bend


def with_saturation(lab: Floats, gain: float, held: Floats | None = None) -> Floats:
    """Scale chroma by 1 + gain; gains fade on colours that are strong already, and on what is held."""
    out = lab.copy()
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    factor = gain if gain < 0 else gain * (1 - smoothstep(35, 85, floats(chroma)))
    if held is not None and gain > 0:
        factor = factor * (1 - 0.65 * held)
    out[..., 1:] *= np.asarray(1 + factor, np.float32)[..., None] if np.ndim(factor) else np.float32(1 + factor)
    return out


def split_tone(lab: Floats, shadows: tuple[float, float], lights: tuple[float, float], share: float) -> Floats:
    """Tint shadows and lights towards two (a, b) directions, as printers tone a photograph."""
    out = lab.copy()
    t = smoothstep(15, 85, floats(lab[..., 0]))
    middle = np.clip(4 * (lab[..., 0] / 100) * (1 - lab[..., 0] / 100) * 1.5, 0, 1)
    for k in (0, 1):
        out[..., 1 + k] += share * middle * ((1 - t) * shadows[k] + t * lights[k])
    return out


def skin(lab: Floats) -> Floats:
    """Return a soft plane of what has a skin's hue and chroma (about 25 to 65 degrees in Lab, chroma 8 to 50)."""
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])).astype(np.float32)
    chroma = floats(np.hypot(lab[..., 1], lab[..., 2]))
    by_hue = smoothstep(12, 28, hue) * smoothstep(84, 66, hue)
    by_chroma = smoothstep(6, 14, chroma) * smoothstep(62, 46, chroma)
    return floats(by_hue * by_chroma * smoothstep(12, 28, floats(lab[..., 0])))


def toward_neutral(lab: Floats, share: float) -> Floats:
    """Take the colour out of a picture, `share` of the way."""
    grey = lab.copy()
    grey[..., 1:] = 0
    return lerp(lab, grey, share)
