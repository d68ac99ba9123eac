"""Who may talk to the engine, and the clock on every request."""

from __future__ import annotations

import hmac
import time
from urllib.parse import urlsplit

from fastapi.responses import JSONResponse
from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.api.errors import response
from engine.api.metrics import Metrics
from engine.errors import EngineError, ForeignOrigin, RequestTooLarge, Unauthorized

#: A sheet of 64 cells, the largest there is, has about 20 kB.
MAX_BODY_BYTES = 1 << 20
_DIGITS = 15
_OPEN = frozenset({"/healthz"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def refusal(path: str, headers: Headers, key: str | None) -> EngineError | None:
    """Return why a request is refused, or None.

    With a key, all but the health check must carry it. Without one the engine is on loopback, where pages of
    other sites in a browser on this machine could reach it: those send an origin.
    """
    if path in _OPEN:
        return None
    if key:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode(), key.encode())
        return None if scheme.lower() == "bearer" and right else Unauthorized()
    origin = headers.get("origin")
    if origin and urlsplit(origin).hostname not in _LOOPBACK:
        return ForeignOrigin()
    return None


class Gate:
    """ASGI middleware that refuses who may not come in.

    Args:
        app: What is behind it.
        key: The bearer key, if one is needed.
    """

    def __init__(self, app: ASGIApp, key: SecretStr | None) -> None:
        self._app = app
        self._key = key.get_secret_value() if key else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        error = refusal(scope["path"], Headers(scope=scope), self._key) if scope["type"] == "http" else None
        answer: ASGIApp | JSONResponse = response(error) if error else self._app
        await answer(scope, receive, send)


class Limit:
    """ASGI middleware that takes in no more of a body than any request of the contract has.

    Args:
        app: What is behind it.
        exempt: The path that has a limit of its own.
    """

    def __init__(self, app: ASGIApp, exempt: str) -> None:
        self._app = app
        self._exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, as long as it is small."""
        if scope["type"] != "http" or scope["path"] == self._exempt:
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or len(declared) > _DIGITS or int(declared) > MAX_BODY_BYTES:
            await response(RequestTooLarge())(scope, receive, send)
            return
        left = MAX_BODY_BYTES

        async def limited() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                # The framework passes on no other error from under its own reading of the body.
                raise HTTPException(RequestTooLarge.status)
            return message

        await self._app(scope, limited, send)


class Timing:
    """ASGI middleware that measures the seconds until an answer begins.

    Args:
        app: What is behind it.
        metrics: Where they go.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and measure it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.monotonic()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                path = getattr(scope.get("route"), "path", "unknown")
                self._metrics.request(scope["method"], path, message["status"], time.monotonic() - begun)
            await send(message)

        await self._app(scope, receive, timed)
