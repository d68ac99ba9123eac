"""The circuit breaker: a server that fails is left alone for a while, and members do not wait for it. Pure.

After `REST_S` one question is let through (half-open); while it is under way the others are spared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

#: Problems in a row that open it, by their weight: one that cost the whole time weighs as much.
LIMIT = 3
REST_S, LONGEST_REST_S = 20.0, 600.0
#: A trial that has not reported after so long was cancelled with its asker, and counts no more.
TRIAL_S = 60.0


@dataclass(frozen=True)
class Breaker:
    """How a server fared. Times are of a monotonic clock, in seconds; `rest` is how long it is left alone next."""

    weight: int = 0
    resting_until: float | None = None
    rest: float = REST_S
    trial: float | None = None

    @property
    def open(self) -> bool:
        """Whether the server is left alone, or on trial."""
        return self.resting_until is not None

    def asks(self, now: float) -> bool:
        """Whether a question may be put now."""
        if self.resting_until is None:
            return True
        busy = self.trial is not None and now - self.trial < TRIAL_S
        return now >= self.resting_until and not busy

    def asked(self, now: float) -> Breaker:
        """A question is put; when it is open, that one is the trial."""
        return replace(self, trial=now) if self.open else self

    def answered(self) -> Breaker:
        """The server did its work: everything is forgiven."""
        return Breaker()

    def released(self) -> Breaker:
        """Nothing was learnt of the server: the next question may be the trial."""
        return replace(self, trial=None)

    def failed(self, now: float, weight: int = 1, after: float | None = None) -> Breaker:
        """Count a problem; `after` is how long the server itself asks to be left alone, in seconds.

        One without weight is none of the server's.
        """
        if weight == 0:
            return self.answered()
        if self.resting_until is not None and now < self.resting_until:
            return self  # it was asked before, and adds nothing
        total = self.weight + weight
        if total < LIMIT and not self.open:
            return replace(self, weight=total)
        rest = min(max(self.rest, after or 0.0), LONGEST_REST_S)
        return Breaker(LIMIT, now + rest, min(rest * 2, LONGEST_REST_S))
