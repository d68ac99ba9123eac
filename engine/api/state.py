"""What the routes work with: one engine, from its start to its stop."""

from __future__ import annotations

import fcntl
import logging
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import IO, Annotated, Self

from fastapi import Depends, Request

from engine.api.metrics import Metrics
from engine.api.pictures import Pictures
from engine.errors import AlreadyRunning
from engine.images.pool import IntakePool
from engine.images.store import ImageStore
from engine.jobs.service import Jobs
from engine.models import catalog
from engine.renderers import registry
from engine.settings import EngineSettings

log = logging.getLogger("engine")


class State:
    """The parts of a running engine.

    Args:
        settings: The engine's.
        metrics: Where it counts.

    Raises:
        AlreadyRunning: Another engine works on the same data folder.
    """

    def __init__(self, settings: EngineSettings, metrics: Metrics) -> None:
        self.settings = settings
        self.metrics = metrics
        self._lock = hold(settings.data_dir)
        self.catalog = catalog.here(settings, registry.why_missing)
        self.images = ImageStore(settings.images_dir)
        self.pool = IntakePool()
        self.jobs = Jobs(settings, self.catalog, self.images, metrics.rendered)
        self.pictures = Pictures(self.images, self.jobs.books, self.pool)

    async def __aenter__(self) -> Self:
        """Start working."""
        for broken in self.catalog.broken:
            log.warning("left out the model card %s: %s", broken.file, broken.why)
        async with AsyncExitStack() as stack:
            stack.callback(self._lock.close)
            await self.pool.start()
            stack.push_async_callback(self.pool.close)
            await self.jobs.start()
            stack.push_async_callback(self.jobs.stop)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; what is not done waits for the next start."""
        await self._stack.aclose()

    def probe(self) -> None:
        """Write to the data folder.

        Raises:
            OSError: It cannot be written to.
        """
        with tempfile.TemporaryFile(dir=self.settings.data_dir) as file:
            file.write(b"ready")
            file.flush()


def hold(folder: Path) -> IO[str]:
    """Hold a data folder until the handle is closed, or this process ends, however it ends.

    Raises:
        AlreadyRunning: Another engine holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = (folder / "lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise AlreadyRunning from error
    return handle


def _state(request: Request) -> State:
    state: State = request.app.state.engine
    return state


#: The engine, for a route that asks for it.
Engine = Annotated[State, Depends(_state)]
