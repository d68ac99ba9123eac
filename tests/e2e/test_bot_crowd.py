"""Twenty members post at once: everybody is answered within seconds, everybody gets a gallery, in fair order."""

import asyncio
from datetime import datetime

import pytest

from tests.support.town import Engine, Town, buttons, photo, until

pytestmark = pytest.mark.timeout(240)
MEMBERS = 20
GREEDY = 6


def when(message, field="timestamp"):
    return datetime.fromisoformat(message[field]).timestamp()


@pytest.fixture
async def town(tmp_path):
    engine = await Engine(tmp_path / "engine").start()
    town = await Town(tmp_path / "town", engine, BOT_RUNNING_LIMIT=str(GREEDY)).start(ratelimit=True)
    yield town
    await town.stop()
    await engine.kill(15)
    assert not town.faults, "\n".join(town.faults)


async def test_a_crowd_is_served_at_once_and_fairly(town):
    await town.act("set", members=MEMBERS)
    names = [u["username"] for u in (await town.state())["users"] if not u["bot"]]
    asked = ["alice"] * GREEDY + [name for name in names if name != "alice"]
    posts = await asyncio.gather(*[town.post("as ink, 2 variants", photo(seed=n), user=u) for n, u in enumerate(asked)])
    owners = dict(zip((p["id"] for p in posts), asked, strict=True))

    async def ended():
        shown = [m for m in (await town.state())["messages"] if m["channel_id"] in owners and buttons(m).get("again")]
        return shown if len({m["channel_id"] for m in shown}) == len(posts) else None

    galleries = await until(ended, 120)
    assert len(galleries) == len(posts)

    state = await town.state()
    for post in posts:
        first = min((m for m in state["messages"] if m["channel_id"] == post["id"]), key=when)
        assert when(first) - when(post) < 3

    last_of = {}
    for gallery in galleries:
        owner = owners[gallery["channel_id"]]
        last_of[owner] = max(last_of.get(owner, 0), when(gallery, "edited_timestamp"))
    assert max(last_of, key=last_of.get) == "alice"
