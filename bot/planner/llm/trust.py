"""What is believed of a language model's draft, held against the thread and the member's own words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.planner.hearing import Heard
from bot.planner.llm.draft import Draft
from bot.planner.plan import Action, Context, Plan, Reference
from bot.planner.vocabulary import defaults, fold
from engine.contract import Family, Motion

#: So many of the rules' words in a row are no coincidence.
LEAK_WORDS = 8
MAX_CAUTIONS = 3
#: A prompt with fewer words leaves the picture to chance.
MIN_WORDS = 8
_LINKS = re.compile(r"https?://|www\.|discord\.gg|<[@#:a]|@everyone|@here|```", re.IGNORECASE)
_COMMANDS = re.compile(
    r"(please |can you |could you )?(make|turn|create|change|transform|convert|generate|draw|add|remove|give) "
)
_NEED_GALLERY = frozenset({Action.PICK, Action.BACK, Action.REROLL})
_NEED_PICTURE = frozenset({Action.GENERATE, Action.ANIMATE, Action.UPSCALE, Action.FIX_FACE})
_STILLS = (Family.PHOTOREAL, Family.ILLUSTRATION, Family.CONCEPT3D)


@dataclass(frozen=True)
class Asked:
    """A message as it is known without any model: the words, what was heard, and the embedded planner's plan."""

    text: str
    context: Context
    heard: Heard
    plain: Plan


def complaints(draft: Draft, asked: Asked) -> tuple[str, ...]:
    """Return what is wrong with a draft in its context, in words that a model can mend it by."""
    return (*_about_place(draft, asked), *_about_pictures(draft, asked), *_about_words(draft, asked))


def _about_place(draft: Draft, asked: Asked) -> Iterator[str]:
    """What is not there cannot be picked, shown or stopped."""
    thread = asked.context.thread
    galleries = thread.versions if thread else 0
    if draft.action in _NEED_GALLERY and not galleries:
        yield f"there is no gallery yet, so {draft.action} is impossible"
    if draft.action in _NEED_PICTURE and not (asked.context.images or galleries or (thread and thread.sources)):
        yield "there is no picture yet, so the action is talk"
    if draft.action is Action.CANCEL and asked.plain.action is not Action.CANCEL and not (thread and thread.running):
        yield "nothing is running and nobody asked to stop"
    most = _most_variants(asked.context)
    if isinstance(draft.base, int) and draft.base > most:
        yield f"there is no variant {draft.base}; the variants are 1 to {most}" if most else "there are no variants yet"
    if draft.version is not None and draft.version > max(galleries, *(t.number for t in asked.context.turns), 0):
        yield f"there is no gallery {draft.version}"


def _most_variants(context: Context) -> int:
    now = context.thread.variants if context.thread else 0
    return max(now, *(turn.variants for turn in context.turns), 0)


def _about_pictures(draft: Draft, asked: Asked) -> Iterator[str]:
    known = asked.context.thread.sources if asked.context.thread else 0
    total = known + asked.context.images
    numbers = [reference.image for reference in draft.references]
    if any(number > total for number in numbers):
        yield f"there are {total} pictures, so references go from 1 to {total}"
    if len(set(numbers)) < len(numbers):
        yield "each picture has one role"
    if draft.action is Action.GENERATE and "video" in draft.families:
        yield "the family video goes with the action animate alone"
    able = _able(asked.context)
    lost = [f for f in _families(draft) if able and f not in able and f not in asked.plain.families]
    if draft.action is Action.GENERATE and lost:
        yield f"no model for {', '.join(lost)} can run here; choose of {', '.join(sorted(able))}"


def _able(context: Context) -> frozenset[Family]:
    return frozenset(card.family for card in context.models if card.why_not is None)


def _about_words(draft: Draft, asked: Asked) -> Iterator[str]:
    """The prompt describes; it holds what the member wants and nothing that was excluded."""
    if draft.action is not Action.GENERATE:
        return
    if draft.exact or asked.heard.exact:
        if not asked.heard.exact and verbatim(draft.prompt, asked.text) is None:
            yield "with exact the prompt is the member's own words, letter for letter"
        return
    if len(draft.prompt.split()) < MIN_WORDS:
        yield "generate needs a prompt that describes the finished picture in 25 to 70 words"
    if missing := [look for look in _looks(draft) if look.lower() not in draft.prompt.lower()]:
        yield f"the prompt has to name each of the looks, also {', '.join(missing)}"
    if _COMMANDS.match(draft.prompt.lower()):
        yield "the prompt describes the finished picture and is no command"
    for what in _excluded(asked.heard.excluded, draft.prompt):
        yield f"the member does not want “{what}”: leave it out of the prompt, name it in negative"


def _excluded(excluded: Sequence[str], prompt: str) -> list[str]:
    said = fold(prompt)
    stems = ((what, fold(what).removesuffix("s")) for what in excluded)
    return [what for what, stem in stems if len(stem) > 2 and re.search(rf"\b{re.escape(stem)}(s|es)?\b", said)]


def verbatim(prompt: str, text: str) -> str | None:
    """Return the part of a message that a prompt repeats, as the member wrote it, or None when it is not in it."""
    words = re.findall(r"\S+", prompt.strip(" .\"'“”„«»"))
    found = re.search(r"\s+".join(map(re.escape, words)), text, re.IGNORECASE) if words else None
    return found.group() if found else None


def leaks(draft: Draft, rules: str) -> bool:
    """Whether what would be shown repeats the rules, or has links, mentions or blocks of code."""
    shown = [draft.reply, draft.reason, *draft.cautions]
    return any(_LINKS.search(text) for text in shown) or bool(
        _runs(rules) & set().union(*map(_runs, [*shown, draft.prompt, draft.negative]))
    )


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", fold(text))
    return {tuple(words[i : i + LEAK_WORDS]) for i in range(len(words) - LEAK_WORDS + 1)}


def plan_of(draft: Draft, asked: Asked) -> Plan:
    """Return the plan that a draft without complaints stands for; what it leaves open is as the member was heard."""
    same = asked.plain.action is draft.action
    plain = asked.plain if same else Plan(action=draft.action)
    families = _families(draft) or plain.families
    exact = asked.heard.exact or draft.exact
    pictured = draft.action in {Action.GENERATE, Action.ANIMATE}
    return Plan(
        action=draft.action,
        families=families,
        looks=_looks(draft),
        base=_base(draft, asked),
        version=draft.version or plain.version,
        prompt=_prompt(draft, asked) if pictured else "",
        negative="" if exact else draft.negative if pictured else "",
        variants=draft.variants or plain.variants,
        change=draft.change or plain.change,
        keep=draft.keep | plain.keep,
        references=_references(draft, asked.plain),
        motion=_motion(draft, plain),
        seconds=draft.seconds or plain.seconds if draft.action is Action.ANIMATE else None,
        scale=draft.scale or plain.scale if draft.action is Action.UPSCALE else None,
        paper=plain.paper,
        exact=exact and pictured,
        reason=draft.reason or plain.reason or (defaults(families[0])["reason"] if families else ""),
        cautions=_cautions(draft, plain, clamped=asked.heard.clamped),
        reply=draft.reply or plain.reply,
    )


def _cautions(draft: Draft, plain: Plan, *, clamped: bool) -> tuple[str, ...]:
    """What the model warns of, else what is known; that a wish was cut down to size is said in any case."""
    first = plain.cautions[:1] if clamped else ()
    return tuple(dict.fromkeys([*first, *(draft.cautions or plain.cautions)]))[:MAX_CAUTIONS]


def _looks(draft: Draft) -> tuple[str, ...]:
    """Several looks of one family that are to be compared; one alone is no comparison."""
    return draft.looks[:8] if draft.action is Action.GENERATE and len(draft.looks) > 1 else ()


def _families(draft: Draft) -> tuple[Family, ...]:
    if draft.action is Action.ANIMATE:
        return (Family.VIDEO,)
    named = tuple(dict.fromkeys(Family(name) for name in draft.families))
    return tuple(f for f in named if f in _STILLS) if draft.action is Action.GENERATE else ()


def _base(draft: Draft, asked: Asked) -> int | str | None:
    """What the model leaves open is as it was heard; a first picture is worked on as it is."""
    if draft.action not in _NEED_PICTURE | {Action.PICK} or draft.base is not None:
        return draft.base
    if asked.plain.action is draft.action:
        return asked.plain.base
    begun = asked.context.thread is not None and asked.context.thread.variants
    return None if begun else "source"


def _prompt(draft: Draft, asked: Asked) -> str:
    """The member's own words where they are to be used exactly; for a clip what stands, if the model says nothing."""
    if asked.heard.exact:
        return asked.plain.prompt
    if draft.exact:
        return verbatim(draft.prompt, asked.text) or asked.plain.prompt
    return draft.prompt or asked.plain.prompt


def _references(draft: Draft, plain: Plan) -> tuple[Reference, ...]:
    named = tuple(Reference(image=r.image, role=r.role) for r in sorted(draft.references, key=lambda r: r.image))
    return named or plain.references


def _motion(draft: Draft, plain: Plan) -> tuple[Motion, ...]:
    if draft.action is not Action.ANIMATE:
        return ()
    return tuple(m for m in Motion if m in draft.motion) or plain.motion or (Motion.PUSH_IN,)
