"""Charcoal: broad soft darks, smudged halftones and lifted lights on laid paper, with white chalk on toned sheets."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.colour import colour
from engine.renderers.studio.drymedia import contrasted, evened, hatching, hatching_along, left_by
from engine.renderers.studio.filters import Floats, blur, floats, lerp, smoothstep
from engine.renderers.studio.lines import ink_lines, without_specks
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.texture import noise, paper


class Stick(NamedTuple):
    """What a variant is drawn with."""

    sheet: str
    coal: str
    chalk: float
    rough: float
    size: float
    angle: float
    smudge: float
    weight: float


class Charcoal(Look):
    """Masses first, rubbed; then the stick's side, its edge, the eraser and the chalk."""

    STEPS: ClassVar[int] = 3

    def paint(self, brief: Brief) -> Floats:
        """Return the drawing."""
        stick = drawn(brief)
        scene = brief.scene
        tooth = paper(brief.dice.rng, scene.shape, 0.5 * scene.unit, stick.rough)
        sheet = floats(colour(stick.sheet) * (1 + 0.02 * tooth[..., None]))
        coal = laid_in(brief, stick, tooth)
        brief.step(_on(sheet, coal, stick.coal))
        coal = np.maximum(coal, lines(brief, stick, tooth))
        page = _on(sheet, coal, stick.coal)
        brief.step(page)
        page = heightened(page, brief, stick, tooth)
        brief.step(None)
        return page


def drawn(brief: Brief) -> Stick:
    """Draw a variant's paper and sticks."""
    dice, words = brief.dice, brief.steer
    return Stick(
        sheet=dice.choose(("#f1ece1", "#b9a88f", "#e9e4da", "#a8a59b")),
        coal=dice.choose(("#1d1b1b", "#1f1a18", "#16161a", "#1a1a1d")),
        chalk=dice.choose((0.0, 1.0, 0.0, 1.0)),
        rough=dice.choose((0.7, 0.5, 1.0, 0.8)),
        size=dice.choose((1.0, 1.3, 0.8, 1.1)) * 2 ** (0.9 * words["bold"] - 0.6 * words.up("detail")),
        angle=dice.choose((-0.85, -1.1, 0.7, -0.6)),
        smudge=float(np.clip(dice.choose((0.55, 0.7, 0.35, 0.5)) + 0.4 * words["softness"], 0.1, 1.0)),
        weight=dice.choose((1.0, 0.92, 1.1, 1.0)),
    )


def darkness(brief: Brief) -> Floats:
    """Return how dark the picture is, 0..1, its range stretched to the paper's and its lights cleared."""
    scene = brief.scene
    keep = floats(0.3 + 0.5 * scene.near_faces(1.2) + 0.25 * scene.detail)
    luma = lerp(floats(scene.flat[..., 0] / 100), scene.luma, np.clip(keep, 0, 1))
    low, high = (float(v) for v in np.percentile(luma[::3, ::3], (1, 98)))
    if high - low > 0.12:
        luma = lerp(luma, floats(np.clip((luma - low) / (high - low), 0, 1)), 0.7)
    return floats(1 - luma)


def laid_in(brief: Brief, stick: Stick, tooth: Floats) -> Floats:
    """Return the charcoal of the masses, 0..1."""
    scene, rng = brief.scene, brief.dice.rng
    unit = scene.unit
    tone = contrasted(darkness(brief), 1.0, 0.33 if stick.chalk else 0.07)
    tone = np.clip(stick.weight * tone, 0, 1) * (1.13 - 0.33 * brief.strength)
    # Rubbed with a finger: soft, without grain, along the form.
    finger = scene.form.along(blur(floats(tone), 3.0 * unit), 10 * unit)
    crisp = np.clip(0.75 * scene.detail + 0.9 * scene.near_faces(1.2), 0, 0.95)
    rubbed = lerp(finger, floats(tone), floats(crisp))
    # The side of the stick: broad strokes that catch on the tooth.
    width = 11 * unit * stick.size
    broad = hatching(rng, scene.shape, stick.angle, width, 170 * unit)
    form = hatching_along(rng, scene.form, 0.35 * width, 40 * unit)
    calm = 1 - 0.6 * scene.near_faces(1.1)
    grain = evened(floats((0.55 * broad + 0.5 * form) * calm + 0.65 * tooth))
    caught = left_by(floats(tone), grain, 1.15)
    body = lerp(
        caught, rubbed, floats(np.clip(0.53 - 0.4 * brief.strength + 0.45 * stick.smudge + 0.2 * (1 - calm), 0, 0.9))
    )
    # Where it lies thin only the bumps of the paper take it; where it is thick it is velvet.
    thin = 1 + 0.16 * stick.rough * np.clip(tooth, -2, 2) * smoothstep(0.95, 0.5, body)
    return floats(np.clip(0.98 * body * thin, 0, 0.96))


def lines(brief: Brief, stick: Stick, tooth: Floats) -> Floats:
    """Return the lines of the stick's edge: soft, of varied weight, grainy."""
    scene = brief.scene
    width = max(0.9, 1.9 * scene.unit * stick.size)
    line = ink_lines(scene.luma, scene.flow, width=width, reach=12 * scene.unit + 2, share=0.06, sharp=0.5)
    line = without_specks(line, scene.flow, width)
    fine = ink_lines(scene.luma, scene.flow, width=max(0.7, 0.9 * scene.unit), reach=8, share=0.05, sharp=0.6)
    line = np.maximum(0.85 * line, fine * smoothstep(0.3, 0.7, scene.detail) * 0.8)
    press = np.clip(0.7 + 0.28 * noise(brief.dice.rng, scene.shape, 60 * scene.unit, 2), 0.15, 1.1)
    return floats(np.clip(line * press * (1 - 0.16 * np.clip(tooth + 0.3, 0, 2)), 0, 0.93))


def heightened(page: Floats, brief: Brief, stick: Stick, tooth: Floats) -> Floats:
    """Lift the lights with a kneaded eraser, or heighten them with white chalk on a toned sheet."""
    scene = brief.scene
    light = floats(1 - darkness(brief))
    if not stick.chalk:
        lifted = smoothstep(0.86, 0.97, light) * 0.7
        return lerp(page, np.broadcast_to(colour(stick.sheet), page.shape), floats(lifted))
    tone = contrasted(light, 1.5, 0.66)
    stroke = hatching(brief.dice.rng, scene.shape, stick.angle, 7 * scene.unit * stick.size, 110 * scene.unit)
    cover = left_by(floats(0.9 * tone), evened(floats(0.6 * stroke + 0.6 * tooth)), 1.1)
    cover = lerp(cover, floats(0.7 * tone), 0.85 * scene.near_faces(1.2))
    return lerp(page, np.broadcast_to(colour("#f7f3ea"), page.shape), floats(0.88 * cover))


def _on(sheet: Floats, coal: Floats, code: str) -> Floats:
    """Lay charcoal on paper: a matte film that lets nothing through where it is thick."""
    return lerp(sheet, np.broadcast_to(colour(code), sheet.shape), coal)
