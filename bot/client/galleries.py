"""The deeds on galleries that are there: a pick, a vote, one shown again, one deleted."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Awaitable, Callable

from bot.client import faces
from bot.client.faces import Face
from bot.client.messenger import Files, Gone, Messenger
from bot.client.progress import Editor
from bot.conversation import actions
from bot.conversation.project import Project, Version
from bot.store import Database, Store
from engine.contract import ModelView

REFRESH_S = 1.0
ATTEMPTS = 4  # to fetch pictures, which takes 1.4 s: a member waits for them
REMEMBERED = 500


class Galleries:
    """Changes what galleries show."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        known_models: Callable[[], Awaitable[dict[str, ModelView]]],
    ) -> None:
        self._db = database
        self._messenger = messenger
        self._known_models = known_models
        self._editors: dict[int, Editor[int]] = {}
        self._changes = itertools.count(1)

    async def pick(self, project: Project, action: actions.Select | actions.CountPick) -> None:
        """Write a pick or a vote down and show it."""
        if isinstance(action, actions.CountPick):
            await self._db(Store.count_pick, action.version, action.variant, action.user, added=action.added)
        else:
            await self._db(Store.change_project, project.id, selected=(action.version, action.variant))
            if project.selected is not None and project.selected[0] != action.version:
                self.refresh(project.selected[0])
        self.refresh(action.version)

    async def show_again(self, project: Project, version_id: int) -> None:
        """Post an earlier gallery once more.

        Raises:
            EngineAway: when its pictures cannot be had now.
        """
        version = project.version(version_id)
        if version is None or version.deleted:
            return
        face = faces.ended(project, version, await self._known_models())
        files = await self._messenger.fetch(face.media, self._messenger.file_limit(project.guild), ATTEMPTS)
        message = await self._messenger.post(project.place, face, files)
        names = tuple(name for _, name, _ in files.items)
        await self._db(Store.change_version, version_id, message=message, files=names)

    async def delete(self, project: Project, version: Version) -> None:
        """Delete a gallery's messages: the first one, and those that showed it again."""
        if project.selected and project.selected[0] == version.id:
            await self._db(Store.change_project, project.id, selected=None)
        await self._db(Store.change_version, version.id, deleted=True)
        self._editors.pop(version.id, None)
        for message in await self._db(Store.messages_showing, version.id):
            await self._messenger.delete(project.place, message)

    def refresh(self, version_id: int) -> None:
        """Show a gallery's picks and votes as they stand; many changes at once become one edit."""
        editor = self._editors.get(version_id)
        if editor is None:
            while len(self._editors) >= REMEMBERED:
                del self._editors[next(iter(self._editors))]
            editor = Editor(lambda _: self._restyle(version_id), REFRESH_S, eager=True)
            self._editors[version_id] = editor
        editor.show(next(self._changes))

    async def _restyle(self, version_id: int) -> None:
        """Read the gallery's facts at the last moment, so that an older change never covers a newer one."""
        models = await self._known_models()
        version = await self._db(Store.version, version_id)
        project = await self._db(Store.project, version.project) if version else None
        if version is None or project is None or version.message is None or version.deleted or not version.settled:
            return
        face = faces.ended(project, version, models)
        with contextlib.suppress(Gone):
            names = attached(face, version.files)
            await self._messenger.edit(project.place, version.message, face, Files(names=names))


def attached(face: Face, files: tuple[str, ...]) -> dict[str, str]:
    """Return the attached file's name for each image of a face; a picture that could not be had has none."""
    by_stem = {name.rsplit(".", 1)[0]: name for name in files}
    return {m.image: by_stem[m.name] for m in face.media if m.name in by_stem}
