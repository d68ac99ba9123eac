"""Stored files on their way out: whole, or the one part of them that a player asks for."""

from __future__ import annotations

import re

from fastapi.responses import FileResponse
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from engine.api.errors import response
from engine.errors import BadRange

_PART = re.compile(r"bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))", re.ASCII)


class StoredFile(FileResponse):
    """A file, or a part of it; what is no such wish is passed over (RFC 9110, 14.2)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        wanted = Headers(scope=scope).get("range")
        size = self.stat_result.st_size if self.stat_result else 0
        if wanted is not None and not is_part(wanted):
            scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"range"]}
        elif wanted is not None and is_beyond(wanted, size):
            await response(BadRange(), {"Content-Range": f"bytes */{size}"})(scope, receive, send)
            return
        await super().__call__(scope, receive, send)


def is_part(wanted: str) -> bool:
    """Whether a `Range` header asks for one part of a file, and not for several or for nonsense."""
    found = _PART.fullmatch(wanted)
    return found is not None and not (found[1] and found[2] and int(found[1]) > int(found[2]))


def is_beyond(wanted: str, size: int) -> bool:
    """Whether the part that a `Range` header asks for has no byte of a file of this size."""
    found = _PART.fullmatch(wanted)
    return found is not None and (int(found[1]) >= size if found[1] else int(found[3]) == 0)
