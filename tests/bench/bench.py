"""`make bench`: seconds from post to gallery and where they go, and how a crowd is served.

Everything runs for real, each part in a process of its own; the bot's has a lag recorder on its event loop. Figures
of one run are compared with each other, not with those of another machine.
"""

import argparse
import asyncio
import contextlib
import io
import json
import logging
import re
import signal
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

import httpx  # noqa: E402  # found from the root
from PIL import Image  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402
from skimage import data  # noqa: E402

from tests.support.town import Engine, Process, Town, buttons, until  # noqa: E402

ENGINE_ENV = {"OMP_NUM_THREADS": ""}
LOOKS = ("watercolor", "comic ink", "oil painting", "clay", "natural photo")


def picture(side):
    """NASA's portrait of an astronaut (public domain), `side` pixels square, as a JPEG."""
    out = io.BytesIO()
    Image.fromarray(data.astronaut()).resize((side, side)).save(out, "JPEG", quality=92)
    return out.getvalue()


class Bench(Town):
    """A town whose every part is a process of its own, so that the hands that drive it disturb none."""

    async def start(self, **knobs):
        world, log = self.folder / "world", self.folder / "sandbox.log"
        port = knobs.pop("port")
        arguments = ("bot", "sandbox", "--port", str(port), "--data", str(world))
        self.server = await Process(*arguments, env={}, log=log).start()
        self.base = f"http://127.0.0.1:{port}"
        self.http = httpx.AsyncClient(base_url=self.base, timeout=120, limits=httpx.Limits(max_connections=100))
        await until(self.answers)
        await self.act("set", knobs=knobs)
        self.seen = self.folder / "lag.json"
        self.bot = Process("tests.bench.watched", str(self.seen), env=self.bot_env(), log=self.folder / "bot.log")
        await self.start_bot()
        return self

    def bot_env(self):
        limits = {"BOT_RUNNING_LIMIT": "100", "BOT_DAILY_LIMIT": "10000"}
        return limits | {
            "BOT_DISCORD_URL": self.base,
            "BOT_ENGINE_URL": self.engine.url,
            "BOT_DATA_DIR": str(self.folder / "bot"),
        }

    async def answers(self):
        with contextlib.suppress(httpx.HTTPError):
            return (await self.http.get("/sandbox/state")).status_code == 200
        return False

    def record_from_here(self):
        """Let the lag recorder forget the start."""
        self.bot.process.send_signal(signal.SIGUSR1)

    async def stop(self):
        await self.bot.kill(signal.SIGTERM)
        await self.http.aclose()
        await self.server.kill(signal.SIGTERM)

    def lag(self):
        """What the lag recorder saw; after `stop`."""
        return json.loads(self.seen.read_text())


async def rendered(engine):
    """Seconds that the engine's renderers have worked so far."""
    async with httpx.AsyncClient() as http:
        page = (await http.get(f"{engine.url}/metrics")).text
    return sum(float(v) for v in re.findall(r"^easel_render_seconds_sum\{.*\} (\S+)$", page, re.MULTILINE))


def when(message, field):
    """When the server says that something happened, in Unix seconds."""
    return datetime.fromisoformat(message[field]).timestamp()


async def one_gallery(town, words, side):
    """Seconds from post to gallery of four by the server's clock, and of them those that were rendering.

    It is looked for seldom: to look costs the machine that is measured.
    """
    before = await rendered(town.engine)
    message = await town.post(words, picture(side))
    galleries = await until(lambda: town.galleries(message["id"]), 180, every=0.5)
    total = when(galleries[0], "edited_timestamp") - when(message, "timestamp")
    return {"look": words, "seconds": total, "rendering": await rendered(town.engine) - before}


async def crowd(town, members, side):
    """Everybody posts at once: seconds to the first answer and to the gallery, in the order of finishing."""
    await town.act("set", knobs={"members": members})
    names = [u["username"] for u in (await town.state())["users"] if not u["bot"]][:members]
    image, began = picture(side), time.monotonic()

    async def one(name):
        message = await town.post("watercolor, 1 variant", image, user=name)
        answered = await until(lambda: first_answer(town, message["id"]), 30)
        return message["id"], answered - began

    posted = await asyncio.gather(*[one(name) for name in names])
    ends = {}
    while len(ends) < len(posted):
        shown = {m["channel_id"] for m in (await town.state())["messages"] if buttons(m).get("again")}
        ends |= {thread: time.monotonic() - began for thread, _ in posted if thread in shown and thread not in ends}
        await asyncio.sleep(0.5)
    return {"members": members, "first_answer": max(a for _, a in posted), "last_gallery": max(ends.values())}


async def first_answer(town, thread):
    """When the first message of the bot in a thread was seen, or None."""
    return time.monotonic() if await town.messages(thread) else None


async def run(side, members):
    """Measure everything once."""
    with tempfile.TemporaryDirectory() as folder:
        engine = await Engine(Path(folder) / "engine", **ENGINE_ENV).start()
        town = Bench(Path(folder) / "town", engine)
        try:
            await town.start(port=8799, ratelimit=True)
            for words in LOOKS:  # the first job of each look also loads its modules
                await one_gallery(town, words, 256)
            town.record_from_here()
            looks = [await one_gallery(town, words, side) for words in LOOKS]
            many = await crowd(town, members, 512)
        finally:
            await town.stop()
            await engine.kill(15)
        return {"side": side, "looks": looks, "crowd": many, "event_loop": town.lag()}


def show(found):
    """Print the figures as tables."""
    console = Console()
    table = Table("look", "post to gallery", "rendering", "outside the renderers", title=f"Four at {found['side']} px")
    for row in found["looks"]:
        outside = 1 - row["rendering"] / row["seconds"]
        table.add_row(row["look"], f"{row['seconds']:.2f} s", f"{row['rendering']:.2f} s", f"{outside:.0%}")
    seconds, rendering = (sum(row[key] for row in found["looks"]) for key in ("seconds", "rendering"))
    table.add_section()
    table.add_row("all", f"{seconds:.2f} s", f"{rendering:.2f} s", f"{1 - rendering / seconds:.0%}")
    console.print(table)
    many, loop = found["crowd"], found["event_loop"]
    console.print(
        f"{many['members']} members at once: the slowest first answer after {many['first_answer']:.2f} s, "
        f"the last gallery after {many['last_gallery']:.1f} s"
    )
    console.print(
        f"The bot's event loop: held up for {loop['worst_ms']:.0f} ms at the worst, by its own work for "
        f"{loop['busy_ms']:.0f} ms, "
        f"{loop['over_50_ms']:.3%} of {loop['beats']} beats over 50 ms"
    )


def main():
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=1024, help="pixels a side of the posted picture")
    parser.add_argument("--members", type=int, default=20, help="how many post at once")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    found = asyncio.run(run(options.side, options.members))
    if options.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        show(found)


if __name__ == "__main__":
    main()
