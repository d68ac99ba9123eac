"""Overcast: the picture under an even sky, its shadows opened and its highlights quiet."""

from __future__ import annotations

from typing import ClassVar

from engine.renderers.studio.colour import to_rgb
from engine.renderers.studio.develop import clear
from engine.renderers.studio.filters import Floats
from engine.renderers.studio.hours import Cloud, overcast
from engine.renderers.studio.look import Brief, Look

#: A bright grey day, a cool one before rain, mist, and thin cloud with a little warmth left.
CLOUDS = (
    Cloud(cool=0.45, bright=0.1, mist=0.25, pale=0.14),
    Cloud(cool=1.35, bright=-0.42, mist=0.35, pale=0.26),
    Cloud(cool=0.8, bright=0.32, mist=1.2, pale=0.42),
    Cloud(cool=-0.4, bright=0.18, mist=0.1, pale=0.05),
)


class Overcast(Look):
    """Even light, opened shadows, cool and clear."""

    STEPS: ClassVar[int] = 2
    HANDLES: ClassVar[frozenset[str] | None] = frozenset()
    IS: ClassVar[str] = "overcast"

    def paint(self, brief: Brief) -> Floats:
        """Return the picture on a grey day."""
        scene, dice = brief.scene, brief.dice
        day = to_rgb(clear(scene, 0.5 * brief.strength, 0.7))
        brief.step(day)
        picture = overcast(day, scene, dice.rng, dice.vary(CLOUDS), brief.strength**0.6)
        brief.step(picture)
        return picture
