"""Rain: streaks at three depths, splashes where the ground is, and the light of a wet day."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from engine.renderers.base import Pixels
from engine.renderers.studio.clips.drops import Falls, hidden, softened, streaks
from engine.renderers.studio.clips.effect import Effect, Moment, Setting, grown, laid, surroundings
from engine.renderers.studio.colour import to_lab, to_rgb, toward_neutral, with_tone, with_warmth
from engine.renderers.studio.filters import Floats, blur, floats, lerp, smoothstep

#: A shutter open for so long draws a drop as a streak, in seconds.
_SHUTTER = 1 / 42
_TALL = 1.3


class _Curtain(NamedTuple):
    """Rain at a nearness: drops, falls a second, brightness, thickness and focus (pixels of a 1024 px frame)."""

    near: float
    depth: float
    drops: int
    rate: float
    grey: int
    thick: float
    soft: float


_CURTAINS = (
    _Curtain(0.45, 0.40, 900, 1.0, 112, 1.0, 0.0),
    _Curtain(0.85, 0.06, 380, 1.7, 150, 1.3, 0.5),
    _Curtain(1.5, -1.0, 46, 2.7, 118, 2.4, 1.4),
)


class Rain(Effect):
    """Rain with a slant."""

    def __init__(self, setting: Setting) -> None:
        rng, clock = setting.dice.rng, setting.clock
        amount = 0.55 + 0.75 * setting.power
        self._slant = setting.dice.choose((0.10, -0.14, 0.20, -0.06)) * (0.7 + 0.6 * setting.power)
        self._seconds = clock.seconds
        self._falls = [Falls.drawn(rng, round(amount * c.drops), c.rate * clock.seconds) for c in _CURTAINS]
        ground = _ground(setting)
        self._splashes = _Splashes(rng, ground, clock.seconds, amount) if ground is not None else None

    @staticmethod
    def grade(rgb: Floats, depth: Floats, power: float) -> Floats:
        """Return the light of a wet day: darker, cooler, paler, and misty far away."""
        lab = with_tone(to_lab(rgb), exposure=-0.36 - 0.2 * power, contrast=-0.08)
        lab = toward_neutral(with_warmth(lab, -0.3 - 0.15 * power), 0.16 + 0.1 * power)
        wet = to_rgb(lab)
        mist = blur(wet, max(wet.shape) * 0.05).mean(axis=(0, 1)) * 0.5 + np.float32(0.27)
        veil = (0.16 + 0.16 * power) * smoothstep(0.45, 1.0, depth)
        return lerp(wet, floats(np.broadcast_to(mist, wet.shape)), veil)

    def over(self, frame: Pixels, moment: Moment) -> Pixels:
        """Draw the curtains and the splashes, lit by what is behind them."""
        mask: Pixels = np.zeros(frame.shape[:2], np.uint8)
        for curtain, falls in zip(_CURTAINS, self._falls, strict=True):
            mask = np.maximum(mask, self._curtain(curtain, falls, moment))
        if self._splashes is not None:
            self._splashes.draw(mask, moment)
        around = surroundings(frame, 26 * moment.unit)
        light = cv2.addWeighted(around, 0.7, np.full_like(around, 255), 0.42, 0)
        opacity = floats(mask) * np.float32(1 / 255)
        return laid(frame, grown(np.asarray(light, np.uint8), moment.lens.size), opacity)

    def _curtain(self, curtain: _Curtain, falls: Falls, moment: Moment) -> Pixels:
        across, gone = falls.at(moment.share)
        speed = _TALL * falls.turns / self._seconds
        ends = []
        for at in (gone, gone - speed / _TALL * _SHUTTER):
            y = _TALL * at - 0.15
            x = 1.5 * across - 0.25 + self._slant * (y - 0.5)
            ends.append(moment.lens.place(moment.pose, floats(x), floats(y), curtain.near))
        mask = np.zeros(moment.lens.size[::-1], np.uint8)
        width = max(1, round(curtain.thick * moment.unit))
        grey = round(curtain.grey * min(1.0, 0.45 + 0.55 * moment.unit))
        for part, strength in enumerate((1.0, 0.72, 0.5)):
            (x0, y0), (x1, y1) = ((x[part::3], y[part::3]) for x, y in ends)
            streaks(mask, (x0, y0), (x1, y1), round(grey * strength), width)
        mask = softened(mask, curtain.soft * moment.unit)
        return hidden(mask, moment, curtain.depth) if curtain.depth > 0 else mask


class _Splashes:
    """Rings and a few beads where drops meet the ground, each for a moment."""

    def __init__(self, rng: np.random.Generator, ground: Floats, seconds: float, amount: float) -> None:
        count, turns = round(150 * amount), max(1, round(2.2 * seconds))
        self._falls = Falls.drawn(rng, count, turns)
        spots = rng.choice(ground.size, size=self._falls.across.shape, p=ground.ravel() / ground.sum())
        rows, columns = np.unravel_index(spots, ground.shape)
        self._x = floats((columns + rng.random(columns.shape)) / ground.shape[1])
        self._y = floats((rows + rng.random(rows.shape)) / ground.shape[0])

    def draw(self, mask: Pixels, moment: Moment) -> None:
        """Draw those that are there at the moment: a splash lasts a third of the time between two."""
        falls = self._falls
        gone = falls.turns * moment.share + falls.start
        age = (gone - np.floor(gone)) * 3
        there = np.flatnonzero(age < 1)
        which = np.floor(gone).astype(np.int64)[there] % falls.turns[there]
        x, y = self._x[there, which], self._y[there, which]
        near = floats(0.45 + 0.55 * y)
        left, top = moment.lens.place(moment.pose, x, y, near)
        for px, py, old, size in zip(left.tolist(), top.tolist(), age[there].tolist(), near.tolist(), strict=True):
            reach = (1.5 + 7 * old) * size**2 * moment.unit
            axes = max(1, round(16 * reach)), max(1, round(16 * reach * 0.34))
            centre = round(16 * px), round(16 * py)
            shade = round(74 * (1 - old) * size)
            cv2.ellipse(mask, centre, axes, 0, 0, 360, shade, 1, cv2.LINE_AA, 4)


def _ground(setting: Setting) -> Floats | None:
    """Return where drops meet something flat: low in the picture, not the sky; None where that is nowhere."""
    stage = setting.stage
    height, width = stage.shape
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    ground = smoothstep(0.58, 0.8, floats(np.broadcast_to(down, (height, width)))) * (1 - stage.sky)
    ground = ground * (1 - 0.9 * stage.matte)
    small = floats(cv2.resize(ground, (64, 36), interpolation=cv2.INTER_AREA))
    return small if float(small.mean()) > 0.03 else None
