"""Laying soft planes on a picture's colour edges."""

from __future__ import annotations

import cv2
import numpy as np

from engine.renderers.studio.filters import Floats, box, floats, resize, smoothstep


def guided_by_colour(rgb: Floats, plane: Floats, radius: float, eps: float, step: int = 1) -> Floats:
    """Smooth a plane along the colour edges of a picture.

    The guided filter with a colour guide (He, Sun and Tang, 2010); `step` above 1 fits its local linear model on a copy
    that much smaller (He and Sun, 2015), which costs a fraction and looks the same.

    Args:
        rgb: HxWx3 guide, any three channels of about 0..1.
        plane: HxW, or smaller.
        radius: How far around, in pixels of the guide.
        eps: How much colour has to vary (variance) before it counts as an edge.
        step: How much smaller the copy is.
    """
    height, width = rgb.shape[:2]
    size = max(2, round(width / step)), max(2, round(height / step))
    model = _model(resize(rgb, *size), resize(plane, *size), max(1, round(radius / step)), eps)
    grown = cv2.resize(model, (width, height), interpolation=cv2.INTER_LINEAR)
    return floats(np.einsum("ijk,ijk->ij", grown[..., :3], rgb) + grown[..., 3])


def _model(guide: Floats, plane: Floats, radius: int, eps: float) -> Floats:
    """Return for each pixel what to weigh the three channels by, and what to add (HxWx4)."""
    centre, level = box(guide, radius), box(plane, radius)
    pairs = box(floats(np.stack([guide[..., i] * guide[..., j] for i, j in _PAIRS], 2)), radius)
    (rr, rg, rb, gg, gb, bb) = (pairs[..., k] - centre[..., i] * centre[..., j] for k, (i, j) in enumerate(_PAIRS))
    rr, gg, bb = rr + eps, gg + eps, bb + eps
    along = box(floats(guide * plane[..., None]), radius) - centre * level[..., None]
    p, q, r = along[..., 0], along[..., 1], along[..., 2]
    # The adjugate of the symmetric 3x3 covariance.
    c00, c01, c02 = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    c11, c12, c22 = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    scale = 1 / np.maximum(rr * c00 + rg * c01 + rb * c02, 1e-12)
    slope = np.stack([c00 * p + c01 * q + c02 * r, c01 * p + c11 * q + c12 * r, c02 * p + c12 * q + c22 * r], 2)
    slope = slope * scale[..., None]
    return box(floats(np.dstack([slope, level - (slope * centre).sum(axis=2)])), radius)


_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


def sharpened(plane: Floats, small: Floats, rgb: Floats, eps: float = 1e-3) -> Floats:
    """Return a plane of a small copy at full size, its edges laid on the picture's own.

    A local linear model of the colours twice: on the small copy for where the edge is, then at full size for how it
    looks.

    Args:
        plane: hxw, 0..1.
        small: hxwx3, the Lab copy it was found on.
        rgb: HxWx3, the picture.
        eps: As in `guided_by_colour`.
    """
    height, width = rgb.shape[:2]
    settled = np.clip(guided_by_colour(floats(small / np.float32(100)), plane, 4, eps), 0, 1)
    grown = resize(floats(settled), width, height)
    step = max(1, round(max(height, width) / 512))
    return smoothstep(0.1, 0.9, guided_by_colour(rgb, grown, max(2.0, 0.007 * max(height, width)), eps, step))
