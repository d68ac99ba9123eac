"""What must survive a look: colours, faces, the background, lettering."""

from __future__ import annotations

import cv2
import numpy as np

from engine.contract import Keep
from engine.renderers.studio.colour import with_curve
from engine.renderers.studio.filters import Floats, blur, floats, lerp, resize, smaller, smoothstep, steepness
from engine.renderers.studio.scene import Scene, oval
from engine.renderers.studio.steering import Steer

_TEXT = 0.8
#: How far kept colours may be from the source's: the mean deltaE of the picture seen from a step away.
_NEAR = 2.7
#: From how coarse a scale on (pixels at 1024) the source's colours are brought back: the widest that is near enough.
_SCALES = (14.0, 9.0, 6.0)
_SMALL = 320


def kept(lab: Floats, scene: Scene, keep: frozenset[Keep], words: Steer | None = None) -> Floats:
    """Return a finished Lab picture with what the member wants kept brought back from the source.

    `words` may still make kept colours lighter or darker: who says "brighter, but keep the colours" wants both.
    """
    if Keep.COLORS in keep:
        lab = with_source_colours(lab, scene, words or Steer())
    if Keep.IDENTITY in keep and scene.faces:
        lab = with_source_faces(lab, scene)
    if Keep.TEXT in keep:
        lab = lerp(lab, scene.lab, floats(_TEXT * lettering(scene)))
    if Keep.BACKGROUND in keep:
        lab = lerp(scene.lab, lab, smoothstep(0.05, 0.6, scene.matte))
    return lab


def with_source_colours(lab: Floats, scene: Scene, words: Steer) -> Floats:
    """Bring back the source's colours and its light at large; the strokes stay the look's own.

    Everything coarser than a stroke is exchanged for the source's. How coarse that is depends on the look: the
    widest scale is taken at which the picture, seen from a step away, has its source's colours. Where none does
    (grout, black lines), the strokes are laid on more lightly.
    """
    source = with_curve(scene.lab, exposure=words["brightness"], contrast=words["contrast"])
    apart = floats(_reduced(lab) - _reduced(source))
    for scale in _SCALES:
        seen = _seen(apart, _reduced(source), scale)
        if seen <= _NEAR:
            break
    strokes = min(1.0, _NEAR / max(seen, 1e-6))
    sigma = scale * scene.unit
    fine = lab - blur(lab, sigma)
    out = blur(source, sigma)
    out[..., 0] += strokes * fine[..., 0]
    # The source's own fine colour, for the look's was mixed for other tones.
    out[..., 1:] += 0.5 * strokes * fine[..., 1:] + 0.5 * (source[..., 1:] - out[..., 1:])
    out[..., 0] = np.clip(out[..., 0], 0, 100)
    return out


def _reduced(lab: Floats) -> Floats:
    _, size = smaller(lab.shape, _SMALL)
    return resize(lab, *size)


def _seen(apart: Floats, source: Floats, scale: float) -> float:
    """Return the mean difference, seen from a step away, when all that is coarser than `scale` is the source's."""
    unit = max(source.shape[:2]) / 1024
    fine = blur(floats(apart - blur(apart, scale * unit)), 2 * unit)
    chroma = np.hypot(source[..., 1], source[..., 2])
    # CIE94's weights: where colour is strong, a difference of it is seen less. Half of the fine colour is the source's.
    fine[..., 1:] *= 0.5 / (1 + 0.03 * chroma)[..., None]
    return float(np.sqrt((fine**2).sum(axis=2)).mean())


def with_source_faces(lab: Floats, scene: Scene) -> Floats:
    """Give each face its source's drawing back, in the look's own tones: eyes, nose and mouth are the likeness.

    The face's light and dark at the scale of features are the source's; its tone at large and its finest texture
    stay the look's, and its colour does where the two do not agree.
    """
    out = lab.copy()
    for face in scene.faces:
        # Around the face itself only what belongs to the person: hair and chin, and no wall.
        near = floats(np.maximum(oval(scene.shape, face, 0.8), oval(scene.shape, face, 1.25) * scene.matte))
        if (near > 0.5).any():
            _with_source_face(out, scene, near, face.w)
    return out


def _with_source_face(lab: Floats, scene: Scene, near: Floats, width: int) -> None:
    wide, fine = max(2.0, 0.30 * width), max(0.5, 0.012 * width)
    inside = near > 0.5
    features, drawn = (
        blur(plane, fine) - blur(plane, wide)
        for plane in (np.ascontiguousarray(picture[..., 0]) for picture in (scene.lab, lab))
    )
    gain = float(np.clip(drawn[inside].std() / (features[inside].std() + 1e-3), 1.0, 1.25))
    # On white paper or dark ground there is no room for light and shade: the face makes some.
    middle, reach = float(np.median(lab[..., 0][inside])), float(np.percentile(np.abs(features[inside]), 95)) * gain
    room = float(np.clip(97 - reach - middle, -26, 0) + np.clip(14 + reach - middle, 0, 30))
    lab[..., 0] = np.clip(lab[..., 0] + near * ((gain * features - drawn) + room), 0, 100)
    apart = np.linalg.norm(np.median(lab[..., 1:][inside], axis=0) - np.median(scene.lab[..., 1:][inside], axis=0))
    alike = float(np.clip(1 - apart / 36, 0, 1))
    lab[..., 1:] += (0.35 * alike * near)[..., None] * (scene.lab[..., 1:] - lab[..., 1:])


def lettering(scene: Scene) -> Floats:
    """Return a soft plane of what may be lettering: small areas full of strong, close edges in many directions."""
    edges = smoothstep(0.03, 0.12, steepness(scene.luma))
    close = blur(edges, 5 * scene.unit) * (1 - blur(scene.flow.certain, 6 * scene.unit) * 0.5)
    found = (close > 0.3).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (max(3, round(17 * scene.unit)), max(3, round(7 * scene.unit))))
    return blur(floats(cv2.morphologyEx(found, cv2.MORPH_CLOSE, kernel)), 3 * scene.unit)
