"""How far a version is: the engine's events folded into one frozen fact. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.contract import Event, Progress, Queued, Result, Resulted, Started


@dataclass(frozen=True)
class Stage:
    """What can be said of a version that has not ended. `began` (of the model at work) and `ends_at`: Unix seconds."""

    position: int | None = None
    began: float | None = None
    ends_at: int | None = None
    model: str | None = None
    step: int = 0
    of: int = 0
    preview: str | None = None
    results: tuple[Result, ...] = ()
    away: bool = False


def advance(stage: Stage, event: Event, now: float) -> Stage:
    """Return the stage after an event that came at `now` (Unix seconds)."""
    match event:
        case Queued():
            return replace(stage, position=event.position, ends_at=_at(now, event.eta_s), away=False)
        case Started():
            ends_at = _at(now, event.eta_s) or stage.ends_at
            return replace(stage, position=None, model=event.model, step=0, of=0, began=now, ends_at=ends_at)
        case Progress():
            return replace(
                stage,
                position=None,
                model=event.model,
                step=event.step,
                of=event.of,
                preview=event.preview or stage.preview,
                ends_at=_by_progress(stage, event, now),
            )
        case Resulted():
            new = event.result
            others = tuple(r for r in stage.results if (r.model, r.variant) != (new.model, new.variant))
            return replace(stage, position=None, results=(*others, new))
        case _:
            return stage


def _by_progress(stage: Stage, event: Progress, now: float) -> int | None:
    """What is left, should it go on as it went; the guess from before the first step is not kept past its time."""
    if stage.began is None or not 0 < event.step <= event.of:
        return stage.ends_at if stage.ends_at and stage.ends_at > now else None
    return _at(now, max(1.0, (now - stage.began) * (event.of - event.step) / event.step))


def _at(now: float, eta_s: float | None) -> int | None:
    return None if eta_s is None else round(now + eta_s)
