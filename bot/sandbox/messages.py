"""Posting, editing and deleting messages, whoever does it."""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bot.sandbox import announce, components, content, threads
from bot.sandbox.errors import InvalidForm, OldEdits
from bot.sandbox.files import content_type, measure, safe_name
from bot.sandbox.form import Form
from bot.sandbox.records import Attachment, Channel, Flags, Json, Message, Upload, User, age_s, now_iso
from bot.sandbox.world import World

KEPT_ON_CREATE = (
    Flags.COMPONENTS_V2 | Flags.EPHEMERAL | Flags.LOADING | Flags.SUPPRESS_EMBEDS | Flags.SUPPRESS_NOTIFICATIONS
)
#: How long a nonce is remembered, and how long the bytes of a dropped attachment stay for those still looking.
NONCE_S = 300.0
GRACE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a message comes from beyond its author: an interaction, and who alone may see it.

    `type` is the message's: 20 answers a slash command, 23 a menu.
    """

    type: int = 0
    webhook: bool = False
    viewer: str | None = None
    metadata: Json | None = None
    prefix: tuple[str, ...] = ()


PLAIN = Origin()


async def post(
    world: World, channel: Channel, author: User, payload: Json, uploads: Sequence[Upload], *, origin: Origin = PLAIN
) -> Message:
    """Post a message.

    With `enforce_nonce`, a nonce its author used in the last minutes returns that message instead.

    Raises:
        ApiError: Discord's refusal, if it breaks a limit.
    """
    if twin := _same_nonce(world, author, payload):
        return twin
    content.check_files(uploads, 0, world.knobs)
    content.check_new(payload, uploads, Form(*origin.prefix))
    reference = _reference(world, channel, payload)
    ephemeral = bool((payload.get("flags") or 0) & Flags.EPHEMERAL)
    described = payload.get("attachments") or []
    attachments = await store(world, channel.id, uploads, described, ephemeral=ephemeral)
    if twin := _same_nonce(world, author, payload):
        retire(world, list(attachments))
        return twin
    message = _new(world, channel.id, author, payload, origin=origin, reference=reference)
    message = message.evolve(attachments=attachments)
    add(world, message)
    return message


def _new(
    world: World, channel_id: str, author: User, payload: Json, *, origin: Origin, reference: Json | None
) -> Message:
    flags = (payload.get("flags") or 0) & KEPT_ON_CREATE
    text = payload.get("content") or ""
    return Message(
        id=world.ids.next(),
        channel_id=channel_id,
        author_id=author.id,
        timestamp=now_iso(),
        type=19 if reference else origin.type,
        content=text,
        flags=flags,
        mentions=_mentions(world, text, payload.get("allowed_mentions"), reference),
        embeds=_embeds(payload.get("embeds")),
        components=components.numbered(payload.get("components") or []),
        nonce=payload.get("nonce"),
        reference=reference,
        interaction_metadata=origin.metadata,
        webhook=origin.webhook,
        viewer=origin.viewer if flags & Flags.EPHEMERAL else None,
    )


def add(world: World, message: Message) -> None:
    """Put a finished message where it belongs and tell everybody."""
    if not message.ephemeral:
        threads.spoken_in(world, message)
    world.messages[message.id] = message
    channel = world.channels[message.channel_id]
    world.channels[channel.id] = channel.evolve(last_message_id=message.id)
    announce.message(world, "MESSAGE_CREATE", message)


def _same_nonce(world: World, author: User, payload: Json) -> Message | None:
    nonce = payload.get("nonce")
    if not nonce or not payload.get("enforce_nonce"):
        return None
    for message in reversed(world.messages.values()):
        if age_s(message.id) > NONCE_S:
            return None
        if message.author_id == author.id and str(message.nonce) == str(nonce):
            return message
    return None


def _reference(world: World, channel: Channel, payload: Json) -> Json | None:
    wanted = payload.get("message_reference")
    if not wanted:
        return None
    target = world.messages.get(str(wanted.get("message_id")))
    if target and target.channel_id == channel.id and not target.ephemeral:
        here = {"guild_id": world.guild_id} if channel.in_guild else {}
        return {"type": 0, "message_id": target.id, "channel_id": channel.id, **here}
    if wanted.get("fail_if_not_exists", True):
        fault = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
        raise InvalidForm({"message_reference": {"_errors": [fault]}})
    return None


def _mentions(world: World, text: str, allowed: Json | None, reference: Json | None) -> tuple[str, ...]:
    found = dict.fromkeys(key for key in re.findall(r"<@!?(\d+)>", text) if key in world.users)
    if allowed is not None and "users" not in (allowed.get("parse") or []):
        named = {str(key) for key in allowed.get("users") or []}
        found = dict.fromkeys(key for key in found if key in named)
    pinged = True if allowed is None else allowed.get("replied_user", False)
    if reference and pinged:
        found[world.messages[reference["message_id"]].author_id] = None
    return tuple(found)


def _embeds(embeds: list[Json] | None) -> tuple[Json, ...]:
    return tuple({"type": "rich", **embed} for embed in embeds or [])


async def store(
    world: World, channel_id: str, uploads: Sequence[Upload], described: list[Json], *, ephemeral: bool = False
) -> tuple[Attachment, ...]:
    """Keep some files and measure them, off the event loop.

    Of `described`, a request's `attachments`, those whose id is the index of an upload describe it.
    """
    about = {str(item.get("id")): item for item in described}
    out = []
    for index, upload in enumerate(uploads):
        name = safe_name(upload.filename)
        kind = content_type(name, upload.content_type)
        size = await asyncio.to_thread(measure, upload.data, kind)
        attachment = Attachment(
            id=world.ids.next(),
            channel_id=channel_id,
            filename=name,
            size=len(upload.data),
            content_type=kind,
            width=size.width,
            height=size.height,
            description=about.get(str(index), {}).get("description"),
            ephemeral=ephemeral,
        )
        await world.files.put(attachment.id, upload.data)
        world.attachments[attachment.id] = attachment
        out.append(attachment)
    return tuple(out)


async def edit(
    world: World, old: Message, payload: Json, uploads: Sequence[Upload], prefix: tuple[str, ...] = ()
) -> Message:
    """Change a message; what the payload leaves out stays, the components-only flag cannot be taken off again.

    Raises:
        ApiError: Discord's refusal, if it breaks a limit.
    """
    _judge_age(world, old)
    content.check_files(uploads, len(content.kept_attachments(old, payload)), world.knobs)
    content.check_edit(old, payload, uploads, Form(*prefix))
    fresh = await store(world, old.channel_id, uploads, payload.get("attachments") or [], ephemeral=old.ephemeral)
    # While the files were being written somebody may have reacted, or deleted the message.
    old = world.message(old.id)
    kept = content.kept_attachments(old, payload)
    message = old.evolve(
        attachments=(*kept, *fresh), flags=_edited_flags(old, payload), edited_timestamp=now_iso(), edits=old.edits + 1
    )
    message = _edited_words(world, message, payload)
    world.messages[message.id] = message
    retire(world, [a for a in old.attachments if a not in kept])
    announce.message(world, "MESSAGE_UPDATE", message)
    return message


def _edited_flags(old: Message, payload: Json) -> int:
    asked = (payload.get("flags") or 0) & (Flags.COMPONENTS_V2 | Flags.SUPPRESS_EMBEDS)
    return (old.flags | asked) & ~Flags.LOADING


def _edited_words(world: World, message: Message, payload: Json) -> Message:
    if "content" in payload:
        text = payload["content"] or ""
        mentions = _mentions(world, text, payload.get("allowed_mentions"), None)
        message = message.evolve(content=text, mentions=mentions)
    if "embeds" in payload:
        message = message.evolve(embeds=_embeds(payload["embeds"]))
    if "components" in payload:
        message = message.evolve(components=components.numbered(payload["components"] or []))
    return message


def _judge_age(world: World, old: Message) -> None:
    allowed = world.knobs.old_edits
    if allowed is not None and old.edits >= allowed and age_s(old.id) > world.knobs.old_after_s:
        raise OldEdits


def delete(world: World, records: list[Message]) -> None:
    """Remove messages of one channel, and after a while their files."""
    for record in records:
        del world.messages[record.id]
        retire(world, list(record.attachments))
    announce.deleted(world, records)


def retire(world: World, attachments: list[Attachment]) -> None:
    """Drop files, but not under the eyes of those who are just loading them; a restart sweeps up what is left."""
    if attachments:
        world.background(asyncio.get_running_loop().create_task(_drop_later(world, attachments)))


async def _drop_later(world: World, attachments: list[Attachment]) -> None:
    await asyncio.sleep(GRACE_S)
    for attachment in attachments:
        world.attachments.discard(attachment.id)
        await asyncio.to_thread(world.files.drop, attachment.id)


def typing_stamp() -> int:
    """When typing began, in whole seconds."""
    return int(time.time())
