"""Hair as a sculptor sees it: one mass with soft light on it, not so many strands or patches."""

from __future__ import annotations

import cv2
import numpy as np

from engine.contract import Box
from engine.renderers.studio.filters import Floats, blur, floats, lerp, smoothstep

#: Skin and hair closer than this (Lab units) are not told apart.
_APART = 12.0


def hair_of(lab: Floats, face: Box, left: int, top: int) -> Floats:
    """Return where hair is around a face, 0..1: above the brows and beside the cheeks, and more like hair than skin.

    Args:
        lab: HxWx3, a window of the picture around the face; what is not the person's is to be blanked.
        face: The face's box, in the picture.
        left: Where the window begins.
        top: Likewise.
    """
    y, x = np.ogrid[top : top + lab.shape[0], left : left + lab.shape[1]]
    u, v = floats((x - face.x - face.w / 2) / face.w), floats((y - face.y - face.h / 2) / face.h)
    # A fringe ends above the brows; further in, what is dark is a brow or an eye.
    place = np.maximum(smoothstep(-0.20, -0.30, v) + 0 * u, smoothstep(0.34, 0.44, np.abs(u)) + 0 * v)
    head = np.sqrt((u / 1.02) ** 2 + ((v + 0.15) / 1.1) ** 2)
    place = place * smoothstep(1.0, 0.85, floats(head)) * smoothstep(0.46, 0.3, v)
    cheeks = _middle(lab, (np.abs(u) < 0.28) & (v > 0.02) & (v < 0.24))
    crown = _middle(lab, (np.abs(u) < 0.36) & (v > -0.74) & (v < -0.46))
    if cheeks is None or crown is None or np.linalg.norm(cheeks - crown) < _APART:
        return np.zeros(lab.shape[:2], np.float32)
    soft = blur(lab, 0.012 * face.w)
    skin, hair = (np.sqrt(((soft - colour) ** 2).sum(axis=2)) for colour in (cheeks, crown))
    found = place * smoothstep(0.42, 0.58, floats(skin / (skin + hair + 1e-3)))
    # Shine on hair is as pale as skin; what hair surrounds is hair.
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(0.11 * face.w) + 1,) * 2)
    closed = floats(cv2.morphologyEx(found, cv2.MORPH_CLOSE, disc)) * smoothstep(-0.3, -0.4, v)
    return blur(floats(np.maximum(found, closed)), 0.008 * face.w)


def massed(painted: Floats, lab: Floats, hair: Floats, wide: float) -> Floats:
    """Return a painted face (Lab) whose hair is one colour with its broad light and shade.

    Args:
        painted: HxWx3, in flat tones.
        lab: HxWx3, the picture.
        hair: HxW, where hair is.
        wide: How wide the face is, in pixels.
    """
    if hair.max() < 0.5:
        return painted
    main = np.median(lab[hair > 0.5], axis=0).astype(np.float32)
    weight = blur(hair, 0.045 * wide) + 1e-3
    broad = blur(floats(lab * hair[..., None]), 0.045 * wide) / weight[..., None]
    mass = lerp(np.broadcast_to(main, lab.shape), floats(broad), 0.75)
    return lerp(painted, mass, floats(0.9 * hair))


def _middle(lab: Floats, where: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats | None:
    return floats(np.median(lab[where], axis=0)) if where.sum() > 12 else None
