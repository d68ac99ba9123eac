"""The plan: what the planner understood, and the question it is asked."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from engine.contract import Advisory, Change, Family, Keep, ModelView, Motion, Role

Base = Annotated[int, Field(ge=1, le=8)] | Literal["source"]


class Frozen(BaseModel):
    """Base of the planner's types: frozen, and unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Action(StrEnum):
    """What a member wants."""

    GENERATE = "generate"  #: new variants from a base and a prompt
    ANIMATE = "animate"  #: a clip from a base
    UPSCALE = "upscale"  #: a larger copy of a base
    FIX_FACE = "fix_face"  #: better faces in a base, and nothing else
    REROLL = "reroll"  #: the same again with other seeds
    PICK = "pick"  #: choose a variant
    BACK = "back"  #: an earlier version
    CANCEL = "cancel"  #: stop what runs
    TALK = "talk"  #: nothing to render; only the reply matters


class Reference(Frozen):
    """What image number `image` (from 1, in the order they were given) contributes."""

    image: Annotated[int, Field(ge=1, le=8)]
    role: Role


class Paper(Frozen):
    """A print size: `name` is what the member called it, `dpi` how fine it is wanted.

    `times` is how much larger the picture is to be, when the member said that too.
    """

    name: str
    short_mm: Annotated[float, Field(gt=0)]
    long_mm: Annotated[float, Field(gt=0)]
    dpi: Annotated[int, Field(ge=1, le=1200)]
    times: Annotated[int, Field(ge=2, le=4)] | None = None

    def evolve(self, **changes: object) -> Paper:
        """Return a validated copy with some fields changed."""
        return Paper.model_validate({**self.model_dump(), **changes})


class Plan(Frozen):
    """What the planner understood of a message.

    `families` empty means: the family of the version it refines, else the planner's choice.
    `base` None means: the selected variant, else the source. `version` names an earlier version, from 1.
    `prompt` describes the finished picture and is never a command. `looks` are set when several looks, some of one
    family, are to be compared: each in the member's words.
    """

    action: Action
    families: tuple[Family, ...] = ()
    looks: Annotated[tuple[str, ...], Field(max_length=8)] = ()
    base: Base | None = None
    version: Annotated[int, Field(ge=1)] | None = None
    prompt: str = ""
    negative: str = ""
    variants: Annotated[int, Field(ge=1, le=8)] | None = None
    change: Change | None = None
    keep: frozenset[Keep] = frozenset()
    references: tuple[Reference, ...] = ()
    motion: tuple[Motion, ...] = ()
    seconds: Annotated[float, Field(ge=1, le=10)] | None = None
    scale: Annotated[int, Field(ge=2, le=4)] | None = None
    paper: Paper | None = None  # what it is to be printed on; decides the scale when the picture's size is known
    exact: bool = False  # the member's words, untouched
    reason: str = ""
    cautions: tuple[str, ...] = ()
    reply: str = ""
    note: str = ""  # how it came to be understood, where the gallery should say so

    def evolve(self, **changes: object) -> Plan:
        """Return a validated copy with some fields changed."""
        return Plan.model_validate({**self.model_dump(), **changes})


class ThreadContext(BaseModel):
    """What a thread holds when a member speaks in it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sources: int = 0
    variants: int = 0  # of the newest version
    families: tuple[Family, ...] = ()  # of the newest version
    selected: int | None = None
    versions: int = 0
    prompt: str = ""  # the standing prompt, which a follow-up edits
    negative: str = ""
    running: bool = False  # something can be cancelled


class Turn(BaseModel):
    """One gallery of a thread: what was asked, and what came of it. `picked` is the owner's pick of its variants."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int
    words: str
    action: Action
    families: tuple[Family, ...] = ()
    base: Base | None = None
    prompt: str = ""
    variants: int = 0
    picked: int | None = None


class Context(BaseModel):
    """What the planner knows beside the words. `images` came with this very message.

    `turns` are the thread's last galleries, `pictures` the engine's ids of its sources and then of the new images,
    both in order; `models` are the cards as they are known now.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    images: int = 0
    thread: ThreadContext | None = None
    advisories: tuple[Advisory, ...] = ()
    faces: int = 0  # found in the first source
    turns: tuple[Turn, ...] = ()
    pictures: tuple[str, ...] = ()
    models: tuple[ModelView, ...] = ()


class Planner(Protocol):
    """Understands words. The embedded planner and a language model are two of them."""

    async def plan(self, text: str, context: Context) -> Plan:
        """Return what the member wants; never raises for anything a member can write."""
        ...
