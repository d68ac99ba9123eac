"""What a file is, by its first bytes; its name is never asked."""

from __future__ import annotations

import re

from engine.contract import MAX_PIXELS
from engine.errors import NotAnImage, TooManyPixels, TruncatedImage

_MAGIC = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
)
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
#: The `ispe` property of ISO/IEC 23008-12: version and flags, then width and height.
_EXTENT = re.compile(rb"\0\0\0\x14ispe\0\0\0\0(.{8})", re.DOTALL)
_OTHERS = (
    (b"%PDF", "This is a PDF, not an image; export the page as PNG or JPEG."),
    (b"PK\x03\x04", "This is a zip archive, not an image; send the picture that is in it."),
    (b"8BPS", "This is a Photoshop document; export it as PNG or JPEG."),
)


def sniff(data: bytes) -> str:
    """Return the format these bytes begin like: jpeg, png, webp, gif, bmp, tiff, avif or heic.

    Raises:
        NotAnImage: They begin like nothing that is read here.
    """
    found = next((name for magic, name in _MAGIC if data.startswith(magic)), None) or _boxed(data)
    if found is None:
        raise NotAnImage(_what_else(data))
    return found


def disbelieve(data: bytes, kind: str, size: tuple[int, int] | None = None) -> None:
    """Refuse a file that cannot be what it says, before anything is made of it.

    Args:
        data: The file.
        kind: Its format.
        size: Width and height as its header has them, where they are known.

    Raises:
        TooManyPixels: An AVIF or HEIC that speaks of too large a picture; its reader would only say "damaged".
        TruncatedImage: A JPEG of fewer bits than it has blocks; its reader would paint the rest grey.
    """
    if kind in {"avif", "heic"} and any(_area(found[1]) > MAX_PIXELS for found in _EXTENT.finditer(data)):
        raise TooManyPixels
    if kind == "jpeg" and size and len(data) * 8 < size[0] * size[1] // 64:
        raise TruncatedImage


def _area(sides: bytes) -> int:
    return int.from_bytes(sides[:4]) * int.from_bytes(sides[4:])


def _boxed(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] != b"ftyp":
        return None
    brands = {data[start : start + 4] for start in (8, *range(16, min(int.from_bytes(data[:4]), 128), 4))}
    if brands & _AVIF_BRANDS:
        return "avif"
    return "heic" if brands & _HEIC_BRANDS else None


def _what_else(data: bytes) -> str | None:
    if not data:
        return "This file is empty."
    if b"<svg" in data[:4096].lower():
        return "This is an SVG drawing; export it as PNG."
    return next((words for magic, words in _OTHERS if data.startswith(magic)), None)
