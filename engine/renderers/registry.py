"""Renderers by name, each imported when a card first asks for it.

A card may also name `package.module:Class`: so the studio's looks do, and so an operator plugs in a renderer of
their own.
"""

from __future__ import annotations

import importlib
import importlib.util

from engine.errors import RendererMissing
from engine.models.card import Card
from engine.renderers.base import Renderer

#: name -> (module, class); a module that begins with a dot is in this package.
RENDERERS: dict[str, tuple[str, str]] = {
    "studio-face": (".studio.face", "FixFace"),
    "studio-motion": (".studio.clips.clip", "MotionClip"),
    "studio-upscale": (".studio.upscale", "Upscale"),
}


def make(card: Card) -> Renderer:
    """Return the renderer of a card, made with it.

    Raises:
        RendererMissing: The card names none that is here.
    """
    module, name = _locate(card.renderer)
    try:
        found = getattr(importlib.import_module(module, __package__), name)
    except (ImportError, AttributeError) as error:
        raise RendererMissing(f"The renderer {card.renderer!r} cannot be used: {error}") from error
    renderer: Renderer = found(card)
    return renderer


def why_missing(renderer: str) -> str | None:
    """Say why there is no such renderer, without importing it, or return None."""
    try:
        module, _ = _locate(renderer)
        found = importlib.util.find_spec(module, __package__)
    except RendererMissing as error:
        return error.detail
    except (ImportError, ValueError) as error:
        return f"the renderer {renderer!r} cannot be found: {error}"
    return None if found else f"the renderer {renderer!r} cannot be found."


def _locate(renderer: str) -> tuple[str, str]:
    if renderer in RENDERERS:
        return RENDERERS[renderer]
    module, colon, name = renderer.partition(":")
    if not (module and colon and name):
        raise RendererMissing(f"there is no renderer called {renderer!r}.")
    return module, name
