"""What a retoucher does to a face and no more: blotches evened with pores kept, eyes cleared, a light in them."""

from __future__ import annotations

import numpy as np

from engine.contract import Box
from engine.renderers.studio.filters import Floats, blur, floats, smoothstep
from engine.renderers.studio.scene import Scene, oval


def evened_skin(lab: Floats, scene: Scene, amount: float) -> Floats:
    """Return a Lab picture with its skin evened at the size of blotches; pores below it and forms above it stay.

    Frequency separation: the band between a tenth and a thirtieth of a face is held back where it is faint, so
    that eyes, lips and folds, which are strong in it, are left alone.
    """
    out = lab
    for face in scene.faces:
        size = max(6.0, float(face.w))
        skin = scene.skin * oval(scene.shape, face, 1.35)
        fine, coarse = size / 42, size / 11
        band = blur(out, fine) - blur(out, coarse)
        faint = smoothstep(9.0, 3.0, floats(np.abs(band[..., 0])))
        hold = np.stack([0.5 * faint, 0.75 * faint, 0.75 * faint], axis=2)
        out = floats(out - band * hold * (amount * skin)[..., None])
    return out


def eyes_of(scene: Scene, face: Box) -> list[tuple[float, float, float]]:
    """Return (x, y, radius) of the irises of a face in pixels: the darkest round spots where eyes are in a face.

    None when what is found is not both dark and level, as in a profile or behind glasses.
    """
    found = []
    for side in (0.31, 0.69):
        left, right = round(face.x + (side - 0.13) * face.w), round(face.x + (side + 0.13) * face.w)
        top, bottom = round(face.y + 0.30 * face.h), round(face.y + 0.50 * face.h)
        window = scene.luma[max(0, top) : bottom, max(0, left) : right]
        if min(window.shape) < 4:
            return []
        soft = blur(np.ascontiguousarray(window), 0.028 * face.w)
        row, column = np.unravel_index(int(soft.argmin()), soft.shape)
        if float(soft.min()) > 0.75 * float(np.median(window)):
            return []
        found.append((max(0, left) + float(column), max(0, top) + float(row), 0.042 * face.w))
    level = abs(found[0][1] - found[1][1]) < 0.09 * face.h
    return found if level else []


def cleared_eyes(lab: Floats, scene: Scene, angle: float, amount: float) -> Floats:
    """Return a Lab picture with clearer irises and a gentle light in both eyes, on the side of the key at `angle`."""
    out = lab.copy()
    lightness = np.ascontiguousarray(lab[..., 0])
    y, x = np.ogrid[0 : scene.shape[0], 0 : scene.shape[1]]
    for face in scene.faces:
        local = blur(lightness, 0.006 * face.w) - blur(lightness, 0.045 * face.w + 0.4)
        for cx, cy, radius in eyes_of(scene, face):
            away = np.hypot((x - cx) / (2.1 * radius), (y - cy) / (1.35 * radius))
            eye = np.exp(-(away**4)).astype(np.float32)
            out[..., 0] += amount * eye * (0.55 * local + 0.05 * np.clip(lightness - 30, 0, 40))
            out[..., 1:] *= (1 + 0.18 * amount * eye)[..., None]
            # A window's light sits in the upper half of the iris, whichever way the key comes.
            lx, ly = cx + 0.38 * radius * np.cos(angle), cy - 0.40 * radius
            spot = np.exp(-(((x - lx) ** 2 + (y - ly) ** 2) / (0.30 * radius) ** 2)).astype(np.float32)
            out[..., 0] += 0.42 * amount * spot * np.clip(92 - out[..., 0], 0, None)
            out[..., 1:] *= (1 - 0.5 * amount * spot)[..., None]
    out[..., 0] = np.clip(out[..., 0], 0, 100)
    return out
