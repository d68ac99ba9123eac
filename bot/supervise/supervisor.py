"""`python -m bot run`: the engine, the sandbox and the client, started, watched and ended together."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.parent import CONNECTED
from bot.settings import BotSettings
from bot.supervise.decide import (
    HOPELESS,
    Action,
    Announce,
    GiveUp,
    Probe,
    Start,
    died,
    hopeless,
    next_actions,
    ready,
    started,
)
from bot.supervise.net import Reply, ask
from bot.supervise.place import Place, commands, environment, find_place
from bot.supervise.processes import Process

GRACE_S = 2.0  #: what the children get to leave by themselves
TICK_S = 0.1


class Supervisor:
    """Starts the children, watches them, ends them."""

    def __init__(self, settings: BotSettings, place: Place, say: Callable[[str], None]) -> None:
        self.settings, self.place, self.say = settings, place, say
        self.children = place.children
        self.processes: dict[str, Process] = {}
        self.announced = False
        self.exit_status: int | None = None
        self._interrupts = 0
        self._wake = threading.Event()
        # `make` that was killed tells its children nothing.
        self._make = os.getppid() if "MAKELEVEL" in os.environ else None

    def run(self) -> int:
        """Work until somebody or something ends it; returns the exit status."""
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._interrupt)
        try:
            while self.exit_status is None and not self._told_to_leave():
                self._look()
                for action in next_actions(self.children, announced=self.announced, now=time.monotonic()):
                    self._act(action)
                self._wake.wait(TICK_S)
        finally:
            self._end_all()
        return self.exit_status or 0

    def _interrupt(self, *_: object) -> None:
        self._interrupts += 1
        self._wake.set()

    def _told_to_leave(self) -> bool:
        return self._interrupts > 0 or (self._make is not None and os.getppid() != self._make)

    def _look(self) -> None:
        for name, process in list(self.processes.items()):
            status = process.status()
            if status is None:
                continue
            process.end_group()
            self.children[name] = child = died(self.children[name], status, time.monotonic())
            if not hopeless(child):
                wait = child.not_before - time.monotonic()
                self.say(f"The {name} ended ({_why(status)}); it starts again in {wait:.0f} s.")
                del self.processes[name]

    def _act(self, action: Action) -> None:
        match action:
            case Start(name):
                self._start(name)
            case Probe(name):
                if self._is_ready(name):
                    self.children[name] = ready(self.children[name])
            case GiveUp(name):
                self._give_up(name)
            case Announce():
                self.announced = True
                self.say(self._welcome())

    def _start(self, name: str) -> None:
        command = commands(self.place, self.settings)[name]
        log = self.settings.log_dir / f"{name}.log"
        self.processes[name] = Process(command, environment(self.place), log)
        self.children[name] = started(self.children[name], time.monotonic())
        self._write_ports()

    def _is_ready(self, name: str) -> bool:
        if name == "engine":
            key = self.settings.engine_api_key
            return ask(f"{self.place.engine}/readyz", key.get_secret_value() if key else None).status == 200
        if name == "bot" and not self.place.discord:
            return self._name_on_discord() is not None
        reply = ask(f"{self.place.discord}/sandbox/state")
        return reply.status == 200 and (name == "sandbox" or _bot_online(reply))

    def _name_on_discord(self) -> str | None:
        found = CONNECTED.search(self.processes["bot"].said())
        return found[1] if found else None

    def _welcome(self) -> str:
        if self.place.discord:
            return f"Easel is ready: {self.place.discord}"
        return f"Easel is connected to Discord as {self._name_on_discord()}"

    def _give_up(self, name: str) -> None:
        process, status = self.processes[name], self.children[name].status
        self.say(f"The {name} cannot run ({_why(status or 0)}). The end of {process.log}:")
        for line in process.last_lines():
            self.say(f"  {line}")
        self.exit_status = 1

    def _write_ports(self) -> None:
        if not self.settings.ports_file:
            return
        facts = {
            "engine": self.place.engine,
            "discord": self.place.discord,
            "pids": {"supervisor": os.getpid(), **{name: process.pid for name, process in self.processes.items()}},
        }
        draft = self.settings.ports_file.with_suffix(".new")
        draft.write_text(json.dumps(facts))
        draft.replace(self.settings.ports_file)

    def _end_all(self) -> None:
        for process in self.processes.values():
            process.ask_to_leave()
        deadline, patience = time.monotonic() + GRACE_S, max(self._interrupts, 1)
        while time.monotonic() < deadline and self._interrupts <= patience:
            if all(process.status() is not None for process in self.processes.values()):
                break
            time.sleep(TICK_S / 2)
        for process in self.processes.values():
            process.end_group()


def _bot_online(reply: Reply) -> bool:
    state = reply.json()
    return isinstance(state, dict) and bool(state.get("bot_online"))


def _why(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[bool]:
    """Hold the folder's lock; yields False when another Easel holds it. A lock ends with its process."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def run(settings: BotSettings, say: Callable[[str], None]) -> int:
    """Run everything until Ctrl-C; returns the exit status."""
    with only_one(settings.data_dir) as alone:
        if not alone:
            say(f"Easel runs already with {settings.data_dir}; end that one first, or set BOT_DATA_DIR.")
            return HOPELESS
        place = find_place(settings, say)
        say(f"Starting {', '.join(c.name for c in place.children.values() if not c.running)}. Logs: {settings.log_dir}")
        return Supervisor(settings, place, say).run()
