"""Where a camera looks, frame by frame: smooth moves over a still picture. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.contract import Motion

FPS = 24

#: What can be done here for what cannot.
_NEAREST = {
    Motion.ORBIT: Motion.PAN,
    Motion.WIND: Motion.PAN,
    Motion.CLOUDS: Motion.PAN,
    Motion.WATER: Motion.PAN,
    Motion.FOG: Motion.PUSH_IN,
    Motion.RAIN: Motion.PUSH_IN,
    Motion.SNOW: Motion.PUSH_IN,
    Motion.FIRE: Motion.PUSH_IN,
    Motion.SPARKLE: Motion.PUSH_IN,
}


@dataclass(frozen=True)
class View:
    """What a frame shows: `zoom` from 1 (everything), its centre as shares of width and height."""

    zoom: float
    x: float
    y: float


@dataclass(frozen=True)
class Move:
    """A camera move: the first and the last view, whether it returns, and honest words."""

    start: View
    end: View
    returns: bool
    notes: tuple[str, ...] = ()

    def at(self, frame: int, frames: int) -> View:
        """Return the view of a frame; the move begins and ends at rest.

        A move that returns is periodic: the frame after the last would be the first again.
        """
        share = frame / frames if self.returns else frame / max(1, frames - 1)
        eased = 0.5 - 0.5 * np.cos(2 * np.pi * share) if self.returns else _eased(share)
        # Zoom grows by the same factor in equal times, or the end of a push-in would seem to slow down.
        zoom = self.start.zoom * (self.end.zoom / self.start.zoom) ** eased
        return View(
            float(zoom),
            float(self.start.x + (self.end.x - self.start.x) * eased),
            float(self.start.y + (self.end.y - self.start.y) * eased),
        )


def _eased(share: float) -> float:
    """Return a gentle start and stop with an even middle (a third smoothstep, two thirds linear)."""
    return share**2 * (3 - 2 * share) * 0.7 + share * 0.3


def move_for(motion: Sequence[Motion], focus: tuple[float, float], amount: float) -> Move:
    """Return the camera move for the motions that were asked for.

    Args:
        motion: As in the task; none means a push-in.
        focus: What to look at, as shares of width and height.
        amount: How far to go, about 0.1..0.3.
    """
    known, notes = _known(motion)
    near, whole = _near(focus, 1 + amount), View(1.0, 0.5, 0.5)
    start, end = whole, near
    if Motion.PAN in known and Motion.PUSH_IN not in known:
        left, right = _near((0.0, focus[1]), 1 + 0.75 * amount), _near((1.0, focus[1]), 1 + 0.75 * amount)
        start, end = (left, right) if focus[0] >= 0.5 else (right, left)
    elif Motion.PULL_BACK in known:
        start, end = near, whole
    return Move(start, end, Motion.LOOP in known, notes)


def _known(motion: Sequence[Motion]) -> tuple[set[Motion], tuple[str, ...]]:
    unknown = [m for m in motion if m in _NEAREST]
    known = {_NEAREST.get(m, m) for m in motion}
    if not unknown:
        return known, ()
    names = ", ".join(m.value.replace("_", " ") for m in unknown)
    instead = ", ".join(sorted({_NEAREST[m].value.replace("_", " ") for m in unknown}))
    return known, (f"The studio moves the camera only and cannot do {names}: you see {instead} instead.",)


def _near(focus: tuple[float, float], zoom: float) -> View:
    """Return the view at `zoom` that comes nearest to the focus without leaving the picture."""
    room = 0.5 / zoom
    x, y = (float(np.clip(share, room, 1 - room)) for share in focus)
    return View(zoom, x, y)
