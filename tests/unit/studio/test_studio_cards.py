"""The cards of the studio."""

import tomllib
from pathlib import Path

import pytest

import engine.models
from engine.contract import Family, Kind, Role
from engine.models.card import Card
from engine.renderers.registry import make

FILES = sorted((Path(engine.models.__file__).parent / "cards").glob("studio-*.toml"))


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def card(request):
    return Card.model_validate(tomllib.loads(request.param.read_text()))


def test_a_card_names_itself_and_a_renderer_that_is_here(card, request):
    assert card.id == request.node.callspec.id
    assert callable(make(card).render)


def test_a_look_takes_every_kind_of_reference(card):
    if card.kinds == (Kind.GENERATE,):
        assert card.knows.references == 4
        assert set(card.knows.roles) == set(Role)
        assert card.knows.styles
        assert not card.neural


def test_there_is_a_look_for_every_family():
    cards = [Card.model_validate(tomllib.loads(path.read_text())) for path in FILES]
    assert {card.family for card in cards} == set(Family)
    assert {kind for card in cards for kind in card.kinds} == set(Kind)


def test_no_two_looks_claim_the_same_word():
    claimed = {}
    for path in FILES:
        card = Card.model_validate(tomllib.loads(path.read_text()))
        assert len(set(card.knows.styles)) == len(card.knows.styles)
        for word in card.knows.styles:
            assert claimed.setdefault(word, card.id) == card.id
