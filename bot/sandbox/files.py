"""The bytes behind attachments: kept in memory or in a folder, measured and written off the event loop."""

import asyncio
import io
import mimetypes
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MIME = {".webp": "image/webp", ".avif": "image/avif", ".heic": "image/heic", ".apng": "image/apng", ".mp4": "video/mp4"}


@dataclass(frozen=True, slots=True)
class Measure:
    """What looking into a picture or clip tells: its pixels."""

    width: int | None = None
    height: int | None = None


def safe_name(name: str) -> str:
    """A file name as Discord keeps it: letters, digits, dots, dashes and underscores."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[-260:].lstrip(".") or "file"


def content_type(name: str, said: str | None) -> str:
    """The type of a file by its name, else as its sender said."""
    by_name = MIME.get(Path(name).suffix.lower()) or mimetypes.guess_type(name)[0]
    return by_name or said or "application/octet-stream"


def _measure_image(data: bytes) -> Measure:
    from PIL import Image  # noqa: PLC0415  only a world with pictures needs it

    with Image.open(io.BytesIO(data)) as image:
        return Measure(*image.size)


def _measure_video(data: bytes) -> Measure:
    import av  # noqa: PLC0415  slow to load, and few worlds hold clips

    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        return Measure(stream.codec_context.width, stream.codec_context.height)


def measure(data: bytes, kind: str) -> Measure:
    """Look into a file; one that cannot be read simply has no size, as on Discord."""
    reader = {"image": _measure_image, "video": _measure_video}.get(kind.partition("/")[0])
    if reader:
        with suppress(Exception):
            return reader(data)
    return Measure()


class FileStore:
    """Bytes by attachment id.

    Args:
        folder: where they are kept; None keeps them in memory.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._memory: dict[str, bytes] = {}
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    async def put(self, key: str, data: bytes) -> None:
        """Keep some bytes."""
        if self._folder:
            await asyncio.to_thread(self._write, self._folder / key, data)
        else:
            self._memory[key] = data

    async def read(self, key: str, start: int = 0, stop: int | None = None) -> bytes:
        """Some of a file's bytes, from `start` up to but not including `stop`.

        Raises:
            FileNotFoundError: if nothing is kept under this id.
        """
        if self._folder:
            return await asyncio.to_thread(self._read, self._folder / key, start, stop)
        if key not in self._memory:
            raise FileNotFoundError(key)
        return self._memory[key][start:stop]

    def drop(self, key: str) -> None:
        """Forget a file; quietly, if it is gone already."""
        self._memory.pop(key, None)
        if self._folder:
            (self._folder / key).unlink(missing_ok=True)

    def sweep(self, wanted: set[str]) -> None:
        """Forget every file in the folder that nothing refers to."""
        if self._folder:
            for path in self._folder.iterdir():
                if path.name not in wanted:
                    path.unlink()

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)

    @staticmethod
    def _read(path: Path, start: int, stop: int | None) -> bytes:
        with path.open("rb") as file:
            file.seek(start)
            return file.read(-1 if stop is None else stop - start)
