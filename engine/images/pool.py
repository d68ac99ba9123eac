"""The processes that open strangers' files: a crash or a hang costs one upload, never the service."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from engine import errors
from engine.contract import ImageInfo
from engine.images.guard import HEADER, READY

GIB = 1024**3
_ERRORS = {
    e.code: e
    for e in (
        errors.EngineError,
        errors.BadImage,
        errors.NotAnImage,
        errors.StoreFull,
        errors.TooManyPixels,
        errors.TruncatedImage,
    )
}
_START_SECONDS = 30


class IntakePool:
    """A few guarded processes, each reading one file at a time; the others wait their turn, first come first served.

    Args:
        workers: How many processes.
        timeout_s: Seconds a file may take once its turn has come.
        memory: Bytes a process may take beyond its libraries (where the platform can limit it).
            A picture of 64 megapixels needs about 1.5 GiB at its worst.
    """

    def __init__(self, workers: int = 2, timeout_s: float = 20, memory: int = 3 * GIB) -> None:
        self._timeout = timeout_s
        self._guards = tuple(_Guard(memory) for _ in range(workers))
        self._idle: asyncio.Queue[_Guard] = asyncio.Queue()

    async def start(self) -> None:
        """Start the processes, without waiting for them to be ready."""
        for guard in self._guards:
            await guard.start()
            self._idle.put_nowait(guard)

    async def close(self) -> None:
        """End the processes, also in the middle of a file."""
        await asyncio.gather(*(guard.stop() for guard in self._guards))

    async def run(self, data: bytes, root: Path) -> ImageInfo:
        """Return `intake.admit(data, ImageStore(root))` of another process.

        Raises:
            engine.errors.EngineError: What `admit` raised; BadImage where the process died or took too long.
        """
        guard = await self._idle.get()
        try:
            said = await guard.ask(data, root, self._timeout)
        finally:
            self._idle.put_nowait(guard)
        if "info" not in said:
            raise _ERRORS.get(said["code"], errors.BadImage)(said["detail"])
        return ImageInfo.model_validate(said["info"])

    @property
    def pids(self) -> tuple[int, ...]:
        """The ids of the processes that live."""
        return tuple(guard.pid for guard in self._guards if guard.pid is not None)


class _Guard:
    """One process, replaced whenever it cannot be trusted to answer the next question."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._process: asyncio.subprocess.Process | None = None
        self._ready = False
        self._dying: list[asyncio.subprocess.Process] = []

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        self._ready = False
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "engine.images.guard", str(self._memory)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=_environment(),
            cwd=Path(__file__).parents[2],  # where `engine` is importable from, installed or not
        )

    async def stop(self) -> None:
        self._discard()
        for process in self._dying:
            await process.wait()
        self._dying.clear()

    async def ask(self, data: bytes, root: Path, timeout_s: float) -> dict[str, Any]:
        """Return the answer to one file.

        Raises:
            BadImage: The file took too long, or killed two processes: one death may have another cause.
        """
        try:
            try:
                return await self._ask_once(data, root, timeout_s)
            except (ConnectionError, EOFError):
                return await self._ask_once(data, root, timeout_s)
        except TimeoutError as error:
            raise errors.BadImage("Reading this image took too long; save it anew and send that.") from error
        except (OSError, ValueError, EOFError) as error:
            raise errors.BadImage from error

    async def _ask_once(self, data: bytes, root: Path, timeout_s: float) -> dict[str, Any]:
        answered = False
        try:
            process = await self._living()
            async with asyncio.timeout(timeout_s):
                said = await _exchange(process, _request(data, root))
            answered = True
        finally:
            # Also when the uploader hung up: an unread answer must not become the next one's.
            if not answered:
                self._discard()
        return said

    async def _living(self) -> asyncio.subprocess.Process:
        if self.pid is None:
            self._discard()
            await self.start()
        process = self._process
        if process is None or process.stdout is None:
            raise EOFError
        if not self._ready:
            async with asyncio.timeout(_START_SECONDS):
                if await process.stdout.readline() != READY:
                    raise EOFError
            self._ready = True
        return process

    def _discard(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            self._dying.append(self._process)
        self._process = None


def _environment() -> dict[str, str]:
    """Nothing secret, and one thread each: intake runs beside a renderer, and is to leave it the cores."""
    plain = {k: v for k, v in os.environ.items() if not any(word in k for word in ("TOKEN", "KEY", "SECRET"))}
    return {**plain, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _request(data: bytes, root: Path) -> bytes:
    name = os.fsencode(root.absolute())
    return HEADER.pack(len(name), len(data)) + name + data


async def _exchange(process: asyncio.subprocess.Process, request: bytes) -> dict[str, Any]:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    process.stdin.write(request)
    await process.stdin.drain()
    line = await process.stdout.readline()
    if not line:
        raise EOFError
    said: dict[str, Any] = json.loads(line)
    return said
