"""Developing a photograph: its white, its noise, its exposure, its local contrast. Photographic looks begin here.

Pictures are HxWx3 CIE Lab.
"""

from __future__ import annotations

import numpy as np

from engine.renderers.studio.air import power
from engine.renderers.studio.colour import linear, to_lab, unlinear, with_tone
from engine.renderers.studio.filters import Floats, floats, guided, lerp, smoothstep
from engine.renderers.studio.scene import Scene


def developed(scene: Scene, strength: float) -> Floats:
    """Return the scene balanced, cleaned and exposed, Lab; made once for all variants. `strength` is 0..1."""
    return scene.once(("developed", strength), lambda: exposed(cleaned(balanced(scene, strength), scene), strength))


def balanced(scene: Scene, strength: float) -> Floats:
    """Take most of a colour cast out: shades of grey (Finlayson and Trezzi, 2004) over what is not vivid or skin."""
    light = linear(scene.rgb)
    chroma = floats(np.hypot(scene.lab[..., 1], scene.lab[..., 2]))
    counts = smoothstep(45, 12, chroma) * (1 - scene.skin) * smoothstep(0.03, 0.15, scene.luma) + 1e-3
    counts *= np.where(scene.luma < 0.97, np.float32(1), np.float32(1e-3))
    weights = counts[..., None]
    cast = ((power(light, 6) * weights).sum(axis=(0, 1)) / weights.sum()) ** (1 / 6)
    gain = np.clip((cast.mean() + 1e-4) / (cast + 1e-4), 0.75, 1.33) ** (0.55 * strength)
    return to_lab(unlinear(floats(light * (gain / max(float(gain.mean()), 1e-3)))))


def cleaned(lab: Floats, scene: Scene) -> Floats:
    """Take noise out: colour noise always a little, grain in the lightness only as far as it is measured."""
    out = lab.copy()
    luma = floats(lab[..., 0] / 100)
    out[..., 1:] = guided(luma, floats(lab[..., 1:]), 3 * scene.unit + 1, 4e-4)
    amount = float(np.clip((scene.noise - 0.006) / 0.02, 0, 0.8))
    if amount > 0:
        smooth = guided(luma, luma, 2, (2.2 * scene.noise) ** 2)
        out[..., 0] = 100 * (luma + amount * (smooth - luma))
    return out


def exposed(lab: Floats, strength: float) -> Floats:
    """Bring the middle of the picture towards the middle of the scale, and the ends out to it, each within limits."""
    lightness = lab[..., 0]
    low, middle, high = np.percentile(lightness[::4, ::4], (0.6, 50, 99.4))
    out = lab.copy()
    start, end = min(low, 9.0) * strength, 100 - (100 - max(high, 90.0)) * strength
    stretched = np.clip((lightness - start) * (100 / (end - start)), 0, 100)
    wanted = float(np.clip((47 - middle) / 60, -0.25, 0.45))
    out[..., 0] = stretched
    return with_tone(out, exposure=wanted * strength)


def clear(scene: Scene, strength: float, amount: float) -> Floats:
    """Return the scene developed, its local contrast raised without halos: `amount` is about 0..1.5.

    Two guided bases, what lies between them lifted, skin held, shadows opened.
    """
    lab = developed(scene, strength)
    luma, near, wide, fine = scene.once(("layers", strength), lambda: _layers(lab, scene))
    hold = 1 - 0.7 * scene.skin
    opened = wide + 0.16 * amount * wide * (1 - wide) ** 3 * 4
    lifted = opened + (near - wide) * (1 + 0.38 * amount * hold) + (luma - near) + fine * (0.45 * amount * hold)
    room = smoothstep(0.0, 0.06, luma) * smoothstep(1.0, 0.93, luma)
    out = lab.copy()
    out[..., 0] = 100 * np.clip(lerp(luma, floats(lifted), room), 0, 1)
    return out


def _layers(lab: Floats, scene: Scene) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the lightness 0..1, its narrow and its wide base, and the fine detail that is not noise."""
    luma = floats(lab[..., 0] / 100)
    near = guided(luma, luma, 5 * scene.unit + 1, 2e-3)
    wide = guided(luma, luma, 34 * scene.unit + 2, 1.2e-2)
    fine = luma - near
    # Noise is not detail: what is smaller than it is left alone.
    fine = fine * smoothstep(0.5 * scene.noise, 2.5 * scene.noise + 1e-4, floats(np.abs(fine)))
    return luma, near, wide, floats(fine)
