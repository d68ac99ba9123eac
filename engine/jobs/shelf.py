"""Storing a finished picture while the next is being made."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from engine.renderers.base import Clip, Picture


class Shelf:
    """Stores results one after the other, in their order, in a thread; leaving it waits for the last.

    Args:
        store: Does it; its error is raised by the next `put`, or on leaving.
    """

    def __init__(self, store: Callable[[Picture | Clip], None]) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, "shelf")
        self._last: Future[None] | None = None

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def put(self, made: Picture | Clip) -> None:
        """Have a result stored; there is never more than one in the making and one on its way."""
        self._settle()
        self._last = self._thread.submit(self._store, made)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for the last; what was made before a failure is stored as well."""
        self._thread.shutdown()
        if kind is None:
            self._settle()

    def _settle(self) -> None:
        if self._last is not None:
            self._last.result()
