"""Answers to interactions: the callback, the original message, and follow-ups."""

from bot.sandbox import interactions, messages, render
from bot.sandbox.call import Call
from bot.sandbox.errors import InvalidWebhookToken, TooManyFollowups, UnknownInteraction, UnknownMessage, UnknownWebhook
from bot.sandbox.hub import Reader
from bot.sandbox.interaction import Interaction
from bot.sandbox.records import Flags, Json, Message
from bot.sandbox.rest.route import Routes
from bot.sandbox.world import World

routes = Routes()
HOOK = "/webhooks/{app}/{token}"


@routes.on("POST", "/interactions/{interaction}/{token}/callback")
async def callback(call: Call) -> Json | None:
    """The first answer."""
    it = call.world.interactions.get(call.params["token"])
    if it is None or it.id != call.params["interaction"]:
        raise UnknownInteraction
    out = await interactions.answer(call.world, it, call.body, call.files)
    return out if call.query.get("with_response") in ("1", "true") else None


def _hook(call: Call) -> Interaction:
    it = call.world.interactions.get(call.params["token"])
    if it is None or it.expired(call.world.knobs.token_s):
        raise InvalidWebhookToken
    if not it.acked or call.params["app"] != call.world.app_id:
        raise UnknownWebhook
    return it


def _target(call: Call, it: Interaction) -> Message:
    """The original, or one of the messages this interaction made."""
    key = call.params["message"]
    message = call.world.messages.get((it.original or "") if key == "@original" else key)
    if message is None or message.channel_id != it.channel_id:
        raise UnknownMessage
    mine = message.id == it.original or (message.interaction_metadata or {}).get("id") == it.id
    if not mine:
        raise UnknownMessage
    return message


def _rendered(world: World, message: Message) -> Json:
    return render.message(world, message, Reader(world.app_id, person=False))


@routes.on("POST", HOOK)
async def follow_up(call: Call) -> Json:
    """Say more; the first follow-up after a deferral takes the place of what is loading."""
    world, it = call.world, _hook(call)
    original = world.messages.get(it.original or "")
    if original and original.flags & Flags.LOADING:
        return _rendered(world, await messages.edit(world, original, call.body, call.files))
    it.followups += 1
    if it.user_install and it.followups > interactions.USER_INSTALL_FOLLOWUPS:
        raise TooManyFollowups
    channel = world.channels[it.channel_id]
    origin = interactions.origin(world, it)
    return _rendered(world, await messages.post(world, channel, world.bot, call.body, call.files, origin=origin))


@routes.on("GET", HOOK + "/messages/{message}")
async def get_answer(call: Call) -> Json:
    """The original or a follow-up."""
    return _rendered(call.world, _target(call, _hook(call)))


@routes.on("PATCH", HOOK + "/messages/{message}")
async def edit_answer(call: Call) -> Json:
    """Edit the original or a follow-up."""
    message = _target(call, _hook(call))
    return _rendered(call.world, await messages.edit(call.world, message, call.body, call.files))


@routes.on("DELETE", HOOK + "/messages/{message}")
async def delete_answer(call: Call) -> None:
    """Delete the original or a follow-up."""
    messages.delete(call.world, [_target(call, _hook(call))])
