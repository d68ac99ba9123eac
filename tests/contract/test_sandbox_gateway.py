"""The gateway, frame by frame and with the real client."""

import asyncio
import contextlib
import json
import zlib

import aiohttp
import discord
import pytest
import yarl
import zstandard

from tests.support.sandbox_bot import TinyBot, point_at, rigged

GUILDS, MESSAGES, CONTENT, MEMBERS = 1, 1 << 9, 1 << 15, 1 << 1


class Wire:
    """A websocket that speaks the gateway's protocol by hand."""

    def __init__(self, ws):
        self.ws, self.seq, self.session = ws, 0, None

    async def send(self, op, d=None):
        await self.ws.send_json({"op": op, "d": d})

    async def frame(self):
        message = await asyncio.wait_for(self.ws.receive(), 3)
        if message.type is not aiohttp.WSMsgType.TEXT:
            return None
        frame = json.loads(message.data)
        self.seq = frame["s"] or self.seq
        return frame

    async def event(self, t):
        while (frame := await self.frame())["t"] != t:
            pass
        return frame["d"]

    async def identify(self, intents=GUILDS | MESSAGES | CONTENT, **more):
        await self.frame()
        await self.send(2, {"token": "x", "intents": intents, "properties": {}, **more})

    async def code(self):
        """The code it is closed with."""
        while await self.frame():
            pass
        return self.ws.close_code


@contextlib.asynccontextmanager
async def wired(rig, **query):
    async with rig.http.ws_connect("/gateway", params=query) as ws:
        yield Wire(ws)


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (["no json"], 4002),
        ([{"d": 1}], 4002),
        ([{"op": 2, "d": {"token": "x", "intents": 1, "junk": "x" * 4096}}], 4002),
        ([{"op": 3, "d": {}}], 4003),
        ([{"op": 2, "d": {"token": "", "intents": 1}}], 4004),
        ([{"op": 2, "d": {"token": "x", "intents": 1}}] * 2, 4005),
        ([{"op": 1, "d": None}] * 121, 4008),
        ([{"op": 2, "d": {"token": "x", "intents": 1, "shard": [2, 2]}}], 4010),
        ([{"op": 2, "d": {"token": "x", "intents": 1 << 30}}], 4013),
        ([{"op": 2, "d": {"token": "x", "intents": MEMBERS}}], 4014),
        ([{"op": 2, "d": {"token": "x", "intents": CONTENT}}], 4014),
        ([{"op": 77, "d": None}], 4001),
    ],
    ids=["no json", "no op", "too long", "too early", "no token", "twice", "too often", "shard", "intents", "members",
         "content", "opcode"],
)  # fmt: skip
async def test_it_closes_with_discords_codes(frames, code):
    """Each way of misbehaving has its own."""
    async with rigged(connect=False, content_intent_allowed=False) as rig, wired(rig) as wire:
        for frame in frames:
            await wire.ws.send_str(frame if isinstance(frame, str) else json.dumps(frame))
        assert await wire.code() == code


async def test_a_heartbeat_is_answered():
    """Before and after identifying."""
    async with rigged(connect=False) as rig, wired(rig) as wire:
        hello = await wire.frame()
        await wire.send(1, None)
        assert hello["d"]["heartbeat_interval"] > 1000
        assert (await wire.frame())["op"] == 11


async def test_a_lost_session_resumes_and_misses_nothing():
    """Events from while it was gone come in order, then RESUMED."""
    async with rigged(connect=False) as rig:
        async with wired(rig) as wire:
            await wire.identify()
            session = (await wire.event("READY"))["session_id"]
            await wire.event("GUILD_CREATE")
            seq = wire.seq
            await wire.ws.close(code=4000)
        for words in ("one", "two"):
            await rig.do("post", channel="art", content=words)
        async with wired(rig) as wire:
            await wire.frame()
            await wire.send(6, {"token": "x", "session_id": session, "seq": seq})
            said = [(await wire.event("MESSAGE_CREATE"))["content"] for _ in range(2)]
            await wire.event("RESUMED")
    assert said == ["one", "two"]


@pytest.mark.parametrize("how", ["unknown", "closed for good", "seq ahead"])
async def test_a_session_that_cannot_resume_is_invalid(how):
    """Op 9, false: the bot has to identify anew, and may on the same connection."""
    async with rigged(connect=False) as rig:
        async with wired(rig) as wire:
            await wire.identify()
            session = (await wire.event("READY"))["session_id"]
            await wire.ws.close(code=1000 if how == "closed for good" else 4000)
        asked = {
            "token": "x",
            "session_id": "no" if how == "unknown" else session,
            "seq": 99 if how == "seq ahead" else 1,
        }
        async with wired(rig) as wire:
            await wire.frame()
            await wire.send(6, asked)
            invalid = await wire.frame()
            await wire.send(2, {"token": "x", "intents": GUILDS})
            await wire.event("READY")
    assert (invalid["op"], invalid["d"]) == (9, False)


async def test_without_the_member_intent_the_guild_shows_only_the_bot():
    """Members can still be asked for by id."""
    async with rigged(connect=False) as rig, wired(rig) as wire:
        await wire.identify()
        guild = await wire.event("GUILD_CREATE")
        bob = rig.person("bob")
        await wire.send(8, {"guild_id": rig.world.guild_id, "user_ids": [bob, "1"]})
        chunk = await wire.event("GUILD_MEMBERS_CHUNK")
    assert [member["user"]["username"] for member in guild["members"]] == ["easel"]
    assert guild["member_count"] == 5
    assert [member["user"]["id"] for member in chunk["members"]] == [bob]
    assert chunk["not_found"] == ["1"]


@pytest.mark.parametrize("kind", ["zlib-stream", "zstd-stream"])
async def test_streams_are_compressed_as_asked(kind):
    """One stream over all messages, each flushed whole."""
    unpack = zlib.decompressobj() if kind == "zlib-stream" else zstandard.ZstdDecompressor().decompressobj()
    async with rigged(connect=False) as rig, wired(rig, compress=kind) as wire:
        hello = json.loads(unpack.decompress((await wire.ws.receive()).data))
        await wire.send(2, {"token": "x", "intents": GUILDS})
        ready = json.loads(unpack.decompress((await wire.ws.receive()).data))
    assert (hello["op"], ready["t"]) == (10, "READY")


@pytest.mark.parametrize("cut", [{"op": 7}, {"code": 4000}, {"op": 9, "resumable": True}])
async def test_the_client_comes_back_by_itself(cut):
    """However the connection is cut, the bot hears what is said after."""
    async with rigged() as rig:
        session = next(iter(rig.world.hub.sessions.values()))
        first = session.connection
        await rig.do("drop", **cut)
        await rig.until(lambda: session.connection is not first)
        await rig.do("post", channel="general", content="while away")
        await rig.until(lambda: ("message", "while away", 0, True) in rig.bot.seen, 10)
        assert list(rig.world.hub.sessions) == [session.id]


async def test_an_undeclared_intent_stops_the_client():
    """discord.py says so in its own words."""
    async with rigged(connect=False, content_intent_allowed=False) as rig:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await rig.connect()


class Sharded(discord.AutoShardedClient):
    """Does not wait five seconds between shards."""

    async def before_identify_hook(self, shard_id, *, initial=False):
        pass


async def test_shards_share_the_guild_and_the_direct_messages():
    """Three shards connect; the guild is on one of them, direct messages come over shard 0."""
    async with rigged(connect=False, shards=3) as rig:
        point_at(rig.box.base)
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL("ws://127.0.0.1:1/")
        client, heard, ready = Sharded(intents=discord.Intents.default(), guild_ready_timeout=0.1), [], asyncio.Event()

        @client.event
        async def on_ready():
            ready.set()

        @client.event
        async def on_message(message):
            heard.append((message.content, message.guild is not None))

        task = asyncio.create_task(client.start("x"))
        await asyncio.wait_for(ready.wait(), 8)
        opened = await rig.do("dm")
        await rig.do("post", channel=opened["id"], content="direct")
        await rig.do("post", channel="art", content=f"<@{rig.world.app_id}>")
        await rig.until(lambda: len(heard) == 2)
        shards = (client.shard_count, len(client.guilds), len(rig.world.hub.sessions))
        await client.close()
        await asyncio.gather(task, return_exceptions=True)
    assert shards == (3, 1, 3)
    assert sorted(heard) == [(f"<@{rig.world.app_id}>", True), ("direct", False)]


async def test_the_bot_hears_of_renamed_channels_and_threads():
    """The client's cache follows."""
    async with rigged(bot=TinyBot()) as rig:
        _, thread, _ = await rig.picture()
        cached = rig.bot.get_channel(int(thread))
        await cached.edit(name="renamed", archived=True)
        await rig.until(lambda: cached.archived and cached.name == "renamed")
        await rig.do("post", channel=thread, content="wake", user="bob")
        await rig.until(lambda: (found := rig.bot.get_channel(int(thread))) and not found.archived)
