"""Contours as a pen draws them: traced into paths, joined, cleared of scraps, and drawn with a width that tapers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.renderers.studio.areas import areas_of, outline
from engine.renderers.studio.filters import Floats, blur, floats, grid, steepness
from engine.renderers.studio.flow import Flow
from engine.renderers.studio.scene import Scene

_AROUND = np.asarray([[1, 1, 1], [1, 10, 1], [1, 1, 1]], np.float32)
#: How far apart the two sides of an outline are, in Lab units.
_PARTS = 5.0
#: Paths are drawn at twice their size and shrunk: smooth edges at any angle.
_FINER = 2


class Path(NamedTuple):
    """A line: its points (Nx2, x and y in pixels), how strong the contour is there (1 is average), and if it closes."""

    points: Floats
    strength: Floats
    ring: bool


def contours(scene: Scene, fine: int = 1) -> tuple[Path, ...]:
    """Return the contours of a picture as smooth paths, the same for every variant.

    Args:
        scene: The picture.
        fine: How much is drawn: 0 the great outlines, 1 what a draughtsman puts down, 2 every detail.
    """
    return scene.once(("contours", fine), lambda: _contours(scene, fine))


def _contours(scene: Scene, fine: int) -> tuple[Path, ...]:
    unit = max(scene.unit, 0.35)
    width = (2.0, 1.45, 1.1)[fine] * max(unit, 0.6)
    response = scene.once(("ditch", width), lambda: ditches(scene, width))
    share = (0.05, 0.085, 0.12)[fine]
    level = float(np.clip(np.quantile(response[::3, ::3], 1 - share), 0.004, 0.03))
    near = scene.near_faces(1.0)
    # Where everything is full of lines only the stronger ones are drawn: grain of wood, grass, gravel.
    busy = blur(floats(np.clip(response, 0, 4 * level)), 22 * unit) / level
    crowd = 1 + (0.9 - 0.25 * fine) * np.clip(busy - 0.32, 0, 1.5) * (1 - near)
    wanted = floats(response / (level * crowd) * (1 + 0.7 * near))
    thin = _crests(wanted, scene.flow)
    paths = _joined(_traced(thin, wanted), reach=(7 + 3 * fine) * unit)
    least = np.asarray((60, 30, 16))[fine] * unit
    return tuple(_smoothed(path, 1.6 * unit) for path in paths if _worth(path, near, least))


def outlines(scene: Scene, drawn: Iterable[Path]) -> tuple[Path, ...]:
    """Return the outlines of the large areas of a picture where no line is drawn yet: trees, a shore, a cat's head.

    Soft edges have no ditch and no crest, yet a draughtsman closes a shape.

    Args:
        scene: The picture.
        drawn: The lines that are there already.
    """
    unit = max(scene.unit, 0.35)
    labels = areas_of(scene, 64, 7.0, 0.2).labels
    soft = blur(scene.flat, 2.5 * unit)
    step = 5 * unit * sum(steepness(np.ascontiguousarray(soft[..., k])) for k in range(3))
    free = np.ones(scene.shape, np.uint8)
    for path in drawn:
        cv2.polylines(free, [np.rint(path.points).astype(np.int32)], path.ring, 0, max(3, round(15 * unit)))
    free[scene.near_faces(1.0) > 0] = 0
    # What is not the subject has to stand out more before it is drawn.
    least = _PARTS * (1 + 0.9 * scene.cutout.certain * (1 - scene.matte))
    there = outline(labels) & (step > least) & (free > 0)
    thin = cv2.ximgproc.thinning(there.astype(np.uint8) * np.uint8(255), thinningType=cv2.ximgproc.THINNING_GUOHALL)
    paths = _joined(_traced(np.asarray(thin > 0, np.uint8), floats(step / (2 * _PARTS))), reach=24 * unit)
    return tuple(_smoothed(path, 5 * unit) for path in paths if len(path.points) > 55 * unit)


def ditches(scene: Scene, width: float) -> Floats:
    """Return how much darker, or more coloured, every pixel is than what is beside it, joined up along the flow.

    Flow-based difference of Gaussians (Kang, Lee and Chui, "Coherent line drawing", 2007); `width` in pixels.
    """
    soft = floats(0.45 * scene.lab + 0.55 * scene.flat) / np.float32(100)
    gap = blur(soft, 1.6 * width) - blur(soft, width)
    dark = gap[..., 0]
    coloured = np.hypot(gap[..., 1], gap[..., 2]) * (dark > -0.004)
    return scene.flow.along(floats(np.maximum(dark, 0.45 * coloured)), 4 + 9 * scene.unit)


def _crests(wanted: Floats, flow: Flow) -> NDArray[np.uint8]:
    """Return the crests of the lines, a pixel wide: hysteresis (Canny, 1986), then thinning (Guo and Hall, 1989)."""
    x, y = grid(*wanted.shape)
    beside = [
        cv2.remap(wanted, x + k * flow.y, y - k * flow.x, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for k in (1.0, -1.0)
    ]
    crest = (wanted > 0.5) & (wanted >= beside[0]) & (wanted >= beside[1])
    _, names = cv2.connectedComponents(crest.astype(np.uint8), connectivity=8)
    strong = np.zeros(names.max() + 1, bool)
    strong[np.unique(names[crest & (wanted > 1.2)])] = True
    strong[0] = False
    return np.asarray(
        cv2.ximgproc.thinning(
            strong[names].astype(np.uint8) * np.uint8(255), thinningType=cv2.ximgproc.THINNING_GUOHALL
        )
        > 0,
        np.uint8,
    )


def _traced(thin: NDArray[np.uint8], strength: Floats) -> list[Path]:
    """Return the paths of lines a pixel wide, cut where they meet."""
    company = cv2.filter2D(thin.astype(np.float32), -1, _AROUND, borderType=cv2.BORDER_CONSTANT)
    single = ((company >= 10) & (company < 13)).astype(np.uint8)
    ends = np.asarray(cv2.filter2D(single.astype(np.float32), -1, _AROUND, borderType=cv2.BORDER_CONSTANT) == 11)
    around, _ = cv2.findContours(single, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    return [
        path for loop in around if len(loop) > 3 and (path := _path(np.asarray(loop[:, 0], np.int32), ends, strength))
    ]


def _path(loop: NDArray[np.int32], ends: NDArray[np.bool_], strength: Floats) -> Path | None:
    """Return the path that a contour runs around: there and back again, or once around a ring."""
    turns = np.flatnonzero(ends[loop[:, 1], loop[:, 0]])
    if len(turns):
        loop = np.roll(loop, -int(turns[0]), axis=0)
        last = np.flatnonzero(ends[loop[1:, 1], loop[1:, 0]])
        if not len(last):
            return None
        loop = loop[: int(last[0]) + 2]
    return Path(floats(loop), strength[loop[:, 1], loop[:, 0]], not len(turns))


def _joined(paths: list[Path], reach: float) -> list[Path]:
    """Join paths whose ends are near each other and go on in the same direction, the best matches first."""
    open_ones = [path for path in paths if not path.ring]
    if len(open_ones) < 2:
        return paths
    tips = np.concatenate([path.points[[0, -1]] for path in open_ones])
    ways = np.concatenate([[_way(path.points), _way(path.points[::-1])] for path in open_ones])
    pairs = cKDTree(tips).query_pairs(reach, output_type="ndarray")
    pairs = pairs[pairs[:, 0] // 2 != pairs[:, 1] // 2]
    apart = tips[pairs[:, 1]] - tips[pairs[:, 0]]
    far = np.linalg.norm(apart, axis=1)
    unit = apart / (far[:, None] + 1e-6)
    short = far < 3.5
    onward = np.minimum(
        np.where(short, 1, (ways[pairs[:, 0]] * unit).sum(1)), np.where(short, 1, -(ways[pairs[:, 1]] * unit).sum(1))
    )
    straight = -(ways[pairs[:, 0]] * ways[pairs[:, 1]]).sum(1)
    good = np.minimum(onward, straight) > 0.7
    order = np.argsort((far / reach - straight)[good], kind="stable")
    taken: dict[int, int] = {}
    for one, other in pairs[good][order].tolist():
        if one not in taken and other not in taken:
            taken[one], taken[other] = other, one
    return [path for path in paths if path.ring] + list(_chained(open_ones, taken))


def _way(points: Floats) -> Floats:
    """Return the direction in which a path leaves its first point, outwards."""
    step = points[0] - points[min(len(points) - 1, 7)]
    return floats(step / (np.linalg.norm(step) + 1e-6))


def _chained(paths: list[Path], taken: dict[int, int]) -> Iterable[Path]:
    """Yield the chains of paths that were joined tip to tip (tip 2k begins path k, 2k + 1 ends it)."""
    seen: set[int] = set()
    starts = [tip for tip in range(2 * len(paths)) if tip not in taken] + list(taken)
    for start in starts:
        chain: list[int] = []
        tip: int | None = start
        while tip is not None and tip // 2 not in seen:
            seen.add(tip // 2)
            chain.append(tip)
            tip = taken.get(tip ^ 1)
        if chain:
            parts = [paths[t // 2] if t % 2 == 0 else _turned(paths[t // 2]) for t in chain]
            yield Path(
                np.concatenate([p.points for p in parts]), np.concatenate([p.strength for p in parts]), tip is not None
            )


def _turned(path: Path) -> Path:
    return Path(path.points[::-1], path.strength[::-1], path.ring)


def _worth(path: Path, near: Floats, least: float) -> bool:
    """Whether a path is long or strong enough to be drawn; in a face, small strokes count."""
    x, y = path.points[len(path.points) // 2].astype(int)
    wanted = least * (1 - 0.55 * float(near[y, x]))
    return len(path.points) * float(np.clip(path.strength.mean() / 1.6, 0.5, 1.6)) > wanted


def _smoothed(path: Path, sigma: float) -> Path:
    """Return a path without the stairs of its pixels."""
    sigma = min(sigma, len(path.points) / 8)
    half = int(np.ceil(2.5 * sigma))
    if half < 1:
        return path
    kernel = cv2.getGaussianKernel(2 * half + 1, sigma, cv2.CV_32F)[:, 0]
    both = np.column_stack([path.points, path.strength])
    ends = ((half, half), (0, 0))
    long = np.pad(both, ends, "wrap") if path.ring else np.pad(both, ends, "reflect", reflect_type="odd")
    soft = floats(np.column_stack([np.convolve(long[:, k], kernel, "valid") for k in range(3)]))
    return Path(soft[:, :2], np.maximum(soft[:, 2], 0), path.ring)


def penned(
    shape: tuple[int, int], paths: Iterable[Path], width: Callable[[Path], Floats | float], taper: float
) -> Floats:
    """Return the ink of paths, 0..1, with smooth edges.

    Args:
        shape: Height and width.
        paths: The lines.
        width: What a path's width is at its points, in pixels.
        taper: Over how many pixels a line thins out at its tips; 0 ends it bluntly.
    """
    page = np.zeros((shape[0] * _FINER, shape[1] * _FINER), np.uint8)
    for path in paths:
        outline = _outlined(path, width(path), taper)
        # OpenCV rounds what it fills outwards by half a pixel: a line is laid that much narrower.
        cv2.fillPoly(page, [np.rint(outline * (16 * _FINER) + 8 * (_FINER - 1)).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return floats(cv2.resize(page, shape[::-1], interpolation=cv2.INTER_AREA)) / np.float32(255)


def _outlined(path: Path, width: Floats | float, taper: float) -> Floats:
    """Return the outline of a stroke, both its sides (2Nx2)."""
    points = np.concatenate([path.points, path.points[:1]]) if path.ring else path.points
    wide = np.broadcast_to(floats(width), len(path.points))
    wide = np.concatenate([wide, wide[:1]]) if path.ring else wide
    along = np.gradient(points, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-6
    half = np.maximum(wide - 0.5, 0.15) / 2
    if taper and not path.ring:
        place = np.arange(len(points), dtype=np.float32)
        reach = min(taper, 0.45 * len(points))
        tip = np.minimum(place, place[::-1]) / max(reach, 1)
        half = half * np.sqrt(np.clip(tip, 0.02, 1))
    across = np.column_stack([-along[:, 1], along[:, 0]]) * half[:, None]
    return floats(np.concatenate([points + across, (points - across)[::-1]]))


def spaced(shape: tuple[int, int], paths: Iterable[Path], gap: float) -> list[Path]:
    """Return the paths that keep their distance, the strongest first, so that a broad pen does not clot.

    Args:
        shape: Height and width.
        paths: The lines.
        gap: Within how many pixels of another a line is left out.
    """
    held = np.zeros(shape, np.uint8)
    kept = []
    for path in sorted(paths, key=lambda p: -float(p.strength.mean()) * len(p.points) ** 0.5):
        at = np.rint(path.points).astype(np.int32)
        x, y = np.clip(at[:, 0], 0, shape[1] - 1), np.clip(at[:, 1], 0, shape[0] - 1)
        if held[y, x].mean() < 0.5:
            kept.append(path)
            cv2.polylines(held, [at], path.ring, 1, max(1, round(2 * gap)))
    return kept
