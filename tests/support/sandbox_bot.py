"""A small discord.py bot and the rig that puts it, a sandbox and a person's hands together."""

import asyncio
import contextlib
import io
import json
import re

import aiohttp
import discord
import yarl
from discord import app_commands, ui
from PIL import Image

from bot import sandbox
from tests.support import discord_openapi


def png(width=48, height=32):
    """A small picture."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, "PNG")
    return out.getvalue()


def point_at(base):
    """Aim discord.py at a sandbox."""
    discord.http.Route.BASE = f"{base}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(base.replace("http", "ws", 1) + "/gateway")
    discord.asset.Asset.BASE = base


class Press(ui.DynamicItem[ui.Button], template=r"press:(?P<act>[a-z]+)"):
    """A button whose id says all, so that it works after a restart."""

    def __init__(self, act):
        super().__init__(ui.Button(label=act, custom_id=f"press:{act}"))
        self.act = act

    @classmethod
    async def from_custom_id(cls, interaction, item, match):
        return cls(match["act"])

    async def callback(self, interaction):
        interaction.client.note("press", self.act, interaction.user.name)
        await getattr(self, self.act)(interaction)

    async def pick(self, interaction):
        await interaction.response.defer()
        shown = interaction.client.media(interaction.message)
        await interaction.edit_original_response(view=gallery(shown, "picked"))

    async def update(self, interaction):
        await interaction.response.edit_message(view=gallery(interaction.client.media(interaction.message), "updated"))

    async def secret(self, interaction):
        await interaction.response.send_message("only you", ephemeral=True)

    async def tune(self, interaction):
        await interaction.response.send_modal(Tune())

    async def slow(self, interaction):
        await asyncio.sleep(0.4)
        try:
            await interaction.response.defer()
        except discord.NotFound as error:
            interaction.client.note("late", error.code)

    async def talk(self, interaction):
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send("first", ephemeral=True)
        more = await interaction.followup.send("second", wait=True)
        await more.edit(content="second, edited")
        await interaction.delete_original_response()


class Choose(ui.Select):
    """A select of two."""

    def __init__(self):
        options = [discord.SelectOption(label=word, value=word) for word in ("ink", "oil")]
        super().__init__(custom_id="choose", options=options, max_values=2)

    async def callback(self, interaction):
        interaction.client.note("chose", *self.values)
        await interaction.response.defer()


class Tune(ui.Modal, title="Tune"):
    """A modal with one field of every kind."""

    words = ui.Label(text="Prompt", component=ui.TextInput(custom_id="words", default="a cat"))
    family = ui.Label(
        text="Family",
        component=ui.Select(
            custom_id="family", options=[discord.SelectOption(label=x, value=x) for x in ("photo", "comic")]
        ),
    )
    change = ui.Label(
        text="Change",
        component=ui.RadioGroup(
            custom_id="change", options=[discord.RadioGroupOption(label=x, value=x) for x in ("subtle", "strong")]
        ),
    )
    keep = ui.Label(
        text="Keep",
        component=ui.CheckboxGroup(
            custom_id="keep",
            required=False,
            options=[discord.CheckboxGroupOption(label=x, value=x) for x in ("faces", "colors")],
        ),
    )
    picture = ui.Label(text="Reference", component=ui.FileUpload(custom_id="picture", required=False, max_values=2))

    async def on_submit(self, interaction):
        found = self.picture.component.values
        sizes = [len(await attachment.read()) for attachment in found]
        interaction.client.note(
            "modal",
            self.words.component.value,
            list(self.family.component.values),
            self.change.component.value,
            list(self.keep.component.values),
            sizes,
        )
        await interaction.response.send_message("tuned", ephemeral=True)


def gallery(media, words):
    """A components-only message: words, pictures and buttons."""
    view = ui.LayoutView(timeout=None)
    items = [discord.MediaGalleryItem(item, description=f"variant {n}") for n, item in enumerate(media, 1)]
    acts = ("pick", "update", "secret", "tune", "slow")
    rows = (ui.ActionRow(*map(Press, acts)), ui.ActionRow(Press("talk")), ui.ActionRow(Choose()))
    shown = [ui.MediaGallery(*items)] if items else []
    view.add_item(ui.Container(ui.TextDisplay(words), *shown, ui.Separator(), *rows, accent_colour=0x5865F2))
    return view


class TinyBot(discord.Client):
    """Makes a thread with a gallery of every picture it sees, and notes what it is told."""

    def __init__(self, *, content=True, **options):
        intents = discord.Intents.default()
        intents.message_content = content
        quiet = discord.AllowedMentions.none()
        super().__init__(intents=intents, allowed_mentions=quiet, guild_ready_timeout=0.1, **options)
        self.seen = []
        self.ready = asyncio.Event()
        self.tree = app_commands.CommandTree(
            self,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        self._commands()

    def _commands(self):
        @self.tree.context_menu(name="Look at this")
        async def look(interaction: discord.Interaction, message: discord.Message):
            self.note("menu", message.content, [a.filename for a in message.attachments])
            await interaction.response.defer(ephemeral=True, thinking=True)
            data = await message.attachments[0].read()
            await interaction.followup.send(file=discord.File(io.BytesIO(data), "seen.png"), ephemeral=True)

        @self.tree.command(description="Draw something")
        async def draw(interaction: discord.Interaction, image: discord.Attachment, style: str = "ink"):
            self.note("slash", image.filename, style, len(await image.read()))
            await interaction.response.defer(thinking=True)
            await interaction.edit_original_response(content="half")
            picture = discord.File(io.BytesIO(png()), "done.png")
            await interaction.edit_original_response(content="done", attachments=[picture])

        @draw.autocomplete("style")
        async def styles(interaction: discord.Interaction, current: str):
            return [app_commands.Choice(name=s, value=s) for s in ("ink", "oil", "pixel") if current in s]

        @self.tree.command(description="Say many things")
        async def chatter(interaction: discord.Interaction):
            await interaction.response.send_message("0")
            try:
                for number in range(1, 8):
                    await interaction.followup.send(str(number))
            except discord.HTTPException as error:
                self.note("hushed", error.code)

    def note(self, *what):
        self.seen.append(what)

    @staticmethod
    def media(message):
        """What a components-only message shows: its pictures are not among its attachments."""
        return [
            item.media
            for part in message.components
            for child in getattr(part, "children", [])
            if child.type is discord.ComponentType.media_gallery
            for item in child.items
        ]

    async def setup_hook(self):
        self.add_dynamic_items(Press)
        await self.tree.sync()

    async def on_ready(self):
        self.ready.set()

    async def on_message(self, message):
        if not message.flags.components_v2:
            self.note("message", message.content, len(message.attachments), message.guild is not None)
        if message.author.bot or not message.attachments or not isinstance(message.channel, discord.TextChannel):
            return
        thread = await message.create_thread(name="pictures", auto_archive_duration=60)
        async with thread.typing():
            files = [discord.File(io.BytesIO(png()), f"v{n}.png") for n in range(4)]
            sent = await thread.send(view=gallery([f"attachment://{f.filename}" for f in files], "four"), files=files)
        self.note("posted", thread.id, sent.id, len(sent.attachments), len(self.media(sent)))

    async def on_raw_reaction_add(self, payload):
        self.note("reaction", str(payload.emoji), payload.user_id, payload.message_author_id)

    async def on_raw_reaction_remove(self, payload):
        self.note("unreaction", str(payload.emoji), payload.user_id)


class Rig:
    """A sandbox, a bot connected to it, and the control interface as a person's hands."""

    def __init__(self, box):
        self.box, self.world = box, box.world
        self.http = aiohttp.ClientSession(box.base)
        self.bot = self.task = self.refusal = None

    async def connect(self, bot=None):
        point_at(self.box.base)
        self.bot = bot or TinyBot()
        self.task = asyncio.create_task(self.bot.start("token"))
        await self.until(self.bot.ready.is_set)
        return self.bot

    async def disconnect(self):
        if self.task:
            await self.bot.close()
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError, discord.DiscordException):
                await self.task
            self.task = None

    async def close(self):
        await self.disconnect()
        await self.http.close()
        await self.box.stop()

    async def do(self, deed, files=(), **body):
        """One POST /sandbox/<deed>; its JSON, or (status, code) if it was refused; `refusal` keeps the words."""
        status, answer = await self.post(f"/sandbox/{deed}", body, files)
        self.refusal = answer.get("message") if status != 200 else None
        return answer if status == 200 else (status, answer["code"])

    async def post(self, path, body, files=(), method="POST", **options):
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", json.dumps(body), content_type="application/json")
        for index, (name, data) in enumerate(files):
            form.add_field(f"files[{index}]", data, filename=name, content_type="application/octet-stream")
        async with self.http.request(method, path, data=form, **options) as response:
            return response.status, await response.json()

    async def api(self, method, path, body=None, files=(), **options):
        """One REST call as the bot: (status, JSON or None)."""
        headers = {"Authorization": "Bot token"}
        if files:
            return await self.post(f"/api/v10{path}", body or {}, files, method=method, headers=headers)
        async with self.http.request(method, f"/api/v10{path}", json=body, headers=headers, **options) as response:
            return response.status, await response.json() if response.status != 204 else None

    async def state(self, user=None):
        async with self.http.get("/sandbox/state", params={"user": user} if user else {}) as response:
            return await response.json()

    async def log(self):
        async with self.http.get("/sandbox/log") as response:
            return await response.json()

    async def until(self, found, seconds=5):
        """What `found` returns once it is something; a bot that died says why."""
        async with asyncio.timeout(seconds):
            while not (result := found()):
                if self.task and self.task.done():
                    self.task.result()
                await asyncio.sleep(0.01)
            return result

    async def noted(self, kind):
        """The bot's latest note of a kind, once there is one."""
        return (await self.until(lambda: [note for note in self.bot.seen if note[0] == kind]))[-1]

    def channel(self, name="general"):
        return self.world.channel(name).id

    def person(self, name):
        return self.world.user(name).id

    async def picture(self, **body):
        """Post a picture as a person and wait for the bot's gallery: (the post, thread id, gallery message id)."""
        post = await self.do("post", [("cat.png", png())], channel=body.pop("channel", self.channel("art")), **body)
        _, thread, message, *_ = await self.noted("posted")
        return post, str(thread), str(message)


@contextlib.asynccontextmanager
async def rigged(*, bot=None, connect=True, **knobs):
    """A rig with the bot connected, taken down at the end; its traffic is judged by the specification, if given."""
    spec = discord_openapi.spec_path()
    rig = Rig(await sandbox.start(0, **knobs))
    try:
        if connect:
            await rig.connect(bot)
        yield rig
        if spec:
            faults = discord_openapi.problems(await rig.log(), spec)
            assert not faults, "\n".join(faults)
    finally:
        await rig.close()


def custom_ids(message):
    """The ids of everything that can be pressed in a message."""
    return re.findall(r'"custom_id": "([^"]+)"', json.dumps(message["components"]))
