"""Mosaic: hand-cut tesserae laid in rows along the forms, glazed, slightly tilted, set in grout."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.contract import Keep
from engine.renderers.studio.areas import means
from engine.renderers.studio.colour import colour, linear, to_lab, to_rgb, unlinear
from engine.renderers.studio.filters import Floats, blur, floats, grid, lerp, shifted, smoothstep
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.tesserae import Tiles, laid
from engine.renderers.studio.texture import grain, noise


class Floor(NamedTuple):
    """How a variant is laid: tile size, joint, grout colour, lamp, glaze, chroma, and spread of the tiles' tones."""

    size: float
    joint: float
    grout: str
    angle: float
    glaze: float
    chroma: float
    spread: float


class Mosaic(Look):
    """Oriented tiles, one colour each."""

    STEPS: ClassVar[int] = 2

    def paint(self, brief: Brief) -> Floats:
        """Return the mosaic."""
        floor = drawn(brief)
        tiles = laid(brief.scene, floor.size)
        lab = coloured(tiles, brief, floor)
        brief.step(to_rgb(lab))
        picture = set_in_grout(lab, tiles, brief, floor)
        brief.step(picture)
        return picture


def drawn(brief: Brief) -> Floor:
    """Draw a variant's tiles."""
    dice, words = brief.dice, brief.steer
    finer = 2 ** (0.5 * words["bold"] - 0.5 * words.up("detail")) * (0.78 + 0.3 * brief.strength)
    return Floor(
        size=round(dice.choose((15.5, 19.0, 15.5, 19.0)) * finer, 1),
        joint=dice.choose((1.7, 2.3, 1.5, 2.0)),
        grout=dice.choose(("#cfc4b0", "#2b2725", "#8d877d", "#e6dfd0")),
        angle=dice.choose((-2.2, -0.8, -1.6, -2.7)),
        glaze=dice.choose((1.0, 1.5, 0.6, 1.2)),
        chroma=dice.choose((0.3, 0.5, 0.1, 0.22)) * (0.3 + 0.7 * brief.strength),
        spread=dice.choose((1.0, 1.4, 0.7, 1.2)) * (0.5 + 0.5 * brief.strength),
    )


def coloured(tiles: Tiles, brief: Brief, floor: Floor) -> Floats:
    """Return the Lab colours of the tiles: the picture's mean under each, as the nearest stone in a mixed batch."""
    scene, rng = brief.scene, brief.dice.rng
    count = len(tiles.at)
    inner = floats(1 / (0.25 + tiles.away) ** 2)
    lab = means(tiles.labels, count, scene.lab, inner)
    # A tile that is a little farther from its neighbours than the picture is keeps features legible.
    around = means(tiles.labels, count, blur(scene.lab, 16 * scene.unit), inner)
    lab[:, 0] += 0.32 * (lab[:, 0] - around[:, 0])
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    pure = np.minimum(chroma * (1 + floor.chroma), 80)
    lab[:, 1:] *= (np.maximum(pure, chroma) / (chroma + 1e-3))[:, None]
    calm = 1 - 0.6 * means(tiles.labels, count, scene.near_faces(1.1))
    lab += rng.normal(0, 1, lab.shape) * [2.6, 1.4, 2.0] * floor.spread * calm[:, None]
    lab[:, 0] = np.clip(6 + 0.9 * lab[:, 0], 0, 97)
    return lerp(floats(lab)[tiles.labels], scene.lab, 0.75 * (1 - brief.strength))


def set_in_grout(lab: Floats, tiles: Tiles, brief: Brief, floor: Floor) -> Floats:
    """Light the tiles, each tilted its own way with a soft bevel and a glaze, over rough grout in their shadow."""
    scene, unit, rng = brief.scene, brief.scene.unit, brief.dice.rng
    count = len(tiles.at)
    side = tiles.side[tiles.labels]
    small = np.clip(side / (14 * unit), 0.5, 1.2)
    half = 0.5 * np.maximum(floor.joint * unit, 0.75) * small
    worn = 0.35 * unit * noise(rng, scene.shape, 6 * unit)
    inside = np.minimum(tiles.edge - half, (0.60 - tiles.away) * side) + worn
    tile = smoothstep(-0.55, 0.65, floats(inside))
    tilt = rng.normal(0, 1, (count, 2)) * 0.16 * floor.glaze
    tilt *= (1 - 0.5 * means(tiles.labels, count, scene.near_faces(1.1)))[:, None]
    lamp = np.asarray([np.cos(floor.angle), np.sin(floor.angle)])
    facing = floats(tilt @ lamp)[tiles.labels]
    across = _across(tiles, lamp)
    edge = np.exp(-np.clip(inside, 0, None) / (1.1 * unit + 0.25))
    bevel = edge * np.tanh(2.4 * across)
    lit = lab.copy()
    lit[..., 0] += (
        15 * facing + (4 + 5 * brief.strength) * bevel + 1.0 * grain(rng, scene.shape, 1.6 * unit) + 1.2 * across
    )
    glint = smoothstep(0.13, 0.42, facing) * np.exp(-(((across - 0.22) / 0.22) ** 2)) * (1 - edge)
    light = linear(to_rgb(floats(lit)))
    light = 1 - (1 - light) * (1 - (0.42 * min(1.2, floor.glaze) * glint)[..., None])
    bed = _grout(brief, floor) * (1 - 0.5 * shifted(tile, *(-1.6 * unit * lamp)))[..., None]
    return unlinear(lerp(floats(bed), floats(light), tile))


def _across(tiles: Tiles, lamp: NDArray[np.float64]) -> Floats:
    """Return where in its tile each pixel lies: about -0.5 on the lamp's far side to 0.5 on its near side."""
    x, y = grid(*tiles.labels.shape)
    at = floats(tiles.at)[tiles.labels]
    away = (x - at[..., 0]) * np.float32(lamp[0]) + (y - at[..., 1]) * np.float32(lamp[1])
    return floats(np.clip(away / tiles.side[tiles.labels], -0.7, 0.7))


def _grout(brief: Brief, floor: Floor) -> Floats:
    """Return the grout, linear: sandy, and a little of the picture's own tone so that darks stay dark."""
    scene, rng = brief.scene, brief.dice.rng
    lab = np.broadcast_to(to_lab(colour(floor.grout)[None, None]), (*scene.shape, 3)).copy()
    lab[..., 0] += 3.0 * grain(rng, scene.shape, 1.5) + 2.5 * noise(rng, scene.shape, 30 * scene.unit)
    own = blur(scene.flat, 8 * scene.unit)
    share = max(0.42 + 0.5 * (1 - brief.strength), 0.8 * (Keep.COLORS in brief.task.keep))
    return linear(to_rgb(lerp(floats(lab), floats(own * [0.75, 0.6, 0.6]), share)))
