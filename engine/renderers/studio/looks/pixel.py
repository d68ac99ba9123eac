"""Pixel art: a strict grid of square pixels in a small palette, with clean clusters and a dark outline."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.renderers.studio.colour import to_rgb, with_saturation
from engine.renderers.studio.filters import Floats, blur, floats, smoothstep
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.tones import toned

Numbers = NDArray[np.int32]

#: How many pixels a face needs across to be read.
_FACE = 22
_BAYER = (np.asarray([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) + 0.5) / 16 - 0.5


class Sprite(NamedTuple):
    """How a variant is drawn: pixels on the long side, colours, strength of dither and outline, chroma, and tint."""

    across: int
    colours: int
    dither: float
    outline: float
    chroma: float
    tint: tuple[float, float]


class Pixel(Look):
    """The picture on a coarse grid, its colours from a palette of its own."""

    STEPS: ClassVar[int] = 2

    def paint(self, brief: Brief) -> Floats:
        """Return the sprite, enlarged without smoothing."""
        sprite = drawn(brief)
        side = pixel_side(brief.scene, sprite.across)
        small = shrunk(toned(brief.scene.lab, brief.steer, brief.scene), side)
        small = punched(small, brief, sprite)
        face = _cells(brief.scene.near_faces(1.1), side)
        edge = contour(_cells(brief.scene.matte, side), small)
        brief.step(enlarged(to_rgb(small), side, brief.scene.shape))
        palette = palette_of(small, 1 + 4 * face, sprite.colours)
        picks = placed(small, palette, sprite.dither, face)
        if sprite.dither < 0.3:
            picks = without_orphans(picks, face)
        picks = np.where(edge * sprite.outline > 0.5, darker(palette, picks), picks)
        picture = enlarged(to_rgb(floats(palette[picks])), side, brief.scene.shape)
        brief.step(picture)
        return picture

    def tone(self, lab: Floats, brief: Brief) -> Floats:
        """Return the picture as it is: the words' tones went in before the palette was chosen."""
        del brief
        return lab


def drawn(brief: Brief) -> Sprite:
    """Draw a variant's grid and palette."""
    dice, words = brief.dice, brief.steer
    finer = 2 ** (0.5 * words.up("detail") - 0.5 * words["bold"]) * (1.35 - 0.5 * brief.strength)
    return Sprite(
        across=round(dice.choose((128, 104, 160, 116)) * finer),
        colours=dice.choose((24, 16, 32, 12)),
        dither=dice.choose((0.0, 0.7, 0.0, 0.9)),
        outline=dice.choose((1.0, 0.0, 1.0, 1.0)),
        chroma=dice.vary((0.25, 0.4, 0.12, 0.5)) * (0.3 + 0.7 * brief.strength),
        tint=dice.vary(((0.0, 0.0), (3.0, -6.0), (0.0, 4.0), (-3.0, 2.0))),
    )


def pixel_side(scene: Scene, across: int) -> int:
    """Return the side of an enlarged pixel: `across` of them on the long side, more where a face would be lost."""
    least = min((face.w for face in scene.faces[:1]), default=0)
    if least:
        across = max(across, min(200, round(_FACE * max(scene.shape) / least)))
    return max(1, round(max(scene.shape) / across))


def shrunk(lab: Floats, side: int) -> Floats:
    """Return a Lab picture a pixel a cell: the cell's mean, its difference to its neighbours sharpened."""
    small = _cells(lab, side)
    return floats(small + 0.55 * (small - blur(small, 0.9)))


def _cells(image: Floats, side: int) -> Floats:
    """Return the mean of each cell; cells that the frame cuts are filled by reflection."""
    height, width = image.shape[:2]
    rows, columns = -(-height // side), -(-width // side)
    bottom, right = rows * side - height, columns * side - width
    full = cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_REFLECT)
    return floats(cv2.resize(full, (columns, rows), interpolation=cv2.INTER_AREA))


def punched(small: Floats, brief: Brief, sprite: Sprite) -> Floats:
    """Return cleaner, stronger colour: a screen of few colours shows no subtle ones."""
    out = with_saturation(small, sprite.chroma)
    t = np.clip(out[..., 0] / 100, 0, 1)
    out[..., 0] = 100 * np.clip(t + 0.35 * brief.strength * (t - 0.5) * 4 * t * (1 - t), 0, 1)
    middle = 4 * t * (1 - t) * brief.strength
    for k in (0, 1):
        out[..., 1 + k] += middle * sprite.tint[k]
    return floats(out)


def palette_of(small: Floats, weight: Floats, count: int) -> Floats:
    """Return `count` Lab colours, dark to light: k-means in Lab, begun by k-means++ (Arthur and Vassilvitskii, 2007).

    Each next seed is the colour farthest from all before it, by its weight: the same picture, the same palette.
    """
    points, heavy = small.reshape(-1, 3), weight.ravel()
    seeds = [int(np.argmin(points[:, 0]))]
    far = np.full(len(points), np.inf, np.float32)
    for _ in range(count - 1):
        far = np.minimum(far, ((points - points[seeds[-1]]) ** 2).sum(axis=1))
        # A square root keeps single odd pixels from taking the palette.
        seeds.append(int(np.argmax(np.sqrt(far) * blur(heavy.reshape(small.shape[:2]), 0.5).ravel())))
    centres = points[seeds].astype(np.float64)
    for _ in range(10):
        nearest = _nearest(points, floats(centres))
        total = np.bincount(nearest, heavy, count)
        for k in range(3):
            sums = np.bincount(nearest, heavy * points[:, k], count)
            centres[:, k] = np.where(total > 0, sums / np.maximum(total, 1e-6), centres[:, k])
    return floats(centres[np.argsort(centres[:, 0])])


def _nearest(points: Floats, centres: Floats) -> Numbers:
    away = (centres**2).sum(axis=1)[None] - 2 * points @ centres.T
    return np.asarray(away.argmin(axis=1), np.int32)


def placed(small: Floats, palette: Floats, dither: float, face: Floats) -> Numbers:
    """Return the palette's number for every pixel, with an ordered dither (Bayer, 1973) in soft gradients."""
    rows, columns = small.shape[:2]
    tile = np.tile(_BAYER, (rows // 4 + 1, columns // 4 + 1))[:rows, :columns]
    gaps = float(np.median(np.diff(np.sort(palette[:, 0]))))
    busy = blur(floats(np.abs(small[..., 0] - blur(small, 1.5)[..., 0])), 1.0)
    calm = smoothstep(5.0, 1.5, busy) * (1 - 0.8 * face)
    moved = small.copy()
    moved[..., 0] += dither * 2.2 * max(gaps, 2.5) * tile * calm
    return _nearest(moved.reshape(-1, 3), palette).reshape(rows, columns)


def without_orphans(picks: Numbers, face: Floats) -> Numbers:
    """Give a pixel that is like none of its eight neighbours the commonest of their colours; faces keep theirs."""
    around = np.stack([np.roll(picks, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx])
    votes = (around[:, None] == around[None]).sum(axis=1)
    commonest = np.take_along_axis(around, votes.argmax(axis=0)[None], axis=0)[0]
    lonely = (around == picks).sum(axis=0) <= 1
    lonely[[0, -1]] = lonely[:, [0, -1]] = False
    return np.where(lonely & (face < 0.4), commonest, picks)


def contour(matte: Floats, small: Floats) -> Floats:
    """Return 1 on the pixels just inside the subject's outline, where the picture has an edge there too."""
    inside = (matte > 0.5).astype(np.uint8)
    if not 0.03 < inside.mean() < 0.85:
        return np.zeros(matte.shape, np.float32)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    rim = inside - cv2.erode(inside, cross, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    step = sum(np.abs(cv2.dilate(small[..., k], cross) - cv2.erode(small[..., k], cross)) for k in range(3))
    return floats(rim * (floats(step) > 22))


def darker(palette: Floats, picks: Numbers) -> Numbers:
    """Return for each pixel the colour that outlines it: darker, of its own hue as far as the palette has it."""
    wanted = palette * np.asarray([0.45, 0.8, 0.8], np.float32)
    return _nearest(floats(wanted), palette)[picks]


def enlarged(small: Floats, side: int, shape: tuple[int, int]) -> Floats:
    """Return every pixel as a square of `side`, cut to the picture's size."""
    large = cv2.resize(small, None, fx=side, fy=side, interpolation=cv2.INTER_NEAREST)
    return floats(large[: shape[0], : shape[1]])
