"""What happens to a job: pure. Each function takes a job and returns the changed one with the events to tell."""

from __future__ import annotations

from dataclasses import dataclass

from engine.contract import Cancelled, Done, Event, Failed, JobError, Progress, Result, Resulted, Started, Status
from engine.errors import EngineError, RenderError, WorkerLost
from engine.jobs.job import MAX_ATTEMPTS, Job, Task

#: An engine that falls may fall for its own reasons; a task that was running through this many falls is the reason.
MAX_FALLS = 2 * MAX_ATTEMPTS


@dataclass(frozen=True)
class Change:
    """A job as it is now and what its followers are to hear."""

    job: Job
    events: tuple[Event, ...] = ()


def started(job: Job, model: str, now: float, eta_s: float | None = None) -> Change:
    """A worker takes the task: one more attempt."""
    task = job.task(model)
    task = task.evolve(status=Status.RUNNING, attempts=task.attempts + 1, started=now, step=0, of=0)
    return Change(job.with_task(task).evolve(status=Status.RUNNING), (Started(model=model, eta_s=eta_s),))


def stepped(job: Job, model: str, step: int, of: int, preview: str | None = None) -> Change:
    """The task has come one step further."""
    task = job.task(model)
    if task.status is not Status.RUNNING:
        return Change(job)
    event = Progress(model=model, step=step, of=of, preview=preview)
    return Change(job.with_task(task.evolve(step=step, of=of)), (event,))


def made(job: Job, result: Result) -> Change:
    """A result is stored; a variant that was stored before, by a worker that died then, stays as it was."""
    if job.status is not Status.RUNNING or result.variant not in job.missing(result.model):
        return Change(job)
    return Change(job.evolve(results=(*job.results, result)), (Resulted(result=result),))


def finished(job: Job, model: str) -> Change:
    """The worker has done all of the task; one without a single result has failed."""
    task = job.task(model)
    if task.status is not Status.RUNNING:
        return Change(job)
    if not any(result.model == model for result in job.results):
        return broken(job, model, error_of(RenderError()))
    return _settled(job.with_task(task.evolve(status=Status.DONE)))


def broken(job: Job, model: str, error: JobError) -> Change:
    """The renderer gave up, with words for the member. Trying again would end the same way."""
    task = job.task(model)
    if task.status is not Status.RUNNING:
        return Change(job)
    return _settled(job.with_task(task.evolve(status=Status.FAILED, error=error)))


def lost(job: Job, model: str) -> Change:
    """The worker died over the task: another attempt, up to `MAX_ATTEMPTS`."""
    task = job.task(model)
    if task.status is not Status.RUNNING:
        return Change(job)
    if task.attempts >= MAX_ATTEMPTS:
        return broken(job, model, error_of(WorkerLost()))
    return Change(_waiting_again(job, task))


def recovered(job: Job, *, orderly: bool = False) -> Change:
    """The engine starts anew, or stops in an orderly way: what was running waits again, with its results kept.

    An orderly stop costs no attempt.
    """
    for task in job.tasks:
        if task.status is not Status.RUNNING:
            continue
        if task.attempts >= MAX_FALLS:
            return broken(job, task.model, error_of(WorkerLost()))
        job = _waiting_again(job, task.evolve(attempts=task.attempts - orderly))
    return Change(job)


def cancelled(job: Job) -> Change:
    """The owner stopped it; what it had made stays. A job that has ended stays as it is."""
    if job.status.ended:
        return Change(job)
    tasks = tuple(task if task.status.ended else task.evolve(status=Status.CANCELLED) for task in job.tasks)
    return Change(job.evolve(tasks=tasks, status=Status.CANCELLED), (Cancelled(),))


def error_of(error: EngineError) -> JobError:
    """Return an error as it goes into the ledger and out to the member."""
    return JobError(code=error.code, detail=error.detail)


def _waiting_again(job: Job, task: Task) -> Job:
    job = job.with_task(task.evolve(status=Status.WAITING, started=None, step=0, of=0))
    begun = any(other.status is not Status.WAITING for other in job.tasks)
    return job.evolve(status=Status.RUNNING if begun or job.results else Status.WAITING)


def _settled(job: Job) -> Change:
    """End the job if all its tasks have: done when anything was made."""
    if not all(task.status.ended for task in job.tasks):
        return Change(job)
    if job.results:
        return Change(job.evolve(status=Status.DONE), (Done(),))
    error = next(task.error for task in job.tasks if task.error)
    return Change(job.evolve(status=Status.FAILED, error=error), (Failed(error=error),))
