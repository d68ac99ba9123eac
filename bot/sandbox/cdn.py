"""The CDN: attachments at signed addresses, whole or in ranges."""

import re
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.call import WORLD

GONE = "This content is no longer available."
#: A file that is a page or a drawing with scripts in it must not run as part of the sandbox's own page.
SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; media-src 'self'",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a file, from `start` up to but not including `stop`."""

    start: int
    stop: int


class Unsatisfiable(ValueError):
    """The range lies outside of the file."""


def span(header: str | None, size: int) -> Span | None:
    """The part that a Range header asks for (RFC 9110, one range); None for the whole.

    Raises:
        Unsatisfiable: if there is no such part.
    """
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", (header or "").strip())
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        wanted = Span(max(0, size - int(last)), size)
    else:
        wanted = Span(int(first), min(int(last) + 1, size) if last else size)
    if wanted.start >= wanted.stop:
        raise Unsatisfiable(header)
    return wanted


async def serve(request: web.Request) -> web.Response:
    """GET or HEAD of an attachment."""
    world, query = request.app[WORLD], request.query
    good = world.signer.good(request.path, query.get("ex", "0"), query.get("is", ""), query.get("hm", ""))
    attachment = world.attachments.get(request.match_info["file"])
    if not good or attachment is None or attachment.path != request.path:
        return web.Response(status=404, text=GONE)
    headers = {**SAFE, "Accept-Ranges": "bytes", "Cache-Control": "public, max-age=31536000"}
    try:
        part = span(request.headers.get("Range"), attachment.size)
    except Unsatisfiable:
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{attachment.size}"})
    try:
        data = await world.files.read(attachment.id, *((part.start, part.stop) if part else ()))
    except FileNotFoundError:
        return web.Response(status=404, text=GONE)
    if part:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{attachment.size}"
    return web.Response(
        status=206 if part else 200, body=data, headers={**headers, "Content-Type": attachment.content_type}
    )


def mount(app: web.Application) -> None:
    """Put the CDN's two folders on the server."""
    for kind in ("attachments", "ephemeral-attachments"):
        app.router.add_get(f"/{kind}/{{channel}}/{{file}}/{{name}}", serve)
