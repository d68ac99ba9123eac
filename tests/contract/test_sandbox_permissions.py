"""Permissions: computed as Discord does, enforced on the bot and on members, with Discord's codes."""

import pytest

from bot.sandbox import permissions
from bot.sandbox.permissions import Permission as Can
from bot.sandbox.records import Channel, Overwrite, Role, Thread, User
from tests.support.sandbox_bot import png, rigged

ROLES = {
    "guild": Role(id="guild", name="@everyone", permissions=int(Can.VIEW_CHANNEL | Can.SEND_MESSAGES)),
    "mod": Role(id="mod", name="mod", permissions=int(Can.MANAGE_MESSAGES)),
    "admin": Role(id="admin", name="admin", permissions=int(Can.ADMINISTRATOR)),
}
SEE, SEND, FILES = int(Can.VIEW_CHANNEL), int(Can.SEND_MESSAGES), int(Can.ATTACH_FILES)


def computed(roles=(), overwrites=(), *, thread=False, owner=False):
    """What a member may do in a channel with these overwrites."""
    user = User(id="me", username="me", roles=roles)
    channel = Channel(id="c", type=0, thread=Thread(owner_id="x") if thread else None)
    bits = permissions.base(user, ROLES, guild_id="guild", owner_id="me" if owner else "other")
    if bits != permissions.ALL:
        bits = permissions.overwritten(bits, user, overwrites, guild_id="guild")
    return permissions.implied(bits, channel)


@pytest.mark.parametrize(
    ("roles", "overwrites", "expected"),
    [
        ((), (), SEE | SEND),
        (("mod",), (), SEE | SEND | Can.MANAGE_MESSAGES),
        ((), (Overwrite(id="guild", type=0, deny=SEND),), SEE),
        (("mod",), (Overwrite(id="guild", type=0, deny=SEND), Overwrite(id="mod", type=0, allow=SEND)),
         SEE | SEND | Can.MANAGE_MESSAGES),
        (("mod",), (Overwrite(id="mod", type=0, allow=FILES), Overwrite(id="me", type=1, deny=FILES)),
         SEE | SEND | Can.MANAGE_MESSAGES),
        ((), (Overwrite(id="guild", type=0, deny=SEE),), 0),
        ((), (Overwrite(id="me", type=1, allow=FILES, deny=SEND),), SEE),
        (("admin",), (Overwrite(id="me", type=1, deny=SEE),), permissions.ALL),
    ],
    ids=["everyone", "role adds", "everyone denied", "role over everyone", "member over role", "unseen is nothing",
         "mute drops files", "admin over all"],
)  # fmt: skip
def test_roles_then_overwrites_then_implications(roles, overwrites, expected):
    """Everyone's overwrite, the roles' together, the member's own; then what the lack of one implies."""
    assert computed(roles, overwrites) == expected


def test_the_owner_may_do_everything():
    """Whatever a channel says."""
    assert computed(overwrites=(Overwrite(id="me", type=1, deny=SEE),), owner=True) == permissions.ALL


def test_in_a_thread_another_right_to_speak_counts():
    """Without SEND_MESSAGES_IN_THREADS there are no files in a thread."""
    grants = (Overwrite(id="me", type=1, allow=FILES),)
    assert computed(overwrites=grants, thread=True) & FILES == 0
    assert computed(overwrites=grants) & FILES


POST = ("POST", "/channels/{art}/messages", {"content": "x"}, ())
WITH_FILE = ("POST", "/channels/{art}/messages", {"content": "x"}, [("a.png", b"x")])
REPLY = ("POST", "/channels/{art}/messages", {"content": "x", "message_reference": {"message_id": "{post}"}}, ())
OF_POST = ("POST", "/channels/{art}/messages/{post}/threads", {"name": "t"}, ())
REACT = ("PUT", "/channels/{art}/messages/{post}/reactions/👍/@me", None, ())
READ = ("GET", "/channels/{art}/messages/{post}", None, ())
IN_THREAD = ("POST", "/channels/{thread}/messages", {"content": "x"}, ())
LOCK = ("PATCH", "/channels/{thread}", {"locked": True}, ())


@pytest.mark.parametrize(
    ("taken", "call", "status", "code"),
    [
        ("VIEW_CHANNEL", POST, 403, 50001),
        ("SEND_MESSAGES", POST, 403, 50013),
        ("ATTACH_FILES", WITH_FILE, 403, 50013),
        ("ATTACH_FILES", POST, 200, None),
        ("READ_MESSAGE_HISTORY", REPLY, 400, 160002),
        ("READ_MESSAGE_HISTORY", READ, 403, 50013),
        ("CREATE_PUBLIC_THREADS", OF_POST, 403, 50013),
        ("ADD_REACTIONS", REACT, 403, 50013),
        ("SEND_MESSAGES_IN_THREADS", IN_THREAD, 403, 50013),
        ("SEND_MESSAGES", IN_THREAD, 200, None),
        ("EMBED_LINKS", LOCK, 403, 50013),
    ],
)
async def test_the_bot_cannot_do_what_was_taken_from_it(taken, call, status, code):
    """50001 where it cannot see, 50013 where it may not act."""
    async with rigged(connect=False, ratelimit=False) as rig:
        art = rig.channel("art")
        post, other = [await rig.do("post", channel="art", content="x") for _ in range(2)]
        _, thread = await rig.api("POST", f"/channels/{art}/messages/{other['id']}/threads", {"name": "t"})
        await rig.do("set", knobs={"permissions": {"art": [taken]}})
        method, path, body, files = call
        if body and "message_reference" in body:
            body = {**body, "message_reference": {"message_id": post["id"]}}
        full = path.format(art=art, post=post["id"], thread=thread["id"])
        answer, said = await rig.api(method, full, body, files)
    assert (answer, (said or {}).get("code")) == (status, code)


async def test_discord_py_sees_what_was_taken():
    """The knob is a real overwrite: the client computes the same, and everything comes back."""
    async with rigged() as rig:
        guild = rig.bot.guilds[0]
        art = guild.get_channel(int(rig.channel("art")))
        before = art.permissions_for(guild.me).attach_files
        await rig.do("set", knobs={"permissions": ["ATTACH_FILES"]})
        await rig.until(lambda: not art.permissions_for(guild.me).attach_files)
        await rig.do("set", knobs={"permissions": []})
        await rig.until(lambda: art.permissions_for(guild.me).attach_files)
    assert before


async def test_a_channel_the_bot_cannot_see_is_silent():
    """No event of it reaches the bot, and no thread of it is listed."""
    async with rigged() as rig:
        await rig.do("set", knobs={"permissions": {"photos": ["VIEW_CHANNEL"]}})
        await rig.do("post", channel="photos", content="hidden")
        await rig.do("post", channel="general", content="open")
        await rig.until(lambda: ("message", "open", 0, True) in rig.bot.seen)
    assert ("message", "hidden", 0, True) not in rig.bot.seen


async def test_interactions_say_what_the_bot_may_do():
    """app_permissions lack what was taken; the member's own are theirs."""
    async with rigged() as rig:
        got = []
        rig.bot.on_interaction = lambda interaction: _collect(got, interaction)
        await rig.do("set", knobs={"permissions": ["SEND_MESSAGES"]})
        await rig.do("command", name="chatter", channel="general", user="alice")
        (interaction,) = await rig.until(lambda: got)
    assert not interaction.app_permissions.send_messages
    assert interaction.permissions.administrator


async def _collect(found, item):
    found.append(item)


async def test_members_need_permissions_too():
    """Nobody posts where they cannot look, and only moderators delete what others said."""
    async with rigged(connect=False) as rig:
        deny = (Overwrite(id=rig.person("bob"), type=1, deny=SEE),)
        art = rig.world.channel("art")
        rig.world.channels[art.id] = art.evolve(overwrites=deny)
        post = await rig.do("post", [("a.png", png())], channel="art", user="carol")
        hidden = await rig.do("post", channel="art", content="x", user="bob")
        reaction = await rig.do("react", message=post["id"], emoji="👍", user="bob")
        others = await rig.do("delete", message=post["id"], user="dave")
        seen_by_bob = [channel["name"] for channel in (await rig.state("bob"))["channels"]]
        owner = await rig.do("delete", message=post["id"], user="alice")
    assert (hidden, reaction, others, owner) == ((403, 50001), (403, 50001), (403, 50013), {})
    assert seen_by_bob == ["general", "photos"]


@pytest.mark.parametrize("knobs", [{"permissions": ["FLY"]}, {"colour": "red"}, {"file_limit": 0}])
async def test_a_knob_that_does_not_exist_is_refused(knobs):
    """400, and the words name it."""
    async with rigged(connect=False) as rig:
        assert await rig.do("set", knobs=knobs) == (400, 0)
        assert next(iter(knobs)) in rig.refusal
        assert await rig.do("set", knobs={"latency": 0.0}) == {}
