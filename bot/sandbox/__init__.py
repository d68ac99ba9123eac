"""A Discord-compatible server on loopback: gateway, REST API, CDN and a page, for trying the bot without Discord."""

from bot.sandbox.server import Sandbox, start

__all__ = ["Sandbox", "start"]
