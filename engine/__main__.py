"""Commands: serve, worker, render, models. Wiring only; each imports what it needs when it is asked for."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from engine.contract import Change, JobRequest, Keep, Kind, Motion, Role, Size
from engine.errors import EngineError
from engine.settings import EngineSettings

if TYPE_CHECKING:
    from engine.images.store import ImageStore
    from engine.jobs.alone import Written

#: The exit status that says: a person has to change something first.
BAD_INPUT = 2


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit status: 0, or 2 after one line that says what is wrong."""
    args = parse(arguments)
    try:
        COMMANDS[args.command](args, EngineSettings())
    except ValidationError as error:
        return _refuse("; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()))
    except EngineError as error:
        return _refuse(error.detail)
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error))
    return 0


def serve(args: argparse.Namespace, settings: EngineSettings) -> None:
    """Serve the engine over HTTP."""
    from engine.api.serve import serve as run

    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(name)s %(levelname)s %(message)s")
    given = {"host": args.host, "port": args.port}
    chosen = settings.model_copy(update={name: value for name, value in given.items() if value is not None})
    run(chosen, args.port_file, with_parent=args.with_parent)


def worker(_args: argparse.Namespace, settings: EngineSettings) -> None:
    """Work for an engine that speaks over stdin and stdout."""
    from engine.jobs.worker import main as run

    run(settings)


def render(args: argparse.Namespace, settings: EngineSettings) -> None:
    """Render images without a server."""
    from rich.console import Console
    from rich.progress import Progress

    from engine.images import store as images
    from engine.jobs import alone
    from engine.models import catalog
    from engine.renderers import registry

    cards = catalog.here(settings, registry.why_missing)
    # Before the images are read: a misspelt model is noticed at once.
    cards.runnable(args.card, args.kind)
    with tempfile.TemporaryDirectory(prefix="easel-") as folder, Progress(console=Console(stderr=True)) as bar:
        store = images.ImageStore(Path(folder))
        request = _request(args, store)
        task = bar.add_task(args.card, total=None)
        for written in alone.render(
            cards, store, request, args.out, lambda step, of: bar.update(task, completed=step, total=of)
        ):
            print(json.dumps(_described(written)) if args.json else written.file, flush=True)


def models(args: argparse.Namespace, settings: EngineSettings) -> None:
    """Print the model cards."""
    from rich.console import Console
    from rich.table import Table

    from engine.api.view import model_views
    from engine.models import catalog
    from engine.renderers import registry

    cards = catalog.here(settings, registry.why_missing)
    views = model_views(cards, {})
    for broken in cards.broken:
        print(f"left out {broken.file}: {broken.why}", file=sys.stderr)
    if args.json:
        print(json.dumps([view.model_dump(mode="json") for view in views], indent=2))
        return
    table = Table("id", "title", "family", "does", "licence", "runs here")
    for view in views:
        table.add_row(view.id, view.title, view.family, ", ".join(view.kinds), view.licence, view.why_not or "yes")
    Console().print(table)


COMMANDS = {"serve": serve, "worker": worker, "render": render, "models": models}


def _request(args: argparse.Namespace, store: ImageStore) -> JobRequest:
    from engine.jobs import alone

    return JobRequest(
        kind=args.kind,
        models=(args.card,),
        images=alone.take_files(store, args.images, args.role),
        prompt=args.prompt,
        negative=args.negative,
        variants=args.variants,
        change=args.change,
        keep=frozenset(args.keep),
        seed=args.seed,
        size=Size(long_side=args.long_side) if args.long_side else None,
        motion=tuple(args.motion),
        seconds=args.seconds,
        scale=args.scale,
    )


def _described(written: Written) -> dict[str, object]:
    told = written.result.model_dump(mode="json", exclude={"poster", "preview"})
    return {"file": str(written.file), "render_s": round(written.seconds, 3), **told}


def _refuse(why: str) -> int:
    print(f"engine: {why}", file=sys.stderr)
    return BAD_INPUT


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the command and what it was given; exits with 2 and a line that says what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m engine", description="Easel's engine: it makes the pictures.")
    commands = parser.add_subparsers(dest="command", required=True)
    _serve(commands.add_parser("serve", help="serve the engine over HTTP"))
    commands.add_parser("worker", help="work for an engine, over stdin and stdout (the engine starts this itself)")
    _render(commands.add_parser("render", help="render images without a server"))
    models = commands.add_parser("models", help="print the model cards and what can run here")
    models.add_argument("--json", action="store_true", help="for machines")
    return parser.parse_args(arguments)


def _serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="instead of ENGINE_HOST")
    parser.add_argument("--port", type=int, help="instead of ENGINE_PORT; 0: any free one")
    parser.add_argument("--port-file", type=Path, metavar="FILE", help="write the port here once the engine listens")
    parser.add_argument("--with-parent", action="store_true", help="stop when stdin closes")


def _render(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("card", help="a model's id (see `models`)")
    parser.add_argument("images", nargs="+", type=Path, metavar="image", help="the first is the subject; up to four")
    parser.add_argument("--kind", type=Kind, choices=[*Kind], default=Kind.GENERATE, help="what to do")
    parser.add_argument("--prompt", default="", help="a description of the finished picture")
    parser.add_argument("--negative", default="", help="what must not appear")
    parser.add_argument("--variants", type=int, default=4, help="1 to 8")
    parser.add_argument("--seed", type=int, default=0, help="variant i uses seed + i")
    parser.add_argument("--change", type=Change, choices=[*Change], default=Change.BALANCED, help="how far to go")
    parser.add_argument("--keep", type=Keep, choices=[*Keep], nargs="+", default=[], help="what must survive")
    parser.add_argument("--role", type=Role, choices=[*Role], nargs="+", default=[], help="of each image, in order")
    parser.add_argument("--motion", type=Motion, choices=[*Motion], nargs="+", default=[], help="how a clip moves")
    parser.add_argument("--seconds", type=float, default=4.0, help="of a clip, 1 to 10")
    parser.add_argument("--scale", type=int, default=2, help="of an upscale, 2 to 4")
    parser.add_argument("--long-side", type=int, help="of the results, in pixels (default: the model's own)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the results")
    parser.add_argument("--json", action="store_true", help="print a JSON line for each result")


if __name__ == "__main__":
    sys.exit(main())
