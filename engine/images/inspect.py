"""What about a picture is likely to hurt a result made from it: measured, never refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.contract import Advisory, Box
from engine.images.faces import find_faces
from engine.images.fit import fit, resized
from engine.renderers.base import Pixels

#: Everything but blocks and faces is judged on a copy of this long side: what a render sees of it.
WORKING_SIDE = 1024
SHARP = 0.035
BRIGHTEST = 0.38
BURNT = 0.28
SHORT_SIDE = 400
BLOCKY = 2.5
FACE_SHARE = 0.08

Grey = NDArray[np.float32]


def inspect(pixels: Pixels, data_len: int, kind: str) -> tuple[tuple[Advisory, ...], tuple[Box, ...]]:
    """Judge an upright picture as a source.

    Args:
        pixels: HxWx3 or HxWx4, uint8 sRGB. What is transparent counts as mid-grey.
        data_len: Bytes of the file it came from.
        kind: That file's format; only JPEGs are looked at for blocks.

    Returns:
        The advisories, and the faces in pixels of the picture, largest first.
    """
    small = _opaque(resized(pixels, fit(pixels.shape[1], pixels.shape[0], WORKING_SIDE)))
    grey = _grey(small)
    faces = _enlarged(find_faces(grey), pixels)
    short = min(pixels.shape[:2])
    judged = [
        _below("blurry", sharpness(grey.astype(np.float32)), SHARP),
        _below("dark", float(np.percentile(grey, 95)) / 255, BRIGHTEST),
        _above("bright", burnt(small), BURNT),
        _below("low_resolution", short, SHORT_SIDE),
        _above("compressed", _compression(pixels, data_len) if kind == "jpeg" else 0, BLOCKY),
        _below("tiny_faces", min((face.h / short for face in faces), default=1), FACE_SHARE),
    ]
    return tuple(advisory for advisory in judged if advisory), faces


def sharpness(grey: Grey) -> float:
    """Return how sharp the sharpest part is: 0 (none) to about 1 (crisp), over 0.1 for a good photo.

    Variance of the Laplacian (Pech-Pacheco et al., 2000) of 8x8 tiles, each over its own contrast, so that
    neither a smooth backdrop nor a flat day counts as blur; the least of the tiles stands for the noise.
    """
    soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.8), np.float32)
    edges = np.asarray(cv2.Laplacian(soft, cv2.CV_32F), np.float32)
    energy = np.array([tile.var() for tile in _tiles(edges)])
    contrast = np.array([tile.var() for tile in _tiles(soft)])
    return float(((energy - energy.min()) / (contrast + 30)).max())


def burnt(rgb: Pixels) -> float:
    """Return the share of the subject whose light is at its end: bright, and a channel full.

    Pure white that reaches the picture's border is a backdrop or a page, and not part of the subject.
    """
    small = resized(rgb, fit(rgb.shape[1], rgb.shape[0], 256))
    subject = ~_backdrop(small)
    full = (small.max(axis=2) >= 252) & (_grey(small) > 0.7 * 255)
    return float((full & subject).sum() / subject.sum()) if subject.mean() > 0.02 else 0.0


def _backdrop(rgb: Pixels) -> NDArray[np.bool_]:
    _, labels = cv2.connectedComponents((rgb.min(axis=2) >= 252).astype(np.uint8))
    border = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    return np.isin(labels, border[border > 0])


def blockiness(grey: Grey) -> float:
    """Return how much steeper brightness jumps on JPEG's 8x8 grid than inside its blocks.

    About 1 for a clean picture, 1.5 at quality 75, above 2.5 from quality 30 down
    (after Wang, Sheikh and Bovik, 2002: only the jump beyond the slope around it counts).
    """
    return (_grid_jumps(grey) + _grid_jumps(np.ascontiguousarray(grey.T))) / 2


def _grid_jumps(grey: Grey) -> float:
    step = np.abs(np.diff(grey, axis=1))
    jump = np.clip(step[:, 1:-1] - (step[:, :-2] + step[:, 2:]) / 2, 0, 20).mean(axis=0)
    phase = (np.arange(jump.size) + 1) % 8
    inside = [jump[phase == k].mean() for k in range(1, 6)]
    return float((jump[phase == 7].mean() + 0.3) / (np.mean(inside) + 0.3))


def _compression(pixels: Pixels, data_len: int) -> float:
    """Blockiness of the middle of a JPEG, at its own size: the grid is lost in a scaled copy."""
    height, width = pixels.shape[:2]
    if min(height, width) < 32 or data_len * 8 > 4 * height * width:  # four bits a pixel leave no blocks
        return 0.0
    top, left = (max(0, side - WORKING_SIDE) // 16 * 8 for side in (height, width))
    middle = _opaque(pixels[top : top + WORKING_SIDE, left : left + WORKING_SIDE])
    return blockiness(_grey(middle).astype(np.float32))


def _tiles(plane: Grey, count: int = 8) -> Iterator[Grey]:
    for band in np.array_split(plane, min(count, plane.shape[0]), axis=0):
        yield from np.array_split(band, min(count, plane.shape[1]), axis=1)


def _grey(rgb: Pixels) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def _opaque(pixels: Pixels) -> Pixels:
    if pixels.shape[2] == 3:
        return np.ascontiguousarray(pixels)
    alpha = pixels[..., 3:].astype(np.float32) / 255
    return np.rint(pixels[..., :3] * alpha + 128 * (1 - alpha)).astype(np.uint8)


def _enlarged(faces: tuple[Box, ...], pixels: Pixels) -> tuple[Box, ...]:
    scale = max(1.0, max(pixels.shape[:2]) / WORKING_SIDE)
    return tuple(Box(**{side: round(value * scale) for side, value in face}) for face in faces)


def _judge(code: str, value: float, threshold: float, is_bad: Callable[[float, float], bool]) -> Advisory | None:
    return Advisory(code=code, value=round(value, 4), threshold=threshold) if is_bad(value, threshold) else None


def _below(code: str, value: float, threshold: float) -> Advisory | None:
    return _judge(code, value, threshold, lambda v, t: v < t)


def _above(code: str, value: float, threshold: float) -> Advisory | None:
    return _judge(code, value, threshold, lambda v, t: v > t)
