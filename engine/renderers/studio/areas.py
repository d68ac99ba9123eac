"""A picture as a few dozen or hundred areas with smooth outlines: panes, balloons, parts of a toy."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from engine.renderers.studio.filters import Floats, blur, distance, floats, lerp, resize, smaller, smoothstep, steepness
from engine.renderers.studio.joining import divided, joined, untextured
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.segments import superpixels

Labels = NDArray[np.int32]

_SIDE = 448
_CELL = 7
#: How much less a pixel weighs that is surely not the subject.
_CALM = 0.55
#: Directions in which a neighbour is looked for.
_WAYS = ((0, 1), (1, 0), (1, 1), (1, -1))


class Areas(NamedTuple):
    """`labels` HxW says which area; `lab` Nx3 are their mean colours; `edge` HxW is how far the outline is, pixels."""

    labels: Labels
    lab: Floats
    edge: Floats

    def mean(self, picture: Floats) -> Floats:
        """Return the mean of a plane (N) or a picture (Nx3) in each area."""
        return means(self.labels, len(self.lab), picture)


def means(labels: Labels, count: int, picture: Floats, weight: Floats | None = None) -> Floats:
    """Return the (weighted) mean of a plane (N) or a picture (NxC) over each label; 0 where a label is nowhere."""
    where = labels.ravel()
    heavy = None if weight is None else weight.ravel().astype(np.float64)
    total = np.maximum(np.bincount(where, heavy, count), 1e-9)
    planes = picture.reshape(len(where), -1)
    sums = [np.bincount(where, p if heavy is None else p * heavy, count) / total for p in planes.T.astype(np.float64)]
    return floats(sums[0] if picture.ndim == 2 else np.stack(sums, 1))


def areas_of(scene: Scene, count: int, smooth: float, fine: float = 8.0, most: float = 1.0) -> Areas:
    """Cut a scene into areas; the same cut is made once for all variants.

    Superpixels (SLIC; Achanta et al., 2012) of the picture without its texture are joined: see `joining.joined`. The
    subject is cut finer than what is around it, as far as it is known.

    Args:
        scene: The picture.
        count: How many areas there shall be, at most; fewer where there is less to see.
        smooth: Rounding of outlines, in pixels at 1024; a third of it on faces.
        fine: How many times as much a face's pixels weigh: more gives it more and smaller areas.
        most: The largest share of the picture that stays in one piece.
    """
    return scene.once(("areas", count, smooth, fine, most), lambda: _areas(scene, count, smooth, fine, most))


def _areas(scene: Scene, count: int, smooth: float, fine: float, most: float) -> Areas:
    scale, (width, height) = smaller(scene.shape, _SIDE)
    face = resize(scene.near_faces(1.15), width, height)
    bare, cells = scene.once("cells of areas", lambda: _bare(scene, face))
    known = np.float32(scene.cutout.certain) * (1 - resize(scene.matte, width, height))
    roots = joined(bare, cells, count, floats((1 + fine * face) * (1 - _CALM * known)))
    labels = _numbered(roots[cells])
    if most < 1:
        labels = divided(labels, most * labels.size, face)
    labels = rounded(labels, np.maximum(_clear(bare), face), smooth * scene.unit * scale, scene.shape)
    labels = without_slivers(labels, 0.8 * smooth * scene.unit)
    return Areas(labels, means(labels, int(labels.max()) + 1, scene.flat), edge_of(labels))


def _bare(scene: Scene, face: Floats) -> tuple[Floats, Labels]:
    """Return the picture without its texture, small, and its superpixels."""
    bare = untextured(resize(scene.flat, face.shape[1], face.shape[0]), floats(0.8 * face))
    return bare, superpixels(bare, _CELL, ruler=9.0, least=20, rounds=5)


def _clear(small: Floats) -> Floats:
    """Return how far outlines lie on edges: 0.7 where they surely do, 0 where they are guesses."""
    soft = blur(small, 1.0)
    steep = sum(steepness(np.ascontiguousarray(soft[..., k])) for k in range(3))
    return floats(0.7 * blur(smoothstep(1.2, 4.0, floats(steep)), 1.5))


def _numbered(labels: NDArray[np.integer]) -> Labels:
    """Return labels numbered from 0 without gaps, in their order."""
    there = np.bincount(labels.ravel()) > 0
    return np.asarray((np.cumsum(there) - 1)[labels], np.int32)


def _neighbours(labels: Labels, total: int, reach: int = 1) -> list[set[int]]:
    """Return for each label those that are seen `reach` pixels away."""
    height, width = labels.shape
    near: list[set[int]] = [set() for _ in range(total)]
    for down, right in _WAYS:
        dy, dx = down * reach, abs(right) * reach
        if dy >= height or dx >= width:
            continue
        one, other = labels[: height - dy, : width - dx], labels[dy:, dx:]
        if right < 0:
            one, other = labels[: height - dy, dx:], labels[dy:, : width - dx]
        apart = one != other
        for pair in np.unique(one[apart].astype(np.int64) * total + other[apart]).tolist():
            a, b = divmod(pair, total)
            near[a].add(b)
            near[b].add(a)
    return near


def rounded(labels: Labels, clear: Floats, sigma: float, shape: tuple[int, int]) -> Labels:
    """Return labels at full size with rounded outlines.

    Every area's mask is blurred and the largest wins. Areas far from each other share one mask, so that a dozen
    masks do for hundreds of areas.

    Args:
        labels: Small, from 0.
        clear: Plane of the same size: 1 where outlines are sure and keep their detail, 0 where they are guesses.
        sigma: Of the blur, in small pixels; more on guesses, half of it on what is sure.
        shape: Height and width of the result.
    """
    height, width = shape
    total = int(labels.max()) + 1
    reach = max(2, round(3.2 * max(sigma, 0.8)))
    groups = _groups(labels, total, reach)
    best, winner = np.full(shape, -1.0, np.float32), np.zeros(shape, np.int32)
    kernel = np.ones((2 * reach + 1,) * 2, np.uint8)
    for k in range(int(groups.max()) + 1):
        mask = groups[labels] == k
        plane = floats(mask)
        share = lerp(blur(plane, max(0.8, 1.7 * sigma)), blur(plane, max(0.7, sigma / 2)), clear)
        names = cv2.dilate(np.where(mask, labels + 1, 0).astype(np.uint16), kernel)
        large = resize(share, width, height)
        ahead = large > best
        grown = cv2.resize(names, (width, height), interpolation=cv2.INTER_NEAREST)
        np.copyto(best, large, where=ahead)
        np.copyto(winner, grown.astype(np.int32) - 1, where=ahead)
    return _numbered(np.maximum(winner, 0))


def _groups(labels: Labels, total: int, reach: int) -> NDArray[np.int64]:
    """Colour the areas like a map, so that none has a namesake within reach."""
    seen = (_neighbours(labels, total, away) for away in (1, reach // 2 + 1, reach))
    near = [set().union(*some) for some in zip(*seen, strict=True)]
    groups = np.full(total, -1)
    for a in sorted(range(total), key=lambda i: -len(near[i])):
        taken = {int(groups[b]) for b in near[a]}
        groups[a] = next(k for k in range(total) if k not in taken)
    return groups


def filled(labels: Labels, gone: NDArray[np.bool_]) -> Labels:
    """Return labels with the pixels `gone` given to the nearest that are not; unchanged when none or all are."""
    if not gone.any() or gone.all():
        return labels
    _, nearest = cv2.distanceTransformWithLabels(gone.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    names = np.zeros(int(nearest.max()) + 1, np.int32)
    names[nearest[~gone]] = labels[~gone]
    return np.asarray(names[nearest], np.int32)


def without_specks(labels: Labels, least: int) -> Labels:
    """Give pieces of fewer than `least` pixels to what lies around them: nobody cuts and glues those."""
    pieces, total = np.zeros(labels.shape, np.int64), 0
    for name in range(int(labels.max()) + 1):
        found, count = ndimage.label(labels == name)
        pieces += np.where(found > 0, found + total, 0)
        total += count
    return filled(labels, np.bincount(pieces.ravel())[pieces] < least)


def without_slivers(labels: Labels, radius: float) -> Labels:
    """Return labels from 0 without areas that hold no disc of `radius` pixels: their neighbours share them."""
    widest = ndimage.maximum(edge_of(labels), labels, np.arange(int(labels.max()) + 1))
    kept = filled(labels, np.asarray(widest)[labels] < radius)
    return _numbered(kept)


def outline(labels: Labels) -> NDArray[np.bool_]:
    """Return where two labels meet: both pixels of the border."""
    plane = labels.astype(np.float32)
    return np.asarray(cv2.dilate(plane, np.ones((2, 2), np.uint8)) != cv2.erode(plane, np.ones((2, 2), np.uint8)))


def edge_of(labels: Labels) -> Floats:
    """Return how far every pixel is from the border of its label, in pixels."""
    inside = ~outline(labels)
    if inside.all():
        return np.full(labels.shape, float(max(labels.shape)), np.float32)
    return distance(inside)
