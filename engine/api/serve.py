"""Serving the app with uvicorn: one line when it is up, and a quick, clean end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from engine.api.app import create_app
from engine.api.state import hold
from engine.errors import CannotListen
from engine.jobs.store import Ledger
from engine.settings import EngineSettings

#: Seconds open requests may take to end when the engine is to stop.
_GRACE_S = 1


class Server(uvicorn.Server):
    """A server that says when it is up, and ends its event streams before it waits for its connections.

    Args:
        config: uvicorn's.
        up: Called once connections are taken.
    """

    def __init__(self, config: uvicorn.Config, up: Callable[[], None]) -> None:
        super().__init__(config)
        self._up = up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start."""
        await super().startup(sockets)
        if self.started:
            await asyncio.to_thread(self._up)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop."""
        app = self.config.app
        if isinstance(app, FastAPI) and hasattr(app.state, "engine"):
            app.state.engine.jobs.books.hub.close()
        await super().shutdown(sockets)


def serve(settings: EngineSettings, port_file: Path | None = None, *, with_parent: bool = False) -> None:
    """Serve until SIGTERM or SIGINT, or with `with_parent` until stdin closes.

    Args:
        settings: The engine's.
        port_file: Gets the port once the engine listens, whole or not at all.
        with_parent: A supervisor holds the other end of stdin: when it is gone, so are we.

    Raises:
        OpenWithoutKey: The settings would open the engine to the world.
        CannotListen: The address is taken, or not this machine's.
        AlreadyRunning: Another engine works on the same data folder.
        LedgerDamaged: The jobs cannot be read.
    """
    app = create_app(settings)
    # Both once more at the real start; here it can be said in a line.
    with hold(settings.data_dir):
        Ledger(settings.ledger).close()
    listener = _listen(settings.host, settings.port)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=_GRACE_S, lifespan="on", ws="none"
    )
    server = Server(config, lambda: _announce(listener, port_file))
    # uvicorn raises a signal again once it has stopped; by then all is done and this is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if with_parent:
        threading.Thread(target=_follow_parent, args=(server,), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def _announce(listener: socket.socket, port_file: Path | None) -> None:
    host, port = listener.getsockname()[:2]
    print(f"Easel engine: http://{f'[{host}]' if ':' in host else host}:{port}", flush=True)  # noqa: T201  # the one line that `serve` prints
    if port_file:
        beside = port_file.with_name(f"{port_file.name}.part")
        beside.write_text(str(port))
        beside.replace(port_file)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol has to be named: connections inherit it, and asyncio turns off Nagle's delay only where it reads TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CannotListen(f"The engine cannot listen on {host}:{port}: {error.strerror}.") from error
    return listener


def _follow_parent(server: Server) -> None:
    # The raw descriptor: a thread that sits in sys.stdin's buffer would stop the interpreter from ending.
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    server.should_exit = True
