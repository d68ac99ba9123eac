"""Variants made side by side, one a core, reported and handed over by one thread."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event

from engine.errors import RenderCancelled
from engine.renderers.base import Picture, Pixels, Report

#: Above so many pixels variants are made one after the other: each holds a dozen planes of its size.
_LARGE = 5_000_000

Step = Callable[[Pixels | None], None]
Made = Picture | BaseException


def side_by_side(
    make: Callable[[int, Step], Picture], variants: Sequence[int], steps: int, report: Report, first: Pixels
) -> Iterator[Picture]:
    """Yield the variants in their order, as many in the making at a time as there are cores.

    OpenCV and numpy work outside the interpreter's lock, so threads are enough. `report` is called from the caller's
    thread only; when it raises, what is in the making ends at its next step.

    Args:
        make: Makes a variant and calls the step it is given `steps` times.
        variants: Their numbers.
        steps: How often `make` steps; the finished variant counts as one more.
        report: As in `engine.renderers.base`.
        first: The picture to begin with.
    """
    mail: SimpleQueue[tuple[int, Pixels | None, Made | None]] = SimpleQueue()
    stop = Event()

    def step(variant: int, pixels: Pixels | None) -> None:
        if stop.is_set():
            raise RenderCancelled
        mail.put((variant, pixels, None))

    def work(variant: int) -> None:
        try:
            made: Made = make(variant, lambda pixels: step(variant, pixels))
        except BaseException as error:  # noqa: BLE001  # it is raised again where the variants are taken
            made = error
        mail.put((variant, made.pixels if isinstance(made, Picture) else None, made))

    of = 1 + (steps + 1) * len(variants)
    pool = ThreadPoolExecutor(_hands(first), thread_name_prefix="variant")
    try:
        report(1, of, first)
        for variant in variants:
            pool.submit(work, variant)
        yield from _in_order(variants, _delivered(mail, report, of))
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


def _delivered(
    mail: SimpleQueue[tuple[int, Pixels | None, Made | None]], report: Report, of: int
) -> Iterator[tuple[int, Picture]]:
    """Report every step that comes in and yield every variant that is done, in any order."""
    done = 1
    while True:
        variant, pixels, made = mail.get()
        if isinstance(made, BaseException):
            raise made
        done += 1
        report(min(done, of), of, pixels)
        if made is not None:
            yield variant, made


def _in_order(variants: Sequence[int], delivered: Iterator[tuple[int, Picture]]) -> Iterator[Picture]:
    waiting: dict[int, Picture] = {}
    for variant in variants:
        while variant not in waiting:
            number, picture = next(delivered)
            waiting[number] = picture
        yield waiting.pop(variant)


def _hands(picture: Pixels) -> int:
    return 1 if picture.shape[0] * picture.shape[1] > _LARGE else os.cpu_count() or 1
