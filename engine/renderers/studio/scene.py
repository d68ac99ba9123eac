"""What a task's variants share: the subject at working size and all that is derived from it, computed once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from hashlib import blake2b
from threading import RLock
from typing import Any, Generic, TypeVar

import cv2
import numpy as np

from engine.contract import Box
from engine.images.faces import find_faces
from engine.images.fit import fit, resized
from engine.renderers.base import Input, Pixels
from engine.renderers.studio.colour import skin, to_bytes, to_lab
from engine.renderers.studio.depth import depth_of
from engine.renderers.studio.filters import Floats, bilateral, blur, floats, resize, smaller, steepness
from engine.renderers.studio.flow import Flow, flow_of
from engine.renderers.studio.matte import Cutout, cut_out
from engine.renderers.studio.regions import Regions, regions_of
from engine.renderers.studio.segments import Segments, segments_of
from engine.renderers.studio.sharpness import Sharpness, sharpness_of

T = TypeVar("T")


class derived(Generic[T]):  # noqa: N801  # it stands where `property` would
    """A property of a scene that is computed once, whichever of the variants asks for it first."""

    def __init__(self, make: Callable[[Scene], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __get__(self, scene: Scene, owner: type[Scene]) -> T:
        return scene.once(self, lambda: self._make(scene))


@dataclass(frozen=True, eq=False)
class Scene:
    """The subject at working size. `rgb` is HxWx3 in 0..1, `alpha` HxW bytes or None, `faces` in its own pixels.

    Variants are made side by side, and all of them draw on what is derived here.
    """

    rgb: Floats
    alpha: Pixels | None = None
    faces: tuple[Box, ...] = ()
    _shelf: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)
    _lock: RLock = field(default_factory=RLock, init=False, repr=False)

    def once(self, what: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` returned the first time it was asked for `what`: work shared between variants."""
        with self._lock:
            if what not in self._shelf:
                self._shelf[what] = make()
            made: T = self._shelf[what]
            return made

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.rgb.shape[0], self.rgb.shape[1]

    @property
    def unit(self) -> float:
        """What a pixel of a 1024 px picture is here: sizes of brushes and lines are multiples of it."""
        return max(self.shape) / 1024

    @derived
    def lab(self) -> Floats:
        """CIE Lab."""
        return to_lab(self.rgb)

    @derived
    def luma(self) -> Floats:
        """Lightness, 0..1."""
        return floats(self.lab[..., 0] / 100)

    @derived
    def noise(self) -> float:
        """How noisy the lightness is: a robust standard deviation, 0..1 (Donoho, 1994)."""
        fine = self.luma - blur(self.luma, 1.0)
        return float(np.median(np.abs(fine)) / 0.6745)

    @derived
    def skin(self) -> Floats:
        """Soft plane of what looks like skin; only where there are faces, for sand and wood look like it too."""
        if not self.faces:
            return np.zeros(self.shape, np.float32)
        return blur(floats(skin(self.lab) * self.near_faces(3.0)), 2 * self.unit)

    @derived
    def small(self) -> Floats:
        """Lab on a small copy (long side 256): enough to see what is where."""
        _, size = smaller(self.shape, 256)
        return to_lab(resize(self.rgb, *size))

    @derived
    def segments(self) -> Segments:
        """The superpixels of the small copy."""
        return segments_of(self.small, 12)

    @derived
    def sharpness(self) -> Sharpness:
        """Where the picture is in focus, on a small copy."""
        return sharpness_of(self.luma)

    @derived
    def cutout(self) -> Cutout:
        """The subject: its soft matte, and how sure that is."""
        return cut_out(self)

    @property
    def matte(self) -> Floats:
        """Soft matte of the subject."""
        return self.cutout.matte

    @derived
    def flat(self) -> Floats:
        """Lab without its fine texture, edges kept: what a painter sees with half-closed eyes."""
        height, width = self.shape
        _, size = smaller(self.shape, 640)
        return resize(bilateral(resize(self.lab, *size), 9.0, 4.0, 4), width, height)

    @derived
    def flow(self) -> Flow:
        """The flow for lines: close to the edges."""
        return flow_of(self.lab, max(1.0, 2.2 * self.unit))

    @derived
    def form(self) -> Flow:
        """The flow for brushes: calm, following form."""
        return flow_of(self.flat, max(2.0, 7 * self.unit))

    @derived
    def depth(self) -> Floats:
        """How far away everything seems, 0 (nearest) to 1; an estimate from what is sharp, low and in front."""
        return depth_of(self)

    @derived
    def regions(self) -> Regions:
        """Where sky, water and foliage are."""
        return regions_of(self)

    @derived
    def detail(self) -> Floats:
        """Where the eye needs detail, 0..1: edges of the flattened picture, and faces."""
        edges = blur(steepness(np.ascontiguousarray(self.flat[..., 0])), 5 * self.unit)
        wanted = edges / (np.percentile(edges, 96) + 1e-4)
        return floats(np.clip(np.maximum(wanted, 0.85 * self.near_faces(1.0)), 0, 1))

    def near_faces(self, reach: float) -> Floats:
        """Return a soft plane around every face; `reach` 1 is the face itself."""
        return self.once(("near faces", reach), lambda: _around(self.shape, self.faces, reach))


def _around(shape: tuple[int, int], faces: tuple[Box, ...], reach: float) -> Floats:
    out = np.zeros(shape, np.float32)
    for face in faces:
        out = np.maximum(out, oval(shape, face, reach))
    return out


def oval(shape: tuple[int, int], face: Box, reach: float) -> Floats:
    """Return a soft oval over a face: 1 well inside, 0 outside."""
    y, x = np.ogrid[0 : shape[0], 0 : shape[1]]
    across = (x - (face.x + face.w / 2)) / (0.52 * face.w * reach)
    down = (y - (face.y + face.h / 2)) / (0.68 * face.h * reach)
    away = np.sqrt(across**2 + down**2)
    return floats(np.clip((1.25 - away) / 0.5, 0, 1))


def scene_of(image: Input, long_side: int) -> Scene:
    """Return the scene of a task's subject at its fitted size; pixels that cannot be seen are filled with grey.

    The last scene is kept: a comparison, or another round on the same source, begins where the last one ended.
    """
    what = (_digest(image.pixels), image.pixels.shape, image.faces, long_side)
    with _lock:
        if what not in _last:
            _last.clear()
            _last[what] = _scene(image, long_side)
        return _last[what]


#: What is seen of a face is at least so many pixels wide and high at working size.
_SMALLEST_FACE = 2
_last: dict[Hashable, Scene] = {}
_lock = RLock()


def _digest(pixels: Pixels) -> bytes:
    return blake2b(np.ascontiguousarray(pixels).data, digest_size=16).digest()


def _scene(image: Input, long_side: int) -> Scene:
    height, width = image.pixels.shape[:2]
    size = fit(width, height, long_side)
    pixels = resized(image.pixels, size)
    rgb = floats(pixels[..., :3]) / np.float32(255)
    alpha = None
    if pixels.shape[2] == 4:
        alpha = np.ascontiguousarray(pixels[..., 3])
        seen = floats(alpha)[..., None] / np.float32(255)
        rgb = floats(rgb * seen + np.float32(0.9) * (1 - seen))
    return Scene(rgb, alpha, _faces(image, rgb, size[0] / width))


def _faces(image: Input, rgb: Floats, scale: float) -> tuple[Box, ...]:
    """Return the known faces at working size as far as they can be seen, or those that can be found."""
    if image.faces:
        scaled = (
            Box(x=round(f.x * scale), y=round(f.y * scale), w=round(f.w * scale), h=round(f.h * scale))
            for f in image.faces
        )
        return tuple(face for face in scaled if _shows(face, rgb.shape))
    return find_faces(np.asarray(cv2.cvtColor(to_bytes(rgb), cv2.COLOR_RGB2GRAY), np.uint8))


def _shows(face: Box, shape: tuple[int, ...]) -> bool:
    """Whether some of a face is in the picture, and not too little to be drawn."""
    wide = min(face.x + face.w, shape[1]) - max(face.x, 0)
    high = min(face.y + face.h, shape[0]) - max(face.y, 0)
    return min(wide, high) >= _SMALLEST_FACE
