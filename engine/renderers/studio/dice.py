"""What a variant draws: settings that differ visibly between neighbours, from its own seed alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")

#: Steps of this share of a circle land far from their neighbours (the golden ratio).
_GOLDEN = 0.6180339887498949
#: How far numbers are moved within their range once every option has had its turn; every fifth round has them as set.
_MOVES = (0.0, 0.24, 0.16, 0.22, 0.19)


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

    def vary(self, options: Sequence[T]) -> T:
        """Return one of the options as `choose` does, in later rounds with its numbers moved.

        So the fifth variant is not the first once more, and neither is a second batch. Fractions move, within the
        range that the options span, also those inside tuples; whole numbers and words stay.
        """
        chosen = self.choose(options)
        reach = _MOVES[self.number // len(options) % len(_MOVES)]
        return _moved(chosen, options, reach, np.random.default_rng((self.number, self._draws))) if reach else chosen

    def between(self, low: float, high: float) -> float:
        """Return a number between the two, far from the neighbours' draws."""
        self._draws += 1
        share = (self.number * _GOLDEN + self._draws * 0.37 + 0.04 * float(self.rng.standard_normal())) % 1.0
        return low + (high - low) * share


def _moved(chosen: Any, options: Sequence[Any], reach: float, rng: np.random.Generator) -> Any:
    if isinstance(chosen, tuple) and len({len(option) for option in options}) == 1:
        parts = [_moved(part, column, reach, rng) for part, *column in zip(chosen, *options, strict=True)]
        return type(chosen)(*parts) if hasattr(chosen, "_fields") else tuple(parts)
    if not isinstance(chosen, float):
        return chosen
    low, high = min(options), max(options)
    step = (high - low) * reach * float(rng.uniform(0.6, 1.0)) * float(rng.choice((-1, 1)))
    return chosen + step if low <= chosen + step <= high else chosen - step
