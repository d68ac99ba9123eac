"""Brush strokes: planned as curves along a flow, drawn as bundles of bristles."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.renderers.studio.colour import to_bytes, to_rgb
from engine.renderers.studio.filters import Floats, floats
from engine.renderers.studio.flow import Flow

_SHIFT = 4
_BANDS = 2
Ints = NDArray[np.int32]


class Layer(NamedTuple):
    """A pass over the picture with one brush. Radius in pixels at 1024, spacing and length in radii.

    `worth` is the least difference that deserves a stroke, `points` how many a stroke's curve has (odd).
    """

    radius: float
    spacing: float
    length: float
    worth: float
    points: int = 7


class Strokes(NamedTuple):
    """N strokes: their spines (N, P, 2) and normals (N, P, 2) in pixels, colours (N, 3) in bytes, one radius."""

    spines: Floats
    normals: Floats
    colours: Floats
    radius: float


def strokes_on(
    model: Floats, form: Flow, wrong: Floats, layer: Layer, radius: float, rng: np.random.Generator
) -> Strokes:
    """Plan a layer: a jittered grid of strokes where the painting is `wrong` enough, each in the model's colour.

    Args:
        model: Lab picture to paint.
        form: The flow that strokes follow.
        wrong: Plane of the difference left to paint, in Lab units.
        layer: Spacing, length and worth.
        radius: Of the brush, in pixels.
        rng: Jitter, order and variation of colour.
    """
    starts = _starts(wrong, layer, radius, rng)
    spines, normals = _curves(starts, model, form, layer, radius)
    rows, columns = _at(spines[:, layer.points // 2], wrong.shape)
    colours = model[rows, columns].copy()
    # Paint is never mixed twice the same.
    colours[:, 0] += rng.normal(0, 1.6, len(colours)).astype(np.float32)
    colours[:, 1:] += rng.normal(0, 1.3, (len(colours), 2)).astype(np.float32)
    # Darks first, as painters do: lights laid over them keep an edge whole, where chance would fray it.
    order = np.argsort(colours[:, 0] + rng.normal(0, 9 if layer.radius > 4 else 60, len(colours)), kind="stable")
    paint = to_bytes(to_rgb(floats(colours[None])))[0] if len(starts) else np.zeros((0, 3), np.uint8)
    return Strokes(spines[order], normals[order], floats(paint[order]), radius)


def _starts(wrong: Floats, layer: Layer, radius: float, rng: np.random.Generator) -> Floats:
    height, width = wrong.shape
    step = max(1.6, layer.spacing * radius)
    y, x = np.mgrid[0 : height + step : step, 0 : width + step : step].astype(np.float32)
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    points += rng.uniform(-0.5, 0.5, points.shape).astype(np.float32) * np.float32(step)
    rows, columns = _at(points, wrong.shape)
    return floats(points[wrong[rows, columns] >= layer.worth])


def _at(points: Floats, shape: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows and columns of points, kept inside the picture."""
    columns = np.clip(np.rint(points[:, 0]), 0, shape[1] - 1).astype(np.int64)
    rows = np.clip(np.rint(points[:, 1]), 0, shape[0] - 1).astype(np.int64)
    return rows, columns


def _curves(starts: Floats, model: Floats, form: Flow, layer: Layer, radius: float) -> tuple[Floats, Floats]:
    """Follow the flow from every start, half the length each way; a stroke ends where its colour would be wrong."""
    half = layer.points // 2
    step = layer.length * radius / (2 * half)
    forth = _followed(starts, model, form, step, half)
    back = _followed(starts, model, form, -step, half)
    spines = np.concatenate([back[:, ::-1], starts[:, None], forth], axis=1)
    heading = np.gradient(spines, axis=1)
    heading /= np.linalg.norm(heading, axis=2, keepdims=True) + 1e-4
    normals = np.stack([-heading[..., 1], heading[..., 0]], axis=2)
    return floats(spines), floats(normals)


def _followed(starts: Floats, model: Floats, form: Flow, step: float, count: int) -> Floats:
    """Return the next points of every stroke, (N, count, 2)."""
    rows, columns = _at(starts, model.shape)
    own = model[rows, columns]
    here, path = starts, []
    last = np.stack([form.x[rows, columns], form.y[rows, columns]], axis=1)
    alive = np.ones(len(starts), bool)
    for _ in range(count):
        rows, columns = _at(here, model.shape)
        heading = np.stack([form.x[rows, columns], form.y[rows, columns]], axis=1)
        heading *= np.where((heading * last).sum(axis=1, keepdims=True) < 0, -1, 1)
        there = here + np.float32(step) * heading
        rows, columns = _at(there, model.shape)
        alive &= np.abs(model[rows, columns] - own).sum(axis=1) < 16
        here, last = floats(np.where(alive[:, None], there, here)), heading
        path.append(here)
    return floats(np.stack(path, axis=1))


def bristled(easel: NDArray[np.uint8], strokes: Strokes, rng: np.random.Generator) -> None:
    """Draw the strokes onto an easel (HxWx4 bytes: colour, and height of the paint), each as a bundle of bristles."""
    count = int(np.clip(round(strokes.radius * 0.45), 1, 9))
    across = floats((np.arange(count) * 2 + 1) / count - 1)
    thickness = max(1, round(2.2 * strokes.radius / count))
    total = len(strokes.spines)
    shade = rng.normal(0, 5.0, (total, count)).astype(np.float32)
    height = 110 + 90 * np.sqrt(1 - 0.8 * across**2) + rng.normal(0, 30, (total, count)).astype(np.float32)
    paint = np.clip(strokes.colours[:, None] + shade[..., None], 0, 255)
    inks = floats(np.concatenate([paint, np.clip(height, 0, 255)[..., None]], axis=2))
    paths = _bristles(strokes, across, rng)
    rows = np.linspace(0, len(easel), _BANDS + 1).astype(int).tolist()
    bands = [easel[top:bottom] for top, bottom in pairwise(rows)]
    # OpenCV draws without Python's lock: the bands of the picture are painted side by side.
    with ThreadPoolExecutor(_BANDS) as pool:
        list(pool.map(lambda band, top: _drawn(band, top, paths, inks, thickness), bands, rows[:-1]))


def _drawn(band: NDArray[np.uint8], top: int, paths: Ints, inks: Floats, thickness: int) -> None:
    """Draw the bristles that touch a band of the picture, in their order."""
    places = paths[..., 1]
    reach = (thickness + 2) << _SHIFT
    low, high = (top << _SHIFT) - reach, ((top + len(band)) << _SHIFT) + reach
    touch = (places.max(axis=2) >= low) & (places.min(axis=2) <= high)
    shifted = paths[touch] - np.asarray([0, top << _SHIFT], np.int32)
    for bristle, tint in zip(shifted, inks[touch].tolist(), strict=True):
        cv2.polylines(band, [bristle], False, tint, thickness, cv2.LINE_AA, _SHIFT)


def _bristles(strokes: Strokes, across: Floats, rng: np.random.Generator) -> Ints:
    """Return every bristle's path in fixed point, (N, bristles, P, 2); ends are ragged and taper a little."""
    along = np.linspace(-1, 1, strokes.spines.shape[1], dtype=np.float32)
    taper = 1 - 0.35 * np.abs(along) ** 3
    offset = strokes.radius * across[None, :, None, None] * taper[None, None, :, None]
    paths = strokes.spines[:, None] + offset * strokes.normals[:, None]
    tangents = np.stack([strokes.normals[..., 1], -strokes.normals[..., 0]], axis=2)
    ragged = rng.uniform(-0.9, 0.5, (*paths.shape[:2], 1, 1)).astype(np.float32) * np.float32(strokes.radius)
    paths = paths + ragged * (along[None, None, :, None] ** 2) * np.sign(along)[None, None, :, None] * tangents[:, None]
    fixed: Ints = np.rint(paths * (1 << _SHIFT)).astype(np.int32)
    return fixed
