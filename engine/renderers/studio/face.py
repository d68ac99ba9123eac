"""Fixing faces: cleaned, sharpened and brightened inside the face, and nothing else touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from engine.contract import Box
from engine.images.faces import find_faces
from engine.images.fit import fit
from engine.models.card import Card
from engine.renderers.base import Input, Picture, Pixels, RenderTask, Report
from engine.renderers.studio.colour import to_lab, to_rgb
from engine.renderers.studio.dice import Dice
from engine.renderers.studio.filters import Floats, blur, floats, guided, lerp, smoothstep
from engine.renderers.studio.networks import Network, drawing_network
from engine.renderers.studio.upscale import NO_WEIGHTS, Recipe, enlarged

NO_FACE = "No face was found, so the picture is as it was."
_AROUND = 0.35
_LARGEST = 320


class FixFace:
    """Restores the faces of a picture; see `engine.renderers.base.Renderer`."""

    def __init__(self, card: Card, network_of: Callable[[int], Network | None] = drawing_network) -> None:
        self.card = card
        self._network_of = network_of

    def render(self, task: RenderTask, report: Report) -> Iterator[Picture]:
        """Yield the picture with better faces; variants differ in how far they go."""
        pixels = task.subject.pixels
        faces = faces_of(task.subject)
        enlarger = self._network_of(2) if faces else None
        notes = () if enlarger else ((NO_WEIGHTS,) if faces else (NO_FACE,))
        total = len(task.variants) * max(1, len(faces))
        done = 0
        for variant in task.variants:
            strength = self.card.defaults.change[task.change] * Dice(task.seed + variant).choose((1.0, 0.75, 1.2, 0.6))
            fixed = pixels.copy()
            for face in faces or (None,):
                if face is not None:
                    _fix(fixed, face, strength, enlarger)
                done += 1
                report(done, total, fixed)
            yield Picture(variant, fixed, notes)


def faces_of(image: Input) -> tuple[Box, ...]:
    """Return the faces that are known, or those that can be found, at full size."""
    if image.faces:
        return image.faces
    height, width = image.pixels.shape[:2]
    size = fit(width, height, 1024)
    grey = cv2.cvtColor(np.ascontiguousarray(image.pixels[..., :3]), cv2.COLOR_RGB2GRAY)
    scale = width / size[0]
    found = find_faces(np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8))
    return tuple(
        Box(x=round(f.x * scale), y=round(f.y * scale), w=round(f.w * scale), h=round(f.h * scale)) for f in found
    )


def feather(shape: tuple[int, int], face: Box, left: int, top: int) -> Floats:
    """Return how far each pixel of a crop belongs to the face: 1 inside, exactly 0 from the oval's rim outwards."""
    y, x = np.ogrid[top : top + shape[0], left : left + shape[1]]
    across = (x - (face.x + face.w / 2)) / (0.62 * face.w)
    down = (y - (face.y + face.h / 2)) / (0.74 * face.h)
    return smoothstep(1.0, 0.68, floats(np.sqrt(across**2 + down**2)))


def _fix(pixels: Pixels, face: Box, strength: float, enlarger: Network | None) -> None:
    """Restore one face in place."""
    margin = round(_AROUND * face.w)
    top, left = max(0, face.y - margin), max(0, face.x - margin)
    crop = pixels[top : face.y + face.h + margin, left : face.x + face.w + margin, :3]
    if min(crop.shape[:2]) < 12:
        return
    share = feather((crop.shape[0], crop.shape[1]), face, left, top)
    better = restored(crop, face, (left, top), strength, enlarger)
    inside = share > 0
    mixed = lerp(floats(crop), floats(better * 255), share)
    crop[inside] = np.rint(np.clip(mixed, 0, 255)).astype(np.uint8)[inside]


def restored(crop: Pixels, face: Box, corner: tuple[int, int], strength: float, enlarger: Network | None) -> Floats:
    """Return a face's surroundings cleaned, detailed and lit, sRGB 0..1."""
    rgb = floats(crop) / np.float32(255)
    lab = _deblocked(to_lab(floats(rgb)), strength)
    if enlarger is not None:
        lab = _detailed(lab, strength, enlarger)
    lab = _modelled(lab, face, strength)
    return to_rgb(_eyes_lit(lab, face, corner, strength))


def _deblocked(lab: Floats, strength: float) -> Floats:
    """Take out noise and the blocks of compression: as much of it as there is."""
    luma = floats(lab[..., 0] / 100)
    fine = luma - blur(luma, 1.0)
    noise = float(np.median(np.abs(fine)) / 0.6745)
    out = lab.copy()
    out[..., 1:] = guided(luma, floats(lab[..., 1:]), 4, 1e-3)
    clean = guided(luma, luma, 3, max(1e-4, (2.5 * noise) ** 2))
    out[..., 0] = 100 * lerp(luma, clean, min(0.9, 0.8 * strength))
    return out


def _detailed(lab: Floats, strength: float, enlarger: Network) -> Floats:
    """Give back edges with Real-ESRGAN: enlarged, and scaled down again, so that lids, lips and lashes are clear."""
    height, width = lab.shape[:2]
    size = fit(width, height, _LARGEST)
    small = floats(cv2.resize(lab, size, interpolation=cv2.INTER_AREA))
    bytes_ = np.rint(to_rgb(small) * 255).astype(np.uint8)
    large = enlarged(bytes_, Recipe(enlarger.scale, enlarger, drawn=True), lambda _done, _of: None)
    clear = to_lab(floats(cv2.resize(floats(large) / 255, (width, height), interpolation=cv2.INTER_AREA)))
    out = lab.copy()
    edges = clear[..., 0] - blur(np.ascontiguousarray(clear[..., 0]), 0.012 * width + 0.8)
    own = lab[..., 0] - blur(np.ascontiguousarray(lab[..., 0]), 0.012 * width + 0.8)
    out[..., 0] = np.clip(lab[..., 0] + 0.5 * strength * (1.6 * edges - own), 0, 100)
    return out


def _modelled(lab: Floats, face: Box, strength: float) -> Floats:
    """Raise local contrast a little, at the size of cheeks and lids, and clear the skin's tone."""
    luma = floats(lab[..., 0] / 100)
    wide = guided(luma, luma, max(2, 0.09 * face.w), 6e-3)
    out = lab.copy()
    out[..., 0] = 100 * np.clip(luma + 0.28 * strength * (luma - wide) + 0.02 * strength * luma * (1 - luma), 0, 1)
    out[..., 1:] *= np.float32(1 + 0.05 * strength)
    return out


def _eyes_lit(lab: Floats, face: Box, corner: tuple[int, int], strength: float) -> Floats:
    """Let both eyes catch the same light: contrast inside two ovals where eyes are in a face."""
    height, width = lab.shape[:2]
    y, x = np.ogrid[corner[1] : corner[1] + height, corner[0] : corner[0] + width]
    out = lab.copy()
    luma = np.ascontiguousarray(lab[..., 0])
    for side in (0.31, 0.69):
        across = (x - (face.x + side * face.w)) / (0.13 * face.w)
        down = (y - (face.y + 0.39 * face.h)) / (0.075 * face.h)
        eye = np.exp(-((across**2 + down**2) ** 1.5))
        local = blur(luma, 0.006 * face.w) - blur(luma, 0.035 * face.w + 0.5)
        out[..., 0] += eye * strength * (0.45 * local + 0.035 * np.clip(luma - 35, 0, 40))
    out[..., 0] = np.clip(out[..., 0], 0, 100)
    return out
