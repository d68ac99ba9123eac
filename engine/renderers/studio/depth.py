"""How far away things are, from a single picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.renderers.studio.filters import Floats, blur, floats, grid, guided, lerp

if TYPE_CHECKING:
    from engine.renderers.studio.scene import Scene


def depth_of(scene: Scene) -> Floats:
    """Return an estimate of depth, 0 (nearest) to 1 (farthest).

    The ground recedes upwards, the sky is farthest, and the subject stands up from the ground at its foot.
    """
    height, width = scene.shape
    _, y = grid(height, width)
    ground = floats(1 - y / max(1, height - 1))
    ground = np.maximum(ground * 0.85, scene.regions.sky)
    weight = scene.matte + 1e-3
    foot = float((weight * ground).sum() / weight.sum()) * 0.6
    depth = lerp(floats(0.25 + 0.75 * ground), floats(np.full_like(ground, foot * 0.5)), scene.matte)
    edged = guided(scene.luma, blur(floats(depth), 2 * scene.unit), 8 * scene.unit + 2, 1e-3)
    return floats(np.clip(edged, 0, 1))
