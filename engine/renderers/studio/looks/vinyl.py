"""Vinyl toy: the picture moulded in smooth, glossy plastic parts of clean colour, under two softboxes."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.air import rolled
from engine.renderers.studio.areas import Areas, areas_of
from engine.renderers.studio.colour import linear, to_rgb, unlinear
from engine.renderers.studio.features import feature_height, printed
from engine.renderers.studio.filters import Floats, blur, floats, grid, lerp, smoothstep, steepness
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.sculpt import Box, Lamp, lit, normals, occluded, shadowed, softbox, volume


class Mould(NamedTuple):
    """How a variant is moulded and lit: parts, roundness, lamp, gloss, chroma, how far the set is cleared, its tint."""

    parts: int
    smooth: float
    lift: float
    angle: float
    gloss: float
    chroma: float
    sweep: float
    tint: tuple[float, float]


class Vinyl(Look):
    """Few smooth parts with fine seams, and clean plastic highlights."""

    STEPS: ClassVar[int] = 2

    def paint(self, brief: Brief) -> Floats:
        """Return the toy, photographed."""
        mould = drawn(brief)
        parts = areas_of(brief.scene, mould.parts, mould.smooth, 0.2)
        albedo = coloured(parts, brief, mould)
        brief.step(to_rgb(albedo))
        picture = photographed(moulded(parts, brief), to_rgb(albedo), parts, brief, mould)
        brief.step(picture)
        return picture


def drawn(brief: Brief) -> Mould:
    """Draw a variant's mould."""
    dice, words = brief.dice, brief.steer
    finer = 2 ** (0.8 * words.up("detail") - 0.8 * words["bold"]) * (1.7 - 0.8 * brief.strength)
    return Mould(
        parts=max(16, round(dice.choose((110, 80, 110, 80)) * finer)),
        smooth=dice.choose((8.0, 10.0, 8.0, 10.0)),
        lift=dice.choose((0.66, 0.5, 0.78, 0.58)),
        angle=dice.vary((-2.1, -0.8, -1.57, -2.5)),
        gloss=dice.vary((0.6, 1.1, 0.15, 1.25)),
        chroma=dice.vary((0.55, 0.8, 0.35, 0.65)) * (0.3 + 0.7 * brief.strength),
        sweep=dice.choose((0.8, 0.7, 0.85, 0.6)) * brief.strength,
        tint=dice.vary(((-4.0, -15.0), (15.0, 5.0), (-14.0, 6.0), (3.0, 20.0))),
    )


def coloured(parts: Areas, brief: Brief, mould: Mould) -> Floats:
    """Return the Lab colours: clean plastic, a face as a factory prints it, the set a calm sweep."""
    scene = brief.scene
    colours = parts.lab.copy()
    chroma = np.hypot(colours[:, 1], colours[:, 2])
    pure = np.minimum(chroma * (1 + mould.chroma), 84)
    colours[:, 1:] *= (np.maximum(pure, chroma) / (chroma + 1e-3))[:, None]
    colours[:, 0] = np.clip(12 + 0.84 * colours[:, 0], 0, 93)
    lab = blur(floats(colours[parts.labels]), 0.7)
    lab = lerp(lab, blur(scene.flat, 2 * scene.unit), 0.1 + 0.55 * (1 - brief.strength))
    lab = cleared(lab, brief, mould)
    face = printed(scene, 6, 7.0)
    return lerp(lab, face.lab, floats(0.96 * face.where))


def sure(scene: Scene) -> float:
    """Return how sure the matte is of the subject, 0..1: its outline lies on edges, neither speck nor all."""
    share = float(scene.matte.mean())
    rim = steepness(scene.matte)
    steep = sum(steepness(np.ascontiguousarray(scene.flat[..., k])) for k in range(3)) * scene.unit
    clear = float((rim * smoothstep(1.0, 4.0, floats(steep))).sum() / (rim.sum() + 1e-3))
    placed = min(1.0, max(0.0, (share - 0.05) / 0.06)) * min(1.0, max(0.0, (0.8 - share) / 0.1))
    return placed * min(1.0, max(0.0, (clear - 0.45) / 0.25))


def cleared(lab: Floats, brief: Brief, mould: Mould) -> Floats:
    """Return the picture with its surroundings calmed to a studio sweep, as far as the matte is sure."""
    scene = brief.scene
    around = 1 - scene.matte
    weight = around + 1e-3
    mean = (scene.flat * weight[..., None]).sum(axis=(0, 1)) / weight.sum()
    far = blur(scene.flat, 9 * scene.unit)
    paper = np.empty_like(lab)
    _, y = grid(*scene.shape)
    paper[..., 0] = np.clip(0.4 * mean[0] + 50 + 8 * (1 - np.abs(2 * y / scene.shape[0] - 0.7)), 0, 92)
    for k in (1, 2):
        paper[..., k] = 0.4 * mean[k] + mould.tint[k - 1]
    known = sure(scene)
    calm = lerp(far, paper, 0.55 * known)
    return lerp(lab, calm, floats(around * min(1.0, 1.2 * mould.sweep) * (0.3 + 0.7 * known)))


def moulded(parts: Areas, brief: Brief) -> Floats:
    """Return the height field, in pixels: one smooth volume, parts a little proud of each other, a modelled face."""
    scene, unit = brief.scene, brief.scene.unit
    face = scene.near_faces(1.1)
    held = scene.once("toy volume", lambda: blur(volume(scene), 7 * unit))
    proud = 5.5 * smoothstep(0, 12 * unit, parts.edge) + 3.0 * smoothstep(0, 34 * unit, parts.edge)
    body = held * (1 - 0.3 * face) + proud * (1 - 0.95 * face) * (0.12 + 0.88 * scene.matte)
    return floats(unit * (0.5 + 0.5 * brief.strength) * (body + 0.9 * face * feature_height(scene)))


def photographed(height: Floats, albedo: Floats, parts: Areas, brief: Brief, mould: Mould) -> Floats:
    """Light the toy: soft key, fill and rim, seams between the parts, two softboxes mirrored."""
    scene, unit = brief.scene, brief.scene.unit
    smooth = blur(height, 2.2 * unit)
    key = Lamp(mould.angle, mould.lift, (1.0, 0.98, 0.95), 1.12)
    fill = Lamp(mould.angle + 2.6, 0.75, (0.85, 0.92, 1.0), 0.3)
    rim = Lamp(mould.angle + np.pi, 0.22, (1.0, 1.0, 1.0), 0.3)
    light = lit(smooth, (key, fill, rim), shadowed(smooth, mould.angle, mould.lift, unit))
    creases = occluded(smooth, unit)[..., None]
    face = scene.near_faces(1.1)
    inner = (0.06 + 0.94 * scene.matte) * (1 - face)
    seam = 1 - 0.42 * inner * np.exp(-((parts.edge / (1.3 * unit + 0.35)) ** 2))
    body = linear(albedo) * (light.diffuse + 0.25) * (0.3 + 0.7 * creases) * seam[..., None]
    surface = normals(blur(height, 5 * unit))
    x, y = np.cos(mould.angle), np.sin(mould.angle)
    large = softbox(surface, Box(0.55 * x, 0.55 * y, 0.13, 0.2, 0.07))
    strip = softbox(surface, Box(-0.62 * x, -0.5 * y, 0.05, 0.34, 0.06))
    fresnel = 0.20 * np.clip(1 - surface.z, 0, 1) ** 2
    shine = mould.gloss * (0.42 * large + 0.2 * strip + fresnel + 0.03 * light.gloss)
    shine = np.clip(shine * (0.18 + 0.82 * scene.matte) * (1 - 0.72 * face), 0, 0.9)
    return unlinear(floats(1 - (1 - rolled(floats(1.02 * body), 0.75)) * (1 - shine[..., None])))
