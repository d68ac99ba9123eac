"""Night: the picture as after dark, under a moon, with the lamps that are in it lit."""

from __future__ import annotations

from typing import ClassVar

from engine.renderers.studio.colour import to_rgb
from engine.renderers.studio.develop import developed
from engine.renderers.studio.filters import Floats
from engine.renderers.studio.hours import Night as Hour
from engine.renderers.studio.hours import by_night
from engine.renderers.studio.look import Brief, Look

#: Moonlight; the moon and a lamp of the street; the blue hour; deep night with a sodium lamp.
HOURS = (
    Hour(-2.3),
    Hour(-0.75, tint=(0.42, 0.70, 1.22), lamp=1.0),
    Hour(-2.0, tint=(0.60, 0.72, 1.18), depth=0.62, zenith=(0.014, 0.026, 0.075), horizon=(0.13, 0.12, 0.19), stars=6),
    Hour(-0.9, tint=(0.36, 0.78, 1.06), depth=1.3, lamp=0.55, lamp_colour=(1.0, 0.40, 0.10), stars=44),
)


class Night(Look):
    """Day for night, in linear light."""

    STEPS: ClassVar[int] = 2
    HANDLES: ClassVar[frozenset[str] | None] = frozenset({"night"})

    def paint(self, brief: Brief) -> Floats:
        """Return the picture by night."""
        scene, dice = brief.scene, brief.dice
        hour = dice.vary(HOURS)
        hour = hour._replace(depth=hour.depth * (1 + 0.35 * brief.steer.up("night")))
        day = to_rgb(developed(scene, 0.6 * brief.strength))
        brief.step(day)
        picture = by_night(day, scene, dice.rng, hour, min(1.0, 0.5 + 0.67 * brief.strength))
        brief.step(picture)
        return picture
