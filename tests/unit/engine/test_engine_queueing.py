"""The queue in numbers: estimates from what was measured, positions and times for those who wait."""

import pytest

from engine.contract import Family, ImageRef, JobRequest, Kind, Size
from engine.jobs import lifecycle
from engine.jobs.estimate import Speed, per_variant, speed_of, work
from engine.jobs.job import Task, new_job
from engine.jobs.queueing import outlook, remaining, summary
from engine.models.card import Card, Defaults, Needs, Weights


def card(card_id="p", **fields):
    return Card(id=card_id, title=card_id, family=Family.PHOTOREAL, renderer="r", licence="MIT", **fields)


def request(**fields):
    return JobRequest(**({"models": ("p",), "images": (ImageRef(id="i"),)} | fields))


@pytest.mark.parametrize(
    ("why", "fields", "size", "variants", "units"),
    [
        ("a megapixel is a unit", {}, (1000, 1000), 1, 1.0),
        ("each variant counts", {}, (1000, 1000), 4, 4.0),
        ("what is larger than the card's own size is rendered smaller", {}, (2048, 2048), 1, 1.048576),
        ("unless it was wished so", {"size": Size(long_side=2048)}, (2048, 2048), 1, 4.194304),
        ("seconds of a clip count", {"kind": Kind.ANIMATE, "seconds": 5}, (1000, 1000), 1, 5.0),
        ("an upscale sees the whole picture", {"kind": Kind.UPSCALE}, (2000, 1000), 1, 2.0),
        ("the smallest picture has its fixed costs", {}, (10, 10), 1, 0.1),
    ],
)
def test_work_is_counted_in_megapixels(why, fields, size, variants, units):
    assert work(request(**fields), card(), size, variants) == pytest.approx(units), why


def test_measured_speeds_replace_guesses_and_follow_change():
    measured = Speed(2.0, load_s=3.0)
    assert speed_of(card(), Kind.GENERATE, {("p", Kind.GENERATE): measured}) is measured
    neural = card(weights=Weights(repo="x/y"), defaults=Defaults(steps=20), needs=Needs(memory_gb=4))
    assert speed_of(neural, Kind.GENERATE, {}).per_unit > 10 * speed_of(card(), Kind.GENERATE, {}).per_unit
    assert speed_of(neural, Kind.GENERATE, {}).load_s > 0
    later = measured
    for _ in range(20):
        later = later.learned(4.0, None)
    assert later.per_unit == pytest.approx(4.0, abs=0.01)
    assert (later.load_s, later.samples) == (3.0, 21)
    assert measured.learned(2.0, 9.0).load_s == 9.0
    assert per_variant(card(), Kind.GENERATE, {("p", Kind.GENERATE): measured}) == pytest.approx(2 * 1.048576)


@pytest.mark.parametrize("kind", [Kind.UPSCALE, Kind.FIX_FACE])
def test_a_tool_with_weights_is_not_guessed_quicker_than_one_without(kind):
    """The first to ask for an upscale is not told of a moment and then kept for a minute."""
    neural = card(weights=Weights(repo="x/y"), needs=Needs(memory_gb=1))
    assert speed_of(neural, kind, {}).per_unit >= speed_of(card(), kind, {}).per_unit


@pytest.mark.parametrize(
    ("task", "seconds", "left"),
    [
        (Task("p", started=90.0), 30, 20),
        (Task("p", started=90.0, step=1, of=4), 300, 30),
        (Task("p", started=10.0), 30, 3),
        (Task("p"), 30, 30),
    ],
)
def test_a_running_task_is_judged_by_its_own_pace(task, seconds, left):
    assert remaining(task, seconds, now=100.0) == pytest.approx(left)


def test_each_waiting_job_has_a_place_and_a_time():
    speeds = {("p", Kind.GENERATE): Speed(1.0)}
    jobs = [new_job(name, request(variants=2, client=name), at, (1000, 1000)) for at, name in enumerate("abc")]
    jobs[0] = lifecycle.started(jobs[0], "p", 100.0).job
    view = outlook(jobs, {"p": card()}, speeds, {}, resident=("p",), now=100.0)
    assert [view.place(job).position for job in jobs] == [0, 0, 1]
    assert [view.place(job).eta_s for job in jobs] == [2, 4, 6]
    assert view.place(lifecycle.cancelled(jobs[1]).job) is None
    queue = summary(view, jobs)
    assert (queue.waiting, queue.running, queue.eta_s) == (2, 1, 6)


def test_a_job_whose_card_is_gone_still_has_its_turn():
    job = new_job("a", request(), 0, (10, 10))
    assert outlook([job], {}, {}, {}, resident=(), now=0).ordered[0].job == "a"


def test_an_empty_queue():
    assert summary(outlook([], {}, {}, {}, resident=(), now=0), []).eta_s == 0
