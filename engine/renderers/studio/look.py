"""What every look shares: the loop over variants, the words' tones, references, keeps, alpha, progress.

A look is a subclass with `paint`; everything around it happens here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.models.card import Card
from engine.renderers.base import Picture, Pixels, RenderTask, Report
from engine.renderers.studio.colour import (
    split_tone,
    to_bytes,
    to_lab,
    to_rgb,
    toward_neutral,
    with_saturation,
    with_tone,
    with_warmth,
)
from engine.renderers.studio.dice import Dice
from engine.renderers.studio.filters import Floats
from engine.renderers.studio.keeping import kept
from engine.renderers.studio.scene import Scene, scene_of
from engine.renderers.studio.sidebyside import side_by_side
from engine.renderers.studio.steering import Steer, steer
from engine.renderers.studio.transfer import swatch, with_palette, with_references


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

    def __init__(self, card: Card) -> None:
        self.card = card

    @abstractmethod
    def paint(self, brief: Brief) -> Floats:
        """Return the scene in this look, sRGB 0..1, the size of the scene."""

    def tone(self, lab: Floats, brief: Brief) -> Floats:
        """Move a finished Lab picture the way the words say."""
        return toned(lab, brief.steer, brief.scene)

    def render(self, task: RenderTask, report: Report) -> Iterator[Picture]:
        """Yield each wanted variant; see `engine.renderers.base.Renderer`."""
        scene = scene_of(task.subject, task.long_side or self.card.defaults.long_side)
        words = steer(task.prompt, task.negative)

        def made(variant: int, step: Callable[[Pixels | None], None]) -> Picture:
            dice, strength = Dice(task.seed + variant), self.card.defaults.change[task.change]
            brief = Brief(task, scene, words, strength, dice, lambda rgb: step(None if rgb is None else to_bytes(rgb)))
            return Picture(variant, self._finished(brief), words.notes)

        return side_by_side(made, task.variants, self.STEPS, report, to_bytes(scene.rgb))

    def _finished(self, brief: Brief) -> Pixels:
        scene, task = brief.scene, brief.task
        lab = self.tone(to_lab(self.paint(brief)), brief)
        if brief.steer.palette:
            lab = with_palette(lab, swatch(brief.steer.palette), 0.8, scene.skin)
        lab = with_references(lab, task.images, scene.skin)
        lab = kept(lab, scene, task.keep)
        pixels = to_bytes(to_rgb(lab))
        return pixels if scene.alpha is None else np.dstack([pixels, scene.alpha])


def toned(lab: Floats, words: Steer, scene: Scene) -> Floats:
    """Return a Lab picture with the words' tones: exposure, contrast, warmth, colour, night."""
    lab = with_tone(lab, exposure=words["brightness"], contrast=words["contrast"])
    lab = with_saturation(lab, 0.6 * words["saturation"], scene.skin)
    lab = with_warmth(lab, words["warmth"], scene.skin)
    if words.up("night"):
        lab = at_night(lab, min(1.0, words.up("night")))
    return toward_neutral(lab, min(1.0, words.up("mono")))


def at_night(lab: Floats, share: float) -> Floats:
    """Turn day into night, as film does: darker, bluer, paler, with what shines still shining."""
    shine = np.clip((lab[..., 0] - 78) / 18, 0, 1)[..., None] * np.clip(lab[..., 2:] / 24, 0, 1)
    dark = split_tone(toward_neutral(lab, 0.5), (1.5, -17), (-2, -9), 1.0)
    dark[..., 0] = 58 * np.power(np.clip(lab[..., 0] / 100, 0, 1), 1.55)
    amount = share * (1 - 0.75 * shine)
    return np.asarray(lab + (dark - lab) * amount, np.float32)
