"""Messages and reactions in channels."""

from bot.sandbox import messages, reactions, render, threads
from bot.sandbox.call import Call
from bot.sandbox.errors import (
    BulkDeleteCount,
    InvalidForm,
    MissingPermissions,
    NoHistoryForReply,
    NotYourMessage,
    TooOldForBulkDelete,
    UnknownUser,
    WrongChannelType,
)
from bot.sandbox.form import Form
from bot.sandbox.hub import Reader
from bot.sandbox.permissions import Permission as Can
from bot.sandbox.records import Channel, Flags, Json, Message, age_s
from bot.sandbox.rest.route import Routes
from bot.sandbox.session import Session
from bot.sandbox.world import World

routes = Routes()
TWO_WEEKS_S = 14 * 86400
MESSAGES = "/channels/{channel}/messages"
REACTIONS = MESSAGES + "/{message}/reactions"


def bot_reader(world: World) -> Reader:
    """The bot as a reader over REST: content is hidden while none of its sessions asked for it."""
    asked = [session.reader.content for session in world.hub.sessions.values() if isinstance(session, Session)]
    return Reader(world.app_id, content=world.knobs.content_intent_allowed and (not asked or any(asked)), person=False)


def _rendered(world: World, message: Message) -> Json:
    return render.message(world, message, bot_reader(world))


def require_speech(world: World, channel: Channel, payload: Json, *, files: bool) -> None:
    """Refuse a message the bot may not send here.

    Raises:
        MissingPermissions: without the right to speak or attach.
        NoHistoryForReply: when replying without seeing the history.
        ThreadLocked: in a locked thread.
    """
    speak = Can.SEND_MESSAGES_IN_THREADS if channel.thread else Can.SEND_MESSAGES
    if not world.may(world.bot, channel, speak) or (files and not world.may(world.bot, channel, Can.ATTACH_FILES)):
        raise MissingPermissions
    if payload.get("message_reference") and not world.may(world.bot, channel, Can.READ_MESSAGE_HISTORY):
        raise NoHistoryForReply
    threads.require_unlocked(channel, moderator=world.may(world.bot, channel, Can.MANAGE_THREADS))


@routes.on("POST", MESSAGES)
async def create_message(call: Call) -> Json:
    """Say something."""
    world, channel = call.world, call.channel()
    require_speech(world, channel, call.body, files=bool(call.files))
    if (call.body.get("flags") or 0) & (Flags.EPHEMERAL | Flags.LOADING):
        fault = {"code": "MESSAGE_FLAGS_INVALID", "message": "Only interactions can be answered in secret."}
        raise InvalidForm({"flags": {"_errors": [fault]}})
    message = await messages.post(world, channel, world.bot, call.body, call.files)
    return _rendered(world, message)


@routes.on("GET", MESSAGES)
async def history(call: Call) -> list[Json]:
    """Up to 100 messages, newest first: the latest, or those before, after or around one."""
    world, channel = call.world, call.channel()
    form, limit = Form(), int(call.query.get("limit", 50))
    form.number(("limit",), limit, 1, 100)
    form.check()
    if not world.may(world.bot, channel, Can.READ_MESSAGE_HISTORY):
        return []
    shown = [m for m in world.messages_in(channel.id) if not m.ephemeral]
    return [_rendered(world, m) for m in _page(shown, call.query, limit)]


def _page(shown: list[Message], query: dict[str, str], limit: int) -> list[Message]:
    """The wanted part of a history that is ordered oldest first; the answer is newest first."""
    shown = sorted(shown, key=lambda m: int(m.id))
    if "around" in query:
        pivot = int(query["around"])
        before = [m for m in shown if int(m.id) < pivot][-(limit // 2) :] if limit > 1 else []
        part = before + [m for m in shown if int(m.id) >= pivot][: limit - len(before)]
    elif "after" in query:
        part = [m for m in shown if int(m.id) > int(query["after"])][:limit]
    else:
        end = int(query["before"]) if "before" in query else None
        part = [m for m in shown if end is None or int(m.id) < end][-limit:]
    return part[::-1]


@routes.on("GET", MESSAGES + "/{message}")
async def get_message(call: Call) -> Json:
    """One message."""
    return _rendered(call.world, call.message(call.channel(Can.READ_MESSAGE_HISTORY)))


@routes.on("PATCH", MESSAGES + "/{message}")
async def edit_message(call: Call) -> Json:
    """Edit one of the bot's own messages."""
    channel = call.channel()
    message = call.message(channel)
    if message.author_id != call.world.app_id:
        raise NotYourMessage
    threads.require_awake(channel)
    if call.files and not call.world.may(call.world.bot, channel, Can.ATTACH_FILES):
        raise MissingPermissions
    return _rendered(call.world, await messages.edit(call.world, message, call.body, call.files))


@routes.on("DELETE", MESSAGES + "/{message}")
async def delete_message(call: Call) -> None:
    """Delete a message; somebody else's only as a moderator."""
    channel = call.channel()
    message = call.message(channel)
    if message.author_id != call.world.app_id:
        if not channel.in_guild:
            raise WrongChannelType
        call.channel(Can.MANAGE_MESSAGES)
    threads.require_awake(channel)
    messages.delete(call.world, [message])


@routes.on("POST", MESSAGES + "/bulk-delete")
async def bulk_delete(call: Call) -> None:
    """Delete 2 to 100 messages no older than two weeks."""
    channel = call.channel(Can.MANAGE_MESSAGES)
    ids = [str(key) for key in call.body.get("messages") or []]
    if not 2 <= len(ids) <= 100:
        raise BulkDeleteCount
    if any(age_s(key) > TWO_WEEKS_S for key in ids):
        raise TooOldForBulkDelete
    found = [call.world.messages[key] for key in ids if key in call.world.messages]
    found = [message for message in found if message.channel_id == channel.id and not message.ephemeral]
    if found:
        messages.delete(call.world, found)


@routes.on("PUT", REACTIONS + "/{emoji}/@me")
async def react(call: Call) -> None:
    """React as the bot; a first reaction of its kind needs a permission more."""
    channel = call.channel(Can.READ_MESSAGE_HISTORY)
    message = call.message(channel)
    threads.require_awake(channel)
    if call.params["emoji"] not in message.reactions:
        call.channel(Can.ADD_REACTIONS)
    reactions.add(call.world, message, call.world.bot, call.params["emoji"])


@routes.on("DELETE", REACTIONS + "/{emoji}/{user}")
async def unreact(call: Call) -> None:
    """Take a reaction back: the bot's own, or as a moderator somebody's."""
    world, mine = call.world, call.params["user"] in ("@me", call.world.app_id)
    channel = call.channel(*(() if mine else (Can.MANAGE_MESSAGES,)))
    message = call.message(channel)
    threads.require_awake(channel)
    who = world.bot if mine else world.users.get(call.params["user"])
    if who is None:
        raise UnknownUser
    reactions.remove(world, message, who, reactions.require_emoji(call.params["emoji"]))


@routes.on("DELETE", REACTIONS + "/{emoji}")
async def clear_emoji(call: Call) -> None:
    """Take away everybody's reactions of one emoji."""
    message = call.message(call.channel(Can.MANAGE_MESSAGES))
    reactions.clear(call.world, message, reactions.require_emoji(call.params["emoji"]))


@routes.on("DELETE", REACTIONS)
async def clear_all(call: Call) -> None:
    """Take away all reactions."""
    reactions.clear(call.world, call.message(call.channel(Can.MANAGE_MESSAGES)))


@routes.on("GET", REACTIONS + "/{emoji}")
async def who_reacted(call: Call) -> list[Json]:
    """Who gave a reaction, by id."""
    message = call.message(call.channel())
    name = reactions.require_emoji(call.params["emoji"])
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 25))
    who = sorted(int(key) for key in message.reactions.get(name, ()))
    return [render.user(call.world.users[str(key)]) for key in who if key > after][:limit]
