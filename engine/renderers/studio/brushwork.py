"""Strokes: planned where a painting is not yet right, and laid as brushes and chalks lay them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.renderers.studio.brushes import REACH, Brush
from engine.renderers.studio.colour import to_lab, to_rgb
from engine.renderers.studio.filters import Floats, blur, floats
from engine.renderers.studio.flow import Flow
from engine.renderers.studio.scatter import sampled
from engine.renderers.studio.scene import Scene, oval

_SHIFT = 4
_ROW = 4096
#: Strokes of a larger radius (in pixels) show their bend.
_CURVED = 8
#: Lab difference (summed over the planes) at which a stroke's colour would be wrong.
_OTHER = 16.0
_FOLLOWED = 3
#: So much paint hides what is under it.
_OPAQUE = 0.97


class Layer(NamedTuple):
    """A pass over the picture with one brush. Radius in pixels at 1024, spacing and length in radii.

    `worth` is the least difference (Lab) that deserves a stroke, `vary` how much strokes differ in colour (Lab).
    """

    radius: float
    spacing: float
    length: float
    worth: float
    vary: float = 1.5


_FACE = Layer(radius=2, spacing=0.95, length=6.0, worth=2.0, vary=0.5)
#: Radii for a face, in widths of it; where its oval is the face.
_FACE_BRUSHES, _INSIDE = (0.022, 0.010), 0.2
#: Radius (pixels) from which a brush is broad.
_BROAD = 3.0
_WEIGHTS = np.full((1, 3), 0.6, np.float32)


class Strokes(NamedTuple):
    """N strokes in the order they are laid, each an arc.

    `centres` and unit tangents `along` are (N, 2) in pixels, `bend` (N,) the curvature, `reach` (N,) half the length,
    `radius` (N,) half the width, `colours` (N, 3) sRGB 0..1.
    """

    centres: Floats
    along: Floats
    bend: Floats
    reach: Floats
    radius: Floats
    colours: Floats


class Easel(NamedTuple):
    """A painting in the making, changed by every stroke: sRGB 0..1 (HxWx3) and the height of the paint (HxW)."""

    rgb: Floats
    height: Floats


def strokes_on(
    model: Floats, flow: Flow, wrong: Floats, layer: Layer, radius: float, rng: np.random.Generator
) -> Strokes:
    """Plan a layer: a jittered grid of strokes where the painting is `wrong` enough (after Hertzmann, 1998).

    Strokes follow the flow and end where their colour would be wrong; beside an edge they draw back and narrow.

    Args:
        model: Lab picture to paint.
        flow: What strokes follow.
        wrong: Plane of the difference left to paint, in Lab units.
        layer: Spacing, length, worth and variation.
        radius: Of the brush, in pixels.
        rng: Jitter, order and variation of colour.
    """
    starts = _starts(wrong, layer, radius, rng)
    colours = sampled(model, starts)
    centres, along, bend, reach = _arcs(starts, model, flow, colours, 0.5 * layer.length * radius, radius)
    centres, narrow = _drawn_back(centres, along, model, colours, radius)
    # Paint is never mixed twice the same.
    lab = colours + layer.vary * rng.standard_normal(colours.shape, dtype=np.float32)
    # Darks first, as painters do: lights laid over them keep an edge whole, where chance would fray it.
    order = np.argsort(lab[:, 0] + rng.normal(0, 9 if layer.radius > 4 else 30, len(lab)), kind="stable")
    paint = to_rgb(floats(lab[None]))[0] if len(starts) else np.zeros((0, 3), np.float32)
    size = floats(radius * narrow)
    return Strokes(*(floats(part[order]) for part in (centres, along, bend, reach, size, paint)))


def led(flow: Flow, angle: float, share: float) -> Flow:
    """Return a flow that goes the hand's own way (radians) where the picture leaves it free; `share` 0..1 of that."""
    height, width = flow.x.shape
    half = (max(1, width // 2), max(1, height // 2))
    x, y, certain = (cv2.resize(p, half, interpolation=cv2.INTER_NEAREST) for p in (flow.x, flow.y, flow.certain))
    free = share * (1 - 0.75 * certain)
    # Twice the angle, for a tangent has no sign.
    along = (1 - free) * (x * x - y * y) + free * np.cos(2 * angle)
    aside = (1 - free) * 2 * x * y + free * np.sin(2 * angle)
    turned = 0.5 * np.arctan2(aside, along)
    wide = [cv2.resize(f(turned), (width, height), interpolation=cv2.INTER_NEAREST) for f in (np.cos, np.sin)]
    return Flow(floats(wide[0]), floats(wide[1]), flow.certain)


def wrong_on(easel: Easel, target: Floats, radius: float) -> Floats:
    """Return how far a painting is from its target (Lab) as a brush of that radius sees it, in Lab units."""
    height, width = easel.height.shape
    # A broad brush does not see single pixels.
    size = (width // 2, height // 2) if radius > _BROAD and min(width, height) > _BROAD else (width, height)
    painted, wanted = (floats(cv2.resize(p, size, interpolation=cv2.INTER_AREA)) for p in (easel.rgb, target))
    apart = cv2.transform(cv2.absdiff(wanted, to_lab(painted)), _WEIGHTS)
    return blur(floats(cv2.resize(apart, (width, height), interpolation=cv2.INTER_LINEAR)), 0.4 * radius)


def finish_faces(
    easel: Easel, scene: Scene, target: Floats, brush: Callable[[float], Brush], rng: np.random.Generator
) -> None:
    """Finish every face with two brushes of its own size, however broad the others were: lids are small strokes.

    Args:
        easel: Changed in place.
        scene: Whose faces.
        target: Lab picture to paint.
        brush: Makes a brush of a radius in pixels.
        rng: As in `strokes_on`.
    """
    for face in scene.faces:
        inside = floats(oval(scene.shape, face, 1.05) > _INSIDE)
        for share in _FACE_BRUSHES:
            radius = max(1.0, share * face.w)
            wrong = floats(wrong_on(easel, target, radius) * inside)
            laid(easel, strokes_on(target, scene.flow, wrong, _FACE, radius, rng), brush(radius), rng)


def _starts(wrong: Floats, layer: Layer, radius: float, rng: np.random.Generator) -> Floats:
    height, width = wrong.shape
    step = max(1.5, layer.spacing * radius)
    y, x = np.mgrid[0 : height + step : step, 0 : width + step : step].astype(np.float32)
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    points += rng.uniform(-0.5, 0.5, points.shape).astype(np.float32) * np.float32(step)
    return floats(points[sampled(wrong, points) >= layer.worth])


def _arcs(
    starts: Floats, model: Floats, flow: Flow, colours: Floats, half: float, radius: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the arcs through the starts: centres, tangents, curvatures, half lengths."""
    heading = np.stack([sampled(flow.x, starts), sampled(flow.y, starts)], axis=1)
    front = _followed(starts, model, flow, colours, half)
    back = _followed(starts, model, flow, colours, -half)
    chord = front - back
    length = np.linalg.norm(chord, axis=1, keepdims=True)
    along = np.where(length > 0.5 * radius, chord / (length + 1e-4), heading)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    ahead, behind = ((end - starts) for end in (front, back))
    far = ((ahead * along).sum(axis=1), (behind * along).sum(axis=1))
    off = ((ahead * across).sum(axis=1), (behind * across).sum(axis=1))
    reach = np.maximum(0.5 * (far[0] - far[1]), 0.6 * radius)
    bend = (off[0] + off[1]) / (reach * reach + 1e-3)
    centres = starts + 0.5 * (far[0] + far[1])[:, None] * along
    return floats(centres), floats(along), floats(np.clip(bend, -0.8 / reach, 0.8 / reach)), floats(reach)


def _followed(starts: Floats, model: Floats, flow: Flow, colours: Floats, way: float) -> Floats:
    """Return where strokes end that follow the flow for `way` pixels (negative: backwards)."""
    step = np.float32(way / _FOLLOWED)
    here, alive = starts, np.ones(len(starts), bool)
    last = np.stack([sampled(flow.x, here), sampled(flow.y, here)], axis=1)
    for _ in range(_FOLLOWED):
        heading = np.stack([sampled(flow.x, here), sampled(flow.y, here)], axis=1)
        heading *= np.where((heading * last).sum(axis=1, keepdims=True) < 0, -1, 1)
        there = here + step * heading
        alive &= np.abs(sampled(model, there) - colours).sum(axis=1) < _OTHER
        here, last = floats(np.where(alive[:, None], there, here)), heading
    return here


def _drawn_back(centres: Floats, along: Floats, model: Floats, colours: Floats, radius: float) -> tuple[Floats, Floats]:
    """Return centres moved away from an edge beside them, and how much narrower those strokes are (a share)."""
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) * np.float32(0.8 * radius)
    over = [
        np.abs(sampled(model, floats(centres + side * across)) - colours).sum(axis=1) > 1.5 * _OTHER for side in (1, -1)
    ]
    push = (over[1].astype(np.float32) - over[0].astype(np.float32))[:, None]
    narrow = 1 - 0.35 * (over[0] | over[1])
    return floats(centres + 0.3 * push * across), floats(narrow)


def laid(easel: Easel, strokes: Strokes, brush: Brush, rng: np.random.Generator, tooth: Floats | None = None) -> None:
    """Lay strokes onto an easel, the first of them first.

    Every pixel finds the stroke it belongs to, its place along and across that stroke, and there what the brush
    leaves: how much, how thick, how light.

    Args:
        easel: Changed in place.
        strokes: To lay.
        brush: What a stroke leaves.
        rng: Which of the brush's prints a stroke shows.
        tooth: Plane added to how much is left (about -1..1: what a grain does to a chalk), or None.
    """
    middle = len(strokes.centres) // 2
    # The first half shows through the gaps of the second; where the second covers it, it need not be painted.
    below, above = (Strokes(*(f[part] for f in strokes)) for part in (slice(0, middle), slice(middle, None)))
    shape = easel.height.shape
    top = _marks(_owners(above, shape), above, brush, rng, tooth)
    owner = _owners(below, shape)
    owner.reshape(-1)[top.where[top.left > _OPAQUE]] = 0
    _leave(easel, _marks(owner, below, brush, rng, tooth))
    _leave(easel, top)


class _Marks(NamedTuple):
    """What strokes leave: at which pixels (flat indices), how much, how thick, of which colour."""

    where: NDArray[np.int64]
    left: Floats
    thick: Floats
    paint: Floats


def _marks(
    owner: NDArray[np.int32], strokes: Strokes, brush: Brush, rng: np.random.Generator, tooth: Floats | None
) -> _Marks:
    where = np.flatnonzero(owner)
    whose = owner.reshape(-1)[where] - 1
    left, thick, light = _prints(strokes, brush, rng, where, whose, owner.shape[1])
    if tooth is not None:
        left = floats(np.clip(left + brush.bite * tooth.reshape(-1)[where] * (left > 0), 0, 1))
    paint = strokes.colours.take(whose, axis=0)
    paint *= 1 + light[:, None]
    return _Marks(where, left, thick, paint)


def _leave(easel: Easel, marks: _Marks) -> None:
    rgb, height = easel.rgb.reshape(-1, 3), easel.height.reshape(-1)
    under, low = rgb.take(marks.where, axis=0), height.take(marks.where)
    rgb[marks.where] = under + (marks.paint - under) * marks.left[:, None]
    height[marks.where] = low + (marks.thick - 0.75 * low) * marks.left


def _owners(strokes: Strokes, shape: tuple[int, int]) -> NDArray[np.int32]:
    """Return the number of the last stroke over every pixel, from 1; 0 where there is none."""
    owner = np.zeros(shape, np.int32)
    if not len(strokes.centres):
        return owner
    points = 5 if strokes.radius[0] > _CURVED else 3
    places = np.linspace(-0.9, 0.9, points, dtype=np.float32)[None, :, None] * strokes.reach[:, None, None]
    across = np.stack([-strokes.along[:, 1], strokes.along[:, 0]], axis=1)[:, None]
    spine = strokes.centres[:, None] + places * strokes.along[:, None]
    spine = spine + 0.5 * strokes.bend[:, None, None] * places**2 * across
    paths = np.rint(spine * (1 << _SHIFT)).astype(np.int32)
    widths = np.maximum(1, np.rint(1.9 * strokes.radius)).astype(int).tolist()
    for number, (path, width) in enumerate(zip(paths, widths, strict=True), 1):
        cv2.polylines(owner, [path], False, number, width, cv2.LINE_8, _SHIFT)
    return owner


def _prints(
    strokes: Strokes,
    brush: Brush,
    rng: np.random.Generator,
    where: NDArray[np.int64],
    whose: NDArray[np.int32],
    width: int,
) -> tuple[Floats, Floats, Floats]:
    """Return what the brush leaves at some pixels: how much, how thick, how light."""
    count = len(strokes.centres)
    tiles = rng.integers(0, brush.tiles, count).astype(np.float32)
    y, x = (floats(part) for part in np.divmod(where, width))
    cx, cy = (strokes.centres[:, k].take(whose) for k in (0, 1))
    tx, ty = (strokes.along[:, k].take(whose) for k in (0, 1))
    x -= cx
    y -= cy
    run = x * tx + y * ty
    off = y * tx - x * ty - 0.5 * strokes.bend.take(whose) * run * run
    u = np.clip(run / strokes.reach.take(whose), -REACH, REACH)
    v = np.clip(off / strokes.radius.take(whose), -REACH, REACH)
    rows, columns = brush.prints.shape[0] // brush.tiles, brush.prints.shape[1]
    across = (v + REACH) * np.float32((rows - 1) / (2 * REACH)) + tiles.take(whose) * np.float32(rows)
    along = (u + REACH) * np.float32((columns - 1) / (2 * REACH))
    # At least one more: OpenCV takes no empty map.
    pad = _ROW - len(where) % _ROW
    columns_at, rows_at = (floats(np.pad(m, (0, pad)).reshape(-1, _ROW)) for m in (along, across))
    found = floats(cv2.remap(brush.prints, columns_at, rows_at, cv2.INTER_LINEAR)).reshape(-1, 3)[: len(where)]
    return found[:, 0], found[:, 1], found[:, 2]
