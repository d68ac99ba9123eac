"""Leading a picture's colours to others': optimal transport, made smooth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.renderers.studio.colour import colour, to_lab
from engine.renderers.studio.filters import Floats, blur, floats, lerp, resize, smaller, smoothstep

#: The map is worked out on so many colours, in so many turns, and kept on a grid of so many steps an axis.
_SAMPLES, _TURNS, _CELLS = 3000, 14, 13
#: Where the grid begins and how long it is, in L, a and b.
_FLOOR, _SPAN = np.asarray([0.0, -90.0, -90.0], np.float32), np.asarray([100.0, 180.0, 180.0], np.float32)
#: The picture is looked up at this size: what is finer than its pixels moves with them, so no grain grows.
_LOOKED_UP = 448
_FOLLOWS = 0.35
_MOST_CHROMA = 75.0


def swatch(codes: Sequence[str]) -> Floats:
    """Return the Lab samples (Nx3) of colour codes."""
    return floats(to_lab(floats([[colour(code) for code in codes]]))[0])


def with_palette(lab: Floats, samples: Floats, weight: float, skin: Floats, follows: float = _FOLLOWS) -> Floats:
    """Lead the colours of a picture to those of the samples.

    Optimal transport by slices (Pitie, Kokaram and Dahyot, "Automated colour grading using colour distribution
    transfer", 2007), worked out on a few thousand colours and regularised as a smooth displacement on a coarse grid
    of Lab (after Ferradans, Papadakis, Rabin, Peyre and Aujol, 2013), so that neighbouring colours stay neighbours
    and nothing bands.

    Args:
        lab: HxWx3.
        samples: Nx3 Lab colours.
        weight: 0..1.
        skin: Plane of what is skin; it follows by half.
        follows: How far lightness follows, 0..1.
    """
    height, width = lab.shape[:2]
    _, size = smaller(lab.shape, _LOOKED_UP)
    small = resize(lab, *size)
    moves = _looked_up(_displacements(small.reshape(-1, 3), samples), small)
    moves[..., 0] *= follows
    # White is where there is no pigment: it takes a tint, and no colour.
    moves[..., 1:] *= (1 - 0.6 * smoothstep(84, 98, small[..., 0]))[..., None]
    led = floats(lab + resize(moves, width, height))
    return lerp(lab, _bounded(led), floats(weight * (1 - 0.5 * skin)))


def _displacements(colours: Floats, samples: Floats) -> Floats:
    """Return where each colour of the grid is led: CELLS^3 x 3, smooth."""
    rng = np.random.default_rng(0)
    have = _some(colours, rng).astype(np.float64)
    want = _some(samples, rng).astype(np.float64)
    want = want + rng.normal(0, (2.0, 1.4, 1.4), want.shape)  # so that a few codes become a cloud, and not points
    moved = _transported(have, want, rng)
    slope = _affine(have, moved - have)
    left = moved - have - _at(slope, have)
    sums, counts = np.zeros((_CELLS**3, 3)), np.zeros(_CELLS**3)
    for corner, weight in _corners(floats(have)):
        for k in range(3):
            sums[:, k] += np.bincount(corner, weight * left[:, k], _CELLS**3)
        counts += np.bincount(corner, weight, _CELLS**3)
    steps = np.stack(np.meshgrid(*[np.linspace(0, 1, _CELLS)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    return floats(_at(slope, _FLOOR + steps * _SPAN) + _smooth(sums, counts))


def _affine(have: NDArray[np.float64], moves: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the affine map (4x3) that comes nearest to the moves: what rare, strong colours are to follow."""
    known = np.concatenate([have, np.ones((len(have), 1))], axis=1)
    calm = np.diag([60.0, 12.0, 12.0, 0.01]) * len(have) / 100
    return np.asarray(np.linalg.solve(known.T @ known + calm, known.T @ moves))


def _at(slope: NDArray[np.float64], colours: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(colours @ slope[:3] + slope[3])


def _some(colours: Floats, rng: np.random.Generator) -> Floats:
    """Return SAMPLES of the colours, spread evenly over the picture."""
    at = np.linspace(0, len(colours) - 1, _SAMPLES) + (rng.uniform(0, 1, _SAMPLES) if len(colours) > _SAMPLES else 0)
    return floats(colours[np.clip(at.astype(int), 0, len(colours) - 1)])


def _transported(have: NDArray[np.float64], want: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Match sorted projections along turned axes, again and again."""
    moved = have.copy()
    for _ in range(_TURNS):
        axes, _r = np.linalg.qr(rng.standard_normal((3, 3)))
        along, goal = moved @ axes, np.sort(want @ axes, axis=0)
        order = np.argsort(along, axis=0, kind="stable")
        step = np.empty_like(along)
        for k in range(3):
            step[order[:, k], k] = goal[:, k] - along[order[:, k], k]
        moved += 0.85 * step @ axes.T
    return moved


def _smooth(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spread what the colours that are there say over the grid: near ones by their neighbours, far ones faintly."""
    planes = np.concatenate([sums, counts[:, None]], axis=1).reshape(_CELLS, _CELLS, _CELLS, 4)
    near = _blurred(planes, 1)
    far = _blurred(near, 2)
    base = far[..., :3] / (far[..., 3:] + 2.0)
    grid = (near[..., :3] + 0.8 * base) / (near[..., 3:] + 0.8)
    return np.asarray(grid.reshape(-1, 3))


def _blurred(planes: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    kernel = np.exp(-0.5 * (np.arange(-2 * reach, 2 * reach + 1) / reach) ** 2)
    kernel /= kernel.sum()
    for axis in range(3):
        padded = np.pad(planes, [(2 * reach, 2 * reach) if k == axis else (0, 0) for k in range(4)])
        planes = sum(
            weight * np.take(padded, np.arange(at, at + _CELLS), axis=axis) for at, weight in enumerate(kernel)
        )
    return planes


def _corners(colours: Floats) -> list[tuple[NDArray[np.intp], Floats]]:
    """Return the eight corners of the grid around each colour (Nx3), and their trilinear weights."""
    at = np.clip((colours - _FLOOR) / _SPAN, 0, 0.9999) * (_CELLS - 1)
    low = at.astype(np.intp)
    part = floats(at - low)
    first = (low[:, 0] * _CELLS + low[:, 1]) * _CELLS + low[:, 2]
    found = []
    for corner in range(8):
        steps = [(corner >> k) & 1 for k in range(3)]
        weight = np.ones(len(colours), np.float32)
        for k, step in enumerate(steps):
            weight *= part[:, k] if step else 1 - part[:, k]
        found.append((first + (steps[0] * _CELLS + steps[1]) * _CELLS + steps[2], weight))
    return found


def _looked_up(grid: Floats, picture: Floats) -> Floats:
    """Return the displacement of every pixel, HxWx3."""
    calm = blur(picture, 0.8).reshape(-1, 3)
    moves = np.zeros_like(calm)
    for corner, weight in _corners(calm):
        moves += weight[:, None] * grid[corner]
    return moves.reshape(picture.shape)


def _bounded(lab: Floats) -> Floats:
    """Bring chroma back to what paint can do."""
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    lab[..., 1:] *= (1 / np.maximum(1, chroma / _MOST_CHROMA))[..., None].astype(np.float32)
    lab[..., 0] = np.clip(lab[..., 0], 0, 100)
    return lab
