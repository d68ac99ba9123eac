"""Weather on a still: fog that thickens with distance, rain that darkens and shines, falling snow."""

from __future__ import annotations

import cv2
import numpy as np

from engine.renderers.studio.colour import with_curve, with_saturation, with_warmth
from engine.renderers.studio.filters import Floats, blur, floats, lerp, smoothstep
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.steering import Steer


def in_weather(lab: Floats, words: Steer, scene: Scene) -> Floats:
    """Return a finished Lab picture in the weather that the words ask for."""
    if words.up("rain"):
        lab = rained_on(lab, scene, min(1.0, words.up("rain")))
    if words.up("haze"):
        lab = hazed(lab, scene, min(1.2, words.up("haze")))
    if words.up("snow"):
        lab = snowed_on(lab, scene, min(1.0, words.up("snow")))
    return lab


def hazed(lab: Floats, scene: Scene, amount: float) -> Floats:
    """Let air come between the eye and what is far (Koschmieder's law, 1924): things fade into the light of the sky.

    Args:
        lab: HxWx3.
        scene: Whose depth is looked through.
        amount: About 0..1.2; at 1 the farthest is nearly gone, the nearest still clear.
    """
    depth = scene.once("fog", lambda: blur(scene.depth, 10 * scene.unit))
    seen = np.exp(-amount * (0.18 + 2.3 * np.power(np.clip(depth, 0, 1), 1.3)))
    bright = lab[lab[..., 0] >= np.percentile(lab[::4, ::4, 0], 92)].mean(axis=0)
    air = floats([float(np.clip(bright[0], 74, 90)), 0.3 * bright[1] - 0.5, 0.3 * bright[2] - 1.5])
    soft = lerp(lab, blur(lab, 2.5 * scene.unit), floats(0.7 * (1 - seen)))
    return lerp(np.broadcast_to(air, lab.shape), soft, floats(seen))


def rained_on(lab: Floats, scene: Scene, amount: float) -> Floats:
    """Make everything wet: darker, cooler, shinier, greyer far away, with streaks of rain in front."""
    wet = with_curve(lab, exposure=-0.42 * amount, contrast=0.12 * amount)
    wet = with_saturation(with_warmth(wet, -0.4 * amount, scene.skin), -0.12 * amount)
    lightness = np.ascontiguousarray(wet[..., 0])
    shine = np.maximum(lightness - blur(lightness, 6 * scene.unit), 0) * smoothstep(34, 62, lightness)
    wet[..., 0] = np.clip(lightness + 0.7 * amount * shine, 0, 100)
    wet = hazed(wet, scene, 0.32 * amount)
    wet[..., 0] += 17 * amount * scene.once("rain", lambda: _streaks(scene)) * (1 - wet[..., 0] / 115)
    return wet


def snowed_on(lab: Floats, scene: Scene, amount: float) -> Floats:
    """Let snow fall in front of the picture, least over faces."""
    flakes = amount * scene.once("snow", lambda: _flakes(scene))
    return lerp(lab, floats(np.broadcast_to(floats([96, -0.5, -1.5]), lab.shape)), floats(flakes))


def _streaks(scene: Scene) -> Floats:
    """Return rain as thin, slanting streaks, 0..1."""
    rng, unit = np.random.default_rng(11), scene.unit
    height, width = scene.shape
    drops = np.zeros((height, width), np.float32)
    for _ in range(430):
        x, y = rng.uniform(-0.1, 1.1) * width, rng.uniform(-0.1, 1.0) * height
        long = rng.uniform(18, 52) * unit
        start, end = (round(8 * x), round(8 * y)), (round(8 * (x - 0.16 * long)), round(8 * (y + long)))
        cv2.line(drops, start, end, rng.uniform(0.35, 1.0), 1, cv2.LINE_AA, 3)
    return floats(np.clip(blur(drops, 0.55 * unit), 0, 1) * (1 - 0.75 * scene.near_faces(1.1)))


def _flakes(scene: Scene) -> Floats:
    """Return snow as soft discs, small and many to large and few, 0..1."""
    rng, unit = np.random.default_rng(12), scene.unit
    total = np.zeros(scene.shape, np.float32)
    for count, radius, soft, share in ((620, 1.1, 0.5, 0.85), (200, 2.1, 0.9, 0.9), (46, 4.4, 2.4, 0.75)):
        plane = np.zeros(scene.shape, np.float32)
        for _ in range(count):
            at = round(8 * rng.uniform(0, 1) * scene.shape[1]), round(8 * rng.uniform(0, 1) * scene.shape[0])
            cv2.circle(plane, at, max(3, round(8 * radius * unit * rng.uniform(0.7, 1.3))), 1.0, -1, cv2.LINE_AA, 3)
        total = np.maximum(total, share * blur(plane, soft * unit))
    return floats(np.clip(total, 0, 1) * (1 - 0.8 * scene.near_faces(1.1)))
