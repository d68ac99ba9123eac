"""What reference images give: palette, lighting and style, laid over a finished picture in Lab."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.contract import Role
from engine.renderers.base import Input
from engine.renderers.studio.colour import colour, to_lab
from engine.renderers.studio.filters import Floats, blur, floats, lerp, resize

_SMALL = 192


def with_references(lab: Floats, images: Sequence[Input], skin: Floats) -> Floats:
    """Return the picture with every palette, style and lighting reference laid over it, by its weight."""
    for image in images:
        if image.role is Role.PALETTE:
            lab = with_palette(lab, _samples(image), image.weight, skin)
        elif image.role is Role.STYLE:
            lab = with_style(lab, _small_lab(image), image.weight, skin)
        elif image.role is Role.LIGHTING:
            lab = with_lighting(lab, floats(_small_lab(image)[..., 0]), image.weight)
    return lab


def swatch(codes: Sequence[str]) -> Floats:
    """Return the Lab samples (Nx3) of colour codes."""
    return floats(to_lab(floats([[colour(code) for code in codes]]))[0])


def with_palette(lab: Floats, samples: Floats, weight: float, skin: Floats) -> Floats:
    """Lead the colours of a picture to those of the samples.

    The linear Monge-Kantorovich map between two colour distributions (Pitie and Kokaram, 2007): one matrix, so
    gradients stay smooth and nothing bands. Lightness follows by a third only, and skin by half.

    Args:
        lab: HxWx3.
        samples: Nx3 Lab colours.
        weight: 0..1.
        skin: Plane of what is skin.
    """
    pixels = lab.reshape(-1, 3)
    some = pixels[:: max(1, len(pixels) // 40000)]
    matrix = _transport(_covariance(some), _covariance(samples))
    moved = (pixels - some.mean(axis=0)) @ matrix.T.astype(np.float32) + samples.mean(axis=0)
    target = floats(moved).reshape(lab.shape)
    target[..., 0] = lab[..., 0] + 0.35 * (target[..., 0] - lab[..., 0])
    return lerp(lab, _bounded(target), floats(weight * (1 - 0.5 * skin)))


def _covariance(samples: Floats) -> NDArray[np.float64]:
    return np.cov(samples.T.astype(np.float64)) + np.diag([4.0, 2.0, 2.0])


def _transport(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the matrix that turns one covariance into the other and moves as little as possible."""
    root = _root(source)
    back = np.linalg.inv(root)
    matrix = back @ _root(root @ target @ root) @ back
    # More than a factor of 2.6 would make grain out of what was even.
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    limited: NDArray[np.float64] = (vectors * np.clip(values, 0, 2.6)) @ vectors.T
    return limited


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    root: NDArray[np.float64] = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    return root


def _bounded(lab: Floats) -> Floats:
    """Bring chroma back to what paint can do."""
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    lab[..., 1:] *= (1 / np.maximum(1, chroma / 75))[..., None].astype(np.float32)
    return lab


def with_lighting(lab: Floats, light: Floats, weight: float) -> Floats:
    """Give a picture the light field of another: where that one is bright at large, this one gets brighter.

    Args:
        lab: HxWx3.
        light: Lightness (0..100) of the reference, any size.
        weight: 0..1.
    """
    height, width = lab.shape[:2]
    field = blur(resize(light, 32, 32), 3.5)
    own = blur(resize(np.ascontiguousarray(lab[..., 0]), 32, 32), 3.5)
    change = np.clip((field - field.mean()) - 0.45 * (own - own.mean()) + 0.35 * (field.mean() - own.mean()), -38, 38)
    out = lab.copy()
    lightness = np.clip(lab[..., 0] / 100, 0, 1)
    # Black and white stay: a light field moves the middle tones.
    room = np.clip(3.4 * lightness * (1 - lightness), 0, 1) ** 0.7
    out[..., 0] = np.clip(lab[..., 0] + 0.85 * weight * room * resize(floats(change), width, height), 0, 100)
    return out


def with_style(lab: Floats, reference: Floats, weight: float, skin: Floats) -> Floats:
    """Take over a reference's colours at two thirds and how rough its surface is, band by band of lightness.

    Statistics only: no pattern of the reference is copied.
    """
    out = with_palette(lab, floats(reference.reshape(-1, 3)), 0.65 * weight, skin)
    lightness, model = np.ascontiguousarray(out[..., 0]), np.ascontiguousarray(reference[..., 0])
    for sigma in (1.0, 2.5):
        band, like = lightness - blur(lightness, sigma), model - blur(model, sigma)
        gain = float(np.clip(like.std() / (band.std() + 1e-3), 0.6, 1.7))
        lightness = floats(lightness + 0.6 * weight * (gain - 1) * band)
    out[..., 0] = np.clip(lightness, 0, 100)
    return out


def _small_lab(image: Input) -> Floats:
    height, width = image.pixels.shape[:2]
    scale = _SMALL / max(height, width)
    rgb = floats(image.pixels[..., :3]) / np.float32(255)
    return to_lab(resize(floats(rgb), max(1, round(width * scale)), max(1, round(height * scale))))


def _samples(image: Input) -> Floats:
    """Return the reference's colours, less those that cannot be seen."""
    lab = _small_lab(image).reshape(-1, 3)
    if image.pixels.shape[2] == 4:
        seen = _small_alpha(image).reshape(-1) > 128
        lab = lab[seen] if seen.sum() > 50 else lab
    return lab


def _small_alpha(image: Input) -> Floats:
    height, width = image.pixels.shape[:2]
    scale = _SMALL / max(height, width)
    return resize(floats(image.pixels[..., 3]), max(1, round(width * scale)), max(1, round(height * scale)))
