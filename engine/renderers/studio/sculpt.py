"""Lighting a height field: lamps, soft shadows, and the dark of creases. Heights are in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.renderers.studio.filters import Floats, blur, distance, floats, resize, slopes, smoothstep
from engine.renderers.studio.pieces import pillow
from engine.renderers.studio.scene import Scene

_STEPS = 14
#: The long side of the coarsest grid of a membrane, and how often each grid is swept, the coarsest first.
_COARSE, _SWEEPS = 56, (240, 60, 24, 16)


class Lamp(NamedTuple):
    """A far lamp: its direction in the picture (radians, 0 right, -pi/2 above), height, colour and strength."""

    angle: float
    lift: float
    colour: tuple[float, float, float]
    strength: float


class Light(NamedTuple):
    """What reaches the surface: diffuse light (HxWx3, linear) and a glossy plane."""

    diffuse: Floats
    gloss: Floats


def volume(scene: Scene) -> Floats:
    """Return the large forms, in pixels at 1024: the subject swollen from its outline, and what its shading says."""
    unit = scene.unit
    swollen = blur(pillow(distance(scene.matte > 0.5), 150 * unit), 5 * unit)
    tone = floats(scene.flat[..., 0] / 100)
    forms = blur(tone, 6 * unit) - blur(tone, 48 * unit)
    features = blur(tone, 2.5 * unit) - blur(tone, 14 * unit)
    face = scene.near_faces(1.1)
    return floats(84 * swollen + 16 * blur(scene.matte, 4 * unit) + 62 * forms + 26 * face * features)


def lit(height: Floats, lamps: Sequence[Lamp], shade: Floats) -> Light:
    """Return the light on a surface; `shade` (0 in shadow, 1 in the open) holds for the first lamp, the key.

    Diffuse light wraps around forms, as it does in matter that lets some through; gloss is Blinn's, broad.
    """
    dx, dy = slopes(height)
    across = 1 / np.sqrt(dx * dx + dy * dy + 1)
    diffuse = np.zeros((*height.shape, 3), np.float32)
    gloss = np.zeros(height.shape, np.float32)
    for number, lamp in enumerate(lamps):
        flat = np.cos(np.arcsin(min(0.98, lamp.lift)))
        x, y, z = flat * np.cos(lamp.angle), flat * np.sin(lamp.angle), min(0.98, lamp.lift)
        facing = (z - dx * x - dy * y) * across
        open_sky = shade if number == 0 else 1.0
        facing = np.clip((facing + 0.22) / 1.22, 0, None)
        wrapped = facing * np.sqrt(np.sqrt(facing)) * open_sky
        diffuse += (lamp.strength * wrapped)[..., None] * np.asarray(lamp.colour, np.float32)
        half = np.asarray([x, y, z + 1]) / np.linalg.norm([x, y, z + 1])
        mirror = np.clip((half[2] - dx * half[0] - dy * half[1]) * across, 0, 1)
        gloss += lamp.strength * _sharp(floats(mirror)) * open_sky
    return Light(floats(diffuse), floats(gloss))


def _sharp(mirror: Floats) -> Floats:
    """Return the 22nd power, by squaring: a general power takes ten times as long."""
    two = mirror * mirror
    four = two * two
    sixteen = (four * four) ** 2
    return floats(sixteen * four * two)


def shadowed(height: Floats, angle: float, lift: float, unit: float) -> Floats:
    """Return how open each place is to a lamp: walk towards it over a half-size copy and see what stands above.

    0.35 in full shadow, 1 in the open; edges soften with distance.
    """
    rows, columns = height.shape
    small = resize(height, max(4, columns // 2), max(4, rows // 2)) / 2
    slope = np.tan(np.arcsin(min(0.98, lift)))
    covered = np.zeros(small.shape, np.float32)
    for k in range(1, _STEPS + 1):
        away = k * (0.9 + 0.09 * k) * 1.4 * unit
        shift = np.asarray([[1, 0, away * np.cos(angle)], [0, 1, away * np.sin(angle)]], np.float32)
        size = (small.shape[1], small.shape[0])
        there = cv2.warpAffine(
            small, shift, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
        above = (floats(there) - small) - slope * away
        covered = np.maximum(covered, np.clip(above / (1.2 * unit + 0.22 * away), 0, 1))
    return resize(floats(1 - 0.62 * blur(covered, 1.5 * unit)), columns, rows)


def occluded(height: Floats, unit: float) -> Floats:
    """Return ambient light left in creases, 0.3..1: what lies below its surroundings, at three scales, is darker."""
    dark = np.zeros(height.shape, np.float32)
    for sigma, weight in ((2.2, 0.30), (6.0, 0.075), (18.0, 0.022)):
        dark += weight * np.clip(blur(height, sigma * unit) - height, 0, None) / unit
    return floats(np.clip(1 - 0.62 * np.tanh(dark), 0.3, 1))


class Normals(NamedTuple):
    """The unit normals of a surface, each a plane: x to the right, y down, z towards the eye."""

    x: Floats
    y: Floats
    z: Floats


def normals(height: Floats) -> Normals:
    """Return the normals of a height field."""
    dx, dy = slopes(height)
    across = 1 / np.sqrt(dx * dx + dy * dy + 1)
    return Normals(floats(-dx * across), floats(-dy * across), floats(across))


class Box(NamedTuple):
    """A softbox in the mirrored room: its middle and half its sides (by mirrored direction, -1..1), and its blur."""

    x: float
    y: float
    across: float
    down: float
    soft: float = 0.12


def softbox(surface: Normals, box: Box) -> Floats:
    """Return how much of a softbox a glossy surface mirrors, 0..1."""
    x, y = (2 * surface.z * n for n in (surface.x, surface.y))
    near_x = smoothstep(box.across + box.soft, box.across - box.soft, floats(np.abs(x - box.x)))
    near_y = smoothstep(box.down + box.soft, box.down - box.soft, floats(np.abs(y - box.y)))
    facing = smoothstep(0.0, 0.3, floats(2 * surface.z**2 - 1 + 0.3))
    return floats(near_x * near_y * facing)


_ROOM = 192


def room(angle: float, contrast: float) -> Floats:
    """Return a photographer's studio as a ball mirrors it: a 192x192 plane over the normal's x and y, about 0..1.3.

    A large softbox towards `angle`, a strip across from it, a pale floor, a dark horizon; `contrast` 0..1.
    """
    y, x = (np.mgrid[0:_ROOM, 0:_ROOM].astype(np.float32) + 0.5) / (_ROOM / 2) - 1
    z = np.sqrt(np.clip(1 - x * x - y * y, 0.0, 1))
    along = 2 * z * (x * np.cos(angle) + y * np.sin(angle))
    beside = 2 * z * (y * np.cos(angle) - x * np.sin(angle))
    up = -2 * z * y
    sky = 0.34 + 0.22 * np.tanh(2.2 * up)
    horizon = -0.2 * np.exp(-(((up + 0.22) / 0.16) ** 2))
    key = smoothstep(0.30, 0.44, along) * smoothstep(0.98, 0.86, along) * smoothstep(0.62, 0.46, np.abs(beside))
    strip = smoothstep(-0.6, -0.68, along) * smoothstep(-0.86, -0.78, along) * smoothstep(0.8, 0.6, np.abs(beside))
    rim = 0.35 * np.clip(1 - z, 0, 1) ** 2
    made = sky + contrast * (horizon + 0.9 * key + 0.5 * strip) + rim
    return blur(floats(made), 2.0)


def mirrored(surface: Normals, seen: Floats) -> Floats:
    """Return what of a room (see `room`) a surface mirrors."""
    half = _ROOM / 2
    x, y = (floats((n * 0.98 + 1) * half - 0.5) for n in (surface.x, surface.y))
    return floats(cv2.remap(seen, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def swollen(labels: NDArray[np.int32]) -> Floats:
    """Return how high every label rises when it is blown up: 0 past its border, in pixels; labels HxW, small.

    The height is the root of a membrane under pressure (Poisson's equation, 0 on the border), which is round
    where a distance to the border has ridges. It is relaxed from a coarse grid to the fine one.
    """
    levels = [labels]
    while max(levels[-1].shape) > _COARSE:
        levels.append(levels[-1][::2, ::2])
    membrane = np.zeros(levels[-1].shape, np.float32)
    for number, level in enumerate(reversed(levels)):
        membrane = floats(cv2.resize(membrane, level.shape[::-1], interpolation=cv2.INTER_LINEAR))
        step = 2.0 ** (len(levels) - 1 - number)
        membrane = _relaxed(membrane, level, step * step, _SWEEPS[min(number, len(_SWEEPS) - 1)])
    return floats(np.sqrt(np.maximum(4 * membrane, 0)))


def _relaxed(membrane: Floats, labels: NDArray[np.int32], pressure: float, sweeps: int) -> Floats:
    """Return a membrane some sweeps of Jacobi's nearer to rest."""
    right = floats(labels[:, 1:] == labels[:, :-1])
    below = floats(labels[1:] == labels[:-1])
    # A neighbour across a border is at height 0 and counts; past the frame of the picture the surface goes on.
    counted = np.full(labels.shape, 4.0, np.float32)
    for side in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        counted[side] -= 0.98
    for _ in range(sweeps):
        total = np.full(labels.shape, pressure, np.float32)
        total[:, :-1] += right * membrane[:, 1:]
        total[:, 1:] += right * membrane[:, :-1]
        total[:-1] += below * membrane[1:]
        total[1:] += below * membrane[:-1]
        membrane = total / counted
    return membrane
