"""Pictures are kept whole, once, under a name nobody can bend."""

import hashlib
import os
import threading

import pytest

from engine.contract import Advisory, ImageInfo
from engine.errors import ImageNotFound
from engine.images.store import ImageStore


@pytest.fixture
def store(tmp_path):
    return ImageStore(tmp_path / "images")


def test_what_is_put_can_be_read_by_its_hash(store):
    image_id = store.put(b"picture", ".png")
    assert image_id == hashlib.sha256(b"picture").hexdigest()
    assert store.read(image_id) == b"picture"
    assert store.path(image_id).relative_to(store.root).parts == (image_id[:2], image_id[2:4], f"{image_id}.png")


def test_the_same_bytes_are_kept_once(store):
    assert store.put(b"same", ".png") == store.put(b"same", ".png")
    assert len([p for p in store.root.rglob("*") if p.is_file()]) == 1


def test_what_is_known_of_a_picture_stays_with_it(store):
    advisory = Advisory(code="dark", value=0.1, threshold=0.4)
    info = ImageInfo(id="", width=3, height=2, format="png", advisories=(advisory,))
    image_id = store.put(b"picture", ".png", info)
    assert store.info(image_id) == info.model_copy(update={"id": image_id, "bytes": 7})
    assert store.info(store.put(b"other", ".jpg")) is None


def test_what_is_known_is_learnt_even_of_bytes_already_there(store):
    store.put(b"picture", ".png")
    image_id = store.put(b"picture", ".png", ImageInfo(id="", width=3, height=2, format="png"))
    assert store.info(image_id).width == 3


def test_deleting_leaves_nothing(store):
    image_id = store.put(b"picture", ".png", ImageInfo(id="", width=3, height=2, format="png"))
    assert store.delete(image_id)
    assert not store.delete(image_id)
    assert store.path(image_id) is store.info(image_id) is None
    assert [p for p in store.root.rglob("*") if p.is_file()] == []
    with pytest.raises(ImageNotFound):
        store.read(image_id)


@pytest.mark.parametrize(
    "image_id",
    [
        "",
        ".",
        "../../etc/passwd",
        "a" * 63,
        "a" * 65,
        "A" * 64,
        "/" * 64,
        "../" + "a" * 61,
        "a" * 64 + "\n",
        "a\0" * 32,
    ],
)
def test_no_id_leads_out_of_the_store(store, image_id):
    assert store.path(image_id) is None
    assert store.info(image_id) is None
    assert not store.delete(image_id)
    with pytest.raises(ImageNotFound):
        store.read(image_id)


@pytest.mark.parametrize("suffix", ["", ".exe", "png", "/../x.png", ".json"])
def test_only_pictures_and_clips_are_kept(store, suffix):
    with pytest.raises(ValueError):  # noqa: PT011  # the suffix is the message
        store.put(b"x", suffix)


def test_many_writers_of_one_picture_do_not_hurt_each_other(store):
    data = bytes(300_000)
    ids, writers = [], []
    for _ in range(8):
        writers.append(threading.Thread(target=lambda: ids.append(store.put(data, ".png"))))
        writers[-1].start()
    for writer in writers:
        writer.join()
    assert len(ids) == 8
    assert store.read(ids[0]) == data
    assert [p.suffix for p in store.root.rglob("*") if p.is_file()] == [".png"]


def test_a_failed_write_leaves_nothing_half_done(store, tmp_path):
    store.put(b"first", ".png")
    blocked = hashlib.sha256(b"second").hexdigest()
    folder = store.root / blocked[:2] / blocked[2:4]
    (folder / f"{blocked}.png").mkdir(parents=True)
    (folder / f"{blocked}.png" / "in the way").touch()
    with pytest.raises(OSError):  # noqa: PT011  # its words are the platform's
        store.put(b"second", ".png")
    assert store.path(blocked) is None
    assert list(folder.glob("*.part")) == []


def test_what_a_dead_writer_left_is_swept_and_nothing_else(store):
    image_id = store.put(b"picture", ".png")
    old, new = (store.path(image_id).parent / name for name in ("old.part", "new.part"))
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert store.sweep() == 1
    assert new.exists()
    assert store.read(image_id) == b"picture"
