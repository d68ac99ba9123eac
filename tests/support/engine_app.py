"""An engine to talk to: in this process, or as a process of its own that can be killed."""

import asyncio
import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
from PIL import Image

from engine.api.app import create_app
from engine.settings import EngineSettings
from tests.support.renderers import write_card

ROOT = Path(__file__).parents[2]
ENDS = {"done", "failed", "cancelled"}


def png(width=48, height=32, seed=0):
    """A small picture; another for each seed."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    image.putpixel((0, 0), (seed % 256, seed // 256 % 256, 7))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def cards(folder):
    """Two cards of the obedient renderer, and one that cannot run."""
    write_card(folder, "one")
    write_card(folder, "two")
    write_card(folder, "huge", more="[needs]\nmemory_gb = 1e6\n")
    return folder


class Client(httpx.AsyncClient):
    """An HTTP client with the words of the contract."""

    async def work_can_begin(self):
        """Wait for the worker: jobs may be sent before, but tests that count seconds want it there."""
        foreman = self.app.state.engine.jobs.foreman
        for _ in range(1500):
            if foreman.ready:
                return
            await asyncio.sleep(0.02)
        raise AssertionError("no worker")

    async def image(self, client="ann", data=None):
        answer = await self.post("/api/v1/images", files={"file": ("x", data or png())}, data={"client": client})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def job(self, image, prompt="", key=None, **fields):
        body = {"models": ["one"], "images": [{"id": image}], "prompt": prompt, "variants": 2, "client": "ann"}
        headers = {"Idempotency-Key": key} if key else {}
        answer = await self.post("/api/v1/jobs", json=body | fields, headers=headers)
        assert answer.status_code == 202, answer.text
        return answer.json()["id"]

    async def view(self, job):
        return (await self.get(f"/api/v1/jobs/{job}")).json()

    async def ended(self, job, seconds=30):
        return await self.until(job, lambda view: view["status"] in ENDS, seconds)

    async def until(self, job, check, seconds=30):
        async with asyncio.timeout(seconds):
            while True:
                view = await self.view(job)
                if check(view):
                    return view
                await asyncio.sleep(0.03)

    async def events(self, job, last=None):
        """The events up to the end of the stream, each as (id, type, data)."""
        headers = {"Last-Event-ID": str(last)} if last is not None else {}
        return parse((await self.get(f"/api/v1/jobs/{job}/events", headers=headers)).text)


def parse(stream):
    """An event stream as (id, type, data) triples; comments are left out."""
    blocks = [
        dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        for block in stream.split("\n\n")
    ]
    return [(int(b["id"]), b["event"], json.loads(b["data"])) for b in blocks if "id" in b]


@contextlib.asynccontextmanager
async def engine_here(folder, **settings):
    """An engine in this process; yields a client of it."""
    app = create_app(EngineSettings(data_dir=folder / "data", cards_dir=cards(folder / "cards"), **settings))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), Client(transport=transport, base_url="http://engine") as client:
        client.app = app
        await client.work_can_begin()
        yield client


class EngineProcess:
    """An engine of its own, on a free port, whose data outlives it."""

    def __init__(self, folder, **env):
        self.folder = folder
        self.env = {
            "ENGINE_DATA_DIR": str(folder / "data"),
            "ENGINE_CARDS_DIR": str(cards(folder / "cards")),
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": str(ROOT),
        } | env

    def start(self, *arguments):
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "engine", "serve", "--port", "0", "--port-file", str(port_file), *arguments]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=os.environ | self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
            )
        self.line = self.process.stdout.readline().decode()
        while not port_file.exists():
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{port_file.read_text()}"
        return self

    def client(self):
        return Client(base_url=self.url, timeout=30)

    def kill(self, sig=signal.SIGKILL):
        """Send a signal, wait for the end, and return the exit status and the seconds it took."""
        begun = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(sig)
        code = self.process.wait(20)
        self.process.stdin.close()
        self.process.stdout.close()
        return code, time.monotonic() - begun

    def children(self):
        """The processes it has started, by what they are."""
        found = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = status.read_text().rpartition(")")[2].split()
                if int(fields[1]) == self.process.pid:
                    words = (status.parent / "cmdline").read_text().split("\0")
                    kind = "worker" if "worker" in words else "guard"
                    found.setdefault(kind, []).append(int(status.parent.name))
        return found


def alive(pid):
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
