"""A model card: one TOML file that says what a model is, needs and is good at."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from engine.contract import Change, Family, Kind, Role


class Part(BaseModel):
    """Base of a card's tables: frozen, and an unknown key is an error in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Weights(Part):
    """Where a model's weights are: a hub repository and revision, or a local folder."""

    repo: str | None = None
    revision: str | None = None
    path: str | None = None


class Defaults(Part):
    """What a render starts from. Sides are padded to `multiple` and cropped back."""

    steps: Annotated[int, Field(ge=1, le=200)] = 1
    guidance: float = 0.0
    multiple: Annotated[int, Field(ge=1, le=128)] = 1
    long_side: Annotated[int, Field(ge=64, le=8192)] = 1024
    change: dict[Change, float] = {Change.SUBTLE: 0.35, Change.BALANCED: 0.65, Change.STRONG: 1.0}


class Needs(Part):
    """What a model needs to run."""

    memory_gb: Annotated[float, Field(ge=0)] = 0.5
    device: Annotated[str, Field(pattern="^(any|cuda)$")] = "any"


class Knows(Part):
    """What a model is good and bad at, the words that ask for it, and what images it takes.

    `weakest` says in one plain sentence where it fails first.
    """

    good_at: tuple[str, ...] = ()
    bad_at: tuple[str, ...] = ()
    weakest: str = ""
    styles: tuple[str, ...] = ()
    references: Annotated[int, Field(ge=1, le=4)] = 1
    roles: tuple[Role, ...] = (Role.SUBJECT,)


class Card(Part):
    """One model. `renderer` is a name in `engine/renderers/registry.py`, or `package.module:Class`.

    Of models that suit a request alike, the one of the lowest `rank` is taken.
    """

    id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9.-]{0,62}$")]
    title: str
    family: Family
    renderer: str
    licence: str
    commercial: bool = True
    rank: Annotated[int, Field(ge=0, le=100)] = 50
    kinds: tuple[Kind, ...] = (Kind.GENERATE,)
    weights: Weights | None = None
    defaults: Defaults = Defaults()
    needs: Needs = Needs()
    knows: Knows = Knows()

    @property
    def neural(self) -> bool:
        """Whether it runs on trained weights; a card with none is the studio's own image-making."""
        return self.weights is not None
