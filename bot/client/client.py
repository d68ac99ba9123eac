"""The Discord client: turns what Discord says into asks and events, and hands them to the desk."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import signal
from typing import Any

import discord
from discord import app_commands

from bot.client import commands, interactions, permissions
from bot.client.desk import Desk
from bot.client.intake import Inbox, Offer, images_of, offered
from bot.client.messenger import Messenger
from bot.client.opening import Ask, Opening
from bot.client.point import point_at
from bot.conversation.events import Reacted, Said
from bot.conversation.project import Project, Source
from bot.engine_client import EngineClient, EngineProblem, patiently
from bot.errors import CannotConnect
from bot.parent import report_connected
from bot.planner.embedded import EmbeddedPlanner
from bot.settings import BotSettings
from bot.store import Database, Store
from engine.contract import MAX_IMAGES

log = logging.getLogger(__name__)

NUMBERS = {f"{n}\N{COMBINING ENCLOSING KEYCAP}": n for n in range(1, 9)} | {
    f"{n}\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}": n for n in range(1, 9)
}
HOW = (
    "Post a picture together with a few words and mention me, for example: *make it a watercolor*. "
    "I open a thread, make several variants, and then we talk until it is right. `/easel` works too."
)
NO_INTENT = (
    "BOT_MESSAGE_CONTENT asks for the message-content intent, which Discord does not allow this bot: switch it on "
    "under Bot in the developer portal, or take the setting out."
)


class EaselClient(discord.Client):
    """Listens. All that it knows is in the database; all that it does is done by the desk."""

    def __init__(self, settings: BotSettings, database: Database, engine: EngineClient) -> None:
        intents = discord.Intents.default()
        intents.message_content = settings.wants_message_content
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
        )
        self.settings = settings
        messenger = Messenger(self, engine)
        self.desk = Desk(settings, database, engine, EmbeddedPlanner(), messenger)
        self.opening = Opening(self.desk, Inbox(settings.data_dir / "inbox", self.http.get_from_cdn), self)
        self.tree = app_commands.CommandTree(
            self,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        commands.add_to(self.tree, self.desk, self.opening)
        self._resumed = False

    async def setup_hook(self) -> None:
        """Tell Discord the commands, once a start."""
        await self.tree.sync()

    async def on_ready(self) -> None:
        """Take up what was under way; a reconnect does not do it twice."""
        if not self.settings.wants_message_content:
            log.info("no message-content intent: watched channels and talk without a mention are not read")
        log.info("connected as %s, in %d servers", self.user, len(self.guilds))
        report_connected(str(self.user))
        if not self._resumed:
            self._resumed = True
            await self.desk.known_models()
            await self.opening.resume()
            await self.desk.resume()

    async def close(self) -> None:
        """Stop listening, then stop working."""
        await self.desk.close()
        await super().close()

    # -- messages

    async def on_message(self, message: discord.Message) -> None:
        """A post, a mention, a reply, or talk in a project's thread."""
        if message.author.bot or self.user is None:
            return
        try:
            await self._heard(message)
        except discord.HTTPException as error:
            log.warning("message %s could not be answered: %s", message.id, error)

    async def _heard(self, message: discord.Message) -> None:
        project = await self.desk.db(Store.project_at, message.channel.id)
        mentioned = self.user in message.mentions
        dm = message.guild is None
        if project is not None and project.thread:
            if message.content or message.attachments:
                await self._said(project, message)
            return
        images = await self._images(message, mentioned=mentioned)
        if images and (mentioned or dm or await self._watched(message)):
            await self._ask(message, images)
        elif project is not None and (dm or mentioned) and not message.attachments:
            await self._said(project, message)
        elif mentioned or dm:
            remarks = offered([Offer.of(a) for a in message.attachments]).remarks
            await self.desk.messenger.say(message.channel.id, " ".join([*remarks, HOW]), reply_to=message.id)

    async def _images(self, message: discord.Message, *, mentioned: bool) -> list[Offer]:
        """Return the images of a message; of the one it answers, when it only has words and a mention."""
        own = [Offer.of(a) for a in message.attachments]
        if any(o.is_image for o in own) or not mentioned or message.reference is None:
            return own if any(o.is_image for o in own) else []
        target = message.reference.resolved
        if not isinstance(target, discord.Message) and message.reference.message_id:
            with contextlib.suppress(discord.HTTPException):
                target = await message.channel.fetch_message(message.reference.message_id)
        return [o for o in images_of(target) if o.is_image] if isinstance(target, discord.Message) else []

    async def _watched(self, message: discord.Message) -> bool:
        if message.guild is None or not self.settings.wants_message_content:
            return False
        return message.channel.id in (await self.desk.db(Store.guild, message.guild.id)).watched

    async def _ask(self, message: discord.Message, images: list[Offer]) -> None:
        if lacking := permissions.missing_here(message.channel):
            await self._tell(message, permissions.words(lacking))
            return
        guild = message.guild.id if message.guild else None
        if refusal := await self.desk.allowed(guild, message.author.id):
            await self._tell(message, refusal)
            return
        found = offered(images)
        if not found.taken:
            await self._tell(message, " ".join(found.remarks))
            return
        await self.opening.begin(
            Ask(
                user=message.author.id,
                text=self.words_of(message),
                offers=found.taken,
                origin=message.id,
                place=message.channel.id,
                channel=message.channel.id,
                guild=guild,
                thread_on=message.id if isinstance(message.channel, discord.TextChannel) else None,
                remarks=found.remarks,
            )
        )

    def words_of(self, message: discord.Message) -> str:
        """Return a message's words without the mention of Easel."""
        me = self.user.id if self.user else 0
        return re.sub(rf"<@!?{me}>", "", message.content).strip()

    async def _tell(self, message: discord.Message, text: str) -> None:
        """Answer below a message, or in a DM where Easel may not speak."""
        channel = message.channel
        guild = message.guild
        if guild is not None and isinstance(channel, discord.TextChannel | discord.Thread):
            allowed = channel.permissions_for(guild.me)
            speak = allowed.send_messages_in_threads if isinstance(channel, discord.Thread) else allowed.send_messages
            if not (allowed.view_channel and speak):
                with contextlib.suppress(discord.HTTPException):
                    await message.author.send(text[:2000])
                return
        await self.desk.messenger.say(channel.id, text, reply_to=message.id)

    async def _said(self, project: Project, message: discord.Message) -> None:
        """Talk in a project's thread, perhaps with further pictures."""
        text = self.words_of(message)
        found = offered([Offer.of(a) for a in message.attachments])
        remarks = list(found.remarks)
        async with self.desk.lock(project.id):
            current = await self.desk.db(Store.project, project.id) or project
            sources, complaints = await self._sources(found.taken, message.author.id)
            replied = await self._replied(message)
            plan = await self.desk.understand(current, text, len(sources), sources)
            event = Said(message.author.id, text, sources, replied)
            if sources and message.author.id == current.owner:
                kept = (*current.sources, *sources)[-MAX_IMAGES:]
                await self.desk.db(Store.change_project, project.id, sources=kept)
            todo = await self.desk.decide(project.id, event, plan)
            private = await self.desk.act(project.id, todo, message.author.id)
        if words := [*remarks, *complaints, *private]:
            await self._tell(message, "\n".join(words))

    async def _sources(self, offers: tuple[Offer, ...], user: int) -> tuple[tuple[Source, ...], list[str]]:
        sources, complaints = [], []
        for offer in offers:
            data = await self.http.get_from_cdn(offer.url)
            try:
                info = await patiently(lambda d=data, o=offer: self.desk.engine.put_image(d, o.filename, str(user)))  # type: ignore[misc]  # bound now
                sources.append(Source(filename=offer.filename, info=info))
            except EngineProblem as problem:
                complaints.append(f"`{offer.name}`: {problem}")
        return tuple(sources), complaints

    async def _replied(self, message: discord.Message) -> int | None:
        """Return the version whose gallery a message answers, or None."""
        if message.reference is None or message.reference.message_id is None:
            return None
        version = await self.desk.db(Store.version_of_message, message.reference.message_id)
        return version.id if version else None

    # -- reactions and interactions

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """A number under a gallery picks."""
        await self._reacted(payload, added=True)

    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        """A number taken back is a pick taken back."""
        await self._reacted(payload, added=False)

    async def _reacted(self, payload: discord.RawReactionActionEvent, *, added: bool) -> None:
        number = NUMBERS.get(payload.emoji.name)
        if number is None or (self.user and payload.user_id == self.user.id):
            return
        version = await self.desk.db(Store.version_of_message, payload.message_id)
        if version is None or version.variant(number) is None:
            return
        async with self.desk.lock(version.project):
            todo = await self.desk.decide(version.project, Reacted(payload.user_id, version.id, number, added))
            await self.desk.act(version.project, todo, payload.user_id)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Buttons and forms; commands go to the command tree by themselves."""
        await interactions.handle(interaction, self.desk, self.opening)


async def serve(settings: BotSettings) -> None:
    """Run the client until it is closed or cancelled.

    Raises:
        CannotConnect: when the token is refused, or the message-content intent is asked for and not allowed.
    """
    if settings.discord_url:
        point_at(settings.discord_url)
    database = await asyncio.to_thread(Database, settings.data_dir / "easel.sqlite3")
    key = settings.engine_api_key.get_secret_value() if settings.engine_api_key else None
    engine = EngineClient(settings.engine_url, key)
    client = EaselClient(settings, database, engine)
    try:
        async with client:
            await client.start(settings.token or "")
    except discord.LoginFailure as error:
        raise CannotConnect from error
    except discord.PrivilegedIntentsRequired as error:
        raise CannotConnect(NO_INTENT) from error
    finally:
        await engine.close()
        await asyncio.to_thread(database.close)


async def main(settings: BotSettings) -> None:
    """Run the client until SIGINT or SIGTERM; raises what `serve` raises."""
    task = asyncio.ensure_future(serve(settings))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
