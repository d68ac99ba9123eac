"""Gouache: flat, opaque, matte shapes of a few colours over a toned ground, dry at their edges, lights laid last."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import cv2
import numpy as np

from engine.renderers.studio.brushes import flat_brush
from engine.renderers.studio.brushwork import Easel, Layer, finish_faces, laid, strokes_on, wrong_on
from engine.renderers.studio.colour import colour, to_rgb, with_saturation
from engine.renderers.studio.filters import Floats, blur, floats, inset, lerp, smoothstep
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.pieces import cut
from engine.renderers.studio.texture import noise, paper

#: Over the flat shapes: only what they leave out.
LAYERS = (
    Layer(radius=13, spacing=1.0, length=6.5, worth=9.0, vary=0.5),
    Layer(radius=6.0, spacing=1.0, length=7.0, worth=8.5, vary=0.4),
    Layer(radius=2.8, spacing=1.1, length=7.0, worth=7.5, vary=0.3),
)
ACCENT = Layer(radius=3, spacing=1.3, length=6.0, worth=5.0, vary=0.8)


class Tubes(NamedTuple):
    """What a variant is painted with."""

    ground: str
    size: float
    colours: int
    chroma: float
    hue: tuple[float, float]
    dry: float
    border: float


class Gouache(Look):
    """Shapes first, then smaller shapes on them, then the lights."""

    STEPS: ClassVar[int] = len(LAYERS) + 2

    def paint(self, brief: Brief) -> Floats:
        """Return the painting."""
        scene, tubes = brief.scene, drawn(brief)
        target = mixed(modelled(brief, tubes), brief, tubes)
        sheet = paper(brief.dice.rng, scene.shape, scene.unit, 0.2)
        easel = blocked_in(brief, tubes, sheet)
        brief.step(easel.rgb)
        for layer in LAYERS:
            _worked(easel, brief, tubes, layer, target)
            brief.step(easel.rgb)
        rng = brief.dice.rng
        finish_faces(easel, scene, target, lambda radius: flat_brush(rng, radius, dry=0.0), rng)
        _accented(easel, brief, tubes, target)
        brief.step(None)
        rgb = untaped(easel.rgb, brief) if tubes.border else easel.rgb
        return floats(np.clip(rgb * (1 + 0.012 * sheet[..., None]), 0, 1))


def drawn(brief: Brief) -> Tubes:
    """Draw a variant's ground, brushes and palette."""
    dice, words = brief.dice, brief.steer
    size = dice.choose((0.9, 1.25, 0.75, 1.05)) * (0.6 + 0.5 * brief.strength)
    return Tubes(
        ground=dice.choose(("#c98f5a", "#d9cdb8", "#8e5a4a", "#7f8f94")),
        size=size * 2 ** (0.9 * words["bold"] - 0.7 * words.up("detail")),
        colours=dice.choose((14, 10, 14, 10)),
        chroma=dice.choose((0.2, -0.08, 0.34, 0.08)),
        hue=dice.choose(((1.0, 5.0), (-2.0, -7.0), (4.5, 4.0), (-4.0, 3.0))),
        dry=dice.choose((0.5, 0.65, 0.4, 0.6)),
        border=dice.choose((0.0, 1.0, 1.0, 1.0)),
    )


def blocked_in(brief: Brief, tubes: Tubes, sheet: Floats) -> Easel:
    """Return the toned ground with the flat shapes on it; they do not quite meet."""
    scene, rng = brief.scene, brief.dice.rng
    unit = scene.unit
    size = min(1.8, tubes.size)
    broad, apart = cut(scene, tubes.colours, 9.0, 5.0 * size * unit)
    # With no edge anywhere the distance to one is as large as a float can be.
    apart = np.minimum(apart, 100 * unit)
    detail = smoothstep(0.3, 0.7, blur(scene.detail, 3 * unit))
    streak = scene.form.along(noise(rng, scene.shape, 2.2 * unit), 9 * unit)
    streak = floats(streak / (streak.std() + 1e-6))
    paint = mixed(lerp(broad, _small(brief, tubes), detail), brief, tubes)
    paint[..., 0] += 0.8 * streak + 1.2 * noise(rng, scene.shape, 70 * unit, 2)
    # Where two shapes meet the ground shows, here and there, as a sliver.
    meet = apart - unit * (0.4 + 0.5 * streak + 1.0 * noise(rng, scene.shape, 30 * unit, 2))
    cover = smoothstep(0.0, 1.3 * unit, floats(meet + 1.5 * unit * (detail + 2 * scene.near_faces(1.3))))
    # A brush runs dry where its shape ends, and skips along its streaks.
    dragged = streak + 0.6 * noise(rng, scene.shape, 50 * unit, 2)
    ends = smoothstep(9 * unit, 1 * unit, apart) * (1 - detail) * (1 - scene.near_faces(1.5))
    cover *= 1 - 0.85 * ends * smoothstep(1.5 - tubes.dry, 2.3 - tubes.dry, floats(dragged))
    ground = lerp(floats(colour(tubes.ground) * (1 + 0.02 * sheet[..., None])), to_rgb(paint), 0.3)
    return Easel(lerp(ground, to_rgb(paint), floats(cover)), np.zeros(scene.shape, np.float32))


def untaped(rgb: Floats, brief: Brief) -> Floats:
    """Take the masking tape off: a clean white rim, under which a little paint has crept."""
    height, width = brief.scene.shape
    unit = brief.scene.unit
    crept = inset((height, width)) + unit * np.clip(noise(brief.dice.rng, (height, width), 9 * unit, 2) - 0.8, 0, 2)
    painted = smoothstep(17 * unit, 17 * unit + 1.2, floats(crept))
    return lerp(np.broadcast_to(colour("#f6f2e8"), rgb.shape), rgb, painted)


def mixed(lab: Floats, brief: Brief, tubes: Tubes) -> Floats:
    """Return colours (Lab) as gouache dries: chalky in the lights, never black, of one temperature."""
    scene = brief.scene
    lab = with_saturation(lab, tubes.chroma * (0.5 + 0.5 * brief.strength), scene.skin)
    lab[..., 0] = 15 + 0.84 * lab[..., 0]
    lab[..., 1:] += np.asarray(tubes.hue, np.float32) * (1 - 0.5 * scene.near_faces(1.25)[..., None])
    return lab


def modelled(brief: Brief, tubes: Tubes) -> Floats:
    """Return what is painted over the shapes (Lab): smaller shapes, and faces as they are."""
    scene = brief.scene
    small = _small(brief, tubes)
    held = np.maximum(0.9 * scene.near_faces(1.25), 0.35 * smoothstep(0.5, 0.9, scene.detail))
    fine = lerp(scene.flat, scene.lab, floats(0.3 + 0.5 * scene.near_faces(1.25)))
    return lerp(
        small, fine, floats(np.clip(held + 0.35 * (1 - brief.strength) + 0.45 * brief.steer.up("detail"), 0, 1))
    )


def _small(brief: Brief, tubes: Tubes) -> Floats:
    """Return the smaller shapes (Lab)."""
    size = round(min(1.6, tubes.size), 1)
    smooth = 2.4 * size * brief.scene.unit
    return brief.scene.once(("gouache", size), lambda: cut(brief.scene, 24, 7.0, smooth)[0])


def _worked(easel: Easel, brief: Brief, tubes: Tubes, layer: Layer, target: Floats) -> None:
    """Paint a layer where the painting is not yet the picture; the broad brush leaves the sheet's rim."""
    scene, rng = brief.scene, brief.dice.rng
    size = tubes.size if layer.radius > 5 else min(tubes.size, 1.1)
    radius = max(1.3, layer.radius * size * scene.unit)
    wrong = wrong_on(easel, target, radius)
    fine = layer.radius < 4
    if fine:
        wrong = floats(wrong * (1.3 * smoothstep(0.15, 0.6, scene.detail) + scene.near_faces(1.1)))
    strokes = strokes_on(target, scene.flow if fine else scene.form, wrong, layer, radius, rng)
    laid(easel, strokes, flat_brush(rng, radius, dry=tubes.dry if layer.radius > 5 else 0.25), rng)


def _accented(easel: Easel, brief: Brief, tubes: Tubes, target: Floats) -> None:
    """Lay crisp lights over the darks where the picture glints."""
    scene, rng = brief.scene, brief.dice.rng
    lightness = np.ascontiguousarray(scene.lab[..., 0])
    lightness = blur(lightness, 1.0 * scene.unit)
    # What an opening takes away is bright and narrow; a difference of blurs would ring every dark shape with light.
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(5 * scene.unit) + 1,) * 2)
    glint = lightness - cv2.morphologyEx(lightness, cv2.MORPH_OPEN, kernel)
    glint = floats(glint * smoothstep(45, 75, lightness) * (1 - 0.8 * scene.near_faces(1.1)))
    model = target.copy()
    model[..., 0] = np.clip(model[..., 0] + 0.9 * np.clip(glint, 0, 14), 0, 97)
    radius = max(1.2, ACCENT.radius * min(1.2, tubes.size) * scene.unit)
    strokes = strokes_on(floats(model), scene.flow, glint, ACCENT, radius, rng)
    laid(easel, strokes, flat_brush(rng, radius, dry=0.15), rng)
