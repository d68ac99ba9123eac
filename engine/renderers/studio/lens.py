"""A lens wide open: discs of light, from near to far, that neither bleed from the subject nor halo around it."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from engine.renderers.studio.filters import Floats, floats, lerp, resize, smoothstep

#: Discs larger than this are drawn on a smaller copy, in pixels.
_LARGEST = 9.0


class Lens(NamedTuple):
    """`aperture` is the radius of the widest disc in pixels; `blades` 0 is a round iris; `bloom` lifts highlights."""

    aperture: float
    blades: int = 0
    bloom: float = 0.0
    turn: float = 0.0


def iris(radius: float, blades: int, turn: float) -> Floats:
    """Return the kernel of an iris of a radius in pixels: a disc or a polygon, a little brighter at its rim."""
    half = int(np.ceil(radius)) + 1
    fine = 8
    side = (2 * half + 1) * fine
    shape = np.zeros((side, side), np.float32)
    middle, reach = (side - 1) / 2, radius * fine
    if blades:
        angles = turn + 2 * np.pi * np.arange(blades) / blades
        points = np.stack([middle + reach * np.cos(angles), middle + reach * np.sin(angles)], 1)
        cv2.fillPoly(shape, [np.rint(points * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
    else:
        cv2.circle(shape, (round(middle * 16), round(middle * 16)), round(reach * 16), 1.0, -1, cv2.LINE_AA, 4)
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    rim = 0.85 + 0.3 * np.clip(np.hypot(x - middle, y - middle) / max(reach, 1), 0, 1) ** 3
    kernel = resize(floats(shape * rim), 2 * half + 1, 2 * half + 1)
    return floats(kernel / kernel.sum())


def opened(light: Floats, weight: Floats, lens: Lens, radius: float) -> tuple[Floats, Floats]:
    """Return weighted light and weights, each spread over discs of a radius in pixels."""
    step = max(1, round(radius / _LARGEST))
    height, width = weight.shape
    kernel = iris(max(radius / step, 0.5), lens.blades, lens.turn)
    packed = np.dstack([light * weight[..., None], weight])
    small = resize(floats(packed), max(1, round(width / step)), max(1, round(height / step)))
    spread = cv2.filter2D(small, -1, kernel, borderType=cv2.BORDER_REFLECT_101)
    if step > 1:
        spread = cv2.resize(spread, (width, height), interpolation=cv2.INTER_LINEAR)
    return floats(spread[..., :3]), floats(spread[..., 3])


def _sparks(light: Floats, radius: float) -> Floats:
    """Return where small bright lights are, 0..1: a sensor clipped them, and a lens would spread what they had.

    A bright sky or wall is none: it is as bright as all around it.
    """
    bright = floats(light.max(axis=2))
    count, names, stats, _ = cv2.connectedComponentsWithStats(np.asarray(bright > 0.4, np.uint8), connectivity=8)
    small = stats[:, cv2.CC_STAT_AREA] < 3 * radius**2 + 9
    small[0] = False
    return floats(small[names] * smoothstep(0.4, 0.9, bright)) if count > 1 else np.zeros_like(bright)


def focused(light: Floats, blurred: Floats, front: Floats, lens: Lens) -> Floats:
    """Return a picture (linear light) seen through a lens.

    Layers of growing blur are laid over each other; each is spread with its own weight only, so the sharp subject does
    not leak into what is behind it (as in layered depth of field; Kraus and Strengert, 2007).

    Args:
        light: HxWx3, linear.
        blurred: HxW, how far out of focus, 0 (sharp) to 1 (`lens.aperture` pixels).
        front: HxW, 1 where the subject in focus stands before everything else.
        lens: The lens.
    """
    lifted = light * (1 + lens.bloom * _sparks(light, lens.aperture))[..., None]
    behind = floats(np.clip(1 - front, 0, 1))
    out = light
    levels = (0.06, 0.16, 0.32, 0.55, 1.0)
    for at, level in enumerate(levels):
        radius = level * lens.aperture
        if radius < 0.6:
            continue
        # What is much nearer (sharper) than this layer does not spread into it.
        near = levels[at - 1] if at else 0.0
        weight = floats(behind * smoothstep(0.35 * near, 0.35 * near + 0.5 * level, blurred) + 1e-4)
        total, share = opened(lifted, weight, lens, radius)
        layer = floats(total / np.maximum(share, 1e-5)[..., None])
        out = lerp(out, layer, smoothstep(near, level, blurred))
    return floats(np.clip(out, 0, 1))
