"""Sizes that keep the whole aspect, and padding to a model's multiple with the way back. Pure."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from engine.renderers.base import Pixels


class Padding(NamedTuple):
    """Pixels to add on each side."""

    left: int
    top: int
    right: int
    bottom: int


def fit(width: int, height: int, long_side: int) -> tuple[int, int]:
    """Return the size with the same aspect whose long side is `long_side`, to the nearest pixel.

    Never larger than the source, and no side below one pixel.
    """
    longest = max(width, height)
    if longest <= long_side:
        return width, height
    return tuple(max(1, (2 * side * long_side + longest) // (2 * longest)) for side in (width, height))  # type: ignore[return-value]


def padding_for(width: int, height: int, multiple: int) -> Padding:
    """Return the padding that brings both sides to a multiple, shared between opposite sides."""
    across, down = -width % multiple, -height % multiple
    return Padding(across // 2, down // 2, across - across // 2, down - down // 2)


def pad(pixels: Pixels, padding: Padding) -> Pixels:
    """Return the picture with its own reflection around it; (H, W, C) -> (H + top + bottom, W + left + right, C)."""
    sides = ((padding.top, padding.bottom), (padding.left, padding.right), (0, 0))
    return np.pad(pixels, sides, mode="reflect")


def crop_back(pixels: Pixels, padding: Padding, scale: int = 1) -> Pixels:
    """Undo `pad`, also on a picture that has become `scale` times as large since."""
    left, top, right, bottom = (scale * side for side in padding)
    height, width = pixels.shape[:2]
    return pixels[top : height - bottom, left : width - right]


def resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Return the picture at `size` (width, height): by area when it shrinks, by Lanczos when it grows.

    Alpha is weighed in, so that the colour of invisible pixels does not bleed into an edge.
    """
    height, width = pixels.shape[:2]
    if size == (width, height):
        return pixels
    method = cv2.INTER_AREA if size[0] <= width and size[1] <= height else cv2.INTER_LANCZOS4
    if pixels.shape[2] == 3:
        return np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)
    alpha = np.ascontiguousarray(pixels[..., 3])
    weighed = cv2.multiply(pixels[..., :3], cv2.merge([alpha, alpha, alpha]), scale=1 / 255)
    weighed, alpha = (np.asarray(cv2.resize(p, size, interpolation=method), np.uint8) for p in (weighed, alpha))
    rgb = np.rint(weighed * (255 / np.maximum(alpha, 1)[..., None].astype(np.float32)))
    return np.dstack([np.clip(rgb, 0, 255).astype(np.uint8), alpha])
