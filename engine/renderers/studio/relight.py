"""New light on a photograph: a height field guessed from the subject's outline, its shading and its faces, and lamps.

The height field is small (the long side is `SIDE`): light is a smooth thing. What the lamps give is laid on the
picture's own edges, so that it neither bleeds over an outline nor leaves a halo along it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from engine.renderers.studio.filters import (
    Floats,
    blur,
    box,
    floats,
    grid,
    guided,
    lerp,
    resize,
    slopes,
    smaller,
    smoothstep,
    steepness,
)
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.sculpt import Lamp, lit, shadowed

SIDE = 320
_ROUNDS = 40


class Form(NamedTuple):
    """The scene's height field in (small) pixels and that without the subject, a pixel of 1024 in them, the matte."""

    height: Floats
    ground: Floats
    unit: float
    matte: Floats


def form_of(scene: Scene) -> Form:
    """Return the form of a scene: the subject swollen from its outline, modelled by its shading; made once."""
    return scene.once("relight.form", lambda: _form(scene))


def _form(scene: Scene) -> Form:
    share, size = smaller(scene.shape, SIDE)
    unit = max(size) / 1024
    matte = floats(np.clip(resize(scene.matte, *size), 0, 1))
    tone = resize(floats(scene.flat[..., 0] / 100), *size)
    swollen = blur(inflated(matte), 6 * unit) * sure_of_subject(scene)
    # What is lighter than its surroundings is taken to stand out of them: the oldest guess at shape from shading.
    shading = 30 * unit * (blur(tone, 5 * unit) - blur(tone, 30 * unit)) + 46 * unit * (
        blur(tone, 14 * unit) - blur(tone, 90 * unit)
    )
    body = 0.75 * swollen + shading
    for face in scene.faces:
        body = _with_head(body, tone, (face.x * share, face.y * share, face.w * share, face.h * share), unit)
    return Form(floats(body), floats(0.6 * shading), unit, matte)


def _with_head(height: Floats, tone: Floats, face: tuple[float, float, float, float], unit: float) -> Floats:
    """Put an ellipsoid with brows, nose and chin where a face is; its own shading models the rest."""
    left, top, wide, tall = face
    x, y = grid(*height.shape)
    u = floats((x - (left + wide / 2)) / (0.56 * wide))
    v = floats((y - (top + 0.5 * tall)) / (0.74 * tall))
    radius = u * u + v * v
    ball = np.sqrt(np.clip(1 - radius, 0, 1)) * 0.5 * wide
    nose = 0.085 * wide * np.exp(-((u / 0.16) ** 2) - ((v - 0.12) / 0.24) ** 2)
    sockets = 0.05 * wide * np.exp(-(((np.abs(u) - 0.36) / 0.17) ** 2) - ((v + 0.16) / 0.11) ** 2)
    features = 26 * unit * (blur(tone, 2.2 * unit) - blur(tone, 16 * unit))
    head = ball + nose - sockets + features
    share = smoothstep(1.0, 0.55, floats(radius))
    level = float(height[radius < 1].max(initial=0.0)) - 0.25 * wide
    return lerp(height, floats(head + level), share)


def inflated(matte: Floats, *, soft: bool = False) -> Floats:
    """Return a matte blown up like a balloon, in pixels: a disc becomes half a ball.

    The root of the solution of Poisson's equation with a constant source and zero outside, solved from coarse to
    fine; after the inflation of Johnston, "Lumo", 2002, and Sykora et al., "Ink-and-ray", 2014. A `soft` matte
    pulls the skin down wherever it is below 1, by as much as it is.
    """
    inside = matte if soft else smoothstep(0.3, 0.7, matte)
    levels = [inside]
    while min(levels[-1].shape) > 12:
        rows, columns = levels[-1].shape
        levels.append(resize(levels[-1], max(4, columns // 2), max(4, rows // 2)))
    cross = np.asarray([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4
    solution = np.zeros(levels[-1].shape, np.float32)
    for level in reversed(levels):
        rows, columns = level.shape
        # A pixel is half as wide as on the level before: heights of the equation grow by four.
        solution = 4 * resize(solution, columns, rows) if solution.shape != level.shape else solution
        for _ in range(_ROUNDS):
            around = cv2.filter2D(solution, cv2.CV_32F, cross, borderType=cv2.BORDER_REPLICATE)
            solution = floats((around + 1.0) * level)
    return floats(np.sqrt(np.clip(solution, 0, None)))


def sure_of_subject(scene: Scene) -> float:
    """Return how far the matte can be trusted, 0..1: it has some size, is one piece, and ends where edges are."""
    return scene.once("relight.sure", lambda: _sure(scene))


def _sure(scene: Scene) -> float:
    matte = resize(scene.matte, 224, max(8, round(224 * scene.shape[0] / scene.shape[1])))
    tone = blur(resize(floats(scene.flat[..., 0] / 100), matte.shape[1], matte.shape[0]), 1.0)
    area = float((matte > 0.5).mean())
    count, _, stats, _ = cv2.connectedComponentsWithStats((matte > 0.5).astype(np.uint8))
    if count < 2:
        return 0.0
    whole = float(stats[1:, cv2.CC_STAT_AREA].max() / stats[1:, cv2.CC_STAT_AREA].sum())
    rim = np.asarray((matte > 0.12) & (matte < 0.88))
    near = blur(floats(rim), 6) > 0.05
    edge = steepness(tone)
    kept = float(edge[rim].mean() / (edge[near].mean() + 1e-4)) if rim.any() else 0.0
    good = np.clip((area - 0.03) / 0.07, 0, 1) * np.clip((whole - 0.5) / 0.3, 0, 1) * np.clip((kept - 0.9) / 0.5, 0, 1)
    # A cut along the stripes of a coat lies on edges too.
    good *= float(np.clip((scene.cutout.certain - 0.22) / 0.2, 0, 1))
    return float(max(good, 0.85 if scene.faces and area > 0.06 else 0.0))


def shone(scene: Scene, lamps: Sequence[Lamp], ambient: tuple[float, float, float], *, cast: float = 0.6) -> Floats:
    """Return the light of lamps on the scene, HxWx3, linear.

    Args:
        scene: The picture.
        lamps: The key first; it casts shadows.
        ambient: Light from everywhere.
        cast: How dark the key's shadows are, 0..1.
    """
    form = form_of(scene)
    key = lamps[0]
    shade = shadowed(form.height, key.angle, key.lift, form.unit)
    shade = blur(floats(1 - cast * (1 - shade) / 0.62), 5 * form.unit)
    # A swollen subject has a foot, and a foot that faces the lamp would be a halo: the ground is lit by itself.
    light = lerp(lit(form.ground, lamps, shade).diffuse, lit(form.height, lamps, shade).diffuse, form.matte)
    return laid(scene, blur(floats(light + np.asarray(ambient, np.float32)), 2.5 * form.unit))


def shrunk(scene: Scene, plane: Floats) -> Floats:
    """Return a plane at the size of the height field, for `laid`."""
    rows, columns = form_of(scene).height.shape
    return resize(plane, columns, rows)


def laid(scene: Scene, small: Floats) -> Floats:
    """Return a small picture or plane at full size, its edges where the scene's own are.

    A fast guided filter (He and Sun, 2015): slopes are fitted on the small copy and applied to the large one.
    """
    height, width = scene.shape
    rows, columns = small.shape[:2]
    tone = scene.once(("relight.tone", rows), lambda: resize(floats(scene.flat[..., 0] / 100), columns, rows))
    reach = max(1, round(0.012 * max(rows, columns)))
    centre = box(tone, reach)
    spread = box(floats(tone * tone), reach) - centre * centre + 4e-3
    guide = floats(scene.flat[..., 0] / 100)
    planes = small[..., None] if small.ndim == 2 else small
    out = np.empty((height, width, planes.shape[2]), np.float32)
    for k in range(planes.shape[2]):
        plane = np.ascontiguousarray(planes[..., k])
        slope = (box(floats(tone * plane), reach) - centre * box(plane, reach)) / spread
        base = box(floats(box(plane, reach) - slope * centre), reach)
        out[..., k] = resize(box(floats(slope), reach), width, height) * guide + resize(base, width, height)
    return floats(np.clip(out[..., 0] if small.ndim == 2 else out, 0, None))


def old_light(scene: Scene) -> Floats:
    """Return the light that is on the scene already, a smooth plane 0..1 that keeps to edges; made once."""

    def make() -> Floats:
        tone = floats(scene.flat[..., 0] / 100)
        return floats(np.clip(guided(tone, tone, 40 * scene.unit + 2, 1.5e-2), 0.0, 1.0))

    return scene.once("relight.old", make)


def rim(scene: Scene, angle: float, width: float) -> Floats:
    """Return where a light from behind, at `angle`, would catch the subject's edge, 0..1.

    Args:
        scene: The picture.
        angle: Where the light stands (radians, 0 right, -pi/2 above).
        width: Of the rim, in pixels at 1024.
    """
    sigma = width * scene.unit
    soft = blur(scene.matte, sigma)
    dx, dy = slopes(soft)
    facing = -(dx * np.cos(angle) + dy * np.sin(angle)) * sigma * 2.5
    return floats(np.clip(facing, 0, 1) * scene.matte * sure_of_subject(scene))


def raked(scene: Scene, angle: float) -> Floats:
    """Return how the fine relief of surfaces catches light from `angle`, about -1..1; little on faces, no skies."""
    unit = scene.unit
    luma = scene.once("relight.luma", lambda: blur(scene.luma, 1.2 * unit) - blur(scene.luma, 9 * unit))
    dx, dy = slopes(luma)
    catch = np.tanh(-26 * unit * (dx * np.cos(angle) + dy * np.sin(angle)))
    return floats(catch * (1 - 0.8 * scene.near_faces(1.2)) * (1 - scene.regions.sky))


def outdoors(scene: Scene) -> float:
    """Return how surely the scene is in the open, where distance fades, 0..1: by how much sky it has."""
    return float(min(1.0, 8 * sure_sky(scene).mean()))


def sure_sky(scene: Scene) -> Floats:
    """Return the sky where there is no doubt of it: blue or nearly white, hanging from the upper edge; made once."""
    return scene.once("relight.sky", lambda: _sky(scene))


def _sky(scene: Scene) -> Floats:
    sky = scene.regions.sky
    top = max(1, scene.shape[0] // 24)
    hung = float((sky[:top] > 0.5).mean())
    area = sky > 0.6
    if hung < 0.3 or area.mean() < 0.05:
        return np.zeros_like(sky)
    lightness, _, blue = (float(np.median(scene.lab[..., k][area])) for k in range(3))
    doubt = 0.0 if blue < -4 or (lightness > 84 and not scene.faces) else 1.0
    # A face before an even wall is in a studio, not under the sky.
    return floats(sky * (1 - doubt))
