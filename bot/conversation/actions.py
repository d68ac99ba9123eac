"""What to do next. `decide` returns these; the client carries them out."""

from __future__ import annotations

from dataclasses import dataclass

from bot.planner.plan import Plan


@dataclass(frozen=True)
class StartJob:
    """Make a new version. `plan` is complete: base and families are decided.

    `parent` is the version whose variant `plan.base` names (None when the base is a source).
    `fresh` asks for other seeds than the parent's.
    """

    plan: Plan
    words: str = ""
    parent: int | None = None
    fresh: bool = True
    base_image: str | None = None  # the engine id of the base, None for the sources


@dataclass(frozen=True)
class Select:
    """Make this variant the project's selection and show it on its gallery."""

    version: int
    variant: int


@dataclass(frozen=True)
class CountPick:
    """Count (or discount) a member's pick and show the counts."""

    user: int
    version: int
    variant: int
    added: bool


@dataclass(frozen=True)
class ShowGallery:
    """Post this earlier version's gallery again, at the end of the thread."""

    version: int


@dataclass(frozen=True)
class OpenForm:
    """Open the edit form of this version."""

    version: int


@dataclass(frozen=True)
class Cancel:
    """Stop this version's job."""

    version: int


@dataclass(frozen=True)
class Withdraw:
    """Drop the request that has not begun."""


@dataclass(frozen=True)
class Delete:
    """Delete this version's message and pictures."""

    version: int


@dataclass(frozen=True)
class Say:
    """Say this in the thread."""

    text: str


@dataclass(frozen=True)
class Refuse:
    """Tell only the member who acted why nothing happened."""

    text: str


Action = StartJob | Select | CountPick | ShowGallery | OpenForm | Cancel | Withdraw | Delete | Say | Refuse
