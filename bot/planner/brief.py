"""The prompt: an art director's description of the finished picture, in the member's words and the look's craft."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from bot.planner.hearing import Heard
from bot.planner.phrasing import clauses_of
from bot.planner.plan import Context
from bot.planner.roles import without_images
from bot.planner.steps import opposites
from bot.planner.vocabulary import Look, defaults, fold, looks, phrase, words
from bot.planner.wish import compared
from engine.contract import Family, Keep

MIN_WORDS, ENOUGH_WORDS, MAX_WORDS = 25, 35, 70
#: What the family adds when the member has said nothing of it, in the order it is added.
SLOTS = ("light", "space", "palette", "craft", "finish")
BREAK = ", "
#: Where a phrase about something further begins.
_PLACES = re.compile(
    r"( (?:next to|in front of|with|and|beside|near|on|in|under|behind|over|against|holding|wearing) )"
)
#: A first clause that says where or how, and leaves open what.
_NO_SUBJECT = re.compile(
    r"(?i)(?:at|in|on|with|under|inside|behind|against|by|during|from|over|near|wearing|palette|less|more|very|slight|soft|better)\b"
)


@dataclass(frozen=True)
class Brief:
    """A prompt and what must not appear."""

    prompt: str
    negative: str


def brief(heard: Heard, families: Sequence[Family], context: Context) -> Brief:
    """Write the prompt: from nothing, or by editing the standing one of the thread."""
    thread = context.thread
    if heard.exact:
        return Brief(verbatim(heard.text), "")
    standing = thread.prompt if thread and not heard.source else ""
    own = own_words(heard, several=context.images > 1)
    chosen = _chosen(heard, families)
    family = families[0] if families else (thread.families[0] if thread and thread.families else Family.PHOTOREAL)
    family = family if family in {Family.ILLUSTRATION, Family.CONCEPT3D} else Family.PHOTOREAL
    if standing:
        lines = _edited(standing, heard, own, chosen, families)
    else:
        lines = _written(heard, own, chosen, families, context)
    lines = _allowed(lines, heard.excluded)
    lines = _filled(lines, family, heard, plain=_compares(heard, families))
    negatives = _negative(heard, chosen, family, thread.negative if thread and standing else "")
    return Brief(_sentence(lines), negatives)


def verbatim(text: str) -> str:
    """Return the member's own words, out of their quotation marks."""
    quoted = re.search(r'"([^"]+)"', text)
    return (quoted.group(1) if quoted else text).strip(" ,.:;-¦")


def own_words(heard: Heard, *, several: bool = False) -> list[str]:
    """Return the member's words for what is seen, clause by clause, none of them a command.

    Of several pictures, what is said of their roles describes nothing.
    """
    apart = compared(heard) or "compare" in heard.said
    rest, full = heard.rest, heard.rest if apart else heard.described
    if several:
        rest = full = without_images(rest)
    return clauses_of(rest, full or rest, heard.language)


def _compares(heard: Heard, families: Sequence[Family]) -> bool:
    return len(families) > 1 or bool(compared(heard))


def _chosen(heard: Heard, families: Sequence[Family]) -> list[Look]:
    """Return the looks whose craft is written out: those of the one family that was chosen."""
    if len(families) != 1 or compared(heard):
        return []
    named = [look for look in heard.looks if look.family is families[0]]
    fitting = [look for look in named if not look.broad] or named
    return list({look.name: look for look in fitting}.values())[:2]


def _written(
    heard: Heard, own: list[str], chosen: list[Look], families: Sequence[Family], context: Context
) -> list[str]:
    """Begin with what is seen, then how it is made."""
    lines = own if own and _names_something(own[0]) else [_subject(context), *own]
    made = [_in_media(heard)] if _compares(heard, families) else _look_lines(heard, chosen, own)
    return [*lines, *made, *(m.brief for m in heard.modifiers)]


def _names_something(clause: str) -> bool:
    """Whether a clause says what is seen, and not only where, in which light or mood."""
    only_mood = any(phrase("slots", slot).fullmatch(fold(clause)) for slot in ("light", "palette", "mood", "hour"))
    return not (only_mood or _NO_SUBJECT.match(clause))


def _look_lines(heard: Heard, chosen: Sequence[Look], own: Sequence[str]) -> list[str]:
    """Name the look in the member's own words where they add something, then its craft."""
    lines = []
    for look in chosen:
        said = [w for w, named in zip(heard.look_words, heard.looks, strict=True) if named.name == look.name]
        lines += [w.lower() for w in said if fold(w) not in fold(f"{look.craft} {' '.join(own)}")]
        lines.append(look.craft)
    others = [
        w.lower()
        for w, named in zip(heard.look_words, heard.looks, strict=True)
        if named not in chosen and not (chosen and named.broad)
    ]
    return list(dict.fromkeys([*lines, *(w for w in others if w not in " ".join(own).lower())]))


def _subject(context: Context) -> str:
    if context.faces == 1:
        return "the person in the picture"
    return "the people in the picture" if context.faces > 1 else "the same subject and scene"


def _edited(standing: str, heard: Heard, own: list[str], chosen: list[Look], families: Sequence[Family]) -> list[str]:
    """Put the new words into the standing prompt, and take out what they replace."""
    lines = [line for line in re.split(r",\s+|[.;]\s+", standing.strip(" .")) if line.strip()]
    lines = [lines[0][:1].lower() + lines[0][1:], *lines[1:]] if lines else []
    gone = set(_pieces(opposites(heard.modifiers)))
    if chosen or _compares(heard, families):
        gone |= set(_pieces(_house_words()))
        lines = [line for line in lines if not any(look.pattern.search(fold(line)) for look in looks())]
    if any(_hour(line) for line in own):
        lines = [*lines[:1], *(line for line in lines[1:] if not _hour(line))]
    kept = [line for line in lines if line not in gone]
    made = [_in_media(heard)] if _compares(heard, families) else _look_lines(heard, chosen, own)
    fresh = [*own, *made, *(m.brief for m in heard.modifiers)]
    return [*(kept[:1] or ["the same subject and scene"]), *(f for f in fresh if f not in kept), *kept[1:]]


def _hour(line: str) -> bool:
    return bool(phrase("slots", "hour").search(fold(line)))


def _pieces(texts: Iterable[str]) -> list[str]:
    return [piece for text in texts for piece in text.split(BREAK)]


def _in_media(heard: Heard) -> str:
    named = " and ".join(dict.fromkeys(w.strip().lower() for w in heard.look_words))
    return f"the same picture in {named}" if len(heard.looks) > 1 else "one picture in several media"


@cache
def _house_words() -> frozenset[str]:
    """Return what the looks and families add by themselves: none of it is the member's."""
    stills = (Family.PHOTOREAL, Family.ILLUSTRATION, Family.CONCEPT3D)
    usual = {text for family in stills for text in defaults(family).values()}
    return frozenset({look.craft for look in looks()} | {look.negative for look in looks()} | usual)


def _allowed(lines: list[str], excluded: Sequence[str]) -> list[str]:
    """Leave out every line that names something the member does not want to see."""
    stems = {stem for what in excluded for stem in _stems(what)}
    kept = [left for line in lines if (left := _spared(line, stems))]
    return kept or ["the same subject and scene"]


def _spared(line: str, stems: set[str]) -> str:
    """Return a line without the phrase that names something excluded, perhaps nothing."""
    if not any(stem in fold(line) for stem in stems):
        return line
    parts = _PLACES.split(line)
    kept = [parts[0], *(joint + part for joint, part in zip(parts[1::2], parts[2::2], strict=True))]
    if any(stem in fold(kept[0]) for stem in stems):
        return ""
    return "".join(part for part in kept if not any(stem in fold(part) for stem in stems)).strip()


def _stems(what: str) -> list[str]:
    """Return the telling words of an exclusion, without their endings."""
    small = set(words("languages")["fillers"]["en"])
    translated = [english(what, "")] if what else []
    tokens = [t for text in (what, *translated) for t in re.findall(r"[^\W\d_]{2,}", fold(text)) if t not in small]
    return [re.sub(r"(?:ing|ies|es|s|y)$", "", t) if len(t) > 4 and t.isascii() else t for t in tokens]


def english(text: str, language: str) -> str:
    """Return the words that the glossary knows in English, the others as they are."""
    gloss = words("languages")["gloss"]
    if language == "en":
        return text
    return re.sub(r"[^\W\d_]+", lambda m: gloss.get(fold(m.group()), m.group()), text)


def _filled(lines: list[str], family: Family, heard: Heard, *, plain: bool) -> list[str]:
    """Add what an art director would still say, until there is enough to work with."""
    usual = defaults(family)
    full = _pieces(lines)
    if not plain and not any(look.pattern.search(fold(line)) for look in _looks_of(family) for line in lines):
        full.append(usual["medium"])
    for slot in SLOTS:
        if _count(full) >= (MIN_WORDS if slot == "finish" else ENOUGH_WORDS):
            break
        if not _speaks_of(slot, lines, heard):
            full += [line for line in _allowed_or_none(usual[slot], heard.excluded) if line not in full]
    return _cut(list(dict.fromkeys(full)))


@cache
def _looks_of(family: Family) -> tuple[Look, ...]:
    return tuple(look for look in looks() if look.family is family)


def _allowed_or_none(line: str, excluded: Sequence[str]) -> list[str]:
    stems = [stem for what in excluded for stem in _stems(what)]
    return [] if any(stem in fold(line) for stem in stems) else line.split(BREAK)


def _speaks_of(slot: str, lines: Sequence[str], heard: Heard) -> bool:
    if slot == "palette" and Keep.COLORS in heard.keep:
        return True
    if slot in {"craft", "finish"}:
        return False
    return any(phrase("slots", slot).search(fold(line)) for line in lines)


def _cut(lines: list[str]) -> list[str]:
    """Keep whole lines up to the limit, the first of them first; one that is too long is cut at a word."""
    kept: list[str] = []
    for line in lines:
        room = MAX_WORDS - _count(kept)
        tokens = line.split()
        if len(tokens) <= room:
            kept.append(line)
        elif not kept:
            kept.append(" ".join(tokens[:room]))
    return kept


def _count(lines: Iterable[str]) -> int:
    return sum(len(line.split()) for line in lines)


def _sentence(lines: Sequence[str]) -> str:
    text = BREAK.join(dict.fromkeys(line.strip(" ,.;") for line in lines if line.strip(" ,.;")))
    return text[:1].upper() + text[1:] + "." if text else ""


def _negative(heard: Heard, chosen: Sequence[Look], family: Family, standing: str) -> str:
    """List what was excluded first, then what spoils the look; nothing that the member asked for."""
    wanted = fold(heard.rest)
    excluded = [english(what, heard.language if heard.language != "en" else "en") for what in heard.excluded]
    usual = (look.negative for look in chosen) if chosen else (defaults(family)["negative"],)
    house = set(_pieces(_house_words()))
    old = [item for item in standing.split(BREAK) if item not in house]
    listed = [item for text in (*excluded, *old, *usual) for item in text.split(BREAK)]
    return BREAK.join(dict.fromkeys(item for item in listed if item and fold(item) not in wanted))[:600]
