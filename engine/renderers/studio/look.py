"""What every look shares: the loop over variants, the words' tones, references, keeps, alpha, progress.

A look is a subclass with `paint`; everything around it happens here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.contract import Family
from engine.models.card import Card
from engine.renderers.base import Picture, Pixels, RenderTask, Report
from engine.renderers.studio.colour import to_bytes, to_lab, to_rgb, with_curve, with_warmth
from engine.renderers.studio.dice import Dice
from engine.renderers.studio.filters import Floats
from engine.renderers.studio.keeping import kept
from engine.renderers.studio.scene import Scene, scene_of
from engine.renderers.studio.sidebyside import side_by_side
from engine.renderers.studio.steering import Steer, steer
from engine.renderers.studio.tones import AIR, cleaner, toned
from engine.renderers.studio.transfer import Given, given, with_named_colours, with_references

#: Warmth and exposure of a picture as a whole, another one for every four seeds.
PRINTS = ((0.0, 0.0), (0.5, 0.08), (-0.5, -0.06), (0.25, -0.16), (-0.25, 0.16))


#: Pixels of a long side beyond which brushes only cost: a stroke is a share of the picture, not of its pixels.
LARGEST = 2048


@dataclass(frozen=True)
class Brief:
    """What one variant is painted from. `strength` is 0..1; `step(picture)` reports, and stops a cancelled job."""

    task: RenderTask
    scene: Scene
    steer: Steer
    strength: float
    dice: Dice
    step: Callable[[Floats | None], None]


class Look(ABC):
    """A still look of the studio."""

    #: How often `paint` calls `brief.step`.
    STEPS: ClassVar[int] = 2
    #: The axes of the words that `paint` answers itself. None: photographs make their own air (`tones.AIR`).
    HANDLES: ClassVar[frozenset[str] | None] = None
    #: A word that steers other looks and asks nothing of this one, which is that by nature.
    IS: ClassVar[str] = ""

    def __init__(self, card: Card) -> None:
        self.card = card
        usual = AIR if card.family is Family.PHOTOREAL else frozenset[str]()
        self._handled = usual if self.HANDLES is None else self.HANDLES

    @abstractmethod
    def paint(self, brief: Brief) -> Floats:
        """Return the scene in this look, sRGB 0..1, the size of the scene."""

    def tone(self, lab: Floats, brief: Brief) -> Floats:
        """Move a finished Lab picture the way the words say."""
        return toned(lab, brief.steer.without(self._handled), brief.scene)

    def notes(self, brief: Brief) -> tuple[str, ...]:  # noqa: ARG002  # a look with nothing to say needs no brief
        """Return honest words about this variant that depend on the picture."""
        return ()

    def render(self, task: RenderTask, report: Report) -> Iterator[Picture]:
        """Yield each wanted variant; see `engine.renderers.base.Renderer`."""
        scene = scene_of(task.subject, min(task.long_side or self.card.defaults.long_side, LARGEST))
        words = steer(task.prompt, task.negative, self.IS)
        model = cleaner(scene, words.up("denoise")) if words.up("denoise") else scene
        references = given(task.images, scene)

        def made(variant: int, step: Callable[[Pixels | None], None]) -> Picture:
            dice, strength = Dice(task.seed + variant), self.card.defaults.change[task.change]
            brief = Brief(task, model, words, strength, dice, lambda rgb: step(None if rgb is None else to_bytes(rgb)))
            notes = words.notes + self.notes(brief) + _held_back(task)
            return Picture(variant, self._finished(brief, scene, references), notes)

        return side_by_side(made, task.variants, self.STEPS, report, to_bytes(scene.rgb))

    def _finished(self, brief: Brief, source: Scene, references: tuple[Given, ...]) -> Pixels:
        scene, task = brief.scene, brief.task
        lab = self.tone(to_lab(self.paint(brief)), brief)
        lab = with_named_colours(regraded(lab, brief.dice, scene), brief.steer, scene)
        lab = with_references(lab, references, scene)
        lab = kept(lab, source, task.keep, brief.steer)
        pixels = to_bytes(to_rgb(lab))
        return pixels if scene.alpha is None else np.dstack([pixels, scene.alpha])


def _held_back(task: RenderTask) -> tuple[str, ...]:
    fuller = max(task.subject.pixels.shape[:2]) > LARGEST
    wanted = task.long_side is not None and task.long_side > LARGEST
    return (
        (f"The studio works at up to {LARGEST} px; an upscale brings it to print size.",) if wanted and fuller else ()
    )


def regraded(lab: Floats, dice: Dice, scene: Scene) -> Floats:
    """Return a Lab picture in the print of its round of four, so that a fifth variant is not the first once more."""
    warmth, exposure = PRINTS[dice.number // 4 % len(PRINTS)]
    return with_warmth(with_curve(lab, exposure=exposure), warmth, scene.skin) if warmth else lab
