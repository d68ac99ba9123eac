"""Pixels of what is in the store already: upright and sRGB, and, as our own work, of any size."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from engine.errors import BadImage
from engine.images.sniff import sniff
from engine.renderers.base import Pixels

#: Not by Image.open: it takes our own large results for decompression bombs.
_READERS: dict[str, Callable[[io.BytesIO], Image.Image]] = {
    "jpeg": JpegImagePlugin.JpegImageFile,
    "png": PngImagePlugin.PngImageFile,
    "webp": WebPImagePlugin.WebPImageFile,
}


def pixels_of(data: bytes) -> Pixels:
    """Return a stored picture as HxWx3, or HxWx4 where it has alpha; uint8.

    A stranger's file was read by `decode` when it came in. This holds no limit: an upscale may well be larger
    than any upload.

    Raises:
        BadImage: It is damaged on disk, or not a picture.
    """
    try:
        with _READERS[sniff(data)](io.BytesIO(data)) as image:
            return np.asarray(image.convert("RGBA" if image.has_transparency_data else "RGB"))
    except (KeyError, OSError, SyntaxError, ValueError) as error:
        raise BadImage from error
