"""What a client sees of a job, from its submission to its end."""

import asyncio
import sqlite3
from urllib.parse import quote

import pytest
import pytest_asyncio

from tests.support.engine_app import engine_here, png

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(tmp_path_factory):
    async with engine_here(tmp_path_factory.mktemp("engine"), cancel_grace_s=1.0) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def image(engine):
    return await engine.image()


def kinds(events):
    return [kind for _, kind, _ in events]


async def test_a_compare_gives_every_variant_of_every_model(engine, image):
    """Each variant has its own seed, counted from the job's; each result can be fetched."""
    view = await engine.ended(await engine.job(image, models=["one", "two"], seed=40))
    assert view["status"] == "done"
    assert [(r["model"], r["variant"], r["seed"]) for r in view["results"]] == [
        ("one", 0, 40),
        ("one", 1, 41),
        ("two", 0, 40),
        ("two", 1, 41),
    ]
    assert [(task["status"], task["attempts"]) for task in view["tasks"]] == [("done", 1)] * 2
    assert {r["width"] for r in view["results"]} == {48}
    assert [(await engine.get(f"/api/v1/images/{r['id']}")).status_code for r in view["results"]] == [200] * 4


async def test_the_first_model_is_shown_while_the_second_waits(engine, image):
    job = await engine.job(image, "nap=0.15 steps=3", models=["one", "two"], variants=1)
    view = await engine.until(job, lambda view: view["results"])
    assert [task["status"] for task in view["tasks"]] != ["done", "done"]
    assert (await engine.ended(job))["status"] == "done"


async def test_an_ended_job_tells_its_story_from_any_point(engine, image):
    """Ids grow; who resumes hears only what came after; steps are not worth keeping after the end."""
    job = await engine.job(image)
    await engine.ended(job)
    told = await engine.events(job)
    assert [kind for kind in kinds(told) if kind != "queued"] == ["started", "result", "result", "done"]
    assert [number for number, _, _ in told] == sorted({number for number, _, _ in told})
    for skipped in range(len(told)):
        assert await engine.events(job, last=told[skipped][0]) == told[skipped + 1 :]
    assert await engine.events(job, last="nonsense") == told


async def test_steps_come_with_a_preview_that_goes_when_the_job_ends(engine, image):
    job = await engine.job(image, "steps=8 nap=0.2", variants=1)
    view = await engine.until(job, lambda view: view["tasks"][0]["step"] >= 1)
    books = engine.app.state.engine.jobs.books
    step = next(e for _, e in await books.ask(books.ledger.events_after, job, 0) if e.type == "progress" and e.preview)
    assert view["tasks"][0]["of"] == 8
    shown = await engine.get(f"/api/v1/images/{step.preview}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
    await engine.ended(job)
    assert (await engine.get(f"/api/v1/images/{step.preview}")).status_code == 404


async def test_a_key_gives_the_same_job_however_often(engine, image):
    jobs = await asyncio.gather(*(engine.job(image, key="again", client="keys") for _ in range(5)))
    assert len(set(jobs)) == 1
    other = {"models": ["two"], "images": [{"id": image}], "client": "keys"}
    refused = await engine.post("/api/v1/jobs", json=other, headers={"Idempotency-Key": "again"})
    assert (refused.status_code, refused.json()["code"]) == (409, "key_reused")


async def test_an_empty_key_is_none(engine, image):
    body = {"models": ["one"], "images": [{"id": image}], "client": "keyless", "variants": 1}
    answers = [await engine.post("/api/v1/jobs", json=body, headers={"Idempotency-Key": ""}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] != answers[1].json()["id"]


async def test_a_running_job_stops_at_its_next_step_and_keeps_what_it_made(engine, image):
    job = await engine.job(image, "steps=10 nap=0.05", variants=4)
    await engine.until(job, lambda view: view["results"])
    stopped = (await engine.delete(f"/api/v1/jobs/{job}")).json()
    assert (stopped["status"], stopped["tasks"][0]["status"]) == ("cancelled", "cancelled")
    assert 1 <= len(stopped["results"]) < 4
    after = await engine.ended(await engine.job(image), seconds=3)
    assert after["status"] == "done"
    assert kinds(await engine.events(job))[-1] == "cancelled"
    assert (await engine.view(job))["results"] == stopped["results"]


async def test_a_waiting_job_stops_before_it_begins_and_a_stop_is_said_once(engine, image):
    first = await engine.job(image, "steps=10 nap=0.05", variants=1)
    second = await engine.job(image)
    for _ in range(2):
        assert (await engine.delete(f"/api/v1/jobs/{second}")).json()["status"] == "cancelled"
    assert kinds(await engine.events(second)) == ["cancelled"]
    assert (await engine.ended(first))["status"] == "done"


async def test_a_worker_that_ignores_a_stop_is_replaced(engine, image):
    """The next job does not wait for a renderer that hangs."""
    job = await engine.job(image, "hang", variants=1)
    await engine.until(job, lambda view: view["tasks"][0]["step"] == 1)
    await engine.delete(f"/api/v1/jobs/{job}")
    assert (await engine.ended(await engine.job(image)))["status"] == "done"


@pytest.mark.parametrize(
    ("prompt", "code", "attempts"),
    [
        ("memory", "out_of_memory", 1),
        ("refuse", "render_failed", 1),
        ("bug", "render_failed", 1),
        ("die", "worker_lost", 3),
    ],
)
async def test_a_job_that_cannot_be_done_says_why(engine, image, prompt, code, attempts):
    job = await engine.job(image, prompt)
    view = await engine.ended(job)
    assert (view["status"], view["error"]["code"]) == ("failed", code)
    assert view["tasks"][0]["attempts"] == attempts
    assert (await engine.events(job))[-1][2] == {"type": "failed", "error": view["error"]}


async def test_a_library_that_prints_disturbs_nobody(engine, image):
    assert (await engine.ended(await engine.job(image, "noise")))["status"] == "done"


async def test_a_worker_that_dies_once_costs_one_attempt_and_doubles_nothing(engine, image, tmp_path):
    """What was stored before is not made again."""
    job = await engine.job(image, f"die={tmp_path / 'died'}", variants=3, models=["one", "two"])
    view = await engine.ended(job)
    assert view["status"] == "done"
    assert [task["attempts"] for task in view["tasks"]] == [2, 1]
    told = [
        (data["result"]["model"], data["result"]["variant"])
        for _, kind, data in await engine.events(job)
        if kind == "result"
    ]
    assert sorted(told) == [(model, variant) for model in ("one", "two") for variant in range(3)]


async def test_a_ledger_that_cannot_be_written_for_a_while_loses_no_job(engine, image, monkeypatch):
    """A job whose end could not be written down is not taken for running for ever."""
    job = await engine.job(image, "steps=4 nap=0.1", variants=2)
    await engine.until(job, lambda view: view["tasks"][0]["step"] >= 1)

    def full(*_changes):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(engine.app.state.engine.jobs.books.ledger, "save", full)
        await asyncio.sleep(0.5)
    view = await engine.ended(job)
    assert (view["status"], sorted(result["variant"] for result in view["results"])) == ("done", [0, 1])


async def test_clips_come_with_a_poster_and_a_preview(engine, image):
    view = await engine.ended(await engine.job(image, kind="animate", variants=1))
    (clip,) = view["results"]
    assert clip["clip"] is True
    types = [
        (await engine.get(f"/api/v1/images/{clip[name]}")).headers["content-type"]
        for name in ("id", "poster", "preview")
    ]
    assert types == ["video/mp4", "image/png", "image/webp"]


async def test_a_result_is_a_source_like_any_other(engine, image):
    first = await engine.ended(await engine.job(image, variants=1))
    again = await engine.ended(await engine.job(first["results"][0]["id"], variants=1, seed=9))
    assert again["status"] == "done"


async def test_one_member_with_many_jobs_does_not_keep_another_waiting(engine, image):
    """Of twenty jobs of one and one of another, the other's is among the first to be done."""
    many = [await engine.job(image, "nap=0.05", client="greedy", variants=1) for _ in range(20)]
    one = await engine.job(image, "nap=0.05", client="modest", variants=1)
    assert (await engine.view(one))["position"] <= 1
    last = await engine.view(many[-1])
    assert last["status"] == "waiting"
    assert last["position"] >= 10
    assert last["eta_s"] > 0
    queue = (await engine.get("/api/v1/queue")).json()
    assert queue["waiting"] >= 15
    assert queue["eta_s"] >= last["eta_s"] - 1
    await engine.ended(one)
    done = [(await engine.view(job))["status"] == "done" for job in many]
    assert sum(done) < 8
    for job in many:
        await engine.delete(f"/api/v1/jobs/{job}")


async def test_forgetting_a_client_leaves_nothing_of_theirs(engine):
    """Their jobs, results and images go; a picture that somebody else gave too stays theirs."""
    mine = await engine.image("leaver", png(seed=501))
    shared = await engine.image("leaver", png(seed=502))
    assert await engine.image("stayer", png(seed=502)) == shared
    done = await engine.ended(await engine.job(mine, client="leaver", variants=1, seed=91))
    clip = await engine.ended(await engine.job(shared, client="leaver", kind="animate", variants=1, seed=92))
    cells = [{"image": mine, "label": "a"}, {"image": clip["results"][0]["id"], "label": "b"}]
    sheet = (await engine.post("/api/v1/sheets", json={"cells": cells, "client": "leaver"})).json()["id"]
    running = await engine.job(shared, "steps=50 nap=0.05", client="leaver")
    await engine.until(running, lambda view: view["tasks"][0]["step"] >= 1)
    assert (await engine.delete("/api/v1/clients/leaver")).status_code == 204
    files = [mine, sheet, done["results"][0]["id"], *(clip["results"][0][name] for name in ("id", "poster", "preview"))]
    assert [(await engine.get(f"/api/v1/images/{file}")).status_code for file in files] == [404] * 6
    assert [(await engine.get(f"/api/v1/jobs/{job}")).status_code for job in (done["id"], running)] == [404] * 2
    assert (await engine.get(f"/api/v1/images/{shared}")).status_code == 200
    assert (await engine.ended(await engine.job(shared, client="stayer", variants=1)))["status"] == "done"


@pytest.mark.parametrize("client", ["a/b", "", "what?&#%", "猫", "../up"])
async def test_a_client_of_any_name_can_be_forgotten(engine, image, client):
    job = await engine.job(image, client=client, variants=1)
    assert (await engine.delete(f"/api/v1/clients/{quote(client, safe='')}")).status_code == 204
    assert (await engine.get(f"/api/v1/jobs/{job}")).status_code == 404


async def test_what_a_forgotten_job_was_making_is_not_kept_either(engine):
    """No file stays that nobody owns, whatever the worker was at."""
    image = await engine.image("gone", png(seed=77))
    job = await engine.job(image, "steps=3 nap=0.1", client="gone", variants=8)
    await engine.until(job, lambda view: view["results"])
    await engine.delete("/api/v1/clients/gone")
    assert (await engine.ended(await engine.job(await engine.image())))["status"] == "done"
    state = engine.app.state.engine
    files = {file.stem for file in state.settings.images_dir.rglob("*.*")}
    assert image not in files
    assert await state.jobs.books.ask(state.jobs.books.ledger.unkept, files) == []


async def test_speeds_are_measured_and_counted(engine, image):
    await engine.ended(await engine.job(image, "nap=0.1", variants=1))
    models = {model["id"]: model for model in (await engine.get("/api/v1/models")).json()}
    assert models["one"]["resident"] is True
    assert models["one"]["seconds_per_variant"] > 0
    assert "1000000 GB" in models["huge"]["why_not"].replace("1e+06", "1000000")
    await engine.request("MADE-UP", "/api/v1/models")
    page = (await engine.get("/metrics")).text
    assert "MADE-UP" not in page
    assert 'easel_jobs{status="done"}' in page
    assert 'easel_render_seconds_count{card="one"}' in page
    assert 'path="/api/v1/jobs/{job_id}"' in page
    assert "easel_worker_up 1.0" in page
