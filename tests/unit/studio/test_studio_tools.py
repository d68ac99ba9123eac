"""Upscaling and face fixing."""

import cv2
import numpy as np
import pytest

from engine.contract import Box, Kind
from engine.errors import RenderCancelled
from engine.models.card import Card
from engine.renderers.base import Input, RenderTask
from engine.renderers.studio.esrgan import network, tiles
from engine.renderers.studio.face import NO_FACE, FixFace, feather
from engine.renderers.studio.upscale import NO_WEIGHTS, Upscale, enlarged

FACE = Box(x=60, y=20, w=46, h=46)


def psnr(one, other):
    return 10 * np.log10(255**2 / np.mean((one.astype(float) - other.astype(float)) ** 2))


def tool(name, kind):
    return Card(id=name, title=name, family="tool", renderer=name, licence="MIT", kinds=(kind,))


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_upscaled_is_larger_sharper_and_the_same_picture(scale, render, astronaut):
    source = cv2.resize(astronaut, (96, 90), interpolation=cv2.INTER_AREA)
    (result,) = render("studio-upscale", source, kind=Kind.UPSCALE, scale=scale)
    assert result.pixels.shape == (90 * scale, 96 * scale, 3)
    assert result.notes == ()
    assert psnr(cv2.resize(result.pixels, (96, 90), interpolation=cv2.INTER_AREA), source) >= 32
    plain = cv2.resize(source, (96 * scale, 90 * scale), interpolation=cv2.INTER_LANCZOS4)
    sharpness = [cv2.Laplacian(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var() for p in (plain, result.pixels)]
    assert sharpness[1] > 1.2 * sharpness[0]


def test_tiles_and_the_whole_agree(astronaut):
    source = np.ascontiguousarray(astronaut[:120, :130])
    done = []
    tiled = enlarged(source, 2, network(2), lambda *at: done.append(at), side=48)
    whole = enlarged(source, 2, network(2), lambda *_: None, side=400)
    assert np.abs(tiled.astype(int) - whole.astype(int)).max() <= 2
    assert done == [(n, 9) for n in range(1, 10)]


@pytest.mark.parametrize(("width", "height"), [(1, 1), (192, 192), (193, 40), (1000, 777)])
def test_tiles_cover_every_pixel_once(width, height):
    covered = np.zeros((height, width), int)
    for tile in tiles(width, height):
        covered[tile.top : tile.bottom, tile.left : tile.right] += 1
    assert (covered == 1).all()


def test_alpha_is_upscaled_too(render, coffee):
    alpha = np.zeros(coffee.shape[:2], np.uint8)
    alpha[:, 96:] = 255
    (result,) = render("studio-upscale", np.dstack([coffee, alpha]), kind=Kind.UPSCALE, scale=2)
    assert result.pixels.shape == (256, 384, 4)
    assert (result.pixels[:, :180, 3] == 0).all()
    assert (result.pixels[:, 204:, 3] == 255).all()


def test_without_weights_it_enlarges_and_says_so(coffee):
    upscale = Upscale(tool("studio-upscale", Kind.UPSCALE), network_of=lambda _: None)
    (result,) = upscale.render(RenderTask((Input(coffee),), scale=3, variants=(0,)), lambda *_: None)
    assert result.pixels.shape == (384, 576, 3)
    assert result.notes == (NO_WEIGHTS,)
    assert psnr(cv2.resize(result.pixels, (192, 128), interpolation=cv2.INTER_AREA), coffee) >= 32


def test_a_result_too_large_is_made_smaller_and_said():
    upscale = Upscale(tool("studio-upscale", Kind.UPSCALE), network_of=lambda _: None)
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
