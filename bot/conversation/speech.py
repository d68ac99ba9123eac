"""What words in a project's thread start, and which gallery they mean. Pure."""

from __future__ import annotations

from bot.conversation import wording
from bot.conversation.actions import Action, Say, Select, ShowGallery, StartJob
from bot.conversation.bases import Base, base_of, best_of, family_of, shown, unspoken
from bot.conversation.events import Said
from bot.conversation.project import Project, Version
from bot.conversation.starts import again, with_roles
from bot.planner.plan import Action as Wish
from bot.planner.plan import Plan, Reference
from bot.planner.resolve import version_base
from engine.contract import Change, Family, Kind, Role

TOOLS = frozenset({Wish.UPSCALE, Wish.FIX_FACE, Wish.ANIMATE})
SUBJECTS = frozenset({Role.SUBJECT, Role.COMPOSITION})


def referred(project: Project, event: Said, plan: Plan) -> Version | None:
    """Return the gallery that is meant: the one answered, the one named, else the newest.

    A number that the newest does not have means the picked gallery, or the last one that has such a picture.
    """
    answered = project.version(event.replied_to) if event.replied_to is not None else None
    if answered is not None and answered.variants and not answered.deleted:
        return answered
    return _named(project, plan.version) or _with_picture(project, plan.base) or project.newest


def _with_picture(project: Project, number: object) -> Version | None:
    picked = project.selected[0] if project.selected else None
    latest = sorted(shown(project), key=lambda v: (v == project.newest, v.id == picked, v.number), reverse=True)
    return next((v for v in latest if isinstance(number, int) and v.variant(number)), None)


def _named(project: Project, number: int | None) -> Version | None:
    """Return the gallery with this number; the first of those that are left counts as number 1."""
    there = shown(project)
    if number is None or not there:
        return None
    return there[0] if number == 1 else next((v for v in there if v.number == number), None)


def back(project: Project, plan: Plan) -> list[Action]:
    """Show an earlier gallery again: the one that was named, else the one before the newest."""
    there = shown(project)
    version = _named(project, plan.version) if plan.version else (there[-2] if len(there) > 1 else None)
    if version is None:
        return [Say(wording.no_version(plan.version) if plan.version and there else wording.NOTHING_EARLIER)]
    picked = next((n for n, who in version.picks.items() if project.owner in who and version.variant(n)), None)
    number = picked or version.variants[0].number
    return [Say(wording.went_back(version.number)), ShowGallery(version.id), Select(version.id, number)]


def job_from_words(project: Project, event: Said, plan: Plan) -> list[Action]:
    """Return the job that words start, or say what is missing."""
    version = referred(project, event, plan)
    if version is None:
        return _from_sources(project, event, plan)
    if isinstance(plan.base, int) and version.variant(plan.base) is None:
        return [Say(wording.no_variant(plan.base, len(version.variants)))]
    base = _base(project, event, plan, version)
    if plan.action is Wish.REROLL and base is None and not event.sources:
        return [again(project, version, plan.variants)]
    return [_start(project, event, plan, version, base)]


def _from_sources(project: Project, event: Said, plan: Plan) -> list[Action]:
    """Nothing was made yet: the sources are all there is."""
    if not project.sources and not event.sources:
        return [Say(wording.NO_PICTURE)]
    action = Wish.GENERATE if plan.action is Wish.REROLL else plan.action
    complete = with_roles(plan.evolve(action=action, base="source", version=None), len(project.sources))
    return [StartJob(complete, words=event.text)]


def _base(project: Project, event: Said, plan: Plan, version: Version) -> Base | None:
    """Return the variant to work on, or None for the sources."""
    if isinstance(plan.base, int):
        return base_of(version, plan.base)
    if plan.base == "source" or _brings_subject(project, event, plan):
        return None
    if plan.action is Wish.REROLL:
        return None
    replied = event.replied_to == version.id
    if plan.action in TOOLS:
        return unspoken(project, version, replied=replied) or best_of(project, version)
    return unspoken(project, version, replied=replied)


def _brings_subject(project: Project, event: Said, plan: Plan) -> bool:
    """Whether a picture that came with the words is to be worked on, and not only a reference."""
    return bool(event.sources) and _new_subject(project, event, plan) is not None


def _new_subject(project: Project, event: Said, plan: Plan) -> str | None:
    """Return the id of the first new picture that is no mere reference, or None."""
    roles = {reference.image: reference.role for reference in plan.references}
    numbers = {source.info.id: n for n, source in enumerate(project.sources, 1)}
    for source in event.sources:
        if roles.get(numbers.get(source.info.id, 0), Role.SUBJECT) in SUBJECTS:
            return source.info.id
    return None


def _start(project: Project, event: Said, plan: Plan, version: Version, base: Base | None) -> StartJob:
    complete = _complete(plan, version, base)
    image = base.image if base else _new_subject(project, event, plan) or _source_base(project, plan, version)
    return StartJob(
        complete,
        words=event.text,
        parent=version.id,
        # On the same base the same seeds show what the words changed; a new base deserves new ones.
        fresh=base is not None
        or bool(event.sources)
        or plan.action is Wish.REROLL
        or plan.prompt == version.request.prompt,
        base_image=image,
    )


def _source_base(project: Project, plan: Plan, version: Version) -> str | None:
    """Return what the version itself worked on, unless the words ask for the source."""
    if plan.base == "source" or version.request.kind is not Kind.GENERATE:
        return None
    return version_base(project, version)


def _complete(plan: Plan, version: Version, base: Base | None) -> Plan:
    """Fill in from the standing version what the words left open."""
    reroll = plan.action is Wish.REROLL
    action = Wish.GENERATE if reroll else plan.action
    before = family_of(version, base.variant) if base else version.plan.families
    families = plan.families or tuple(f for f in before if f is not Family.VIDEO)
    if action is Wish.ANIMATE:
        families = (Family.VIDEO,)
    return plan.evolve(
        action=action,
        families=families,
        base=base.variant.number if base else "source",
        version=None,
        prompt=plan.prompt or version.request.prompt,
        negative=plan.negative or version.request.negative,
        change=plan.change or (Change.SUBTLE if reroll else None),
        references=_references(plan, version),
    )


def _references(plan: Plan, version: Version) -> tuple[Reference, ...]:
    """Keep the roles that were given before, except where the words give others."""
    named = {reference.image: reference for reference in (*version.plan.references, *plan.references)}
    return tuple(sorted(named.values(), key=lambda reference: reference.image))
