"""Paper cut: the picture in a stack of coloured papers with scissor-cut edges, each casting its shadow on the next."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.areas import Labels, means, rounded, without_specks
from engine.renderers.studio.colour import colour, linear, to_lab, to_rgb, unlinear, with_saturation
from engine.renderers.studio.features import printed
from engine.renderers.studio.filters import Floats, blur, floats, lerp, resize, shifted, slopes, smaller, smoothstep
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.pieces import outlined, tones
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.texture import grain, noise, paper

_SIDE = 420
#: Light boxes: the colour of the front sheet, and of the lamp's.
_BOXES = (("#10173a", "#ffdf9e"), ("#2a0f33", "#ffc9b0"), ("#06262b", "#fff0b8"), ("#1b1440", "#ffd0e8"))


class Stack(NamedTuple):
    """Which sheet is seen where (`labels`), each sheet's Lab colour, and how high in the stack it lies (from 0)."""

    labels: Labels
    lab: Floats
    rank: Labels


class Design(NamedTuple):
    """How a variant is cut: sheets, roundness, lamp, gap, chroma, tint, tones (least, spread), a box's colours."""

    sheets: int
    smooth: float
    angle: float
    gap: float
    chroma: float
    tint: tuple[float, float]
    tone: tuple[float, float]
    box: tuple[str, str] | None


class Papercut(Look):
    """Sheets of paper, stacked by depth and lightness."""

    STEPS: ClassVar[int] = 2

    def paint(self, brief: Brief) -> Floats:
        """Return the stack, photographed from above, or with a lamp behind it."""
        design = drawn(brief)
        scene = brief.scene
        what = ("sheets", design.sheets, design.smooth, design.box is None)
        stack = scene.once(what, lambda: stacked(scene, design))
        lab = with_grain(coloured(stack, brief, design), stack, brief)
        brief.step(to_rgb(lab))
        picture = glowing(lab, stack, brief, design) if design.box else shaded(lab, stack, brief, design)
        brief.step(picture)
        return picture


def drawn(brief: Brief) -> Design:
    """Draw a variant's papers; a light box where the words ask for a glow, else for one variant in four."""
    dice, words = brief.dice, brief.steer
    box = dice.choose((None, None, ("#10173a", "#ffdf9e"), None))
    if words.up("glow") or words.up("night"):
        box = dice.choose(_BOXES)
    finer = 2 ** (0.6 * words.up("detail") - 0.6 * words["bold"])
    return Design(
        sheets=max(4, round(dice.choose((11, 8, 10, 9)) * (1.35 - 0.5 * brief.strength) * finer)),
        smooth=round(dice.choose((4.4, 6.5, 4.8, 5.6)) * (0.6 + 0.5 * brief.strength) / finer, 1),
        angle=dice.choose((-2.2, -0.8, -2.6, -1.4)),
        gap=dice.choose((1.4, 1.9, 1.2, 1.6)),
        chroma=dice.choose((0.5, 0.75, 0.3, 0.4)),
        tint=dice.choose(((0.0, 3.0), (3.0, -11.0), (-8.0, 3.0), (6.0, 15.0))),
        tone=dice.choose(((10.0, 0.88), (27.0, 0.68), (4.0, 0.9), (16.0, 0.76))),
        box=box,
    )


def stacked(scene: Scene, design: Design) -> Stack:
    """Cut the sheets: tones of the whole picture with rounded outlines, finer ones for faces; then order them."""
    scale, size = smaller(scene.shape, _SIDE)
    small = resize(scene.flat, *size)
    small_labels, centres = tones(small, design.sheets + 3, 7.0)
    sigma = max(0.8, design.smooth * scene.unit * scale)
    once = outlined(small_labels, len(centres), sigma, small_labels.shape).astype(np.int32)
    whole = without_specks(once, round(16 * sigma))
    busy = smoothstep(0.5, 0.9, resize(scene.detail, small.shape[1], small.shape[0]))
    labels = rounded(whole, busy, 0.6 * sigma, scene.shape)
    faces = printed(scene, 6, 7.0)
    labels = np.where(faces.labels >= 0, faces.labels + 1000, labels)
    _, numbered = np.unique(labels, return_inverse=True)
    labels = np.asarray(numbered.reshape(scene.shape), np.int32)
    count = int(labels.max()) + 1
    lab = means(labels, count, scene.lab)
    order = np.argsort(-_distance(scene, labels, count, lab, boxed=design.box is not None), kind="stable")
    rank = np.empty(count, np.int32)
    rank[order] = np.arange(count)
    return Stack(labels, lab, rank)


def _distance(scene: Scene, labels: Labels, count: int, lab: Floats, *, boxed: bool) -> Floats:
    """Return how far down in the stack each sheet lies: far and light ones at the bottom; all by light in a box."""
    light = floats(lab[:, 0] / 100)
    if boxed:
        return light
    behind = means(labels, count, floats(0.6 * (1 - scene.matte) + 0.4 * scene.depth))
    face = means(labels, count, scene.near_faces(1.1))
    return floats(light + 0.9 * behind - 0.5 * face)


def coloured(stack: Stack, brief: Brief, design: Design) -> Floats:
    """Return the papers' Lab colours at every pixel: cleaner than the picture's, and of one family."""
    scene, rng = brief.scene, brief.dice.rng
    lab = stack.lab.copy()
    lab[:, 0] = lerp(lab[:, 0], spread(lab[:, 0], stack), 0.4 * brief.strength)
    lab[:, 0] = lerp(lab[:, 0], floats(design.tone[0] + design.tone[1] * lab[:, 0]), 0.3 + 0.7 * brief.strength)
    lab = with_saturation(lab[:, None], design.chroma * (0.4 + 0.6 * brief.strength))[:, 0]
    pale = np.exp(-((np.hypot(lab[:, 1], lab[:, 2]) / 22) ** 2))
    for k in (0, 1):
        lab[:, 1 + k] += (0.35 + 0.65 * pale) * design.tint[k] * brief.strength
    lab[:, 0] += rng.normal(0, 1.0, len(lab))
    flat = floats(lab)[stack.labels]
    own = lerp(flat, blur(scene.flat, 3 * scene.unit), 0.45 * max(0.0, 0.85 - brief.strength))
    return blur(own, 0.55)


def spread(light: Floats, stack: Stack) -> Floats:
    """Return the papers' lightnesses moved apart, each standing for its share of the picture, in the same order."""
    share = np.bincount(stack.labels.ravel(), minlength=len(light)) / stack.labels.size
    order = np.argsort(light, kind="stable")
    middle = np.cumsum(share[order]) - share[order] / 2
    out = np.empty(len(light), np.float32)
    out[order] = 8 + 88 * middle
    return out


def with_grain(lab: Floats, stack: Stack, brief: Brief) -> Floats:
    """Give every sheet its own grain and a hardly visible wave."""
    scene, rng = brief.scene, brief.dice.rng
    tooth = paper(rng, scene.shape, scene.unit, 0.3) + 0.5 * grain(rng, scene.shape, 1.0)
    kinds = np.stack([tooth, tooth[::-1], tooth[:, ::-1]])
    own = np.take_along_axis(kinds, (stack.labels % 3)[None], axis=0)[0]
    out = lab.copy()
    out[..., 0] += 1.15 * own + 1.1 * noise(rng, scene.shape, 220 * scene.unit)
    return floats(out)


def _levels(stack: Stack) -> Floats:
    return floats(stack.rank[stack.labels])


def shadow(levels: Floats, angle: float, away: float, soft: float) -> Floats:
    """Return how much of the lamp the sheets above take from each place, 0..1; each sheet casts on all below it."""
    height, width = levels.shape
    half = resize(levels, max(4, width // 2), max(4, height // 2))
    dark = np.zeros(half.shape, np.float32)
    right, down = -np.cos(angle) * away / 2, -np.sin(angle) * away / 2
    for level in range(1, int(levels.max()) + 1):
        above = floats(half >= level - 0.5)
        cast = blur(shifted(above, right, down), soft / 2)
        dark = np.maximum(dark, cast * np.clip(level - half, 0, 1))
    return resize(dark, width, height)


def _rims(levels: Floats, angle: float) -> Floats:
    """Return how the cut edges catch the light, -1..1, only on the upper sheet of each edge."""
    dx, dy = slopes(blur(levels, 0.7))
    facing = -(dx * np.cos(angle) + dy * np.sin(angle))
    top = levels > blur(levels, 1.2)
    return floats(-np.tanh(2.2 * facing) * top)


def shaded(lab: Floats, stack: Stack, brief: Brief, design: Design) -> Floats:
    """Light the stack from one side: a sharp shadow where sheets lie close, a wide soft one, and lit edges."""
    unit = brief.scene.unit
    levels = _levels(stack)
    thick = design.gap * (0.55 + 0.45 * brief.strength) * unit
    close = shadow(levels, design.angle, 2.6 * thick, 2.4 * thick)
    wide = shadow(levels, design.angle, 9 * thick, 9 * thick)
    out = lab.copy()
    out[..., 0] += 5.5 * _rims(levels, design.angle)
    light = linear(to_rgb(floats(out)))
    face = 1 - 0.5 * brief.scene.near_faces(1.0)
    cold = np.asarray([1.0, 0.95, 0.86], np.float32)
    taken = np.clip((0.55 * close + 0.5 * wide) * face, 0, 0.82)
    return unlinear(floats(light * (1 - taken[..., None] * cold)))


def glowing(lab: Floats, stack: Stack, brief: Brief, design: Design) -> Floats:
    """Put a lamp behind the stack: deep sheets shine, upper ones stand dark before them, edges glow."""
    unit = brief.scene.unit
    levels = _levels(stack)
    dark, bright = (to_lab(colour(code)[None, None])[0, 0] for code in design.box or ("#10173a", "#ffdf9e"))
    deep = 1 - levels / max(1.0, float(levels.max()))
    ramp = lerp(np.broadcast_to(dark, lab.shape), np.broadcast_to(bright, lab.shape), floats(deep**1.25))
    ramp = floats(ramp + (lab - blur(lab, 6 * unit)) * 0.35)
    mixed = lerp(lab, ramp, 0.30 + 0.42 * brief.strength)
    mixed[..., 1:] += 0.25 * lab[..., 1:]
    light = linear(to_rgb(floats(blur(mixed, 0.5))))
    warm = np.asarray([1.0, 0.80, 0.5], np.float32)
    behind = blur(floats(deep**2), 16 * unit)
    under = shadow(levels, 0.0, 0.0, 7 * design.gap * unit)
    rim = np.clip(-_rims(levels, design.angle), 0, 1)
    glow = 0.26 * behind * (0.35 + 0.65 * deep) + 0.05 * rim
    return unlinear(floats(1 - (1 - light * (1 - 0.45 * under[..., None])) * (1 - glow[..., None] * warm)))
