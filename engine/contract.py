"""The wire types of the engine's HTTP contract.

Requests are strict about names (`extra="forbid"`): a typo is an error, not a default.
Answers are tolerant (`extra="ignore"`), so that an older bot survives a newer engine.
This module imports nothing heavy: the bot shares it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_UPLOAD_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 64_000_000
MAX_IMAGES = 4
MAX_VARIANTS = 8
MAX_SECONDS = 10


class Request(BaseModel):
    """Base of what comes in: frozen, and unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(BaseModel):
    """Base of what goes out: frozen, and unknown names are ignored by the reader."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Family(StrEnum):
    """What a member chooses between; `tool` cards (upscale, faces) are never offered as a family."""

    PHOTOREAL = "photoreal"
    ILLUSTRATION = "illustration"
    CONCEPT3D = "concept3d"
    VIDEO = "video"
    TOOL = "tool"


class Kind(StrEnum):
    """What a job does."""

    GENERATE = "generate"
    ANIMATE = "animate"
    UPSCALE = "upscale"
    FIX_FACE = "fix_face"


class Role(StrEnum):
    """What an image contributes. The first image of a job is its subject unless said otherwise."""

    SUBJECT = "subject"
    COMPOSITION = "composition"
    STYLE = "style"
    PALETTE = "palette"
    LIGHTING = "lighting"


class Change(StrEnum):
    """How far a result may go from its source."""

    SUBTLE = "subtle"
    BALANCED = "balanced"
    STRONG = "strong"


class Keep(StrEnum):
    """What must survive."""

    COMPOSITION = "composition"
    IDENTITY = "identity"
    COLORS = "colors"
    BACKGROUND = "background"
    TEXT = "text"


class Motion(StrEnum):
    """How a clip moves. Motions combine; LOOP makes the last frame lead into the first."""

    PUSH_IN = "push_in"
    PULL_BACK = "pull_back"
    PAN = "pan"
    ORBIT = "orbit"
    FOG = "fog"
    RAIN = "rain"
    SNOW = "snow"
    WATER = "water"
    CLOUDS = "clouds"
    WIND = "wind"
    FIRE = "fire"
    SPARKLE = "sparkle"
    LOOP = "loop"


class Status(StrEnum):
    """Where a job or a task stands."""

    WAITING = "waiting"  #: a row in the ledger; nobody works on it
    RUNNING = "running"  #: a worker holds the device for it
    DONE = "done"  #: every result is stored
    FAILED = "failed"  #: it ended without its results; `error` says why
    CANCELLED = "cancelled"  #: its owner stopped it

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in {Status.DONE, Status.FAILED, Status.CANCELLED}


class Advisory(Answer):
    """Something about a source that is likely to hurt the result; nothing is refused for it.

    `code` is one of blurry, dark, bright, low_resolution, compressed, tiny_faces, scaled_down.
    `value` was measured, `threshold` is where the warning begins (same unit).
    """

    code: str
    value: float
    threshold: float


class Box(Answer):
    """A rectangle in pixels of the upright image."""

    x: int
    y: int
    w: int
    h: int


class Swatch(Answer):
    """One of a picture's main colours, as "#rrggbb", and its share of the picture (0..1)."""

    colour: str
    share: float


class Mood(Answer):
    """A picture's light and colours in a few numbers, CIE Lab.

    `lightness` (mean L, 0..100), `contrast` (its deviation), `warmth` (mean b*: amber above 0, blue below), `chroma`;
    `light` points to where the light comes from (x to the right, y down; length 0 for none to 1);
    `flat` is how much it looks like a flat drawing, 0..1; `palette` is the largest colour first.
    """

    lightness: float
    contrast: float
    warmth: float
    chroma: float
    light: tuple[float, float] = (0.0, 0.0)
    flat: float = 0.0
    palette: tuple[Swatch, ...] = ()


class ImageInfo(Answer):
    """An image in the store. `id` is the SHA-256 of its stored bytes, in hex."""

    id: str
    width: int
    height: int
    format: str  # how it is stored: "png", "jpeg" or "webp"; clips are "mp4"
    bytes: int = 0
    advisories: tuple[Advisory, ...] = ()
    faces: tuple[Box, ...] = ()
    mood: Mood | None = None  # None for what was not uploaded, or long ago


class ImageRef(Request):
    """An image of a job and what it contributes (`weight` from 0 to 1)."""

    id: str
    role: Role = Role.SUBJECT
    weight: Annotated[float, Field(ge=0, le=1)] = 1.0


class Size(Request):
    """A wish for the long side of the result, in pixels; the aspect is always the source's."""

    long_side: Annotated[int, Field(ge=64, le=8192)]


class JobRequest(Request):
    """One request to the engine, over one or more models. `client` is who asked, for fairness."""

    kind: Kind = Kind.GENERATE
    models: Annotated[tuple[str, ...], Field(min_length=1, max_length=8)]
    images: Annotated[tuple[ImageRef, ...], Field(min_length=1, max_length=MAX_IMAGES)]
    prompt: Annotated[str, Field(max_length=4000)] = ""
    negative: Annotated[str, Field(max_length=2000)] = ""
    variants: Annotated[int, Field(ge=1, le=MAX_VARIANTS)] = 4
    change: Change = Change.BALANCED
    keep: frozenset[Keep] = frozenset()
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    size: Size | None = None
    motion: tuple[Motion, ...] = ()
    seconds: Annotated[float, Field(ge=1, le=MAX_SECONDS)] = 4.0
    scale: Annotated[int, Field(ge=2, le=4)] = 2
    client: Annotated[str, Field(max_length=100)] = "anonymous"

    @model_validator(mode="after")
    def _models_once(self) -> JobRequest:
        if len(set(self.models)) != len(self.models):
            raise ValueError("each model once")
        return self


class SheetCell(Request):
    """One picture on a comparison sheet and the words under it; a clip shows its first frame."""

    image: str
    label: Annotated[str, Field(max_length=200)] = ""


class SheetRequest(Request):
    """A labelled sheet of pictures; without `columns` the engine lays it out. `client` will own it."""

    cells: Annotated[tuple[SheetCell, ...], Field(min_length=1, max_length=64)]
    columns: Annotated[int, Field(ge=1, le=16)] | None = None
    client: Annotated[str, Field(max_length=100)] = "anonymous"


class Problem(Answer):
    """RFC 9457 problem details. `code` is stable; `detail` is for people."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str


class JobError(Answer):
    """Why a job or a task failed: `code` is stable, `detail` says what happened and what to do."""

    code: str
    detail: str


class Result(Answer):
    """One picture or clip. `variant` counts from 0 within its model; `seed` made it.

    `clip` is true for an MP4; `poster` and `preview` are then a still and a small animated WebP.
    """

    id: str
    model: str
    variant: int
    seed: int
    width: int
    height: int
    clip: bool = False
    poster: str | None = None
    preview: str | None = None
    notes: tuple[str, ...] = ()  # honest words from the renderer, e.g. "no face found"


class TaskView(Answer):
    """One job's work for one model."""

    model: str
    status: Status
    step: int = 0
    of: int = 0
    attempts: int = 0
    error: JobError | None = None


class JobView(Answer):
    """A job as its owner sees it. `position` counts the tasks ahead of it (0: it runs or is next)."""

    id: str
    kind: Kind
    status: Status
    position: int | None = None
    eta_s: float | None = None
    tasks: tuple[TaskView, ...] = ()
    results: tuple[Result, ...] = ()
    error: JobError | None = None
    created: float = 0.0  # Unix seconds


class Queued(Answer):
    """The job waits: `position` tasks are ahead of it, and it should end in `eta_s` seconds."""

    type: Literal["queued"] = "queued"
    position: int
    eta_s: float | None = None


class Started(Answer):
    """A worker has taken the task of `model`."""

    type: Literal["started"] = "started"
    model: str
    eta_s: float | None = None


class Progress(Answer):
    """Step `step` of `of` of `model` is done; `preview` may name a small picture in the store."""

    type: Literal["progress"] = "progress"
    model: str
    step: int
    of: int
    preview: str | None = None


class Resulted(Answer):
    """A result is stored and can be shown."""

    type: Literal["result"] = "result"
    result: Result


class Done(Answer):
    """Every task has ended and at least one gave results."""

    type: Literal["done"] = "done"


class Failed(Answer):
    """No task gave a result."""

    type: Literal["failed"] = "failed"
    error: JobError


class Cancelled(Answer):
    """The job was stopped; what it had made stays."""

    type: Literal["cancelled"] = "cancelled"


#: Sent by `GET /api/v1/jobs/{id}/events`; the SSE event name is `type`, the id a growing integer.
Event = Queued | Started | Progress | Resulted | Done | Failed | Cancelled


class ModelView(Answer):
    """A model card as the bot sees it; `why_not` says why it cannot run here, else it is None."""

    id: str
    title: str
    family: Family
    kinds: tuple[Kind, ...]
    licence: str
    commercial: bool = True
    good_at: tuple[str, ...] = ()
    bad_at: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    references: int = 1
    roles: tuple[Role, ...] = ()
    seconds_per_variant: float | None = None
    resident: bool = False
    why_not: str | None = None
    neural: bool = True


class QueueView(Answer):
    """What the queue looks like now."""

    waiting: int
    running: int
    eta_s: float | None = None
