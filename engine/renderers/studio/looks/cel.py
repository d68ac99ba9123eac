"""Cel: clean coloured lines over flat bright colour with crisp two-tone shading, as in animation."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.colour import colour, to_lab, to_rgb, with_saturation
from engine.renderers.studio.filters import Floats, blur, floats, lerp, smoothstep, warp
from engine.renderers.studio.flats import Areas, areas_of, backdrop, calm, features, sprayed, tone_area
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.penwork import Path, contours, penned, spaced
from engine.renderers.studio.scene import Scene

#: Areas a cel begins with, and how much lightness counts beside colour: little, for its steps are the shading's.
_COUNT, _LIGHT = 18, 0.62


class Paint(NamedTuple):
    """What a variant is painted with. `shade` is what the shadow adds to a colour's Lab."""

    line: float
    ink: str
    shade: tuple[float, float, float]
    depth: float
    chroma: float
    lift: float
    rim: float
    side: float


class Cel(Look):
    """Flat colours, one shadow and one light on each, traced lines."""

    STEPS: ClassVar[int] = 3

    def paint(self, brief: Brief) -> Floats:
        """Return the frame."""
        paint = drawn(brief)
        base = flat(brief, paint)
        brief.step(to_rgb(base))
        shaded = lit(base, brief, paint)
        brief.step(None)
        frame = lined(to_rgb(shaded), brief, paint)
        brief.step(frame)
        return frame


def drawn(brief: Brief) -> Paint:
    """Draw a variant's lines, light and colour."""
    dice, words = brief.dice, brief.steer
    return Paint(
        line=dice.vary((2.3, 1.7, 2.9, 2.0)) * 2 ** (0.7 * words["bold"]),
        ink=dice.choose(("#2a1a2e", "#16182e", "#2b1712", "#10222c")),
        shade=dice.vary(((-15.0, 3.0, -9.0), (-12.0, 4.0, 3.0), (-20.0, 0.0, -13.0), (-13.0, -4.0, -4.0))),
        depth=dice.choose((-3.5, -5.0, -2.0, -4.0)),
        chroma=dice.vary((0.85, 0.6, 1.15, 0.7)),
        lift=dice.vary((0.68, 0.54, 0.76, 0.6)),
        rim=dice.choose((0.55, 0.9, 0.0, 0.75)),
        side=dice.choose((-2.3, -0.8, 2.6, -1.57)),
    )


def flat(brief: Brief, paint: Paint) -> Floats:
    """Return the flat colours, Lab: cleared and lifted; the sky keeps a soft gradient; a gentle change more tones."""
    scene = brief.scene
    space = backdrop(scene, _areas(scene))
    lab = lerp(_areas(scene).filled(_areas(scene).colours), sprayed(scene, space), space)
    own = scene.once("cel own", lambda: _soft(scene))
    kept = np.clip(0.55 * scene.near_faces(1.05) + 0.9 * (0.85 - brief.strength), 0, 0.9)
    lab = lerp(lab, own, floats(kept))
    low, high = np.percentile(scene.luma[::4, ::4] * 100, (1, 99))
    light = np.clip((lab[..., 0] - low) / max(float(high - low), 40.0), 0, 1)
    bright = floats(15 + 83 * np.power(light, paint.lift))
    lab[..., 0] = lerp(floats(lab[..., 0]), bright, 0.35 + 0.65 * brief.strength)
    return with_saturation(lab, paint.chroma * brief.strength, scene.skin)


def _areas(scene: Scene) -> Areas:
    return areas_of(scene, _COUNT, smooth=4.0, least=260.0, light=_LIGHT)


def _soft(scene: Scene) -> Floats:
    """Return the picture without texture: its lightness calm, its colours blurred along the forms."""
    lab = scene.flow.along(scene.flat, 2 + 6 * scene.unit)
    lab[..., 0] = calm(scene, 7)
    return lab


def lit(base: Floats, brief: Brief, paint: Paint) -> Floats:
    """Return the colours with one shadow and one light on each, and a rim of light along the subject."""
    scene = brief.scene
    shadow, light = scene.once(("cel tones", paint.depth), lambda: _tones(scene, paint.depth))
    gentle = (1 - 0.45 * scene.near_faces(1.1)) * (1 - backdrop(scene, _areas(scene)))
    lab = base + (shadow * gentle)[..., None] * np.asarray(paint.shade, np.float32)
    lab[..., 0] += 9 * light * gentle
    rim = paint.rim * scene.once(("cel rim", paint.side), lambda: _rim(scene, paint.side))
    lab[..., 0] = np.clip(lab[..., 0] + rim * (97 - lab[..., 0]) * 0.6, 0, 98)
    return floats(lab)


def _tones(scene: Scene, depth: float) -> tuple[Floats, Floats]:
    """Return where the shadows and the lights lie: clearly darker or lighter than what is around on the same form."""
    unit = scene.unit
    tone = calm(scene, 11)
    areas = _areas(scene)
    own = areas.filled(areas.colours[:, 0])
    relative = 0.6 * (tone - own) + 0.6 * (tone - blur(tone, 40 * unit))
    least = 900 * unit * unit
    shadow = 1 - tone_area(floats(relative), depth, smooth=4.5 * unit, least=least)
    light = tone_area(floats(relative), 8.5, smooth=4.5 * unit, least=least)
    return shadow, light


def _rim(scene: Scene, side: float) -> Floats:
    """Return a crisp thin edge of light on the side of the subject that faces the light."""
    unit = scene.unit
    body = floats(blur(scene.matte, 3 * unit))
    reach = 7 * unit
    shifted = warp(body, *(np.full(scene.shape, reach * f, np.float32) for f in (np.cos(side), np.sin(side))))
    edge = smoothstep(0.45, 0.55, body) * smoothstep(0.55, 0.45, shifted)
    return floats(edge * smoothstep(0.2, 0.45, floats(scene.flat[..., 0] / 100)))


def lined(rgb: Floats, brief: Brief, paint: Paint) -> Floats:
    """Draw the lines in a dark tone of the colour they run over."""
    scene = brief.scene
    width = max(paint.line * scene.unit, 0.9)
    fine = int(np.clip(1 + round(brief.steer["detail"]), 0, 2))
    paths = spaced(scene.shape, contours(scene, fine), 2.2 * width)

    def wide(path: Path) -> Floats:
        return floats(width * np.clip(0.45 + 0.4 * path.strength, 0.5, 1.35))

    ink = np.maximum(penned(scene.shape, paths, wide, 26 * scene.unit), 0.9 * features(scene))
    own = to_lab(blur(rgb, 1.5 * scene.unit))
    own[..., 0] = 8 + 0.18 * own[..., 0]
    dark = lerp(to_rgb(own), floats(np.broadcast_to(colour(paint.ink), rgb.shape)), 0.55)
    return lerp(rgb, dark, floats(ink))
