"""What happens to a job, and what those who follow it hear."""

import pytest

from engine.contract import ImageRef, JobError, JobRequest, Result, Status
from engine.errors import OutOfMemory
from engine.jobs import lifecycle
from engine.jobs.job import MAX_ATTEMPTS, new_job

ERROR = JobError(code="out_of_memory", detail="too much")


def job(*models, variants=2):
    request = JobRequest(models=models or ("p",), images=(ImageRef(id="i"),), variants=variants)
    return new_job("j", request, 1.0, (100, 100))


def result(model="p", variant=0, picture="x"):
    return Result(id=picture, model=model, variant=variant, seed=variant, width=1, height=1)


def play(job, *steps):
    """Let things happen to a job; return it as it is then, with all that was told."""
    told = []
    for step, *given in steps:
        change = step(job, *given)
        job = change.job
        told += [event.type for event in change.events]
    return job, told


def start(model="p"):
    return (lifecycle.started, model, 2.0)


def make(model="p", variant=0):
    return (lifecycle.made, result(model, variant))


def finish(model="p"):
    return (lifecycle.finished, model)


def lose(model="p"):
    return (lifecycle.lost, model)


def fail(model="p"):
    return (lifecycle.broken, model, ERROR)


CANCEL = (lifecycle.cancelled,)
RESTART = (lifecycle.recovered,)


@pytest.mark.parametrize(
    ("why", "models", "steps", "status", "told"),
    [
        ("a simple job", "p", [start(), make(), make(variant=1), finish()], "done", "started result result done"),
        ("a task without any result has failed", "p", [start(), finish()], "failed", "started failed"),
        ("a failed task", "p", [start(), fail()], "failed", "started failed"),
        (
            "a failed task does not fail the others",
            "pq",
            [start(), fail(), start("q"), make("q"), finish("q")],
            "done",
            "started started result done",
        ),
        ("what was made before a failure counts", "p", [start(), make(), fail()], "done", "started result done"),
        ("one task of two is not the end", "pq", [start(), make(), finish()], "running", "started result"),
        ("stopped while it waits", "p", [CANCEL], "cancelled", "cancelled"),
        ("stopped twice", "p", [CANCEL, CANCEL], "cancelled", "cancelled"),
        ("stopped too late", "p", [start(), make(), finish(), CANCEL], "done", "started result done"),
        (
            "what comes after a stop is not heard",
            "p",
            [start(), CANCEL, make(), finish(), fail(), lose()],
            "cancelled",
            "started cancelled",
        ),
        ("a variant that comes twice is told once", "p", [start(), make(), make()], "running", "started result"),
        ("a variant that was not asked for is not told", "p", [start(), make(variant=7)], "running", "started"),
        ("a lost worker: once more", "p", [start(), lose()], "waiting", "started"),
        ("lost with something made", "p", [start(), make(), lose()], "running", "started result"),
        ("three lost workers", "p", [start(), lose()] * MAX_ATTEMPTS, "failed", "started started started failed"),
        ("a restart: once more", "p", [start(), RESTART], "waiting", "started"),
        ("a restart while it waits", "p", [RESTART], "waiting", ""),
        ("a restart that is one too many", "p", [start(), RESTART] * lifecycle.MAX_FALLS, "failed", None),
    ],
)
def test_a_job_goes_where_it_should(why, models, steps, status, told):
    ended, heard = play(job(*models), *steps)
    assert ended.status == status, why
    if told is not None:
        assert " ".join(heard) == told, why
    assert heard.count(status) == (1 if Status(status).ended else 0), why


def test_only_what_is_missing_is_asked_for_again():
    after, _ = play(job(variants=3), start(), make(variant=1), lose())
    assert after.missing("p") == (0, 2)


def test_a_lost_attempt_is_counted_an_orderly_stop_is_not():
    running, _ = play(job(), start())
    assert lifecycle.lost(running, "p").job.task("p").attempts == 1
    assert lifecycle.recovered(running).job.task("p").attempts == 1
    assert lifecycle.recovered(running, orderly=True).job.task("p").attempts == 0


def test_steps_are_told_while_it_runs_only():
    running, told = play(job(), start(), (lifecycle.stepped, "p", 3, 8, "preview"))
    assert told == ["started", "progress"]
    assert (running.task("p").step, running.task("p").of) == (3, 8)
    stopped, _ = play(running, CANCEL)
    assert lifecycle.stepped(stopped, "p", 4, 8).events == ()


def test_a_failed_job_says_what_its_first_failed_task_said():
    failed, _ = play(job("p", "q"), start(), fail(), start("q"), finish("q"))
    assert failed.view().error == ERROR
    assert lifecycle.error_of(OutOfMemory()).detail.startswith("There was not enough memory")
