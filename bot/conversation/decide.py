"""What to do about what somebody did. Pure: the project as it stands, an event and a plan in; actions out."""

from __future__ import annotations

from bot.conversation import wording
from bot.conversation.actions import (
    Action,
    Cancel,
    CountPick,
    Refuse,
    Say,
    Select,
    StartJob,
    Withdraw,
)
from bot.conversation.events import Event, Posted, Pressed, Reacted, Said, Submitted
from bot.conversation.presses import pressed
from bot.conversation.project import Project, Version
from bot.conversation.speech import back, job_from_words, referred
from bot.conversation.starts import submitted_plan, with_roles
from bot.planner.plan import Action as Wish
from bot.planner.plan import Plan

JOBS = frozenset({Wish.GENERATE, Wish.REROLL, Wish.ANIMATE, Wish.UPSCALE, Wish.FIX_FACE})


def decide(project: Project, event: Event, plan: Plan | None) -> list[Action]:
    """Return what to do, in order. `plan` is what the planner made of the words of Posted and Said."""
    match event:
        case Posted():
            return _posted(project, event, plan or Plan(action=Wish.GENERATE))
        case Said():
            return _said(project, event, plan or Plan(action=Wish.TALK))
        case Pressed():
            return pressed(project, event)
        case Submitted():
            return _submitted(project, event)
        case Reacted():
            return _reacted(project, event)


def _posted(project: Project, event: Posted, plan: Plan) -> list[Action]:
    """A project's first words can only start something, or be talk."""
    if not event.sources and not project.sources:
        return [Say(plan.reply or wording.NO_PICTURE)]
    if plan.action is Wish.REROLL:
        plan = plan.evolve(action=Wish.GENERATE)
    if plan.action not in JOBS:
        return [Say(plan.reply or wording.WHAT_NEXT)]
    plan = with_roles(plan, len(project.sources or event.sources))
    return [StartJob(plan.evolve(base="source", version=None), words=event.text)]


def _said(project: Project, event: Said, plan: Plan) -> list[Action]:
    if _overheard(project, event, plan):
        return []
    if plan.action is Wish.TALK:
        return [Say(plan.reply or wording.WHAT_NEXT)]
    if plan.action is Wish.PICK:
        return _picked_in_words(project, event, plan)
    if event.user != project.owner:
        return [Refuse(wording.not_yours(project.owner))]
    return _by_owner(project, event, plan)


def _by_owner(project: Project, event: Said, plan: Plan) -> list[Action]:
    if plan.action is Wish.CANCEL:
        return _cancelled(project)
    if project.pending is not None and not project.versions:
        return [Say(wording.STILL_LOOKING)]
    if plan.action is Wish.BACK:
        return back(project, plan)
    return job_from_words(project, event, plan)


def _overheard(project: Project, event: Said, plan: Plan) -> bool:
    """Whether members talk with each other, and not with Easel.

    The owner is heard in any case, except when chatting with others. Others are heard when they speak to Easel, when
    they vote for a picture that is there, and once when they try to steer, so that they learn how to start their own.
    """
    if event.addressed or (event.user == project.owner and plan.action is not Wish.TALK):
        return False
    if event.user == project.owner:
        return event.addressed is False
    if plan.action is Wish.PICK:
        version = referred(project, event, plan)
        return version is None or not isinstance(plan.base, int) or version.variant(plan.base) is None
    return event.addressed is False or plan.action is Wish.TALK or event.user in project.told


def _picked_in_words(project: Project, event: Said, plan: Plan) -> list[Action]:
    version = referred(project, event, plan)
    if version is None:
        return [Say(wording.NOT_READY if project.running else wording.NO_PICTURE)]
    if not isinstance(plan.base, int):
        return [Say(wording.WHICH_ONE)]
    if version.variant(plan.base) is None:
        return [Say(wording.no_variant(plan.base, len(version.variants)))]
    return [*_pick(project, event.user, version, plan.base), *_heard(project, event, plan.base)]


def _heard(project: Project, event: Said, number: int) -> list[Action]:
    """The owner hears what can follow; a voter sees the vote counted on the gallery."""
    return [Say(wording.picked(number))] if event.user == project.owner else []


def _pick(project: Project, user: int, version: Version, number: int) -> list[Action]:
    count = CountPick(user, version.id, number, added=True)
    return [count, Select(version.id, number)] if user == project.owner else [count]


def _cancelled(project: Project) -> list[Action]:
    running = project.running
    if project.pending is not None and not project.versions:
        return [Withdraw()]
    if not running:
        return [Say(wording.NOTHING_RUNS)]
    return [*(Cancel(version.id) for version in running), Say(wording.stopped(len(running)))]


def _submitted(project: Project, event: Submitted) -> list[Action]:
    version = project.version(event.version)
    if event.user != project.owner:
        return [Refuse(wording.not_yours(project.owner))]
    if version is None or version.deleted:
        return [Refuse(wording.GALLERY_GONE)]
    return [submitted_plan(project, version, event)]


def _reacted(project: Project, event: Reacted) -> list[Action]:
    """Anybody may react: the owner's number is the project's pick, everybody's is counted."""
    version = project.version(event.version)
    if version is None or version.deleted or version.variant(event.variant) is None:
        return []
    if not event.added:
        return [CountPick(event.user, version.id, event.variant, added=False)]
    return _pick(project, event.user, version, event.variant)
