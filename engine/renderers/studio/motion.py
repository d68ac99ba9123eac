"""Clips: a camera moving over the picture, smooth to a fraction of a pixel."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from engine.images.fit import fit, resized
from engine.models.card import Card
from engine.renderers.base import Clip, Input, Pixels, RenderTask, Report
from engine.renderers.studio.camera import FPS, Move, View, move_for
from engine.renderers.studio.dice import Dice
from engine.renderers.studio.film import mp4, webp
from engine.renderers.studio.scene import scene_of

_PREVIEW_SIDE, _PREVIEW_FRAMES = 320, 24
_EVERY = 6
_AMOUNT = {"subtle": 0.11, "balanced": 0.18, "strong": 0.28}
_PAPER = 255


class MotionClip:
    """The studio's clips; see `engine.renderers.base.Renderer`."""

    def __init__(self, card: Card) -> None:
        self.card = card

    def render(self, task: RenderTask, report: Report) -> Iterator[Clip]:
        """Yield one clip a variant; variants differ in how far and where the camera goes."""
        size = even(fit(*_size(task.subject), task.long_side or self.card.defaults.long_side))
        focus = focus_of(task.subject)
        frames = max(2, round(task.seconds * FPS))
        for number, variant in enumerate(task.variants):
            dice = Dice(task.seed + variant)
            amount = _AMOUNT[task.change] * (0.9 + 0.2 * dice.between(0, 1))
            spot = (focus[0] + dice.between(-0.04, 0.04), focus[1] + dice.between(-0.04, 0.04))
            shot = _Shot(task.subject.pixels, size, move_for(task.motion, spot, amount), frames)
            yield shot.taken(variant, _reporter(report, number, len(task.variants), frames))


def _reporter(report: Report, number: int, variants: int, frames: int) -> Report:
    """Return a report that counts this variant's steps among all."""
    steps = frames // _EVERY + 1

    def step(done: int, _: int, preview: Pixels | None) -> None:
        report(number * steps + done, variants * steps, preview)

    return step


class _Shot:
    """One clip in the making: the picture at the size of its closest view, and a softer copy for the wide ones."""

    def __init__(self, pixels: Pixels, size: tuple[int, int], move: Move, frames: int) -> None:
        self._size, self._move, self._frames = size, move, frames
        closest = max(move.start.zoom, move.end.zoom)
        side = round(max(size) * closest)
        self._sharp = _opaque(resized(pixels, fit(pixels.shape[1], pixels.shape[0], side)))
        # A view wider than the picture's own pixels would shimmer: fine detail is taken out for it.
        detail = max(self._sharp.shape[:2]) / max(size)
        self._detail, self._soft = detail, self._sharp
        if detail > 1.02:
            self._soft = np.asarray(cv2.GaussianBlur(self._sharp, (0, 0), 0.42 * detail), np.uint8)
        self._previews: list[Pixels] = []

    def taken(self, variant: int, report: Report) -> Clip:
        """Film it."""
        film = mp4(self._filmed(report), self._size, FPS)
        poster = self.frame(0)
        shown = round(1000 * self._frames / FPS / len(self._previews))
        return Clip(variant, film, *self._size, poster, webp(self._previews, shown), self._move.notes)

    def _filmed(self, report: Report) -> Iterator[Pixels]:
        wanted = set(np.linspace(0, self._frames - 1, min(_PREVIEW_FRAMES, self._frames)).round().astype(int).tolist())
        for number in range(self._frames):
            picture = self.frame(number)
            if number in wanted:
                self._previews.append(resized(picture, fit(*self._size, _PREVIEW_SIDE)))
            if number % _EVERY == 0:
                report(number // _EVERY + 1, self._frames // _EVERY + 1, picture)
            yield picture

    def frame(self, number: int) -> Pixels:
        """Return one frame, blended from the sharp and the soft copy as its zoom needs."""
        view = self._move.at(number, self._frames)
        sharp = self._seen(self._sharp, view)
        if self._soft is self._sharp:
            return sharp
        share = float(np.clip((view.zoom - 1) / max(1e-3, self._detail - 1), 0, 1))
        soft = self._seen(self._soft, view)
        return np.asarray(cv2.addWeighted(sharp, share, soft, 1 - share, 0), np.uint8)

    def _seen(self, picture: Pixels, view: View) -> Pixels:
        """Return what a view shows, by an affine map from frame to picture (pixel centres on pixel centres)."""
        height, width = picture.shape[:2]
        across, down = width / (self._size[0] * view.zoom), height / (self._size[1] * view.zoom)
        left = view.x * width - 0.5 * self._size[0] * across
        top = view.y * height - 0.5 * self._size[1] * down
        matrix = np.asarray([[across, 0, left + 0.5 * across - 0.5], [0, down, top + 0.5 * down - 0.5]])
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(picture, matrix, self._size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(seen, np.uint8)


def even(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size with even sides, as yuv420p needs; at least 16."""
    width, height = (max(16, 2 * round(side / 2)) for side in size)
    return width, height


def focus_of(image: Input) -> tuple[float, float]:
    """Return what to look at, as shares of width and height: the largest face, or the middle of the subject."""
    scene = scene_of(image, 384)
    height, width = scene.shape
    if scene.faces:
        face = max(scene.faces, key=lambda box: box.w * box.h)
        return (face.x + face.w / 2) / width, (face.y + face.h / 2) / height
    weight = scene.matte + 0.02
    y, x = np.mgrid[0:height, 0:width]
    middle = float((x * weight).sum() / weight.sum() / width), float((y * weight).sum() / weight.sum() / height)
    return 0.5 + 0.8 * (middle[0] - 0.5), 0.5 + 0.8 * (middle[1] - 0.5)


def _size(image: Input) -> tuple[int, int]:
    return image.pixels.shape[1], image.pixels.shape[0]


def _opaque(pixels: Pixels) -> Pixels:
    """Return the picture without alpha, laid over white: a clip has none."""
    if pixels.shape[2] == 3:
        return pixels
    alpha = pixels[..., 3:].astype(np.float32) / 255
    return np.rint(pixels[..., :3] * alpha + _PAPER * (1 - alpha)).astype(np.uint8)
