"""The only file that speaks to the engine. It knows the wire types and nothing else of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import httpx
import httpx_sse
from pydantic import TypeAdapter, ValidationError

from bot.errors import EaselError
from engine.contract import Event, ImageInfo, JobRequest, JobView, ModelView, QueueView

T = TypeVar("T")

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_MODELS = TypeAdapter(tuple[ModelView, ...])


class EngineAway(EaselError):
    """The engine that makes the pictures cannot be reached right now; your request is kept."""


class EngineProblem(EaselError):
    """The engine refused; `code` is stable, the message is for people."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Fetched:
    """Bytes of an image or a clip. `note` says what was done to make it fit a limit, or is None."""

    data: bytes
    suffix: str
    note: str | None = None


SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "video/mp4": "mp4"}


class EngineClient:
    """An engine over HTTP. Every method raises EngineAway or EngineProblem, and nothing of httpx."""

    def __init__(
        self, base_url: str, api_key: str | None = None, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers=headers,
            transport=transport,
            timeout=httpx.Timeout(60, connect=3),
            limits=httpx.Limits(max_connections=400, max_keepalive_connections=50),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def put_image(self, data: bytes, filename: str, client: str) -> ImageInfo:
        """Hand an image over for `client`; the answer has its id, size, advisories and faces."""
        answer = await self._send("POST", "/api/v1/images", files={"file": (filename, data)}, data={"client": client})
        return ImageInfo.model_validate_json(answer.content)

    async def image(self, image_id: str, max_bytes: int | None = None) -> Fetched:
        """Fetch an image or a clip, re-encoded when it is larger than `max_bytes`."""
        params = {"max_bytes": max_bytes} if max_bytes else None
        answer = await self._send("GET", f"/api/v1/images/{image_id}", params=params)
        mime = answer.headers.get("content-type", "").split(";")[0]
        return Fetched(answer.content, SUFFIXES.get(mime, "bin"), answer.headers.get("x-easel-reencoded"))

    async def models(self) -> tuple[ModelView, ...]:
        """Return every model card, with why not where one cannot run."""
        return _MODELS.validate_json((await self._send("GET", "/api/v1/models")).content)

    async def queue(self) -> QueueView:
        """Return what the queue looks like now."""
        return QueueView.model_validate_json((await self._send("GET", "/api/v1/queue")).content)

    async def submit(self, request: JobRequest, key: str) -> JobView:
        """Submit a job once: the same key gives the same job, however often it is sent."""
        answer = await self._send(
            "POST", "/api/v1/jobs", headers={"Idempotency-Key": key}, json=request.model_dump(mode="json")
        )
        return JobView.model_validate_json(answer.content)

    async def job(self, job_id: str) -> JobView:
        """Return a job as it stands."""
        return JobView.model_validate_json((await self._send("GET", f"/api/v1/jobs/{job_id}")).content)

    async def cancel(self, job_id: str) -> None:
        """Stop a job; one that has ended already stays as it is."""
        await self._send("DELETE", f"/api/v1/jobs/{job_id}")

    async def sheet(self, cells: list[tuple[str, str]], client: str) -> ImageInfo:
        """Lay (image id, label) pairs out on one labelled sheet."""
        body = {"client": client, "cells": [{"image": image, "label": label} for image, label in cells]}
        return ImageInfo.model_validate_json((await self._send("POST", "/api/v1/sheets", json=body)).content)

    async def forget(self, client: str) -> None:
        """Delete a client's jobs and every image only they own, for good."""
        await self._send("DELETE", f"/api/v1/clients/{client}")

    async def ready(self) -> bool:
        """Whether the engine answers and can work."""
        try:
            await self._send("GET", "/readyz")
        except EaselError:
            return False
        return True

    async def events(self, job_id: str) -> AsyncIterator[Event]:
        """Follow a job to its end. A broken connection is taken up again where it broke off.

        Raises:
            EngineProblem: `job_not_found`, when the engine does not know the job (any more).
        """
        last = ""
        delay = 0.2
        while True:
            with contextlib.suppress(EngineAway):
                async for last_id, event in self._stream(job_id, last):
                    last, delay = last_id or last, 0.2
                    if event is not None:
                        yield event
                        if event.type in {"done", "failed", "cancelled"}:
                            return
            await asyncio.sleep(delay)
            delay = min(delay * 2, 5.0)

    async def _stream(self, job_id: str, last: str) -> AsyncIterator[tuple[str, Event | None]]:
        headers = {"Last-Event-ID": last} if last else {}
        url = f"/api/v1/jobs/{job_id}/events"
        try:
            async with httpx_sse.aconnect_sse(self._http, "GET", url, headers=headers) as source:
                if source.response.is_error:
                    await source.response.aread()
                    raise _problem(source.response)
                async for sse in source.aiter_sse():
                    yield sse.id, _event(sse.data)
        except httpx.HTTPError as error:
            raise EngineAway from error

    async def _send(self, method: str, url: str, **kwargs: object) -> httpx.Response:
        try:
            answer = await self._http.request(method, url, **kwargs)  # type: ignore[arg-type]  # handed on as they are
        except httpx.HTTPError as error:
            raise EngineAway from error
        if answer.is_error:
            raise _problem(answer)
        return answer


def _problem(answer: httpx.Response) -> EaselError:
    """An engine that is starting or stopping is away; anything else it says is its answer."""
    try:
        body = answer.json()
        code, detail = str(body["code"]), str(body["detail"])
    except (ValueError, KeyError, TypeError):
        return EngineAway()
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and code != "queue_full":
        return EngineAway()
    return EngineProblem(answer.status_code, code, detail)


def _event(data: str) -> Event | None:
    """Return the event, or None for one that a newer engine invented."""
    with contextlib.suppress(ValidationError, json.JSONDecodeError):
        return _EVENT.validate_json(data)
    return None


async def patiently(call: Callable[[], Awaitable[T]], attempts: int | None = None) -> T:
    """Repeat a call while the engine is away, for ever or `attempts` times, waiting 0.2 s and then longer."""
    delay = 0.2
    tried = 0
    while True:
        try:
            return await call()
        except EngineAway:
            tried += 1
            if attempts is not None and tried >= attempts:
                raise
        await asyncio.sleep(delay)
        delay = min(delay * 2, 5.0)
