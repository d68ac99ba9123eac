"""Children start, speak, and end with everything they started."""

import os
import signal
import subprocess
import sys
import time

import pytest

from bot.supervise.processes import KEEP_LOG_BYTES, Process

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(60)"
)
WITH_CHILD = (
    "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(p.pid, flush=True); time.sleep(60)"
)
WITH_PARENT = (
    "from bot.parent import leave_with_parent; import time;"
    "leave_with_parent(); print('here', flush=True); time.sleep(60)"
)
PARENT = """
import os, sys, time
from pathlib import Path
from bot.supervise.processes import Process
child = Process([sys.executable, "-c", sys.argv[1]], os.environ, Path(sys.argv[2]))
print(child.pid, flush=True)
time.sleep(60)
"""


def until(true, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not (value := true()):
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)
    return value


def alive(pid):
    """Tell whether a process runs; one that only waits to be collected does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


@pytest.fixture
def spawn(tmp_path):
    made = []

    def start(code):
        made.append(Process([sys.executable, "-c", code], os.environ, tmp_path / "logs" / "child.log"))
        return made[-1]

    yield start
    for process in made:
        process.end_group()


def test_a_child_that_will_not_leave_is_killed(spawn):
    child = spawn(STUBBORN)
    until(lambda: "here" in child.said())
    child.ask_to_leave()
    time.sleep(0.2)
    assert child.status() is None
    child.end_group()
    assert child.status() == -signal.SIGKILL


def test_what_a_child_started_ends_with_it(spawn):
    child = spawn(WITH_CHILD)
    grandchild = int(until(lambda: child.said().strip()))
    assert alive(grandchild)
    os.kill(child.pid, signal.SIGKILL)
    until(lambda: child.status() is not None)
    child.end_group()
    until(lambda: not alive(grandchild))


def test_a_child_leaves_when_its_parent_is_gone(tmp_path):
    """A killed parent cannot say good-bye; the pipe it held does."""
    log = tmp_path / "child.log"
    command = [sys.executable, "-c", PARENT, WITH_PARENT, log]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    until(lambda: log.exists() and "here" in log.read_text())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not alive(child))


def test_a_child_is_quoted_from_this_start_on(spawn, tmp_path):
    """The log keeps earlier runs; what is shown of a failure is this run's."""
    first = spawn("print('earlier')")
    until(lambda: first.status() is not None)
    second = spawn("[print('line', n) for n in range(50)]; raise SystemExit(3)")
    assert until(second.status) == 3
    assert second.last_lines()[-1] == "line 49"
    assert "earlier" not in second.said()
    assert "earlier" in (tmp_path / "logs" / "child.log").read_text()


def test_a_log_does_not_grow_for_ever(spawn, tmp_path):
    log = tmp_path / "logs" / "child.log"
    log.parent.mkdir()
    log.write_bytes(b"x" * (KEEP_LOG_BYTES + 1))
    child = spawn("print('new')")
    until(lambda: child.status() is not None)
    assert log.read_text() == "new\n"
    assert log.with_suffix(".log.1").stat().st_size == KEEP_LOG_BYTES + 1
