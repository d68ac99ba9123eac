"""Threads: made of a message or from nothing, joined, archived, and woken by being spoken in."""

from bot.sandbox import announce
from bot.sandbox.errors import ThreadArchived, ThreadExists, ThreadLocked
from bot.sandbox.form import Form
from bot.sandbox.records import Channel, Flags, Json, Message, Thread, User, now_iso
from bot.sandbox.world import World

DURATIONS = (60, 1440, 4320, 10080)
NAME_CHANGE, THREAD_CREATED = 4, 18


def check(payload: Json, form: Form, *, new: bool) -> None:
    """Refuse a thread's name or duration that Discord would refuse.

    Raises:
        InvalidForm: with the faults.
    """
    form.length(("name",), payload.get("name"), 1, 100, required=new)
    if payload.get("auto_archive_duration") is not None:
        form.choice(("auto_archive_duration",), payload["auto_archive_duration"], DURATIONS)
    form.check()


def create(world: World, parent: Channel, owner: User, payload: Json, message: Message | None = None) -> Channel:
    """Open a thread, of a message if one is given.

    Raises:
        InvalidForm: for a bad name or duration.
        ThreadExists: if that message has one.
    """
    if message and message.id in world.channels:
        raise ThreadExists
    check(payload, Form(), new=True)
    stamp = now_iso()
    channel = Channel(
        id=message.id if message else world.ids.next(),
        type=11 if message else payload.get("type") or 12,
        name=payload["name"],
        parent_id=parent.id,
        rate_limit_per_user=payload.get("rate_limit_per_user") or 0,
        thread=Thread(
            owner_id=owner.id,
            auto_archive_duration=payload.get("auto_archive_duration") or 1440,
            archive_timestamp=stamp,
            create_timestamp=stamp,
            members={owner.id: stamp},
        ),
    )
    world.channels[channel.id] = channel
    announce.channel_event(world, "THREAD_CREATE", channel, {"newly_created": True})
    if message:
        world.messages[message.id] = message.evolve(flags=message.flags | Flags.HAS_THREAD)
        announce.message(world, "MESSAGE_UPDATE", world.messages[message.id])
    elif channel.type == 11:
        _note(world, parent.id, owner, THREAD_CREATED, payload["name"])
    return channel


def _note(world: World, where: str, author: User, kind: int, text: str) -> None:
    """A system message, which does not count as something said."""
    note = Message(
        id=world.ids.next(),
        channel_id=where,
        author_id=author.id,
        timestamp=now_iso(),
        type=kind,
        content=text,
    )
    world.messages[note.id] = note
    announce.message(world, "MESSAGE_CREATE", note)


def change(world: World, channel: Channel, by: User, payload: Json) -> Channel:
    """Rename, archive, lock or wake a thread.

    Raises:
        InvalidForm: for a bad name or duration.
        ThreadArchived: for any change to an archived thread that does not wake it.
    """
    check(payload, Form(), new=False)
    if channel.meta.archived and payload.get("archived", True) and set(payload) - {"archived", "locked"}:
        raise ThreadArchived
    meta: Json = {key: payload[key] for key in ("archived", "locked", "auto_archive_duration") if key in payload}
    if "archived" in meta:
        meta["archive_timestamp"] = now_iso()
    renamed = "name" in payload and payload["name"] != channel.name
    changed = channel.evolve(
        thread=channel.meta.evolve(**meta),
        name=payload.get("name", channel.name),
        rate_limit_per_user=payload.get("rate_limit_per_user") or channel.rate_limit_per_user,
    )
    world.channels[channel.id] = changed
    announce.channel_event(world, "THREAD_UPDATE", changed)
    if renamed:
        _note(world, channel.id, by, NAME_CHANGE, payload["name"])
    return changed


def require_awake(channel: Channel) -> None:
    """Refuse edits, reactions and commands in an archived thread.

    Raises:
        ThreadArchived: if it is one.
    """
    if channel.thread and channel.thread.archived:
        raise ThreadArchived


def require_unlocked(channel: Channel, *, moderator: bool) -> None:
    """Refuse to speak in a locked thread, moderators excepted.

    Raises:
        ThreadLocked: if it is one.
    """
    if channel.thread and channel.thread.locked and not moderator:
        raise ThreadLocked if not channel.thread.archived else ThreadArchived


def spoken_in(world: World, message: Message) -> None:
    """Count a message, wake its thread, and make its author a member."""
    channel = world.channels[message.channel_id]
    if channel.thread is None:
        return
    was_archived = channel.thread.archived
    thread = channel.thread.evolve(
        archived=False,
        message_count=channel.thread.message_count + 1,
        total_message_sent=channel.thread.total_message_sent + 1,
    )
    world.channels[channel.id] = channel.evolve(thread=thread)
    if was_archived:
        announce.channel_event(world, "THREAD_UPDATE", world.channels[channel.id])
    join(world, world.channels[channel.id], message.author_id)


def join(world: World, channel: Channel, user_id: str) -> None:
    """Add somebody to a thread, unless they are in it."""
    if user_id in channel.meta.members:
        return
    thread = channel.meta.evolve(members={**channel.meta.members, user_id: now_iso()})
    world.channels[channel.id] = channel.evolve(thread=thread)
    announce.thread_members(world, world.channels[channel.id], added=[user_id], removed=[])


def leave(world: World, channel: Channel, user_id: str) -> None:
    """Take somebody out of a thread, if they are in it."""
    if user_id not in channel.meta.members:
        return
    members = {key: joined for key, joined in channel.meta.members.items() if key != user_id}
    world.channels[channel.id] = channel.evolve(thread=channel.meta.evolve(members=members))
    announce.thread_members(world, world.channels[channel.id], added=[], removed=[user_id])


def remove(world: World, channel: Channel) -> list[Message]:
    """Delete a channel or thread and all that was said there.

    Returns:
        The messages that went with it.
    """
    gone = list(world.messages_in(channel.id))
    for message in gone:
        del world.messages[message.id]
    for thread in [c for c in world.channels.values() if c.parent_id == channel.id]:
        gone += remove(world, thread)
    announce.channel_event(world, "THREAD_DELETE" if channel.thread else "CHANNEL_DELETE", channel)
    del world.channels[channel.id]
    return gone
