"""The unmodified discord.py client lives in the sandbox as it does on Discord."""

import asyncio
import io
import json
import time

import discord
import pytest
from PIL import Image

from tests.support.sandbox_bot import TinyBot, custom_ids, png, rigged


async def test_a_picture_becomes_a_thread_with_a_gallery():
    """A post with a picture gets a thread of its own id, and in it a gallery whose files only the gallery shows."""
    async with rigged() as rig:
        post, thread, _ = await rig.picture()
        note = await rig.noted("posted")
    assert thread == post["id"]
    assert note[3:] == (0, 4)


async def test_a_button_edits_its_message_and_keeps_the_pictures():
    """The gallery's media go back and forth by address, and can be loaded again after the edit."""
    async with rigged() as rig:
        _, thread, shown = await rig.picture()
        await rig.do("click", message=shown, custom_id="press:pick")
        await rig.until(lambda: rig.world.messages[shown].edits)
        again = await rig.bot.get_channel(int(thread)).fetch_message(int(shown))
        async with rig.http.get(rig.bot.media(again)[1].url) as response:
            picture = Image.open(io.BytesIO(await response.read()))
        words = json.dumps(rig.world.messages[shown].components)
    assert "picked" in words
    assert len(rig.world.messages[shown].attachments) == 4
    assert picture.size == (48, 32)
    assert again.flags.components_v2


async def test_update_answers_with_the_message_itself():
    """A type 7 answer changes the message the button is on."""
    async with rigged() as rig:
        _, _, shown = await rig.picture()
        await rig.do("click", message=shown, custom_id="press:update")
        await rig.until(lambda: "updated" in json.dumps(rig.world.messages[shown].components))


async def test_buttons_work_after_the_bot_restarts():
    """A new process, knowing nothing, answers the old message's button."""
    async with rigged() as rig:
        _, _, shown = await rig.picture()
        await rig.disconnect()
        await rig.connect()
        await rig.do("click", message=shown, custom_id="press:pick")
        assert await rig.noted("press") == ("press", "pick", "alice")


async def test_a_modal_takes_every_kind_of_field():
    """Text, select, radio group, checkbox group and files arrive; a deferred answer is for its viewer alone."""
    async with rigged() as rig:
        _, _, shown = await rig.picture()
        asked = await rig.do("click", message=shown, custom_id="press:tune", user="bob")
        await rig.until(lambda: rig.world.interactions[asked["id"]].modal)
        values = {"family": ["comic"], "change": "strong", "keep": ["faces", "colors"]}
        files = [("one.png", png()), ("two.png", png(8, 8))]
        assert "id" in await rig.do("modal", files, interaction=asked["id"], user="bob", values=values)
        note = await rig.noted("modal")
        await rig.until(lambda: [m for m in rig.world.messages.values() if m.content == "tuned"])
        tuned = next(m for m in rig.world.messages.values() if m.content == "tuned")
    assert note == ("modal", "a cat", ["comic"], "strong", ["faces", "colors"], [len(png()), len(png(8, 8))])
    assert tuned.viewer == rig.person("bob")


@pytest.mark.parametrize(
    ("values", "files"),
    [
        ({"change": "strong"}, 0),
        ({"family": ["comic"]}, 0),
        ({"family": ["opera"], "change": "strong"}, 0),
        ({"family": ["comic"], "change": "strong", "words": ""}, 0),
        ({"family": ["comic"], "change": "strong"}, 3),
    ],
    ids=["no select", "no radio", "not offered", "no words", "three files for two"],
)
async def test_a_modal_cannot_be_sent_unfinished(values, files):
    """What a dialog would not let a person send, the control interface refuses."""
    async with rigged() as rig:
        _, _, shown = await rig.picture()
        asked = await rig.do("click", message=shown, custom_id="press:tune")
        await rig.until(lambda: rig.world.interactions[asked["id"]].modal)
        uploads = [("a.png", png())] * files
        assert await rig.do("modal", uploads, interaction=asked["id"], values=values) == (400, 0)


async def test_a_select_carries_its_values():
    """Choosing in a select reaches the bot; choosing what is not offered does not."""
    async with rigged() as rig:
        await rig.bot.get_channel(int(rig.channel())).send(view=_with_select())
        shown = next(iter(rig.world.messages))
        assert await rig.do("click", message=shown, custom_id="pick-one", values=["c"]) == (400, 0)
        await rig.do("click", message=shown, custom_id="pick-one", values=["b"])
        await rig.until(lambda: [n for n in rig.bot.seen if n == ("select", ["b"])])


def _with_select():
    view = discord.ui.View(timeout=None)
    options = [discord.SelectOption(label=x, value=x) for x in "ab"]
    select = discord.ui.Select(custom_id="pick-one", options=options)

    async def chosen(interaction):
        interaction.client.note("select", select.values)
        await interaction.response.edit_message(content="chosen", view=None)

    select.callback = chosen
    view.add_item(select)
    return view


async def test_a_slash_command_takes_a_file_and_offers_choices():
    """Autocomplete answers with choices; the command gets its attachment and edits its deferred answer twice."""
    async with rigged() as rig:
        typed = [{"name": "style", "value": "i", "focused": True}]
        asked = await rig.do("command", name="draw", channel="general", autocomplete=True, options=typed)
        choices = await rig.until(lambda: rig.world.interactions[asked["id"]].choices)
        options = [{"name": "image"}, {"name": "style", "value": "oil"}]
        used = await rig.do("command", [("cat.png", png())], name="draw", channel="general", options=options)
        it = rig.world.interactions[used["id"]]
        await rig.until(lambda: it.original and rig.world.messages[it.original].content == "done")
        answer = rig.world.messages[it.original]
        assert await rig.noted("slash") == ("slash", "cat.png", "oil", len(png()))
    assert [choice["value"] for choice in choices] == ["ink", "oil", "pixel"]
    assert (answer.type, answer.edits, len(answer.attachments), answer.flags) == (20, 2, 1, 0)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "nothing"},
        {"name": "draw"},
        {"name": "draw", "options": [{"name": "size", "value": 3}]},
        {"name": "draw", "options": [{"name": "style", "value": 3}]},
    ],
    ids=["unknown", "no file", "no such option", "wrong type"],
)
async def test_a_slash_command_cannot_be_sent_wrong(body):
    """What a client would not send is refused."""
    async with rigged() as rig:
        assert await rig.do("command", channel="general", **body) == (400, 0)


async def test_the_message_menu_shows_the_message_and_answers_in_secret():
    """The menu gives its target whole, even without the message-content intent."""
    async with rigged(bot=TinyBot(content=False)) as rig:
        post = await rig.do("post", [("dog.png", png())], channel="general", content="a dog", user="bob")
        used = await rig.do("command", name="Look at this", channel="general", target=post["id"], user="carol")
        it = rig.world.interactions[used["id"]]
        await rig.until(lambda: it.original and rig.world.messages[it.original].attachments)
        answer = rig.world.messages[it.original]
        assert await rig.noted("menu") == ("menu", "a dog", ["dog.png"])
    assert answer.ephemeral
    assert answer.viewer == rig.person("carol")


async def test_without_the_intent_content_is_hidden():
    """Only mentions, replies with a ping, own and direct messages keep their content."""
    async with rigged(bot=TinyBot(content=False)) as rig:
        hello = await rig.bot.get_channel(int(rig.channel())).send("hello")
        await rig.do("post", [("a.png", png())], channel="general", content="plain")
        await rig.do("post", [("a.png", png())], channel="general", content=f"<@{rig.world.app_id}> named")
        await rig.do("reply", message=str(hello.id), content="pinged")
        await rig.do("reply", message=str(hello.id), content="not pinged", mention=False)
        direct = await rig.do("dm")
        await rig.do("post", channel=direct["id"], content="direct")
        seen = await rig.until(lambda: len(n := [x for x in rig.bot.seen if x[0] == "message"]) == 6 and n)
        plain = next(m for m in rig.world.messages.values() if m.content == "plain")
        status, over_rest = await rig.api("GET", f"/channels/{plain.channel_id}/messages/{plain.id}")
    words = [note[1:3] for note in seen]
    assert words == [("hello", 0), ("", 0), (f"<@{rig.world.app_id}> named", 1), ("pinged", 0), ("", 0), ("direct", 0)]
    assert (status, over_rest["content"], over_rest["attachments"]) == (200, "", [])


async def test_reactions_come_and_go():
    """The bot learns who reacted to whose message, and may take away its own."""
    async with rigged() as rig:
        post = await rig.do("post", channel="general", content="hi", user="bob")
        await rig.do("react", message=post["id"], emoji="2️⃣", user="carol")
        added = await rig.noted("reaction")
        message = await rig.bot.get_channel(int(rig.channel())).fetch_message(int(post["id"]))
        await message.add_reaction("1️⃣")
        await message.remove_reaction("1️⃣", rig.bot.user)
        await rig.do("unreact", message=post["id"], emoji="2️⃣", user="carol")
        await rig.until(lambda: len([n for n in rig.bot.seen if n[0] == "unreaction"]) == 2)
        removed = await rig.noted("unreaction")
    assert added == ("reaction", "2️⃣", int(rig.person("carol")), int(rig.person("bob")))
    assert removed == ("unreaction", "2️⃣", int(rig.person("carol")))
    assert rig.world.messages[post["id"]].reactions == {}


async def test_rate_limits_are_waited_out():
    """The client reads the headers: seven posts take a window, and none is refused."""
    async with rigged() as rig:
        channel, began = rig.bot.get_channel(int(rig.channel())), time.perf_counter()
        for number in range(7):
            await channel.send(str(number))
        took = time.perf_counter() - began
        refused = [entry for entry in await rig.log() if entry["status"] == 429]
    assert 4.5 < took < 7
    assert refused == []


async def test_a_late_answer_is_refused():
    """After the time to answer, the interaction is unknown, and the page is told that it failed."""
    async with rigged(ack_s=0.15) as rig:
        _, _, shown = await rig.picture()
        await rig.do("click", message=shown, custom_id="press:slow")
        assert await rig.noted("late") == ("late", 10062)


async def test_follow_ups_edit_and_delete():
    """The first follow-up fills the deferred answer, a second is its own message, the original can go."""
    async with rigged() as rig:
        _, thread, shown = await rig.picture()
        await rig.do("click", message=shown, custom_id="press:talk")
        await rig.until(lambda: [e for e in rig.world.log if e["method"] == "DELETE"])
        said = [m.content for m in rig.world.messages_in(thread) if m.id != shown]
    assert said == ["second, edited"]


async def test_an_app_among_strangers_may_follow_up_five_times():
    """Where the bot is no member it acts by the person's own install, sees nothing else, and says little."""
    async with rigged() as rig:
        talk = await rig.do("dm", **{"with": ["bob"]})
        used = await rig.do("command", name="chatter", channel=talk["id"])
        assert await rig.noted("hushed") == ("hushed", 40094)
        said = [m.content for m in rig.world.messages_in(talk["id"])]
        status, refusal = await rig.api("GET", f"/channels/{talk['id']}/messages")
        state = await rig.state("carol")
    assert said == ["0", "1", "2", "3", "4", "5"]
    assert (status, refusal["code"]) == (403, 50001)
    assert rig.world.interactions[used["id"]].user_install
    assert talk["id"] not in [channel["id"] for channel in state["channels"]]


async def test_direct_messages_with_the_bot():
    """Either side may begin; the bot reads them without any intent."""
    async with rigged(bot=TinyBot(content=False)) as rig:
        channel = await rig.bot.create_dm(discord.Object(int(rig.person("alice"))))
        sent = await channel.send("hi")
        await sent.edit(content="hi again")
        opened = await rig.do("dm", user="alice")
        await rig.do("post", [("a.png", png())], channel=opened["id"], content="see")
        await rig.until(lambda: ("message", "see", 1, False) in rig.bot.seen)
    assert opened["id"] == str(channel.id)


async def test_a_wrong_token_is_refused_everywhere():
    """REST says 401, the gateway closes with 4004."""
    async with rigged(connect=False, token="right") as rig:
        with pytest.raises(discord.LoginFailure):
            await rig.connect()


async def test_the_slash_commands_are_known_after_sync():
    """What the bot registers is what the page offers."""
    async with rigged() as rig:
        offered = {(command["name"], command["type"]) for command in (await rig.state("bob"))["commands"]}
    assert offered == {("draw", 1), ("chatter", 1), ("Look at this", 3)}


async def test_state_carries_what_a_page_needs():
    """Users with roles, channels, threads, messages with their buttons, and whether the bot is there."""
    async with rigged() as rig:
        _, thread, shown = await rig.picture()
        state = await rig.state("bob")
        await rig.disconnect()
        await asyncio.sleep(0.05)
        later = await rig.state("bob")
    channels = {channel["id"]: channel for channel in state["channels"]}
    message = next(m for m in state["messages"] if m["id"] == shown)
    assert [user["username"] for user in state["users"]] == ["easel", "alice", "bob", "carol", "dave"]
    assert [channel["name"] for channel in state["channels"] if channel["type"] == 0] == ["general", "art", "photos"]
    assert channels[thread]["parent_id"] == rig.channel("art")
    assert channels[thread]["thread_metadata"]["archived"] is False
    assert "press:pick" in custom_ids(message)
    assert (state["bot_online"], later["bot_online"]) == (True, False)
