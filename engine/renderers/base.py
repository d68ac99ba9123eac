"""The seam between the worker and whatever makes pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.contract import Box, Change, Keep, Kind, Motion, Role
from engine.models.card import Card

#: HxWx3 (or x4 with alpha) unsigned bytes, sRGB, upright.
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Input:
    """One decoded image of a task and what it contributes (`weight` from 0 to 1)."""

    pixels: Pixels
    role: Role = Role.SUBJECT
    weight: float = 1.0
    faces: tuple[Box, ...] = ()


@dataclass(frozen=True)
class RenderTask:
    """All that a renderer needs to know. Variant i (from 0) uses the seed `seed + i`.

    `variants` lists the variants that are wanted: a task that was cut off asks only for the missing ones.
    `long_side` is the wished long side in pixels, or None for the card's own.
    """

    images: tuple[Input, ...]
    kind: Kind = Kind.GENERATE
    prompt: str = ""
    negative: str = ""
    variants: tuple[int, ...] = (0, 1, 2, 3)
    change: Change = Change.BALANCED
    keep: frozenset[Keep] = frozenset()
    seed: int = 0
    long_side: int | None = None
    motion: tuple[Motion, ...] = ()
    seconds: float = 4.0
    scale: int = 2

    @property
    def subject(self) -> Input:
        """The image to work on: the composition when there is one, else the first subject, else the first."""
        for role in (Role.COMPOSITION, Role.SUBJECT):
            for image in self.images:
                if image.role is role:
                    return image
        return self.images[0]


@dataclass(frozen=True)
class Picture:
    """One finished variant."""

    variant: int
    pixels: Pixels
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Clip:
    """One finished clip: an H.264 MP4, a still, and a small animated WebP (both encoded)."""

    variant: int
    mp4: bytes
    width: int
    height: int
    poster: Pixels
    preview_webp: bytes
    notes: tuple[str, ...] = field(default=())


#: report(step, of, preview) after every step; raises `engine.errors.RenderCancelled` when the job was stopped.
#: `preview` is the picture so far (any size; the worker scales it down) or None.
Report = Callable[[int, int, Pixels | None], None]


class Renderer(Protocol):
    """Made once with its card and kept while it is resident; `render` yields each result when it is ready."""

    def __init__(self, card: Card) -> None: ...

    def render(self, task: RenderTask, report: Report) -> Iterator[Picture | Clip]:
        """Render what the task asks for, reporting after every step.

        The results have the subject's aspect to the pixel (see `engine.images.fit`).

        Raises:
            RenderCancelled: from `report`, when the job was stopped.
            engine.errors.RenderError: with words for the member, when the task cannot be done.
        """
        ...
