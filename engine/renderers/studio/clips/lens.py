"""What a pose of the camera sees: look-up maps from frame to picture, by depth."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np

from engine.renderers.base import Pixels
from engine.renderers.studio.clips.camera import Move, Pose
from engine.renderers.studio.filters import Floats, floats

#: Maps are made for every fourth pixel and enlarged: nothing in them changes faster.
CELL = 4


class Map(NamedTuple):
    """Where each cell of a frame looks, as shares of the picture; one cell wider than the frame on every side."""

    x: Floats
    y: Floats


class Lens:
    """The geometry of a clip: frames of `size` that look at a picture of `plate` pixels (width, height)."""

    def __init__(self, size: tuple[int, int], plate: tuple[int, int], move: Move) -> None:
        self.size, self.plate, self.move = size, plate, move
        self.cells = tuple(-(-side // CELL) for side in size)
        x, y = (
            floats(((np.arange(-1, count + 1) + 0.5) * CELL) / side)
            for count, side in zip(self.cells, size, strict=True)
        )
        self._x, self._y = (np.ascontiguousarray(plane) for plane in np.meshgrid(x, y))

    def looks(self, pose: Pose, near: Floats) -> Map:
        """Return where a pose looks.

        A pixel shows what, moved by its own nearness, arrives there; that is found by repetition, which settles at
        once because `near` is smooth.

        Args:
            pose: Of the camera.
            near: Plane of nearness over the picture, any size.
        """
        (x0, y0), (gx, gy) = self._flat(pose), self.move.focus
        x, y = x0, y0
        for _ in range(3):
            ahead = sampled(near, Map(x, y)) - np.float32(self.move.pivot)
            x = x0 + ahead * (pose.slide[0] + pose.dolly * (gx - x0))
            y = y0 + ahead * (pose.slide[1] + pose.dolly * (gy - y0))
        return Map(floats(x), floats(y))

    def _flat(self, pose: Pose) -> tuple[Floats, Floats]:
        """Return where a pose looks at what is as near as the pivot."""
        gx, gy = self.move.focus
        x, y = gx + (self._x - gx) / pose.zoom - 0.5, gy + (self._y - gy) / pose.zoom - 0.5
        x, y = x + pose.turn * x * x, y + pose.turn * x * y
        return floats(0.5 + x / pose.wide + pose.x), floats(0.5 + y / pose.wide + pose.y)

    def sheet(self, pose: Pose, near: float) -> Map:
        """Return where a pose looks on an upright sheet of one nearness, without the border of cells."""
        ahead, (x, y), (gx, gy) = near - self.move.pivot, self._flat(pose), self.move.focus
        x = x + ahead * (pose.slide[0] + pose.dolly * (gx - x))
        y = y + ahead * (pose.slide[1] + pose.dolly * (gy - y))
        return Map(floats(x[1:-1, 1:-1]), floats(y[1:-1, 1:-1]))

    def place(self, pose: Pose, x: Floats, y: Floats, near: Floats | float) -> tuple[Floats, Floats]:
        """Return where points of the picture (shares) at a nearness are in the frame, in pixels: `looks` undone."""
        out = []
        for share, focus, off, slide, side in zip(
            (x, y), self.move.focus, (pose.x, pose.y), pose.slide, self.size, strict=True
        ):
            ahead = near - self.move.pivot
            flat = (share - ahead * (slide + pose.dolly * focus)) / (1 - ahead * pose.dolly)
            seen = focus + (0.5 + (flat - 0.5 - off) * pose.wide - focus) * pose.zoom
            out.append(floats(seen * side - 0.5))
        return out[0], out[1]

    def fixed(self, look: Map) -> tuple[Any, Any]:
        """Return a map as `cv2.remap` takes it for the picture, in fixed point."""
        width, height = self.size
        x, y = (
            enlarged(part * np.float32(side) - np.float32(0.5), self.size)
            for part, side in zip(look, self.plate, strict=True)
        )
        fixed: tuple[Any, Any] = cv2.convertMaps(x[:height, :width], y[:height, :width], cv2.CV_16SC2)
        return fixed


def enlarged(cells: Floats, size: tuple[int, int]) -> Floats:
    """Return a plane of cells with its border at the frame's size (width, height)."""
    across, down = cells.shape[1] * CELL, cells.shape[0] * CELL
    grown = cv2.resize(cells, (across, down), interpolation=cv2.INTER_LINEAR)
    return floats(grown[CELL : CELL + size[1], CELL : CELL + size[0]])


def spread_out(cells: Floats, size: tuple[int, int]) -> Floats:
    """Return a plane of cells without border at the frame's size (width, height)."""
    grown = cv2.resize(cells, (cells.shape[1] * CELL, cells.shape[0] * CELL), interpolation=cv2.INTER_LINEAR)
    return floats(grown[: size[1], : size[0]])


def sampled(plane: Floats, look: Map) -> Floats:
    """Return what a map sees of a plane of any size over the picture; beyond its edge lies its edge."""
    height, width = plane.shape[:2]
    x, y = look.x * np.float32(width) - np.float32(0.5), look.y * np.float32(height) - np.float32(0.5)
    return floats(cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def wrapped(tile: Floats, x: Floats, y: Floats) -> Floats:
    """Return what lies at `x`, `y` (pixels) of a tile that repeats for ever."""
    return floats(cv2.remap(tile, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))


def developed(picture: Pixels, fixed: tuple[Any, Any], method: int = cv2.INTER_CUBIC) -> Pixels:
    """Return what a fixed map sees of the picture."""
    return np.asarray(cv2.remap(picture, *fixed, method, borderMode=cv2.BORDER_REFLECT_101), np.uint8)
