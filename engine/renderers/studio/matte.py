"""Which pixels are the subject: superpixels that stand out, GrabCut, and an edge that lies on the picture's."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.contract import Box
from engine.renderers.studio.colour import to_bytes, to_rgb
from engine.renderers.studio.edging import guided_by_colour
from engine.renderers.studio.filters import Floats, blur, floats, resize, smoothstep
from engine.renderers.studio.segments import Segments, agreed, outside, standing_out

if TYPE_CHECKING:
    from engine.renderers.studio.scene import Scene

Mask = NDArray[np.uint8]

#: What of the lower edge counts as surroundings: things and people stand on it.
_FLOOR = 0.3
#: How far apart, in Lab units, the two sides of a true border are.
_STEP = 20.0


class Cutout(NamedTuple):
    """A soft matte (1 subject, 0 surroundings) and how sure it is, 0..1: below a half it is a guess."""

    matte: Floats
    certain: float


class _Evidence(NamedTuple):
    """What speaks for and against each segment being the subject, 0 and more."""

    subject: Floats
    around: Floats


def cut_out(scene: Scene) -> Cutout:
    """Return the subject of a scene, soft at the edge.

    Superpixels are weighed by how they stand out from what is connected to the frame (Zhu et al., 2014), by focus,
    place and faces; GrabCut (Rother et al., 2004) draws the border on a small copy; a local colour model lays it on the
    picture's own edges.
    """
    parts, small = scene.segments, scene.small
    evidence = _evidence(scene, parts)
    total = evidence.subject + evidence.around
    likely = agreed(parts, floats(evidence.subject / np.maximum(total, 1e-6)), floats(0.6 * total), 9.0, 0.01)
    soft = parts.spread(floats(np.clip(likely, 0, 1)))
    cut = _against_sky(_cut(to_rgb(small), soft), resize(scene.regions.sky, small.shape[1], small.shape[0]))
    return Cutout(_edged(scene, cut), _certainty(parts, likely, cut, small))


def _evidence(scene: Scene, parts: Segments) -> _Evidence:
    height, width = parts.labels.shape
    person = parts.mean(_people(scene, (height, width)))
    x, y = (parts.at * (max(height, width) / np.asarray([width, height]))).T
    central = floats(np.exp(-(((x - 0.5) / 0.33) ** 2) - ((y - 0.53) / 0.38) ** 2))
    focus, told = _focus(scene, parts, central)
    # What is in focus is no background, even where it runs out of the frame.
    behind = floats(_behind(scene, parts) * (1 - told * focus))
    apart = standing_out(parts, behind)
    touching = (parts.rim[:, :3].sum(axis=1) > 0) * (1 - told * focus)
    # What is nearly black is as often a shadow or a gap as it is a thing.
    murk = smoothstep(16, 7, floats(parts.lab[:, 0]))
    yes = central * 1.1 * apart * (1 - behind) * (1 - 0.75 * murk) + told * focus * (0.5 + central) + 3 * person
    no = behind * (1 - 0.9 * person) * (1.15 - 0.7 * central) + 1.2 * told * (1 - focus) + 0.12 * (1 - central)
    no = no + (0.2 * touching + 0.9 * murk * (1 - central) ** 2) * (1 - np.minimum(1, 2 * person))
    return _Evidence(floats(yes), floats(no))


def _behind(scene: Scene, parts: Segments) -> Floats:
    """Return how surely each segment is surroundings: connected to the frame, sky, water, or leaves around."""
    rim = floats(parts.rim @ np.asarray([1, 1, 1, _FLOOR], np.float32))
    small = scene.small.shape
    sky, water, leaves = (parts.mean(resize(plane, small[1], small[0])) for plane in scene.regions)
    # Where leaves are all around, they are the surroundings, and so are the dark gaps between them.
    leafy = smoothstep(0.2, 0.33, (leaves * parts.area).sum() / parts.area.sum())
    gaps = leafy * (parts.lab[:, 0] < 14)
    connected = outside(parts, rim) * (1 - 0.85 * leafy)
    return floats(np.clip(np.maximum.reduce([connected, sky, 0.95 * water, (0.7 + 0.25 * leafy) * leaves, gaps]), 0, 1))


def _focus(scene: Scene, parts: Segments, central: Floats) -> tuple[Floats, float]:
    """Return how sharp each segment is, and how much that tells: a lot where the middle is sharp and the rim is not."""
    small = scene.small.shape
    sharp, told = (resize(plane, small[1], small[0]) for plane in scene.sharpness)
    edges = parts.mean(floats(told))
    focus = parts.mean(floats(sharp * told)) / np.maximum(edges, 1e-4)
    # Texture in focus has many edges; a blurred surface has few, and they are wide.
    crisp = floats(np.sqrt(np.maximum(focus, 0) * smoothstep(0.02, 0.25, edges)))
    inner, outer = ((crisp * w * parts.area).sum() / (w * parts.area).sum() for w in (central, (1 - central) ** 2))
    return crisp, float(np.clip((inner - outer - 0.08) / 0.16, 0, 1))


def _people(scene: Scene, size: tuple[int, int]) -> Floats:
    """Return a plane of heads, and of the shoulders and body below them, 0..1, on a small copy."""
    out = np.zeros(size, np.float32)
    for face in scene.faces:
        _add_person(out, face, size[0] / scene.shape[0])
    return out


def _add_person(plane: Floats, face: Box, scale: float) -> None:
    x, y, side = (face.x + face.w / 2) * scale, (face.y + face.h / 2) * scale, face.w * scale
    body = (round(x), round(y + 2.7 * side)), (round(1.2 * side), round(2.0 * side))
    cv2.ellipse(plane, body[0], body[1], 0, 0, 360, 0.25, -1)
    cv2.ellipse(plane, (round(x), round(y - 0.08 * side)), (round(0.58 * side), round(0.78 * side)), 0, 0, 360, 1.0, -1)


def _cut(rgb: Floats, likely: Floats) -> Floats:
    """Return GrabCut's answer as 0 or 1, whole; the likelihood itself where it finds nothing."""
    middle = float(np.clip(_parting(likely), 0.22, 0.6))
    mask = np.full(likely.shape, cv2.GC_PR_BGD, np.uint8)
    mask[likely > middle] = cv2.GC_PR_FGD
    mask[likely > middle + 0.5 * (float(likely.max()) - middle)] = cv2.GC_FGD
    mask[likely < 0.5 * middle] = cv2.GC_BGD
    if min((mask % 2 == 1).sum(), (mask % 2 == 0).sum()) < 60:
        return smoothstep(0.3, 0.7, likely)
    # GrabCut draws from OpenCV's own random numbers: the same picture must give the same matte.
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(to_bytes(rgb), mask, (0, 0, 1, 1), *models, 2, cv2.GC_INIT_WITH_MASK)
    cut = _whole(np.asarray(mask % 2 == 1, np.uint8), likely)
    return cut if 0.005 < float(cut.mean()) < 0.97 else smoothstep(0.3, 0.7, likely)


def _against_sky(cut: Floats, sky: Floats) -> Floats:
    """Return a mask with the tips that stand out into the sky, such as spires: there is nothing else they could be."""
    thin = np.asarray((sky < 0.4) & (blur(sky, 0.02 * max(sky.shape)) > 0.22), np.uint8)
    # Upwards only: along the skyline everything hangs together.
    grown, kernel = np.asarray(cut > 0.5, np.uint8), np.asarray([[0, 0, 0], [0, 1, 0], [1, 1, 1]], np.uint8)
    for _ in range(round(0.12 * max(sky.shape))):
        wider = np.maximum(grown, np.asarray(cv2.dilate(grown, kernel), np.uint8) & thin)
        if np.array_equal(wider, grown):
            break
        grown = wider
    return np.maximum(cut, floats(grown))


def _parting(likely: Floats) -> float:
    """Return the value that best parts a plane (0..1) into two (Otsu, 1979)."""
    value, _ = cv2.threshold(np.asarray(likely * 255, np.uint8), 0, 255, cv2.THRESH_OTSU)
    return float(value) / 255


def _whole(mask: Mask, likely: Floats) -> Floats:
    """Return a mask without specks and holes; what is drawn apart from the main piece stays only if it is likely."""
    small, large = (cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)) for side in (3, 5))
    tidy = cv2.morphologyEx(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, large), cv2.MORPH_OPEN, small)
    count, names, stats, _ = cv2.connectedComponentsWithStats(tidy, connectivity=4)
    weights = np.bincount(names.ravel(), likely.ravel().astype(np.float64), count)
    weights[0] = 0
    most = weights.max()
    keep = [n for n in range(1, count) if weights[n] > 0.12 * most and weights[n] > 0.4 * stats[n, cv2.CC_STAT_AREA]]
    return _filled(floats(np.isin(names, keep or [int(weights.argmax())])) * (most > 0))


def _filled(cut: Floats) -> Floats:
    """Fill the holes of a mask: small ones, which cannot be reached from the frame."""
    holes = np.asarray(cut < 0.5, np.uint8)
    count, names, stats, _ = cv2.connectedComponentsWithStats(holes, connectivity=4)
    rim = set(np.concatenate([names[0], names[-1], names[:, 0], names[:, -1]]).tolist())
    inner = [n for n in range(1, count) if n not in rim and stats[n, cv2.CC_STAT_AREA] < 0.04 * cut.sum()]
    return floats(np.maximum(cut, np.isin(names, inner)))


def _edged(scene: Scene, cut: Floats) -> Floats:
    """Return the mask at full size, its edge laid on the picture's own, soft where the picture is (hair, blur)."""
    height, width = scene.shape
    settled = np.clip(guided_by_colour(floats(scene.small / np.float32(100)), blur(cut, 0.6), 3, 1e-3), 0, 1)
    grown = resize(floats(settled), width, height)
    long = max(height, width)
    wide = np.clip(guided_by_colour(scene.rgb, grown, 0.010 * long + 1, 2e-4, max(1, round(long / 512))), 0, 1)
    fine = guided_by_colour(scene.rgb, floats(wide), 0.004 * long + 1, 2e-5, max(1, round(long / 1024)))
    # Only near its border may a matte be soft: what lies well inside is whole, what lies well outside is gone.
    border = max(2.0, 0.012 * long)
    core, reach = (resize(blur(cut, border * len(cut) / height), width, height) for _ in (0, 1))
    held = np.clip(
        floats(smoothstep(0.12, 0.88, floats(fine))), smoothstep(0.9, 0.99, core), smoothstep(0.01, 0.1, reach)
    )
    return np.maximum(held, _skyline(scene, cut))


def _skyline(scene: Scene, cut: Floats) -> Floats:
    """Return what of a mask stands before the sky: there the sky's own edge is the subject's."""
    small, (height, width) = scene.small, scene.shape
    sky = resize(scene.regions.sky, small.shape[1], small.shape[0])
    there = smoothstep(0.25, 0.6, blur(cut, 1.0)) * smoothstep(0.08, 0.25, blur(sky, 0.02 * max(sky.shape)))
    return floats(np.clip(resize(floats(there), width, height), 0, 1) * (1 - scene.regions.sky))


def _certainty(parts: Segments, likely: Floats, cut: Floats, small: Floats) -> float:
    """Return how sure the matte is: segments decided, a cut that agrees, of a sensible size, along true borders."""
    inside = parts.mean(cut)
    decided, agree = np.abs(2 * likely - 1), 1 - np.abs(inside - likely)
    weight = parts.area * (0.15 + np.maximum(inside, likely))
    clear = float((0.5 * (decided + agree) * weight).sum() / weight.sum())
    strong = float(smoothstep(0.35, 0.7, floats(np.percentile(likely, 98))))
    size = float(cut.mean())
    sensible = min(1.0, size / 0.02) * min(1.0, max(0.0, 0.95 - size) / 0.15)
    return float(np.clip((1.5 * clear - 0.23) * strong * sensible * (1 - 0.75 * _blind(cut, small)), 0, 1))


def _blind(cut: Floats, small: Floats) -> float:
    """Return the share of a mask's border that parts like from like: a guess, whatever the segments say."""
    inner = blur(floats(small * cut[..., None]), 3) / (blur(cut, 3)[..., None] + 1e-4)
    outer = blur(floats(small * (1 - cut[..., None])), 3) / (blur(floats(1 - cut), 3)[..., None] + 1e-4)
    step = np.linalg.norm(inner - outer, axis=2)
    border = cv2.morphologyEx(np.asarray(cut > 0.5, np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    border[[0, 1, -2, -1]] = False
    border[:, [0, 1, -2, -1]] = False
    return float((step[border] < _STEP).mean()) if border.any() else 0.0
