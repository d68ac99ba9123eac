"""Upscaling: Real-ESRGAN's detail on the source's own colours, in tiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from engine.contract import MAX_PIXELS
from engine.models.card import Card
from engine.renderers.base import Picture, Pixels, RenderTask, Report
from engine.renderers.studio.esrgan import TILE, Network, enlarged_by, network
from engine.renderers.studio.filters import Floats, blur, floats

NO_WEIGHTS = "Real-ESRGAN's weights are not installed here: enlarged by interpolation and sharpened."
_COLOUR_SIGMA = 1.5  # source pixels; larger than the detail a network makes up, smaller than a colour's area


class Upscale:
    """Makes a picture 2, 3 or 4 times as large; see `engine.renderers.base.Renderer`."""

    def __init__(self, card: Card, network_of: Callable[[int], Network | None] = network) -> None:
        self.card = card
        self._network_of = network_of

    def render(self, task: RenderTask, report: Report) -> Iterator[Picture]:
        """Yield the larger picture, once a variant; it is the same for every seed."""
        pixels = task.subject.pixels
        scale, notes = _scale_for(pixels, task.scale)
        enlarger = self._network_of(scale) if scale > 1 else None
        if enlarger is None and scale > 1:
            notes = (*notes, NO_WEIGHTS)
        large = enlarged(pixels, scale, enlarger, lambda done, of: report(done, of, None)) if scale > 1 else pixels
        for variant in task.variants:
            yield Picture(variant, large, notes)


def _scale_for(pixels: Pixels, wanted: int) -> tuple[int, tuple[str, ...]]:
    """Return the scale that the result's size allows, with a word if it is not the wanted one."""
    area = pixels.shape[0] * pixels.shape[1]
    scale = next((s for s in range(wanted, 1, -1) if area * s * s <= MAX_PIXELS), 1)
    if scale == wanted:
        return scale, ()
    done = f"so it is {scale} times as large" if scale > 1 else "so it stays as it is"
    return scale, (f"{wanted} times as large would be more than {MAX_PIXELS // 10**6} megapixels, {done}.",)


def enlarged(
    pixels: Pixels, scale: int, enlarger: Network | None, each: Callable[[int, int], None], side: int = TILE
) -> Pixels:
    """Return the picture `scale` times as large, alpha kept; memory beside the result is a few tiles.

    Args:
        pixels: HxWx3 or HxWx4.
        scale: 2, 3 or 4.
        enlarger: The network, or None for interpolation.
        each: Called after every tile with how many are done, of how many.
        side: Of the tiles, in source pixels.
    """
    height, width, channels = pixels.shape
    out = np.empty((height * scale, width * scale, channels), np.uint8)
    parts = enlarged_by(pixels, scale, lambda tile: _tile(tile, scale, enlarger), each, side)
    for tile, large in parts:
        rows, columns = slice(tile.top * scale, tile.bottom * scale), slice(tile.left * scale, tile.right * scale)
        out[rows, columns] = np.rint(np.clip(large, 0, 1) * 255).astype(np.uint8)
    return out


def _tile(bytes_: Floats, scale: int, enlarger: Network | None) -> Floats:
    """Enlarge one padded tile of bytes-as-floats, colour and alpha apart."""
    tile = floats(bytes_ / 255)
    rgb = np.ascontiguousarray(tile[..., :3])
    plain = _interpolated(rgb, scale)
    large = _sharpened(plain, scale) if enlarger is None else _on_own_colours(enlarger(rgb), plain, scale)
    large = _consistent(large, rgb)
    if tile.shape[2] == 3:
        return large
    return np.dstack([large, np.clip(_interpolated(np.ascontiguousarray(tile[..., 3]), scale), 0, 1)])


def _interpolated(image: Floats, scale: int) -> Floats:
    size = (image.shape[1] * scale, image.shape[0] * scale)
    return floats(cv2.resize(image, size, interpolation=cv2.INTER_LANCZOS4))


def _on_own_colours(large: Floats, plain: Floats, scale: int) -> Floats:
    """Return the network's fine detail over the source's low frequencies: colours never shift."""
    sigma = _COLOUR_SIGMA * scale
    return floats(large + _narrow(floats(plain - large), sigma))


def _narrow(image: Floats, sigma: float) -> Floats:
    """Blur with a kernel that stays within a tile's margin."""
    side = 2 * round(2.5 * sigma) + 1
    return floats(cv2.GaussianBlur(image, (side, side), sigma))


def _sharpened(plain: Floats, scale: int) -> Floats:
    """Sharpen an interpolated picture where it has edges, not where it has noise."""
    fine = plain - blur(plain, 0.6 * scale)
    return floats(plain + 1.1 * fine * np.clip(np.abs(fine) / 0.02, 0, 1))


def _consistent(large: Floats, source: Floats) -> Floats:
    """Project back (Irani and Peleg, 1991): scaled down again, the result is the source."""
    size = (source.shape[1], source.shape[0])
    for share in (0.9, 0.7):
        missing = source - cv2.resize(large, size, interpolation=cv2.INTER_AREA)
        large = floats(large + share * cv2.resize(missing, large.shape[1::-1], interpolation=cv2.INTER_CUBIC))
    return large
