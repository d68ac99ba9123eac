"""What reference images give: palette, lighting and style, laid over a finished picture in Lab."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from engine.contract import Role
from engine.renderers.base import Input
from engine.renderers.studio.colour import to_lab
from engine.renderers.studio.filters import Floats, blur, floats, lerp, resize
from engine.renderers.studio.palette import swatch, with_palette
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.steering import Steer
from engine.renderers.studio.strokes import with_texture

_SMALL = 192
#: A light field is looked at on so many pixels a side, each as wide as a lamp's pool of light.
_FIELD, _POOL = 32, 3.2


def with_named_colours(lab: Floats, words: Steer, scene: Scene) -> Floats:
    """Return the picture led to the colours that the words name."""
    if not words.palette:
        return lab
    return with_palette(lab, swatch(words.palette), words.palette_share, scene.skin, follows=0.2)


class Given(NamedTuple):
    """What a reference gives: its role, its weight 0..1, itself in Lab, hxwx3, and its colours, Nx3 Lab."""

    role: Role
    weight: float
    lab: Floats
    colours: Floats


def given(images: Sequence[Input], scene: Scene) -> tuple[Given, ...]:
    """Return what a task's references give; they are fitted once, for all variants."""
    laid_over = (Role.PALETTE, Role.STYLE, Role.LIGHTING)
    return tuple(_given(image, scene) for image in images if image.weight and image.role in laid_over)


def _given(image: Input, scene: Scene) -> Given:
    side = max(scene.shape) if image.role is Role.STYLE else _SMALL
    return Given(image.role, image.weight, _lab(image, side), _samples(image))


def with_references(lab: Floats, references: Sequence[Given], scene: Scene) -> Floats:
    """Return the picture with every palette, style and lighting reference laid over it, by its weight."""
    for reference in references:
        if reference.role is Role.PALETTE:
            lab = with_palette(lab, reference.colours, reference.weight, scene.skin)
        elif reference.role is Role.STYLE:
            lab = with_style(lab, reference, scene)
        else:
            lab = with_lighting(lab, reference.lab, reference.weight)
    return lab


def with_lighting(lab: Floats, reference: Floats, weight: float) -> Floats:
    """Give a picture the light field of another: where that one is bright at large, this one gets brighter.

    The light's colour comes along: it is read off what is bright and nearly neutral in the reference.

    Args:
        lab: HxWx3.
        reference: hxwx3 Lab of the reference, any size.
        weight: 0..1.
    """
    height, width = lab.shape[:2]
    field = blur(resize(floats(reference[..., 0]), _FIELD, _FIELD), _POOL)
    own = blur(resize(np.ascontiguousarray(lab[..., 0]), _FIELD, _FIELD), _POOL)
    change = 1.1 * (field - field.mean()) - 0.5 * (own - own.mean()) + 0.45 * (field.mean() - own.mean())
    power = resize(floats(2.0 ** (-weight * np.clip(change, -38, 26) / 24)), width, height)
    out = lab.copy()
    lightness = np.clip(lab[..., 0] / 100, 1e-4, 1)
    # A power leaves white paper white in the dark; a share of plain dimming does not.
    dim = np.minimum(1, 1 - 0.28 * (power - 1))
    out[..., 0] = 100 * np.clip(cv2.exp(floats(cv2.log(floats(lightness)) * power)) * dim, 0, 1)
    tint = weight * resize(_light_colour(reference), width, height)
    out[..., 1:] += tint * (0.3 + np.minimum(2.8 * lightness * (1 - lightness), 0.7))[..., None]
    return out


def _light_colour(reference: Floats) -> Floats:
    """Return the colour (a, b) of the light over a reference, FIELDxFIELDx2."""
    small = resize(reference, 2 * _FIELD, 2 * _FIELD)
    chroma = np.hypot(small[..., 1], small[..., 2])
    counts = floats((small[..., 0] / 100) ** 1.5 * np.exp(-((chroma / 45) ** 2)) + 1e-3)
    sums = blur(floats(np.dstack([small[..., 1] * counts, small[..., 2] * counts, counts])), 2 * _POOL)
    colours = resize(floats(sums[..., :2] / (sums[..., 2:] + 1e-4)), _FIELD, _FIELD)
    return floats(np.clip(0.5 * colours, -11, 11))


def with_style(lab: Floats, reference: Given, scene: Scene) -> Floats:
    """Take over a reference's colours at about half, and its strokes: what its surface is made of."""
    out = with_palette(lab, reference.colours, 0.55 * reference.weight, scene.skin)
    return with_texture(out, reference.lab, reference.weight, scene)


def _lab(image: Input, long_side: int) -> Floats:
    """Return the reference in Lab, fitted into `long_side`; what cannot be seen is grey."""
    height, width = image.pixels.shape[:2]
    scale = long_side / max(height, width)
    size = max(8, round(width * scale)), max(8, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    pixels = cv2.resize(image.pixels, size, interpolation=method)
    lab = to_lab(floats(pixels[..., :3]) / np.float32(255))
    if pixels.shape[2] == 4:
        lab = lerp(floats(np.broadcast_to(floats([60, 0, 0]), lab.shape)), lab, floats(pixels[..., 3] / 255))
    return lab


def _samples(image: Input) -> Floats:
    """Return the reference's colours, less those that cannot be seen."""
    lab = _lab(image, _SMALL).reshape(-1, 3)
    if image.pixels.shape[2] == 4:
        height, width = image.pixels.shape[:2]
        scale = _SMALL / max(height, width)
        size = max(8, round(width * scale)), max(8, round(height * scale))
        seen = cv2.resize(image.pixels[..., 3], size, interpolation=cv2.INTER_AREA).reshape(-1) > 128
        lab = lab[seen] if seen.sum() > 50 else lab
    return lab
