"""Gateway sessions: what a shard subscribed to, outliving its connection by a while."""

import secrets
import time
from collections import deque
from typing import Protocol

from bot.sandbox.hub import News, Reader
from bot.sandbox.records import Intent, Json
from bot.sandbox.world import World

#: How long a lost session can be taken up again, and how many events it keeps until then.
RESUME_S = 120.0
REPLAY = 1000


class Line(Protocol):
    """A connection."""

    def send(self, frame: Json) -> None:
        """Queue a frame."""
        ...

    def op(self, op: int, d: object = None) -> None:
        """Queue a frame that is no event."""
        ...

    def close(self, code: int) -> None:
        """Close once what is queued has been sent."""
        ...


class Session:
    """One shard's subscription: what it wants, and the last events in case it has to resume."""

    def __init__(self, world: World, intents: int, shard: tuple[int, int]) -> None:
        self.id = secrets.token_hex(16)
        self.intents = Intent(intents)
        self.reader = Reader(world.app_id, content=bool(intents & Intent.CONTENT), person=False)
        self.connection: Line | None = None
        self._world, self._shard, self._seq = world, shard, 0
        self._replay: deque[Json] = deque(maxlen=REPLAY)
        self._lost_at = 0.0

    @property
    def connected(self) -> bool:
        """Whether the bot is listening at this moment."""
        return self.connection is not None

    @property
    def stale(self) -> bool:
        """Whether it has been lost for too long to be taken up again."""
        return not self.connected and time.monotonic() - self._lost_at > RESUME_S

    def has_guild(self) -> bool:
        """Whether the guild belongs to this shard."""
        index, count = self._shard
        return (int(self._world.guild_id) >> 22) % count == index

    def wants(self, news: News) -> bool:
        """Direct messages go to shard 0, the guild's events to the guild's shard, each if the intent was asked for."""
        mine = self._shard[0] == 0 if news.direct else self.has_guild()
        return mine and (not news.intent or bool(self.intents & news.intent))

    def dispatch(self, t: str, d: Json) -> None:
        """Send an event, and keep it for a resume."""
        self._seq += 1
        frame = {"op": 0, "d": d, "s": self._seq, "t": t}
        self._replay.append(frame)
        if self.connection:
            self.connection.send(frame)

    def attach(self, connection: Line) -> None:
        """Go on over this connection."""
        self.connection = connection

    def detach(self, connection: Line) -> None:
        """The connection is gone."""
        if self.connection is connection:
            self.connection, self._lost_at = None, time.monotonic()

    def replay(self, seq: int) -> bool:
        """Send everything after `seq` again; False if that is no longer known."""
        missed = [frame for frame in self._replay if frame["s"] > seq]
        if seq > self._seq or len(missed) < self._seq - seq or not self.connection:
            return False
        for frame in missed:
            self.connection.send(frame)
        return True
