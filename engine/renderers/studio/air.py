"""What lies between the world and the picture: glow, halation, a vignette, grain, the roll-off of highlights.

Pictures are HxWx3, sRGB 0..1 unless a name says `light` (linear).
"""

from __future__ import annotations

import cv2
import numpy as np

from engine.renderers.studio.colour import screen
from engine.renderers.studio.filters import Floats, blur, floats, grid, resize, smoothstep
from engine.renderers.studio.texture import grain

_LUMINANCE = np.asarray([0.2126, 0.7152, 0.0722], np.float32)


def luminance(light: Floats) -> Floats:
    """Return how bright linear light is (Rec. 709)."""
    return floats(light @ _LUMINANCE)


def glowing(rgb: Floats, unit: float, amount: float) -> Floats:
    """Let bright things spread a warm light around them."""
    bright = rgb * smoothstep(0.45, 1.0, floats(rgb.max(axis=2)))[..., None]
    halo = 0.6 * blur(floats(bright), 9 * unit) + 0.4 * blur(floats(bright), 34 * unit)
    return screen(rgb, floats(0.36 * amount * halo * np.asarray([1.0, 0.9, 0.8], np.float32)))


def halated(light: Floats, unit: float, amount: float, colour: tuple[float, float, float] = (1.0, 0.3, 0.08)) -> Floats:
    """Let highlights bleed through the film and back from its base, as a red-orange rim around them.

    Args:
        light: Linear light, 0..1.
        unit: A pixel at 1024.
        amount: 0..1.
        colour: Of what comes back: the base lets the red layer see most of it.
    """
    bright = floats(light.max(axis=2))
    bright = floats(bright * smoothstep(0.55, 0.95, bright))
    around = 0.65 * blur(bright, 7 * unit) + 0.35 * blur(bright, 24 * unit)
    # Inside a highlight the film is full already: what shows is what reaches its darker surroundings.
    seen = floats(np.clip(around - 0.35 * bright, 0, None))
    return floats(light + (amount * seen)[..., None] * np.asarray(colour, np.float32))


def vignetted(rgb: Floats, amount: float) -> Floats:
    """Darken the corners."""
    return floats(rgb * (1 - 0.42 * max(0.0, amount) * corners((rgb.shape[0], rgb.shape[1])))[..., None])


def corners(shape: tuple[int, int]) -> Floats:
    """Return how far into the corners each place is, 0..1: what a lens or an enlarger darkens."""
    height, width = shape
    x, y = grid(height, width)
    away = np.hypot((x - width / 2) / (0.71 * width), (y - height / 2) / (0.71 * height))
    return smoothstep(0.45, 1.1, floats(away))


def grainy(rgb: Floats, rng: np.random.Generator, unit: float, amount: float) -> Floats:
    """Add film grain, most in the middle tones."""
    shape = (rgb.shape[0], rgb.shape[1])
    silver = grain(rng, shape, max(1.2, 1.7 * unit))
    light = rgb.mean(axis=2)
    return floats(np.clip(rgb + (0.055 * amount * silver * (0.35 + 2.4 * light * (1 - light)))[..., None], 0, 1))


def dithered(rgb: Floats, rng: np.random.Generator) -> Floats:
    """Add a hair of noise, less than one step of 255, so that a smooth gradient never falls into bands."""
    height, width = rgb.shape[:2]
    tile = rng.random((min(height, 256), min(width, 256)), dtype=np.float32) + rng.random(
        (min(height, 256), min(width, 256)), dtype=np.float32
    )
    spread = np.tile(tile, (-(-height // tile.shape[0]), -(-width // tile.shape[1])))[:height, :width]
    return floats(np.clip(rgb + ((spread - 1) / 255)[..., None], 0, 1))


def rolled(light: Floats, knee: float = 0.7) -> Floats:
    """Roll highlights off above the knee instead of clipping them."""
    room = 1 - knee
    return floats(np.where(light < knee, light, knee + room * np.tanh((light - knee) / room)))


def power(plane: Floats, exponent: float) -> Floats:
    """Return a power of what is not negative; some ten times as fast as numpy's."""
    return floats(cv2.pow(np.clip(plane, 0, None), exponent))


def sidelight(shape: tuple[int, int], angle: float, spread: float = 1.0) -> Floats:
    """Return how near each place is to a light that stands outside the frame: 0 far side to 1 at its edge.

    Args:
        shape: Height and width.
        angle: Where the light stands (radians, 0 right, -pi/2 above).
        spread: Above 1 carries it further across.
    """
    height, width = shape
    small = (max(4, height // 8), max(4, width // 8))
    x, y = grid(*small)
    across = np.cos(angle) * (x / small[1] - 0.5) + np.sin(angle) * (y / small[0] - 0.5)
    near = smoothstep(-0.75 * spread, 0.75, floats(across))
    return resize(near, width, height)
