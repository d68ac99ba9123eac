"""A stranger's file becomes an image in the store: read, judged, and rid of everything private."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.contract import MAX_PIXELS, MAX_UPLOAD_BYTES, Advisory, ImageInfo
from engine.errors import ImageTooLarge
from engine.images.decode import Decoded, decode
from engine.images.encode import encode_jpeg, encode_png
from engine.images.inspect import inspect
from engine.images.mood import mood_of
from engine.images.store import FORMATS, ImageStore
from engine.images.strip import stripped

_SUFFIXES = {"jpeg": ".jpg", "png": ".png", "webp": ".webp"}
_PHOTO_ORIGINS = frozenset({"jpeg", "heic", "avif"})


class Guard(Protocol):
    """Whoever runs `admit` where it can hurt nobody: `engine.images.pool.IntakePool`."""

    async def run(self, data: bytes, root: Path) -> ImageInfo:
        """Return `admit(data, ImageStore(root))`, or raise what it raises."""
        ...


@dataclass(frozen=True)
class Prepared:
    """What is to be stored of an upload; `info` lacks the id, which the store gives."""

    data: bytes
    suffix: str
    info: ImageInfo


async def take_in(data: bytes, store: ImageStore, pool: Guard) -> ImageInfo:
    """Read, judge and store an uploaded file, in a process of the pool.

    Args:
        data: The file's bytes, of any origin.
        store: Where the image is kept, without its metadata; this process and the pool's see the same folder.
        pool: Runs the work outside this process.

    Raises:
        ImageTooLarge, NotAnImage, TooManyPixels, TruncatedImage, BadImage: as `decode` does;
            BadImage also where reading it took too long, too much memory, or the process's life.
    """
    if len(data) > MAX_UPLOAD_BYTES:
        raise ImageTooLarge
    return await pool.run(data, store.root)


def admit(data: bytes, store: ImageStore) -> ImageInfo:
    """Do the work of `take_in`, here and now."""
    prepared = prepare(data)
    image_id = store.put(prepared.data, prepared.suffix, prepared.info)
    return prepared.info.model_copy(update={"id": image_id, "bytes": len(prepared.data)})


def prepare(data: bytes) -> Prepared:
    """Decode and inspect a file and choose the form it is stored in.

    A JPEG, PNG or WebP that shows its pixels anywhere keeps its own encoding, less its metadata. Else photos
    (JPEG, HEIC, AVIF) become JPEG, and the rest, and all with alpha, PNG.
    """
    decoded = decode(data)
    advisories, faces = inspect(decoded.pixels, len(data), "" if decoded.scaled_from else decoded.format)
    stored, suffix = _stored_form(data, decoded)
    height, width = decoded.pixels.shape[:2]
    info = ImageInfo(
        id="",
        width=width,
        height=height,
        format=FORMATS[suffix],
        bytes=len(stored),
        advisories=(*_scaled_down(decoded), *advisories),
        faces=faces,
        mood=mood_of(decoded.pixels),
    )
    return Prepared(stored, suffix, info)


def _stored_form(data: bytes, decoded: Decoded) -> tuple[bytes, str]:
    kept = stripped(data, decoded.format) if decoded.faithful else None
    if kept is not None:
        return kept, _SUFFIXES[decoded.format]
    if decoded.format in _PHOTO_ORIGINS and decoded.pixels.shape[2] == 3:
        return encode_jpeg(decoded.pixels, 95), ".jpg"
    return encode_png(decoded.pixels), ".png"


def _scaled_down(decoded: Decoded) -> tuple[Advisory, ...]:
    """In megapixels: what the file had, and what is the most."""
    if decoded.scaled_from is None:
        return ()
    width, height = decoded.scaled_from
    return (Advisory(code="scaled_down", value=round(width * height / 1e6, 1), threshold=MAX_PIXELS / 1e6),)
