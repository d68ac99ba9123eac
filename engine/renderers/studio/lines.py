"""Ink lines: flow-based extended difference of Gaussians."""

from __future__ import annotations

import numpy as np

from engine.renderers.studio.filters import Floats, blur, floats, smoothstep
from engine.renderers.studio.flow import Flow


def ink_lines(luma: Floats, flow: Flow, *, width: float, reach: float, share: float, sharp: float = 2.2) -> Floats:
    """Return how much ink lies on every pixel (0 paper, 1 ink): only lines, never filled areas.

    Difference of Gaussians of the lightness, smoothed along the flow, then a soft threshold (Kang, Lee and
    Chui, "Coherent line drawing", 2007; Winnemoeller et al., "XDoG", 2012). The threshold follows the picture,
    so a soft one gives lines too, and its surroundings, so a busy place does not turn black.

    Args:
        luma: Lightness 0..1.
        flow: The tangents of the same picture.
        width: Sigma of the line in pixels.
        reach: How far lines are joined up, in pixels.
        share: Of the picture that may be ink, about 0.03 (sparse) to 0.12 (dense).
        sharp: Slope of the threshold, in thresholds: high gives hard lines.
    """
    ditch = blur(luma, 1.6 * width) - blur(luma, width)
    joined = flow.along(ditch, reach)
    level = float(np.clip(np.quantile(joined[::3, ::3], 1 - share), 0.0035, 0.03))
    busy = blur(floats(np.clip(joined, 0, None)), 22 * width)
    local = level * (0.75 + 0.25 * busy / (busy.mean() + 1e-4))
    ink = np.tanh(np.clip((joined - local) / level * sharp, 0, None))
    return floats(ink)


def without_specks(ink: Floats, flow: Flow, width: float) -> Floats:
    """Fade ink that has no line to belong to: its surroundings along the flow are empty."""
    company = flow.along(blur(ink, 0.6 * width), max(3, round(6 * width)))
    return floats(ink * smoothstep(0.05, 0.22, company))
