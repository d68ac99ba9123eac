"""Line art: contours of an even pen on white paper, as on a colouring page."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.colour import colour
from engine.renderers.studio.filters import Floats, floats, lerp
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.penwork import Path, contours, outlines, penned, spaced


class Nib(NamedTuple):
    """What a variant is drawn with: widths in pixels at 1024; `swell` is how much wider strong contours are."""

    width: float
    swell: float
    fine: int
    taper: float
    ink: str


class LineArt(Look):
    """Traced contours, nothing else."""

    STEPS: ClassVar[int] = 2

    def paint(self, brief: Brief) -> Floats:
        """Return the drawing."""
        nib = drawn(brief)
        page = paper(brief)
        brief.step(page)
        ink = inked(brief, nib)
        drawing = lerp(page, floats(np.broadcast_to(colour(nib.ink), page.shape)), ink)
        brief.step(drawing)
        return drawing


def drawn(brief: Brief) -> Nib:
    """Draw a variant's pen; bolder words thicken it, and detail adds lines."""
    dice, words = brief.dice, brief.steer
    width, fine, taper = dice.vary(((2.6, 2, 26.0), (5.2, 1, 3.0), (1.3, 1, 34.0), (3.4, 1, 0)))
    return Nib(
        width=width * 2 ** (0.8 * words["bold"]),
        swell=dice.choose((0.8, 0.1, 0.6, 0.0)) if taper else 0.0,
        fine=int(np.clip(fine + round(words["detail"]) - (brief.strength > 0.9 and fine > 1), 0, 2)),
        taper=taper,
        ink=dice.choose(("#0d0d10", "#14161f", "#000000", "#17120f")),
    )


def paper(brief: Brief) -> Floats:
    """Return the page: white; a gentle change keeps the picture under it, as through tracing paper."""
    white = np.ones_like(brief.scene.rgb)
    return lerp(white, brief.scene.rgb, float(np.clip((0.6 - brief.strength) / 0.6, 0, 1)))


def inked(brief: Brief, nib: Nib) -> Floats:
    """Return the ink, outlines of the subject a little heavier than the rest."""
    scene = brief.scene
    width = nib.width * max(scene.unit, 0.42)

    def wide(path: Path) -> Floats:
        return floats(width * (1 + nib.swell * (np.clip(path.strength / 2, 0.2, 1.5) - 0.6)))

    lines = contours(scene, nib.fine)
    lines += scene.once(("outlines", nib.fine), lambda: outlines(scene, lines))
    paths = spaced(scene.shape, lines, 1.9 * width)
    return penned(scene.shape, paths, wide, nib.taper * scene.unit)
