"""Score the embedded planner: accuracy a key, a language and a whole case.

`python tests/bench/planner.py [FILE] [--misses]`; FILE has the format of tests/planner/dev.jsonl.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections import defaultdict
from pathlib import Path

from bot.planner import cases

DEV = Path(__file__).parents[1] / "planner" / "dev.jsonl"
MAX_SECONDS_APART = 0.01


def right(key, wanted, plan):
    """Whether one expected key holds of a plan."""
    if key == "action":
        return plan["action"] in (wanted if isinstance(wanted, list) else [wanted])
    if key == "families":
        return set(plan["families"]) == set(wanted)
    if key in {"keep", "motion"}:
        return set(wanted) <= set(plan[key])
    if key == "references":
        return all(reference in plan["references"] for reference in wanted)
    if key == "must_mention":
        return all(any(stem in plan["prompt"].lower() for stem in _any(stems)) for stems in wanted)
    if key == "must_not_mention":
        return not any(stem in plan["prompt"].lower() for stems in wanted for stem in _any(stems))
    if key == "seconds":
        return plan["seconds"] is not None and abs(plan["seconds"] - wanted) < MAX_SECONDS_APART
    return plan[key] == wanted


def _any(stems):
    return [s.lower() for s in (stems if isinstance(stems, list) else [stems])]


def score(path):
    """Return counts of (right, all) by key, by language and for whole cases, the misses, and the times."""
    keys, languages = defaultdict(lambda: [0, 0]), defaultdict(lambda: [0, 0])
    misses, times = [], []
    wanted = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    for case, got in zip(wanted, cases.run(path), strict=True):
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


def main(arguments):
    """Print the table."""
    files = [a for a in arguments if not a.startswith("--")]
    keys, languages, misses, times = score(files[0] if files else DEV)
    for title, table in (("key", keys), ("language", languages)):
        print(f"\n{title:24} right   of      %")
        for name, (good, count) in sorted(table.items()):
            print(f"{name:24} {good:5} {count:4} {100 * good / count:6.1f}")
    print(f"\nmilliseconds: median {statistics.median(times):.2f}, longest {max(times):.2f}")
    if "--misses" in arguments:
        for case, failed, plan in misses:
            print(f"\n{case['id']} {case['text']!r}\n  wrong: {failed}; wanted {[case['expect'][k] for k in failed]}")
            print("  got:", {k: v for k, v in plan.items() if v})


if __name__ == "__main__":
    main(sys.argv[1:])
