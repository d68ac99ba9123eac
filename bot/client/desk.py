"""Carries out what `decide` decides, for every project one thing at a time, and takes up what a restart broke off."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import secrets
import time
import uuid
from collections import defaultdict
from collections.abc import Coroutine, Sequence

from bot.client import faces
from bot.client.follow import Follower
from bot.client.messenger import Files, Gone, Messenger
from bot.client.progress import Editor
from bot.conversation import actions, advice
from bot.conversation.decide import decide
from bot.conversation.events import Event
from bot.conversation.project import Project, Source, Version
from bot.engine_client import EngineAway, EngineClient, EngineProblem
from bot.errors import EaselError
from bot.guild import over_limit
from bot.planner.plan import Context, Plan, Planner, ThreadContext
from bot.planner.resolve import resolve
from bot.settings import BotSettings
from bot.store import Database, Store
from engine.contract import Family, ModelView, Status

log = logging.getLogger(__name__)

REFRESH_S = 1.0
MODELS_S = 30.0


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
        self.models: dict[str, ModelView] = {}
        self._models_at = 0.0
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._following: dict[int, asyncio.Task[None]] = {}
        self._editors: dict[int, Editor[int]] = {}
        self._changes = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    # -- life

    async def resume(self) -> None:
        """Go on with every version that was under way when the bot stopped."""
        for version in await self.db(Store.unfinished):
            project = await self.db(Store.project, version.project)
            if project is not None:
                self.follow(project, version)

    async def close(self) -> None:
        """Stop following. Everything is in the database, and goes on at the next start."""
        tasks = [*self._following.values(), *self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

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
        return self._locks[project]

    async def known_models(self) -> dict[str, ModelView]:
        """Return the model cards by id; the last known ones while the engine is away."""
        if not self.models or time.monotonic() - self._models_at > MODELS_S:
            with contextlib.suppress(EngineAway, EngineProblem):
                self.models.update({m.id: m for m in await self.engine.models()})
                self._models_at = time.monotonic()
        return self.models

    # -- events

    async def understand(self, project: Project, text: str, images: int, sources: Sequence[Source]) -> Plan:
        """Ask the planner what a member wants of a project."""
        first = (*project.sources, *sources)[:1]
        context = Context(
            images=images,
            thread=_thread(project) if project.sources else None,
            advisories=tuple(a for s in first for a in s.info.advisories),
            faces=sum(len(s.info.faces) for s in first),
        )
        return await self.planner.plan(text, context)

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
                await self._pick(project, action)
            case actions.ShowGallery():
                await self._show_again(project, action.version)
            case actions.Cancel():
                await self.cancel(action.version)
            case actions.Delete():
                await self._delete(project, action.version)
        return []

    async def allowed(self, guild: int | None, user: int) -> str | None:
        """Return why a member may not start a job now, in words, or None."""
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
        if refusal := await self.allowed(project.guild, user):
            return [refusal]
        version = await self.new_version(project, action, user)
        self.follow(project, version)
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
        seed = secrets.randbelow(2**32 - 64) if action.fresh else self._seed_of(project, action.parent)
        variants = await self._default_variants(project.guild)
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

    @staticmethod
    def _seed_of(project: Project, parent: int | None) -> int:
        version = project.version(parent) if parent is not None else None
        return version.request.seed if version else secrets.randbelow(2**32 - 64)

    async def _default_variants(self, guild: int | None) -> int:
        chosen = (await self.db(Store.guild, guild)).variants if guild is not None else None
        return chosen or self.settings.default_variants

    # -- deeds

    def follow(self, project: Project, version: Version) -> None:
        """Bring a version to its gallery, in the background."""
        if version.id in self._following:
            return
        follower = Follower(self.db, self.engine, self.messenger, self.models)
        task = asyncio.create_task(self._followed(follower, project, version))
        self._following[version.id] = task
        task.add_done_callback(lambda done: self._unfollow(version.id, done))

    def _unfollow(self, version_id: int, task: asyncio.Task[None]) -> None:
        if self._following.get(version_id) is task:
            del self._following[version_id]

    async def _followed(self, follower: Follower, project: Project, version: Version) -> None:
        """Try again for a while when Discord or anything else fails: a version is never given up silently."""
        await self.known_models()
        for delay in (1, 5, 30, 120, None):
            try:
                current = await self.db(Store.version, version.id)
                await follower.run(project, current or version)
            except Exception:
                log.exception("version %s could not be followed", version.id)
                if delay is None:
                    return
                await asyncio.sleep(delay)
            else:
                return

    async def cancel(self, version_id: int) -> None:
        """Stop a version. One that the engine does not have yet is stopped here."""
        version: Version | None = await self.db(Store.version, version_id)
        if version is None or version.status.ended:
            return
        if version.job is not None:
            with contextlib.suppress(EngineAway, EngineProblem):
                await self.engine.cancel(version.job)
                return
        await self.db(Store.change_version, version_id, status=Status.CANCELLED, ended=time.time())
        if (task := self._following.pop(version_id, None)) is not None:
            task.cancel()
        project = await self.db(Store.project, version.project)
        if project is not None:
            self.follow(project, version)

    async def _pick(self, project: Project, action: actions.Select | actions.CountPick) -> None:
        """Write a pick or a vote down and show it."""
        if isinstance(action, actions.CountPick):
            await self.db(Store.count_pick, action.version, action.variant, action.user, added=action.added)
        else:
            await self.db(Store.change_project, project.id, selected=(action.version, action.variant))
            if project.selected is not None and project.selected[0] != action.version:
                self.refresh(project.selected[0])
        self.refresh(action.version)

    async def _show_again(self, project: Project, version_id: int) -> None:
        version = project.version(version_id)
        if version is None or version.deleted:
            return
        face = faces.ended(project, version, await self.known_models())
        files = await self.messenger.fetch(face.media, self.messenger.file_limit(project.guild))
        message = await self.messenger.post(project.place, face, files)
        names = tuple(name for _, name, _ in files.items)
        await self.db(Store.change_version, version_id, message=message, files=names)

    async def _delete(self, project: Project, version_id: int) -> None:
        version = await self.db(Store.version, version_id)
        if version is None:
            return
        await self.cancel(version_id)
        changes: dict[str, object] = {"selected": None}
        if project.selected and project.selected[0] == version_id:
            await self.db(Store.change_project, project.id, **changes)
        await self.db(Store.change_version, version_id, deleted=True)
        if version.message is not None:
            await self.messenger.delete(project.place, version.message)

    def refresh(self, version_id: int) -> None:
        """Show a gallery's picks and votes as they stand; many changes at once become one edit."""
        editor = self._editors.get(version_id)
        if editor is None:
            editor = Editor(lambda _: self._restyle(version_id), REFRESH_S, eager=True)
            self._editors[version_id] = editor
        editor.show(next(self._changes))

    async def _restyle(self, version_id: int) -> None:
        """Read the gallery's facts at the last moment, so that an older change never covers a newer one."""
        models = await self.known_models()
        version = await self.db(Store.version, version_id)
        project = await self.db(Store.project, version.project) if version else None
        if version is None or project is None or version.message is None or version.deleted or not version.settled:
            return
        face = faces.ended(project, version, models)
        names = dict(zip((m.image for m in face.media), version.files, strict=False))
        with contextlib.suppress(Gone):
            await self.messenger.edit(project.place, version.message, face, Files(names=names))


def _thread(project: Project) -> ThreadContext:
    """Describe a project to the planner."""
    newest = project.newest
    selected = project.selected[1] if project.selected and newest and project.selected[0] == newest.id else None
    return ThreadContext(
        sources=len(project.sources),
        variants=len(newest.variants) if newest else 0,
        families=newest.plan.families if newest else (),
        selected=selected,
        versions=sum(1 for v in project.versions if v.variants and not v.deleted),
        prompt=newest.request.prompt if newest else "",
        negative=newest.request.negative if newest else "",
        running=bool(project.running),
    )


def families_of(version: Version, models: dict[str, ModelView]) -> tuple[Family, ...]:
    """Return the families a version was made with, in order."""
    return tuple(dict.fromkeys(models[m].family for m in version.request.models if m in models))
