"""The commands of `python -m bot`, as somebody at a terminal meets them."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from bot.__main__ import main
from bot.planner.plan import Plan


@pytest.fixture
def sandbox(tmp_path):
    """Start `python -m bot sandbox`; returns the process."""
    made = []

    def start(*arguments):
        command = [sys.executable, "-m", "bot", "sandbox", "--data", str(tmp_path / "world"), *arguments]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        made.append(subprocess.Popen(command, cwd=tmp_path, text=True, **pipes))
        return made[-1]

    yield start
    for process in made:
        process.kill()
        process.communicate()


def address(process):
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found, (line, process.stderr.read())
    return found[0]


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_the_sandbox_says_where_it_is_and_ends_when_told(sandbox, name):
    process = sandbox("--port", "0")
    with urllib.request.urlopen(f"{address(process)}/sandbox/state", timeout=5) as state:
        assert json.load(state)["bot_online"] is False
    process.send_signal(getattr(signal, name))
    assert process.wait(5) == 0


def test_the_sandbox_leaves_with_its_parent(sandbox):
    process = sandbox("--port", "0", "--with-parent")
    address(process)
    process.stdin.close()
    assert process.wait(8) == 0
    process.stdin = None


def test_a_taken_port_is_one_clear_line(sandbox):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        process = sandbox("--port", str(other.getsockname()[1]))
        assert process.wait(10) == 1
    assert "address already in use" in process.stderr.read()


@pytest.mark.parametrize(
    ("command", "setting", "words"),
    [
        (["client"], {}, "DISCORD_TOKEN is not set"),
        (["client"], {"BOT_DAILY_LIMIT": "0"}, "daily_limit"),
        (["run"], {"BOT_ENGINE_URL": "somewhere"}, "engine_url"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(monkeypatch, capsys, command, setting, words):
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    assert main(command) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["try", "a.png"], ["plan"], ["plan", "--cases", "a", "--say", "b"]]
)
def test_a_wrong_command_is_explained(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m bot" in capsys.readouterr().err


def test_a_plan_can_be_looked_at(capsys):
    assert main(["plan", "--say", "make it a watercolor", "--images", "1"]) == 0
    plan = Plan.model_validate_json(capsys.readouterr().out)
    assert [family.value for family in plan.families] == ["illustration"]


def test_cases_are_planned_a_line_each(tmp_path, capsys):
    cases = tmp_path / "cases.jsonl"
    case = {"id": "one", "text": "make it a watercolor", "context": {"images": 1}, "expect": {}}
    cases.write_text(json.dumps(case) + "\n" + json.dumps(case | {"id": "two", "text": "a clay figure"}) + "\n")
    assert main(["plan", "--cases", str(cases)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in told] == ["one", "two"]
    assert all(Plan.model_validate(line["plan"]) and line["ms"] >= 0 for line in told)


@pytest.mark.parametrize(("content", "words"), [(None, "No such file"), ("{}\n", "line 1"), ("not json\n", "line 1")])
def test_a_wrong_file_of_cases_is_one_clear_line(tmp_path, capsys, content, words):
    cases = tmp_path / "cases.jsonl"
    if content is not None:
        cases.write_text(content)
    assert main(["plan", "--cases", str(cases)]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_starting_costs_nothing_that_is_not_asked_for():
    """Asking for help imports neither discord.py nor a web server nor an HTTP client."""
    code = (
        "import sys; from bot.__main__ import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('discord', 'aiohttp', 'httpx', 'numpy', 'cv2', 'rich') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert found.stdout.splitlines()[-1] == "[]"
