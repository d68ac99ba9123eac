"""Writing pictures: for the store, for a glance, and under a size limit."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

from engine.images.decode import decode
from engine.images.fit import fit, resized
from engine.renderers.base import Pixels

MIB = 1024 * 1024
#: The least limit that `under` can always meet.
LEAST_BYTES = 4096
_QUALITIES = (95, 92, 85, 75)
_SHRINKS = tuple(0.85**n for n in range(1, 40))
_NAMES = {".jpg": "JPEG", ".webp": "WebP"}


def encode_png(pixels: Pixels, metadata: Mapping[str, str] | None = None) -> bytes:
    """Return a PNG without loss, with text chunks; any characters may stand in the values.

    Args:
        pixels: HxWx3 or HxWx4, uint8 sRGB.
        metadata: Keyword (1 to 79 Latin-1 characters) to text, e.g. {"prompt": ...}.
    """
    chunks = PngImagePlugin.PngInfo()
    for key, text in (metadata or {}).items():
        (chunks.add_text if _is_latin(text) else chunks.add_itxt)(key, text)
    # Level 3 takes a third of the time of the default and adds a few per cent.
    return _save(pixels, "PNG", pnginfo=chunks, compress_level=3)


def encode_jpeg(pixels: Pixels, quality: int = 95) -> bytes:
    """Return a JPEG (quality 1 to 95), 4:4:4 from quality 90, alpha laid over white."""
    sampling = "4:4:4" if quality >= 90 else "4:2:0"
    return _save(flat(pixels), "JPEG", quality=quality, subsampling=sampling, optimize=True, progressive=False)


def encode_webp(pixels: Pixels, quality: int = 90) -> bytes:
    """Return a lossy WebP (quality 1 to 100), alpha kept. No side may be over 16383 pixels."""
    return _save(pixels, "WEBP", quality=quality, method=4)


def preview_webp(pixels: Pixels, long_side: int = 320) -> bytes:
    """Return a small WebP to look at while the picture is being made."""
    small = resized(pixels, fit(pixels.shape[1], pixels.shape[0], long_side))
    return _save(small, "WEBP", quality=80, method=2)


def flat(pixels: Pixels) -> Pixels:
    """Return the picture without alpha, laid over white."""
    if pixels.shape[2] == 3:
        return pixels
    alpha = pixels[..., 3:].astype(np.float32) / 255
    return np.rint(pixels[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def under(data: bytes, suffix: str, max_bytes: int) -> tuple[bytes, str, str | None]:
    """Return a file of at most `max_bytes` that shows the same, its suffix, and a note of what was done.

    A file that fits comes back as it is, with no note. A picture is encoded again as JPEG (WebP where it has
    alpha), first at falling quality, then at falling size; a clip at a lower bitrate, then at a lower size.

    Args:
        data: The bytes of a .png, .jpg, .webp or .mp4.
        suffix: Which of them it is.
        max_bytes: At least `LEAST_BYTES`.

    Raises:
        ValueError: `max_bytes` is less.
        engine.errors.BadImage: `data` cannot be read.
    """
    if len(data) <= max_bytes:
        return data, suffix, None
    if max_bytes < LEAST_BYTES:
        raise ValueError(max_bytes)
    if suffix == ".mp4":
        # Only clips need a video library in memory.
        from engine.images.clip import clip_under  # noqa: PLC0415

        clip, how = clip_under(data, max_bytes)
        return clip, suffix, f"{how}, to fit {_in_words(max_bytes)}"
    smaller, to, how = _picture_under(decode(data).pixels, max_bytes)
    return smaller, to, f"{how}, to fit {_in_words(max_bytes)}"


def _picture_under(pixels: Pixels, max_bytes: int) -> tuple[bytes, str, str]:
    to = ".webp" if pixels.shape[2] == 4 else ".jpg"
    for size, quality in _attempts(pixels.shape[1], pixels.shape[0], largest=16383 if to == ".webp" else 65500):
        sized = resized(pixels, size)
        encoded = encode_webp(sized, quality) if to == ".webp" else encode_jpeg(sized, quality)
        if len(encoded) <= max_bytes:
            at = "" if sized is pixels else f" at {size[0]}x{size[1]}"
            return encoded, to, f"re-encoded as {_NAMES[to]}{at}, quality {quality}"
    raise ValueError(max_bytes)  # Not even a stamp fits; LEAST_BYTES rules it out.


def _attempts(width: int, height: int, largest: int) -> Iterator[tuple[tuple[int, int], int]]:
    """Sizes and qualities, best first: quality is spent before size, but never below what looks clean."""
    full = fit(width, height, largest)
    for quality in _QUALITIES:
        yield full, quality
    for shrink in _SHRINKS:
        yield fit(width, height, max(1, round(max(full) * shrink))), 80


def _in_words(size: int) -> str:
    return f"{size / MIB:.3g} MiB" if size >= MIB else f"{size / 1024:.3g} KiB"


def _is_latin(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _save(pixels: Pixels, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(stream, kind, **options)
    return stream.getvalue()
