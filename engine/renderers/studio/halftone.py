"""Halftone screens: dots that grow with the tone, smooth at their edges."""

from __future__ import annotations

from functools import cache

import numpy as np

from engine.renderers.studio.filters import Floats, floats, grid


def dots(amount: Floats, pitch: float, angle: float) -> Floats:
    """Return a screen of round dots: of their own below half tone, then paper left between them. 0..1.

    The threshold of every dot is a cosine hill (Pnueli and Bruckstein, 1994), evened out so that the ink covers just
    the share of the paper that is asked for.

    Args:
        amount: Plane of how much ink is wanted, 0..1.
        pitch: From dot to dot, in pixels.
        angle: Of the screen, in radians.
    """
    x, y = grid(*amount.shape)
    turn = 2 * np.pi / pitch
    u = np.cos((x * np.cos(angle) + y * np.sin(angle)) * np.float32(turn))
    v = np.cos((y * np.cos(angle) - x * np.sin(angle)) * np.float32(turn))
    hill = floats(0.5 + 0.25 * (u + v))
    level = np.interp(amount, *_levels()).astype(np.float32)
    soft = np.clip((hill - level) * (pitch / 2.2) + 0.5, 0, 1)
    return floats(soft * np.clip(amount / 0.04, 0, 1))


@cache
def _levels() -> tuple[Floats, Floats]:
    """Return shares of ink and the height of the hill above which just that share lies."""
    turn = np.cos((np.arange(128) + 0.5) * (2 * np.pi / 128))
    heights = np.sort(0.5 + 0.25 * (turn[:, None] + turn[None])[:].ravel())[::-1]
    shares = np.linspace(0, 1, 129)
    at = np.minimum((shares * (len(heights) - 1)).astype(int), len(heights) - 1)
    levels = heights[at]
    levels[-1] = -0.2
    return floats(shares), floats(levels)
