"""Finding faces: by YuNet where its file is configured, else by OpenCV's own cascades, which have to agree."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.contract import Box
from engine.images.fit import fit
from engine.settings import EngineSettings

logger = logging.getLogger(__name__)

#: Faces are looked for in a copy of this long side, and found from about 1/30 of it.
SEARCH_SIDE = 576
SMALLEST = 20
_CONFIRM_SIDE = 96
_SURE = 0.7
#: A face that the first cascade saw this often is a face; where it did less often, two others have to see it as well.
_OFTEN = 8


def find_faces(grey: NDArray[np.uint8]) -> tuple[Box, ...]:
    """Return the faces, largest first.

    YuNet finds them turned and tilted too (Wu, Peng and Yu, 2023); the cascades those that look at the camera
    (Viola and Jones, 2001).

    Args:
        grey: HxW, upright; quick up to about 1024 pixels.
    """
    height, width = grey.shape
    size = fit(width, height, SEARCH_SIDE)
    search = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    scale = width / size[0]
    model = yunet_file()
    if model is not None and (rows := _by_yunet(search, model)) is not None:
        return boxes_of(rows, scale, (width, height))
    found, often = _cascade("frontalface_alt2").detectMultiScale2(search, 1.15, 2, minSize=(SMALLEST, SMALLEST))
    boxes = [
        (Box(x=round(x * scale), y=round(y * scale), w=round(w * scale), h=round(h * scale)), int(seen))
        for (x, y, w, h), seen in zip(found, often, strict=True)
    ]
    sure = (box for box, seen in boxes if _confirmed(grey, box, twice=seen < _OFTEN))
    return tuple(sorted(sure, key=lambda box: -box.w * box.h))


@cache
def yunet_file() -> Path | None:
    """Return YuNet's file, or None where none is configured."""
    return EngineSettings().face_model


def _by_yunet(search: NDArray[np.uint8], model: Path) -> NDArray[np.float32] | None:
    """Return YuNet's rows (x, y, w, h, five points, how sure), or None when its file cannot be used."""
    height, width = search.shape
    try:
        # One a call: a detector keeps its picture's size, and several threads look for faces.
        detector: Any = cv2.FaceDetectorYN.create(str(model), "", (width, height), _SURE)
        _, rows = detector.detect(cv2.cvtColor(search, cv2.COLOR_GRAY2BGR))
    except cv2.error as error:
        logger.warning("ENGINE_FACE_MODEL cannot be used, so faces are found by cascades: %s", error)
        return None
    return np.zeros((0, 15), np.float32) if rows is None else np.asarray(rows, np.float32)


def boxes_of(rows: NDArray[np.float32], scale: float, size: tuple[int, int]) -> tuple[Box, ...]:
    """Return YuNet's rows as boxes inside a picture, largest first.

    Args:
        rows: Nx15, of a copy `scale` times smaller.
        scale: From the copy to the picture.
        size: Of the picture: width and height.
    """
    boxes = []
    for x, y, w, h in rows[:, :4] * scale:
        left, top = max(0, round(float(x))), max(0, round(float(y)))
        right, bottom = min(size[0], round(float(x + w))), min(size[1], round(float(y + h)))
        if min(right - left, bottom - top) >= SMALLEST * 2 // 3:
            boxes.append(Box(x=left, y=top, w=right - left, h=bottom - top))
    return tuple(sorted(boxes, key=lambda box: -box.w * box.h))


def _confirmed(grey: NDArray[np.uint8], box: Box, *, twice: bool) -> bool:
    """Whether another cascade, or two others, see a face in the same place, looking closer."""
    margin = box.w // 3
    top, left = max(0, box.y - margin), max(0, box.x - margin)
    around = grey[top : box.y + box.h + margin, left : box.x + box.w + margin]
    scale = _CONFIRM_SIDE / box.w
    closer = cv2.resize(around, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    least, most = int(0.6 * _CONFIRM_SIDE), int(1.5 * _CONFIRM_SIDE)
    return all(
        len(_cascade(name).detectMultiScale(closer, 1.1, 2, minSize=(least, least), maxSize=(most, most))) > 0
        for name in ("frontalface_default", "frontalface_alt")[: 1 + twice]
    )


@cache
def _cascade(name: str) -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / f"haarcascade_{name}.xml"))
