"""What clients ask of the queue: submit, look, cancel, forget."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from uuid import uuid4

from engine.contract import JobRequest, JobView, QueueView, Status
from engine.errors import ClipGiven, ImageNotFound, KeyReused, QueueFull
from engine.images.store import ImageStore
from engine.jobs import lifecycle
from engine.jobs.books import Books
from engine.jobs.foreman import Foreman
from engine.jobs.job import Job, new_job
from engine.jobs.queueing import summary
from engine.models.catalog import Catalog
from engine.settings import EngineSettings

#: For an estimate, where a picture's own size is not on record (a poster, a sheet).
UNKNOWN_SIZE = (1024, 1024)


class Jobs:
    """The queue and the worker behind it.

    Args:
        settings: The engine's.
        catalog: The model cards.
        images: The store; the worker sees the same folder.
        rendered: Is told the card and the seconds of every finished render.
    """

    def __init__(
        self, settings: EngineSettings, catalog: Catalog, images: ImageStore, rendered: Callable[[str, float], None]
    ) -> None:
        self.books = Books(settings.ledger, images)
        self.foreman = Foreman(settings, catalog, self.books, rendered)
        self._catalog = catalog
        self._max_waiting = settings.max_waiting

    async def start(self) -> None:
        """Clear up and take up what was left when the engine last stopped."""
        await self.books.sweep()
        await self.foreman.start()

    async def stop(self) -> None:
        """Stop; what is not done waits for the next start."""
        self.books.hub.close()
        await self.foreman.stop()
        self.books.close()

    async def submit(self, request: JobRequest, key: str | None = None) -> JobView:
        """Take a job in; the same key gives the same job.

        Raises:
            EngineError: KeyReused, ModelNotFound, WrongKind, ModelUnavailable, ImageNotFound, ClipGiven, QueueFull.
        """
        async with self.books.lock:
            key = key or None
            known = await self.books.ask(self.books.ledger.by_key, request.client, key) if key else None
            if known and known.request != request:
                raise KeyReused
            job = known or await self._admit(request, key)
        view = await self.view(job.id)
        self.foreman.wake()
        return view

    async def view(self, job_id: str) -> JobView:
        """Return a job as its owner sees it.

        Raises:
            JobNotFound: There is none.
        """
        job = await self.books.job(job_id)
        if job.status.ended:
            return job.view()
        place = (await self.foreman.outlook(await self.books.active())).place(job)
        return job.view(place.position, round(place.eta_s, 1)) if place else job.view()

    async def cancel(self, job_id: str) -> JobView:
        """Stop a job; the worker leaves it at its next step. One that has ended stays as it is.

        Raises:
            JobNotFound: There is none.
        """
        async with self.books.lock:
            await self._cancel(await self.books.job(job_id))
        return await self.view(job_id)

    async def forget(self, client: str) -> None:
        """Delete a client's jobs and every image only they own, for good."""
        async with self.books.lock:
            for job in await self.books.ask(self.books.ledger.of_client, client):
                await self._cancel(job)
                self.books.hub.tell(job.id)
            await self.books.discard(await self.books.ask(self.books.ledger.forget, client))

    async def queue(self) -> QueueView:
        """Return the queue in three numbers."""
        jobs = await self.books.active()
        return summary(await self.foreman.outlook(jobs), jobs)

    async def _cancel(self, job: Job) -> None:
        if job.status.ended:
            return
        await self.books.save(lifecycle.cancelled(job))
        await self.foreman.leave(job.id)
        self.foreman.wake()

    async def _admit(self, request: JobRequest, key: str | None) -> Job:
        for model in request.models:
            self._catalog.runnable(model, request.kind)
        sizes = [await self._size(ref.id) for ref in request.images]
        waiting = sum(job.status is Status.WAITING for job in await self.books.active())
        if waiting >= self._max_waiting:
            raise QueueFull
        job = new_job(uuid4().hex, request, time.time(), sizes[0])
        await self.books.ask(self.books.ledger.add, job, key)
        return job

    async def _size(self, image: str) -> tuple[int, int]:
        path = await asyncio.to_thread(self.books.images.path, image)
        if path is None:
            raise ImageNotFound(f"There is no image {image[:80]!r} here; it may have been deleted.")
        if path.suffix == ".mp4":
            raise ClipGiven
        made = await self.books.ask(self.books.ledger.result_of, image)
        if made:
            return made.width, made.height
        info = await asyncio.to_thread(self.books.images.info, image)
        return (info.width, info.height) if info else UNKNOWN_SIZE
