"""Moving water: ripples that travel towards the camera, and glints of light on them. Only where water is."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.renderers.base import Pixels
from engine.renderers.studio.clips.clock import Waves
from engine.renderers.studio.clips.effect import Effect, Moment, Setting, tile
from engine.renderers.studio.filters import Floats, blur, floats, grid, resize, smoothstep, steepness

_WAVES, _GLINTS = 9, 4


class Water(Effect):
    """Ripples and glints."""

    REGION, LEAST = "water", 0.006

    def __init__(self, setting: Setting) -> None:
        water = setting.stage.water
        self._swell: Waves | None = None
        if not self.possible(setting.stage):
            self.notes = ("I found no water in this picture, so none is moving.",)
            return
        height, width = water.shape
        size = round(width / 2), round(height / 2)
        inside = blur(floats(np.clip(resize(water, *size), 0, 1)), 2.0)
        surely = inside > 0.6 * inside.max()
        scale = _perspective(surely)
        # What stands in the water, a boat or a stone, has edges that its ripples have not: it stays as it is.
        edges = blur(steepness(floats(resize(setting.stage.rgb, *size).mean(axis=2))), 3.0)
        usual = 2 * float(np.median(edges[surely])) + 0.006
        held = smoothstep(1.8 * usual, usual, edges)
        pinned = blur(floats(inside * smoothstep(0.25, 0.8, inside) * held), 1.5)
        self._swell = _swell(setting, pinned, scale)
        self._size = width, height
        rows = np.flatnonzero(surely.any(axis=1))
        self._rows = slice(2 * int(rows[0]), min(height, 2 * int(rows[-1]) + 2))
        self._glitter = _glitter(setting, resize(scale, 1, height)[self._rows], width)
        shine = blur(floats(resize(setting.stage.rgb, *size).max(axis=2)), 5.0)
        bright = smoothstep(float(np.percentile(shine[surely], 35)), 0.95, shine)
        shine = floats(pinned * (0.2 + 0.8 * bright) * (0.5 + 0.5 * setting.power))
        # What moves in place, light and dark, is what makes still water out of a still picture alive.
        self._slopes = resize(floats(pinned * (0.05 + 0.06 * setting.power)), width, height)[self._rows]
        self._shine = np.clip(resize(shine, width, height), 0, 1)[self._rows]

    def sway(self, share: float) -> Floats | None:
        """Return the ripples."""
        return None if self._swell is None else self._swell.at(share)

    def behind(self, frame: Pixels, moment: Moment) -> Pixels:
        """Shade the ripples and lay the glints on them."""
        if self._swell is None:
            return frame
        rough = self._glitter.at(moment.share)
        planes = np.zeros((self._size[1], self._size[0], 2), np.float32)
        planes[self._rows, :, 0] = np.tanh(0.8 * rough) * self._slopes
        planes[self._rows, :, 1] = smoothstep(1.7, 2.7, rough) * self._shine
        seen = moment.fine(planes)
        light = floats(1 + seen[..., 0])
        shaded = cv2.multiply(frame, cv2.merge([light, light, light]), dtype=cv2.CV_8U)
        spark = np.asarray(np.clip(250 * seen[..., 1], 0, 255), np.uint8)
        return np.asarray(cv2.add(shaded, cv2.merge([spark, spark, spark])), np.uint8)


def _perspective(inside: NDArray[np.bool_]) -> Floats:
    """Return how large waves seem in each row, from far (small) to near (1), as a column."""
    rows = np.flatnonzero(inside.any(axis=1))
    top, height = int(rows[0]), inside.shape[0]
    y = np.arange(height, dtype=np.float32)[:, None]
    return floats(np.clip(0.2 + 0.8 * (y - top) / max(1.0, 0.85 * height - top), 0.2, 1.0))


def _swell(setting: Setting, inside: Floats, scale: Floats) -> Waves:
    """Return the ripples as displacement: long crested waves under each other, bent by noise, smaller far away."""
    rng, clock = setting.dice.rng, setting.clock
    height, width = inside.shape
    x, _ = grid(height, width)
    # How many waves lie between the horizon and a row.
    deep = np.cumsum(1 / scale, axis=0) / height
    bend = resize(tile(rng, 256, rough=2.2, stretch=2.5), width, height)
    parts, turns = [], []
    way = 1 if rng.random() < 0.5 else -1
    for number in range(_WAVES):
        pitch = 0.024 * 1.32**number * rng.uniform(0.85, 1.15)
        aside = rng.uniform(-0.3, 0.55) * way
        phase = 2 * np.pi * (deep / pitch + aside * (x / width - 0.5) / (pitch * scale)) + (2.2 + number * 0.2) * bend
        # Waves finer than the cells they are kept in would only flicker.
        fine = smoothstep(3.0, 7.0, floats(pitch * scale * height * np.ones_like(x)))
        high = inside * scale * fine * pitch * (0.020 + 0.016 * setting.power)
        turns.append(clock.cycles(0.42 / np.sqrt(pitch / 0.05)))
        tilt = rng.uniform(-0.5, 0.5)
        parts += [
            np.stack([tilt * high * wave * height / width, high * wave])
            for wave in (np.cos(phase + rng.uniform(0, 0.6)), np.sin(phase))
        ]
    return Waves(floats(np.stack(parts)), turns)


def _glitter(setting: Setting, scale: Floats, width: int) -> Waves:
    """Return a field of facets that flash one after the other; unit deviation, flatter far away."""
    rng, clock = setting.dice.rng, setting.clock
    x, _ = grid(scale.shape[0], width)
    deep = floats(np.cumsum(1 / scale, axis=0) * np.ones((1, width), np.float32))
    across = floats((x - width / 2) / np.sqrt(scale))
    parts, turns = [], []
    for _ in range(_GLINTS):
        turns.append(clock.cycles(rng.uniform(0.7, 1.6)))
        for _ in range(2):
            facets = tile(rng, 512, rough=0.8, stretch=3.4, least=48)
            parts.append(cv2.remap(facets, across, deep, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))
    return Waves(floats(np.stack(parts) / np.sqrt(_GLINTS)), turns)
