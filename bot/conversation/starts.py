"""The jobs that follow from a gallery: the same again, a step closer, one variant varied. Pure."""

from __future__ import annotations

from bot.conversation import wording
from bot.conversation.actions import StartJob
from bot.conversation.bases import Base, family_of, standing
from bot.conversation.events import Submitted
from bot.conversation.project import Project, Version
from bot.planner.plan import Action, Plan, Reference
from bot.planner.resolve import version_base
from engine.contract import MAX_IMAGES, Change, Family, Kind, Role

STILLS = (Family.PHOTOREAL, Family.ILLUSTRATION, Family.CONCEPT3D)
STEPS = (Change.SUBTLE, Change.BALANCED, Change.STRONG)


def with_roles(plan: Plan, sources: int) -> Plan:
    """Give every source a role: the first is the subject and the others give the style, unless the plan says it."""
    named = {reference.image: reference for reference in plan.references}
    if sources < 2:
        return plan
    usual = {n: Reference(image=n, role=Role.STYLE if n > 1 else Role.SUBJECT) for n in range(1, sources + 1)}
    everyone = tuple((usual | named)[n] for n in range(1, min(sources, MAX_IMAGES) + 1))
    return plan.evolve(references=everyone)


def again(project: Project, version: Version, variants: int | None = None) -> StartJob:
    """Start the same with other seeds."""
    plan = standing(version).evolve(reason=wording.SAME_AGAIN)
    return StartJob(
        plan.evolve(variants=variants or plan.variants),
        words=version.words,
        parent=version.id,
        base_image=version_base(project, version),
    )


def step(project: Project, version: Version, by: int) -> StartJob:
    """Start the same with the same seeds, one step closer to the source (-1) or further from it (1).

    At the end of the scale other seeds are tried, so that something new comes of it.
    """
    now = STEPS.index(version.request.change)
    then = max(0, min(now + by, len(STEPS) - 1))
    plan = standing(version)
    reason = "The same, closer to the source." if by < 0 else "The same, further from the source."
    if plan.action in {Action.UPSCALE, Action.FIX_FACE}:
        plan = plan.evolve(action=Action.GENERATE)
    return StartJob(
        plan.evolve(change=STEPS[then], reason=reason),
        words=version.words,
        parent=version.id,
        fresh=now == then,
        base_image=version_base(project, version),
    )


def vary(base: Base) -> StartJob:
    """Start subtle changes of one variant."""
    version, number = base.version, base.variant.number
    plan = standing(version).evolve(
        action=Action.GENERATE,
        families=family_of(version, base.variant),
        base=number,
        looks=(),
        variants=None,
        change=Change.SUBTLE,
        motion=(),
        reason=f"Small changes of number {number}.",
    )
    return StartJob(plan, words=version.words, parent=version.id, base_image=base.image)


def compare(project: Project, version: Version, base: Base | None) -> StartJob:
    """Start one of each picture family over one base: a variant, or what the version itself worked on."""
    plan = standing(version).evolve(
        action=Action.GENERATE,
        families=STILLS,
        looks=(),
        base=base.variant.number if base else version.plan.base,
        variants=None,
        motion=(),
        reason="One of each family, side by side.",
    )
    image = base.image if base else version_base(project, version)
    return StartJob(plan, words=version.words, parent=version.id, base_image=image)


def tool(base: Base, action: Action) -> StartJob:
    """Start an upscale, a face fix or a clip of one variant."""
    version, number = base.version, base.variant.number
    reasons = {
        Action.UPSCALE: f"A larger copy of number {number}.",
        Action.FIX_FACE: f"The faces of number {number}, and nothing else.",
        Action.ANIMATE: f"Number {number} in motion.",
    }
    plan = standing(version).evolve(
        action=action,
        families=(Family.VIDEO,) if action is Action.ANIMATE else family_of(version, base.variant),
        base=number,
        looks=(),
        variants=None,
        motion=(),
        reason=reasons[action],
    )
    return StartJob(plan, words=version.words, parent=version.id, base_image=base.image)


def submitted_plan(project: Project, version: Version, event: Submitted) -> StartJob:
    """Start what the edit form says, with the same seeds, so that only what was edited changes."""
    asked = version.request
    video = event.family is Family.VIDEO
    plan = standing(version).evolve(
        action=Action.ANIMATE if video else Action.GENERATE,
        families=(event.family,),
        looks=(),
        prompt=event.prompt or asked.prompt,
        change=event.change,
        exact=event.exact,
        motion=asked.motion if video else (),
        reason="As you edited it.",
    )
    same = (
        plan.prompt == asked.prompt
        and event.change is asked.change
        and plan.families == version.plan.families
        and (asked.kind is Kind.ANIMATE) == video
    )
    return StartJob(
        plan,
        words=event.prompt or version.words,
        parent=version.id,
        fresh=same,
        base_image=version_base(project, version),
    )
