"""Posts and edits messages of faces: pictures from the engine, limits read at run time, nothing assumed to be there."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import discord

from bot.client.faces import Face, Media
from bot.client.gallery import layout
from bot.engine_client import EngineClient, EngineProblem, Fetched, patiently

log = logging.getLogger(__name__)

MIB = 1024 * 1024
REQUEST_LIMIT = 24 * MIB  # Discord takes 25 MiB a request, envelope included
SMALL = 200_000
UNKNOWN_MESSAGE, UNKNOWN_CHANNEL, TOO_LARGE, ARCHIVED = 10008, 10003, 40005, 50083


class Gone(Exception):
    """The message or its channel is no longer there."""


@dataclass(frozen=True)
class Files:
    """Fetched pictures: (image id, file name, bytes) in order, and what was done to make them fit."""

    items: tuple[tuple[str, str, bytes], ...] = ()
    notes: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


class Messenger:
    """Sends faces to places (threads and DM channels, by id)."""

    def __init__(self, client: discord.Client, engine: EngineClient) -> None:
        self._client = client
        self._engine = engine

    async def fetch(self, media: Sequence[Media], limit: int, attempts: int | None = None) -> Files:
        """Fetch pictures so that each is at most `limit` bytes and all fit one request.

        A picture that the engine has no more is left out. While it is away, it is waited for.

        Raises:
            EngineAway: when it was away at every one of `attempts`; without a number never.
        """
        share = min(limit, REQUEST_LIMIT // max(1, len(media)))
        fetched = await asyncio.gather(*[self._fetch(m, SMALL if m.small else share, attempts) for m in media])
        found = [(m, f) for m, f in zip(media, fetched, strict=True) if f is not None]
        items = tuple((m.image, f"{m.name}.{f.suffix}", f.data) for m, f in found)
        notes = tuple(dict.fromkeys(f.note for m, f in found if f.note and not m.small))
        return Files(items, notes, {image: name for image, name, _ in items})

    async def _fetch(self, media: Media, limit: int, attempts: int | None) -> Fetched | None:
        try:
            return await patiently(lambda: self._engine.image(media.image, limit), attempts)
        except EngineProblem as problem:
            log.warning("picture %s cannot be shown: %s", media.image[:12], problem)
            return None

    def file_limit(self, guild: int | None) -> int:
        """Return how many bytes one file may have in a server (or in a DM)."""
        found = self._client.get_guild(guild) if guild else None
        return found.filesize_limit if found else discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES

    async def post(self, place: int, face: Face, files: Files | None = None, *, nonce: str | None = None) -> int:
        """Post a face once (`nonce`, at most 25 characters, makes a repetition harmless); return its message id.

        Raises:
            Gone: when there is no such place any more.
        """
        files = files or Files()
        view, nonce = layout(face, files.names), nonce or uuid.uuid4().hex[:25]
        try:
            return (await self._place(place).send(view=view, files=_attach(files), nonce=nonce)).id
        except discord.HTTPException as error:
            if error.code == UNKNOWN_CHANNEL:
                raise Gone from error
            raise

    async def say(self, place: int, text: str, *, reply_to: int | None = None) -> int | None:
        """Say something in plain words and return the message's id; None for a place that is gone or closed."""
        try:
            if reply_to is None:
                return (await self._place(place).send(text[:2000])).id
            reference = discord.MessageReference(message_id=reply_to, channel_id=place, fail_if_not_exists=False)
            return (await self._place(place).send(text[:2000], reference=reference)).id
        except discord.HTTPException as error:
            log.warning("could not speak in %s: %s", place, error)
            return None

    async def edit(self, place: int, message: int, face: Face, files: Files | None = None) -> None:
        """Show another face. With `files` the attachments are replaced, without they stay.

        Raises:
            Gone: when the message was deleted.
        """
        try:
            await self._edit(place, message, face, files)
        except discord.HTTPException as error:
            if error.code in {UNKNOWN_MESSAGE, UNKNOWN_CHANNEL}:
                raise Gone from error
            if error.code != ARCHIVED:
                raise
            await self._client.http.edit_channel(place, archived=False)
            await self._edit(place, message, face, files)

    async def plead(self, place: int, message: int, face: Face) -> None:
        """Try to show in words what may not be shown in pictures."""
        try:
            await self.edit(place, message, face)
        except (Gone, discord.HTTPException) as error:
            log.warning("message %s cannot even say so: %s", message, error)

    async def restyle(self, place: int, message: int, face: Face, names: Mapping[str, str]) -> None:
        """Change the words and buttons of a message whose pictures stay; `names` are its attachments by image id."""
        await self.edit(place, message, face, Files(names=names, items=()) if names else None)

    async def _edit(self, place: int, message: int, face: Face, files: Files | None) -> None:
        target = self._place(place).get_partial_message(message)
        if files is None:
            await target.edit(view=layout(face, {}), attachments=[])
        elif files.items:
            await target.edit(view=layout(face, files.names), attachments=_attach(files))
        else:
            await target.edit(view=layout(face, files.names))

    async def delete(self, place: int, message: int) -> None:
        """Delete a message of ours; one that is gone already is fine."""
        try:
            await self._place(place).get_partial_message(message).delete()
        except discord.HTTPException as error:
            if error.code not in {UNKNOWN_MESSAGE, UNKNOWN_CHANNEL}:
                log.warning("message %s could not be deleted: %s", message, error)

    async def rename(self, place: int, name: str) -> None:
        """Give a thread of ours another name; where that is not allowed it keeps the old one."""
        try:
            await self._client.http.edit_channel(place, name=name)
        except discord.HTTPException as error:
            log.warning("thread %s could not be renamed: %s", place, error)

    async def find(self, place: int, marker: str) -> int | None:
        """Return our newest message in a place one of whose buttons' custom_id starts with `marker`, or None."""
        try:
            rows = await self._client.http.logs_from(place, 50)
        except discord.HTTPException:
            return None
        quoted = json.dumps(marker)[:-1]
        return next((int(row["id"]) for row in rows if quoted in json.dumps(row.get("components") or [])), None)

    def _place(self, place: int) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(place)


def _attach(files: Files) -> list[discord.File]:
    return [discord.File(io.BytesIO(data), name) for _, name, data in files.items]
