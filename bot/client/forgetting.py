"""`/forget`: a member's pictures and projects go, everywhere and for good."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.client.custom_ids import CustomId
from bot.client.desk import Desk
from bot.engine_client import EngineAway, EngineProblem
from bot.store import Store

FORGET = "forget"

Interaction = discord.Interaction[Any]


async def ask_first(interaction: Interaction, desk: Desk) -> None:
    """Say what would go, and ask."""
    projects = await desk.db(Store.of_member, interaction.user.id)
    if not projects:
        await interaction.response.send_message("I have nothing of yours.", ephemeral=True)
        return
    galleries = sum(len(p.versions) for p in projects)
    view = ui.LayoutView(timeout=None)
    button: ui.Button[ui.LayoutView] = ui.Button(
        label="Delete everything of mine",
        style=discord.ButtonStyle.danger,
        custom_id=str(CustomId(FORGET, interaction.user.id)),
    )
    words = (
        f"This deletes your **{len(projects)}** projects with **{galleries}** galleries: my messages, the pictures "
        "you gave me and those I made, here and in the engine. It cannot be undone."
    )
    view.add_item(ui.Container(ui.TextDisplay(words), ui.ActionRow(button)))
    view.stop()
    await interaction.response.send_message(view=view, ephemeral=True)


async def confirmed(interaction: Interaction, user: int, desk: Desk) -> None:
    """Delete all of it: running work first, then messages, the engine's copies, and the rows."""
    if interaction.user.id != user:
        await interaction.response.send_message("Only the member whose pictures they are may do that.", ephemeral=True)
        return
    await interaction.response.defer()
    try:
        count = await forget(user, desk)
    except (EngineAway, EngineProblem):
        text = "The engine that holds the pictures is away, so nothing was deleted yet. Try again in a minute."
        await interaction.followup.send(text, ephemeral=True)
        return
    await interaction.followup.send(f"Done: {count} galleries and all of your pictures are gone.", ephemeral=True)


async def forget(user: int, desk: Desk) -> int:
    """Delete a member's pictures, galleries and rows; return how many galleries there were.

    Raises:
        EngineAway: when the engine's copies cannot be deleted now; then nothing was deleted.
    """
    for project in await desk.db(Store.of_member, user):
        for version in project.running:
            await desk.cancel(version.id)
    await desk.engine.forget(str(user))
    messages = await desk.db(Store.messages_of, user)
    await desk.db(Store.forget, user)
    for place, message in messages:
        await desk.messenger.delete(place, message)
    return len(messages)
