"""A picture in two layers, what is in front and what is behind it, with the hidden part of the back filled in.

Layered depth in the sense of Shade, Gortler, He and Szeliski, "Layered depth images", 1998, with two layers: where the
camera moves, neither tears nor stretches at the edge of the other.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from engine.renderers.base import Pixels
from engine.renderers.studio.clips.camera import FARTHEST
from engine.renderers.studio.filters import Floats, blur, floats, grid, lerp, resize, smoothstep

#: A subject that stands out from what is around it by less depth than this needs no layer of its own.
_STEP = 0.07


class Layers(NamedTuple):
    """`back` (HxWx3) with its nearness, and `front` (HxWx4) with its own or None where nothing stands out.

    Nearness is smooth within a layer, in planes of any size.
    """

    back: Pixels
    back_near: Floats
    front: Pixels | None
    front_near: Floats


def layers_of(pixels: Pixels, matte: Floats, depth: Floats) -> Layers:
    """Return the layers of a picture.

    Args:
        pixels: HxWx3.
        matte: What is in front, 0..1, any size.
        depth: 0 (near) to 1, the size of the matte.
    """
    height, width = pixels.shape[:2]
    near = floats(1 / (1 + (1 / FARTHEST - 1) * np.clip(depth, 0, 1)))
    unit = max(matte.shape) / 1024
    solid = blur(matte, 2 * unit)
    if not _stands_out(matte, depth, unit):
        smooth = blur(near, 14 * unit)
        return Layers(pixels, smooth, None, smooth)
    # The front keeps its own depth into what surrounds it, and the back keeps its own behind the front.
    front_near = blur(filled(near, smoothstep(0.7, 0.95, solid)), 10 * unit)
    back_near = blur(filled(near, smoothstep(0.12, 0.01, _grown(matte, 8 * unit))), 12 * unit)
    big = max(height, width) / 1024
    cut = np.clip(resize(matte, width, height), 0, 1)
    # The front carries a soft seam of its surroundings along: hair and wrong edges stay with what they belong to.
    held = _grown(floats(cut), 11 * big)
    seam = blur(_grown(floats(cut), 19 * big), 5 * big)
    alpha = np.maximum(smoothstep(0.04, 0.96, seam), cut)
    behind = _behind(pixels, floats(held), big)
    return Layers(behind, back_near, np.dstack([pixels, np.rint(alpha * 255).astype(np.uint8)]), front_near)


def _stands_out(matte: Floats, depth: Floats, unit: float) -> bool:
    """Whether the subject is there at all and lies before its surroundings."""
    if not 0.008 < float(matte.mean()) < 0.85:
        return False
    rim = _grown(matte, 30 * unit) * (1 - _grown(matte, 8 * unit))
    inner = matte * _grown(1 - matte, 30 * unit)
    apart = float((depth * rim).sum() / (rim.sum() + 1e-6) - (depth * inner).sum() / (inner.sum() + 1e-6))
    return bool(rim.sum() > 1) and apart > _STEP


def _grown(plane: Floats, radius: float) -> Floats:
    side = 2 * max(1, round(radius)) + 1
    return floats(cv2.dilate(plane, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))))


def filled(image: Floats, known: Floats) -> Floats:
    """Fill in what is not known (0..1) smoothly from what is around it.

    Pull and push over a pyramid (Gortler, Grzeszczuk, Szeliski and Cohen, "The lumigraph", 1996).
    """
    height, width = known.shape
    weight = known if image.ndim == 2 else known[..., None]
    if min(height, width) <= 2:
        return floats(np.broadcast_to((image * weight).sum((0, 1)) / (weight.sum() + 1e-6), image.shape))
    size = max(1, width // 2), max(1, height // 2)
    less = floats(cv2.resize(known, size, interpolation=cv2.INTER_AREA))
    small = floats(cv2.resize(floats(image * weight), size, interpolation=cv2.INTER_AREA))
    small = floats(small / np.maximum(less if image.ndim == 2 else less[..., None], 1e-5))
    small = filled(small, floats(np.minimum(1, 4 * less)))
    grown = floats(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))
    return lerp(grown, image, known)


def _behind(pixels: Pixels, hole: Floats, unit: float) -> Pixels:
    """Return the picture with what is in the hole replaced by what may be behind it.

    Near its edge the surroundings are mirrored into the hole, which keeps their texture; further in they fade into
    their mean colours. A camera only ever looks a little way behind the edge.
    """
    height, width = hole.shape
    smooth = _smoothly(pixels, hole)
    mask = np.asarray(hole > 0.02, np.uint8)
    if not 0 < int(mask.sum()) < mask.size:
        return pixels
    away, labels = cv2.distanceTransformWithLabels(mask, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    rows, columns = np.nonzero(mask == 0)
    nearest = np.zeros((int(labels.max()) + 1, 2), np.float32)
    nearest[labels[rows, columns]] = np.stack([columns, rows], axis=1)
    x, y = grid(height, width)
    # The way out is smoothed, or every corner of the edge would smear a ray.
    dx, dy = (blur(floats(nearest[labels, k] - at), 5 * unit) for k, at in ((0, x), (1, y)))
    # From the edge outwards as far as it lies inwards, and a little on.
    x, y = floats(x + 2.15 * dx), floats(y + 2.15 * dy)
    mirrored = cv2.remap(pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    open_there = cv2.remap(floats(1 - mask), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    share = blur(floats(open_there), 2 * unit) * smoothstep(110 * unit, 40 * unit, floats(away))
    inside = lerp(smooth, floats(mirrored), floats(np.clip(share, 0, 1)))
    return np.asarray(np.rint(lerp(floats(pixels), inside, smoothstep(0.0, 0.3, blur(hole, 1.5 * unit)))), np.uint8)


def _smoothly(pixels: Pixels, hole: Floats) -> Floats:
    height, width = hole.shape
    size = max(2, width // 2), max(2, height // 2)
    known = floats(1 - cv2.resize(hole, size, interpolation=cv2.INTER_AREA))
    known = smoothstep(0.9, 1.0, known)
    small = filled(floats(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)), known)
    return floats(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))
