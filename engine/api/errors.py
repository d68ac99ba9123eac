"""Errors on the wire: RFC 9457 problem details with a stable `code`, whatever went wrong."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from engine.contract import Problem
from engine.errors import BadRequest, EngineError, RequestTooLarge, no_room

log = logging.getLogger("engine.api")

MEDIA_TYPE = "application/problem+json"
#: Seconds after which a full queue, or an engine that starts, is worth another try.
_RETRY_AFTER_S = "5"
_MAX_DETAIL = 600
#: Not the phrases of the standard library, which differ between its versions.
_CODES = {404: "not_found", 405: "method_not_allowed"}


def install(app: FastAPI) -> None:
    """Make every error of an app a problem."""
    app.add_exception_handler(EngineError, _engine_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(OSError, _unforeseen)
    app.add_exception_handler(Exception, _unforeseen)


def response(error: EngineError, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return an error as an answer."""
    extra = dict(headers or {})
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        extra["Retry-After"] = _RETRY_AFTER_S
    if error.status == HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = "Bearer"
    return _problem(error.status, error.code, error.detail, extra)


def _problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, code=code)
    return JSONResponse(problem.model_dump(), status, headers, MEDIA_TYPE)


def _engine_error(_request: Request, error: Exception) -> JSONResponse:
    return response(error if isinstance(error, EngineError) else EngineError())


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    said = "; ".join(f"{'.'.join(str(part) for part in item['loc'][1:]) or 'body'}: {item['msg']}" for item in found)
    return response(BadRequest(said[:_MAX_DETAIL] or None))


def _http_error(_request: Request, error: Exception) -> JSONResponse:
    """What the framework says itself: unknown paths, wrong methods, bodies that cannot be read."""
    if not isinstance(error, HTTPException):
        return response(EngineError())
    if error.status_code == RequestTooLarge.status:
        return response(RequestTooLarge())
    code = _CODES.get(error.status_code, "bad_request")
    headers = dict(error.headers) if error.headers else None
    return _problem(error.status_code, code, str(error.detail), headers)


def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    """A mistake of ours; its words stay in the log."""
    if full := no_room(error):
        return response(full)
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return response(EngineError("Something went wrong inside the engine; its log says what."))
