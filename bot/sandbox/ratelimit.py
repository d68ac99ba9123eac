"""Rate limits: a bucket a route and resource, and fifty calls a second over all."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.records import Json

GLOBAL_LIMIT, GLOBAL_S = 50, 1.0


@dataclass(frozen=True, slots=True)
class Rule:
    """So many calls in so many seconds, per resource (the pattern's group)."""

    method: str
    pattern: re.Pattern[str]
    limit: int
    per_s: float

    @property
    def bucket(self) -> str:
        """The bucket's public name."""
        name = f"{self.method}{self.pattern.pattern}".encode()
        return hashlib.md5(name, usedforsecurity=False).hexdigest()


RULES = (
    Rule("POST", re.compile(r"/channels/(\d+)/messages$"), 5, 5.0),
    Rule("PATCH", re.compile(r"/channels/(\d+)/messages/\d+$"), 5, 5.0),
    Rule("PUT", re.compile(r"/channels/(\d+)/messages/\d+/reactions/"), 1, 0.25),
    Rule("PATCH", re.compile(r"/webhooks/\d+/([^/]+)/messages/"), 5, 5.0),
)
#: Interactions are answered outside the global limit.
UNLIMITED = re.compile(r"/(interactions|webhooks)/")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a call may pass, and the headers that say how much is left."""

    headers: dict[str, str]
    refused: Json | None = None


class RateLimiter:
    """Counts calls.

    Args:
        clock: seconds, as of the Unix epoch.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}

    def judge(self, method: str, path: str) -> Verdict:
        """Count one call."""
        if not UNLIMITED.search(path):
            left, wait = self._count("global", "", GLOBAL_LIMIT, GLOBAL_S)
            if left < 0:
                scope = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
                return Verdict(_refusal_headers(wait) | scope, _body(wait, everywhere=True))
        for rule in RULES:
            found = rule.pattern.search(path) if rule.method == method else None
            if found:
                return self._rule(rule, found[1])
        return Verdict({})

    def _rule(self, rule: Rule, resource: str) -> Verdict:
        left, wait = self._count(rule.bucket, resource, rule.limit, rule.per_s)
        headers = {
            "X-RateLimit-Limit": str(rule.limit),
            "X-RateLimit-Remaining": str(max(0, left)),
            "X-RateLimit-Reset": f"{self._clock() + wait:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": rule.bucket,
        }
        if left >= 0:
            return Verdict(headers)
        return Verdict(headers | _refusal_headers(wait) | {"X-RateLimit-Scope": "user"}, _body(wait, everywhere=False))

    def _count(self, name: str, resource: str, limit: int, per_s: float) -> tuple[int, float]:
        """How many calls are left after this one (negative: none), and the seconds until the window ends."""
        now, key = self._clock(), (name, resource)
        start, used = self._windows.get(key, (now, 0))
        if now - start >= per_s:
            start, used = now, 0
        self._windows[key] = (start, min(used + 1, limit))
        return limit - used - 1, start + per_s - now


def _refusal_headers(wait: float) -> dict[str, str]:
    # Without a Via header discord.py takes a 429 for a ban by Cloudflare and gives up.
    return {"Retry-After": str(int(wait) + 1), "Via": "1.1 google"}


def _body(wait: float, *, everywhere: bool) -> Json:
    return {"message": "You are being rate limited.", "retry_after": round(wait, 3), "global": everywhere}
