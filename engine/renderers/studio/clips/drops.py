"""What falls and floats in the air: many small things at their own depths, each with its own way and time."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.renderers.base import Pixels
from engine.renderers.studio.clips.effect import Moment
from engine.renderers.studio.filters import Floats, floats, smoothstep

#: Coordinates are handed to OpenCV in parts of a pixel.
_SHIFT = 4


@dataclass(frozen=True)
class Falls:
    """`count` drops that fall `turns` times a round each, every time somewhere else."""

    turns: NDArray[np.int64]
    start: Floats
    across: Floats

    @classmethod
    def drawn(cls, rng: np.random.Generator, count: int, turns: float) -> Falls:
        """Return drops that fall about `turns` times a round."""
        own = np.maximum(1, np.rint(turns * rng.uniform(0.85, 1.15, count))).astype(np.int64)
        return cls(own, floats(rng.random(count)), floats(rng.random((count, int(own.max())))))

    def at(self, share: float) -> tuple[Floats, Floats]:
        """Return where each is: across the picture, and how far through its fall, both 0..1."""
        gone = self.turns * share + self.start
        fall = np.floor(gone).astype(np.int64)
        return floats(self.across[np.arange(len(fall)), fall % self.turns]), floats(gone - fall)


def streaks(mask: Pixels, start: tuple[Floats, Floats], end: tuple[Floats, Floats], grey: int, thick: int) -> None:
    """Draw lines into a mask, from and to pixels."""
    points = np.stack([np.stack(start, -1), np.stack(end, -1)], axis=1) * (1 << _SHIFT)
    lines = list(np.rint(points).astype(np.int32))
    cv2.polylines(mask, lines, isClosed=False, color=grey, thickness=thick, lineType=cv2.LINE_AA, shift=_SHIFT)


def dots(mask: Pixels, x: Floats, y: Floats, radius: Floats, grey: NDArray[np.int64]) -> None:
    """Draw round spots into a mask; all in pixels."""
    height, width = mask.shape
    seen = (x > -radius) & (y > -radius) & (x < width + radius) & (y < height + radius)
    scale = 1 << _SHIFT
    spots = np.rint(np.stack([x, y, radius], axis=1)[seen] * scale).astype(int)
    for (left, top, size), shade in zip(spots.tolist(), grey[seen].tolist(), strict=True):
        cv2.circle(mask, (left, top), size, shade, -1, cv2.LINE_AA, _SHIFT)


def hidden(mask: Pixels, moment: Moment, depth: float) -> Pixels:
    """Return a mask without what is behind something nearer than `depth`."""
    open_there = moment.whole(floats(255 * smoothstep(depth - 0.14, depth + 0.1, moment.depth)))
    return np.asarray(cv2.multiply(mask, np.asarray(open_there, np.uint8), scale=1 / 255), np.uint8)


def softened(mask: Pixels, sigma: float) -> Pixels:
    """Return a mask out of focus."""
    return mask if sigma < 0.3 else np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma), np.uint8)
