"""What brushes and chalks leave on a surface: small atlases of prints, a print for every way a stroke may turn out."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from engine.renderers.studio.filters import Floats, floats, smoothstep

#: How far a print goes past the end and the side of its stroke, in halves of its length and width.
REACH = 1.15
_TILES, _COLUMNS = 12, 64


class Brush(NamedTuple):
    """`prints` is (tiles x rows) x columns x 3: how much is left (0..1), how thick (0..1), how much lighter (a share).

    Columns run along the stroke, rows across it. `bite` is how far a surface's tooth decides what is left.
    """

    prints: Floats
    tiles: int
    bite: float = 0.0


def bristle_brush(rng: np.random.Generator, radius: float, *, dry: float, body: float) -> Brush:
    """Return a hog-bristle brush: streaks, ridges pushed to the sides, a loaded start and a dry, ragged end.

    Args:
        rng: Of the bristles.
        radius: In pixels: bristles are about two pixels apart.
        dry: 0 (wet, whole) to 1 (breaks up over most of its length).
        body: How much the bristles stand out of the paint, 0..1.
    """
    u, v, rows = _places(radius)
    streak = _streaks(rng, rows, 5)
    loose = _streaks(rng, rows, 2)
    side = 1 - smoothstep(0.86, 1.04, floats(np.abs(v) + 0.08 * loose))
    end = smoothstep(0.0, 0.14, floats(1.1 - 0.16 * v * v - 0.14 * np.abs(loose) - np.abs(u)))
    drag = smoothstep(-0.1, 1.0, floats(u))
    broken = smoothstep(0.0, 0.5, floats(1.25 + 0.5 * streak - 2.2 * dry * drag - 0.5 * dry))
    ridge = np.exp(-(((np.abs(v) - 0.78) / 0.16) ** 2)) + 0.7 * np.exp(-(((u + 0.86) / 0.12) ** 2))
    thick = 0.5 + body * (0.17 * streak + 0.22 * ridge)
    return _brush(side * end * broken, thick, floats(0.035 * body * streak))


def flat_brush(rng: np.random.Generator, radius: float, *, dry: float) -> Brush:
    """Return a soft flat brush with opaque, even paint: crisp sides, and an end that skips when it runs dry."""
    u, v, rows = _places(radius)
    streak = _streaks(rng, rows, 4)
    side = 1 - smoothstep(0.86, 0.98, floats(np.abs(v) + 0.04 * streak))
    end = smoothstep(0.0, 0.06, floats(1.0 - 0.10 * np.abs(streak) - np.abs(u)))
    skip = smoothstep(0.0, 0.35, floats(1.3 + 0.55 * streak - 2.4 * dry * smoothstep(0.1, 1.0, floats(u)) - 0.4 * dry))
    return _brush(side * end * skip, 0.5 + 0.1 * streak, floats(0.014 * streak))


def chalk(rng: np.random.Generator, radius: float, *, bite: float) -> Brush:
    """Return the side of a stick of chalk: soft at its rims, streaked, its rest decided by the paper's tooth."""
    u, v, rows = _places(radius)
    streak = _streaks(rng, rows, 3)
    side = 1 - 0.55 * smoothstep(0.5, 1.0, floats(np.abs(v) + 0.1 * streak))
    end = smoothstep(0.0, 0.4, floats(1.05 - 0.2 * v * v - np.abs(u)))
    return _brush(side * end * (0.80 + 0.06 * streak), 0.5 + 0.1 * streak, floats(0.03 * streak), bite)


def _places(radius: float) -> tuple[Floats, Floats, int]:
    """Return the places along (1, columns) and across (rows, 1) a print, and how many rows it has."""
    rows = int(np.clip(round(2.3 * radius), 5, 72))
    u = np.linspace(-REACH, REACH, _COLUMNS, dtype=np.float32)[None]
    v = np.linspace(-REACH, REACH, rows, dtype=np.float32)[:, None]
    return u, v, rows


def _streaks(rng: np.random.Generator, rows: int, changes: int) -> Floats:
    """Return noise that is fine across and slow along, unit deviation: (tiles, rows, columns)."""
    cells = rng.standard_normal((_TILES, rows, changes), dtype=np.float32)
    long = [cv2.resize(tile, (_COLUMNS, rows), interpolation=cv2.INTER_CUBIC) for tile in cells]
    streaks = np.stack(long)
    return floats(streaks / (streaks.std() + 1e-6))


def _brush(left: Floats, thick: Floats, light: Floats, bite: float = 0.0) -> Brush:
    left = np.clip(left, 0, 1)
    left[:, [0, -1]] = 0
    left[:, :, [0, -1]] = 0
    prints = np.stack(np.broadcast_arrays(left, np.clip(thick, 0, 1), light), axis=-1)
    return Brush(floats(np.ascontiguousarray(prints.reshape(-1, _COLUMNS, 3))), _TILES, bite)
