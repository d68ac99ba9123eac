"""The endpoints: each a line or two between the wire types and the engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from prometheus_client import CONTENT_TYPE_LATEST

from engine.api.events import follow, resume_point
from engine.api.files import StoredFile
from engine.api.state import Engine
from engine.api.upload import SCHEMA, read_upload
from engine.api.view import model_views
from engine.contract import ImageInfo, JobRequest, JobView, ModelView, Problem, QueueView, SheetRequest
from engine.errors import NotReady
from engine.images.store import MEDIA_TYPES

PREFIX = "/api/v1"
#: Where files come in; they have a limit of their own.
UPLOADS = f"{PREFIX}/images"
_FOREVER = "private, max-age=31536000, immutable"


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {
        status: {"model": Problem, "content": {"application/problem+json": {}}, "description": "A problem"}
        for status in statuses
    }


api = APIRouter(prefix=PREFIX, responses=_problems(401, 403, 413, 422))
service = APIRouter(tags=["service"])


@api.post(UPLOADS.removeprefix(PREFIX), status_code=201, tags=["images"], openapi_extra=SCHEMA)
async def put_image(request: Request, engine: Engine) -> ImageInfo:
    """Take an image in: decoded in a guarded process, judged, rid of its metadata, stored by its content."""
    data, client = await read_upload(request)
    return await engine.pictures.take(data, client)


@api.get("/images/{image_id}", tags=["images"], response_class=FileResponse, responses=_problems(404, 416))
async def get_image(
    image_id: str,
    engine: Engine,
    download: Annotated[str | None, Query(max_length=200, description="Save under this name")] = None,
    max_bytes: Annotated[int | None, Query(ge=1, description="Encode anew if it is larger")] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Return an image's or a clip's bytes; `X-Easel-Reencoded` says what was done to fit `max_bytes`."""
    found = await engine.pictures.fitting(image_id, max_bytes)
    headers = {"Cache-Control": _FOREVER, "ETag": f'"{found.id}"', "X-Content-Type-Options": "nosniff"}
    if found.note:
        headers["X-Easel-Reencoded"] = found.note
    if if_none_match and f'"{found.id}"' in if_none_match:
        return Response(status_code=304, headers=headers)
    path, stat = await asyncio.to_thread(engine.images.found, found.id)
    kind = MEDIA_TYPES[path.suffix]
    return StoredFile(path, media_type=kind, filename=download or None, headers=headers, stat_result=stat)


@api.post("/sheets", status_code=201, tags=["images"], responses=_problems(404))
async def post_sheet(request: SheetRequest, engine: Engine) -> ImageInfo:
    """Lay images out on one labelled sheet."""
    return await engine.pictures.sheet(request)


@api.get("/models", tags=["models"])
async def get_models(engine: Engine) -> tuple[ModelView, ...]:
    """Return every model card, with why not where one cannot run here."""
    speeds = await engine.jobs.books.ask(engine.jobs.books.ledger.speeds)
    return model_views(engine.catalog, speeds, engine.jobs.foreman.resident)


@api.get("/queue", tags=["jobs"])
async def get_queue(engine: Engine) -> QueueView:
    """Return what the queue looks like now."""
    return await engine.jobs.queue()


@api.post("/jobs", status_code=202, tags=["jobs"], responses=_problems(404, 409, 503))
async def post_job(
    request: JobRequest,
    engine: Engine,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> JobView:
    """Take a job in; the same `Idempotency-Key` of the same client gives the same job, however often it is sent."""
    return await engine.jobs.submit(request, idempotency_key)


@api.get("/jobs/{job_id}", tags=["jobs"], responses=_problems(404))
async def get_job(job_id: str, engine: Engine) -> JobView:
    """Return a job as it stands."""
    return await engine.jobs.view(job_id)


@api.delete("/jobs/{job_id}", tags=["jobs"], responses=_problems(404))
async def delete_job(job_id: str, engine: Engine) -> JobView:
    """Stop a job, at its next step if it runs; what it had made stays."""
    return await engine.jobs.cancel(job_id)


async def _known(job_id: str, engine: Engine) -> str:
    """A job that exists: once the stream has begun it is too late to say that it does not."""
    return (await engine.jobs.books.job(job_id)).id


@api.get("/jobs/{job_id}/events", tags=["jobs"], response_class=EventSourceResponse, responses=_problems(404))
async def get_events(
    job_id: Annotated[str, Depends(_known)],
    engine: Engine,
    last_event_id: Annotated[str | None, Header()] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Follow a job to its end: queued, started, progress, result, then done, failed or cancelled."""
    async for event in follow(engine.jobs.books, job_id, resume_point(last_event_id)):
        yield event


@api.delete("/clients/{client:path}", status_code=204, tags=["clients"])
async def delete_client(client: str, engine: Engine) -> None:
    """Delete a client's jobs, results and every image only they own, for good."""
    await engine.jobs.forget(client)


@service.get("/healthz", response_class=PlainTextResponse)
async def healthz() -> str:
    """Say that the service runs."""
    return "ok"


@service.get("/readyz", response_class=PlainTextResponse, responses=_problems(503))
async def readyz(engine: Engine) -> str:
    """Say that the engine can work: a worker is up and the store can be written to."""
    if not engine.jobs.foreman.ready:
        raise NotReady
    try:
        await asyncio.to_thread(engine.probe)
    except OSError as error:
        raise NotReady(f"The data folder cannot be written to: {error.strerror}.") from error
    return "ready"


@service.get("/metrics", response_class=PlainTextResponse)
async def metrics(engine: Engine) -> Response:
    """Return the numbers for Prometheus."""
    counts = await engine.jobs.books.ask(engine.jobs.books.ledger.counts)
    page = engine.metrics.page(await engine.jobs.queue(), counts, up=engine.jobs.foreman.ready)
    return Response(page, media_type=CONTENT_TYPE_LATEST)
