"""Where the camera stands, frame by frame: smooth moves through a picture that has depth. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from engine.contract import Motion
from engine.renderers.studio.clips.clock import Clock

CAMERA = frozenset({Motion.PUSH_IN, Motion.PULL_BACK, Motion.PAN, Motion.ORBIT})
#: Weather over a camera that stands quite still looks pasted on.
_AIR = frozenset({Motion.FOG, Motion.RAIN, Motion.SNOW, Motion.FIRE, Motion.SPARKLE})
_BREATH = 0.2

#: How much nearer things outrun farther ones: in a push, in a pan, in an orbit (shares of the frame).
_DEEP, _PASSING, _AROUND, _TURN = 1.0, 0.2, 0.34, 0.1


@dataclass(frozen=True)
class Pose:
    """What a frame sees. Lengths are shares of the frame's width and height.

    `zoom` is about the move's focus, within a view of 1/`wide` that is `x`, `y` off the middle. Nearness moves what
    is seen further: by `slide` sideways and by `dolly` towards the focus. `turn` is a slight keystone.
    """

    zoom: float = 1.0
    wide: float = 1.0
    x: float = 0.0
    y: float = 0.0
    slide: tuple[float, float] = (0.0, 0.0)
    dolly: float = 0.0
    turn: float = 0.0


@dataclass(frozen=True)
class Move:
    """A camera move: `push` is how much larger the end (or, pulling back, the start) is.

    `pan` and `orbit` are how far it goes, negative to the left. `focus` stays where it is on the screen, and what is
    at the nearness `pivot` moves with the frame.
    """

    focus: tuple[float, float]
    pivot: float
    push: float = 0.0
    pan: float = 0.0
    orbit: float = 0.0
    back: bool = False
    returns: bool = False

    @property
    def closest(self) -> float:
        """The largest magnification of the move."""
        return (1 + self.push) * self._wide

    def at(self, clock: Clock, number: int) -> Pose:
        """Return the pose of a frame. The move begins and ends at rest; one that returns ends where it began."""
        share = clock.share(number)
        gone = 0.5 - 0.5 * float(np.cos(2 * np.pi * share))
        if not self.returns:
            gone = _eased(number / max(1, clock.frames - 1))
        # Zoom grows by the same factor in equal times, or the end of a push-in would seem to slow down.
        zoom = float((1 + self.push) ** (1 - gone if self.back else gone))
        side, height = self._around(share, gone)
        across = 2 * gone - 1
        slide = _PASSING * self.pan * across + _AROUND * self.orbit * side
        room = 0.5 - 0.5 / self._wide - self._spare
        return Pose(
            zoom,
            self._wide,
            float(np.sign(self.pan)) * across * room,
            0.0,
            (slide, _AROUND * abs(self.orbit) * height),
            _DEEP * (1 - 1 / zoom),
            _TURN * self.orbit * side,
        )

    def _around(self, share: float, gone: float) -> tuple[float, float]:
        """Return where an orbit is: sideways -1..1 and a little up and down."""
        if self.returns:
            angle = 2 * np.pi * share
            return float(np.sin(angle)), -0.28 * float(np.cos(angle))
        side = 2 * gone - 1
        return side, 0.28 * (side * side - 0.5)

    @property
    def _spare(self) -> float:
        """How far beyond the view something may be looked up."""
        reach = max(1 - self.pivot, self.pivot - FARTHEST)
        return reach * (_PASSING * abs(self.pan) + _AROUND * abs(self.orbit)) + 0.25 * _TURN * abs(self.orbit)

    @property
    def _wide(self) -> float:
        travel = 1 - 1 / (1 + 0.75 * abs(self.pan))
        return 1 / (1 - travel - 2 * self._spare)


#: Nearness is 1 for the nearest things and this for the farthest.
FARTHEST = 0.31


def nearness(depth: float) -> float:
    """Return how much something at a depth (0 near .. 1 far) moves when the camera does, FARTHEST..1."""
    return 1 / (1 + (1 / FARTHEST - 1) * depth)


def move_for(
    motion: Collection[Motion], focus: tuple[float, float], amount: float, *, pivot: float, way: int = 1
) -> Move:
    """Return the camera move for the motions that were asked for.

    Args:
        motion: As in the task; none (or only a loop) means a push-in. Without a camera's motion, weather gets a
            breath of one, and what moves in a region of the picture a tripod.
        focus: What to look at, as shares of width and height.
        amount: How far to go, about 0.1..0.3.
        pivot: The nearness of what an orbit turns round, or of what a pan follows.
        way: 1 to the right, -1 to the left.
    """
    asked = CAMERA.intersection(motion)
    if not set(motion) - {Motion.LOOP}:
        asked = frozenset({Motion.PUSH_IN})
    push = amount if {Motion.PUSH_IN, Motion.PULL_BACK} & asked else 0.0
    if not asked and _AIR.intersection(motion):
        push = _BREATH * amount
    # A push towards what is off the middle also brings it nearer to the middle.
    x, y = (float(np.clip(0.5 + 1.4 * (share - 0.5), 0.0, 1.0)) for share in focus)
    return Move(
        (x, y),
        pivot,
        push=push,
        pan=way * amount * (Motion.PAN in asked),
        orbit=way * amount * (Motion.ORBIT in asked),
        back=Motion.PULL_BACK in asked and Motion.PUSH_IN not in asked,
        returns=Motion.LOOP in motion,
    )


def _eased(share: float) -> float:
    """Return a gentle start and stop with an even middle."""
    return share**2 * (3 - 2 * share) * 0.7 + share * 0.3
