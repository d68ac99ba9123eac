"""What is under way: one task for every version that has not settled, which brings it to its gallery."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from bot.client.follow import Follower
from bot.client.messenger import Messenger
from bot.conversation.project import Project, Version
from bot.engine_client import EngineAway, EngineClient, EngineProblem, patiently
from bot.store import Database, Store
from engine.contract import ModelView, Status

log = logging.getLogger(__name__)

#: Seconds between attempts: soon at first, then every ten minutes for a day, for a permission may come back.
DELAYS = (1, 5, 30, 120, *[600] * 144)
CANCEL_S = 5.0


class Work:
    """Follows versions, and stops them."""

    def __init__(
        self,
        database: Database,
        engine: EngineClient,
        messenger: Messenger,
        known_models: Callable[[], Awaitable[dict[str, ModelView]]],
    ) -> None:
        self._db = database
        self._engine = engine
        self._messenger = messenger
        self._known_models = known_models
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._calls: set[asyncio.Task[None]] = set()

    async def resume(self) -> None:
        """Go on with every version that was under way when the bot stopped."""
        for version in await self._db(Store.unfinished):
            project = await self._db(Store.project, version.project)
            if project is not None:
                self.follow(project, version)

    async def close(self) -> None:
        """Stop following. Everything is in the database, and goes on at the next start."""
        tasks = [*self._tasks.values(), *self._calls]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def follow(self, project: Project, version: Version) -> None:
        """Bring a version to its gallery, in the background."""
        if version.id in self._tasks:
            return
        task = asyncio.create_task(self._followed(project, version))
        self._tasks[version.id] = task
        task.add_done_callback(lambda done: self._unfollow(version.id, done))

    def _unfollow(self, version_id: int, task: asyncio.Task[None]) -> None:
        if self._tasks.get(version_id) is task:
            del self._tasks[version_id]

    async def _followed(self, project: Project, version: Version) -> None:
        """Try again when Discord or anything else fails: a version is never given up silently."""
        follower = Follower(self._db, self._engine, self._messenger, await self._known_models())
        for delay in DELAYS:
            current = await self._db(Store.version, version.id)
            if current is None:
                return
            try:
                await follower.run(project, current)
            except Exception:
                log.exception("version %s could not be followed", version.id)
                await asyncio.sleep(delay)
            else:
                return
        log.error("version %s is given up until the next start", version.id)

    async def drop(self, version_id: int) -> None:
        """Follow a version no longer; when this returns nothing is done about it any more."""
        if (task := self._tasks.pop(version_id, None)) is not None:
            task.cancel()
            await asyncio.wait([task])

    async def cancel(self, version_id: int) -> None:
        """Stop a version. One that the engine does not have, or cannot be told of now, is stopped here."""
        version = await self._db(Store.version, version_id)
        if version is None or version.status.ended or (version.job and await self._told(version.job)):
            return
        await self._db(Store.end_version, version_id, Status.CANCELLED)
        await self.drop(version_id)
        version = await self._db(Store.version, version_id)
        project = await self._db(Store.project, version.project) if version else None
        if version is None or project is None:
            return
        if version.job is not None:
            self._call_off(version.job)
        self.follow(project, version)

    async def _told(self, job: str) -> bool:
        with contextlib.suppress(EngineAway, EngineProblem, TimeoutError):
            async with asyncio.timeout(CANCEL_S):
                await self._engine.cancel(job)
            return True
        return False

    def _call_off(self, job: str) -> None:
        """Tell the engine when it is there again, so that it does not work for nobody."""
        task = asyncio.create_task(self._called_off(job))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _called_off(self, job: str) -> None:
        with contextlib.suppress(EngineProblem):
            await patiently(lambda: self._engine.cancel(job))
