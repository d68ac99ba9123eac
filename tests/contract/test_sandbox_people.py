"""What each member sees: their own secrets, their own direct messages, and live events of just that."""

import asyncio
import contextlib
import json

from tests.support.sandbox_bot import png, rigged


def contents(state):
    return [message["content"] for message in state["messages"]]


@contextlib.asynccontextmanager
async def listening(rig, user=None):
    """The events a page of `user` gets, as a growing list."""
    found = []

    async def read():
        async with rig.http.get("/sandbox/events", params={"user": user} if user else {}) as response:
            async for line in response.content:
                found.extend([json.loads(line[6:])] if line.startswith(b"data: ") else [])

    before = len(rig.world.hub.watchers)
    task = asyncio.create_task(read())
    await rig.until(lambda: len(rig.world.hub.watchers) > before)
    try:
        yield found
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def kinds(events):
    return [event["t"] for event in events]


async def test_an_ephemeral_answer_is_its_viewers_alone():
    """In state, in events, in history: nobody else finds it, and nobody else can press or delete it."""
    async with rigged() as rig:
        _, thread, shown = await rig.picture()
        async with listening(rig, "bob") as bobs, listening(rig, "carol") as carols:
            await rig.do("click", message=shown, custom_id="press:secret", user="bob")
            await rig.until(lambda: "MESSAGE_CREATE" in kinds(bobs))
            await rig.do("post", channel="general", content="open", user="dave")
            await rig.until(lambda: "MESSAGE_CREATE" in kinds(carols))
        bob, carol, everything = [await rig.state(user) for user in ("bob", "carol", None)]
        secret = next(m for m in bob["messages"] if m["content"] == "only you")
        _, history = await rig.api("GET", f"/channels/{thread}/messages")
        direct = await rig.api("GET", f"/channels/{thread}/messages/{secret['id']}")
        by_carol = await rig.do("delete", message=secret["id"], user="carol")
        by_bob = await rig.do("delete", message=secret["id"], user="bob")
    assert secret["viewer"] == rig.person("bob")
    assert "only you" not in contents(carol)
    assert "only you" in contents(everything)
    assert [event["d"]["content"] for event in carols if event["t"] == "MESSAGE_CREATE"] == ["open"]
    assert "only you" not in [message["content"] for message in history]
    assert (direct[1]["code"], by_carol, by_bob) == (10008, (404, 10008), {})


async def test_direct_messages_are_private():
    """Only the one who wrote to the bot finds the channel, its messages and its events."""
    async with rigged(connect=False) as rig:
        opened = await rig.do("dm", user="bob")
        async with listening(rig, "carol") as carols, listening(rig) as all_of_it:
            await rig.do("post", channel=opened["id"], content="psst", user="bob")
            await rig.do("post", channel="general", content="hello", user="bob")
            await rig.until(lambda: len(carols) == 1 and len(all_of_it) == 2)
        bob, carol = await rig.state("bob"), await rig.state("carol")
        intruder = await rig.do("post", channel=opened["id"], content="me too", user="carol")
        again = await rig.do("dm", user="bob")
    assert contents(bob) == ["psst", "hello"]
    assert contents(carol) == ["hello"]
    assert opened["id"] not in [channel["id"] for channel in carol["channels"]]
    assert intruder == (403, 50001)
    assert again["id"] == opened["id"]


async def test_the_page_hears_answers_of_its_member():
    """Acknowledgements, modals and choices go to the acting member's page, with who it was."""
    async with rigged() as rig:
        _, _, shown = await rig.picture()
        async with listening(rig, "bob") as bobs, listening(rig, "carol") as carols:
            asked = await rig.do("click", message=shown, custom_id="press:tune", user="bob")
            ack = await rig.until(lambda: next((e["d"] for e in bobs if e["t"] == "INTERACTION_ACK"), None))
            typed = [{"name": "style", "value": "o", "focused": True}]
            await rig.do("command", name="draw", channel="art", user="bob", autocomplete=True, options=typed)
            choices = await rig.until(lambda: next((e["d"]["choices"] for e in bobs if e["d"].get("choices")), None))
    assert (ack["id"], ack["type"], ack["modal"]["title"]) == (asked["id"], 9, "Tune")
    assert ack["user"]["username"] == "bob"
    assert choices == [{"name": "oil", "value": "oil"}]
    assert "INTERACTION_ACK" not in kinds(carols)


async def test_the_page_hears_failures_and_whether_the_bot_is_there():
    """No answer in time is told to who pressed; the bot's coming and going to all."""
    async with rigged(ack_s=0.1) as rig:
        _, _, shown = await rig.picture()
        async with listening(rig, "bob") as bobs, listening(rig, "carol") as carols:
            await rig.disconnect()
            await rig.do("click", message=shown, custom_id="press:secret", user="bob")
            failed = await rig.until(lambda: next((e["d"] for e in bobs if e["t"] == "INTERACTION_FAILED"), None))
            await rig.connect()
            await rig.until(lambda: [e for e in carols if e["t"] == "BOT_ONLINE" and e["d"]["online"]])
    assert failed["user_id"] == rig.person("bob")
    assert "INTERACTION_FAILED" not in kinds(carols)
    assert {"t": "BOT_ONLINE", "d": {"online": False}} in carols


async def test_reactions_are_shown_as_the_viewer_gave_them():
    """`me` is the viewer, and the page learns who else."""
    async with rigged(connect=False) as rig:
        post = await rig.do("post", channel="art", content="x")
        await rig.do("react", message=post["id"], emoji="2️⃣", user="bob")
        shown = {user: (await rig.state(user))["messages"][0]["reactions"][0] for user in ("bob", "carol")}
    assert (shown["bob"]["me"], shown["carol"]["me"]) == (True, False)
    assert shown["bob"]["users"] == [rig.person("bob")]


async def test_members_can_be_added_for_a_crowd():
    """Twenty-five can post at once, and each post keeps its author."""
    async with rigged(connect=False) as rig:
        added = (await rig.do("set", members=25))["added"]
        names = ["alice", "bob", "carol", "dave", *[user["username"] for user in added]]
        await asyncio.gather(*(rig.do("post", [("a.png", png())], channel="art", user=name) for name in names))
        again = (await rig.do("set", members=25))["added"]
    assert len(names) == 25
    assert {message.author_id for message in rig.world.messages.values()} == {rig.person(name) for name in names}
    assert again == []


async def test_pressing_what_is_not_there():
    """An unknown button, a disabled one, an unknown message, an unknown member or deed."""
    async with rigged(connect=False) as rig:
        disabled = {"type": 2, "style": 1, "label": "x", "custom_id": "off", "disabled": True}
        body = {"content": "x", "components": [{"type": 1, "components": [disabled]}]}
        _, message = await rig.api("POST", f"/channels/{rig.channel()}/messages", body)
        answers = [
            await rig.do("click", message=message["id"], custom_id="on"),
            await rig.do("click", message=message["id"], custom_id="off"),
            await rig.do("click", message="1", custom_id="on"),
            await rig.do("click", message=message["id"], custom_id="off", user="nobody"),
            await rig.do("post", channel="nowhere", content="x"),
            await rig.do("fly"),
            await rig.do("modal", interaction="1"),
        ]
    assert answers == [(400, 0), (400, 0), (404, 10008), (404, 10013), (404, 10003), (404, 0), (404, 10062)]


async def test_the_samples_are_named():
    """Each has a title and a licence, and its bytes are a JPEG."""
    async with rigged(connect=False) as rig:
        async with rig.http.get("/sandbox/samples") as response:
            samples = await response.json()
        starts = []
        for sample in samples:
            async with rig.http.get(sample["url"]) as response:
                starts.append((response.content_type, (await response.read())[:2]))
    assert [sample["name"] for sample in samples] == ["portrait", "cat", "coffee", "rocket", "pavilion", "dahlia"]
    assert all(sample["title"] and sample["licence"] for sample in samples)
    assert starts == [("image/jpeg", b"\xff\xd8")] * 6


async def test_the_log_keeps_calls_with_their_answers():
    """Method, path, query, payload, status, and the response or the error."""
    async with rigged(connect=False) as rig:
        where = f"/channels/{rig.channel()}/messages"
        await rig.api("POST", where, {"content": "x"})
        await rig.api("POST", where, {})
        await rig.api("GET", where, params={"limit": "1"})
        said, empty, listed = await rig.log()
        async with rig.http.get("/sandbox/log", params={"after": str(empty["t"])}) as response:
            later = await response.json()
    assert (said["method"], said["path"], said["status"]) == ("POST", f"/api/v10{where}", 200)
    assert (said["payload"], said["response"]["content"], said["ctype"]) == ({"content": "x"}, "x", "application/json")
    assert empty["error"]["code"] == 50006
    assert listed["query"] == {"limit": "1"}
    assert later == [listed]
