"""Line art: contours of an even pen on white paper, as on a colouring page."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from engine.renderers.studio.colour import colour
from engine.renderers.studio.filters import Floats, floats, lerp
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.penwork import Path, contours, penned, spaced


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
    fine = dice.choose((1, 2, 2, 1)) + round(words["detail"]) - (brief.strength > 0.9)
    return Nib(
        width=dice.choose((2.6, 1.6, 4.4, 2.1)) * 2 ** (0.8 * words["bold"]),
        swell=dice.choose((0.15, 0.7, 0.1, 0.9)),
        fine=int(np.clip(fine, 0, 2)),
        taper=dice.choose((0.0, 22.0, 4.0, 30.0)),
        ink=dice.choose(("#0d0d10", "#14161f", "#000000", "#17120f")),
    )


def paper(brief: Brief) -> Floats:
    """Return the page: white; a gentle change keeps the picture under it, as through tracing paper."""
    white = np.ones_like(brief.scene.rgb)
    return lerp(white, brief.scene.rgb, float(np.clip((0.6 - brief.strength) / 0.6, 0, 1)))


def inked(brief: Brief, nib: Nib) -> Floats:
    """Return the ink, outlines of the subject a little heavier than the rest."""
    scene = brief.scene
    width = max(nib.width * scene.unit, 0.9)

    def wide(path: Path) -> Floats:
        return floats(width * (1 + nib.swell * (np.clip(path.strength / 2, 0.2, 1.5) - 0.6)))

    paths = spaced(scene.shape, contours(scene, nib.fine), 1.9 * width)
    return penned(scene.shape, paths, wide, nib.taper * scene.unit)
