"""Faces in a few clean tones: what a toy maker prints, a modeller inlays and a paper cutter cuts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.contract import Box
from engine.renderers.studio.areas import Labels, edge_of, means, without_specks
from engine.renderers.studio.colour import skin
from engine.renderers.studio.filters import Floats, bilateral, blur, floats, lerp, resize, smoothstep
from engine.renderers.studio.hair import hair_of, massed
from engine.renderers.studio.pieces import outlined, tones
from engine.renderers.studio.scene import Scene

#: How wide a face is when its tones are found, in pixels.
_WIDE = 170
#: Tones closer than this (Lab units) are one piece.
_SAME = 7.0


class Print(NamedTuple):
    """`lab` HxWx3 of flat tones, their `labels` HxW (-1 where no face is), their `edge` distance, and soft `where`."""

    lab: Floats
    labels: Labels
    edge: Floats
    where: Floats


def printed(scene: Scene, count: int = 7, apart: float = 6.0, even: float = 0.8) -> Print:
    """Return the faces of a scene in `count` tones at least `apart` (Lab units); made once for all variants.

    The broad shading is taken out by `even` (0..1) before the tones are found, so that they fall on eyes, brows,
    mouth and cheeks and not on the lamp's side of the face.
    """
    return scene.once(("print", count, apart, even), lambda: _printed(scene, count, apart, even))


def _printed(scene: Scene, count: int, apart: float, even: float) -> Print:
    lab, labels = scene.flat.copy(), np.full(scene.shape, -1, np.int32)
    # The wall beside a cheek is not the face's: its tone would be found in the face too.
    own = np.maximum(scene.matte, scene.near_faces(0.75))
    where = blur(floats(scene.near_faces(1.12) * own), 2 * scene.unit)
    for number, face in enumerate(scene.faces[:6]):
        window = _window(face, scene.shape)
        seen = lerp(_middle(scene.lab[window], scene.near_faces(0.8)[window]), scene.lab[window], where[window])
        painted, winner = _toned(seen, face, count, apart, even)
        lab[window], labels[window] = painted, winner + 100 * number
    labels[where < 0.5] = -1
    for number, face in enumerate(scene.faces[:6]):
        _comb(scene, face, (lab, labels, where), 100 * number + count)
    return Print(lab, labels, edge_of(labels), where)


def _comb(scene: Scene, face: Box, canvas: tuple[Floats, Labels, Floats], name: int) -> None:
    """Lay the hair of a head over a print, also where it reaches beyond the face."""
    lab, labels, where = canvas
    window = _window(face, scene.shape, 1.35)
    seen = lerp(_middle(scene.lab[window], scene.near_faces(0.6)[window]), scene.lab[window], scene.matte[window])
    hair = hair_of(seen, face, window[1].start, window[0].start)
    lab[window] = massed(lab[window], scene.lab[window], hair, face.w)
    labels[window] = np.where(hair > 0.5, name, labels[window])
    where[window] = np.maximum(where[window], hair)


def _middle(lab: Floats, inside: Floats) -> Floats:
    """Return the middle colour of what is inside, everywhere."""
    chosen = lab[inside > 0.5] if (inside > 0.5).any() else lab.reshape(-1, 3)
    return np.broadcast_to(np.median(chosen, axis=0).astype(np.float32), lab.shape)


def _window(face: Box, shape: tuple[int, int], reach: float = 1.0) -> tuple[slice, slice]:
    """Return the rows and columns around a face, inside the picture."""
    x, y, wide, high = face.x + face.w / 2, face.y + face.h / 2, 0.85 * reach * face.w, 1.05 * reach * face.h
    rows = slice(max(0, round(y - high)), min(shape[0], round(y + high)))
    return rows, slice(max(0, round(x - wide)), min(shape[1], round(x + wide)))


def _toned(lab: Floats, face: Box, count: int, apart: float, even: float) -> tuple[Floats, Labels]:
    """Return a window in flat tones, and which tone each pixel has."""
    height, width = lab.shape[:2]
    scale = min(1.0, _WIDE / max(1, face.w))
    small = resize(lab, max(8, round(width * scale)), max(8, round(height * scale)))
    wide = face.w * scale
    # A brow is darker than what is around it wherever the lamp stands: local contrast is what makes a likeness.
    clean = bilateral(blur(small, 0.006 * wide), 7.0, 3.0, 3)
    lightness = np.ascontiguousarray(clean[..., 0])
    broad = blur(lightness, 0.14 * wide)
    flat = clean * np.asarray([1, 1.35, 1.35], np.float32)
    flat[..., 0] = lightness - even * (broad - broad.mean()) + 0.8 * (lightness - blur(lightness, 0.06 * wide))
    # Shine on the skin is the photographer's; teeth and the white of an eye differ in colour too.
    pale = float(np.percentile(flat[..., 0][skin(clean) > 0.5], 60)) if (skin(clean) > 0.5).any() else 100.0
    flat[..., 0] = np.where(flat[..., 0] > pale, pale + 0.7 * (flat[..., 0] - pale), flat[..., 0])
    labels, centres = tones(flat, count, apart)
    labels = without_specks(labels, round(0.002 * wide**2))
    winner = outlined(labels, len(centres), max(0.7, 0.008 * wide), (height, width)).astype(np.int32)
    colours = means(winner, len(centres), lab)
    colours[:, 0] = np.maximum(colours[:, 0], lerp(colours[:, 0], centres[:, 0], 0.5))
    colours = _evened(colours, winner)
    painted = blur(floats(colours[winner]), 0.6)
    # Teeth and the whites of eyes are too small for a tone of their own: they are dabbed on.
    light = blur(np.ascontiguousarray(lab[..., 0]), 0.008 * face.w)
    dab = smoothstep(3, 9, floats(light - blur(light, 0.07 * face.w)))
    soft = blur(lab, 0.008 * face.w)
    chroma = np.hypot(soft[..., 1], soft[..., 2])
    dab *= smoothstep(0.8, 0.5, floats(chroma / (np.median(chroma) + 1e-3)))
    painted[..., 0] = np.minimum(painted[..., 0] + 13 * dab, np.maximum(painted[..., 0], 93))
    painted[..., 1:] *= (1 - 0.4 * dab)[..., None]
    return painted, _alike(colours)[winner]


def _alike(colours: Floats) -> Labels:
    """Return for each tone the first that looks the same: between those nobody cuts."""
    apart = np.linalg.norm(colours[:, None] - colours[None], axis=2)
    return np.asarray((apart < _SAME).argmax(axis=1), np.int32)


def _evened(colours: Floats, winner: Labels) -> Floats:
    """Return the tones with those of the skin drawn together, and healthy: what is left of the lamp is not a stain."""
    like = skin(colours[None])[0] * smoothstep(26, 44, colours[:, 0])
    heavy = np.bincount(winner.ravel(), minlength=len(colours)) * like
    if heavy.max() <= 0:
        return colours
    main = colours[int(heavy.argmax())]
    near = like * smoothstep(34, 14, floats(np.abs(colours[:, 0] - main[0])))
    out = lerp(colours, np.broadcast_to(main, colours.shape), floats(0.62 * near))
    out[:, 1:] *= (1 + 0.16 * like)[:, None]
    out[:, 1] += 2.5 * like
    return floats(out)


def feature_height(scene: Scene) -> Floats:
    """Return the relief of faces, in pixels at 1024 for a face 200 wide: a nose, cheeks, brows, sockets, lips.

    A modeller's head, laid over each face's box and oval, and the picture's own small light and dark on it.
    """
    total = np.zeros(scene.shape, np.float32)
    for face in scene.faces[:6]:
        window = _window(face, scene.shape)
        y, x = np.mgrid[window].astype(np.float32)
        u = (x - face.x - face.w / 2) / face.w
        v = (y - face.y - face.h / 2) / face.h
        head = 34 * np.sqrt(np.clip(1 - (u / 0.62) ** 2 - (v / 0.85) ** 2, 0, 1))
        nose = 15 * _bump(u, 0.075, v - 0.1, 0.16) + 7 * _bump(u, 0.11, v - 0.19, 0.07)
        cheeks = 6 * (_bump(u + 0.24, 0.13, v - 0.14, 0.13) + _bump(u - 0.24, 0.13, v - 0.14, 0.13))
        sockets = -6 * (_bump(u + 0.19, 0.12, v + 0.1, 0.08) + _bump(u - 0.19, 0.12, v + 0.1, 0.08))
        chin = 6 * _bump(u, 0.15, v - 0.5, 0.1)
        total[window] += (head + nose + cheeks + sockets + chin) * face.w / 200
    tone = floats(scene.flat[..., 0])
    own = blur(tone, 2.0 * scene.unit) - blur(tone, 12 * scene.unit)
    modelled = blur(floats(total * scene.near_faces(1.05)), 2.5 * scene.unit) / scene.unit
    return floats(modelled + 0.22 * own * scene.near_faces(1.0))


def _bump(u: Floats, wide: float, v: Floats, high: float) -> Floats:
    return floats(np.exp(-0.5 * ((u / wide) ** 2 + (v / high) ** 2)))
