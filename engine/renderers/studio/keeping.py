"""What must survive a look: colours, faces, the background, lettering."""

from __future__ import annotations

import cv2
import numpy as np

from engine.contract import Keep
from engine.renderers.studio.colour import with_curve
from engine.renderers.studio.filters import Floats, blur, floats, lerp, resize, smoothstep, steepness
from engine.renderers.studio.scene import Scene, oval
from engine.renderers.studio.steering import Steer

_TEXT = 0.8
#: How far kept colours may be from the source's: the mean deltaE of the picture seen from a step away.
_NEAR = 2.5
#: From how coarse a scale on (pixels at 1024) the source's colours are brought back: the widest that is near enough.
_SCALES = (9.0, 5.0, 3.0, 1.8)
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
    widest scale is taken at which the picture, seen from a step away, has its source's colours.
    """
    source = with_curve(scene.lab, exposure=words["brightness"], contrast=words["contrast"])
    for scale in _SCALES:
        strokes = 1.0 if scale > _SCALES[-1] else 0.7
        if _seen_apart(_exchanged(_reduced(lab), _reduced(source), scale, strokes)) <= _NEAR:
            break
    sigma = scale * scene.unit
    fine = lab - blur(lab, sigma)
    out = blur(source, sigma)
    out[..., 0] += strokes * fine[..., 0]
    # The source's own fine colour, for the look's was mixed for other tones.
    out[..., 1:] += 0.5 * strokes * fine[..., 1:] + 0.5 * (source[..., 1:] - out[..., 1:])
    out[..., 0] = np.clip(out[..., 0], 0, 100)
    return out


def _reduced(lab: Floats) -> Floats:
    height, width = lab.shape[:2]
    share = min(1.0, _SMALL / max(height, width))
    return resize(lab, max(1, round(width * share)), max(1, round(height * share)))


def _exchanged(lab: Floats, source: Floats, scale: float, strokes: float) -> Floats:
    """Return how far a reduced picture would be from its source, seen from a step away: HxWx3 differences."""
    unit = max(lab.shape[:2]) / 1024
    left = floats(lab - source)
    fine = strokes * blur(floats(left - blur(left, scale * unit)), 2 * unit)
    chroma = np.hypot(source[..., 1], source[..., 2])
    # CIE94's weights: where colour is strong, a difference of it is seen less.
    fine[..., 1:] *= 0.5 / (1 + 0.03 * chroma)[..., None]
    return fine


def _seen_apart(differences: Floats) -> float:
    return float(np.sqrt((differences**2).sum(axis=2)).mean())


def with_source_faces(lab: Floats, scene: Scene) -> Floats:
    """Give each face its source's drawing back, in the look's own tones: eyes, nose and mouth are the likeness.

    The face's light and dark at the scale of features are the source's; its colour, its mean and its finest texture
    stay the look's.
    """
    out = lab
    for face in scene.faces:
        near = oval(scene.shape, face, 1.0)
        if not (near > 0.5).any():
            continue
        wide, fine = max(2.0, 0.30 * face.w), max(0.5, 0.012 * face.w)
        source, own = scene.lab[..., 0], lab[..., 0]
        features = blur(np.ascontiguousarray(source), fine) - blur(np.ascontiguousarray(source), wide)
        drawn = blur(np.ascontiguousarray(own), fine) - blur(np.ascontiguousarray(own), wide)
        gain = float(np.clip(drawn[near > 0.5].std() / (features[near > 0.5].std() + 1e-3), 0.8, 1.25))
        out = out.copy()
        out[..., 0] = np.clip(out[..., 0] + 0.85 * near * (gain * features - drawn), 0, 100)
        out[..., 1:] = lerp(out[..., 1:], floats(0.5 * out[..., 1:] + 0.5 * scene.lab[..., 1:]), floats(0.6 * near))
    return floats(out)


def lettering(scene: Scene) -> Floats:
    """Return a soft plane of what may be lettering: small areas full of strong, close edges in many directions."""
    edges = smoothstep(0.03, 0.12, steepness(scene.luma))
    close = blur(edges, 5 * scene.unit) * (1 - blur(scene.flow.certain, 6 * scene.unit) * 0.5)
    found = (close > 0.3).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (max(3, round(17 * scene.unit)), max(3, round(7 * scene.unit))))
    return blur(floats(cv2.morphologyEx(found, cv2.MORPH_CLOSE, kernel)), 3 * scene.unit)
