"""A chat model over HTTP: the only file of the planner that speaks to a server."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

from bot.planner.llm.problems import Declined, Garbled, ModelProblem, TooLong, Unreachable
from bot.planner.llm.wire import Answer, Dialect, Question

#: A plan has less than 4 kB. As a stream every few letters come in an envelope of their own.
MAX_ANSWER_CHARS, MAX_BODY_BYTES, MAX_STREAM_BYTES = 24_000, 64_000, 1_500_000
ERROR_CHARS = 300
#: No single wait is longer than this, whatever budget is set for the whole.
READ_S, CONNECT_S = 60.0, 3.0
ODD_SHAPE = (KeyError, TypeError, IndexError, ValueError, AttributeError)


class Chat:
    """A server at an address, asked in one dialect. Every method raises a ModelProblem, and nothing of httpx."""

    def __init__(
        self,
        base_url: str,
        dialect: Dialect,
        key: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = base_url.rstrip("/") + dialect.path
        self._dialect = dialect
        self._http = httpx.AsyncClient(
            # Compressed, a few bytes could stand for many.
            headers={"Accept-Encoding": "identity", **dialect.headers(key)},
            transport=transport,
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=5),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def ask(self, question: Question) -> Answer:
        """Put a question once, and read no more of the answer than a plan can have.

        Raises:
            Unreachable: when there is no connection, or it breaks.
            Declined: when the server answers with an error.
            TooLong: when the answer is far longer than a plan.
            Garbled: when it is none of the API's.
        """
        try:
            async with self._http.stream("POST", self._url, json=self._dialect.body(question)) as response:
                answer = await self._read(response)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        if len(answer.text) > MAX_ANSWER_CHARS:
            raise TooLong(f"{len(answer.text)} characters")
        return answer

    async def _read(self, response: httpx.Response) -> Answer:
        """Read an answer as what it says it is: some servers stream unasked, others never do."""
        if response.status_code >= httpx.codes.BAD_REQUEST:
            raise await _declined(response)
        streamed = "text/event-stream" in response.headers.get("content-type", "")
        try:
            if streamed:
                return self._dialect.fold([event async for event in _events(response)])
            return self._dialect.read(json.loads(await _whole(response, MAX_BODY_BYTES)))
        except ODD_SHAPE as error:
            raise Garbled(f"{type(error).__name__}: {str(error)[:ERROR_CHARS]}") from error


async def _declined(response: httpx.Response) -> Declined:
    body = b""
    with contextlib.suppress(ModelProblem, httpx.HTTPError):
        body = await _whole(response, MAX_BODY_BYTES)
    after = response.headers.get("retry-after", "")
    seconds = float(after) if after.isdecimal() else None
    return Declined(response.status_code, body[:ERROR_CHARS].decode("utf-8", "replace"), seconds)


async def _pieces(response: httpx.Response, limit: int) -> AsyncIterator[bytes]:
    read = 0
    async for piece in response.aiter_bytes():
        read += len(piece)
        if read > limit:
            raise TooLong(f"more than {limit} bytes")
        yield piece


async def _whole(response: httpx.Response, limit: int) -> bytes:
    return b"".join([piece async for piece in _pieces(response, limit)])


async def _events(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """Yield the data of server-sent events up to the end."""
    rest = b""
    async for piece in _pieces(response, MAX_STREAM_BYTES):
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if (event := _event(line)) is not None:
                yield event
    if (event := _event(rest)) is not None:
        yield event


def _event(line: bytes) -> dict[str, Any] | None:
    """Return what a line of a stream says; raises ValueError for an error that the server tells midway."""
    data = line.removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
    if data in {b"", b"[DONE]"}:
        return None
    event: dict[str, Any] = json.loads(data)
    if "error" in event and "choices" not in event and "type" not in event:
        raise ValueError(str(event["error"])[:ERROR_CHARS])
    return event
