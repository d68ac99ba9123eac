"""Finished pictures and clips, and previews on the way, into the store."""

from __future__ import annotations

from collections.abc import Callable

from engine.contract import JobRequest, Result
from engine.images.encode import encode_png, preview_webp
from engine.images.store import ImageStore
from engine.models.card import Card
from engine.renderers.base import Clip, Picture, Pixels

PREVIEW_EVERY_S = 0.7
STEP_EVERY_S = 0.15


def keep(store: ImageStore, card: Card, request: JobRequest, made: Picture | Clip) -> Result:
    """Store a finished variant and return what to tell of it."""
    seed = request.seed + made.variant
    if isinstance(made, Clip):
        return Result(
            id=store.put(made.mp4, ".mp4"),
            model=card.id,
            variant=made.variant,
            seed=seed,
            width=made.width,
            height=made.height,
            clip=True,
            poster=store.put(encode_png(made.poster, metadata(card, request, seed)), ".png"),
            preview=store.put(made.preview_webp, ".webp"),
            notes=made.notes,
        )
    height, width = made.pixels.shape[:2]
    return Result(
        id=store.put(encode_png(made.pixels, metadata(card, request, seed)), ".png"),
        model=card.id,
        variant=made.variant,
        seed=seed,
        width=width,
        height=height,
        notes=made.notes,
    )


def metadata(card: Card, request: JobRequest, seed: int) -> dict[str, str]:
    """Return what is written into a picture, so that it can be made again."""
    words = {"prompt": request.prompt, "negative": request.negative}
    return {
        "Software": "Easel",
        "model": card.id,
        "seed": str(seed),
        "kind": request.kind,
        "change": request.change,
        **{name: text for name, text in words.items() if text},
    }


class Pace:
    """Lets steps and previews through as often as somebody can look at them.

    Args:
        clock: Seconds, growing.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._step_at = self._preview_at = float("-inf")

    def step(self, *, last: bool) -> bool:
        """Whether to tell of this step; the last always."""
        now = self._clock()
        if not last and now - self._step_at < STEP_EVERY_S:
            return False
        self._step_at = now
        return True

    def preview(self, store: ImageStore, pixels: Pixels | None) -> str | None:
        """Store a preview, scaled down, unless the last was just now; return its id."""
        now = self._clock()
        if pixels is None or now - self._preview_at < PREVIEW_EVERY_S:
            return None
        self._preview_at = now
        try:
            return store.put(preview_webp(pixels), ".webp", lasting=False)
        except OSError:  # A glance that cannot be kept is no reason to stop.
            return None
