"""The picture of a clip, ready to be filmed: its layers, and planes that say what is where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from engine.images.fit import resized
from engine.renderers.base import Input, Pixels
from engine.renderers.studio.clips.layers import Layers, layers_of
from engine.renderers.studio.colour import to_bytes
from engine.renderers.studio.filters import Floats, floats, resize
from engine.renderers.studio.scene import Scene, scene_of

#: What is where is decided on a copy of this size.
_SIDE = 640
_PAPER = 255

#: grade(rgb 0..1, depth 0..1) -> rgb: the light a motion films in.
Grade = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class Stage:
    """A graded picture of `plate` pixels and what is in it.

    `rgb` is the picture at the size of the planes, 0..1; `depth` is 0 (near) to 1; `sky`, `water` and `foliage` are
    soft planes, and nothing of the subject is in them.
    """

    pixels: Pixels
    layers: Layers
    rgb: Floats
    depth: Floats
    matte: Floats
    sky: Floats
    water: Floats
    foliage: Floats

    @property
    def plate(self) -> tuple[int, int]:
        """Width and height of the picture."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the planes."""
        return self.depth.shape[0], self.depth.shape[1]


def looked_at(image: Input) -> Scene:
    """Return the scene in which it is decided what is where."""
    return scene_of(image, _SIDE)


def staged(image: Input, plate: tuple[int, int], grades: list[Grade]) -> Stage:
    """Return the stage of a picture.

    Args:
        image: The subject.
        plate: The size to film from (width, height).
        grades: What the motions make of its light, in order.
    """
    scene = looked_at(image)
    pixels = opaque(resized(image.pixels, plate))
    if grades:
        rgb, depth = floats(pixels) / np.float32(255), np.clip(resize(scene.depth, *plate), 0, 1)
        for grade in grades:
            rgb = grade(floats(rgb), floats(depth))
        pixels = to_bytes(floats(rgb))
    size = scene.shape[1], scene.shape[0]
    small = floats(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)) / np.float32(255)
    bare = 1 - scene.matte
    sky, water, foliage = (floats(np.clip(plane, 0, 1)) for plane in scene.regions)
    layers = layers_of(pixels, scene.matte, scene.depth)
    if layers.front is not None:
        sky, water = floats(sky * bare), floats(water * bare)
    return Stage(pixels, layers, floats(small), scene.depth, scene.matte, sky, water, foliage)


def focus_of(scene: Scene) -> tuple[float, float]:
    """Return what to look at, as shares of width and height: the largest face, or the middle of the subject."""
    height, width = scene.shape
    if scene.faces:
        face = max(scene.faces, key=lambda box: box.w * box.h)
        return (face.x + face.w / 2) / width, (face.y + face.h / 2) / height
    weight = scene.matte + 0.02
    y, x = np.mgrid[0:height, 0:width]
    middle = float((x * weight).sum() / weight.sum() / width), float((y * weight).sum() / weight.sum() / height)
    return 0.5 + 0.8 * (middle[0] - 0.5), 0.5 + 0.8 * (middle[1] - 0.5)


def opaque(pixels: Pixels) -> Pixels:
    """Return the picture without alpha, laid over white: a clip has none."""
    if pixels.shape[2] == 3:
        return pixels
    alpha = pixels[..., 3:].astype(np.float32) / 255
    return np.rint(pixels[..., :3] * alpha + _PAPER * (1 - alpha)).astype(np.uint8)
