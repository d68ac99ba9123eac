"""The effects by the motion that asks for them, in the order in which they are laid over a frame."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from engine.contract import Motion
from engine.renderers.studio.clips.clouds import Clouds
from engine.renderers.studio.clips.effect import Effect
from engine.renderers.studio.clips.fire import Fire
from engine.renderers.studio.clips.fog import Fog
from engine.renderers.studio.clips.rain import Rain
from engine.renderers.studio.clips.snow import Snow
from engine.renderers.studio.clips.sparkle import Sparkle
from engine.renderers.studio.clips.stage import Grade
from engine.renderers.studio.clips.water import Water
from engine.renderers.studio.clips.wind import Wind
from engine.renderers.studio.regions import Regions

EFFECTS: dict[Motion, type[Effect]] = {
    Motion.CLOUDS: Clouds,
    Motion.WATER: Water,
    Motion.WIND: Wind,
    Motion.FIRE: Fire,
    Motion.SPARKLE: Sparkle,
    Motion.FOG: Fog,
    Motion.RAIN: Rain,
    Motion.SNOW: Snow,
}


def left(motion: Collection[Motion], regions: Regions) -> frozenset[Motion]:
    """Return the motions that the picture has what it takes for."""
    return frozenset(m for m in motion if m not in EFFECTS or EFFECTS[m].possible(regions))


def grades(motion: Collection[Motion], power: float) -> list[Grade]:
    """Return the light that the motions film in."""
    return [partial(kind.grade, power=power) for asked, kind in EFFECTS.items() if asked in motion]
