"""Takes one version from a row to its gallery. Every step may be repeated, so a restart goes on where it broke off."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Coroutine, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import discord

from bot.client import faces
from bot.client.custom_ids import CustomId
from bot.client.faces import Face
from bot.client.messenger import TOO_LARGE, Files, Gone, Messenger
from bot.client.progress import Editor
from bot.client.stage import Stage, advance
from bot.conversation.events import Press
from bot.conversation.project import Project, Variant, Version
from bot.engine_client import EngineAway, EngineClient, EngineProblem, patiently
from bot.store import Database, Store
from engine.contract import JobError, JobView, ModelView, Result, Status

log = logging.getLogger(__name__)

T = TypeVar("T")

LOST = {"job_not_found"}
PATIENCE_S = 5.0
_WHOLE: set[asyncio.Future[Any]] = set()  # the loop itself holds tasks only weakly
LEAST = 30_000  # bytes a file, below which a channel cannot be served


class Follower:
    """Follows one version: posts its message, submits its job, shows its progress, and shows its gallery."""

    def __init__(
        self, database: Database, engine: EngineClient, messenger: Messenger, models: Mapping[str, ModelView]
    ) -> None:
        self._db = database
        self._engine = engine
        self._messenger = messenger
        self._models = models
        self._shown = Files()

    async def run(self, project: Project, version: Version) -> None:
        """Bring the version to its end. Its message may vanish on the way; its pictures stay.

        Raises:
            discord.HTTPException: when Discord refuses the last edit for good.
        """
        version = await self._posted(project, version)
        editor = Editor[Face](lambda face: self._show(project, version, face))
        try:
            await self._rendered(version, editor)
        finally:
            await editor.stop()
        await self.conclude(project.id, version.id)

    async def _posted(self, project: Project, version: Version) -> Version:
        """Have a message: the one in the row, one that was sent before a restart, or a new one."""
        face = faces.in_progress(version, Stage(), self._models)
        if version.message is not None:
            if not version.status.ended:
                await self._show(project, version, face)
            return version
        marker = str(CustomId(Press.CANCEL, version.id)).removesuffix("0")
        message = await self._messenger.find(project.place, marker)
        try:
            message = message or await self._messenger.post(project.place, face, nonce=f"easel-v{version.id}")
        except Gone:
            log.info("there is no place for version %s any more", version.id)
            return await self._db(Store.end_version, version.id, Status.CANCELLED) or version
        return await self._db(Store.change_version, version.id, message=message) or version

    async def _rendered(self, version: Version, editor: Editor[Face]) -> Version:
        """Follow the job to its end, submitting it first, and again should the engine have lost it."""
        while True:
            version = await self._submitted(version, editor)
            if version.job is None or version.status.ended:
                return version
            try:
                job = await self._followed(version, editor)
            except EngineProblem as problem:
                if problem.code not in LOST:
                    return await self._failed(version, problem.code, str(problem))
                changed = await self._db(Store.change_version, version.id, job=None, key=uuid.uuid4().hex)
                if changed is None:
                    return version
                version = changed
                continue
            return await self._recorded(version, job)

    async def _submitted(self, version: Version, editor: Editor[Face]) -> Version:
        """Give the job to the engine; without one in return the version has ended."""
        if version.job is not None or version.status.ended:
            return version
        try:
            return await self._submit(version, editor)
        except EngineProblem as problem:
            return await self._failed(version, problem.code, str(problem))

    async def _submit(self, version: Version, editor: Editor[Face]) -> Version:
        try:
            return await whole(self._handed_over(version))
        except EngineAway:
            editor.show(faces.in_progress(version, Stage(away=True), self._models))
            return await patiently(lambda: whole(self._handed_over(version)))

    async def _handed_over(self, version: Version) -> Version:
        """Submit once, and call the job off when the version was cancelled or forgotten meanwhile."""
        job = await self._engine.submit(version.request, version.key)
        current = await self._db(Store.accept_version, version.id, job.id)
        if current is None or current.status.ended:
            with contextlib.suppress(EngineProblem):
                await patiently(lambda: self._engine.cancel(job.id))
        return current or version.evolve(job=job.id)

    async def _followed(self, version: Version, editor: Editor[Face]) -> JobView:
        stage = Stage()
        job = version.job or ""
        async for event in self._engine.events(job):
            stage = advance(stage, event, time.time())
            editor.show(faces.in_progress(version, stage, self._models))
        return await patiently(lambda: self._engine.job(job))

    async def _failed(self, version: Version, code: str, detail: str) -> Version:
        changed = await self._db(
            Store.change_version,
            version.id,
            status=Status.FAILED,
            error=JobError(code=code, detail=detail),
            ended=time.time(),
        )
        return changed or version

    async def _recorded(self, version: Version, job: JobView) -> Version:
        """Write down what the job gave. A cancelled job keeps what it had made."""
        variants = tuple(_variant(n, r) for n, r in enumerate(_in_order(version, job.results), 1))
        sheet = await self._sheet(version, variants)
        error = job.error or next((t.error for t in job.tasks if t.error), None)
        notices = version.notices
        if variants and error:
            notices = (*notices, error.detail)
        changed = await self._db(
            Store.change_version,
            version.id,
            status=job.status,
            variants=variants,
            sheet=sheet,
            error=error,
            notices=notices,
            ended=time.time(),
        )
        return changed or version

    async def _sheet(self, version: Version, variants: tuple[Variant, ...]) -> str | None:
        """A comparison gets one labelled sheet."""
        stills = [v for v in variants if not v.clip]
        if len(version.request.models) < 2 or len({v.model for v in stills}) < 2:
            return None
        cells = [(v.image, f"{v.number} · {self._title(v.model)}") for v in stills]
        try:
            return (await patiently(lambda: self._engine.sheet(cells, version.request.client))).id
        except EngineProblem as problem:
            log.warning("no sheet for version %s: %s", version.id, problem)
            return None

    def _title(self, model: str) -> str:
        return self._models[model].title if model in self._models else model

    async def conclude(self, project_id: int, version_id: int) -> None:
        """Show a version that has ended as it stands in the database, its pictures attached."""
        project, version = await self._db(Store.project, project_id), await self._db(Store.version, version_id)
        if project is None or version is None:
            return
        files = Files()
        if version.message is not None and not version.deleted:
            files = await self._show_end(project, version, version.message)
        await self._db(Store.change_version, version.id, settled=True, files=tuple(name for _, name, _ in files.items))

    async def _show_end(self, project: Project, version: Version, message: int) -> Files:
        """Send the gallery; should the channel take less than it says, smaller."""
        limit = self._messenger.file_limit(project.guild)
        while True:
            files = await self._messenger.fetch(faces.ended(project, version, self._models).media, limit)
            noted = version.evolve(notices=tuple(dict.fromkeys((*version.notices, *files.notes))))
            face = faces.ended(project, noted, self._models)
            try:
                await self._messenger.edit(project.place, message, face, files if files.items else None)
            except Gone:
                log.info("the message of version %s was deleted; its pictures stay", version.id)
                return Files()
            except discord.Forbidden:
                await self._messenger.plead(project.place, message, faces.not_allowed(version, self._models))
                raise
            except discord.HTTPException as error:
                if (error.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE and error.code != TOO_LARGE) or limit < LEAST:
                    raise
                limit //= 3
                continue
            await self._db(Store.change_version, version.id, notices=noted.notices)
            return files

    async def _show(self, project: Project, version: Version, face: Face) -> None:
        """An edit on the way: its failure costs that edit only."""
        if version.message is None:
            return
        try:
            if face.media and tuple(m.image for m in face.media) == tuple(self._shown.names):
                await self._messenger.restyle(project.place, version.message, face, self._shown.names)
                return
            files = await self._messenger.fetch(face.media, self._messenger.file_limit(project.guild), 1)
            await self._messenger.edit(project.place, version.message, face, files if files.items else None)
            self._shown = files
        except EngineAway:
            log.debug("no picture of version %s on the way: the engine is away", version.id)
        except Gone:
            log.debug("the message of version %s is gone", version.id)
        except discord.HTTPException as error:
            log.warning("version %s could not be shown on the way: %s", version.id, error)


async def whole(call: Coroutine[None, None, T]) -> T:
    """Carry a call through to its end, also when the task that waits for it is cancelled; that waits for it a while."""
    task = asyncio.ensure_future(call)
    _WHOLE.add(task)
    task.add_done_callback(_WHOLE.discard)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if (await asyncio.wait([task], timeout=PATIENCE_S))[0] and not task.cancelled():
            task.exception()
        raise


def _variant(number: int, result: Result) -> Variant:
    return Variant(
        number=number,
        image=result.id,
        model=result.model,
        seed=result.seed,
        width=result.width,
        height=result.height,
        clip=result.clip,
        poster=result.poster,
        preview=result.preview,
        notes=result.notes,
    )


def _in_order(version: Version, results: tuple[Result, ...]) -> list[Result]:
    """By the order in which the models were asked for, then by variant: numbers never depend on speed."""
    order = {model: i for i, model in enumerate(version.request.models)}
    return sorted(results, key=lambda r: (order.get(r.model, len(order)), r.variant))
