"""What the engine and its worker say to each other: one JSON object a line, over the worker's stdin and stdout.

This is the whole seam (take a task, stream events, cancel, say what is resident): another kind of worker,
on another machine, has to speak only this.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from engine.contract import JobError, JobRequest, Result
from engine.models.card import Card


class Ref(NamedTuple):
    """Which task: the job's id and the card's."""

    job: str
    model: str


class Line(BaseModel):
    """Base of all messages."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Render(Line):
    """To the worker: make these variants."""

    do: Literal["render"] = "render"
    task: Ref
    card: Card
    request: JobRequest
    variants: tuple[int, ...]


class Stop(Line):
    """To the worker: stop this task at its next step, if it is still at it."""

    do: Literal["stop"] = "stop"
    task: Ref


class Ready(Line):
    """From the worker: it is up and waits for a task."""

    say: Literal["ready"] = "ready"


class Step(Line):
    """From the worker: a step is done; `preview` is in the store."""

    say: Literal["step"] = "step"
    task: Ref
    step: int
    of: int
    preview: str | None = None


class Made(Line):
    """From the worker: a result is in the store."""

    say: Literal["made"] = "made"
    task: Ref
    result: Result


class Over(Line):
    """From the worker: it is free again.

    Args:
        task: What it was at.
        how: Whether it was finished, stopped, or failed with `error`.
        error: Why it failed.
        seconds: How long it took, without loading the model.
        render_s: How much of that the renderer itself worked: not the encoding, not the storing.
        load_s: How long loading took, or None when the model was resident.
        resident: The models that are in memory now.
    """

    say: Literal["over"] = "over"
    task: Ref
    how: Literal["finished", "stopped", "failed"]
    error: JobError | None = None
    seconds: float = 0.0
    render_s: float = 0.0
    load_s: float | None = None
    resident: tuple[str, ...] = ()


Command = Annotated[Render | Stop, Field(discriminator="do")]
Message = Annotated[Ready | Step | Made | Over, Field(discriminator="say")]

COMMANDS: TypeAdapter[Render | Stop] = TypeAdapter(Command)
MESSAGES: TypeAdapter[Ready | Step | Made | Over] = TypeAdapter(Message)
