"""Records as the JSON that Discord would send of them."""

from typing import Any

from bot.sandbox.hub import OBSERVER, Reader
from bot.sandbox.records import Attachment, Channel, Command, Json, Message, Role, User
from bot.sandbox.world import World

SCHEME = "attachment://"
#: The component that offers a file for download.
FILE = 13
MEDIA_KEYS = {"url", "proxy_url", "width", "height", "content_type", "attachment_id", "loading_state", "flags", "id"}


def user(record: User) -> Json:
    """A user object."""
    return {
        "id": record.id,
        "username": record.username,
        "discriminator": "0001" if record.bot else "0",
        "global_name": None if record.bot else record.username.title(),
        "avatar": None,
        "bot": record.bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def member(record: User, *, with_user: bool = True) -> Json:
    """A guild member object."""
    out: Json = {
        "roles": list(record.roles),
        "joined_at": record.joined_at,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "nick": None,
        "avatar": None,
        "banner": None,
        "premium_since": None,
        "pending": False,
        "communication_disabled_until": None,
    }
    return {**out, "user": user(record)} if with_user else out


def role(record: Role) -> Json:
    """A role object."""
    return {
        "id": record.id,
        "name": record.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": record.position,
        "permissions": str(record.permissions),
        "managed": record.managed,
        "mentionable": False,
        "flags": 0,
        "icon": None,
        "unicode_emoji": None,
    }


def channel(world: World, record: Channel, for_user: str | None = None) -> Json:
    """A channel object; a thread's carries `for_user`'s membership, if there is one."""
    out: Json = {
        "id": record.id,
        "type": record.type,
        "flags": 0,
        "last_message_id": record.last_message_id,
    }
    if not record.in_guild:
        people = [user(world.users[key]) for key in record.recipients]
        group = {"name": record.name, "icon": None, "owner_id": record.recipients[0]} if record.type == 3 else {}
        return {**out, "recipients": people, **group}
    out |= {
        "guild_id": world.guild_id,
        "name": record.name,
        "parent_id": record.parent_id,
        "rate_limit_per_user": record.rate_limit_per_user,
    }
    if record.thread:
        return out | _thread_part(record, for_user)
    overwrites = [{"id": o.id, "type": o.type, "allow": str(o.allow), "deny": str(o.deny)} for o in record.overwrites]
    return out | {
        "position": record.position,
        "permission_overwrites": overwrites,
        "nsfw": False,
        "topic": record.topic,
    }


def _thread_part(record: Channel, for_user: str | None) -> Json:
    thread = record.meta
    out: Json = {
        "owner_id": thread.owner_id,
        "message_count": min(thread.message_count, 50),
        "member_count": min(len(thread.members), 50),
        "total_message_sent": thread.total_message_sent,
        "thread_metadata": {
            "archived": thread.archived,
            "auto_archive_duration": thread.auto_archive_duration,
            "archive_timestamp": thread.archive_timestamp,
            "locked": thread.locked,
            "create_timestamp": thread.create_timestamp,
        },
    }
    if for_user in thread.members:
        out["member"] = thread_member(record, for_user)
    return out


def thread_member(record: Channel, user_id: str) -> Json:
    """Somebody's membership of a thread."""
    joined = record.meta.members[user_id]
    return {"id": record.id, "user_id": user_id, "join_timestamp": joined, "flags": 1}


def command(world: World, record: Command) -> Json:
    """An application command object."""
    permissions = record.body.get("default_member_permissions")
    out: Json = {
        "description": "",
        "nsfw": False,
        "contexts": None,
        "integration_types": [0],
        **record.body,
        "id": record.id,
        "application_id": world.app_id,
        "version": record.version,
        "type": record.type,
        "name": record.name,
        "default_member_permissions": None if permissions is None else str(permissions),
    }
    if record.guild_id:
        out["guild_id"] = record.guild_id
    return out


def attachment(world: World, record: Attachment) -> Json:
    """An attachment object, with a freshly signed address."""
    url = world.signer.sign(record.path, world.knobs.signature_s)
    out: Json = {
        "id": record.id,
        "filename": record.filename,
        "size": record.size,
        "content_type": record.content_type,
        "url": url,
        "proxy_url": url,
    }
    if record.width:
        out |= {"width": record.width, "height": record.height}
    if record.description:
        out["description"] = record.description
    if record.ephemeral:
        out["ephemeral"] = True
    return out


def message(world: World, record: Message, reader: Reader = OBSERVER) -> Json:
    """A message object for one reader.

    Attachments that components or embeds show are not among `attachments`, as on Discord.
    """
    media = _Media(world, record)
    components, embeds = media.resolve(list(record.components)), media.resolve(list(record.embeds))
    out: Json = {
        "id": record.id,
        "type": record.type,
        "channel_id": record.channel_id,
        "author": user(world.users[record.author_id]),
        "content": record.content,
        "timestamp": record.timestamp,
        "edited_timestamp": record.edited_timestamp,
        "tts": False,
        "mention_everyone": False,
        "mentions": [user(world.users[key]) for key in record.mentions if key in world.users],
        "mention_roles": [],
        "pinned": False,
        "flags": record.flags,
        "attachments": [attachment(world, a) for a in record.attachments if a.id not in media.used],
        "components": components,
        "embeds": embeds,
    }
    out |= _optional(world, record, reader)
    if reader.person and record.viewer:
        out["viewer"] = record.viewer
    return out if may_read(world, record, reader) else {**out, **HIDDEN}


#: Privileged content is emptied, not left out.
HIDDEN: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


def may_read(world: World, record: Message, reader: Reader) -> bool:
    """Whether a reader gets a message's content; the bot without the intent gets it for some messages only."""
    if reader.content:
        return True
    mine = record.author_id == reader.user_id or reader.user_id in record.mentions
    return mine or not world.channels[record.channel_id].in_guild


def _optional(world: World, record: Message, reader: Reader) -> Json:
    out: Json = {}
    if record.reactions:
        out["reactions"] = [_reaction(world, name, who, reader) for name, who in record.reactions.items()]
    if record.nonce is not None:
        out["nonce"] = record.nonce
    if record.webhook:
        out |= {"application_id": world.app_id, "webhook_id": world.app_id}
    if record.interaction_metadata:
        out["interaction_metadata"] = record.interaction_metadata
    if record.reference:
        out["message_reference"] = record.reference
        if record.type == 19:
            target = world.messages.get(record.reference["message_id"])
            bare = target and target.evolve(reference=None, type=0)
            out["referenced_message"] = message(world, bare, reader) if bare else None
    if record.id in world.channels:
        out["thread"] = channel(world, world.channels[record.id], world.app_id)
    return out


def _reaction(world: World, name: str, who: tuple[str, ...], reader: Reader) -> Json:
    out: Json = {
        "emoji": {"id": None, "name": name},
        "count": len(who),
        "count_details": {"burst": 0, "normal": len(who)},
        "me": (reader.user_id or world.app_id) in who,
        "me_burst": False,
        "burst_colors": [],
    }
    return {**out, "users": list(who)} if reader.person else out


class _Media:
    """Resolves the media of components and embeds against a message's attachments."""

    def __init__(self, world: World, record: Message) -> None:
        self._world = world
        self._attachments = record.attachments
        self.used: set[str] = set()

    def resolve(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self.resolve(child) for child in node]
        if not isinstance(node, dict):
            return node
        node = {key: self.resolve(child) for key, child in node.items()}
        if node.get("type") == FILE:
            return {**node, **self._described(node)}
        url = node.get("url")
        if not isinstance(url, str) or not node.keys() <= MEDIA_KEYS:
            return node
        found = self._find(url)
        if found:
            self.used.add(found.id)
            return {**node, **self._unfurled(found)}
        return {"id": "0", **node, "proxy_url": url}

    def _described(self, node: Json) -> Json:
        """A file component also says its file's name and size."""
        found = next((a for a in self._attachments if a.id == node["file"].get("attachment_id")), None)
        return {"name": found.filename, "size": found.size} if found else {"name": "", "size": 0}

    def _find(self, url: str) -> Attachment | None:
        if url.startswith(SCHEME):
            return next((a for a in self._attachments if a.filename == url.removeprefix(SCHEME)), None)
        return next((a for a in self._attachments if a.path in url), None)

    def _unfurled(self, found: Attachment) -> Json:
        url = self._world.signer.sign(found.path, self._world.knobs.signature_s)
        return {
            "id": found.id,
            "attachment_id": found.id,
            "url": url,
            "proxy_url": url,
            "content_type": found.content_type,
            "width": found.width,
            "height": found.height,
            "loading_state": 2,
        }
