"""Rendering without a server: `python -m engine render`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.contract import ImageRef, JobRequest, Result, Role
from engine.images.intake import admit
from engine.images.store import ImageStore
from engine.jobs.loaded import Loaded, render_task
from engine.jobs.output import keep
from engine.models.catalog import Catalog
from engine.renderers.base import Pixels


@dataclass(frozen=True)
class Written:
    """A finished file: where it is, and what it is."""

    file: Path
    result: Result
    seconds: float


def take_files(store: ImageStore, files: list[Path], roles: list[Role]) -> tuple[ImageRef, ...]:
    """Take image files in; the first is the subject, and so are the others unless `roles` say otherwise.

    Raises:
        OSError: A file cannot be read.
        EngineError: It is no image that can be worked on.
    """
    padded = [*roles, *[Role.SUBJECT] * len(files)]
    return tuple(
        ImageRef(id=admit(file.read_bytes(), store).id, role=role) for file, role in zip(files, padded, strict=False)
    )


def render(
    catalog: Catalog, store: ImageStore, request: JobRequest, out: Path, report: Callable[[int, int], None]
) -> Iterator[Written]:
    """Render a request with its first model, writing each result as soon as it is ready.

    Args:
        catalog: Knows the model.
        store: Holds the request's images, and gets the results.
        request: What to make.
        out: A folder; made when it is not there.
        report: Is told each step, and of how many.

    Raises:
        EngineError: It cannot be done.
    """
    card = catalog.runnable(request.models[0], request.kind)
    task = render_task(store, request, tuple(range(request.variants)))
    renderer, _ = Loaded(catalog.machine.memory_gb).take(card)
    out.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()

    def told(step: int, of: int, _preview: Pixels | None) -> None:
        report(step, of)

    for made in renderer.render(task, told):
        result = keep(store, card, request, made)
        now = time.monotonic()
        yield Written(_copy(store, result, out), result, now - begun)
        begun = now


def _copy(store: ImageStore, result: Result, out: Path) -> Path:
    suffix = ".mp4" if result.clip else ".png"
    file = out / f"{result.model}-{result.variant + 1}{suffix}"
    file.write_bytes(store.read(result.id))
    return file
