"""What stands behind a subject: its surroundings without it, and the smooth sweep of a studio's backdrop."""

from __future__ import annotations

import numpy as np

from engine.renderers.studio.filters import Floats, blur, floats, grid, lerp, smoothstep
from engine.renderers.studio.scene import Scene


def behind(scene: Scene, light: Floats, sigma: float) -> Floats:
    """Return the surroundings blurred as if the subject were not there, so that none of its light leaks into them.

    Args:
        scene: Whose matte is used.
        light: A picture of it, HxWx3, linear.
        sigma: Of the blur, in pixels at 1024.
    """
    away = np.clip(1.02 - smoothstep(0.0, 0.5, blur(scene.matte, 1.5 * scene.unit)), 0, 1)
    spread = sigma * scene.unit
    seen, weight = blur(floats(light * away[..., None]), spread), blur(floats(away), spread)
    # Deep inside the subject nothing is seen of them: what a wider look finds stands in.
    wide, wider = blur(seen, 6 * spread), blur(weight, 6 * spread)
    return floats((seen + 0.02 * wide) / (weight + 0.02 * wider + 1e-5)[..., None])


def freed(scene: Scene, light: Floats) -> Floats:
    """Return a picture whose subject's rim has the subject's own colour, without what shone through from behind."""
    inner = np.square(smoothstep(0.75, 1.0, scene.matte))
    spread = 4 * scene.unit
    own = blur(floats(light * inner[..., None]), spread) / (blur(inner, spread) + 1e-4)[..., None]
    rim = (
        smoothstep(0.02, 0.2, scene.matte)
        * smoothstep(1.0, 0.8, scene.matte)
        * smoothstep(0.0, 0.1, blur(inner, spread))
    )
    return lerp(light, floats(own), floats(0.85 * rim))


def sweep(scene: Scene, near: tuple[float, float, float], far: tuple[float, float, float], angle: float) -> Floats:
    """Return a backdrop (linear): `near` where the light pools behind the subject, `far` in the corners.

    The pool lies a little to the side that is away from the key at `angle`, as it does in a studio.
    """
    height, width = scene.shape
    x, y = grid(height, width)
    weight = scene.matte + 1e-3
    total = float(weight.sum())
    cx, cy = float((weight * x).sum()) / total, float((weight * y).sum()) / total
    cx, cy = cx - 0.16 * width * np.cos(angle), cy - 0.16 * height
    away = np.hypot((x - cx) / (0.62 * width), (y - cy) / (0.72 * height))
    return lerp(np.broadcast_to(floats(near), (height, width, 3)), floats(far), smoothstep(0.05, 1.15, floats(away)))


def grounded(scene: Scene) -> Floats:
    """Return the soft shadow that a subject throws at its foot, 0..1, outside of it."""
    unit = scene.unit
    lowered = np.roll(scene.matte, round(16 * unit), axis=0)
    lowered[: round(16 * unit)] = 0
    _, y = grid(*scene.shape)
    rows = np.flatnonzero(scene.matte.max(axis=1) > 0.5)
    foot = float(rows.max()) if rows.size else float(scene.shape[0])
    low = smoothstep(foot - 0.35 * scene.shape[0], foot, floats(y))
    shade = 0.6 * blur(lowered, 22 * unit) + 0.4 * blur(lowered, 8 * unit)
    return floats(shade * low * (1 - scene.matte))
