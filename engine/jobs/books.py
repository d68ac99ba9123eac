"""The ledger, the images, and those who follow them, kept in step."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from engine.errors import JobNotFound
from engine.images.store import ImageStore
from engine.jobs.hub import Hub
from engine.jobs.job import Job
from engine.jobs.lifecycle import Change
from engine.jobs.store import Ledger, plainly

P = ParamSpec("P")
T = TypeVar("T")


class Books:
    """The ledger off the event loop, in one thread, and the files that its rows speak of.

    Args:
        path: The ledger's file.
        images: Where the files are.

    Attributes:
        lock: Held from reading a job to saving what became of it.
    """

    def __init__(self, path: Path, images: ImageStore) -> None:
        self.ledger = Ledger(path)
        self.images = images
        self.hub = Hub()
        self.lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "ledger")

    async def ask(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a method of the ledger returns.

        Raises:
            StoreFull: It cannot be written down.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: plainly(call, *args, **kwargs))

    async def active(self) -> list[Job]:
        """Return the jobs that have not ended."""
        return await self.ask(self.ledger.active)

    async def find(self, job_id: str) -> Job | None:
        """Return a job, or None."""
        return await self.ask(self.ledger.job, job_id)

    async def job(self, job_id: str) -> Job:
        """Return a job.

        Raises:
            JobNotFound: There is none.
        """
        job = await self.find(job_id)
        if job is None:
            raise JobNotFound
        return job

    async def save(self, *changes: Change) -> None:
        """Store what became of jobs, all at once, and tell those who follow them; previews go when a job ends."""
        await self.ask(self.ledger.save, *changes)
        for change in changes:
            if change.job.status.ended:
                await self.discard(await self.ask(self.ledger.drop_previews, change.job.id))
            self.hub.tell(change.job.id)

    async def discard(self, images: Iterable[str]) -> None:
        """Delete files."""
        await asyncio.to_thread(lambda: [self.images.delete(image) for image in images])

    async def discard_unkept(self, images: list[str]) -> None:
        """Delete those of these files that nothing refers to."""
        await self.discard(await self.ask(self.ledger.unkept, images))

    async def sweep(self, older_than_s: float = 60.0) -> int:
        """Delete files that a crash left between their writing and their row; return how many.

        Younger ones may belong to a process that is just leaving. Without any row the ledger itself was lost,
        and the pictures are not to follow it.
        """
        files = await asyncio.to_thread(_older, self.images.root, time.time() - older_than_s)
        lost = set(await self.ask(self.ledger.unkept, list({file.stem for file in files})))
        if len(lost) == len({file.stem for file in files}):
            return 0
        doomed = [file for file in files if file.stem in lost]
        await asyncio.to_thread(_unlink, doomed)
        return len(doomed)

    def close(self) -> None:
        """Finish what was asked for, and close the ledger."""
        self._thread.shutdown()
        self.ledger.close()


def _older(root: Path, moment: float) -> list[Path]:
    return [file for file in root.rglob("*.*") if file.stat().st_mtime < moment]


def _unlink(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
