"""Where engine, Discord and bot are to be found, and how those that are ours are started."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

from bot.settings import BotSettings
from bot.supervise.decide import Child
from bot.supervise.net import LOOPBACK, ask, free_port, is_loopback, port_of


@dataclass(frozen=True)
class Place:
    """Where everything is to be found, and what of it is ours to start."""

    engine: str
    own_engine: bool
    discord: str | None  # the sandbox's address; None is the real Discord
    own_sandbox: bool

    @property
    def children(self) -> dict[str, Child]:
        """The children to begin with."""
        needs = ("sandbox",) if self.own_sandbox else ()
        named = [
            Child("engine", running=not self.own_engine),
            *([Child("sandbox")] if self.own_sandbox else []),
            Child("bot", needs=needs),
        ]
        return {child.name: child for child in named}


def find_place(settings: BotSettings, say: Callable[[str], None]) -> Place:
    """Choose the addresses: the usual ports, or free ones when somebody else has those."""
    engine, own_engine = settings.engine_url, is_loopback(settings.engine_url)
    if own_engine and "engine_url" in settings.model_fields_set and ask(f"{engine}/healthz").status:
        own_engine = False  # one that was started by hand, or a tunnel to another machine
        say(f"Using the engine that runs at {engine}.")
    if own_engine:
        engine = f"http://{LOOPBACK}:{_port('engine', port_of(engine), say)}"
    own_sandbox = settings.token is None
    discord = settings.discord_url
    if own_sandbox:
        discord = f"http://{LOOPBACK}:{_port('sandbox', settings.sandbox_port, say)}"
    return Place(engine, own_engine, discord, own_sandbox)


def _port(name: str, wanted: int, say: Callable[[str], None]) -> int:
    port = free_port(wanted)
    if wanted not in {0, port}:
        say(f"Port {wanted} is taken by another program; the {name} gets {port}.")
    return port


def commands(place: Place, settings: BotSettings) -> dict[str, list[str]]:
    """Return how each child is started."""
    python = [sys.executable, "-m"]
    engine, sandbox = str(port_of(place.engine)), str(port_of(place.discord or ""))
    return {
        "engine": [*python, "engine", "serve", "--with-parent", "--port", engine],
        "sandbox": [
            *python, "bot", "sandbox", "--with-parent", "--port", sandbox, "--data", str(settings.sandbox_data_dir),
        ],
        "bot": [*python, "bot", "client", "--with-parent"],
    }  # fmt: skip


def environment(place: Place) -> dict[str, str]:
    """Return the environment of the children: this one's, and where the others are."""
    found = {"BOT_ENGINE_URL": place.engine, "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}
    if place.discord:
        found["BOT_DISCORD_URL"] = place.discord
    return {**os.environ, **found}
