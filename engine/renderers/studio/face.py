"""Fixing faces: mended, lit and clear inside the face, and nothing else touched."""

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
from engine.renderers.studio.enlarging import noise_of
from engine.renderers.studio.filters import Floats, blur, floats, guided, lerp, resize, smoothstep
from engine.renderers.studio.networks import Network, mending_network

NO_FACE = "No face was found, so the picture is as it was."
TOO_SMALL = "The face is too small or too far outside the picture to be mended, so the picture is as it was."
NO_WEIGHTS = "The mending network's weights are not installed here: the face was cleaned and sharpened only."
MANY = 6
TOO_MANY = f"Only the {MANY} largest faces were mended; a closer crop mends the others."
_AROUND = 0.28
#: A face is shown to the network this wide: what a soft face still tells, and about a second's work.
_SEEN = 64
_SMALLEST = 12


class FixFace:
    """Restores the faces of a picture; see `engine.renderers.base.Renderer`."""

    def __init__(self, card: Card, network_of: Callable[[], Network | None] = mending_network) -> None:
        self.card = card
        self._network_of = network_of

    def render(self, task: RenderTask, report: Report) -> Iterator[Picture]:
        """Yield the picture with better faces; variants differ in how far they go."""
        pixels = task.subject.pixels
        found = sorted(faces_of(task.subject), key=lambda face: -face.w * face.h)
        faces = found[:MANY]
        network = self._network_of() if faces else None
        total = max(1, len(faces)) * (1 + len(task.variants))
        done = 0
        mended = []
        for face in faces:
            mended.append(_mended(pixels, face, network))
            done += 1
            report(done, total, None)
        some = any(better is not None for better in mended)
        notes = _notes(len(found), by_network=network is not None) if some or not found else (TOO_SMALL,)
        for variant in task.variants:
            strength = self.card.defaults.change[task.change] * Dice(task.seed + variant).choose((1.0, 0.75, 1.2, 0.6))
            fixed = pixels.copy()
            for face, better in zip(faces, mended, strict=True):
                _fix(fixed, face, better, strength)
                done += 1
                report(done, total, fixed)
            yield Picture(variant, fixed, notes)


def _notes(found: int, *, by_network: bool) -> tuple[str, ...]:
    if not found:
        return (NO_FACE,)
    return tuple(note for note, said in ((NO_WEIGHTS, not by_network), (TOO_MANY, found > MANY)) if said)


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


def _crop(pixels: Pixels, face: Box) -> tuple[Pixels, int, int]:
    """Return a face's surroundings (a view) and where they begin: left, top."""
    margin = round(_AROUND * face.w)
    top, left = max(0, face.y - margin), max(0, face.x - margin)
    return pixels[top : face.y + face.h + margin, left : face.x + face.w + margin, :3], left, top


def _mended(pixels: Pixels, face: Box, network: Network | None) -> Floats | None:
    """Return the surroundings of a face mended, Lab, or None where there is too little to see."""
    crop, _, _ = _crop(pixels, face)
    if min(crop.shape[:2], default=0) < _SMALLEST:
        return None
    rgb = floats(crop) / np.float32(255)
    if network is None:
        lab = to_lab(rgb)
        return _crisped(_deblocked(lab), face)
    return to_lab(floats(np.clip(mended(rgb, face.w, network), 0, 1)))


def mended(rgb: Floats, width: int, network: Network) -> Floats:
    """Return a face as a network that knows what is sharp would have it, true to its own tones and its own detail.

    Args:
        rgb: HxWx3, a face and a little around it.
        width: Of the face in it, in pixels.
        network: Makes it four times as large.
    """
    high, wide = rgb.shape[:2]
    share = min(1.0, _SEEN / width)
    seen = resize(rgb, max(8, round(wide * share)), max(8, round(high * share)))
    clear = resize(network(seen), wide, high)
    clear = floats(clear + blur(floats(rgb - clear), 0.05 * width + 0.5))
    return lerp(clear, rgb, _own_detail(rgb, resize(seen, wide, high), 0.03 * width + 1))


def _own_detail(rgb: Floats, seen: Floats, sigma: float) -> Floats:
    """Return where (0..0.7) the picture has detail beyond what the network saw and beyond its noise (Wiener, 1949)."""
    noise = noise_of(np.rint(rgb * 255).astype(np.uint8))
    fine = floats((rgb - seen).mean(axis=2))
    power = blur(floats(fine * fine), sigma)
    return floats(0.7 * np.clip((power - 1.5 * noise**2 - 6e-5) / (power + 1e-6), 0, 1))


def _fix(pixels: Pixels, face: Box, better: Floats | None, strength: float) -> None:
    """Put a mended face in its place."""
    if better is None:
        return
    crop, left, top = _crop(pixels, face)
    share = feather((crop.shape[0], crop.shape[1]), face, left, top)
    own = to_lab(floats(crop) / np.float32(255))
    lab = _modelled(lerp(own, better, min(1.0, 0.45 + 0.6 * strength)), face, strength)
    lit = to_rgb(_eyes_lit(lab, face, (left, top), strength))
    inside = share > 0
    mixed = lerp(floats(crop), floats(lit * 255), share)
    crop[inside] = np.rint(np.clip(mixed, 0, 255)).astype(np.uint8)[inside]


def _deblocked(lab: Floats) -> Floats:
    """Take out noise and the blocks of compression: as much of it as there is."""
    luma = floats(lab[..., 0] / 100)
    noise = float(np.median(np.abs(luma - blur(luma, 1.0))) / 0.6745)
    out = lab.copy()
    out[..., 1:] = guided(luma, floats(lab[..., 1:]), 4, 1e-3)
    out[..., 0] = 100 * lerp(luma, guided(luma, luma, 3, max(1e-4, (2.5 * noise) ** 2)), 0.6)
    return out


def _crisped(lab: Floats, face: Box) -> Floats:
    """Sharpen at the size of lashes and lips."""
    out = lab.copy()
    fine = lab[..., 0] - blur(np.ascontiguousarray(lab[..., 0]), 0.012 * face.w + 0.8)
    out[..., 0] = np.clip(lab[..., 0] + 0.7 * fine, 0, 100)
    return out


def _modelled(lab: Floats, face: Box, strength: float) -> Floats:
    """Raise local contrast a little, at the size of cheeks and lids, and clear the skin's tone."""
    luma = floats(lab[..., 0] / 100)
    wide = guided(luma, luma, max(2, 0.09 * face.w), 6e-3)
    out = lab.copy()
    lift = _lift(luma) * strength
    out[..., 0] = 100 * np.clip(luma + 0.18 * strength * (luma - wide) + lift * luma * (1 - luma), 0, 1)
    out[..., 1:] *= np.float32(1 + 0.04 * strength + 0.25 * lift)
    return out


def _lift(luma: Floats) -> float:
    """Return how much light a face lacks: none when its middle tones are where a lit face's are."""
    return float(0.03 + 0.9 * np.clip(0.5 - np.median(luma), 0, 0.3))


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
