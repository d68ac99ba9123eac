"""Taking the private parts out of a file without touching a pixel: EXIF, GPS, XMP, comments, trailers."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

_JPEG_TABLES = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD})  # frames that every browser reads, and their tables
_SOS, _EOI, _APP0, _ADOBE, _COMMENT = 0xDA, 0xD9, 0xE0, 0xEE, 0xFE
_KEPT = _JPEG_TABLES | {_SOS, _ADOBE}
_PNG_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_WEBP_CHUNKS = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH"})
_WEBP_PICTURES = frozenset({b"VP8 ", b"VP8L"})
_WEBP_ALPHA_FLAG = 0x10
#: A marker in entropy-coded data: not a stuffed byte, not a restart.
_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)


def stripped(data: bytes, kind: str) -> bytes | None:
    """Return a JPEG, PNG or still WebP with nothing in it but its picture (of an APNG, its default one).

    Returns:
        The same bytes where there was nothing else; None where the file is not built plainly
        enough to be sure, and has to be encoded anew.
    """
    parts = {"jpeg": _jpeg, "png": _png, "webp": _webp}[kind]
    try:
        return b"".join(parts(data))
    except (ValueError, IndexError, struct.error):
        return None


def _jpeg(data: bytes) -> Iterator[bytes]:
    """Segments as in ITU-T T.81, annex B."""
    yield data[:2]
    at = 2
    while True:
        while data[at + 1] == 0xFF:  # fill bytes
            at += 1
        marker = data[at + 1]
        if data[at] != 0xFF:
            raise ValueError("no marker")
        if marker == _EOI:
            yield b"\xff\xd9"
            return
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        yield from _segment(marker, data[at:end])
        if marker == _SOS:
            start, end = end, _scan_end(data, end)
            yield data[start:end]
        at = end


def _segment(marker: int, segment: bytes) -> Iterator[bytes]:
    if marker == _APP0:
        if segment[4:9] == b"JFIF\0":
            yield b"\xff\xe0\0\x10" + segment[4:16] + b"\0\0"  # its thumbnail stays behind
    elif marker in _KEPT:
        yield segment
    elif not (_APP0 <= marker <= 0xEF or marker == _COMMENT):
        raise ValueError("not a plain JPEG")


def _scan_end(data: bytes, start: int) -> int:
    found = _MARKER.search(data, start)
    if found is None:
        raise ValueError("no end")
    return found.start()


def _png(data: bytes) -> Iterator[bytes]:
    yield data[:8]
    at, name = 8, b""
    while name != b"IEND":
        (length,) = struct.unpack(">I", data[at : at + 4])
        name, end = data[at + 4 : at + 8], at + 12 + length
        if name in _PNG_CHUNKS:
            yield data[at:end]
        at = end


def _webp(data: bytes) -> Iterator[bytes]:
    """RIFF chunks as in Google's WebP container specification."""
    chunks = list(_webp_chunks(data))
    if not any(chunk[:4] in _WEBP_PICTURES for chunk in chunks):
        raise ValueError("no picture where one is looked for")
    kept = b"".join(chunks)
    yield b"RIFF" + struct.pack("<I", 4 + len(kept)) + b"WEBP"
    yield kept


def _webp_chunks(data: bytes) -> Iterator[bytes]:
    at, end = 12, min(8 + int.from_bytes(data[4:8], "little"), len(data))
    while at + 8 <= end:
        name = data[at : at + 4]
        (length,) = struct.unpack("<I", data[at + 4 : at + 8])
        body = data[at + 8 : at + 8 + length]
        if name == b"VP8X":
            body = bytes([body[0] & _WEBP_ALPHA_FLAG]) + body[1:]
        if name in _WEBP_CHUNKS:
            yield name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
        at += 8 + length + length % 2
