"""The subject's own colours along its soft edge, with the surroundings that shine through taken out."""

from __future__ import annotations

import numpy as np

from engine.renderers.studio.filters import Floats, blur, floats


def foreground(rgb: Floats, matte: Floats) -> Floats:
    """Return the colours of the subject alone, HxWx3 in 0..1; beyond its edge they run on.

    Blur-fusion foreground estimation (Forte, "Approximate fast foreground colour estimation", 2021): the colours of
    subject and surroundings are blurred apart, widely and then narrowly, and the difference to the picture is given to
    the subject by its share.

    Args:
        rgb: HxWx3, 0..1.
        matte: HxW, 1 where the subject is.
    """
    long = max(matte.shape)
    front = behind = rgb
    for sigma in (0.06 * long, 0.006 * long):
        front, behind = _fused(rgb, front, behind, matte[..., None], sigma)
    return floats(np.clip(front, 0, 1))


def _fused(rgb: Floats, front: Floats, behind: Floats, matte: Floats, sigma: float) -> tuple[Floats, Floats]:
    there = blur(np.ascontiguousarray(matte[..., 0]), sigma)[..., None]
    own = blur(floats(front * matte), sigma) / (there + 1e-4)
    around = blur(floats(behind * (1 - matte)), sigma) / (1 - there + 1e-4)
    return floats(np.clip(own + matte * (rgb - matte * own - (1 - matte) * around), 0, 1)), floats(around)
