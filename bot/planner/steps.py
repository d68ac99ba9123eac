"""Small steps from where a picture stands, and how far each is to go: "a bit warmer", "viel dunkler"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from bot.planner.text import Scan
from bot.planner.vocabulary import END, START, Modifier, Pattern, expression, modifiers, words

#: How far before and after a step its degree may stand, in characters.
_NEAR = 40
_JOINED = r"(?:[^\s,.;!?]+(?: [^\s,.;!?]+)? (?:and|y|e|et|und|и) |[^\s,.;!?]+, )?"
_DENIED = re.compile(
    r"(?:^|[^a-zа-яё])(?:not|dont make it|dont make this|nicht|pas|nao|не|no) (?:a bit |any |so )?$|不要?$|别$"
)


@dataclass(frozen=True)
class Step:
    """A modifier and its degree: empty, or one of those named in modifiers.toml."""

    modifier: Modifier
    degree: str = ""

    @property
    def name(self) -> str:
        """What to call it: "slightly warmer"."""
        return f"{self.degree} {self.modifier.name}".strip()

    @property
    def brief(self) -> str:
        """What it adds to the prompt."""
        return self.modifier.graded.format(degree=self.degree) if self.degree else self.modifier.brief


def every_brief(modifier: Modifier) -> Iterator[str]:
    """Yield what a modifier may have added to a prompt, in every degree."""
    yield modifier.brief
    yield from (Step(modifier, name).brief for name, *_ in _degrees())


def steps(left: Scan, whole: str) -> tuple[Step, ...]:
    """Take the steps that are asked for, with the words for their degree.

    Args:
        left: What is left to read.
        whole: The same words, folded, with nothing taken: a degree may have been read as something else.
    """
    found: dict[str, tuple[int, Step]] = {}
    for modifier in modifiers():
        for match in list(modifier.pattern.finditer(left.folded)):
            if not match.group() or _DENIED.search(left.folded[: match.start()]):
                continue
            degree, start, end = _degree(whole, *match.span())
            left.take(start, end)
            found.setdefault(modifier.name, (match.start(), Step(modifier, degree)))
    ordered = sorted(found.values(), key=lambda pair: pair[0])
    return tuple(step for _, step in ordered)


def _degree(whole: str, start: int, end: int) -> tuple[str, int, int]:
    """Return the degree that belongs to the span of a step, and the span with the degree's own words."""
    first = max(0, start - _NEAR)
    before, after, inside = whole[first:start], whole[end : end + _NEAR], whole[start:end]
    for name, leads, follows, within in _degrees():
        if lead := leads.search(before):
            own = lead.start("degree") if lead["joined"] == "" else len(before)
            return name, first + own, end
        if within.search(inside):
            return name, start, end
        if follow := follows.match(after):
            return name, start, end + follow.end()
    return "", start, end


@cache
def _degrees() -> tuple[tuple[str, Pattern, Pattern, Pattern], ...]:
    """Each degree: its name, how it stands before a step, after it, and within its words."""
    return tuple(
        (
            entry["name"],
            re.compile(rf"{START}(?P<degree>{_any(entry['before'])})[ ¦]*(?P<joined>{_JOINED})$"),
            re.compile(rf"[ ,]*(?:{_any(entry['after'])}){END}"),
            re.compile(rf"{START}(?:{_any(entry['before'])}|{_any(entry['after'])})(?![a-zа-яё])"),
        )
        for entry in words("modifiers")["degree"]
    )


def _any(patterns: Sequence[str]) -> str:
    return "|".join(f"(?:{expression(p)})" for p in sorted(patterns, key=len, reverse=True))


def graded_words() -> tuple[str, ...]:
    """Return the names of all degrees."""
    return tuple(name for name, *_ in _degrees())


def opposites(taken: Sequence[Step]) -> frozenset[str]:
    """Return all that these steps take the place of: their opposites, and themselves in another degree."""
    names = {name for step in taken for name in (*step.modifier.against, step.modifier.name)}
    return frozenset(chain.from_iterable(every_brief(m) for m in modifiers() if m.name in names))
