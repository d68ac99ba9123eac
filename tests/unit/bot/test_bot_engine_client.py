"""The bot and an engine that is slow, away, restarted or newer than the bot."""

import json

import httpx
import pytest

from bot import engine_client
from bot.engine_client import EngineAway, EngineClient, EngineProblem, patiently
from engine.contract import JobRequest

REQUEST = JobRequest(models=("ink",), images=({"id": "a" * 64},))


def client(handler):
    return EngineClient("http://engine", "secret", transport=httpx.MockTransport(handler))


def problem(status, code, detail="why"):
    body = {"title": "x", "status": status, "code": code, "detail": detail}
    return httpx.Response(status, json=body, headers={"content-type": "application/problem+json"})


def sse(*events):
    text = "".join(f"id: {i}\nevent: {e['type']}\ndata: {json.dumps(e)}\n\n" for i, e in events)
    return httpx.Response(200, text=text, headers={"content-type": "text/event-stream"})


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    sleep = engine_client.asyncio.sleep
    monkeypatch.setattr(engine_client.asyncio, "sleep", lambda _: sleep(0))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (problem(404, "image_not_found", "no such image"), EngineProblem),
        (problem(503, "queue_full", "full"), EngineProblem),
        (problem(503, "starting"), EngineAway),
        (httpx.Response(502, text="<html>bad gateway</html>"), EngineAway),
        (httpx.Response(500, json=["?"]), EngineAway),
    ],
)
async def test_an_answer_becomes_words_or_patience(answer, error):
    with pytest.raises(error):
        await client(lambda _: answer).image("a" * 64)


async def test_a_refusal_keeps_its_code_and_its_words():
    with pytest.raises(EngineProblem, match="full") as caught:
        await client(lambda _: problem(503, "queue_full", "full")).submit(REQUEST, "key")
    assert caught.value.code == "queue_full"


async def test_no_connection_is_the_engine_being_away():
    def refuse(request):
        raise httpx.ConnectError("refused")

    with pytest.raises(EngineAway):
        await client(refuse).models()
    assert await client(refuse).ready() is False


async def test_a_job_is_sent_with_its_key_and_the_bearer_key():
    seen = []

    def answer(request):
        seen.append(request)
        return httpx.Response(202, json={"id": "j", "kind": "generate", "status": "waiting"})

    await client(answer).submit(REQUEST, "version-7")
    assert seen[0].headers["idempotency-key"] == "version-7"
    assert seen[0].headers["authorization"] == "Bearer secret"
    assert json.loads(seen[0].content)["models"] == ["ink"]


async def test_a_broken_stream_is_taken_up_where_it_broke_off():
    asked = []
    streams = [
        sse((1, {"type": "queued", "position": 0}), (2, {"type": "started", "model": "ink"})),
        httpx.Response(503, text="restarting"),
        sse((3, {"type": "invented", "by": "a newer engine"}), (4, {"type": "done"})),
    ]

    def answer(request):
        asked.append(request.headers.get("last-event-id"))
        return streams.pop(0)

    seen = [event.type async for event in client(answer).events("j")]
    assert seen == ["queued", "started", "done"]
    assert asked == [None, "2", "2"]


async def test_a_job_that_the_engine_lost_is_said():
    with pytest.raises(EngineProblem) as caught:
        async for _ in client(lambda _: problem(404, "job_not_found")).events("j"):
            pass
    assert caught.value.code == "job_not_found"


@pytest.mark.parametrize(
    ("mime", "suffix"), [("image/png", "png"), ("image/jpeg", "jpg"), ("video/mp4; x=1", "mp4"), ("a/b", "bin")]
)
async def test_a_picture_comes_with_its_suffix_and_what_was_done_to_it(mime, suffix):
    headers = {"content-type": mime, "x-easel-reencoded": "quality 80"}
    fetched = await client(lambda _: httpx.Response(200, content=b"x", headers=headers)).image("a", 100)
    assert (fetched.suffix, fetched.note) == (suffix, "quality 80")


async def test_patience_ends_when_it_should():
    tries = []

    async def call():
        tries.append(1)
        if len(tries) < 3:
            raise EngineAway
        return "there"

    assert await patiently(call) == "there"
    tries.clear()
    with pytest.raises(EngineAway):
        await patiently(call, attempts=2)
