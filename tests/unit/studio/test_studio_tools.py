"""Upscaling and face fixing."""

import cv2
import numpy as np
import pytest

from engine.contract import Box, Kind
from engine.errors import RenderCancelled
from engine.images.faces import boxes_of, find_faces
from engine.models.card import Card
from engine.renderers.base import Input, RenderTask
from engine.renderers.studio.drawn import is_drawn
from engine.renderers.studio.face import MANY, NO_FACE, TOO_MANY, TOO_SMALL, FixFace, feather
from engine.renderers.studio.face import NO_WEIGHTS as NO_WEIGHTS_FOR_FACES
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


@pytest.mark.parametrize("words", ["a drawing", "a photo"])
def test_what_has_no_colour_gets_none(words, render):
    grey = cv2.cvtColor(cv2.cvtColor(drawing(80), cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    (result,) = render("studio-upscale", grey, kind=Kind.UPSCALE, scale=4, prompt=words)
    assert np.ptp(result.pixels.astype(int), axis=2).max() == 0


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


INSIDE = np.s_[FACE.y + 4 : FACE.y + 42, FACE.x + 4 : FACE.x + 42]


def touched(one, other):
    return (one != other).any(axis=2)


class Echo:
    """A network that has nothing to say: four times as large by interpolation."""

    def __call__(self, rgb):
        return np.asarray(cv2.resize(rgb, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC), np.float32)


def fixer(network=None):
    return FixFace(tool("studio-face", Kind.FIX_FACE), lambda: network)


def fixed(pixels, *faces, network=None, **task):
    wanted = RenderTask((Input(pixels, faces=faces),), **{"variants": (0,), **task})
    return list(fixer(network).render(wanted, lambda *_: None))


@pytest.mark.parametrize("harm", ["blur", "noise", "jpeg"])
def test_a_harmed_face_comes_nearer_to_what_it_was(harm, render, astronaut):
    harmed = {
        "blur": lambda: cv2.GaussianBlur(astronaut, (0, 0), 1.2),
        "noise": lambda: np.clip(astronaut + np.random.default_rng(1).normal(0, 12, astronaut.shape), 0, 255).astype(
            np.uint8
        ),
        "jpeg": lambda: cv2.imdecode(cv2.imencode(".jpg", astronaut, [cv2.IMWRITE_JPEG_QUALITY, 25])[1], 1),
    }[harm]()
    (result,) = render("studio-face", Input(harmed, faces=(FACE,)), kind=Kind.FIX_FACE)
    assert result.notes == ()
    assert psnr(result.pixels[INSIDE], astronaut[INSIDE]) > psnr(harmed[INSIDE], astronaut[INSIDE]) + 0.1
    outside = feather(harmed.shape[:2], FACE, 0, 0) == 0
    assert outside.mean() > 0.8
    assert np.array_equal(result.pixels[outside], harmed[outside])


@pytest.mark.parametrize(
    ("shape", "faces"),
    [
        ((191, 157, 3), (FACE,)),
        ((191, 157, 4), (FACE,)),
        ((150, 190, 4), (FACE, Box(x=130, y=80, w=40, h=40))),
        ((128, 128, 3), (Box(x=0, y=0, w=50, h=50),)),
        ((128, 128, 4), (Box(x=88, y=90, w=46, h=46),)),
    ],
)
def test_nothing_beyond_the_feather_changes_by_a_bit(shape, faces, astronaut):
    plain = np.resize(np.dstack([astronaut, astronaut[..., :1]]), (*astronaut.shape[:2], 4))
    pixels = np.ascontiguousarray(plain[: shape[0], : shape[1], : shape[2]])
    pixels = np.ascontiguousarray(
        np.pad(pixels, [(0, max(0, w - h)) for w, h in zip(shape, pixels.shape, strict=True)])
    )
    (result,) = fixed(pixels, *faces, network=Echo())
    beyond = np.all([feather(shape[:2], face, 0, 0) == 0 for face in faces], axis=0)
    assert np.array_equal(result.pixels[beyond], pixels[beyond])
    for face in faces:
        assert touched(result.pixels, pixels)[face.y + 10 : face.y + 30, face.x + 10 : face.x + 30].mean() > 0.3
    if shape[2] == 4:
        assert np.array_equal(result.pixels[..., 3], pixels[..., 3])


def test_a_clear_face_stays_itself(astronaut):
    (result,) = fixed(astronaut, FACE, network=Echo())
    assert psnr(result.pixels[INSIDE], astronaut[INSIDE]) > 26


def test_a_dark_face_gets_light(astronaut):
    dark = (astronaut * 0.4).astype(np.uint8)
    (result,) = fixed(dark, FACE, network=Echo())
    assert result.pixels[INSIDE].mean() > dark[INSIDE].mean() + 4


def test_variants_go_different_ways_far(astronaut):
    soft = cv2.GaussianBlur(astronaut, (0, 0), 1.2)
    results = fixed(soft, FACE, network=Echo(), variants=(0, 1, 2, 3))
    assert len({r.pixels.tobytes() for r in results}) == 4


def test_a_face_is_found_when_none_is_named():
    pixels = photo("portrait")
    (result,) = fixed(pixels, network=Echo())
    rows, columns = np.nonzero(touched(result.pixels, pixels))
    assert 40 < rows.mean() < 180
    assert 170 < columns.mean() < 280
    assert touched(result.pixels, pixels).mean() < 0.1


def test_without_a_face_the_picture_is_unchanged_and_that_is_said(render, coffee):
    (result,) = render("studio-face", coffee, kind=Kind.FIX_FACE)
    assert np.array_equal(result.pixels, coffee)
    assert result.notes == (NO_FACE,)


def test_a_crowd_is_mended_as_far_as_it_goes_and_that_is_said(astronaut):
    crowd = [Box(x=4 + 24 * n, y=20, w=20, h=20) for n in range(MANY + 1)]
    (result,) = fixed(astronaut, *crowd, network=Echo())
    assert result.notes == (TOO_MANY,)


def test_a_face_too_small_to_see_is_left_alone(astronaut):
    """And it is said."""
    (result,) = fixed(astronaut, Box(x=90, y=40, w=4, h=4), network=Echo())
    assert np.array_equal(result.pixels, astronaut)
    assert result.notes == (TOO_SMALL,)


def test_without_weights_a_face_is_cleaned_and_that_is_said(astronaut):
    (result,) = fixed(astronaut, FACE)
    assert result.notes == (NO_WEIGHTS_FOR_FACES,)
    assert touched(result.pixels, astronaut)[INSIDE].mean() > 0.5


def test_what_yunet_says_becomes_boxes_inside_the_picture():
    rows = np.zeros((3, 15), np.float32)
    rows[:, :4] = [[10, 12, 30, 40], [-8, -6, 60, 60], [90, 90, 3, 3]]
    assert boxes_of(rows, 2.0, (200, 180)) == (Box(x=0, y=0, w=104, h=108), Box(x=20, y=24, w=60, h=80))


def test_a_file_that_is_no_yunet_leaves_the_cascades(monkeypatch, tmp_path, caplog):
    broken = tmp_path / "yunet.onnx"
    broken.write_bytes(b"nothing of the kind")
    monkeypatch.setattr("engine.images.faces.yunet_file", lambda: broken)
    (face,) = find_faces(np.asarray(cv2.cvtColor(photo("portrait"), cv2.COLOR_RGB2GRAY)))
    assert 180 < face.x + face.w / 2 < 270
    assert "ENGINE_FACE_MODEL" in caplog.text
