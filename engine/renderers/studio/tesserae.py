"""Laying mosaic tiles in rows that follow the flow and the outlines: Hausner, "Simulating decorative mosaics", 2001.

Instead of his centroids on a graphics card, points are pulled onto a square lattice turned with the flow: every
tile asks its neighbours to stand a tile's side ahead, behind and beside it.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.renderers.studio.areas import Areas, areas_of, edge_of
from engine.renderers.studio.filters import Floats, blur, floats, slopes
from engine.renderers.studio.scatter import Points, sampled, strewn
from engine.renderers.studio.scene import Scene

_ROUNDS = 26
_NEIGHBOURS = 8
#: A tile's pixels across an outline count as this much of its side farther: tiles are cut there.
_CUT = 0.45


class Tiles(NamedTuple):
    """`labels` HxW: which tile is nearest; `away` HxW: how far its middle is, in its own sides (square metric).

    `edge` HxW: pixels to where the next tile begins. For each tile its middle `at` (x, y), `angle` and `side`.
    """

    labels: NDArray[np.int32]
    away: Floats
    edge: Floats
    at: Points
    angle: Floats
    side: Floats


def laid(scene: Scene, size: float) -> Tiles:
    """Lay tiles of about `size` pixels (at 1024) over a scene, smaller ones on faces and detail; made once a size."""
    return scene.once(("tiles", size), lambda: _laid(scene, size))


def _laid(scene: Scene, size: float) -> Tiles:
    rng = np.random.default_rng(11)
    side = sides(scene, size)
    parts = areas_of(scene, 140, 4.0, 4.0)
    angle = _turn(scene)
    points = strewn(rng, side, 1.05)
    push = slopes(blur(np.minimum(parts.edge, 30 * scene.unit), 1.5 * scene.unit))
    for number in range(_ROUNDS):
        points = _pulled(points, side, angle, parts.edge, push)
        if number % 6 == 4:
            points = _mended(points, side)
    turned, sides_ = sampled(angle, points), sampled(side, points)
    labels, away = _nearest(scene.shape, points, turned, sides_, parts)
    return Tiles(labels, away, edge_of(labels), points, turned, sides_)


def sides(scene: Scene, size: float) -> Floats:
    """Return how large tiles are, in pixels: down to 0.55 of `size` on detail, less on faces."""
    unit = scene.unit
    side = size * unit * (1.18 - 0.58 * blur(scene.detail, 10 * unit))
    for face in scene.faces:
        small = max(4.0, min(face.w / 25, 0.6 * size * unit))
        side = np.minimum(side, side + (small - side) * scene.near_faces(1.3))
    return floats(np.clip(blur(floats(side), 4 * unit), 3.6, None))


def _turn(scene: Scene) -> Floats:
    """Return the angle of the rows: along the calm flow of the picture."""
    return floats(np.arctan2(scene.form.y, scene.form.x))


def _pulled(points: Points, side: Floats, angle: Floats, edge: Floats, push: tuple[Floats, Floats]) -> Points:
    """Return the points half a step nearer to a lattice turned with the flow, and off the outlines."""
    if len(points) < 2:
        return points
    own, turn = sampled(side, points).astype(np.float64), sampled(angle, points).astype(np.float64)
    near = cKDTree(points).query(points, k=min(_NEIGHBOURS + 1, len(points)))[1][:, 1:]
    gap = points[near] - points[:, None]
    c, s = np.cos(turn)[:, None], np.sin(turn)[:, None]
    scale = 0.5 * (own[:, None] + own[near])
    u = (gap[..., 0] * c + gap[..., 1] * s) / scale
    v = (gap[..., 1] * c - gap[..., 0] * s) / scale
    off_u, off_v = u - np.rint(u), v - np.rint(v)
    # Two in one place are sent apart along their row.
    same = (np.rint(u) == 0) & (np.rint(v) == 0)
    off_u = np.where(same, u - np.where(u >= 0, 1, -1), off_u)
    weight = (np.hypot(u, v) < 1.8).astype(np.float64)
    total = np.maximum(weight.sum(axis=1), 1)
    du, dv = (((o * weight).sum(axis=1) / total * own) for o in (off_u, off_v))
    step = np.stack([du * c[:, 0] - dv * s[:, 0], du * s[:, 0] + dv * c[:, 0]], 1)
    lack = np.clip(0.5 * own - sampled(edge, points), 0, None)
    away = np.stack([sampled(p, points) for p in push], 1) * lack[:, None]
    moved = points + 0.55 * step + 0.6 * away
    return np.clip(moved, [0, 0], [side.shape[1] - 1, side.shape[0] - 1])


def _mended(points: Points, side: Floats) -> Points:
    """Take away one of two tiles that stand too close, and put one where a hole is."""
    own = sampled(side, points)
    pairs = cKDTree(points).query_pairs(float(own.max()) * 0.62, output_type="ndarray")
    length = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    close = pairs[length < 0.58 * np.minimum(own[pairs[:, 0]], own[pairs[:, 1]])]
    kept = np.ones(len(points), bool)
    for one, other in np.sort(close, axis=1).tolist():
        kept[other] &= not kept[one]
    points = points[kept]
    free = np.ones(side.shape, np.uint8)
    at = np.rint(points).astype(np.int64)
    free[at[:, 1], at[:, 0]] = 0
    room = floats(cv2.distanceTransform(free, cv2.DIST_L2, 3)) / side
    peak = (room > 0.86) & (room >= cv2.dilate(room, np.ones((5, 5), np.uint8)))
    y, x = np.nonzero(peak)
    return np.concatenate([points, np.stack([x, y], 1).astype(np.float64)])


def _nearest(
    shape: tuple[int, int], points: Points, angle: Floats, side: Floats, parts: Areas
) -> tuple[NDArray[np.int32], Floats]:
    """Return the nearest tile of every pixel in the tiles' own square metric, and that distance in sides."""
    height, width = shape
    best = np.full(height * width, np.float32(9))
    found: list[tuple[NDArray[np.int64], Floats, NDArray[np.int32]]] = []
    reach = np.ceil(0.95 * side).astype(int)
    own = sampled(floats(parts.labels), points).astype(np.int32)
    flat_parts = parts.labels.ravel()
    for half in np.unique(reach):
        which = np.nonzero(reach == half)[0]
        oy, ox = (g.ravel() for g in np.mgrid[-half : half + 1, -half : half + 1])
        base = np.rint(points[which]).astype(np.int64)
        x, y = base[:, :1] + ox, base[:, 1:] + oy
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        dx, dy = floats(x - points[which, :1]), floats(y - points[which, 1:])
        c, s = np.cos(angle[which])[:, None], np.sin(angle[which])[:, None]
        away = np.maximum(np.abs(dx * c + dy * s), np.abs(dy * c - dx * s)) / side[which][:, None]
        tile = np.broadcast_to(which[:, None].astype(np.int32), away.shape)[inside]
        at, away = (y * width + x)[inside], floats(away)[inside]
        away = floats(away + _CUT * (flat_parts[at] != own[tile]))
        np.minimum.at(best, at, away)
        found.append((at, away, tile))
    labels = np.zeros(height * width, np.int32)
    for at, away, tile in found:
        won = away <= best[at]
        labels[at[won]] = tile[won]
    return labels.reshape(shape), best.reshape(shape)
