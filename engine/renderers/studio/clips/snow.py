"""Snow: flakes at four depths that drift and waver, the nearest out of focus."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.renderers.base import Pixels
from engine.renderers.studio.clips.drops import dots, hidden, softened
from engine.renderers.studio.clips.effect import Effect, Moment, Setting, laid
from engine.renderers.studio.colour import to_lab, to_rgb, toward_neutral, with_tone, with_warmth
from engine.renderers.studio.filters import Floats, floats, lerp, smoothstep


class _Fall(NamedTuple):
    """Snow at a nearness: flakes in view, heights a second, radius and blur (pixels of a 1024 px frame), opacity."""

    near: float
    depth: float
    flakes: int
    rate: float
    radius: float
    soft: float
    grey: int


_FALLS = (
    _Fall(0.40, 0.40, 640, 0.055, 1.25, 0.5, 190),
    _Fall(0.65, 0.18, 300, 0.085, 2.2, 0.8, 225),
    _Fall(1.00, 0.00, 120, 0.130, 3.8, 1.4, 225),
    _Fall(1.80, -1.0, 22, 0.230, 13.0, 4.0, 105),
)


class Snow(Effect):
    """Falling snow."""

    def __init__(self, setting: Setting) -> None:
        amount = 0.5 + 0.85 * setting.power
        wind = setting.dice.choose((0.30, -0.45, 0.10, -0.2))
        self._flakes = [_Flakes(setting, fall, amount, wind) for fall in _FALLS]

    @staticmethod
    def grade(rgb: Floats, depth: Floats, power: float) -> Floats:
        """Return the light of a snowy day: cooler, paler, and white far away."""
        lab = with_warmth(with_tone(to_lab(rgb), exposure=-0.04, contrast=-0.16), -0.26 - 0.1 * power)
        pale = to_rgb(toward_neutral(lab, 0.14 + 0.1 * power))
        veil = (0.12 + 0.2 * power) * smoothstep(0.4, 1.0, depth)
        bright = 0.35 + 0.55 * float(pale.mean())
        return lerp(pale, floats(np.broadcast_to(floats([0.95, 0.98, 1.03]) * np.float32(bright), pale.shape)), veil)

    def over(self, frame: Pixels, moment: Moment) -> Pixels:
        """Draw the flakes, those in the distance behind what is nearer."""
        total: Pixels = np.zeros(frame.shape[:2], np.uint8)
        for flakes in self._flakes:
            total = np.maximum(total, flakes.seen(moment))
        white = np.empty_like(frame)
        white[:] = (243, 247, 252)
        return laid(frame, white, floats(total) * np.float32(1 / 255))


class _Flakes:
    """The flakes at one depth. Each has a way of its own; others follow it at a round's distance for ever."""

    def __init__(self, setting: Setting, fall: _Fall, amount: float, wind: float) -> None:
        rng, seconds = setting.dice.rng, setting.clock.seconds
        self._fall = fall
        rate = fall.rate * (0.8 + 0.4 * setting.power)
        chains = max(6, round(amount * fall.flakes * min(1.0, rate * seconds)))
        down = rate * seconds * rng.uniform(0.75, 1.35, chains)
        self._step = floats(np.stack([down * (wind + rng.uniform(-0.35, 0.35, chains)), down]))
        links = np.arange(-1, int(np.ceil(1.3 / down.min())) + 1, dtype=np.float32)
        self._first = floats(np.stack([rng.uniform(-0.2, 1.2, chains), -0.1 - rng.random(chains) * down]))
        self._links = links
        self._turns = np.maximum(1, np.rint(seconds * rng.uniform(0.15, 0.5, (2, chains)))).astype(np.float32)
        self._phase = floats(rng.uniform(0, 2 * np.pi, (2, chains)))
        self._swing = floats(rng.uniform(0.3, 1.0, (2, chains)) * [[0.016], [0.006]] * fall.near)
        self._size = floats(np.clip(rng.lognormal(-0.05, 0.36, chains), 0.45, 2.0))

    def seen(self, moment: Moment) -> Pixels:
        """Return their mask."""
        share, fall = moment.share, self._fall
        along = self._first + self._step * share
        along = along + self._swing * np.sin(2 * np.pi * self._turns * share + self._phase)
        x, y = ((along[k][:, None] + self._links * self._step[k][:, None]).ravel() for k in (0, 1))
        # A way that leaves at one side comes in at the other.
        left, top = moment.lens.place(moment.pose, floats(-0.2 + (x + 0.2) % 1.4), floats(y), fall.near)
        size = np.repeat(self._size, len(self._links))
        radius = floats(fall.radius * moment.unit * size * np.sqrt(moment.pose.zoom))
        grey = np.rint(fall.grey * (1.15 - 0.3 * size)).astype(np.int64)
        # What is smaller than a pixel is drawn as one, and fainter.
        grey = np.rint(grey * np.clip(radius / 0.8, 0.35, 1)).astype(np.int64)
        mask = np.zeros(moment.lens.size[::-1], np.uint8)
        dots(mask, left, top, floats(np.maximum(radius, 0.8)), np.minimum(grey, 255))
        mask = softened(mask, fall.soft * moment.unit)
        return hidden(mask, moment, fall.depth) if fall.depth > 0 else mask
