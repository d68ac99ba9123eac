"""Which models stay in memory: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Resident:
    """A loaded model: its card's id, the memory it takes in GB, and when it was last used (any clock)."""

    model: str
    memory_gb: float
    used: float


@dataclass(frozen=True)
class Admission:
    """What to do before a model can run: the models to let go, in this order, and whether to load it."""

    evict: tuple[str, ...]
    load: bool


def admit(model: str, memory_gb: float, residents: Iterable[Resident], budget_gb: float) -> Admission:
    """Return what makes room for a model: the least recently used leave first, and no more than must.

    A model larger than the whole budget is loaded alone: its card said that the machine can run it.
    """
    residents = tuple(residents)
    if any(resident.model == model for resident in residents):
        return Admission((), load=False)
    free = budget_gb - sum(resident.memory_gb for resident in residents)
    evict = []
    for resident in sorted(residents, key=lambda resident: resident.used):
        if free >= memory_gb:
            break
        evict.append(resident.model)
        free += resident.memory_gb
    return Admission(tuple(evict), load=True)
