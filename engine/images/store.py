"""Pictures and clips on disk, named by the SHA-256 of their bytes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from engine.contract import ImageInfo
from engine.errors import ImageNotFound

#: What is kept, and what it is called on the wire.
FORMATS = {".png": "png", ".jpg": "jpeg", ".webp": "webp", ".mp4": "mp4"}
MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".mp4": "video/mp4"}
_ID = re.compile(r"[0-9a-f]{64}")
_INFO = ".json"
_PART = ".part"


@dataclass(frozen=True)
class ImageStore:
    """A folder of immutable files, `ab/cd/abcd....png`; any number of processes may share it.

    The same bytes are kept once however often they are put, so `delete` is for whoever knows
    that nobody else refers to them.

    Args:
        root: The folder; made when something is put.
    """

    root: Path

    def put(self, data: bytes, suffix: str, info: ImageInfo | None = None, *, lasting: bool = True) -> str:
        """Keep these bytes and return their id. They are on disk, whole, when this returns.

        Args:
            data: A file's bytes.
            suffix: .png, .jpg, .webp or .mp4.
            info: What `info` is to answer; its `id` and `bytes` are filled in here.
            lasting: False for what may be lost in a power cut, and need not wait for the disk.

        Raises:
            ValueError: Another suffix.
        """
        if suffix not in FORMATS:
            raise ValueError(suffix)
        image_id = hashlib.sha256(data).hexdigest()
        if self.path(image_id) is None:
            _write(self._stem(image_id).with_suffix(suffix), data, lasting=lasting)
        if info is not None:
            known = info.model_copy(update={"id": image_id, "bytes": len(data)})
            # What is lost of it is found out again by whoever needs it.
            _write(self._stem(image_id).with_suffix(_INFO), known.model_dump_json().encode(), lasting=False)
        return image_id

    def path(self, image_id: str) -> Path | None:
        """Return where the bytes are, or None; any string may be asked for."""
        if not _ID.fullmatch(image_id):
            return None
        stem = self._stem(image_id)
        return next((path for path in map(stem.with_suffix, FORMATS) if path.is_file()), None)

    def found(self, image_id: str) -> tuple[Path, os.stat_result]:
        """Return where the bytes are and what the file system knows of them.

        Raises:
            ImageNotFound: There are none.
        """
        path = _found(self.path(image_id))
        try:
            return path, path.stat()
        except FileNotFoundError as error:
            raise ImageNotFound from error

    def read(self, image_id: str) -> bytes:
        """Return the bytes.

        Raises:
            ImageNotFound: There are none.
        """
        path = self.path(image_id)
        try:
            return _found(path).read_bytes()
        except FileNotFoundError as error:
            raise ImageNotFound from error

    def info(self, image_id: str) -> ImageInfo | None:
        """Return what intake found out about an uploaded picture; None for anything else."""
        if not _ID.fullmatch(image_id):
            return None
        try:
            return ImageInfo.model_validate_json(self._stem(image_id).with_suffix(_INFO).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def delete(self, image_id: str) -> bool:
        """Remove the bytes and what is known of them; return whether there was anything."""
        path = self.path(image_id)
        if path is None:
            return False
        for doomed in (path, path.with_suffix(_INFO)):
            doomed.unlink(missing_ok=True)
        return True

    def sweep(self, older_than_s: float = 3600) -> int:
        """Remove what processes that died while writing have left behind; return how many files that was."""
        before = time.time() - older_than_s
        stale = [path for path in self.root.glob(f"*/*/*{_PART}") if path.stat().st_mtime < before]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    def _stem(self, image_id: str) -> Path:
        return self.root / image_id[:2] / image_id[2:4] / image_id


def _found(path: Path | None) -> Path:
    if path is None:
        raise ImageNotFound
    return path


def _write(path: Path, data: bytes, *, lasting: bool) -> None:
    """Write beside, sync, then rename: a reader sees all of a file or none of it, if lasting even after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, suffix=_PART)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    if lasting:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    # Some platforms cannot open a folder; there the rename alone has to do.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
