"""From a print size to how much larger a picture has to be, said honestly. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.conversation.actions import StartJob
from bot.conversation.project import Project
from bot.planner.plan import Action, Paper
from bot.planner.resolve import images_for
from engine.contract import MAX_PIXELS

_MM_AN_INCH = 25.4
_SCALES = (2, 3, 4)
#: From this share of the wanted fineness nobody sees what is missing.
_ENOUGH = 0.97
#: From how many dpi a print looks well, and from where.
_VIEWS = (
    (240, "which nobody will tell from it"),
    (170, "fine at arm's length"),
    (110, "fine from a step or two away"),
    (50, "fine on a wall across the room, soft from close by"),
    (15, "soft, and only for a look from far away"),
    (0, "too coarse to look well; a larger original would help"),
)


@dataclass(frozen=True)
class Print:
    """What a print takes: how many times as large, and the words for the member."""

    scale: int
    words: str


def for_print(start: StartJob, project: Project) -> StartJob:
    """Return the job with the scale that its print size takes, and the words that say so; others as they are."""
    plan = start.plan
    size = size_of(start, project) if plan.paper is not None and plan.action is Action.UPSCALE else None
    if plan.paper is None or size is None:
        return start
    found = printed(plan.paper, *size)
    return replace(start, plan=plan.evolve(scale=found.scale, reason=found.words, reply=found.words))


def size_of(start: StartJob, project: Project) -> tuple[int, int] | None:
    """Return the width and height of the picture a job works on, or None when nobody knows them."""
    if start.base_image is None and not project.sources:
        return None
    image = images_for(start, project)[0].id
    sources = ((s.info.id, s.info.width, s.info.height) for s in project.sources)
    made = ((v.image, v.width, v.height) for version in project.versions for v in version.variants)
    posters = ((v.poster, v.width, v.height) for version in project.versions for v in version.variants)
    return next(((w, h) for known, w, h in (*sources, *made, *posters) if known == image), None)


def printed(paper: Paper, width: int, height: int) -> Print:
    """Return the least scale that fills a paper finely enough, else the largest, and what comes of it.

    A scale that the member said counts.

    Args:
        paper: It lies as the picture does.
        width: Of the picture, in pixels.
        height: Likewise.
    """
    across, down = _inches(paper, width, height)
    possible = [s for s in _SCALES if width * height * s * s <= MAX_PIXELS]
    has = min(width / across, height / down)
    enough = [s for s in possible if has * s >= _ENOUGH * paper.dpi]
    scale = paper.times or (enough or possible[::-1] or [_SCALES[0]])[0]
    done = scale if scale in possible else 1
    takes = f"{_name(paper)} at {paper.dpi} dpi takes {_size(across * paper.dpi, down * paper.dpi)} pixels"
    outcome = _outcome(paper, has, done, width, height)
    words = f"{takes}; your picture has {_size(width, height)}{outcome}{_shape(across / down, width / height)}"
    return Print(scale, words)


def _inches(paper: Paper, width: int, height: int) -> tuple[float, float]:
    short, long = paper.short_mm / _MM_AN_INCH, paper.long_mm / _MM_AN_INCH
    return (long, short) if width > height else (short, long)


def _name(paper: Paper) -> str:
    return paper.name[:1].upper() + paper.name[1:]


def _size(width: float, height: float) -> str:
    return f"{round(width)} x {round(height)}"


def _outcome(paper: Paper, has: float, done: int, width: int, height: int) -> str:
    if done == 1:
        far = "enough" if has >= _ENOUGH * paper.dpi else f"about {has:.0f} dpi, {_view(has)}"
        return f", as many as I can handle: {far}."
    if has >= _ENOUGH * paper.dpi:
        return f", which is enough already. {done}x gives {_size(width * done, height * done)}, for a closer look."
    made = f", so {done}x brings it to {_size(width * done, height * done)}: "
    reached = has * done
    if reached >= _ENOUGH * paper.dpi:
        return f"{made}enough."
    return f"{made}about {reached:.0f} dpi, {_view(reached)}."


def _view(dpi: float) -> str:
    return next(words for least, words in _VIEWS if dpi >= least)


def _shape(paper: float, picture: float) -> str:
    """Say what the difference of two aspects (width to height) costs."""
    kept = min(paper, picture) / max(paper, picture)
    if kept > _ENOUGH:
        return ""
    side = "height" if paper > picture else "width"
    return f" It has another shape than the paper: leave white borders, or crop {100 * (1 - kept):.0f} % of its {side}."
