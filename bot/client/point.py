"""Where discord.py looks for Discord."""

from __future__ import annotations

import discord
import yarl


def point_at(base: str) -> None:
    """Aim discord.py at a Discord-compatible server, e.g. `http://127.0.0.1:8787`; before a client is made."""
    discord.http.Route.BASE = f"{base}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(base.replace("http", "ws", 1)) / "gateway"
    discord.asset.Asset.BASE = base
