"""What must survive a look: colours, faces, the background, lettering."""

from __future__ import annotations

import cv2
import numpy as np

from engine.contract import Keep
from engine.renderers.studio.filters import Floats, blur, floats, lerp, smoothstep, steepness
from engine.renderers.studio.scene import Scene

_IDENTITY = 0.6
_TEXT = 0.75


def kept(lab: Floats, scene: Scene, keep: frozenset[Keep]) -> Floats:
    """Return a finished Lab picture with what the member wants kept brought back from the source."""
    if Keep.COLORS in keep:
        lab = with_source_colours(lab, scene)
    if Keep.IDENTITY in keep and scene.faces:
        lab = with_source_faces(lab, scene)
    if Keep.TEXT in keep:
        lab = lerp(lab, scene.lab, floats(_TEXT * lettering(scene)))
    if Keep.BACKGROUND in keep:
        lab = lerp(scene.lab, lab, scene.matte)
    return lab


def with_source_colours(lab: Floats, scene: Scene) -> Floats:
    """Bring back the source's chroma, and its lightness at large; the strokes stay the look's own."""
    out = lab.copy()
    out[..., 1:] = scene.flat[..., 1:]
    lightness, source = (np.ascontiguousarray(picture[..., 0]) for picture in (lab, scene.lab))
    wide = 5 * scene.unit
    fine = lightness - blur(lightness, wide)
    out[..., 0] = np.clip(blur(source, wide) + 0.5 * fine + 0.5 * (source - blur(source, wide)), 0, 100)
    return out


def with_source_faces(lab: Floats, scene: Scene) -> Floats:
    """Blend each face back towards the source's, in the look's own tones: its mean and spread are taken over."""
    face = scene.near_faces(1.0)
    inside = face > 0.5
    if not inside.any():
        return lab
    mean, spread = lab[inside].mean(axis=0), lab[inside].std(axis=0)
    own_mean, own_spread = scene.lab[inside].mean(axis=0), scene.lab[inside].std(axis=0)
    gain = np.clip(spread / (own_spread + 1e-3), 0.7, 1.4)
    return lerp(lab, floats((scene.lab - own_mean) * gain + mean), floats(_IDENTITY * face))


def lettering(scene: Scene) -> Floats:
    """Return a soft plane of what may be lettering: small areas full of strong, close edges in many directions."""
    edges = smoothstep(0.03, 0.12, steepness(scene.luma))
    close = blur(edges, 5 * scene.unit) * (1 - blur(scene.flow.certain, 6 * scene.unit) * 0.5)
    found = (close > 0.3).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (max(3, round(17 * scene.unit)), max(3, round(7 * scene.unit))))
    return blur(floats(cv2.morphologyEx(found, cv2.MORPH_CLOSE, kernel)), 3 * scene.unit)
