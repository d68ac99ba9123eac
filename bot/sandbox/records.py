"""The facts of the world, frozen; a change makes a new record and puts it in the old one's place."""

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import IntFlag
from typing import Any, Self

from bot.sandbox.errors import WrongChannelType

Json = dict[str, Any]

DISCORD_EPOCH_MS = 1_420_070_400_000


class Flags(IntFlag):
    """Message flags the sandbox gives meaning to."""

    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    COMPONENTS_V2 = 1 << 15


class Intent(IntFlag):
    """Gateway intents."""

    GUILDS = 1 << 0
    MEMBERS = 1 << 1
    PRESENCES = 1 << 8
    MESSAGES = 1 << 9
    REACTIONS = 1 << 10
    TYPING = 1 << 11
    DM_MESSAGES = 1 << 12
    DM_REACTIONS = 1 << 13
    DM_TYPING = 1 << 14
    CONTENT = 1 << 15


class Snowflakes:
    """Makes ids that grow with time and never repeat in one process."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> str:
        """One new id."""
        self._last = max(self._last + 1, (int(time.time() * 1000) - DISCORD_EPOCH_MS) << 22)
        return str(self._last)


def now_iso() -> str:
    """This moment, as Discord writes it."""
    return datetime.now(UTC).isoformat()


def age_s(snowflake: str) -> float:
    """Seconds since an id was made."""
    return time.time() - ((int(snowflake) >> 22) + DISCORD_EPOCH_MS) / 1000


class Record:
    """A frozen dataclass that can be changed by making another."""

    __slots__ = ()

    def evolve(self, **changes: Any) -> Self:
        """The same record with some fields changed."""
        return replace(self, **changes)  # type: ignore[type-var]


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Record):
    """A person or the bot, and their place in the guild."""

    id: str
    username: str
    bot: bool = False
    roles: tuple[str, ...] = ()
    joined_at: str = "2024-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Record):
    """A role of the guild; `permissions` is a bit set."""

    id: str
    name: str
    permissions: int
    position: int = 0
    managed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwrite(Record):
    """What a channel allows or denies a role (type 0) or member (type 1)."""

    id: str
    type: int
    allow: int = 0
    deny: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread(Record):
    """What a thread has beyond a channel; `members` maps user id to when they joined."""

    owner_id: str
    auto_archive_duration: int = 1440
    archived: bool = False
    locked: bool = False
    archive_timestamp: str = ""
    create_timestamp: str = ""
    message_count: int = 0
    total_message_sent: int = 0
    members: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel(Record):
    """A text channel (type 0), direct message (1), talk among members (3), public (11) or private thread (12)."""

    id: str
    type: int
    name: str | None = None
    position: int = 0
    parent_id: str | None = None
    topic: str | None = None
    overwrites: tuple[Overwrite, ...] = ()
    recipients: tuple[str, ...] = ()
    last_message_id: str | None = None
    rate_limit_per_user: int = 0
    thread: Thread | None = None

    @property
    def meta(self) -> Thread:
        """What it has as a thread.

        Raises:
            WrongChannelType: if it is none.
        """
        if self.thread is None:
            raise WrongChannelType
        return self.thread

    @property
    def in_guild(self) -> bool:
        """Whether it belongs to the guild rather than to a few people."""
        return self.type not in (1, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment(Record):
    """A file on the CDN."""

    id: str
    channel_id: str
    filename: str
    size: int
    content_type: str
    width: int | None = None
    height: int | None = None
    description: str | None = None
    ephemeral: bool = False

    @property
    def path(self) -> str:
        """Where the CDN serves it, without its signature."""
        kind = "ephemeral-attachments" if self.ephemeral else "attachments"
        return f"/{kind}/{self.channel_id}/{self.id}/{self.filename}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Record):
    """A message as it is stored; `render` makes of it what Discord would send.

    `viewer` is the one person who sees an ephemeral message. `reactions` maps an emoji to who reacted, in order.
    `edits` counts edits.
    """

    id: str
    channel_id: str
    author_id: str
    timestamp: str
    type: int = 0
    content: str = ""
    edited_timestamp: str | None = None
    flags: int = 0
    mentions: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    embeds: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    reactions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    nonce: str | int | None = None
    reference: Json | None = None
    interaction_metadata: Json | None = None
    webhook: bool = False
    viewer: str | None = None
    edits: int = 0

    @property
    def ephemeral(self) -> bool:
        """Whether only its viewer sees it."""
        return bool(self.flags & Flags.EPHEMERAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Record):
    """An application command; `body` is what the bot registered."""

    id: str
    type: int
    name: str
    version: str
    body: Json
    guild_id: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a request."""

    filename: str
    data: bytes
    content_type: str | None = None
