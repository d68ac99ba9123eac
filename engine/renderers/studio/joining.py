"""Joining the cells of a picture into areas that a hand would outline: what no edge parts stays one."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.renderers.studio.filters import Floats, floats, lerp

Labels = NDArray[np.int32]
Key = Callable[[int, int], float]

#: How much a difference in lightness counts: shading alone does not part a thing.
_LIGHT = 0.6
#: How large the step across a border is (Lab units) that parts nothing, and the one that does for sure.
_NONE, _SURE = 2.0, 9.0
#: What is left of a difference in colour (squared) where no edge is seen, and how much at most: a gradient is one area.
_GRADUAL, _GRADUAL_MOST = 0.04, 9.0
#: How far from a border its step is measured, in pixels: past its blur.
_BESIDE = 2


def untextured(lab: Floats, kept: Floats) -> Floats:
    """Return a small Lab picture without fur, grain and leaves, the edges of larger things as sharp as they were.

    The rolling guidance filter (Zhang et al., 2014). `kept` (HxW) is 1 where all stays as it is.
    """
    rolled = cv2.ximgproc.rollingGuidanceFilter(lab, d=9, sigmaColor=12.0, sigmaSpace=3.2, numOfIter=4)
    return lerp(floats(rolled), lab, kept)


def joined(lab: Floats, cells: Labels, count: int, weight: Floats, calm: float = 4.0) -> NDArray[np.int64]:
    """Return for each cell the cell that stands for its area.

    Pairs are joined whose loss of likeness a pixel of common border is least (Koepfler, Lopez and Morel, 1994), and
    colours differ only as far as an edge is seen between them.

    Args:
        lab: HxWx3, the picture.
        cells: HxW, connected cells from 0 without gaps.
        count: How many areas there are in the end, at most.
        weight: HxW, what a pixel counts: more gives more and smaller areas.
        calm: Areas that differ by less than this (Lab units, across a sure edge) are joined, however many are left.
    """
    joining = _Joining(lab, cells, weight)
    joining.run(joining.loss, lambda _: joining.left <= count)
    joining.run(joining.gap, lambda gap: gap >= calm * calm)
    return joining.roots()


class _Wall(NamedTuple):
    """A border between two areas: its length in pixels, and the sum of the steps across it."""

    length: float
    steps: float


class _Joining:
    """Areas while they are joined."""

    def __init__(self, lab: Floats, cells: Labels, weight: Floats) -> None:
        total = int(cells.max()) + 1
        where, heavy = cells.ravel(), weight.ravel().astype(np.float64)
        mass = np.bincount(where, heavy, total)
        planes = lab.reshape(-1, 3).T.astype(np.float64)
        mean = np.stack([np.bincount(where, heavy * p, total) for p in planes], 1) / np.maximum(mass, 1e-9)[:, None]
        mean[:, 0] *= np.sqrt(_LIGHT)
        self.left = total
        self._colour: list[list[float]] = mean.tolist()
        self._mass: list[float] = mass.tolist()
        self._parent = list(range(total))
        self._version = [0] * total
        self._walls = _walls(lab, cells, total)

    def gap(self, a: int, b: int) -> float:
        """Return how much two neighbours differ, squared: by their colours, as far as an edge is seen."""
        p, q = self._colour[a], self._colour[b]
        wall = self._walls[a][b]
        seen = min(max((wall.steps / wall.length - _NONE) / (_SURE - _NONE), 0.0), 1.0)
        apart = (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2 + (p[2] - q[2]) ** 2
        return apart * seen * seen + min(_GRADUAL * apart, _GRADUAL_MOST)

    def loss(self, a: int, b: int) -> float:
        """Return what is lost when two neighbours become one, a pixel of their border."""
        one, other = self._mass[a], self._mass[b]
        return one * other / (one + other) * (self.gap(a, b) + 4) / self._walls[a][b].length

    def run(self, key: Key, enough: Callable[[float], bool]) -> None:
        """Join the pair with the least key again and again until that is enough."""
        heap = [
            (key(a, b), a, b, self._version[a], self._version[b])
            for a, walls in enumerate(self._walls)
            for b in walls
            if a < b
        ]
        heapq.heapify(heap)
        while heap:
            least, a, b, one, other = heapq.heappop(heap)
            if self._version[a] != one or self._version[b] != other:
                continue
            if enough(least):
                return
            self._join(a, b)
            for c in self._walls[a]:
                heapq.heappush(heap, (key(a, c), a, c, self._version[a], self._version[c]))

    def _join(self, a: int, b: int) -> None:
        """Let an area take in a neighbour."""
        one, other = self._mass[a], self._mass[b]
        whole = one + other
        pairs = zip(self._colour[a], self._colour[b], strict=True)
        self._colour[a] = [(p * one + q * other) / whole for p, q in pairs]
        self._mass[a], self._parent[b] = whole, a
        self._version[a] += 1
        self._version[b] = -1
        mine, theirs = self._walls[a], self._walls[b]
        del mine[b]
        for c, wall in theirs.items():
            if c == a:
                continue
            del self._walls[c][b]
            had = mine.get(c, _Wall(0.0, 0.0))
            mine[c] = self._walls[c][a] = _Wall(had.length + wall.length, had.steps + wall.steps)
        self._walls[b] = {}
        self.left -= 1

    def roots(self) -> NDArray[np.int64]:
        """Return which area each cell ended in, by the number of one of its cells."""
        roots = np.asarray(self._parent)
        while not np.array_equal(roots, roots[roots]):
            roots = roots[roots]
        return roots


def _walls(lab: Floats, cells: Labels, total: int) -> list[dict[int, _Wall]]:
    """Return for each cell the walls to its neighbours."""
    scaled = lab * np.sqrt(np.asarray([_LIGHT, 1, 1], np.float32))
    across, down = _borders(scaled, cells, total), _borders(scaled.swapaxes(0, 1), cells.T, total)
    pairs, steps = (np.concatenate(both) for both in zip(across, down, strict=True))
    names, which = np.unique(pairs, return_inverse=True)
    length, summed = np.bincount(which), np.bincount(which, steps)
    walls: list[dict[int, _Wall]] = [{} for _ in range(total)]
    for name, n, s in zip(names.tolist(), length.tolist(), summed.tolist(), strict=True):
        a, b = divmod(name, total)
        walls[a][b] = walls[b][a] = _Wall(float(n), s)
    return walls


def _borders(lab: Floats, cells: Labels, total: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the border pixels between columns: which pair of cells (a number for both), and the step across it."""
    y, x = np.nonzero(cells[:, 1:] != cells[:, :-1])
    left, right = cells[y, x].astype(np.int64), cells[y, x + 1].astype(np.int64)
    before = lab[y, np.maximum(x - _BESIDE, 0)]
    after = lab[y, np.minimum(x + 1 + _BESIDE, cells.shape[1] - 1)]
    steps = np.sqrt(((before - after).astype(np.float64) ** 2).sum(axis=1))
    return np.minimum(left, right) * total + np.maximum(left, right), steps


def divided(labels: Labels, most: float, whole: Floats) -> Labels:
    """Cut areas that are too large for one pane into pieces of about one size, with straight cuts.

    The cuts are those of a centroidal Voronoi diagram inside each area (Lloyd, 1982), from seeds as far from each
    other as can be.

    Args:
        labels: HxW, from 0, small.
        most: How many pixels a piece may have.
        whole: HxW, 1 where an area is not to be cut, whatever its size.
    """
    out, names = labels.copy(), int(labels.max()) + 1
    free = np.bincount(labels.ravel(), 1 - whole.ravel().astype(np.float64), names)
    for name in np.flatnonzero(free > 1.4 * most).tolist():
        y, x = np.nonzero(labels == name)
        piece = _cells(np.stack([x, y], 1).astype(np.float32), round(float(free[name]) / most))
        out[y, x] = np.where(piece == 0, name, names - 1 + piece)
        names += int(piece.max())
    return out


def _cells(points: Floats, count: int) -> NDArray[np.int64]:
    """Return which of `count` centres is nearest to each point; the centres have settled in the middle of theirs."""
    few = points[:: max(1, len(points) // 2500)]
    centres = few[[int(((few - few.mean(axis=0)) ** 2).sum(axis=1).argmax())]]
    while len(centres) < max(2, count):
        centres = np.concatenate([centres, few[[int(_square(few, centres).min(axis=1).argmax())]]])
    for _ in range(9):
        nearest = _square(few, centres).argmin(axis=1)
        total = np.maximum(np.bincount(nearest, minlength=len(centres)), 1)
        centres = np.stack([np.bincount(nearest, few[:, k], len(centres)) / total for k in (0, 1)], 1)
    return np.asarray(_square(points, floats(centres)).argmin(axis=1), np.int64)


def _square(points: Floats, centres: Floats) -> Floats:
    return floats(((points[:, None] - centres[None]) ** 2).sum(axis=2))
