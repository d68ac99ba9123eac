"""What holds when several things happen to a project at once."""

import asyncio

import pytest

from bot.client.desk import Desk
from bot.conversation.actions import StartJob
from bot.conversation.events import Press, Pressed
from bot.engine_client import EngineAway
from bot.planner.embedded import EmbeddedPlanner
from bot.settings import BotSettings
from bot.store import Database, Store
from engine.contract import Status
from tests.support import records


class Engine:
    """An engine that knows its models and does nothing."""

    def __init__(self, away=False):
        self.away = away

    async def models(self):
        if self.away:
            raise EngineAway
        return records.MODELS

    async def submit(self, request, key):
        await asyncio.Event().wait()


class Messenger:
    """A messenger that shows nothing."""

    async def find(self, place, marker):
        return None

    async def post(self, place, face, files=None, *, nonce=None):
        return 1

    async def say(self, place, text, *, reply_to=None):
        return 1


@pytest.fixture
async def desk(tmp_path):
    desk = await started(tmp_path, Engine())
    yield desk
    await desk.close()
    desk.db.close()


async def started(tmp_path, engine):
    database = Database(tmp_path / "bot.sqlite3")
    return Desk(BotSettings(running_limit=2), database, engine, EmbeddedPlanner(), Messenger())


async def a_gallery(desk, origin=500):
    project = await desk.db(Store.begin, records.project(id=0, origin=origin))
    return await desk.db(Store.add_version, records.version(project=project.id, settled=True))


async def press(desk, version):
    todo = await desk.decide(version.project, Pressed(records.OWNER, Press.AGAIN, version.id))
    assert isinstance(todo[0], StartJob)
    return await desk.act(version.project, todo, records.OWNER)


async def running(desk):
    versions = await desk.db(Store.unfinished)
    return len([v for v in versions if v.status is Status.WAITING])


async def test_a_limit_holds_over_several_projects_at_once(desk):
    galleries = [await a_gallery(desk, origin) for origin in range(5)]
    refused = await asyncio.gather(*[press(desk, version) for version in galleries])
    assert sum(map(len, refused)) == 3
    assert await running(desk) == 2


async def test_nothing_begins_in_a_project_that_was_forgotten_meanwhile(desk):
    version = await a_gallery(desk)
    async with desk.turn(records.OWNER):
        pressing = asyncio.create_task(press(desk, version))
        await asyncio.sleep(0.1)
        await desk.db(Store.forget, records.OWNER)
    assert await pressing == []
    assert await running(desk) == 0


async def test_a_press_before_the_engine_was_ever_there_is_not_promised_to_be_kept(tmp_path):
    desk = await started(tmp_path, Engine(away=True))
    (said,) = await press(desk, await a_gallery(desk))
    assert "try again" in said
    await desk.close()
    desk.db.close()


async def test_locks_are_kept_no_longer_than_they_are_needed(desk):
    for project in range(100):
        async with desk.lock(project), desk.turn(project):
            pass
    assert len(desk._locks) == 0
