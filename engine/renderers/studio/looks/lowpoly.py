"""Low poly: the picture as a mesh of flat triangles, each catching the light as a facet of a solid would."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from engine.renderers.studio.areas import means
from engine.renderers.studio.colour import linear, to_rgb, unlinear, with_saturation
from engine.renderers.studio.filters import Floats, blur, floats, lerp, steepness
from engine.renderers.studio.look import Brief, Look
from engine.renderers.studio.scatter import Points, sampled, strewn
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.sculpt import volume

Corners = NDArray[np.int32]


class Mesh(NamedTuple):
    """Nx2 points (x, y), Mx3 corners by number, and the facet at every pixel of a copy of twice the size."""

    points: Points
    corners: Corners
    facet: NDArray[np.int32]


class Cut(NamedTuple):
    """How a variant is faceted and lit."""

    size: float
    angle: float
    lift: float
    relief: float
    chroma: float
    warm: tuple[float, float, float]


class LowPoly(Look):
    """A Delaunay mesh with its corners on edges and features, flat-shaded."""

    STEPS: ClassVar[int] = 2

    def paint(self, brief: Brief) -> Floats:
        """Return the model."""
        cut = drawn(brief)
        scene = brief.scene
        mesh = scene.once(("mesh", cut.size), lambda: meshed(scene, cut.size))
        colours = coloured(mesh, brief, cut)
        brief.step(unlinear(colours)[mesh.facet[::2, ::2]])
        picture = faceted(mesh, floats(colours * shading(mesh, brief, cut)))
        brief.step(picture)
        return picture


def drawn(brief: Brief) -> Cut:
    """Draw a variant's facets and light."""
    dice, words = brief.dice, brief.steer
    coarse = 2 ** (0.7 * words["bold"] - 0.7 * words.up("detail")) * (0.62 + 0.5 * brief.strength)
    return Cut(
        size=round(dice.choose((1.0, 1.4, 0.78, 1.15)) * coarse, 2),
        angle=dice.choose((-2.3, -0.8, 2.8, -1.57)),
        lift=dice.choose((0.6, 0.5, 0.55, 0.68)),
        relief=dice.choose((1.0, 1.25, 0.9, 1.4)) * (0.35 + 0.65 * brief.strength),
        chroma=dice.choose((0.3, 0.45, 0.15, 0.35)) * (0.3 + 0.7 * brief.strength),
        warm=dice.choose(((1.04, 1.0, 0.94), (0.97, 1.0, 1.06), (1.08, 1.0, 0.9), (1.0, 1.0, 1.0))),
    )


def meshed(scene: Scene, size: float) -> Mesh:
    """Return a mesh: corners dense on faces and detail, sparse in the flats, first along the edges."""
    points = scattered(scene, spacing(scene, size))
    corners = np.asarray(Delaunay(points).simplices, np.int32)
    height, width = scene.shape
    facet = np.zeros((2 * height, 2 * width), np.int32)
    # Fixed point with four bits; pixel centres of the copy lie at half-pixels of the picture.
    at = np.rint(((points * 2 + 0.5)[corners]) * 16).astype(np.int32)
    for number, triangle in enumerate(at):
        cv2.fillConvexPoly(facet, triangle, number, cv2.LINE_8, 4)
    return Mesh(points, corners, facet)


def spacing(scene: Scene, size: float) -> Floats:
    """Return how far apart corners stand, in pixels."""
    unit = scene.unit
    wanted = 44 * (1 - blur(np.sqrt(scene.detail), 4 * unit)) + 8.5
    wanted *= 1.25 - 0.25 * scene.matte
    apart = wanted * size * unit
    for face in scene.faces:
        near = scene.near_faces(1.1)
        apart = lerp(apart, np.full_like(apart, min(face.w / 16, 18 * unit) * size**0.4), near)
        break
    return floats(np.maximum(apart, 4.0))


def scattered(scene: Scene, apart: Floats) -> Points:
    """Return corners of a mesh (Nx2): the frame, then the strongest edges, then a Poisson-disk sampling of the rest."""
    rng = np.random.default_rng(7)
    taken = np.zeros(scene.shape, np.uint8)
    points = _frame(scene.shape, apart)
    for (x, y), wide in zip(points, sampled(apart, np.asarray(points)).tolist(), strict=True):
        cv2.circle(taken, (round(x), round(y)), max(2, round(0.62 * wide)), 1, -1)
    for candidates, share in ((_on_edges(scene), 0.72), (_inside(strewn(rng, apart, 14), scene.shape), 1.0)):
        for x, y in candidates.tolist():
            if not taken[y, x]:
                points.append((float(x), float(y)))
                cv2.circle(taken, (x, y), max(2, round(share * float(apart[y, x]))), 1, -1)
    return np.asarray(points, np.float64)


def _frame(shape: tuple[int, int], apart: Floats) -> list[tuple[float, float]]:
    """Return points along the frame, a little outside it, spaced as the picture beside them asks."""
    height, width = shape
    points: list[tuple[float, float]] = []
    for length, at in (
        (width + 2, lambda t: (t - 1, -1.0)),
        (height + 2, lambda t: (width + 1.0, t - 1)),
        (width + 2, lambda t: (width + 1 - t, height + 1.0)),
        (height + 2, lambda t: (-1.0, height + 1 - t)),
    ):
        along = 0.0
        while along < length - 0.5 * float(apart.min()):
            x, y = at(along)
            points.append((x, y))
            along += max(8.0, float(apart[int(np.clip(y, 0, height - 1)), int(np.clip(x, 0, width - 1))]))
    return points


def _inside(points: Points, shape: tuple[int, int]) -> NDArray[np.int64]:
    return np.clip(np.rint(points).astype(np.int64), 0, [shape[1] - 1, shape[0] - 1])


def _on_edges(scene: Scene) -> NDArray[np.int64]:
    """Return the pixels (x, y) on crests of the gradient, the strongest first."""
    soft = blur(scene.flat, 1.2 * scene.unit + 0.4)
    steep = floats(sum(steepness(np.ascontiguousarray(soft[..., k])) for k in range(3)) * scene.unit)
    face = scene.near_faces(1.1)
    crest = (steep >= cv2.dilate(steep, np.ones((3, 3), np.uint8)) - 1e-6) & (steep > 1.1 - 0.6 * face)
    y, x = np.nonzero(crest)
    order = np.argsort(-(steep * (1 + 2 * face))[y, x], kind="stable")
    return np.stack([x[order], y[order]], 1)


def coloured(mesh: Mesh, brief: Brief, cut: Cut) -> Floats:
    """Return each facet's light (Mx3, linear): the picture's colour in it, led by what is not an edge."""
    scene = brief.scene
    calm = 1 / (0.6 + steepness(np.ascontiguousarray(scene.flat[..., 0])) * scene.unit) ** 2
    facet = mesh.facet[::2, ::2]
    lab = means(np.ascontiguousarray(facet), len(mesh.corners), blur(scene.lab, 0.8 * scene.unit), floats(calm))
    seen = np.bincount(facet.ravel(), minlength=len(mesh.corners)) > 0
    middle = mesh.points[mesh.corners].mean(axis=1)
    lab = np.where(seen[:, None], lab, sampled(scene.flat, middle))
    held = sampled(scene.skin, middle)[:, None]
    lab = with_saturation(floats(lab[:, None]), cut.chroma, floats(held))[:, 0]
    return linear(to_rgb(floats(lab[:, None])))[:, 0]


def shading(mesh: Mesh, brief: Brief, cut: Cut) -> Floats:
    """Return how much light each facet catches (Mx3, about 0.6..1.4): Lambert's law on the height field's facets."""
    scene = brief.scene
    height = scene.once("mesh height", lambda: volume(scene)) * scene.unit
    rough = brief.dice.rng.normal(0, 1, len(mesh.points)) * 1.7 * scene.unit
    solid = np.column_stack([mesh.points, cut.relief * (0.55 * sampled(height, mesh.points) + rough)])
    first, second, third = (solid[mesh.corners[:, k]] for k in range(3))
    normal = np.cross(second - first, third - first)
    normal *= np.sign(normal[:, 2:])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
    flat = np.sqrt(1 - cut.lift**2)
    key = normal @ [flat * np.cos(cut.angle), flat * np.sin(cut.angle), cut.lift]
    back = normal @ [-flat * np.cos(cut.angle), -flat * np.sin(cut.angle), 0.35]
    middle = mesh.points[mesh.corners].mean(axis=1)
    calm = 1 - 0.55 * sampled(scene.near_faces(1.1), middle)
    amount = 1 + calm * (0.75 * (np.clip(key, 0, 1) - cut.lift) + 0.12 * np.clip(back, 0, 1))
    shadows = np.asarray([0.94, 0.98, 1.08])
    lights = np.asarray(cut.warm) - shadows
    tinted = shadows + lights * np.clip(key, 0, 1)[:, None]
    return floats(np.clip(amount, 0.4, 1.6)[:, None] * tinted)


def faceted(mesh: Mesh, light: Floats) -> Floats:
    """Return the mesh in its colours, smoothed from twice the size."""
    height, width = mesh.facet.shape
    large = unlinear(light)[mesh.facet]
    return floats(cv2.resize(large, (width // 2, height // 2), interpolation=cv2.INTER_AREA))
