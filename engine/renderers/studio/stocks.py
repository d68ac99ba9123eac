"""Film stocks as data, and what a stock does to light.

A stock is its characteristic curves (display value over log exposure, a channel each), the cross-talk of its dyes
in density, its grain, its halation and its gate. None copies a maker's product; each stands for a kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from engine.renderers.studio.air import halated, power
from engine.renderers.studio.filters import Floats, blur, floats
from engine.renderers.studio.texture import grain

Three = tuple[float, float, float]
_STEPS = 2048
_MIDDLE = 0.46


class Stock(NamedTuple):
    """A kind of film.

    `contrast` is the slope of the curve a stop; `speed` moves each channel in stops (more is brighter); `black` and
    `white` are the ends of the print, a channel each; `cross` (-0.2..0.2) is what the dyes take from each other:
    above 0 they clear each other and colours grow, below they soil each other; `mix` makes a black-and-white film.
    """

    words: tuple[str, ...]
    contrast: float = 0.68
    speed: Three = (0.0, 0.0, 0.0)
    black: Three = (0.02, 0.02, 0.02)
    white: Three = (0.98, 0.98, 0.98)
    cross: float = 0.0
    grain: float = 0.5
    size: float = 1.0
    halation: float = 0.15
    gate: float = 0.25
    soft: float = 0.0
    mix: Three | None = None


STOCKS: Mapping[str, Stock] = {
    "portrait negative": Stock(
        ("portra", "portrait film", "wedding", "colour negative", "color negative"),
        contrast=0.60, speed=(0.14, 0.04, -0.10), black=(0.035, 0.032, 0.036), white=(0.99, 0.975, 0.945),
        cross=0.04, grain=0.40, size=1.0, halation=0.14, gate=0.15,
    ),
    "slide": Stock(
        ("slide", "chrome", "velvia", "ektachrome", "transparency", "punchy film"),
        contrast=0.86, speed=(0.0, -0.02, 0.04), black=(0.0, 0.002, 0.008), white=(0.985, 0.985, 0.99),
        cross=0.15, grain=0.2, size=0.8, halation=0.05, gate=0.3,
    ),
    "mellow chrome": Stock(
        ("kodachrome", "1950s", "50s", "1960s", "60s", "national geographic", "magazine"),
        contrast=0.80, speed=(0.14, -0.03, -0.12), black=(0.02, 0.012, 0.018), white=(0.99, 0.97, 0.925),
        cross=0.09, grain=0.35, size=1.0, halation=0.1, gate=0.35,
    ),
    "cinema tungsten": Stock(
        ("cinema", "cinematic", "movie", "cinestill", "tungsten", "800t", "halation", "blade runner", "anamorphic"),
        contrast=0.66, speed=(-0.18, 0.02, 0.17), black=(0.012, 0.028, 0.045), white=(1.0, 0.975, 0.94),
        cross=0.06, grain=0.55, size=1.15, halation=0.75, gate=0.4,
    ),
    "faded seventies": Stock(
        ("70s", "1970s", "seventies", "faded", "vintage", "retro", "nostalgic", "old photo", "expired", "super 8"),
        contrast=0.54, speed=(0.30, 0.05, -0.12), black=(0.115, 0.075, 0.085), white=(0.97, 0.93, 0.82),
        cross=-0.06, grain=0.65, size=1.3, halation=0.25, gate=0.5, soft=0.5,
    ),
    "instant": Stock(
        ("polaroid", "instant", "instax"),
        contrast=0.62, speed=(0.02, 0.08, -0.06), black=(0.07, 0.085, 0.10), white=(0.965, 0.955, 0.88),
        cross=-0.04, grain=0.3, size=1.8, halation=0.2, gate=0.75, soft=1.0,
    ),
    "holiday gold": Stock(
        ("gold", "90s", "1990s", "80s", "1980s", "disposable", "lomo", "snapshot", "y2k", "consumer film", "35mm"),
        contrast=0.74, speed=(0.16, 0.08, -0.16), black=(0.03, 0.035, 0.03), white=(0.995, 0.98, 0.91),
        cross=0.09, grain=0.6, size=1.15, halation=0.2, gate=0.45,
    ),
    "silver fine": Stock(
        ("black and white", "monochrome", "grayscale", "greyscale", "silver", "b w", "bw"),
        contrast=0.74, black=(0.015, 0.014, 0.013), white=(0.985, 0.98, 0.97), grain=0.38, size=0.95, halation=0.1,
        gate=0.25, mix=(0.30, 0.52, 0.18),
    ),
    "silver pushed": Stock(
        ("noir", "pushed", "high contrast black and white", "reportage"),
        contrast=1.06, speed=(-0.12, -0.12, -0.12), black=(0.008, 0.008, 0.009), white=(0.97, 0.968, 0.965), grain=1.0,
        size=1.45, halation=0.2, gate=0.6, mix=(0.42, 0.46, 0.12),
    ),
}  # fmt: skip


#: Words that push a black-and-white film.
_HARD = ("pushed", "gritty", "grainy", "noir", "high contrast", "reportage", "deep blacks")


def stock_for(prompt: str) -> str | None:
    """Return the stock that the words ask for, by the longest of its words, or None."""
    text = f" {prompt.lower().replace('-', ' ')}"
    found = [(len(word), name) for name, stock in STOCKS.items() for word in stock.words if f" {word}" in text]
    name = max(found)[1] if found else None
    hard = any(f" {word}" in text for word in _HARD)
    return "silver pushed" if name == "silver fine" and hard else name


def exposed_on(light: Floats, stock: Stock, rng: np.random.Generator, unit: float, *, stops: float = 0.0) -> Floats:
    """Return the print, sRGB 0..1, of light (linear, HxWx3, 0.18 in the middle) on a stock.

    Args:
        light: The scene.
        stock: The film.
        rng: For its grain.
        unit: A pixel at 1024.
        stops: Of over-exposure.
    """
    scene = halated(light * np.float32(2.0**stops), unit, stock.halation) if stock.halation else light * 2.0**stops
    scene = blur(floats(scene), 0.9 * stock.soft * unit)
    if stock.mix is not None:
        scene = np.repeat((scene @ np.asarray(stock.mix, np.float32))[..., None], 3, axis=2)
    printed = _developed(floats(scene), stock)
    if stock.mix is None and stock.cross:
        printed = _crossed(printed, stock.cross)
    return _grained(printed, stock, rng, unit)


def _developed(light: Floats, stock: Stock) -> Floats:
    """Run each channel through its curve; the table is laid over the square root, which spares the shadows steps."""
    root = np.sqrt(np.clip(light, 0, 2) / 2)
    out = np.empty_like(light)
    for k in range(3):
        table = curve(stock, k)
        at = root[..., k] * np.float32(_STEPS - 1)
        low = np.minimum(at.astype(np.int32), _STEPS - 2)
        out[..., k] = table[low] + (table[low + 1] - table[low]) * (at - low)
    return out


def curve(stock: Stock, channel: int) -> Floats:
    """Return a channel's curve: what the print shows for (k / 2047)^2 * 2 of linear light.

    A logistic over log exposure has a toe, a straight part and a shoulder, as film has (Hurter and Driffield, 1890);
    the middle stays where it is.
    """
    light = 2 * np.linspace(0, 1, _STEPS) ** 2
    stops = np.log2(np.maximum(light, 1e-5) / 0.18)

    def logistic(at: np.ndarray | float) -> np.ndarray:
        return np.asarray(1 / (1 + np.exp(-stock.contrast * (np.asarray(at) - 0.45))))

    dark, bright = float(logistic(-9.0)), float(logistic(2.9))
    middle = (float(logistic(0.0)) - dark) / (bright - dark)
    even = np.clip((logistic(stops + stock.speed[channel]) - dark) / (bright - dark), 0, 1.2)
    even = np.minimum(even ** (np.log(_MIDDLE) / np.log(middle)), 1.0)
    # The scanner sees into the toe: a share of the straight line keeps shadows readable.
    plain = np.minimum((0.18 * 2 ** (stops + stock.speed[channel])) ** (1 / 2.2), 1.0)
    even = plain + min(0.95, 0.85 * stock.contrast) * (even - plain)
    return floats(stock.black[channel] + (stock.white[channel] - stock.black[channel]) * even)


def _crossed(printed: Floats, cross: float) -> Floats:
    """Let the dyes act on each other, in density: each layer holds its neighbours back, or soils them."""
    density = np.log(np.clip(printed, 4e-3, 1))
    shared = density.mean(axis=2, keepdims=True)
    return floats(np.exp(np.minimum(density + 3 * cross * (density - shared), 0)))


def _grained(printed: Floats, stock: Stock, rng: np.random.Generator, unit: float) -> Floats:
    """Add grain: most in the middle of the scale, little in clear film and black; colour has its own a layer."""
    shape = (printed.shape[0], printed.shape[1])
    size = max(1.1, 1.55 * stock.size * unit)
    silver = grain(rng, shape, size) + 0.45 * grain(rng, shape, 2.1 * size)
    bright = printed.mean(axis=2)
    depth = power(floats(np.clip(4 * (bright + 0.04) * (1.02 - bright), 0, 1)), 0.8) * (1.2 - 0.6 * bright)
    depth = floats(depth * np.float32(0.034 * stock.grain * min(1.0, 0.5 + 0.5 * unit)))
    out = printed + (silver * depth)[..., None]
    if stock.mix is None:
        dye = 0.45 * grain(rng, shape, 1.4 * size) * depth
        out[..., 0] += dye
        out[..., 2] -= dye
    return floats(np.clip(out, 0, 1))
