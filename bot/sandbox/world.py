"""The state of the sandbox: one guild, its people and channels, and everything ever said in it."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from bot.sandbox import permissions
from bot.sandbox.errors import UnknownChannel, UnknownMessage, UnknownUser
from bot.sandbox.files import FileStore
from bot.sandbox.hub import Hub
from bot.sandbox.interaction import Interaction
from bot.sandbox.knobs import Knobs
from bot.sandbox.permissions import Permission
from bot.sandbox.records import Attachment, Channel, Command, Json, Message, Overwrite, Role, Snowflakes, User
from bot.sandbox.signing import Signer
from bot.sandbox.tables import Table

PEOPLE = ("alice", "bob", "carol", "dave")
CHANNELS = (
    ("general", "Talk about anything"),
    ("art", "A good place to be watched"),
    ("photos", "Pictures to work on"),
)
LOG_LENGTH = 5000

T = TypeVar("T")


class World:
    """Everything there is.

    Args:
        knobs: how this Discord is set.
        files: where the bytes of attachments are kept; None keeps them in memory.
    """

    def __init__(self, knobs: Knobs | None = None, files: Path | None = None) -> None:
        self.knobs = knobs or Knobs()
        self.files = FileStore(files)
        self.signer = Signer()
        self.hub = Hub()
        self.ids = Snowflakes()
        self.on_change: Callable[[], None] = lambda: None
        self.users = self._table(User)
        self.roles = self._table(Role)
        self.channels = self._table(Channel)
        self.messages = self._table(Message)
        self.commands = self._table(Command)
        self.attachments = self._table(Attachment)
        self.facts = self._table(str)
        self.interactions: dict[str, Interaction] = {}
        self.log: deque[Json] = deque(maxlen=LOG_LENGTH)
        self.tasks: set[asyncio.Task[None]] = set()

    def _table(self, kind: type[T]) -> Table[T]:
        return Table(kind, self._note_change)

    def _note_change(self) -> None:
        self.on_change()

    @property
    def tables(self) -> dict[str, Table[Any]]:
        """What outlives a restart, by name."""
        return {
            "users": self.users,
            "roles": self.roles,
            "channels": self.channels,
            "messages": self.messages,
            "commands": self.commands,
            "attachments": self.attachments,
            "facts": self.facts,
        }

    @property
    def guild_id(self) -> str:
        """The guild's id, which is also the id of its everyone role."""
        return self.facts["guild_id"]

    @property
    def owner_id(self) -> str:
        """Who owns the guild: alice."""
        return self.facts["owner_id"]

    @property
    def app_id(self) -> str:
        """The bot's user id, which is also its application's."""
        return self.facts["app_id"]

    @property
    def bot(self) -> User:
        """The bot's user."""
        return self.users[self.app_id]

    @property
    def bot_online(self) -> bool:
        """Whether a gateway session is connected."""
        return any(getattr(session, "connected", False) for session in self.hub.sessions.values())

    def found(self) -> None:
        """Make the guild, its people and its channels, as they are at the start."""
        guild_id = self.ids.next()
        self.facts["guild_id"] = guild_id
        self.facts["secret"] = self.signer.secret.hex()
        self.roles[guild_id] = Role(id=guild_id, name="@everyone", permissions=permissions.EVERYONE)
        admin, easel = self.ids.next(), self.ids.next()
        self.roles[admin] = Role(id=admin, name="Admin", permissions=int(Permission.ADMINISTRATOR), position=2)
        self.roles[easel] = Role(id=easel, name="easel", permissions=permissions.EVERYONE, position=1, managed=True)
        self.facts["app_id"] = self.add_user("easel", bot=True, roles=(easel,)).id
        self.facts["owner_id"] = self.add_user(PEOPLE[0], roles=(admin,)).id
        for name in PEOPLE[1:]:
            self.add_user(name)
        for position, (name, topic) in enumerate(CHANNELS):
            channel = Channel(id=self.ids.next(), type=0, name=name, position=position, topic=topic)
            self.channels[channel.id] = channel

    def add_user(self, name: str, *, bot: bool = False, roles: tuple[str, ...] = ()) -> User:
        """Let somebody join."""
        user = User(id=self.ids.next(), username=name, bot=bot, roles=roles)
        self.users[user.id] = user
        return user

    def user(self, name_or_id: str) -> User:
        """A person by name or id.

        Raises:
            UnknownUser: if there is none.
        """
        if name_or_id in self.users:
            return self.users[name_or_id]
        for user in self.users.values():
            if user.username == name_or_id:
                return user
        raise UnknownUser

    def channel(self, name_or_id: str) -> Channel:
        """A channel by id, or by name with or without its #.

        Raises:
            UnknownChannel: if there is none.
        """
        if name_or_id in self.channels:
            return self.channels[name_or_id]
        name = name_or_id.removeprefix("#")
        for channel in self.channels.values():
            if channel.name == name:
                return channel
        raise UnknownChannel

    def message(self, message_id: str, channel_id: str | None = None) -> Message:
        """A message, in a certain channel if one is named.

        Raises:
            UnknownMessage: if there is none, or it is elsewhere.
        """
        message = self.messages.get(message_id)
        if message is None or channel_id not in (None, message.channel_id):
            raise UnknownMessage
        return message

    def messages_in(self, channel_id: str) -> Iterator[Message]:
        """A channel's messages, oldest first."""
        return (message for message in list(self.messages.values()) if message.channel_id == channel_id)

    def threads(self, *, archived: bool = False) -> list[Channel]:
        """The guild's threads, active ones or archived ones."""
        return [c for c in self.channels.values() if c.thread and c.thread.archived == archived]

    def permissions_in(self, user: User, channel: Channel) -> int:
        """What somebody may do in a channel, as a bit set; nothing at all in others' direct messages."""
        if not channel.in_guild:
            return permissions.DIRECT_MESSAGE if self.takes_part(user.id, channel) else 0
        home = self.channels.get(channel.parent_id or "", channel)
        bits = permissions.base(user, self.roles, guild_id=self.guild_id, owner_id=self.owner_id)
        if bits != permissions.ALL:
            bits = permissions.overwritten(bits, user, home.overwrites, guild_id=self.guild_id)
        return permissions.implied(bits, channel)

    def takes_part(self, user_id: str, channel: Channel) -> bool:
        """Whether a direct message is somebody's own; the bot takes part in those of type 1."""
        return user_id in channel.recipients or (channel.type == 1 and user_id == self.app_id)

    def may(self, user: User, channel: Channel, wanted: Permission) -> bool:
        """Whether somebody has all of the wanted permissions in a channel."""
        return self.permissions_in(user, channel) & wanted == wanted

    def sees(self, channel: Channel) -> Callable[[str], bool]:
        """A test of who may look into a channel."""

        def test(user_id: str) -> bool:
            user = self.users.get(user_id)
            return user is not None and self.may(user, channel, Permission.VIEW_CHANNEL)

        return test

    def take_from_bot(self, taken: dict[str, tuple[str, ...]]) -> list[Channel]:
        """Deny the bot some permissions, by a member overwrite in each channel concerned.

        Returns:
            The channels whose overwrites changed.
        """
        everywhere = permissions.bits_of(taken.get("*", ()))
        changed = []
        for channel in [c for c in self.channels.values() if c.type == 0]:
            here = permissions.bits_of((*taken.get(channel.id, ()), *taken.get(channel.name or "", ())))
            deny = everywhere | here
            others = tuple(o for o in channel.overwrites if o.id != self.app_id)
            mine = (Overwrite(id=self.app_id, type=1, deny=deny),) if deny else ()
            if (*others, *mine) != channel.overwrites:
                self.channels[channel.id] = channel.evolve(overwrites=(*others, *mine))
                changed.append(self.channels[channel.id])
        return changed

    def background(self, task: asyncio.Task[None]) -> None:
        """Keep a task alive until it is done."""
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
