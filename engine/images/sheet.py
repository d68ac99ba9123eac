"""A contact sheet: pictures side by side with their captions, to be compared at a glance."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw

from engine.images.fit import resized
from engine.images.lettering import fitted
from engine.renderers.base import Pixels

#: A sheet's long side stays within this, so that it can be posted anywhere.
LONGEST = 4096
HEIGHT = 640
BACKGROUND = (22, 22, 26)
INK = (232, 230, 227)
_CORNER = 0.012


def sheet(cells: Sequence[tuple[Pixels, str]], columns: int | None = None) -> Pixels:
    """Return one picture with every cell whole, all of one height, each with its caption below.

    Args:
        cells: HxWx3 or HxWx4 pictures of any sizes, and their captions (any characters; long ones are fitted).
        columns: How many in a row; None finds the most even shape.

    Returns:
        HxWx3, dark, at most `LONGEST` pixels a side.

    Raises:
        ValueError: There are no cells.
    """
    if not cells:
        raise ValueError("a sheet of nothing")
    widths = [max(1, round(HEIGHT * picture.shape[1] / picture.shape[0])) for picture, _ in cells]
    across = columns or best_columns(widths)
    rows = [range(start, min(start + across, len(cells))) for start in range(0, len(cells), across)]
    scale = _scale(rows, widths)
    return _draw(cells, rows, scale)


def reduced(picture: Pixels) -> Pixels:
    """Return a picture with no more pixels than a cell can show, so that a sheet of giants needs no giant's memory."""
    height, width = picture.shape[:2]
    most = 2 * HEIGHT
    return picture if height <= most else resized(picture, (max(1, round(width * most / height)), most))


def best_columns(widths: Sequence[int]) -> int:
    """Return the number of columns that makes cells of these widths a sheet nearest to 3:2, without odd gaps."""

    def cost(columns: int) -> float:
        rows = math.ceil(len(widths) / columns)
        shape = columns * (sum(widths) / len(widths)) / (rows * HEIGHT * 1.15)
        return abs(math.log(shape / 1.5)) + (rows * columns - len(widths)) / columns

    return min(range(1, len(widths) + 1), key=cost)


def _scale(rows: Sequence[range], widths: Sequence[int]) -> float:
    gap, band = _gap(HEIGHT), _band(HEIGHT)
    wide = max(sum(widths[i] for i in row) + gap * (len(row) + 1) for row in rows)
    high = len(rows) * (HEIGHT + band) + gap * (len(rows) + 1)
    return min(1.0, LONGEST / max(wide, high))


def _gap(height: int) -> int:
    return round(height * 0.06)


def _band(height: int) -> int:
    """The room for a caption below its picture."""
    return round(height * 0.085)


def _draw(cells: Sequence[tuple[Pixels, str]], rows: Sequence[range], scale: float) -> Pixels:
    height = max(16, math.floor(HEIGHT * scale))
    gap, band = _gap(height), _band(height)
    pictures = [_cell(picture, height) for picture, _ in cells]
    row_widths = [sum(pictures[i].shape[1] for i in row) + gap * (len(row) - 1) for row in rows]
    size = (max(row_widths) + 2 * gap, len(rows) * (height + band + gap) + gap)
    canvas = Image.new("RGB", size, BACKGROUND)
    for number, (row, row_width) in enumerate(zip(rows, row_widths, strict=True)):
        left, top = (size[0] - row_width) // 2, gap + number * (height + band + gap)
        for i in row:
            width = pictures[i].shape[1]
            canvas.paste(Image.fromarray(pictures[i]), (left, top), _rounded(width, height))
            _caption(canvas, cells[i][1], (left, top + height, width, band))
            left += width + gap
    return np.array(canvas)


def _cell(picture: Pixels, height: int) -> Pixels:
    width = max(1, round(height * picture.shape[1] / picture.shape[0]))
    sized = resized(picture, (width, height))
    if sized.shape[2] == 3:
        return sized
    alpha = sized[..., 3:].astype(np.float32) / 255
    return np.rint(sized[..., :3] * alpha + np.array(_chequers(width, height)) * (1 - alpha)).astype(np.uint8)


def _chequers(width: int, height: int) -> Pixels:
    """What lies behind a transparent picture: quiet squares, so that its edge shows."""
    side = max(4, height // 32)
    squares = (np.add.outer(np.arange(height) // side, np.arange(width) // side) % 2).astype(np.uint8)
    return np.repeat((squares * 14 + 46)[..., None], 3, axis=2)


def _rounded(width: int, height: int) -> Image.Image:
    """A mask with slightly rounded corners, drawn at four times its size for smooth edges."""
    radius = max(1, round(height * _CORNER))
    mask = Image.new("L", (4 * width, 4 * height), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 4 * width - 1, 4 * height - 1), 4 * radius, fill=255)
    small = cv2.resize(np.asarray(mask), (width, height), interpolation=cv2.INTER_AREA)
    return Image.fromarray(np.asarray(small, np.uint8))


def _caption(canvas: Image.Image, words: str, box: tuple[int, int, int, int]) -> None:
    left, top, width, band = box
    words, font = fitted(words, width, max(9, round(band * 0.5)))
    middle = (left + width / 2, top + band * 0.62)
    ImageDraw.Draw(canvas).text(middle, words, font=font, fill=INK, anchor="mm")
