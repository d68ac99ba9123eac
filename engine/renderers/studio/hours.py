"""The light of the hour, on any finished picture of a scene: night, golden hour, an overcast day, a low sun.

Pictures are HxWx3, sRGB 0..1, registered with the scene they are of; the work is done in linear light. `share` is
how far to go, 0..1. The full looks and the words that steer other looks call the same functions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.renderers.studio.air import dithered, luminance, power, rolled, sidelight, vignetted
from engine.renderers.studio.colour import linear, screen, unlinear
from engine.renderers.studio.dice import Dice
from engine.renderers.studio.filters import Floats, blur, floats, grid, lerp, smoothstep
from engine.renderers.studio.relight import (
    laid,
    old_light,
    outdoors,
    raked,
    rim,
    shone,
    shrunk,
    sure_of_subject,
    sure_sky,
)
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.sculpt import Lamp

Colour = tuple[float, float, float]


class Night(NamedTuple):
    """A night: where the moon stands, its tint, how deep it is, and the lamp (if any) outside the frame."""

    angle: float = -2.2
    tint: Colour = (0.44, 0.73, 1.28)
    depth: float = 1.0
    lamp: float = 0.0
    lamp_colour: Colour = (1.0, 0.56, 0.22)
    zenith: Colour = (0.004, 0.009, 0.026)
    horizon: Colour = (0.022, 0.045, 0.10)
    stars: int = 26


class Sun(NamedTuple):
    """A low sun: where it stands, its colour, how much haze hangs in the distance, how strong it is."""

    angle: float = -2.6
    colour: Colour = (1.0, 0.60, 0.25)
    shade: Colour = (0.50, 0.56, 0.74)
    haze: float = 0.6
    strength: float = 1.0


class Cloud(NamedTuple):
    """An overcast sky: how cool it is, how bright, how much mist lies in the distance, how pale colours are."""

    cool: float = 0.5
    bright: float = 0.0
    mist: float = 0.25
    pale: float = 0.2


def by_night(rgb: Floats, scene: Scene, rng: np.random.Generator, night: Night, share: float) -> Floats:
    """Return a picture as by night: moonlight from one side, blue and readable shadows, lamps that shine."""
    day = linear(rgb)
    even = day * evened(scene, 0.4)[..., None]
    moon = Lamp(night.angle, 0.55, (1.0, 1.0, 1.0), 1.1)
    cast = _normalised(shone(scene, (moon,), (0.12, 0.12, 0.12))[..., 0])
    # Eyes at night see little colour, and blue things brighter (Purkinje).
    grey = even @ np.asarray([0.10, 0.52, 0.38], np.float32)
    pale = lerp(np.repeat(grey[..., None], 3, axis=2), floats(even), floats(0.42 + 0.36 * _flesh(scene)))
    dark = pale * power(cast, 1.5)[..., None] * _moonlight(scene, night)
    dark *= _exposure(luminance(floats(dark)), 0.031 / night.depth)
    # Deeper shadows than by day, yet never black: a trace of the sky is everywhere.
    bright = luminance(floats(dark))
    dark *= (power(bright / 0.03 + 0.02, 0.22) / (1 + bright / 0.7))[..., None]
    dark = floats(dark + 0.0016 * np.asarray(night.tint, np.float32))
    dark = _night_sky(dark, day, scene, rng, night)
    lamps = lamps_of(rgb, scene)
    dark = _lit_by_lamps(dark, floats(even), lamps, scene)
    if night.lamp:
        dark = floats(dark + night.lamp * _side_lamp(even, scene, night))
    seen = lerp(rgb, unlinear(rolled(floats(dark), 0.75)), share)
    return dithered(vignetted(seen, 0.5 * share), rng)


def _moonlight(scene: Scene, night: Night) -> Floats:
    """Return the tint of the night; on faces less of it, as whoever lights a night for the screen sees to."""
    tint, flesh = np.asarray(night.tint, np.float32), _flesh(scene)
    warm = np.asarray([1.0, 0.87, 0.80], np.float32) * float(tint.mean())
    lifted = lerp(np.broadcast_to(tint, scene.rgb.shape), warm, floats(0.74 * flesh))
    return floats(lifted * (1 + 0.45 * flesh)[..., None])


def _flesh(scene: Scene) -> Floats:
    """Return skin and the whole of faces, 0..1: shine, teeth and eyes are lit as the cheek beside them is."""
    return scene.once("flesh", lambda: blur(floats(np.maximum(scene.skin, scene.near_faces(0.78))), 3 * scene.unit))


def evened(scene: Scene, share: float) -> Floats:
    """Return the gain that takes a share of the light off that is on the scene already."""
    old = power(old_light(scene), 2.2)
    middle = float(np.median(old[::4, ::4]))
    return power(floats((middle + 0.05) / (old + 0.05)), share)


def _normalised(light: Floats) -> Floats:
    return floats(light / (float(light.mean()) + 1e-4))


def _exposure(bright: Floats, wanted: float) -> float:
    """Return the gain that brings the middle of a picture to `wanted`; dark pictures stay a little darker."""
    middle = float(np.median(bright[::4, ::4])) + 2e-3
    return float(wanted / middle * (middle / 0.15) ** 0.3)


def _foot(sky: Floats) -> float:
    """Return the lowest row of a sky; at least 1."""
    return float((sky.max(axis=1) > 0.5).nonzero()[0].max(initial=1))


def _night_sky(dark: Floats, day: Floats, scene: Scene, rng: np.random.Generator, night: Night) -> Floats:
    """Darken the sky to a gradient, clouds kept, with a few stars where it is surely sky."""
    sky = sure_sky(scene)
    if not sky.any():
        return dark
    height, width = scene.shape
    _, y = grid(height, width)
    foot = _foot(sky)
    down = power(np.clip(y / foot, 0, 1), 1.4)[..., None]
    bright = luminance(day)
    level = blur(bright, 30 * scene.unit) * 0.5 + 0.5 * float(bright[sky > 0.5].mean())
    clouds = np.clip(bright / (level + 1e-3), 0.5, 1.6)[..., None]
    heaven = lerp(
        np.broadcast_to(np.asarray(night.zenith, np.float32), day.shape), floats(night.horizon), floats(down[..., 0])
    )
    out = lerp(dark, floats(heaven * clouds), floats(0.94 * sky))
    return floats(out + _stars(sky, down[..., 0], scene.unit, rng, night.stars)[..., None] * floats((0.85, 0.92, 1.0)))


def _stars(sky: Floats, down: Floats, unit: float, rng: np.random.Generator, count: int) -> Floats:
    """Return a few stars, well inside the sky, fewer and fainter towards the horizon."""
    height, width = sky.shape
    sure = blur(sky, 9 * unit) > 0.985
    points = np.zeros_like(sky)
    for _ in range(2 * count):
        x, y, size = int(rng.integers(width)), int(rng.integers(height)), float(rng.random())
        if sure[y, x] and size > 0.75 * down[y, x]:
            points[y, x] += 0.1 + 0.9 * size**5
    small, large = blur(points, max(0.55, 0.8 * unit)), blur(points * (points > 0.6), 2.4 * unit)
    return floats(1.3 * small + 1.5 * large)


def lamps_of(rgb: Floats, scene: Scene) -> Floats:
    """Return what may be a lamp or a lit window, 0..1: small, bright, warm or white, not in the sky nor on a face."""
    tone = floats(rgb.max(axis=2))
    warm = smoothstep(0.05, 0.28, floats(rgb[..., 0] - rgb[..., 2]))
    stands_out = smoothstep(0.14, 0.36, floats(tone - blur(tone, 26 * scene.unit)))
    bright = smoothstep(0.80, 0.96, floats(rgb[..., 0])) * smoothstep(0.5, 0.7, floats(rgb[..., 1]))
    found = (
        stands_out * bright * (0.1 + 0.9 * warm) * (1 - smoothstep(0.02, 0.2, blur(scene.regions.sky, 8 * scene.unit)))
    )
    found = floats(found * (1 - scene.near_faces(2.2)) * (1 - scene.skin))
    return floats(found * smoothstep(0.42, 0.18, blur(found, 26 * scene.unit)))


def _lit_by_lamps(dark: Floats, albedo: Floats, lamps: Floats, scene: Scene) -> Floats:
    """Let lamps shine: in themselves, in the air around them, and on what is near."""
    unit = scene.unit
    colour = np.asarray([1.0, 0.62, 0.28], np.float32)
    air = 0.5 * blur(lamps, 5 * unit) + 0.5 * blur(lamps, 20 * unit) + 0.5 * blur(lamps, 64 * unit)
    near = blur(lamps, 44 * unit)
    glow = 0.9 * lamps[..., None] * (0.35 + 0.65 * colour) + 0.55 * air[..., None] * colour
    return floats(dark + glow + 2.6 * near[..., None] * colour * albedo)


def _side_lamp(albedo: Floats, scene: Scene, night: Night) -> Floats:
    """Return the light of a lamp that stands outside the frame, opposite the moon."""
    angle = np.pi - night.angle
    lamp = Lamp(angle, 0.35, night.lamp_colour, 1.0)
    fall = power(sidelight(scene.shape, angle, 0.75), 1.8) * (1 - sure_sky(scene))
    return floats(0.75 * shone(scene, (lamp,), (0.04, 0.03, 0.02)) * albedo * fall[..., None])


def at_golden_hour(rgb: Floats, scene: Scene, rng: np.random.Generator, sun: Sun, share: float) -> Floats:
    """Return a picture in the low sun: amber where it falls, cool where it does not, a rim, haze that catches it."""
    day = linear(rgb)
    amount = sun.strength * share
    side = sidelight(scene.shape, sun.angle)
    even = day * lerp(np.ones_like(side), evened(scene, 0.3), share)[..., None]
    lamp = Lamp(sun.angle, 0.3, (1.0, 1.0, 1.0), 1.25)
    direct = shone(scene, (lamp,), (0.0, 0.0, 0.0), cast=0.75)[..., 0]
    direct = power(direct, 1.3) * (0.25 + 1.0 * side) * (1 + 0.3 * raked(scene, sun.angle))
    direct = lerp(floats(direct), floats(0.35 + 0.5 * side), sure_sky(scene))
    gain = 3.0 * direct[..., None] * np.asarray(sun.colour, np.float32) + np.asarray(sun.shade, np.float32)
    gain /= float(luminance(floats(gain)).mean())
    light = even * lerp(np.ones_like(gain), floats(gain), min(1.0, amount))
    light = _golden_sky(floats(light), scene, side, amount)
    light = _hazy(light, scene, floats((1.0, 0.74, 0.44)), sun.haze * amount, floats(0.35 + 0.65 * side))
    light = light * lerp(np.ones(3, np.float32), floats((1.11, 1.0, 0.72)), amount)
    edge = 0.75 * rim(scene, sun.angle, 5.0) * (0.3 + 0.7 * side)
    light = light + amount * edge[..., None] * np.asarray((1.0, 0.70, 0.36), np.float32) * (0.25 + light)
    light *= (1.06 * float(luminance(day).mean()) / (float(luminance(floats(light)).mean()) + 1e-4)) ** 0.7
    seen = unlinear(rolled(floats(light), 0.6))
    veil = 0.17 * amount * power(side, 3.0)
    return dithered(screen(seen, floats(veil[..., None] * np.asarray((1.0, 0.70, 0.36), np.float32))), rng)


def _golden_sky(light: Floats, scene: Scene, side: Floats, amount: float) -> Floats:
    """Let the sky glow peach towards the sun and the horizon; its top stays bluish."""
    sky = sure_sky(scene)
    if not sky.any():
        return light
    _, y = grid(*scene.shape)
    foot = _foot(sky)
    low = np.clip(0.65 * y / foot + 0.5 * side - 0.15, 0, 1)
    top, glow = floats((0.46, 0.50, 0.66)), floats((1.0, 0.57, 0.24))
    colour = lerp(np.broadcast_to(top, light.shape), glow, smoothstep(0.0, 1.0, floats(low)))
    tone = luminance(light)[..., None]
    return lerp(light, floats(colour * (0.22 + 0.72 * tone)), floats(0.92 * min(1.0, amount) * sky))


def _hazy(light: Floats, scene: Scene, colour: Floats, amount: float, where: Floats | float = 1.0) -> Floats:
    """Lay haze between near and far (Koschmieder's law with a guessed depth)."""
    amount *= 0.12 + 0.88 * outdoors(scene)
    far = laid(scene, blur(shrunk(scene, scene.depth), 3.0)) * (1 - 0.75 * scene.matte * sure_of_subject(scene))
    veil = (1 - np.exp(-1.1 * amount * smoothstep(0.3, 1.0, floats(far)))) * where
    return lerp(light, np.broadcast_to(0.72 * colour, light.shape), floats(0.62 * veil))


def overcast(rgb: Floats, scene: Scene, rng: np.random.Generator, cloud: Cloud, share: float) -> Floats:
    """Return a picture under an even sky: shadows opened, highlights quiet, cool, its fine texture clearer."""
    day = linear(rgb)
    tone = luminance(day)
    light = day * evened(scene, 0.62 * share)[..., None]
    # Light from all over the sky leaves hollows a little darker: without that, even light is mud.
    wide, near = blur(scene.luma, 16 * scene.unit), blur(scene.luma, 2.5 * scene.unit)
    hollow = np.clip((wide - near) / (wide + 0.1), 0, 1) * (1 - 0.7 * scene.near_faces(1.2))
    light = light * (1 - 0.45 * share * hollow)[..., None]
    light = light * lerp(np.ones(3, np.float32), floats((0.93, 1.0, 1.09)), cloud.cool * share)
    grey = luminance(floats(light))[..., None]
    light = lerp(np.repeat(grey, 3, axis=2), floats(light), 1 - cloud.pale * share * (1 - 0.5 * scene.skin))
    light = _cloudy_sky(light, scene, share)
    light = _hazy(light, scene, floats((0.90, 0.96, 1.02)), cloud.mist * share)
    light *= (float(tone.mean()) / (float(luminance(floats(light)).mean()) + 1e-4)) * 2 ** (cloud.bright * share)
    seen = unlinear(rolled(floats(light), 0.5))
    return dithered(seen, rng)


def _cloudy_sky(light: Floats, scene: Scene, share: float) -> Floats:
    """Cover the sky with an even layer of cloud, what structure it has kept."""
    sky = sure_sky(scene)
    tone = luminance(light)
    around = blur(tone, 40 * scene.unit)
    layer = np.clip(0.62 * (0.75 + 0.25 * tone / (around + 1e-3)), 0, 0.8)[..., None]
    return lerp(light, floats(layer * floats((0.96, 1.0, 1.04))), floats(0.8 * share * sky))


def sunlit(rgb: Floats, scene: Scene, dice: Dice, amount: float) -> Floats:
    """Let a low sun in from one side, as `at_golden_hour` does, more of it for a larger amount."""
    angle = -0.5 if dice.number % 2 else -2.64
    return at_golden_hour(rgb, scene, np.random.default_rng(dice.number), Sun(angle), 0.7 * min(1.0, amount))
