"""Files that are broken, lie, or were never images; each with the error a member is to see."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

from engine.errors import EngineError, ImageTooLarge, NotAnImage, TooManyPixels, TruncatedImage
from tests.support import pictures
from tests.support.pictures import EVERY_FORMAT, chunk, raw_png, saved


def _half(name: str) -> bytes:
    data = EVERY_FORMAT[name][0]()
    return data[: len(data) * 6 // 10]


def _gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + saved(pictures.chart(), "GIF")[10:]


def _bmp(width: int, height: int) -> bytes:
    data = bytearray(saved(pictures.chart(), "BMP"))
    data[18:26] = struct.pack("<ii", width, height)
    return bytes(data)


def _jpeg(width: int, height: int) -> bytes:
    data = bytearray(saved(pictures.noise(64, 48), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def _tiff(width: int, height: int) -> bytes:
    data = bytearray(saved(pictures.chart(), "TIFF"))
    for tag, value in ((256, width), (257, height)):
        at = data.index(struct.pack("<H", tag), 4)
        data[at + 2 : at + 12] = struct.pack("<HII", 4, 1, value)
    return bytes(data)


def _webp(width: int, height: int) -> bytes:
    data = bytearray(saved(pictures.clear_chart(), "WEBP", quality=80))
    at = data.index(b"VP8X") + 12
    data[at : at + 6] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes(data)


def _boxed(kind: str, width: int, height: int) -> bytes:
    data = bytearray(saved(pictures.chart(), kind))
    at = data.index(b"ispe") + 8
    data[at : at + 8] = struct.pack(">II", width, height)
    return bytes(data)


def _bomb() -> bytes:
    """400 megapixels in half a megabyte, all of it there."""
    row = b"\0" * (20000 // 8 + 1)
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(row) for _ in range(20000)) + packer.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 20000, 20000, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def _random(head: bytes) -> bytes:
    return head + np.random.default_rng(1).bytes(5000)


_SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'

#: name -> (file, error)
BAD_FILES: dict[str, tuple[Callable[[], bytes], type[EngineError]]] = {
    "nothing": (lambda: b"", NotAnImage),
    "one byte": (lambda: b"\xff", NotAnImage),
    "random bytes": (lambda: _random(b""), NotAnImage),
    "text called .png": (lambda: b"This is a picture of a cat.", NotAnImage),
    "svg": (lambda: _SVG, NotAnImage),
    "html": (lambda: b"<!doctype html><html><img src=x></html>", NotAnImage),
    "zip": (lambda: b"PK\x03\x04" + bytes(200), NotAnImage),
    "pdf": (lambda: b"%PDF-1.7\n" + bytes(200), NotAnImage),
    "mp4": (lambda: b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(200), NotAnImage),
    "photoshop": (lambda: b"8BPS\0\1" + bytes(200), NotAnImage),
    "postscript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n" + bytes(200), NotAnImage),
    "over 25 MB": (lambda: saved(pictures.chart(), "JPEG") + bytes(25 * 1024 * 1024), ImageTooLarge),
    **{
        f"random after {name}": (lambda head=head: _random(head), TruncatedImage)
        for name, head in {
            "jpeg": b"\xff\xd8\xff\xe0",
            "png": b"\x89PNG\r\n\x1a\n",
            "webp": b"RIFF\x88\x13\0\0WEBPVP8 ",
            "avif": b"\0\0\0\x1cftypavif\0\0\0\0mif1miaf",
            "heic": b"\0\0\0\x1cftypheic\0\0\0\0mif1heic",
        }.items()
    },
    **{
        f"half a {name}": (lambda name=name: _half(name), TruncatedImage)
        for name in (
            "jpeg",
            "jpeg progressive",
            "png",
            "webp",
            "gif",
            "bmp",
            "tiff",
            "tiff 16 bit",
            "avif",
            "heic",
        )
    },
    "random after tiff": (lambda: _random(b"II*\0\x08\0\0\0"), TruncatedImage),
    "a png's head": (lambda: saved(pictures.chart(), "PNG")[:20], TruncatedImage),
    "a png with nothing in it": (lambda: raw_png((64, 48), 8, 2, b""), TruncatedImage),
    "png of no size": (lambda: raw_png((0, 0), 8, 2, b""), TruncatedImage),
    "png that says 60000x60000": (lambda: raw_png((60000, 60000), 8, 2, b""), TooManyPixels),
    "gif that says 60000x60000": (lambda: _gif(60000, 60000), TooManyPixels),
    "bmp that says 60000x60000": (lambda: _bmp(60000, 60000), TooManyPixels),
    "jpeg that says 60000x60000": (lambda: _jpeg(60000, 60000), TooManyPixels),
    "tiff that says 60000x60000": (lambda: _tiff(60000, 60000), TooManyPixels),
    "webp that says 60000x60000": (lambda: _webp(60000, 60000), TooManyPixels),
    "avif that says 60000x60000": (lambda: _boxed("AVIF", 60000, 60000), TooManyPixels),
    "heic that says 60000x60000": (lambda: _boxed("HEIF", 60000, 60000), TooManyPixels),
    "png that says 8000x8000": (lambda: raw_png((8000, 8000), 8, 2, b""), TruncatedImage),
    "jpeg that says 8000x8000": (lambda: _jpeg(8000, 8000), TruncatedImage),
    "bmp that says 8000x8000": (lambda: _bmp(8000, 8000), TruncatedImage),
    "tiff that says 8000x8000": (lambda: _tiff(8000, 8000), TruncatedImage),
    "png just over the limit": (lambda: raw_png((8001, 8000), 1, 0, b""), TooManyPixels),
    "bomb": (_bomb, TooManyPixels),
    "webp that says 8000x8000": (lambda: _webp(8000, 8000), TruncatedImage),
}


def large_jpeg(width: int = 12000, height: int = 9000) -> bytes:
    """A true JPEG of 108 megapixels: grey, and quickly made."""
    return saved(
        Image.fromarray(pictures.chart()).convert("L").resize((width, height), Image.Resampling.NEAREST), "JPEG"
    )
