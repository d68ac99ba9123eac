"""`python -m bot try`: one request from a terminal, by the planner, conversation and engine that members use."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bot.conversation import advice
from bot.conversation.actions import Say, StartJob
from bot.conversation.decide import decide
from bot.conversation.events import Posted
from bot.conversation.project import Project, Source
from bot.engine_client import EngineAway, EngineClient, patiently
from bot.errors import EaselError
from bot.planner.llm import choose
from bot.planner.plan import Context, Plan
from bot.planner.printing import for_print
from bot.planner.resolve import resolve
from bot.settings import BotSettings
from bot.supervise.private import engine_for
from engine.contract import MAX_IMAGES, MAX_UPLOAD_BYTES, Event, JobRequest, JobView, ModelView, Result

ME = 0  # the one member of a terminal


class UnusableFile(EaselError):
    """This file cannot be used."""


class JobFailed(EaselError):
    """The job ended without a picture."""


@dataclass(frozen=True)
class Wish:
    """What was asked for at the terminal."""

    images: Sequence[Path]
    say: str
    out: Path
    seed: int | None = None


@dataclass
class Outcome:
    """What came of it. `files` has one entry for each picture or clip, in the gallery's order."""

    plan: Plan
    reply: str = ""
    notices: tuple[str, ...] = ()
    request: JobRequest | None = None
    files: list[dict[str, Any]] = field(default_factory=list)
    sheet: str | None = None
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return it for machines."""
        told = {name: value for name, value in vars(self).items() if name not in {"plan", "request"}}
        asked = self.request.model_dump(mode="json") if self.request else None
        return {"plan": self.plan.model_dump(mode="json"), "request": asked, **told}


def main(settings: BotSettings, wish: Wish, *, as_json: bool) -> int:
    """Carry a wish out; returns 0, 1 when the engine could not, 2 when the wish has to be another."""
    console = Console(stderr=as_json, quiet=as_json, highlight=False)
    try:
        pictures = read(wish.images)
        wish.out.mkdir(parents=True, exist_ok=True)
        with engine_for(settings, console.print) as url:
            outcome = asyncio.run(_Trial(settings, url, wish, console).run(pictures))
    except (EaselError, OSError) as error:
        return _failed(error, as_json=as_json)
    if as_json:
        sys.stdout.write(json.dumps(outcome.as_json()) + "\n")
    return 0


def _failed(error: Exception, *, as_json: bool) -> int:
    if as_json:
        code = getattr(error, "code", type(error).__name__)
        sys.stdout.write(json.dumps({"error": {"code": code, "detail": str(error)}}) + "\n")
    sys.stderr.write(f"easel: {error}\n")
    return 1 if isinstance(error, EngineAway | JobFailed) else 2


def read(paths: Sequence[Path]) -> list[tuple[str, bytes]]:
    """Read the files.

    Raises:
        UnusableFile: when there are too many, or one is missing, empty or too large.
    """
    if len(paths) > MAX_IMAGES:
        raise UnusableFile(f"{MAX_IMAGES} images at most, not {len(paths)}")
    return [(path.name, _read(path)) for path in paths]


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise UnusableFile(f"{path}: there is no such file")
    if not 0 < path.stat().st_size <= MAX_UPLOAD_BYTES:
        raise UnusableFile(f"{path}: a file of {path.stat().st_size} bytes; one byte to 25 MB is what I can take")
    return path.read_bytes()


class _Trial:
    """One request, from bytes to files. It is forgotten by the engine afterwards."""

    def __init__(self, settings: BotSettings, url: str, wish: Wish, console: Console) -> None:
        key = settings.engine_api_key
        self.engine = EngineClient(url, key.get_secret_value() if key else None)
        self.client = f"try-{uuid.uuid4().hex}"
        self.settings, self.wish, self.console = settings, wish, console
        self.titles: dict[str, str] = {}

    async def run(self, pictures: list[tuple[str, bytes]]) -> Outcome:
        """Make what is wished of these (name, bytes) and write it down."""
        began = time.monotonic()
        try:
            outcome = await self._run(pictures)
        finally:
            await self._forget()
            await self.engine.close()
        outcome.seconds = round(time.monotonic() - began, 3)
        return outcome

    async def _run(self, pictures: list[tuple[str, bytes]]) -> Outcome:
        models = await patiently(self.engine.models, attempts=10)
        self.titles = {model.id: model.title for model in models}
        sources = tuple([await self._source(name, data) for name, data in pictures])
        project = Project(id=0, owner=ME, place=0, sources=sources)
        plan = await self._plan(sources, models)
        match decide(project, Posted(ME, self.wish.say, sources), plan):
            case [StartJob() as start, *_]:
                return await self._made(project, start, models)
            case [Say(text), *_]:
                self.console.print(escape(text))
                return Outcome(plan, reply=text)
            case _:
                return Outcome(plan, reply=plan.reply)

    async def _source(self, name: str, data: bytes) -> Source:
        try:
            return Source(filename=name, info=await self.engine.put_image(data, name, self.client))
        except EngineAway:
            raise
        except EaselError as problem:
            raise UnusableFile(f"{name}: {problem}") from problem

    async def _plan(self, sources: tuple[Source, ...], models: tuple[ModelView, ...]) -> Plan:
        context = Context(
            images=len(sources),
            advisories=sources[0].info.advisories,
            faces=len(sources[0].info.faces),
            pictures=tuple(source.info.id for source in sources),
            models=models,
        )
        planner = choose.planner_for(self.settings, self._picture)
        try:
            return await planner.plan(self.wish.say, context)
        finally:
            await choose.close(planner)

    async def _picture(self, image: str) -> bytes:
        return (await self.engine.image(image)).data

    async def _made(self, project: Project, start: StartJob, models: tuple[ModelView, ...]) -> Outcome:
        seed = secrets.randbelow(2**32 - 64) if self.wish.seed is None else self.wish.seed
        usual = self.settings.default_variants
        start = for_print(start, project)
        request = resolve(start, project, models, seed=seed, client=self.client, variants=usual)
        chosen = [model for model in models if model.id in request.models]
        outcome = Outcome(start.plan, start.plan.reply, advice.before(project.sources, start.plan, chosen), request)
        self._show(outcome)
        job = await self._rendered(request)
        if not job.results:
            raise JobFailed(job.error.detail if job.error else None)
        for number, result in enumerate(_in_order(request, job), 1):
            outcome.files.append(await self._written(number, result))
        outcome.sheet = await self._sheet(_in_order(request, job))
        self.console.print(f"{len(outcome.files)} in {escape(str(self.wish.out))}")
        return outcome

    def _show(self, outcome: Outcome) -> None:
        if outcome.request is None:
            return
        titles = " and ".join(self.titles.get(model, model) for model in outcome.request.models)
        lines = [f"[bold]{escape(titles)}[/]  {escape(outcome.plan.reason)}", escape(outcome.request.prompt)]
        self.console.print("\n".join([*lines, *(f"[yellow]![/] {escape(notice)}" for notice in outcome.notices)]))

    async def _rendered(self, request: JobRequest) -> JobView:
        job = await self.engine.submit(request, uuid.uuid4().hex)
        bars = _Bars(self.console, self.titles)
        try:
            with bars.shown():
                async for event in self.engine.events(job.id):
                    bars.follow(event)
        except asyncio.CancelledError:
            await self.engine.cancel(job.id)
            raise
        return await self.engine.job(job.id)

    async def _written(self, number: int, result: Result) -> dict[str, Any]:
        fetched = await self.engine.image(result.id)
        path = self.wish.out / f"{number}-{result.model}-seed{result.seed}.{fetched.suffix}"
        path.write_bytes(fetched.data)
        facts = result.model_dump(mode="json", include={"model", "seed", "width", "height", "clip", "notes"})
        return {"path": str(path), "number": number, **facts}

    async def _sheet(self, results: list[Result]) -> str | None:
        titled = [(r, f"{n} · {self.titles.get(r.model, r.model)}") for n, r in enumerate(results, 1)]
        cells = [(result.id, title) for result, title in titled if not result.clip]
        if not cells:
            return None
        fetched = await self.engine.image((await self.engine.sheet(cells, self.client)).id)
        path = self.wish.out / f"sheet.{fetched.suffix}"
        path.write_bytes(fetched.data)
        return str(path)

    async def _forget(self) -> None:
        try:
            await self.engine.forget(self.client)
        except EaselError as problem:
            self.console.print(f"What was made stays in the engine: {escape(str(problem))}")


def _in_order(request: JobRequest, job: JobView) -> list[Result]:
    return sorted(job.results, key=lambda r: (request.models.index(r.model), r.variant))


class _Bars:
    """A bar for each model of a job, on a terminal."""

    def __init__(self, console: Console, titles: dict[str, str]) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
        self._progress = Progress(*columns, TimeElapsedColumn(), console=console, disable=console.quiet)
        self._titles = titles
        self._bars: dict[str, TaskID] = {}

    def shown(self) -> Progress | nullcontext[None]:
        """Return what shows the bars while it is entered."""
        return nullcontext() if self._progress.disable else self._progress

    def follow(self, event: Event) -> None:
        """Draw what an event says."""
        if event.type == "queued" and event.position:
            self._bar("", f"waiting, {event.position} ahead")
        elif event.type == "started":
            self._bar(event.model, self._titles.get(event.model, event.model))
        elif event.type == "progress":
            bar = self._bar(event.model, self._titles.get(event.model, event.model))
            self._progress.update(bar, completed=event.step, total=event.of)

    def _bar(self, model: str, words: str) -> TaskID:
        if model not in self._bars:
            self._bars[model] = self._progress.add_task(words, total=None)
        return self._bars[model]
