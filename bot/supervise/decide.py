"""What the supervisor does next, from plain facts about its children. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

BACKOFF_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
STABLE_S = 60.0  #: a child that lived this long has its earlier deaths forgiven
TRIES = 5  #: deaths in a row, without ever having been ready, after which there is no point
HOPELESS = 2  #: the exit status that says: a person has to change something first


@dataclass(frozen=True)
class Child:
    """What is known of a child. Times are monotonic seconds; `status` is that of its last death.

    A child that is not ours (an engine elsewhere) runs from the start and never dies.
    """

    name: str
    needs: tuple[str, ...] = ()
    running: bool = False
    ready: bool = False
    ever_ready: bool = False
    deaths: int = 0
    status: int | None = None
    started: float = 0.0
    not_before: float = 0.0


@dataclass(frozen=True)
class Start:
    """Start this child."""

    name: str


@dataclass(frozen=True)
class Probe:
    """Ask this child whether it is ready."""

    name: str


@dataclass(frozen=True)
class GiveUp:
    """This child cannot live here: say why and end."""

    name: str


@dataclass(frozen=True)
class Announce:
    """Everything is ready: say where."""


Action = Start | Probe | GiveUp | Announce


def next_actions(children: Mapping[str, Child], *, announced: bool, now: float) -> list[Action]:
    """Decide what to do, from what is known of every child."""
    lost = [child for child in children.values() if hopeless(child)]
    if lost:
        return [GiveUp(lost[0].name)]
    actions = [action for child in children.values() if (action := _next(child, children, now))]
    if not announced and all(child.ready for child in children.values()):
        return [*actions, Announce()]
    return actions


def hopeless(child: Child) -> bool:
    """Tell whether starting this child once more has no point."""
    if child.running or (child.ever_ready and child.status != HOPELESS):
        return False
    return child.deaths >= TRIES or (child.status == HOPELESS and not child.ever_ready)


def _next(child: Child, children: Mapping[str, Child], now: float) -> Action | None:
    if child.running:
        return None if child.ready else Probe(child.name)
    if now >= child.not_before and all(children[name].ready for name in child.needs):
        return Start(child.name)
    return None


def started(child: Child, now: float) -> Child:
    """Return the child as it is once it was started."""
    return replace(child, running=True, ready=False, started=now)


def ready(child: Child) -> Child:
    """Return the child as it is once it answers."""
    return replace(child, ready=True, ever_ready=True)


def died(child: Child, status: int, now: float) -> Child:
    """Return the child after its death: each one in a row makes the wait for the next start longer."""
    deaths = 1 if now - child.started >= STABLE_S else child.deaths + 1
    wait = BACKOFF_S[min(deaths, len(BACKOFF_S)) - 1]
    return replace(child, running=False, ready=False, deaths=deaths, status=status, not_before=now + wait)
