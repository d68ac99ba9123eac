"""Reading a drawing on paper: its paper, its lines, the areas they close, and the form those areas suggest."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.renderers.studio.filters import Floats, blur, floats, resize, smaller, smoothstep
from engine.renderers.studio.relight import inflated
from engine.renderers.studio.scene import Scene

_SIDE = 384
#: How wide the gaps may be that an outline is closed over, in pixels at 1024, tried in turn.
_GAPS = (5, 11, 20, 34)


class Sketch(NamedTuple):
    """A drawing as read: planes the size of the scene, heights in its pixels, and a number for every area (0 is paper).

    `wash` is the drawing with its lines closed over, Lab: what it has of colour and tone. `sure` (0..1) says how
    surely it is a drawing on paper at all.
    """

    ink: Floats
    paper: Floats
    wash: Floats
    figure: Floats
    height: Floats
    areas: NDArray[np.int32]
    sure: float


def sketch_of(scene: Scene) -> Sketch:
    """Return the scene read as a drawing; made once."""
    return scene.once("sketch", lambda: _read(scene))


def _read(scene: Scene) -> Sketch:
    height, width = scene.shape
    paper = paper_of(scene)
    side = 2 * max(2, round(8 * scene.unit)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    closed = floats(cv2.morphologyEx(scene.luma, cv2.MORPH_CLOSE, kernel))
    # A line is darker than what it lies on, be that paper or a wash.
    ratio = np.clip(scene.luma / (closed + 0.05), 0, 1.2)
    ink = smoothstep(0.10, 0.44, floats(1 - blur(floats(ratio), 0.6 * scene.unit)))
    share, size = smaller(scene.shape, _SIDE)
    unit = max(size) / 1024
    small = np.clip(resize(ink, *size) * (1.0 + 0.6 / max(share, 0.3) * 0.5), 0, 1)
    figure, areas = _enclosed(floats(small), unit)
    body = _raised(figure, floats(small), unit)
    inside = np.clip(resize(blur(figure, 0.7), width, height), 0, 1)
    # The outline itself belongs to the figure; beyond it there is paper.
    near = smoothstep(0.02, 0.3, blur(floats(inside), 2.5 * scene.unit))
    whole = np.maximum(smoothstep(0.35, 0.65, floats(inside)), ink * near)
    numbers = cv2.resize(areas, (width, height), interpolation=cv2.INTER_NEAREST)
    raised = blur(floats(resize(body, width, height) / share), 2.2 * scene.unit)
    sure = _sure(scene, paper, ink)
    return Sketch(ink, paper, _washed(scene, closed, ink), floats(whole), raised, np.asarray(numbers, np.int32), sure)


def _washed(scene: Scene, closed: Floats, ink: Floats) -> Floats:
    """Return the drawing without its lines: its lightness closed over them, its colour from beside them."""
    bare, spread = np.square(1 - ink), 4 * scene.unit
    colour = blur(floats(scene.lab[..., 1:] * bare[..., None]), spread) / (blur(bare, spread) + 1e-2)[..., None]
    return floats(np.dstack([100 * blur(closed, 2 * scene.unit), colour]))


def paper_of(scene: Scene) -> Floats:
    """Return how light the paper is at every place, 0..1: lines closed over, then smoothed."""
    _, size = smaller(scene.shape, 256)
    small = resize(scene.luma, *size)
    side = 2 * max(2, round(0.02 * max(small.shape))) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    closed = floats(cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel))
    level = float(np.percentile(closed, 60))
    closed = np.maximum(closed, 0.8 * level)
    return resize(blur(floats(closed), 0.03 * max(small.shape)), scene.shape[1], scene.shape[0])


def _sure(scene: Scene, paper: Floats, ink: Floats) -> float:
    """Return how surely this is a drawing: much light paper, few middle tones, lines, little colour."""
    luma = scene.luma[::2, ::2]
    ratio = luma / (paper[::2, ::2] + 1e-3)
    bare = float((np.abs(ratio - 1) < 0.08).mean())
    middle = float(((ratio > 0.3) & (ratio < 0.86)).mean())
    light = float(np.percentile(luma, 65))
    inked = float(ink.mean())
    hue = scene.lab[::2, ::2, 1:][np.abs(ratio - 1) < 0.08]
    own = scene.lab[::2, ::2, 1:] - (np.median(hue, axis=0) if len(hue) else 0)
    colour = float(np.percentile(np.hypot(own[..., 0], own[..., 1]), 75))
    # The more of the paper is to be seen, the more may be coloured or shaded on the rest.
    spare = max(0.0, bare - 0.52)
    marks = (
        np.clip((bare - 0.30) / 0.15, 0, 1),
        np.clip((0.35 + 0.4 * spare - middle) / 0.07, 0, 1),
        np.clip((light - 0.55) / 0.12, 0, 1),
        np.clip((inked - 0.002) / 0.006, 0, 1),
        np.clip((10 + 90 * spare - colour) / 4, 0, 1),
    )
    return float(np.prod(marks))


def _enclosed(ink: Floats, unit: float) -> tuple[Floats, NDArray[np.int32]]:
    """Return what the lines enclose (0 or 1) and its areas, numbered.

    Gaps are closed by thicker and thicker lines until something is enclosed, as a ball too large to roll through
    them would find it (Zhang et al., trapped-ball segmentation, 2009).
    """
    wall = (ink > 0.3).astype(np.uint8)
    figure = np.zeros_like(wall)
    for gap in _GAPS:
        side = 2 * max(1, round(gap * unit / 2)) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        thick = cv2.dilate(wall, kernel)
        outside = np.pad(thick, 1)
        cv2.floodFill(outside, np.zeros((outside.shape[0] + 2, outside.shape[1] + 2), np.uint8), (0, 0), 2)
        # What the ball cannot reach, and the rim that the thick lines kept it from.
        reached = cv2.dilate((outside[1:-1, 1:-1] == 2).astype(np.uint8), kernel)
        figure = np.asarray((reached == 0) | ((wall > 0) & (cv2.dilate(1 - reached, kernel) > 0)), np.uint8)
        if figure.mean() > max(0.04, 2.2 * wall.mean()):
            break
    open_ = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    figure = np.asarray(cv2.morphologyEx(figure, cv2.MORPH_OPEN, open_), np.uint8)
    _, found, stats, _ = cv2.connectedComponentsWithStats((figure & (1 - wall)).astype(np.uint8), connectivity=4)
    labels = np.array(found, np.int32)
    small = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] < 12)
    labels[np.isin(labels, small)] = 0
    return floats(figure), _grown(labels, figure)


def _grown(labels: NDArray[np.int32], figure: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Give every pixel of the figure, its lines too, the number of the nearest area."""
    if not (labels > 0).any():
        return figure.astype(np.int32)
    _, nearest = cv2.distanceTransformWithLabels(
        (labels == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    table = np.zeros(int(nearest.max()) + 1, np.int32)
    table[nearest[labels > 0]] = labels[labels > 0]
    return np.where(figure > 0, table[nearest], 0).astype(np.int32)


def _raised(figure: Floats, ink: Floats, unit: float) -> Floats:
    """Return the form: the whole figure swollen, and on it every area between its lines, which stay as creases."""
    whole = inflated(figure)
    parts = inflated(floats(figure * (1 - 0.9 * smoothstep(0.25, 0.7, ink))), soft=True)
    body = 0.5 * whole + 0.5 * parts
    limit = 420 * unit
    return blur(floats(limit * np.tanh(body / limit)), 2.5 * unit)
