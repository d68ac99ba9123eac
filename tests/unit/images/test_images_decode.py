"""Whatever a member sends comes in as the picture they see, or is refused with the reason."""

import io
import time
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.contract import MAX_PIXELS
from engine.errors import EngineError
from engine.images.colour import is_srgb, to_eight_bits
from engine.images.decode import decode
from engine.images.stored import pixels_of
from engine.images.strip import stripped
from tests.support import pictures, profiles
from tests.support.bad_files import BAD_FILES, large_jpeg
from tests.support.pictures import CHART, EVERY_ALPHA, EVERY_FORMAT, chart, oriented, quarter_means, saved


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_every_format_and_mode_shows_its_colours(name):
    """8-bit sRGB, whatever depth, space and profile the file has."""
    make, kind, colours, tolerance = EVERY_FORMAT[name]
    decoded = decode(make())
    assert decoded.format == kind
    assert decoded.pixels.shape == (48, 64, 3)
    assert decoded.pixels.dtype == np.uint8
    assert decoded.scaled_from is None
    assert np.abs(quarter_means(decoded.pixels) - colours).max() <= tolerance


@pytest.mark.parametrize("name", EVERY_ALPHA)
def test_transparency_is_kept_however_the_file_says_it(name):
    pixels = decode(EVERY_ALPHA[name]()).pixels
    assert pixels.shape[2] == 4
    assert quarter_means(pixels)[:, 3].tolist() == [255, 255, 255, 0]


def test_alpha_that_hides_nothing_is_dropped():
    opaque = np.dstack([chart(), np.full((48, 64), 255, np.uint8)])
    assert decode(saved(opaque, "PNG")).pixels.shape == (48, 64, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_every_orientation_comes_upright(kind, orientation):
    pixels = decode(oriented(kind, orientation)).pixels
    assert pixels.shape == (48, 64, 3)
    assert np.abs(quarter_means(pixels) - CHART).max() <= 5


def test_a_deep_grey_picture_is_turned_too():
    exif = Image.Exif()
    exif[274] = 6
    lying = Image.fromarray(pictures.deep(pictures.grey_chart())).transpose(Image.Transpose.ROTATE_90)
    pixels = decode(saved(lying, "PNG", exif=exif.tobytes())).pixels
    assert np.abs(quarter_means(pixels) - pictures.GREY).max() <= 1


@pytest.mark.parametrize("size", [(517, 333), (1, 1), (1, 300), (333, 2)])
def test_odd_sizes_stay_to_the_pixel(size):
    pixels = decode(saved(pictures.noise(*size), "PNG")).pixels
    assert pixels.shape[:2] == size[::-1]


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_at_once_with_its_reason(name):
    make, error = BAD_FILES[name]
    data = make()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.perf_counter()
        with pytest.raises(EngineError) as refused:
            decode(data)
        took = time.perf_counter() - start
    assert type(refused.value) is error
    assert took < 1
    assert len(refused.value.detail.split()) >= 4


def test_a_huge_jpeg_is_scaled_while_it_is_read():
    decoded = decode(large_jpeg(12000, 9000))
    assert decoded.scaled_from == (12000, 9000)
    assert decoded.pixels.shape == (4500, 6000, 3)


def test_a_jpeg_just_under_four_times_the_limit_stays_within_it():
    """Halves are rounded up; where that is a pixel too many it takes a quarter."""
    decoded = decode(large_jpeg(16001, 15997))
    assert decoded.scaled_from == (16001, 15997)
    assert decoded.pixels.shape[0] * decoded.pixels.shape[1] <= MAX_PIXELS


def test_srgb_is_known_by_what_it_does():
    assert not is_srgb(profiles.rgb_profile(profiles.P3))
    assert not is_srgb(b"broken")
    named = Image.open(io.BytesIO(saved(chart(), "PNG", icc_profile=_true_srgb()))).info["icc_profile"]
    assert is_srgb(named)


def _true_srgb():
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize(
    ("samples", "levels", "expected"),
    [
        (np.array([0, 2048, 4095], np.uint16), 4095, [0, 128, 255]),
        (np.array([0.0, 0.5, 1.0], np.float32), 255, [0, 128, 255]),
        (np.array([-100.0, 0.0, 100.0], np.float32), 255, [0, 128, 255]),
        (np.array([np.nan, 0.0, np.inf], np.float32), 255, [0, 0, 0]),
        (np.array([7, 7], np.int32), 2**32 - 1, [0, 0]),
    ],
    ids=["12 bit", "float", "elevations", "not numbers", "flat"],
)
def test_samples_of_any_depth_come_to_eight_bits(samples, levels, expected):
    assert to_eight_bits(samples, levels).tolist() == expected


@pytest.mark.parametrize("name", [name for name in (*EVERY_FORMAT, *EVERY_ALPHA) if not name.startswith("tiff float")])
def test_a_faithful_file_shows_the_same_without_its_metadata(name):
    """What is stored is what was judged, to the last pixel."""
    make = EVERY_FORMAT[name][0] if name in EVERY_FORMAT else EVERY_ALPHA[name]
    data = make()
    decoded = decode(data)
    if not decoded.faithful:
        assert name not in {"jpeg", "png", "webp", "apng", "jpeg progressive"}
        return
    kept = stripped(data, decoded.format)
    assert kept is not None
    assert np.array_equal(decode(kept).pixels, decoded.pixels)
    assert np.array_equal(pixels_of(kept)[..., : decoded.pixels.shape[2]], decoded.pixels)


_SEEDS = [make() for make, *_ in EVERY_FORMAT.values()] + [make() for make in EVERY_ALPHA.values()]


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(range(len(_SEEDS))),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8),
    st.integers(0, 10_000),
)
@example(seed=20, changes=[(3618, 0)], cut=0)  # a WebP whose picture is not where it is looked for
def test_a_mutated_file_is_a_picture_or_an_error_of_ours(seed, changes, cut):
    """Never another exception; and what is called faithful can be stored and read again."""
    data = bytearray(_SEEDS[seed])
    for place, value in changes:
        data[place % len(data)] = value
    data = bytes(data[: max(len(data) - cut, 12)] if cut < len(data) // 2 else data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            decoded = decode(data)
        except EngineError:
            return
        kept = stripped(data, decoded.format) if decoded.faithful else None
        assert decoded.pixels.dtype == np.uint8
        assert decoded.pixels.ndim == 3
        if kept is not None:
            assert np.array_equal(decode(kept).pixels, decoded.pixels)
