"""Sketch to shaded: a line drawing given volume, colour and light, its lines left as soft creases."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.air import dithered, luminance, rolled
from engine.renderers.studio.colour import linear, to_rgb, unlinear
from engine.renderers.studio.develop import developed
from engine.renderers.studio.filters import Floats, blur, floats, lerp, resize, smaller, smoothstep
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.palette import swatch
from engine.renderers.studio.relight import shone
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.sculpt import Lamp, lit, occluded, shadowed
from engine.renderers.studio.sketch import Sketch, sketch_of

NOT_A_SKETCH = "No drawing on paper was found here, so the studio turned the light a little instead."
_SURE = 0.25
_SKIN = "#e2b596"


class Set(NamedTuple):
    """How a variant is lit and tinted: the key, its warmth, the gloss of the surface, and colours for the areas."""

    angle: float
    lift: float
    key: tuple[float, float, float]
    gloss: float
    tints: tuple[str, ...]


#: Clay, ivory and slate, sandstone and sea, skin and rose: the largest area takes the first, the small the last.
SETS = (
    Set(-2.25, 0.50, (1.0, 0.96, 0.88), 0.10, ("#c98f6b", "#d8b48d", "#a9694e", "#8d5a48", "#e8d8bf")),
    Set(-0.75, 0.46, (1.0, 0.97, 0.93), 0.05, ("#e6ddca", "#cfc3ad", "#a8b1b8", "#8f98a3", "#f6f1e6")),
    Set(-2.6, 0.42, (1.0, 0.94, 0.82), 0.22, ("#dcbb8d", "#93a8b3", "#c58f68", "#b9b49a", "#efe6d2")),
    Set(-1.2, 0.60, (1.0, 0.95, 0.92), 0.12, ("#e3b79b", "#c9897c", "#8f5f63", "#b98c9f", "#f6e3d3")),
)


class Shaded(Look):
    """Inflated areas under key, fill and rim, with occlusion and a cast shadow on the paper."""

    STEPS: ClassVar[int] = 2
    HANDLES: ClassVar[frozenset[str] | None] = frozenset()

    def notes(self, brief: Brief) -> tuple[str, ...]:
        """Say it where the picture is no drawing."""
        return () if sketch_of(brief.scene).sure > _SURE else (NOT_A_SKETCH,)

    def paint(self, brief: Brief) -> Floats:
        """Return the drawing, shaded."""
        scene, chosen = brief.scene, brief.dice.choose(SETS)
        sketch = sketch_of(scene)
        if sketch.sure <= _SURE:
            picture = turned(scene, chosen, brief.strength)
            brief.step(picture)
        else:
            body = tinted(scene, sketch, brief.steer.palette or chosen.tints)
            brief.step(lerp(scene.rgb, body, sketch.figure))
            picture = shaded(scene, sketch, body, chosen, brief.strength**0.5)
        brief.step(None)
        return dithered(picture, brief.dice.rng)


def turned(scene: Scene, chosen: Set, strength: float) -> Floats:
    """Return a photograph in a gently turned light, sRGB."""
    light = linear(to_rgb(developed(scene, 0.6 * strength)))
    key = Lamp(chosen.angle, chosen.lift, chosen.key, 1.2)
    lamps = shone(scene, (key,), (0.26, 0.27, 0.30), cast=0.4)
    lamps *= 2 ** (1.2 * (chosen.lift - 0.5)) / float(luminance(lamps).mean())
    return unlinear(rolled(floats(light * lerp(np.ones_like(lamps), lamps, strength))))


def tinted(scene: Scene, sketch: Sketch, tints: tuple[str, ...]) -> Floats:
    """Return the colours of the drawing's areas, sRGB: its own where it has any, else the tints, the largest first."""
    shades = swatch(tints)
    shades[:, 0] = np.clip(shades[:, 0], 46, 92)
    sizes = np.bincount(sketch.areas.ravel())
    sizes[0] = 0
    table = np.repeat(shades[:1], len(sizes), axis=0)
    for rank, number in enumerate(np.argsort(-sizes)[: int((sizes > 0).sum())]):
        small = sizes[number] < 0.035 * sizes.sum()
        table[number] = shades[-1] if small else shades[rank % max(1, len(shades) - 1)]
    if scene.faces:
        covered = np.bincount(sketch.areas.ravel(), weights=scene.near_faces(0.8).ravel())
        table[covered > 0.45 * np.maximum(sizes, 1)] = swatch((_SKIN,))[0]
    lab = blur(floats(table[sketch.areas]), 1.5 * scene.unit)
    wash = sketch.wash
    paper = floats([np.median(wash[..., k][sketch.figure < 0.5]) if (sketch.figure < 0.5).any() else 0 for k in (1, 2)])
    own = wash[..., 1:] - paper
    coloured = smoothstep(7, 17, floats(np.hypot(own[..., 0], own[..., 1])))
    tone = np.clip(wash[..., 0] / (100 * sketch.paper + 1), 0.2, 1.05)
    lab[..., 0] = lerp(floats(lab[..., 0] * tone), floats(np.clip(wash[..., 0], 30, 92)), coloured)
    lab[..., 1:] = lerp(floats(lab[..., 1:] * tone[..., None]), floats(own), coloured)
    return to_rgb(lab)


def shaded(scene: Scene, sketch: Sketch, body: Floats, chosen: Set, share: float) -> Floats:
    """Light the drawing's form and lay it on its paper, sRGB."""
    rows, columns = scene.shape
    half, size = smaller(scene.shape, 640)
    height, unit = floats(resize(sketch.height, *size) * half), scene.unit * half
    key = Lamp(chosen.angle, chosen.lift, chosen.key, 1.15)
    fill = Lamp(chosen.angle + 2.4, 0.75, (0.72, 0.83, 1.0), 0.22)
    back = Lamp(chosen.angle + np.pi + 0.3, 0.22, (1.0, 0.96, 0.9), 0.30)
    shade = blur(shadowed(height, key.angle, key.lift, unit), 6 * unit)
    light = lit(height, (key, fill, back), shade)
    creases = occluded(height, unit)
    diffuse = resize(floats((light.diffuse + floats((0.15, 0.16, 0.20))) * creases[..., None]), columns, rows)
    gloss = resize(floats(light.gloss * creases), columns, rows)
    cast = resize(floats(shade * (0.6 + 0.4 * creases)), columns, rows)
    grain = np.clip(100 * scene.luma / (sketch.wash[..., 0] + 1), 0.88, 1.08)
    albedo = linear(body) * lerp(np.ones_like(grain), grain, 1 - sketch.ink)[..., None]
    form = albedo * diffuse + (chosen.gloss * gloss)[..., None]
    page = linear(scene.rgb) * lerp(floats((0.36, 0.39, 0.50)), floats((1.0, 1.0, 1.0)), cast[..., None])
    # Lines turn into creases: darker, of the colour they lie on, softer than the pen that drew them.
    line = smoothstep(0.05, 0.9, blur(sketch.ink, 0.9 * scene.unit))
    form = form * (1 - 0.78 * line)[..., None] + (0.045 * line)[..., None] * albedo
    mixed = lerp(page, floats(form), sketch.figure)
    return lerp(scene.rgb, unlinear(rolled(floats(1.05 * mixed))), min(1.0, share + 0.05))
