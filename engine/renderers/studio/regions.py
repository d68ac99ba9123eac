"""Where sky, water and foliage are: soft planes from colour, texture and place, empty when in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from engine.renderers.studio.edging import sharpened
from engine.renderers.studio.filters import Floats, blur, floats, slopes, smoothstep
from engine.renderers.studio.segments import Numbers, Segments

if TYPE_CHECKING:
    from engine.renderers.studio.scene import Scene

Some = NDArray[np.bool_]

#: A face taller than this share of the picture means a portrait: what is pale behind it is more often a wall.
_PORTRAIT = 0.13
#: A picture whose colours stray less than this from their middle (Lab units) has one hue, as an old print has.
_FADED = 16.0
#: How much lightness may change sideways in what is even, a pixel of the small copy.
_EVEN = 0.8


class Regions(NamedTuple):
    """Soft planes, 0..1, of what is probably sky, water and leaves or grass; all 0 where there is none."""

    sky: Floats
    water: Floats
    foliage: Floats


class Clues(NamedTuple):
    """What is known of each segment: how much lightness changes sideways and downwards (a pixel), place, chroma."""

    across: Floats
    down: Floats
    y: Floats
    chroma: Floats
    faded: bool  # the whole picture has one hue, as an old print has
    portrait: bool


def regions_of(scene: Scene) -> Regions:
    """Return the regions of a scene.

    Sky is even, grows from the upper edge and is blue, or pale and lighter than the rest; water lies below it, is even
    sideways and begins at a level shore; foliage is green and rough.
    """
    parts, small = scene.segments, scene.small
    clues = _clues(scene, parts)
    above = _sky(parts, clues)
    shore = _shore(small, parts, clues, above)
    # Haze runs into the lake below it without a step: the shore parts them.
    sky = above & (clues.y < (1 if shore is None else shore))
    water = _water(parts, clues, sky, shore)
    leaves = _foliage(parts, clues) & ~above & ~water
    sky_plane = _soft(parts, sky, scene, (9, 20), (0, 1 if shore is None else shore))
    water_plane = _soft(parts, water, scene, (14, 30), (0 if shore is None else shore, 1))
    leaf_plane = sharpened(parts.spread(floats(leaves)), small, scene.rgb)
    return Regions(sky_plane, floats(water_plane * (1 - sky_plane)), floats(leaf_plane * _green(scene)))


def _soft(parts: Segments, some: Some, scene: Scene, alike: tuple[float, float], rows: tuple[float, float]) -> Floats:
    """Return the soft plane of an even region: it grows over what has its colours, and leaves out what has not.

    Args:
        parts: The segments.
        some: Those of the region.
        scene: The picture.
        alike: How far colours may be from the region's, in Lab units: wholly in, and out.
        rows: Where it may be, as shares of the height.
    """
    if not some.any():
        return np.zeros(scene.shape, np.float32)
    small = scene.small
    core = parts.spread(floats(some))
    sigma = 0.035 * max(small.shape[:2])
    near = blur(core, sigma)
    mean = blur(floats(small * core[..., None]), sigma) / (near[..., None] + 1e-4)
    like = smoothstep(alike[1], alike[0], floats(np.linalg.norm((small - mean) * (0.7, 1, 1), axis=2)))
    grown = like * smoothstep(0.02, 0.12, near)
    y = np.arange(len(grown))[:, None] / len(grown)
    grown = floats(grown * ((y >= rows[0] - 0.012) & (y <= rows[1])))
    return sharpened(grown, small, scene.rgb, 1e-4)


def _clues(scene: Scene, parts: Segments) -> Clues:
    small = scene.small
    luma = np.ascontiguousarray(small[..., 0])
    dx, dy = slopes(blur(luma, 0.7))
    tint = small[..., 1:].reshape(-1, 2)
    wild = float(np.percentile(np.linalg.norm(tint - np.median(tint, axis=0), axis=1), 95))
    tallest = max((face.h for face in scene.faces), default=0) / scene.shape[0]
    inner = parts.inner()
    across, down = (_inside(parts, floats(np.abs(slope)), inner) for slope in (dx, dy))
    chroma = floats(np.hypot(parts.lab[:, 1], parts.lab[:, 2]))
    return Clues(across, down, parts.down, chroma, wild < _FADED, tallest > _PORTRAIT)


def _inside(parts: Segments, plane: Floats, inner: Floats) -> Floats:
    """Return the mean of a plane well inside each segment, where no neighbour's edge is counted."""
    return floats(parts.mean(floats(plane * inner)) / np.maximum(parts.mean(inner), 1e-3))


def _sky(parts: Segments, clues: Clues) -> Some:
    even = (clues.across < _EVEN) & (clues.down < 1.3 * _EVEN)
    lab = parts.lab
    blue = (lab[:, 2] < -3) & (lab[:, 1] > -9) & (lab[:, 0] > 4)
    pale = (lab[:, 0] > 60) & (clues.faded | (clues.chroma < 13))
    found = _grown(parts, even & (blue | pale), floats(parts.rim[:, 1]))
    return found if found.any() and _is_sky(parts, clues, found, blue) else np.zeros_like(found)


def _is_sky(parts: Segments, clues: Clues, found: Some, blue: Some) -> bool:
    """Whether an even region at the upper edge is wide, ends above the lower edge, and is blue or lighter."""
    wide, low = (parts.rim[found, side].sum() / parts.rim[:, side].sum() for side in (1, 3))
    share = parts.area[found].sum() / parts.area.sum()
    if not (wide > 0.35 and low < 0.12 and 0.05 < share < 0.92):
        return False
    lightness, rest = (np.average(parts.lab[some, 0], weights=parts.area[some]) for some in (found, ~found))
    blueness = np.average(blue[found], weights=parts.area[found])
    return bool(blueness > 0.6 or (lightness > rest + 12 and not clues.portrait))


def _shore(small: Floats, parts: Segments, clues: Clues, sky: Some) -> float | None:
    """Return how far down (0..1) a level line crosses the picture below the sky's upper part, or None.

    A distant shore or horizon: the row where the most columns step in lightness at once.
    """
    if not sky.any():
        return None
    luma = np.ascontiguousarray(small[..., 0])
    dx, dy = (np.abs(slope) for slope in slopes(blur(luma, 1.0)))
    height = luma.shape[0]
    calm = parts.spread(floats(clues.across < 1.3 * _EVEN)) > 0
    level = floats((dy > 0.35) & (dy > 2.5 * dx) & calm)
    crossed = cv2.blur(cv2.dilate(level, np.ones((3, 1), np.uint8)), (1, 3)).mean(axis=1)
    # Only lines that something lies level on: lower than the mean sky and well above the lower edge.
    first, last = int(height * max(0.28, float(np.median(_down(parts, sky))))), int(0.8 * height)
    if last - first < 4:
        return None
    # Water shades off level by level: it begins where such rows begin.
    rise = crossed - np.roll(crossed, 6)
    row = first + int(np.argmax(rise[first:last]))
    row_of_shore = row + int(np.argmax(crossed[row : row + max(2, height // 16)]))
    return row_of_shore / height if rise[row] > 0.16 else None


def _down(parts: Segments, some: Some) -> Floats:
    """Return how far down (0..1) the pixels of some segments are."""
    rows = np.nonzero(some[parts.labels])[0]
    return floats(rows / parts.labels.shape[0])


def _water(parts: Segments, clues: Clues, sky: Some, shore: float | None) -> Some:
    """Water lies under a sky, below a level shore: nothing else tells it from a floor."""
    none = np.zeros_like(sky)
    if shore is None:
        return none
    even = (clues.across < 1.1 * _EVEN) & (clues.down < 2.1 * _EVEN) & (clues.y > shore - 0.01)
    cool = (parts.lab[:, 2] < 9) & (parts.lab[:, 1] > -7) & (parts.lab[:, 1] < 8)
    pieces = _pieces(parts, even & (clues.faded | (cool & (clues.chroma < 26))), 34)
    from_shore = [piece for piece in pieces if parts.area[piece].sum() > 400 and clues.y[piece].min() < shore + 0.09]
    found = np.any(from_shore, axis=0) if from_shore else none
    return found if parts.area[found].sum() > 0.03 * parts.area.sum() else none


def _foliage(parts: Segments, clues: Clues) -> Some:
    none = np.zeros(len(parts.area), np.bool_)
    if clues.faded:
        return none
    hue = np.arctan2(parts.lab[:, 2], parts.lab[:, 1])
    green = (hue > np.radians(93)) & (hue < np.radians(172)) & (clues.chroma > 5)
    rough = clues.across + clues.down > 1.2
    near = green & rough
    big = [piece for piece in _pieces(parts, near, 30) if parts.area[piece].sum() > 0.012 * parts.area.sum()]
    return np.any(big, axis=0) if big else none


def _grown(parts: Segments, likely: Some, seed: Floats) -> Some:
    """Return the likely segments that hang together with a seed."""
    pieces = [piece for piece in _pieces(parts, likely, 14) if seed[piece].sum() > 0.04 * seed.sum()]
    return np.any(pieces, axis=0) if pieces else np.zeros_like(likely)


def _pieces(parts: Segments, likely: Some, most: float) -> list[Some]:
    """Return the connected regions of some segments; a step in colour of `most` parts them."""
    first, second = parts.pairs.T
    step = np.linalg.norm(parts.lab[first] - parts.lab[second], axis=1)
    joined = likely[first] & likely[second] & (step < most)
    graph = coo_matrix((np.ones(joined.sum()), (first[joined], second[joined])), shape=(len(likely),) * 2)
    names: Numbers = connected_components(graph, directed=False)[1]
    return [names == name for name in np.unique(names[likely])] if likely.any() else []


def _green(scene: Scene) -> Floats:
    """Return what is green rather than a flower, a branch or a wall between leaves; soft."""
    lab = scene.lab
    return smoothstep(7, 0, blur(floats(lab[..., 1] - 0.08 * lab[..., 2]), 3 * scene.unit))
