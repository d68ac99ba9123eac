"""A natural photograph: balanced, exposed, clear, its texture and its skin kept; the words set light and film."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.colour import (
    linear,
    screen,
    split_tone,
    to_lab,
    to_rgb,
    unlinear,
    with_saturation,
    with_tone,
    with_warmth,
)
from engine.renderers.studio.dice import Dice
from engine.renderers.studio.filters import Floats, blur, floats, grid, guided, lerp, smoothstep
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.texture import grain


class Grade(NamedTuple):
    """How a variant is developed."""

    warmth: float
    exposure: float
    contrast: float
    saturation: float
    shadows: tuple[float, float]
    lights: tuple[float, float]
    clarity: float
    vignette: float


GRADES = (
    Grade(0.05, 0.08, 0.30, 0.22, (0, -3), (1, 3), 1.0, 0.10),  # clear daylight
    Grade(0.75, 0.12, 0.12, 0.14, (5, 2), (3, 13), 0.6, 0.20),  # warm afternoon
    Grade(-0.62, -0.14, 0.75, 0.02, (-7, -12), (-1, -2), 1.5, 0.45),  # cool and deep
    Grade(0.10, 0.42, -0.45, -0.28, (-3, 8), (4, 7), 0.35, 0.0),  # soft and light
)


class Natural(Look):
    """White balance, exposure, clarity, grade, light, film."""

    STEPS: ClassVar[int] = 2

    def paint(self, brief: Brief) -> Floats:
        """Return the developed photograph."""
        scene, grade = brief.scene, brief.dice.choose(GRADES)
        lab = balanced(scene, brief.strength)
        lab = cleaned(lab, scene)
        lab = exposed(lab, brief.strength)
        brief.step(to_rgb(lab))
        lab = clear(lab, scene, grade.clarity * brief.strength * (1 - 0.6 * brief.steer.up("softness")))
        lab = graded(lab, grade, brief)
        brief.step(None)
        return _air(to_rgb(lab), grade, brief)


def balanced(scene: Scene, strength: float) -> Floats:
    """Take most of a colour cast out: shades of grey (Finlayson and Trezzi, 2004) over what is not vivid or skin."""
    light = linear(scene.rgb)
    chroma = floats(np.hypot(scene.lab[..., 1], scene.lab[..., 2]))
    counts = smoothstep(45, 12, chroma) * (1 - scene.skin) * smoothstep(0.03, 0.15, scene.luma) + 1e-3
    counts *= np.where(scene.luma < 0.97, np.float32(1), np.float32(1e-3))
    weights = counts[..., None]
    cast = ((light**6 * weights).sum(axis=(0, 1)) / weights.sum()) ** (1 / 6)
    gain = np.clip((cast.mean() + 1e-4) / (cast + 1e-4), 0.75, 1.33) ** (0.55 * strength)
    return to_lab(unlinear(floats(light * (gain / max(float(gain.mean()), 1e-3)))))


def cleaned(lab: Floats, scene: Scene) -> Floats:
    """Take noise out: colour noise always a little, grain in the lightness only as far as it is measured."""
    out = lab.copy()
    luma = floats(lab[..., 0] / 100)
    out[..., 1:] = guided(luma, floats(lab[..., 1:]), 3 * scene.unit + 1, 4e-4)
    amount = float(np.clip((scene.noise - 0.006) / 0.02, 0, 0.8))
    if amount > 0:
        smooth = guided(luma, luma, 2, (2.2 * scene.noise) ** 2)
        out[..., 0] = 100 * (luma + amount * (smooth - luma))
    return out


def exposed(lab: Floats, strength: float) -> Floats:
    """Bring the middle of the picture towards the middle of the scale, and the ends out to it, each within limits."""
    lightness = lab[..., 0]
    low, middle, high = np.percentile(lightness[::4, ::4], (0.6, 50, 99.4))
    out = lab.copy()
    start, end = min(low, 9.0) * strength, 100 - (100 - max(high, 90.0)) * strength
    stretched = np.clip((lightness - start) * (100 / (end - start)), 0, 100)
    wanted = float(np.clip((47 - middle) / 60, -0.25, 0.45))
    out[..., 0] = stretched
    return with_tone(out, exposure=wanted * strength)


def clear(lab: Floats, scene: Scene, amount: float) -> Floats:
    """Raise local contrast without halos: two guided bases, detail between them lifted, skin held, shadows opened."""
    luma = floats(lab[..., 0] / 100)
    near = guided(luma, luma, 5 * scene.unit + 1, 2e-3)
    wide = guided(luma, luma, 34 * scene.unit + 2, 1.2e-2)
    hold = 1 - 0.7 * scene.skin
    # Noise is not detail: what is smaller than it is left alone.
    fine = luma - near
    fine = fine * smoothstep(0.5 * scene.noise, 2.5 * scene.noise + 1e-4, floats(np.abs(fine)))
    opened = wide + 0.16 * amount * wide * (1 - wide) ** 3 * 4
    out = lab.copy()
    lifted = opened + (near - wide) * (1 + 0.38 * amount * hold) + (luma - near) + fine * (0.45 * amount * hold)
    room = smoothstep(0.0, 0.06, luma) * smoothstep(1.0, 0.93, luma)
    out[..., 0] = 100 * np.clip(lerp(luma, floats(lifted), room), 0, 1)
    return out


def graded(lab: Floats, grade: Grade, brief: Brief) -> Floats:
    """Give the picture the variant's colour."""
    strength, skin = brief.strength, brief.scene.skin
    lab = with_tone(lab, exposure=grade.exposure * strength, contrast=grade.contrast * strength)
    lab = with_warmth(lab, grade.warmth * strength, skin)
    lab = split_tone(lab, grade.shadows, grade.lights, 0.9 * strength)
    return with_saturation(lab, grade.saturation * strength, skin)


def _air(rgb: Floats, grade: Grade, brief: Brief) -> Floats:
    """Lay light, glow, fade, vignette and grain over the picture, as far as the words ask."""
    words, scene = brief.steer, brief.scene
    if words.up("sun"):
        rgb = sunlit(rgb, scene, brief.dice, words.up("sun"))
    glow = words.up("glow") + 0.4 * words.up("softness")
    if glow:
        rgb = glowing(rgb, scene.unit, glow)
    if words.up("fade"):
        rgb = floats(0.12 * words["fade"] + rgb * (1 - 0.16 * words["fade"]))
    rgb = vignetted(rgb, grade.vignette * brief.strength + 0.8 * words["vignette"])
    if words.up("grain"):
        rgb = grainy(rgb, brief.dice.rng, scene.unit, words.up("grain"))
    return rgb


def sunlit(rgb: Floats, scene: Scene, dice: Dice, amount: float) -> Floats:
    """Let a low sun in from one side: amber where it falls, a trace of blue where it does not."""
    height, width = scene.shape
    x, y = grid(height, width)
    side = 1.0 if dice.number % 2 else -1.0
    across = side * (x / width - 0.5) - 0.55 * (y / height - 0.5)
    fall = smoothstep(-0.55, 0.75, floats(across))
    amber = np.asarray([1.0, 0.74, 0.42], np.float32)
    lit = screen(rgb, floats(0.20 * amount * fall[..., None] ** 1.5 * amber * (0.3 + scene.luma[..., None])))
    shade = 1 - 0.22 * amount * (1 - fall[..., None]) * np.asarray([1.0, 0.85, 0.55], np.float32)
    return floats(lit * shade)


def glowing(rgb: Floats, unit: float, amount: float) -> Floats:
    """Let bright things spread a warm light around them."""
    bright = rgb * smoothstep(0.45, 1.0, floats(rgb.max(axis=2)))[..., None]
    halo = 0.6 * blur(floats(bright), 9 * unit) + 0.4 * blur(floats(bright), 34 * unit)
    return screen(rgb, floats(0.36 * amount * halo * np.asarray([1.0, 0.9, 0.8], np.float32)))


def vignetted(rgb: Floats, amount: float) -> Floats:
    """Darken the corners."""
    height, width = rgb.shape[:2]
    x, y = grid(height, width)
    away = np.hypot((x - width / 2) / (0.71 * width), (y - height / 2) / (0.71 * height))
    return floats(rgb * (1 - 0.42 * max(0.0, amount) * smoothstep(0.45, 1.1, floats(away)))[..., None])


def grainy(rgb: Floats, rng: np.random.Generator, unit: float, amount: float) -> Floats:
    """Add film grain, most in the middle tones."""
    shape = (rgb.shape[0], rgb.shape[1])
    silver = grain(rng, shape, max(1.2, 1.7 * unit))
    light = rgb.mean(axis=2)
    return floats(np.clip(rgb + (0.055 * amount * silver * (0.35 + 2.4 * light * (1 - light)))[..., None], 0, 1))
