"""What an effect of a clip is, and what it is given to work with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import cv2
import numpy as np

from engine.renderers.base import Pixels
from engine.renderers.studio.clips.camera import Pose
from engine.renderers.studio.clips.clock import Clock
from engine.renderers.studio.clips.lens import CELL, Lens, Map, enlarged, sampled, spread_out
from engine.renderers.studio.clips.stage import Stage
from engine.renderers.studio.dice import Dice
from engine.renderers.studio.filters import Floats, floats
from engine.renderers.studio.regions import Regions


@dataclass(frozen=True)
class Moment:
    """A frame in the making: when it is, where the camera stands, and where each layer is seen."""

    share: float
    pose: Pose
    lens: Lens
    stage: Stage
    back: Map
    front: Map

    @cached_property
    def fixed(self) -> tuple[Any, Any]:
        """The back's map for `cv2.remap`, as the camera alone sees it."""
        return self.lens.fixed(self.back)

    @cached_property
    def depth(self) -> Floats:
        """How far away each cell of the frame is, 0..1."""
        return self.seen(self.stage.depth)

    @property
    def unit(self) -> float:
        """What a pixel of a 1024 px frame is here."""
        return max(self.lens.size) / 1024

    def seen(self, plane: Floats) -> Floats:
        """Return a plane of the stage as cells of the frame."""
        x, y = (part[1:-1, 1:-1] for part in self.back)
        return sampled(plane, Map(np.ascontiguousarray(x), np.ascontiguousarray(y)))

    def fine(self, plane: Floats) -> Floats:
        """Return a plane (or several, as channels) of the stage at the frame's size, with all its detail."""
        x, y = (enlarged(part, self.lens.size) for part in self.back)
        return sampled(plane, Map(x, y))

    def whole(self, cells: Floats) -> Floats:
        """Return cells at the frame's size."""
        return spread_out(cells, self.lens.size)


@dataclass(frozen=True)
class Setting:
    """What an effect is made from. `power` is 0..1: how much of it was asked for."""

    stage: Stage
    lens: Lens
    clock: Clock
    dice: Dice
    power: float

    @property
    def unit(self) -> float:
        """What a pixel of a 1024 px frame is here."""
        return max(self.lens.size) / 1024


class Effect:
    """Something that moves in a clip. It is made once and asked for every frame, by several threads at once."""

    #: The region of the picture that it moves, by its name in `Regions`, and how much of the picture that must be.
    REGION: ClassVar[str] = ""
    LEAST: ClassVar[float] = 0.0

    #: Honest words, for the member.
    notes: tuple[str, ...] = ()

    def __init__(self, setting: Setting) -> None:
        """Prepare what all frames share."""

    @classmethod
    def possible(cls, planes: Regions | Stage) -> bool:
        """Whether the picture has what it moves."""
        return not cls.REGION or float((getattr(planes, cls.REGION) > 0.5).mean()) >= cls.LEAST

    @staticmethod
    def grade(rgb: Floats, depth: Floats, power: float) -> Floats:
        """Return the light it films in; `depth` is a plane."""
        del depth, power
        return rgb

    def sway(self, share: float) -> Floats | None:
        """Return how far each place of the picture looks aside, 2xHxW of any size in shares of its sides."""
        del share
        return None

    def behind(self, frame: Pixels, moment: Moment) -> Pixels:
        """Return the frame with what happens behind the subject."""
        del moment
        return frame

    def over(self, frame: Pixels, moment: Moment) -> Pixels:
        """Return the frame with what happens before everything."""
        del moment
        return frame


def laid(frame: Pixels, colour: Pixels, opacity: Floats) -> Pixels:
    """Lay a coloured picture over a frame; `opacity` 0..1, all of the frame's size."""
    return np.asarray(cv2.blendLinear(frame, colour, floats(1 - opacity), opacity), np.uint8)


def surroundings(frame: Pixels, blur: float) -> Pixels:
    """Return a wide blur of the frame at a quarter of its size; `blur` in pixels of the frame."""
    small = cv2.resize(frame, None, fx=1 / CELL, fy=1 / CELL, interpolation=cv2.INTER_AREA)
    side = 2 * max(1, round(blur / CELL)) + 1
    for _ in range(2):
        small = cv2.blur(small, (side, side), borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(small, np.uint8)


def grown(colours: Pixels, size: tuple[int, int]) -> Pixels:
    """Return a small picture at the frame's size (width, height)."""
    return np.asarray(cv2.resize(colours, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def tile(rng: np.random.Generator, side: int, *, rough: float, stretch: float = 1.0, least: float = 2.0) -> Floats:
    """Return a square of cloudy noise that can be laid side by side without a seam; unit deviation.

    White noise shaped in its spectrum as a power of the frequency (Voss, "Random fractal forgeries", 1985).

    Args:
        rng: Random numbers.
        side: Of the square, in pixels.
        rough: Power of the fall: 1 is grainy, 2 is soft.
        stretch: How much wider than high its clouds are.
        least: The lowest frequency in it, in waves a side.
    """
    spectrum = np.fft.rfft2(rng.standard_normal((side, side)))
    down, across = np.fft.fftfreq(side)[:, None] * side, np.fft.rfftfreq(side)[None, :] * side
    pitch = np.hypot(down / stretch, across * stretch)
    spectrum = spectrum * np.where(pitch > 0, np.maximum(pitch, least) ** -rough, 0)
    made = floats(np.fft.irfft2(spectrum, s=(side, side)))
    return floats((made - made.mean()) / (made.std() + 1e-6))
