"""Screen print: a poster in a few flat inks with smooth borders, one of them screened, slightly out of register."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.colour import to_rgb
from engine.renderers.studio.filters import Floats, blur, floats, lerp, smoothstep, warp
from engine.renderers.studio.flats import Areas, areas_of, backdrop, calm, features, sprayed, stepped, tone_area
from engine.renderers.studio.halftone import dots
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.palette import swatch
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.texture import grain, noise

#: Sets of inks from dark to light, with the paper last; a variant takes one of the three that suit the picture best.
INKS = (
    ("#12263f", "#b8322a", "#e0863d", "#7fa8ad", "#f2e3bf"),
    ("#14233c", "#d6322b", "#6f9bb0", "#f6e7c4"),
    ("#22313f", "#2f6f73", "#d9683c", "#efb65a", "#f7ecd3"),
    ("#2b1d3a", "#7a2f5b", "#e0584c", "#f4a259", "#f9e6c6"),
    ("#1d2b24", "#3d6b4f", "#c2a23a", "#e7d9a8", "#f7f1df"),
    ("#101a33", "#24509a", "#e6483d", "#f5c445", "#faf3e3"),
    ("#231815", "#7d3b23", "#d0772f", "#e9bd72", "#f8ead0"),
    ("#152a3b", "#2c6187", "#74aab8", "#f0a08a", "#fbf0e2"),
)


class Press(NamedTuple):
    """What a variant is printed with: inks from dark to light as Lab, the paper last; lengths in pixels at 1024."""

    inks: Floats
    hue: float
    smooth: float
    slip: float
    pitch: float
    angle: float
    worn: float


class ScreenPrint(Look):
    """Areas of a few spot inks, laid one over the other."""

    STEPS: ClassVar[int] = 2

    def paint(self, brief: Brief) -> Floats:
        """Return the poster."""
        press = drawn(brief)
        plates = separated(brief, press)
        brief.step(to_rgb(floats(np.broadcast_to(press.inks[-1], brief.scene.rgb.shape)).copy()))
        poster = pulled(plates, brief, press)
        brief.step(poster)
        return poster


def drawn(brief: Brief) -> Press:
    """Draw a variant's inks and press; bold words simplify, detail does the opposite."""
    dice, words, scene = brief.dice, brief.steer, brief.scene
    sets = suited(scene)
    inks = swatch(sets[dice.choose((0, 1, 2, 3))])
    return Press(
        inks=inks,
        hue=dice.choose((0.55, 0.3, 0.7, 0.0)),
        smooth=dice.choose((3.2, 2.6, 4.4, 3.0)) * 2 ** (0.7 * words["bold"] - 0.7 * words["detail"]),
        slip=dice.choose((1.4, 2.2, 0.8, 1.8)),
        pitch=dice.choose((8.0, 6.5, 10.0, 7.0)),
        angle=dice.choose((0.785, 0.26, 1.31, 0.785)),
        worn=dice.choose((0.5, 1.0, 0.3, 0.8)),
    )


def suited(scene: Scene) -> list[tuple[str, ...]]:
    """Return the four sets of inks that come nearest to a picture's own colours, the nearest first."""

    def made() -> list[tuple[str, ...]]:
        areas = _areas(scene)
        weight = areas.sizes * (4 + np.hypot(*areas.colours[:, 1:].T))
        gaps = [
            float((weight * np.min([_apart(areas.colours, ink) for ink in swatch(codes)], axis=0)).sum())
            for codes in INKS
        ]
        return [INKS[k] for k in np.argsort(gaps, kind="stable")[:4]]

    return scene.once("suited inks", made)


def _apart(colours: Floats, ink: Floats) -> Floats:
    return floats(np.linalg.norm((colours - ink) * np.asarray([0.35, 1, 1], np.float32), axis=1))


def _areas(scene: Scene) -> Areas:
    return areas_of(scene, 16, smooth=4.0, least=200.0, light=0.7)


def separated(brief: Brief, press: Press) -> list[Floats]:
    """Return a plate for each ink, from the lightest to the darkest: each prints everything as dark or darker.

    The tone decides, so that faces read; an area's own hue may push it one ink up or down.
    """
    scene = brief.scene
    unit = scene.unit
    tone = scene.once("screen print tone", lambda: _tone(scene))
    steps = levels(scene, tone, len(press.inks))
    pull = press.hue * brief.strength * scene.once(("pull", press.inks.tobytes()), lambda: _pull(scene, press.inks))
    held = np.maximum(0.9 * scene.near_faces(1.2), 0.8 * backdrop(scene, _areas(scene)))
    pull = floats(blur(pull, 1.2 * unit) * (1 - held))
    smooth = press.smooth * unit * (0.6 + 0.55 * brief.strength)
    least = 160 * unit * unit
    return [1 - tone_area(floats(tone + pull), level, smooth=smooth, least=least) for level in steps]


def _tone(scene: Scene) -> Floats:
    """Return the lightness with its local contrast raised and its edges made steps; faces stay modelled."""
    unit = scene.unit
    tone = calm(scene, 7)
    tone = floats(tone + 0.5 * (tone - blur(tone, 30 * unit)))
    space = backdrop(scene, _areas(scene))
    soft = sprayed(scene, space)[..., 0]
    # A poster's ground is nearly one ink: out-of-focus blobs would make a camouflage of it.
    ground = float((soft * space).sum() / (space.sum() + 1e-3))
    tone = lerp(tone, floats(ground + 0.4 * (blur(floats(soft), 40 * unit) - ground)), space)
    return lerp(stepped(tone, 2.5 * unit), tone, floats(0.8 * scene.near_faces(1.0)))


def levels(scene: Scene, tone: Floats, count: int) -> list[float]:
    """Return the lightness between each ink and the next, light to dark: by tone, and somewhat by area."""
    weight = (1 + 2.5 * scene.near_faces(1.2) + scene.matte)[::4, ::4].ravel()
    values = tone[::4, ::4].ravel()
    order = np.argsort(values, kind="stable")
    rank = np.cumsum(weight[order]) / weight.sum()
    low, high = np.percentile(values, (2, 98))
    shares = np.arange(count - 1, 0, -1) / count
    by_area = np.interp(shares, rank, values[order])
    return [float(v) for v in 0.3 * by_area + 0.7 * (low + shares * (high - low))]


def _pull(scene: Scene, inks: Floats) -> Floats:
    """Return what is added to an area's lightness so that it falls to the ink of its hue, if one is near in tone."""
    areas = _areas(scene)
    chroma = np.hypot(areas.colours[:, 1], areas.colours[:, 2])
    ranks = np.linspace(0, 100, len(inks))
    wanted = np.asarray([np.argmin(_hue_gap(own, inks)) for own in areas.colours])
    step = np.clip(ranks[wanted] - areas.colours[:, 0], -24, 24)
    return areas.filled(floats(step * np.clip((chroma - 10) / 22, 0, 1)))


def _hue_gap(own: Floats, inks: Floats) -> Floats:
    """Return how unlike inks are to a colour, by hue more than by lightness."""
    turned = np.arctan2(inks[:, 2], inks[:, 1]) - np.arctan2(own[2], own[1])
    bend = 1 - np.cos(turned)
    ranks = np.linspace(0, 100, len(inks))
    dull = np.clip(1 - np.hypot(inks[:, 1], inks[:, 2]) / 30, 0, 1)
    return floats(38 * bend + 22 * dull + 0.55 * np.abs(ranks - own[0]))


def pulled(plates: list[Floats], brief: Brief, press: Press) -> Floats:
    """Print the plates one over the other: each slightly out of place, its edge screened, its ink uneven."""
    scene, rng = brief.scene, brief.dice.rng
    unit = scene.unit
    paper = to_rgb(press.inks[None, -1:])[0, 0]
    felt = 0.008 * grain(rng, scene.shape, 1.6) + 0.006 * noise(rng, scene.shape, 60 * unit, 2)
    page = floats(np.clip(paper * (1 + felt[..., None]), 0, 1))
    inks = to_rgb(press.inks[None, ::-1])[0][1:]
    plates = [*plates[:-1], np.maximum(plates[-1], features(scene))]
    for number, (ink, plate) in enumerate(zip(inks, plates, strict=True)):
        where = plate
        if number == 1:
            where = np.maximum(plate, plates[0] * _screened(scene, plate, press))
        slip = rng.normal(0, 1, 2)
        slip *= press.slip * unit * (number != len(inks) - 1) / (np.linalg.norm(slip) + 1e-6)
        where = warp(floats(where), *(np.full(scene.shape, s, np.float32) for s in slip))
        page = lerp(page, floats(np.broadcast_to(ink, page.shape) * (0.93 + 0.07 * page)), _inked(where, brief, press))
    return page


def _screened(scene: Scene, plate: Floats, press: Press) -> Floats:
    """Return dots that lead from a plate into the lighter ink beside it."""
    unit = scene.unit
    near = smoothstep(0.06, 0.5, blur(plate, 16 * unit))
    return dots(floats(0.55 * near), max(press.pitch * unit, 4.5), press.angle)


def _inked(where: Floats, brief: Brief, press: Press) -> Floats:
    """Return how much of an ink lies on the paper: not quite everything, with a dry speck here and there."""
    rng, unit = brief.dice.rng, brief.scene.unit
    uneven = noise(rng, where.shape, 130 * unit, 3)
    specks = smoothstep(2.25, 2.7, grain(rng, where.shape, 1.9) + 0.25 * uneven)
    return floats(where * np.clip(0.985 - press.worn * (0.5 * specks + 0.018 * np.abs(uneven)), 0, 1))
