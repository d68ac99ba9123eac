"""What can go wrong with a language model. A member never sees these: the embedded planner answers instead."""

from __future__ import annotations


class ModelProblem(Exception):
    """The language model gave no plan.

    `outcome` names it in the metrics; `weight` is what it counts for the breaker (see `breaker.LIMIT`), 0 where the
    member's own words may be the cause, so that nobody can switch the model off for the others.
    """

    outcome = "problem"
    weight = 1


class Unreachable(ModelProblem):
    """Nothing answers at its address, or the connection broke."""

    outcome = "unreachable"
    weight = 3


class TooSlow(ModelProblem):
    """It did not answer within the time a member may be kept waiting."""

    outcome = "timeout"
    weight = 3


class Declined(ModelProblem):
    """The server answered with an error; `status` is HTTP's, `after` the seconds it asks to be left alone."""

    outcome = "declined"

    def __init__(self, status: int, detail: str = "", after: float | None = None) -> None:
        super().__init__(f"status {status}: {detail}")
        self.status = status
        self.detail = detail
        self.after = after

    @property
    def passing(self) -> bool:
        """Whether the same question may be answered a moment later."""
        return self.status in {408, 425, 429, 529} or 500 <= self.status < 529

    @property
    def misunderstood(self) -> bool:
        """Whether the server may only not know this way of asking for typed output."""
        return self.status in {400, 404, 415, 422, 501}


class TooLong(ModelProblem):
    """The answer is far longer than any plan."""

    outcome = "too_long"


class Garbled(ModelProblem):
    """The answer is no plan: broken off, not JSON, or of another shape."""

    outcome = "garbled"


class Refused(ModelProblem):
    """The model would not answer."""

    outcome = "refused"
    weight = 0


class Unfit(ModelProblem):
    """The plan does not fit the thread, for example a variant that is not there."""

    outcome = "unfit"
    weight = 0


class Leaking(ModelProblem):
    """The answer repeats the rules it was given, or says what a reply may not say."""

    outcome = "leaking"
    weight = 0
