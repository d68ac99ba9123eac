"""A large picture in tiles that know their surroundings, so that memory is bounded and no seam shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.renderers.base import Pixels
from engine.renderers.studio.filters import Floats, floats


class Tile(NamedTuple):
    """A part of a picture, in its pixels."""

    left: int
    top: int
    right: int
    bottom: int


def tiles(width: int, height: int, side: int) -> Iterator[Tile]:
    """Yield tiles of about equal size, none larger than `side`, that cover a picture row by row."""
    rows, columns = -(-height // side), -(-width // side)
    for row in range(rows):
        for column in range(columns):
            yield Tile(
                column * width // columns,
                row * height // rows,
                (column + 1) * width // columns,
                (row + 1) * height // rows,
            )


def enlarged_by(
    picture: Pixels,
    scale: int,
    enlarge: Callable[[Floats, Tile], Floats],
    each: Callable[[int, int], None],
    side: int,
    margin: int,
) -> Iterator[tuple[Tile, Floats]]:
    """Yield every tile, enlarged, with `each(done, of)` called after it.

    Args:
        picture: HxWxC bytes; tiles get them as float32, still 0..255.
        scale: How much larger a tile comes back.
        enlarge: Enlarges a padded tile; the tile tells where it is, its surroundings included.
        each: Called after every tile.
        side: Of the tiles, in pixels.
        margin: Pixels of its surroundings that a tile may look at, mirrored beyond the picture's edge.
    """
    height, width = picture.shape[:2]
    all_tiles = list(tiles(width, height, side))
    cut = slice(margin * scale, -margin * scale or None)
    for done, tile in enumerate(all_tiles, start=1):
        around = Tile(tile.left - margin, tile.top - margin, tile.right + margin, tile.bottom + margin)
        yield tile, enlarge(_seen(picture, around), around)[cut, cut]
        each(done, len(all_tiles))


def _seen(picture: Pixels, around: Tile) -> Floats:
    height, width = picture.shape[:2]
    rows = _mirrored(np.arange(around.top, around.bottom), height)
    columns = _mirrored(np.arange(around.left, around.right), width)
    return floats(picture[rows[:, None], columns[None]])


def _mirrored(places: NDArray[np.int_], length: int) -> NDArray[np.int_]:
    """Fold places into 0..length-1 as between two mirrors."""
    folded = np.mod(places, 2 * length)
    return np.where(folded < length, folded, 2 * length - 1 - folded)
