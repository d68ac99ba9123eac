"""Graphite, coloured lead and charcoal: strokes and grain that leave as much pigment as a tone asks for."""

from __future__ import annotations

import cv2
import numpy as np

from engine.renderers.studio.filters import Floats, blur, floats, smoothstep
from engine.renderers.studio.flow import Flow

_LEVELS = 256


def evened(texture: Floats) -> Floats:
    """Return a texture with its values spread evenly over 0..1: then a share t of it lies below t.

    The histogram matching of Lu, Xu and Jia, "Combining sketch and tone for pencil drawing production", 2012, made
    once for the texture instead of once for the picture.
    """
    low, high = (float(v) for v in np.percentile(texture[::2, ::2], (0.1, 99.9)))
    bins = np.clip((texture - low) * np.float32((_LEVELS - 1) / (high - low + 1e-6)), 0, _LEVELS - 1)
    counts = np.bincount(bins[::2, ::2].astype(np.int64).ravel(), minlength=_LEVELS)
    ranks = floats((np.cumsum(counts) - 0.5 * counts) / counts.sum())
    return floats(np.interp(bins.ravel(), np.arange(_LEVELS), ranks).reshape(texture.shape))


def left_by(tone: Floats, texture: Floats, soft: float) -> Floats:
    """Return the pigment (0..1) that a tone (0 paper .. 1 full) leaves on an even texture.

    A middle tone leaves half; the softer the lead, the more the lights keep clear and the darks close, as a hand
    that presses harder in the shadows does.

    Args:
        tone: How dark it shall be.
        texture: Even over 0..1 (see `evened`); what is low takes pigment first.
        soft: Width of the step between bare and full: 0.1 is a hard lead, 0.8 a smudge.
    """
    return smoothstep(0.0, 1.0, floats((tone * (1 + soft) - texture) / soft)) * (tone > 0)


def hatching(rng: np.random.Generator, shape: tuple[int, int], angle: float, width: float, length: float) -> Floats:
    """Return straight hatching, unit deviation: noise drawn out along `angle` (radians).

    Args:
        rng: Of the strokes.
        shape: Height and width.
        angle: Their direction.
        width: Of a stroke and its gap together, in pixels.
        length: Of a stroke, in pixels.
    """
    height, across = shape
    side = int(np.hypot(height, across)) + 4
    rows, columns = max(8, round(2 * side / width)), max(4, round(2 * side / length))
    cells = rng.standard_normal((rows, columns), dtype=np.float32)
    # Strokes begin and end where they like: each row of cells is shifted on its own.
    drawn = cv2.resize(cells, (side, rows), interpolation=cv2.INTER_CUBIC)
    shifts = rng.integers(0, side, rows)
    drawn = np.stack([np.roll(row, shift) for row, shift in zip(drawn, shifts, strict=True)])
    c, s = np.cos(angle), np.sin(angle)
    scale = rows / side
    matrix = np.asarray(
        [
            [c, s, side / 2 - c * across / 2 - s * height / 2],
            [-s * scale, c * scale, (side / 2 + s * across / 2 - c * height / 2) * scale],
        ],
        np.float32,
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    out = cv2.warpAffine(drawn, matrix, (across, height), flags=flags, borderMode=cv2.BORDER_WRAP)
    return floats((out - out.mean()) / (out.std() + 1e-6))


def hatching_along(rng: np.random.Generator, flow: Flow, width: float, length: float) -> Floats:
    """Return hatching that follows a flow, unit deviation: noise smoothed along it (Cabral and Leedom, 1993)."""
    raw = rng.standard_normal(flow.x.shape, dtype=np.float32)
    drawn = flow.along(blur(raw, 0.45 * width), 0.5 * length)
    return floats((drawn - drawn.mean()) / (drawn.std() + 1e-6))


def contrasted(tone: Floats, gamma: float, white: float) -> Floats:
    """Return darkness 0..1 with the light part of it left paper: everything below `white` is 0."""
    return floats(np.power(np.clip((tone - white) / (1 - white), 0, 1), gamma))
