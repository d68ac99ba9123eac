"""Time in a clip: everything that moves comes round once or several times, so that any clip can loop. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.renderers.studio.filters import Floats

FPS = 24


@dataclass(frozen=True)
class Clock:
    """A clip of so many frames (at least 2); its last frame stands at the same moment as its first."""

    frames: int

    @property
    def seconds(self) -> float:
        """How long one round takes."""
        return (self.frames - 1) / FPS

    def share(self, number: int) -> float:
        """Return the moment of a frame, 0..1; exactly 0 again for the last one."""
        return (number % (self.frames - 1)) / (self.frames - 1)

    def cycles(self, rate: float) -> int:
        """Return how often something that happens `rate` times a second happens in a round: a whole number."""
        return max(1, round(rate * self.seconds))


class Phase(NamedTuple):
    """One of the copies of a drifting pattern: how far it has drifted (-0.5..0.5) and how much it counts (0..1)."""

    travel: float
    weight: float


def phases(share: float, cycles: int) -> tuple[Phase, Phase]:
    """Return two copies that take turns, so that a pattern drifts for ever and never gets away.

    Each is back at its start when it counts nothing (the two-phase flow map of Vlachos, "Water flow in Portal 2",
    2010). The weights sum to 1; at share 0 only one counts, and it is where it belongs.
    """
    ages = [(share * cycles + lag) % 1.0 for lag in (0.0, 0.5)]
    first, second = (Phase(age - 0.5, float(np.sin(np.pi * age) ** 2)) for age in ages)
    return first, second


class Waves:
    """A field that changes in time by whole cycles: a sum of standing planes, each turning at its own rate.

    `planes` is (2K, ...): a cosine and a sine part for each of the K `turns` (cycles a round).
    """

    def __init__(self, planes: Floats, turns: list[int]) -> None:
        self._planes, self._turns = np.ascontiguousarray(planes), np.asarray(turns)

    def at(self, share: float) -> Floats:
        """Return the field at a moment."""
        angle = 2 * np.pi * share * self._turns
        parts = np.stack([np.cos(angle), np.sin(angle)], axis=1).reshape(-1).astype(np.float32)
        field: Floats = np.tensordot(parts, self._planes, axes=1)
        return field
