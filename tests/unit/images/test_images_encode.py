"""What is written can be read, says what made it, and fits."""

import io

import av
import numpy as np
import pytest
from PIL import Image
from skimage import data

from engine.contract import MAX_UPLOAD_BYTES
from engine.errors import BadImage
from engine.images.decode import decode
from engine.images.encode import encode_jpeg, encode_png, encode_webp, preview_webp, under
from engine.images.stored import pixels_of
from tests.support.pictures import clear_chart, clip, noise

MIB = 1024 * 1024


@pytest.mark.parametrize("channels", [3, 4])
def test_a_png_loses_nothing(channels):
    picture = noise(517, 333, channels)
    assert np.array_equal(decode(encode_png(picture)).pixels, picture)


def test_a_png_carries_words_of_any_script():
    words = {
        "prompt": "a cat, soft light",
        "title": "夜の街 🎨",
        "model": "Größe",
        "parameters": "x" * 5000,
        "empty": "",
    }
    assert Image.open(io.BytesIO(encode_png(noise(8, 8), words))).text == words


def test_a_slice_of_a_picture_can_be_written():
    assert decode(encode_png(noise(64, 48)[::2, ::-1])).pixels.shape == (24, 64, 3)


def test_jpeg_is_near_and_lays_alpha_over_white():
    picture = data.astronaut()
    assert np.abs(decode(encode_jpeg(picture, 95)).pixels.astype(int) - picture).mean() < 2
    assert decode(encode_jpeg(clear_chart())).pixels[40, 50].min() > 250


def test_webp_keeps_alpha():
    pixels = decode(encode_webp(clear_chart())).pixels
    assert (pixels[40, 50, 3], pixels[10, 10, 3]) == (0, 255)


@pytest.mark.parametrize(("size", "expected"), [((1024, 683), (320, 213)), ((200, 100), (200, 100))])
def test_a_preview_is_small_and_whole(size, expected):
    preview = preview_webp(noise(*size))
    assert decode(preview).pixels.shape[1::-1] == expected
    assert len(preview) < 100_000


def test_what_fits_is_left_alone():
    png = encode_png(noise(64, 64))
    assert under(png, ".png", len(png)) == (png, ".png", None)


@pytest.mark.parametrize("max_bytes", [1_500_000, 60_000, 4096])
@pytest.mark.parametrize(("channels", "suffix"), [(3, ".jpg"), (4, ".webp")])
def test_noise_is_brought_under_any_limit(channels, suffix, max_bytes):
    picture = noise(1034, 666, channels)
    picture[..., 3:] //= 2
    smaller, to, note = under(encode_png(picture), ".png", max_bytes)
    assert len(smaller) <= max_bytes
    assert to == suffix
    pixels = decode(smaller).pixels
    assert pixels.shape[2] == channels
    assert abs(pixels.shape[1] / pixels.shape[0] - 1034 / 666) < 0.05
    assert note.startswith(f"re-encoded as {'JPEG' if channels == 3 else 'WebP'}")


def test_the_note_says_what_was_done():
    large = encode_png(noise(1600, 1600))
    assert under(large, ".png", 5 * MIB)[2] == "re-encoded as JPEG, quality 92, to fit 5 MiB"
    assert under(large, ".png", 300_000)[2] == "re-encoded as JPEG at 699x699, quality 80, to fit 293 KiB"


def test_a_result_over_the_limits_for_uploads_is_made_to_fit_all_the_same():
    """An upscale may be larger than anything a member may send."""
    large = encode_png(noise(3000, 3000))
    assert len(large) > MAX_UPLOAD_BYTES
    smaller, suffix, _ = under(large, ".png", MAX_UPLOAD_BYTES)
    assert len(smaller) < MAX_UPLOAD_BYTES
    assert (suffix, pixels_of(smaller).shape) == (".jpg", (3000, 3000, 3))


def test_quality_is_spent_before_size():
    photo = np.tile(data.astronaut(), (2, 2, 1))
    limit = int(len(encode_jpeg(photo, 95)) * 0.6)
    smaller, _, note = under(encode_png(photo), ".png", limit)
    assert decode(smaller).pixels.shape == photo.shape
    assert "quality" in note


def _shape(mp4):
    with av.open(io.BytesIO(mp4)) as container:
        frames = list(container.decode(video=0))
        return container.streams.video[0].codec.name, len(frames), frames[0].width / frames[0].height, frames[0].width


@pytest.mark.parametrize("share", [0.5, 0.02])
def test_a_clip_is_brought_under_a_limit_with_all_its_frames(share):
    original = clip(320, 240, frames=30)
    limit = int(len(original) * share)
    smaller, suffix, note = under(original, ".mp4", limit)
    codec, frames, aspect, width = _shape(smaller)
    assert len(smaller) <= limit
    assert (codec, frames, suffix) == ("h264", 30, ".mp4")
    assert abs(aspect - 4 / 3) < 0.1
    assert ("at " + str(width) in note) is (width != 320)
    assert "kbit/s" in note


def test_a_limit_below_all_sense_and_a_broken_clip_are_refused():
    with pytest.raises(ValueError, match="100"):
        under(encode_png(noise(64, 64)), ".png", 100)
    with pytest.raises(BadImage):
        under(b"\0\0\0\x18ftypisom" + bytes(10_000), ".mp4", 5000)
