"""Surfaces to stand a subject on, made of seeded noise: linen, oak, marble, slate, plaster. sRGB 0..1, square."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from engine.renderers.studio.colour import colour
from engine.renderers.studio.filters import Floats, blur, floats, grid, lerp, resize, smoothstep
from engine.renderers.studio.texture import noise, relief

#: How many pixels of texture a plank, a thread or a vein is drawn with: textures are looked up, so they have a size.
SIDE = 1024


def _ramp(plane: Floats, *stops: tuple[float, str]) -> Floats:
    """Return the colours of a plane of 0..1 on a ramp of colour codes."""
    at = [stop for stop, _ in stops]
    codes = np.stack([colour(code) for _, code in stops])
    return floats(np.stack([np.interp(plane, at, codes[:, k]) for k in range(3)], axis=2))


def _stretched(rng: np.random.Generator, across: float, along: float, octaves: int = 2) -> Floats:
    """Return noise whose blobs are `across` pixels wide and `along` pixels long (downwards)."""
    squeezed = noise(rng, (max(16, round(SIDE * across / along)), SIDE), across, octaves)
    return resize(squeezed, SIDE, SIDE)


def _tiled(plane: Floats, columns: int) -> list[slice]:
    edges = np.linspace(0, plane.shape[1], columns + 1).round().astype(int)
    return [slice(a, b) for a, b in pairwise(edges.tolist())]


def oak(rng: np.random.Generator) -> Floats:
    """Return oiled oak planks that run downwards: growth rings cut lengthwise, pores, rays, joints."""
    x, _ = grid(SIDE, SIDE)
    wander = _stretched(rng, 90, 700)
    fibre, pores = _stretched(rng, 2.2, 190), _stretched(rng, 1.6, 34, 1)
    height = np.zeros((SIDE, SIDE), np.float32)
    tone = np.zeros((SIDE, SIDE), np.float32)
    joint = np.zeros((SIDE, SIDE), np.float32)
    for board in _tiled(height, 4):
        height[:, board] = _board(rng, x[:, board] - board.start, wander[:, board])
        tone[:, board] = rng.uniform(-0.13, 0.13)
        joint[:, board.start : board.start + 2] = 1
    rings = 0.5 + 0.5 * np.sin(height)
    rings = rings**2.2
    grain_of_it = 0.5 + 0.34 * (0.5 - rings) + 0.10 * fibre + tone + 0.05 * noise(rng, (SIDE, SIDE), 160)
    wood = _ramp(
        floats(np.clip(grain_of_it, 0, 1)), (0.0, "#76543a"), (0.35, "#a67c52"), (0.7, "#c5a077"), (1.0, "#dcc19a")
    )
    dark = 0.30 * smoothstep(0.9, 2.0, floats(pores + 0.5 * fibre)) * (0.35 + 0.65 * rings) + 0.72 * blur(joint, 0.8)
    return floats(wood * (1 - np.clip(dark, 0, 0.85))[..., None])


def _board(rng: np.random.Generator, x: Floats, wander: Floats) -> Floats:
    """Return the phase of the growth rings of one board: a cone cut lengthwise makes arches, off its axis lines."""
    width = x.shape[1]
    y = np.linspace(0, 1, len(x), dtype=np.float32)[:, None]
    pith = width * rng.uniform(0.1, 0.9)
    lean = rng.uniform(-0.25, 0.25) * width
    away = (x - pith - lean * (y - 0.5) + 9 * wander) / width
    up = 1.7 * (y - rng.uniform(-0.3, 1.2)) + 0.05 * wander
    return floats(rng.uniform(46, 64) * np.sqrt(away**2 + 0.05 * up**2 + 0.004) + 0.5 * wander)


def marble(rng: np.random.Generator) -> Floats:
    """Return polished white marble: clouds, broad soft veins and thin sharp ones that branch from them."""
    shape = (SIDE, SIDE)
    x, y = grid(SIDE, SIDE)
    bend_x, bend_y = 110 * noise(rng, shape, 330, 3), 110 * noise(rng, shape, 330, 3)
    cloud = noise(rng, shape, 300, 4)
    angle = rng.uniform(0.5, 1.0)
    across = (x + bend_x) * np.cos(angle) + (y + bend_y) * np.sin(angle)
    strength = smoothstep(-0.4, 1.5, noise(rng, shape, 240, 2))
    drift = across / 128 + 0.5 * noise(rng, shape, 60, 3) * 0.25
    broad = np.exp(-np.abs(np.sin(drift)) * 4.2) * (0.25 + strength)
    edge = np.exp(-np.abs(np.sin(drift + 0.06)) * 30) * (0.15 + strength)
    thin = np.exp(-np.abs(np.sin((across + 0.9 * bend_y) / 71 + 1.3)) * 26) * smoothstep(
        -0.4, 1.2, noise(rng, shape, 190, 2)
    )
    hair = np.exp(-np.abs(noise(rng, shape, 210, 4)) * 26) * smoothstep(-0.2, 1.2, noise(rng, shape, 150))
    smoke = smoothstep(-0.6, 2.2, cloud)
    dark = np.clip(0.30 * broad + 0.34 * edge + 0.34 * thin + 0.07 * hair + 0.16 * smoke, 0, 0.8)
    stone = _ramp(floats(dark), (0.0, "#f3f1ed"), (0.15, "#dcdbd8"), (0.4, "#a9abac"), (0.75, "#6b6d70"))
    warm = smoothstep(0.5, 1.8, noise(rng, shape, 260))[..., None] * (dark[..., None] * 1.2)
    return floats(np.clip(stone + 0.018 * cloud[..., None] + warm * np.asarray([0.04, 0.0, -0.06], np.float32), 0, 1))


def slate(rng: np.random.Generator) -> Floats:
    """Return split slate: terraces where layers broke off, fine clefts, a bluish grey that wanders."""
    shape = (SIDE, SIDE)
    rough = noise(rng, shape, 22, 3)
    base = noise(rng, shape, 300, 3) + 0.22 * _stretched(rng, 60, 260).T + 0.10 * rough
    steps = 1.5 * base + 0.5 * noise(rng, shape, 120, 2)
    flat = np.floor(steps)
    # Layers break at ragged edges, some high and some hardly to be seen.
    terrace = flat + smoothstep(0.93, 1.0, floats(steps - flat)) * smoothstep(-0.5, 1.4, noise(rng, shape, 110, 2))
    cleft = -np.exp(-np.abs(noise(rng, shape, 170, 5)) * 30) * smoothstep(0.3, 1.5, noise(rng, shape, 140))
    height = (
        3.2 * terrace + 1.6 * cleft + 1.3 * rough + 0.8 * noise(rng, shape, 6, 2) + 0.45 * _stretched(rng, 14, 90).T
    )
    light = relief(floats(blur(floats(height), 0.8)), 2.2, 0.9)
    tone = 0.42 + 0.19 * light + 0.06 * noise(rng, shape, 90, 3) + 0.025 * noise(rng, shape, 2.0)
    stone = _ramp(floats(np.clip(tone, 0, 1)), (0.0, "#17191c"), (0.4, "#3a3e43"), (0.7, "#5d636a"), (1.0, "#9aa1a8"))
    rust = 0.35 * smoothstep(1.0, 2.2, noise(rng, shape, 200, 3))[..., None]
    return lerp(stone, floats(stone * np.asarray([1.25, 1.02, 0.82], np.float32)), floats(rust))


def linen(rng: np.random.Generator, tint: Floats) -> Floats:
    """Return woven linen of a colour: single threads of uneven thickness over and under, slubs, soft folds."""
    x, y = grid(SIDE, SIDE)
    pitch = 5.0
    sway = 1.4 * noise(rng, (SIDE, SIDE), 90, 2)
    warp_at, weft_at = (x + sway) / pitch, (y + sway.T) / pitch
    over = np.cos(np.pi * np.floor(warp_at)) * np.cos(np.pi * np.floor(weft_at)) > 0
    warp_round, weft_round = (np.abs(np.sin(np.pi * at)) ** 0.6 for at in (warp_at, weft_at))
    thick = _stretched(rng, pitch, 130, 1), _stretched(rng, pitch, 130, 1).T
    threads = np.where(over, warp_round * (1 + 0.16 * thick[0]), weft_round * (0.93 + 0.16 * thick[1]))
    folds = noise(rng, (SIDE, SIDE), 420, 2)
    lit = 0.72 + 0.30 * (threads - 0.6) + 0.055 * relief(floats(40 * folds), 0.7, 1.0)
    slubs = 0.06 * smoothstep(1.6, 2.6, thick[0]) + 0.06 * smoothstep(1.6, 2.6, thick[1])
    return floats(np.clip(tint * (lit + slubs + 0.14)[..., None], 0, 1))


def plaster(rng: np.random.Generator, tint: Floats) -> Floats:
    """Return a trowelled wall of a colour, nearly even."""
    cloud = 0.022 * noise(rng, (SIDE, SIDE), 210, 4) + 0.010 * relief(noise(rng, (SIDE, SIDE), 16, 3), 0.8, 1.0)
    return floats(np.clip(tint * (1 + cloud)[..., None], 0, 1))


def laid(texture: Floats, u: Floats, v: Floats) -> Floats:
    """Look a texture up at planes of coordinates in its pixels; it goes on mirrored beyond its edges."""
    look_up = cv2.remap(texture, floats(u), floats(v), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return floats(look_up)
