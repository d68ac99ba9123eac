"""How far away things are, from a single picture: a stage of ground and sky, and things that stand on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from engine.renderers.studio.colour import lab_bytes
from engine.renderers.studio.edging import guided_by_colour
from engine.renderers.studio.filters import Floats, floats, lerp, resize, smoothstep
from engine.renderers.studio.segments import Segments, agreed

if TYPE_CHECKING:
    from engine.renderers.studio.scene import Scene

#: Where the ground ends at the horizon, and what lies behind a subject where no ground is to be seen.
_HORIZON, _WALL = 0.85, 0.72


class _Guess(NamedTuple):
    """What a clue says of the depth of each segment, and how much it is to be believed."""

    depth: Floats
    weight: Floats


def depth_of(scene: Scene) -> Floats:
    """Return an estimate of depth, 0 (nearest) to 1 (farthest).

    The ground recedes to the horizon, the sky is farthest, haze and blur tell what is far between them, and the
    subject stands up from the ground at its foot. Superpixels of one colour agree on a depth, so that what stands up
    does not lean back with the ground behind it; edges lie on the picture's edges.
    """
    parts, small = scene.segments, scene.small
    sky, water = (_little(plane, small) for plane in scene.regions[:2])
    matte = _little(scene.matte, small)
    stage = _outdoors(parts, parts.mean(sky), parts.mean(water)) if sky.max() > 0.5 else _indoors(scene, parts)
    around = lerp(_smooth(parts, stage, small, floats(1.001 - sky)), np.ones_like(sky), sky)
    row, foot = _foot(matte, around)
    above = smoothstep(row, row - 0.15, floats(np.linspace(0, 1, len(matte))))[:, None]
    behind = np.maximum(around, (foot + 0.12) * above)
    cut_out = smoothstep(0.25, 0.75, matte)
    standing = lerp(floats(behind), floats(np.full_like(behind, foot)), cut_out)
    height, width = scene.shape
    edged = guided_by_colour(scene.rgb, resize(standing, width, height), 0.01 * max(height, width), 3e-4, 4)
    # The subject is one thing: what is drawn on it must not dent it.
    return floats(np.clip(lerp(edged, floats(np.full_like(edged, foot)), floats(0.7 * scene.matte)), 0, 1))


def _outdoors(parts: Segments, sky: Floats, water: Floats) -> Floats:
    """Return each segment's depth under a sky: a ground up to the horizon, and what stands on it."""
    y = parts.down
    horizon = _horizon(y, sky, parts.area)
    below = np.clip((y - horizon) / max(0.08, 1 - horizon), 0, 1)
    ground = _Guess(floats(_HORIZON * (1 - below) ** 1.3), floats(0.04 + 0.8 * below + 1.0 * water))
    air = _Guess(floats(0.2 + 0.62 * _hazy(parts, sky)), floats(0.25 * (1 - sky) * (1 - below)))
    heaven = _Guess(np.ones_like(sky), floats(4 * sky))
    return _met(parts, ground, air, heaven)


def _indoors(scene: Scene, parts: Segments) -> Floats:
    """Return each segment's depth where there is no sky: what is blurred, high and at the rim lies behind."""
    y = parts.down
    sharp, told = (_little(plane, scene.small) for plane in scene.sharpness)
    total = parts.mean(told)
    focus = parts.mean(floats(sharp * told)) / np.maximum(total, 1e-4)
    low, high = np.percentile(focus, (10, 90))
    blurred = _Guess(floats(_WALL * (1 - np.clip((focus - low) / max(high - low, 0.25), 0, 1))), floats(0.25 * total))
    x = parts.at[:, 0] / parts.at[:, 0].max()
    rim = np.clip(2.2 * np.maximum(np.abs(x - 0.5), np.maximum(0.5 - y, 0)) - 0.1, 0, 1)
    placed = _Guess(floats(_WALL * np.clip(0.75 * (1 - y) + 0.45 * rim, 0, 1)), np.full(len(y), 0.05, np.float32))
    return _met(parts, blurred, placed)


def _met(parts: Segments, *guesses: _Guess) -> Floats:
    """Return the depths on which the guesses and neighbours of one colour agree."""
    weight = np.sum([guess.weight for guess in guesses], axis=0)
    wanted = np.sum([guess.weight * guess.depth for guess in guesses], axis=0) / np.maximum(weight, 1e-6)
    return floats(np.clip(agreed(parts, floats(wanted), floats(weight), 8.0, 0.03), 0, 1))


def _smooth(parts: Segments, depth: Floats, small: Floats, counts: Floats) -> Floats:
    """Return the plane of the segments' depths without steps inside surfaces (fast global smoother; Min, 2014)."""
    smoother = cv2.ximgproc.createFastGlobalSmootherFilter(lab_bytes(small), 25.0, 3.5)
    total = smoother.filter(floats(parts.spread(depth) * counts))
    return floats(np.clip(total / np.maximum(smoother.filter(counts), 1e-5), 0, 1))


def _foot(matte: Floats, around: Floats) -> tuple[float, float]:
    """Return how far down (0..1) the subject stands, and the depth of the stage there."""
    rows = np.flatnonzero((matte > 0.5).sum(axis=1) > 2)
    if not len(rows):
        return 1.0, 0.1
    last = int(rows[-1])
    band = slice(max(0, last - max(2, len(matte) // 40)), last + 1)
    weight = matte[band] + 1e-4
    beneath = slice(max(0, last - 1), last + max(2, len(matte) // 20))
    depth = min(float((weight * around[band]).sum() / weight.sum()), float(around[beneath].mean()))
    return (last + 1) / len(matte), float(np.clip(depth, 0.05, 0.55))


def _hazy(parts: Segments, sky: Floats) -> Floats:
    """Return how much each segment looks as if air lay before it, 0..1: it comes near to the sky's own colour.

    What haze does by the dark channel prior (He et al., 2009), measured against the sky that is there.
    """
    tint = np.average(parts.lab, axis=0, weights=parts.area * sky + 1e-6)
    away = np.linalg.norm((parts.lab - tint) * (1, 1.2, 1.2), axis=1)
    most = np.percentile(away[sky < 0.5], 80) if (sky < 0.5).any() else 1.0
    return floats(np.clip(1 - away / max(most, 12.0), 0, 1))


def _horizon(y: Floats, sky: Floats, area: Floats) -> float:
    """Return how far down (0..1) the sky reaches, give or take what stands before it."""
    rows, weights = y[sky > 0.5], area[sky > 0.5]
    order = np.argsort(rows)
    share = np.cumsum(weights[order]) / weights.sum() if len(rows) else np.ones(1)
    return float(np.clip(rows[order][np.searchsorted(share, 0.93)] + 0.03, 0.2, 0.85)) if len(rows) else 0.5


def _little(plane: Floats, small: Floats) -> Floats:
    return resize(plane, small.shape[1], small.shape[0])
