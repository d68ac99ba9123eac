"""Every mode and profile a file can have -> 8-bit sRGB, with alpha where it has some."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_SPACE_OF_MODE = {"L": "GRAY", "RGB": "RGB ", "CMYK": "CMYK"}
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC


def to_srgb(image: Image.Image, levels: int) -> Image.Image:
    """Return a loaded image as 8-bit sRGB, mode RGB, or RGBA if any pixel lets something through.

    Args:
        image: Loaded; its `info` may hold `icc_profile` and `transparency`.
        levels: The file's greatest sample value (255, or 65535, or 15 for four bits of grey); the scale of
            `transparency` and of deep samples.
    """
    profile = image.info.get("icc_profile")
    colour, alpha = _split(_shallow(image, levels), levels)
    rgb = _without_profile(colour) if profile is None else _by_profile(colour, profile)
    if alpha is not None and alpha.getextrema() != (255, 255):
        rgb.putalpha(alpha)
    return rgb


def is_srgb(profile: bytes) -> bool:
    """Whether a profile does nothing that an eye could see: sRGB under any of its names."""
    probe = _probe()
    seen = _transformed(probe, profile)
    return seen is not None and int(np.abs(np.asarray(seen, np.int16) - np.asarray(probe, np.int16)).max()) <= 2


def to_eight_bits(samples: NDArray[np.generic], levels: int) -> NDArray[np.uint8]:
    """Scale samples of any type to 0..255.

    Integers are on a scale of 0..`levels`. Floats up to 1 are taken for 0..1; whatever does not fit its
    scale (measurements, elevations) is stretched from its own least to its greatest.
    """
    values = np.nan_to_num(samples.astype(np.float32), posinf=0, neginf=0)
    low, high = float(values.min()), float(values.max())
    top = float(levels) if np.issubdtype(samples.dtype, np.integer) else 1.0
    if low < 0 or high > top:
        values, top = values - low, max(high - low, 1e-12)
    scaled: NDArray[np.uint8] = np.rint(values * (255 / top)).astype(np.uint8)
    return scaled


def _shallow(image: Image.Image, levels: int) -> Image.Image:
    """Modes I, I;16 and F as L, or LA where one of their values stands for transparent."""
    if not image.mode.startswith(("I", "F")):
        return image
    samples = np.asarray(image)
    grey = Image.fromarray(to_eight_bits(samples, levels))
    if isinstance(clear := image.info.get("transparency"), int):
        grey.putalpha(Image.fromarray(np.where(samples == clear, 0, 255).astype(np.uint8)))
    return grey


def _split(image: Image.Image, levels: int) -> tuple[Image.Image, Image.Image | None]:
    """Colour as L, RGB, CMYK or LAB, and alpha as L."""
    if image.has_transparency_data:
        _scale_transparency(image, levels)
        image = image.convert("LA" if image.mode in {"1", "L", "LA", "La"} else "RGBA")
        return image.convert(image.mode[:-1]), image.getchannel("A")
    if image.mode in {"L", "RGB", "CMYK", "LAB"}:
        return image, None
    return image.convert("L" if image.mode == "1" else "RGB"), None


def _scale_transparency(image: Image.Image, levels: int) -> None:
    """PNG gives its transparent colour in the file's own depth; Pillow compares it with 8-bit pixels."""
    clear = image.info.get("transparency")
    if image.mode == "L" and isinstance(clear, int):
        image.info["transparency"] = clear * 255 // levels
    elif image.mode == "RGB" and levels > 255 and isinstance(clear, tuple):
        image.info["transparency"] = tuple(value >> 8 for value in clear)


def _without_profile(colour: Image.Image) -> Image.Image:
    if colour.mode == "LAB":
        return _converted(colour, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
    return colour.convert("RGB")


def _by_profile(colour: Image.Image, profile: bytes) -> Image.Image:
    if colour.mode == "RGB" and is_srgb(profile):
        return colour
    return _transformed(colour, profile) or _without_profile(colour)


def _transformed(colour: Image.Image, profile: bytes) -> Image.Image | None:
    """The colour through its profile, or None where the profile is broken or for another mode."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space != _SPACE_OF_MODE.get(colour.mode):
            return None
        return _converted(colour, source)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _converted(colour: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    result = ImageCms.profileToProfile(colour, source, _srgb(), _INTENT, "RGB", flags=_FLAGS)
    if result is None:
        raise ImageCms.PyCMSError("no transform")
    return result


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@cache
def _probe() -> Image.Image:
    """Every combination of eight levels a channel."""
    steps = np.linspace(0, 255, 8).astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1)
    return Image.fromarray(cube.reshape(8, 64, 3))
