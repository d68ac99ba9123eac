"""Which picture gives what: roles for up to four images, from the member's words."""

from __future__ import annotations

import re
from functools import cache

from bot.planner.plan import Context, Reference
from bot.planner.text import scan
from bot.planner.vocabulary import END, START, Pattern, expression, fold, number, phrase, words
from engine.contract import MAX_IMAGES, Role

#: The more telling role first: "my product" says less than "the colours of".
ORDER = (Role.PALETTE, Role.LIGHTING, Role.COMPOSITION, Role.STYLE, Role.SUBJECT)
SPLIT = re.compile(r"[,;./|\n、。，；!?]+|(?<![a-z])(?:and|but|then|with|y|und|et|e|и)(?![a-z])|&")

_OF = re.compile(
    r" ?(?:from|of|like|as in|in|is|is in|=|:|like in|by|wie|como|comme|de|du|von|aus|как)? ?(?:(?:the|a) )?"
)


@cache
def _image() -> Pattern:
    """An image by its number: image 2, #2, 2 =, the second one."""
    n = expression("{n}")
    noun = f"(?:{'|'.join(map(expression, words('phrases')['mention']['numbered']))})"
    ordinals = "|".join(
        f"(?P<o{value}>{'|'.join(f'(?:{expression(p)})' for p in listed)})"
        for value, listed in words("languages")["ordinals"].items()
    )
    return re.compile(
        rf"{START}(?:{noun} ?#?|# ?|number |no\.? ?)(?P<a>{n}){END}"
        rf"|{START}(?P<b>[1-4])(?= ?(?:=|:|is{END}|->|for{END}|as{END})"
        rf"| (?:subject|composition|pose|layout|style|palette|colou?rs?|light|lighting){END})|\((?P<f>[1-4])\)"
        rf"|{START}(?:{ordinals}){END}(?: (?:one|{noun}))?"
        rf"|第? ?(?P<c>[1-4一二三四])(?:枚目|番目|张|つ目)|(?<=from )(?P<d>[1-4]){END}|(?<=of )(?P<e>[1-4]){END}"
    )


def references(text: str, context: Context) -> tuple[Reference, ...]:
    """Return the role of each image, counted over the project's images and then the new ones, the newest four.

    Images that came together all get a role; one that joins a project gets one only when the words give it.
    """
    known = context.thread.sources if context.thread else 0
    total = min(known + context.images, MAX_IMAGES)
    if total < 2 or (not context.images and context.thread and context.thread.variants):
        return ()
    said = _said(text, total)
    if known and context.images and not said:
        said = _joining(text, total, context.images)
    if context.images < 2:
        return _sorted(said)
    return _sorted(_everyone(said, total)) if not known else _sorted(said)


def _sorted(roles: dict[int, Role]) -> tuple[Reference, ...]:
    return tuple(Reference(image=n, role=role) for n, role in sorted(roles.items()))


def _said(text: str, total: int) -> dict[int, Role]:
    """Return the roles that are given by number, clause by clause; a clause may go on about the image before it."""
    found: dict[int, Role] = {}
    folded = scan(text).folded
    open_image: int | None = None
    open_role: Role | None = None
    for clause in SPLIT.split(folded):
        images = [(n, m) for m in _image().finditer(clause) if (n := _number(m, total)) and n <= total]
        role = _role_in(clause, images)
        if len(images) > 1 and role:
            found.setdefault(_given_by(clause, images, role), role[0])
            found.update(dict.fromkeys((n for n, _ in images if n not in found), Role.SUBJECT))
        elif images and role:
            found[images[0][0]] = role[0]
        elif images and open_role and images[0][0] not in found:
            found[images[0][0]] = open_role
        elif role and open_image and open_image not in found:
            found[open_image] = role[0]
        open_image = images[0][0] if images and not role else None
        open_role = role[0] if role and not images else None
    return found


def _given_by(clause: str, images: list[tuple[int, re.Match[str]]], role: tuple[Role, int, int]) -> int:
    """Return the image a role belongs to: the one after "like", "of" or "from", else the nearest."""
    for number_, match in images:
        if match.start() >= role[2] and _OF.fullmatch(clause[role[2] : match.start()]):
            return number_
    return min(images, key=lambda pair: max(pair[1].start() - role[2], role[1] - pair[1].end()))[0]


def _role_in(clause: str, images: list[tuple[int, re.Match[str]]]) -> tuple[Role, int, int] | None:
    """Return the most telling role of a clause and its span, outside the words that name the images."""
    for _, match in reversed(images):
        clause = clause[: match.start()] + " " * (match.end() - match.start()) + clause[match.end() :]
    for role in ORDER:
        if (said := phrase("roles", role.value).search(clause)) is not None:
            return role, *said.span()
    return None


def _number(match: re.Match[str], total: int) -> int | None:
    groups = {k: v for k, v in match.groupdict().items() if v}
    for key, value in groups.items():
        if key in set("abcdef"):
            return number(value)
        return total if key == "olast" else int(key[1:])
    return None


def _joining(text: str, total: int, new: int) -> dict[int, Role]:
    """A new picture joins what is there: "use this for the colours"."""
    role = _role_in(scan(text).folded, [])
    if role is None or role[0] is Role.SUBJECT:
        return {}
    return dict.fromkeys(range(total - new + 1, total + 1), role[0])


def _everyone(said: dict[int, Role], total: int) -> dict[int, Role]:
    """Give the others a part: the first free one is the subject unless there is one, the rest give the style."""
    roles = dict(said)
    for n in range(1, total + 1):
        if n not in roles:
            roles[n] = Role.STYLE if Role.SUBJECT in roles.values() else Role.SUBJECT
    return roles


def without_images(text: str) -> str:
    """Return words without the pictures they number, and without what only gives such a picture its role."""
    parts = re.split(rf"({SPLIT.pattern})", text)
    return "".join(_unnumbered(part) for part in parts if part)


def _unnumbered(clause: str) -> str:
    folded = fold(clause)
    if len(folded) != len(clause) or not (images := list(_image().finditer(folded))):
        return clause
    role = _role_in(folded, [(0, match) for match in images])
    if role and (role[0] is not Role.SUBJECT or len(images) > 1):
        return ", "
    for match in reversed(images):
        clause = clause[: match.start()] + ", " + clause[match.end() :]
    return clause
