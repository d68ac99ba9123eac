"""How long work takes: from measured speeds, and from the card before there are any. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.contract import ImageRef, JobRequest, Kind
from engine.models.card import Card

#: The weight of the newest measurement in the moving average.
_NEWEST = 0.3
#: Below this a render costs its fixed parts.
_LEAST_MEGAPIXELS = 0.1
#: Seconds for a unit of work on a modest machine, before anything is measured.
_GUESS = {Kind.GENERATE: 1.5, Kind.ANIMATE: 1.5, Kind.UPSCALE: 12.0, Kind.FIX_FACE: 3.0}
_GUESS_NEURAL_STEP = 3.0
_GUESS_LOAD_PER_GB = 3.0


@dataclass(frozen=True)
class Speed:
    """What was measured of one card and kind.

    Args:
        per_unit: Seconds for one `work` unit.
        load_s: Seconds to load the model.
        samples: How many measurements are in it.
    """

    per_unit: float
    load_s: float = 0.0
    samples: int = 1

    def learned(self, per_unit: float, load_s: float | None) -> Speed:
        """Return the speed after one more measurement; `load_s` is None when the model was loaded already."""
        blend = self.per_unit + _NEWEST * (per_unit - self.per_unit)
        return Speed(blend, self.load_s if load_s is None else load_s, self.samples + 1)


Speeds = Mapping[tuple[str, Kind], Speed]


def work(request: JobRequest, card: Card, size: tuple[int, int], variants: int) -> float:
    """Return the units of work in a task: megapixels times variants (times seconds, for clips).

    Args:
        request: What was asked.
        card: Who shall do it.
        size: Width and height of the subject, in pixels.
        variants: How many are still to be made.
    """
    wished = request.size.long_side if request.size else card.defaults.long_side
    shrink = 1.0 if request.kind in {Kind.UPSCALE, Kind.FIX_FACE} else min(1.0, wished / max(size))
    megapixels = max(size[0] * size[1] * shrink * shrink / 1e6, _LEAST_MEGAPIXELS)
    return megapixels * variants * (request.seconds if request.kind is Kind.ANIMATE else 1.0)


def speed_of(card: Card, kind: Kind, speeds: Speeds) -> Speed:
    """Return what was measured of a card, or a guess from what it says of itself."""
    measured = speeds.get((card.id, kind))
    if measured is not None:
        return measured
    if not card.neural:
        return Speed(_GUESS[kind], samples=0)
    is_tool = kind in {Kind.UPSCALE, Kind.FIX_FACE}
    per_unit = _GUESS[kind] if is_tool else _GUESS_NEURAL_STEP * card.defaults.steps
    return Speed(per_unit, _GUESS_LOAD_PER_GB * card.needs.memory_gb, samples=0)


def per_variant(card: Card, kind: Kind, speeds: Speeds) -> float:
    """Return the seconds one variant of a square picture takes at the card's own size (four seconds, for clips)."""
    side = card.defaults.long_side
    request = JobRequest(kind=kind, models=(card.id,), images=(ImageRef(id=""),), seconds=4.0)
    return work(request, card, (side, side), 1) * speed_of(card, kind, speeds).per_unit
