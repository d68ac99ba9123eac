"""The supervisor's loop, with children that are a line of Python each."""

import json
import signal
import sys
import threading
import time

import pytest

from bot.settings import BotSettings
from bot.supervise import supervisor
from bot.supervise.place import Place

READY = "Connected to Discord as easel#0001"
WORKS = f"print({READY!r}, flush=True); import time; time.sleep(60)"
FAILS = "print('the token is not a token', flush=True); raise SystemExit(2)"
NOTHING = Place(engine="http://127.0.0.1:9", own_engine=False, discord=None, own_sandbox=False)


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run a house whose engine is elsewhere and whose bot is this code; returns the exit status and what was said."""

    def running(code, *, until):
        said = []

        def say(line):
            said.append(line)
            if until(line):
                threading.Timer(0.0, signal.raise_signal, (signal.SIGINT,)).start()

        monkeypatch.setattr(supervisor, "commands", lambda *_: {"bot": [sys.executable, "-c", code]})
        monkeypatch.setattr(supervisor, "ask", lambda *_: supervisor.Reply(200, b"{}"))
        settings = BotSettings(log_dir=tmp_path / "logs", ports_file=tmp_path / "ports.json")
        kept = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            return supervisor.Supervisor(settings, NOTHING, say).run(), said
        finally:
            for name, handler in kept.items():
                signal.signal(name, handler)

    return running


def test_ready_is_said_once_and_ctrl_c_ends_it(run, tmp_path):
    began = time.monotonic()
    status, said = run(WORKS, until=lambda line: "connected" in line)
    assert status == 0
    assert said == ["Easel is connected to Discord as easel#0001"]
    assert time.monotonic() - began < 5
    assert json.loads((tmp_path / "ports.json").read_text())["engine"] == NOTHING.engine


def test_what_only_a_person_can_mend_is_said_with_the_end_of_the_log(run):
    status, said = run(FAILS, until=lambda _: False)
    assert status == 1
    assert "exit status 2" in said[0]
    assert said[1].strip() == "the token is not a token"


def test_a_killed_child_comes_back_by_itself(run):
    code = f"import os; print({READY!r}, flush=True); os.kill(os.getpid(), 9)"
    _, said = run(code, until=lambda line: "again in 2 s" in line)
    assert [line for line in said if "killed by SIGKILL; it starts again" in line.replace("(", "").replace(")", "")]


def test_one_house_is_not_run_twice(tmp_path):
    settings = BotSettings(data_dir=tmp_path, log_dir=tmp_path / "logs")
    said = []
    with supervisor.only_one(tmp_path) as alone:
        assert alone
        assert supervisor.run(settings, said.append) == 2
    assert "runs already" in said[0]
