"""What is handed to the engine is handed over whole, and called off when nobody wants it any more."""

import asyncio

import pytest

from bot.client.follow import Follower, whole
from bot.client.progress import Editor
from bot.store import Database, Store
from engine.contract import JobView, Kind, Status
from tests.support import records


class SlowEngine:
    """An engine that takes its time to accept a job."""

    def __init__(self):
        self.asked, self.go_on, self.called_off = asyncio.Event(), asyncio.Event(), []

    async def submit(self, request, key):
        self.asked.set()
        await self.go_on.wait()
        return JobView(id="job-1", kind=Kind.GENERATE, status=Status.WAITING, created=0.0)

    async def cancel(self, job):
        self.called_off.append(job)


@pytest.fixture
async def database(tmp_path):
    database = Database(tmp_path / "bot.sqlite3")
    yield database
    database.close()


async def nothing(_face):
    """Show nothing."""


@pytest.mark.parametrize("meanwhile", ["cancelled", "forgotten"])
async def test_a_job_that_nobody_wants_any_more_is_called_off(database, meanwhile):
    project = await database(Store.begin, records.project(id=0))
    began = records.version(project=project.id, status=Status.WAITING, variants=(), job=None)
    version = await database(Store.add_version, began)
    engine = SlowEngine()
    follower = Follower(database, engine, None, records.BY_ID)
    task = asyncio.create_task(follower._submitted(version, Editor(nothing)))
    await engine.asked.wait()
    if meanwhile == "cancelled":
        await database(Store.end_version, version.id, Status.CANCELLED)
    else:
        await database(Store.forget, records.OWNER)
    task.cancel()
    engine.go_on.set()
    await asyncio.wait([task])
    assert engine.called_off == ["job-1"]
    if meanwhile == "cancelled":
        found = await database(Store.version, version.id)
        assert (found.status, found.job) == (Status.CANCELLED, "job-1")


async def test_a_call_ends_before_the_cancelled_one_who_waits_for_it():
    ended = []

    async def call():
        await asyncio.sleep(0.02)
        ended.append("call")

    task = asyncio.create_task(whole(call()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert ended == ["call"]
    assert task.cancelled()
