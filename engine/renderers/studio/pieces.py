"""Cutting a picture into rounded pieces of few colours: large ones, and small ones pressed onto them."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.renderers.studio.filters import Floats, blur, floats, lerp, resize, smaller, steepness
from engine.renderers.studio.scene import Scene

_SIDE = 420
_COARSE, _FINE = (14, 15.0), (24, 9.0)


class Pieces(NamedTuple):
    """The Lab colour of the piece at every pixel, and how high it stands there, in pixels."""

    colours: Floats
    height: Floats


def pieces_of(scene: Scene, size: float) -> Pieces:
    """Return a picture as pieces of clay.

    Args:
        scene: The picture.
        size: Of the pieces: 1 is about a thumb at 1024 px.
    """
    unit = scene.unit
    coarse, coarse_edge = cut(scene, *_COARSE, 9.0 * size * unit)
    fine, fine_edge = cut(scene, *_FINE, 4.0 * size * unit)
    # Small pieces go where the eye needs them, and stand on the large ones.
    detail = blur(floats(np.clip(1.5 * scene.detail - 0.3, 0, 1)), 6 * unit)
    base = pillow(coarse_edge, 34 * size * unit) * 20 * size * unit
    top = pillow(fine_edge, 13 * size * unit) * 9 * size * unit
    return Pieces(lerp(coarse, fine, detail), floats(lerp(base, floats(0.5 * base + top), detail)))


def cut(scene: Scene, count: int, apart: float, smooth: float) -> tuple[Floats, Floats]:
    """Return the colours of pieces with smooth outlines, and the distance of every pixel to its piece's edge.

    k-means in Lab on a small copy, alike colours joined; each colour's share is blurred and the largest wins,
    which rounds outlines and swallows specks.

    Args:
        scene: The picture.
        count: Colours to begin with.
        apart: How far colours stay apart, in Lab units; less in a picture of few colours.
        smooth: Rounding of the outlines, in pixels.
    """
    scale, size = smaller(scene.shape, _SIDE)
    labels, centres = scene.once(("pieces", count, apart), lambda: _labelled(resize(scene.flat, *size), count, apart))
    winner = outlined(labels, len(centres), max(0.8, smooth * scale), scene.shape)
    outline = cv2.morphologyEx(winner, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    seen = scene.once("edges of pieces", lambda: _edges(scene))
    distance = floats(cv2.distanceTransform(floats(~(outline & (seen > 0.5))).astype(np.uint8), cv2.DIST_L2, 5))
    # An outline where the picture has no edge is a step in a gradient: there the colours run on.
    running = blur(floats(outline & (seen <= 0.5)), 9 * scene.unit) * np.float32(9 * scene.unit)
    colours = lerp(floats(centres[winner]), blur(scene.flat, 2 * scene.unit), np.clip(running, 0, 1))
    return blur(colours, 0.7), distance


def outlined(labels: NDArray[np.int32], count: int, sigma: float, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return labels 0..count-1 (at most 256) at full size with rounded outlines: each is blurred, the largest wins."""
    height, width = shape
    best = np.full(shape, -1.0, np.float32)
    winner = np.zeros(shape, np.uint8)
    for k in range(count):
        share = resize(blur(floats(labels == k), sigma), width, height)
        ahead = share > best
        best[ahead], winner[ahead] = share[ahead], k
    return winner


def tones(lab: Floats, count: int, apart: float) -> tuple[NDArray[np.int32], Floats]:
    """Return each pixel's tone by number, and the tones: at most `count`, at least `apart` (Lab units)."""
    return _joined(*_kmeans(lab, count), apart)


def _labelled(small: Floats, count: int, apart: float) -> tuple[NDArray[np.int32], Floats]:
    """Return each pixel's colour of a small copy (Lab), by number, and the colours."""
    spread = float(np.sqrt(small.reshape(-1, 3).var(axis=0).sum()))
    return _joined(*_kmeans(small, count), apart * min(1.0, spread / 32))


def _edges(scene: Scene) -> Floats:
    """Return where the picture has an edge nearby, 0 or 1: a step in lightness or colour steeper than shading."""
    soft = blur(scene.flat, 2.2 * scene.unit)
    steep = sum(steepness(np.ascontiguousarray(soft[..., k])) for k in range(3)) * scene.unit
    near = cv2.dilate(floats(steep), np.ones((round(4 * scene.unit) * 2 + 1,) * 2, np.uint8))
    return floats(blur(floats(near > 0.8), 7 * scene.unit) > 0.55)


def _joined(labels: NDArray[np.int32], centres: Floats, apart: float) -> tuple[NDArray[np.int32], Floats]:
    """Join the two nearest colours, weighed by their areas, until all are `apart`."""
    weights = np.bincount(labels.ravel(), minlength=len(centres)).astype(np.float64)
    names = np.arange(len(centres))
    colours = centres.astype(np.float64)
    alive = list(range(len(centres)))
    while len(alive) > 2:
        some = colours[alive]
        gaps = np.linalg.norm(some[:, None] - some[None], axis=2) + 1e6 * np.eye(len(some))
        i, j = np.unravel_index(int(gaps.argmin()), gaps.shape)
        if gaps[i, j] >= apart:
            break
        keep, gone = alive[i], alive[j]
        colours[keep] = np.average(colours[[keep, gone]], axis=0, weights=weights[[keep, gone]] + 1e-6)
        weights[keep] += weights[gone]
        names[names == gone] = keep
        alive.remove(gone)
    places = np.searchsorted(alive, names).astype(np.int32)
    return places[labels], floats(colours[alive])


def _kmeans(lab: Floats, count: int) -> tuple[NDArray[np.int32], Floats]:
    distinct = len(np.unique(np.rint(lab.reshape(-1, 3)).astype(np.int64) @ np.asarray([1 << 20, 1 << 10, 1])))
    if distinct <= 2:
        return np.zeros(lab.shape[:2], np.int32), floats(lab.reshape(-1, 3).mean(axis=0)[None])
    # OpenCV's k-means draws from its own random numbers: the same picture must give the same pieces.
    cv2.setRNGSeed(1)
    points = lab.reshape(-1, 3) * np.asarray([0.8, 1.0, 1.0], np.float32)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 14, 0.3)
    start = np.zeros((len(points), 1), np.int32)
    _, labels, _ = cv2.kmeans(floats(points), min(count, distinct), start, stop, 1, cv2.KMEANS_PP_CENTERS)
    # A picture of fewer colours than asked leaves clusters empty: those are dropped.
    names, places = np.unique(labels, return_inverse=True)
    colours = [lab.reshape(-1, 3)[places.ravel() == k].mean(axis=0) for k in range(len(names))]
    return np.asarray(places.reshape(lab.shape[:2]), np.int32), floats(colours)


def pillow(distance: Floats, radius: float) -> Floats:
    """Return the rounded profile of a piece, 0 at its edge and 1 from `radius` pixels inwards: a quarter circle."""
    # Where there is no edge at all, the distance is as large as a float can be.
    inwards = np.minimum(distance, radius) / radius
    return blur(floats(np.sqrt(1 - (1 - inwards) ** 2 + 1e-6)), 0.12 * radius)
