"""The worker's side of the seam, in this process, and how often a dead one is started again."""

import contextlib
import errno
import io
import json
import threading
import time

import numpy as np
import pytest
from PIL import Image

from engine.contract import ImageRef, JobRequest, Kind
from engine.errors import ImageNotFound
from engine.images.encode import encode_png
from engine.images.store import ImageStore
from engine.jobs import supervisor
from engine.jobs.loaded import Loaded, render_task
from engine.jobs.output import PREVIEW_EVERY_S, Pace
from engine.jobs.shelf import Shelf
from engine.jobs.wire import COMMANDS, MESSAGES, Over, Ref, Render, Stop
from engine.jobs.worker import Worker
from engine.models.catalog import load
from engine.models.machine import Machine
from engine.renderers import registry
from engine.renderers.base import Clip
from tests.support.renderers import Obedient, write_card


@pytest.fixture
def store(tmp_path):
    return ImageStore(tmp_path / "images")


@pytest.fixture
def card(tmp_path):
    write_card(tmp_path / "cards", "one")
    return load([tmp_path / "cards"], Machine(1, cuda=False), registry.why_missing).cards["one"]


@pytest.fixture
def picture(store):
    return store.put(encode_png(np.full((30, 40, 3), 9, np.uint8)), ".png")


@pytest.fixture
def bench(store, card, picture):
    """A worker; `bench(prompt)` has it work on a task and returns what it said and how it ended."""
    out = io.StringIO()
    worker = Worker(store, Loaded(4.0), out)

    def work(prompt="", variants=(0, 1), stop=False, **fields):
        request = JobRequest(
            models=("one",), images=(ImageRef(id=picture),), **({"prompt": prompt, "seed": 3, "variants": 2} | fields)
        )
        if stop:
            worker._stopped.add(Ref("j", "one"))
        over = worker.work(Render(task=Ref("j", "one"), card=card, request=request, variants=variants))
        return [MESSAGES.validate_json(line) for line in out.getvalue().splitlines()], over

    work.worker = worker
    return work


def test_it_says_each_step_and_each_result(bench, store):
    said, over = bench("steps=2")
    assert over.how == "finished"
    assert [line.result.variant for line in said if line.say == "made"] == [0, 1]
    assert [(line.step, line.of) for line in said if line.say == "step"][-1] == (4, 4)
    assert over.resident == ("one",)
    assert over.load_s is not None
    assert bench()[1].load_s is None


def test_a_picture_says_how_it_was_made(bench, store):
    said, _ = bench("a cat, 猫", variants=(1,))
    (made,) = [line.result for line in said if line.say == "made"]
    info = Image.open(io.BytesIO(store.read(made.id))).info
    assert {key: info[key] for key in ("Software", "model", "seed", "prompt")} == {
        "Software": "Easel",
        "model": "one",
        "seed": "4",
        "prompt": "a cat, 猫",
    }
    assert (made.width, made.height, made.seed, made.notes) == (40, 30, 4, ("flat",))


def test_a_clip_is_stored_with_its_poster_and_preview(bench, store):
    said, _ = bench(variants=(0,), kind=Kind.ANIMATE)
    (made,) = [line.result for line in said if line.say == "made"]
    assert [store.path(image).suffix for image in (made.id, made.poster, made.preview)] == [".mp4", ".png", ".webp"]


@pytest.mark.parametrize(
    ("prompt", "code", "resident"),
    [("memory", "out_of_memory", ()), ("refuse", "render_failed", ("one",)), ("bug", "render_failed", ("one",))],
)
def test_a_failure_is_said_and_survived(bench, prompt, code, resident):
    """A model that ran out of memory is let go."""
    _, over = bench(prompt)
    assert (over.how, over.error.code, over.resident) == ("failed", code, resident)
    assert bench()[1].how == "finished"


class Storage(ImageStore):
    """A store with a slow disk, or with a full one."""

    def put(self, data, suffix, info=None, **options):
        if self.root.name == f"full-{suffix[1:]}":
            raise OSError(errno.ENOSPC, "No space left on device")
        if self.root.name == "slow":
            time.sleep(0.25)
        return super().put(data, suffix, info, **options)


@pytest.fixture
def bench_on(bench, picture, tmp_path):
    """`bench`, with another store that has the same picture."""

    def on(name, *args, **fields):
        store = Storage(tmp_path / name)
        ImageStore(store.root).put(ImageStore(tmp_path / "images").read(picture), ".png")
        bench.worker._store = store
        return bench(*args, **fields)

    return on


def test_storing_is_not_the_renderers_time(bench_on):
    _, over = bench_on("slow", "nap=0.01")
    assert over.seconds > 0.5
    assert 0.02 <= over.render_s < 0.25


@pytest.mark.parametrize(
    ("full", "how", "code"), [("full-png", "failed", "store_full"), ("full-webp", "finished", None)]
)
def test_a_full_disk_is_said_and_a_preview_is_not_worth_a_failure(bench_on, full, how, code):
    _, over = bench_on(full)
    assert (over.how, over.error and over.error.code) == (how, code)


def test_the_next_picture_is_made_while_the_last_is_stored():
    """In their order, and whoever leaves waits for the last."""
    go, stored = threading.Event(), []

    def store(made):
        go.wait(10)
        stored.append(made)

    with Shelf(store) as shelf:
        shelf.put("a")
        assert stored == []
        go.set()
        shelf.put("b")
    assert stored == ["a", "b"]


def test_what_cannot_be_stored_is_an_error_and_what_was_made_before_an_error_is_stored():
    stored = []
    with contextlib.suppress(KeyError), Shelf(stored.append) as shelf:
        shelf.put("a")
        raise KeyError
    assert stored == ["a"]
    with pytest.raises(ZeroDivisionError), Shelf(lambda made: 1 / made) as shelf:
        shelf.put(0)


def test_a_stop_is_heeded_at_the_next_report(bench):
    said, over = bench("steps=5", stop=True)
    assert (said, over.how) == ([], "stopped")


def test_a_source_that_is_gone_is_said_so(bench, store, picture):
    store.delete(picture)
    _, over = bench()
    assert (over.how, over.error.code) == ("failed", ImageNotFound.code)


def test_messages_survive_the_wire(card):
    render = Render(
        task=Ref("j", "one"),
        card=card,
        request=JobRequest(models=("one",), images=(ImageRef(id="i"),), keep=frozenset({"text"}), motion=("pan",)),
        variants=(1, 3),
    )
    for command in (render, Stop(task=Ref("j", "one"))):
        assert COMMANDS.validate_json(command.model_dump_json()) == command
    over = Over(task=Ref("j", "one"), how="stopped")
    assert MESSAGES.validate_json(json.dumps(over.model_dump(mode="json") | {"news": 1})) == over


def test_a_renderer_sees_the_request_and_the_faces(store, picture):
    request = JobRequest(models=("one",), images=(ImageRef(id=picture, role="style", weight=0.5),), variants=3)
    task = render_task(store, request, (2,))
    assert (task.variants, task.images[0].role, task.images[0].weight, task.images[0].faces) == ((2,), "style", 0.5, ())
    assert task.images[0].pixels.shape == (30, 40, 3)


def test_previews_and_steps_come_no_oftener_than_they_can_be_looked_at(store):
    now = 0.0
    pace = Pace(lambda: now)
    pixels = np.zeros((900, 600, 3), np.uint8)
    shown = steps = 0
    for tick in range(200):
        now = tick * 0.02
        if pace.step(last=tick == 199):
            steps += 1
            shown += pace.preview(store, pixels) is not None
    assert shown <= 4 / PREVIEW_EVERY_S + 1
    assert 15 <= steps <= 30
    (preview,) = list(store.root.rglob("*.webp"))
    assert max(Image.open(preview).size) == 320


def test_loading_makes_room(card):
    loaded = Loaded(budget_gb=1.0)
    cards = [card.model_copy(update={"id": name}) for name in ("a", "b", "c")]
    for each in cards:
        loaded.take(each)
        time.sleep(0.001)
    assert loaded.models == ("b", "c")
    assert loaded.take(cards[1])[1] is None


def test_the_obedient_renderer_obeys(card, store, picture):
    task = render_task(
        store, JobRequest(kind="animate", models=("one",), images=(ImageRef(id=picture),), variants=1), (0,)
    )
    heard = []
    (clip,) = Obedient(card).render(task, lambda *report: heard.append(report[:2]))
    assert isinstance(clip, Clip)
    assert heard == [(1, 1)]


def test_a_worker_that_keeps_dying_is_started_ever_more_slowly():
    delay, waits = 0.1, []
    for _ in range(9):
        delay = supervisor.backoff(delay, lived_s=1.0)
        waits.append(delay)
    assert waits == sorted(waits)
    assert waits[0] <= 0.2
    assert waits[-1] == 10.0
    assert supervisor.backoff(10.0, lived_s=60.0) == 0.1


def test_a_worker_gets_no_keys():
    kept = supervisor._without_secrets({"ENGINE_API_KEY": "k", "DISCORD_TOKEN": "t", "PATH": "/bin", "HF_TOKEN": "h"})
    assert kept == {"PATH": "/bin", "HF_TOKEN": "h"}
