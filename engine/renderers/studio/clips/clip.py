"""Clips: a camera that moves through a picture, and what moves in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from engine.contract import Motion
from engine.images.fit import fit, resized
from engine.models.card import Card
from engine.renderers.base import Clip, Input, Pixels, RenderTask, Report
from engine.renderers.studio.clips.camera import Move, move_for, nearness
from engine.renderers.studio.clips.clock import FPS, Clock
from engine.renderers.studio.clips.effect import Effect, Moment, Setting
from engine.renderers.studio.clips.effects import EFFECTS, grades, left
from engine.renderers.studio.clips.film import ahead, mp4, webp
from engine.renderers.studio.clips.lens import Lens, Map, developed, enlarged, sampled
from engine.renderers.studio.clips.stage import focus_of, looked_at, staged
from engine.renderers.studio.dice import Dice
from engine.renderers.studio.filters import Floats, floats
from engine.renderers.studio.scene import Scene

_PREVIEW_SIDE, _PREVIEW_FRAMES = 320, 24
_EVERY = 6
_INSTEAD = "The camera moves in instead."
_AMOUNT = {"subtle": 0.11, "balanced": 0.18, "strong": 0.27}
_POWER = {"subtle": 0.3, "balanced": 0.6, "strong": 1.0}


class MotionClip:
    """The studio's clips; see `engine.renderers.base.Renderer`."""

    def __init__(self, card: Card) -> None:
        self.card = card

    def render(self, task: RenderTask, report: Report) -> Iterator[Clip]:
        """Yield one clip a variant; variants differ in direction, amount and density."""
        width, height = task.subject.pixels.shape[1], task.subject.pixels.shape[0]
        size = even(fit(width, height, task.long_side or self.card.defaults.long_side))
        clock = Clock(max(2, round(task.seconds * FPS)))
        steps = clock.frames // _EVERY + 2
        for number, variant in enumerate(task.variants):
            report(number * steps + 1, len(task.variants) * steps, None)
            shot = shot_of(task, variant, size, clock)
            yield shot.taken(variant, _reporter(report, number * steps + 1, len(task.variants) * steps))


def shot_of(task: RenderTask, variant: int, size: tuple[int, int], clock: Clock) -> Shot:
    """Return one variant of a task, ready to be filmed at a size (width, height)."""
    dice, scene = Dice(task.seed + variant), looked_at(task.subject)
    amount = _AMOUNT[task.change] * dice.between(0.85, 1.15)
    power = _POWER[task.change] * dice.between(0.8, 1.2)
    x, y = focus_of(scene)
    focus = x + dice.between(-0.04, 0.04), y + dice.between(-0.04, 0.04)
    way = (1 if x >= 0.5 else -1) * dice.choose((1, -1))
    can = left(task.motion, scene.regions)
    move = move_for(can, focus, amount, pivot=_pivot(scene, task.motion), way=way)
    stage = staged(task.subject, _plate(task.subject, size, move), grades(task.motion, power))
    setting = Setting(stage, Lens(size, stage.plate, move), clock, dice, power)
    instead = bool(task.motion) and not can - {Motion.LOOP} and set(task.motion) != {Motion.LOOP}
    notes = (_INSTEAD,) if instead else ()
    return Shot(setting, [kind(setting) for motion, kind in EFFECTS.items() if motion in task.motion], notes)


def _pivot(scene: Scene, motion: tuple[Motion, ...]) -> float:
    """Return the nearness of what moves with the frame: the subject in an orbit, else the middle of the picture."""
    weight = scene.matte + 1e-3 if Motion.ORBIT in motion else np.ones_like(scene.depth)
    return nearness(float((scene.depth * weight).sum() / weight.sum()))


def _plate(image: Input, size: tuple[int, int], move: Move) -> tuple[int, int]:
    """Return the size to film from: between those of the widest and the closest view, but not above the source's."""
    side = round(max(size) * (1 + 0.6 * (move.closest - 1)))
    return fit(image.pixels.shape[1], image.pixels.shape[0], side)


def _reporter(report: Report, done: int, of: int) -> Report:
    """Return a report that counts a variant's steps among all."""

    def step(number: int, _: int, preview: Pixels | None) -> None:
        report(done + number, of, preview)

    return step


class Shot:
    """One clip in the making. Each frame stands for itself, so that they can be made side by side."""

    def __init__(self, setting: Setting, effects: list[Effect], notes: tuple[str, ...] = ()) -> None:
        self.stage, self._lens, self._clock = setting.stage, setting.lens, setting.clock
        self._effects = effects
        self._notes = notes
        self._previews: list[Pixels] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """Honest words of all effects."""
        return (*dict.fromkeys(note for effect in self._effects for note in effect.notes), *self._notes)

    def taken(self, variant: int, report: Report) -> Clip:
        """Film it."""
        size, frames = self._lens.size, self._clock.frames
        closed_at = frames - 1 if self._lens.move.returns else None
        film = mp4(self._filmed(report), size, FPS, closed_at=closed_at)
        shown = round(1000 * frames / FPS / len(self._previews))
        return Clip(variant, film, *size, self.frame(0), webp(self._previews, shown), self.notes)

    def _filmed(self, report: Report) -> Iterator[Pixels]:
        frames = self._clock.frames
        # A preview plays round and round: where the clip ends as it began, its last frame would be there twice.
        end = frames - 1
        wanted = set(np.linspace(0, end, min(_PREVIEW_FRAMES, frames)).round().astype(int).tolist())
        for number, picture in enumerate(ahead(self.frame, frames)):
            if number in wanted:
                self._previews.append(resized(picture, fit(*self._lens.size, _PREVIEW_SIDE)))
            if number % _EVERY == 0:
                report(number // _EVERY + 1, frames // _EVERY + 1, picture)
            yield picture

    def frame(self, number: int) -> Pixels:
        """Return one frame, HxWx3."""
        moment = self._moment(number)
        sway = self._sway(moment.share)
        picture = developed(self.stage.layers.back, self._seen(moment.back, sway) or moment.fixed)
        for effect in self._effects:
            picture = effect.behind(picture, moment)
        if self.stage.layers.front is not None:
            picture = self._before(picture, moment, sway)
        for effect in self._effects:
            picture = effect.over(picture, moment)
        return picture

    def _moment(self, number: int) -> Moment:
        pose, layers = self._lens.move.at(self._clock, number), self.stage.layers
        back = self._lens.looks(pose, layers.back_near)
        front = back if layers.front is None else self._lens.looks(pose, layers.front_near)
        return Moment(self._clock.share(number), pose, self._lens, self.stage, back, front)

    def _sway(self, share: float) -> Floats | None:
        """Return how far all effects together move each place of the picture."""
        swings = [swing for effect in self._effects if (swing := effect.sway(share)) is not None]
        return floats(sum(swings[1:], swings[0])) if swings else None

    def _seen(self, look: Map, sway: Floats | None) -> tuple[Any, Any] | None:
        if sway is None:
            return None
        x, y = (floats(at + sampled(plane, look)) for at, plane in zip(look, sway, strict=True))
        return self._lens.fixed(Map(x, y))

    def _before(self, picture: Pixels, moment: Moment, sway: Floats | None) -> Pixels:
        """Return the frame with the front layer before it, drawn only where it is."""
        front = self.stage.layers.front
        assert front is not None  # noqa: S101  # the caller has looked
        fixed = self._seen(moment.front, sway) or self._lens.fixed(moment.front)
        veil = enlarged(sampled(floats(front[::4, ::4, 3]), moment.front), self._lens.size)
        rows, columns = (np.flatnonzero(veil.max(axis)) for axis in (1, 0))
        if not rows.size:
            return picture
        box = (
            slice(max(0, rows[0] - 8), rows[-1] + 9),
            slice(max(0, columns[0] - 8), columns[-1] + 9),
        )
        there = developed(front, (np.ascontiguousarray(fixed[0][box]), np.ascontiguousarray(fixed[1][box])))
        alpha = floats(there[..., 3]) / np.float32(255)
        part = np.ascontiguousarray(picture[box])
        picture[box] = cv2.blendLinear(part, np.ascontiguousarray(there[..., :3]), 1 - alpha, alpha)
        return picture


def even(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size with even sides, as yuv420p needs; at least 16."""
    width, height = (max(16, 2 * round(side / 2)) for side in size)
    return width, height
