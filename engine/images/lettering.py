"""Words in pictures: fitted to their room, in a font that has their letters."""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from functools import cache, lru_cache

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

#: Pillow's own font is in every install; these know more letters, where the machine has them.
WIDER_FONTS = ("NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc", "DejaVuSans.ttf", "Arial Unicode.ttf", "arial.ttf")
_LEAST_FONT = 0.7
_NO_SUCH_LETTER = "\U0010fffd"


def fitted(words: str, width: int, size: int) -> tuple[str, Font]:
    """Return words and a font that stay within a width: first in a smaller font, then with an ellipsis.

    Args:
        words: Any characters. Those that no font here has lose their accent, or are left out.
        width: Pixels.
        size: Of the font, in pixels, where there is room enough.
    """
    words, name = drawable(" ".join("".join(c if c.isprintable() else " " for c in words).split()))
    font = _font(name, size)
    length = font.getlength(words)
    if length > width:
        font = _font(name, max(size * _LEAST_FONT, size * width / length))
    if font.getlength(words) <= width:
        return words, font

    def cut(kept: int) -> str:
        return words[:kept].rstrip() + "\u2026"

    kept = bisect_right(range(1, len(words)), width, key=lambda n: math.ceil(font.getlength(cut(n))))
    return cut(kept), font


@lru_cache(256)
def drawable(words: str) -> tuple[str, str]:
    """Return what can be drawn of some words, and the name of the font that knows most of their letters.

    Pillow's own font, which goes first, is named "".
    """
    name = max(_fonts(), key=lambda name: sum(_has(name, letter) for letter in words))
    plain = "".join(c if _has(name, c) else unicodedata.normalize("NFKD", c) for c in words)
    return " ".join("".join(c for c in plain if _has(name, c)).split()), name


@cache
def _fonts() -> tuple[str, ...]:
    return ("", *(name for name in WIDER_FONTS if _is_installed(name)))


def _is_installed(name: str) -> bool:
    try:
        ImageFont.truetype(name, 24)
    except OSError:
        return False
    return True


@lru_cache(64)
def _font(name: str, size: float) -> Font:
    return ImageFont.truetype(name, size) if name else ImageFont.load_default(size)


@lru_cache(4096)
def _has(name: str, letter: str) -> bool:
    """Whether a font draws something else for a letter than its box for letters it lacks."""
    font = _font(name, 24)
    drawn, lacking = font.getmask(letter), font.getmask(_NO_SUCH_LETTER)
    return (drawn.size, bytes(drawn)) != (lacking.size, bytes(lacking))
