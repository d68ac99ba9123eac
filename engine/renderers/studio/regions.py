"""Where sky, water and foliage are: soft planes from colour, texture and place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.renderers.studio.filters import Floats, blur, floats, grid, guided, smoothstep, steepness

if TYPE_CHECKING:
    from engine.renderers.studio.scene import Scene


class Regions(NamedTuple):
    """Soft planes, 0..1, of what is probably sky, water and leaves or grass; all 0 where there is none."""

    sky: Floats
    water: Floats
    foliage: Floats


def regions_of(scene: Scene) -> Regions:
    """Return the regions of a scene.

    Sky is even, bright or blue, and hangs on the upper edge; water is even, lies below it and has the sky's colours;
    foliage is green and rough.
    """
    lab = scene.lab
    unit = scene.unit
    rough = blur(steepness(scene.luma), 4 * unit)
    even = smoothstep(0.02, 0.006, rough)
    _, y = grid(*scene.shape)
    down = y / scene.shape[0]
    blue = smoothstep(2, -8, floats(lab[..., 2] - 0.3 * lab[..., 1]))
    bright = smoothstep(0.5, 0.75, scene.luma)
    sky = even * np.maximum(blue * smoothstep(0.25, 0.45, scene.luma), bright) * smoothstep(0.75, 0.35, floats(down))
    water = even * blue * smoothstep(0.3, 0.55, floats(down)) * (1 - sky)
    green = smoothstep(-3, -12, floats(lab[..., 1])) * smoothstep(2, 12, floats(lab[..., 2]))
    foliage = blur(floats(green), 3 * unit) * smoothstep(0.004, 0.015, rough)
    soft = (guided(scene.luma, floats(plane), 6 * unit + 1, 1e-3) for plane in (sky, water, foliage))
    return Regions(*(floats(np.clip(plane, 0, 1)) for plane in soft))
