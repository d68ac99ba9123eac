"""The engine is away, or hangs, or the bot is, at the worst moment: what was cancelled stays so, the rest goes on."""

import os
import signal

import httpx
import pytest
import pytest_asyncio

from tests.support.town import Engine, Town, buttons, photo, text_of, until

pytestmark = [pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(tmp_path_factory):
    engine = await Engine(tmp_path_factory.mktemp("engine")).start()
    yield engine
    await engine.kill(15)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(engine, tmp_path_factory):
    town = await Town(tmp_path_factory.mktemp("town"), engine, BOT_RUNNING_LIMIT="20").start()
    yield town
    await town.stop()
    assert not town.faults, "\n".join(town.faults)


async def newest(town, thread, words="", having=None):
    """Wait for a message of the thread that says this and has this button, and return it."""

    async def check():
        found = [m for m in await town.messages(thread) if m["author"]["bot"] and words in text_of(m)]
        found = [m for m in found if having is None or having in buttons(m)]
        return found[-1] if found else None

    return await until(check, every=0.01)


async def idle(engine):
    async def check():
        async with httpx.AsyncClient() as http:
            queue = (await http.get(f"{engine.url}/api/v1/queue")).json()
        return (queue["running"], queue["waiting"]) == (0, 0)

    await until(check)


@pytest.mark.parametrize("how", ["button", "word"])
async def test_a_request_is_withdrawn_while_the_engine_is_away(town, engine, how):
    await engine.kill()
    try:
        thread = (await town.post("make it a watercolor", photo()))["id"]
        message = await newest(town, thread, "away", "stop")
        await town.say(thread, "warmer")
        await newest(town, thread, "still looking")
        if how == "button":
            await town.press(message, "stop", variant=0)
        else:
            await town.say(thread, "stop")
        await newest(town, thread, "Cancelled before it began")
    finally:
        await engine.start()
    await idle(engine)
    again = await town.post("as ink, 1 variant", photo())
    await town.gallery(again["id"])
    assert not await town.galleries(thread)


async def test_a_job_is_cancelled_while_the_engine_hangs(town, engine):
    thread = (await town.post("as ink, 1 variant", photo()))["id"]
    gallery = await town.gallery(thread)
    os.kill(engine.process.pid, signal.SIGSTOP)
    try:
        await town.press(gallery, "again")
        waiting = await newest(town, thread, having="cancel")
        await town.press(waiting, "cancel")
        await newest(town, thread, "Cancelled.")
    finally:
        os.kill(engine.process.pid, signal.SIGCONT)
    await idle(engine)
    assert len(await town.galleries(thread)) == 2  # the second has no picture, and offers another round
    assert "Cancelled." in text_of((await town.galleries(thread))[1])


async def test_a_job_is_cancelled_after_the_engine_was_killed_in_it(town, engine):
    thread = (await town.post("upscale this 4x for a print", photo(640, 480)))["id"]
    running = await newest(town, thread, "🎨", "cancel")
    await engine.kill()
    try:
        await town.press(running, "cancel")
        await newest(town, thread, "Cancelled.")
    finally:
        await engine.start()
    await idle(engine)
    assert "Cancelled." in text_of((await town.galleries(thread))[0])


async def test_forgetting_while_the_engine_is_away_deletes_nothing_and_stops_nothing(town, engine):
    thread = (await town.post("upscale this 4x for a print", photo(320, 240), user="dave"))["id"]
    await newest(town, thread, having="cancel")
    await engine.kill()
    try:
        general = await town.channel("general")
        await town.act("command", name="forget", channel=general, options=[], user="dave")

        async def asked():
            return next((m for m in (await town.state("dave"))["messages"] if "forget" in buttons(m)), None)

        await town.press(await until(asked), "forget", variant=0, user="dave")

        async def told():
            return any("nothing was deleted yet" in text for text in await town.private("dave"))

        await until(told)
    finally:
        await engine.start()
    assert "Upscaled" in text_of(await town.gallery(thread))


async def by_post(town):
    return (await town.post("as ink, 1 variant", photo(900, 600)))["id"]


async def by_reply(town):
    me = next(u for u in (await town.state())["users"] if u["bot"])
    posted = await town.post("look", photo(900, 600), user="bob", mention=False)
    answer = await town.act("reply", message=posted["id"], content=f"<@{me['id']}> as ink, 1 variant", user="carol")
    return answer["id"]


async def by_command(town):
    options = [{"name": "image", "type": 11}, {"name": "words", "type": 3, "value": "as ink, 1 variant"}]
    general = await town.channel("general")
    began = await town.act(
        "command", [("a.png", photo(900, 600))], name="easel", channel=general, options=options, user="bob"
    )
    return await until(lambda: town.sandbox.world.interactions[began["id"]].original, every=0.005)


@pytest.mark.parametrize("begin", [by_post, by_reply, by_command])
async def test_the_bot_is_killed_as_soon_as_it_has_heard_a_request(town, begin):
    thread = await begin(town)

    async def opened():
        return any(c["id"] == thread for c in (await town.state())["channels"])

    await until(opened, every=0.005)
    await town.bot.kill()
    await town.start_bot()
    await town.gallery(thread)
    assert len([m for m in await town.messages(thread) if m["author"]["bot"] and m["components"]]) == 1


async def test_without_the_message_content_intent_mentions_replies_and_buttons_work(engine, tmp_path):
    town = await Town(tmp_path / "mute", engine, BOT_MESSAGE_CONTENT="false").start(content_intent_allowed=False)
    try:
        thread = (await town.post("as ink, 1 variant", photo()))["id"]
        gallery = await town.gallery(thread)
        await town.press(gallery, "again")
        await town.gallery(thread, 2)
        await town.say(thread, "warmer")
        me = next(u for u in (await town.state())["users"] if u["bot"])
        await town.say(thread, f"<@{me['id']}> make it cooler")
        assert "cool" in text_of(await town.gallery(thread, 3))
        await town.act("reply", message=gallery["id"], content="as a watercolor", user="alice", mention=True)
        assert "Studio watercolo" in text_of(await town.gallery(thread, 4))
        posted = await town.post("look", photo(), user="bob", mention=False)
        await town.act("reply", message=posted["id"], content=f"<@{me['id']}> as ink", user="carol")

        async def answered():
            texts = [text_of(m) for m in await town.messages(posted["channel_id"]) if m["author"]["bot"]]
            threads = [c for c in (await town.state())["channels"] if c["name"] == "as ink"]
            return threads or any("Restyle with Easel" in t for t in texts)

        await until(answered)
    finally:
        await town.stop()
    assert not town.faults, "\n".join(town.faults)
