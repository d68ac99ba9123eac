"""A member's whole way, through the real client, a Discord-compatible server and a real engine."""

import asyncio
import time

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
    town = await Town(tmp_path_factory.mktemp("town"), engine, BOT_RUNNING_LIMIT="30").start()
    yield town
    await town.stop()
    assert not town.faults, "\n".join(town.faults)


async def begun(town, text="make it a watercolor", **kwargs):
    message = await town.post(text, photo(), **kwargs)
    return message["id"], await town.gallery(message["id"])


async def test_a_photo_and_three_words_become_a_gallery_in_a_thread(town):
    began = time.monotonic()
    message = await town.post("make it a watercolor", photo(517, 333))
    thread = message["id"]
    await until(lambda: town.messages(thread), 3)
    assert time.monotonic() - began < 3
    gallery = await town.gallery(thread)
    channel = next(c for c in (await town.state())["channels"] if c["id"] == thread)
    assert channel["name"] == "make it a watercolor"
    media = media_of(gallery)
    assert len(media) == 4
    assert {(m["width"], m["height"]) for m in media} == {(517, 333)}
    said = text_of(gallery)
    for words in ("### 1. Studio watercolo", "Illustration, because", "seed"):
        assert words in said
    assert {
        "pick",
        "vary",
        "again",
        "edit",
        "compare",
        "upscale",
        "face",
        "animate",
        "closer",
        "further",
        "delete",
    } <= set(buttons(gallery))
    assert len(await town.messages(thread)) <= 2  # the gallery, and at most one sentence of the planner


async def test_picking_by_button_and_by_reaction(town):
    thread, gallery = await begun(town)
    await town.press(gallery, "pick", 3)

    async def picked(number):
        return f"Picked: **{number}**" in text_of((await town.galleries(thread))[0])

    await until(lambda: picked(3))
    await town.act("react", message=gallery["id"], emoji="2️⃣", user="alice")
    await until(lambda: picked(2))
    await town.act("react", message=gallery["id"], emoji="4️⃣", user="bob")

    async def voted():
        return "**4**: 1 vote" in text_of((await town.galleries(thread))[0])

    await until(voted)
    assert await picked(2)
    assert len(media_of((await town.galleries(thread))[0])) == 4


async def test_every_button_of_the_owner_makes_the_next_version(town):
    thread, gallery = await begun(town)
    number = 1
    for action, variant, says in (
        ("vary", 2, "subtle"),
        ("again", 0, "balanced"),
        ("closer", 0, "subtle"),
        ("further", 0, "strong"),
        ("upscale", 0, "Upscaled"),
        ("face", 0, "Faces"),
    ):
        await town.press(gallery, action, variant)
        number += 1
        made = await town.gallery(thread, number)
        assert says in text_of(made), action
    upscaled = (await town.galleries(thread))[5]
    assert media_of(upscaled)[0]["width"] == 320


async def test_the_prompt_can_be_edited_in_a_form(town):
    thread, gallery = await begun(town)
    interaction = await town.press(gallery, "edit")
    modal = await until(lambda: town.sandbox.world.interactions[interaction["id"]].modal)
    fields = {c["component"]["custom_id"]: c["component"] for c in modal["components"]}
    assert "watercolo" in fields["prompt"]["value"]
    words = "a quiet harbour in blue ink, nothing else"
    values = {"prompt": words, "family": ["illustration"], "change": "strong", "exact": True}
    await town.act("modal", interaction=interaction["id"], values=values, user="alice")
    made = await town.gallery(thread, 2)
    assert f"> {words}" in text_of(made)
    assert "strong" in text_of(made)


async def test_talk_refines_the_picture_that_was_named(town):
    thread, _ = await begun(town)
    await town.say(thread, "the second one but as clay")
    made = await town.gallery(thread, 2)
    assert "clay" in text_of(made)
    assert "Stylised 3D" in text_of(made)


async def test_a_comparison_shows_every_family_and_a_labelled_sheet(town):
    thread, gallery = await begun(town)
    await town.press(gallery, "compare")
    made = await town.gallery(thread, 2)
    said = text_of(made)
    for family in ("Photoreal", "Illustration", "Stylised 3D"):
        assert family in said
    media = media_of(made)
    assert "sheet" in media[0]["url"]
    assert len(media) >= 4


async def test_a_clip_is_made_and_plays(town):
    thread, _ = await begun(town)
    await town.say(thread, "animate it, slow push in, 1 second")
    made = await town.gallery(thread, 2)
    clip = media_of(made)[0]
    assert clip["content_type"] == "video/mp4"
    assert (await town.fetch(clip["url"]))[4:8] == b"ftyp"


async def test_going_back_shows_the_first_gallery_again(town):
    thread, gallery = await begun(town)
    await town.press(gallery, "again")
    await town.gallery(thread, 2)
    await town.say(thread, "back to the first version")
    shown = await town.gallery(thread, 3)
    assert text_of(shown).startswith("### 1.")
    await town.press(shown, "pick", 1)

    async def picked():
        return "Picked: **1**" in text_of((await town.galleries(thread))[2])

    await until(picked)


async def test_others_are_refused_in_private_and_may_still_vote(town):
    thread, gallery = await begun(town)
    for action, variant in (("again", 0), ("delete", 0), ("edit", 0), ("vary", 1)):
        before = len(await town.private("bob"))
        await town.press(gallery, action, variant, user="bob")
        await until(lambda n=before: _more(town, "bob", n))
    assert await town.private("carol") == []
    await town.press(gallery, "pick", 1, user="bob")

    async def voted():
        return "**1**: 1 vote" in text_of((await town.galleries(thread))[0])

    await until(voted)
    assert len(await town.galleries(thread)) == 1


async def _more(town, user, count):
    return len(await town.private(user)) > count


async def test_deleting_a_gallery_deletes_its_message(town):
    thread, gallery = await begun(town)
    await town.press(gallery, "delete")

    async def gone():
        return not await town.galleries(thread)

    await until(gone)


async def test_a_request_can_be_cancelled_while_it_runs(town):
    thread, _ = await begun(town)
    await town.say(thread, "upscale #1 4x")

    async def running():
        return next((m for m in await town.messages(thread) if "cancel" in buttons(m)), None)

    await town.press(await until(running), "cancel")

    async def ended():
        last = (await town.messages(thread))[-1]
        return "cancel" not in buttons(last) and ("Cancelled" in text_of(last) or "Upscaled" in text_of(last))

    await until(ended)


async def test_every_way_to_begin(town):
    picture = photo(seed=7)
    general = await town.channel("general")
    menu = "Restyle with Easel"
    # a reply with a mention to somebody's picture
    posted = await town.post("look", picture, user="bob", mention=False)
    me = next(u for u in (await town.state())["users"] if u["bot"])
    body = {"content": f"<@{me['id']}> as ink", "message_reference": {"message_id": posted["id"]}}
    reply = await town.act("post", channel=general, user="carol", **body)
    assert "ink" in text_of(await town.gallery(reply["id"]))
    # the slash command
    options = [{"name": "image", "type": 11}, {"name": "words", "type": 3, "value": "as clay"}]
    began = await town.act("command", [("a.png", picture)], name="easel", channel=general, options=options, user="bob")
    answer = await until(lambda: town.sandbox.world.interactions[began["id"]].original)
    assert "clay" in text_of(await town.gallery(str(answer)))
    # the message menu
    began = await town.act("command", name=menu, channel=general, target=posted["id"], user="dave")
    await until(lambda: town.sandbox.world.interactions[began["id"]].modal)
    sent = await town.act("modal", interaction=began["id"], values={"words": "oil painting"}, user="dave")
    answer = await until(lambda: town.sandbox.world.interactions[sent["id"]].original)
    assert "oil" in text_of(await town.gallery(str(answer)))
    # a direct message
    dms = await town.act("dm", user="carol")
    await town.post("watercolor", picture, channel=dms["id"], user="carol", mention=False)
    await town.gallery(dms["id"])


async def test_a_watched_channel_needs_no_mention(town):
    art = await town.channel("art")
    options = [{"name": "watch", "type": 7, "value": art}]
    await town.act("command", name="settings", channel=art, options=options, user="alice")

    async def told():
        return any(f"<#{art}>" in text for text in await town.private("alice"))

    await until(told)
    message = await town.post("as ink", photo(), channel="art", user="dave", mention=False)
    await town.gallery(message["id"])


async def test_a_fifth_picture_is_declined_politely(town):
    message = await town.post("watercolor", *[photo(seed=n) for n in range(5)])
    await town.gallery(message["id"])
    said = [text_of(m) for m in await town.messages(message["id"])]
    assert any("four" in text for text in said)


@pytest.mark.parametrize("command", ["models", "queue", "mine"])
async def test_questions_are_answered_to_the_asker_alone(town, command):
    before = len(await town.private("dave"))
    await town.act("command", name=command, channel=await town.channel("general"), options=[], user="dave")
    await until(lambda: _more(town, "dave", before))


async def test_members_are_told_what_permission_is_missing(town):
    await town.act("set", knobs={"permissions": ["CREATE_PUBLIC_THREADS"]})
    try:
        message = await town.post("watercolor", photo(), channel="photos")

        async def told():
            texts = [text_of(m) for m in await town.messages(message["channel_id"])]
            return any("Create Public Threads" in t for t in texts)

        await until(told)
    finally:
        await town.act("set", knobs={"permissions": []})


async def test_a_lost_message_costs_nothing_but_that_message(town):
    thread, gallery = await begun(town)
    await town.press(gallery, "again")

    async def running():
        return next((m for m in await town.messages(thread) if "cancel" in buttons(m)), None)

    message = await until(running)
    await town.act("delete", message=message["id"], user="alice")
    await asyncio.sleep(1)
    await town.say(thread, "again")
    assert "### 3." in text_of(await town.gallery(thread, 2))


async def test_what_is_too_large_for_the_channel_is_re_encoded_and_said(town):
    await town.act("set", knobs={"file_limit": 60_000})
    try:
        message = await town.post("as an oil painting", photo(640, 480))
        gallery = await town.gallery(message["id"])
    finally:
        await town.act("set", knobs={"file_limit": 10 * 1024 * 1024})
    assert len(media_of(gallery)) == 4
    assert "re-encoded" in text_of(gallery)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("notes.png", b"this is a text file, whatever its name says\n" * 40, "not an image"),
        ("cut.png", photo(400, 400)[:900], "cut off or damaged"),
        ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'><rect/></svg>", "SVG drawing; export it as PNG"),
        ("empty.png", b"", "This file is empty"),
    ],
)
async def test_a_bad_file_gets_a_clear_error_and_harms_nothing(town, name, data, says):
    me = next(u for u in (await town.state())["users"] if u["bot"])
    content = f"<@{me['id']}> watercolor"
    message = await town.act("post", [(name, data)], channel=await town.channel("general"), content=content, user="bob")

    async def told():
        texts = [text_of(m) for m in await town.messages(message["id"])]
        return any(says in t for t in texts)

    await until(told)
    await begun(town)


async def test_one_bad_file_among_good_ones_costs_only_itself(town):
    me = next(u for u in (await town.state())["users"] if u["bot"])
    files = [("a.png", photo()), ("b.png", b"no picture at all")]
    message = await town.act(
        "post", files, channel=await town.channel("general"), content=f"<@{me['id']}> watercolor", user="bob"
    )
    await town.gallery(message["id"])
    assert any("b.png" in text_of(m) for m in await town.messages(message["id"]))


async def test_a_member_at_the_limit_is_told_and_a_failure_is_not_counted(town):
    general = await town.channel("general")
    settings = {"name": "settings", "channel": general, "user": "alice"}
    newcomer = await town.newcomer()
    before = len(await town.private("alice"))
    await town.act("command", options=[{"name": "daily", "type": 4, "value": 1}], **settings)
    await until(lambda: _more(town, "alice", before))
    try:
        first = await town.post("watercolor", photo(), user=newcomer, channel="photos")
        await until(lambda: town.messages(first["id"]))
        second = await town.post("watercolor", photo(), user=newcomer, channel="photos")

        async def told():
            texts = [text_of(m) for m in await town.messages(second["channel_id"])]
            return any("24 hours" in t for t in texts)

        await until(told)
    finally:
        await town.act("command", options=[{"name": "daily", "type": 4, "value": 1000}], **settings)


async def test_forgetting_deletes_everything_of_a_member(town):
    message = await town.post("watercolor", photo(seed=42), user="dave", channel="photos")
    await town.gallery(message["id"])
    await town.act("command", name="forget", channel=await town.channel("general"), options=[], user="dave")

    async def asked():
        return next((m for m in (await town.state("dave"))["messages"] if "forget" in buttons(m)), None)

    await town.press(await until(asked), "forget", variant=0, user="dave")

    async def gone():
        return not await town.galleries(message["id"])

    await until(gone)

    async def renamed():
        return next(c for c in (await town.state())["channels"] if c["id"] == message["id"])["name"] == "deleted"

    await until(renamed)
