"""The words of `prompts/*.toml`, read once and compiled: what the embedded planner knows of language."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.contract import Family

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"
LETTERS = "a-z0-9а-яё_"
START, END = rf"(?<![{LETTERS}])", rf"(?![{LETTERS}])"

Pattern = re.Pattern[str]


@dataclass(frozen=True)
class Look:
    """A look: the words that ask for it, the family that makes it, its craft.

    One that `frames` is a setting or a tint: beside another look it does not say what the picture becomes.
    One that can be a `thing` is none where it is put somewhere: "next to a marble statue".
    One that is `broad` adds no craft beside a closer look of its family.
    """

    name: str
    family: Family
    pattern: Pattern
    craft: str
    negative: str
    frames: bool = False
    thing: bool = False
    broad: bool = False


@dataclass(frozen=True)
class Modifier:
    """A small step, and the steps it takes the place of."""

    name: str
    pattern: Pattern
    brief: str
    graded: str
    slot: str
    against: tuple[str, ...]


@dataclass(frozen=True)
class Caution:
    """Words after which something is known to go wrong; `action` limits it to one kind of work."""

    pattern: Pattern
    say: str
    action: str | None


def fold(text: str) -> str:
    """Lower-case and drop the accents of Latin letters (and of ё), keeping every character's place."""
    return "".join(_fold_one(c) for c in unicodedata.normalize("NFKC", text))


def _fold_one(char: str) -> str:
    low = char.lower() if len(char.lower()) == 1 else char
    base = unicodedata.normalize("NFD", low)[0]
    return base if base.isascii() or base == "е" else low


def expression(pattern: str) -> str:
    r"""Turn a pattern of the word files into a regular expression over folded text.

    A space also stands for hyphens, `~` for up to three words, `{n}` for a number, and `\w` for letters
    that words are divided from, so that it never runs on through Japanese or Chinese.
    """
    pattern = pattern.replace(" ~", r"(?: [^ .,;!?]+){0,3}").replace("{n}", f"(?:{number_words()})")
    pattern = pattern.replace(r"\w", f"[{LETTERS}]")
    return _spaces(pattern)


def _spaces(pattern: str) -> str:
    """Let a space match hyphens too, except inside a set of characters."""
    out, inside = [], False
    for before, char, after in zip(" " + pattern, pattern, pattern[1:] + " ", strict=False):
        if char in "[]" and before != "\\":
            inside = char == "["
        if char == " " and not inside:
            out.append(r"[ \-]" if after in "?*+" else r"[ \-]+")
        else:
            out.append(char)
    return "".join(out)


def compiled(patterns: list[str] | tuple[str, ...]) -> Pattern:
    """Compile alternatives to whole words; longer ones are tried first."""
    ordered = sorted(patterns, key=len, reverse=True)
    return re.compile(rf"{START}(?:{'|'.join(f'(?:{expression(p)})' for p in ordered)})(?:(?<=[\s\-])|{END})")


@cache
def words(name: str) -> dict[str, Any]:
    """Return one of the word files as it stands."""
    with (PROMPTS / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def phrase(section: str, key: str) -> Pattern:
    """Return the pattern of one entry of phrases.toml."""
    return compiled(words("phrases")[section][key])


def phrases(section: str) -> dict[str, Pattern]:
    """Return all patterns of one section of phrases.toml."""
    return {key: phrase(section, key) for key in words("phrases")[section]}


@cache
def number_words() -> str:
    """Return the alternatives that are read as a number from 1 to 99."""
    spelled = [w for ws in words("languages")["numbers"].values() for w in ws]
    return r"\d{1,2}|" + "|".join(sorted(spelled, key=len, reverse=True))


@cache
def number_values() -> dict[str, int]:
    """Return what the spelled numbers mean."""
    return {w: int(n) for n, ws in words("languages")["numbers"].items() for w in ws}


def number(text: str) -> int:
    """Read a number that `{n}` matched."""
    return int(text) if text.isdecimal() else number_values()[text]


@cache
def looks() -> tuple[Look, ...]:
    """Return every look of looks.toml."""
    return tuple(
        Look(
            x["name"],
            Family(x["family"]),
            compiled([f"(?:{p})s?" for p in x["words"]]),
            x["craft"],
            x["negative"],
            *(x.get(flag, False) for flag in ("frames", "thing", "broad")),
        )
        for x in words("looks")["look"]
    )


@cache
def modifiers() -> tuple[Modifier, ...]:
    """Return every modifier of modifiers.toml."""
    return tuple(
        Modifier(x["name"], compiled(_asked(x)), x["brief"], x["graded"], x["slot"], tuple(x["against"]))
        for x in words("modifiers")["modifier"]
    )


def _asked(entry: dict[str, Any]) -> list[str]:
    """Return every way to ask for a step: in its own words, with "more", and by complaining."""
    small: dict[str, list[str]] = words("modifiers")["words"]
    more, too, follows = (f"({'|'.join(small[k])})" for k in ("more", "too", "follows"))
    no_thing = rf"(?! (?!{follows}\b)\w)"
    wished, blamed = (f"({'|'.join(entry.get(k, []))})" for k in ("more", "too"))
    found = [*entry["words"], *(f"({p}){no_thing}" for p in entry.get("bare", ()))]
    if "more" in entry:
        found += [f"{more} {wished}{no_thing}", f"(not|isnt|arent|nicht|pas|no) {wished} enough", f"pas assez {wished}"]
    if "too" in entry:
        found += [f"{too} {blamed}( looking)?{no_thing}"]
    return found


@cache
def cautions() -> tuple[Caution, ...]:
    """Return every caution of replies.toml."""
    return tuple(Caution(compiled(x["words"]), x["say"], x.get("action")) for x in words("replies")["caution"])


def defaults(family: Family) -> dict[str, str]:
    """Return what a family's prompt says when the member has said nothing of it."""
    found: dict[str, str] = words("looks")["defaults"][family.value]
    return found


@cache
def known_words() -> frozenset[str]:
    """Return every plain English word of the files: what a misspelt word is compared with, or is already."""
    data = words("phrases"), words("looks"), words("modifiers"), words("replies"), words("languages")
    return frozenset(w for text in _strings(data) for w in re.findall(r"[a-z]{3,}", _expanded(text)))


def _expanded(pattern: str) -> str:
    """Spell out optional endings, so that "photo(s)?" leaves both words."""
    plain = re.sub(r"\\[a-z]\*?", " ", pattern)
    return fold(f"{re.sub(r'[()?]', '', plain)} {re.sub(r'[(][^()]*[)][?*]?', ' ', plain)} {plain}")


def _strings(data: Any) -> list[str]:
    if isinstance(data, str):
        return [data]
    if isinstance(data, dict):
        return [s for key, value in data.items() for s in (key, *_strings(value))]
    return [s for value in data for s in _strings(value)] if isinstance(data, list | tuple) else []
