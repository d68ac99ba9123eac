"""Engraving: swelling lines that run over the form, crossed in the darks, in ink on cream paper."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.colour import colour
from engine.renderers.studio.filters import Floats, floats, lerp
from engine.renderers.studio.flats import hand_coloured
from engine.renderers.studio.hatching import darkness, phase, relief_of, ruled, tiers
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.penwork import Path, contours, penned
from engine.renderers.studio.texture import grain, noise

#: Across which darkness each family of lines begins, and how much of the paper it may cover.
_STARTS, _MOST = (0.03, 0.42, 0.66), (0.74, 0.6, 0.55)


class Plate(NamedTuple):
    """What a variant is cut into and printed with; lengths in pixels at 1024, angles across the lines."""

    angle: float
    turns: tuple[float, float]
    pitch: float
    bend: float
    ink: str
    page: str
    outline: float


class Engraving(Look):
    """Ruled tone, as on a banknote."""

    STEPS: ClassVar[int] = 3

    def paint(self, brief: Brief) -> Floats:
        """Return the print."""
        plate = drawn(brief)
        page = paper(brief, plate)
        brief.step(page)
        tone = cut(brief, plate)
        brief.step(None)
        ink = np.maximum(tone, outlined(brief, plate))
        printed = lerp(page, floats(np.broadcast_to(colour(plate.ink), page.shape)), floats(0.96 * ink))
        brief.step(printed)
        return printed


def drawn(brief: Brief) -> Plate:
    """Draw a variant's plate; bold words widen the lines, detail narrows them, and so does a gentle change."""
    dice, words = brief.dice, brief.steer
    coarse = 2 ** (0.6 * words["bold"] - 0.45 * words["detail"]) * (0.75 + 0.36 * brief.strength)
    return Plate(
        angle=dice.choose((1.57, 0.9, 1.25, 2.2)),
        turns=dice.choose(((0.75, -0.7), (0.9, 1.9), (-0.65, 0.8), (1.57, 0.7))),
        pitch=dice.choose((5.6, 5.0, 6.6, 6.0)) * coarse,
        bend=dice.choose((30.0, 22.0, 40.0, 16.0)),
        ink=dice.choose(("#14161c", "#132a22", "#1c1a3a", "#351a14")),
        page=dice.choose(("#f6efdd", "#eef0df", "#f7f3e8", "#f3e7cf")),
        outline=dice.choose((1.5, 1.2, 1.8, 1.4)),
    )


def paper(brief: Brief, plate: Plate) -> Floats:
    """Return the paper: a cream wove, faintly mottled."""
    scene, rng = brief.scene, brief.dice.rng
    mottle = 0.008 * noise(rng, scene.shape, 90 * scene.unit, 3) + 0.010 * grain(rng, scene.shape, 1.6)
    page = floats(np.clip(colour(plate.page) * (1 + mottle[..., None]), 0, 1))
    # A gentle change is a print coloured by hand.
    return hand_coloured(page, scene, float(np.clip(1.6 * (0.68 - brief.strength), 0, 0.6)))


def cut(brief: Brief, plate: Plate) -> Floats:
    """Return the ink of the lines: one family in the lights, a second and a third across it in the darks."""
    scene = brief.scene
    pitch = max(plate.pitch * scene.unit, 3.6)
    dark = floats(np.power(darkness(scene, crisp=1.0), 0.92))
    sway = 0.35 * noise(brief.dice.rng, scene.shape, 220 * scene.unit)
    bend = plate.bend * scene.unit * relief_of(scene) + pitch * sway
    total = np.zeros(scene.shape, np.float32)
    families = zip((0.0, *plate.turns), (1.0, 1.06, 0.94), tiers(dark, _STARTS, _MOST), strict=True)
    for turn, wider, cover in families:
        lines = ruled(phase(scene.shape, plate.angle + turn, pitch * wider, bend), cover)
        total = floats(total + lines - total * lines)
    return total


def outlined(brief: Brief, plate: Plate) -> Floats:
    """Return fine contours, tapering."""
    scene = brief.scene
    width = max(plate.outline * scene.unit, 0.8)

    def wide(path: Path) -> Floats:
        return floats(width * np.clip(0.35 + 0.4 * path.strength, 0.5, 1.3))

    return penned(scene.shape, contours(scene, 1), wide, 30 * scene.unit)
