"""Carries out what `decide` decides, for every project one thing at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
import uuid
from collections.abc import Coroutine, Sequence
from weakref import WeakValueDictionary

from bot.client.galleries import Galleries
from bot.client.messenger import Messenger
from bot.client.work import Work
from bot.conversation import actions, advice, wording
from bot.conversation.decide import decide
from bot.conversation.events import Event
from bot.conversation.history import turns
from bot.conversation.project import Project, Source, Version
from bot.engine_client import EngineAway, EngineClient, EngineProblem
from bot.errors import EaselError
from bot.guild import over_limit
from bot.planner.embedded import EmbeddedPlanner
from bot.planner.plan import Context, Plan, Planner
from bot.planner.printing import for_print
from bot.planner.resolve import resolve
from bot.settings import BotSettings
from bot.store import Database, Store
from engine.contract import Family, ModelView

log = logging.getLogger(__name__)

MODELS_S = 30.0
MODELS_AGAIN_S = 5.0  # while the engine is away
MODELS_WAIT_S = 2.0  # an interaction has to be answered within three seconds


class Desk:
    """The one place where a decision becomes a deed."""

    def __init__(
        self,
        settings: BotSettings,
        database: Database,
        engine: EngineClient,
        planner: Planner,
        messenger: Messenger,
    ) -> None:
        self.settings = settings
        self.db = database
        self.engine = engine
        self.planner = planner
        self.messenger = messenger
        self._embedded = EmbeddedPlanner()
        self.models: dict[str, ModelView] = {}
        self.work = Work(database, engine, messenger, self.known_models)
        self._galleries = Galleries(database, messenger, self.known_models)
        self._models_at = 0.0
        self._locks: WeakValueDictionary[tuple[str, int], asyncio.Lock] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[None]] = set()

    # -- life

    async def close(self) -> None:
        """Stop everything that runs beside; it goes on at the next start."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.work.close()

    def spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run something beside; its failure is logged, never lost."""
        task = asyncio.create_task(self._logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _logged(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("a task failed")

    def lock(self, project: int) -> asyncio.Lock:
        """The lock under which a project changes."""
        return self._locks.setdefault(("project", project), asyncio.Lock())

    def turn(self, user: int) -> asyncio.Lock:
        """The lock under which a member's jobs are counted and begun, so that a limit holds for many at once."""
        return self._locks.setdefault(("member", user), asyncio.Lock())

    async def known_models(self) -> dict[str, ModelView]:
        """Return the model cards by id; the last known ones while the engine is away."""
        if not self.models or time.monotonic() - self._models_at > MODELS_S:
            with contextlib.suppress(EngineAway, EngineProblem, TimeoutError):
                async with asyncio.timeout(MODELS_WAIT_S):
                    self.models.update({m.id: m for m in await self.engine.models()})
                self._models_at = time.monotonic()
                return self.models
            self._models_at = time.monotonic() - MODELS_S + MODELS_AGAIN_S
        return self.models

    # -- events

    async def understand(self, project: Project, text: str, images: int, sources: Sequence[Source]) -> Plan:
        """Ask the planner what a member wants of a project."""
        return await self.planner.plan(text, self._context(project, images, sources))

    async def guess(self, project: Project, text: str, images: int) -> Plan:
        """Understand words at once and in this house: where they belong, or whether bystanders mean Easel at all."""
        return await self._embedded.plan(text, self._context(project, images, ()))

    def _context(self, project: Project, images: int, sources: Sequence[Source]) -> Context:
        first = (*project.sources, *sources)[:1]
        return Context(
            images=images,
            thread=project.as_context() if project.sources or project.pending else None,
            advisories=tuple(a for s in first for a in s.info.advisories),
            faces=sum(len(s.info.faces) for s in first),
            turns=turns(project),
            pictures=tuple(dict.fromkeys(s.info.id for s in (*project.sources, *sources))),
            models=tuple(self.models.values()),
        )

    async def decide(self, project_id: int, event: Event, plan: Plan | None = None) -> list[actions.Action]:
        """Return what to do about an event, by the project as it stands now; nothing when it is gone."""
        project = await self.db(Store.project, project_id)
        return list(decide(project, event, plan)) if project else []

    async def act(self, project_id: int, todo: Sequence[actions.Action], user: int) -> list[str]:
        """Carry actions out in order; return what only the member who acted should be told."""
        private: list[str] = []
        for action in todo:
            project = await self.db(Store.project, project_id)
            if project is None:
                break
            try:
                private += await self._act(project, action, user)
            except EngineAway:
                private.append(wording.ENGINE_AWAY)
            except EaselError as error:
                private.append(str(error))
        return private

    async def _act(self, project: Project, action: actions.Action, user: int) -> list[str]:
        """Carry out one action; what it returns is for the member who acted alone."""
        match action:
            case actions.StartJob():
                return await self._start(project, action, user)
            case actions.Refuse():
                return [action.text]
            case actions.Say():
                await self.messenger.say(project.place, action.text)
            case actions.Select() | actions.CountPick():
                await self._galleries.pick(project, action)
            case actions.ShowGallery():
                await self._galleries.show_again(project, action.version)
            case actions.Cancel():
                await self.work.cancel(action.version)
            case actions.Delete():
                await self._delete(project, action.version)
        return []

    async def _delete(self, project: Project, version_id: int) -> None:
        version = project.version(version_id)
        if version is not None:
            await self.work.cancel(version_id)
            await self._galleries.delete(project, version)

    # -- jobs

    async def allowed(self, guild: int | None, user: int) -> str | None:
        """Return why a member may not start a job now, in words, or None. Ask under `turn`."""
        running, daily = await self.db(Store.usage, user, time.time())
        if guild is None:
            return over_limit(running, daily, self.settings.running_limit, self.settings.daily_limit)
        set_here = await self.db(Store.guild, guild)
        return over_limit(
            running,
            daily,
            set_here.running or self.settings.running_limit,
            set_here.daily or self.settings.daily_limit,
        )

    async def _start(self, project: Project, action: actions.StartJob, user: int) -> list[str]:
        async with self.turn(user):
            if refusal := await self.allowed(project.guild, user):
                return [refusal]
            current = await self.db(Store.project, project.id)
            if current is None:  # forgotten while this waited for its turn
                return []
            version = await self.new_version(current, action, user)
            self.work.follow(current, version)
        return []

    async def new_version(
        self, project: Project, action: actions.StartJob, user: int, message: int | None = None
    ) -> Version:
        """Write a version down, which is what makes it happen; `message` is an answer that it takes over.

        Raises:
            EaselError: when the plan cannot be carried out here.
        """
        models = tuple((await self.known_models()).values())
        if not models:
            raise EngineAway
        seed = secrets.randbelow(2**32 - 64) if action.fresh else _seed_of(project, action.parent)
        variants = await self._default_variants(project.guild)
        action = for_print(action, project)
        request = resolve(action, project, models, seed=seed, client=str(user), variants=variants)
        version = Version(
            id=0,
            project=project.id,
            number=1,
            asker=user,
            plan=action.plan,
            request=request,
            words=action.words,
            parent=action.parent,
            message=message,
            notices=advice.before(project.sources, action.plan, [m for m in models if m.id in request.models]),
            key=uuid.uuid4().hex,
        )
        return await self.db(Store.add_version, version)

    async def _default_variants(self, guild: int | None) -> int:
        chosen = (await self.db(Store.guild, guild)).variants if guild is not None else None
        return chosen or self.settings.default_variants


def _seed_of(project: Project, parent: int | None) -> int:
    version = project.version(parent) if parent is not None else None
    return version.request.seed if version else secrets.randbelow(2**32 - 64)


def families_of(version: Version, models: dict[str, ModelView]) -> tuple[Family, ...]:
    """Return the families of the models that a version was made with, in order."""
    return tuple(dict.fromkeys(models[m].family for m in version.request.models if m in models))
