"""Model cards as clients see them: pure."""

from __future__ import annotations

from collections.abc import Collection

from engine.contract import ModelView
from engine.jobs.estimate import Speeds, per_variant
from engine.models.card import Card
from engine.models.catalog import Catalog


def model_views(catalog: Catalog, speeds: Speeds, resident: Collection[str] = ()) -> tuple[ModelView, ...]:
    """Return every card, with what was measured of it and why it cannot run here, if it cannot."""
    return tuple(_view(card, catalog, speeds, resident) for card in catalog.cards.values())


def _view(card: Card, catalog: Catalog, speeds: Speeds, resident: Collection[str]) -> ModelView:
    return ModelView(
        id=card.id,
        title=card.title,
        family=card.family,
        kinds=card.kinds,
        licence=card.licence,
        commercial=card.commercial,
        good_at=card.knows.good_at,
        bad_at=card.knows.bad_at,
        styles=card.knows.styles,
        references=card.knows.references,
        roles=card.knows.roles,
        seconds_per_variant=round(per_variant(card, card.kinds[0], speeds), 2),
        resident=card.id in resident,
        why_not=catalog.why_not(card),
        neural=card.neural,
    )
