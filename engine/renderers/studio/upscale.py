"""Upscaling: a network's detail on the source's own colours and texture, in tiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from engine.contract import MAX_PIXELS
from engine.models.card import Card
from engine.renderers.base import Picture, Pixels, RenderTask, Report
from engine.renderers.studio.drawn import is_drawn
from engine.renderers.studio.enlarging import crisp, faithful, grained, interpolated, narrow, noise_of, textured
from engine.renderers.studio.filters import Floats, floats
from engine.renderers.studio.networks import Network, drawing_network, photo_network
from engine.renderers.studio.tiling import Tile, enlarged_by

NO_WEIGHTS = "The enlarging network's weights are not installed here: enlarged by interpolation and sharpened."
TILE = 256
#: The photos' network has 256 channels and sees a picture twice: its tiles are what bounds memory.
_PHOTO_TILE = 128
#: Source pixels beyond what the network sees: resizing and projecting back look this far, blending further.
_RESIZING, _BLENDING = 9, 14
#: Channels no farther apart than this, of 255, are a grey.
_NO_COLOUR = 2
_COLOUR_SIGMA = 1.5  # source pixels; larger than the detail a network makes up, smaller than a colour's area


@dataclass(frozen=True)
class Recipe:
    """How a picture is enlarged.

    Args:
        scale: 2, 3 or 4.
        network: Or None for interpolation.
        drawn: Whether it is a drawing, whose areas are to be clean.
        keeps_texture: Whether the network is one for photos, whose texture can be trusted.
        noise: Of the source (0..1), to be given back as grain.
        side: Of the tiles, in source pixels.
        grey: Whether the source has no colour, and the result is to have none.
    """

    scale: int
    network: Network | None
    drawn: bool = False
    keeps_texture: bool = False
    noise: float = 0.0
    side: int = field(default=TILE)
    grey: bool = False

    @property
    def margin(self) -> int:
        """Source pixels around a tile that it may look at."""
        return (_RESIZING if self.keeps_texture else _BLENDING) + (self.network.reach if self.network else 0)


class Upscale:
    """Makes a picture 2, 3 or 4 times as large; see `engine.renderers.base.Renderer`."""

    def __init__(
        self,
        card: Card,
        network_of: Callable[[int], Network | None] = drawing_network,
        photo_network_of: Callable[[int], Network | None] = photo_network,
    ) -> None:
        self.card = card
        self._network_of = network_of
        self._photo_network_of = photo_network_of

    def render(self, task: RenderTask, report: Report) -> Iterator[Picture]:
        """Yield the larger picture, once a variant; it is the same for every seed."""
        pixels = task.subject.pixels
        scale, notes = _scale_for(pixels, task.scale)
        large = pixels
        if scale > 1:
            recipe = self._recipe(pixels, scale, task.prompt)
            notes = notes if recipe.network else (*notes, NO_WEIGHTS)
            large = enlarged(pixels, recipe, lambda done, of: report(done, of, None))
        for variant in task.variants:
            yield Picture(variant, large, notes)

    def _recipe(self, pixels: Pixels, scale: int, words: str) -> Recipe:
        grey = _is_grey(pixels)
        if is_drawn(pixels, words):
            return Recipe(scale, self._network_of(scale), drawn=True, grey=grey)
        trusted = self._photo_network_of(scale)
        if trusted is not None:
            return Recipe(scale, trusted, keeps_texture=True, noise=noise_of(pixels), side=_PHOTO_TILE, grey=grey)
        return Recipe(scale, self._network_of(scale), noise=noise_of(pixels), grey=grey)


def _is_grey(pixels: Pixels) -> bool:
    """Whether a picture has no colour at all: a network would see some in it."""
    red, green, blue = cv2.split(pixels)[:3]
    return max(int(cv2.absdiff(one, green).max()) for one in (red, blue)) <= _NO_COLOUR


def _scale_for(pixels: Pixels, wanted: int) -> tuple[int, tuple[str, ...]]:
    """Return the scale that the result's size allows, with a word if it is not the wanted one."""
    area = pixels.shape[0] * pixels.shape[1]
    scale = next((s for s in range(wanted, 1, -1) if area * s * s <= MAX_PIXELS), 1)
    if scale == wanted:
        return scale, ()
    done = f"so it is {scale} times as large" if scale > 1 else "so it stays as it is"
    return scale, (f"{wanted} times as large would be more than {MAX_PIXELS // 10**6} megapixels, {done}.",)


def enlarged(pixels: Pixels, recipe: Recipe, each: Callable[[int, int], None]) -> Pixels:
    """Return the picture enlarged, alpha kept; memory beside the result is a few tiles.

    Args:
        pixels: HxWx3 or HxWx4.
        recipe: How large, and how.
        each: Called after every tile with how many are done, of how many.
    """
    height, width, channels = pixels.shape
    scale = recipe.scale
    out = np.empty((height * scale, width * scale, channels), np.uint8)

    def enlarge(bytes_: Floats, around: Tile) -> Floats:
        return _tile(bytes_, recipe, around)

    for tile, large in enlarged_by(pixels, scale, enlarge, each, recipe.side, recipe.margin):
        rows, columns = slice(tile.top * scale, tile.bottom * scale), slice(tile.left * scale, tile.right * scale)
        out[rows, columns] = np.rint(np.clip(large, 0, 1) * 255).astype(np.uint8)
    return out


def _tile(bytes_: Floats, recipe: Recipe, around: Tile) -> Floats:
    """Enlarge one padded tile of bytes-as-floats, colour and alpha apart."""
    scale = recipe.scale
    tile = floats(bytes_ / 255)
    rgb = np.ascontiguousarray(tile[..., :3])
    # A drawing's edges are steeper than its pixels tell: held to them to the last, they would turn bumpy.
    large = faithful(_detailed(rgb, recipe), rgb, passes=1 if recipe.drawn else 2)
    large = grained(large, recipe.noise, around.left * scale, around.top * scale)
    if recipe.grey:
        large = floats(cv2.cvtColor(cv2.cvtColor(large, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB))
    if tile.shape[2] == 3:
        return large
    alpha = np.ascontiguousarray(tile[..., 3])
    size = (alpha.shape[1] * scale, alpha.shape[0] * scale)
    return np.dstack([large, np.clip(cv2.resize(alpha, size, interpolation=cv2.INTER_CUBIC), 0, 1)])


def _detailed(rgb: Floats, recipe: Recipe) -> Floats:
    scale = recipe.scale
    if recipe.network is None:
        return crisp(interpolated(rgb, scale), scale, 1.1)
    large = recipe.network(rgb)
    if recipe.keeps_texture:
        return crisp(large, scale, 0.5)
    large = _on_own_colours(large, interpolated(rgb, scale), scale)
    return large if recipe.drawn else textured(large, rgb, scale)


def _on_own_colours(large: Floats, plain: Floats, scale: int) -> Floats:
    """Return the network's fine detail over the source's low frequencies: colours never shift."""
    return floats(large + narrow(floats(plain - large), _COLOUR_SIGMA * scale))
