"""Pastel: soft chalks in broken colour over toned paper, whose tooth and tint show between the strokes."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.brushes import chalk
from engine.renderers.studio.brushwork import Easel, Layer, finish_faces, laid, led, strokes_on, wrong_on
from engine.renderers.studio.colour import colour, to_rgb, with_saturation, with_tone
from engine.renderers.studio.filters import Floats, blur, floats, lerp, smoothstep
from engine.renderers.studio.flow import Flow
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.texture import noise, paper, relief

LAYERS = (
    Layer(radius=15, spacing=0.75, length=8.0, worth=0.0, vary=4.0),
    Layer(radius=8, spacing=0.9, length=8.0, worth=7.0, vary=3.2),
    Layer(radius=4.2, spacing=1.05, length=8.0, worth=7.5, vary=2.2),
    Layer(radius=2.4, spacing=1.2, length=8.0, worth=7.5, vary=1.2),
)


class Chalks(NamedTuple):
    """What a variant is drawn with."""

    sheet: str
    rough: float
    size: float
    chroma: float
    bite: float
    open: float
    hue: tuple[float, float]
    light: float
    hand: float


class Ground(NamedTuple):
    """The sheet: its tooth, the tooth as chalk meets it, and where it is worked on (0..1)."""

    tooth: Floats
    caught: Floats
    covered: Floats


class Pastel(Look):
    """Drawn from broad to fine with the side and the edge of the chalk."""

    STEPS: ClassVar[int] = len(LAYERS) + 1

    def paint(self, brief: Brief) -> Floats:
        """Return the drawing."""
        scene, box = brief.scene, drawn(brief)
        tooth = paper(brief.dice.rng, scene.shape, 0.6 * scene.unit, box.rough)
        target = mixed(brief, box)
        # Skin is rubbed smooth: the tooth stays out of faces.
        caught = floats(tooth * (1 - 0.65 * scene.near_faces(1.2)))
        ground = Ground(tooth, caught, _covered(brief, box))
        easel = blocked_in(brief, box, target, ground)
        form = led(scene.form, box.hand, 0.85)
        for layer in LAYERS:
            _worked(easel, brief, box, layer, target, ground, form)
            brief.step(easel.rgb)
        rng = brief.dice.rng
        finish_faces(easel, scene, target, lambda radius: chalk(rng, radius, bite=0.0), rng)
        brief.step(None)
        return dusted(easel, tooth, box)


def drawn(brief: Brief) -> Chalks:
    """Draw a variant's paper and chalks."""
    dice, words = brief.dice, brief.steer
    size = dice.choose((1.1, 1.5, 0.85, 1.25)) * (0.65 + 0.5 * brief.strength)
    return Chalks(
        sheet=dice.choose(("#c9b48f", "#93a3b3", "#b98f73", "#b4b8a0")),
        rough=dice.choose((0.7, 0.5, 1.0, 0.35)),
        size=size * 2 ** (0.9 * words["bold"] - 0.7 * words.up("detail")),
        chroma=dice.choose((0.4, 0.28, 0.55, 0.35)),
        bite=dice.choose((0.24, 0.18, 0.28, 0.21)) * (1 - 0.5 * words.up("softness")),
        open=dice.choose((0.85, 0.6, 1.0, 0.75)),
        hue=dice.choose(((0.0, 3.0), (-1.5, -6.0), (4.0, 2.0), (-2.0, 5.0))),
        light=dice.between(0, 2 * np.pi),
        hand=dice.choose((-0.9, -1.15, -0.7, 0.9)),
    )


def mixed(brief: Brief, box: Chalks) -> Floats:
    """Return the colours to draw (Lab): simplified, clear and light, for chalk has neither black nor gloss."""
    scene = brief.scene
    face = scene.near_faces(1.2)
    lab = lerp(scene.lab, scene.flat, floats(0.9 * (1 - 0.8 * face)))
    lab = with_tone(lab, contrast=-0.1, exposure=0.18)
    lab = with_saturation(lab, box.chroma * (0.5 + 0.5 * brief.strength), scene.skin)
    lab[..., 0] = 21 + 0.78 * lab[..., 0]
    # Shadows lean to violet and blue, lights to cream: the sticks of the box.
    depth = smoothstep(55, 20, floats(lab[..., 0])) * (1 - 0.7 * face)
    away = 1 - 0.6 * face
    lab[..., 1] += 3.5 * depth + box.hue[0] * away
    lab[..., 2] += box.hue[1] * away - 7.0 * depth
    return lab


def blocked_in(brief: Brief, box: Chalks, target: Floats, ground: Ground) -> Easel:
    """Return the paper with the large masses rubbed in; open corners stay paper."""
    scene = brief.scene
    sheet = np.broadcast_to(colour(box.sheet), (*scene.shape, 3))
    rubbed = to_rgb(blur(target, 9 * scene.unit))
    cover = np.clip(0.78 + 0.12 * ground.tooth - 0.10 * noise(brief.dice.rng, scene.shape, 60 * scene.unit, 2), 0, 0.9)
    cover = cover * ground.covered**3
    fleck = 1 + 0.03 * ground.tooth[..., None]
    rgb = lerp(floats(sheet * fleck), rubbed, floats(cover))
    return Easel(np.ascontiguousarray(rgb), np.full(scene.shape, 0.2, np.float32))


def _covered(brief: Brief, box: Chalks) -> Floats:
    """Return where the sheet is worked on, 0..1: what matters, and the rest as far as the variant goes."""
    scene = brief.scene
    height, width = scene.shape
    x = np.abs(np.linspace(-1, 1, width, dtype=np.float32))[None]
    y = np.abs(np.linspace(-1, 1, height, dtype=np.float32))[:, None]
    wander = 0.07 * noise(brief.dice.rng, scene.shape, 90 * scene.unit, 3)
    out = smoothstep(1.0, 0.86, floats((x**8 + y**8) ** (1 / 8) + wander))
    out = np.maximum(out, np.clip(1.2 * scene.near_faces(1.6) + 0.35 * scene.detail, 0, 1))
    return floats(1 - box.open * (1 - out))


def _worked(easel: Easel, brief: Brief, box: Chalks, layer: Layer, target: Floats, ground: Ground, form: Flow) -> None:
    """Draw a layer where the drawing is not yet the picture."""
    scene, rng = brief.scene, brief.dice.rng
    size = box.size if layer.radius > 5 else min(box.size, 1.1)
    radius = max(1.3, layer.radius * size * scene.unit)
    wrong = wrong_on(easel, target, radius)
    fine = layer.radius < 4
    if fine:
        wrong = floats(wrong * (1.3 * smoothstep(0.15, 0.6, scene.detail) + scene.near_faces(1.1)))
    wrong = floats(np.where(ground.covered > rng.uniform(0.25, 0.95, scene.shape), wrong + 0.01, -1))
    flow = scene.flow if fine else form
    strokes = strokes_on(blur(target, 0.3 * radius), flow, wrong, layer, radius, rng)
    # The finer the chalk the harder it is pressed: the tooth fills.
    bite = box.bite * (1.0 if layer.radius > 5 else 0.6)
    laid(easel, strokes, chalk(rng, radius, bite=bite), rng, ground.caught)


def dusted(easel: Easel, tooth: Floats, box: Chalks) -> Floats:
    """Return the drawing with its powder: lighter on the bumps of the paper, lit from one side."""
    grain = 0.035 * tooth + 0.03 * relief(tooth, box.light, 0.9)
    return floats(np.clip(easel.rgb * (1 + (0.5 + 0.5 * box.rough) * grain[..., None]), 0, 1))
