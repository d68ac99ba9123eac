"""Woodcut: black and white carved out of a plank, with gouge marks that follow the form, and a colour block or two."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.colour import colour
from engine.renderers.studio.filters import Floats, blur, floats, grid, lerp, smoothstep
from engine.renderers.studio.flats import features, hand_coloured, tone_area
from engine.renderers.studio.hatching import darkness
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.penwork import Path, contours, penned
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.texture import grain, noise


class Block(NamedTuple):
    """What a variant is cut from and printed with; `marks` is the width of a gouge in pixels at 1024.

    `blocks` are further colours, each with the darkness from which it is printed.
    """

    ink: str
    page: str
    blocks: tuple[tuple[str, float], ...]
    marks: float
    range: float
    angle: float
    border: float


class Woodcut(Look):
    """Tone as thick and thin gouges."""

    STEPS: ClassVar[int] = 3

    def paint(self, brief: Brief) -> Floats:
        """Return the print."""
        block = drawn(brief)
        page = paper(brief, block)
        brief.step(page)
        dark, dry = planned(brief.scene), surface(brief, block)
        for ink, start in block.blocks:
            page = printed(page, ink, blocked(dark, start, brief), np.flip(dry, 0))
        brief.step(page)
        sheet = printed(page, block.ink, carved(dark, brief, block), dry)
        brief.step(sheet)
        return sheet


def drawn(brief: Brief) -> Block:
    """Draw a variant's plank, inks and gouges."""
    dice, words = brief.dice, brief.steer
    blocks: tuple[tuple[str, float], ...] = dice.choose(
        ((), (("#d9a441", 0.22),), (("#b9cdbf", 0.12), ("#cf5a35", 0.5)), (("#8fb0c0", 0.25),))
    )
    return Block(
        ink=dice.choose(("#15110f", "#1d1512", "#141a26", "#10211d")),
        page=dice.choose(("#f4ead6", "#f6efe0", "#f3e6cb", "#f5f0e6")),
        blocks=() if words.up("mono") > 0.5 else blocks,
        marks=dice.choose((6.5, 5.2, 8.0, 6.0)) * 2 ** (0.6 * words["bold"] - 0.4 * words["detail"]),
        range=dice.choose((0.74, 0.88, 0.62, 0.8)) * (0.72 + 0.4 * brief.strength),
        angle=dice.choose((0.0, 1.57, 0.12, 1.45)),
        border=dice.choose((1.0, 0.0, 1.0, 0.0)),
    )


def paper(brief: Brief, block: Block) -> Floats:
    """Return handmade paper."""
    scene, rng = brief.scene, brief.dice.rng
    felt = 0.012 * noise(rng, scene.shape, 40 * scene.unit, 3) + 0.012 * grain(rng, scene.shape, 1.8)
    page = floats(np.clip(colour(block.page) * (1 + felt[..., None]), 0, 1))
    # A gentle change is a print coloured by hand.
    return hand_coloured(page, scene, float(np.clip(1.8 * (0.68 - brief.strength), 0, 0.6)))


def planned(scene: Scene) -> Floats:
    """Return how dark each place has to be, -0.5 (bare) to 1.5 (solid) about the middle tone, texture left out."""

    def made() -> Floats:
        dark = scene.flow.along(darkness(scene, crisp=0.75), 2 + 4 * scene.unit)
        middle = float(np.clip(np.quantile(dark[::4, ::4], 0.52), 0.36, 0.64))
        near = 0.1 * scene.near_faces(1.0)
        return floats(np.clip(dark - middle - near, -0.6, 0.6) * 1.15 + 0.5)

    return scene.once("woodcut plan", made)


def blocked(dark: Floats, start: float, brief: Brief) -> Floats:
    """Return where a colour block prints: a broad shape, cut roughly."""
    unit = brief.scene.unit
    broad = blur(dark, 9 * unit) + 0.012 * noise(brief.dice.rng, dark.shape, 30 * unit, 2)
    return tone_area(floats(broad), start, smooth=4 * unit, least=2400 * unit * unit)


def carved(dark: Floats, brief: Brief, block: Block) -> Floats:
    """Return the ink of the key block: solid darks, bare lights, between them gouges that run with the form."""
    scene = brief.scene
    width = max(block.marks * scene.unit, 2.6)
    grooves = gouges(brief, width)
    # Where nothing happens a cutter leaves the plank alone.
    lively = 0.4 + 0.6 * smoothstep(0.05, 0.35, blur(scene.detail, 6 * scene.unit))
    broad = dark + 0.5 * block.range * lively * grooves
    key = floats(np.clip(0.5 + (blur(floats(broad > 0.5), 0.9) - 0.5) * 1.9, 0, 1))

    def wide(path: Path) -> Floats:
        return floats(max(2.3 * scene.unit, 1.1) * np.clip(0.3 + 0.45 * path.strength, 0.5, 1.6))

    outline = penned(scene.shape, contours(scene, 1), wide, 26 * scene.unit)
    return floats(np.maximum(np.maximum(key, outline * smoothstep(0.85, 0.7, dark)), features(scene)))


def gouges(brief: Brief, width: float) -> Floats:
    """Return streaks of noise along the form, about -1..1: what a gouge takes away and leaves, thick to thin.

    Line integral convolution (Cabral and Leedom, 1993) of noise of one width.
    """
    scene = brief.scene
    raw = noise(brief.dice.rng, scene.shape, 0.62 * width)
    streaks = scene.form.along(raw, 5.5 * width)
    streaks = streaks - blur(streaks, 1.1 * width)
    return floats(np.clip(streaks / (2.0 * streaks.std() + 1e-6), -1, 1))


def surface(brief: Brief, block: Block) -> Floats:
    """Return how much less ink a plank gives off, 0..1: its grain shows faintly, and dry specks."""
    scene, rng = brief.scene, brief.dice.rng
    unit = scene.unit
    x, y = grid(*scene.shape)
    across = x * np.cos(block.angle) + y * np.sin(block.angle)
    rings = across / (11 * unit) + 1.1 * noise(rng, scene.shape, 220 * unit, 2)
    fibres = smoothstep(0.44, 1.0, floats(np.sin(2 * np.pi * rings)))
    salt = smoothstep(1.7, 2.5, grain(rng, scene.shape, 1.7))
    return floats(0.03 + 0.30 * fibres * smoothstep(0.1, 1.4, noise(rng, scene.shape, 70 * unit, 2)) + 0.22 * salt)


def printed(page: Floats, ink: str, where: Floats, dry: Floats) -> Floats:
    """Press a block onto the page; `dry` is its `surface`."""
    return lerp(page, floats(page * colour(ink)), floats(where * np.clip(1 - dry, 0, 1)))
