"""What a message says, piece by piece, before anybody decides what it wants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bot.planner import numbers
from bot.planner import paper as papers
from bot.planner.limits import kept, unwanted
from bot.planner.plan import Context, Paper
from bot.planner.steps import Step, steps
from bot.planner.styling import counted, mention, styles
from bot.planner.text import TAKEN, Scan, scan
from bot.planner.vocabulary import (
    Look,
    Pattern,
    compiled,
    looks,
    phrase,
    words,
)
from engine.contract import Change, Keep, Motion

#: The degree that asks for a subtle change.
SMALL = "slightly"
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
KANA = re.compile(r"[\u3040-\u30ff]")
CYRILLIC = re.compile("[а-яё]")
#: What can be seen, for all that it may belong to an action.
_SHOWN = frozenset({"face_part", "face_trouble"})
_COMPARES = re.compile(r" ?(?:more|less|[a-z]{2,}er) [a-z]")


@dataclass(frozen=True)
class Heard:
    """Everything understood of a message. `rest` is what was not: the member's own words for the picture.

    `said` holds the action words, talk words and states of mind found (the keys of phrases.toml).
    """

    text: str
    rest: str
    described: str = ""  # the same, the names of looks left in
    clean: str = ""  # all its words, made ready for reading, without attempts to give orders
    language: str = "en"
    edits: bool = False  # something in it asks for a change, beside praise and action words
    said: frozenset[str] = frozenset()
    injected: bool = False
    exact: bool = False
    looks: tuple[Look, ...] = ()
    look_words: tuple[str, ...] = ()
    goal: Look | None = None  # the look that "into", "as" or "like" leads up to
    modifiers: tuple[Step, ...] = ()
    keep: frozenset[Keep] = frozenset()
    excluded: tuple[str, ...] = ()
    motion: tuple[Motion, ...] = ()
    change: Change | None = None
    base: int | None = None
    source: bool = False
    ago: int | None = None
    variants: int | None = None
    seconds: float | None = None
    clamped: bool = False
    scale: int | None = None
    paper: Paper | None = None
    residue: tuple[str, ...] = ()

    @property
    def directs(self) -> bool:
        """Whether it says how the picture should look."""
        return bool(self.looks or self.modifiers or self.excluded or self.keep)


def hear(text: str, context: Context) -> Heard:
    """Read a message once, most telling things first; each is taken out before the next is looked for."""
    whole = scan(text)
    words_left, injected = without_orders(whole)
    clean = words_left.text
    exact = bool(words_left.take_all(phrase("action", "exact")))
    language = spoken(words_left.folded)
    keep = kept(words_left)
    thread = context.thread
    count = thread.variants if thread else 0
    picked = bool(words_left.take_all(phrase("action", "my_pick"))) if count else False
    source = sourced(words_left, begun=bool(thread and thread.versions))
    styled = words_left.copy()
    paper = papers.paper(styled)
    times = numbers.factor(styled) if paper else None
    ago = numbers.versions_ago(styled)
    seconds, clamped = numbers.seconds(styled)
    base = numbers.base(styled, count) if count else None
    wanted_steps = steps(styled, words_left.folded)
    excluded = unwanted(styled)
    variants = numbers.variants(styled)
    before = styled.text
    found, look_words, goal = styles(styled)
    unstyled = styled.text
    variants = variants or counted(before, found, look_words)
    actions = _said(_without(words_left, styled), words_left)
    scale = numbers.scale(styled) if "upscale" in actions or numbers_only_scale(styled) else None
    small = wanted_steps and all(step.degree == SMALL for step in wanted_steps)
    change = changed(styled) or (Change.SUBTLE if small else None)
    residue = residual(styled, language)
    return Heard(
        text=words_left.text.replace(TAKEN, " ").strip(),
        rest=styled.text,
        described=_restored(styled.text, unstyled, before),
        clean=clean,
        language=language,
        edits=styled.has(phrase("talk", "edit")),
        said=actions,
        injected=injected,
        exact=exact,
        looks=found,
        look_words=look_words,
        goal=goal,
        modifiers=wanted_steps,
        keep=keep,
        excluded=excluded,
        motion=motions(words_left),
        change=change,
        base=thread.selected if picked and thread and base is None else base,
        source=source,
        ago=ago,
        variants=variants,
        seconds=seconds,
        clamped=clamped,
        scale=scale,
        paper=paper.evolve(times=times) if paper else None,
        residue=residue,
    )


def without_orders(whole: Scan) -> tuple[Scan, bool]:
    """Drop sentences that try to give the planner orders; member words are data."""
    pattern = phrase("talk", "injection")
    if not whole.has(pattern):
        return whole, False
    parts = re.split(r"(?<=[.!?\n;])\s+|\n+", whole.text)
    kept_parts = [p for p in parts if not scan(p).has(pattern)]
    left = scan(" ".join(kept_parts))
    return left, True


def spoken(folded: str) -> str:
    """Guess the language from its letters and its smallest words."""
    if CJK.search(folded):
        return "ja" if KANA.search(folded) else "zh"
    if CYRILLIC.search(folded):
        return "ru"
    tokens = re.findall(r"[a-z]+", folded)
    markers = words("languages")["markers"]
    gloss = words("languages")["gloss"]
    markers = markers | {"en": {*markers["en"], *words("languages")["fillers"]["en"]}}
    points: dict[str, int] = {lang: sum(t in listed for t in tokens) for lang, listed in markers.items()}
    foreign = sum(t in gloss for t in tokens)
    best = max(points, key=lambda lang: (points[lang], lang == "en"))
    if best != "en" and points[best] + foreign > points["en"]:
        return best
    return "en" if points["en"] or not foreign else "es"


def sourced(left: Scan, *, begun: bool) -> bool:
    """Take mentions of the source; return whether the source itself is asked for, over what was made of it."""
    source = phrase("action", "source") if begun else None
    asked = bool(source and left.take_all(source))
    # "Shade my sketch" is a look, for all that it names the source.
    held = [match.span() for look in looks() for match in look.pattern.finditer(left.folded)]
    for match in list(mention().finditer(left.folded)):
        if any(start < match.start() and match.end() <= end for start, end in held):
            continue
        thing = re.search(r"(portraits?|selfies?)$", match.group())
        left.take(match.start(), match.start(0) + (thing.start() if thing else len(match.group())))
    return asked


def _restored(masked: str, unstyled: str, before: str) -> str:
    """Put back what was taken as the name of a look."""
    return "".join(b if u == TAKEN else m for m, u, b in zip(masked, unstyled, before, strict=True))


def _without(left: Scan, styled: Scan) -> Scan:
    """Return what is left where neither a look nor an exclusion was read."""
    return Scan(left.text, styled.folded if len(styled.folded) == len(left.folded) else left.folded)


def _said(unstyled: Scan, left: Scan) -> frozenset[str]:
    """Return the keys of the talk and action phrases that occur; talk is heard in the whole sentence."""
    talk = {k for k in words("phrases")["talk"] if left.has(phrase("talk", k))}
    spared = {"cancel", "again", "back", "face_fix", "face_part", "face_trouble"}
    acts = {k for k in words("phrases")["action"] if (left if k in spared else unstyled).has(phrase("action", k))}
    return frozenset(talk | acts)


def numbers_only_scale(left: Scan) -> bool:
    """Whether a message is little more than a factor."""
    return bool(re.fullmatch(r"\W*(?:[2-4] ?[x×]|[x×] ?[2-4])(?:\W|please|bitte|it|this|that)*", left.folded))


def motions(left: Scan) -> tuple[Motion, ...]:
    """Return the motions that are named, in the contract's order."""
    return tuple(m for m in Motion if left.has(phrase("motion", m.value)))


def changed(left: Scan) -> Change | None:
    """Take how far the result may go, if it is said; what weighs a thing ("a slightly darker sky") stays with it."""
    for change in (Change.SUBTLE, Change.STRONG, Change.BALANCED):
        found = [m.span() for m in phrase("change", change.value).finditer(left.folded) if m.group()]
        for start, end in found:
            if not _COMPARES.match(left.folded, end):
                left.take(start, end)
        if found:
            return change
    return None


@cache
def _idle() -> Pattern:
    talk = words("phrases")["talk"]
    listed = [
        *talk["thanks"],
        *talk["greeting"],
        *talk["praise"],
        *talk["chatter"],
        *words("phrases")["action"]["pick"],
    ]
    return compiled([p for p in listed if "$" not in p])


def residual(left: Scan, language: str) -> tuple[str, ...]:
    """Return the words that carry meaning nobody has understood yet."""
    rest = left.copy()
    for key in words("phrases")["action"]:
        if key not in _SHOWN:
            rest.take_all(phrase("action", key))
    rest.take_all(_idle())
    if language in {"ja", "zh"}:
        return tuple(w for w in re.findall(r"[\u3400-\u9fffァ-ヶー]{2,}|[a-z]{3,}", rest.folded))
    small = words("languages")["fillers"]
    dropped = {*small["en"], *small.get(language, ()), *words("languages")["dropped"].get(language, ())}
    return tuple(
        w for w in re.findall(r"[a-zа-яё](?:[a-zа-яё'-]*[a-zа-яё])?", rest.folded) if w not in dropped and len(w) > 1
    )
