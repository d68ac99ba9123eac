"""Reading an upload with its limit held while it streams in."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from engine.contract import MAX_UPLOAD_BYTES
from engine.errors import BadRequest, ImageTooLarge

#: Room for the form around the file.
_FORM_BYTES = 64 * 1024
MAX_CLIENT = 100

#: What the OpenAPI document says of the body, which is not read by FastAPI itself.
SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "At most 25 MB"},
                        "client": {"type": "string", "maxLength": MAX_CLIENT, "default": "anonymous"},
                    },
                }
            }
        },
    }
}


async def read_upload(request: Request) -> tuple[bytes, str]:
    """Return the file's bytes and the client's name.

    Raises:
        ImageTooLarge: There is more than 25 MB; the rest is not read.
        BadRequest: This is no form with a file in it.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise BadRequest("body: send multipart/form-data with a `file`.")
    if _declared(request) > MAX_UPLOAD_BYTES + _FORM_BYTES:
        raise ImageTooLarge
    parser = MultiPartParser(request.headers, _limited(request), max_files=1, max_fields=4)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise BadRequest(f"body: {error.message}") from error
    except ClientDisconnect as error:
        raise BadRequest("body: the upload broke off.") from error  # For the metrics; nobody is there to hear it.
    file, client = form.get("file"), form.get("client") or "anonymous"
    if not isinstance(file, UploadFile):
        raise BadRequest("file: a file is needed here.")
    if not isinstance(client, str) or len(client) > MAX_CLIENT:
        raise BadRequest(f"client: at most {MAX_CLIENT} characters.")
    try:
        return await file.read(), client
    finally:
        await form.close()


def _declared(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isdecimal() else 0


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > MAX_UPLOAD_BYTES + _FORM_BYTES:
            raise ImageTooLarge
        yield chunk
