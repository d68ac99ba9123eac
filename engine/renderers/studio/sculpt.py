"""Lighting a height field: lamps, soft shadows, and the dark of creases. Heights are in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from engine.renderers.studio.filters import Floats, blur, floats, resize, slopes

_STEPS = 14


class Lamp(NamedTuple):
    """A far lamp: its direction in the picture (radians, 0 right, -pi/2 above), height, colour and strength."""

    angle: float
    lift: float
    colour: tuple[float, float, float]
    strength: float


class Light(NamedTuple):
    """What reaches the surface: diffuse light (HxWx3, linear) and a glossy plane."""

    diffuse: Floats
    gloss: Floats


def lit(height: Floats, lamps: Sequence[Lamp], shade: Floats) -> Light:
    """Return the light on a surface; `shade` (0 in shadow, 1 in the open) holds for the first lamp, the key.

    Diffuse light wraps around forms, as it does in matter that lets some through; gloss is Blinn's, broad.
    """
    dx, dy = slopes(height)
    across = 1 / np.sqrt(dx * dx + dy * dy + 1)
    diffuse = np.zeros((*height.shape, 3), np.float32)
    gloss = np.zeros(height.shape, np.float32)
    for number, lamp in enumerate(lamps):
        flat = np.cos(np.arcsin(min(0.98, lamp.lift)))
        x, y, z = flat * np.cos(lamp.angle), flat * np.sin(lamp.angle), min(0.98, lamp.lift)
        facing = (z - dx * x - dy * y) * across
        open_sky = shade if number == 0 else 1.0
        facing = np.clip((facing + 0.22) / 1.22, 0, None)
        wrapped = facing * np.sqrt(np.sqrt(facing)) * open_sky
        diffuse += (lamp.strength * wrapped)[..., None] * np.asarray(lamp.colour, np.float32)
        half = np.asarray([x, y, z + 1]) / np.linalg.norm([x, y, z + 1])
        mirror = np.clip((half[2] - dx * half[0] - dy * half[1]) * across, 0, 1)
        gloss += lamp.strength * _sharp(floats(mirror)) * open_sky
    return Light(floats(diffuse), floats(gloss))


def _sharp(mirror: Floats) -> Floats:
    """Return the 22nd power, by squaring: a general power takes ten times as long."""
    two = mirror * mirror
    four = two * two
    sixteen = (four * four) ** 2
    return floats(sixteen * four * two)


def shadowed(height: Floats, angle: float, lift: float, unit: float) -> Floats:
    """Return how open each place is to a lamp: walk towards it over a half-size copy and see what stands above.

    0.35 in full shadow, 1 in the open; edges soften with distance.
    """
    rows, columns = height.shape
    small = resize(height, max(4, columns // 2), max(4, rows // 2)) / 2
    slope = np.tan(np.arcsin(min(0.98, lift)))
    covered = np.zeros(small.shape, np.float32)
    for k in range(1, _STEPS + 1):
        away = k * (0.9 + 0.09 * k) * 1.4 * unit
        shift = np.asarray([[1, 0, away * np.cos(angle)], [0, 1, away * np.sin(angle)]], np.float32)
        size = (small.shape[1], small.shape[0])
        there = cv2.warpAffine(
            small, shift, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
        above = (floats(there) - small) - slope * away
        covered = np.maximum(covered, np.clip(above / (1.2 * unit + 0.22 * away), 0, 1))
    return resize(floats(1 - 0.62 * blur(covered, 1.5 * unit)), columns, rows)


def occluded(height: Floats, unit: float) -> Floats:
    """Return ambient light left in creases, 0.3..1: what lies below its surroundings, at three scales, is darker."""
    dark = np.zeros(height.shape, np.float32)
    for sigma, weight in ((2.2, 0.30), (6.0, 0.075), (18.0, 0.022)):
        dark += weight * np.clip(blur(height, sigma * unit) - height, 0, None) / unit
    return floats(np.clip(1 - 0.62 * np.tanh(dark), 0.3, 1))
