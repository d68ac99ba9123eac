"""`/forget`: a member's pictures and projects go, everywhere and for good."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.client.custom_ids import CustomId
from bot.client.desk import Desk
from bot.client.opening import Opening
from bot.conversation.project import Project
from bot.engine_client import EngineAway, EngineProblem
from bot.store import Store

FORGET = "forget"
FORGOTTEN = "deleted"

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


async def confirmed(interaction: Interaction, user: int, desk: Desk, opening: Opening) -> None:
    """Delete all of it: running work first, then the engine's copies, the rows, and the messages."""
    if interaction.user.id != user:
        await interaction.response.send_message("Only the member whose pictures they are may do that.", ephemeral=True)
        return
    await interaction.response.defer()
    try:
        count = await forget(user, desk, opening)
    except (EngineAway, EngineProblem):
        text = "The engine that holds the pictures is away, so nothing was deleted yet. Try again in a minute."
        await interaction.followup.send(text, ephemeral=True)
        return
    await interaction.followup.send(f"Done: {count} galleries and all of your pictures are gone.", ephemeral=True)


async def forget(user: int, desk: Desk, opening: Opening) -> int:
    """Delete a member's pictures, galleries and rows; return how many galleries there were.

    What is under way is left alone first, so that nobody brings a deleted picture back.

    Raises:
        EngineAway: when the engine's copies cannot be deleted now; then nothing was deleted, and all goes on.
    """
    async with desk.turn(user):
        projects = await desk.db(Store.of_member, user)
        for project in projects:
            await opening.halt(project.id)
            for version in project.versions:
                await desk.work.drop(version.id)
        try:
            await desk.engine.forget(str(user))
        except (EngineAway, EngineProblem):
            await opening.resume()
            await desk.work.resume()
            raise
        projects = await desk.db(Store.of_member, user)
        for project in projects:
            await opening.abandon(project)
        messages = await desk.db(Store.messages_of, user)
        await desk.db(Store.forget, user)
    await _unsay(projects, messages, desk)
    return sum(len(p.versions) for p in projects)


async def _unsay(projects: list[Project], messages: list[tuple[int, int]], desk: Desk) -> None:
    """Delete what was posted: galleries, and the lines that repeat a member's words above a thread or as its name."""
    for place, message in messages:
        await desk.messenger.delete(place, message)
    for project in projects:
        if project.thread:
            await desk.messenger.rename(project.place, FORGOTTEN)
        if project.thread and project.origin != project.place:
            await desk.messenger.delete(project.channel or project.place, project.place)
