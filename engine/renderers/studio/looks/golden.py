"""Golden hour: the picture in the light of a low sun, with a rim on the subject and haze in the distance."""

from __future__ import annotations

from typing import ClassVar

from engine.renderers.studio.colour import to_rgb, with_saturation, with_warmth
from engine.renderers.studio.develop import developed
from engine.renderers.studio.filters import Floats
from engine.renderers.studio.hours import Sun, at_golden_hour
from engine.renderers.studio.look import Brief, Look

#: From the left; from the right with haze; a red one behind the subject; a pale one after sunrise.
SUNS = (
    Sun(-2.75, haze=0.5),
    Sun(-0.45, colour=(1.0, 0.66, 0.32), haze=1.0),
    Sun(-1.9, colour=(1.0, 0.47, 0.20), shade=(0.46, 0.46, 0.64), haze=0.35, strength=1.1),
    Sun(-3.23, colour=(1.0, 0.76, 0.46), shade=(0.52, 0.60, 0.74), haze=0.8, strength=0.9),
)
#: What the words "golden hour" add to warmth, for looks that know no sun; see prompts/steer.toml.
_SAID = 0.75


class Golden(Look):
    """A low warm key, cool shade, a rim, aerial haze."""

    STEPS: ClassVar[int] = 2
    HANDLES: ClassVar[frozenset[str] | None] = frozenset({"sun", "glow", "warmth"})

    def paint(self, brief: Brief) -> Floats:
        """Return the picture in the low sun."""
        scene, dice, words = brief.scene, brief.dice, brief.steer
        sun = dice.vary(SUNS)
        sun = sun._replace(strength=sun.strength * (1 + 0.15 * words.up("sun")))
        day = to_rgb(developed(scene, 0.5 * brief.strength))
        brief.step(day)
        picture = at_golden_hour(day, scene, dice.rng, sun, brief.strength**0.6)
        brief.step(picture)
        return picture

    def tone(self, lab: Floats, brief: Brief) -> Floats:
        """Move the picture the way the words say; the sun's own warmth is in it already."""
        warmth = brief.steer["warmth"] - _SAID * min(1.0, brief.steer.up("sun") / 0.9)
        return super().tone(with_warmth(with_saturation(lab, 0.06), warmth, brief.scene.skin), brief)
