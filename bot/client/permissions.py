"""What Easel must be allowed to do, and the words for what it is not."""

from __future__ import annotations

import discord

NEEDED = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
}
IN_A_THREAD = frozenset({"create_public_threads", "send_messages"})


def missing(permissions: discord.Permissions, *, in_thread: bool) -> tuple[str, ...]:
    """Return the names of the permissions that are needed and not there."""
    skip = IN_A_THREAD if in_thread else frozenset()
    return tuple(title for name, title in NEEDED.items() if name not in skip and not getattr(permissions, name))


def missing_here(channel: object) -> tuple[str, ...]:
    """Return what Easel is not allowed to do in a channel; nothing is missing in a DM."""
    guild = getattr(channel, "guild", None)
    if guild is None or not isinstance(channel, discord.TextChannel | discord.Thread | discord.VoiceChannel):
        return ()
    if isinstance(channel, discord.Thread) and channel.parent is None:
        return ()
    return missing(channel.permissions_for(guild.me), in_thread=not isinstance(channel, discord.TextChannel))


def words(names: tuple[str, ...]) -> str:
    """Say what is missing, to the member who asked."""
    return f"I cannot work in this channel yet: please ask an administrator to allow me to {', '.join(names)}."
