"""Portrait: skin that keeps its pores, eyes that are clear, a soft key from one side, quiet surroundings."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.air import dithered, luminance, rolled, vignetted
from engine.renderers.studio.colour import linear, to_lab, to_rgb, unlinear, with_saturation, with_tone, with_warmth
from engine.renderers.studio.develop import clear
from engine.renderers.studio.filters import Floats, floats, lerp, smoothstep
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.relight import shone, sure_of_subject
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.sculpt import Lamp
from engine.renderers.studio.skin import cleared_eyes, evened_skin
from engine.renderers.studio.sweep import behind

NO_FACE = "No face was found, so the studio kept to light and colour; skin and eyes are as they were."


class Sitting(NamedTuple):
    """A variant's light and print: the key's place, ratio of key to fill, warmth, exposure, how dark it is behind."""

    angle: float
    ratio: float
    warmth: float
    exposure: float
    contrast: float
    back: float
    blur: float


SITTINGS = (
    Sitting(-2.45, 0.75, 0.14, 0.08, 0.15, 0.30, 7.0),  # window light from the left
    Sitting(-0.6, 1.05, 0.30, -0.06, 0.35, 0.55, 10.0),  # warm, from the right, low key
    Sitting(-1.75, 0.5, -0.10, 0.26, -0.10, 0.12, 8.0),  # high and open
    Sitting(-2.7, 1.25, -0.22, -0.14, 0.5, 0.68, 12.0),  # deep, cool surroundings
)


class Portrait(Look):
    """A sitting in soft light."""

    STEPS: ClassVar[int] = 2
    HANDLES: ClassVar[frozenset[str] | None] = frozenset()

    def notes(self, brief: Brief) -> tuple[str, ...]:
        """Say it where no face was found."""
        return () if brief.scene.faces else (NO_FACE,)

    def paint(self, brief: Brief) -> Floats:
        """Return the portrait."""
        scene, share = brief.scene, brief.strength**0.7
        sitting = brief.dice.vary(SITTINGS)
        lab = evened_skin(clear(scene, 0.7 * brief.strength, 0.35), scene, 0.85 * share)
        brief.step(to_rgb(lab))
        light = quieted(keyed(linear(to_rgb(lab)), scene, sitting, share), scene, sitting, share)
        brief.step(None)
        lab = to_lab(unlinear(rolled(light, 0.66)))
        lab = cleared_eyes(lab, scene, sitting.angle, 0.8 * share)
        lab = with_tone(lab, exposure=sitting.exposure * share, contrast=sitting.contrast * share)
        lab = with_saturation(with_warmth(lab, sitting.warmth * share, scene.skin), 0.05 * share, scene.skin)
        return dithered(vignetted(to_rgb(lab), 0.35 * share), brief.dice.rng)


def keyed(light: Floats, scene: Scene, sitting: Sitting, share: float) -> Floats:
    """Return linear light with a soft key from one side, as bright in the middle of the subject as before."""
    key = Lamp(sitting.angle, 0.55, (1.0, 0.97, 0.93), 1.1)
    fill = 0.55 / sitting.ratio
    lamps = shone(scene, (key,), (fill, fill, 1.03 * fill), cast=0.3)
    inside = scene.near_faces(1.1) if scene.faces else scene.matte + 0.02
    lamps /= float((luminance(lamps) * inside).sum() / (inside.sum() + 1e-3))
    return floats(light * lerp(np.ones_like(lamps), np.clip(lamps, 0.3, 1.9), min(1.0, share)))


def quieted(light: Floats, scene: Scene, sitting: Sitting, share: float) -> Floats:
    """Return linear light with the surroundings a little softer and darker; none of the subject leaks."""
    sure = sure_of_subject(scene)
    whole = smoothstep(0.2, 0.75, scene.matte)
    calm = behind(scene, light, sitting.blur) * np.float32(1 - sitting.back * share)
    return lerp(light, lerp(calm, light, whole), sure * min(1.0, share))
