"""Pencil: contours with pressure and hatched tone on white paper; in colour when the words say so."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.colour import colour, to_rgb, with_saturation
from engine.renderers.studio.drymedia import contrasted, evened, hatching, hatching_along, left_by
from engine.renderers.studio.filters import Floats, blur, floats, lerp, smoothstep
from engine.renderers.studio.lines import ink_lines, without_specks
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.texture import noise, paper


class Lead(NamedTuple):
    """What a variant is drawn with."""

    sheet: str
    width: float
    angle: float
    weight: float
    line: float
    smudge: float
    formed: float
    coloured: bool


class Pencil(Look):
    """Line and tone, each with its own pressure, on paper with a tooth (after Lu, Xu and Jia, 2012)."""

    STEPS: ClassVar[int] = 3

    def paint(self, brief: Brief) -> Floats:
        """Return the drawing."""
        lead = drawn(brief)
        scene = brief.scene
        tooth = paper(brief.dice.rng, scene.shape, 0.55 * scene.unit, 0.5)
        sheet = colour(lead.sheet) * (1 + 0.010 * tooth[..., None])
        lines = contours(brief, lead, tooth)
        brief.step(floats(sheet * (1 - 0.8 * lines[..., None])))
        draw = in_colour if lead.coloured else in_graphite
        page = draw(brief, lead, floats(sheet), tooth, lines)
        brief.step(page)
        brief.step(None)
        return page


def drawn(brief: Brief) -> Lead:
    """Draw a variant's paper, lead and hand."""
    dice, words = brief.dice, brief.steer
    size = dice.choose((1.0, 1.35, 0.85, 1.15)) * 2 ** (0.8 * words["bold"] - 0.5 * words.up("detail"))
    return Lead(
        sheet=dice.choose(("#fbfaf6", "#f6f0e2", "#fcfcfb", "#f3efe6")),
        width=size,
        angle=dice.choose((-0.95, -0.7, -1.2, 0.85)),
        weight=dice.choose((0.92, 1.0, 0.8, 1.05)) * (1 - 0.2 * words.up("softness")),
        line=dice.choose((1.0, 0.75, 1.15, 0.9)),
        smudge=min(1.0, dice.choose((0.15, 0.45, 0.05, 0.3)) + 0.5 * words.up("softness")),
        formed=dice.choose((0.5, 0.2, 0.75, 0.4)),
        coloured="colouredpencil" in words.tags,
    )


def contours(brief: Brief, lead: Lead, tooth: Floats) -> Floats:
    """Return the graphite of the lines, 0..1: fine ones and, where forms turn into the dark, firmer ones."""
    scene = brief.scene
    width = max(0.6, 0.8 * scene.unit * lead.width)
    share = 0.085 + 0.03 * brief.steer.up("detail")

    def fine() -> Floats:
        line = ink_lines(scene.luma, scene.flow, width=width, reach=9 * scene.unit + 2, share=share, sharp=0.45)
        return without_specks(line, scene.flow, width)

    line = scene.once(("pencil contours", width, share), fine)
    # Pressure swells and fades along a line.
    press = np.clip(0.75 + 0.22 * noise(brief.dice.rng, scene.shape, 46 * scene.unit, 2), 0.25, 1.2)
    press = press * (0.65 + 0.5 * scene.detail) * lead.line
    return floats(np.clip(line * press * (1 + 0.12 * tooth), 0, 1))


def tones(brief: Brief, lead: Lead) -> Floats:
    """Return how dark the drawing shall be, 0..1: the picture's darkness, its lights left to the paper."""
    scene = brief.scene
    luma = lerp(floats(scene.flat[..., 0] / 100), scene.luma, floats(0.35 + 0.4 * scene.near_faces(1.2)))
    low, high = (float(v) for v in np.percentile(luma[::3, ::3], (1, 98)))
    spread = np.clip((luma - low) / (high - low + 1e-3), 0, 1) if high - low > 0.12 else luma
    dark = 1 - lerp(luma, floats(spread), 0.6)
    # The hand stops short of the edge, more so far from what matters.
    tone = contrasted(floats(dark), 1.05, 0.10)
    return floats(np.clip(0.92 * lead.weight * tone, 0, 1) * (1.10 - 0.3 * brief.strength))


def hatched(brief: Brief, lead: Lead, tooth: Floats) -> tuple[Floats, Floats]:
    """Return two even textures of strokes: the hand's own direction, and one along the form."""
    scene, rng = brief.scene, brief.dice.rng
    width = max(1.8, 2.6 * scene.unit * lead.width)
    straight = hatching(rng, scene.shape, lead.angle, width, 110 * scene.unit * lead.width)
    form = hatching_along(rng, scene.form, 0.7 * width, 34 * scene.unit)
    # Where the form says nothing the hand keeps its own way.
    formed = lead.formed * smoothstep(0.35, 0.8, blur(scene.form.certain, 12 * scene.unit))
    first = lerp(straight, form, floats(formed)) + 0.18 * tooth
    cross = hatching(rng, scene.shape, lead.angle + 0.5, 0.8 * width, 80 * scene.unit * lead.width)
    second = cross + formed * form + 0.25 * tooth
    return evened(floats(first)), evened(floats(second))


def in_graphite(brief: Brief, lead: Lead, sheet: Floats, tooth: Floats, lines: Floats) -> Floats:
    """Return the page in graphite: rubbed halftones, strokes over them, a second layer across the darks, the lines."""
    scene = brief.scene
    tone = tones(brief, lead)
    first, second = hatched(brief, lead, tooth)
    calm = 1 - 0.5 * scene.near_faces(1.15)
    rubbed = lerp(tone, scene.form.along(blur(tone, 2 * scene.unit), 8 * scene.unit), 1 - 0.8 * scene.detail)
    rubbed = rubbed * (0.52 - 0.2 * brief.strength + 0.30 * lead.smudge + 0.22 * (1 - calm))
    light = left_by(tone, first, 0.8) * (0.20 + 0.34 * tone) * calm
    deep = left_by(floats(np.clip(1.5 * tone - 0.5, 0, 1)), second, 0.9) * 0.56
    graphite = 1 - (1 - 0.9 * lines) * (1 - light) * (1 - deep) * (1 - np.clip(rubbed, 0, 1))
    graphite = np.clip(graphite * (1 + 0.12 * tooth * (1 - graphite)), 0, 0.93)
    lead_colour = colour("#26262a")
    return floats(sheet * (1 - graphite[..., None]) + lead_colour * graphite[..., None])


def in_colour(brief: Brief, lead: Lead, sheet: Floats, tooth: Floats, lines: Floats) -> Floats:
    """Return the page in coloured pencils: leads of pure hues laid over each other, the paper shining through.

    The picture's absorption is split between two directions of strokes, so that colours mix in the eye.
    """
    scene = brief.scene
    lab = lerp(scene.flat, scene.lab, floats(0.2 + 0.5 * scene.near_faces(1.2)))
    lab = with_saturation(lab, 0.4, scene.skin)
    lab[..., 0] = 20 + 0.82 * lab[..., 0]
    first, second = hatched(brief, lead, tooth)
    calm = 1 - 0.5 * scene.near_faces(1.15)
    need = floats(np.clip(1.2 - lab[..., 0] / 100 + 0.006 * np.hypot(lab[..., 1], lab[..., 2]), 0, 1))
    grain = np.clip(1 - 0.22 * tooth, 0.4, 1.5)
    page = sheet * (1 - (0.38 + 0.40 * (1 - calm) + 0.12 * need)[..., None] * grain[..., None] * (1 - to_rgb(lab)))
    for texture, press, shift in ((first, 0.82, 6.0), (second, 0.74, -6.0)):
        tint = lab.copy()
        tint[..., 1] += shift
        tint[..., 2] -= shift
        stroke = left_by(floats(np.clip(0.8 * need - 0.05, 0, 0.66)), texture, 0.8) * calm * np.minimum(grain, 1)
        page = page * (1 - press * stroke[..., None] * (1 - to_rgb(tint)))
    line = 0.5 * lines[..., None]
    ink = to_rgb(floats(lab * np.asarray([0.42, 0.8, 0.8], np.float32)))
    return floats(np.clip(page * (1 - line) + ink * line, 0, 1))
