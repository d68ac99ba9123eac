"""A job's events as a stream: from where the listener broke off to the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi.sse import ServerSentEvent

from engine.jobs.books import Books

#: Followers look for themselves this often, should a wake-up ever be missed.
_LOOK_S = 30.0


async def follow(books: Books, job_id: str, last: int) -> AsyncIterator[ServerSentEvent]:
    """Yield a job's events with ids above `last`, as they come; end after its final one.

    It ends early when the engine stops or the job is forgotten: whoever listens asks again, and is told.
    """
    with books.hub.follow(job_id) as news:
        while not books.hub.closed:
            news.clear()
            job = await books.find(job_id)
            for number, event in await books.ask(books.ledger.events_after, job_id, last):
                last = number
                yield ServerSentEvent(raw_data=event.model_dump_json(), event=event.type, id=str(number))
            if job is None or job.status.ended:
                return
            await _heard(news)


async def _heard(news: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(_LOOK_S):
            await news.wait()
    except TimeoutError:
        return


def resume_point(header: str | None) -> int:
    """Return the id after which to go on; anything that is no id of ours means from the start."""
    return int(header) if header and header.isdecimal() and len(header) < 19 else 0
