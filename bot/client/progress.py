"""One message that is edited as work goes on: never too often, only on change, and the last edit always."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

F = TypeVar("F")

INTERVAL_S = 2.5


class Editor(Generic[F]):
    """Shows the newest face of something, at most every `interval` seconds.

    `show` never waits; `finish` waits until the last face has been sent, which is sent at once and always.
    The first face comes after one interval, or at once when it is `eager`.
    """

    def __init__(
        self, edit: Callable[[F], Awaitable[None]], interval: float = INTERVAL_S, *, eager: bool = False
    ) -> None:
        self._edit = edit
        self._interval = interval
        self._shown: F | None = None
        self._wanted: F | None = None
        self._sending = asyncio.Lock()
        self._last = asyncio.get_running_loop().time() - (interval if eager else 0)
        self._task: asyncio.Task[None] | None = None

    def show(self, face: F) -> None:
        """Show this face when its time has come; a newer one takes its place until then."""
        self._wanted = face
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._later())

    async def finish(self, face: F) -> None:
        """Send this face now and no other after it."""
        await self.stop()
        await self._send(face)

    async def stop(self) -> None:
        """Send nothing more; an edit that is on its way is waited for."""
        self._wanted = None
        async with self._sending:
            if self._task is not None:
                self._task.cancel()

    async def _later(self) -> None:
        loop = asyncio.get_running_loop()
        while self._wanted is not None and self._wanted != self._shown:
            await asyncio.sleep(max(0.0, self._last + self._interval - loop.time()))
            face = self._wanted
            if face is not None:
                await self._send(face)

    async def _send(self, face: F) -> None:
        async with self._sending:
            await asyncio.shield(asyncio.ensure_future(self._edit(face)))
            self._shown = face
            self._last = asyncio.get_running_loop().time()
