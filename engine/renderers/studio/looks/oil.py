"""Oil: layers of bristly strokes that follow form, from broad to fine, with light raking over the paint."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.brushes import bristle_brush
from engine.renderers.studio.brushwork import Easel, Layer, finish_faces, laid, led, strokes_on, wrong_on
from engine.renderers.studio.colour import to_rgb, with_saturation, with_tone
from engine.renderers.studio.filters import Floats, blur, floats, lerp, slopes, smoothstep
from engine.renderers.studio.flow import Flow
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.texture import canvas, relief

#: From broad to fine. `worth` is in Lab units.
LAYERS = (
    Layer(radius=26, spacing=0.7, length=7.0, worth=0.0, vary=2.4),
    Layer(radius=13, spacing=0.85, length=7.5, worth=4.5, vary=2.2),
    Layer(radius=6.0, spacing=1.1, length=8.0, worth=7.0, vary=1.6),
    Layer(radius=2.8, spacing=1.4, length=9.0, worth=8.5, vary=0.8),
)


class Palette(NamedTuple):
    """What a variant is painted with."""

    size: float
    warmth: tuple[float, float]
    chroma: float
    contrast: float
    light: float
    body: float
    linen: float
    dry: float


class Oil(Look):
    """Painted in layers, each where the last one is not yet right (after Hertzmann, 1998)."""

    STEPS: ClassVar[int] = len(LAYERS) + 1

    def paint(self, brief: Brief) -> Floats:
        """Return the painting."""
        scene, palette = brief.scene, drawn(brief)
        target = mixed(brief, palette)
        ground = to_rgb(lerp(blur(target, 30 * scene.unit), floats([[[52, 9, 17]]]), 0.15))
        easel = Easel(ground, np.full(scene.shape, 0.3, np.float32))
        form = led(scene.form, palette.light + 1.2, 0.7)
        for layer in LAYERS:
            _worked(easel, brief, palette, layer, target, form)
            brief.step(easel.rgb)
        rng = brief.dice.rng
        finish_faces(easel, scene, target, lambda radius: bristle_brush(rng, radius, dry=0.0, body=0.5), rng)
        lit = raked(easel, brief, palette)
        brief.step(None)
        return lit


def drawn(brief: Brief) -> Palette:
    """Draw a variant's brushes, palette and light."""
    dice, words = brief.dice, brief.steer
    size = dice.choose((0.85, 1.2, 0.7, 1.5)) * (0.6 + 0.55 * brief.strength)
    knife = "impasto" in words.tags
    return Palette(
        size=size * 2 ** (0.9 * words["bold"] - 0.7 * words.up("detail")),
        warmth=dice.choose(((0.5, 4.5), (-2.0, -6.0), (2.5, 2.0), (-1.0, 0.0))),
        chroma=dice.choose((0.22, 0.06, 0.34, 0.14)),
        contrast=dice.choose((0.25, 0.0, 0.4, 0.15)),
        light=dice.choose((-2.3, -0.8, -2.0, -1.2)),
        body=dice.choose((0.85, 0.95, 0.7, 1.15)) * (1.5 if knife else 1.0) * (1 - 0.35 * words.up("softness")),
        linen=dice.choose((0.6, 0.3, 0.9, 0.2)),
        dry=dice.choose((0.25, 0.1, 0.4, 0.2)),
    )


def mixed(brief: Brief, palette: Palette) -> Floats:
    """Return the colours to paint (Lab): the picture simplified, richer, its temperature the variant's."""
    scene = brief.scene
    face = scene.near_faces(1.2)
    lab = lerp(scene.lab, scene.flat, floats(0.9 * (1 - 0.8 * face)))
    lab = with_tone(lab, contrast=palette.contrast * brief.strength, exposure=0.06)
    lab = with_saturation(lab, palette.chroma * (0.5 + 0.5 * brief.strength), scene.skin)
    # Paint has no black: darks are deep colours.
    lab[..., 0] = 7 + 0.925 * lab[..., 0]
    pull = (0.5 + 0.5 * brief.strength) * (1 - 0.6 * face[..., None])
    lab[..., 1:] += np.asarray(palette.warmth, np.float32) * pull
    return lab


def _worked(easel: Easel, brief: Brief, palette: Palette, layer: Layer, target: Floats, form: Flow) -> None:
    """Paint a layer where the painting is not yet the picture; broad brushes keep off faces and detail."""
    scene, rng = brief.scene, brief.dice.rng
    size = palette.size if layer.radius > 6 else min(palette.size, 1.0 + 0.3 * (palette.size - 1))
    radius = max(1.3, layer.radius * size * scene.unit)
    wrong = wrong_on(easel, target, radius)
    fine = layer.radius < 4
    if fine:
        wrong = floats(wrong * (1.3 * smoothstep(0.15, 0.6, scene.detail) + 1.2 * scene.near_faces(1.1)))
    model = blur(target, 0.3 * radius)
    flow = scene.flow if fine else form
    brush = bristle_brush(rng, radius, dry=palette.dry, body=1.0)
    laid(easel, strokes_on(model, flow, wrong, layer, radius, rng), brush, rng)


def raked(easel: Easel, brief: Brief, palette: Palette) -> Floats:
    """Light the paint from one side: ridges of bristles catch it and shine, the weave shows where paint is thin."""
    scene = brief.scene
    unit = scene.unit
    calm = 1 - 0.55 * scene.near_faces(1.1)
    weave = canvas(brief.dice.rng, scene.shape, unit)
    height = easel.height + 0.05 * palette.linen * weave * (1 - 0.5 * easel.height)
    height = blur(floats(height), 0.55)
    slope = relief(floats(height), palette.light, 4.5 * palette.body)
    # Wet paint mirrors the window: only what leans towards it, sharply.
    dx, dy = slopes(height)
    lean = -(dx * np.cos(palette.light) + dy * np.sin(palette.light)) * 9 * palette.body
    shine = np.clip(lean - 0.35, 0, 1) ** 1.5 * calm
    shade = (0.11 * slope * calm)[..., None]
    return floats(np.clip(easel.rgb * (1 + shade) + (0.13 * shine)[..., None], 0, 1))
