"""What this machine has for models to run on."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from engine.settings import Device, EngineSettings

_NVIDIA = Path("/dev/nvidiactl")
#: The share of the memory that models may take together; the rest is for pictures and everything else.
_SHARE = 0.75


@dataclass(frozen=True)
class Machine:
    """The memory models may take, in GB, and whether they can run on CUDA."""

    memory_gb: float
    cuda: bool


def this_machine(settings: EngineSettings) -> Machine:
    """Return what there is, as far as the settings allow its use."""
    cuda = settings.device is Device.CUDA or (settings.device is Device.AUTO and _has_cuda())
    return Machine(settings.memory_gb or _SHARE * total_memory_gb(), cuda)


def total_memory_gb() -> float:
    """Return this machine's memory, or what its control group allows of it."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(total, _group_limit() or total) / 2**30


def _group_limit() -> int | None:
    try:
        return int(Path("/sys/fs/cgroup/memory.max").read_text())
    except (OSError, ValueError):
        return None


def _has_cuda() -> bool:
    """A driver and something that can use it; torch itself is too heavy to ask here."""
    return _NVIDIA.exists() and importlib.util.find_spec("torch") is not None
