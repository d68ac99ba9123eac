"""Drifting fog: three banks of cloudy noise at their own depths, lit by the picture."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from engine.renderers.base import Pixels
from engine.renderers.studio.clips.clock import phases
from engine.renderers.studio.clips.effect import Effect, Moment, Setting, grown, laid, surroundings, tile
from engine.renderers.studio.clips.lens import Map, wrapped
from engine.renderers.studio.filters import Floats, floats, smoothstep

_TILE = 512


class _Bank(NamedTuple):
    """A bank of fog at a depth: how thick, how large its clouds (tiles a picture), how far it drifts in a phase."""

    depth: float
    near: float
    thick: float
    scale: float
    drift: float
    low: float


_BANKS = (
    _Bank(0.58, 0.40, 0.90, 0.60, 0.035, 0.0),
    _Bank(0.28, 0.60, 0.72, 0.48, 0.060, 0.30),
    _Bank(-0.30, 1.05, 0.62, 0.34, 0.100, 0.80),
)


class Fog(Effect):
    """Fog that is thicker farther away and lower down, and drifts."""

    def __init__(self, setting: Setting) -> None:
        self._power = 0.55 + 0.6 * setting.power
        self._cycles = setting.clock.cycles(0.2)
        self._way = setting.dice.choose((1, -1))
        rng = setting.dice.rng
        self._tiles = [tile(rng, _TILE, rough=1.75, stretch=1.7) for _ in _BANKS]
        self._light = _light(setting.stage.rgb)

    def over(self, frame: Pixels, moment: Moment) -> Pixels:
        """Lay the banks over the frame, the farthest first."""
        clear = np.ones(moment.depth.shape, np.float32)
        for number, bank in enumerate(_BANKS):
            clear *= 1 - self._density(number, bank, moment)
        around = surroundings(frame, 70 * moment.unit)
        # Fog takes the colour of the light around it, and is never darker than the light that is in it.
        lit = cv2.addWeighted(around, 0.42, np.broadcast_to(self._light, around.shape).astype(np.uint8), 0.62, 0)
        return laid(frame, grown(np.asarray(lit, np.uint8), moment.lens.size), moment.whole(1 - clear))

    def _density(self, number: int, bank: _Bank, moment: Moment) -> Floats:
        """Return how thick a bank is in each cell, 0..1."""
        look = moment.lens.sheet(moment.pose, bank.near)
        clouds = _drifting(self._tiles[number], look, bank, self._way * moment.share, self._cycles)
        billow = 0.12 + 0.88 * smoothstep(-1.0, 1.7, clouds)
        behind = smoothstep(bank.depth - 0.12, bank.depth + 0.3, moment.depth)
        low = 1 - bank.low * smoothstep(0.95, 0.25, look.y)
        return floats(np.clip(self._power * bank.thick * billow * behind * low, 0, 0.96))


def _drifting(noise: Floats, look: Map, bank: _Bank, share: float, cycles: int) -> Floats:
    """Return the noise where a map looks, drifting; two copies take turns, and together vary as one alone."""
    total = np.zeros(look.x.shape, np.float32)
    side = _TILE * bank.scale
    for lag, phase in enumerate(phases(share, cycles)):
        x = (look.x + phase.travel * bank.drift * 2 + 0.37 * lag) * side
        y = (look.y + phase.travel * bank.drift * 0.3) * side
        total += np.sqrt(phase.weight).astype(np.float32) * wrapped(noise, floats(x), floats(y))
    return total


def _light(rgb: Floats) -> Pixels:
    """Return the colour of the light in a picture, as bytes: that of its brighter parts, paler."""
    luma = rgb.mean(axis=2)
    bright = rgb[luma >= np.percentile(luma, 70)].mean(axis=0)
    pale = 0.55 * bright.mean() + 0.45 * bright
    return np.asarray(np.clip(255 * (0.25 * 0.85 + 0.75 * pale), 0, 255), np.uint8)
