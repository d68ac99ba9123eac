"""An upload is read where it can hurt nobody, and stored without what is private."""

import asyncio
import io
import os
import signal
import time

import numpy as np
import pytest
import pytest_asyncio
from PIL import Image, ImageCms

from engine.errors import BadImage, EngineError, ImageTooLarge, NotAnImage
from engine.images import guard
from engine.images.decode import decode
from engine.images.intake import admit, prepare, take_in
from engine.images.pool import GIB, IntakePool
from engine.images.store import ImageStore
from tests.support import pictures, profiles
from tests.support.bad_files import BAD_FILES, large_jpeg
from tests.support.pictures import chart, chunk, oriented, quarter_means, saved, with_gps

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture
def store(tmp_path):
    return ImageStore(tmp_path)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool():
    pool = IntakePool(workers=2)
    await pool.start()
    yield pool
    await pool.close()


@pytest.mark.parametrize(
    ("make", "stored"),
    [
        (lambda: saved(chart(), "JPEG", quality=80), "jpeg"),
        (lambda: saved(chart(), "JPEG", quality=80, progressive=True), "jpeg"),
        (lambda: saved(chart(), "PNG"), "png"),
        (lambda: saved(pictures.clear_chart(), "PNG"), "png"),
        (lambda: saved(chart(), "WEBP", quality=80), "webp"),
    ],
    ids=["jpeg", "progressive", "png", "png with alpha", "webp"],
)
def test_a_plain_file_is_kept_byte_for_byte(make, stored):
    data = make()
    prepared = prepare(data)
    assert prepared.data == data
    assert prepared.info.format == stored


@pytest.mark.parametrize(
    ("make", "stored"),
    [
        (lambda: oriented("JPEG", 6), "jpeg"),
        (pictures.EVERY_FORMAT["jpeg with P3"][0], "jpeg"),
        (pictures.EVERY_FORMAT["heic"][0], "jpeg"),
        (pictures.EVERY_FORMAT["avif"][0], "jpeg"),
        (pictures.EVERY_ALPHA["avif"], "png"),
        (pictures.EVERY_FORMAT["gif animated"][0], "png"),
        (pictures.EVERY_FORMAT["apng"][0], "png"),
        (pictures.EVERY_FORMAT["webp animated"][0], "png"),
        (pictures.EVERY_FORMAT["bmp"][0], "png"),
        (pictures.EVERY_FORMAT["tiff 16 bit"][0], "png"),
        (pictures.EVERY_FORMAT["png 16 bit"][0], "png"),
    ],
)
def test_another_file_becomes_one_that_shows_the_same_everywhere(make, stored):
    data = make()
    prepared = prepare(data)
    again = decode(prepared.data)
    assert prepared.info.format == again.format == stored
    assert again.faithful
    assert np.abs(quarter_means(again.pixels) - quarter_means(decode(data).pixels)).max() <= 4


@pytest.mark.parametrize(
    "make",
    [
        lambda: with_gps("JPEG", comment=b"SECRET", xmp=b"<x:xmpmeta>SECRET</x:xmpmeta>"),
        lambda: with_gps("JPEG", icc_profile=_SRGB),
        lambda: with_gps("PNG"),
        lambda: with_gps("WEBP"),
        lambda: with_gps("TIFF"),
        lambda: with_gps("AVIF"),
        lambda: with_gps("HEIF"),
        lambda: saved(chart(), "JPEG") + b"SECRET trailer",
        lambda: saved(chart(), "PNG")[:-12] + chunk(b"tEXt", b"Author\0SECRET") + chunk(b"IEND", b"") + b"SECRET",
        lambda: saved(chart(), "WEBP") + b"SECRET",
        lambda: saved(chart(), "JPEG", icc_profile=profiles.rgb_profile(profiles.P3)),
    ],
)
def test_nothing_private_survives(make):
    data = make()
    kept = prepare(data).data
    image = Image.open(io.BytesIO(kept))
    assert dict(image.getexif()) == {}
    assert not {"exif", "xmp", "comment", "icc_profile", "Author"} & set(image.info)
    assert b"SECRET" not in kept
    assert np.abs(quarter_means(decode(kept).pixels) - quarter_means(decode(data).pixels)).max() <= 4


def test_taking_out_what_is_private_costs_no_pixel():
    data = with_gps("JPEG", quality=70)
    kept = prepare(data).data
    assert len(kept) < len(data)
    assert np.array_equal(decode(kept).pixels, decode(data).pixels)


def test_a_scaled_picture_says_so(store):
    info = admit(large_jpeg(), store)
    assert (info.width, info.height) == (6000, 4500)
    advisory = info.advisories[0]
    assert (advisory.code, advisory.value, advisory.threshold) == ("scaled_down", 108.0, 64.0)


def test_the_store_knows_what_the_uploader_was_told(store):
    data = saved(chart(), "PNG")
    info = admit(data, store)
    assert (info.width, info.height, info.format, info.bytes) == (64, 48, "png", len(data))
    assert {advisory.code for advisory in info.advisories} == {"low_resolution"}
    assert store.info(info.id) == info
    assert store.read(info.id) == data


@pytest.mark.asyncio(loop_scope="module")
async def test_an_upload_is_taken_in_by_another_process(pool, store):
    info = await take_in(oriented("JPEG", 6), store, pool)
    assert (info.width, info.height) == (64, 48)
    assert store.info(info.id) == info
    assert os.getpid() not in pool.pids


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", BAD_FILES)
async def test_a_bad_file_is_refused_and_the_processes_live_on(pool, store, name):
    make, error = BAD_FILES[name]
    data = make()
    await take_in(saved(chart(), "PNG"), store, pool)  # warm
    pids = pool.pids
    start = time.perf_counter()
    with pytest.raises(EngineError) as refused:
        await take_in(data, store, pool)
    assert time.perf_counter() - start < 1
    assert type(refused.value) is error
    assert pool.pids == pids


@pytest.mark.asyncio(loop_scope="module")
async def test_an_idle_process_that_was_killed_is_missed_by_nobody(pool, store):
    for pid in pool.pids:
        os.kill(pid, signal.SIGKILL)
    infos = await asyncio.gather(
        *(take_in(saved(pictures.noise(64, 64, seed=n), "PNG"), store, pool) for n in range(6))
    )
    assert len({info.id for info in infos}) == 6


@pytest.mark.asyncio(loop_scope="module")
async def test_the_event_loop_runs_on_while_pictures_are_read(pool, store):
    await take_in(saved(chart(), "PNG"), store, pool)
    large = large_jpeg(8200, 8000)
    work = [asyncio.ensure_future(take_in(large, store, pool)) for _ in range(2)]
    lags = []
    while not all(task.done() for task in work):
        start = time.perf_counter()
        await asyncio.sleep(0.005)
        lags.append(time.perf_counter() - start - 0.005)
    await asyncio.gather(*work)
    assert len(lags) > 20
    assert sorted(lags)[len(lags) * 9 // 10] < 0.05


@pytest.mark.asyncio(loop_scope="module")
async def test_an_uploader_who_hangs_up_leaves_no_answer_for_the_next(pool, store):
    for n in range(4):
        lost = asyncio.ensure_future(take_in(saved(pictures.noise(900, 900, seed=n), "PNG"), store, pool))
        await asyncio.sleep(0.01)
        lost.cancel()
        await asyncio.gather(lost, return_exceptions=True)
    info = await take_in(saved(chart(), "PNG"), store, pool)
    assert (info.width, info.height) == (64, 48)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_file_that_is_too_large_never_reaches_the_pool(pool, store):
    with pytest.raises(ImageTooLarge):
        await take_in(bytes(26 * 1024 * 1024), store, pool)


async def test_a_process_killed_over_a_file_costs_that_upload_only(store):
    pool = IntakePool(workers=1)
    await pool.start()
    try:
        await take_in(saved(chart(), "PNG"), store, pool)
        doomed = asyncio.ensure_future(take_in(large_jpeg(16000, 15000), store, pool))
        waiting = asyncio.ensure_future(take_in(saved(pictures.noise(64, 64), "PNG"), store, pool))
        first = pool.pids
        await _kill_each_new(pool, 2)
        with pytest.raises(BadImage):
            await doomed
        assert (await waiting).width == 64
        assert pool.pids != first
    finally:
        await pool.close()
    assert pool.pids == ()


async def _kill_each_new(pool, count):
    """Kill the process while it is at work, and the one that takes over."""
    killed = set()
    while len(killed) < count:
        await asyncio.sleep(0.05)
        for pid in set(pool.pids) - killed:
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)


async def test_a_process_that_hangs_is_given_up(store):
    pool = IntakePool(workers=1, timeout_s=1.5)
    await pool.start()
    try:
        await take_in(saved(chart(), "PNG"), store, pool)
        os.kill(pool.pids[0], signal.SIGSTOP)
        start = time.perf_counter()
        with pytest.raises(BadImage, match="too long"):
            await take_in(saved(chart(), "PNG"), store, pool)
        assert time.perf_counter() - start < 5
        assert (await take_in(saved(chart(), "PNG"), store, pool)).width == 64
    finally:
        await pool.close()


async def test_a_picture_that_needs_too_much_memory_is_refused(store):
    pool = IntakePool(workers=1, memory=GIB // 10)
    await pool.start()
    try:
        with pytest.raises(BadImage, match="memory"):
            await take_in(large_jpeg(7900, 7900), store, pool)
        assert (await take_in(saved(chart(), "PNG"), store, pool)).width == 64
    finally:
        await pool.close()


async def test_a_pool_works_without_being_started(store):
    """Then the first upload starts what it needs."""
    pool = IntakePool(workers=1)
    await pool.start()
    await pool.close()
    assert pool.pids == ()
    await pool.start()
    assert (await take_in(saved(chart(), "PNG"), store, pool)).width == 64
    await pool.close()


@pytest.mark.parametrize(
    ("data", "expected"), [(b"", b'"code": "not_an_image"'), (saved(chart(), "PNG"), b'"width": 64')]
)
def test_an_answer_is_one_line(store, data, expected):
    line = guard.answer(data, store)
    assert expected in line
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")


def test_a_full_disk_is_an_error_of_the_engine_and_not_of_the_picture(tmp_path):
    (tmp_path / "file").touch()
    assert b'"code": "engine_error"' in guard.answer(saved(chart(), "PNG"), ImageStore(tmp_path / "file"))


async def test_a_stored_picture_can_only_come_from_a_picture(pool, store):
    with pytest.raises(NotAnImage):
        admit(b"GIF", store)
    assert [p for p in store.root.rglob("*") if p.is_file()] == []
