"""The bot's commands: run, client, sandbox, try, plan. Wiring only; each imports what it needs when it is asked for."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from bot.errors import EaselError
from bot.parent import leave_with_parent
from bot.settings import BotSettings

#: The exit status that says: a person has to change something first. A supervisor does not try again.
USAGE = 2


def run(settings: BotSettings, _args: argparse.Namespace) -> int:
    """Start engine, sandbox and client together."""
    from bot.supervise import supervisor

    return supervisor.run(settings, lambda line: print(line, flush=True))


def client(settings: BotSettings, _args: argparse.Namespace) -> int:
    """Run the Discord client alone."""
    if settings.token is None:
        return _complain("DISCORD_TOKEN is not set; `make run` opens the sandbox without one")
    from bot.client.client import main as connect

    if settings.metrics_port is not None:
        from prometheus_client import start_http_server

        start_http_server(settings.metrics_port, addr="127.0.0.1")
    asyncio.run(connect(settings))
    return 0


def sandbox(settings: BotSettings, args: argparse.Namespace) -> int:
    """Run the sandbox alone."""
    port = settings.sandbox_port if args.port is None else args.port
    asyncio.run(_serve_sandbox(port, args.data or settings.sandbox_data_dir))
    return 0


async def _serve_sandbox(port: int, data: Path) -> None:
    from bot.sandbox.server import start

    told = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    server = await start(port, data=data)
    print(f"The sandbox is at {server.base}", flush=True)
    try:
        await told.wait()
    finally:
        await server.stop()


def try_out(settings: BotSettings, args: argparse.Namespace) -> int:
    """Make variants from a terminal."""
    from bot import tryout

    wish = tryout.Wish(args.images, args.say, args.out, args.seed)
    return tryout.main(settings, wish, as_json=args.json)


def plan(settings: BotSettings, args: argparse.Namespace) -> int:
    """Show what the planner understands: the language model where one is set, else the embedded planner."""
    if args.cases:
        return _plan_cases(settings, args.cases)
    from bot.planner.llm.choose import planner_for
    from bot.planner.plan import Context

    found = asyncio.run(planner_for(settings).plan(args.say, Context(images=args.images)))
    print(found.model_dump_json(indent=2))
    return 0


def _plan_cases(settings: BotSettings, file: Path) -> int:
    from bot.planner import cases
    from bot.planner.llm.choose import planner_for

    try:
        for planned in cases.run(file, planner_for(settings)):
            print(json.dumps(planned, ensure_ascii=False), flush=True)
    except (OSError, ValueError) as error:
        return _complain(str(error))
    return 0


#: What runs for long and keeps a log; the other commands speak to a terminal.
SERVICES = (run, client, sandbox)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Easel: image-to-image work in Discord.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, act: Callable[[BotSettings, argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=act.__doc__, description=act.__doc__)
        added.set_defaults(act=act, with_parent=False)
        return added

    command("run", run)
    child_client = command("client", client)
    child_sandbox = command("sandbox", sandbox)
    for child in (child_client, child_sandbox):
        child.add_argument("--with-parent", action="store_true", help="leave when the standard input closes")
    child_sandbox.add_argument("--port", type=int, help="where to listen on loopback (0: any free port)")
    child_sandbox.add_argument("--data", type=Path, help="the folder the server is kept in")

    trial = command("try", try_out)
    trial.add_argument("images", type=Path, nargs="+", metavar="IMAGE")
    trial.add_argument("--say", default="", help='what to make of it: "watercolor, soft"')
    trial.add_argument("--out", type=Path, required=True, help="folder for the variants and the sheet")
    trial.add_argument("--seed", type=int, help="makes the same pictures again (default: another one each time)")
    trial.add_argument("--json", action="store_true", help="print one JSON object, and no progress bar")

    planner = command("plan", plan)
    asked = planner.add_mutually_exclusive_group(required=True)
    asked.add_argument("--cases", type=Path, metavar="FILE", help="a JSONL file of cases; prints one line for each")
    asked.add_argument("--say", metavar="TEXT", help="one message")
    planner.add_argument("--images", type=int, default=1, help="how many images come with --say")
    return parser


def _log(level: str) -> None:
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it has a line for every request


def _complain(words: str) -> int:
    print(f"easel: {words}", file=sys.stderr)
    return USAGE


def _settings_problem(error: ValidationError) -> str:
    wrong = [f"{'.'.join(map(str, e['loc']))} ({e['msg']}, not {e['input']!r})" for e in error.errors()]
    return f"settings: {'; '.join(wrong)}"


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit status: 0, 1 for what failed, 2 for what its caller has to change."""
    args = _parser().parse_args(argv)
    try:
        settings = BotSettings()
    except ValidationError as error:
        return _complain(_settings_problem(error))
    _log(settings.log_level if args.act in SERVICES else "WARNING")
    if args.with_parent:
        leave_with_parent()
    try:
        status: int = args.act(settings, args)
    except EaselError as error:
        return _complain(error.detail)
    except OSError as error:
        print(f"easel: {error}", file=sys.stderr)
        return 1
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
