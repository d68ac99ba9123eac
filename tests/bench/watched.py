"""The bot's client with a lag recorder on its event loop: `watched.py FILE` writes what it saw to FILE when it ends."""

import asyncio
import contextlib
import json
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bot.client.client import serve  # noqa: E402  # found from the root
from bot.settings import BotSettings  # noqa: E402
from tests.bench.lag import Lag  # noqa: E402


async def main(target):
    """Serve until SIGTERM, then write the figures; SIGUSR1 forgets what was recorded so far."""
    lag = Lag()
    client = asyncio.ensure_future(serve(BotSettings()))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, client.cancel)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, lag.clear)
    recorder = asyncio.create_task(lag.record())
    with contextlib.suppress(asyncio.CancelledError):
        await client
    recorder.cancel()
    target.write_text(json.dumps(lag.figures()))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
