"""What a file is, by its first bytes; its name is never asked."""

from __future__ import annotations

from engine.errors import NotAnImage

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
