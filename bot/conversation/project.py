"""Frozen facts of a conversation: a project (a thread), its sources and its versions (galleries)."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from bot.planner.plan import Plan, ThreadContext
from engine.contract import Box, Family, ImageInfo, JobError, JobRequest, Role, Status


class Fact(BaseModel):
    """Base of the records: frozen; `evolve` makes a changed copy."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def evolve(self, **changes: Any) -> Self:  # any field may change; validation judges it
        """Return a validated copy with some fields changed."""
        return type(self).model_validate({**dict(self), **changes})


class Source(Fact):
    """An image a member gave. `info` is the engine's answer: id, size, advisories and faces."""

    filename: str
    info: ImageInfo
    role: Role | None = None  # as the plan or the member named it


class Variant(Fact):
    """One image (or clip) of a version. `number` counts from 1 over the whole gallery."""

    number: int
    image: str
    model: str
    seed: int
    width: int
    height: int
    clip: bool = False
    poster: str | None = None
    preview: str | None = None
    notes: tuple[str, ...] = ()
    faces: tuple[Box, ...] = ()


class Version(Fact):
    """One gallery. `id` is unique over all projects and stands in every `custom_id`; `number` counts in its project.

    It is a row before it is work: `job` is None until the engine has accepted it,
    `message` is None until it is posted.
    """

    id: int
    project: int
    number: int
    asker: int  # the member who asked for this version
    plan: Plan
    request: JobRequest
    words: str = ""  # the member's own words
    parent: int | None = None  # id of the version it came from
    status: Status = Status.WAITING
    key: str = ""  # the idempotency key its job is submitted with
    job: str | None = None
    message: int | None = None
    files: tuple[str, ...] = ()  # the file names in its message, in order
    sheet: str | None = None  # image id of a comparison's labelled sheet
    created: float = 0.0  # Unix seconds
    ended: float | None = None
    variants: tuple[Variant, ...] = ()
    picks: dict[int, frozenset[int]] = {}  # variant number -> the members who picked it
    notices: tuple[str, ...] = ()  # honest words to show with it
    error: JobError | None = None
    settled: bool = False  # its message shows how it ended, and nothing is left to do
    deleted: bool = False

    def variant(self, number: int) -> Variant | None:
        """Return the variant with this number, or None."""
        return next((v for v in self.variants if v.number == number), None)


class Link(Fact):
    """Where Discord keeps an image that a member gave; good for a day."""

    filename: str
    url: str


class File(Fact):
    """An image that was received; `path` names its bytes in the inbox until the engine has them."""

    filename: str
    path: str


class Pending(Fact):
    """A request that was heard and not yet begun: kept so that a restart loses nothing."""

    user: int
    text: str
    links: tuple[Link, ...] = ()
    files: tuple[File, ...] = ()
    message: int | None = None  # the answer that is already there, which becomes the gallery
    families: tuple[Family, ...] = ()  # chosen by the member, over the planner's choice
    variants: int | None = None


class Project(Fact):
    """A thread and all that was made in it. `place` is where its messages go: the thread, or a DM channel."""

    id: int
    owner: int
    place: int
    guild: int | None = None
    channel: int | None = None  # where it was asked for: the thread's parent, or the place itself
    thread: bool = False  # whether the place is a thread of its own, in which all talk is about it
    origin: int | None = None  # the message (or interaction) it began with
    title: str = ""
    sources: tuple[Source, ...] = ()
    versions: tuple[Version, ...] = ()
    selected: tuple[int, int] | None = None  # version id, variant number: the owner's pick
    created: float = 0.0
    pending: Pending | None = None
    told: frozenset[int] = frozenset()  # members who heard that this is not theirs, and need not hear it again

    def version(self, version_id: int) -> Version | None:
        """Return the version with this id, or None."""
        return next((v for v in self.versions if v.id == version_id), None)

    @property
    def newest(self) -> Version | None:
        """The newest version that has something to show, or None."""
        return next((v for v in reversed(self.versions) if v.variants and not v.deleted), None)

    @property
    def running(self) -> tuple[Version, ...]:
        """Versions that have not ended."""
        return tuple(v for v in self.versions if not v.status.ended and not v.deleted)

    def as_context(self) -> ThreadContext:
        """Describe the project to the planner; while the first version is made, its prompt is what stands."""
        newest = self.newest or next((v for v in reversed(self.versions) if not v.deleted), None)
        selected = self.selected[1] if self.selected and newest and self.selected[0] == newest.id else None
        return ThreadContext(
            sources=len(self.sources) or len(self.pending.links if self.pending else ()),
            variants=len(newest.variants) if newest else 0,
            families=newest.plan.families if newest else (),
            selected=selected,
            versions=sum(1 for v in self.versions if v.variants and not v.deleted) or int(newest is not None),
            prompt=newest.request.prompt if newest else "",
            negative=newest.request.negative if newest else "",
            running=bool(self.running or self.pending),
        )
