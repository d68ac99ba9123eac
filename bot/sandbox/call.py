"""One call to the sandbox, read and ready: its path, query, payload and files."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.errors import EntityTooLarge, MalformedJson, MissingAccess, MissingPermissions, UnknownMessage
from bot.sandbox.permissions import Permission
from bot.sandbox.records import Channel, Json, Message, Upload
from bot.sandbox.world import World

WORLD = web.AppKey("world", World)
#: What the framing of a multipart request may add to its files.
SLACK = 1 << 16


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler gets."""

    world: World
    params: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)
    payload: Any = None
    files: tuple[Upload, ...] = ()

    @property
    def body(self) -> Json:
        """The payload, which has to be an object.

        Raises:
            MalformedJson: if it is something else.
        """
        if self.payload is None:
            return {}
        if not isinstance(self.payload, dict):
            raise MalformedJson
        return self.payload

    def channel(self, *needed: Permission) -> Channel:
        """The channel of the path, if the bot may see it and has what the call needs.

        Raises:
            UnknownChannel: if there is none.
            MissingAccess: if the bot cannot see it.
            MissingPermissions: if it lacks something needed.
        """
        world = self.world
        channel = world.channel(self.params["channel"])
        if not world.may(world.bot, channel, Permission.VIEW_CHANNEL):
            raise MissingAccess
        for permission in needed:
            if not world.may(world.bot, channel, permission):
                raise MissingPermissions
        return channel

    def message(self, channel: Channel) -> Message:
        """The message of the path; ephemeral ones cannot be reached this way.

        Raises:
            UnknownMessage: if there is none.
        """
        message = self.world.message(self.params["message"], channel.id)
        if message.ephemeral:
            raise UnknownMessage
        return message


async def read(request: web.Request) -> Call:
    """Read a request whole.

    Raises:
        EntityTooLarge: past the request limit.
        MalformedJson: if its JSON is none.
    """
    world = request.app[WORLD]
    params, query = dict(request.match_info), dict(request.query)
    limit = world.knobs.request_limit + SLACK
    if (request.content_length or 0) > limit:
        raise EntityTooLarge
    if request.content_type.startswith("multipart/"):
        payload, files = await _multipart(request, limit)
        return Call(world, params, query, payload, files)
    raw = await request.read()
    return Call(world, params, query, _json(raw) if raw else None)


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise MalformedJson from None


async def _multipart(request: web.Request, limit: int) -> tuple[Any, tuple[Upload, ...]]:
    payload: Any = {}
    files: dict[int, Upload] = {}
    total = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise MalformedJson
        data = bytes(await part.read())
        total += len(data)
        if total > limit:
            raise EntityTooLarge
        if part.name == "payload_json":
            payload = _json(data)
        elif found := re.fullmatch(r"files\[(\d+)\]", part.name or ""):
            kind = part.headers.get("Content-Type")
            files[int(found[1])] = Upload(part.filename or "file", data, kind)
    return payload, tuple(files[index] for index in sorted(files))
