"""The REST API and the CDN, call by call."""

import asyncio
import io
import time

import av
import numpy as np
import pytest

from bot.sandbox.cdn import Span, Unsatisfiable, span
from bot.sandbox.ratelimit import RateLimiter
from tests.support.sandbox_bot import png, rigged


def clip(seconds=1, size=(64, 48)):
    """A short silent video."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(seconds * 10):
            frame = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), number, np.uint8))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()


async def test_the_same_nonce_is_said_once():
    """With enforce_nonce the second post returns the first; another author or no enforcement says it again."""
    async with rigged(connect=False) as rig:
        where, body = f"/channels/{rig.channel()}/messages", {"content": "x", "nonce": "n1", "enforce_nonce": True}
        answers = await asyncio.gather(*(rig.api("POST", where, body, [("a.png", png())]) for _ in range(3)))
        await rig.do("post", channel="general", content="x", nonce="n1", enforce_nonce=True)
        said = len(rig.world.messages)
        await rig.api("POST", where, {"content": "x", "nonce": "n1"})
    assert len({answer["id"] for _, answer in answers}) == 1
    assert answers[0][1]["nonce"] == "n1"
    assert (said, len(rig.world.messages)) == (2, 3)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ({"limit": "3"}, [9, 8, 7]),
        ({"before": 4}, [3, 2, 1, 0]),
        ({"before": 4, "limit": "2"}, [3, 2]),
        ({"after": 4, "limit": "2"}, [6, 5]),
        ({"around": 4, "limit": "3"}, [5, 4, 3]),
        ({"around": 4, "limit": "4"}, [5, 4, 3, 2]),
    ],
)
async def test_history_goes_before_after_and_around(query, expected):
    """Newest first, whatever was asked for."""
    async with rigged(connect=False) as rig:
        posts = [await rig.do("post", channel="art", content=str(n)) for n in range(10)]
        asked = {key: posts[value]["id"] if isinstance(value, int) else value for key, value in query.items()}
        _, found = await rig.api("GET", f"/channels/{rig.channel('art')}/messages", params=asked)
    assert [int(message["content"]) for message in found] == expected


async def test_history_takes_one_to_a_hundred():
    """Any other limit is refused."""
    async with rigged(connect=False) as rig:
        status, refusal = await rig.api("GET", f"/channels/{rig.channel()}/messages", params={"limit": "101"})
    assert (status, refusal["code"]) == (400, 50035)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("bytes=-", None),
        ("bytes=0-", Span(0, 100)),
        ("bytes=10-19", Span(10, 20)),
        ("bytes=90-500", Span(90, 100)),
        ("bytes=-10", Span(90, 100)),
        ("bytes=-500", Span(0, 100)),
        ("bytes=0-4,8-9", None),
    ],
)
def test_ranges(header, expected):
    """One range of bytes; anything else means the whole."""
    assert span(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=20-10", "bytes=-0"])
def test_ranges_outside_are_refused(header):
    """There is no such part."""
    with pytest.raises(Unsatisfiable):
        span(header, 100)


async def test_a_clip_is_measured_and_served_in_parts():
    """Width, height and type are known, and a player may seek."""
    data = clip()
    async with rigged(connect=False) as rig:
        post = await rig.do("post", [("clip.mp4", data)], channel="art")
        shown = post["attachments"][0]
        async with rig.http.get(shown["url"], headers={"Range": "bytes=10-29"}) as part:
            got = (part.status, part.headers["Content-Range"], part.headers["Accept-Ranges"], await part.read())
        async with rig.http.get(shown["url"], headers={"Range": f"bytes={len(data)}-"}) as beyond:
            refused = (beyond.status, beyond.headers["Content-Range"])
        async with rig.http.head(shown["url"]) as head:
            whole = (head.status, head.content_type, head.content_length)
    assert (shown["width"], shown["height"], shown["content_type"]) == (64, 48, "video/mp4")
    assert got == (206, f"bytes 10-29/{len(data)}", "bytes", data[10:30])
    assert refused == (416, f"bytes */{len(data)}")
    assert whole == (200, "video/mp4", len(data))


async def test_addresses_of_files_are_signed_and_run_out():
    """Without its signature, with another's, or too late, a file is not served; a fetch gives a fresh address."""
    async with rigged(connect=False, signature_s=2) as rig:
        post = await rig.do("post", [("a.png", png()), ("b.png", png())], channel="art")
        url, other = (attachment["url"] for attachment in post["attachments"])
        path, query = url.split("?")
        bad = [path, f"{other.split('?')[0]}?{query}", url.replace("&hm=", "&hm=0")]
        statuses = [await _status(rig, address) for address in [url, *bad]]
        await asyncio.sleep(2.1)
        late = await _status(rig, url)
        _, again = await rig.api("GET", f"/channels/{post['channel_id']}/messages/{post['id']}")
        fresh = await _status(rig, again["attachments"][0]["url"])
    assert statuses == [200, 404, 404, 404]
    assert (late, fresh) == (404, 200)


async def _status(rig, url):
    async with rig.http.get(url) as response:
        return response.status


async def test_a_page_sent_as_a_file_cannot_act_as_the_sandbox():
    """What members upload is served without the right to run scripts here."""
    async with rigged(connect=False) as rig:
        post = await rig.do("post", [("x.html", b"<script>alert(1)</script>")], channel="art")
        async with rig.http.get(post["attachments"][0]["url"]) as response:
            policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox")


async def test_file_names_are_made_safe():
    """Letters, digits, dots, dashes and underscores stay."""
    async with rigged(connect=False) as rig:
        post = await rig.do("post", [("../my cat (1).png", png())], channel="art")
    assert post["attachments"][0]["filename"] == "_my_cat__1_.png"


async def test_a_thread_wakes_when_spoken_in_unless_locked():
    """Archived: no edit, no reaction, no command (50083), but speaking wakes it. Locked: not even that."""
    async with rigged(connect=False, ratelimit=False) as rig:
        thread = await _thread(rig)
        where = f"/channels/{thread}"
        _, said = await rig.api("POST", f"{where}/messages", {"content": "x"})
        await rig.api("PATCH", where, {"archived": True})
        edit = await rig.api("PATCH", f"{where}/messages/{said['id']}", {"content": "y"})
        react = await rig.api("PUT", f"{where}/messages/{said['id']}/reactions/👍/@me")
        rename = await rig.api("PATCH", where, {"name": "other"})
        command = await rig.do("react", message=said["id"], emoji="👍")
        await rig.do("post", channel=thread, content="wake up", user="bob")
        awake = not rig.world.channels[thread].thread.archived
        rig.world.channels[thread] = rig.world.channels[thread].evolve(
            thread=rig.world.channels[thread].thread.evolve(locked=True)
        )
        locked = await rig.api("POST", f"{where}/messages", {"content": "x"})
        bob = await rig.do("post", channel=thread, content="x", user="bob")
        owner = await rig.do("post", channel=thread, content="x", user="alice")
    assert [answer[1]["code"] for answer in (edit, react, rename)] == [50083] * 3
    assert command == (400, 50083)
    assert awake
    assert locked[1]["code"] == 160005
    assert bob == (400, 160005)
    assert owner["content"] == "x"


async def _thread(rig):
    post = await rig.do("post", channel="art", content="x", user="bob")
    _, thread = await rig.api("POST", f"/channels/{post['channel_id']}/messages/{post['id']}/threads", {"name": "t"})
    return thread["id"]


async def test_threads_have_members():
    """Its maker, who speaks in it, and who is brought in; the list needs the member intent."""
    async with rigged(connect=False, members_intent_allowed=True) as rig:
        thread, bob, carol = await _thread(rig), rig.person("bob"), rig.person("carol")
        await rig.do("post", channel=thread, content="hi", user="bob")
        added, _ = await rig.api("PUT", f"/channels/{thread}/thread-members/{carol}")
        _, members = await rig.api("GET", f"/channels/{thread}/thread-members")
        left, _ = await rig.api("DELETE", f"/channels/{thread}/thread-members/@me")
        gone, refusal = await rig.api("GET", f"/channels/{thread}/thread-members/{rig.world.app_id}")
        _, active = await rig.api("GET", f"/guilds/{rig.world.guild_id}/threads/active")
    assert {member["user_id"] for member in members} == {rig.world.app_id, bob, carol}
    assert (added, left, gone, refusal["code"]) == (204, 204, 404, 10007)
    assert [found["id"] for found in active["threads"]] == [thread]
    assert active["threads"][0]["message_count"] == 1


async def test_a_message_has_one_thread_and_a_thread_needs_no_message():
    """A second thread of a message is 160004; one of no message leaves a note in its channel."""
    async with rigged(connect=False) as rig:
        thread, art = await _thread(rig), rig.channel("art")
        twice, refusal = await rig.api("POST", f"/channels/{art}/messages/{thread}/threads", {"name": "t"})
        made, other = await rig.api("POST", f"/channels/{art}/threads", {"name": "alone", "type": 11})
        inside, nested = await rig.api("POST", f"/channels/{thread}/threads", {"name": "t", "type": 11})
        await rig.api("PATCH", f"/channels/{other['id']}", {"archived": True})
        _, archived = await rig.api("GET", f"/channels/{art}/threads/archived/public")
        notes = [(m.type, m.content) for m in rig.world.messages_in(art) if m.type]
    assert (twice, refusal["code"]) == (400, 160004)
    assert (made, other["parent_id"]) == (201, art)
    assert (inside, nested["code"]) == (400, 50024)
    assert [found["name"] for found in archived["threads"]] == ["alone"]
    assert notes == [(18, "alone")]


async def test_messages_go_one_by_one_or_many_at_once():
    """Own ones always, others' as a moderator; between 2 and 100 in bulk."""
    async with rigged(connect=False, ratelimit=False) as rig:
        art = rig.channel("art")
        theirs = [(await rig.do("post", channel="art", content="x"))["id"] for _ in range(3)]
        _, mine = await rig.api("POST", f"/channels/{art}/messages", {"content": "x"})
        own, _ = await rig.api("DELETE", f"/channels/{art}/messages/{mine['id']}")
        refused, refusal = await rig.api("DELETE", f"/channels/{art}/messages/{theirs[0]}")
        _promote(rig)
        few, too_few = await rig.api("POST", f"/channels/{art}/messages/bulk-delete", {"messages": theirs[:1]})
        many, _ = await rig.api("POST", f"/channels/{art}/messages/bulk-delete", {"messages": theirs})
    assert (own, refused, refusal["code"]) == (204, 403, 50013)
    assert (few, too_few["code"], many) == (400, 50016, 204)
    assert rig.world.messages == {}


def _promote(rig):
    """Make the bot an administrator."""
    role = rig.world.roles[rig.world.bot.roles[0]]
    rig.world.roles[role.id] = role.evolve(permissions=1 << 3)


async def test_moderators_clear_reactions():
    """One person's, one emoji's, all; and see who gave them."""
    async with rigged(connect=False, ratelimit=False) as rig:
        post = await rig.do("post", channel="art", content="x")
        for user in ("alice", "bob", "carol"):
            for emoji in "👍👎":
                await rig.do("react", message=post["id"], emoji=emoji, user=user)
        where = f"/channels/{post['channel_id']}/messages/{post['id']}/reactions"
        _, who = await rig.api("GET", f"{where}/👍", params={"limit": "2"})
        refused, refusal = await rig.api("DELETE", f"{where}/👍/{rig.person('bob')}")
        _promote(rig)
        await rig.api("DELETE", f"{where}/👍/{rig.person('bob')}")
        left = len(rig.world.messages[post["id"]].reactions["👍"])
        await rig.api("DELETE", f"{where}/👍")
        names = list(rig.world.messages[post["id"]].reactions)
        await rig.api("DELETE", where)
    assert [user["username"] for user in who] == ["alice", "bob"]
    assert (refused, refusal["code"]) == (403, 50013)
    assert (left, names, rig.world.messages[post["id"]].reactions) == (2, ["👎"], {})


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/channels/1", 404, 10003),
        ("GET", "/channels/{general}/messages/1", 404, 10008),
        ("GET", "/guilds/1", 404, 10004),
        ("GET", "/guilds/{guild}/members/1", 404, 10007),
        ("GET", "/guilds/{guild}/members", 403, 50001),
        ("GET", "/users/1", 404, 10013),
        ("GET", "/applications/{app}/emojis/1", 404, 10014),
        ("GET", "/applications/{app}/commands/1", 404, 10063),
        ("GET", "/webhooks/{app}/no-such-token/messages/@original", 401, 50027),
        ("GET", "/no/such/thing", 404, 0),
    ],
)
async def test_what_is_not_there_has_its_code(method, path, status, code):
    """Discord's own code for each unknown thing."""
    async with rigged(connect=False) as rig:
        world = rig.world
        full = path.format(general=rig.channel(), guild=world.guild_id, app=world.app_id)
        answer, refusal = await rig.api(method, full)
    assert (answer, refusal["code"]) == (status, code)


@pytest.mark.parametrize(
    "path",
    ["/users/@me", "/users/@me/guilds", "/oauth2/applications/@me", "/applications/@me", "/gateway", "/gateway/bot",
     "/guilds/{guild}", "/guilds/{guild}/channels", "/guilds/{guild}/roles", "/guilds/{guild}/members/{app}",
     "/users/{app}", "/channels/{general}", "/applications/{app}/emojis", "/applications/{app}/commands"],
)  # fmt: skip
async def test_what_is_there_is_as_specified(path):
    """Each answer is 200, and fits the specification where that is given."""
    async with rigged(connect=False) as rig:
        world = rig.world
        status, _ = await rig.api("GET", path.format(general=rig.channel(), guild=world.guild_id, app=world.app_id))
    assert status == 200


async def test_commands_are_kept_by_name():
    """A second registration keeps the id; one may be added, changed and taken away."""
    async with rigged(connect=False) as rig:
        where, one = f"/applications/{rig.world.app_id}/commands", {"name": "easel", "description": "d"}
        _, (first,) = await rig.api("PUT", where, [one])
        _, (second,) = await rig.api("PUT", where, [{**one, "description": "other"}])
        created, menu = await rig.api("POST", where, {"name": "Restyle", "type": 3})
        replaced, _ = await rig.api("POST", where, {"name": "Restyle", "type": 3})
        _, changed = await rig.api("PATCH", f"{where}/{first['id']}", {"description": "third"})
        gone, _ = await rig.api("DELETE", f"{where}/{menu['id']}")
        _, left = await rig.api("GET", where)
        scoped = f"/applications/{rig.world.app_id}/guilds/{rig.world.guild_id}/commands"
        _, (local,) = await rig.api("PUT", scoped, [one])
    assert first["id"] == second["id"]
    assert (created, replaced, gone, changed["description"]) == (201, 200, 204, "third")
    assert [command["name"] for command in left] == ["easel"]
    assert local["guild_id"] == rig.world.guild_id


async def test_too_many_calls_are_429_with_a_via_header():
    """The sixth post in five seconds; the headers and the body say how long to wait."""
    async with rigged(connect=False) as rig:
        where = f"/channels/{rig.channel()}/messages"
        for _ in range(5):
            await rig.api("POST", where, {"content": "x"})
        headers = {"Authorization": "Bot x"}
        async with rig.http.post(f"/api/v10{where}", json={"content": "x"}, headers=headers) as response:
            body = await response.json()
    assert (response.status, response.headers["X-RateLimit-Scope"], body["global"]) == (429, "user", False)
    assert 0 < body["retry_after"] <= 5
    assert response.headers["Via"]


def test_the_global_limit_spares_interactions():
    """Fifty calls a second; answers to interactions are not counted."""
    now = time.time()
    limiter = RateLimiter(lambda: now)
    paths = ["/api/v10/users/@me"] * 50
    refused = [limiter.judge("GET", path).refused for path in paths]
    beyond = limiter.judge("GET", "/api/v10/users/@me").refused
    answer = limiter.judge("POST", "/api/v10/interactions/1/t/callback").refused
    assert refused == [None] * 50
    assert beyond is not None
    assert beyond["global"] is True
    assert answer is None


async def test_old_messages_are_edited_so_often():
    """Past the knob's number of edits an old message refuses with 30046."""
    async with rigged(connect=False, ratelimit=False, old_edits=1, old_after_s=-1) as rig:
        where = f"/channels/{rig.channel()}/messages"
        _, message = await rig.api("POST", where, {"content": "x"})
        first, _ = await rig.api("PATCH", f"{where}/{message['id']}", {"content": "y"})
        second, refusal = await rig.api("PATCH", f"{where}/{message['id']}", {"content": "z"})
    assert (first, second, refusal["code"]) == (200, 429, 30046)


@pytest.mark.parametrize(("after", "said"), [(False, 0), (True, 1)], ids=["never arrived", "answer lost"])
async def test_planned_failures(after, said):
    """A call can fail before or after it is carried out, as often as asked."""
    async with rigged(connect=False) as rig:
        fault = {"method": "POST", "path": "/messages$", "status": 503, "times": 1, "after": after}
        await rig.do("set", knobs={"faults": [fault]})
        where = f"/channels/{rig.channel()}/messages"
        broken, _ = await rig.api("POST", where, {"content": "x"})
        in_between = len(rig.world.messages)
        well, _ = await rig.api("POST", where, {"content": "y"})
    assert (broken, in_between, well) == (503, said, 200)


async def test_a_body_that_is_no_json_is_refused():
    """Broken JSON, JSON of the wrong shape: 400, and the server goes on."""
    async with rigged(connect=False) as rig:
        where = f"/api/v10/channels/{rig.channel()}/messages"
        headers = {"Authorization": "Bot x", "Content-Type": "application/json"}
        statuses = []
        for body in (b"{", b"[]", b'{"components": [1]}', b'{"content": 7, "flags": "x"}'):
            async with rig.http.post(where, data=body, headers=headers) as response:
                statuses.append(response.status)
        fine, _ = await rig.api("POST", f"/channels/{rig.channel()}/messages", {"content": "x"})
    assert statuses == [400] * 4
    assert fine == 200


async def test_only_pages_of_this_machine_get_in():
    """Another site's page, or another name for this address, is turned away."""
    async with rigged(connect=False) as rig:
        codes = []
        for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Origin": rig.box.base}, {}):
            async with rig.http.get("/sandbox/state", headers=headers) as response:
                codes.append(response.status)
    assert codes == [403, 403, 200, 200]
