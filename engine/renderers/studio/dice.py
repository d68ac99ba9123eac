"""What a variant draws: settings that differ visibly between neighbours, from its own seed alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")

#: Steps of this share of a circle land far from their neighbours (the golden ratio).
_GOLDEN = 0.6180339887498949


class Dice:
    """The draws of one variant. `number` is its seed; the same number always draws the same.

    Neighbouring seeds are spread on purpose: pure chance would often give four variants of which two look alike.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.rng = np.random.default_rng(number)
        self._draws = 0

    def choose(self, options: Sequence[T]) -> T:
        """Return one of the options, the next one for the next seed."""
        self._draws += 1
        stride = 1 if self._draws % 2 else len(options) - 1
        return options[(self.number * stride + 5 * self._draws) % len(options)]

    def between(self, low: float, high: float) -> float:
        """Return a number between the two, far from the neighbours' draws."""
        self._draws += 1
        share = (self.number * _GOLDEN + self._draws * 0.37 + 0.04 * float(self.rng.standard_normal())) % 1.0
        return low + (high - low) * share
