"""The models in a worker's memory, and the pictures of a task as a renderer wants them."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass, field

from engine.contract import Box, ImageRef, JobRequest
from engine.errors import ImageNotFound
from engine.images.inspect import inspect
from engine.images.store import ImageStore
from engine.images.stored import pixels_of
from engine.models.card import Card
from engine.models.residency import Resident, admit
from engine.renderers import registry
from engine.renderers.base import Input, Pixels, Renderer, RenderTask


@dataclass
class Loaded:
    """Renderers by their card's id; the least recently used leave when memory is short."""

    budget_gb: float
    _renderers: dict[str, tuple[Renderer, Resident]] = field(default_factory=dict)

    @property
    def models(self) -> tuple[str, ...]:
        """The ids of the cards that are loaded."""
        return tuple(self._renderers)

    def take(self, card: Card) -> tuple[Renderer, float | None]:
        """Return a card's renderer, and the seconds it took to load, None when it was loaded already."""
        plan = admit(
            card.id, card.needs.memory_gb, (resident for _, resident in self._renderers.values()), self.budget_gb
        )
        for model in plan.evict:
            self.drop(model)
        begun = time.monotonic()
        renderer = registry.make(card) if plan.load else self._renderers[card.id][0]
        now = time.monotonic()
        self._renderers[card.id] = (renderer, Resident(card.id, card.needs.memory_gb, now))
        return renderer, now - begun if plan.load else None

    def drop(self, model: str) -> None:
        """Let a model go, and its memory with it."""
        self._renderers.pop(model, None)
        gc.collect()


def render_task(store: ImageStore, request: JobRequest, variants: tuple[int, ...]) -> RenderTask:
    """Return what a renderer needs for these variants of a request, its images read from the store."""
    return RenderTask(
        images=tuple(_input(store, ref) for ref in request.images),
        kind=request.kind,
        prompt=request.prompt,
        negative=request.negative,
        variants=variants,
        change=request.change,
        keep=request.keep,
        seed=request.seed,
        long_side=request.size.long_side if request.size else None,
        motion=request.motion,
        seconds=request.seconds,
        scale=request.scale,
    )


def _input(store: ImageStore, ref: ImageRef) -> Input:
    try:
        pixels = pixels_of(store.read(ref.id))
    except ImageNotFound as error:
        raise ImageNotFound("An image of this job was deleted before its turn came.") from error
    return Input(pixels, ref.role, ref.weight, _faces(store, ref.id, pixels))


def _faces(store: ImageStore, image_id: str, pixels: Pixels) -> tuple[Box, ...]:
    """Uploads were looked at when they came in; results were not."""
    info = store.info(image_id)
    return info.faces if info else inspect(pixels, 0, "")[1]
