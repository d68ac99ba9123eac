"""Planning a file of cases, for `python -m bot plan --cases FILE` and for scoring."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.planner.embedded import EmbeddedPlanner, understand
from bot.planner.plan import Context, Plan


def run(path: str | Path) -> Iterator[dict[str, Any]]:
    """Yield `{"id", "plan", "ms"}` for each line `{"id", "text", "context"}` of a JSONL file.

    Raises:
        OSError: when the file cannot be read.
        ValueError: when a line is not such an object, naming the line.
    """
    EmbeddedPlanner()
    lines = Path(path).read_text(encoding="utf-8").splitlines()
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
        plan = understand(str(text), context)
        yield {"id": name, "plan": as_json(plan), "ms": round(1000 * (time.perf_counter() - began), 2)}


def as_json(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain JSON values, its sets as sorted lists."""
    data = plan.model_dump(mode="json")
    return {**data, "keep": sorted(data["keep"]), "families": sorted(data["families"])}
