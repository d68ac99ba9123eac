"""Buttons and forms. Every one is answered within Discord's three seconds, by its custom_id alone."""

from __future__ import annotations

import contextlib
import logging
from typing import Any

import discord

from bot.client import asking, faces, forgetting, forms
from bot.client.asking import privately
from bot.client.custom_ids import CustomId, parse
from bot.client.desk import Desk, families_of
from bot.client.opening import Opening
from bot.conversation import actions
from bot.conversation.events import Event, Pressed
from bot.conversation.project import Version
from bot.store import Store
from engine.contract import Family

log = logging.getLogger(__name__)

GONE = "This belongs to a picture that was deleted."
SORRY = "Something went wrong on my side; nothing is lost. Please try it once more."


async def handle(interaction: discord.Interaction[Any], desk: Desk, opening: Opening) -> None:
    """Answer a button or a form of ours; everything else is left alone."""
    custom_id = parse(str(dict(interaction.data or {}).get("custom_id", "")))
    if custom_id is None:
        return
    try:
        if interaction.type is discord.InteractionType.component:
            await _pressed(interaction, custom_id, desk, opening)
        elif interaction.type is discord.InteractionType.modal_submit:
            await _sent(interaction, custom_id, desk, opening)
    except discord.NotFound as error:
        log.warning("interaction %s was answered too late: %s", interaction.id, error)
    except Exception:
        log.exception("interaction %s failed", interaction.id)
        with contextlib.suppress(discord.HTTPException):
            await privately(interaction, SORRY)


async def _pressed(interaction: discord.Interaction[Any], custom_id: CustomId, desk: Desk, opening: Opening) -> None:
    if custom_id.action == faces.STOP:
        await interaction.response.defer()
        if why := await opening.stop(custom_id.version, interaction.user.id):
            await privately(interaction, why)
        return
    if custom_id.action == forgetting.FORGET:
        await forgetting.confirmed(interaction, custom_id.version, desk, opening)
        return
    version = await desk.db(Store.version, custom_id.version)
    if version is None or custom_id.press is None:
        await privately(interaction, GONE)
        return
    event = Pressed(interaction.user.id, custom_id.press, custom_id.version, custom_id.variant)
    todo = await desk.decide(version.project, event)
    if form := next((a for a in todo if isinstance(a, actions.OpenForm)), None):
        await _open(interaction, form, desk)
        return
    await _carry_out(interaction, desk, version, event, todo)


async def _open(interaction: discord.Interaction[Any], form: actions.OpenForm, desk: Desk) -> None:
    version = await desk.db(Store.version, form.version)
    if version is not None:
        await interaction.response.send_modal(forms.edit_form(version, _family(version, desk)))


def _family(version: Version, desk: Desk) -> Family | None:
    """Return the picture family to offer: a tool is none, and what it worked on has one."""
    found = (*families_of(version, desk.models), *version.plan.families)
    return next((family for family in found if family is not Family.TOOL), None)


async def _carry_out(
    interaction: discord.Interaction[Any], desk: Desk, version: Version, event: Event, first: list[actions.Action]
) -> None:
    """Answer at once by what was decided `first`, then decide by what holds when it is this event's turn."""
    if first and all(isinstance(a, actions.Refuse) for a in first):
        await privately(interaction, "\n".join(a.text for a in first if isinstance(a, actions.Refuse)))
        return
    await interaction.response.defer()
    async with desk.lock(version.project):
        todo = await desk.decide(version.project, event)
        private = await desk.act(version.project, todo, interaction.user.id)
    if private:
        await privately(interaction, "\n".join(private))


async def _sent(interaction: discord.Interaction[Any], custom_id: CustomId, desk: Desk, opening: Opening) -> None:
    if custom_id.action == forms.RESTYLE:
        await asking.restyle(interaction, custom_id, desk, opening)
        return
    version = await desk.db(Store.version, custom_id.version)
    if version is None:
        await privately(interaction, GONE)
        return
    family = _family(version, desk) or Family.ILLUSTRATION
    event = forms.submitted(interaction.user.id, version, family, dict(interaction.data or {}))
    await _carry_out(interaction, desk, version, event, await desk.decide(version.project, event))
