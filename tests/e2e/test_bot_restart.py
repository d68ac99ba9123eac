"""Whatever is killed, in the middle of whatever: the job ends once, its gallery appears once, nothing is lost."""

import os
import signal

import pytest

from tests.support.town import Engine, Town, buttons, media_of, photo, text_of, until

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
async def engine(tmp_path):
    engine = await Engine(tmp_path / "engine").start()
    yield engine
    await engine.kill(15)


@pytest.fixture
async def town(engine, tmp_path):
    town = await Town(tmp_path / "town", engine).start()
    yield town
    await town.stop()
    assert town.faults == []


async def rendering(town, thread):
    """Wait until the engine works on the thread's newest version."""

    async def check():
        return next((m for m in await town.messages(thread) if "cancel" in buttons(m)), None)

    return await until(check)


async def slow_job(town):
    """Begin something that takes a few seconds."""
    message = await town.post("upscale this 4x for a print", photo(320, 240))
    await rendering(town, message["id"])
    return message["id"]


async def ends_once(town, thread):
    gallery = await town.gallery(thread, seconds=90)
    assert len(await town.galleries(thread)) == 1
    assert media_of(gallery)[0]["width"] == 1280
    assert len([m for m in await town.messages(thread) if m["author"]["bot"] and m["components"]]) == 1
    return gallery


async def test_the_worker_is_killed(town, engine):
    thread = await slow_job(town)
    workers = await until(engine.worker_pids)
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    await ends_once(town, thread)


async def test_the_engine_is_killed(town, engine):
    thread = await slow_job(town)
    await engine.kill()
    await engine.start()
    await ends_once(town, thread)


async def test_the_bot_is_killed(town):
    thread = await slow_job(town)
    await town.bot.kill()
    await town.start_bot()
    await ends_once(town, thread)


async def test_both_are_killed_and_every_button_still_works(town, engine):
    thread = await slow_job(town)
    await town.bot.kill()
    await engine.kill()
    await engine.start()
    await town.start_bot()
    gallery = await ends_once(town, thread)
    await town.press(gallery, "again")
    assert "### 2." in text_of(await town.gallery(thread, 2, seconds=90))


async def test_a_request_made_while_the_engine_is_away_is_kept(town, engine):
    await engine.kill()
    message = await town.post("upscale this 4x for a print", photo(320, 240))

    async def told():
        return any("away" in text_of(m) for m in await town.messages(message["id"]))

    await until(told)
    await town.bot.kill()
    await town.start_bot()
    await engine.start()
    await ends_once(town, message["id"])


async def test_a_form_opened_before_a_restart_is_still_read(town):
    message = await town.post("watercolor", photo())
    gallery = await town.gallery(message["id"])
    interaction = await town.press(gallery, "edit")
    await until(lambda: town.sandbox.world.interactions[interaction["id"]].modal)
    await town.bot.kill()
    await town.start_bot()
    values = {"prompt": "blue ink", "family": ["illustration"], "change": "subtle", "exact": True}
    await town.act("modal", interaction=interaction["id"], values=values, user="alice")
    assert "> blue ink" in text_of(await town.gallery(message["id"], 2))
