"""What a member sets limits to: what must survive, and what must not appear."""

from __future__ import annotations

import re
from functools import cache

from bot.planner.text import Scan
from bot.planner.vocabulary import Pattern, compiled, expression, phrase, words
from engine.contract import Keep

KEEPS = tuple(Keep)
_AFTERTHOUGHT = re.compile(r"(?: (?:lol|lmao|haha|please|tho|though|thanks|at all|anymore))+$")
#: "The palette is perfect, keep that."
_PRONOUN = re.compile(r" (?:it|that|this|them|those|these|em)(?: (?:as is|please|though|too))?\W*$")


def kept(left: Scan) -> frozenset[Keep]:
    """Take what must survive. A clause of nothing but such things goes on from the one before."""
    found: set[Keep] = set()
    going_on = False
    before = ""
    for start, end in list(left.clauses()):
        clause = left.folded[start:end]
        here, span = _kept_in(clause, going_on=going_on)
        if not here and _PRONOUN.search(clause) and phrase("keep", "cue").search(clause):
            here, span = {k for k in KEEPS if phrase("keep", k.value).search(before)}, (0, end - start)
        before = clause
        if here and span:
            left.take(start + span[0], start + span[1])
        found |= here
        going_on = bool(here)
    return frozenset(found)


def _kept_in(clause: str, *, going_on: bool) -> tuple[set[Keep], tuple[int, int] | None]:
    """Return what a clause keeps and the span that says it."""
    same = _same().search(clause)
    cue = phrase("keep", "cue").search(clause)
    if cue is None and same is None and not (going_on and _only_keeps(clause)):
        return set(), None
    nouns = {k: m for k in KEEPS for m in phrase("keep", k.value).finditer(clause)}
    if cue is None and same is not None:
        more = _and_more().match(clause, same.end())
        until = more.end() if more else same.end()
        nouns = {k: m for k, m in nouns.items() if same.start() <= m.start() < until}
    if not nouns:
        return set(), None
    return set(nouns), _span(clause, [*nouns.values(), *(m for m in (cue, same) if m)])


def _span(clause: str, matches: list[re.Match[str]]) -> tuple[int, int]:
    """Return from the first to the last of them, and on over "on the awning"."""
    start, end = min(m.start() for m in matches), max(m.end() for m in matches)
    place = re.compile(r"(?: (?:on|of|in|at|from))?(?: (?:the|his|her|my|their|its|a) [a-z]+)?").match(clause, end)
    return start, place.end() if place else end


@cache
def _same() -> Pattern:
    """The same, followed within a word by something that can be kept."""
    same = phrase("keep", "same").pattern
    nouns = "|".join(phrase("keep", k.value).pattern for k in KEEPS)
    return re.compile(rf"{same}[ \-]*(?:[^\W\d]+[ \-]+)?(?:{nouns})")


@cache
def _and_more() -> Pattern:
    """What else stays the same: "same pose and face"."""
    nouns = "|".join(phrase("keep", k.value).pattern for k in KEEPS)
    return re.compile(rf"(?: (?:and|y|et|und|e|&|и) (?:(?:the|her|his|their|my|same) )?(?:{nouns}))*")


def _only_keeps(clause: str) -> bool:
    left = clause
    for key in KEEPS:
        left = phrase("keep", key.value).sub(" ", left)
    return left != clause and not set(re.findall(r"\w+", left)) - set(words("languages")["fillers"]["en"])


@cache
def _negations() -> tuple[Pattern, Pattern, Pattern]:
    listed = words("languages")["negation"]
    cue = compiled(listed["cue"]).pattern
    after = compiled(listed["after"]).pattern
    return (
        re.compile(rf"(?:{cue})[ \-]*(?P<what>[^¦]{{1,60}}?)(?:{expression(listed['ends'])})"),
        re.compile(rf"(?P<what>[^\s、。，！？¦]{{1,12}}?)(?:{after})"),
        re.compile(
            r"^(?:(?:any|the|a|an|too|so|all|of|that|those|chunky|els|den|die|das|le|la|les|el|los|las|o|os|as|be|have|it|del|de|más)\s+)+"
        ),
    )


def unwanted(left: Scan) -> tuple[str, ...]:
    """Take what must not appear, and return it without its small words."""
    before, after, small = _negations()
    left_alone = phrase("talk", "no_need")
    found = []
    for pattern in (before, after):
        at = 0
        while match := pattern.search(left.folded, at):
            if spared := left_alone.match(left.folded, match.start()):
                at = spared.end()
                continue
            what = _AFTERTHOUGHT.sub("", small.sub("", match["what"].strip(" ,.;!?-")))
            left.take(*match.span())
            found += [w for w in re.split(r"\s+(?:and|or|nor|und|oder|y|o|ni|et|ou|e|и|или)\s+|[、,]", what) if w]
    small_words = set(words("languages")["fillers"]["en"])
    return tuple(what for what in dict.fromkeys(found) if not set(what.split()) <= small_words)
