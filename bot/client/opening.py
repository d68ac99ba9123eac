"""How a project begins: heard, answered within seconds, its pictures kept, understood, started.

Each step is written down before the next, so that a restart goes on from the last one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import discord

from bot.client import faces
from bot.client.custom_ids import CustomId
from bot.client.desk import Desk
from bot.client.intake import Inbox, Offer, PictureGone
from bot.client.messenger import Gone
from bot.conversation import actions, wording
from bot.conversation.events import Posted
from bot.conversation.project import File, Pending, Project, Source
from bot.engine_client import EngineAway, EngineProblem, patiently
from bot.errors import EaselError
from bot.planner.plan import Plan
from bot.store import Store
from engine.contract import Family

log = logging.getLogger(__name__)

THREAD_EXISTS = 160004
ARCHIVE_MINUTES: Literal[10_080] = 10_080


@dataclass(frozen=True)
class Ask:
    """A member asks for something new.

    `origin` is the message (or interaction) it came with, `place` where the answer goes.
    `thread_on` is the message that a thread is to be opened on; the thread's id is then that message's.
    """

    user: int
    text: str
    offers: tuple[Offer, ...]
    origin: int
    place: int
    channel: int
    guild: int | None = None
    thread_on: int | None = None
    remarks: tuple[str, ...] = ()
    families: tuple[Family, ...] = ()
    variants: int | None = None


class Opening:
    """Begins projects."""

    def __init__(self, desk: Desk, inbox: Inbox, client: discord.Client) -> None:
        self._desk = desk
        self.inbox = inbox
        self._client = client
        self._opening: dict[int, asyncio.Task[None]] = {}

    async def resume(self) -> None:
        """Go on with every request that was heard and not yet begun."""
        pending = await self._desk.db(Store.pending)
        for project in pending:
            if project.versions:  # stopped between writing the version down and ending the request
                await self._desk.db(Store.change_project, project.id, pending=None)
            elif project.id not in self._opening:
                self._open(project)

    async def tidy(self) -> None:
        """At the start, clear up what a crash left in the inbox."""
        pending = await self._desk.db(Store.pending)
        await self.inbox.sweep([f for p in pending if p.pending and not p.versions for f in p.pending.files])

    async def begin(self, ask: Ask) -> None:
        """Hear a request. A second hearing of the same message changes nothing."""
        links = tuple(offer.link for offer in ask.offers)
        pending = Pending(user=ask.user, text=ask.text, links=links, families=ask.families, variants=ask.variants)
        draft = Project(
            id=0,
            owner=ask.user,
            place=ask.thread_on or ask.place,
            guild=ask.guild,
            channel=ask.channel,
            thread=ask.thread_on is not None,
            origin=ask.origin,
            title=title_for(ask.text),
            pending=pending,
        )
        project = await self._desk.db(Store.begin, draft)
        if project is not None:
            self._open(project, ask.remarks)

    async def stop(self, project_id: int, user: int) -> str | None:
        """Cancel a request that has not begun; return why not, in words, or None."""
        project = await self._desk.db(Store.project, project_id)
        if project is None:
            return "That request is gone already."
        if project.owner != user:
            return "Only the member who asked for this may cancel it."
        await self.halt(project_id)
        project = await self._desk.db(Store.project, project_id) or project
        for version in project.running:
            await self._desk.work.cancel(version.id)
        if project.pending is not None and project.versions:
            await self._desk.db(Store.change_project, project.id, pending=None)
        elif project.pending is not None:
            why = "Cancelled before it began. Post again whenever you like."
            await self._closed(project, project.pending, why, trouble=False)
        return None

    async def abandon(self, project: Project) -> None:
        """Drop what is left of a request that was halted, its pictures and its answer, without a word."""
        if project.pending is not None:
            await self.inbox.drop(project.pending.files)
            if project.pending.message is not None:
                await self._desk.messenger.delete(project.place, project.pending.message)

    async def halt(self, project_id: int) -> None:
        """Do nothing more about a request; `resume` goes on with it."""
        if task := self._opening.get(project_id):
            task.cancel()
            await asyncio.wait([task])

    def _open(self, project: Project, remarks: Sequence[str] = ()) -> None:
        task = self._desk.spawn(self._opened(project, remarks))
        self._opening[project.id] = task
        task.add_done_callback(lambda _: self._opening.pop(project.id, None))

    async def _opened(self, project: Project, remarks: Sequence[str]) -> None:
        """Take the steps; each may be repeated, so what fails for a moment costs only that moment."""
        for delay in (1, 5, 30, None):
            try:
                current = await self._desk.db(Store.project, project.id)
                if current is not None and current.pending is not None and not current.versions:
                    await self._steps(current, remarks)
            except EaselError as error:
                await self._refused(project.id, str(error))
            except discord.Forbidden as error:
                log.warning("project %s cannot begin: %s", project.id, error)
                await self._refused(project.id, "I am not allowed to work here.")
            except Exception:
                log.exception("project %s could not begin", project.id)
                if delay is not None:
                    await asyncio.sleep(delay)
                    continue
                await self._refused(project.id, "Something went wrong on my side. Please post your picture again.")
            return

    async def _steps(self, project: Project, remarks: Sequence[str]) -> None:
        project, pending = await self._answered(project)
        for remark in remarks:
            await self._desk.messenger.say(project.place, remark)
        if not pending.files:
            pending = await self._kept(project, pending)
        sources = await self._sources(project, pending)
        if sources:
            await self._start(project, pending, sources)
        await self.inbox.drop(pending.files)

    async def _answered(self, project: Project) -> tuple[Project, Pending]:
        """Open the thread and post the first answer, each once."""
        pending = project.pending or Pending(user=project.owner, text="")
        if pending.message is not None:
            return project, pending
        if project.thread:
            await self._thread(project)
        message = await self._desk.messenger.find(project.place, str(CustomId(faces.STOP, project.id)))
        if message is None:
            face = faces.looking(project.id, pending.text)
            message = await self._desk.messenger.post(project.place, face, nonce=f"easel-p{project.id}")
            if project.thread:
                self._desk.spawn(self._join(project))
        return await self._keep(project, pending.evolve(message=message))

    async def _thread(self, project: Project) -> None:
        """A thread has the id of the message it was opened on, and is opened once."""
        try:
            await self._client.http.start_thread_with_message(
                project.channel or 0, project.place, name=project.title, auto_archive_duration=ARCHIVE_MINUTES
            )
        except discord.HTTPException as error:
            if error.code != THREAD_EXISTS:
                raise

    async def _join(self, project: Project) -> None:
        """Put the thread into the owner's list of channels."""
        with contextlib.suppress(discord.HTTPException):
            await self._client.http.add_user_to_thread(project.place, project.owner)

    async def _kept(self, project: Project, pending: Pending) -> Pending:
        if not pending.links:
            raise PictureGone
        _, pending = await self._keep(project, pending.evolve(files=await self.inbox.keep(pending.links)))
        return pending

    async def _keep(self, project: Project, pending: Pending) -> tuple[Project, Pending]:
        changed = await self._desk.db(Store.change_project, project.id, pending=pending)
        return changed or project, pending

    async def _sources(self, project: Project, pending: Pending) -> tuple[Source, ...]:
        """Hand the pictures to the engine; a bad one is named, and the others go on."""
        uploads = [self._upload(project, pending, file) for file in pending.files]
        results = await asyncio.gather(*uploads)
        sources = tuple(r for r in results if isinstance(r, Source))
        complaints = [r for r in results if isinstance(r, str)]
        if not sources:
            await self._closed(project, pending, "\n".join(complaints))
        elif complaints:
            await self._desk.messenger.say(project.place, "\n".join(complaints))
        return sources

    async def _upload(self, project: Project, pending: Pending, file: File) -> Source | str:
        data = await self.inbox.read(file)
        client = str(pending.user)
        try:
            try:
                info = await self._desk.engine.put_image(data, file.filename, client)
            except EngineAway:
                await self._say_away(project, pending)
                info = await patiently(lambda: self._desk.engine.put_image(data, file.filename, client))
        except EngineProblem as problem:
            return f"`{file.filename.replace('`', '')}`: {problem}"
        return Source(filename=file.filename, info=info)

    async def _say_away(self, project: Project, pending: Pending) -> None:
        if pending.message is not None:
            face = faces.looking(project.id, pending.text, away=True)
            with contextlib.suppress(Gone, discord.HTTPException):
                await self._desk.messenger.edit(project.place, pending.message, face)

    async def _start(self, project: Project, pending: Pending, sources: tuple[Source, ...]) -> None:
        """Understand the words and write the first version down, in place of the pending request."""
        await patiently(self._engine_known)
        async with self._desk.lock(project.id):
            changed = await self._desk.db(Store.change_project, project.id, sources=sources)
            project = changed or project
            plan = await self._planned(project, pending, sources)
            todo = await self._desk.decide(project.id, Posted(pending.user, pending.text, sources), plan)
            start = next((a for a in todo if isinstance(a, actions.StartJob)), None)
            if start is None:
                said = " ".join(a.text for a in todo if isinstance(a, actions.Say | actions.Refuse))
                await self._closed(project, pending, said or wording.WHAT_NEXT, trouble=False)
                return
            version = await self._desk.new_version(project, start, pending.user, pending.message)
            await self._desk.db(Store.change_project, project.id, pending=None)
        for action in todo:
            if isinstance(action, actions.Say):
                await self._desk.messenger.say(project.place, action.text)
        self._desk.work.follow(project, version)

    async def _planned(self, project: Project, pending: Pending, sources: tuple[Source, ...]) -> Plan:
        """What the words mean; what was chosen from a list counts more."""
        bare = project.evolve(sources=(), pending=None)
        plan = await self._desk.understand(bare, pending.text, len(sources), sources)
        chosen = {"families": pending.families, "variants": pending.variants}
        return plan.evolve(**{name: value for name, value in chosen.items() if value})

    async def _engine_known(self) -> None:
        """Wait until the model cards are known."""
        if not await self._desk.known_models():
            raise EngineAway

    async def _refused(self, project_id: int, why: str) -> None:
        project = await self._desk.db(Store.project, project_id)
        if project is not None and project.pending is not None:
            await self._closed(project, project.pending, why)

    async def _closed(self, project: Project, pending: Pending, why: str, *, trouble: bool = True) -> None:
        """End a request that becomes no job; its thread stays for another try."""
        await self._desk.db(Store.change_project, project.id, pending=None)
        await self.inbox.drop(pending.files)
        face = faces.trouble(why) if trouble else faces.Face(head=why)
        with contextlib.suppress(Gone, discord.HTTPException):
            if pending.message is not None:
                await self._desk.messenger.edit(project.place, pending.message, face)


MENTIONS = re.compile(r"<(?:@[!&]?|#|a?:\w+:)\d+>")


def title_for(text: str) -> str:
    """Name a thread after its request: 1 to 100 characters that can be seen, no mentions."""
    seen = "".join(c if c.isprintable() else " " for c in MENTIONS.sub(" ", text))
    line = " ".join(seen.split()) or "New picture"
    return line if len(line) <= 90 else line[:89].rstrip() + "…"
