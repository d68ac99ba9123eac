"""The slash commands and the message menu."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import discord
from discord import app_commands

from bot.client import asking, forgetting
from bot.client.asking import Wish
from bot.client.desk import MODELS_WAIT_S, Desk
from bot.client.faces import NAMES
from bot.client.intake import Offer
from bot.client.opening import Opening
from bot.conversation.project import Project
from bot.engine_client import EngineAway, EngineProblem
from bot.guild import Guild
from bot.store import Store
from engine.contract import Family, ModelView

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
Tree = app_commands.CommandTree[Any]

FAMILIES = [app_commands.Choice(name=NAMES[f], value=f.value) for f in Family if f is not Family.TOOL]
LIMIT = 1900


def add_to(tree: Tree, desk: Desk, opening: Opening) -> None:
    """Register every command on a tree."""
    _add_easel(tree, desk, opening)
    _add_questions(tree, desk)
    _add_settings(tree, desk)

    @tree.command(description="Delete my pictures and projects, everywhere and for good")
    async def forget(interaction: Interaction) -> None:
        await forgetting.ask_first(interaction, desk)

    @tree.context_menu(name="Restyle with Easel")
    async def restyle(interaction: Interaction, message: discord.Message) -> None:
        await asking.open_restyle(interaction, message)

    @tree.error
    async def failed(interaction: Interaction, error: app_commands.AppCommandError) -> None:
        log.error("command failed", exc_info=error)
        await asking.privately(
            interaction, "Something went wrong on my side; nothing is lost. Please try it once more."
        )


def _add_easel(tree: Tree, desk: Desk, opening: Opening) -> None:
    @tree.command(description="Turn a picture into something else: a gallery comes back, and then we talk")
    @app_commands.describe(
        image="The picture to work on",
        words="What it should become, e.g. a soft watercolor",
        image2="A reference: say what it is for in your words (style, palette, lighting, composition)",
        image3="Another reference",
        image4="Another reference",
        family="Photoreal, illustration, stylised 3D or video; I choose when you do not",
        variants="How many variants, 1 to 8",
    )
    @app_commands.choices(family=FAMILIES)
    async def easel(
        interaction: Interaction,
        image: discord.Attachment,
        words: str,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        family: str | None = None,
        variants: app_commands.Range[int, 1, 8] | None = None,
    ) -> None:
        given = [a for a in (image, image2, image3, image4) if a is not None]
        families = (Family(family),) if family else ()
        wish = Wish(words, tuple(Offer.of(a) for a in given), families, variants)
        await asking.ask(interaction, wish, desk, opening)

    @easel.autocomplete("words")
    async def suggest(_interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        models = await desk.known_models()
        return [app_commands.Choice(name=s, value=s) for s in suggestions(current, models.values())]


def suggestions(current: str, models: Any) -> list[str]:
    """Complete the last word of a request with the looks that can be had: at most 25 of at most 100 characters."""
    *before, last = current.split(" ") if current else [""]
    styles = sorted({s for m in models if m.why_not is None and m.family is not Family.TOOL for s in m.styles})
    found = [" ".join([*before, s]) for s in styles if s.startswith(last.lower())]
    return [s for s in found if len(s) <= 100][:25]


def _add_questions(tree: Tree, desk: Desk) -> None:
    @tree.command(description="Which models there are, and what each is good at")
    @app_commands.describe(family="The models of one family, each with what it is good at")
    @app_commands.choices(family=FAMILIES)
    async def models(interaction: Interaction, family: str | None = None) -> None:
        known = (await desk.known_models()).values()
        wanted = [m for m in known if family in {None, m.family}]
        await interaction.response.send_message(describe_models(wanted), ephemeral=True)

    @tree.command(description="What waits, and for how long")
    async def queue(interaction: Interaction) -> None:
        await interaction.response.send_message(await _queue_words(desk, interaction.user.id), ephemeral=True)

    @tree.command(description="My projects")
    async def mine(interaction: Interaction) -> None:
        projects = await desk.db(Store.of_member, interaction.user.id)
        text = (
            "\n".join(map(_project_line, projects[:20]))
            or "You have no projects yet. Post a picture with a few words and mention me."
        )
        await interaction.response.send_message(_clip(text), ephemeral=True)


def _project_line(project: Project) -> str:
    title = discord.utils.escape_markdown(project.title)
    where = f"<#{project.place}>" if project.guild else "In our direct messages:"
    count = f"{len(project.versions)} {'version' if len(project.versions) == 1 else 'versions'}"
    return f"{where} {title} · {count} · <t:{project.created:.0f}:R>"


def describe_models(models: list[ModelView]) -> str:
    """List the models by family, each with what it is good at or why it cannot run here; many by their names alone."""
    if not models:
        return "The engine is away for a moment; ask again in a minute."
    families = [(family, [m for m in models if m.family is family]) for family in Family]
    lines = [line for family, found in families if found for line in (f"**{NAMES[family]}**", *map(_model_line, found))]
    whole = "\n".join(lines)
    if len(whole) <= LIMIT:
        return whole
    short = [f"**{NAMES[family]}** · {', '.join(map(_model_name, found))}" for family, found in families if found]
    return _clip("\n".join([*short, "-# `/models` with a family says what each of its models is good at."]))


def _model_name(model: ModelView) -> str:
    return f"~~{model.title}~~" if model.why_not else model.title


def _model_line(model: ModelView) -> str:
    if model.why_not:
        return f"- ~~{model.title}~~: {model.why_not}"
    return f"- {model.title}: {', '.join(model.good_at[:4])}"


async def _queue_words(desk: Desk, user: int) -> str:
    try:
        async with asyncio.timeout(MODELS_WAIT_S):
            queue = await desk.engine.queue()
    except (EngineAway, EngineProblem, TimeoutError):
        return "The engine is away for a moment; what waits goes on by itself."
    running, daily = await desk.db(Store.usage, user, discord.utils.utcnow().timestamp())
    eta = f" All of it should be done in {queue.eta_s:.0f} s." if queue.eta_s else ""
    return (
        f"{queue.running} running, {queue.waiting} waiting.{eta}\n"
        f"Of yours: {running} under way, {daily} in the last 24 hours."
    )


def _add_settings(tree: Tree, desk: Desk) -> None:
    @tree.command(description="How Easel behaves in this server (administrators)")
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.describe(
        watch="A channel in which every posted picture begins a project",
        unwatch="A channel to watch no longer",
        variants="Variants in a gallery when nobody says how many",
        running="Jobs that one member may have at a time",
        daily="Jobs that one member may ask for in 24 hours",
    )
    async def settings(
        interaction: Interaction,
        watch: discord.TextChannel | None = None,
        unwatch: discord.TextChannel | None = None,
        variants: app_commands.Range[int, 1, 8] | None = None,
        running: app_commands.Range[int, 1, 100] | None = None,
        daily: app_commands.Range[int, 1, 10_000] | None = None,
    ) -> None:
        if not interaction.permissions.manage_guild:
            await interaction.response.send_message("Only administrators may change that.", ephemeral=True)
            return
        guild = await desk.db(Store.guild, interaction.guild_id or 0)
        watched = (guild.watched | ({watch.id} if watch else set())) - ({unwatch.id} if unwatch else set())
        given = {"variants": variants, "running": running, "daily": daily}
        changed = guild.model_copy(update={"watched": watched, **{k: v for k, v in given.items() if v is not None}})
        if changed != guild:
            await desk.db(Store.save_guild, changed)
        await interaction.response.send_message(_settings_words(changed, desk), ephemeral=True)


def _settings_words(guild: Guild, desk: Desk) -> str:
    settings = desk.settings
    watched = ", ".join(f"<#{c}>" for c in sorted(guild.watched)) or "none"
    lines = [
        f"Watched channels: {watched}",
        f"Variants: {guild.variants or settings.default_variants}",
        f"Jobs of one member at a time: {guild.running or settings.running_limit}",
        f"Jobs of one member in 24 hours: {guild.daily or settings.daily_limit}",
    ]
    if guild.watched and not settings.wants_message_content:
        lines.append("⚠️ Watched channels need the message-content intent (`BOT_MESSAGE_CONTENT=true`).")
    return "\n".join(lines)


def _clip(text: str) -> str:
    return text if len(text) <= LIMIT else text[:LIMIT].rsplit("\n", 1)[0] + "\n…"
