"""Print sizes in a member's words: which paper, and how fine."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.planner.plan import Paper
from bot.planner.text import Scan
from bot.planner.vocabulary import END, START

#: Name in words -> short and long side in mm.
SHEETS = {
    **{
        f"a{n}": size
        for n, size in enumerate([(841, 1189), (594, 841), (420, 594), (297, 420), (210, 297), (148, 210)])
    },
    "a6": (105, 148),
    "letter": (215.9, 279.4),
    "tabloid": (279.4, 431.8),
    "legal": (215.9, 355.6),
    "postcard": (105, 148),
    "billboard": (2520, 3560),
}
#: Sizes that photo shops know without a unit.
_IN_CM = {(9, 13), (10, 15), (13, 18), (15, 20), (15, 21), (18, 24), (20, 25), (20, 30), (24, 30), (30, 40), (30, 45)}
_IN_CM |= {(40, 50), (40, 60), (50, 70), (50, 75), (60, 80), (60, 90), (70, 100)}
_IN_INCHES = {
    (4, 6),
    (5, 7),
    (6, 8),
    (8, 10),
    (8, 12),
    (10, 12),
    (11, 14),
    (12, 16),
    (12, 18),
    (16, 20),
    (20, 24),
    (24, 36),
}
_MM = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "in": 25.4}
BILLBOARD_DPI = 25

_NUMBER = r"\d{1,4}(?:[.,]\d{1,2})?"
_UNIT = r"mm|cm|inch(?:es)?|in|zoll|pulgadas|pouces|m|\""
_NOUN = r"(?: (?:photo|picture|poster|print|canvas|paper|sheet|frame|card|page|foto|papier|papel)s?)?"
_MEASURES = re.compile(
    rf"{START}(?P<w>{_NUMBER}) ?(?P<u1>{_UNIT})? ?(?:x|×|х|by|mal|por|на) ?"
    rf"(?P<h>{_NUMBER})(?:[ \-]?(?P<u2>{_UNIT}))?(?![\d.])(?P<noun>{_NOUN})(?![a-z])"
)
_SHEET = re.compile(
    rf"{START}(?:(?P<a>a[0-6])|(?P<other>letter|tabloid|legal)(?=[ \-](?:size|paper|format|print))"
    rf"|(?P<big>billboard|postcard))(?![\w])(?P<sheet>(?:[ \-]?(?:size|sized|format|sheet))?{_NOUN})"
)
_DPI = re.compile(rf"(?:at |with |in )?{START}(?P<dpi>\d{{2,4}}) ?(?:dpi|ppi){END}")
_PRINTED = re.compile(
    rf"\d ?[dp]pi|{START}(?:print\w*|poster|hang|upscal\w*|enlarg\w*|big enough|large enough|"
    r"(?:letter|a\d)[ \-]?sized?|gedruckt|druck\w*|imprim\w*|impress\w*|печат\w*)|"
    r"印刷|打印|(?:for|to|as) (?:a |an )?(?:billboard|postcard)\W*$"
)
#: Words beside a size that say nothing of their own.
_SMALL = frozenset({"please", "for", "the", "make", "size", "this", "paper", "format", "frame", "need", "want", "into"})


def paper(scan: Scan) -> Paper | None:
    """Take a print size with its fineness; a size by itself counts where something is printed, or nothing else said."""
    printed = bool(_PRINTED.search(scan.folded))
    found = _found(scan, _measured, printed=printed) or _found(scan, _sheet, printed=printed)
    if found is None:
        return None
    size, start, end = found
    scan.take(start, end)
    dpi = scan.find(_DPI)
    if dpi is None:
        return size
    scan.take(*dpi.span())
    return size.evolve(dpi=max(20, min(int(dpi["dpi"]), 1200)))


def _found(
    scan: Scan, read: Callable[[re.Match[str]], Paper | None], *, printed: bool
) -> tuple[Paper, int, int] | None:
    match = scan.find(_MEASURES if read is _measured else _SHEET)
    size = read(match) if match else None
    if match is None or size is None or not (printed or _alone(scan, match)):
        return None
    return size, *match.span()


def _alone(scan: Scan, match: re.Match[str]) -> bool:
    """Whether a size that tells what it is (by a unit or a noun) is all that is said."""
    rest = f"{scan.folded[: match.start()]} {scan.folded[match.end() :]}"
    told = any(name in match.groupdict() and match[name] for name in ("u1", "u2", "noun", "sheet"))
    return told and not set(re.findall(r"[^\W\d_]{3,}", rest)) - _SMALL


def _measured(match: re.Match[str]) -> Paper | None:
    sides = sorted(float(match[k].replace(",", ".")) for k in ("w", "h"))
    unit = _unit(match, (sides[0], sides[1]))
    if unit is None:
        return None
    short, long = (side * _MM[unit] for side in sides)
    if short < 20 or long > 20000:
        return None
    return Paper(name=f"{sides[0]:g} x {sides[1]:g} {unit}", short_mm=short, long_mm=long, dpi=usual_dpi(long))


def _unit(match: re.Match[str], sides: tuple[float, float]) -> str | None:
    said = match["u2"] or match["u1"]
    if said is None:
        return "cm" if sides in _IN_CM else "in" if sides in _IN_INCHES else None
    return said if said in _MM else "in"


def _sheet(match: re.Match[str]) -> Paper:
    key = match["a"] or match["other"] or match["big"]
    short, long = SHEETS[key]
    name = key.upper() if match["a"] else f"{key} paper" if match["other"] else f"a {key}"
    dpi = BILLBOARD_DPI if key == "billboard" else usual_dpi(long)
    return Paper(name=name, short_mm=short, long_mm=long, dpi=dpi)


def usual_dpi(long_mm: float) -> int:
    """Return how fine a print of this length is usually wanted: what is larger is seen from further away."""
    return 300 if long_mm <= 432 else 200 if long_mm <= 760 else 150


def guessed(paper: Paper) -> int:
    """Return how much larger an ordinary picture has to be for it."""
    return 4 if paper.long_mm > 300 else 3 if paper.long_mm > 220 else 2
