"""People do odd things, all at once and in the wrong place: nothing is doubled, lost or answered to the wrong one."""

import asyncio
import os
import shutil
import signal

import pytest
import pytest_asyncio

from tests.support.town import Engine, Town, buttons, media_of, photo, text_of, until

pytestmark = [pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(tmp_path_factory):
    engine = await Engine(tmp_path_factory.mktemp("engine")).start()
    yield engine
    await engine.kill(15)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(engine, tmp_path_factory):
    town = await Town(tmp_path_factory.mktemp("town"), engine, BOT_RUNNING_LIMIT="4", BOT_DAILY_LIMIT="1000").start()
    yield town
    await town.stop()
    assert not town.faults, "\n".join(town.faults)


async def begun(town, text="make it a watercolor, 1 variant", **kwargs):
    message = await town.post(text, photo(), **kwargs)
    return message["id"], await town.gallery(message["id"])


async def of_easel(town, channel):
    return [m for m in await town.messages(channel) if m["author"]["bot"]]


async def settled(town):
    """Wait until nothing is under way."""

    async def idle():
        return not any("cancel" in buttons(m) or "stop" in buttons(m) for m in (await town.state())["messages"])

    await until(idle, 60)


async def thread_named(town, name, seconds=30):
    async def check():
        return next((c["id"] for c in (await town.state())["channels"] if c["name"] == name), None)

    return await until(check, seconds)


async def mention(town):
    return f"<@{next(u for u in (await town.state())['users'] if u['bot'])['id']}>"


async def reply(town, message, words, user, *, mentioned=True):
    content = f"{await mention(town)} {words}" if mentioned else words
    return await town.act("reply", message=message["id"], content=content, user=user, mention=mentioned)


async def test_small_talk_between_members_is_none_of_easels_business(town):
    thread, gallery = await begun(town)
    before = len(await of_easel(town, thread))
    for user, text in (
        ("bob", "haha this is so good"),
        ("carol", "the train was late again today"),
        ("bob", "what are you doing tonight?"),
        ("carol", "my cat looks like that too"),
    ):
        await town.say(thread, text, user)
    said = await town.say(thread, "how was your day", "bob")
    await town.act("reply", message=said["id"], content="thanks, fine!", user="alice", mention=True)
    await town.press(gallery, "again")
    await town.gallery(thread, 2)
    spoken = await of_easel(town, thread)
    # One kind word to Carol, whose talk could be meant for Easel, and the new gallery.
    assert len(spoken) - before == 2, [text_of(m) for m in spoken]
    await town.say(thread, f"{await mention(town)} what can you do?", "bob")

    async def answered():
        return len(await of_easel(town, thread)) - before == 3

    await until(answered)


async def test_another_members_reply_to_a_gallery_begins_a_project_of_their_own(town):
    thread, gallery = await begun(town, "make it a watercolor, 2 variants")
    await reply(town, gallery, "the second one in bold ink", "bob")
    own = await thread_named(town, "the second one in bold ink")
    made = await town.gallery(own)
    before = len(await of_easel(town, own))
    assert len(await town.galleries(thread)) == 1
    await town.press(made, "vary", 1, user="bob")
    await town.gallery(own, 2)
    await town.say(thread, "warmer")
    assert "warm" in text_of(await town.gallery(thread, 2))
    await town.say(own, "warmer", "bob")
    await town.gallery(own, 3)
    assert len(await of_easel(town, own)) - before == 2


async def test_the_command_in_a_projects_thread_opens_another_thread(town):
    thread, _ = await begun(town)
    options = [{"name": "image", "type": 11}, {"name": "words", "type": 3, "value": "a clay owl, 1 variant"}]
    await town.act("command", [("a.png", photo())], name="easel", channel=thread, options=options, user="alice")
    other = await thread_named(town, "a clay owl, 1 variant")
    await town.gallery(other)
    assert any("its own project" in text for text in await town.private("alice"))
    await town.say(thread, "warmer")
    await town.gallery(thread, 2)
    assert len(await town.galleries(other)) == 1


async def test_a_direct_message_with_several_projects(town):
    dm = (await town.act("dm", user="carol"))["id"]
    for number, words in enumerate(("watercolor, 1 variant", "as ink, 1 variant"), 1):
        await town.post(words, photo(seed=number), channel=dm, user="carol", mention=False)
        await town.gallery(dm, number)
    first, second = await town.galleries(dm)
    await reply(town, first, "warmer", "carol", mentioned=False)
    third = await town.gallery(dm, 3)
    assert "### 2. Studio watercolo" in text_of(third)
    await town.say(dm, "cooler", "carol")
    assert "### 2. " in text_of(await town.gallery(dm, 4))
    await town.press(second, "pick", 1, user="carol") if "pick" in buttons(second) else None


async def test_a_storm_of_presses_starts_no_more_than_a_member_may_have(town, engine):
    thread, gallery = await begun(town, "make it a watercolor, 4 variants")
    await settled(town)
    before = len(await town.private("alice"))
    os.kill(engine.process.pid, signal.SIGSTOP)  # it hangs, which must keep nobody waiting
    try:
        began = await asyncio.gather(*[town.press(gallery, "again") for _ in range(25)])

        async def refused():
            return len(await town.private("alice")) - before == 21

        await until(refused)
    finally:
        os.kill(engine.process.pid, signal.SIGCONT)
    assert not [press for press in began if town.sandbox.world.interactions[press["id"]].failed]
    await settled(town)
    assert len(await town.galleries(thread)) == 5


async def test_a_storm_of_posts_begins_no_more_than_a_member_may_have(town, engine):
    who = await town.newcomer()
    os.kill(engine.process.pid, signal.SIGSTOP)  # so that none ends before the last has come
    try:
        posts = await asyncio.gather(
            *[town.post("ink, 1 variant", photo(seed=n), channel="photos", user=who) for n in range(12)]
        )

        async def told():
            here = await of_easel(town, posts[0]["channel_id"])
            return len([m for m in here if "4 is the limit" in text_of(m)]) == 8

        await until(told)
    finally:
        os.kill(engine.process.pid, signal.SIGCONT)
    await settled(town)
    galleries = [await town.galleries(post["id"]) for post in posts]
    assert sorted(map(len, galleries)) == [0] * 8 + [1] * 4


async def test_a_storm_of_votes_is_counted_right(town):
    thread, gallery = await begun(town, "make it a watercolor, 4 variants")
    presses = [("bob", 1)] * 3 + [("carol", 1), ("carol", 2), ("carol", 2), ("dave", 4)]
    await asyncio.gather(*[town.press(gallery, "pick", n, user) for user, n in presses])
    await asyncio.gather(*[town.press(gallery, "pick", n) for n in (1, 2, 3, 4, 3)])
    await town.press(gallery, "pick", 2)

    async def counted():
        said = text_of((await town.galleries(thread))[0])
        return all(f"**{n}**: {votes}" in said for n, votes in ((1, "3 votes"), (4, "2 votes"))) and (
            "Picked: **2**" in said and "**2**: 1 vote" in said
        )

    await until(counted)


async def test_words_while_the_first_version_is_made_build_on_it(town):
    message = await town.post("make it a watercolor", photo(640, 480))
    thread = message["id"]

    async def running():
        return any("cancel" in buttons(m) for m in await town.messages(thread))

    await until(running, every=0.01)
    await town.say(thread, "warmer")
    second = await town.gallery(thread, 2)
    said = [text_of(m) for m in await town.galleries(thread)]
    assert all("Studio watercolo" in text for text in said), said
    assert "warm" in text_of(second) or "warm" in said[0]


async def test_the_edit_form_with_nothing_and_with_everything(town):
    thread, gallery = await begun(town)
    await town.press(gallery, "upscale")
    upscaled = await town.gallery(thread, 2)
    for number, values in (
        (3, {"prompt": "", "family": [], "change": "strong", "exact": False}),
        (4, {"prompt": "word " * 799 + "last.", "family": ["illustration"], "change": "subtle", "exact": True}),
    ):
        interaction = await town.press(upscaled, "edit")
        await until(lambda i=interaction: town.sandbox.world.interactions[i["id"]].modal)
        await town.act("modal", interaction=interaction["id"], values=values, user="alice")
        made = await town.gallery(thread, number)
        assert "Illustration" in text_of(made)
    assert "word word" in text_of(made)
    assert len(text_of(made)) <= 4000


async def test_eight_variants_from_four_pictures_with_parts_to_play(town):
    pictures = [photo(seed=n) for n in range(4)]
    words = "8 variants as ink: image 1 is the subject, image 2 the palette, image 3 the lighting, image 4 the style"
    message = await town.post(words, *pictures)
    made = await town.gallery(message["id"])
    assert len(media_of(made)) == 8
    await town.press(made, "vary", 8)
    await town.gallery(message["id"], 2)


async def test_what_others_may_not_do_they_cannot_do(town):
    channel = await town.channel("general")
    before = len(await town.private("bob"))
    options = [{"name": "daily", "type": 4, "value": 1}]
    answer = await town.http.post(
        "/sandbox/command", json={"name": "settings", "channel": channel, "options": options, "user": "bob"}
    )
    if answer.status_code == 200:

        async def told():
            return "Only administrators may change that." in (await town.private("bob"))[before:]

        await until(told)
    message = await town.post("ink, 1 variant", photo(), user="bob")
    made = await town.gallery(message["id"])
    await town.press(made, "again", user="bob")
    await town.gallery(message["id"], 2)


async def test_the_command_where_easel_is_not_at_home_answers_in_direct_messages(town):
    options = [{"name": "image", "type": 11}, {"name": "words", "type": 3, "value": "as ink, 1 variant"}]
    group = (await town.act("dm", user="dave", **{"with": ["bob"]}))["id"]
    await town.act(
        "command", [("a.png", photo())], name="easel", channel=group, options=options, user="dave", install="user"
    )
    dm = (await town.act("dm", user="dave"))["id"]
    await town.gallery(dm)
    assert not await of_easel(town, group) or all(m["flags"] & 64 for m in await of_easel(town, group))


async def test_forgetting_in_the_middle_of_the_work(town, engine):
    who = await town.newcomer()
    _, old = await begun(town, user=who)
    message = await town.post("upscale this 4x for a print", photo(320, 240, seed=77), user=who)
    thread = message["id"]

    async def running():
        return any("cancel" in buttons(m) for m in await town.messages(thread))

    await until(running)
    await town.act("command", name="forget", channel=await town.channel("general"), options=[], user=who)

    async def asked():
        return next((m for m in (await town.state(who))["messages"] if "forget" in buttons(m)), None)

    sure = await until(asked)
    await town.act("click", message=old["id"], custom_id=buttons(old)["again"][0], user=who)
    await town.press(sure, "forget", variant=0, user=who)

    async def gone():
        return any("all of your pictures are gone" in text for text in await town.private(who))

    await until(gone)
    assert not [m for m in await of_easel(town, thread) if m["components"]]

    async def nothing_left():
        queue = await engine_http(engine, "/api/v1/queue")
        return (queue["running"], queue["waiting"]) == (0, 0)

    await until(nothing_left, 5)
    await town.say(thread, f"{await mention(town)} again", who)

    async def explained():
        return any("Post a picture" in text_of(m) for m in await of_easel(town, thread))

    await until(explained)


async def engine_http(engine, path):
    import httpx

    async with httpx.AsyncClient() as http:
        return (await http.get(f"{engine.url}{path}")).json()


async def test_a_gallery_that_may_not_be_attached_any_more_says_so_and_comes_later(town):
    message = await town.post("make it a watercolor, 1 variant", photo(900, 700), channel="photos")
    thread = message["id"]
    await until(lambda: town.messages(thread), every=0.01)
    await town.act("set", knobs={"permissions": ["ATTACH_FILES"]})
    try:

        async def told():
            return any("no longer allowed to attach" in text_of(m) for m in await town.messages(thread))

        await until(told)
    finally:
        await town.act("set", knobs={"permissions": []})
    await town.gallery(thread)


async def test_answers_of_discord_that_get_lost_double_nothing(town):
    faults = [
        {"method": "POST", "path": "/channels/\\d+/messages$", "status": 502, "times": 1, "after": True},
        {"method": "POST", "path": "/threads$", "status": 502, "times": 1, "after": True},
        {"method": "PATCH", "path": "/messages/", "status": 500, "times": 1},
    ]
    await town.act("set", knobs={"faults": faults})
    try:
        thread, _ = await begun(town)
    finally:
        await town.act("set", knobs={"faults": []})
    assert len([m for m in await of_easel(town, thread) if m["components"]]) == 1


async def test_everything_the_engine_had_is_gone(town, engine):
    thread, gallery = await begun(town)
    await engine.kill(15)
    shutil.rmtree(engine.folder / "data")
    await engine.start()
    await town.press(gallery, "again")

    async def told():
        return next((m for m in await town.messages(thread) if text_of(m).startswith("### 2.")), None)

    async def failed():
        found = await told()
        return found and "⏳" not in text_of(found) and text_of(found)

    said = await until(failed)
    assert "post it once more" in said
    await begun(town)
