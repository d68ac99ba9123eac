"""What can go wrong in the engine, in words: a class's docstring is its message.

Each error has an HTTP status and a stable `code`; `detail` may say more than the docstring.
"""

from __future__ import annotations

import errno


class EngineError(Exception):
    """Something went wrong in the engine."""

    status = 500
    code = "engine_error"

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or " ".join((type(self).__doc__ or "").split())
        super().__init__(self.detail)


class BadImage(EngineError):
    """This file cannot be read as an image; send a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC."""

    status, code = 422, "bad_image"


class NotAnImage(BadImage):
    """This is not an image file, whatever its name says."""

    code = "not_an_image"


class TruncatedImage(BadImage):
    """This image file is cut off or damaged; send it again."""

    code = "truncated_image"


class RequestTooLarge(EngineError):
    """This request is larger than 1 MB; only pictures may be."""

    status, code = 413, "request_too_large"


class BadRange(EngineError):
    """This part lies beyond the end of the file."""

    status, code = 416, "bad_range"


class StoreFull(EngineError):
    """There is no room left on the engine's disk; whoever runs it has to make some."""

    status, code = 507, "store_full"


class ImageTooLarge(EngineError):
    """This file is larger than 25 MB; send a smaller one."""

    status, code = 413, "image_too_large"


class TooManyPixels(EngineError):
    """This image has more than 64 megapixels; send a smaller one."""

    status, code = 422, "too_many_pixels"


class ImageNotFound(EngineError):
    """There is no such image here; it may have been deleted."""

    status, code = 404, "image_not_found"


class JobNotFound(EngineError):
    """There is no such job here; it may have been deleted."""

    status, code = 404, "job_not_found"


class ModelNotFound(EngineError):
    """There is no model card with this id."""

    status, code = 404, "model_not_found"


class ModelUnavailable(EngineError):
    """This model cannot run on this machine."""

    status, code = 409, "model_unavailable"


class WrongKind(EngineError):
    """This model does not do that kind of job."""

    status, code = 422, "wrong_kind"


class QueueFull(EngineError):
    """The queue is full; try again in a minute."""

    status, code = 503, "queue_full"


class KeyReused(EngineError):
    """This idempotency key was used for another request."""

    status, code = 409, "key_reused"


class Unauthorized(EngineError):
    """A bearer key is needed here (ENGINE_API_KEY)."""

    status, code = 401, "unauthorized"


class ForeignOrigin(EngineError):
    """Pages of other sites may not talk to this engine."""

    status, code = 403, "foreign_origin"


class OpenWithoutKey(EngineError):
    """Listening beyond this machine needs a key: set ENGINE_API_KEY, or ENGINE_HOST=127.0.0.1."""

    code = "open_without_key"


class CannotListen(EngineError):
    """The engine cannot listen on this address."""

    code = "cannot_listen"


class AlreadyRunning(EngineError):
    """Another engine works on this data folder; stop it, or set another ENGINE_DATA_DIR."""

    status, code = 409, "already_running"


class NotReady(EngineError):
    """The engine is starting; try again in a moment."""

    status, code = 503, "not_ready"


class BadRequest(EngineError):
    """The request is not as the contract says."""

    status, code = 422, "bad_request"


class ClipGiven(EngineError):
    """This is a clip; send a picture (its poster is one)."""

    status, code = 422, "clip_given"


class RendererMissing(EngineError):
    """There is no renderer of this name here."""

    code = "renderer_missing"


class RenderError(EngineError):
    """The renderer could not finish; another seed or a smaller size may work."""

    status, code = 500, "render_failed"


class WorkerLost(EngineError):
    """The worker died three times over this task; a smaller image may work."""

    status, code = 500, "worker_lost"


class OutOfMemory(RenderError):
    """There was not enough memory for this; a smaller image or fewer variants will fit."""

    code = "out_of_memory"


class LedgerDamaged(EngineError):
    """The job ledger is damaged."""

    code = "ledger_damaged"


class RenderCancelled(Exception):
    """The job was stopped by its owner. Not an error: it never reaches a member."""


def no_room(error: BaseException) -> StoreFull | None:
    """Return the error to tell where this one means that the disk is full, else None."""
    return StoreFull() if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT} else None
