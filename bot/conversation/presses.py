"""What a pressed button means. Pure."""

from __future__ import annotations

from bot.conversation import starts, wording
from bot.conversation.actions import Action, Cancel, CountPick, Delete, OpenForm, Refuse, Select, StartJob
from bot.conversation.bases import Base, base_of, best_of
from bot.conversation.events import Press, Pressed
from bot.conversation.project import Project, Version
from bot.planner.plan import Action as Wish
from engine.contract import Kind

TOOLS = {Press.UPSCALE: Wish.UPSCALE, Press.FIX_FACE: Wish.FIX_FACE, Press.ANIMATE: Wish.ANIMATE}


def pressed(project: Project, event: Pressed) -> list[Action]:
    """Return what a press does: anybody may pick, the rest is the owner's."""
    version = project.version(event.version)
    if version is None or version.deleted:
        return [Refuse(wording.GALLERY_GONE)]
    if event.variant and version.variant(event.variant) is None:
        return [
            Refuse(wording.no_variant(event.variant, len(version.variants)) if version.variants else wording.NOT_READY)
        ]
    if event.press is Press.PICK:
        return _picked(project, event, version)
    if event.user != project.owner:
        return [Refuse(wording.not_yours(project.owner))]
    return _by_owner(project, event, version)


def _picked(project: Project, event: Pressed, version: Version) -> list[Action]:
    """A pick selects for the owner and is a vote for everybody else, who takes it back by pressing again."""
    if not event.variant:
        return [Refuse(wording.WHICH_ONE)]
    if event.user == project.owner:
        return [
            CountPick(event.user, version.id, event.variant, added=True),
            Select(version.id, event.variant),
        ]
    voted = event.user in version.picks.get(event.variant, frozenset())
    return [CountPick(event.user, version.id, event.variant, added=not voted)]


def _by_owner(project: Project, event: Pressed, version: Version) -> list[Action]:
    match event.press:
        case Press.EDIT:
            return [OpenForm(version.id)]
        case Press.DELETE:
            return [Delete(version.id)]
        case Press.CANCEL:
            return [Refuse(wording.ENDED_ALREADY)] if version.status.ended else [Cancel(version.id)]
        case _:
            start = _start(project, event, version)
            return [start] if start else [Refuse(wording.NOT_READY)]


def _start(project: Project, event: Pressed, version: Version) -> StartJob | None:
    """Return the job that a press starts, or None when there is no picture for it yet."""
    match event.press:
        case Press.AGAIN:
            return starts.again(project, version)
        case Press.CLOSER:
            return starts.step(project, version, -1)
        case Press.FURTHER:
            return starts.step(project, version, 1)
        case Press.COMPARE:
            return starts.compare(project, version, _compared(project, event, version))
        case _:
            return _on_a_variant(project, event, version)


def _compared(project: Project, event: Pressed, version: Version) -> Base | None:
    """Return the variant that is compared, or None for what the version itself worked on."""
    if event.variant:
        return base_of(version, event.variant)
    return None if version.request.kind is Kind.GENERATE else best_of(project, version)


def _on_a_variant(project: Project, event: Pressed, version: Version) -> StartJob | None:
    base = base_of(version, event.variant) if event.variant else best_of(project, version)
    if base is None:
        return None
    return starts.tool(base, TOOLS[event.press]) if event.press in TOOLS else starts.vary(base)
