"""A lag recorder: how long an event loop was held up, seen from inside it."""

import asyncio
import time
from dataclasses import dataclass, field


@dataclass
class Lag:
    """Two numbers a beat, in seconds: how late a short sleep came, and how long the loop's own work took meanwhile.

    A beat is late, too, when the machine serves others; the loop's own work is processor time of its thread.
    """

    every: float = 0.005
    late: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    async def record(self):
        """Record until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due, worked = loop.time() + self.every, time.thread_time()
            await asyncio.sleep(self.every)
            self.late.append(loop.time() - due)
            self.busy.append(time.thread_time() - worked)

    def clear(self):
        """Forget what was recorded so far."""
        self.late.clear()
        self.busy.clear()

    def figures(self):
        """The worst of both in milliseconds, the share of beats over 50 ms late, and how many beats there were."""
        return {
            "worst_ms": 1000 * max(self.late, default=0.0),
            "busy_ms": 1000 * max(self.busy, default=0.0),
            "over_50_ms": sum(late > 0.05 for late in self.late) / max(1, len(self.late)),
            "beats": len(self.late),
        }
