"""Drifting clouds: the sky moves behind everything that stands before it."""

from __future__ import annotations

import cv2
import numpy as np

from engine.renderers.base import Pixels
from engine.renderers.studio.clips.clock import Phase, phases
from engine.renderers.studio.clips.effect import Effect, Moment, Setting, grown, laid, tile
from engine.renderers.studio.clips.layers import filled
from engine.renderers.studio.clips.lens import Map, developed, enlarged, wrapped
from engine.renderers.studio.filters import Floats, blur, floats, resize, smoothstep

#: A sky that varies less than this (deviation, 0..1) has no clouds that could be seen to move.
_CLEAR = 0.012
_TILE = 512


class Clouds(Effect):
    """The sky's own clouds, or, in a clear sky, soft ones that are added."""

    REGION, LEAST = "sky", 0.02

    def __init__(self, setting: Setting) -> None:
        stage = setting.stage
        self._sky = floats(stage.sky)
        self._there = self.possible(stage)
        if not self._there:
            self.notes = ("I found no sky in this picture, so no clouds are moving.",)
            return
        self._way = setting.dice.choose((1, -1))
        self._cycles = setting.clock.cycles(0.16)
        self._reach = 0.05 + 0.06 * setting.power
        self._plate, self._haze, spread = _sky_alone(stage.pixels, self._sky)
        self._made: Floats | None = None
        if spread < _CLEAR:
            self._made = tile(setting.dice.rng, _TILE, rough=1.75, stretch=1.8)
            self._full = 0.5 + 0.4 * setting.power
            self.notes = ("The sky is clear, so I added soft clouds to it.",)

    def behind(self, frame: Pixels, moment: Moment) -> Pixels:
        """Put the moving sky where the sky is."""
        if not self._there:
            return frame
        sky = self._added(moment) if self._made is not None else self._drifted(moment)
        return laid(frame, sky, moment.whole(np.clip(moment.seen(self._sky), 0, 1)))

    def _drifted(self, moment: Moment) -> Pixels:
        """Return the sky with its own clouds carried along.

        Two copies take turns. What they share is kept and only what differs is mixed, as strong as in one of them
        alone (after Heitz and Neyret, "High-performance by-example noise", 2018), so that the sky does not pulse.
        """
        first, second = phases(self._way * moment.share, self._cycles)
        even = 1 / np.sqrt(first.weight**2 + second.weight**2)
        shares = [phase.weight * even for phase in (first, second)]
        seen = [self._carried(moment, phase) for phase in (first, second)]
        detail = cv2.addWeighted(seen[0], shares[0], seen[1], shares[1], 128 * (1 - sum(shares)))
        return np.asarray(cv2.addWeighted(self._hazy(moment), 1, detail, 1, -128), np.uint8)

    def _carried(self, moment: Moment, phase: Phase) -> Pixels:
        look = moment.back
        # Clouds overhead pass faster than those at the horizon.
        speed = 0.35 + 0.65 * np.clip(1 - look.y * 1.4, 0, 1)
        x = floats(look.x + phase.travel * self._reach * 2 * speed)
        y = floats(look.y + phase.travel * self._reach * 0.15 * speed)
        return developed(self._plate, moment.lens.fixed(Map(x, y)), cv2.INTER_LINEAR)

    def _hazy(self, moment: Moment) -> Pixels:
        return grown(np.asarray(np.clip(moment.seen(self._haze) + 0.5, 0, 255), np.uint8), moment.lens.size)

    def _added(self, moment: Moment) -> Pixels:
        """Return the clear sky with soft clouds: lit from above, smaller towards the horizon."""
        look, made = moment.back, self._made
        assert made is not None  # noqa: S101  # the caller has looked
        rise = np.maximum(0.12, 1.05 - look.y * 1.5)
        total, below = np.zeros(look.x.shape, np.float32), np.zeros(look.x.shape, np.float32)
        for lag, phase in enumerate(phases(self._way * moment.share, self._cycles)):
            drift, share = phase.travel * self._reach * 2, np.sqrt(np.float32(phase.weight))
            x = floats(((look.x - 0.5 + drift * rise) / (0.5 + rise) + 0.31 * lag) * 0.75 * _TILE)
            y = floats(_TILE * (0.17 * lag - 0.55 * np.log(rise)))
            total += share * wrapped(made, x, y)
            below += share * wrapped(made, x, y + np.float32(7))
        body = smoothstep(-0.1, 2.0, total) * smoothstep(0.16, 0.4, floats(rise))
        haze = self._hazy(moment)
        # Light tops are seen on a dark sky, dark undersides on a bright one.
        lit = smoothstep(-0.5, 0.4, floats(total - below))
        light = cv2.addWeighted(haze, 0.3, np.full_like(haze, 255), 0.7, 0)
        shade = cv2.addWeighted(haze, 0.84, np.full_like(haze, 128), 0.07, 0)
        tint = laid(np.asarray(shade, np.uint8), np.asarray(light, np.uint8), enlarged(lit, moment.lens.size))
        return laid(haze, tint, enlarged(floats(self._full * body), moment.lens.size))


def _sky_alone(pixels: Pixels, sky: Floats) -> tuple[Pixels, Floats, float]:
    """Return the sky's fine structure about 128, its haze (0..255, small), and how much it varies.

    Behind what stands before it, the sky goes on.
    """
    height, width = pixels.shape[:2]
    rgb = floats(pixels)
    sure = smoothstep(0.8, 0.99, blur(sky, 1.0))
    known = resize(floats(sure), width, height)
    small = filled(resize(rgb, sky.shape[1], sky.shape[0]), sure)
    haze = blur(small, 0.05 * max(sky.shape))
    alone = filled(rgb, floats(np.clip(known, 0, 1)))
    detail = alone - resize(haze, width, height)
    inside = sky > 0.9
    soft = blur(floats((small - haze).mean(axis=2)), 2.0)
    spread = float(soft[inside].std()) / 255 if inside.any() else 0.0
    return np.asarray(np.clip(detail + 128.5, 0, 255), np.uint8), haze, spread
