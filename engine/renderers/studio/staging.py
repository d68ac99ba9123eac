"""Which surface and which colour the words want a subject to stand on."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

_MATERIALS = ("paper", "linen", "oak", "marble", "slate", "gradient", "bokeh")
#: How many words may stand between a colour and what it is the colour of.
_APART = 3


class Staging(NamedTuple):
    """What is wanted: one of the materials, or None, and an sRGB code, or None."""

    material: str | None = None
    colour: str | None = None


def staging(prompt: str, tags: frozenset[str]) -> Staging:
    """Return the backdrop that a prompt wants; `tags` are those of its steering words."""
    material = next((name for name in _MATERIALS if f"on-{name}" in tags), None)
    return Staging(material, _colour(prompt.lower()))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("prompts").joinpath("steer.toml").read_text(encoding="utf-8"))


def _colour(prompt: str) -> str | None:
    """Return the colour named just before a backdrop's noun, or after one ("a backdrop of sage")."""
    colours: dict[str, str] = _table()["colours"]
    nouns = set(_table()["backdrops"]["nouns"])
    for thought in re.split(r"[,.;:!?]", prompt):
        words = re.findall(r"[^\W_]+", thought)
        at = [k for k, word in enumerate(words) if word in nouns]
        named = [k for k, word in enumerate(words) if word in colours]
        near = [k for k in named if any(0 < n - k <= _APART for n in at)] or [
            k for k in named if any(0 < k - n <= _APART for n in at)
        ]
        if near:
            return colours[words[near[-1]]]
    return None
