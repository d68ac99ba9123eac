"""Vintage print: four-colour offset with its rosette, a little out of register, on paper that has aged."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.colour import colour, to_lab, to_rgb, with_saturation, with_tone
from engine.renderers.studio.filters import Floats, blur, floats, grid, lerp, smoothstep, warp
from engine.renderers.studio.halftone import dots
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.texture import grain, noise

#: Angles of the screens of yellow, magenta, cyan and black, which make a rosette together.
_ANGLES = tuple(float(np.radians(degrees)) for degrees in (0, 75, 15, 45))


class Press(NamedTuple):
    """What a variant is printed with, and how it has aged; lengths in pixels at 1024.

    `inks` are yellow, magenta, cyan and black as they look on white paper.
    """

    inks: tuple[str, str, str, str]
    page: str
    pitch: float
    slip: float
    fade: float
    foxing: float
    wear: float
    margin: float


class Vintage(Look):
    """Halftone separations multiplied onto old paper."""

    STEPS: ClassVar[int] = 2
    IS: ClassVar[str] = "vintage"

    def paint(self, brief: Brief) -> Floats:
        """Return the print."""
        press = drawn(brief)
        page = paper(brief, press)
        brief.step(page)
        sheet = worn(page, impressed(page, brief, press), brief, press)
        brief.step(sheet)
        return sheet


def drawn(brief: Brief) -> Press:
    """Draw a variant's inks, screen and age; bold words coarsen the screen."""
    dice, words = brief.dice, brief.steer
    coarse = 2 ** (0.6 * words["bold"] - 0.5 * words["detail"])
    return Press(
        inks=dice.choose(
            (
                ("#f4d13a", "#d8486b", "#2f8fb5", "#2b2725"),
                ("#efc74a", "#cf5a4a", "#3a8f94", "#33291f"),
                ("#f6d95c", "#c9487e", "#3f7fb8", "#26283a"),
                ("#e9bd3c", "#d9603f", "#4c8d7c", "#372a22"),
            )
        ),
        page=dice.choose(("#f1e4c3", "#eadbb5", "#f3ead2", "#e8d3a6")),
        pitch=dice.choose((5.6, 6.6, 5.0, 7.4)) * coarse * (0.7 + 0.42 * brief.strength),
        slip=dice.choose((1.0, 1.5, 0.7, 1.8)) * brief.strength,
        fade=dice.choose((0.16, 0.26, 0.08, 0.32)),
        foxing=dice.choose((0.5, 1.0, 0.3, 0.8)),
        wear=dice.choose((0.8, 0.5, 1.0, 0.7)),
        margin=dice.choose((0.0, 26.0, 0.0, 18.0)),
    )


def paper(brief: Brief, press: Press) -> Floats:
    """Return the sheet: yellowed, most at its edges, with fibres and foxing."""
    scene, rng = brief.scene, brief.dice.rng
    unit, shape = scene.unit, scene.shape
    x, y = grid(*shape)
    inset = np.minimum(np.minimum(x, shape[1] - 1 - x), np.minimum(y, shape[0] - 1 - y)) / unit
    browned = np.exp(-inset / 60) * (0.75 + 0.3 * noise(rng, shape, 120 * unit, 3))
    stain = 0.25 * smoothstep(0.8, 1.9, noise(rng, shape, 260 * unit, 3))
    spots = smoothstep(2.35, 3.1, floats(noise(rng, shape, 15 * unit, 2) + 0.4 * noise(rng, shape, 130 * unit)))
    aged = np.clip(0.5 * browned + stain + 0.55 * press.foxing * spots, 0, 1)
    felt = 0.014 * grain(rng, shape, 1.7) + 0.010 * noise(rng, shape, 30 * unit, 3)
    page = lerp(floats(np.broadcast_to(colour(press.page), (*shape, 3))), colour("#a9773c"), floats(0.55 * aged))
    return floats(np.clip(page * (1 + felt[..., None]), 0, 1))


def separations(scene: Scene) -> tuple[Floats, ...]:
    """Return how much yellow, magenta, cyan and black each place gets, the picture's contrast raised for the press."""

    def made() -> tuple[Floats, ...]:
        soft = scene.flow.along(scene.lab, 2 + 2 * scene.unit)
        lab = lerp(soft, scene.lab, floats(np.clip(0.35 + 0.5 * scene.near_faces(1.2), 0, 1)))
        low, high = np.percentile(scene.luma[::4, ::4] * 100, (1, 99))
        lab[..., 0] = np.clip((lab[..., 0] - low) / max(float(high - low), 40) * 100, 0, 100)
        crisp = lab[..., 0] - blur(np.ascontiguousarray(lab[..., 0]), 2.2 * scene.unit)
        lab[..., 0] += 0.9 * crisp
        rgb = to_rgb(with_saturation(with_tone(floats(lab), exposure=0.12, contrast=0.2), 0.5, scene.skin))
        lack = 1 - rgb
        key = lack.min(axis=2)
        # Black takes over part of the grey, as a printer's under-colour removal does.
        black = floats(0.85 * smoothstep(0.25, 1.05, key))
        colours = np.clip((lack - 0.6 * black[..., None]) / (1 - 0.6 * black[..., None]), 0, 1)
        return (*(floats(colours[..., k]) for k in (2, 1, 0)), black)

    return scene.once("separations", made)


def impressed(page: Floats, brief: Brief, press: Press) -> Floats:
    """Return the page with its four inks, screened, each plate a little out of place."""
    scene, rng = brief.scene, brief.dice.rng
    pitch = max(press.pitch * scene.unit, 3.4)
    sheet = page
    for number, (code, angle, amount) in enumerate(zip(press.inks, _ANGLES, separations(scene), strict=True)):
        slip = rng.normal(0, 1, 2)
        slip *= press.slip * scene.unit * (number < 3) / (np.linalg.norm(slip) + 1e-6)
        wanted = warp(amount, *(np.full(scene.shape, s, np.float32) for s in slip)) if number < 3 else amount
        screen = dots(floats(np.clip(wanted, 0, 1)), pitch, angle)
        laid = lerp(wanted, screen, 0.75)
        patchy = 1 - 0.05 * np.abs(noise(rng, scene.shape, 90 * scene.unit, 3)) - 0.05 * np.abs(grain(rng, scene.shape))
        film = 1 - floats(laid * patchy * (1 - press.fade))[..., None] * (1 - colour(code))
        sheet = floats(sheet * film)
    return sheet


def worn(page: Floats, sheet: Floats, brief: Brief, press: Press) -> Floats:
    """Return the print after its years: rubbed at the edges and along a fold, a bare margin where it has one."""
    scene, rng = brief.scene, brief.dice.rng
    unit, shape = scene.unit, scene.shape
    x, y = grid(*shape)
    inset = np.minimum(np.minimum(x, shape[1] - 1 - x), np.minimum(y, shape[0] - 1 - y)) / unit
    ragged = inset + 3.5 * noise(rng, shape, 26 * unit, 4)
    rubbed = press.wear * smoothstep(8, 1, floats(ragged))
    scuffs = press.wear * 0.5 * smoothstep(2.3, 3.0, noise(rng, shape, 5 * unit, 3))
    bare = np.maximum(rubbed, scuffs)
    if press.margin:
        bare = np.maximum(bare, smoothstep(press.margin + 0.7, press.margin - 0.7, floats(inset)))
    lab = to_lab(lerp(sheet, floats(page * 1.01), floats(np.clip(bare, 0, 1))))
    lab[..., 0] = 6 + 0.93 * lab[..., 0]
    return to_rgb(lab)
