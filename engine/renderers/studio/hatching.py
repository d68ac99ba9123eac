"""Lines that make tone: ruled, bent over form, swelling where it is dark; smooth at their edges."""

from __future__ import annotations

import numpy as np

from engine.renderers.studio.filters import Floats, blur, floats, grid, slopes, smoothstep
from engine.renderers.studio.scene import Scene


def phase(shape: tuple[int, int], angle: float, pitch: float, bend: Floats | float = 0.0) -> Floats:
    """Return which line of a family every pixel is on: whole numbers are the middles of lines.

    Args:
        shape: Height and width.
        angle: Across the lines, in radians.
        pitch: From line to line, in pixels.
        bend: How far the lines are pushed aside, in pixels: a height makes them run over it.
    """
    x, y = grid(*shape)
    return floats((x * np.cos(angle) + y * np.sin(angle) + bend) / pitch)


def ruled(lines: Floats, cover: Floats) -> Floats:
    """Return the ink of a family of lines, 0..1.

    Args:
        lines: From `phase`.
        cover: What share of the paper the lines cover, 0..1: they swell with it, and fade out below a hair.
    """
    pitch = 1 / np.maximum(np.hypot(*slopes(lines)), 1e-3)
    away = np.abs(lines - np.rint(lines))
    hair = np.clip(cover * pitch / 0.9, 0, 1)
    # Lines that nearly touch close up.
    closing = 0.5 * np.clip((cover - 0.92) / 0.08, 0, 1)
    return floats(np.clip((0.5 * cover - away) * pitch + 0.5 + closing, 0, 1) * hair)


def relief_of(scene: Scene) -> Floats:
    """Return a guess at the height of things for lines to run over, about -1..1.

    The subject swells, lights stand out, heads are round.
    """
    return scene.once("hatching relief", lambda: _relief(scene))


def _relief(scene: Scene) -> Floats:
    unit = scene.unit
    tone = floats(scene.flat[..., 0] / 100)
    form = blur(tone, 7 * unit) - blur(tone, 70 * unit)
    broad = blur(tone, 26 * unit) - blur(tone, 160 * unit)
    swell = blur(scene.matte, 60 * unit)
    heads = blur(scene.near_faces(1.25), 14 * unit)
    return floats(0.8 * np.tanh(2.2 * form) + 0.5 * np.tanh(2 * broad) + 0.5 * swell + 0.5 * heads)


def darkness(scene: Scene, *, crisp: float) -> Floats:
    """Return how dark a drawing has to be, 0 (bare paper) to 1: stretched to the full range, details brought out.

    Args:
        scene: The picture.
        crisp: How much local contrast is added, about 0..1.
    """
    return scene.once(("darkness", crisp), lambda: _darkness(scene, crisp))


def _darkness(scene: Scene, crisp: float) -> Floats:
    unit = scene.unit
    luma = floats(0.6 * scene.luma + 0.4 * scene.flat[..., 0] / 100)
    near, wide = luma - blur(luma, 2.5 * unit), luma - blur(luma, 18 * unit)
    low, high = np.percentile(luma[::4, ::4], (1, 98.5))
    tone = np.clip((luma - low) / max(float(high - low), 0.3), 0, 1)
    return floats(np.clip(1 - tone - crisp * (1.3 * near + 0.8 * wide), 0, 1))


def tiers(dark: Floats, starts: tuple[float, ...], most: tuple[float, ...]) -> tuple[Floats, ...]:
    """Share a darkness between families of lines that are laid over each other.

    Args:
        dark: 0..1.
        starts: The darkness at which each family begins.
        most: The cover at which each family stops swelling.
    """
    return tuple(
        floats(top * smoothstep(start, min(1.0, start + 0.75), dark)) for start, top in zip(starts, most, strict=True)
    )
