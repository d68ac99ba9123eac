"""What a person does in the sandbox: each function is one `POST /sandbox/<name>`."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox import commands, components, content, interactions, messages, modals, reactions, render, talks, threads
from bot.sandbox.call import Call
from bot.sandbox.errors import BadControl, MissingAccess, MissingPermissions, UnknownInteraction, UnknownMessage
from bot.sandbox.hub import Reader
from bot.sandbox.interaction import Interaction, Kind
from bot.sandbox.permissions import Permission as Can
from bot.sandbox.records import Attachment, Channel, Flags, Json, Message, User
from bot.sandbox.world import World

Deed = Callable[[Call], Awaitable[Any]]


def who(call: Call) -> User:
    """The acting member; alice, unless another is named."""
    return call.world.user(str(call.body.get("user", "alice")))


def place(call: Call, *needed: Can) -> Channel:
    """The channel meant, if the member may go there and has what the deed needs.

    Raises:
        MissingAccess: if they cannot see it.
        MissingPermissions: if they lack something.
    """
    channel = call.world.channel(str(call.body.get("channel")))
    return _allowed(call, channel, *needed)


def _allowed(call: Call, channel: Channel, *needed: Can) -> Channel:
    if not call.world.may(who(call), channel, Can.VIEW_CHANNEL):
        raise MissingAccess
    for permission in needed:
        if not call.world.may(who(call), channel, permission):
            raise MissingPermissions
    return channel


def message(call: Call, key: str = "message") -> Message:
    """The message meant, if the member may see it.

    Raises:
        UnknownMessage: if there is none, or it is for somebody else's eyes.
    """
    found = call.world.message(str(call.body.get(key)))
    if found.ephemeral and found.viewer != who(call).id:
        raise UnknownMessage
    _allowed(call, call.world.channels[found.channel_id])
    return found


def _shown(call: Call, record: Message) -> Json:
    return render.message(call.world, record, Reader(who(call).id))


async def post(call: Call) -> Json:
    """Say something: {user, channel, content, message_reference?} and files."""
    channel = place(call)
    speak = Can.SEND_MESSAGES_IN_THREADS if channel.thread else Can.SEND_MESSAGES
    _allowed(call, channel, speak, *((Can.ATTACH_FILES,) if call.files else ()))
    threads.require_unlocked(channel, moderator=call.world.may(who(call), channel, Can.MANAGE_THREADS))
    kept = ("content", "message_reference", "allowed_mentions", "nonce", "enforce_nonce", "attachments")
    payload = {key: call.body[key] for key in kept if key in call.body}
    return _shown(call, await messages.post(call.world, channel, who(call), payload, call.files))


async def reply(call: Call) -> Json:
    """Reply: {user, message, content, mention?} and files."""
    target = message(call)
    allowed = {"parse": ["users"], "replied_user": call.body.get("mention", True)}
    body = {
        **call.body,
        "channel": target.channel_id,
        "message_reference": {"message_id": target.id},
        "allowed_mentions": allowed,
    }
    return await post(Call(call.world, call.params, call.query, body, call.files))


async def delete(call: Call) -> None:
    """Delete one's own message, or as a moderator anybody's: {user, message}."""
    target = message(call)
    if target.author_id != who(call).id and not target.ephemeral:
        _allowed(call, call.world.channels[target.channel_id], Can.MANAGE_MESSAGES)
    messages.delete(call.world, [target])


async def react(call: Call) -> None:
    """React: {user, message, emoji}."""
    target = message(call)
    channel = call.world.channels[target.channel_id]
    threads.require_awake(channel)
    if call.body["emoji"] not in target.reactions:
        _allowed(call, channel, Can.ADD_REACTIONS)
    reactions.add(call.world, target, who(call), call.body["emoji"])


async def unreact(call: Call) -> None:
    """Take a reaction back: {user, message, emoji}."""
    target = message(call)
    threads.require_awake(call.world.channels[target.channel_id])
    reactions.remove(call.world, target, who(call), call.body["emoji"])


async def click(call: Call) -> Json:
    """Press a button or choose in a select: {user, message, custom_id, values?}."""
    target = message(call)
    channel = call.world.channels[target.channel_id]
    threads.require_awake(channel)
    wanted = call.body.get("custom_id")
    found = next((c for c in components.walk(list(target.components)) if c.get("custom_id") == wanted), None)
    if found is None or found.get("disabled"):
        raise BadControl("There is no such enabled component on that message")
    data: Json = {"custom_id": wanted, "component_type": found["type"], "id": found["id"]}
    if found["type"] in components.SELECTS:
        data |= _chosen(call, channel, found)
    it = interactions.begin(call.world, who(call), channel, Kind.COMPONENT, data, message=target)
    return {"id": it.id}


def _chosen(call: Call, channel: Channel, select: Json) -> Json:
    values = [str(value) for value in call.body.get("values") or []]
    offered = [option["value"] for option in select.get("options") or []]
    low, high = modals.least(select), modals.most(select)
    if not low <= len(values) <= high or (offered and not set(values) <= set(offered)):
        raise BadControl(f"Choose {low} to {high} of what is offered, not {values}")
    kinds = {5: commands.USER, 6: commands.ROLE, 7: commands.MENTIONABLE, 8: commands.CHANNEL}
    options = [{"type": kinds.get(select["type"], commands.STRING), "value": value} for value in values]
    resolved = commands.resolved(call.world, channel, options, files={}, target=None)
    # A string select resolves nothing, and clients take an empty `resolved` for the values themselves.
    return {"values": values, **({"resolved": resolved} if resolved else {})}


async def command(call: Call) -> Json:
    """Use a command: {user, name, channel, options?, target?, autocomplete?, type?, install?} and files.

    Files go to the attachment options in order. `target` is the message (or member) of a menu. With `autocomplete`
    the bot is only asked for choices; they come back as an INTERACTION_ACK event. `install: "user"` uses the command
    as the member's own app rather than the guild's.
    """
    world, channel = call.world, place(call, Can.USE_APPLICATION_COMMANDS)
    threads.require_awake(channel)
    chosen = commands.find(world, str(call.body.get("name")), call.body.get("type"))
    commands.require_place(chosen, interactions.context(channel))
    given = commands.typed(chosen, call.body.get("options") or [])
    asking = bool(call.body.get("autocomplete"))
    files = {} if asking else await _attach(call, channel, given)
    if not asking:
        commands.judge(chosen, given)
    target = _menu_target(call, chosen.type)
    resolved = commands.resolved(world, channel, given, files=files, target=target)
    data: Json = {
        "id": chosen.id,
        "name": chosen.name,
        "type": chosen.type,
        "options": given,
        **({"resolved": resolved} if resolved else {}),
        **({"target_id": target.id} if target else {}),
        **({"guild_id": chosen.guild_id} if chosen.guild_id else {}),
    }
    kind = Kind.AUTOCOMPLETE if asking else Kind.COMMAND
    own = call.body.get("install") == "user"
    return {"id": interactions.begin(world, who(call), channel, kind, data, user_install=own).id}


def _menu_target(call: Call, kind: int) -> Message | User | None:
    if kind == commands.MESSAGE_MENU:
        return message(call, "target")
    if kind == commands.USER_MENU:
        return call.world.user(str(call.body.get("target")))
    return None


async def _attach(call: Call, channel: Channel, given: list[Json]) -> dict[str, Attachment]:
    """Upload the files of a command; the attachment options get their ids."""
    slots = [option for option in commands.leaves(given) if option["type"] == commands.ATTACHMENT]
    if len(slots) < len(call.files):
        raise BadControl(f"{len(call.files)} files for {len(slots)} attachment options")
    content_check(call)
    stored = await messages.store(call.world, channel.id, call.files, [], ephemeral=True)
    for option, attachment in zip(slots, stored, strict=False):
        option["value"] = attachment.id
    return {attachment.id: attachment for attachment in stored}


def content_check(call: Call) -> None:
    """Refuse files a client would not upload."""
    content.check_files(call.files, 0, call.world.knobs)


def open_modal(call: Call) -> tuple[Interaction, Json]:
    """The interaction whose modal is open, if it is the member's, and the modal.

    Raises:
        UnknownInteraction: if it is not.
    """
    it = call.world.interactions.get(str(call.body.get("interaction")))
    if it is None or it.modal is None or it.user_id != who(call).id:
        raise UnknownInteraction
    return it, it.modal


async def modal(call: Call) -> Json:
    """Submit the modal an interaction opened: {user, interaction, values: {custom_id: ...}} and files."""
    world = call.world
    it, shown = open_modal(call)
    content_check(call)
    stored = await messages.store(world, it.channel_id, call.files, [], ephemeral=True)
    uploads = _deal(shown, [attachment.id for attachment in stored])
    filled = modals.fill(shown, call.body.get("values") or {}, uploads)
    data: Json = {"custom_id": shown["custom_id"], "components": filled}
    if stored:
        data["resolved"] = {"attachments": {a.id: render.attachment(world, a) for a in stored}}
    new = interactions.begin(
        world,
        who(call),
        world.channels[it.channel_id],
        Kind.MODAL,
        data,
        message=world.messages.get(it.message_id or ""),
        trigger=interactions.metadata(world, it),
        user_install=it.user_install,
    )
    return {"id": new.id}


def _deal(shown: Json, ids: list[str]) -> dict[str, list[str]]:
    """Deal uploaded files out to a modal's upload fields, each as many as it takes."""
    dealt: dict[str, list[str]] = {}
    for field in modals.fields(shown):
        if field["type"] == components.C.UPLOAD:
            take = modals.most(field)
            dealt[field["custom_id"]], ids = ids[:take], ids[take:]
    if ids:
        raise BadControl(f"{len(ids)} files too many for this dialog")
    return dealt


async def dm(call: Call) -> Json:
    """Open direct messages with the bot: {user}; or a talk among members without it: {user, with: [names]}."""
    me = who(call)
    others = call.body.get("with") or []
    names = others if isinstance(others, list) else [others]
    people = [call.world.user(str(name)).id for name in names]
    if people and people != [call.world.app_id]:
        return render.channel(call.world, talks.among(call.world, [me.id, *people]))
    return render.channel(call.world, talks.with_bot(call.world, me.id))


def visible(world: World, user: User | None, record: Message) -> bool:
    """Whether a message is shown in somebody's state; without a user everything is."""
    if user is None:
        return True
    if record.flags & Flags.EPHEMERAL:
        return record.viewer == user.id
    return world.may(user, world.channels[record.channel_id], Can.VIEW_CHANNEL)


DEEDS: dict[str, Deed] = {
    "post": post,
    "reply": reply,
    "delete": delete,
    "react": react,
    "unreact": unreact,
    "click": click,
    "command": command,
    "modal": modal,
    "dm": dm,
}
