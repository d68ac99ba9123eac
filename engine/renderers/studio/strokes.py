"""The strokes of a style reference: its own surface, patch by patch, where the picture has similar light and form."""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.renderers.studio.filters import Floats, blur, floats, guided, lerp, resize
from engine.renderers.studio.scene import Scene

#: Side of a patch at 1024 px; patches overlap by half. What is coarser than this blur is not texture.
_PATCH, _COARSE = 52, 8.0
#: Cells a side by which patches are compared.
_CELLS = 4
_MOST = 3200
#: Among how many patches that are alike chance decides.
_ALIKE = 40


class _Patches(NamedTuple):
    """Corners (Nx2, y and x) of patches and what they look like from afar (NxF)."""

    at: NDArray[np.intp]
    like: Floats


def with_texture(lab: Floats, reference: Floats, weight: float, scene: Scene) -> Floats:
    """Give a picture the strokes of a reference, and calm its own; the texture is found once a scene.

    Args:
        lab: HxWx3.
        reference: hxwx3 Lab, about as large.
        weight: 0..1.
        scene: Whose light and form the strokes follow.
    """
    what = blake2b(np.ascontiguousarray(reference[::3, ::3]).data, digest_size=12).digest()
    surface = scene.once(("strokes", what), lambda: _surface(scene, reference))
    lightness = floats(np.ascontiguousarray(lab[..., 0]) / 100)
    calm = lab.copy()
    calm[..., 0] = 100 * guided(lightness, lightness, 4 * scene.unit + 1, 0.05**2)
    face = 1 - 0.7 * scene.near_faces(1.15)
    out = lerp(lab, calm, floats(0.75 * weight * face))
    room = np.clip(out[..., 0] / 22, 0, 1) * np.clip((106 - out[..., 0]) / 26, 0, 1)
    out += surface * (1.05 * weight * face * room)[..., None]
    out[..., 0] = np.clip(out[..., 0], 0, 100)
    return out


def _surface(scene: Scene, reference: Floats) -> Floats:
    """Return the fine part of the reference, laid out anew to follow the scene: HxWx3 differences of Lab.

    Each place takes the patch whose surroundings are most alike (image analogies, Hertzmann et al., 2001, at one
    level), and patches are blended so that their contrast survives (Heitz and Neyret, 2018).
    """
    side = max(8, 4 * round(_PATCH * scene.unit / 4))
    if min(reference.shape[:2]) < side + 2:
        grown = (side + 2) / min(reference.shape[:2])
        reference = resize(reference, round(reference.shape[1] * grown) + 1, round(reference.shape[0] * grown) + 1)
    fine = _fine(reference, scene.unit)
    goals = _patches(scene.flat, side, side // 2, padded=True)
    offers = _patches(blur(reference, 3 * scene.unit), side, 0, padded=False)
    chosen = offers.at[_nearest(goals.like, offers.like)]
    return _laid_out(fine, goals.at, chosen, side, scene.shape)


def _fine(reference: Floats, unit: float) -> Floats:
    """Return what of a reference is texture; an edge of its objects is cut down to a strong stroke."""
    fine = reference - blur(reference, _COARSE * unit)
    spread = np.percentile(np.abs(fine[::2, ::2]).reshape(-1, 3), 90, axis=0) + 0.3
    # A smooth limit: strokes pass, contours of what was painted do not.
    return floats(1.6 * spread * np.tanh(fine / (1.6 * spread)) * np.asarray([1.0, 0.8, 0.8], np.float32))


def _patches(lab: Floats, side: int, step: int, *, padded: bool) -> _Patches:
    """Return patches every `step` pixels (0: as many as there is time for), and their light, form and colour."""
    height, width = lab.shape[:2]
    if padded:
        ys, xs = (np.arange(-side // 2, length, step) for length in (height, width))
    else:
        step = max(2, round(np.sqrt((height - side) * (width - side) / _MOST)))
        ys, xs = (np.arange(0, length - side, step) for length in (height, width))
    at = np.stack(np.meshgrid(ys, xs, indexing="ij"), axis=-1).reshape(-1, 2)
    cell = side / _CELLS
    small = resize(lab, max(_CELLS, round(width / cell)), max(_CELLS, round(height / cell))).copy()
    small[..., 0] = (small[..., 0] - small[..., 0].mean()) / (small[..., 0].std() + 3)
    rows = np.clip((at[:, :1] / cell).round().astype(int) + np.arange(_CELLS), 0, small.shape[0] - 1)
    columns = np.clip((at[:, 1:] / cell).round().astype(int) + np.arange(_CELLS), 0, small.shape[1] - 1)
    cells = small[rows[:, :, None], columns[:, None, :]]
    light = cells[..., 0].reshape(len(at), -1)
    middle = light.mean(axis=1, keepdims=True)
    colour = cells[..., 1:].mean(axis=(1, 2)) / 30
    # Form counts most (a stroke lies along it), then how light the place is, then its colour.
    return _Patches(at, floats(np.concatenate([1.0 * (light - middle), 1.6 * middle, 0.8 * colour], axis=1)))


def _nearest(goals: Floats, offers: Floats) -> NDArray[np.intp]:
    """Return for each goal one of the offers that are nearly as near as the nearest: no two places repeat a patch."""
    rng = np.random.default_rng(1)
    best = np.empty(len(goals), np.intp)
    lengths = (offers**2).sum(axis=1)
    count = min(_ALIKE, len(offers))
    for start in range(0, len(goals), 1024):
        some = goals[start : start + 1024]
        away = lengths - 2 * some @ offers.T + (some**2).sum(axis=1, keepdims=True)
        near = np.argpartition(away, count - 1, axis=1)[:, :count]
        distance = np.take_along_axis(away, near, axis=1)
        # Among the likely ones chance decides, the likelier the nearer (Gumbel's trick).
        spread = 0.35 + 0.35 * distance.min(axis=1, keepdims=True)
        score = rng.gumbel(size=near.shape) - distance / spread
        best[start : start + 1024] = np.take_along_axis(near, score.argmax(axis=1)[:, None], axis=1)[:, 0]
    return best


def _laid_out(
    fine: Floats, at: NDArray[np.intp], chosen: NDArray[np.intp], side: int, shape: tuple[int, int]
) -> Floats:
    """Blend the chosen patches at their places, weighted so that the variance stays."""
    height, width = shape
    ramp = np.sin(np.pi * (np.arange(side) + 0.5) / side).astype(np.float32)
    window = ramp[:, None] * ramp[None, :]
    total = np.zeros((height + 2 * side, width + 2 * side, 3), np.float32)
    squares = np.zeros(total.shape[:2], np.float32)
    for (y, x), (v, u) in zip(at + side, chosen, strict=True):
        total[y : y + side, x : x + side] += window[..., None] * fine[v : v + side, u : u + side]
        squares[y : y + side, x : x + side] += window * window
    blended = total / np.sqrt(squares + 1e-3)[..., None]
    return floats(np.ascontiguousarray(blended[side : side + height, side : side + width]))
