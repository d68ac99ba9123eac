"""Numbers in a member's words: which picture, how many, how long, how large."""

from __future__ import annotations

import re
from functools import cache

from bot.planner.text import Scan
from bot.planner.vocabulary import END, START, Pattern, expression, number, words

MAX_SECONDS = 10
SCALES = (2, 4)


def _alternatives(section: str, key: str) -> str:
    return "|".join(f"(?:{expression(p)})" for p in words("languages")[section][key])


@cache
def _pattern(name: str) -> Pattern:
    return re.compile(_filled(words("numbers")[name]))


def _filled(source: str) -> str:
    """Put the word lists into a pattern of numbers.toml."""
    for name, value in _parts().items():
        source = source.replace(f"{{{name}}}", value)
    return source


@cache
def _parts() -> dict[str, str]:
    number_ = expression("{n}")
    places = {k: _alternatives("places", k) for k in words("languages")["places"]}
    return places | {
        "start": START,
        "end": END,
        "n": f"(?P<n>{number_})",
        "number": number_,
        "ones": _alternatives("nouns", "one"),
        "many": _alternatives("nouns", "many"),
        "seconds": _alternatives("nouns", "seconds"),
    }


def _ordinal(value: str) -> Pattern:
    """A first, second or last that counts pictures: "the second", "third one", "2nd, but ..."."""
    said = "|".join(f"(?:{expression(p)})" for p in words("languages")["ordinals"][value])
    shape = {k: _filled(v) for k, v in words("numbers")["ordinal"].items()}
    ones = _parts()["ones"]
    with_article = rf"{shape['the']}[ \-](?:{said}){shape['not_after']}{END}(?:[ \-](?:{ones}){END})?"
    with_noun = rf"(?:{said})[ \-](?:{ones}){END}"
    by_itself = rf"(?:{said}){shape['not_after']}{END}{shape['alone']}"
    return re.compile(rf"{START}(?:{with_article}|{with_noun}|{by_itself})")


@cache
def _ordinals() -> tuple[tuple[str, Pattern], ...]:
    return tuple((value, _ordinal(value)) for value in words("languages")["ordinals"])


def seconds(scan: Scan) -> tuple[float | None, bool]:
    """Take a duration; return it within 1 to 10 seconds, and whether it had to be cut."""
    if match := scan.find(_pattern("seconds")):
        said = number(match["n"])
        scan.take(*match.span())
        return float(max(1, min(said, MAX_SECONDS))), said > MAX_SECONDS
    if match := scan.find(_pattern("minute")):
        scan.take(*match.span())
        return float(MAX_SECONDS), True
    return None, False


def scale(scan: Scan) -> int | None:
    """Take how much larger, from 2 to 4; a print means what it takes from an ordinary picture."""
    return factor(scan) or next(
        (v for name, v in (("large", 4), ("medium", 3), ("small", 2)) if scan.has(_pattern(name))), None
    )


def factor(scan: Scan) -> int | None:
    """Take how much larger, from 2 to 4, where a number says it."""
    for name, value in (("quadruple", 4), ("triple", 3), ("double", 2)):
        if match := scan.find(_pattern(name)):
            scan.take(*match.span())
            return value
    if match := scan.find(_pattern("scale")):
        scan.take(*match.span())
        return max(SCALES[0], min(_number(match["a"] or match["b"] or match["c"] or match["d"]), SCALES[1]))
    return None


def _number(text: str) -> int:
    return {"两": 2, "二": 2, "三": 3, "四": 4}.get(text) or number(text)


def versions_ago(scan: Scan) -> int | None:
    """Take how many galleries to go back."""
    if match := scan.find(_pattern("ago")):
        scan.take(*match.span())
        return number(match["n"])
    return None


def variants(scan: Scan) -> int | None:
    """Take how many variants are wished for, from 1 to 8."""
    for name in ("variants", "single", "give"):
        if match := scan.find(_pattern(name)):
            found = match.groupdict()
            for start, end in _around(match):
                scan.take(start, end)
            said = found.get("n") or found.get("m")
            return max(1, min(_number(said), 8)) if said else 1
    return None


def _around(match: re.Match[str]) -> tuple[tuple[int, int], ...]:
    """Return the spans of a count without what it counts: "4 [wooden toy] versions"."""
    if match.groupdict().get("kind"):
        return (match.start(), match.start("kind")), (match.end("kind"), match.end())
    return (match.span(),)


def base(scan: Scan, count: int) -> int | None:
    """Take which of `count` variants is meant; None when no place or number is named."""
    for name in ("grid", "grid_turned", "counted", "hash", "named", "moved", "chosen"):
        if match := scan.find(_pattern(name)):
            found = _place(match, count) if name.startswith("grid") else _counted(match, count)
            scan.take(*match.span("n" if name in {"moved", "chosen"} else 0))
            return found
    return _ordered(scan, count) or _sideways(scan, count) or _bare(scan, count)


def _counted(match: re.Match[str], count: int) -> int | None:
    return (count or None) if "last" in match.groupdict() and match["last"] else number(match["n"])


def _ordered(scan: Scan, count: int) -> int | None:
    for value, pattern in _ordinals():
        if match := scan.find(pattern):
            scan.take(*match.span())
            return count or None if value == "last" else int(value)
    return None


def _sideways(scan: Scan, count: int) -> int | None:
    """A side names one of two or three; in a grid of four it takes a row too."""
    match = scan.find(_pattern("side")) or scan.find(_pattern("row"))
    if match is None or count not in {1, 2, 3}:
        return None
    place = _place(match, count)
    scan.take(*match.span())
    return place


def _place(match: re.Match[str], count: int) -> int | None:
    """Return the number at a place of the grid: 1 2 / 3 4, or a row of two or three."""
    found = {k for k, v in match.groupdict().items() if v}
    if count == 3 and not found & {"top", "bottom"}:
        return 1 if "left" in found else 2 if "middle" in found else 3
    column = 2 if "right" in found else 1
    row = 1 if "bottom" in found else 0
    if count <= 2:
        return min(max(count, 1), 2 if column == 2 or row == 1 else 1)
    rows = (count + 1) // 2
    return min(count, 2 * (rows - 1 if row else 0) + column)


def _bare(scan: Scan, count: int) -> int | None:
    """A digit by itself is a variant, if there is one with that number."""
    match = scan.find(_pattern("bare"))
    if match and int(match["n"]) <= count:
        scan.take(*match.span("n"))
        return int(match["n"])
    return None
