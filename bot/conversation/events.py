"""What people do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.conversation.project import Source
from engine.contract import Change, Family


class Press(StrEnum):
    """What a button (or select) of a gallery means; the value stands in its `custom_id`."""

    PICK = "pick"
    VARY = "vary"
    AGAIN = "again"
    EDIT = "edit"  # opens the form
    COMPARE = "compare"
    UPSCALE = "upscale"
    FIX_FACE = "face"
    ANIMATE = "animate"
    CLOSER = "closer"  # more like the source
    FURTHER = "further"
    DELETE = "delete"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Posted:
    """A member began a project with images and words."""

    user: int
    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Said:
    """A member spoke in a project's thread, perhaps with further images."""

    user: int
    text: str
    sources: tuple[Source, ...] = ()
    replied_to: int | None = None  # id of the version whose message it answers
    addressed: bool | None = None  # to Easel (True), to another member (False), to nobody in particular (None)


@dataclass(frozen=True)
class Pressed:
    """A member pressed a button of a version; `variant` is 0 where the button is for the whole gallery."""

    user: int
    press: Press
    version: int
    variant: int = 0


@dataclass(frozen=True)
class Submitted:
    """A member sent the edit form of a version."""

    user: int
    version: int
    prompt: str
    family: Family
    change: Change
    exact: bool


@dataclass(frozen=True)
class Reacted:
    """A member set or took back a number reaction on a version's message."""

    user: int
    version: int
    variant: int
    added: bool


Event = Posted | Said | Pressed | Submitted | Reacted
