"""From a plan to a request the engine can carry out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.conversation.actions import StartJob
from bot.conversation.project import Project, Version
from bot.errors import NoImage, NothingCanRun
from bot.planner.plan import Action, Plan
from engine.contract import (
    MAX_IMAGES,
    MAX_VARIANTS,
    Change,
    Family,
    ImageRef,
    JobRequest,
    Kind,
    ModelView,
    Motion,
    Role,
)

DEFAULT_VARIANTS = 4
DEFAULT_SECONDS = 4.0
DEFAULT_SCALE = 2
PROMPT_CHARS = 4000
NEGATIVE_CHARS = 2000

#: What a variant that becomes the base stands in for; the other roles stay with the sources.
BASE_ROLES = frozenset({Role.SUBJECT, Role.COMPOSITION})

KINDS = {
    Action.GENERATE: Kind.GENERATE,
    Action.REROLL: Kind.GENERATE,
    Action.ANIMATE: Kind.ANIMATE,
    Action.UPSCALE: Kind.UPSCALE,
    Action.FIX_FACE: Kind.FIX_FACE,
}


def resolve(
    start: StartJob,
    project: Project,
    models: Sequence[ModelView],
    *,
    seed: int,
    client: str,
    variants: int = DEFAULT_VARIANTS,
) -> JobRequest:
    """Return the request for a plan; `variants` is how many a gallery has when nobody says.

    Raises:
        NothingCanRun: when no card that can run here does this kind of work.
        NoImage: when the project has nothing to work on.
    """
    plan = start.plan
    kind = KINDS.get(plan.action, Kind.GENERATE)
    parents = _parent_models(start, project)
    if kind is Kind.GENERATE and _settled(start, project, parents):
        models = [m for m in models if m.id in parents]
    chosen = tuple(card.id for card in choose(plan, kind, models, parents))
    return JobRequest(
        kind=kind,
        models=chosen,
        images=images_for(start, project),
        prompt=plan.prompt[:PROMPT_CHARS],
        negative=plan.negative[:NEGATIVE_CHARS],
        variants=variants_for(plan, kind, len(chosen), variants),
        change=plan.change or Change.BALANCED,
        keep=plan.keep,
        seed=seed,
        motion=plan.motion or ((Motion.PUSH_IN,) if kind is Kind.ANIMATE else ()),
        seconds=plan.seconds or DEFAULT_SECONDS,
        scale=plan.scale or DEFAULT_SCALE,
        client=client[:100],
    )


def choose(plan: Plan, kind: Kind, models: Sequence[ModelView], parents: Sequence[str] = ()) -> tuple[ModelView, ...]:
    """Return a card for each family of the plan, in its order; one card where the kind has no families.

    A family with no card that can run is left out as long as another is left.

    Raises:
        NothingCanRun: with the reason of the card that would have done it, when there is one.
    """
    able = [m for m in models if kind in m.kinds]
    ready = [m for m in able if m.why_not is None]
    groups = list(_groups(plan, kind, ready, parents))
    found = _named(plan, ready) or dict.fromkeys(
        best.id for group in groups if (best := _best(plan.prompt, group, parents))
    )
    if not found:
        raise NothingCanRun(_why(able, plan.families))
    by_id = {m.id: m for m in ready}
    return tuple(by_id[i] for i in found)[:MAX_VARIANTS]


def _named(plan: Plan, ready: Sequence[ModelView]) -> dict[str, None]:
    """Return the cards of the looks that are to be compared; a look that no card knows is left out."""
    able = [m for m in ready if m.family in plan.families]
    best = ((look, _best(look, able, ())) for look in plan.looks)
    return dict.fromkeys(card.id for look, card in best if card is not None and style_match(look, card))


def _groups(
    plan: Plan, kind: Kind, ready: Sequence[ModelView], parents: Sequence[str]
) -> Iterator[Sequence[ModelView]]:
    """Yield the cards to choose from, once for each picture family that is wanted."""
    if kind is not Kind.GENERATE:
        yield ready
        return
    families = plan.families or tuple(m.family for m in ready if m.id in parents) or (Family.PHOTOREAL,)
    for family in dict.fromkeys(families):
        yield [m for m in ready if m.family is family]


def _best(prompt: str, cards: Sequence[ModelView], parents: Sequence[str]) -> ModelView | None:
    """Return the card whose style words the prompt uses (the longest wins), else the parent's, else the first."""
    ranked = sorted(cards, key=lambda card: (-style_match(prompt, card), card.id not in parents))
    return ranked[0] if ranked else None


def style_match(prompt: str, card: ModelView) -> int:
    """Return the length of the longest of the card's style words that begins a word of the prompt, else 0."""
    text = _plain(prompt)
    return max((len(s) for s in map(_plain, card.styles) if s and re.search(rf"\b{re.escape(s)}", text)), default=0)


def _plain(text: str) -> str:
    """Lower-case with one spelling of colour, grey and hyphens, so that a card need not list them all."""
    return re.sub(r"[-_\s]+", " ", text.lower()).replace("colour", "color").replace("grey", "gray").strip()


def _why(able: Sequence[ModelView], families: Sequence[Family]) -> str | None:
    wanted = [m for m in able if m.why_not and (not families or m.family in families)]
    return f"{wanted[0].title} cannot run here: {wanted[0].why_not}" if wanted else None


def _settled(start: StartJob, project: Project, parents: Sequence[str]) -> bool:
    """Whether a look was chosen out of a comparison, and nothing said since asks for another.

    The prompt still names every look that was compared, so it cannot say which.
    """
    parent = project.version(start.parent) if start.parent is not None else None
    compared = parent.plan.looks if parent is not None and not start.plan.looks else ()
    return bool(compared) and len(parents) == 1 and all(look in start.plan.prompt.lower() for look in compared)


def _parent_models(start: StartJob, project: Project) -> tuple[str, ...]:
    """Return the models that made the base, or else all those of the parent version."""
    parent = project.version(start.parent) if start.parent is not None else None
    if parent is None:
        return ()
    base = start.base_image
    made = tuple(v.model for v in parent.variants if base is not None and base in {v.image, v.poster})
    return made or parent.request.models


def images_for(start: StartJob, project: Project) -> tuple[ImageRef, ...]:
    """Return the images of a job, the one to work on first, each with its role.

    A base that is a variant replaces the subject; palette, lighting and style references stay.

    Raises:
        NoImage: when there is neither a base nor a source.
    """
    if start.base_image is None and not project.sources:
        raise NoImage
    roles = _roles(start.plan, project)
    if start.base_image is not None:
        others = [ref for ref in roles if ref.role not in BASE_ROLES and ref.id != start.base_image]
        return (ImageRef(id=start.base_image), *others)[:MAX_IMAGES]
    if not any(ref.role in BASE_ROLES for ref in roles):
        roles = [ImageRef(id=roles[0].id), *roles[1:]]
    return tuple(sorted(roles, key=lambda ref: ref.role not in BASE_ROLES)[:MAX_IMAGES])


def _roles(plan: Plan, project: Project) -> list[ImageRef]:
    """Return the sources that have a part in this, in order: those the plan names, those with a role, the first."""
    named = {reference.image: reference.role for reference in plan.references}
    refs: dict[str, ImageRef] = {}
    for number, source in enumerate(project.sources, 1):
        role = named.get(number) or source.role or (Role.SUBJECT if number == 1 else None)
        if role is not None:
            refs.setdefault(source.info.id, ImageRef(id=source.info.id, role=role))
    return list(refs.values())


def variants_for(plan: Plan, kind: Kind, models: int, usual: int) -> int:
    """Return how many variants each model makes: fewer when several are compared, one of a clip or a repair."""
    if kind is not Kind.GENERATE:
        return 1
    if models > 1:
        fits = max(1, MAX_VARIANTS // models)
        return min(plan.variants or (2 if models == 2 else 1), fits)
    return plan.variants or usual


def version_base(project: Project, version: Version) -> str | None:
    """Return the image a version worked on; None when the sources alone decide it."""
    worked_on = version.request.images[0].id
    usual = images_for(StartJob(version.plan), project)[0].id if project.sources else None
    return None if worked_on == usual else worked_on
