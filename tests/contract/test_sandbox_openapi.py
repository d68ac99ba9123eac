"""The judge of the tests' traffic: Discord's own specification, where it is given."""

import warnings

import pytest

from tests.support import discord_openapi
from tests.support.sandbox_bot import rigged


def entry(**more):
    """One well-formed call, with some of it changed."""
    base = {"method": "GET", "path": "/api/v10/gateway", "query": {}, "payload": None, "status": 200}
    return {**base, "response": {"url": "ws://x"}, **more}


FAULTS = [
    entry(response={}),
    entry(query={"colour": "red"}),
    entry(status=201),
    entry(path="/api/v10/nothing"),
    entry(status=404, error={}),
    entry(method="POST", path="/api/v10/channels/1/messages", payload={"content": 7}, response=None),
]


async def test_all_traffic_of_the_sandbox_tests_is_judged():
    """Every rig judges its own log as it closes; without the file that is not done, and this says so."""
    spec = discord_openapi.spec_path()
    if spec is None:
        warnings.warn(
            f"{discord_openapi.VARIABLE} is not set: the sandbox's requests and answers were NOT judged by "
            "Discord's OpenAPI specification. Set it to the path of openapi.json.",
            stacklevel=1,
        )
        assert discord_openapi.spec_path() is None
        return
    assert discord_openapi.problems([entry()], spec) == []
    for fault in FAULTS:
        assert discord_openapi.problems([fault], spec), fault


async def test_a_rig_fails_on_traffic_that_does_not_conform(monkeypatch):
    """The judgement is not for show."""
    monkeypatch.setattr(discord_openapi, "spec_path", lambda: "spec.json")
    monkeypatch.setattr(discord_openapi, "problems", lambda log, spec: [f"{len(log)} calls, all wrong"])
    with pytest.raises(AssertionError, match="1 calls, all wrong"):
        async with rigged(connect=False) as rig:
            await rig.api("GET", "/gateway")
