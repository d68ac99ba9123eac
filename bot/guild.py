"""What a server's administrators have set, and what of it a member may do now."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Guild(BaseModel):
    """A server's settings; None means Easel's own default."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int
    watched: frozenset[int] = frozenset()  # channels in which every posted image begins a project
    variants: Annotated[int, Field(ge=1, le=8)] | None = None
    running: Annotated[int, Field(ge=1, le=100)] | None = None  # of one member at the same time
    daily: Annotated[int, Field(ge=1, le=10_000)] | None = None  # of one member in 24 h


def over_limit(running: int, daily: int, running_limit: int, daily_limit: int) -> str | None:
    """Return why a member may not start another job now, in words, or None."""
    if running >= running_limit:
        noun = "request" if running_limit == 1 else "requests"
        return f"You have {running} {noun} running, and {running_limit} is the limit here. Wait for one, or cancel one."
    if daily >= daily_limit:
        return f"You have used your {daily_limit} requests of the last 24 hours. Failed ones are not counted."
    return None
