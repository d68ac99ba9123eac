"""Upscaling and face fixing."""

import cv2
import numpy as np
import pytest

from engine.contract import Box, Kind
from engine.errors import RenderCancelled
from engine.models.card import Card
from engine.renderers.base import Input, RenderTask
from engine.renderers.studio.drawn import is_drawn
from engine.renderers.studio.face import NO_FACE, FixFace, feather
from engine.renderers.studio.networks import Network, drawing_network
from engine.renderers.studio.tiling import tiles
from engine.renderers.studio.upscale import NO_WEIGHTS, Recipe, Upscale, enlarged
from tests.support.measures import psnr, sharpness
from tests.support.photos import photo

FACE = Box(x=60, y=20, w=46, h=46)


def tool(name, kind):
    return Card(id=name, title=name, family="tool", renderer=name, licence="MIT", kinds=(kind,))


def drawing(side=160):
    paper = np.full((side, side, 3), (250, 240, 220), np.uint8)
    cv2.circle(paper, (side // 2, side // 2), side // 3, (200, 60, 60), -1, cv2.LINE_AA)
    cv2.circle(paper, (side // 2, side // 2), side // 3, (20, 20, 30), 3, cv2.LINE_AA)
    cv2.putText(paper, "Easel", (8, side - 8), cv2.FONT_HERSHEY_COMPLEX, side / 200, (30, 30, 40), 1, cv2.LINE_AA)
    return paper


def overshoot(result, source):
    """How far a result leaves the range of the source around each pixel, of the full scale."""
    box, size = np.ones((3, 3), np.uint8), result.shape[1::-1]
    low = cv2.resize(cv2.erode(source, box), size, interpolation=cv2.INTER_LINEAR).astype(int)
    high = cv2.resize(cv2.dilate(source, box), size, interpolation=cv2.INTER_LINEAR).astype(int)
    return np.maximum(result - high, low - result).max() / 255


def shrunk(pixels, like):
    return cv2.resize(pixels, like.shape[1::-1], interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("name", ["portrait", "cat", "coffee", "drawing"])
def test_upscaled_is_larger_sharper_and_the_same_picture_without_halos(scale, name, render):
    source = drawing(96) if name == "drawing" else np.ascontiguousarray(photo(name, 320)[40:136, 90:190])
    (result,) = render("studio-upscale", source, kind=Kind.UPSCALE, scale=scale)
    assert result.pixels.shape == (source.shape[0] * scale, source.shape[1] * scale, 3)
    assert result.notes == ()
    assert psnr(shrunk(result.pixels, source), source) >= 36
    plain = cv2.resize(source, result.pixels.shape[1::-1], interpolation=cv2.INTER_LANCZOS4)
    assert sharpness(result.pixels) > 1.2 * sharpness(plain)
    assert overshoot(result.pixels, source) <= 0.02


def test_skin_keeps_its_texture(render):
    cheek = np.ascontiguousarray(photo("portrait", 512)[100:164, 200:264])
    (result,) = render("studio-upscale", cheek, kind=Kind.UPSCALE, scale=4, prompt="a photo")
    plain = cv2.resize(cheek, (256, 256), interpolation=cv2.INTER_LANCZOS4)
    assert sharpness(result.pixels[60:200, 20:120]) > sharpness(plain[60:200, 20:120])


@pytest.mark.parametrize(
    ("pixels", "words", "drawn"),
    [
        *[(photo(name, 512), "", False) for name in ("portrait", "cat", "coffee", "canyon", "pavilion", "dahlia")],
        (drawing(300), "", True),
        (cv2.imdecode(cv2.imencode(".jpg", drawing(300), [1, 60])[1], 1), "", True),
        (photo("cat", 256), "an anime still", True),
        (drawing(300), "it is a photo", False),
        (drawing(300), "a photo of a drawing", True),
    ],
)
def test_drawings_are_told_from_photos_by_words_or_looks(pixels, words, drawn):
    assert is_drawn(pixels, words) is drawn


@pytest.mark.parametrize("kind", ["drawn", "photo", "plain"])
def test_tiles_and_the_whole_agree(astronaut, kind):
    source = np.ascontiguousarray(astronaut[:100, :110])
    network = None if kind == "plain" else drawing_network(2)
    done = []
    tiled, whole = (
        enlarged(source, Recipe(2, network, drawn=kind == "drawn", noise=0.02, side=side), lambda *at: done.append(at))
        for side in (40, 400)
    )
    assert np.abs(tiled.astype(int) - whole.astype(int)).max() <= 2
    assert done == [(n, 9) for n in range(1, 10)] + [(1, 1)]


@pytest.mark.parametrize(("width", "height"), [(1, 1), (192, 192), (193, 40), (1000, 777)])
def test_tiles_cover_every_pixel_once(width, height):
    covered = np.zeros((height, width), int)
    for tile in tiles(width, height, 160):
        covered[tile.top : tile.bottom, tile.left : tile.right] += 1
    assert (covered == 1).all()


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 5, 4), (2, 170, 3)])
def test_the_smallest_pictures_grow_too(render, shape):
    pixels = np.full(shape, 120, np.uint8)
    (result,) = render("studio-upscale", pixels, kind=Kind.UPSCALE, scale=3)
    assert result.pixels.shape == (shape[0] * 3, shape[1] * 3, shape[2])
    assert np.abs(result.pixels.astype(int) - 120).max() <= 5


def test_a_network_of_several_passes_gives_every_scale(tmp_path):
    """Waifu2x doubles and loses a rim: passes, the rim and what is too much are put right."""

    class Doubling(Network):
        def __init__(self, scale):
            self.scale = scale

        def _pass(self, rgb):
            return rgb.repeat(2, axis=0).repeat(2, axis=1)

    rgb = np.random.default_rng(0).random((6, 10, 3), np.float32)
    for scale in (2, 3, 4):
        assert Doubling(scale)(rgb).shape == (6 * scale, 10 * scale, 3)


def test_alpha_is_upscaled_too(render, coffee):
    alpha = np.zeros(coffee.shape[:2], np.uint8)
    alpha[:, 96:] = 255
    (result,) = render("studio-upscale", np.dstack([coffee, alpha]), kind=Kind.UPSCALE, scale=2)
    assert result.pixels.shape == (256, 384, 4)
    assert (result.pixels[:, :180, 3] == 0).all()
    assert (result.pixels[:, 204:, 3] == 255).all()


def test_without_weights_it_enlarges_and_says_so(coffee):
    upscale = Upscale(tool("studio-upscale", Kind.UPSCALE), lambda _: None, lambda _: None)
    (result,) = upscale.render(RenderTask((Input(coffee),), scale=3, variants=(0,)), lambda *_: None)
    assert result.pixels.shape == (384, 576, 3)
    assert result.notes == (NO_WEIGHTS,)
    assert psnr(shrunk(result.pixels, coffee), coffee) >= 36
    assert overshoot(result.pixels, coffee) <= 0.02


def test_a_result_too_large_is_made_smaller_and_said():
    upscale = Upscale(tool("studio-upscale", Kind.UPSCALE), lambda _: None, lambda _: None)
    huge = np.zeros((8, 8_000_001, 3), np.uint8)[:, :8_000_000]
    (result,) = upscale.render(RenderTask((Input(huge),), scale=4, variants=(0,)), lambda *_: None)
    assert result.pixels.shape == huge.shape
    assert "stays as it is" in result.notes[0]


def test_cancelling_stops_between_tiles(render, astronaut):
    seen = []

    def report(step, of, preview):
        seen.append(step)
        raise RenderCancelled

    large = np.tile(astronaut, (2, 2, 1))
    with pytest.raises(RenderCancelled):
        render("studio-upscale", large, kind=Kind.UPSCALE, scale=2, report=report)
    assert seen == [1]


def test_a_face_is_improved_and_nothing_else_touched(render, astronaut):
    soft = cv2.GaussianBlur(astronaut, (0, 0), 1.2)
    (result,) = render("studio-face", Input(soft, faces=(FACE,)), kind=Kind.FIX_FACE)
    outside = feather(soft.shape[:2], FACE, 0, 0) == 0
    assert outside.mean() > 0.8
    assert np.array_equal(result.pixels[outside], soft[outside])
    inside = np.s_[FACE.y + 8 : FACE.y + 38, FACE.x + 8 : FACE.x + 38]
    sharpness = [cv2.Laplacian(p[inside], cv2.CV_64F).var() for p in (soft, result.pixels)]
    assert sharpness[1] > 1.15 * sharpness[0]
    assert psnr(result.pixels[inside], soft[inside]) > 20


def test_a_face_is_found_when_none_is_named(render):
    import skimage.data

    pixels = skimage.data.astronaut()
    (result,) = render("studio-face", pixels, kind=Kind.FIX_FACE)
    changed = (result.pixels != pixels).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert 40 < rows.mean() < 180
    assert 170 < columns.mean() < 280
    assert changed.mean() < 0.1


def test_without_a_face_the_picture_is_unchanged_and_that_is_said(render, coffee):
    (result,) = render("studio-face", coffee, kind=Kind.FIX_FACE)
    assert np.array_equal(result.pixels, coffee)
    assert result.notes == (NO_FACE,)


def test_a_face_at_the_edge_and_without_weights(astronaut):
    fixer = FixFace(tool("studio-face", Kind.FIX_FACE), network_of=lambda _: None)
    face = Box(x=0, y=0, w=60, h=60)
    (result,) = fixer.render(RenderTask((Input(astronaut, faces=(face,)),), variants=(0,)), lambda *_: None)
    assert result.notes == (NO_WEIGHTS,)
    assert result.pixels.shape == astronaut.shape
