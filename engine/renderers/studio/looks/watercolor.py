"""Watercolour: transparent washes on cold-pressed paper, dark at their edges, granulating, with whites left bare."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.colour import colour, to_rgb, with_saturation
from engine.renderers.studio.filters import Floats, blur, floats, inset, lerp, smoothstep, warp
from engine.renderers.studio.lines import ink_lines, without_specks
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.texture import noise, paper, relief

#: Lightness at which a further wash begins.
WASHES = (86, 66, 46, 28)


class Sheet(NamedTuple):
    """What a variant is painted with."""

    rough: float
    tint: str
    pencil: float
    wet: float
    border: float
    hue: tuple[float, float]
    light: float


class Watercolor(Look):
    """Washes of a simplified picture, as pigment on paper (after Bousseau et al., 2006)."""

    STEPS: ClassVar[int] = 3

    def paint(self, brief: Brief) -> Floats:
        """Return the painting."""
        sheet = drawn(brief)
        tooth = paper(brief.dice.rng, brief.scene.shape, brief.scene.unit, sheet.rough)
        lab = simplified(brief, sheet)
        brief.step(to_rgb(lab))
        density = pigment(lab, brief, sheet, tooth)
        brief.step(None)
        painted = glazed(to_rgb(lab), density, sheet, tooth)
        brief.step(painted)
        return with_pencil(painted, brief, sheet, tooth)


def drawn(brief: Brief) -> Sheet:
    """Draw a variant's sheet, wetness and palette."""
    dice, words = brief.dice, brief.steer
    return Sheet(
        rough=dice.choose((0.35, 0.8, 0.55, 1.0)),
        tint=dice.choose(("#fdfaf3", "#fbf6ea", "#fcfbf8", "#faf5ec")),
        pencil=max(dice.choose((0.6, 0.0, 0.85, 0.35)), 1.0 if "outline" in words.tags else 0.0),
        wet=dice.choose((0.55, 1.0, 0.35, 0.8)) * (1 + 0.5 * words["softness"]),
        border=dice.choose((1.0, 0.0, 0.0, 1.0)),
        hue=dice.choose(((0.0, 1.0), (2.5, 6.0), (-2.0, -6.0), (4.0, -2.0))),
        light=dice.between(0, 2 * np.pi),
    )


def simplified(brief: Brief, sheet: Sheet) -> Floats:
    """Return the picture as a painter mixes it: flat, light, clear, its edges drawn by hand."""
    scene, strength = brief.scene, brief.strength
    loose = strength * (1 + 0.6 * brief.steer["bold"])
    soft = blur(scene.flat, (1.0 + 5.0 * loose * sheet.wet) * scene.unit)
    crisp = lerp(scene.flat, scene.lab, 0.3 + 0.4 * (1 - strength) + 0.2 * brief.steer.up("detail"))
    lab = lerp(soft, crisp, floats(np.clip(0.15 + 1.0 * scene.detail, 0, 1)))
    reach = (0.5 + 1.6 * loose) * scene.unit * (1 - 0.75 * scene.near_faces(1.3))
    shakes = (noise(brief.dice.rng, scene.shape, 26 * scene.unit, 2) for _ in range(2))
    lab = warp(lab, *(floats(reach * shake) for shake in shakes))
    lab = with_saturation(lab, 0.32 + 0.12 * strength, scene.skin)
    lab[..., 0] = _washed(lab[..., 0], 0.55 * strength * (1 - 0.6 * scene.near_faces(1.2)))
    lab[..., 1:] += np.asarray(sheet.hue, np.float32) * np.clip(1.2 - lab[..., :1] / 100, 0, 1)
    return with_first_wash(lab, brief, sheet)


def with_first_wash(lab: Floats, brief: Brief, sheet: Sheet) -> Floats:
    """Run a pale, cool wash wet-in-wet through wide empty lights: a bare sky is a hole in the picture."""
    scene = brief.scene
    light = smoothstep(84, 93, blur(np.ascontiguousarray(lab[..., 0]), 2 * scene.unit))
    wide = light * smoothstep(0.3, 0.5, blur(light, 26 * scene.unit))
    run = smoothstep(-0.5, 1.0, noise(brief.dice.rng, scene.shape, 240 * scene.unit, 3))
    share = wide * run * (0.6 + 0.4 * sheet.wet) * (1 - scene.near_faces(1.4))
    return floats(lab - share[..., None] * np.asarray([8.0, 0.5, 6.0], np.float32))


def _washed(lightness: Floats, share: Floats) -> Floats:
    """Lighten, keep the whites, and gather the tones into a few washes with soft steps."""
    light = 24 + 76 * np.power(np.clip((lightness - 2) / 93, 0, 1), 0.85)
    steps = np.full_like(light, 100.0)
    edges = (*WASHES, 14)
    for above, below in pairwise(edges):
        steps -= (above - below) * smoothstep(above + 5, above - 5, floats(light))
    return lerp(floats(light), floats(0.5 * steps + 0.5 * light), share)


def pigment(lab: Floats, brief: Brief, sheet: Sheet, tooth: Floats) -> Floats:
    """Return how thick the pigment lies, about 0..2: turbulence, granulation, dark rims, blooms, bare paper."""
    scene, rng = brief.scene, brief.dice.rng
    lightness = np.ascontiguousarray(lab[..., 0])
    calm = 1 - 0.6 * scene.near_faces(1.2)
    # In the darks the layers are many, and even each other out.
    thin = 0.45 + 0.55 * smoothstep(28, 52, lightness)
    flowed = 0.20 * noise(rng, scene.shape, 150 * scene.unit, 3) * (0.5 + 0.5 * sheet.wet) * thin
    settled = -0.085 * sheet.rough * tooth * (0.4 + smoothstep(95, 60, lightness)) * thin
    rims = _rims(lightness, scene.unit) * (0.7 + 0.5 * brief.strength)
    density = 1 + calm * (flowed + _blooms(brief, sheet)) + settled + rims * (0.5 + 0.5 * calm)
    # Whites are paper: the brush skips over them, catching on the tooth.
    bare = smoothstep(89, 97, floats(lightness + 1.6 * sheet.rough * tooth))
    return floats(np.clip(density, 0.25, 2.2) * (1 - bare) * _frame(brief, sheet, tooth))


def _rims(lightness: Floats, unit: float) -> Floats:
    """Return the dark edges that washes dry with: inside each wash's border, thin, fading inwards."""
    total = np.zeros_like(lightness)
    for level in WASHES:
        wash = smoothstep(level + 3, level - 3, lightness)
        total += np.clip(wash - blur(wash, 3.2 * unit), 0, 0.5) * wash
        total -= 0.35 * np.clip(blur(wash, 3.2 * unit) - wash, 0, 0.5)
    return floats(np.clip(1.15 * total, -0.3, 0.8))


def _blooms(brief: Brief, sheet: Sheet) -> Floats:
    """Return back-runs: pale blots with a crinkled dark edge, where there is room for them."""
    scene, rng = brief.scene, brief.dice.rng
    field = noise(rng, scene.shape, 120 * scene.unit, 3) + 0.12 * noise(rng, scene.shape, 9 * scene.unit, 2)
    blot = smoothstep(0.95, 1.25, floats(field))
    edge = np.exp(-(((field - 0.95) / 0.11) ** 2))
    room = smoothstep(0.35, 0.1, scene.detail)
    return floats(sheet.wet * room * (0.30 * edge - 0.24 * blot))


def _frame(brief: Brief, sheet: Sheet, tooth: Floats) -> Floats:
    """Return where the sheet is painted at all: with a border, the wash ends unevenly short of the edge."""
    height, width = brief.scene.shape
    unit = brief.scene.unit
    if not sheet.border:
        return np.ones((height, width), np.float32)
    ragged = inset((height, width)) + unit * (4.5 * noise(brief.dice.rng, (height, width), 80 * unit, 3) + 1.2 * tooth)
    inside = smoothstep(20 * unit, 24 * unit, floats(ragged))
    rim = np.exp(-(((ragged - 26 * unit) / (3.5 * unit)) ** 2))
    return floats(inside * (1 + 0.22 * rim))


def glazed(rgb: Floats, density: Floats, sheet: Sheet, tooth: Floats) -> Floats:
    """Lay the colour over the paper as a transparent film: light passes it, thickness deepens it (Beer's law)."""
    ground = colour(sheet.tint)
    absorbed = -np.log(np.clip(rgb, 0.03, 1))
    painted = ground * np.exp(-absorbed * density[..., None])
    lit = 1 + 0.035 * (0.4 + sheet.rough) * relief(tooth, sheet.light, 0.9)
    return floats(np.clip(painted * lit[..., None], 0, 1))


def with_pencil(painted: Floats, brief: Brief, sheet: Sheet, tooth: Floats) -> Floats:
    """Draw the pencil lines under the paint, broken by the tooth of the paper."""
    if not sheet.pencil:
        return painted
    scene = brief.scene
    width = max(0.7, 1.0 * scene.unit * (1 + 0.5 * brief.steer["bold"]))
    line = ink_lines(scene.luma, scene.flow, width=width, reach=8 * scene.unit + 2, share=0.07, sharp=1.0)
    line = without_specks(line, scene.flow, width)
    lead = np.clip(line * (0.75 - 0.22 * tooth), 0, 1) * (0.55 * sheet.pencil)
    return lerp(painted, floats(painted * np.asarray([0.36, 0.34, 0.36], np.float32)), floats(lead))
