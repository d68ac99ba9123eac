"""Inflated: every part of the picture blown up as a balloon of foil or latex, its seams pinched."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import cv2
import numpy as np

from engine.renderers.studio.air import rolled
from engine.renderers.studio.areas import Areas, areas_of
from engine.renderers.studio.colour import linear, to_lab, to_rgb, unlinear
from engine.renderers.studio.features import feature_height, printed
from engine.renderers.studio.filters import Floats, blur, floats, length, lerp, resize, slopes, smaller, smoothstep
from engine.renderers.studio.flow import Flow
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.sculpt import (
    Box,
    Lamp,
    Normals,
    lit,
    mirrored,
    normals,
    occluded,
    room,
    shadowed,
    softbox,
    swollen,
)
from engine.renderers.studio.texture import grain


class Skin(NamedTuple):
    """How a variant is made: number of balloons, foil (1) or latex (0), shine, lamp's angle, chroma, pressure, fill."""

    parts: int
    foil: float
    shine: float
    angle: float
    chroma: float
    pressure: float
    ground: tuple[float, float, float]


class Inflated(Look):
    """Areas as balloons under softboxes."""

    STEPS: ClassVar[int] = 2

    def paint(self, brief: Brief) -> Floats:
        """Return the balloons, photographed in a studio."""
        skin = drawn(brief)
        parts = areas_of(brief.scene, skin.parts, 11.0, 0.2)
        albedo = coloured(parts, brief, skin)
        brief.step(albedo)
        picture = shining(blown(parts, brief, skin), albedo, parts, brief, skin)
        brief.step(picture)
        return picture


def drawn(brief: Brief) -> Skin:
    """Draw a variant's balloons; "foil", "mylar", "latex" and "matte" in the words decide the skin."""
    dice, words = brief.dice, brief.steer
    prompt = brief.task.prompt.lower()
    foil, shine = dice.choose(((1.0, 1.0), (0.0, 1.0), (0.6, 0.7), (0.0, 0.12)))
    if any(word in prompt for word in ("foil", "mylar", "chrome", "metallic")):
        foil, shine = dice.choose(((1.0, 1.0), (0.75, 0.6), (0.9, 1.2), (0.65, 1.0)))
    elif any(word in prompt for word in ("latex", "rubber", "matte")):
        foil, shine = dice.choose(((0.0, 1.0), (0.0, 0.12), (0.0, 0.6), (0.1, 0.3)))
    finer = 2 ** (0.8 * words.up("detail") - 0.8 * words["bold"]) * (1.6 - 0.7 * brief.strength)
    return Skin(
        parts=max(12, round(dice.choose((64, 48, 64, 48)) * finer)),
        foil=foil,
        shine=shine,
        angle=dice.vary((-2.1, -0.9, -2.5, -1.5)),
        chroma=dice.vary((0.5, 0.75, 0.35, 0.6)) * (0.3 + 0.7 * brief.strength),
        pressure=dice.vary((1.0, 1.2, 0.85, 1.05)) * (0.45 + 0.55 * brief.strength),
        ground=dice.vary(((0.9, 0.96, 1.1), (1.1, 0.96, 0.92), (1.0, 1.0, 1.0), (0.95, 1.04, 1.0))),
    )


def coloured(parts: Areas, brief: Brief, skin: Skin) -> Floats:
    """Return sRGB: each balloon one clean colour, faces printed on theirs."""
    scene = brief.scene
    colours = parts.lab.copy()
    chroma = np.hypot(colours[:, 1], colours[:, 2])
    pure = np.minimum(chroma * (1 + skin.chroma), 82)
    colours[:, 1:] *= (np.maximum(pure, chroma) / (chroma + 1e-3))[:, None]
    colours[:, 0] = 16 + 0.78 * colours[:, 0]
    lab = colours[parts.labels]
    own = blur(scene.flat, 3 * scene.unit)
    lab = lerp(lab, own, 0.15 + 0.5 * (1 - brief.strength))
    face = printed(scene, 7, 6.0)
    lab = lerp(lab, face.lab, floats(0.95 * face.where))
    return to_rgb(blur(floats(lab), 0.6))


def blown(parts: Areas, brief: Brief, skin: Skin) -> Floats:
    """Return the height field, in pixels: every balloon swollen from its seam, on the subject's own volume."""
    scene = brief.scene
    unit, face = scene.unit, scene.near_faces(1.1)
    round_ = scene.once(("swollen", skin.parts), lambda: _swollen(parts, scene))
    soft_edge = blur(np.minimum(parts.edge, 12 * unit), 1.2 * unit)
    pinch = np.sqrt(np.clip(soft_edge / (5 * unit + 1), 0, 1))
    height = round_ * pinch * (1 - 0.8 * face) * 0.85 + 0.9 * unit * feature_height(scene) * face
    wrinkles = _wrinkles(parts, brief) * (1 - face) * (0.35 + 0.65 * skin.foil)
    return floats(skin.pressure * blur(floats(height + 1.0 * unit * wrinkles), max(1.5, 2.4 * unit)))


def _swollen(parts: Areas, scene: Scene) -> Floats:
    height, width = scene.shape
    scale, size = smaller(scene.shape, 340)
    small = cv2.resize(parts.labels, size, interpolation=cv2.INTER_NEAREST)
    risen = resize(blur(swollen(np.asarray(small, np.int32)), 1.3), width, height) / np.float32(scale)
    # Large balloons are flatter than a ball: there would be no room for the small ones beside them.
    most = 105 * scene.unit
    return floats(most * np.tanh(risen / most))


def _wrinkles(parts: Areas, brief: Brief) -> Floats:
    """Return folds that run from the seams inwards and fade, about -1..1; made at half the size, for they are soft."""
    height, width = brief.scene.shape
    unit = 0.5 * brief.scene.unit
    edge = floats(resize(parts.edge, max(4, width // 2), max(4, height // 2)) / 2)
    dx, dy = slopes(blur(np.minimum(edge, 60 * unit), 2 * unit))
    far = length(dx, dy) + 1e-4
    inwards = Flow(floats(dx / far), floats(dy / far), floats(far))
    folds = inwards.along(grain(brief.dice.rng, (edge.shape[0], edge.shape[1]), 6 * unit), 13 * unit)
    faded = floats(folds / (folds.std() + 1e-6) * np.exp(-edge / (9 * unit)) * smoothstep(0, 3 * unit, edge))
    return resize(faded, width, height)


def shining(height: Floats, albedo: Floats, parts: Areas, brief: Brief, skin: Skin) -> Floats:
    """Light the balloons: diffuse light through latex, the studio mirrored in foil, softboxes on both, dark seams."""
    scene, unit = brief.scene, brief.scene.unit
    surface = normals(height)
    key = Lamp(skin.angle, 0.6, (1.0, 0.97, 0.93), 1.1)
    fill = Lamp(skin.angle + 2.4, 0.7, skin.ground, 0.24)
    rim = Lamp(skin.angle + np.pi, 0.25, (1.0, 0.96, 1.0), 0.3)
    light = lit(height, (key, fill, rim), shadowed(height, skin.angle, 0.6, unit))
    creases = occluded(height, unit)[..., None]
    seam = (1 - 0.5 * np.exp(-parts.edge / (2.2 * unit + 0.4)) * (1 - scene.near_faces(1.1)))[..., None]
    base = linear(albedo)
    latex = base * (light.diffuse + 0.3 + 0.12 * (1 - skin.shine)) * creases
    # Light that has crossed the skin comes out purer at the rim of a balloon.
    thin = ((1 - surface.z) ** 1.5)[..., None]
    latex = lerp(floats(latex), floats(latex * (0.35 + 1.1 * base)), floats(0.6 * thin))
    seen = mirrored(surface, room(skin.angle, 1.0))[..., None]
    metal = (0.92 * base + 0.035) * (0.26 + 1.9 * seen) * (0.45 + 0.55 * creases)
    face = scene.near_faces(1.1)
    body = lerp(floats(latex), floats(metal), floats(skin.foil * (1 - 0.65 * face)))
    shine = _highlights(surface, skin) * (1 - 0.75 * face) * smoothstep(unit, 4 * unit, parts.edge)
    shone = 1 - (1 - np.clip(rolled(floats(1.08 * body * seam)), 0, 1)) * (1 - shine[..., None])
    return _clean(unlinear(floats(shone)))


def _highlights(surface: Normals, skin: Skin) -> Floats:
    """Return the two softboxes a balloon mirrors: a large one towards the key, a strip across from it."""
    x, y = np.cos(skin.angle), np.sin(skin.angle)
    large = softbox(surface, Box(0.62 * x, 0.62 * y, 0.17, 0.24, 0.10))
    strip = softbox(surface, Box(-0.72 * x, -0.72 * y, 0.30, 0.05, 0.08))
    return floats(np.clip(skin.shine * ((0.62 - 0.2 * skin.foil) * large + 0.22 * strip), 0, 1))


def _clean(rgb: Floats) -> Floats:
    """Return the picture with shadows kept coloured instead of grey."""
    lab = to_lab(rgb)
    lab[..., 1:] *= (1 + 0.18 * (1 - lab[..., 0] / 100))[..., None]
    return to_rgb(lab)
