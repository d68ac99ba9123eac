"""Tells the bot's gateway sessions and the page's watchers what happened, each only what they may know."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.sandbox.records import Intent, Json


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom something is rendered: a member, the bot, or (user_id None) an observer who sees everything.

    `content` is whether message content may be shown; `person` whether it is for the page rather than for the bot.
    """

    user_id: str | None
    content: bool = True
    person: bool = True


OBSERVER = Reader(None)
#: Sent whatever intents were asked for.
ANY = Intent(0)


def _everyone(_user_id: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class News:
    """One event: how to render it, which intent subscribes to it, and who may see it."""

    t: str
    build: Callable[[Reader], Json]
    intent: Intent = ANY
    sees: Callable[[str], bool] = _everyone
    direct: bool = False
    gateway: bool = True


class Listener(Protocol):
    """A gateway session."""

    @property
    def reader(self) -> Reader:
        """For whom to render."""
        ...

    def wants(self, news: News) -> bool:
        """Whether its intents and shard ask for this."""
        ...

    def dispatch(self, t: str, d: Json) -> None:
        """Send it, or keep it for when the connection is back."""
        ...


class Watcher:
    """One open page (or driver): a queue of events, for one member or for an observer."""

    #: A page this far behind is gone or hopeless; it connects again and reads the state.
    LIMIT = 2000

    def __init__(self, user_id: str | None) -> None:
        self.reader = Reader(user_id)
        self.queue: asyncio.Queue[Json | None] = asyncio.Queue()

    def offer(self, news: News) -> None:
        """Queue an event if this watcher may see it."""
        if self.reader.user_id is not None and not news.sees(self.reader.user_id):
            return
        if self.queue.qsize() < self.LIMIT:
            self.queue.put_nowait({"t": news.t, "d": news.build(self.reader)})
        else:
            self.queue.put_nowait(None)


class Hub:
    """Everybody who listens."""

    def __init__(self) -> None:
        self.sessions: dict[str, Listener] = {}
        self.watchers: set[Watcher] = set()

    def publish(self, news: News) -> None:
        """Hand an event to all who want it and may see it."""
        if news.gateway:
            for session in list(self.sessions.values()):
                user_id = session.reader.user_id
                if session.wants(news) and user_id is not None and news.sees(user_id):
                    session.dispatch(news.t, news.build(session.reader))
        for watcher in self.watchers:
            watcher.offer(news)

    def close_watchers(self) -> None:
        """End every open event stream."""
        for watcher in self.watchers:
            watcher.queue.put_nowait(None)
