"""The model cards: those that come with Easel and the operator's own, and what can run here."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from engine.contract import Kind
from engine.errors import ModelNotFound, ModelUnavailable, WrongKind
from engine.models.card import Card
from engine.models.machine import Machine, this_machine
from engine.settings import EngineSettings

PACKAGED = Path(__file__).parent / "cards"


@dataclass(frozen=True)
class BrokenCard:
    """A card file that cannot be read, and why."""

    file: Path
    why: str


@dataclass(frozen=True)
class Catalog:
    """Every card by its id, and the files that are none.

    Args:
        cards: By id, in the order of their ranks.
        machine: Where they are to run.
        missing: Says why a renderer of this name cannot be made, or None.
        broken: Files that were left out.
    """

    cards: Mapping[str, Card]
    machine: Machine
    missing: Callable[[str], str | None]
    broken: tuple[BrokenCard, ...] = ()

    def why_not(self, card: Card) -> str | None:
        """Say why a card cannot run here, or None."""
        return _lacks(card, self.machine) or self.missing(card.renderer)

    def runnable(self, model: str, kind: Kind) -> Card:
        """Return the card of a model that can do this kind of job here.

        Raises:
            ModelNotFound: There is no such card.
            WrongKind: It does not do this.
            ModelUnavailable: It cannot run on this machine.
        """
        card = self.cards.get(model)
        if card is None:
            raise ModelNotFound(f"There is no model called {model[:80]!r} here.")
        if kind not in card.kinds:
            able = ", ".join(card.kinds)
            raise WrongKind(f"{card.title} cannot do {kind}; it can do: {able}.")
        if why := self.why_not(card):
            raise ModelUnavailable(f"{card.title} cannot run here: {why}")
        return card


def here(settings: EngineSettings, missing: Callable[[str], str | None]) -> Catalog:
    """Return the packaged cards and the operator's, for this machine."""
    own = [settings.cards_dir] if settings.cards_dir else []
    return load([PACKAGED, *own], this_machine(settings), missing)


def load(folders: Iterable[Path], machine: Machine, missing: Callable[[str], str | None]) -> Catalog:
    """Read the cards of some folders; a later folder's card replaces an earlier one's of the same id.

    A file that is no card is named in `broken` and left out.
    """
    cards: dict[str, Card] = {}
    broken: list[BrokenCard] = []
    for folder in folders:
        found, bad = _read_folder(folder)
        cards |= found
        broken += bad
    ordered = sorted(cards.values(), key=lambda card: (card.rank, card.id))
    return Catalog({card.id: card for card in ordered}, machine, missing, tuple(broken))


def _read_folder(folder: Path) -> tuple[dict[str, Card], list[BrokenCard]]:
    cards: dict[str, Card] = {}
    broken: list[BrokenCard] = []
    if not folder.is_dir():
        return cards, [BrokenCard(folder, "there is no such folder")]
    for file in sorted(folder.glob("*.toml")):
        card = _read(file)
        if isinstance(card, str):
            broken.append(BrokenCard(file, card))
        elif card.id in cards:
            broken.append(BrokenCard(file, f"another card in this folder has the id {card.id!r}"))
        else:
            cards[card.id] = card
    return cards, broken


def _read(file: Path) -> Card | str:
    """The card, or why there is none."""
    try:
        return Card.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return str(error)
    except ValidationError as error:
        return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'card'}: {e['msg']}" for e in error.errors())


def _lacks(card: Card, machine: Machine) -> str | None:
    if card.needs.device == "cuda" and not machine.cuda:
        return "it needs an NVIDIA GPU."
    if card.needs.memory_gb > machine.memory_gb:
        return f"it needs {card.needs.memory_gb:g} GB of memory; models may take {machine.memory_gb:.1f} GB here."
    weights = card.weights.path if card.weights else None
    if weights and not Path(weights).exists():
        return f"its weights are not at {weights}."
    return None
