"""Planning a file of cases, for `python -m bot plan --cases FILE` and for scoring."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.planner.embedded import EmbeddedPlanner
from bot.planner.plan import Context, Plan, Planner


def run(path: str | Path, planner: Planner | None = None) -> Iterator[dict[str, Any]]:
    """Yield `{"id", "plan", "ms"}` for each line `{"id", "text", "context"}` of a JSONL file.

    Args:
        path: The file.
        planner: Who plans; the embedded planner, when nobody is named.

    Raises:
        OSError: when the file cannot be read.
        ValueError: when a line is not such an object, naming the line.
    """
    planner = planner or EmbeddedPlanner()
    with asyncio.Runner() as runner:
        yield from _run(Path(path), planner, runner)


def _run(path: Path, planner: Planner, runner: asyncio.Runner) -> Iterator[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
            name, text, context = (
                case.get("id", number),
                case["text"],
                Context.model_validate(case.get("context") or {}),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path}, line {number}: a case needs text and context ({error})") from error
        began = time.perf_counter()
        plan = runner.run(planner.plan(str(text), context))
        yield {"id": name, "plan": as_json(plan), "ms": round(1000 * (time.perf_counter() - began), 2)}


def as_json(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain JSON values, its sets as sorted lists."""
    data = plan.model_dump(mode="json")
    return {**data, "keep": sorted(data["keep"]), "families": sorted(data["families"])}
