"""A product photograph: the subject cut out and stood on a backdrop, with its shadow and the light of the place."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, NamedTuple

import numpy as np

from engine.contract import Keep, Role
from engine.renderers.studio.backdrop import Light, Stage, bokeh, lit, shadows, stage_of, staged, surface, sweep
from engine.renderers.studio.colour import colour, linear, to_lab, to_rgb, unlinear, with_warmth
from engine.renderers.studio.filters import Floats, blur, floats, grid, lerp, resize, smoothstep
from engine.renderers.studio.foreground import foreground
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.materials import laid, linen, marble, oak, plaster, slate
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.staging import Staging, staging

#: Below the first no cut is tried, below the second it is said to be a guess.
_UNSURE, _SURE = 0.42, 0.6
#: A backdrop that is asked to be as light as this is lit evenly: white stays white.
_WHITE = 0.85

_GUESSED = "The subject is hard to tell from its surroundings here: scraps of them may have come along in the cut."
_LOST = "I could not cut the subject out cleanly, so this is graded like a product shot on its own background."
_CUT_OFF = "The subject runs out of the picture, so it stands before the backdrop rather than on it."
_KEPT = "You asked to keep the background: a product look replaces it, so only the subject was graded."


class Set(NamedTuple):
    """How a variant is set up: its light and its warmth, the wall, the usual tint, and how the surface is turned."""

    light: Light
    warmth: float
    wall: str
    tint: str
    turn: float


class Cloth(NamedTuple):
    """What the table is made of: a material, its dye as sRGB 0..1 or None, and -1 dark, 0, or 1 pale."""

    material: str
    tint: tuple[float, ...] | None
    shade: int


SETS = (
    Set(Light(-1, 0.55, 0.58, 0.34, 1.0), 0.0, "#e9e6e0", "#f1efea", 0.0),  # bright, from the left
    Set(Light(1, 0.8, 0.66, 0.62, 0.92), 0.35, "#b9ada0", "#d9c8b4", 0.16),  # warm, long shadows
    Set(Light(-1, 0.35, 0.5, 0.85, 0.86), -0.05, "#3c4147", "#59636b", -0.22),  # low key
    Set(Light(1, 0.45, 0.48, 0.42, 0.98), -0.35, "#c7cfca", "#e3e8e4", 1.5708),  # cool and quiet
)
USUAL = ("paper", "marble", "slate", "oak")
COLOURED = ("paper", "linen", "gradient", "paper")


class Product(Look):
    """Grade, backdrop, shadow, subject, light wrap."""

    STEPS: ClassVar[int] = 2

    def paint(self, brief: Brief) -> Floats:
        """Return the subject on its backdrop."""
        scene, words = brief.scene, staging(brief.task.prompt, brief.steer.tags)
        share = min(1.0, 0.35 + 0.75 * brief.strength)
        if _stays(brief):
            brief.step(None)
            brief.step(None)
            own = lerp(scene.rgb, scene.once("graded", lambda: _graded(scene, scene.rgb)), share)
            return _relit(own, scene, brief.dice.vary(SETS), share)
        front = scene.once("front", lambda: foreground(scene.rgb, scene.matte))
        own = lerp(front, scene.once("product", lambda: _graded(scene, front)), share)
        matte = scene.matte
        stage = scene.once("stage", lambda: stage_of(matte))
        setting = brief.dice.vary(SETS)
        behind = _backdrop(brief, words, setting, stage)
        behind = floats(behind * (1 - _shade(matte, stage, setting.light)[..., None]))
        brief.step(unlinear(behind))
        lit_front = linear(_wrapped(own, matte, behind, scene.unit))
        brief.step(None)
        return unlinear(lerp(behind, lit_front, matte))

    def tone(self, lab: Floats, brief: Brief) -> Floats:
        """Move the picture the way the words say; "dark oak" is the oak's own affair."""
        if staging(brief.task.prompt, brief.steer.tags).shade:
            brief = replace(brief, steer=brief.steer.without(frozenset({"brightness"})))
        return super().tone(lab, brief)

    def notes(self, brief: Brief) -> tuple[str, ...]:
        """Say where the cut is a guess, or the backdrop could not be all that it should be."""
        if Keep.BACKGROUND in brief.task.keep:
            return (_KEPT,)
        if _stays(brief):
            return (_LOST,)
        guessed = (_GUESSED,) if brief.scene.cutout.certain < _SURE else ()
        return guessed if stage_of(brief.scene.matte).standing else (*guessed, _CUT_OFF)


def _relit(own: Floats, scene: Scene, setting: Set, share: float) -> Floats:
    """Return a picture on its own background in the light of a set: what differs between variants that are not cut."""
    light = setting.light
    where = stage_of(scene.matte)
    pool = light._replace(falloff=0.75 * light.falloff * share, key=1.08 * light.key)
    lab = to_lab(unlinear(lit(linear(own), where, pool, scene.shape)))
    return to_rgb(with_warmth(lab, setting.warmth * share, scene.skin))


def _stays(brief: Brief) -> bool:
    """Whether the subject stays where it is: it is to, or no cut can be trusted."""
    return Keep.BACKGROUND in brief.task.keep or brief.scene.cutout.certain < _UNSURE


def _graded(scene: Scene, rgb: Floats) -> Floats:
    """Return the picture graded for its subject: cast out, whites clean, highlights in hand."""
    light = linear(rgb)
    lab, weight = scene.lab, scene.matte * (1 - scene.skin)
    chroma = floats(np.hypot(lab[..., 1], lab[..., 2]))
    pale = weight * smoothstep(58, 80, floats(lab[..., 0])) * smoothstep(34, 14, chroma)
    if pale.mean() > 0.002:
        white = (light * pale[..., None]).sum(axis=(0, 1)) / pale.sum()
        light = floats(light * np.clip(white.mean() / np.maximum(white, 1e-3), 0.7, 1.5) ** 0.75)
    lab = to_lab(unlinear(light))
    inside = lab[..., 0][scene.matte > 0.6]
    low, high = np.percentile(inside, (1, 99)) if inside.size > 64 else (2.0, 96.0)
    share = np.clip((lab[..., 0] - 0.6 * low) / max(min(high + 4, 97.0) - 0.6 * low, 30), 0, 1.1)
    # A shoulder: what shines keeps its shape.
    share = np.where(share > 0.86, 0.86 + 0.12 * np.tanh((share - 0.86) / 0.12), share)
    lab[..., 0] = 100 * (share + 0.10 * (share - 0.45) * share * (1 - share) * 4)
    fine = lab[..., 0] - blur(np.ascontiguousarray(lab[..., 0]), 2.2 * scene.unit)
    lab[..., 0] = np.clip(lab[..., 0] + 0.15 * fine, 0, 100)
    return to_rgb(floats(lab))


def _backdrop(brief: Brief, words: Staging, setting: Set, stage: Stage) -> Floats:
    """Return the lit backdrop in linear light, without the subject's shadow."""
    scene, dice = brief.scene, brief.dice
    tint = _tint(brief, words)
    material = words.material or dice.choose(COLOURED if tint is not None else USUAL)
    wall_tint = colour(setting.wall) if tint is None else tint
    base = colour(setting.tint) if tint is None else tint
    if material == "gradient":
        picture = _gradient(_toned(base, words.shade), stage, scene.shape)
    elif material == "paper":
        picture = sweep(_toned(base, words.shade), stage, scene.shape)
    elif material == "bokeh":
        picture = _dusk(brief, base, stage)
    else:
        dye = base if material == "linen" else tint
        cloth = Cloth(material, None if dye is None else tuple(dye.tolist()), words.shade)
        picture = _table(brief, cloth, wall_tint, setting, stage)
    light = setting.light
    if words.colour and tint is not None and tint.mean() > _WHITE:
        light = light._replace(falloff=0.3 * light.falloff, key=max(light.key, 1.04))
    return lit(linear(picture), stage, light, scene.shape)


def _tint(brief: Brief, words: Staging) -> Floats | None:
    """Return the colour of the backdrop: the words', or that of a palette reference."""
    if words.colour:
        return colour(words.colour)
    for image in brief.task.images:
        if image.role is Role.PALETTE:
            rgb = resize(floats(image.pixels[..., :3]) / np.float32(255), 24, 24).reshape(-1, 3)
            strong = np.ptp(rgb, axis=1) * (0.3 + rgb.mean(axis=1))
            return floats(rgb[np.argsort(strong)[-60:]].mean(axis=0))
    return None


def _table(brief: Brief, cloth: Cloth, wall_tint: Floats, setting: Set, stage: Stage) -> Floats:
    """Return a table of a material and the wall behind it; a wall of it where nothing stands."""
    scene, rng = brief.scene, brief.dice.rng
    texture = scene.once(("cloth", cloth), lambda: _texture(cloth))
    offset = (float(rng.uniform(200, 800)), float(rng.uniform(200, 800)))
    if not stage.standing:
        x, y = grid(*scene.shape)
        scale = 1024 / max(scene.shape)
        hung = laid(texture, floats(x * scale), floats(y * scale + 40))
        return blur(hung, 1.6 * scene.unit)
    floor = surface(texture, stage, scene.shape, offset, setting.turn)
    if stage.horizon < -0.02 * scene.shape[0]:
        return floor
    rough = scene.once(("wall", tuple(wall_tint.tolist())), lambda: plaster(np.random.default_rng(5), wall_tint))
    x, y = grid(*scene.shape)
    wall = blur(laid(rough, x, y), 6 * scene.unit)
    return staged(floor, wall, stage)


def _texture(cloth: Cloth) -> Floats:
    rng = np.random.default_rng(7)
    tint = None if cloth.tint is None else floats(cloth.tint)
    if cloth.material == "linen":
        return _toned(linen(rng, colour("#e2d8c4") if tint is None else tint), cloth.shade)
    made = {"oak": oak, "marble": marble, "slate": slate}[cloth.material](rng)
    return _toned(made if tint is None else _dyed(made, tint, cloth.material), cloth.shade)


def _toned(texture: Floats, shade: int) -> Floats:
    """Return a surface darker or paler, as smoked or limed oak is."""
    if shade < 0:
        return floats(0.8 * texture**1.6)
    return floats(1 - 0.68 * (1 - texture)) if shade else texture


def _dyed(texture: Floats, tint: Floats, material: str) -> Floats:
    """Return a stone or wood in another colour; black marble has white veins."""
    if material == "marble" and tint.mean() < 0.3:
        veins = np.clip((0.95 - texture) * 1.5, 0, 1)
        return floats(tint + veins * (0.92 - tint))
    level = texture / max(float(texture.mean()), 0.05)
    return floats(np.clip(lerp(texture, floats(tint * level), 0.75), 0, 1))


def _gradient(tint: Floats, stage: Stage, shape: tuple[int, int]) -> Floats:
    """Return a backdrop that glows behind the subject and sinks to a deeper shade of its colour."""
    x, y = grid(*shape)
    away = np.hypot((x - stage.middle) / (0.62 * shape[1]), (y - 0.46 * shape[0]) / (0.62 * shape[0]))
    glow = np.exp(-1.3 * away**2)[..., None]
    pale = tint + 0.42 * (1 - tint)
    deep = tint * (0.45 + 0.3 * tint)
    return floats(deep + (pale - deep) * glow)


def _dusk(brief: Brief, tint: Floats, stage: Stage) -> Floats:
    """Return lights out of focus behind, and their sheen on a dark smooth table."""
    shape, rng = brief.scene.shape, brief.dice.rng
    lab = to_lab(tint[None, None])
    lab[..., 0] = np.minimum(lab[..., 0], 26)
    dark = to_rgb(lab)[0, 0]
    lamps = np.stack([colour(code) for code in ("#ffd9a0", "#ffb765", "#fff1d6", "#ff9d5c")])
    lamps = floats(np.concatenate([lamps, np.clip(tint * 1.3 + 0.15, 0, 1)[None]]))
    lights = bokeh(rng, shape, dark, lamps)
    if not stage.standing:
        return lights
    edge = max(stage.horizon, 0.42 * shape[0])
    sheen = blur(np.ascontiguousarray(np.roll(lights[::-1], round(2 * edge - shape[0]), axis=0)), 0.022 * max(shape))
    floor = floats(0.55 * dark + 0.5 * sheen)
    return staged(floor, lights, stage._replace(horizon=edge))


def _shade(matte: Floats, stage: Stage, light: Light) -> Floats:
    if stage.standing:
        return shadows(matte, stage, light)
    long = max(matte.shape)
    moved = np.roll(matte, round(-0.02 * light.side * long), axis=1)
    return floats(0.32 * light.depth * blur(floats(moved), 0.03 * long))


def _wrapped(own: Floats, matte: Floats, behind: Floats, unit: float) -> Floats:
    """Let the light of the backdrop spill around the subject's edge."""
    around = unlinear(blur(behind, 14 * unit))
    rim = np.clip(blur(floats(1 - matte), 5 * unit) * matte, 0, 1)[..., None]
    return floats(own + 0.42 * rim * (around - own) * np.where(around > own, 1.0, 0.45))
