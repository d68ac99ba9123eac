"""Whatever dies, and however: a job finishes once, and each of its results is there once."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

from tests.support.engine_app import ROOT, EngineProcess, alive, parse, png


@pytest.fixture
def engine(tmp_path):
    engine = EngineProcess(tmp_path).start()
    yield engine
    engine.kill()


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """An engine for the tests that leave it standing."""
    engine = EngineProcess(tmp_path_factory.mktemp("standing")).start()
    yield engine
    engine.kill()


async def test_nothing_is_lost_or_doubled_when_worker_and_engine_are_killed(engine):
    """kill -9 of the worker in the middle of a job, then of the engine; the same data folder goes on."""
    async with engine.client() as client:
        image = await client.image()
        job = await client.job(image, "steps=4 nap=0.1", key="k", models=["one", "two"], variants=3)
        waiting = await client.job(image, client="bob", variants=1)
        await client.until(job, lambda view: len(view["results"]) == 1)
        os.kill(engine.children()["worker"][0], signal.SIGKILL)
        before = await client.until(job, lambda view: len(view["results"]) == 2)
        heard = before["results"]
    orphans = [pid for pids in engine.children().values() for pid in pids]
    engine.kill()
    await gone(orphans)

    engine.start()
    async with engine.client() as client:
        assert await client.job(image, "steps=4 nap=0.1", key="k", models=["one", "two"], variants=3) == job
        view = await client.ended(job)
        assert (await client.ended(waiting))["status"] == "done"
        told = await client.events(job)
    assert view["status"] == "done"
    made = [(result["model"], result["variant"]) for result in view["results"]]
    assert sorted(made) == [(model, variant) for model in ("one", "two") for variant in range(3)]
    assert view["results"][:2] == heard
    assert [data["result"] for _, kind, data in told if kind == "result"] == view["results"]
    assert [kind for _, kind, _ in told].count("done") == 1
    assert [task["attempts"] for task in view["tasks"]] == [3, 1]


async def test_a_listener_takes_up_where_the_engine_fell(engine):
    """Last-Event-ID over a kill -9: no result twice, none missed, and the end once."""
    async with engine.client() as client:
        job = await client.job(await client.image(), "steps=3 nap=0.1", variants=4)
        heard = await hear(client, job, until=2)
    engine.kill()
    engine.start()
    async with engine.client() as client:
        heard += await client.events(job, last=heard[-1][0])
    variants = [data["result"]["variant"] for _, kind, data in heard if kind == "result"]
    assert sorted(variants) == [0, 1, 2, 3]
    assert [kind for _, kind, _ in heard].count("done") == 1
    assert [number for number, _, _ in heard] == sorted(number for number, _, _ in heard)


async def test_events_come_while_the_job_runs(standing):
    """The stream says what happens when it happens, and ends with the job."""
    async with standing.client() as client:
        first = await client.job(await client.image(), "steps=6 nap=0.1", variants=1)
        second = await client.job(await client.image(), client="bob", variants=1)
        told = await hear(client, first)
        kinds = [kind for _, kind, _ in told]
        assert kinds.count("progress") >= 2
        assert kinds[-2:] == ["result", "done"]
        assert [kind for _, kind, _ in await hear(client, second)][-2:] == ["result", "done"]


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
async def test_an_orderly_stop_is_quick_costs_no_attempt_and_leaves_no_process(engine, sig):
    """Also with a job running and a stream open; the job goes on at the next start."""
    async with engine.client() as client:
        job = await client.job(await client.image(), "steps=8 nap=0.1", variants=1)
        await client.until(job, lambda view: view["tasks"][0]["step"] > 1)
        children = [pid for pids in engine.children().values() for pid in pids]
        listening = asyncio.create_task(hear(client, job))
        await asyncio.sleep(0.2)
        code, seconds = await asyncio.to_thread(engine.kill, sig)
        assert code == 0
        assert seconds < 2
        assert "done" not in [kind for _, kind, _ in await listening]
    await gone(children)
    engine.start()
    async with engine.client() as client:
        view = await client.ended(job)
    assert (view["status"], view["tasks"][0]["attempts"]) == ("done", 1)


async def test_with_parent_it_leaves_when_its_stdin_closes(tmp_path):
    engine = EngineProcess(tmp_path).start("--with-parent")
    children = [pid for pids in engine.children().values() for pid in pids]
    engine.process.stdin.close()
    assert engine.process.wait(5) == 0
    await gone(children)


async def test_one_line_says_where_it_listens(standing):
    assert standing.line == f"Easel engine: {standing.url}\n"
    async with standing.client() as client:
        assert (await client.get("/healthz")).text == "ok"


async def test_answers_on_one_connection_do_not_wait_for_the_network(standing):
    """Nagle's algorithm and a delayed acknowledgement together cost 40 ms for each answer."""
    async with standing.client() as client:
        await client.get("/healthz")
        took = []
        for _ in range(25):
            begun = time.monotonic()
            await client.get("/healthz")
            took.append(time.monotonic() - begun)
    assert min(took) < 0.03


async def test_a_large_upload_gets_its_answer_over_a_real_connection(standing):
    """The refusal arrives, though the rest of the upload was never read."""
    async with standing.client() as client:
        answer = await client.post("/api/v1/images", files={"file": ("big.png", bytes(60 << 20))})
        assert (answer.status_code, answer.json()["code"]) == (413, "image_too_large")
        assert await client.image(data=png())


async def test_an_upload_that_breaks_off_disturbs_nobody(standing):
    _, writer = await asyncio.open_connection("127.0.0.1", int(standing.url.rpartition(":")[2]))
    head = "POST /api/v1/images HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    writer.write(f"{head}Content-Length: 5000\r\n\r\n--b\r\n".encode())
    await writer.drain()
    writer.close()
    async with standing.client() as client:
        assert await client.image(data=png())
    assert b"Traceback" not in (standing.folder / "log").read_bytes()


def test_a_damaged_ledger_is_said_in_a_line(tmp_path):
    (tmp_path / "ledger.db").write_bytes(b"these are words" * 1000)
    done = start(tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "ledger.db is damaged" in done.stderr


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"ENGINE_HOST": "0.0.0.0"}, "ENGINE_API_KEY"),
        ({"ENGINE_PORT": "lots"}, "port"),
        ({"ENGINE_HOST": "203.0.113.9", "ENGINE_API_KEY": "k"}, "203.0.113.9"),
    ],
)
def test_a_start_that_cannot_be_says_why_in_a_line(tmp_path, env, words):
    done = start(tmp_path, **env)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_second_engine_on_the_same_folder_says_so_in_a_line(standing):
    done = start(standing.folder / "data")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "Another engine" in done.stderr


def start(data, **env):
    return subprocess.run(
        [sys.executable, "-m", "engine", "serve"],
        cwd=ROOT,
        env=os.environ | {"ENGINE_DATA_DIR": str(data), "ENGINE_PORT": "0"} | env,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


async def hear(client, job, until=None):
    """Follow a job to the end of its stream, or to its `until`-th result."""
    text = ""
    try:
        async with client.stream("GET", f"/api/v1/jobs/{job}/events") as answer:
            async for chunk in answer.aiter_text():
                text += chunk
                if until and text.count("event: result") >= until and text.endswith("\n\n"):
                    break
    except httpx.HTTPError:
        assert text
    return parse(text[: text.rfind("\n\n") + 2])


async def gone(pids, seconds=5):
    """Wait until none of these processes is left."""
    for _ in range(int(seconds / 0.05)):
        if not any(alive(pid) for pid in pids):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"still there: {[pid for pid in pids if alive(pid)]}")
