"""The Discord client: turns what Discord says into asks and events, and hands them to the desk."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
from functools import partial
from typing import Any

import discord
from discord import app_commands

from bot.client import commands, interactions
from bot.client.desk import Desk
from bot.client.intake import Inbox
from bot.client.messages import Messages
from bot.client.messenger import Messenger
from bot.client.opening import Opening
from bot.client.point import point_at
from bot.conversation.events import Reacted
from bot.engine_client import EngineClient
from bot.errors import CannotConnect
from bot.parent import report_connected
from bot.planner.llm import choose
from bot.planner.plan import Planner
from bot.settings import BotSettings
from bot.store import Database, Store

log = logging.getLogger(__name__)

NUMBERS = {f"{n}\N{COMBINING ENCLOSING KEYCAP}": n for n in range(1, 9)} | {
    f"{n}\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}": n for n in range(1, 9)
}
NO_INTENT = (
    "BOT_MESSAGE_CONTENT asks for the message-content intent, which Discord does not allow this bot: switch it on "
    "under Bot in the developer portal, or take the setting out."
)


class EaselClient(discord.Client):
    """Listens. All that it knows is in the database; all that it does is done by the desk."""

    def __init__(self, settings: BotSettings, database: Database, engine: EngineClient, planner: Planner) -> None:
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
        self.desk = Desk(settings, database, engine, planner, messenger)
        self.opening = Opening(self.desk, Inbox(settings.data_dir / "inbox", self.http.get_from_cdn), self)
        self.messages = Messages(self, self.desk, self.opening)
        self.tree = app_commands.CommandTree(
            self,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        commands.add_to(self.tree, self.desk, self.opening)
        self._resumed = False

    async def setup_hook(self) -> None:
        """Clear up before anybody can post, and tell Discord the commands, once a start."""
        await self.opening.tidy()
        await self.tree.sync()

    async def on_ready(self) -> None:
        """Take up what was under way; a reconnect does not do it twice."""
        if not self.settings.wants_message_content:
            log.info("no message-content intent: watched channels and talk without a mention are not read")
        log.info("connected as %s, in %d servers", self.user, len(self.guilds))
        report_connected(str(self.user))
        if not self._resumed:
            self._resumed = True
            # What was loaded for good is not looked through again: a full collection would stop the loop for 50 ms.
            gc.freeze()
            await self.desk.known_models()
            await self.opening.resume()
            await self.desk.work.resume()

    async def close(self) -> None:
        """Stop listening, then stop working."""
        await self.desk.close()
        await super().close()

    # -- what people do

    async def on_message(self, message: discord.Message) -> None:
        """A post, a mention, a reply, or talk in a project's thread."""
        try:
            await self.messages.heard(message)
        except discord.HTTPException as error:
            log.warning("message %s could not be answered: %s", message.id, error)

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
    planner = choose.planner_for(settings, partial(_picture, engine))
    client = EaselClient(settings, database, engine, planner)
    try:
        async with client:
            await client.start(settings.token or "")
    except discord.LoginFailure as error:
        raise CannotConnect from error
    except discord.PrivilegedIntentsRequired as error:
        raise CannotConnect(NO_INTENT) from error
    finally:
        await choose.close(planner)
        await engine.close()
        await asyncio.to_thread(database.close)


async def _picture(engine: EngineClient, image: str) -> bytes:
    return (await engine.image(image)).data


async def main(settings: BotSettings) -> None:
    """Run the client until SIGINT or SIGTERM; raises what `serve` raises."""
    task = asyncio.ensure_future(serve(settings))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
