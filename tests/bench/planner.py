"""Score a planner: accuracy a key, a language and a whole case.

`python tests/bench/planner.py [FILE] [--misses] [--model]`; FILE has the format of tests/planner/dev.jsonl. It is the
embedded planner that is scored, or with --model the language model that BOT_LLM_MODEL names.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections import defaultdict
from pathlib import Path

from bot.planner import cases
from bot.planner.llm.choose import planner_for
from bot.settings import BotSettings

DEV = Path(__file__).parents[1] / "planner" / "dev.jsonl"


def _mentions(prompt, stems):
    return any(stem in prompt.lower() for stem in _any(stems))


#: How an expected value is compared with a plan; a key that is not here has to be equal.
JUDGES = {
    "action": lambda wanted, plan: plan["action"] in (wanted if isinstance(wanted, list) else [wanted]),
    "families": lambda wanted, plan: set(plan["families"]) == set(wanted),
    "keep": lambda wanted, plan: set(wanted) <= set(plan["keep"]),
    "motion": lambda wanted, plan: set(wanted) <= set(plan["motion"]),
    "references": lambda wanted, plan: all(reference in plan["references"] for reference in wanted),
    "must_mention": lambda wanted, plan: all(_mentions(plan["prompt"], stems) for stems in wanted),
    "must_not_mention": lambda wanted, plan: not any(_mentions(plan["prompt"], stems) for stems in wanted),
}


def right(key, wanted, plan):
    """Whether one expected key holds of a plan."""
    return JUDGES[key](wanted, plan) if key in JUDGES else plan[key] == wanted


def _any(stems):
    return [s.lower() for s in (stems if isinstance(stems, list) else [stems])]


def score(path, planner=None):
    """Return counts of (right, all) by key, by language and for whole cases, the misses, and the times."""
    keys, languages = defaultdict(lambda: [0, 0]), defaultdict(lambda: [0, 0])
    misses, times = [], []
    wanted = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    for case, got in zip(wanted, cases.run(path, planner), strict=True):
        times.append(got["ms"])
        failed = [k for k, value in case["expect"].items() if not right(k, value, got["plan"])]
        for key in case["expect"]:
            keys[key][1] += 1
            keys[key][0] += key not in failed
        for tally in (languages[case.get("lang", "?")], keys["(all keys of a case)"]):
            tally[1] += 1
            tally[0] += not failed
        if failed:
            misses.append((case, failed, got["plan"]))
    return keys, languages, misses, times


def table(title, counts):
    """Return the lines of one table."""
    rows = [f"{name:24} {good:5} {of:4} {100 * good / of:6.1f}" for name, (good, of) in sorted(counts.items())]
    return ["", f"{title:24} right   of      %", *rows]


def missed(case, failed, plan):
    """Return the lines that show a miss."""
    wanted = {key: case["expect"][key] for key in failed}
    return [
        "",
        f"{case['id']} {case['text']!r}",
        f"  wanted: {wanted}",
        f"  got: { {k: v for k, v in plan.items() if v} }",
    ]


def asked():
    """Return the lines on how the model fared: what came of the questions, and the tokens they took."""
    from bot.planner.llm.measures import QUESTIONS, TOKENS

    samples = [s for metric in (QUESTIONS, TOKENS) for m in metric.collect() for s in m.samples]
    return ["", *(f"{' '.join(s.labels.values()):24} {s.value:8.0f}" for s in samples if s.name.endswith("_total"))]


def main(arguments):
    """Write the tables."""
    files = [a for a in arguments if not a.startswith("--")]
    planner = planner_for(BotSettings()) if "--model" in arguments else None
    keys, languages, misses, times = score(files[0] if files else DEV, planner)
    lines = [*table("key", keys), *table("language", languages)]
    lines += ["", f"milliseconds: median {statistics.median(times):.2f}, longest {max(times):.2f}"]
    lines += asked() if planner else []
    if "--misses" in arguments:
        lines += [line for miss in misses for line in missed(*miss)]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
