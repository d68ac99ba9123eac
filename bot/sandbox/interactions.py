"""Interactions: a person does something, the bot has seconds to answer and a quarter of an hour to follow up."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from bot.sandbox import announce, messages, modals, render
from bot.sandbox.errors import AlreadyAcknowledged, InvalidForm, UnknownInteraction
from bot.sandbox.form import Form
from bot.sandbox.hub import News, Reader
from bot.sandbox.interaction import Answer, Interaction, Kind
from bot.sandbox.messages import Origin
from bot.sandbox.records import Channel, Flags, Json, Message, Upload, User, now_iso
from bot.sandbox.world import World

#: Within an interaction the application may do in a place it is not a member of no more than this.
USER_INSTALL_FOLLOWUPS = 5
#: From how many on the expired ones are looked for.
REMEMBERED = 2000
DATA = ("data",)


def begin(
    world: World,
    who: User,
    channel: Channel,
    kind: Kind,
    data: Json,
    *,
    message: Message | None = None,
    trigger: Json | None = None,
    user_install: bool = False,
) -> Interaction:
    """Tell the bot what somebody did, and start the clock."""
    it = Interaction(
        id=world.ids.next(),
        token=secrets.token_urlsafe(60),
        kind=kind,
        user_id=who.id,
        channel_id=channel.id,
        data=data,
        message_id=message.id if message else None,
        user_install=user_install or channel.type == 3,
        trigger=trigger,
    )
    _forget_old(world)
    world.interactions[it.token] = world.interactions[it.id] = it
    payload = _payload(world, it, who, channel, message)
    world.hub.publish(
        News("INTERACTION_CREATE", lambda _reader: payload, sees=lambda key: key in (who.id, world.app_id))
    )
    world.background(asyncio.get_running_loop().create_task(_watch(world, it)))
    return it


def _forget_old(world: World) -> None:
    """Drop what nobody can use any more, now and then."""
    if len(world.interactions) > REMEMBERED:
        for key in [key for key, it in world.interactions.items() if it.expired(world.knobs.token_s)]:
            del world.interactions[key]


def owners(world: World, it: Interaction) -> Json:
    """By what right the application acts: "0" for a guild's install, "1" for a person's."""
    if it.user_install:
        return {"1": it.user_id}
    return {"0": world.guild_id if world.channels[it.channel_id].in_guild else "0"}


def context(channel: Channel) -> int:
    """Where it happened: in a guild (0), with the bot (1), or among others (2)."""
    return {1: 1, 3: 2}.get(channel.type, 0)


def _payload(world: World, it: Interaction, who: User, channel: Channel, message: Message | None) -> Json:
    theirs = str(world.permissions_in(who, channel))
    ours = theirs if it.user_install else str(world.permissions_in(world.bot, channel))
    out: Json = {
        "id": it.id,
        "application_id": world.app_id,
        "type": int(it.kind),
        "token": it.token,
        "version": 1,
        "data": it.data,
        "channel_id": channel.id,
        "channel": {**render.channel(world, channel, world.app_id), "permissions": theirs},
        "locale": "en-US",
        "entitlements": [],
        "app_permissions": ours,
        "authorizing_integration_owners": owners(world, it),
        "context": context(channel),
        "attachment_size_limit": world.knobs.file_limit,
    }
    if channel.in_guild:
        out |= {
            "guild_id": world.guild_id,
            "guild": {"id": world.guild_id, "locale": "en-US", "features": []},
            "guild_locale": "en-US",
            "member": {**render.member(who), "permissions": theirs},
        }
    else:
        out["user"] = render.user(who)
    if message:
        out["message"] = render.message(world, message, Reader(world.app_id, person=False))
    return out


async def _watch(world: World, it: Interaction) -> None:
    await asyncio.sleep(world.knobs.ack_s)
    if not it.acked:
        it.failed = True
        why = f"not acknowledged within {world.knobs.ack_s:g} s"
        announce.to_person(world, "INTERACTION_FAILED", it.user_id, {**_about(world, it), "why": why})


def _about(world: World, it: Interaction) -> Json:
    who = render.user(world.users[it.user_id])
    return {"id": it.id, "user": who, "user_id": it.user_id, "channel_id": it.channel_id, "message_id": it.message_id}


def metadata(world: World, it: Interaction) -> Json:
    """What a message says of the interaction it came from."""
    out: Json = {
        "id": it.id,
        "type": int(it.kind),
        "user": render.user(world.users[it.user_id]),
        "authorizing_integration_owners": owners(world, it),
    }
    if it.kind is Kind.COMMAND:
        out["name"] = it.data["name"]
    if it.kind is Kind.COMPONENT:
        out["interacted_message_id"] = it.message_id
    if it.kind is Kind.MODAL:
        out["triggering_interaction_metadata"] = it.trigger
    return out


def message_type(it: Interaction) -> int:
    """The type of a message that answers: 20 for a slash command, 23 for a menu, else a plain one."""
    if it.kind is not Kind.COMMAND:
        return 0
    return 20 if it.data["type"] == 1 else 23


def origin(world: World, it: Interaction, prefix: tuple[str, ...] = ()) -> Origin:
    """Where a message comes from that answers an interaction."""
    return Origin(type=message_type(it), webhook=True, viewer=it.user_id, metadata=metadata(world, it), prefix=prefix)


async def answer(world: World, it: Interaction, payload: Json, uploads: Sequence[Upload]) -> Json:
    """Carry out the bot's first answer.

    Returns:
        The callback response, as `with_response` asks for it.

    Raises:
        UnknownInteraction: if it came too late.
        AlreadyAcknowledged: if it is not the first.
        InvalidForm: if it breaks a limit or does not fit what it answers.
    """
    if it.failed:
        raise UnknownInteraction
    if it.acked:
        raise AlreadyAcknowledged
    kind, data = payload.get("type"), payload.get("data") or {}
    if kind not in _allowed(it):
        words = ", ".join(str(int(answer)) for answer in _allowed(it))
        fault = {"code": "BASE_TYPE_CHOICES", "message": f"Value must be one of {{{words}}}."}
        raise InvalidForm({"type": {"_errors": [fault]}})
    # Claimed before the first pause, so that a second answer cannot slip in; a refused one may be tried again.
    it.acked = True
    try:
        await ANSWERS[Answer(kind)](world, it, data, uploads)
    except Exception:
        it.acked = False
        raise
    told = {**_about(world, it), "type": kind, "modal": it.modal, "choices": it.choices}
    announce.to_person(world, "INTERACTION_ACK", it.user_id, told)
    return _response(world, it, Answer(kind), data)


def _allowed(it: Interaction) -> tuple[Answer, ...]:
    if it.kind is Kind.AUTOCOMPLETE:
        return (Answer.CHOICES,)
    new = (Answer.MESSAGE, Answer.DEFERRED_MESSAGE)
    update = (Answer.DEFERRED_UPDATE, Answer.UPDATE) if it.message_id else ()
    return (*new, *update, *(() if it.kind is Kind.MODAL else (Answer.MODAL,)))


async def _message(world: World, it: Interaction, data: Json, uploads: Sequence[Upload]) -> None:
    channel = world.channels[it.channel_id]
    message = await messages.post(world, channel, world.bot, data, uploads, origin=origin(world, it, DATA))
    it.original = message.id


async def _deferred_message(world: World, it: Interaction, data: Json, _uploads: Sequence[Upload]) -> None:
    ephemeral = (data.get("flags") or 0) & Flags.EPHEMERAL
    message = Message(
        id=world.ids.next(),
        channel_id=it.channel_id,
        author_id=world.app_id,
        timestamp=now_iso(),
        type=message_type(it),
        flags=Flags.LOADING | ephemeral,
        interaction_metadata=metadata(world, it),
        webhook=True,
        viewer=it.user_id if ephemeral else None,
    )
    messages.add(world, message)
    it.original = message.id


async def _deferred_update(_world: World, it: Interaction, _data: Json, _uploads: Sequence[Upload]) -> None:
    it.original = it.message_id


async def _update(world: World, it: Interaction, data: Json, uploads: Sequence[Upload]) -> None:
    message = await messages.edit(world, world.message(it.message_id or ""), data, uploads, DATA)
    it.original = message.id


async def _choices(_world: World, it: Interaction, data: Json, _uploads: Sequence[Upload]) -> None:
    form, choices = Form(*DATA), data.get("choices") or []
    form.length(("choices",), choices, 0, 25)
    for index, choice in enumerate(choices):
        form.length(("choices", index, "name"), choice.get("name"), 1, 100, required=True)
        if isinstance(choice.get("value"), str):
            form.length(("choices", index, "value"), choice["value"], 1, 100)
    form.check()
    it.choices = choices


async def _modal(_world: World, it: Interaction, data: Json, _uploads: Sequence[Upload]) -> None:
    form = Form(*DATA)
    modals.check(data, form)
    form.check()
    it.modal = data


Act = Callable[[World, Interaction, Json, Sequence[Upload]], Coroutine[Any, Any, None]]
ANSWERS: dict[Answer, Act] = {
    Answer.MESSAGE: _message,
    Answer.DEFERRED_MESSAGE: _deferred_message,
    Answer.DEFERRED_UPDATE: _deferred_update,
    Answer.UPDATE: _update,
    Answer.CHOICES: _choices,
    Answer.MODAL: _modal,
}


def _response(world: World, it: Interaction, kind: Answer, data: Json) -> Json:
    about: Json = {
        "id": it.id,
        "type": int(it.kind),
        "response_message_loading": kind is Answer.DEFERRED_MESSAGE,
        "response_message_ephemeral": bool((data.get("flags") or 0) & Flags.EPHEMERAL),
    }
    out: Json = {"interaction": about}
    if it.original:
        about["response_message_id"] = it.original
    if it.original and kind in (Answer.MESSAGE, Answer.UPDATE):
        reader = Reader(world.app_id, person=False)
        message = render.message(world, world.message(it.original), reader)
        out["resource"] = {"type": int(kind), "message": message}
    return out
