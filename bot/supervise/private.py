"""An engine for one command: the one that runs already, or one that lives as long as the command."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import EaselError
from bot.settings import BotSettings
from bot.supervise.net import LOOPBACK, ask, free_port
from bot.supervise.processes import Process

START_S = 60.0


class NoEngine(EaselError):
    """No engine answers, and none could be started."""


@contextmanager
def engine_for(settings: BotSettings, say: Callable[[str], object]) -> Iterator[str]:
    """Yield the address of an engine: the one at BOT_ENGINE_URL, else one of our own that keeps nothing.

    Raises:
        NoEngine: when ours does not start; the message ends with what it said.
    """
    if ask(f"{settings.engine_url}/healthz").status == 200:
        yield settings.engine_url
        return
    say(f"No engine answers at {settings.engine_url}; starting one for this.")
    with tempfile.TemporaryDirectory(prefix="easel-") as folder:
        port = free_port(0)
        command = [sys.executable, "-m", "engine", "serve", "--with-parent", "--port", str(port)]
        env = {**os.environ, "ENGINE_HOST": LOOPBACK, "ENGINE_DATA_DIR": folder}
        process = Process(command, env, Path(folder) / "engine.log")
        url = f"http://{LOOPBACK}:{port}"
        try:
            _await_ready(process, url, settings)
            yield url
        finally:
            process.ask_to_leave()
            process.end_group(patience_s=3.0)


def _await_ready(process: Process, url: str, settings: BotSettings) -> None:
    key = settings.engine_api_key.get_secret_value() if settings.engine_api_key else None
    deadline = time.monotonic() + START_S
    while process.status() is None and time.monotonic() < deadline:
        if ask(f"{url}/readyz", key).status == 200:
            return
        time.sleep(0.1)
    raise NoEngine("\n  ".join([" ".join((NoEngine.__doc__ or "").split()), *process.last_lines()]))
