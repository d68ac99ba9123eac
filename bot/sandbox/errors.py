"""Discord's own refusals: each class is one error code, its docstring the message Discord sends."""

from typing import Any, ClassVar

Json = dict[str, Any]


class ApiError(Exception):
    """400: Bad Request."""

    status: ClassVar[int] = 400
    code: ClassVar[int] = 0

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().removesuffix("."))

    @property
    def body(self) -> Json:
        """What goes over the wire."""
        return {"message": str(self), "code": self.code}


class BadControl(ApiError):
    """That is nothing a member could do here."""


class NotFound(ApiError):
    """404: Not Found."""

    status = 404


class Unauthorized(ApiError):
    """401: Unauthorized."""

    status = 401


class Forbidden(ApiError):
    """The sandbox answers only to this machine."""

    status = 403


class UnknownChannel(NotFound):
    """Unknown Channel."""

    code = 10003


class UnknownGuild(NotFound):
    """Unknown Guild."""

    code = 10004


class UnknownMember(NotFound):
    """Unknown Member."""

    code = 10007


class UnknownMessage(NotFound):
    """Unknown Message."""

    code = 10008


class UnknownUser(NotFound):
    """Unknown User."""

    code = 10013


class UnknownEmoji(ApiError):
    """Unknown Emoji."""

    code = 10014


class UnknownApplicationEmoji(NotFound):
    """Unknown Emoji."""

    code = 10014


class UnknownWebhook(NotFound):
    """Unknown Webhook."""

    code = 10015


class UnknownInteraction(NotFound):
    """Unknown interaction."""

    code = 10062


class UnknownCommand(NotFound):
    """Unknown application command."""

    code = 10063


class TooManyReactions(ApiError):
    """Maximum number of reactions reached (20)."""

    code = 30010


class TooManyAttachments(ApiError):
    """Maximum number of attachments in a message reached (10)."""

    code = 30015


class TooManyCommands(ApiError):
    """Maximum number of application commands reached."""

    code = 30032


class OldEdits(ApiError):
    """Maximum number of edits to messages older than 1 hour reached. Try again later."""

    status = 429
    code = 30046

    @property
    def body(self) -> Json:
        """Discord dresses this one as a rate limit."""
        return {**super().body, "retry_after": 1.0, "global": False}


class EntityTooLarge(ApiError):
    """Request entity too large."""

    status = 413
    code = 40005


class AlreadyAcknowledged(ApiError):
    """Interaction has already been acknowledged."""

    code = 40060


class TooManyFollowups(ApiError):
    """This interaction has reached the maximum number of follow-up messages."""

    code = 40094


class MissingAccess(ApiError):
    """Missing Access."""

    status = 403
    code = 50001


class NotYourMessage(ApiError):
    """Cannot edit a message authored by another user."""

    status = 403
    code = 50005


class EmptyMessage(ApiError):
    """Cannot send an empty message."""

    code = 50006


class CannotMessageUser(ApiError):
    """Cannot send messages to this user."""

    status = 403
    code = 50007


class MissingPermissions(ApiError):
    """Missing Permissions."""

    status = 403
    code = 50013


class BulkDeleteCount(ApiError):
    """Provided too few or too many messages to delete. Must provide at least 2 and fewer than 100."""

    code = 50016


class WrongChannelType(ApiError):
    """Cannot execute action on this channel type."""

    code = 50024


class InvalidWebhookToken(ApiError):
    """Invalid Webhook Token."""

    status = 401
    code = 50027


class TooOldForBulkDelete(ApiError):
    """A message provided was too old to bulk delete."""

    code = 50034


class InvalidForm(ApiError):
    """Invalid Form Body."""

    code = 50035

    def __init__(self, errors: Json) -> None:
        super().__init__()
        self.errors = errors

    @property
    def body(self) -> Json:
        """Names each wrong field, nested as the request is."""
        return {**super().body, "errors": self.errors}


class ThreadArchived(ApiError):
    """Thread is archived."""

    code = 50083


class MalformedJson(ApiError):
    """The request body contains invalid JSON."""

    code = 50109


class NoHistoryForReply(ApiError):
    """Cannot reply without permission to read message history."""

    code = 160002


class ThreadExists(ApiError):
    """A thread has already been created for this message."""

    code = 160004


class ThreadLocked(ApiError):
    """Thread is locked."""

    code = 160005
