"""Clay: the picture modelled in coloured clay, as rounded pieces pressed together and lit on a table."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.air import rolled
from engine.renderers.studio.colour import linear, to_lab, to_rgb, unlinear, with_saturation
from engine.renderers.studio.features import feature_height, printed
from engine.renderers.studio.filters import Floats, blur, floats, lerp
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.pieces import Pieces, pieces_of, pillow
from engine.renderers.studio.sculpt import Lamp, lit, occluded, shadowed, volume
from engine.renderers.studio.texture import fingerprints, noise


class Table(NamedTuple):
    """How a variant is modelled and lit."""

    angle: float
    lift: float
    warmth: float
    chunk: float
    prints: int
    chroma: float
    fill: tuple[float, float, float]


class Clay(Look):
    """A height field of pillowed pieces under key, fill and rim light with ambient occlusion."""

    STEPS: ClassVar[int] = 3

    def paint(self, brief: Brief) -> Floats:
        """Return the model, photographed."""
        table = drawn(brief)
        pieces = modelled(brief, table)
        albedo = coloured(pieces, brief, table)
        brief.step(albedo)
        height = raised(pieces, brief, table)
        brief.step(None)
        picture = photographed(height, albedo, brief, table)
        brief.step(picture)
        return picture


def drawn(brief: Brief) -> Table:
    """Draw a variant's light, lump size and palette."""
    dice, words = brief.dice, brief.steer
    return Table(
        angle=dice.choose((-2.25, -0.7, -1.57, 2.9)),
        lift=dice.choose((0.62, 0.55, 0.8, 0.45)),
        warmth=dice.choose((0.1, 0.7, -0.45, 0.3)),
        chunk=dice.choose((1.0, 1.35, 0.8, 1.15)) * 2 ** (0.6 * words["bold"] - 0.6 * words.up("detail")),
        prints=dice.choose((34, 22, 44, 28)),
        chroma=dice.choose((0.3, 0.12, 0.55, 0.0)),
        fill=dice.choose(((0.62, 0.72, 1.0), (0.85, 0.8, 0.9), (0.7, 0.9, 1.0), (0.95, 0.8, 0.75))),
    )


def modelled(brief: Brief, table: Table) -> Pieces:
    """Return the picture in pieces of clay; the same sizes of piece are cut once for all variants."""
    size = table.chunk * (0.65 + 0.5 * brief.strength)
    return pieces_of(brief.scene, size)


def coloured(pieces: Pieces, brief: Brief, table: Table) -> Floats:
    """Return the clay's own colours, sRGB: each piece one colour, kneaded unevenly; a face is modelled in one piece."""
    scene, rng = brief.scene, brief.dice.rng
    own = 0.12 + 0.5 * (1 - brief.strength)
    face = printed(scene, 7, 6.0)
    lab = lerp(lerp(pieces.colours, blur(scene.flat, 1.6 * scene.unit), own), face.lab, floats(0.94 * face.where))
    lab[..., 0] = lerp(floats(lab[..., 0]), floats(21 + 0.68 * lab[..., 0]), 0.4 + 0.6 * brief.strength)
    lab = with_saturation(lab, table.chroma * (0.4 + 0.6 * brief.strength), scene.skin)
    lab[..., 0] += 1.2 * noise(rng, scene.shape, 60 * scene.unit, 2)
    lab[..., 2] += 10 * table.warmth
    return to_rgb(lab)


def raised(pieces: Pieces, brief: Brief, table: Table) -> Floats:
    """Return the height field in pixels: the subject's volume, forms on it, pieces, lumps and thumb prints."""
    scene, rng = brief.scene, brief.dice.rng
    unit = scene.unit
    faces = scene.near_faces(1.1)
    inlaid = printed(scene, 7, 6.0)
    features = feature_height(scene) + 2.5 * inlaid.where * pillow(inlaid.edge, 5 * unit)
    lumps = 1.5 * noise(rng, scene.shape, 52 * unit, 2) + 0.14 * noise(rng, scene.shape, 10 * unit)
    touched = fingerprints(rng, scene.shape, unit, table.prints)
    small = pieces.height / unit * (1 - 0.85 * faces)
    body = volume(scene) * (1 - 0.35 * faces) + features
    surface = body + small + (1 - 0.55 * faces) * (lumps + 0.3 * touched)
    return floats(unit * (0.45 + 0.55 * brief.strength) * surface)


def photographed(height: Floats, albedo: Floats, brief: Brief, table: Table) -> Floats:
    """Light the model: a broad warm key with soft shadows, a cool fill, a rim from behind, dark creases."""
    unit = brief.scene.unit
    key = Lamp(table.angle, table.lift, (1.0, 0.95, 0.87), 1.3)
    fill = Lamp(table.angle + 2.5, 0.8, table.fill, 0.2)
    rim = Lamp(table.angle + np.pi + 0.4, 0.28, (1.0, 0.97, 0.92), 0.26)
    shade = shadowed(height, table.angle, table.lift, unit)
    creases = occluded(height, unit)
    light = lit(height, (key, fill, rim), shade)
    ambient = np.asarray([0.17, 0.175, 0.2], np.float32)
    fallen = _inside(light.diffuse, unit)
    body = linear(albedo) * (fallen + ambient) * creases[..., None]
    shine = 0.055 * light.gloss * creases
    graded = unlinear(rolled(floats(1.06 * body + shine[..., None])))
    lab = to_lab(graded)
    # Light that has been inside the clay comes out more coloured: creases glow instead of going grey.
    lab[..., 1:] *= (1 + 0.22 * (1 - creases))[..., None]
    return to_rgb(lab)


def _inside(light: Floats, unit: float) -> Floats:
    """Return light that has wandered below the surface before it leaves: red farthest, blue hardly (Jensen, 2001)."""
    out = light.copy()
    for k, (reach, share) in enumerate(((8.0, 0.5), (4.5, 0.4), (3.0, 0.3))):
        plane = np.ascontiguousarray(light[..., k])
        out[..., k] = lerp(plane, blur(plane, reach * unit), share)
    return out
