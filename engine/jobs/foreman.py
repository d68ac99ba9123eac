"""The foreman: gives the next task to the worker and writes down what becomes of it.

It decides nothing itself: `scheduler` says who is next, `lifecycle` what happens to a job, and this acts on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from engine.contract import Queued, Result, Status
from engine.errors import EngineError
from engine.jobs import lifecycle
from engine.jobs.books import Books
from engine.jobs.estimate import Speed, work
from engine.jobs.job import Job
from engine.jobs.lifecycle import Change
from engine.jobs.queueing import Outlook, outlook
from engine.jobs.supervisor import Message, Supervisor
from engine.jobs.wire import Made, Over, Ready, Ref, Render, Step, Stop
from engine.models.catalog import Catalog
from engine.settings import EngineSettings

log = logging.getLogger("engine.jobs")

#: How often a silent worker is looked after.
_WATCH_S = 0.25


@dataclass
class Held:
    """The task the worker holds.

    Args:
        task: Which.
        variants: How many it was asked for.
        heard: When the worker last gave a sign (monotonic).
        stopped: When it was told to stop, if it was.
    """

    task: Ref
    variants: int
    heard: float
    stopped: float | None = None


class Foreman:
    """The loop between the queue and the worker.

    Args:
        settings: The engine's.
        catalog: The model cards.
        books: The ledger, the images and who follows them.
        rendered: Is told the card and the seconds of every finished render.
    """

    def __init__(
        self, settings: EngineSettings, catalog: Catalog, books: Books, rendered: Callable[[str, float], None]
    ) -> None:
        self.resident: tuple[str, ...] = ()
        self._settings = settings
        self._catalog = catalog
        self._books = books
        self._rendered = rendered
        self._worker = Supervisor(settings.for_worker(), self._hear, self._mourn)
        self._wake = asyncio.Event()
        self._held: Held | None = None
        self._ready = False
        self._told: dict[str, int] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Take up what was left when the engine last stopped, and begin."""
        for job in await self._books.active():
            await self._books.save(lifecycle.recovered(job))
        self._worker.start()
        self._tasks = [asyncio.create_task(self._serve()), asyncio.create_task(self._watch())]
        self.wake()

    async def stop(self) -> None:
        """Stop the worker; what it was at waits for the next start."""
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._worker.stop()
        for job in await self._books.active():
            await self._books.save(lifecycle.recovered(job, orderly=True))

    @property
    def ready(self) -> bool:
        """Whether there is a worker that takes tasks."""
        return self._ready and self._worker.pid is not None

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id, while it lives."""
        return self._worker.pid

    def wake(self) -> None:
        """Look at the queue: something has changed."""
        self._wake.set()

    async def leave(self, job_id: str) -> None:
        """Tell the worker to leave a job that was stopped, if it is at it."""
        held = self._held
        if held and held.task.job == job_id and held.stopped is None:
            held.stopped = time.monotonic()
            await self._worker.send(Stop(task=held.task))

    async def outlook(self, jobs: list[Job]) -> Outlook:
        """Return the queue as it stands, given the jobs that have not ended."""
        speeds = await self._books.ask(self._books.ledger.speeds)
        now = time.time()
        served = await self._books.ask(self._books.ledger.served, now)
        return outlook(jobs, self._catalog.cards, speeds, served, resident=self.resident, now=now)

    async def _serve(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                async with self._books.lock:
                    await self._next()
            except Exception:
                log.exception("the queue could not move on; trying again")
                await asyncio.sleep(1)
                self.wake()

    async def _next(self) -> None:
        jobs = await self._books.active()
        if self._held is None:
            jobs = [await self._put_back(job) for job in jobs]
        view = await self.outlook(jobs)
        if self._ready and self._held is None and view.ordered:
            entry = view.ordered[0]
            job = next(job for job in jobs if job.id == entry.job)
            await self._begin(job, entry.model, entry.seconds)
            self.wake()
            return
        await self._announce(jobs, view)

    async def _put_back(self, job: Job) -> Job:
        """A task that runs in the ledger and nowhere else was lost: its end could not be written down, say."""
        running = next((task.model for task in job.tasks if task.status is Status.RUNNING), None)
        if running is None:
            return job
        change = lifecycle.lost(job, running)
        await self._books.save(change)
        return change.job

    async def _begin(self, job: Job, model: str, seconds: float) -> None:
        """Give a task to the worker; one whose model is gone since it was asked for fails."""
        begun = lifecycle.started(job, model, time.time(), round(seconds, 1))
        await self._books.save(begun)
        try:
            card = self._catalog.runnable(model, job.request.kind)
        except EngineError as error:
            await self._books.save(lifecycle.broken(begun.job, model, lifecycle.error_of(error)))
            return
        if not (variants := job.missing(model)):
            await self._books.save(lifecycle.finished(begun.job, model))
            return
        task = Ref(job.id, model)
        self._held = Held(task, len(variants), time.monotonic())
        await self._worker.send(Render(task=task, card=card, request=job.request, variants=variants))

    async def _announce(self, jobs: list[Job], view: Outlook) -> None:
        """Tell the waiting jobs whose position has changed."""
        told, self._told = self._told, {}
        news = []
        for job in jobs:
            place = view.place(job) if job.status is Status.WAITING else None
            if place is None:
                continue
            self._told[job.id] = place.position
            if told.get(job.id) != place.position:
                news.append(Change(job, (Queued(position=place.position, eta_s=round(place.eta_s, 1)),)))
        if news:
            await self._books.save(*news)

    async def _watch(self) -> None:
        """Replace a worker that is stuck, or does not heed a stop."""
        while True:
            await asyncio.sleep(_WATCH_S)
            now, held = time.monotonic(), self._held
            if held is None:
                continue
            deaf = held.stopped is not None and now - held.stopped > self._settings.cancel_grace_s
            if deaf or now - held.heard > self._settings.stall_s:
                log.warning("the worker is stuck over %s; replacing it", held.task.model)
                held.heard = now
                self._worker.kill()

    async def _hear(self, message: Message) -> None:
        async with self._books.lock:
            if self._held:
                self._held.heard = time.monotonic()
            match message:
                case Ready():
                    self._ready = True
                case Step(task=task):
                    await self._stepped(task, message)
                case Made(task=task, result=result):
                    await self._made(task, result)
                case Over(task=task):
                    await self._over(task, message)
        if not isinstance(message, Step):
            self.wake()

    async def _stepped(self, task: Ref, step: Step) -> None:
        job = await self._books.find(task.job)
        if job and not job.status.ended:
            await self._books.save(lifecycle.stepped(job, task.model, step.step, step.of, step.preview))
        elif step.preview:
            await self._books.discard_unkept([step.preview])

    async def _made(self, task: Ref, result: Result) -> None:
        job = await self._books.find(task.job)
        change = lifecycle.made(job, result) if job else None
        if change and change.events:
            await self._books.save(change)
            return
        files = [image for image in (result.id, result.poster, result.preview) if image]
        await self._books.discard_unkept(files)

    async def _over(self, task: Ref, over: Over) -> None:
        held, self._held = self._held, None
        self.resident = over.resident
        job = await self._books.find(task.job)
        if job is None:
            return
        await self._books.ask(self._books.ledger.serve, job.request.client, over.seconds, time.time())
        if over.how == "finished":
            await self._learn(job, task.model, held.variants if held else 0, over)
            await self._books.save(lifecycle.finished(job, task.model))
        elif over.error:
            await self._books.save(lifecycle.broken(job, task.model, over.error))

    async def _mourn(self) -> None:
        """The worker died: what it held gets another attempt."""
        async with self._books.lock:
            held, self._held = self._held, None
            self._ready = False
            self.resident = ()
            job = await self._books.find(held.task.job) if held else None
            if held and job and not job.status.ended:
                await self._books.save(lifecycle.lost(job, held.task.model))
        self.wake()

    async def _learn(self, job: Job, model: str, variants: int, over: Over) -> None:
        card = self._catalog.cards[model]
        units = work(job.request, card, job.size, variants)
        self._rendered(model, over.render_s)
        if not units:
            return
        measured = over.seconds / units
        before = (await self._books.ask(self._books.ledger.speeds)).get((model, job.request.kind))
        after = before.learned(measured, over.load_s) if before else Speed(measured, over.load_s or 0.0)
        await self._books.ask(self._books.ledger.learn, model, job.request.kind, after)
