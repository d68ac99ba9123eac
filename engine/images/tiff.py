"""The corners of TIFF: samples that Pillow does not read, or reads the wrong way round."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from engine.contract import MAX_PIXELS
from engine.errors import BadImage, TooManyPixels
from engine.images.colour import to_eight_bits
from engine.renderers.base import Pixels

_WIDTH, _HEIGHT, _BITS, _PHOTOMETRIC, _PLANES, _FORMAT = 256, 257, 258, 262, 284, 339
_WHITE_IS_ZERO, _SEPARATE, _FLOAT = 0, 2, 3


def is_rare(data: bytes) -> bool:
    """Whether Pillow cannot read this file, or misreads it, as it does deep samples in separate planes."""
    try:
        image = Image.open(io.BytesIO(data), formats=["TIFF"])
    except UnidentifiedImageError:
        return True
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return True
    return image.tag_v2.get(_PLANES) == _SEPARATE and _bits(image) > 8


def read_rare(data: bytes) -> Pixels:
    """Return the first picture of a TIFF, by OpenCV; HxWx3.

    Raises:
        TooManyPixels: It declares more than `MAX_PIXELS`.
        BadImage: OpenCV cannot read it either.
    """
    tags = _tags(data)
    if int(tags[_WIDTH]) * int(tags[_HEIGHT]) > MAX_PIXELS:
        raise TooManyPixels
    # Whole numbers come as 8 bits at once: the reader's own depth garbles separate planes.
    depth = cv2.IMREAD_ANYDEPTH if _FLOAT in tags.get(_FORMAT, ()) else 0
    found = cv2.imdecode(np.frombuffer(data, np.uint8), depth | cv2.IMREAD_COLOR_RGB)
    if found is None:
        raise BadImage
    return to_eight_bits(found, 256**found.dtype.itemsize - 1)


def levels(image: TiffImagePlugin.TiffImageFile) -> int:
    """Return the greatest value of a sample in the file; 255 for one bit, which Pillow scales itself."""
    return int(2 ** min(_bits(image), 32)) - 1 if _bits(image) > 8 else 255


def as_meant(image: TiffImagePlugin.TiffImageFile) -> Image.Image:
    """Return a loaded image with zero black: Pillow does that for 8 bits and not for 16."""
    if image.tag_v2.get(_PHOTOMETRIC) != _WHITE_IS_ZERO or not image.mode.startswith("I;16"):
        return image
    samples = np.asarray(image)
    return Image.fromarray((levels(image) - np.minimum(samples, levels(image))).astype(np.uint16))


def _bits(image: TiffImagePlugin.TiffImageFile) -> int:
    bits = image.tag_v2.get(_BITS, 8)
    return int(bits[0] if isinstance(bits, tuple) else bits)


def _tags(data: bytes) -> TiffImagePlugin.ImageFileDirectory_v2:
    """The first directory, without reading a pixel."""
    is_big = 43 in data[2:4]
    directory = TiffImagePlugin.ImageFileDirectory_v2(data[: 16 if is_big else 8])
    stream = io.BytesIO(data)
    stream.seek(directory.next)
    directory.load(stream)
    return directory
