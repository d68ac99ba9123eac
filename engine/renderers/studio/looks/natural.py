"""A natural photograph: balanced, exposed, clear, its texture and its skin kept; the words set light and film."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from engine.renderers.studio.air import glowing, grainy, vignetted
from engine.renderers.studio.colour import split_tone, to_rgb, with_saturation, with_tone, with_warmth
from engine.renderers.studio.develop import clear, developed
from engine.renderers.studio.filters import Floats, floats
from engine.renderers.studio.hours import sunlit
from engine.renderers.studio.look import Brief, Look


class Grade(NamedTuple):
    """How a variant is developed."""

    warmth: float
    exposure: float
    contrast: float
    saturation: float
    shadows: tuple[float, float]
    lights: tuple[float, float]
    clarity: float
    vignette: float


GRADES = (
    Grade(0.05, 0.08, 0.30, 0.22, (0, -3), (1, 3), 1.0, 0.10),  # clear daylight
    Grade(0.36, 0.14, 0.16, 0.12, (3, 0), (2, 6), 0.6, 0.16),  # warm afternoon
    Grade(-0.42, -0.16, 0.7, 0.03, (-4, -8), (-1, -1), 1.35, 0.40),  # cool and deep
    Grade(0.10, 0.42, -0.45, -0.28, (-3, 8), (4, 7), 0.35, 0.0),  # soft and light
)


class Natural(Look):
    """White balance, exposure, clarity, grade, light, film."""

    STEPS: ClassVar[int] = 2

    def paint(self, brief: Brief) -> Floats:
        """Return the developed photograph."""
        scene, grade = brief.scene, brief.dice.vary(GRADES)
        brief.step(to_rgb(developed(scene, brief.strength)))
        lab = clear(scene, brief.strength, grade.clarity * brief.strength * (1 - 0.6 * brief.steer.up("softness")))
        lab = graded(lab, grade, brief)
        brief.step(None)
        return _air(to_rgb(lab), grade, brief)


def graded(lab: Floats, grade: Grade, brief: Brief) -> Floats:
    """Give the picture the variant's colour."""
    strength, skin = brief.strength, brief.scene.skin
    lab = with_tone(lab, exposure=grade.exposure * strength, contrast=grade.contrast * strength)
    lab = with_warmth(lab, grade.warmth * strength, skin)
    lab = split_tone(lab, grade.shadows, grade.lights, 0.9 * strength)
    return with_saturation(lab, grade.saturation * strength, skin)


def _air(rgb: Floats, grade: Grade, brief: Brief) -> Floats:
    """Lay light, glow, fade, vignette and grain over the picture, as far as the words ask."""
    words, scene = brief.steer, brief.scene
    if words.up("sun"):
        rgb = sunlit(rgb, scene, brief.dice, words.up("sun"))
    glow = words.up("glow") + 0.4 * words.up("softness")
    if glow:
        rgb = glowing(rgb, scene.unit, glow)
    if words.up("fade"):
        rgb = floats(0.12 * words["fade"] + rgb * (1 - 0.16 * words["fade"]))
    rgb = vignetted(rgb, grade.vignette * brief.strength + 0.8 * words["vignette"])
    if words.up("grain"):
        rgb = grainy(rgb, brief.dice.rng, scene.unit, words.up("grain"))
    return rgb
