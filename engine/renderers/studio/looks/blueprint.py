"""Blueprint: a draughtsman's lines in white on Prussian blue, with a grid, construction lines and hatched shadows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.colour import colour
from engine.renderers.studio.filters import Floats, blur, floats, grid, inset, lerp, smoothstep
from engine.renderers.studio.flats import calm, tone_area
from engine.renderers.studio.hatching import phase, ruled
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.penwork import Path, contours, penned
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.texture import noise

#: A contour is straight when it strays from its line by less than this share of its length.
_STRAIGHT = 0.012


class Sheet(NamedTuple):
    """What a variant is drawn on and with; lengths in pixels at 1024."""

    ground: str
    line: str
    cell: float
    hatch: float
    angle: float
    weight: float
    fine: int


class Blueprint(Look):
    """Line weights, a grid, hatching: no fills."""

    STEPS: ClassVar[int] = 2

    def paint(self, brief: Brief) -> Floats:
        """Return the print."""
        sheet = drawn(brief)
        page = ground(brief, sheet)
        brief.step(page)
        light = np.maximum(linework(brief, sheet), 0.62 * shadows(brief, sheet))
        drawing = lerp(page, floats(np.broadcast_to(colour(sheet.line), page.shape)), floats(light))
        brief.step(drawing)
        return drawing


def drawn(brief: Brief) -> Sheet:
    """Draw a variant's paper, grid and pens."""
    dice, words = brief.dice, brief.steer
    return Sheet(
        ground=dice.choose(("#123a6b", "#0b2a55", "#1c5285", "#153f7e")),
        line=dice.choose(("#f4f9ff", "#d9f2ff", "#ffffff", "#e9f6fb")),
        cell=dice.choose((32.0, 20.0, 64.0, 40.0)),
        hatch=dice.choose((7.0, 5.5, 8.5, 6.0)),
        angle=dice.choose((0.785, 2.356, 0.785, 1.047)),
        weight=dice.choose((1.0, 0.8, 1.25, 1.05)) * 2 ** (0.7 * words["bold"]),
        fine=int(np.clip(dice.choose((1, 2, 1, 2)) + round(words["detail"]), 0, 2)),
    )


def ground(brief: Brief, sheet: Sheet) -> Floats:
    """Return the paper: unevenly developed blue, its grid, a frame; a gentle change lets the picture show through."""
    scene = brief.scene
    unit, shape = scene.unit, scene.shape
    blue = colour(sheet.ground)
    uneven = 0.035 * noise(brief.dice.rng, shape, 240 * unit, 4) + 0.012 * noise(brief.dice.rng, shape, 3 * unit, 2)
    page = floats(np.clip(blue * (1 + uneven[..., None]), 0, 1))
    shown = float(np.clip((0.75 - brief.strength) / 0.75, 0.14, 0.5))
    page = lerp(page, floats(blue * (0.45 + 0.013 * calm(scene, 9)[..., None])), shown)
    marks = 0.10 * _grid(shape, sheet.cell * unit, 1.0) + 0.12 * _grid(shape, 5 * sheet.cell * unit, 1.3)
    return lerp(page, floats(np.ones_like(page)), floats(marks + 0.55 * _frame(shape, unit)))


def _grid(shape: tuple[int, int], cell: float, width: float) -> Floats:
    """Return the lines of squared paper, centred on the sheet."""
    x, y = grid(*shape)
    away = [np.abs((p - n / 2) / cell - np.rint((p - n / 2) / cell)) * cell for p, n in ((x, shape[1]), (y, shape[0]))]
    return floats(np.clip(0.5 + width / 2 - np.minimum(*away), 0, 1))


def _frame(shape: tuple[int, int], unit: float) -> Floats:
    """Return the double frame of a drawing sheet."""
    lines = (np.clip(0.5 + w * unit / 2 - np.abs(inset(shape) - at * unit), 0, 1) for at, w in ((12, 2.2), (18, 0.9)))
    return floats(sum(lines))


def linework(brief: Brief, sheet: Sheet) -> Floats:
    """Return the drawn lines: heavy outlines, fine details, and faint construction lines that overshoot."""
    scene = brief.scene
    unit = max(scene.unit, 0.4)
    outline, detail = contours(scene, 0), contours(scene, sheet.fine)
    heavy = penned(scene.shape, outline, lambda path: _weighed(path, 3.0 * sheet.weight * unit), 0.0)
    thin = penned(scene.shape, detail, lambda path: _weighed(path, 1.5 * sheet.weight * unit), 0.0)
    aids = penned(scene.shape, construction(outline, scene), lambda _: max(0.9, unit), 0.0)
    return floats(np.maximum(np.maximum(heavy, 0.88 * thin), 0.30 * aids))


def _weighed(path: Path, width: float) -> float:
    return max(width * float(np.clip(0.5 + 0.3 * path.strength.mean(), 0.7, 1.2)), 1.0)


def construction(paths: Iterable[Path], scene: Scene) -> list[Path]:
    """Return the straight contours, lengthened well past their ends."""
    lines = []
    for path in paths:
        points, reach = path.points, len(path.points)
        if path.ring or reach < 70 * scene.unit:
            continue
        middle = points.mean(axis=0)
        _, spread, ways = np.linalg.svd(points - middle, full_matrices=False)
        if spread[1] / np.sqrt(reach) > _STRAIGHT * reach:
            continue
        ends = middle + np.outer(np.linspace(-1, 1, 40) * 0.95 * reach, ways[0])
        lines.append(Path(floats(ends), np.ones(40, np.float32), False))
    return lines


def shadows(brief: Brief, sheet: Sheet) -> Floats:
    """Return the hatching of the shadows: one family, and a second across it where it is darkest."""
    scene = brief.scene
    unit = scene.unit
    tone = calm(scene, 9)
    low, high = np.percentile(tone[::4, ::4], (3, 97))
    pitch = max(sheet.hatch * unit, 4.0)
    total = np.zeros(scene.shape, np.float32)
    for share, turn in ((0.36, 0.0), (0.15, np.pi / 2)):
        level = float(low + share * (high - low))
        where = 1 - tone_area(tone, level, smooth=3 * unit, least=260 * unit * unit)
        thin = ruled(phase(scene.shape, sheet.angle + turn, pitch), floats(np.full(scene.shape, 1.0 / pitch)))
        total = np.maximum(total, where * thin)
    inside = smoothstep(18 * unit, 19 * unit, inset(scene.shape))
    return floats(total * inside * (1 - 0.5 * blur(scene.near_faces(0.9), 2 * unit)))
