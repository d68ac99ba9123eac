"""Finding faces: two of OpenCV's own cascades have to agree, so that leaves and coins are left alone."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.contract import Box
from engine.images.fit import fit

#: Faces are looked for in a copy of this long side, and found from about 1/30 of it.
SEARCH_SIDE = 576
SMALLEST = 20
_CONFIRM_SIDE = 96


def find_faces(grey: NDArray[np.uint8]) -> tuple[Box, ...]:
    """Return the faces that look at the camera, largest first (Viola and Jones, 2001).

    Args:
        grey: HxW, upright; quick up to about 1024 pixels.
    """
    height, width = grey.shape
    size = fit(width, height, SEARCH_SIDE)
    search = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    found = _cascade("frontalface_alt2").detectMultiScale(search, 1.15, 2, minSize=(SMALLEST, SMALLEST))
    scale = width / size[0]
    boxes = [
        Box(x=round(x * scale), y=round(y * scale), w=round(w * scale), h=round(h * scale)) for x, y, w, h in found
    ]
    return tuple(sorted((box for box in boxes if _confirmed(grey, box)), key=lambda box: -box.w * box.h))


def _confirmed(grey: NDArray[np.uint8], box: Box) -> bool:
    """Whether another cascade sees a face in the same place, looking closer."""
    margin = box.w // 3
    top, left = max(0, box.y - margin), max(0, box.x - margin)
    around = grey[top : box.y + box.h + margin, left : box.x + box.w + margin]
    scale = _CONFIRM_SIDE / box.w
    closer = cv2.resize(around, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    least, most = int(0.6 * _CONFIRM_SIDE), int(1.5 * _CONFIRM_SIDE)
    seen = _cascade("frontalface_default").detectMultiScale(
        closer, 1.1, 2, minSize=(least, least), maxSize=(most, most)
    )
    return len(seen) > 0


@cache
def _cascade(name: str) -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / f"haarcascade_{name}.xml"))
