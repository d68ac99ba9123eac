"""Stained glass: panes of jewel-coloured glass in lead, painted where there are features, lit from behind."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import cv2
import numpy as np

from engine.contract import Keep
from engine.renderers.studio.air import rolled
from engine.renderers.studio.areas import Areas, areas_of
from engine.renderers.studio.colour import linear, to_rgb, unlinear
from engine.renderers.studio.filters import Floats, blur, floats, grid, lerp, smoothstep
from engine.renderers.studio.lines import ink_lines
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.sculpt import Lamp, lit
from engine.renderers.studio.texture import noise


class Window(NamedTuple):
    """How a variant is glazed: panes, the largest (a share), width of the lead, jewel, tint, the sun, streaks."""

    panes: int
    most: float
    lead: float
    jewel: float
    tint: tuple[float, float]
    sun: tuple[float, float]
    streaks: float


class StainedGlass(Look):
    """Areas as panes, their outlines as lead cames."""

    STEPS: ClassVar[int] = 3

    def paint(self, brief: Brief) -> Floats:
        """Return the window."""
        window = drawn(brief)
        panes = areas_of(brief.scene, window.panes, 7.5, 0.4, window.most)
        glass = glazed(panes, brief, window)
        brief.step(to_rgb(glass))
        shining = backlit(painted(glass, brief), brief, window)
        brief.step(None)
        picture = leaded(shining, panes, brief, window)
        brief.step(picture)
        return picture


def drawn(brief: Brief) -> Window:
    """Draw a variant's glass."""
    dice, words = brief.dice, brief.steer
    finer = 2 ** (0.9 * words.up("detail") - 0.9 * words["bold"])
    return Window(
        panes=round(dice.choose((100, 75, 120, 85)) * finer * (1.5 - 0.6 * brief.strength) / 10) * 10,
        most=dice.choose((0.022, 0.034, 0.016, 0.027)) / finer,
        lead=dice.choose((6.4, 8.2, 5.4, 7.2)) * 2 ** (0.4 * words["bold"]),
        jewel=dice.choose((1.0, 1.3, 0.8, 1.15)),
        tint=dice.choose(((3.0, 17.0), (-3.0, -17.0), (9.0, 6.0), (-11.0, 9.0))),
        sun=dice.choose(((0.3, 0.2), (0.75, 0.25), (0.5, 0.5), (0.2, 0.65))),
        streaks=dice.choose((1.0, 1.6, 0.7, 1.3)),
    )


def glazed(panes: Areas, brief: Brief, window: Window) -> Floats:
    """Return the Lab colours of the glass: a jewel colour a pane, its painter's shading, streaks and bubbles."""
    scene = brief.scene
    colours = jewels(panes.lab, brief, window)
    face = scene.near_faces(1.1)
    glass = colours[panes.labels]
    # A face is painted on one pane, as glaziers have always done it.
    own = blur(scene.flat, 1.2 * scene.unit) * np.asarray([1, 1.2, 1.2], np.float32)
    glass = lerp(glass, floats(own), floats(0.85 * scene.near_faces(1.0)))
    shading = (own[..., 0] - panes.lab[panes.labels][..., 0]) * (1 - 0.85 * scene.near_faces(1.0))
    held = np.clip(0.25 + 0.4 * (1 - brief.strength) + 0.5 * face + 0.4 * _telling(scene), 0, 0.95)
    glass[..., 0] += held * shading
    # Glass that seems white or black is never quite: the tint of the batch shows.
    away = 1 - smoothstep(8, 30, floats(np.hypot(glass[..., 1], glass[..., 2])))
    for k in (0, 1):
        glass[..., 1 + k] += away * (1 - 0.8 * face) * window.tint[k]
    flaws = 2.3 * _streaks(panes, brief) + 1.2 * min(1.0, 2 * scene.unit) * _bubbles(brief)
    clear = 0.4 if Keep.COLORS in brief.task.keep else 1.0
    glass[..., 0] += clear * window.streaks * (1 - 0.75 * face) * flaws
    return glass


def jewels(lab: Floats, brief: Brief, window: Window) -> Floats:
    """Return the colours of panes (Nx3 Lab): deeper and purer than the picture's, each a little its own."""
    rng = brief.dice.rng
    gain = window.jewel * (0.35 + 0.65 * brief.strength)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    goal = np.minimum(chroma * (1 + gain), 78)
    out = lab.copy()
    out[:, 1:] *= (np.maximum(goal, chroma) / (chroma + 1e-3))[:, None]
    out[:, 0] = lerp(out[:, 0], floats(12 + 0.78 * out[:, 0]), brief.strength)
    turn = rng.normal(0, 0.06, len(lab)) * brief.strength
    a, b = out[:, 1].copy(), out[:, 2].copy()
    out[:, 1], out[:, 2] = a * np.cos(turn) - b * np.sin(turn), a * np.sin(turn) + b * np.cos(turn)
    out[:, 0] += rng.normal(0, 2.4, len(lab)) * brief.strength
    return floats(out)


def _streaks(panes: Areas, brief: Brief) -> Floats:
    """Return the waves of drawn glass: each pane is cut at one of three angles."""
    scene, rng = brief.scene, brief.dice.rng
    height, width = scene.shape
    way = rng.integers(0, 3, len(panes.lab))[panes.labels]
    side = round(np.hypot(height, width)) + 2
    out = np.zeros(scene.shape, np.float32)
    for k, angle in enumerate((rng.uniform(-20, 20), rng.uniform(40, 70), rng.uniform(-80, -50))):
        small = noise(rng, (side // 8 + 2, side // 2 + 2), 3.2 * scene.unit, 2)
        long = cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)
        turn = cv2.getRotationMatrix2D((side / 2, side / 2), float(angle), 1.0)
        turn[:, 2] += (width - side) / 2, (height - side) / 2
        laid = cv2.warpAffine(long, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        np.copyto(out, floats(laid), where=way == k)
    return out


def _bubbles(brief: Brief) -> Floats:
    """Return the seeds in the glass: small rings, dark below and bright above."""
    scene, rng = brief.scene, brief.dice.rng
    out = np.zeros(scene.shape, np.float32)
    for _ in range(150):
        x, y = rng.uniform(0, scene.shape[1]), rng.uniform(0, scene.shape[0])
        radius = rng.uniform(1.0, 2.6) * scene.unit
        at = round(x * 16), round(y * 16)
        cv2.circle(out, at, round(radius * 16), -3.0, -1, cv2.LINE_AA, 4)
        cv2.circle(out, (at[0], at[1] - round(7 * radius)), round(radius * 9), 4.0, -1, cv2.LINE_AA, 4)
    return blur(out, 0.5)


def painted(glass: Floats, brief: Brief) -> Floats:
    """Return sRGB glass with grisaille on it: dark brown lines where there are features."""
    scene = brief.scene
    lines = scene.once("grisaille", lambda: _grisaille(scene))
    brown = np.asarray([0.13, 0.075, 0.045], np.float32)
    return lerp(to_rgb(glass), np.broadcast_to(brown, glass.shape), floats(0.85 * lines))


def _grisaille(scene: Scene) -> Floats:
    unit = scene.unit
    lines = ink_lines(scene.luma, scene.flow, width=max(0.8, 1.35 * unit), reach=8 * unit + 2, share=0.10)
    where = np.maximum(0.75 * _telling(scene), scene.near_faces(1.05))
    return floats(np.clip(lines * where, 0, 1))


def _telling(scene: Scene) -> Floats:
    """Return where a painter of glass would paint what lead cannot draw: eyes, spokes, petals."""
    return floats(smoothstep(0.5, 0.95, scene.detail) * (0.4 + 0.6 * scene.matte))


def backlit(glass: Floats, brief: Brief, window: Window) -> Floats:
    """Return light (linear) that comes through: strongest where the sun stands, glowing around what is bright."""
    scene = brief.scene
    height, width = scene.shape
    x, y = grid(height, width)
    away = np.hypot((x / width - window.sun[0]), (y / height - window.sun[1]))
    sun = 0.86 + 0.5 * np.exp(-((away / 0.42) ** 2)) * (0.5 + 0.5 * brief.strength)
    light = linear(glass) * sun[..., None]
    return floats(light + 0.05 * light.mean(axis=2, keepdims=True))


def leaded(light: Floats, panes: Areas, brief: Brief, window: Window) -> Floats:
    """Set the glass in lead: rounded cames with solder on their joints; light spills over them."""
    scene, unit = brief.scene, brief.scene.unit
    half = max(0.75, 0.5 * window.lead * unit * (0.55 + 0.45 * brief.strength))
    whole = scene.near_faces(0.82)
    width = half * (1 - 0.5 * scene.near_faces(1.05))
    joints = _joints(panes, half)
    width = floats(width * (1 + 0.55 * joints))
    came = smoothstep(0.6, -0.6, floats(panes.edge - width)) * (1 - whole)
    # Putty and shadow darken the glass along the lead, and dirt keeps in corners.
    dirt = 0.35 if Keep.COLORS in brief.task.keep else 0.55
    shade = 1 - dirt * (1 - whole) * np.exp(-np.clip(panes.edge - width, 0, None) / (2.6 * unit + 0.6))
    glass = light * shade[..., None]
    spill = blur(floats(np.clip(glass - 0.30, 0, None)), 9 * unit)
    profile = width * np.sqrt(np.clip(1 - (panes.edge / width) ** 2, 0, 1))
    lamps = (Lamp(-2.2, 0.6, (1.0, 1.0, 1.0), 0.75), Lamp(0.8, 0.5, (0.7, 0.8, 1.0), 0.25))
    uneven = 0.12 * unit * noise(brief.dice.rng, scene.shape, 5 * unit)
    bump = blur(floats(profile + 0.35 * half * joints + uneven), 0.6)
    sheen = lit(bump, lamps, np.ones(scene.shape, np.float32))
    metal = (0.012 + 0.02 * joints)[..., None] + (0.018 + 0.04 * joints)[..., None] * sheen.diffuse
    metal = metal + 0.10 * sheen.gloss[..., None]
    # Lead has no colour of the picture: where those are to be kept, some of the light goes round it.
    cover = 0.86 if Keep.COLORS in brief.task.keep else 1.0
    framed = lerp(glass, floats(metal), floats(cover * came))
    return unlinear(rolled(floats(framed + 0.32 * spill), 0.75))


def _joints(panes: Areas, half: float) -> Floats:
    """Return soft blobs, 0..1, where three panes meet."""
    labels = panes.labels
    four = np.stack([labels[:-1, :-1], labels[:-1, 1:], labels[1:, :-1], labels[1:, 1:]])
    four.sort(axis=0)
    meets = (np.diff(four, axis=0) != 0).sum(axis=0) >= 2
    points = np.zeros(labels.shape, np.uint8)
    points[:-1, :-1] = meets
    radius = max(1, round(1.5 * half))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)
    return blur(floats(cv2.dilate(points, disc)), 0.5 * half)
