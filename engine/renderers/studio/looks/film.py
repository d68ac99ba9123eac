"""Film: the picture as shot on a stock that the words name, or on four kinds of it."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.air import dithered, luminance, vignetted
from engine.renderers.studio.colour import linear, to_rgb
from engine.renderers.studio.develop import developed
from engine.renderers.studio.filters import Floats, floats, lerp
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.stocks import STOCKS, Stock, exposed_on, stock_for

#: What four variants are shot on when no stock is named.
USUAL = ("portrait negative", "cinema tungsten", "mellow chrome", "holiday gold")


class Roll(NamedTuple):
    """How a variant is exposed and printed: stops over, contrast and grain as factors, warmth of the print in stops."""

    stops: float
    push: float
    grain: float
    warmth: float


ROLLS = (
    Roll(0.0, 1.0, 1.0, 0.0),
    Roll(0.4, 0.88, 0.8, 0.09),
    Roll(-0.35, 1.14, 1.3, -0.05),
    Roll(0.25, 1.06, 1.0, -0.13),
)


class Film(Look):
    """Halation, characteristic curves, dyes and grain of a stock."""

    STEPS: ClassVar[int] = 2
    #: A stock has its own grain, fade, glow and gate, and is black and white by itself.
    HANDLES: ClassVar[frozenset[str] | None] = frozenset({"grain", "fade", "glow", "vignette", "softness"})

    def paint(self, brief: Brief) -> Floats:
        """Return the print."""
        scene, words = brief.scene, brief.steer
        stock, stops = loaded(brief)
        day = to_rgb(developed(scene, 0.6))
        brief.step(day)
        light = linear(day)
        # A meter: half of the way to the middle, so that night stays night and snow stays snow.
        meter = float(np.exp(np.mean(np.log(luminance(light)[::4, ::4] + 0.02))))
        light = light * np.float32(np.clip((0.16 / meter) ** 0.5, 0.7, 1.25))
        printed = exposed_on(floats(light), stock, brief.dice.rng, scene.unit, stops=stops)
        brief.step(printed)
        printed = vignetted(printed, stock.gate + 0.8 * words["vignette"])
        return dithered(lerp(scene.rgb, printed, min(1.0, 0.35 + 0.9 * brief.strength)), brief.dice.rng)


def loaded(brief: Brief) -> tuple[Stock, float]:
    """Return the stock of a variant, as it is pushed and printed, and its stops of over-exposure."""
    words, dice = brief.steer, brief.dice
    named = stock_for(brief.task.prompt)
    if named is None and words.up("mono"):
        named = "silver fine"
    stock = STOCKS[named or dice.choose(USUAL)]
    roll = dice.choose(ROLLS) if named else Roll(0.0, 1.0, 1.0, 0.0)
    red, green, blue = stock.speed
    more = (1 + 0.5 * words["grain"]) * (0.6 if words["grain"] < 0 else 1.0)
    return stock._replace(
        contrast=stock.contrast * roll.push,
        speed=(red + roll.warmth, green, blue - roll.warmth),
        grain=stock.grain * roll.grain * more,
        halation=stock.halation + 0.3 * words.up("glow"),
        black=_lifted(stock.black, 0.05 * words["fade"]),
        soft=stock.soft + 0.6 * words.up("softness"),
    ), roll.stops


def _lifted(black: tuple[float, float, float], by: float) -> tuple[float, float, float]:
    return max(0.0, black[0] + by), max(0.0, black[1] + by), max(0.0, black[2] + by)
