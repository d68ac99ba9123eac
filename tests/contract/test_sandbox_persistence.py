"""With a folder the world outlives the sandbox; without one it is gone."""

import asyncio
import json

from bot import sandbox
from bot.sandbox import messages
from tests.support.sandbox_bot import Rig, png, rigged


async def lived(folder, port=0):
    return Rig(await sandbox.start(port, data=folder))


async def test_everything_said_is_there_again(tmp_path):
    """Users, channels, threads, messages, reactions, commands, files, and the addresses of files at the same port."""
    first = await lived(tmp_path)
    port = int(first.box.base.rsplit(":", 1)[1])
    post = await first.do("post", [("a.png", png())], channel="art", content="x", user="bob")
    await first.do("react", message=post["id"], emoji="👍", user="carol")
    await first.api("POST", f"/channels/{post['channel_id']}/messages/{post['id']}/threads", {"name": "t"})
    await first.api("PUT", f"/applications/{first.world.app_id}/commands", [{"name": "easel", "description": "d"}])
    await first.do("dm", user="bob")
    await first.do("set", members=6)
    before = await first.state()
    await first.close()
    second = await lived(tmp_path, port)
    after = await second.state()
    async with second.http.get(post["attachments"][0]["url"]) as response:
        picture = await response.read()
    newer = await second.do("post", channel="art", content="y")
    await second.close()
    assert unsigned(after) == unsigned(before)
    assert picture == png()
    assert int(newer["id"]) > int(post["id"])


def unsigned(state):
    """A state without the signatures of addresses, which carry the time."""
    parts = json.dumps(state).split("?ex=")
    return [parts[0], *[part.partition('"')[2] for part in parts[1:]]]


async def test_a_nonce_is_remembered_over_a_restart(tmp_path):
    """What was said before the restart is not said again after it."""
    body = {"content": "x", "nonce": "job-7", "enforce_nonce": True}
    first = await lived(tmp_path)
    _, said = await first.api("POST", f"/channels/{first.channel()}/messages", body)
    await first.close()
    second = await lived(tmp_path)
    _, again = await second.api("POST", f"/channels/{second.channel()}/messages", body)
    await second.close()
    assert again["id"] == said["id"]


async def test_a_kill_loses_no_more_than_a_moment(tmp_path):
    """What was written a moment ago is there, though the sandbox never shut down."""
    first = await lived(tmp_path)
    await first.do("post", channel="art", content="kept")
    await asyncio.sleep(0.6)
    second = await lived(tmp_path)
    kept = [message.content for message in second.world.messages.values()]
    await second.close()
    await first.close()
    assert kept == ["kept"]


async def test_files_nobody_refers_to_are_swept(tmp_path, monkeypatch):
    """A deleted message's file goes after a while, and at the latest with the next start."""
    first = await lived(tmp_path)
    gone = await first.do("post", [("a.png", png())], channel="art")
    kept = await first.do("post", [("b.png", png())], channel="art")
    await first.do("delete", message=gone["id"])
    at_once = len(list((tmp_path / "files").iterdir()))
    await first.close()
    second = await lived(tmp_path)
    names = [path.name for path in (tmp_path / "files").iterdir()]
    monkeypatch.setattr(messages, "GRACE_S", 0)
    await second.do("delete", message=kept["id"])
    await second.until(lambda: not list((tmp_path / "files").iterdir()))
    await second.close()
    assert at_once == 2
    assert names == [kept["attachments"][0]["id"]]


async def test_without_a_folder_nothing_stays():
    """Two sandboxes know nothing of each other."""
    async with rigged(connect=False) as rig:
        await rig.do("post", channel="art", content="x")
    async with rigged(connect=False) as rig:
        assert rig.world.messages == {}
