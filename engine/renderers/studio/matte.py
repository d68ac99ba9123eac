"""Which pixels are the subject: GrabCut from faces, saliency and the frame."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from engine.contract import Box
from engine.renderers.studio.colour import to_bytes
from engine.renderers.studio.filters import Floats, blur, floats, guided, resize, smoothstep, steepness

_SIDE = 224


def subject_matte(rgb: Floats, luma: Floats, faces: Sequence[Box]) -> Floats:
    """Return a soft matte of the subject: 1 subject, 0 surroundings.

    GrabCut (Rother et al., 2004) on a small copy, seeded by contrast to the frame and by faces with the
    body below them; its edge is then laid on the picture's own edges by a guided filter.
    """
    height, width = luma.shape
    scale = min(1.0, _SIDE / max(height, width))
    small = resize(rgb, max(8, round(width * scale)), max(8, round(height * scale)))
    contrast = _contrast(small)
    likely = _likelihood(contrast)
    for face in faces:
        _add_person(likely, face, scale)
    cut = _grabcut(small, likely)
    if not faces:
        # What looks like the frame of the picture is not the subject, even when it is walled in by it.
        cut = _filled(_tidied(cut * (contrast > 0.12)))
    grown = np.clip(resize(blur(cut, 1.0), width, height), 0, 1)
    edged = guided(luma, floats(grown), 0.006 * max(height, width) + 2, 1e-3)
    return smoothstep(0.2, 0.8, edged)


def _contrast(small: Floats) -> Floats:
    """Return how much each pixel differs from the frame of the picture, 0..1."""
    lab = floats(cv2.cvtColor(small, cv2.COLOR_RGB2Lab))
    height, width = lab.shape[:2]
    rim = max(2, min(height, width) // 16)
    # The bottom of the frame is left out: people stand on it.
    frame = np.concatenate([lab[:rim].reshape(-1, 3), lab[:, :rim].reshape(-1, 3), lab[:, -rim:].reshape(-1, 3)])
    spread = np.cov(frame.T) + np.eye(3) * 20
    away = lab.reshape(-1, 3) - np.median(frame, axis=0)
    distance = np.sqrt(np.einsum("ij,jk,ik->i", away, np.linalg.inv(spread), away)).reshape(height, width)
    # An empty sky has no edges, however it differs from the corners.
    lively = blur(np.minimum(steepness(np.ascontiguousarray(lab[..., 0])), 6), 0.05 * width)
    return blur(floats(np.clip(distance / 4, 0, 1) * smoothstep(0.45, 1.4, lively)), 0.02 * width)


def _likelihood(contrast: Floats) -> Floats:
    """Return how likely each pixel is the subject: it differs from the frame, and is central. 0..1."""
    height, width = contrast.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    central = np.exp(-(((x / width - 0.5) / 0.3) ** 2 + ((y / height - 0.55) / 0.36) ** 2))
    # Both must speak for it: a middle like the frame is sky or wall, a bright corner is not the subject.
    return floats(0.5 * contrast * central + 0.3 * central * (contrast > 0.25) + 0.25 * contrast)


def _add_person(likely: Floats, face: Box, scale: float) -> None:
    """Mark a head, and shoulders below it, as likely."""
    x, y, side = (face.x + face.w / 2) * scale, (face.y + face.h / 2) * scale, face.w * scale
    body = (round(x), round(y + 2.6 * side)), (round(1.15 * side), round(1.9 * side))
    cv2.ellipse(likely, body[0], body[1], 0, 0, 360, 0.62, -1)
    cv2.ellipse(likely, (round(x), round(y)), (round(0.55 * side), round(0.75 * side)), 0, 0, 360, 1.0, -1)


def _grabcut(small: Floats, likely: Floats) -> Floats:
    """Return GrabCut's answer as 0 or 1; the likelihood itself where it finds nothing."""
    mask = np.full(likely.shape, cv2.GC_PR_BGD, np.uint8)
    mask[likely > 0.4] = cv2.GC_PR_FGD
    mask[likely > 0.88] = cv2.GC_FGD
    mask[likely < 0.1] = cv2.GC_BGD
    if (mask == cv2.GC_PR_FGD).sum() < 30 or (mask == cv2.GC_PR_BGD).sum() < 30:
        return smoothstep(0.3, 0.7, likely)
    # GrabCut draws from OpenCV's own random numbers: the same picture must give the same matte.
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(to_bytes(small), mask, (0, 0, 1, 1), *models, 3, cv2.GC_INIT_WITH_MASK)
    cut = _tidied(floats((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)))
    return cut if 0.04 < float(cut.mean()) < 0.92 else smoothstep(0.3, 0.7, likely)


def _filled(cut: Floats) -> Floats:
    """Fill the holes of a mask: what cannot be reached from the frame is inside."""
    outside = np.pad(np.rint(cut).astype(np.uint8), 1)
    cv2.floodFill(outside, np.zeros((outside.shape[0] + 2, outside.shape[1] + 2), np.uint8), (0, 0), 2)
    return floats(outside[1:-1, 1:-1] != 2)


def _tidied(cut: Floats) -> Floats:
    """Close small holes and drop specks."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    return floats(cv2.morphologyEx(cv2.morphologyEx(cut, cv2.MORPH_CLOSE, kernel), cv2.MORPH_OPEN, kernel))
