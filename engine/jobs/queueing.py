"""The queue as the scheduler sees it, from the jobs in the ledger: pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from engine.contract import QueueView, Status
from engine.jobs.estimate import Speeds, speed_of, work
from engine.jobs.job import Job, Task
from engine.jobs.scheduler import Entry, Place, order, places
from engine.models.card import Card


@dataclass(frozen=True)
class Outlook:
    """The queue at one moment.

    Args:
        ordered: The waiting tasks, next first.
        places: Where each waiting job stands.
        busy_s: Seconds until the worker is free.
    """

    ordered: tuple[Entry, ...] = ()
    places: Mapping[str, Place] | None = None
    busy_s: float = 0.0

    def place(self, job: Job) -> Place | None:
        """Return where a job stands; None for one that has ended or waits for nothing."""
        if job.status.ended:
            return None
        place = (self.places or {}).get(job.id)
        if job.status is Status.RUNNING:
            return Place(0, place.eta_s if place else self.busy_s)
        return place


def outlook(
    jobs: Sequence[Job],
    cards: Mapping[str, Card],
    speeds: Speeds,
    served: Mapping[str, float],
    *,
    resident: Collection[str],
    now: float,
) -> Outlook:
    """Return the queue as it stands: who is next, and when each job's turn will come.

    Args:
        jobs: Those that have not ended.
        cards: By id; a task whose card is gone costs nothing and fails in its turn.
        speeds: What was measured.
        served: Each client's account.
        resident: The models in memory.
        now: Unix seconds.
    """
    by_status: dict[Status, list[Entry]] = {Status.WAITING: [], Status.RUNNING: []}
    busy_s = 0.0
    for job in jobs:
        for task in job.tasks:
            if task.status.ended:
                continue
            entry = _entry(job, task, cards.get(task.model), speeds)
            by_status[task.status].append(entry)
            busy_s += remaining(task, entry.seconds, now) if task.status is Status.RUNNING else 0.0
    ordered = order(by_status[Status.WAITING], by_status[Status.RUNNING], served, resident)
    return Outlook(tuple(ordered), places(ordered, busy_s, resident), busy_s)


def remaining(task: Task, seconds: float, now: float) -> float:
    """Return the seconds a running task still needs: by its own pace once it has one, else by the estimate."""
    elapsed = max(now - (task.started or now), 0.0)
    if task.step and task.of:
        return elapsed * (task.of - task.step) / task.step
    return max(seconds - elapsed, 0.1 * seconds)


def summary(view: Outlook, jobs: Sequence[Job]) -> QueueView:
    """Return the queue in three numbers; `eta_s` is when all of it will be done."""
    waiting = sum(job.status is Status.WAITING for job in jobs)
    ends = [place.eta_s for place in (view.places or {}).values()]
    return QueueView(waiting=waiting, running=len(jobs) - waiting, eta_s=round(max(ends, default=view.busy_s), 1))


def _entry(job: Job, task: Task, card: Card | None, speeds: Speeds) -> Entry:
    if card is None:
        return Entry(job.id, task.model, job.request.client, job.created, 0.0)
    speed = speed_of(card, job.request.kind, speeds)
    seconds = speed.per_unit * work(job.request, card, job.size, len(job.missing(task.model)))
    return Entry(job.id, task.model, job.request.client, job.created, seconds, speed.load_s)
