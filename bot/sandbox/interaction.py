"""An interaction while it lives: up to a quarter of an hour after somebody pressed or typed something."""

import time
from dataclasses import dataclass, field
from enum import IntEnum

from bot.sandbox.records import Json


class Kind(IntEnum):
    """What somebody did."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Answer(IntEnum):
    """How the bot answered first."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(slots=True)
class Interaction:
    """Lives in memory only: after a restart its token is as good as expired."""

    id: str
    token: str
    kind: Kind
    user_id: str
    channel_id: str
    data: Json
    message_id: str | None = None
    user_install: bool = False
    trigger: Json | None = None
    acked: bool = False
    failed: bool = False
    original: str | None = None
    modal: Json | None = None
    choices: list[Json] | None = None
    followups: int = 0
    born: float = field(default_factory=time.monotonic)

    def expired(self, token_s: float) -> bool:
        """Whether its token can no longer be used."""
        return time.monotonic() - self.born > token_s
