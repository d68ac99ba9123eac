"""Oil: layers of bristly strokes that follow form, from broad to fine, with light raking over the paint."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.contract import Box
from engine.renderers.studio.brushwork import Layer, Strokes, bristled, strokes_on
from engine.renderers.studio.colour import to_bytes, to_lab, to_rgb, with_saturation, with_tone
from engine.renderers.studio.filters import Floats, blur, floats, lerp
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.scene import oval
from engine.renderers.studio.texture import canvas, relief

#: Brush radius at 1024 px, how far apart strokes start (in radii), their length (in radii), and where: the least
#: difference (in Lab) between picture and painting that is worth a stroke.
LAYERS = (
    Layer(radius=22, spacing=1.0, length=6.0, worth=0.0),
    Layer(radius=11, spacing=0.95, length=7.0, worth=4.5),
    Layer(radius=5.2, spacing=1.15, length=9.0, worth=5.5, points=5),
    Layer(radius=2.6, spacing=1.4, length=10.0, worth=6.0, points=5),
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


class Oil(Look):
    """Painted in layers, each where the last one is not yet right (after Hertzmann, 1998)."""

    STEPS: ClassVar[int] = len(LAYERS) + 1

    def paint(self, brief: Brief) -> Floats:
        """Return the painting."""
        scene, palette = brief.scene, drawn(brief)
        model = mixed(brief, palette)
        easel = np.dstack([to_bytes(blur(model, 26 * scene.unit)), np.full(scene.shape, 96, np.uint8)])
        easel = np.ascontiguousarray(easel)
        target = to_lab(model)
        for layer in LAYERS:
            strokes = _planned(brief, palette, layer, target, easel)
            bristled(easel, strokes, brief.dice.rng)
            brief.step(floats(easel[..., :3]) / np.float32(255))
        for face in scene.faces:
            _refined(easel, brief, target, face)
        lit = raked(easel, brief, palette)
        brief.step(None)
        return lit


def drawn(brief: Brief) -> Palette:
    """Draw a variant's brushes, palette and light."""
    dice, words = brief.dice, brief.steer
    size = dice.choose((0.85, 1.25, 0.72, 1.65)) * (0.65 + 0.5 * brief.strength)
    return Palette(
        size=size * 2 ** (0.8 * words["bold"] - 0.6 * words.up("detail")),
        warmth=dice.choose(((1.0, 8.0), (-2.5, -8.0), (5.0, 2.0), (-1.0, 1.0))),
        chroma=dice.choose((0.3, 0.1, 0.5, 0.2)),
        contrast=dice.choose((0.3, 0.0, 0.5, 0.2)),
        light=dice.choose((-2.3, -0.8, -2.0, -1.2)),
        body=dice.choose((0.8, 1.0, 0.7, 1.25)) * (1.5 if "impasto" in words.tags else 1.0),
        linen=dice.choose((0.5, 0.2, 0.7, 0.1)),
    )


def mixed(brief: Brief, palette: Palette) -> Floats:
    """Return the colours to paint: the picture a little simplified, richer, its temperature the variant's."""
    scene = brief.scene
    lab = lerp(scene.lab, scene.flat, floats(0.8 * (1 - 0.7 * scene.near_faces(1.2))))
    lab = with_tone(lab, contrast=palette.contrast * brief.strength, exposure=0.05)
    lab = with_saturation(lab, palette.chroma * (0.5 + 0.5 * brief.strength), scene.skin)
    lab[..., 1:] += np.asarray(palette.warmth, np.float32) * (0.5 + 0.5 * brief.strength)
    return to_rgb(lab)


def _planned(brief: Brief, palette: Palette, layer: Layer, target: Floats, easel: NDArray[np.uint8]) -> Strokes:
    """Place a layer's strokes where the painting is not yet the picture; broad brushes keep off faces and detail."""
    scene = brief.scene
    size = palette.size if layer.radius > 6 else min(palette.size, 1.0)
    radius = max(1.3, layer.radius * size * scene.unit)
    painted = to_lab(floats(easel[..., :3]) / np.float32(255))
    wrong = blur(floats(np.abs(target - painted).sum(axis=2) * 0.6), 0.5 * radius)
    if layer.radius < 4:
        wrong = floats(wrong * (0.35 + scene.detail) * (1 + 1.5 * scene.near_faces(1.1)))
    model = blur(target, 0.3 * radius)
    return strokes_on(model, scene.form, wrong, layer, radius, brief.dice.rng)


def _refined(easel: NDArray[np.uint8], brief: Brief, target: Floats, face: Box) -> None:
    """Finish a face with a brush of its own size, however broad the others were: lids and lips are small strokes."""
    scene = brief.scene
    radius = max(1.2, 0.011 * face.w)
    wrong = 0.6 * np.abs(target - to_lab(floats(easel[..., :3]) / np.float32(255))).sum(axis=2)
    inside = floats(wrong * (oval(scene.shape, face, 1.0) > 0.3))
    layer = Layer(radius=2, spacing=1.5, length=7.0, worth=3.5)
    bristled(easel, strokes_on(target, scene.form, inside, layer, radius, brief.dice.rng), brief.dice.rng)


def raked(easel: NDArray[np.uint8], brief: Brief, palette: Palette) -> Floats:
    """Light the paint from one side: ridges of bristles catch it, a little weave shows where the paint is thin."""
    scene = brief.scene
    rgb, height = floats(easel[..., :3]) / np.float32(255), floats(easel[..., 3]) / np.float32(255)
    height = floats(blur(height, 0.6) - blur(height, 9 * scene.unit))
    light = relief(height, palette.light, 7.0 * palette.body)
    weave = relief(canvas(brief.dice.rng, scene.shape, scene.unit), palette.light, 0.5)
    calm = 1 - 0.6 * scene.near_faces(1.1)
    shine = (0.13 * light * calm + 0.022 * palette.linen * weave)[..., None]
    return floats(np.clip(rgb * (1 + shine) + 0.25 * np.clip(shine - 0.03, 0, 1), 0, 1))
