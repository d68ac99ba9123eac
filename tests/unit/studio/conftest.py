"""Small pictures and ready renderers for the studio's tests."""

import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

import engine.models
from engine.models.card import Card
from engine.renderers.base import Input, RenderTask
from engine.renderers.registry import make

CARDS = Path(engine.models.__file__).parent / "cards"


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)


def small(name, side=192):
    pixels = getattr(skimage.data, name)()[..., :3]
    scale = side / max(pixels.shape[:2])
    return cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="session")
def astronaut():
    return small("astronaut")


@pytest.fixture(scope="session")
def coffee():
    return small("coffee")


@pytest.fixture(scope="session")
def renderer():
    """Return the renderer of a card, by its id."""
    made = {}

    def of(name):
        if name not in made:
            made[name] = make(Card.model_validate(tomllib.loads((CARDS / f"{name}.toml").read_text())))
        return made[name]

    return of


@pytest.fixture(scope="session")
def render(renderer):
    """Render a picture with a card and return its results."""

    def run(name, pixels, *more, report=lambda *_: None, **task):
        images = (pixels if isinstance(pixels, Input) else Input(pixels), *more)
        return list(renderer(name).render(RenderTask(images, **{"variants": (0,), **task}), report))

    return run


@pytest.fixture(scope="session")
def lab():
    """Return the CIE Lab of a picture's bytes."""
    return lambda pixels: cv2.cvtColor(pixels[..., :3].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
