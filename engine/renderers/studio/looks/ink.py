"""Ink and comic: drawn contours, flat colour, and tone as dots or hatching."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.colour import colour, to_lab, to_rgb, toward_neutral, with_saturation
from engine.renderers.studio.filters import Floats, blur, floats, grid, lerp, smoothstep
from engine.renderers.studio.lines import ink_lines, without_specks
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.pieces import cut
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.texture import grain, noise


class Pen(NamedTuple):
    """What a variant is drawn with."""

    line: float
    tone: str
    angle: float
    pitch: float
    ink: str
    page: str
    chroma: float
    levels: int


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
        lines = contours(brief, pen)
        brief.step(None)
        ink = colour(pen.ink)
        return lerp(toned, floats(np.broadcast_to(ink, toned.shape)), lines)


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
        line=dice.choose((1.25, 0.95, 1.6, 1.1)) * (1 + 0.5 * words["bold"]),
        tone=tone,
        angle=dice.choose((0.785, 0.6, 0.26, 1.05)),
        pitch=dice.choose((6.5, 6.0, 9.0, 7.0)),
        ink=dice.choose(("#15131a", "#1a1512", "#111426", "#20130f")),
        page=dice.choose(("#fffdf7", "#fbf3e0", "#fdfbf6", "#f8efe2")),
        chroma=0.0 if bare else dice.choose((1.35, 0.75, 1.6, 1.05)),
        levels=dice.choose((5, 4, 4, 6)),
    )


def flat_colour(brief: Brief, pen: Pen) -> Floats:
    """Return the picture in flat fills: a few soft-edged tones, colour cleared up, or bare paper for a pen drawing."""
    scene = brief.scene
    page = colour(pen.page)
    if not pen.chroma:
        return floats(np.broadcast_to(page, scene.rgb.shape)).copy()
    lab = lerp(scene.flat, scene.once("areas", lambda: _smoothed(scene)), brief.strength)
    lab[..., 0] = _levels(lab[..., 0], scene, pen.levels, brief.strength)
    lab = with_saturation(lab, 0.45 * pen.chroma, scene.skin)
    if pen.chroma < 1:
        lab = toward_neutral(lab, 0.15)
    return floats(to_rgb(lab) * page)


def _smoothed(scene: Scene) -> Floats:
    """Return the picture in areas of one colour each; faces keep more of their modelling."""
    flat, _ = cut(scene, 24, 14.0, 2.4 * scene.unit)
    share = 0.8 * (1 - 0.65 * scene.near_faces(1.2))
    return lerp(scene.flow.along(scene.flat, 2 + 6 * scene.unit), flat, floats(share))


def _levels(lightness: Floats, scene: Scene, count: int, strength: float) -> Floats:
    """Quantise lightness softly (Winnemoeller, 2006): sharp steps at edges, gentle ones on rounded forms."""
    low, high = np.percentile(scene.luma[::4, ::4] * 100, (1, 99))
    span = max(float(high - low), 25.0)
    lifted = 30 + 68 * np.power(np.clip((lightness - low) / span, 0, 1), 0.8)
    step = 70 / count
    nearest = np.round(lifted / step) * step
    stepped = nearest + 0.5 * step * np.tanh(3.2 * (lifted - nearest) / step)
    return lerp(floats(lifted), floats(stepped), 0.4 + 0.6 * strength)


def with_tone_marks(fills: Floats, brief: Brief, pen: Pen) -> Floats:
    """Lay dots or strokes over the shadows: in the fill's own darker colour, or in ink on bare paper."""
    scene = brief.scene
    tone = blur(floats(scene.flat[..., 0] / 100), 1.2 * scene.unit)
    low, high = np.percentile(tone[::4, ::4], (2, 98))
    shade = 1 - np.clip((tone - low) / max(float(high - low), 0.25), 0, 1)
    if pen.chroma:
        marks = dots(floats(shade), pen, scene.unit) if pen.tone == "dots" else hatch(floats(shade), brief, pen, 0.52)
        deep = to_lab(fills)
        deep[..., 0] *= 0.66
        deep[..., 1:] *= 1.12
        return lerp(fills, to_rgb(deep), floats(0.8 * marks * (1 - 0.55 * scene.near_faces(1.0))))
    marks = dots(floats(shade), pen, scene.unit) if pen.tone == "dots" else hatch(floats(shade), brief, pen, 0.30)
    ink = floats(np.broadcast_to(colour(pen.ink), fills.shape))
    return lerp(fills, ink, floats(0.88 * marks))


def dots(shade: Floats, pen: Pen, unit: float) -> Floats:
    """Return a halftone screen: dots that grow with the shade, none in the lights, soft-edged by a pixel."""
    height, width = shade.shape
    x, y = grid(height, width)
    pitch = max(4.0, pen.pitch * unit)
    u = (x * np.cos(pen.angle) + y * np.sin(pen.angle)) / pitch
    v = (y * np.cos(pen.angle) - x * np.sin(pen.angle)) / pitch
    away = np.hypot(u - np.round(u), v - np.round(v))
    amount = smoothstep(0.36, 0.98, shade)
    radius = 0.50 * np.sqrt(amount)
    return floats(smoothstep(-0.5, 0.5, floats((radius - away) * pitch)) * smoothstep(0.02, 0.1, amount))


def hatch(shade: Floats, brief: Brief, pen: Pen, begins: float) -> Floats:
    """Return pen strokes: one family in the half-shadows, a second across it in the dark, a third in the darkest."""
    scene, rng = brief.scene, brief.dice.rng
    height, width = shade.shape
    x, y = grid(height, width)
    wander = 0.5 * noise(rng, (height, width), 90 * scene.unit)
    pressure = 0.12 * noise(rng, (height, width), 24 * scene.unit, 2)
    pitch = max(4.2, pen.pitch * scene.unit)
    total = np.zeros_like(shade)
    for turn, start in ((0.0, begins), (1.15, begins + 0.24), (0.55, begins + 0.42)):
        angle = pen.angle + turn
        phase = (x * np.cos(angle) + y * np.sin(angle)) / pitch + wander * 0.5
        away = np.abs(phase - np.round(phase))
        weight = np.clip((shade + pressure * 0.5 - start) / 0.4, 0, 1)
        total = np.maximum(total, smoothstep(0.5, -0.5, floats((away - 0.06 - 0.17 * weight) * pitch)) * (weight > 0))
    return floats(total * smoothstep(begins - 0.02, begins + 0.05, floats(shade)))


def contours(brief: Brief, pen: Pen) -> Floats:
    """Return the ink of the contours: a bold outline pass over a fine one, slightly uneven like a nib."""
    scene = brief.scene
    width = max(0.75, pen.line * scene.unit)
    luma = scene.luma if brief.steer["detail"] > 0 else floats(0.5 * scene.luma + scene.flat[..., 0] / 200)
    reach = 3 + 9 * scene.unit
    bold = ink_lines(luma, scene.flow, width=1.6 * width, reach=reach, share=0.055)
    fine = ink_lines(luma, scene.flow, width=0.85 * width, reach=reach, share=0.05 + 0.03 * brief.steer.up("detail"))
    nib = 1 + 0.06 * grain(brief.dice.rng, scene.shape, 2.0)
    return floats(np.clip(without_specks(np.maximum(bold, floats(0.9 * fine)), scene.flow, width) * nib, 0, 1))
