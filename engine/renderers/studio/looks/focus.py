"""Shallow depth of field: the subject crisp, what lies before and behind it dissolved in discs of light."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.colour import linear, to_lab, to_rgb, unlinear, with_tone, with_warmth
from engine.renderers.studio.filters import Floats, blur, floats, grid, lerp, smoothstep
from engine.renderers.studio.lens import Lens, focused
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.scene import Scene

_UNSURE = "I found no clear subject here, so the focus lies by estimated distance."


class Shot(NamedTuple):
    """A variant's lens: aperture (pixels at 1024), iris, bloom, how fast focus falls off, corners, and its tone."""

    aperture: float
    blades: int
    bloom: float
    falloff: float
    corners: float
    warmth: float
    exposure: float
    contrast: float


SHOTS = (
    Shot(17, 0, 4.0, 1.0, 0.05, 0.0, 0.04, 0.08),  # a fast portrait lens
    Shot(31, 0, 6.0, 1.6, 0.0, 0.28, 0.20, -0.10),  # wide open: everything else melts, light and warm
    Shot(11, 6, 5.0, 0.7, 0.08, -0.22, -0.06, 0.42),  # stopped down a little: hexagons, slow fall-off, crisp
    Shot(24, 8, 9.0, 1.2, 0.30, 0.12, -0.20, 0.16),  # an old lens: bright discs, dark corners
)


class Focus(Look):
    """Depth to blur, lens, subject over it."""

    STEPS: ClassVar[int] = 2

    def paint(self, brief: Brief) -> Floats:
        """Return the picture through the variant's lens."""
        scene, shot = brief.scene, brief.dice.vary(SHOTS)
        strength = (0.35 + 0.75 * brief.strength) * (1 + 0.35 * brief.steer["softness"] + 0.3 * brief.steer["bold"])
        lens = Lens(shot.aperture * strength * scene.unit, shot.blades, shot.bloom, brief.dice.between(0, 0.8))
        front = scene.once("in focus", lambda: _front(scene))
        away = np.clip(_away(scene, front) * shot.falloff, 0, 1)
        brief.step(scene.rgb)
        light = focused(linear(scene.rgb), floats(away), front, lens)
        out = lerp(unlinear(light), scene.rgb, front)
        brief.step(out)
        return _rendered(out, shot, brief.strength, scene)

    def notes(self, brief: Brief) -> tuple[str, ...]:
        """Say when there was no subject to focus on."""
        return () if brief.scene.faces or brief.scene.cutout.certain > 0.3 else (_UNSURE,)


def _front(scene: Scene) -> Floats:
    """Return what is in focus for sure: the subject as far as its matte is sure, and faces."""
    sure = float(smoothstep(0.2, 0.5, floats(scene.cutout.certain)))
    return floats(np.maximum(sure * scene.matte, blur(scene.near_faces(1.15), 6 * scene.unit)))


def _away(scene: Scene, front: Floats) -> Floats:
    """Return how far from the plane of focus everything is, 0..1: what lies farther blurs more than what is nearer."""
    depth = scene.depth
    weight = front**2 if front.max() > 0.5 else _middle(scene)
    plane = float((depth * weight).sum() / (weight.sum() + 1e-6))
    behind = smoothstep(0.02, 0.55, floats(depth - plane))
    before = smoothstep(0.04, 0.5, floats(plane - depth))
    away = np.maximum(behind, 0.8 * before)
    # Behind a subject that was cut out, something always lies at some distance.
    least = 0.35 * float(front.max()) * (1 - blur(front, 3 * scene.unit))
    on_ground = smoothstep(0.0, 0.08, floats(np.abs(depth - plane)))
    return floats(np.maximum(away, least * on_ground) * (1 - front))


def _middle(scene: Scene) -> Floats:
    x, y = grid(*scene.shape)
    across, down = x / scene.shape[1] - 0.5, y / scene.shape[0] - 0.62
    return floats(np.exp(-((across / 0.25) ** 2) - (down / 0.2) ** 2))


def _rendered(rgb: Floats, shot: Shot, strength: float, scene: Scene) -> Floats:
    """Return the picture with the rendering of its lens: tone, warmth, corners."""
    lab = with_tone(to_lab(rgb), exposure=shot.exposure * strength, contrast=shot.contrast * strength)
    warm = to_rgb(with_warmth(lab, shot.warmth * strength, scene.skin))
    x, y = grid(*scene.shape)
    away = np.hypot(x / scene.shape[1] - 0.5, y / scene.shape[0] - 0.5) / 0.71
    return floats(warm * (1 - 1.4 * shot.corners * strength * smoothstep(0.45, 1.1, floats(away)))[..., None])
