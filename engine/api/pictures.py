"""Images over HTTP: taking them in, handing them out under a limit, laying them out on a sheet."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from engine.contract import ImageInfo, SheetRequest
from engine.errors import BadRequest, ImageNotFound
from engine.images.encode import LEAST_BYTES, encode_png, under
from engine.images.intake import take_in
from engine.images.pool import IntakePool
from engine.images.sheet import reduced, sheet
from engine.images.store import ImageStore
from engine.images.stored import pixels_of
from engine.jobs.books import Books
from engine.renderers.base import Pixels


@dataclass(frozen=True)
class Found:
    """A stored file to hand out, and what was done to it, if anything."""

    id: str
    note: str | None = None


class Pictures:
    """The image store, as clients see it.

    Args:
        store: The files.
        books: Who owns them.
        pool: Opens strangers' files.
    """

    def __init__(self, store: ImageStore, books: Books, pool: IntakePool) -> None:
        self._store = store
        self._books = books
        self._pool = pool
        # One at a time: encoding shares the processor with the worker.
        self._encoding = asyncio.Lock()

    async def take(self, data: bytes, client: str) -> ImageInfo:
        """Take an upload in for a client.

        Raises:
            EngineError: What `take_in` raises.
        """
        info = await take_in(data, self._store, self._pool)
        async with self._books.lock:
            await self._books.ask(self._books.ledger.own, info.id, client)
            kept = self._store.path(info.id) is not None
        # Somebody who owned the same picture was forgotten in between: once more, now that it is owned.
        return info if kept else await take_in(data, self._store, self._pool)

    async def fitting(self, image: str, max_bytes: int | None) -> Found:
        """Return an image, or one made from it that has at most `max_bytes`.

        Raises:
            ImageNotFound: There is none.
            BadRequest: The limit is too small for any picture.
        """
        path = await asyncio.to_thread(self._store.path, image)
        if path is None:
            raise ImageNotFound
        if max_bytes is None or path.stat().st_size <= max_bytes:
            return Found(image)
        if max_bytes < LEAST_BYTES:
            raise BadRequest(f"max_bytes: at least {LEAST_BYTES}")
        async with self._encoding:
            return await self._known(image, max_bytes) or await self._shrunk(image, path.suffix, max_bytes)

    async def _known(self, image: str, max_bytes: int) -> Found | None:
        known = await self._books.ask(self._books.ledger.derived, image, max_bytes)
        return Found(*known) if known and self._store.path(known[0]) else None

    async def _shrunk(self, image: str, suffix: str, max_bytes: int) -> Found:
        data = await asyncio.to_thread(self._store.read, image)
        smaller, to, note = await asyncio.to_thread(under, data, suffix, max_bytes)
        async with self._books.lock:
            if self._store.path(image) is None:
                raise ImageNotFound
            made = await asyncio.to_thread(self._store.put, smaller, to)
            await self._books.ask(self._books.ledger.add_derived, image, max_bytes, made, note or "")
        return Found(made, note)

    async def sheet(self, request: SheetRequest) -> ImageInfo:
        """Lay pictures out on one labelled sheet that the client owns.

        Raises:
            ImageNotFound: One of them is gone.
        """
        stills = [await self._still(cell.image) for cell in request.cells]
        labels = [cell.label for cell in request.cells]
        async with self._encoding:
            data, pixels = await asyncio.to_thread(self._laid_out, stills, labels, request.columns)
        info = ImageInfo(id="", width=pixels.shape[1], height=pixels.shape[0], format="png")
        async with self._books.lock:
            image = await asyncio.to_thread(self._store.put, data, ".png", info)
            await self._books.ask(self._books.ledger.own, image, request.client)
        return info.model_copy(update={"id": image, "bytes": len(data)})

    def _laid_out(self, stills: list[str], labels: list[str], columns: int | None) -> tuple[bytes, Pixels]:
        cells = [
            (reduced(pixels_of(self._store.read(still))), label) for still, label in zip(stills, labels, strict=True)
        ]
        pixels = sheet(cells, columns)
        return encode_png(pixels), pixels

    async def _still(self, image: str) -> str:
        """The picture itself, or a clip's poster."""
        made = await self._books.ask(self._books.ledger.result_of, image)
        still = made.poster if made and made.clip and made.poster else image
        path = await asyncio.to_thread(self._store.path, still)
        if path is None:
            raise ImageNotFound(f"There is no image {image[:80]!r} here; it may have been deleted.")
        return still
