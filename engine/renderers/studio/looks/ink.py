"""Ink and comic: penned contours, spotted blacks, flat colour, and tone as dots or hatching."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.colour import colour, to_lab, to_rgb, toward_neutral, with_saturation
from engine.renderers.studio.filters import Floats, blur, floats, lerp, smoothstep
from engine.renderers.studio.flats import Areas, areas_of, backdrop, calm, features, sprayed, tone_area
from engine.renderers.studio.halftone import dots
from engine.renderers.studio.hatching import phase, relief_of, ruled, tiers
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.penwork import Path, contours, penned, spaced
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.texture import noise


class Pen(NamedTuple):
    """What a variant is drawn with; widths and pitches in pixels at 1024."""

    line: float
    tone: str
    angle: float
    pitch: float
    ink: str
    page: str
    chroma: float
    blacks: float


class Ink(Look):
    """A comic panel; a pen drawing when the words ask for one."""

    STEPS: ClassVar[int] = 3

    def paint(self, brief: Brief) -> Floats:
        """Return the drawing."""
        pen = drawn(brief)
        fills = flat_colour(brief, pen)
        brief.step(fills)
        toned = with_tone_marks(fills, brief, pen)
        brief.step(toned)
        solid = np.maximum(blacks(brief.scene, pen.blacks), features(brief.scene))
        ink = np.maximum(lines(brief, pen), solid)
        brief.step(None)
        return lerp(toned, floats(np.broadcast_to(colour(pen.ink), toned.shape)), floats(ink))


def drawn(brief: Brief) -> Pen:
    """Draw a variant's pen, paper and palette; the words have the last say."""
    dice, words = brief.dice, brief.steer
    tone = dice.choose(("dots", "hatch", "dots", "hatch"))
    if "hatching" in words.tags or "linework" in words.tags:
        tone = "hatch"
    if "halftone" in words.tags:
        tone = "dots"
    bare = bool({"linework", "hatching"} & words.tags) or words.up("mono") > 0.5
    return Pen(
        line=dice.vary((2.9, 2.2, 3.6, 2.6)) * 2 ** (0.7 * words["bold"]),
        tone=tone,
        angle=dice.vary((0.785, 0.6, 0.26, 1.05)),
        pitch=dice.vary((7.0, 6.4, 9.0, 7.4)),
        ink=dice.choose(("#15131a", "#1a1512", "#111426", "#20130f")),
        page=dice.choose(("#fffdf7", "#fbf3e0", "#fdfbf6", "#f8efe2")),
        chroma=0.0 if bare else dice.vary((1.35, 0.75, 1.6, 1.05)),
        blacks=dice.vary((0.11, 0.16, 0.08, 0.13)) * (1 - 0.4 * words["brightness"]),
    )


def flat_colour(brief: Brief, pen: Pen) -> Floats:
    """Return the picture in flat fills with clean borders, cleared up; bare paper for a pen drawing."""
    scene = brief.scene
    page = colour(pen.page)
    if not pen.chroma:
        return floats(np.broadcast_to(page, scene.rgb.shape)).copy()
    own = scene.flow.along(scene.flat, 2 + 6 * scene.unit)
    areas = _areas(scene)
    kept = np.clip(0.45 * scene.near_faces(1.1) + 0.9 * (0.85 - brief.strength), 0, 0.9)
    space = backdrop(scene, areas)
    lab = lerp(areas.filled(areas.colours), own, floats(kept))
    lab = lerp(lab, sprayed(scene, space), floats(0.8 * space))
    low, high = np.percentile(scene.luma[::4, ::4] * 100, (1, 99))
    light = np.clip((lab[..., 0] - low) / max(float(high - low), 25.0), 0, 1)
    lab[..., 0] = lerp(floats(lab[..., 0]), floats(24 + 75 * np.power(light, 0.8)), 0.3 + 0.7 * brief.strength)
    lab = with_saturation(lab, 0.45 * pen.chroma, scene.skin)
    if pen.chroma < 1:
        lab = toward_neutral(lab, 0.15)
    return floats(to_rgb(lab) * page)


def _areas(scene: Scene) -> Areas:
    return areas_of(scene, 20, smooth=3.6, least=160.0, light=0.85)


def with_tone_marks(fills: Floats, brief: Brief, pen: Pen) -> Floats:
    """Lay dots or strokes over the shadows: in the fill's own darker colour, or in ink on bare paper."""
    scene = brief.scene
    dark = shade(scene)
    near = scene.near_faces(1.0)
    if pen.tone == "dots":
        marks = dots(floats(0.78 * smoothstep(0.3, 0.95, dark)), max(4.0, pen.pitch * scene.unit), pen.angle)
    else:
        marks = hatched(dark, brief, pen, 0.5 if pen.chroma else 0.28)
    if not pen.chroma:
        return lerp(fills, floats(np.broadcast_to(colour(pen.ink), fills.shape)), floats(0.92 * marks))
    deep = to_lab(fills)
    deep[..., 0] *= 0.66
    deep[..., 1:] *= 1.12
    return lerp(fills, to_rgb(deep), floats(0.85 * marks * (1 - 0.6 * near)))


def shade(scene: Scene) -> Floats:
    """Return how dark the forms are, 0..1, without texture."""

    def made() -> Floats:
        tone = blur(calm(scene, 7), 1.2 * scene.unit)
        low, high = np.percentile(tone[::4, ::4], (2, 98))
        return floats(1 - np.clip((tone - low) / max(float(high - low), 25.0), 0, 1))

    return scene.once("ink shade", made)


def hatched(dark: Floats, brief: Brief, pen: Pen, begins: float) -> Floats:
    """Return pen strokes: one family in the half-shadows, others across it in the dark, bending over the form."""
    scene, rng = brief.scene, brief.dice.rng
    pitch = max(4.2, pen.pitch * scene.unit)
    pressure = 0.05 * noise(rng, scene.shape, 24 * scene.unit, 2)
    wander = 0.4 * pitch * noise(rng, scene.shape, 90 * scene.unit)
    bend = 7 * scene.unit * relief_of(scene) + wander
    covers = tiers(floats(dark + pressure), (begins, begins + 0.2, begins + 0.38), (0.5, 0.42, 0.4))
    total = np.zeros(scene.shape, np.float32)
    for turn, cover in zip((0.0, 1.15, 0.55), covers, strict=True):
        held = cover * smoothstep(0.03, 0.06, cover)
        total = np.maximum(total, ruled(phase(scene.shape, pen.angle + turn, pitch, bend), floats(held)))
    return total


def blacks(scene: Scene, share: float) -> Floats:
    """Return the spotted blacks: the darkest masses, with smooth borders; few in a face, none in the backdrop."""
    tone = calm(scene, 7)
    low, high = np.percentile(tone[::4, ::4], (1, 97))
    level = low + share * (high - low) * (1 - 0.35 * scene.near_faces(1.0))
    unit = scene.unit
    solid = 1 - tone_area(tone, floats(np.minimum(level, 24)), smooth=3 * unit, least=300 * unit * unit)
    return floats(solid * (1 - backdrop(scene, _areas(scene))))


def lines(brief: Brief, pen: Pen) -> Floats:
    """Return the ink of the contours: swelling with their strength, tapering at their tips."""
    scene = brief.scene
    width = max(pen.line * scene.unit, 0.9)
    fine = 2 if brief.steer["detail"] >= 0 else 1
    paths = spaced(scene.shape, contours(scene, fine), 1.5 * width)

    def wide(path: Path) -> Floats:
        return floats(width * np.clip(0.3 + 0.42 * path.strength, 0.4, 1.6))

    return penned(scene.shape, paths, wide, 34 * scene.unit)
