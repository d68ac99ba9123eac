"""Surfaces made of seeded noise: paper, canvas, grain, fingerprints. Planes about -1..1, mean 0."""

from __future__ import annotations

import cv2
import numpy as np

from engine.renderers.studio.filters import Floats, blur, floats, grid, slopes


def noise(rng: np.random.Generator, shape: tuple[int, int], scale: float, octaves: int = 1) -> Floats:
    """Return smooth noise with blobs of about `scale` pixels; each octave halves size and height. Unit deviation."""
    total = np.zeros(shape, np.float32)
    height, weight = shape[0], 1.0
    for _ in range(octaves):
        rows = max(2, int(np.ceil(height / max(scale, 1)))) + 3
        columns = max(2, int(np.ceil(shape[1] / max(scale, 1)))) + 3
        cells = rng.standard_normal((rows, columns), dtype=np.float32)
        step = max(scale, 1)
        grown = cv2.resize(cells, (int(columns * step) + 1, int(rows * step) + 1), interpolation=cv2.INTER_CUBIC)
        total += weight * grown[int(step) : int(step) + height, int(step) : int(step) + shape[1]]
        scale, weight = scale / 2, weight / 2
    return floats((total - total.mean()) / (total.std() + 1e-6))


def grain(rng: np.random.Generator, shape: tuple[int, int], size: float = 1.0) -> Floats:
    """Return fine noise with grains of about `size` pixels, unit deviation."""
    raw = rng.standard_normal(shape, dtype=np.float32)
    soft = blur(raw, 0.45 * size)
    return floats(soft / (soft.std() + 1e-6))


def paper(rng: np.random.Generator, shape: tuple[int, int], unit: float, rough: float) -> Floats:
    """Return the height of cold-pressed paper: rounded bumps, a few fibres. `rough` 0..1, clipped to -2.5..2.5."""
    bumps = noise(rng, shape, max(2.0, (3.2 + 3.2 * rough) * unit), 2)
    felt = noise(rng, shape, 12 * unit, 2)
    tooth = grain(rng, shape, 1.4 * unit)
    height = 0.75 * bumps + 0.35 * felt + 0.3 * tooth
    return floats(np.clip(height / (height.std() + 1e-6), -2.5, 2.5))


def relief(height: Floats, angle: float, depth: float) -> Floats:
    """Return how a surface catches light from `angle` (radians): about -1..1, 0 where it is flat."""
    dx, dy = slopes(height)
    return floats(np.tanh(-depth * (dx * np.cos(angle) + dy * np.sin(angle))))


def canvas(rng: np.random.Generator, shape: tuple[int, int], unit: float) -> Floats:
    """Return the weave of linen: two families of threads, slightly uneven."""
    x, y = grid(*shape)
    pitch = 3.6 * max(unit, 0.6)
    wander = 0.6 * noise(rng, shape, 40 * unit)
    warp_threads = np.cos(2 * np.pi * (x + wander) / pitch)
    weft_threads = np.cos(2 * np.pi * (y + wander) / pitch)
    weave = np.maximum(warp_threads, weft_threads) + 0.25 * noise(rng, shape, 2)
    return floats((weave - weave.mean()) / (weave.std() + 1e-6))


def fingerprints(rng: np.random.Generator, shape: tuple[int, int], unit: float, count: int) -> Floats:
    """Return ridges of pressed thumbs: arched waves in soft oval patches, heights 0 or -1..1."""
    out = np.zeros(shape, np.float32)
    bend = noise(rng, shape, 46 * unit)
    for _ in range(count):
        out += _thumb(rng, shape, unit, bend)
    return floats(np.clip(out, -1, 1))


def _thumb(rng: np.random.Generator, shape: tuple[int, int], unit: float, bend: Floats) -> Floats:
    """Return one thumb's print, drawn only in its own window."""
    radius = rng.uniform(26, 44) * unit
    cx, cy, turn = rng.uniform(0, shape[1]), rng.uniform(0, shape[0]), rng.uniform(0, np.pi)
    pitch, skew = rng.uniform(4.2, 5.4) * max(unit, 0.6), rng.uniform(0.5, 0.9)
    out = np.zeros(shape, np.float32)
    top, bottom = max(0, int(cy - 2 * radius)), min(shape[0], int(cy + 2 * radius))
    left, right = max(0, int(cx - 2 * radius)), min(shape[1], int(cx + 2 * radius))
    if bottom <= top or right <= left:
        return out
    y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
    u = (x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)
    v = (y - cy) * np.cos(turn) - (x - cx) * np.sin(turn)
    away = np.hypot(u, v * skew + radius * 0.5) + 2.0 * bend[top:bottom, left:right] * unit
    inside = np.exp(-(((u / radius) ** 2 + (v / (1.35 * radius)) ** 2) ** 2))
    out[top:bottom, left:right] = inside * np.cos(2 * np.pi * away / pitch)
    return out
