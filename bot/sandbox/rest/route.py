"""What surrounds every REST call: authorization, rate limits, planned faults, refusals in Discord's form, the log."""

import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.call import WORLD, Call, read
from bot.sandbox.errors import ApiError, MalformedJson, NotFound, Unauthorized
from bot.sandbox.ratelimit import RateLimiter
from bot.sandbox.records import Json
from bot.sandbox.world import World

API = "/api/v10"
OPEN = re.compile(API + r"/(interactions|webhooks)/")
LIMITER = web.AppKey("limiter", RateLimiter)
Handler = Callable[[Call], Awaitable[Any]]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Created:
    """An answer with status 201."""

    body: Any


class Routes:
    """Collects handlers; a handler returns JSON, `Created`, or None for 204."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str, Handler]] = []

    def on(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """Register a handler for one method and path below the API's root."""

        def keep(handler: Handler) -> Handler:
            self.found.append((method, path, handler))
            return handler

        return keep


def mount(app: web.Application, routes: Routes) -> None:
    """Put the handlers under the API's root, the most literal paths first."""
    for method, path, handler in sorted(routes.found, key=lambda item: item[1].count("{")):
        app.router.add_route(method, API + path, _served(handler))
    app.router.add_route("*", API + "/{rest:.*}", _served(_unknown))


async def _unknown(_call: Call) -> None:
    raise NotFound


def answer(body: Any, status: int, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON response."""
    if status == 204:
        return web.Response(status=204, headers=headers)
    # Exactly this type: with a charset after it discord.py hands the body on as text.
    return web.Response(
        body=json.dumps(body).encode(), status=status, headers={**(headers or {}), "Content-Type": "application/json"}
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call."""

    status: int
    body: Any = None
    call: Call | None = None


def _served(handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        world, stamp = request.app[WORLD], time.time()
        if world.knobs.latency:
            await asyncio.sleep(world.knobs.latency)
        limits = request.app[LIMITER].judge(request.method, request.path) if world.knobs.ratelimit else None
        if limits and limits.refused:
            outcome = Outcome(429, limits.refused)
        else:
            outcome = await _carry_out(request, handler)
        world.log.append(_entry(request, stamp, outcome))
        headers = limits.headers if limits else {}
        if outcome.status == 429:
            headers = {"Via": "1.1 google", "Retry-After": "1"} | headers
        return answer(outcome.body, outcome.status, headers)

    return serve


async def _carry_out(request: web.Request, handler: Handler) -> Outcome:
    world, call = request.app[WORLD], None
    fault = _take_fault(world, request.method, request.path)
    broken = Outcome(fault[0], {"message": f"{fault[0]}: planned failure", "code": 0}) if fault else None
    try:
        _authorize(request, world)
        call = await read(request)
        if broken and fault and not fault[1]:
            return broken
        result = await handler(call)
    except ApiError as error:
        return Outcome(error.status, error.body, call)
    except (AttributeError, KeyError, TypeError, ValueError):
        # A payload of the wrong shape; said in the log too, for it may be the sandbox's own fault.
        _log.exception("%s %s", request.method, request.path)
        return Outcome(400, MalformedJson().body, call)
    if broken:
        return broken
    return _outcome(result, call)


def _outcome(result: Any, call: Call) -> Outcome:
    if result is None:
        return Outcome(204, None, call)
    if isinstance(result, Created):
        return Outcome(201, result.body, call)
    return Outcome(200, result, call)


def _take_fault(world: World, method: str, path: str) -> tuple[int, bool] | None:
    for index, fault in enumerate(world.knobs.faults):
        if fault.matches(method, path):
            used = fault.model_copy(update={"times": fault.times - 1})
            faults = (*world.knobs.faults[:index], used, *world.knobs.faults[index + 1 :])
            world.knobs = world.knobs.model_copy(update={"faults": faults})
            return fault.status, fault.after
    return None


def _authorize(request: web.Request, world: World) -> None:
    if OPEN.match(request.path):
        return
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind != "Bot" or (world.knobs.token and token != world.knobs.token):
        raise Unauthorized


def _entry(request: web.Request, stamp: float, outcome: Outcome) -> Json:
    entry: Json = {
        "t": stamp,
        "method": request.method,
        "path": request.path,
        "query": dict(request.query),
        "status": outcome.status,
        "payload": outcome.call.payload if outcome.call else None,
        "ctype": request.content_type,
    }
    return {**entry, ("response" if outcome.status < 400 else "error"): outcome.body}
