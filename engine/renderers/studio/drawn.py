"""Whether a picture is drawn or photographed: by what is said of it, else by what is measured in it."""

from __future__ import annotations

import re

import cv2
import numpy as np

from engine.images.fit import fit
from engine.renderers.base import Pixels
from engine.renderers.studio.filters import floats

_SAMPLE = 768
_DRAWN = re.compile(
    r"\b(draw(n|ings?)|anime|manga|cartoons?|comics?|line ?art|logos?|icons?|clip ?art|flat art|"
    r"vectors?|pixel art|cel)\b"
)
#: Crafts whose paper and strokes are texture to be kept, as in a photo, though they are drawings by name.
_GRAINY = re.compile(r"\b(water ?colou?rs?|gouache|pencil|charcoal|pastels?|crayon|chalk|oils?|engraving|woodcut)\b")
_TAKEN = re.compile(r"\b(photo\w*|picture of a person|portrait photo|snapshot)\b")


def is_drawn(pixels: Pixels, words: str = "") -> bool:
    """Return whether a picture is to be treated as a drawing; words about it decide over its looks.

    Args:
        pixels: HxWx3 or HxWx4.
        words: What is said of it.
    """
    if _GRAINY.search(words.lower()):
        words = ""
    drawn, taken = _DRAWN.search(words.lower()), _TAKEN.search(words.lower())
    if bool(drawn) != bool(taken):
        return bool(drawn)
    return flatness(pixels) > 0.65


def flatness(pixels: Pixels) -> float:
    """Return the share (0..1) of a picture that is flat or a hard edge, weighed by how few its colours are.

    Photos live between the two: soft shading, texture and noise. Drawings hardly do.
    """
    rgb = _sample(pixels)
    box = np.ones((3, 3), np.uint8)
    reach = (cv2.dilate(rgb, box).astype(np.int16) - cv2.erode(rgb, box)).max(axis=2)
    flat = float((reach <= 4).mean())
    between = float(((reach > 4) & (reach <= 36)).mean())
    return flat / max(flat + between, 1e-6) * _few_colours(rgb)


def _sample(pixels: Pixels) -> Pixels:
    """Return the middle of the picture at its own sharpness: scaling down would make edges soft."""
    height, width = pixels.shape[:2]
    wide, high = min(width, _SAMPLE), min(height, _SAMPLE)
    top, left = (height - high) // 2, (width - wide) // 2
    return np.ascontiguousarray(pixels[top : top + high, left : left + wide, :3])


def _few_colours(rgb: Pixels) -> float:
    """Return the share of a picture that its 24 commonest colours cover, of 4096."""
    size = fit(rgb.shape[1], rgb.shape[0], 256)
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_NEAREST), np.uint8) >> 4
    codes = (small[..., 0].astype(np.int64) << 8) | (small[..., 1].astype(np.int64) << 4) | small[..., 2]
    counts = np.sort(np.bincount(codes.ravel(), minlength=4096))[::-1]
    return float(floats(counts[:24]).sum() / counts.sum())
