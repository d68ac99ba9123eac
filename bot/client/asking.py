"""How a command or a menu becomes an ask: where the answer goes, and the first answer itself."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import Any

import discord

from bot.client import forms, permissions
from bot.client.custom_ids import CustomId
from bot.client.desk import Desk
from bot.client.intake import Offer, images_of, offered
from bot.client.opening import Ask, Opening
from bot.store import Store
from engine.contract import Family

Interaction = discord.Interaction[Any]


@dataclass(frozen=True)
class Wish:
    """What a member asked for by command."""

    text: str
    offers: tuple[Offer, ...]
    families: tuple[Family, ...] = ()
    variants: int | None = None


async def ask(interaction: Interaction, wish: Wish, desk: Desk, opening: Opening) -> None:
    """Answer a command at once and begin, or say to its member alone why not."""
    found = offered(wish.offers)
    if not found.taken:
        await privately(interaction, " ".join(found.remarks) or "Add a picture to work on.")
        return
    at_home = _at_home(interaction)
    if at_home and (lacking := permissions.missing_here(interaction.channel)):
        await privately(interaction, permissions.words(lacking))
        return
    async with desk.turn(interaction.user.id):
        if refusal := await desk.allowed(interaction.guild_id if at_home else None, interaction.user.id):
            await privately(interaction, refusal)
            return
        wish = replace(wish, offers=found.taken)
        if placed := await _placed(interaction, wish, found.remarks, desk, at_home=at_home):
            await opening.begin(placed)


def _at_home(interaction: Interaction) -> bool:
    """Whether Easel may post where the command was used: its own DM, or a server that it is a member of."""
    if interaction.guild_id is None:
        return interaction.context.dm_channel
    return interaction.client.get_guild(interaction.guild_id) is not None


async def _placed(
    interaction: Interaction, wish: Wish, remarks: tuple[str, ...], desk: Desk, *, at_home: bool
) -> Ask | None:
    """Answer, and say where the project goes; None when that may not be."""
    base = Ask(
        user=interaction.user.id,
        text=wish.text,
        offers=wish.offers,
        origin=interaction.id,
        place=interaction.channel_id or 0,
        channel=interaction.channel_id or 0,
        guild=interaction.guild_id,
        remarks=remarks,
        families=wish.families,
        variants=wish.variants,
    )
    if not at_home:
        dm = await interaction.user.create_dm()
        await privately(interaction, f"I work on it in our direct messages: {dm.jump_url}")
        return replace(base, place=dm.id, channel=dm.id, guild=None)
    if parent := await beside(interaction.channel, desk):
        return await _beside(interaction, parent, base, desk)
    await interaction.response.send_message(headline(interaction.user, wish.text))
    if not isinstance(interaction.channel, discord.TextChannel):
        return base
    answer = await interaction.original_response()
    return replace(base, thread_on=answer.id)


async def _beside(interaction: Interaction, parent: discord.TextChannel, base: Ask, desk: Desk) -> Ask | None:
    """A project's thread is for that project: another one gets a thread of its own next to it."""
    if lacking := permissions.missing_here(parent):
        await privately(interaction, permissions.words(lacking))
        return None
    await privately(interaction, f"This thread has its own project, so I open another one in {parent.mention}.")
    return await placed_beside(base, parent, interaction.user, desk)


async def beside(channel: object, desk: Desk) -> discord.TextChannel | None:
    """Return where a new project goes when it is asked for in another project's thread; None when it is no such."""
    if not isinstance(channel, discord.Thread) or not isinstance(channel.parent, discord.TextChannel):
        return None
    project = await desk.db(Store.project_at, channel.id, 0)
    return channel.parent if project is not None and project.thread else None


async def placed_beside(
    ask: Ask, parent: discord.TextChannel, user: discord.User | discord.Member, desk: Desk
) -> Ask | None:
    """Post a line in a channel that a new project's thread can be opened on; None when that fails."""
    message = await desk.messenger.say(parent.id, headline(user, ask.text))
    return replace(ask, place=parent.id, channel=parent.id, thread_on=message) if message else None


def headline(user: discord.User | discord.Member, text: str) -> str:
    """Say who wants what, for all to see: the line above a new thread."""
    words = discord.utils.escape_markdown(text) or "surprise me"
    return f"**{discord.utils.escape_markdown(user.display_name)}**: {words}"[:2000]


async def privately(interaction: Interaction, text: str) -> None:
    """Say something to the member who acted, and to nobody else."""
    if interaction.response.is_done():
        await interaction.followup.send(text[:2000], ephemeral=True)
    else:
        await interaction.response.send_message(text[:2000], ephemeral=True)


class Targets:
    """The pictures of messages whose menu was used, until the form comes back; a fetch replaces what was lost."""

    def __init__(self) -> None:
        self._offers: dict[int, tuple[Offer, ...]] = {}

    def keep(self, message: discord.Message) -> tuple[Offer, ...]:
        """Remember a message's pictures and return them."""
        offers = tuple(o for o in images_of(message) if o.is_image)
        while len(self._offers) > 500:
            self._offers.pop(next(iter(self._offers)))
        self._offers[message.id] = offers
        return offers

    async def take(self, client: discord.Client, channel: int, message: int) -> tuple[Offer, ...]:
        """Return a message's pictures."""
        if message in self._offers:
            return self._offers[message]
        with contextlib.suppress(discord.HTTPException):
            found = await client.get_partial_messageable(channel).fetch_message(message)
            return tuple(o for o in images_of(found) if o.is_image)
        return ()


targets = Targets()


async def open_restyle(interaction: Interaction, message: discord.Message) -> None:
    """The message menu: ask what its picture should become."""
    if not targets.keep(message):
        await privately(interaction, "There is no picture on that message.")
        return
    await interaction.response.send_modal(forms.restyle_form(message.channel.id, message.id))


async def restyle(interaction: Interaction, custom_id: CustomId, desk: Desk, opening: Opening) -> None:
    """The restyle form came back."""
    given = forms.values(dict(interaction.data or {}))
    chosen = (given.get(forms.FAMILY) or [forms.AUTO])[0]
    offers = await targets.take(interaction.client, custom_id.version, custom_id.variant)
    wish = Wish(
        text=str(given.get(forms.WORDS) or "").strip(),
        offers=offers,
        families=() if chosen == forms.AUTO else (Family(chosen),),
    )
    await ask(interaction, wish, desk, opening)
