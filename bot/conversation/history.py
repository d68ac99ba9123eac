"""What was asked in a thread and what came of it, told to the planner. Pure."""

from __future__ import annotations

from bot.conversation.project import Project, Version
from bot.planner.plan import Turn

MAX_TURNS = 6


def turns(project: Project) -> tuple[Turn, ...]:
    """Return the last galleries that can still be seen, the oldest first."""
    shown = [version for version in project.versions if not version.deleted]
    return tuple(_turn(project, version) for version in shown[-MAX_TURNS:])


def _turn(project: Project, version: Version) -> Turn:
    picked = project.selected[1] if project.selected and project.selected[0] == version.id else None
    return Turn(
        number=version.number,
        words=version.words,
        action=version.plan.action,
        families=version.plan.families,
        base=version.plan.base,
        prompt=version.request.prompt,
        variants=len(version.variants),
        picked=picked,
    )
