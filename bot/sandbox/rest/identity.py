"""Who the bot is, who the others are, and where the gateway is."""

from bot.sandbox import profile, render, talks
from bot.sandbox.call import Call
from bot.sandbox.errors import MissingAccess, UnknownApplicationEmoji, UnknownGuild, UnknownMember, UnknownUser
from bot.sandbox.gateway import gateway_url
from bot.sandbox.records import Json
from bot.sandbox.rest.route import Routes

routes = Routes()


@routes.on("GET", "/users/@me")
async def me(call: Call) -> Json:
    """The bot."""
    about = {"mfa_enabled": False, "verified": True, "locale": "en-US", "premium_type": 0, "email": None}
    return {**render.user(call.world.bot), **about}


@routes.on("GET", "/users/@me/guilds")
async def my_guilds(call: Call) -> list[Json]:
    """The one guild."""
    return [profile.my_guild(call.world)]


@routes.on("POST", "/users/@me/channels")
async def open_direct(call: Call) -> Json:
    """Open direct messages with somebody."""
    return render.channel(call.world, talks.with_bot(call.world, str(call.body.get("recipient_id"))))


@routes.on("GET", "/users/{user}")
async def get_user(call: Call) -> Json:
    """Somebody."""
    if call.params["user"] not in call.world.users:
        raise UnknownUser
    return render.user(call.world.users[call.params["user"]])


@routes.on("GET", "/oauth2/applications/@me")
@routes.on("GET", "/applications/@me")
async def my_application(call: Call) -> Json:
    """The application."""
    return profile.application(call.world)


@routes.on("GET", "/applications/{app}/emojis")
async def emojis(_call: Call) -> Json:
    """The application has no emojis of its own."""
    return {"items": []}


@routes.on("GET", "/applications/{app}/emojis/{emoji}")
async def emoji(_call: Call) -> None:
    """None of them exists."""
    raise UnknownApplicationEmoji


@routes.on("GET", "/gateway")
async def gateway(call: Call) -> Json:
    """Where to connect."""
    return {"url": gateway_url(call.world)}


@routes.on("GET", "/gateway/bot")
async def gateway_bot(call: Call) -> Json:
    """Where to connect, and with how many shards."""
    start = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
    return {"url": gateway_url(call.world), "shards": call.world.knobs.shards, "session_start_limit": start}


def _guild(call: Call) -> None:
    if call.params["guild"] != call.world.guild_id:
        raise UnknownGuild


@routes.on("GET", "/guilds/{guild}")
async def get_guild(call: Call) -> Json:
    """The guild."""
    _guild(call)
    counts = {"approximate_member_count": len(call.world.users), "approximate_presence_count": len(call.world.users)}
    return {**profile.guild(call.world), **(counts if call.query.get("with_counts") else {})}


@routes.on("GET", "/guilds/{guild}/channels")
async def guild_channels(call: Call) -> list[Json]:
    """Its channels, threads aside."""
    _guild(call)
    return [render.channel(call.world, c) for c in call.world.channels.values() if c.type == 0]


@routes.on("GET", "/guilds/{guild}/roles")
async def guild_roles(call: Call) -> list[Json]:
    """Its roles."""
    _guild(call)
    return [render.role(role) for role in call.world.roles.values()]


@routes.on("GET", "/guilds/{guild}/members")
async def guild_members(call: Call) -> list[Json]:
    """Its members; the list needs the member intent."""
    _guild(call)
    if not call.world.knobs.members_intent_allowed:
        raise MissingAccess
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 1))
    people = sorted(call.world.users.values(), key=lambda user: int(user.id))
    return [render.member(user) for user in people if int(user.id) > after][:limit]


@routes.on("GET", "/guilds/{guild}/members/{user}")
async def guild_member(call: Call) -> Json:
    """One of them."""
    _guild(call)
    if call.params["user"] not in call.world.users:
        raise UnknownMember
    return render.member(call.world.users[call.params["user"]])
