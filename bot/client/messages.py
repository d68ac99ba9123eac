"""What a message means: a new project, talk in one that is there, or nothing that concerns Easel."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import deque
from collections.abc import Coroutine

import discord

from bot.client import asking, permissions
from bot.client.desk import Desk
from bot.client.intake import Offer, images_of, offered
from bot.client.opening import Ask, Opening
from bot.conversation import actions
from bot.conversation.decide import JOBS
from bot.conversation.events import Said
from bot.conversation.project import Project, Source, Version
from bot.engine_client import EngineProblem, patiently
from bot.errors import EaselError
from bot.planner.plan import Plan
from bot.store import Store
from engine.contract import MAX_IMAGES

HOW = (
    "Post a picture together with a few words and mention me, for example: *make it a watercolor*. "
    "I open a thread, make several variants, and then we talk until it is right. `/easel` works too."
)
UNSEEN = (
    "I cannot see a picture there. Post it yourself and mention me, or open its message's menu: "
    "Apps, then **Restyle with Easel**."
)
FULL = "I can work with four pictures at once, and this project has them. Post it anew for a project of its own."
SPOKEN = {discord.MessageType.default, discord.MessageType.reply}
TYPING_AFTER_S = 0.7  # a planner that takes longer is seen to be at work
ATTEMPTS = 8  # to hand a picture to the engine, which takes 16 s: a member waits


class Messages:
    """Hears every message once."""

    def __init__(self, client: discord.Client, desk: Desk, opening: Opening) -> None:
        self._client = client
        self._desk = desk
        self._opening = opening
        self._heard: deque[int] = deque(maxlen=1000)

    async def heard(self, message: discord.Message) -> None:
        """Do what a message asks for. What Discord delivers twice is heard once."""
        if message.author.bot or message.type not in SPOKEN or message.id in self._heard:
            return
        self._heard.append(message.id)
        here = await self._desk.db(Store.project_at, message.channel.id, message.author.id)
        answered = await self._answered(message)
        replied = await self._desk.db(Store.project, answered.project) if answered else None
        mine = replied is not None and replied.owner == message.author.id
        if here is not None and here.thread:
            await self._in_thread(message, here, answered)
        elif replied is not None and mine and (message.guild is None or self._named(message)):
            await self._said(replied, message, answered)
        else:
            await self._elsewhere(message, here, answered)

    async def _in_thread(self, message: discord.Message, project: Project, answered: Version | None) -> None:
        """All talk in a project's thread is about it, unless another member asks for a project of their own."""
        if not message.content and not message.attachments:
            return
        if message.author.id != project.owner and self._named(message):
            images = await self._images(message, project, answered)
            plan = await self._desk.guess(project, self.words_of(message), len(images))
            if images and plan.action in JOBS:
                await self._ask(message, images)
                return
        await self._said(project, message, answered)

    async def _elsewhere(self, message: discord.Message, project: Project | None, answered: Version | None) -> None:
        named, dm = self._named(message), message.guild is None
        images = await self._images(message, project, answered)
        if images and (named or dm or await self._watched(message)):
            await self._ask(message, images)
        elif project is not None and (dm or named) and not message.attachments:
            await self._said(project, message, answered)
        elif named or dm:
            remarks = offered([Offer.of(a) for a in message.attachments]).remarks
            unseen = message.reference is not None and not remarks
            await self._desk.messenger.say(
                message.channel.id, UNSEEN if unseen else " ".join([*remarks, HOW]), reply_to=message.id
            )

    def _named(self, message: discord.Message) -> bool:
        return self._client.user in message.mentions

    def words_of(self, message: discord.Message) -> str:
        """Return a message's words without the mention of Easel."""
        me = self._client.user.id if self._client.user else 0
        return re.sub(rf"<@!?{me}>", "", message.content).strip()

    # -- what it answers, and what it shows

    async def _answered(self, message: discord.Message) -> Version | None:
        """Return the version whose gallery a message answers, or None."""
        if message.reference is None or message.reference.message_id is None:
            return None
        return await self._desk.db(Store.version_of_message, message.reference.message_id)

    async def _target(self, message: discord.Message) -> discord.Message | None:
        if message.reference is None or message.reference.message_id is None:
            return None
        target = message.reference.resolved
        if not isinstance(target, discord.Message):
            with contextlib.suppress(discord.HTTPException):
                target = await message.channel.fetch_message(message.reference.message_id)
        return target if isinstance(target, discord.Message) else None

    async def _images(self, message: discord.Message, project: Project | None, answered: Version | None) -> list[Offer]:
        """Return the images of a message; of the one it answers, when it only has words and a mention."""
        own = [Offer.of(a) for a in message.attachments]
        if any(o.is_image for o in own):
            return own
        target = await self._target(message) if self._named(message) else None
        found = [o for o in images_of(target) if o.is_image] if target else []
        return await self._chosen(message, project, answered, found) if answered else found

    async def _chosen(
        self, message: discord.Message, project: Project | None, version: Version, images: list[Offer]
    ) -> list[Offer]:
        """Of a gallery one picture is meant: the one that is named, else the picked one, else the first."""
        project = await self._desk.db(Store.project, version.project) or project
        if project is None:
            return images[:1]
        plan = await self._desk.guess(project, self.words_of(message), 0)
        picked = project.selected[1] if project.selected and project.selected[0] == version.id else 1
        number = plan.base if isinstance(plan.base, int) else picked
        stem = f"easel-{version.id}-{number}-"
        return [o for o in images if o.filename.startswith(stem)][:1] or images[:1]

    async def _watched(self, message: discord.Message) -> bool:
        if message.guild is None or not self._client.intents.message_content:
            return False
        return message.channel.id in (await self._desk.db(Store.guild, message.guild.id)).watched

    # -- a new project

    async def _ask(self, message: discord.Message, images: list[Offer]) -> None:
        parent = await asking.beside(message.channel, self._desk)
        if lacking := permissions.missing_here(parent or message.channel):
            await self._tell(message, permissions.words(lacking))
            return
        found = offered(images)
        if not found.taken:
            await self._tell(message, " ".join(found.remarks))
            return
        guild = message.guild.id if message.guild else None
        ask: Ask | None = Ask(
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
        async with self._desk.turn(message.author.id):
            if refusal := await self._desk.allowed(guild, message.author.id):
                await self._tell(message, refusal)
                return
            if parent is not None and ask is not None:
                ask = await asking.placed_beside(ask, parent, message.author, self._desk)
            if ask is not None:
                await self._opening.begin(ask)
        if parent is not None and ask is not None:
            await self._tell(message, f"I begin a project of your own: <#{ask.thread_on}>")

    # -- talk

    async def _said(self, project: Project, message: discord.Message, answered: Version | None) -> None:
        """Talk about a project, perhaps with further pictures of its owner."""
        user, text = message.author.id, self.words_of(message)
        mine = [Offer.of(a) for a in message.attachments] if user == project.owner else []
        sources, remarks = await self._sources(project, mine, user)
        async with self._desk.lock(project.id):
            current = await self._desk.db(Store.project, project.id)
            if current is None:
                return
            event = Said(user, text, sources, answered.id if answered else None, self._addressed(message, answered))
            if user == current.owner or event.addressed:
                understanding = self._desk.understand(current, text, len(sources), sources)
                plan = await _typing_while(message.channel, understanding)
            else:  # what bystanders say to each other is sent to no language model
                plan = await self._desk.guess(current, text, 0)
            if sources:
                kept = (*current.sources, *sources)[:MAX_IMAGES]
                await self._desk.db(Store.change_project, project.id, sources=kept)
            todo = await self._desk.decide(project.id, event, plan)
            private = await self._desk.act(project.id, todo, user)
            if private and user != current.owner and not event.addressed:
                await self._desk.db(Store.change_project, project.id, told=current.told | {user})
        if any(isinstance(a, actions.Withdraw) for a in todo):
            await self._opening.stop(project.id, user)
        if words := [*remarks, *private]:
            await self._tell(message, "\n".join(words))

    def _addressed(self, message: discord.Message, answered: Version | None) -> bool | None:
        """Whether a message speaks to Easel, to another member, or to nobody in particular (None)."""
        if self._named(message) or answered is not None or message.guild is None:
            return True
        target = message.reference.resolved if message.reference else None
        if isinstance(target, discord.Message) and target.author != message.author:
            return target.author == self._client.user
        return False if message.mentions else None

    async def _sources(
        self, project: Project, offers: list[Offer], user: int
    ) -> tuple[tuple[Source, ...], tuple[str, ...]]:
        """Hand further pictures to the engine, as many as there is room for; return what to say of the rest, too."""
        found = offered(offers)
        room = MAX_IMAGES - len(project.sources)
        taken, over = found.taken[:room], found.taken[room:]
        sources: list[Source] = []
        remarks = [*found.remarks, *([FULL] if over else [])]
        for offer in taken:
            try:
                sources.append(await self._source(offer, user))
            except EaselError as problem:
                remarks.append(f"`{offer.name}`: {problem if isinstance(problem, EngineProblem) else problem.detail}")
        return tuple(sources), tuple(remarks)

    async def _source(self, offer: Offer, user: int) -> Source:
        data = await self._opening.inbox.bytes_of(offer.link)
        put = self._desk.engine.put_image
        info = await patiently(lambda: put(data, offer.filename, str(user)), ATTEMPTS)
        return Source(filename=offer.filename, info=info)

    async def _tell(self, message: discord.Message, text: str) -> None:
        """Answer below a message, or in a DM where Easel may not speak."""
        channel, guild = message.channel, message.guild
        if guild is not None and isinstance(channel, discord.TextChannel | discord.Thread):
            allowed = channel.permissions_for(guild.me)
            speak = allowed.send_messages_in_threads if isinstance(channel, discord.Thread) else allowed.send_messages
            if not (allowed.view_channel and speak):
                with contextlib.suppress(discord.HTTPException):
                    await message.author.send(text[:2000])
                return
        await self._desk.messenger.say(channel.id, text, reply_to=message.id)


async def _typing_while(channel: discord.abc.Messageable, understanding: Coroutine[None, None, Plan]) -> Plan:
    """Wait for a plan; one that takes a while shows Easel typing."""
    task = asyncio.ensure_future(understanding)
    try:
        if not (await asyncio.wait([task], timeout=TYPING_AFTER_S))[0]:
            with contextlib.suppress(discord.HTTPException):
                await channel.typing()
        return await task
    finally:
        task.cancel()
