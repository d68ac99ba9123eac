"""Studio softbox: key, fill and rim on a form that is guessed, before a backdrop that falls off smoothly."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.air import dithered, luminance, rolled
from engine.renderers.studio.colour import linear, to_rgb, unlinear
from engine.renderers.studio.develop import clear
from engine.renderers.studio.filters import Floats, blur, floats, lerp, smoothstep
from engine.renderers.studio.hours import evened
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.relight import outdoors, rim, shone, sure_of_subject
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.sculpt import Lamp
from engine.renderers.studio.sweep import behind, freed, grounded, sweep

Colour = tuple[float, float, float]

#: A backdrop lighter than this is a light one.
_LIGHT = 0.3
#: A subject less sure than this is not cut out.
_SURE = 0.2


class Studio(NamedTuple):
    """A set-up: the key's place and colour, how much fill, the rim's strength, the backdrop near and far (linear)."""

    angle: float
    lift: float
    key: Colour
    fill: float
    rim: float
    near: Colour
    far: Colour


#: Grey paper, dark and dramatic, white sweep, warm charcoal with a cool rim.
STUDIOS = (
    Studio(-2.3, 0.52, (1.0, 0.97, 0.92), 0.20, 0.5, (0.155, 0.16, 0.17), (0.03, 0.031, 0.035)),
    Studio(-0.55, 0.40, (1.0, 0.95, 0.88), 0.09, 0.9, (0.045, 0.048, 0.056), (0.006, 0.006, 0.008)),
    Studio(-2.0, 0.66, (1.0, 0.99, 0.97), 0.34, 0.25, (0.86, 0.86, 0.86), (0.60, 0.61, 0.62)),
    Studio(-0.85, 0.5, (1.0, 0.93, 0.83), 0.15, 0.8, (0.12, 0.10, 0.088), (0.022, 0.018, 0.018)),
)


class Softbox(Look):
    """A photograph lit again in a studio."""

    STEPS: ClassVar[int] = 2
    HANDLES: ClassVar[frozenset[str] | None] = frozenset()

    def paint(self, brief: Brief) -> Floats:
        """Return the picture, lit by softboxes."""
        scene, share = brief.scene, brief.strength**0.6
        studio = brief.dice.vary(STUDIOS)
        day = to_rgb(clear(scene, 0.6 * brief.strength, 0.6))
        brief.step(day)
        light = linear(day)
        lit = subject_lit(light, scene, studio, share)
        brief.step(None)
        backed = set_back(light, scene, studio, share)
        picture = cut_out(backed, lit, scene) if sure_of_subject(scene) > _SURE else pooled(backed, lit, scene, share)
        return dithered(unlinear(rolled(picture, 0.62)), brief.dice.rng)


def cut_out(backed: Floats, lit: Floats, scene: Scene) -> Floats:
    """Return the subject before its backdrop."""
    whole = blur(smoothstep(0.25, 0.8, scene.matte), 0.8 * scene.unit)
    return lerp(backed, freed(scene, lit), whole)


def pooled(backed: Floats, lit: Floats, scene: Scene, share: float) -> Floats:
    """Return the whole scene in a pool of light that falls off around what may be the subject: nothing is cut."""
    pool = blur(scene.matte, 90 * scene.unit)
    pool = smoothstep(0.3, 0.95, floats(pool / (float(pool.max()) + 1e-3)))
    return lerp(lerp(lit, floats(0.22 * backed), share), lit, floats(0.06 + 0.94 * pool))


def subject_lit(light: Floats, scene: Scene, studio: Studio, share: float) -> Floats:
    """Return the scene under key, fill and rim, as bright in the subject as before."""
    even = light * evened(scene, 0.35 * share)[..., None]
    key = Lamp(studio.angle, studio.lift, studio.key, 1.25)
    fill = Lamp(np.pi - studio.angle, 0.7, (0.88, 0.94, 1.0), 0.6 * studio.fill)
    lamps = shone(scene, (key, fill), (0.5 * studio.fill,) * 3, cast=0.5)
    inside = scene.matte + 0.02
    lamps /= float((luminance(lamps) * inside).sum() / inside.sum())
    lit = even * lerp(np.ones_like(lamps), lamps, min(1.0, share))
    edge = rim(scene, np.pi - studio.angle, 4.5) + 0.5 * rim(scene, -np.pi / 2, 4.0)
    lit = lit + (0.4 * share * studio.rim * edge)[..., None] * floats((0.92, 0.97, 1.0)) * (0.2 + lit)
    before = float((luminance(light) * inside).sum() / inside.sum())
    after = float((luminance(floats(lit)) * inside).sum() / inside.sum())
    # Towards the exposure of a studio, where the subject is placed on the scale, not found there.
    wanted = before * (0.2 / max(before, 0.02)) ** (0.4 * share)
    return floats(lit * np.clip(wanted / (after + 1e-4), 0.5, 2.0))


def set_back(light: Floats, scene: Scene, studio: Studio, share: float) -> Floats:
    """Return the surroundings as a smooth sweep, as far as the subject is sure; with a trace of what was there."""
    # A house is not carried into a studio: in the open the surroundings are dimmed and stay.
    sure = float(smoothstep(0.2, 0.7, floats(sure_of_subject(scene)))) * (1 - 0.8 * outdoors(scene))
    # A trace of the room does no harm in the dark; before white it would be a ghost.
    bare = 0.78 + 0.2 * min(1.0, 2 * studio.near[1]) * (not scene.faces)
    paper = sweep(scene, studio.near, studio.far, studio.angle)
    if scene.faces:
        # People hold things that no matte knows of: grey paper forgives what white shows.
        paper = np.minimum(paper, 0.3 + 0.3 * paper)
    # Close to the subject the room itself is dimmed, not replaced: hair and soft edges stay whole.
    close = smoothstep(0.04, 0.4, blur(scene.matte, 6 * scene.unit)) * float(studio.near[1] < _LIGHT)
    calm = lerp(light, behind(scene, light, 10), floats(sure * (1 - close)))
    level = luminance(paper) / (blur(luminance(behind(scene, light, 16)), 4 * scene.unit) + 0.02)
    dimmed = calm * np.minimum(level, 1.0)[..., None] ** (0.9 * share)
    paper = paper * (1 - 0.45 * share * grounded(scene))[..., None]
    return lerp(light, lerp(floats(dimmed), paper, floats(bare * sure * (1 - 0.85 * close))), min(1.0, 1.25 * share))
