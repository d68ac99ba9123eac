"""Reactions: who gave which, and the limit of twenty different ones."""

from bot.sandbox import announce
from bot.sandbox.errors import TooManyReactions, UnknownEmoji
from bot.sandbox.records import Message, User
from bot.sandbox.world import World

MAX_DISTINCT = 20


def require_emoji(name: str) -> str:
    """The emoji itself; the sandbox has no custom ones.

    Raises:
        UnknownEmoji: for plain text or a custom emoji.
    """
    if not name or name.isascii() or len(name) > 16:
        raise UnknownEmoji
    return name


def add(world: World, message: Message, by: User, emoji: str) -> None:
    """React, once.

    Raises:
        UnknownEmoji: if it is none.
        TooManyReactions: for a twenty-first emoji on one message.
    """
    require_emoji(emoji)
    who = message.reactions.get(emoji, ())
    if by.id in who:
        return
    if not who and len(message.reactions) >= MAX_DISTINCT:
        raise TooManyReactions
    world.messages[message.id] = message.evolve(reactions={**message.reactions, emoji: (*who, by.id)})
    announce.reaction(world, "MESSAGE_REACTION_ADD", world.messages[message.id], emoji, by)


def remove(world: World, message: Message, by: User, emoji: str) -> None:
    """Take a reaction back, if it was given."""
    who = message.reactions.get(emoji, ())
    if by.id not in who:
        return
    left = tuple(key for key in who if key != by.id)
    _set(world, message, emoji, left)
    announce.reaction(world, "MESSAGE_REACTION_REMOVE", message, emoji, by)


def clear(world: World, message: Message, emoji: str | None = None) -> None:
    """Take everybody's reactions away: of one emoji, or all."""
    if emoji is None:
        world.messages[message.id] = message.evolve(reactions={})
        announce.reaction(world, "MESSAGE_REACTION_REMOVE_ALL", message)
    elif emoji in message.reactions:
        _set(world, message, emoji, ())
        announce.reaction(world, "MESSAGE_REACTION_REMOVE_EMOJI", message, emoji)


def _set(world: World, message: Message, emoji: str, who: tuple[str, ...]) -> None:
    reactions = {**message.reactions, emoji: who}
    world.messages[message.id] = message.evolve(reactions={name: ids for name, ids in reactions.items() if ids})
