"""A lag recorder: how long an event loop was blocked, seen from inside it."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Lag:
    """Seconds by which a short sleep came late, one number a beat."""

    every: float = 0.005
    late: list[float] = field(default_factory=list)

    async def record(self):
        """Record until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + self.every
            await asyncio.sleep(self.every)
            self.late.append(loop.time() - due)

    @property
    def worst(self):
        """The longest block, in seconds."""
        return max(self.late, default=0.0)

    def share_over(self, seconds):
        """The share of beats that came later than this."""
        return sum(late > seconds for late in self.late) / max(1, len(self.late))
