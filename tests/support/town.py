"""The whole of Easel on loopback: a sandbox, an engine, a bot, and people's hands."""

import asyncio
import contextlib
import io
import json
import os
import re
import signal
import sys
from pathlib import Path

import httpx
from PIL import Image

from bot.sandbox import server
from tests.support.discord_openapi import problems, spec_path

ROOT = Path(__file__).resolve().parent.parent.parent


def photo(width=160, height=120, seed=1):
    """A small picture with something in it: a gradient, a disc and a stripe."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    image.paste((200, 80 + seed % 100, 40), (width // 4, height // 4, width // 2, height // 2))
    image.paste((30, 90, 180), (width // 2, height // 2, width * 3 // 4, height * 7 // 8))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


class Process:
    """A program of ours, in a process of its own."""

    def __init__(self, *args, env, log):
        self.args, self.env, self.log = args, env, log
        self.process = None

    async def start(self):
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *self.args,
                cwd=ROOT,
                env=os.environ | self.env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    async def kill(self, sig=signal.SIGKILL):
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(sig)
            await self.process.wait()

    @property
    def pid(self):
        return self.process.pid


async def until(check, seconds=90, every=0.05):
    """Wait until `check()` (which may be async) returns something true, and return it."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        found = check()
        found = await found if asyncio.iscoroutine(found) else found
        if found:
            return found
        if asyncio.get_running_loop().time() > end:
            raise AssertionError(f"not within {seconds} s: {getattr(check, '__name__', check)}")
        await asyncio.sleep(every)


class Engine:
    """An engine process on a free port, which keeps its port and its data over restarts."""

    def __init__(self, folder, **env):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.port_file = folder / "port"
        self.env = {"ENGINE_DATA_DIR": str(folder / "data"), "OMP_NUM_THREADS": "1"} | env
        self.port = 0
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    async def start(self):
        self.port_file.unlink(missing_ok=True)
        arguments = ("engine", "serve", "--port", str(self.port), "--port-file", str(self.port_file))
        self.process = await Process(*arguments, env=self.env, log=self.folder / "engine.log").start()
        await until(lambda: self.port_file.exists() and self.port_file.read_text().strip())
        self.port = int(self.port_file.read_text())
        await until(self.ready)
        return self

    async def ready(self):
        async with httpx.AsyncClient() as http:
            with contextlib.suppress(httpx.HTTPError):
                return (await http.get(f"{self.url}/readyz")).status_code == 200
        return False

    async def kill(self, sig=signal.SIGKILL):
        await self.process.kill(sig)

    def worker_pids(self):
        """The processes that the engine process has started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]


class Town:
    """A sandbox and a bot process; `hands` act as people through the control interface."""

    def __init__(self, folder, engine, **env):
        self.folder, self.engine = folder, engine
        folder.mkdir(parents=True, exist_ok=True)
        self.env = env
        self.sandbox = self.bot = self.http = None

    async def start(self, **knobs):
        self.sandbox = await server.start(0, **{"ratelimit": False} | knobs)
        self.http = httpx.AsyncClient(base_url=self.sandbox.base, timeout=30)
        self.bot = Process("bot", "client", env=self.bot_env(), log=self.folder / "bot.log")
        await self.start_bot()
        return self

    def bot_env(self):
        return {
            "BOT_DISCORD_URL": self.sandbox.base,
            "BOT_ENGINE_URL": self.engine.url,
            "BOT_DATA_DIR": str(self.folder / "bot"),
        } | self.env

    async def start_bot(self):
        await self.bot.start()
        await until(self.online)

    async def online(self):
        return (await self.state())["bot_online"] and len((await self.state())["commands"]) > 5

    async def stop(self):
        await self.bot.kill(signal.SIGTERM)
        self.faults = problems(await self.log(), spec_path()) if spec_path() else []
        await self.http.aclose()
        await self.sandbox.stop()

    # -- looking

    async def state(self, user=None):
        return (await self.http.get("/sandbox/state", params={"user": user} if user else None)).json()

    async def log(self):
        return (await self.http.get("/sandbox/log")).json()

    async def channel(self, name):
        return next(c["id"] for c in (await self.state())["channels"] if c.get("name") == name)

    async def messages(self, channel, user=None):
        return [m for m in (await self.state(user))["messages"] if m["channel_id"] == channel]

    async def galleries(self, channel):
        """The bot's messages in a channel that show an ended version."""
        return [m for m in await self.messages(channel) if buttons(m).get("again")]

    async def gallery(self, channel, number=1, seconds=60):
        """The number-th ended version in a channel."""

        async def check():
            found = await self.galleries(channel)
            return found[number - 1] if len(found) >= number else None

        return await until(check, seconds)

    async def private(self, user, since=0):
        """What only this member sees: the texts of ephemeral messages."""
        seen = (await self.state(user))["messages"]
        return [text_of(m) for m in seen if m["flags"] & 64][since:]

    # -- doing

    async def act(self, what, files=(), **body):
        if files:
            parts = [("payload_json", (None, json.dumps(body), "application/json"))]
            parts += [(f"files[{i}]", (name, data)) for i, (name, data) in enumerate(files)]
            answer = await self.http.post(f"/sandbox/{what}", files=parts)
        else:
            answer = await self.http.post(f"/sandbox/{what}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, text, *pictures, channel="general", user="alice", mention=True):
        """Post pictures with words; returns the message, whose id is the thread's too."""
        me = next(u for u in (await self.state())["users"] if u["bot"])
        content = f"<@{me['id']}> {text}" if mention else text
        files = [(f"photo{i}.png", data) for i, data in enumerate(pictures)]
        place = channel if channel.isdigit() else await self.channel(channel)
        return await self.act("post", files, channel=place, content=content, user=user)

    async def say(self, thread, text, user="alice", *pictures):
        files = [(f"more{i}.png", data) for i, data in enumerate(pictures)]
        return await self.act("post", files, channel=thread, content=text, user=user)

    async def newcomer(self):
        """A member who has asked for nothing yet."""
        have = len([u for u in (await self.state())["users"] if not u["bot"]])
        return (await self.act("set", knobs={"members": have + 1}))["added"][0]["username"]

    async def press(self, message, action, variant=0, user="alice"):
        wanted = buttons(message)[action]
        custom_id = next(c for c in wanted if c.endswith(f":{variant}"))
        return await self.act("click", message=message["id"], custom_id=custom_id, user=user)

    async def fetch(self, url):
        return (await self.http.get(url)).content


def walk(components):
    for component in components:
        yield component
        yield from walk(component.get("components") or [])


def buttons(message):
    """The custom_ids of a message's enabled buttons, by action."""
    found = {}
    for component in walk(message.get("components") or []):
        custom_id = component.get("custom_id") or ""
        if match := re.fullmatch(r"easel:([a-z_]+):\d+:\d+", custom_id):
            found.setdefault(match[1], []).append(custom_id)
    return found


def text_of(message):
    """All words of a message."""
    texts = [c["content"] for c in walk(message.get("components") or []) if c["type"] == 10]
    return "\n".join([message["content"], *texts]).strip()


def media_of(message):
    """The media items of a message's galleries."""
    return [item["media"] for c in walk(message.get("components") or []) for item in c.get("items") or []]
