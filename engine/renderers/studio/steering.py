"""What the words of a prompt ask of a studio picture, by the table prompts/steer.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from engine.renderers.studio.wordcolours import Named, named_colours

_LIMIT = 1.3
_LOOK_BACK = 3
_LONGEST = 4


@dataclass(frozen=True)
class Steer:
    """Amounts on named axes (about -1..1, 0 when nothing was said), ways of drawing, colours, and honest words.

    `palette` holds sRGB codes to lead the colours to, `palette_share` (0..1) how far.
    """

    axes: Mapping[str, float] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    palette: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    palette_share: float = 0.0

    def __getitem__(self, axis: str) -> float:
        return self.axes.get(axis, 0.0)

    def up(self, axis: str) -> float:
        """Return the amount when it is asked for, 0 when it is unwanted."""
        return max(0.0, self[axis])

    def without(self, axes: frozenset[str]) -> Steer:
        """Return the same wishes, less those on some axes."""
        left = {axis: amount for axis, amount in self.axes.items() if axis not in axes}
        return Steer(left, self.tags, self.palette, self.notes, self.palette_share)


@cache
def table() -> dict[str, Any]:
    """Return prompts/steer.toml, read once."""
    return tomllib.loads(files("prompts").joinpath("steer.toml").read_text(encoding="utf-8"))


@cache
def _words() -> dict[str, int]:
    """Every steering phrase and the number of its entry."""
    return {phrase: number for number, entry in enumerate(table()["steer"]) for phrase in entry["words"]}


def steer(prompt: str, negative: str = "", already: str = "") -> Steer:
    """Read what a prompt asks for; words of the negative prompt count the other way.

    "less", "no", "slightly", "much" and the like turn or weigh the word that follows. Words that mean the same as
    `already` ask for nothing, for the look is that by nature.
    """
    asked = _asked(prompt)
    asked.pop(_words().get(already, -1), None)
    for number, weight in _asked(negative).items():
        asked.setdefault(number, -0.6 * abs(weight))
    entries = table()["steer"]
    axes: dict[str, float] = {}
    tags: set[str] = set()
    for number, weight in asked.items():
        for axis, amount in entries[number].get("axes", {}).items():
            axes[axis] = axes.get(axis, 0.0) + weight * amount
        if weight > 0:
            tags |= set(entries[number].get("tags", ()))
    limited = {axis: max(-_LIMIT, min(_LIMIT, amount)) for axis, amount in axes.items()}
    found = _palette(prompt)
    return Steer(limited, frozenset(tags), found.codes, _notes(prompt), found.share)


def _asked(text: str) -> dict[int, float]:
    """Return each entry that the text names, with the strongest weight it is given."""
    asked: dict[int, float] = {}
    tokens = _tokens(text)
    for at, phrase in _phrases(tokens, _words()):
        if _shades_a_colour(tokens, at, phrase):
            continue
        weight = _weight(tokens[max(0, at - _LOOK_BACK) : at])
        number = _words()[phrase]
        if abs(weight) > abs(asked.get(number, 0.0)):
            asked[number] = weight
    return asked


def _tokens(text: str) -> list[str]:
    """Words, and a comma or full stop where a thought ends."""
    return re.findall(r"[^\W_]+|[,.;:!?]", text.lower())


def _shades_a_colour(tokens: Sequence[str], at: int, phrase: str) -> bool:
    """Whether a word belongs to a colour: "dark red" darkens no picture."""
    return (
        phrase in table()["colour_words"]["fillers"]
        and tokens[at + 1 : at + 2] != []
        and (tokens[at + 1] in table()["colours"])
    )


def _phrases(tokens: Sequence[str], known: Mapping[str, object]) -> Iterator[tuple[int, str]]:
    """Yield where known phrases begin, the longest first, none inside another."""
    at = 0
    while at < len(tokens):
        for length in range(_LONGEST, 0, -1):
            phrase = " ".join(tokens[at : at + length])
            if phrase in known:
                yield at, phrase
                at += length - 1
                break
        at += 1


def _weight(before: Sequence[str]) -> float:
    """Return what the words before a phrase make of it, within the same thought."""
    modifiers: dict[str, float] = table()["modifiers"]
    weight = 1.0
    for token in reversed(before):
        if not token[0].isalnum() or token in _words():
            break
        weight *= modifiers.get(token, 1.0)
    return weight


def _palette(prompt: str) -> Named:
    """Return the colours a prompt names, where no longer phrase has them: "blue hour" is an hour."""
    tokens = _tokens(prompt)
    for at, phrase in _phrases(tokens, _words()):
        count = phrase.count(" ") + 1
        if count > 1:
            tokens[at : at + count] = ["-"] * count
    return named_colours(tokens, table())


def _notes(prompt: str) -> tuple[str, ...]:
    tokens = _tokens(prompt)
    return tuple(
        str(entry["note"]) for entry in table()["cannot"] if any(_phrases(tokens, dict.fromkeys(entry["words"])))
    )
