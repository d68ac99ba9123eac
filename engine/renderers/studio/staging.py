"""Which surface and which colour the words want a subject to stand on."""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.renderers.studio.steering import table

_MATERIALS = ("paper", "linen", "oak", "marble", "slate", "gradient", "bokeh")
#: How many words may stand between a colour and what it is the colour of.
_APART = 3
#: "A red mug on slate": the slate is not red.
_PARTING = frozenset({"on", "against", "with", "in", "before", "near", "over", "beside"})
_SHADES = (("dark", -1), ("pale", 1))


class Staging(NamedTuple):
    """What is wanted: one of the materials or None, an sRGB code or None, and -1 dark, 0, or 1 pale."""

    material: str | None = None
    colour: str | None = None
    shade: int = 0


def staging(prompt: str, tags: frozenset[str]) -> Staging:
    """Return the backdrop that a prompt wants; `tags` are those of its steering words."""
    material = next((name for name in _MATERIALS if f"on-{name}" in tags), None)
    thoughts = [re.findall(r"[^\W_]+", thought) for thought in re.split(r"[,.;:!?]", prompt.lower())]
    talk = table()["backdrops"]
    shade = sum(
        _before(words, set(talk["nouns"]), set(talk[kind])) * sign for words in thoughts for kind, sign in _SHADES
    )
    return Staging(material, _colour(thoughts), max(-1, min(1, shade)))


def _before(words: list[str], nouns: set[str], wanted: set[str]) -> bool:
    """Whether one of the wanted words stands just before one of the nouns."""
    return any(word in wanted and nouns & set(words[k + 1 : k + 3]) for k, word in enumerate(words))


def _colour(thoughts: list[list[str]]) -> str | None:
    """Return the colour named just before a backdrop's noun, or after one ("a backdrop of sage")."""
    colours: dict[str, str] = table()["colours"]
    nouns = set(table()["backdrops"]["nouns"])
    for words in thoughts:
        at = [k for k, word in enumerate(words) if word in nouns]
        named = [k for k, word in enumerate(words) if word in colours]
        near = [k for k in named if any(0 < n - k <= _APART and _PARTING.isdisjoint(words[k:n]) for n in at)] or [
            k for k in named if any(0 < k - n <= _APART for n in at)
        ]
        if near:
            return colours[words[near[-1]]]
    return None
