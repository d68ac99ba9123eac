"""Wakes those who follow a job when there is news of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Hub:
    """News of jobs. It carries none: who is woken reads the ledger."""

    def __init__(self) -> None:
        self._followers: dict[str, set[asyncio.Event]] = {}
        self.closed = False

    @contextmanager
    def follow(self, job_id: str) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever there is news of the job, and when the hub closes."""
        news = asyncio.Event()
        followers = self._followers.setdefault(job_id, set())
        followers.add(news)
        try:
            yield news
        finally:
            followers.discard(news)
            if not followers:
                self._followers.pop(job_id, None)

    def tell(self, job_id: str) -> None:
        """Wake the followers of a job."""
        for news in self._followers.get(job_id, ()):
            news.set()

    def close(self) -> None:
        """Wake everybody for the last time."""
        self.closed = True
        for job_id in self._followers:
            self.tell(job_id)
