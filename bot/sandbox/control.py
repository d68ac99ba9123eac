"""The control interface under /sandbox: the state, live events, the log, and what people and tests do."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from bot.sandbox import announce, gateway, people, render
from bot.sandbox.call import WORLD, Call, read
from bot.sandbox.errors import ApiError, BadControl, MalformedJson, NotFound
from bot.sandbox.hub import Reader, Watcher
from bot.sandbox.permissions import Permission
from bot.sandbox.records import Json, User
from bot.sandbox.rest.route import answer
from bot.sandbox.world import World

PING_S = 15.0


def state(world: World, user: User | None) -> Json:
    """What somebody sees, or everything."""
    reader = Reader(user.id if user else None)
    channels = [c for c in list(world.channels.values()) if user is None or world.may(user, c, Permission.VIEW_CHANNEL)]
    shown = [m for m in list(world.messages.values()) if people.visible(world, user, m)]
    return {
        "guild": {"id": world.guild_id, "name": "Sandbox", "owner_id": world.owner_id},
        "users": [{**render.user(u), "roles": list(u.roles)} for u in list(world.users.values())],
        "roles": [render.role(r) for r in world.roles.values()],
        "channels": [render.channel(world, c, reader.user_id) for c in channels],
        "commands": [render.command(world, c) for c in list(world.commands.values())],
        "messages": [render.message(world, m, reader) for m in shown],
        "bot_online": world.bot_online,
        "knobs": world.knobs.model_dump(mode="json", exclude={"token"}),
    }


def _viewer(request: web.Request) -> User | None:
    name = request.query.get("user")
    return request.app[WORLD].user(name) if name else None


async def get_state(request: web.Request) -> web.Response:
    """GET /sandbox/state?user=: rendered off the event loop, for it may be long."""
    world, viewer = request.app[WORLD], _viewer(request)
    raw = await asyncio.to_thread(lambda: json.dumps(state(world, viewer)).encode())
    return web.Response(body=raw, content_type="application/json")


async def get_log(request: web.Request) -> web.Response:
    """GET /sandbox/log?after=&limit=: REST calls and their answers, oldest first; `after` is a time."""
    after, limit = float(request.query.get("after", 0)), int(request.query.get("limit", 5000))
    entries = [entry for entry in request.app[WORLD].log if entry["t"] > after][-limit:]
    raw = await asyncio.to_thread(lambda: json.dumps(entries, default=str).encode())
    return web.Response(body=raw, content_type="application/json")


async def get_events(request: web.Request) -> web.StreamResponse:
    """GET /sandbox/events?user=: server-sent events, {"t": type, "d": data} each."""
    world, viewer = request.app[WORLD], _viewer(request)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    await response.write(b"retry: 1000\n\n")
    watcher = Watcher(viewer.id if viewer else None)
    world.hub.watchers.add(watcher)
    try:
        with suppress(ConnectionError):
            await _stream(response, watcher)
    finally:
        world.hub.watchers.discard(watcher)
    return response


async def _stream(response: web.StreamResponse, watcher: Watcher) -> None:
    while True:
        try:
            event = await asyncio.wait_for(watcher.queue.get(), PING_S)
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        if event is None:
            return
        await response.write(b"data: " + json.dumps(event).encode() + b"\n\n")


async def act(request: web.Request) -> web.Response:
    """POST /sandbox/<deed>: as a person, or as the one who turns the knobs."""
    call = await read(request)
    deed = people.DEEDS.get(request.match_info["deed"]) or TURNS.get(request.match_info["deed"])
    if deed is None:
        raise NotFound
    try:
        result: Any = await deed(call)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadControl(f"{type(error).__name__}: {error}") from error
    return answer({} if result is None else result, 200)


async def turn(call: Call) -> Json:
    """Turn knobs: {"knobs": {...}} or the knobs themselves; `members` adds people until there are so many."""
    world = call.world
    changes = dict(call.body.get("knobs", {key: v for key, v in call.body.items() if key != "user"}))
    members = changes.pop("members", None)
    try:
        world.knobs = world.knobs.turned(changes)
    except ValidationError as error:
        raise BadControl(str(error)) from error
    for channel in world.take_from_bot(world.knobs.permissions):
        announce.channel_event(world, "CHANNEL_UPDATE", channel)
    added = _populate(world, int(members)) if members is not None else []
    return {"added": [render.user(user) for user in added]} if members is not None else {}


def _populate(world: World, wanted: int) -> list[User]:
    missing = wanted - sum(not user.bot for user in world.users.values())
    first = len(world.users)
    added = [world.add_user(f"member{first + index}") for index in range(missing)]
    for user in added:
        announce.joined(world, user)
    return added


async def drop(call: Call) -> None:
    """Cut the gateway: {"code": 4000}, {"op": 7} to have the bot resume, {"op": 9, "resumable": false} start anew."""
    body = call.body
    gateway.drop(call.world, code=body.get("code"), op=body.get("op"), resumable=bool(body.get("resumable")))


TURNS: dict[str, people.Deed] = {"set": turn, "drop": drop}


@web.middleware
async def refusals(request: web.Request, handler: Any) -> web.StreamResponse:
    """Errors of the control interface, in the form the REST API has."""
    try:
        response: web.StreamResponse = await handler(request)
    except ApiError as error:
        return answer(error.body, error.status)
    except ValueError as error:
        return answer(MalformedJson(str(error)).body, 400)
    return response


def mount(app: web.Application) -> None:
    """Put the control interface on the server."""
    app.router.add_get("/sandbox/state", get_state)
    app.router.add_get("/sandbox/events", get_events)
    app.router.add_get("/sandbox/log", get_log)
    app.router.add_post("/sandbox/{deed}", act)
