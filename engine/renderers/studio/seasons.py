"""Seasons: what is green turns as leaves do, and the light of the rest follows."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from engine.renderers.studio.colour import split_tone, with_curve, with_saturation, with_warmth
from engine.renderers.studio.filters import Floats, floats, length, lerp, smoothstep
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.steering import Steer
from engine.renderers.studio.texture import noise


class Season(NamedTuple):
    """What a season does: to leaves (hues in degrees of Lab, dark to light; chroma; lightness) and to all else."""

    hues: tuple[float, float]
    chroma: tuple[float, float]
    lift: float
    warmth: float
    saturation: float
    brightness: float
    contrast: float
    lights: tuple[float, float]
    shadows: tuple[float, float]


SEASONS = {
    "autumn": Season((46, 84), (1.3, 13.0), 3.0, 0.42, 0.12, -0.03, 0.08, (3, 8), (4, 4)),
    "winter": Season((235, 255), (0.14, 0.0), 17.0, -0.5, -0.38, 0.16, -0.1, (-1, -4), (-1, -6)),
    "spring": Season((108, 118), (1.25, 8.0), 8.0, 0.08, 0.18, 0.2, -0.12, (5, 1), (-2, 1)),
    "summer": Season((112, 122), (1.3, 6.0), -1.0, 0.3, 0.3, 0.06, 0.2, (0, 5), (-2, -2)),
}


def in_season(lab: Floats, words: Steer, scene: Scene) -> Floats:
    """Return a finished Lab picture in the seasons that the words ask for."""
    for name, season in SEASONS.items():
        if words.up(name):
            lab = turned(lab, season, min(1.0, words.up(name)), scene)
    return lab


def turned(lab: Floats, season: Season, share: float, scene: Scene) -> Floats:
    """Turn the leaves of a picture, and lead its light after them; skin follows by half."""
    leaves = leafy(lab, scene)
    rest = split_tone(lab, season.shadows, season.lights, share)
    rest = with_warmth(rest, season.warmth * share, scene.skin)
    rest = with_saturation(rest, season.saturation * share, scene.skin)
    rest = with_curve(rest, exposure=season.brightness * share, contrast=season.contrast * share)
    return lerp(rest, _foliage(rest, lab, season, scene), floats(share * leaves))


def leafy(lab: Floats, scene: Scene) -> Floats:
    """Return a soft plane of what was green in the source, or foliage, and still has colour; never skin."""
    green = scene.once("green", lambda: _green(scene))
    return floats(green * smoothstep(1.0, 6.0, length(*_opponents(lab))))


def _green(scene: Scene) -> Floats:
    chroma, hue = cv2.cartToPolar(*_opponents(scene.lab), angleInDegrees=True)
    named = smoothstep(84, 98, floats(hue)) * smoothstep(172, 150, floats(hue)) * smoothstep(4, 11, floats(chroma))
    return floats(np.maximum(named, scene.regions.foliage) * (1 - scene.skin))


def _opponents(lab: Floats) -> tuple[Floats, Floats]:
    return np.ascontiguousarray(lab[..., 1]), np.ascontiguousarray(lab[..., 2])


def _foliage(rest: Floats, lab: Floats, season: Season, scene: Scene) -> Floats:
    """Colour leaves between the season's two hues: light ones differ from dark ones, and tree from tree."""
    patches = scene.once("patches", lambda: noise(np.random.default_rng(3), scene.shape, 46 * scene.unit, 3))
    at = np.clip((lab[..., 0] - 18) / 58 + 0.16 * patches, 0, 1)
    hue = floats(season.hues[0] + at * (season.hues[1] - season.hues[0]))
    # Dark paint cannot hold much colour, nor can light.
    light = lab[..., 0] * np.float32(0.01)
    room = np.clip(np.float32(4.2) * light * (1 - light), 0, 1)
    full = np.minimum(season.chroma[0] * length(*_opponents(lab)) + season.chroma[1] * room, 66)
    a, b = cv2.polarToCart(floats(full), hue, angleInDegrees=True)
    return floats(np.dstack([np.clip(rest[..., 0] + season.lift * room, 0, 100), a, b]))
