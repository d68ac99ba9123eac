"""Permissions as Discord computes them: roles, then channel overwrites, then what the lack of one implies."""

from collections.abc import Iterable, Mapping
from enum import IntFlag

from bot.sandbox.records import Channel, Overwrite, Role, User


class Permission(IntFlag):
    """The permissions that matter to the sandbox."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38


P = Permission
ALL = (1 << 53) - 1
EVERYONE = int(
    P.ADD_REACTIONS
    | P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.USE_APPLICATION_COMMANDS
    | P.CREATE_PUBLIC_THREADS
    | P.SEND_MESSAGES_IN_THREADS
)
DIRECT_MESSAGE = EVERYONE & ~int(P.CREATE_PUBLIC_THREADS | P.SEND_MESSAGES_IN_THREADS)
#: Without the right to speak these mean nothing.
SPEECH = int(P.ATTACH_FILES | P.EMBED_LINKS | P.MENTION_EVERYONE)


def base(user: User, roles: Mapping[str, Role], *, guild_id: str, owner_id: str) -> int:
    """What a member may do in the guild before any channel has its say, as a bit set."""
    if user.id == owner_id:
        return ALL
    bits = roles[guild_id].permissions
    for role_id in user.roles:
        bits |= roles[role_id].permissions
    return ALL if bits & P.ADMINISTRATOR else bits


def overwritten(bits: int, user: User, overwrites: Iterable[Overwrite], *, guild_id: str) -> int:
    """Apply a channel's overwrites: everyone's, then the roles' together, then the member's own."""
    by_id = {overwrite.id: overwrite for overwrite in overwrites}
    for group in ([guild_id], user.roles, [user.id]):
        found = [by_id[key] for key in group if key in by_id]
        allow = deny = 0
        for overwrite in found:
            allow |= overwrite.allow
            deny |= overwrite.deny
        bits = bits & ~deny | allow
    return bits


def implied(bits: int, channel: Channel) -> int:
    """Drop what means nothing without seeing the channel or without speaking in it."""
    if not bits & P.VIEW_CHANNEL:
        return 0
    speak = P.SEND_MESSAGES_IN_THREADS if channel.thread else P.SEND_MESSAGES
    return bits if bits & speak else bits & ~SPEECH


def names(bits: int) -> list[str]:
    """The names in a bit set, of those the sandbox knows."""
    return [permission.name or "" for permission in Permission if bits & permission]


def bits_of(wanted: Iterable[str]) -> int:
    """The bit set of some names, in any case.

    Raises:
        KeyError: for a name the sandbox does not know.
    """
    total = 0
    for name in wanted:
        total |= Permission[name.upper()]
    return total
