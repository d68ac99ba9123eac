"""What the words do to a finished picture of any look: light, colour, air and surface, all in Lab."""

from __future__ import annotations

import cv2
import numpy as np

from engine.renderers.studio.air import corners
from engine.renderers.studio.colour import (
    to_rgb,
    toward_neutral,
    with_curve,
    with_saturation,
    with_tint,
    with_warmth,
)
from engine.renderers.studio.filters import Floats, blur, floats, grid, guided, lerp, smoothstep
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.seasons import in_season
from engine.renderers.studio.steering import Steer
from engine.renderers.studio.texture import grain
from engine.renderers.studio.weather import in_weather

#: What a photographer does in the camera or the darkroom; looks that do it themselves say so.
AIR = frozenset({"sun", "glow", "softness", "fade", "vignette", "grain"})


def toned(lab: Floats, words: Steer, scene: Scene) -> Floats:
    """Return a finished Lab picture with the words' tones.

    The order is that of a darkroom: the scene (season, weather), its exposure, its colour, its hour, then film.
    """
    if not words.axes:
        return lab
    if words.up("denoise"):
        lab = smoothed(lab, words.up("denoise"))
    lab = in_weather(in_season(lab, words, scene), words, scene)
    lab = with_curve(lab, exposure=words["brightness"], contrast=words["contrast"])
    lab = _coloured(lab, words, scene)
    if words.up("night"):
        lab = at_night(lab, min(1.0, words.up("night")), scene)
    lab = aired(lab, words, scene)
    return toward_neutral(lab, min(1.0, words.up("mono"))) if words.up("mono") else lab


def _coloured(lab: Floats, words: Steer, scene: Scene) -> Floats:
    if words["gloss"] or words.up("metal"):
        lab = polished(lab, words["gloss"], words.up("metal"), scene.unit)
    if words["saturation"]:
        lab = with_saturation(lab, 0.65 * words["saturation"], scene.skin)
    if words["warmth"]:
        lab = with_warmth(lab, words["warmth"], scene.skin)
    if words["a"] or words["b"]:
        lab = with_tint(lab, 15 * words["a"], 17 * words["b"], scene.skin)
    return lab


def smoothed(lab: Floats, amount: float) -> Floats:
    """Take fine noise off a finished picture; what is as strong as an edge stays."""
    lightness = floats(np.ascontiguousarray(lab[..., 0]) / 100)
    calm = guided(lightness, lightness, 2, 0.03**2)
    out = np.empty_like(lab)
    out[..., 0] = 100 * (lightness + min(0.9, 0.85 * amount) * (calm - lightness))
    out[..., 1:] = guided(calm, floats(lab[..., 1:]), 3, 4e-4)
    return out


def cleaner(scene: Scene, amount: float) -> Scene:
    """Return the scene without its noise, for a look to paint from; made once for all variants.

    Lightness is smoothed as far as noise is measured in it, and a little more; colour, where noise is ugliest, wider.
    """

    def make() -> Scene:
        luma = scene.luma
        for _ in range(2):
            luma = guided(luma, luma, 3 * max(1.0, scene.unit), (2.6 * scene.noise + 0.004) ** 2)
        lab = np.empty_like(scene.lab)
        lab[..., 0] = 100 * (scene.luma + min(1.0, amount) * (luma - scene.luma))
        lab[..., 1:] = guided(luma, floats(scene.lab[..., 1:]), 5, 6e-4)
        return Scene(to_rgb(lab), scene.alpha, scene.faces)

    return scene.once(("cleaner", round(amount, 2)), make)


def at_night(lab: Floats, share: float, scene: Scene) -> Floats:
    """Turn day into night, as film does: darker, bluer, paler, the sky darkest, with what shines still shining."""
    lightness = lab[..., 0]
    sky = scene.once("night sky", lambda: _sky(scene)) * smoothstep(46, 66, lightness)
    shine = np.clip((lightness - 78) / 18, 0, 1) * np.clip(lab[..., 2] / 24, 0, 1) * (1 - sky)
    dark = with_curve(lab, table=54 * np.power(np.linspace(0, 1, 4096), 1.5))
    dark[..., 0] *= 1 - sky
    # Where all is dark already there is nothing for the moon to tint.
    blue = np.minimum(1, (dark[..., 0] + 6) / 30)
    dark[..., 1] = 0.42 * lab[..., 1] + 1.5 * blue
    dark[..., 2] = 0.42 * lab[..., 2] - 17 * blue
    return lerp(lab, dark, floats(share * (1 - 0.75 * shine)))


def _sky(scene: Scene) -> Floats:
    """Return how much of its light the sky loses, 0..1: more above than at the horizon, up to every outline."""
    reach = 2 * round(9 * scene.unit) + 3
    wide = blur(floats(cv2.dilate(scene.regions.sky, np.ones((reach, reach), np.uint8))), 3 * scene.unit)
    _, y = grid(*scene.shape)
    return floats(np.clip(wide, 0, 1) * (0.52 - 0.3 * y / scene.shape[0]))


def polished(lab: Floats, gloss: float, metal: float, unit: float) -> Floats:
    """Sharpen what shines and deepen what does not (or flatten it, for matte); metal loses its colour to its light."""
    lightness = np.ascontiguousarray(lab[..., 0])
    shine = np.clip(lightness - blur(lightness, 7 * unit), -12, 25)
    wide = blur(lightness, 2 * unit)
    out = lab.copy()
    if metal:
        out = toward_neutral(out, min(0.85, 0.8 * metal))
        # A second, faster swing of light and dark is what tells steel from stone.
        out[..., 0] += 9 * metal * np.sin(0.13 * wide) * smoothstep(4, 20, lightness)
    high = smoothstep(38, 70, lightness)
    out[..., 0] += gloss * (0.9 * np.maximum(shine, 0) * high + 0.35 * np.minimum(shine, 0))
    out[..., 0] = np.clip(out[..., 0], 0, 100)
    return with_curve(out, contrast=0.3 * gloss)


def aired(lab: Floats, words: Steer, scene: Scene) -> Floats:
    """Lay sun, glow, softness, fade, vignette and grain over the picture, as far as the words ask."""
    if not any(words.up(axis) for axis in AIR):
        return lab
    out = lab.copy()
    if words.up("sun"):
        _sunlit(out, scene, words.up("sun"))
    lightness = np.ascontiguousarray(out[..., 0])
    if words.up("softness"):
        out[..., 0] = lightness = lerp(lightness, blur(lightness, 3.2 * scene.unit), 0.5 * words.up("softness"))
    if words.up("glow"):
        halo = blur(floats(np.maximum(lightness - 52, 0)), 22 * scene.unit)
        out[..., 0] += 0.75 * words.up("glow") * halo * (1 - lightness / 100)
    out[..., 0] = out[..., 0] * (1 - 0.13 * words.up("fade")) + 9 * words.up("fade")
    if words.up("vignette"):
        out[..., 0] *= 1 - 0.36 * words.up("vignette") * corners(scene.shape)
    if words.up("grain"):
        silver = scene.once("silver", lambda: grain(np.random.default_rng(5), scene.shape, max(1.2, 1.7 * scene.unit)))
        t = out[..., 0] / 100
        out[..., 0] += 4.6 * words.up("grain") * silver * (0.3 + 2.4 * t * (1 - t))
    out[..., 0] = np.clip(out[..., 0], 0, 100)
    return out


def _sunlit(lab: Floats, scene: Scene, amount: float) -> None:
    """Let a low sun in from the side that is the brighter already: amber where it falls, a trace of blue elsewhere."""
    height, width = scene.shape
    x, y = grid(height, width)
    left, right = scene.luma[:, : width // 2].mean(), scene.luma[:, width // 2 :].mean()
    side = 1.0 if right >= left else -1.0
    fall = smoothstep(-0.55, 0.75, floats(side * (x / width - 0.5) - 0.55 * (y / height - 0.5)))
    body = 0.3 + 0.7 * scene.luma
    lab[..., 0] += amount * (7 * fall * body - 0.10 * (1 - fall) * lab[..., 0])
    lab[..., 1] += amount * (3.5 * fall * body)
    lab[..., 2] += amount * (9 * fall * body - 2.5 * (1 - fall))
