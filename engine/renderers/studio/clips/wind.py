"""Wind: leaves and grass sway in gusts that pass through them."""

from __future__ import annotations

import numpy as np

from engine.renderers.studio.clips.clock import Waves
from engine.renderers.studio.clips.effect import Effect, Setting, tile
from engine.renderers.studio.filters import Floats, blur, floats, grid, resize, smoothstep

_GUSTS, _FLUTTERS = 4, 4


class Wind(Effect):
    """Foliage that sways, held where it ends."""

    REGION, LEAST = "foliage", 0.01

    def __init__(self, setting: Setting) -> None:
        leaves = setting.stage.foliage
        self._swing: Waves | None = None
        if not self.possible(setting.stage):
            self.notes = ("I found no leaves or grass in this picture, so nothing sways in the wind.",)
            return
        height, width = leaves.shape
        size = round(width / 2), round(height / 2)
        small = floats(np.clip(resize(leaves, *size), 0, 1))
        loose = smoothstep(0.1, 0.75, blur(small, 0.012 * size[0]))
        self._swing = _swing(setting, loose)

    def sway(self, share: float) -> Floats | None:
        """Return how far the leaves lean."""
        return None if self._swing is None else self._swing.at(share)


def _swing(setting: Setting, loose: Floats) -> Waves:
    """Return gusts that travel across and bend whole boughs, and a flutter of single leaves."""
    rng, clock = setting.dice.rng, setting.clock
    height, width = loose.shape
    x, y = grid(height, width)
    way = setting.dice.choose((1, -1))
    strength = (0.0016 + 0.0026 * setting.power) * loose
    parts, turns = [], []
    for number in range(_GUSTS + _FLUTTERS):
        fine = number >= _GUSTS
        bend = resize(tile(rng, 128, rough=1.6 if fine else 2.4, least=8 if fine else 2), width, height)
        pitch = rng.uniform(0.1, 0.2) if fine else rng.uniform(0.3, 0.7)
        front = (x + rng.uniform(-0.4, 0.4) * y) / width
        phase = (3.0 if fine else 2.2) * bend - 2 * np.pi * way * front / pitch
        high = strength * (0.38 if fine else 1.0)
        turns.append(clock.cycles(rng.uniform(1.1, 2.0) if fine else rng.uniform(0.3, 0.75)))
        lift = rng.uniform(-0.5, 0.5)
        parts += [
            np.stack([high * wave, lift * high * wave * width / height]) for wave in (np.cos(phase), np.sin(phase))
        ]
    return Waves(floats(np.stack(parts)), turns)
