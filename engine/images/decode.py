"""Reading a picture that a stranger sent: allow-listed formats, bounded in bytes and pixels, one error class each."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pillow_heif
from PIL import ExifTags, Image, ImageChops, ImageFile, JpegImagePlugin, TiffImagePlugin

from engine.contract import MAX_PIXELS, MAX_UPLOAD_BYTES
from engine.errors import BadImage, EngineError, ImageTooLarge, TooManyPixels, TruncatedImage
from engine.images import colour, tiff
from engine.images.sniff import disbelieve, sniff
from engine.renderers.base import Pixels

#: JPEGs up to this are read at half or a quarter of their size; their format can do that without the whole in memory.
MAX_SCALED_PIXELS = 4 * MAX_PIXELS
KEEPABLE = frozenset({"jpeg", "png", "webp"})
_PILLOW_NAME = {"heic": "HEIF"}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

pillow_heif.register_heif_opener(thumbnails=False)


@dataclass(frozen=True)
class Decoded:
    """A picture as it is meant to be seen.

    Args:
        pixels: HxWx3, or HxWx4 where something is transparent; uint8, sRGB, upright.
        format: What the file is: jpeg, png, webp, gif, bmp, tiff, avif or heic.
        scaled_from: Width and height in the file, where the picture was scaled down while reading.
        faithful: The file itself, without its metadata, shows exactly these pixels anywhere:
            a JPEG, PNG or still WebP that is already upright, 8-bit and sRGB.
    """

    pixels: Pixels
    format: str
    scaled_from: tuple[int, int] | None = None
    faithful: bool = False


def decode(data: bytes) -> Decoded:
    """Read a JPEG, PNG, WebP, GIF (first frame), BMP, TIFF, AVIF or HEIC of at most 25 MB and 64 megapixels.

    JPEGs of up to 256 megapixels are scaled down while they are read.

    Raises:
        ImageTooLarge: More than `MAX_UPLOAD_BYTES`.
        NotAnImage: Not begun like any of these formats.
        TooManyPixels: It declares more pixels than allowed, truly or not.
        TruncatedImage: Cut off or damaged.
        BadImage: Of a kind that cannot be read here.
    """
    if len(data) > MAX_UPLOAD_BYTES:
        raise ImageTooLarge
    kind = sniff(data)
    try:
        return _decode(data, kind)
    except EngineError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels from error
    except MemoryError as error:
        raise BadImage("Reading this image takes more memory than is allowed; send a smaller one.") from error
    except Exception as error:  # Codecs raise whatever they like over a damaged file; all of it means this.
        raise TruncatedImage from error


def _decode(data: bytes, kind: str) -> Decoded:
    if kind == "tiff" and tiff.is_rare(data):
        return Decoded(tiff.read_rare(data), kind)
    disbelieve(data, kind)
    image = _open(data, kind)
    full = image.size
    scaled = _limit(image, kind)
    disbelieve(data, kind, full)
    levels = _levels(image)
    image.load()
    image = _as_meant(image)
    turn = _orientation(image)
    faithful = kind in KEEPABLE and not scaled and turn == 1 and levels == 255 and _is_plain(image, kind)
    upright = _turned(colour.to_srgb(image, levels), turn)
    return Decoded(np.array(upright), kind, full if scaled else None, faithful)


def _as_meant(image: Image.Image) -> Image.Image:
    """Undo what Pillow's readers get the wrong way round."""
    if isinstance(image, JpegImagePlugin.JpegImageFile) and image.mode == "CMYK" and "adobe" not in image.info:
        return ImageChops.invert(image)  # It takes every CMYK JPEG for Adobe's inverted kind.
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return tiff.as_meant(image)
    return image


def _open(data: bytes, kind: str) -> Image.Image:
    if kind == "jpeg":
        # Not by Image.open: it refuses what draft mode can read at half the size.
        return JpegImagePlugin.jpeg_factory(io.BytesIO(data))
    return Image.open(io.BytesIO(data), formats=[_PILLOW_NAME.get(kind, kind.upper())])


def _limit(image: Image.Image, kind: str) -> bool:
    """Hold the picture to its limit before a pixel is read; say whether it will be scaled."""
    width, height = image.size
    if width * height <= MAX_PIXELS:
        return False
    if kind != "jpeg" or width * height > MAX_SCALED_PIXELS:
        raise TooManyPixels
    half = (width + 1) // 2 * ((height + 1) // 2) <= MAX_PIXELS
    factor = 2 if half else 4
    image.draft(None, (width // factor, height // factor))
    return True


def _levels(image: Image.Image) -> int:
    """The greatest sample value in the file, from how Pillow is about to unpack it; 255 unless grey or deep."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return tiff.levels(image)
    tile = image.tile if isinstance(image, ImageFile.ImageFile) else ()
    args = tile[0].args if tile else ""
    raw = args[0] if isinstance(args, tuple) and args else args
    if not isinstance(raw, str) or ";" not in raw:
        return 65535 if image.mode.startswith("I") else 255
    depth = "".join(c for c in raw.partition(";")[2] if c.isdigit())
    return 2 ** int(depth) - 1 if depth and image.mode != "P" else 255


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001  # Broken metadata says nothing about the picture.
        return 1


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    method = _UPRIGHT.get(orientation)
    return image if method is None else image.transpose(method)


def _is_plain(image: Image.Image, kind: str) -> bool:
    profile = image.info.get("icc_profile")
    still = kind != "webp" or not getattr(image, "is_animated", False)
    return image.mode != "CMYK" and still and (profile is None or (image.mode == "RGB" and colour.is_srgb(profile)))
