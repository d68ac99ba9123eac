"""What a cut-out subject is stood before: a surface in perspective, a wall behind it, one light, and the shadows."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.renderers.studio.filters import Floats, blur, floats, grid, lerp, resize, smoothstep
from engine.renderers.studio.materials import SIDE, laid
from engine.renderers.studio.texture import noise

#: The focal length of the lens, in long sides: a short telephoto, as for products.
_LENS = 1.7


class Stage(NamedTuple):
    """Where things are, in pixels: the rows of the subject's foot and of the horizon, the column of its middle.

    The horizon may lie above the frame. `tilt` is the sine of how far the camera looks down. A subject that is not
    `standing` runs out of the frame.
    """

    foot: float
    horizon: float
    middle: float
    tilt: float
    standing: bool


class Light(NamedTuple):
    """One soft light: its side (-1 left, 1 right), how far the shadow runs, how deep it is, fall-off, ambient tone."""

    side: float
    reach: float
    depth: float
    falloff: float
    key: float


def stage_of(matte: Floats) -> Stage:
    """Return the stage that a subject's outline asks for: a round foot is seen from above, a flat one from the side."""
    height, width = matte.shape
    solid = matte > 0.5
    columns, rows = np.flatnonzero(solid.any(axis=0)), np.flatnonzero(solid.any(axis=1))
    if not len(rows):
        return Stage(0.8 * height, 0.5 * height, width / 2, 0.25, standing=False)
    wide = len(columns)
    rim = max(2, height // 80)
    cut_off = solid[-rim:].any(axis=0).sum() > 0.12 * wide or solid[:rim].any(axis=0).sum() > 0.2 * wide
    cut_off |= max(solid[:, side].any(axis=1).sum() for side in (slice(rim), slice(-rim, None))) > 0.2 * len(rows)
    foot, middle = float(rows[-1]), float(columns.mean())
    tilt = _tilt(solid[:, columns])
    horizon = foot - _LENS * max(height, width) * tilt
    return Stage(foot, horizon, middle, tilt, standing=not cut_off)


def _tilt(solid: NDArray[np.bool_]) -> float:
    """Return the sine of the camera's tilt from the lower outline: half an ellipse, as high as it is tilted."""
    height, wide = solid.shape
    lowest = height - 1 - np.argmax(solid[::-1], axis=0)
    third = slice(round(0.36 * wide), max(round(0.64 * wide), 1 + round(0.36 * wide)))
    shoulders = [lowest[round(at * (wide - 1))] for at in (0.12, 0.88)]
    # At 0.76 of the half-width an ellipse has risen by 0.35 of its half-height.
    rise = float(np.median(lowest[third]) - max(shoulders)) / (0.35 * 0.5 * wide)
    return float(np.clip(rise, 0.2, 0.8))


def ground(stage: Stage, shape: tuple[int, int]) -> tuple[Floats, Floats, Floats]:
    """Return where on the ground each pixel is: planes of u and v in pixels of the foot's row, and the distance.

    The distance is 1 at the foot and grows to the horizon; above the horizon it is as far as it gets.
    """
    x, y = grid(*shape)
    below = np.maximum(y - stage.horizon, 0.04 * max(shape))
    distance = floats((stage.foot - stage.horizon) / below)
    # Seen from very low a texture would shrink to streaks: it is laid a little steeper than it should be.
    lens = _LENS * max(shape) * stage.tilt / max(stage.tilt, 0.36)
    return floats((x - stage.middle) * distance), floats(lens * distance), distance


def surface(texture: Floats, stage: Stage, shape: tuple[int, int], offset: tuple[float, float], turn: float) -> Floats:
    """Return a texture laid on the ground, sharp at the foot and softer before and behind it."""
    u, v, distance = ground(stage, shape)
    scale = SIDE / max(shape)
    cos, sin = np.cos(turn) * scale, np.sin(turn) * scale
    at = floats(u * cos - v * sin + offset[0]), floats(u * sin + v * cos + offset[1])
    away = np.abs(np.log(distance))
    sharp, soft = laid(texture, *at), laid(blur(texture, 2.5), *at)
    laid_out = lerp(sharp, soft, smoothstep(0.12, 0.6, floats(away)))
    far = blur(laid_out, 0.008 * max(shape))
    # Towards the horizon all detail melts into the colour of the whole.
    receding = lerp(laid_out, far, smoothstep(0.35, 1.1, floats(away)))
    return lerp(
        receding, floats(np.broadcast_to(texture.mean(axis=(0, 1)), receding.shape)), smoothstep(1.0, 2.0, floats(away))
    )


def staged(floor: Floats, wall: Floats, stage: Stage) -> Floats:
    """Return a floor with a wall behind it; the far edge is out of focus."""
    height = floor.shape[0]
    y = np.arange(height, dtype=np.float32)[:, None]
    soft = 0.012 * max(floor.shape[:2])
    edge = smoothstep(stage.horizon - soft, stage.horizon + soft, floats(y + 0 * floor[..., 0]))
    # The wall's foot lies in its own shade.
    shade = 1 - 0.22 * np.exp(-(((y - stage.horizon) / (0.03 * height)) ** 2))
    return floats(lerp(wall, floor, edge) * shade[..., None])


def sweep(tint: Floats, stage: Stage, shape: tuple[int, int]) -> Floats:
    """Return a roll of seamless paper that runs up from the floor in a curve."""
    height = shape[0]
    y = np.arange(height, dtype=np.float32)[:, None] / height
    bend = max(stage.horizon, 0.0) / height
    # Paper turns away from the light above it as it rises: bright floor, a soft dip in the curve, an even wall.
    floor, dip = smoothstep(bend - 0.12, bend + 0.3, floats(y)), np.exp(-(((y - bend) / 0.16) ** 2))
    light = 0.91 + 0.10 * floor - 0.045 * dip
    return floats(tint * np.repeat(light, shape[1], axis=1)[..., None])


def bokeh(rng: np.random.Generator, shape: tuple[int, int], tint: Floats, lights: Floats) -> Floats:
    """Return a far background of blurred lights: discs of a lens wide open, brighter at their rims.

    Args:
        rng: Where they are.
        shape: Height and width.
        tint: The colour of the dusk between them.
        lights: Nx3 colours of the lights.
    """
    height, width = shape
    half = height // 2, width // 2
    long = max(half)
    glow = np.zeros((*half, 3), np.float32)
    for _ in range(80):
        disc = np.zeros(half, np.float32)
        at = (int(rng.uniform(-0.05, 1.05) * half[1] * 16), int(rng.uniform(-0.1, 0.95) * half[0] * 16))
        radius = long * rng.choice([0.018, 0.028, 0.04, 0.055]) * rng.uniform(0.85, 1.2)
        cv2.circle(disc, at, int(radius * 16), 0.8, -1, cv2.LINE_AA, 4)
        cv2.circle(disc, at, int(radius * 16), 1.0, max(1, round(0.09 * radius)), cv2.LINE_AA, 4)
        strength = rng.uniform(0.12, 0.95)
        glow += strength * disc[..., None] * lights[rng.integers(len(lights))]
    cloud = resize(0.5 + 0.18 * noise(rng, (64, 64), 22, 2), half[1], half[0])
    base = tint * floats(np.clip(cloud, 0.15, 1.1))[..., None]
    shining = 1 - (1 - np.clip(base, 0, 1)) * np.exp(-blur(glow, 0.0025 * long))
    return resize(floats(shining), width, height)


def lit(picture: Floats, stage: Stage, light: Light, shape: tuple[int, int]) -> Floats:
    """Return a backdrop (linear light) under one soft light: a pool around the subject that falls off."""
    x, y = grid(*shape)
    long = max(shape)
    centre_x = stage.middle + 0.16 * light.side * long
    centre_y = min(stage.foot, 0.8 * shape[0]) - 0.12 * long
    away = np.hypot((x - centre_x) / (0.62 * long), (y - centre_y) / (0.52 * long))
    pool = np.exp(-0.9 * away**2)
    across = light.side * (x - stage.middle) / long
    return floats(
        picture * (light.key * (1 - light.falloff * (1 - pool)) * (1 + 0.22 * light.falloff * across))[..., None]
    )


def shadows(matte: Floats, stage: Stage, light: Light) -> Floats:
    """Return how much light the subject keeps off the ground, 0..1: dark where it touches, soft where it reaches."""
    long = max(matte.shape)
    small = resize(matte, max(8, matte.shape[1] // 2), max(8, matte.shape[0] // 2))
    half = Stage(stage.foot / 2, stage.horizon / 2, stage.middle / 2, stage.tilt, stage.standing)
    dark = np.maximum(_cast(small, half, light), _contact(small, half, long / 2))
    return resize(floats(dark), matte.shape[1], matte.shape[0])


def _contact(matte: Floats, stage: Stage, long: float) -> Floats:
    """Return the shade in the gap under the subject's foot."""
    y = np.arange(len(matte), dtype=np.float32)[:, None]
    reach = (0.04 + 0.5 * max(0.0, stage.tilt - 0.25)) * long
    low = smoothstep(stage.foot - 1.6 * reach, stage.foot - 0.2 * reach, floats(y))
    sunk = cv2.warpAffine(matte, np.asarray([[1, 0, 0], [0, 1, 0.004 * long]]), matte.shape[::-1])
    tight, wide = blur(floats(sunk), 0.004 * long), blur(floats(sunk), 0.016 * long)
    return floats(np.clip(0.62 * tight + 0.5 * wide, 0, 0.92) * low)


def _cast(matte: Floats, stage: Stage, light: Light) -> Floats:
    """Return the subject's shadow on the ground, sharper near the foot."""
    seen_from_above = smoothstep(0.35, 0.6, np.asarray(stage.tilt, np.float32))
    long = max(matte.shape)
    away = -light.side * light.reach
    slope = 0.10 + 0.35 * stage.tilt
    fallen = np.asarray([[1, -away, away * stage.foot], [0, slope, stage.foot * (1 - slope)]], np.float64)
    flat = np.asarray([[1, 0, 0.10 * away * long], [0, 1, 0.018 * long]], np.float64)
    size = matte.shape[::-1]
    lying = cv2.warpAffine(matte, fallen, size)
    drop = cv2.warpAffine(matte, flat, size)
    y = np.arange(len(matte), dtype=np.float32)[:, None]
    far = smoothstep(stage.foot, stage.foot - 0.18 * long, floats(y))
    lying = lerp(blur(floats(lying), 0.007 * long), blur(floats(lying), 0.03 * long), np.repeat(far, size[0], 1))
    dropped = 0.6 * blur(floats(drop), 0.016 * long) + 0.4 * blur(floats(drop), 0.05 * long)
    shadow = lerp(floats(lying * (1 - 0.45 * far)), floats(dropped), float(seen_from_above))
    return floats(light.depth * shadow)
