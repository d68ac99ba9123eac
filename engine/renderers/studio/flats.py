"""Flat areas of colour and tone with clean, smooth borders: the ground of prints, comics and animation."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.renderers.studio.colour import to_rgb
from engine.renderers.studio.filters import Floats, blur, floats, resize, smaller, smoothstep
from engine.renderers.studio.scene import Scene, oval

_SIDE = 512
#: How far apart in Lab the colours of one backdrop may be.
_ALIKE = 20.0
#: A Gaussian's edge, one pixel from its middle, has risen by this share over sigma.
_RISE = 1 / np.sqrt(2 * np.pi)


class Areas(NamedTuple):
    """Which area every pixel is in and which is next to it, by number, and its share of the first, 0.5..1.

    `colours` are the areas' mean Lab colours, `sizes` their shares of the picture.
    """

    first: NDArray[np.uint8]
    second: NDArray[np.uint8]
    share: Floats
    colours: Floats
    sizes: Floats

    def filled(self, values: Floats) -> Floats:
        """Return a picture or plane in which every area has its value (KxC or K), borders a pixel soft."""
        one, other = floats(values)[self.first], floats(values)[self.second]
        share = self.share if one.ndim == self.share.ndim else self.share[..., None]
        return floats(other + (one - other) * share)


def areas_of(scene: Scene, count: int, *, smooth: float, least: float, light: float = 0.7) -> Areas:
    """Return a picture's areas of one colour, computed once for the same arguments.

    k-means in Lab on a small copy, scraps given to their neighbours; each area is blurred and the strongest wins,
    which shortens borders as flow by mean curvature does (Merriman, Bence and Osher, 1992).

    Args:
        scene: The picture.
        count: Areas to begin with.
        smooth: How far borders are rounded, in pixels at 1024.
        least: The smallest scrap that stays, in squared pixels at 1024.
        light: What a difference of lightness counts beside one of colour.
    """
    key = ("flats", count, smooth, least, light)
    return scene.once(key, lambda: _areas(scene, count, smooth * scene.unit, least * scene.unit**2, light))


def _areas(scene: Scene, count: int, smooth: float, least: float, light: float) -> Areas:
    scale, size = smaller(scene.shape, _SIDE)
    small = resize(scene.flat, *size)
    names = _clustered(small, count, light)
    sigma = max(0.8, smooth * scale)
    names = _without_scraps(_rounded(names, sigma), least * scale * scale)
    used = np.unique(names)
    names = np.searchsorted(used, names).astype(np.uint8)
    sizes = np.bincount(names.ravel()).astype(np.float32)
    sums = [np.bincount(names.ravel(), small[..., k].ravel()) for k in range(3)]
    colours = floats(np.column_stack(sums)) / sizes[:, None]
    first, second, share = _contest(names, len(used), scene.shape, sigma)
    return Areas(first, second, share, colours, floats(sizes / names.size))


def _clustered(small: Floats, count: int, light: float) -> NDArray[np.uint8]:
    # OpenCV's k-means draws from its own random numbers: the same picture must give the same areas.
    cv2.setRNGSeed(1)
    points = floats(small.reshape(-1, 3) * np.asarray([light, 1.0, 1.0], np.float32))
    sample = np.ascontiguousarray(points[:: max(1, len(points) // 24000)])
    count = min(count, len(np.unique(np.rint(sample), axis=0)))
    if count < 2:
        return np.zeros(small.shape[:2], np.uint8)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 16, 0.3)
    _, _, centres = cv2.kmeans(sample, count, np.zeros((len(sample), 1), np.int32), stop, 1, cv2.KMEANS_PP_CENTERS)
    far = (centres * centres).sum(1)[None] - 2 * points @ centres.T
    return np.asarray(far.argmin(1).reshape(small.shape[:2]), np.uint8)


def _rounded(names: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    shares = np.stack([blur(floats(names == k), sigma) for k in range(int(names.max()) + 1)])
    return np.asarray(shares.argmax(0), np.uint8)


def _without_scraps(names: NDArray[np.uint8], least: float) -> NDArray[np.uint8]:
    """Give every scrap to whatever is nearest."""
    scrap = np.zeros(names.shape, bool)
    for k in range(int(names.max()) + 1):
        scrap |= _scraps(names == k, least)
    if not scrap.any() or scrap.all():
        return names
    _, nearest = cv2.distanceTransformWithLabels(
        scrap.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    # Labels count the pixels that stay, in their order.
    by_label = np.zeros(int(nearest.max()) + 1, np.uint8)
    by_label[nearest[~scrap]] = names[~scrap]
    return np.asarray(by_label[nearest], np.uint8)


def _scraps(inside: NDArray[np.bool_], least: float) -> NDArray[np.bool_]:
    """Return which pixels of a mask are in pieces smaller than `least`."""
    _, names, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < least
    small[0] = False
    return np.asarray(small[names], np.bool_)


def _contest(
    names: NDArray[np.uint8], count: int, shape: tuple[int, int], sigma: float
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Floats]:
    """Return the winner and the runner-up at full size, and the winner's share of each pixel."""
    best, next_best = np.full(shape, -1.0, np.float32), np.full(shape, -1.0, np.float32)
    first, second = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    for k in range(count):
        share = resize(blur(floats(names == k), sigma), shape[1], shape[0])
        wins, follows = share > best, share > next_best
        np.copyto(second, np.where(wins, first, np.uint8(k)), where=follows)
        np.copyto(next_best, np.where(wins, best, share), where=follows)
        np.copyto(first, np.uint8(k), where=wins)
        np.copyto(best, share, where=wins)
    wide = sigma * shape[1] / names.shape[1]
    return first, second, floats(np.clip(0.5 + (best - next_best) * wide / (2 * _RISE), 0.5, 1))


def backdrop(scene: Scene, areas: Areas) -> Floats:
    """Return where there is sky or one empty background: what is painted as a gradient, without shading. 0..1.

    Whole areas count when most of them is empty, and only those of about one colour, so that it ends where they do.
    """
    return scene.once(("backdrop", areas.sizes.tobytes()), lambda: _backdrop(scene, areas))


def _backdrop(scene: Scene, areas: Areas) -> Floats:
    empty = smoothstep(0.3, 0.12, blur(scene.detail, 4 * scene.unit)) * (1 - scene.matte)
    inside = _pieces_where(areas, floats(np.maximum(scene.regions.sky, empty)), 0.5)
    room = np.bincount(areas.first.ravel(), inside.ravel(), len(areas.colours))
    alike = np.linalg.norm(areas.colours[:, None] - areas.colours[None], axis=2) < _ALIKE
    largest = alike[(alike @ room).argmax()]
    return edged(floats(inside * largest[areas.first]), max(1.0, 1.2 * scene.unit))


def _pieces_where(areas: Areas, plane: Floats, level: float) -> Floats:
    """Return the connected pieces of areas in which a plane's mean is above a level, as 0 and 1."""
    inside = np.zeros(plane.shape, np.float32)
    for k in range(len(areas.colours)):
        _, names = cv2.connectedComponents((areas.first == k).astype(np.uint8), connectivity=4)
        means = np.bincount(names.ravel(), plane.ravel()) / np.maximum(np.bincount(names.ravel()), 1)
        means[0] = 0
        inside += means[names] > level
    return floats(inside)


def sprayed(scene: Scene, where: Floats) -> Floats:
    """Return the colours of a backdrop as a gradient, Lab; nothing beyond its edge mixes in."""
    weight = floats(where + np.float32(1e-3))
    spread = 26 * scene.unit
    return floats(blur(scene.flat * weight[..., None], spread) / np.maximum(blur(weight, spread), 1e-4)[..., None])


def stepped(plane: Floats, reach: float) -> Floats:
    """Return a plane whose ramps have become steps: each value goes to the nearer end of its surroundings.

    Toggle mapping (Kramer and Bruckner, 1975); `reach` in pixels.
    """
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * max(1, round(reach)) + 1,) * 2)
    low, high = cv2.erode(plane, kernel), cv2.dilate(plane, kernel)
    return floats(np.where(high - plane < plane - low, high, low))


def features(scene: Scene) -> Floats:
    """Return the dark features of faces, 0..1: brows, lashes, pupils, nostrils, the line of the mouth."""
    return scene.once("features", lambda: _features(scene))


def _features(scene: Scene) -> Floats:
    total = np.zeros(scene.shape, np.float32)
    for face in scene.faces:
        wide = face.w
        luma = blur(scene.luma, max(0.6, 0.008 * wide))
        around = blur(luma, 0.075 * wide)
        darker = floats((around - luma) / (0.25 + around))
        inside = oval(scene.shape, face, 0.82)
        mask = tone_area(darker, floats(0.155 + 0.6 * (1 - inside)), smooth=0.012 * wide, least=0.0009 * wide * wide)
        total = np.maximum(total, mask)
    return total


def tone_area(plane: Floats, level: Floats | float, *, smooth: float, least: float) -> Floats:
    """Return where a plane is above a level, 0..1: no scraps, no pinholes, smooth borders a pixel soft.

    Args:
        plane: HxW.
        level: The level, or a plane of levels.
        smooth: How far borders are rounded, in pixels.
        least: The smallest scrap or hole that stays, in squared pixels.
    """
    # Rounding the area, not the plane, leaves no rim of middle tones along an edge when several levels are printed.
    above = blur(floats(plane - level), max(0.5, 0.25 * smooth)) > 0
    inside = blur(floats(above), max(0.6, 0.7 * smooth)) > 0.5
    inside ^= _scraps(inside, least)
    inside |= _scraps(~inside, least)
    return edged(floats(inside), max(0.9, 0.7 * smooth))


def edged(mask: Floats, sigma: float) -> Floats:
    """Return a mask of 0 and 1 with its border rounded over `sigma` pixels, and a pixel soft."""
    return floats(np.clip(0.5 + (blur(mask, sigma) - 0.5) * (sigma / _RISE), 0, 1))


def calm(scene: Scene, spread: float) -> Floats:
    """Return the lightness as a designer simplifies it, 0..100: smooth inside areas, edges kept.

    A median over `spread` pixels at 1024 swallows texture, a smoothing along the flow straightens borders; faces keep
    more.
    """
    return scene.once(("calm", spread), lambda: _calm(scene, spread))


def _calm(scene: Scene, spread: float) -> Floats:
    tone = np.ascontiguousarray(scene.flat[..., 0])
    side = 2 * max(1, round(spread * scene.unit / 2)) + 1
    held = np.asarray(np.clip(tone * 2.55, 0, 255), np.uint8)
    even = floats(cv2.medianBlur(held, side)) / np.float32(2.55)
    near = scene.near_faces(1.15)
    return scene.flow.along(floats(even + (tone - even) * near), 2 + 6 * scene.unit)


def hand_coloured(page: Floats, scene: Scene, share: float) -> Floats:
    """Return a page tinted with a picture's soft colours before its lines are printed, as prints were by hand.

    Args:
        page: HxWx3, sRGB.
        scene: The picture.
        share: 0 leaves the page alone, 1 paints it fully.
    """
    if share <= 0:
        return page
    soft = blur(scene.flat, 3 * scene.unit)
    soft[..., 0] = 30 + 0.7 * soft[..., 0]
    return floats(page * (1 + share * (to_rgb(soft) - 1)))
