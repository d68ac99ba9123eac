"""What the engine counts, for Prometheus."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest

from engine.contract import QueueView, Status

#: Anybody may make up a method, and each would be a series of its own.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_RENDER_BUCKETS = (0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600)


class Metrics:
    """The engine's numbers, in a registry of their own: any number of apps may live in one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._waiting = Gauge("easel_queue_length", "Jobs that wait", registry=self._registry)
        self._jobs = Gauge("easel_jobs", "Jobs in the ledger", ["status"], registry=self._registry)
        self._up = Gauge("easel_worker_up", "Whether a worker takes tasks", registry=self._registry)
        self._render = Histogram(
            "easel_render_seconds",
            "Seconds that renderers worked on a task",
            ["card"],
            buckets=_RENDER_BUCKETS,
            registry=self._registry,
        )
        self._request = Histogram(
            "easel_request_seconds",
            "Seconds until an answer began",
            ["method", "path", "status"],
            registry=self._registry,
        )

    def rendered(self, card: str, seconds: float) -> None:
        """Count a finished task and the seconds of its renderer, without encoding and storing."""
        self._render.labels(card).observe(seconds)

    def request(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count an answered request; `path` is the route's pattern."""
        self._request.labels(method if method in _METHODS else "other", path, str(status)).observe(seconds)

    def page(self, queue: QueueView, jobs: Mapping[str, int], *, up: bool) -> bytes:
        """Return all numbers in the text format."""
        self._waiting.set(queue.waiting)
        self._up.set(up)
        for status in Status:
            self._jobs.labels(status).set(jobs.get(status, 0))
        return generate_latest(self._registry)
