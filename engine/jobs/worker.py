"""The worker: a process of its own that takes one task at a time and streams what becomes of it.

Commands come as JSON lines on stdin, messages go as JSON lines to what was stdout (see `wire`). When stdin closes,
the engine is gone, and so is the worker: a dead engine leaves no process behind.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO, TypeVar

from engine.contract import JobError
from engine.errors import EngineError, OutOfMemory, RenderCancelled, RenderError, no_room
from engine.images.store import ImageStore
from engine.jobs.loaded import Loaded, render_task
from engine.jobs.output import Pace, keep
from engine.jobs.shelf import Shelf
from engine.jobs.wire import COMMANDS, Line, Made, Over, Ready, Ref, Render, Step, Stop
from engine.models.machine import this_machine
from engine.renderers.base import Clip, Picture, Pixels
from engine.settings import EngineSettings

log = logging.getLogger("engine.worker")
T = TypeVar("T")


def main(settings: EngineSettings) -> None:
    """Work until stdin closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the engine decides.
    out = _own_stdout()
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(name)s %(levelname)s %(message)s")
    os.nice(settings.worker_niceness)
    worker = Worker(ImageStore(settings.images_dir), Loaded(this_machine(settings).memory_gb), out)
    threading.Thread(target=worker.listen, args=(sys.stdin,), daemon=True).start()
    worker.run()


def _own_stdout() -> TextIO:
    """Keep stdout for messages: whatever a library prints goes to stderr instead."""
    kept = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    return kept


class Worker:
    """One task at a time, in the main thread; a second thread listens, so that a stop is heard while rendering.

    Args:
        store: Where images are.
        loaded: The models in memory.
        out: Where messages go.
    """

    def __init__(self, store: ImageStore, loaded: Loaded, out: TextIO) -> None:
        self._store = store
        self._loaded = loaded
        self._out = out
        self._todo: queue.SimpleQueue[Render] = queue.SimpleQueue()
        self._stopped: set[Ref] = set()
        self._saying = threading.Lock()

    def listen(self, lines: TextIO) -> None:
        """Take commands until there are no more, and end the process then, wherever it is."""
        for line in lines:
            match COMMANDS.validate_json(line):
                case Render() as render:
                    self._stopped.discard(render.task)
                    self._todo.put(render)
                case Stop(task=task):
                    self._stopped.add(task)
        # Not sys.exit: a renderer may be deep in native code that no exception reaches.
        os._exit(0)

    def run(self) -> None:
        """Render what comes, for ever."""
        self._say(Ready())
        while True:
            self._say(self.work(self._todo.get()))

    def work(self, render: Render) -> Over:
        """Render a task and say how it ended."""
        timed = _Timed()
        try:
            self._render(render, timed)
        except RenderCancelled:
            return self._over(render, timed, "stopped")
        except MemoryError:
            self._loaded.drop(render.card.id)
            return self._over(render, timed, "failed", OutOfMemory())
        except Exception as error:  # noqa: BLE001  # Renderers raise whatever they like.
            return self._over(render, timed, "failed", self._in_words(render, error))
        return self._over(render, timed, "finished")

    def _in_words(self, render: Render, error: Exception) -> EngineError:
        """A renderer's mistake must not take the worker with it; its words are for the log, not for the member."""
        known = error if isinstance(error, EngineError) else no_room(error)
        if known is None:
            log.error("rendering %s for job %s", render.card.id, render.task.job, exc_info=error)
        return known or RenderError()

    def _render(self, render: Render, timed: _Timed) -> None:
        task = render_task(self._store, render.request, render.variants)
        renderer, timed.load_s = self._loaded.take(render.card)
        timed.begin()
        pace = Pace(time.monotonic)

        def report(step: int, of: int, preview: Pixels | None) -> None:
            with timed.aside():
                self._heed(render.task)
                if pace.step(last=step == of):
                    self._say(Step(task=render.task, step=step, of=of, preview=pace.preview(self._store, preview)))

        def store(made: Picture | Clip) -> None:
            self._say(Made(task=render.task, result=keep(self._store, render.card, render.request, made)))

        with Shelf(store) as shelf:
            for made in timed.each(renderer.render(task, report)):
                self._heed(render.task)
                shelf.put(made)

    def _heed(self, task: Ref) -> None:
        if task in self._stopped:
            raise RenderCancelled

    def _over(self, render: Render, timed: _Timed, how: str, error: EngineError | None = None) -> Over:
        return Over.model_validate(
            {
                "task": render.task,
                "how": how,
                "error": JobError(code=error.code, detail=error.detail) if error else None,
                "seconds": timed.seconds,
                "render_s": timed.render_s,
                "load_s": timed.load_s,
                "resident": self._loaded.models,
            }
        )

    def _say(self, line: Line) -> None:
        with self._saying:
            self._out.write(line.model_dump_json() + "\n")
            self._out.flush()


class _Timed:
    """How long a task's parts took."""

    load_s: float | None = None
    render_s: float = 0.0
    _begun: float | None = None

    def begin(self) -> None:
        self._begun = time.monotonic()

    def each(self, results: Iterator[T]) -> Iterator[T]:
        """Pass results on; the time until each counts as the renderer's."""
        while True:
            begun = time.monotonic()
            try:
                result = next(results)
            except StopIteration:
                return
            finally:
                self.render_s += time.monotonic() - begun
            yield result

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What happens in here is none of the renderer's time."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.render_s -= time.monotonic() - begun

    @property
    def seconds(self) -> float:
        return 0.0 if self._begun is None else time.monotonic() - self._begun
