"""Plain words for line and print lead to the looks that draw so."""

import pytest

from bot.planner.embedded import understand
from bot.planner.plan import Context
from bot.planner.resolve import choose
from engine.contract import Family, Kind
from tests.bench import quality
from tests.support import records


@pytest.fixture(scope="module")
def cards():
    looks = quality.looks().values()
    return [records.model(c.id, family=c.family, styles=tuple(c.knows.styles)) for c in looks]


@pytest.mark.parametrize(
    ("words", "look"),
    [
        ("make it a comic", "ink"),
        ("as a pen and ink drawing", "ink"),
        ("as an ink drawing with crosshatching", "ink"),
        ("turn this into anime", "cel"),
        ("in manga style", "cel"),
        ("as a cartoon", "cel"),
        ("as an engraving", "engraving"),
        ("like a banknote", "engraving"),
        ("an etching please", "engraving"),
        ("as a woodcut", "woodcut"),
        ("a linocut print", "woodcut"),
        ("ukiyo-e style", "woodcut"),
        ("screen print", "screenprint"),
        ("make a travel poster", "screenprint"),
        ("pop art", "screenprint"),
        ("a vintage print", "vintage"),
        ("like an old postcard", "vintage"),
        ("as a blueprint", "blueprint"),
        ("a technical drawing of it", "blueprint"),
        ("line art", "lineart"),
        ("a colouring page", "lineart"),
        ("one continuous line drawing", "lineart"),
    ],
)
def test_words_lead_to_the_look(words, look, cards):
    plan = understand(words, Context(images=1))
    assert plan.families == (Family.ILLUSTRATION,)
    assert [card.id for card in choose(plan, Kind.GENERATE, cards)] == [f"studio-{look}"], plan.prompt
