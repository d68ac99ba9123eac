"""A renderer that does as its prompt says, for tests of everything around renderers.

Words of the prompt: `steps=N` (1), `nap=SECONDS` before each step (0), and, at the last step:
`die=FILE` (kill this process, as long as FILE is not there; it is made), `die` (always), `hang`, `noise` (print),
`memory` (MemoryError), `refuse` (RenderError), `bug` (any other error).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from engine.contract import Kind
from engine.errors import RenderError
from engine.renderers.base import Clip, Picture

CARD = """
id = "{id}"
title = "{id}"
family = "photoreal"
renderer = "{renderer}"
licence = "MIT"
kinds = ["generate", "animate"]
"""


def write_card(folder, card_id, *, renderer="tests.support.renderers:Obedient", more=""):
    """Write a card of this renderer into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{card_id}.toml").write_text(CARD.format(id=card_id, renderer=renderer) + more)


class Obedient:
    """Yields flat pictures of the subject's size, one for each variant, whose colour is the seed's."""

    def __init__(self, card):
        self.card = card

    def render(self, task, report):
        words = dict(word.partition("=")[::2] for word in task.prompt.split())
        steps = int(words.get("steps", 1))
        subject = task.subject.pixels
        for index, variant in enumerate(task.variants):
            picture = np.full_like(subject[..., :3], (task.seed + variant) % 256)
            for step in range(1, steps + 1):
                time.sleep(float(words.get("nap", 0)))
                report(index * steps + step, steps * len(task.variants), picture)
            _misbehave(words)
            yield _clip(variant, picture) if task.kind is Kind.ANIMATE else Picture(variant, picture, ("flat",))


def _clip(variant, picture):
    height, width = picture.shape[:2]
    colour = picture[0, 0].tobytes()
    return Clip(variant, b"\0\0\0\x18ftypisom" + colour, width, height, picture, b"RIFF" + colour)


def _misbehave(words):
    if "noise" in words:
        sys.stdout.write("a library that prints\n")
        os.write(1, b"and one in C\n")
    if "die" in words and _first_time(words["die"]):
        os.kill(os.getpid(), signal.SIGKILL)
    if "hang" in words:
        time.sleep(600)
    for word, error in (("memory", MemoryError()), ("refuse", RenderError("Not this one.")), ("bug", KeyError("x"))):
        if word in words:
            raise error


def _first_time(marker):
    if not marker:
        return True
    path = Path(marker)
    if path.exists():
        return False
    path.touch()
    return True
