"""What the hub is told when something changes: the event, its intent and its audience."""

from collections.abc import Callable

from bot.sandbox import render
from bot.sandbox.hub import News, Reader
from bot.sandbox.records import Channel, Intent, Json, Message, User
from bot.sandbox.world import World


def message(world: World, t: str, record: Message) -> None:
    """A message came or changed. An ephemeral one is never sent over the gateway, and seen by its viewer only."""
    channel = world.channels[record.channel_id]

    def build(reader: Reader) -> Json:
        out = render.message(world, record, reader)
        if channel.in_guild:
            out |= {"guild_id": world.guild_id, "member": render.member(world.users[record.author_id], with_user=False)}
        return out

    world.hub.publish(
        News(
            t,
            build,
            Intent.MESSAGES if channel.in_guild else Intent.DM_MESSAGES,
            sees=audience(world, record),
            direct=not channel.in_guild,
            gateway=not record.ephemeral,
        )
    )


def audience(world: World, record: Message) -> Callable[[str], bool]:
    """A test of who may see a message."""
    if record.ephemeral:
        return lambda user_id: user_id == record.viewer
    return world.sees(world.channels[record.channel_id])


def deleted(world: World, records: list[Message]) -> None:
    """Messages are gone: one event each, or one for all if there are several of one channel."""
    first = records[0]
    channel = world.channels[first.channel_id]
    where = _where(world, channel)
    if len(records) == 1:
        data, t = {"id": first.id, **where}, "MESSAGE_DELETE"
    else:
        data, t = {"ids": [record.id for record in records], **where}, "MESSAGE_DELETE_BULK"
    world.hub.publish(
        News(
            t,
            lambda _reader: data,
            Intent.MESSAGES if channel.in_guild else Intent.DM_MESSAGES,
            sees=audience(world, first),
            direct=not channel.in_guild,
            gateway=not first.ephemeral,
        )
    )


def reaction(world: World, t: str, record: Message, emoji: str | None = None, by: User | None = None) -> None:
    """A reaction came or went; `by` is None when all of one emoji or all at once went."""
    channel = world.channels[record.channel_id]
    data: Json = {"message_id": record.id, **_where(world, channel)}
    if emoji:
        data["emoji"] = {"id": None, "name": emoji}
    if by:
        data |= {"user_id": by.id, "burst": False, "type": 0}
    if by and t == "MESSAGE_REACTION_ADD":
        data |= {"message_author_id": record.author_id, "burst_colors": []}
        if channel.in_guild:
            data["member"] = render.member(by)
    world.hub.publish(
        News(
            t,
            lambda _reader: data,
            Intent.REACTIONS if channel.in_guild else Intent.DM_REACTIONS,
            sees=audience(world, record),
            direct=not channel.in_guild,
        )
    )


def channel_event(world: World, t: str, channel: Channel, extra: Json | None = None) -> None:
    """A channel or thread came, changed or went."""

    def build(reader: Reader) -> Json:
        return {**render.channel(world, channel, reader.user_id or world.app_id), **(extra or {})}

    world.hub.publish(News(t, build, Intent.GUILDS, sees=world.sees(channel), direct=not channel.in_guild))


def thread_members(world: World, channel: Channel, *, added: list[str], removed: list[str]) -> None:
    """Somebody joined or left a thread."""
    data: Json = {
        "id": channel.id,
        "guild_id": world.guild_id,
        "member_count": min(len(channel.meta.members), 50),
        "added_members": [
            {**render.thread_member(channel, key), "member": render.member(world.users[key])} for key in added
        ],
        "removed_member_ids": removed,
    }
    world.hub.publish(News("THREAD_MEMBERS_UPDATE", lambda _reader: data, Intent.GUILDS, sees=world.sees(channel)))


def typing(world: World, channel: Channel, who: User, stamp: int) -> None:
    """Somebody is typing."""
    data: Json = {"channel_id": channel.id, "user_id": who.id, "timestamp": stamp}
    if channel.in_guild:
        data |= {"guild_id": world.guild_id, "member": render.member(who)}
    intent = Intent.TYPING if channel.in_guild else Intent.DM_TYPING
    world.hub.publish(
        News("TYPING_START", lambda _reader: data, intent, sees=world.sees(channel), direct=not channel.in_guild)
    )


def to_person(world: World, t: str, user_id: str, data: Json) -> None:
    """Something only one person's page has to know."""
    world.hub.publish(News(t, lambda _reader: data, sees=lambda other: other == user_id, gateway=False))


def to_page(world: World, t: str, data: Json) -> None:
    """Something every page has to know, and the bot does not."""
    world.hub.publish(News(t, lambda _reader: data, gateway=False))


def _where(world: World, channel: Channel) -> Json:
    return {"channel_id": channel.id, **({"guild_id": world.guild_id} if channel.in_guild else {})}


def joined(world: World, user: User) -> None:
    """Somebody joined the guild."""
    data = {**render.member(user), "guild_id": world.guild_id}
    world.hub.publish(News("GUILD_MEMBER_ADD", lambda _reader: data, Intent.MEMBERS))
