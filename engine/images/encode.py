"""Writing pictures: for the store, for a glance, and under a size limit."""

from __future__ import annotations

import io
import math
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from PIL import Image, PngImagePlugin

from engine.images.fit import fit, resized
from engine.images.stored import pixels_of
from engine.renderers.base import Pixels

MIB = 1024 * 1024
#: The least limit that `under` can always meet.
LEAST_BYTES = 4096
#: Quality is spent before size, but never below what looks clean.
_QUALITIES = (95, 92, 85, 75)
_SMALLER_AT = 80
#: For pictures with a grain this takes half the time of Pillow's quickest level, and fewer bytes than its third.
_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE)
#: The signature and the header chunk.
_PNG_HEAD = 33
#: The longest sides that the formats can hold.
_LONGEST = {".jpg": 65500, ".webp": 16383}
_NAMES = {".jpg": "JPEG", ".webp": "WebP"}


def encode_png(pixels: Pixels, metadata: Mapping[str, str] | None = None) -> bytes:
    """Return a PNG without loss, with text chunks; any characters may stand in the values.

    Args:
        pixels: HxWx3 or HxWx4, uint8 sRGB.
        metadata: Keyword (1 to 79 Latin-1 characters) to text, e.g. {"prompt": ...}.
    """
    words = PngImagePlugin.PngInfo()
    for key, text in (metadata or {}).items():
        (words.add_text if _is_latin(text) else words.add_itxt)(key, text)
    order = cv2.COLOR_RGB2BGR if pixels.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
    _, file = cv2.imencode(".png", cv2.cvtColor(np.ascontiguousarray(pixels), order), _PNG)
    bare = file.tobytes()
    return b"".join((bare[:_PNG_HEAD], *(_chunk(kind, data) for kind, data, *_ in words.chunks), bare[_PNG_HEAD:]))


def encode_jpeg(pixels: Pixels, quality: int = 95) -> bytes:
    """Return a JPEG (quality 1 to 95), 4:4:4 from quality 90, alpha laid over white."""
    sampling = "4:4:4" if quality >= 90 else "4:2:0"
    # Not `optimize`: Pillow's buffer for it is too small for noise.
    return _save(flat(pixels), "JPEG", quality=quality, subsampling=sampling)


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
    smaller, to, how = _picture_under(pixels_of(data), max_bytes)
    return smaller, to, f"{how}, to fit {_in_words(max_bytes)}"


def _picture_under(pixels: Pixels, max_bytes: int) -> tuple[bytes, str, str]:
    to = ".webp" if pixels.shape[2] == 4 else ".jpg"
    encode = encode_webp if to == ".webp" else encode_jpeg
    full = fit(pixels.shape[1], pixels.shape[0], _LONGEST[to])
    sized, encoded = resized(pixels, full), b""
    for quality in _QUALITIES:
        encoded = encode(sized, quality)
        if len(encoded) <= max_bytes:
            return encoded, to, _what_was_done(to, sized, pixels, quality)
    # Noise grows with the pixels, calm pictures slower: the first guess is large enough for either.
    side = max(full) * math.sqrt(max_bytes / len(encoded)) * 1.1
    while len(encoded) > max_bytes:
        side = min(side * 0.9, max(full) - 1)
        sized = resized(pixels, fit(*full, max(1, round(side))))
        encoded = encode(sized, _SMALLER_AT)
    return encoded, to, _what_was_done(to, sized, pixels, _SMALLER_AT)


def _what_was_done(to: str, sized: Pixels, pixels: Pixels, quality: int) -> str:
    at = "" if sized is pixels else f" at {sized.shape[1]}x{sized.shape[0]}"
    return f"re-encoded as {_NAMES[to]}{at}, quality {quality}"


def _in_words(size: int) -> str:
    return f"{size / MIB:.3g} MiB" if size >= MIB else f"{size / 1024:.3g} KiB"


def _is_latin(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _save(pixels: Pixels, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(stream, kind, **options)
    return stream.getvalue()
