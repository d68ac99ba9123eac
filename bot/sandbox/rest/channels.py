"""Channels, threads and who is in them."""

from typing import Any

from bot.sandbox import announce, messages, render, threads
from bot.sandbox.call import Call
from bot.sandbox.errors import (
    MissingAccess,
    MissingPermissions,
    UnknownGuild,
    UnknownMember,
    UnknownUser,
    WrongChannelType,
)
from bot.sandbox.form import Form
from bot.sandbox.permissions import Permission as Can
from bot.sandbox.records import Channel, Json
from bot.sandbox.rest.route import Created, Routes

routes = Routes()
THREAD_KEYS = {"name", "archived", "locked", "auto_archive_duration", "rate_limit_per_user", "invitable", "flags"}


@routes.on("GET", "/channels/{channel}")
async def get_channel(call: Call) -> Json:
    """One channel."""
    return render.channel(call.world, call.channel(), call.world.app_id)


@routes.on("PATCH", "/channels/{channel}")
async def edit_channel(call: Call) -> Json:
    """Rename a channel; rename, archive, lock or wake a thread."""
    world, channel = call.world, call.channel()
    if channel.thread:
        _may_change(call, channel)
        changed = threads.change(world, channel, world.bot, call.body)
        return render.channel(world, changed, world.app_id)
    call.channel(Can.MANAGE_CHANNELS)
    form = Form()
    form.length(("name",), call.body.get("name"), 1, 100)
    form.length(("topic",), call.body.get("topic"), 0, 1024)
    form.check()
    wanted = {key: call.body[key] for key in ("name", "topic", "rate_limit_per_user") if key in call.body}
    world.channels[channel.id] = channel.evolve(**wanted)
    announce.channel_event(world, "CHANNEL_UPDATE", world.channels[channel.id])
    return render.channel(world, world.channels[channel.id])


def _may_change(call: Call, channel: Channel) -> None:
    """Its owner may rename and archive a thread, anyone in it may wake it; locking is a moderator's."""
    world, thread = call.world, channel.meta
    if world.may(world.bot, channel, Can.MANAGE_THREADS):
        return
    locks = "locked" in call.body and call.body["locked"] != thread.locked
    wakes = set(call.body) <= {"archived"} and call.body.get("archived") is False and not thread.locked
    if locks or not (wakes or thread.owner_id == world.app_id):
        raise MissingPermissions


@routes.on("DELETE", "/channels/{channel}")
async def delete_channel(call: Call) -> Json:
    """Delete a channel or thread; a direct message is only closed."""
    channel = call.channel()
    if channel.in_guild:
        call.channel(Can.MANAGE_THREADS if channel.thread else Can.MANAGE_CHANNELS)
        out = render.channel(call.world, channel, call.world.app_id)
        for message in threads.remove(call.world, channel):
            messages.retire(call.world, list(message.attachments))
        return out
    return render.channel(call.world, channel)


@routes.on("POST", "/channels/{channel}/typing")
async def typing(call: Call) -> None:
    """The bot is typing."""
    channel = call.channel()
    announce.typing(call.world, channel, call.world.bot, messages.typing_stamp())


@routes.on("POST", "/channels/{channel}/messages/{message}/threads")
async def thread_of_message(call: Call) -> Created:
    """Open a thread of a message."""
    channel = call.channel(Can.CREATE_PUBLIC_THREADS, Can.READ_MESSAGE_HISTORY)
    message = call.message(channel)
    if channel.type != 0:
        raise WrongChannelType
    thread = threads.create(call.world, channel, call.world.bot, call.body, message)
    return Created(render.channel(call.world, thread, call.world.app_id))


@routes.on("POST", "/channels/{channel}/threads")
async def thread_of_nothing(call: Call) -> Created:
    """Open a thread without a message; a private one, unless another type is asked for."""
    public = call.body.get("type") == 11
    channel = call.channel(Can.CREATE_PUBLIC_THREADS if public else Can.CREATE_PRIVATE_THREADS)
    if channel.type != 0:
        raise WrongChannelType
    thread = threads.create(call.world, channel, call.world.bot, call.body)
    return Created(render.channel(call.world, thread, call.world.app_id))


@routes.on("GET", "/channels/{channel}/thread-members")
async def thread_members(call: Call) -> list[Json]:
    """Who is in a thread; the list needs the member intent."""
    channel = _thread(call)
    if not call.world.knobs.members_intent_allowed:
        raise MissingAccess
    return [render.thread_member(channel, key) for key in channel.meta.members]


@routes.on("GET", "/channels/{channel}/thread-members/{user}")
async def thread_member(call: Call) -> Json:
    """One person's membership."""
    channel, user_id = _thread(call), _whom(call)
    if user_id not in channel.meta.members:
        raise UnknownMember
    return render.thread_member(channel, user_id)


@routes.on("PUT", "/channels/{channel}/thread-members/{user}")
async def join_thread(call: Call) -> None:
    """Join, or bring somebody in."""
    channel, user_id = _thread(call), _whom(call)
    threads.require_awake(channel)
    if user_id != call.world.app_id:
        call.channel(Can.SEND_MESSAGES_IN_THREADS)
    if user_id not in call.world.users:
        raise UnknownUser
    threads.join(call.world, channel, user_id)


@routes.on("DELETE", "/channels/{channel}/thread-members/{user}")
async def leave_thread(call: Call) -> None:
    """Leave, or put somebody out."""
    channel, user_id = _thread(call), _whom(call)
    threads.require_awake(channel)
    if user_id != call.world.app_id:
        call.channel(Can.MANAGE_THREADS)
    threads.leave(call.world, channel, user_id)


@routes.on("GET", "/channels/{channel}/threads/archived/public")
async def archived_threads(call: Call) -> Json:
    """A channel's archived threads, the last archived first."""
    channel = call.channel(Can.READ_MESSAGE_HISTORY)
    found = [c for c in call.world.threads(archived=True) if c.parent_id == channel.id and c.type == 11]
    found.sort(key=lambda c: c.meta.archive_timestamp, reverse=True)
    limit = int(call.query.get("limit", 50))
    return {**_listed(call, found[:limit]), "has_more": len(found) > limit}


@routes.on("GET", "/guilds/{guild}/threads/active")
async def active_threads(call: Call) -> Json:
    """The guild's threads that the bot may see and that are not archived."""
    if call.params["guild"] != call.world.guild_id:
        raise UnknownGuild
    seen = [c for c in call.world.threads() if call.world.may(call.world.bot, c, Can.VIEW_CHANNEL)]
    return {**_listed(call, seen), "has_more": False}


def _listed(call: Call, found: list[Channel]) -> Json:
    me = call.world.app_id
    mine: list[Any] = [render.thread_member(c, me) for c in found if me in c.meta.members]
    return {"threads": [render.channel(call.world, c, me) for c in found], "members": mine}


def _thread(call: Call) -> Channel:
    channel = call.channel()
    if channel.thread is None:
        raise WrongChannelType
    return channel


def _whom(call: Call) -> str:
    return call.world.app_id if call.params["user"] == "@me" else call.params["user"]
