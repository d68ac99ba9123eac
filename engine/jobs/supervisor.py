"""The engine's end of the worker: starts it, speaks with it, and starts it again when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from engine.jobs.wire import MESSAGES, Line, Made, Over, Ready, Step

log = logging.getLogger("engine.supervisor")

Message = Ready | Step | Made | Over
#: The longest line a worker may say.
_LINE = 1 << 20
_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.1, 10.0
#: How long a worker may take to leave when its stdin closes.
_LEAVE_S = 0.5
#: A worker that lived this long did not die of its start.
_SOUND_S = 20.0


def backoff(delay: float, lived_s: float) -> float:
    """Return the seconds to wait before the next start, after the last wait and a life of `lived_s`."""
    return _FIRST_DELAY_S if lived_s >= _SOUND_S else min(delay * 2, _LONGEST_DELAY_S)


class Supervisor:
    """Keeps one worker process alive.

    Args:
        environment: Variables for the worker, on top of this process's own.
        hear: Is told each message, in order.
        mourn: Is told that the worker is gone, before another is started.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        hear: Callable[[Message], Awaitable[None]],
        mourn: Callable[[], Awaitable[None]],
    ) -> None:
        self._environment = environment
        self._hear = hear
        self._mourn = mourn
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The worker's process id, while it lives."""
        return self._process.pid if self._process and self._process.returncode is None else None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._keep_alive())

    async def stop(self) -> None:
        """End the worker: it leaves by itself when its stdin closes, and is killed if it does not at once."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._process and self._process.stdin:
            self._process.stdin.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _LEAVE_S)
        self.kill()
        if self._process:
            await self._process.wait()

    def kill(self) -> None:
        """End a worker that does not answer; another takes its place."""
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def send(self, line: Line) -> None:
        """Give the worker a command; one that is dead by now is mourned, not spoken to."""
        process = self._process
        if process is None or process.stdin is None:
            return
        with contextlib.suppress(ConnectionError):
            process.stdin.write(line.model_dump_json().encode() + b"\n")
            await process.stdin.drain()

    async def _keep_alive(self) -> None:
        delay = _FIRST_DELAY_S
        while True:
            begun = time.monotonic()
            try:
                await self._live_once()
            except Exception:
                # Whatever it was, a service without a worker is of no use: try again, ever slower.
                log.exception("the worker cannot be run")
            delay = backoff(delay, time.monotonic() - begun)
            await asyncio.sleep(delay)

    async def _live_once(self) -> None:
        """One worker from its start to its end, however it comes to it."""
        self._process = await self._spawn()
        try:
            await self._listen(self._process)
        except Exception:
            log.exception("the worker cannot be understood")
        self.kill()
        code = await self._process.wait()
        log.warning("the worker is gone (%s)", code)
        await self._mourn()

    async def _spawn(self) -> asyncio.subprocess.Process:
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), root]))
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "engine", "worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**_without_secrets(os.environ), **self._environment, "PYTHONPATH": path},
            limit=_LINE,
        )

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Hear the worker out, to its end or to the first line that is none."""
        if process.stdout is None:
            return
        while line := await process.stdout.readline():
            await self._hear(MESSAGES.validate_json(line))


def _without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """Renderers may be anybody's code: what they need no key for, they get no key for."""
    secret = ("DISCORD_TOKEN", "ENGINE_API_KEY", "BOT_LLM_API_KEY", "BOT_ENGINE_API_KEY")
    return {name: value for name, value in environment.items() if name not in secret}
