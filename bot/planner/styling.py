"""Which looks a message asks for, and what about them is only talk of a thing."""

from __future__ import annotations

import re
from functools import cache
from operator import itemgetter

from bot.planner.text import Scan
from bot.planner.vocabulary import END, START, Look, Pattern, expression, fold, looks, number, words
from engine.contract import MAX_VARIANTS

_ORDER = re.compile(
    r"(?:make|turn|do|render|build|remake|redo|recreate|draw|sketch|carve|sculpt|cast|declutter|furnish)\b"
)
_LIKE = re.compile(
    r"^(?:(?:looks?|looking|as|like|into|for|from|in|be|is|was|are|were|if|it|its|and) )+", re.IGNORECASE
)
_COUNT = re.compile(rf"{START}(?P<n>{expression('{n}')}) (?:different |nice |new |small |more |cool |quick )*$")
#: After these a look is what there is too much of.
_DECRIED = re.compile(r"(?:^|\W)(?:less|too|not so|not that|menos|moins|weniger) $")
_ARTICLE = r"(?:(?:a|an|the|ein|eine|einen|un|una|une|um|uma) )?(?:[a-z'-]+ ){0,2}$"
_LEADS_UP = re.compile(rf"(?:^|\W)(?:into|as|like|to|als|zu|como|comme|как) {_ARTICLE}")
#: These name a medium ("in oil") as well as a place ("in a kitchen").
_LEADS_IN = re.compile(rf"(?:^|\W)(?:in|em|en|в) {_ARTICLE}")


@cache
def mention() -> Pattern:
    """A picture as a thing one has, not as a look: "my sketch", "this photo"."""
    mention = words("phrases")["mention"]
    owner, thing, look, sent = (
        f"(?:{'|'.join(map(expression, mention[k]))})" for k in ("owner", "thing", "look", "sent")
    )
    return re.compile(
        rf"{START}{sent} (?:a|an) (?:[a-z]+ ){{0,2}}?{thing}{END}(?: of)?(?! {look})|"
        rf"{START}(?<!as )(?<!like )(?<!into ){owner} (?:\w+ ){{0,2}}?{thing}{END}(?! {look})"
        rf"|(?<![a-z]){thing} (?=(?:into|to) )"
    )


def styles(left: Scan) -> tuple[tuple[Look, ...], tuple[str, ...], Look | None]:
    """Take the looks that are asked for; of overlapping words the longest count.

    Returns them in the order they are named, the words that named them, and the one they lead up to.
    """
    matches = [(m, look) for look in looks() for m in look.pattern.finditer(left.folded)]
    matches.sort(key=lambda pair: (-(pair[0].end() - pair[0].start()), pair[0].start()))
    chosen: list[tuple[int, int, Look]] = []
    for match, look in matches:
        if _DECRIED.search(left.folded[: match.start()]):
            continue
        if all(match.end() <= s or match.start() >= e for s, e, _ in chosen) and not _is_put(left.folded, match, look):
            chosen.append((*match.span(), look))
    chosen.sort(key=itemgetter(0))
    said = tuple(_called(left, s, e, look) for s, e, look in chosen)
    for start, end, _ in chosen:
        left.take(start, end)
    return tuple(look for *_, look in chosen), said, _goal(left.folded, chosen)


def counted(before: str, found: tuple[Look, ...], said: tuple[str, ...]) -> int | None:
    """Return how many are wished for when a number stands before the one look, in the plural: "four linocuts"."""
    if len(found) != 1 or not said[0].lower().endswith("s"):
        return None
    match = _COUNT.search(fold(before).split(fold(said[0]))[0])
    return max(1, min(number(match["n"]), MAX_VARIANTS)) if match else None


def _is_put(folded: str, match: re.Match[str], look: Look) -> bool:
    """Whether what could name a look is a thing in the picture: "hang an oil painting behind her"."""
    before, after, named = _placed()
    lead = folded[: match.start()]
    if not look.thing or named.match(folded, match.end()):
        return False
    return bool(before.search(lead) or (after.match(folded, match.end()) and not _LEADS_UP.search(lead)))


@cache
def _placed() -> tuple[Pattern, Pattern, Pattern]:
    before, after, named = (
        "|".join(f"(?:{expression(p)})" for p in words("phrases")["placed"][key]) for key in ("before", "after", "look")
    )
    return (
        re.compile(rf"{START}(?:{before}) $"),
        re.compile(rf"(?: wall)? (?:{after}){END}"),
        re.compile(rf" (?:{named})s?{END}"),
    )


def _called(left: Scan, start: int, end: int, look: Look) -> str:
    """Return the member's words for a look, or its name where they are an order."""
    orders = mention().search(left.folded[start:end]) or _ORDER.match(left.folded[start:end])
    return look.name if orders else _LIKE.sub("", left.text[start:end])


def _goal(folded: str, chosen: list[tuple[int, int, Look]]) -> Look | None:
    """Return the look that the words lead up to: what it becomes, else what it is done in; no setting, no tint."""
    media = [(start, look) for start, _, look in chosen if not look.frames] or [(s, look) for s, _, look in chosen]
    becomes = [look for start, look in media if _LEADS_UP.search(folded[:start])]
    inside = [look for start, look in media if _LEADS_IN.search(folded[:start])]
    return becomes[-1] if becomes else inside[0] if inside else None
