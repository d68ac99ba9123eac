"""Who is next, and when one's turn will come: pure.

Fair sharing in the manner of start-time fair queueing: each client has an account of the seconds of rendering it
was given lately; the client with the smallest account is served first. One member with twenty jobs therefore waits
behind another with one. A model that is loaded already is worth the seconds its loading would take, and no more, so
that tasks of one model run together as long as that costs nobody more than it saves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

#: After this many seconds half of what a client was given is forgotten.
HALF_LIFE_S = 300.0
#: And after this many, what is left of it decides nothing any more.
FORGOTTEN_S = 20 * HALF_LIFE_S


@dataclass(frozen=True)
class Entry:
    """A task in the queue, as far as its turn is concerned.

    Args:
        job: The job's id.
        model: The card's id.
        client: Who asked.
        since: Unix seconds of the job's creation.
        seconds: What it should take.
        load_s: What loading its model should take, when it is not resident.
    """

    job: str
    model: str
    client: str
    since: float
    seconds: float
    load_s: float = 0.0


@dataclass(frozen=True)
class Place:
    """Where a job stands: the tasks ahead of its first, and the seconds until its last is done."""

    position: int
    eta_s: float


def account(seconds: float, elapsed: float) -> float:
    """Return what is left of a client's account after `elapsed` seconds."""
    return float(seconds * 0.5 ** (max(elapsed, 0.0) / HALF_LIFE_S))


def order(
    waiting: Iterable[Entry],
    running: Iterable[Entry] = (),
    served: Mapping[str, float] | None = None,
    resident: Collection[str] = (),
) -> list[Entry]:
    """Return the waiting tasks in the order in which they will be taken.

    Args:
        waiting: In any order; the tasks of one job in the order in which it names its models.
        running: What is being worked on; it counts as served.
        served: Each client's account, in seconds.
        resident: The models in memory; the last one taken is assumed to stay there.
    """
    accounts = dict(served or {})
    for entry in running:
        accounts[entry.client] = accounts.get(entry.client, 0.0) + entry.seconds
    queues = _queues(waiting)
    loaded = set(resident)
    taken: list[Entry] = []
    while queues:
        entry = _next(queues, accounts, loaded)
        taken.append(entry)
        queues[entry.client].remove(entry)
        if not queues[entry.client]:
            del queues[entry.client]
        accounts[entry.client] = accounts.get(entry.client, 0.0) + entry.seconds
        loaded.add(entry.model)
    return taken


def places(ordered: Sequence[Entry], busy_s: float = 0.0, resident: Collection[str] = ()) -> dict[str, Place]:
    """Return where each waiting job stands.

    Args:
        ordered: What `order` returned.
        busy_s: Seconds until the running task is done.
        resident: The models in memory.
    """
    found: dict[str, Place] = {}
    loaded = set(resident)
    clock = busy_s
    for position, entry in enumerate(ordered):
        clock += entry.seconds + (0.0 if entry.model in loaded else entry.load_s)
        loaded.add(entry.model)
        first = found[entry.job].position if entry.job in found else position
        found[entry.job] = Place(first, clock)
    return found


def _queues(waiting: Iterable[Entry]) -> dict[str, list[Entry]]:
    queues: dict[str, list[Entry]] = {}
    for entry in sorted(waiting, key=lambda entry: entry.since):
        queues.setdefault(entry.client, []).append(entry)
    return queues


def _next(queues: Mapping[str, list[Entry]], accounts: Mapping[str, float], loaded: Collection[str]) -> Entry:
    def cost(entry: Entry) -> tuple[float, float]:
        load = 0.0 if entry.model in loaded else entry.load_s
        return accounts.get(entry.client, 0.0) + load, entry.since

    return min((_head(queue, loaded) for queue in queues.values()), key=cost)


def _head(queue: Sequence[Entry], loaded: Collection[str]) -> Entry:
    """A client's own oldest task, unless a little younger one needs no loading."""
    oldest = queue[0]
    if oldest.model in loaded:
        return oldest
    ready = (entry for entry in queue if entry.model in loaded and entry.since - oldest.since <= oldest.load_s)
    return next(ready, oldest)
