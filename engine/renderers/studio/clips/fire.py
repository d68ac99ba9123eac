"""Fire: warm light that flickers, flames that lick upwards, and embers that rise."""

from __future__ import annotations

import cv2
import numpy as np

from engine.renderers.base import Pixels
from engine.renderers.studio.clips.clock import Waves
from engine.renderers.studio.clips.drops import dots
from engine.renderers.studio.clips.effect import Effect, Moment, Setting, tile
from engine.renderers.studio.colour import to_lab
from engine.renderers.studio.filters import Floats, blur, floats, grid, resize, smoothstep

_LEAST = 0.0012
_EMBERS = 90


class Fire(Effect):
    """Flicker where there is warm light in the picture, embers from it; from below the frame where there is none."""

    def __init__(self, setting: Setting) -> None:
        stage = setting.stage
        height, width = stage.shape
        size = max(1, round(width / 2)), max(1, round(height / 2))
        flame = floats(np.clip(resize(burning(stage.rgb), *size), 0, 1))
        self._lick: Waves | None = None
        found = float(flame.mean()) > _LEAST
        if found:
            self._lick = _lick(setting, blur(flame, 1.5))
        else:
            self.notes = ("I found no flame in this picture, so there is only the glow and the embers of one.",)
            y = np.linspace(0, 1, size[1], dtype=np.float32)[:, None]
            flame = floats(np.repeat(smoothstep(0.8, 1.0, y), size[0], axis=1) * 0.6)
        self._flicker = _flicker(setting, flame, found=found)
        self._embers = _Embers(setting, flame, found=found)

    def sway(self, share: float) -> Floats | None:
        """Return how the flames lick."""
        return None if self._lick is None else self._lick.at(share)

    def over(self, frame: Pixels, moment: Moment) -> Pixels:
        """Let the light flicker and draw the embers."""
        gain = moment.whole(moment.seen(self._flicker.at(moment.share)))
        # Firelight is red first: where it grows, blue hardly follows.
        light = cv2.merge([floats(1 + gain), floats(1 + 0.62 * gain), floats(1 + 0.22 * gain)])
        lit = np.asarray(cv2.multiply(frame, light, dtype=cv2.CV_8U), np.uint8)
        return self._embers.over(lit, moment)


def burning(rgb: Floats) -> Floats:
    """Return where something burns, 0..1: a yellow heart lighter than what is around it, and the orange at its rim."""
    lab, side = to_lab(rgb), max(rgb.shape)
    light = floats(lab[..., 0])
    stands_out = smoothstep(10, 34, floats(light - blur(light, 0.06 * side)))
    warm = smoothstep(16, 40, floats(lab[..., 2])) * smoothstep(-12, 4, floats(lab[..., 1]))
    # An orange thing in the sun is as warm, but not as light as what shines itself.
    heart = warm * smoothstep(70, 86, light) * stands_out
    near = smoothstep(0.03, 0.2, blur(heart, 0.008 * side))
    rim = smoothstep(22, 48, floats(lab[..., 2])) * smoothstep(42, 62, light)
    white = smoothstep(90, 98, light) * stands_out
    return floats(np.clip(np.maximum(heart, near * np.maximum(rim, white)), 0, 1))


def _flicker(setting: Setting, flame: Floats, *, found: bool) -> Waves:
    """Return the gain of the light: a steady glow and a restless one, wide around what burns."""
    rng, clock = setting.dice.rng, setting.clock
    height, width = flame.shape
    wide = blur(flame, 0.025 * width) + blur(flame, 0.08 * width) + blur(flame, 0.22 * width)
    glow = wide / (np.percentile(wide, 99.5) + 1e-6)
    glow = np.clip(glow, 0, 1.4) * (0.26 + 0.2 * setting.power) * (0.9 if found else 1.0)
    # A part that does not turn lifts the mean.
    parts, turns = [(0.4 if found else 0.9) * glow, np.zeros_like(glow)], [0]
    for rate in (0.9, 1.7, 2.9, 4.3, 6.1):
        turns.append(clock.cycles(rate * rng.uniform(0.85, 1.15)))
        phase = rng.uniform(0, 2 * np.pi) + 1.1 * resize(tile(rng, 64, rough=2.2), width, height)
        high = 0.34 * glow * (0.9 / rate) ** 0.35
        parts += [high * np.cos(phase), high * np.sin(phase)]
    return Waves(floats(np.stack(parts)), turns)


def _lick(setting: Setting, flame: Floats) -> Waves:
    """Return the displacement of flames: waves that climb."""
    rng, clock = setting.dice.rng, setting.clock
    height, width = flame.shape
    _, y = grid(height, width)
    loose = smoothstep(0.08, 0.5, flame) * (0.003 + 0.003 * setting.power)
    parts, turns = [], []
    for pitch in (0.03, 0.05, 0.08, 0.13):
        phase = 2 * np.pi * y / (pitch * width) + 2.5 * resize(tile(rng, 128, rough=2.0), width, height)
        turns.append(clock.cycles(rng.uniform(1.2, 2.6)))
        high = loose * np.sqrt(pitch / 0.13)
        parts += [
            np.stack([high * wave, 0.7 * high * wave * width / height]) for wave in (np.cos(phase), np.sin(phase))
        ]
    return Waves(floats(np.stack(parts)), turns)


class _Embers:
    """Sparks that rise, waver, cool and go out."""

    def __init__(self, setting: Setting, flame: Floats, *, found: bool) -> None:
        rng, seconds = setting.dice.rng, setting.clock.seconds
        count = round(_EMBERS * (0.5 + 0.8 * setting.power))
        chance = np.maximum(flame, 0).astype(np.float64).ravel() ** 1.5 + 1e-12
        spots = rng.choice(flame.size, size=count, p=chance / chance.sum())
        rows, columns = np.unravel_index(spots, flame.shape)
        self._x, self._y = floats((columns + 0.5) / flame.shape[1]), floats((rows + 0.5) / flame.shape[0])
        self._turns = np.maximum(1, np.rint(seconds * rng.uniform(0.28, 0.6, count)))
        self._start, self._near = floats(rng.random(count)), floats(rng.uniform(0.5, 1.5, count))
        self._rise, self._drift = floats(rng.uniform(0.2, 0.75, count)), floats(rng.normal(0, 0.06, count))
        if not found:
            # They come from a fire below the picture.
            self._y, self._rise = floats(self._y + 0.08), floats(1.5 * self._rise)
        self._bend = floats(rng.uniform(0, 2 * np.pi, (2, count)))
        self._size = floats(rng.uniform(0.5, 1.25, count) ** 1.6)

    def over(self, frame: Pixels, moment: Moment) -> Pixels:
        """Add their light to a frame."""
        age = floats((self._turns * moment.share + self._start) % 1.0)
        waver = 0.016 * np.sin(7 * age + self._bend[0]) + 0.009 * np.sin(17 * age + self._bend[1])
        x = self._x + self._drift * age + waver * np.sqrt(age)
        y = self._y - self._rise * age**1.15
        left, top = moment.lens.place(moment.pose, floats(x), floats(y), self._near)
        heat = floats(np.clip(age / 0.06, 0, 1) * (1 - age) ** 0.7)
        heat = floats(heat * (0.72 + 0.28 * np.sin(2 * np.pi * 9 * age + 5 * self._bend[1])))
        width, height = moment.lens.size
        mask = np.zeros((-(-height // 2), -(-width // 2)), np.uint8)
        radius = floats(np.maximum(0.7, 0.75 * moment.unit * self._size * self._near))
        dots(mask, floats(left / 2), floats(top / 2), radius, np.rint(255 * heat).astype(np.int64))
        return _glowing(frame, mask, moment.unit)


def _glowing(frame: Pixels, mask: Pixels, unit: float) -> Pixels:
    """Add sparks, yellow in the middle and red around, from a mask of half the frame's size."""
    bloom = cv2.GaussianBlur(mask, (0, 0), max(1.0, 3.2 * unit))
    red = cv2.addWeighted(mask, 1.0, bloom, 2.6, 0)
    green = cv2.addWeighted(mask, 0.72, bloom, 1.0, 0)
    blue = cv2.addWeighted(mask, 0.34, bloom, 0.2, 0)
    grown = cv2.resize(cv2.merge([red, green, blue]), (mask.shape[1] * 2, mask.shape[0] * 2))
    return np.asarray(cv2.add(frame, grown[: frame.shape[0], : frame.shape[1]]), np.uint8)
