"""Puts the parts on one loopback address, and takes them down again."""

import asyncio
import time
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox import cdn, control, gateway
from bot.sandbox.call import WORLD
from bot.sandbox.errors import Forbidden
from bot.sandbox.knobs import Knobs
from bot.sandbox.persist import Keeper
from bot.sandbox.ratelimit import RateLimiter
from bot.sandbox.rest import channels, commands, identity, messages, webhooks
from bot.sandbox.rest.route import LIMITER, answer, mount
from bot.sandbox.samples import SAMPLES
from bot.sandbox.world import World

HOST = "127.0.0.1"
PAGE = Path(__file__).parent / "page"


@dataclass(slots=True)
class Sandbox:
    """A running sandbox."""

    base: str
    world: World
    _runner: web.AppRunner
    _keeper: Keeper | None

    async def stop(self) -> None:
        """Close every connection, save the world, free the port."""
        self.world.hub.close_watchers()
        gateway.drop(self.world, code=1012)
        await self._runner.cleanup()
        for task in list(self.world.tasks):
            task.cancel()
        await asyncio.gather(*self.world.tasks, return_exceptions=True)
        if self._keeper:
            await self._keeper.close()


async def start(port: int = 0, *, data: Path | None = None, **knobs: Any) -> Sandbox:
    """Start a sandbox on loopback.

    Args:
        port: where to listen; 0 takes a free port.
        data: a folder the world is kept in over restarts; None keeps it in memory.
        knobs: fields of `Knobs`.

    Raises:
        OSError: if the port is taken.
        pydantic.ValidationError: for a knob that does not exist.
    """
    world = World(Knobs().turned(knobs), data / "files" if data else None)
    keeper = Keeper(world, data) if data else None
    known = await asyncio.to_thread(keeper.load) if keeper else False
    if not known:
        world.found()
    world.take_from_bot(world.knobs.permissions)
    if keeper:
        keeper.watch()
    runner = web.AppRunner(application(world), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, HOST, port)
    await site.start()
    world.signer.base = f"http://{HOST}:{runner.addresses[0][1]}"
    return Sandbox(world.signer.base, world, runner, keeper)


def application(world: World) -> web.Application:
    """The whole server as an aiohttp application."""
    app = web.Application(middlewares=[loopback_only, control.refusals], client_max_size=world.knobs.request_limit * 4)
    app[WORLD] = world
    app[LIMITER] = RateLimiter(time.time)
    for part in (identity, channels, messages, webhooks, commands):
        mount(app, part.routes)
    app.router.add_get("/gateway", connect)
    app.router.add_get("/gateway/", connect)
    control.mount(app)
    cdn.mount(app)
    app.router.add_get("/sandbox/samples", list_samples)
    app.router.add_static("/samples", SAMPLES[0].path.parent)
    app.router.add_get("/", index)
    app.router.add_static("/page", PAGE)
    return app


@web.middleware
async def loopback_only(request: web.Request, handler: Any) -> web.StreamResponse:
    """Keep web pages from elsewhere out: neither under another name for this address, nor from another origin."""
    origin = request.headers.get("Origin")
    names = [request.host, *([urlsplit(origin).netloc] if origin else [])]
    if not all(_is_loopback(name) for name in names):
        return answer(Forbidden().body, 403)
    response: web.StreamResponse = await handler(request)
    return response


def _is_loopback(netloc: str) -> bool:
    name = urlsplit(f"//{netloc}").hostname or ""
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


async def connect(request: web.Request) -> web.WebSocketResponse:
    """The gateway's websocket."""
    ws = web.WebSocketResponse(max_msg_size=4 * gateway.MAX_PAYLOAD)
    await ws.prepare(request)
    await gateway.Connection(request.app[WORLD], ws, request.query.get("compress")).run()
    return ws


async def index(_request: web.Request) -> web.StreamResponse:
    """The page."""
    return web.FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-cache"})


async def list_samples(_request: web.Request) -> web.Response:
    """GET /sandbox/samples: the sample photos and where their bytes are."""
    return answer([{**asdict(sample), "url": f"/samples/{sample.path.name}"} for sample in SAMPLES], 200)
