"""Honest words about a picture and a plan: before the work what may go wrong, after it what did. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.conversation.contradictions import contradictions, disputed
from bot.conversation.project import Source, Version
from bot.planner.plan import Action, Plan
from engine.contract import Advisory, Family, ModelView, Role

MAX_LINES = 3

#: What an advisory of a source means for the result, most harmful first.
ADVISORIES = {
    "low_resolution": "The picture is small, so fine detail has to be guessed; a larger original would help.",
    "blurry": "The picture is a little soft; a sharper one would give crisper edges.",
    "dark": "The picture is dark, so colours in the shadows are a guess; a brighter one would help.",
    "bright": "The brightest parts have lost their detail, and it cannot be brought back.",
    "compressed": "The picture is strongly compressed, and its blocks may show; the original file would help.",
    "tiny_faces": "The faces are small and may change; a closer crop keeps a likeness.",
    "scaled_down": "The picture is very large and was scaled down to work on it.",
}
#: Two pictures in one of these roles pull against each other.
SOLE_ROLES = {
    Role.PALETTE: "Two pictures give the palette, so the colours will be a mix of both.",
    Role.LIGHTING: "Two pictures give the lighting; light from two sides may look odd.",
    Role.COMPOSITION: "Two pictures give the composition; I follow the first.",
    Role.STYLE: "Two pictures give the style, so expect a blend of both.",
}
STUDIO = "Studio, no neural model: it restyles what is there and cannot invent new objects."
#: A tool enlarges or repairs what is there, and nobody expects it to invent.
MAKES_NEW = frozenset({Action.GENERATE, Action.REROLL, Action.ANIMATE})


def before(sources: Sequence[Source], plan: Plan, models: Sequence[ModelView]) -> tuple[str, ...]:
    """Return at most three honest sentences about a job that is about to start, the weightiest first.

    `models` are the cards that will do it.
    """
    told = contradictions(sources, plan, [model.family for model in models]) if plan.action in MAKES_NEW else ()
    general = _references(plan, models, disputed(sources, plan))
    lines = [plan.note, *told, *general, *plan.cautions, *_advisories(sources, plan), *_limits(plan, models)]
    return tuple(dict.fromkeys(filter(None, lines)))[:MAX_LINES]


def after(version: Version) -> tuple[str, ...]:
    """Return at most three sentences about a version that has ended, from what its renderers noted.

    A note on some of the variants names them, as in "2, 4: no face found".
    """
    where: dict[str, list[int]] = {}
    for variant in version.variants:
        for note in variant.notes:
            where.setdefault(note, []).append(variant.number)
    return tuple(_noted(note, numbers, len(version.variants)) for note, numbers in where.items())[:MAX_LINES]


def _noted(note: str, numbers: Sequence[int], of: int) -> str:
    sentence = note[:1].upper() + note[1:].rstrip(".") + "."
    return sentence if len(numbers) == of else f"{', '.join(map(str, numbers))}: {note.rstrip('.')}."


def _references(plan: Plan, models: Sequence[ModelView], compared: frozenset[Role]) -> Iterator[str]:
    """What can be said of references by their roles alone; `compared` ones were measured against each other."""
    roles = Counter(reference.role for reference in plan.references)
    yield from (words for role, words in SOLE_ROLES.items() if roles[role] > 1 and role not in compared)
    deaf = [role for role in roles if role is Role.STYLE and models and not any(role in m.roles for m in models)]
    if deaf:
        yield f"{models[0].title} takes no style from a picture; name the style in words for a stronger effect."


def _advisories(sources: Sequence[Source], plan: Plan) -> Iterator[str]:
    found = {a.code: a for source in _seen(sources, plan) for a in source.info.advisories}
    yield from (words for code, words in ADVISORIES.items() if code in found and not _answered(found[code], plan))


def _seen(sources: Sequence[Source], plan: Plan) -> Sequence[Source]:
    """Only a picture that is looked at closely matters: a palette may be blurry."""
    close = {r.image for r in plan.references if r.role in {Role.SUBJECT, Role.COMPOSITION}} or {1}
    return [source for number, source in enumerate(sources, 1) if number in close]


def _answered(advisory: Advisory, plan: Plan) -> bool:
    """Whether the plan is itself the answer: nobody who asks for a larger picture is told that it is small."""
    cures = {Action.UPSCALE: {"low_resolution", "blurry", "scaled_down"}, Action.FIX_FACE: {"tiny_faces"}}
    return advisory.code in cures.get(plan.action, set())


def _limits(plan: Plan, models: Sequence[ModelView]) -> Iterator[str]:
    stills = [m for m in models if m.family is not Family.TOOL]
    if plan.action in MAKES_NEW and stills and not any(m.neural for m in stills):
        yield STUDIO
