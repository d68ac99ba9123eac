"""Channels outside the guild: somebody's with the bot, and members' among themselves."""

from bot.sandbox import announce
from bot.sandbox.errors import CannotMessageUser, UnknownUser
from bot.sandbox.records import Channel
from bot.sandbox.world import World


def with_bot(world: World, user_id: str) -> Channel:
    """The direct messages of somebody with the bot, opened at first need.

    Raises:
        UnknownUser: if there is nobody of that id.
        CannotMessageUser: if it is a bot.
    """
    if user_id not in world.users:
        raise UnknownUser
    if world.users[user_id].bot:
        raise CannotMessageUser
    return _find_or_open(world, Channel(id=world.ids.next(), type=1, recipients=(user_id,)))


def among(world: World, user_ids: list[str]) -> Channel:
    """A talk among members, where the bot is not; it can only be brought in as somebody's own app."""
    names = ", ".join(world.users[key].username for key in user_ids)
    return _find_or_open(world, Channel(id=world.ids.next(), type=3, name=names, recipients=tuple(user_ids)))


def _find_or_open(world: World, wanted: Channel) -> Channel:
    for channel in world.channels.values():
        if channel.type == wanted.type and set(channel.recipients) == set(wanted.recipients):
            return channel
    world.channels[wanted.id] = wanted
    announce.channel_event(world, "CHANNEL_CREATE", wanted)
    return wanted
