"""`python -m bot run`, which is what `make run` calls: everything starts, heals, and ends with nothing left behind."""

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import pytest

START_S = 120  # on a machine that is busy with other tests

pytestmark = pytest.mark.timeout(400)


def until(true, seconds, what):
    deadline = time.monotonic() + seconds
    while not (value := true()):
        assert time.monotonic() < deadline, f"{what} took longer than {seconds} s"
        time.sleep(0.1)
    return value


def alive(pid):
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def descendants(pid):
    """Return the processes that a process started, and those that they started."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in table.splitlines())}
    found, last = {pid}, set()
    while found != last:
        last, found = found, found | {child for child, parent in parents.items() if parent in found}
    return found - {pid}


class Easel:
    """A whole Easel in a folder of its own, on free ports."""

    def __init__(self, folder):
        self.ports = folder / "ports.json"
        own = {"BOT_SANDBOX_PORT": "0", "BOT_ENGINE_URL": "http://127.0.0.1:0", "BOT_PORTS_FILE": str(self.ports)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=folder,
            env={**os.environ, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.lines = []
        self._heard = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            self.lines.append(line.strip())
            self._heard.put(line.strip())

    def line(self, pattern, seconds=START_S):
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._heard.get(timeout=max(deadline - time.monotonic(), 0))
            except queue.Empty:
                pytest.fail(f"never said {pattern!r}, but: {self.lines}")
            if found := re.search(pattern, line):
                return found

    def facts(self):
        return json.loads(self.ports.read_text())

    def state(self):
        with urllib.request.urlopen(f"{self.facts()['discord']}/sandbox/state", timeout=5) as answer:
            return json.load(answer)

    def online(self):
        try:
            return self.state()["bot_online"]
        except OSError:
            return False

    def end(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def start(tmp_path):
    made = []

    def starting():
        made.append(Easel(tmp_path))
        return made[-1]

    yield starting
    for easel in made:
        easel.end()


def test_a_day_of_an_easel(start):
    """It starts and says where; whoever is killed comes back; Ctrl-C ends all of it; it starts again where it was."""
    easel = start()
    address = easel.line(r"^Easel is ready: (http://127\.0\.0\.1:\d+)$")[1]
    with urllib.request.urlopen(address, timeout=5) as page:
        assert b"<html" in page.read().lower()
    assert easel.online()

    for name in ("engine", "bot", "sandbox"):
        before = easel.facts()["pids"][name]
        os.kill(before, signal.SIGKILL)
        easel.line(rf"^The {name} ended \(killed by SIGKILL\); it starts again in \d+ s\.$", seconds=30)
        until(lambda: easel.facts()["pids"][name] != before, 40, f"the new {name}")  # noqa: B023  # used at once
    until(easel.online, START_S, "the bot's way back")
    assert sum("Easel is ready" in line for line in easel.lines) == 1

    everybody = descendants(easel.process.pid)
    assert len(everybody) >= 3
    began = time.monotonic()
    easel.process.send_signal(signal.SIGINT)
    assert easel.process.wait(timeout=5) == 0
    assert time.monotonic() - began < 3
    until(lambda: not any(map(alive, everybody)), 1, "the last child's end")

    again = start()
    again.line("^Easel is ready")
    assert again.online()


def test_a_killed_supervisor_leaves_nobody_behind(start):
    easel = start()
    easel.line("^Easel is ready")
    everybody = descendants(easel.process.pid)
    easel.process.kill()
    until(lambda: not any(map(alive, everybody)), 20, "the children's leaving")
