"""The guild and the application as Discord describes them."""

from bot.sandbox import permissions, render
from bot.sandbox.records import Json
from bot.sandbox.world import World

#: Bit of the application's flags: the message-content intent is on, for an application in few guilds.
CONTENT_LIMITED = 1 << 19


def guild(world: World) -> Json:
    """The guild as REST gives it."""
    return {
        "id": world.guild_id,
        "name": "Sandbox",
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "owner_id": world.owner_id,
        "application_id": None,
        "region": "us-west",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": "en-US",
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "roles": [render.role(r) for r in world.roles.values()],
        "features": [],
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def guild_create(world: World, *, all_members: bool) -> Json:
    """The guild as the gateway gives it; without the member intent only the bot itself is among its members."""
    shown = list(world.users.values()) if all_members else [world.bot]
    return {
        **guild(world),
        "joined_at": world.bot.joined_at,
        "large": False,
        "unavailable": False,
        "member_count": len(world.users),
        "voice_states": [],
        "members": [render.member(person) for person in shown],
        "channels": [render.channel(world, c) for c in world.channels.values() if c.type == 0],
        "threads": [render.channel(world, c, world.app_id) for c in world.threads()],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def application(world: World) -> Json:
    """The bot's application."""
    return {
        "id": world.app_id,
        "name": world.bot.username,
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": CONTENT_LIMITED if world.knobs.content_intent_allowed else 0,
        "flags_new": str(CONTENT_LIMITED if world.knobs.content_intent_allowed else 0),
        "owner": render.user(world.users[world.owner_id]),
        "team": None,
        "bot": render.user(world.bot),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
    }


def my_guild(world: World) -> Json:
    """The guild in the bot's own list."""
    bits = permissions.base(world.bot, world.roles, guild_id=world.guild_id, owner_id=world.owner_id)
    return {
        "id": world.guild_id,
        "name": "Sandbox",
        "icon": None,
        "banner": None,
        "owner": False,
        "permissions": str(bits),
        "features": [],
    }
