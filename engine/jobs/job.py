"""A job and its tasks: frozen records. What changes them is `lifecycle`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from engine.contract import JobError, JobRequest, JobView, Result, Status, TaskView

MAX_ATTEMPTS = 3


@dataclass(frozen=True)
class Task:
    """One job's work for one model: the unit that is scheduled.

    Args:
        model: The card's id.
        status: Where it stands.
        step: Steps done, of `of`.
        of: Steps in all; 0 before the first report.
        attempts: How often a worker has begun it.
        started: Unix seconds of the running attempt.
        error: Why it failed.
    """

    model: str
    status: Status = Status.WAITING
    step: int = 0
    of: int = 0
    attempts: int = 0
    started: float | None = None
    error: JobError | None = None

    def evolve(self, **changes: Any) -> Task:
        """Return this task with other values."""
        return replace(self, **changes)

    @property
    def view(self) -> TaskView:
        """The task as its owner sees it."""
        return TaskView(
            model=self.model,
            status=self.status,
            step=self.step,
            of=self.of,
            attempts=self.attempts,
            error=self.error,
        )


@dataclass(frozen=True)
class Job:
    """One request over one or more models.

    Args:
        id: Hex.
        request: What was asked.
        created: Unix seconds.
        tasks: One for each model, in the request's order.
        status: Where it stands.
        results: What is stored of it, in the order it was made.
        error: Why it failed.
        size: Width and height of the subject, in pixels; what an estimate is made from.
    """

    id: str
    request: JobRequest
    created: float
    tasks: tuple[Task, ...]
    status: Status = Status.WAITING
    results: tuple[Result, ...] = ()
    error: JobError | None = None
    size: tuple[int, int] = (1024, 1024)

    def evolve(self, **changes: Any) -> Job:
        """Return this job with other values."""
        return replace(self, **changes)

    def task(self, model: str) -> Task:
        """Return the task of a model that is in the request."""
        return next(task for task in self.tasks if task.model == model)

    def with_task(self, changed: Task) -> Job:
        """Return this job with one of its tasks replaced."""
        return self.evolve(tasks=tuple(changed if task.model == changed.model else task for task in self.tasks))

    def missing(self, model: str) -> tuple[int, ...]:
        """Return the variants of a model that are not stored yet."""
        stored = {result.variant for result in self.results if result.model == model}
        return tuple(variant for variant in range(self.request.variants) if variant not in stored)

    def view(self, position: int | None = None, eta_s: float | None = None) -> JobView:
        """Return the job as its owner sees it."""
        return JobView(
            id=self.id,
            kind=self.request.kind,
            status=self.status,
            position=position,
            eta_s=eta_s,
            tasks=tuple(task.view for task in self.tasks),
            results=self.results,
            error=self.error,
            created=self.created,
        )


def new_job(job_id: str, request: JobRequest, created: float, size: tuple[int, int]) -> Job:
    """Return a job that waits, with a task for each of its models."""
    return Job(job_id, request, created, tuple(Task(model) for model in request.models), size=size)
