"""Sparkle: stars that flash on the small bright spots of a picture."""

from __future__ import annotations

import cv2
import numpy as np

from engine.renderers.base import Pixels
from engine.renderers.studio.clips.effect import Effect, Moment, Setting
from engine.renderers.studio.filters import Floats, blur, floats, smoothstep

_STARS, _FEW, _SIZES = 60, 8, 6
#: A spot shines that is so much brighter than its surroundings (0..1).
_SHINES = 0.07


class Sparkle(Effect):
    """Glints that twinkle, each in its own time."""

    def __init__(self, setting: Setting) -> None:
        rng, clock = setting.dice.rng, setting.clock
        count = round(_STARS * (0.5 + 0.8 * setting.power))
        self._x, self._y, shine = highlights(setting.stage.rgb, count)
        bright = shine > _SHINES
        if bright.sum() >= _FEW:
            self._x, self._y, shine = self._x[bright], self._y[bright], shine[bright]
        else:
            self._x, self._y, shine = self._x[:_FEW], self._y[:_FEW], shine[:_FEW]
            self.notes = ("Hardly anything shines in this picture, so the sparkle is on its lightest spots.",)
        number = len(self._x)
        self._turns = np.maximum(1, np.rint(clock.seconds * rng.uniform(0.35, 0.85, number)))
        self._start = floats(rng.random(number))
        self._bright = floats(np.clip(0.5 + shine / (shine.max() + 1e-6) * 0.5, 0, 1) * rng.uniform(0.75, 1.0, number))
        unit, turn = setting.unit, float(setting.dice.choose((0.0, 0.2, -0.15, 0.1)))
        reach = [unit * (13 + 62 * size / (_SIZES - 1)) * (0.8 + 0.4 * setting.power) for size in range(_SIZES)]
        self._stamps = [_star(length, turn) for length in reach]
        # The brightest spots get the largest stars, most get small ones.
        order = np.argsort(np.argsort(-self._bright)) / max(1, number - 1)
        self._size = np.clip(np.floor((1 - order) ** 1.5 * _SIZES), 0, _SIZES - 1).astype(int)
        near = 1 / (1 + 2.2 * setting.stage.depth)
        rows = np.minimum((self._y * near.shape[0]).astype(int), near.shape[0] - 1)
        columns = np.minimum((self._x * near.shape[1]).astype(int), near.shape[1] - 1)
        self._near = floats(near[rows, columns])

    def over(self, frame: Pixels, moment: Moment) -> Pixels:
        """Add the stars that flash at the moment."""
        age = (self._turns * moment.share + self._start) % 1.0
        # A flash takes about half of the time between two.
        flash = np.clip(1 - np.abs(age - 0.5) / 0.27, 0, 1) ** 1.6 * self._bright
        left, top = moment.lens.place(moment.pose, self._x, self._y, self._near)
        out = frame.copy()
        for at in np.flatnonzero(flash > 0.02):
            # It opens as it brightens.
            size = max(0, int(self._size[at]) - int(flash[at] < 0.4 * self._bright[at]))
            _add(out, self._stamps[size], round(float(left[at])), round(float(top[at])), float(flash[at]))
        return out


def highlights(rgb: Floats, count: int) -> tuple[Floats, Floats, Floats]:
    """Return the places (shares of width and height) of the spots that shine most, and how much; none too close."""
    height, width = rgb.shape[:2]
    light = floats(rgb.min(axis=2) * 0.4 + rgb.max(axis=2) * 0.6)
    small = blur(light, 0.8)
    # What is small and bright stands out from a wide blur; a white wall does not.
    stands = floats(np.maximum(small - blur(light, 0.012 * width), 0) * smoothstep(0.35, 0.9, small))
    stands[:2], stands[-2:], stands[:, :2], stands[:, -2:] = 0, 0, 0, 0
    side = 2 * max(2, round(0.016 * width)) + 1
    peaks = (stands >= cv2.dilate(stands, np.ones((side, side), np.uint8))) & (stands > 0)
    rows, columns = np.nonzero(peaks)
    best = np.argsort(-stands[rows, columns], kind="stable")[:count]
    if not best.size:
        rows, columns, best = np.array([height // 2]), np.array([width // 2]), np.array([0])
    rows, columns = rows[best], columns[best]
    return floats((columns + 0.5) / width), floats((rows + 0.5) / height), floats(stands[rows, columns])


def _star(length: float, turn: float) -> Pixels:
    """Return a star of four rays and a faint second cross, with a halo; HxWx3 bytes, odd sides."""
    reach = max(3, round(length))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    light = np.zeros_like(x)
    for angle, share, long in ((turn, 1.0, 1.0), (turn + np.pi / 4, 0.4, 0.5)):
        u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        for along, aside in ((u, v), (v, u)):
            fade = np.clip(1 - np.abs(along) / (reach * long), 0, 1) ** 2.2
            light += share * fade * np.exp(-((aside / (0.018 * reach + 0.45)) ** 2))
    away = np.hypot(x, y)
    core = 1.1 * np.exp(-((away / (0.05 * reach + 0.6)) ** 2))
    halo = 0.3 * np.exp(-((away / (0.26 * reach)) ** 2)) * np.clip(1 - away / reach, 0, 1)
    tints = ((1.0, 1.0), (0.985, 0.86), (0.95, 0.62))
    colours = [np.clip(light + core, 0, 1) * tint + halo * warm for tint, warm in tints]
    return np.asarray(np.clip(np.stack(colours, axis=-1) * 255, 0, 255), np.uint8)


def _add(frame: Pixels, stamp: Pixels, x: int, y: int, share: float) -> None:
    """Add a stamp's light to a frame, its middle at a pixel."""
    reach = stamp.shape[0] // 2
    height, width = frame.shape[:2]
    top, bottom = max(0, y - reach), min(height, y + reach + 1)
    left, right = max(0, x - reach), min(width, x + reach + 1)
    if top >= bottom or left >= right:
        return
    part = stamp[top - y + reach : bottom - y + reach, left - x + reach : right - x + reach]
    place = frame[top:bottom, left:right]
    place[:] = cv2.addWeighted(place, 1.0, part, share, 0)
