"""A picture as a few hundred superpixels, and which of them stand out from the picture's frame."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, diags
from scipy.sparse.csgraph import dijkstra
from scipy.sparse.linalg import spsolve

from engine.renderers.studio.colour import lab_bytes
from engine.renderers.studio.filters import Floats, floats

Numbers = NDArray[np.int32]

#: How unlike two superpixels may be, in Lab units, and still count as one surface (Zhu et al., 2014).
_ALIKE = 9.0
#: How far apart superpixels see each other, as a share of the long side.
_NEAR = 0.28


class Segments(NamedTuple):
    """Superpixels. `labels` HxW says which; for each of N: mean `lab`, centre `at` (x, y over the long side), `area`.

    `rim` is how many pixels of the frame it has: left, top, right and bottom. `pairs` are the Mx2 that touch.
    """

    labels: Numbers
    lab: Floats
    at: Floats
    area: Floats
    rim: Floats
    pairs: Numbers

    @property
    def down(self) -> Floats:
        """How far down each is, as a share of the height."""
        return floats(self.at[:, 1] * (max(self.labels.shape) / self.labels.shape[0]))

    def mean(self, plane: Floats) -> Floats:
        """Return the mean of a plane in each segment."""
        total = np.bincount(self.labels.ravel(), plane.ravel().astype(np.float64), len(self.area))
        return floats(total / self.area)

    def spread(self, values: Floats) -> Floats:
        """Return the plane in which each segment has its value."""
        return floats(values[self.labels])

    def inner(self) -> Floats:
        """Return the plane that is 1 inside segments and 0 along their edges."""
        labels = self.labels.astype(np.float32)
        kernel = np.ones((3, 3), np.uint8)
        return floats(cv2.dilate(labels, kernel) == cv2.erode(labels, kernel))


def segments_of(lab: Floats, size: int) -> Segments:
    """Cut a Lab picture into superpixels of about `size` pixels across."""
    labels = superpixels(lab, size, ruler=12.0, least=30, rounds=4)
    count = int(labels.max()) + 1
    height, width = labels.shape
    area = np.maximum(np.bincount(labels.ravel(), minlength=count), 1)
    y, x = np.mgrid[0:height, 0:width]
    columns = [*(lab[..., k] for k in range(3)), x / max(height, width), y / max(height, width)]
    sums = np.stack([np.bincount(labels.ravel(), c.ravel().astype(np.float64), count) for c in columns], 1)
    means = sums / area[:, None]
    rim = np.stack([np.bincount(e, minlength=count) for e in (labels[:, 0], labels[0], labels[:, -1], labels[-1])], 1)
    return Segments(labels, floats(means[:, :3]), floats(means[:, 3:]), floats(area), floats(rim), _pairs(labels))


def superpixels(lab: Floats, size: int, *, ruler: float, least: int, rounds: int) -> Numbers:
    """Return which superpixel each pixel of a Lab picture is in (SLIC; Achanta et al., 2012), from 0 without gaps.

    Args:
        lab: HxWx3.
        size: How many pixels across they are, about.
        ruler: How much place counts beside colour: a high one makes them compact.
        least: Smaller ones, in percent of the usual size, are joined to a neighbour.
        rounds: Of the search.
    """
    slic = cv2.ximgproc.createSuperpixelSLIC(lab_bytes(lab), cv2.ximgproc.SLIC, size, ruler)
    slic.iterate(rounds)
    slic.enforceLabelConnectivity(least)
    return np.asarray(slic.getLabels(), np.int32)


def _pairs(labels: Numbers) -> Numbers:
    steps = ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:]), (labels[:-1, :-1], labels[1:, 1:]))
    touching = np.concatenate([np.stack([a[a != b], b[a != b]], 1) for a, b in steps])
    return np.asarray(np.unique(np.sort(touching, axis=1), axis=0), np.int32)


def outside(parts: Segments, rim: Floats) -> Floats:
    """Return how surely each segment belongs to the surroundings, 0..1: boundary connectivity (Zhu et al., 2014).

    A surface that runs along much of the frame for its size is background; one that touches it a little is not.

    Args:
        parts: The segments.
        rim: For each, how much of the frame it holds, in pixels.
    """
    reach = np.exp(-0.5 * (_along(parts) / _ALIKE) ** 2)
    connected = (reach @ rim) / np.sqrt(reach @ parts.area)
    return floats(1 - np.exp(-0.5 * connected**2))


def _along(parts: Segments) -> Floats:
    """Return the NxN geodesic colour distances: the least that colours change on a way between two segments."""
    first, second = parts.pairs.T
    steps = np.linalg.norm(parts.lab[first] - parts.lab[second], axis=1)
    # A gentle slope is no edge: what changes less than this between neighbours is one surface.
    steps = np.maximum(steps - 3.5, 0) + 1e-3
    graph = coo_matrix((steps, (first, second)), shape=(len(parts.area),) * 2).tocsr()
    return floats(dijkstra(graph, directed=False))


def standing_out(parts: Segments, behind: Floats) -> Floats:
    """Return how much each segment differs from the surroundings near it, 0..1 (background-weighted contrast)."""
    colour = np.linalg.norm(parts.lab[:, None] - parts.lab[None], axis=2)
    apart = np.linalg.norm(parts.at[:, None] - parts.at[None], axis=2)
    near = np.exp(-0.5 * (apart / _NEAR) ** 2) * (behind * parts.area)[None]
    contrast = (colour * near).sum(axis=1) / (near.sum(axis=1) + 1e-6)
    return floats(np.clip(contrast / (np.percentile(contrast, 97) + 1e-3), 0, 1))


def agreed(parts: Segments, wanted: Floats, weight: Floats, alike: float = 10.0, loose: float = 0.02) -> Floats:
    """Return a value for each segment near the one wanted, alike neighbours agreeing.

    The least-squares optimum (as in Zhu et al., 2014): the sum of weight (s - wanted)^2 and of w (s_i - s_j)^2 over
    neighbours.

    Args:
        parts: The segments.
        wanted: N values.
        weight: N, 0 and more: how much each is meant.
        alike: How far colours may be apart and still tie neighbours, in Lab units.
        loose: What ties neighbours of any colour.
    """
    first, second = parts.pairs.T
    colour = np.linalg.norm(parts.lab[first] - parts.lab[second], axis=1)
    tie = np.exp(-0.5 * (colour / alike) ** 2) + loose
    count = len(wanted)
    ties = coo_matrix((tie, (first, second)), shape=(count, count)).tocsr()
    ties = ties + ties.T
    total = np.asarray(ties.sum(axis=1)).ravel() + weight + 1e-4
    system = diags(total.astype(np.float64)) - ties
    return floats(spsolve(system.tocsc(), wanted.astype(np.float64) * weight))
