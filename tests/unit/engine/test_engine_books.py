"""The ledger and the files it speaks of stay in step."""

import os
import time

import pytest

from engine.images.store import ImageStore
from engine.jobs.books import Books
from engine.jobs.hub import Hub


@pytest.fixture
def books(tmp_path):
    books = Books(tmp_path / "ledger.db", ImageStore(tmp_path / "images"))
    yield books
    books.close()


async def put(books, data, *, age_s, owned):
    image = books.images.put(data, ".png")
    then = time.time() - age_s
    os.utime(books.images.path(image), (then, then))
    if owned:
        await books.ask(books.ledger.own, image, "ann")
    return image


@pytest.mark.parametrize(("age_s", "owned", "stays"), [(999, True, True), (999, False, False), (1, False, True)])
async def test_what_a_crash_left_behind_is_cleared_up(books, age_s, owned, stays):
    await put(books, b"somebody's", age_s=999, owned=True)
    image = await put(books, b"this", age_s=age_s, owned=owned)
    assert await books.sweep() == (0 if stays else 1)
    assert (books.images.path(image) is not None) is stays


async def test_half_written_files_go_too(books):
    kept = await put(books, b"somebody's", age_s=999, owned=True)
    half = books.images.path(kept).with_name("tmpx.part")
    half.write_bytes(b"half")
    os.utime(half, (1, 1))
    assert await books.sweep() == 1
    assert not half.exists()


async def test_a_lost_ledger_does_not_take_the_pictures_with_it(books):
    image = await put(books, b"precious", age_s=999, owned=False)
    assert await books.sweep() == 0
    assert books.images.path(image)


def test_followers_are_woken_by_news_of_their_job_and_by_the_end():
    hub = Hub()
    with hub.follow("a") as mine, hub.follow("a") as also, hub.follow("b") as other:
        hub.tell("a")
        assert [news.is_set() for news in (mine, also, other)] == [True, True, False]
        hub.tell("nobody follows this")
        hub.close()
        assert other.is_set()
        assert hub.closed
    assert hub._followers == {}
