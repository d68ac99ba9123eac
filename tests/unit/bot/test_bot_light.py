"""Which words of a member lead to the studio's photographic looks."""

import pytest

from bot.planner.embedded import understand
from bot.planner.plan import Context
from bot.planner.resolve import style_match
from engine.contract import Family
from tests.bench.quality import looks

ONE = Context(images=1)


def card_for(words):
    """Return the card that a message leads to, and its prompt."""
    plan = understand(words, ONE)
    assert plan.families == (Family.PHOTOREAL,)
    cards = [card for card in looks().values() if card.family is Family.PHOTOREAL]
    return max(cards, key=lambda card: style_match(plan.prompt, card.knows)).id, plan.prompt


@pytest.mark.parametrize(
    ("words", "card"),
    [
        ("make it golden hour", "golden"),
        ("sunset light", "golden"),
        ("at night", "night"),
        ("turn this into a night scene", "night"),
        ("make it overcast", "overcast"),
        ("studio softbox lighting", "softbox"),
        ("professional headshot", "portrait"),
        ("black and white film", "film"),
        ("polaroid", "film"),
        ("make it 70s film", "film"),
        ("cinematic", "film"),
        ("film noir", "film"),
        ("make it a photo", "natural"),
        ("shade my sketch", "shaded"),
        ("add light and shadow to my drawing", "shaded"),
        ("color this sketch", "shaded"),
        ("make my drawing realistic", "shaded"),
        ("render this sketch", "shaded"),
    ],
)
def test_plain_words_lead_to_their_look(words, card):
    assert card_for(words)[0] == f"studio-{card}"


@pytest.mark.parametrize("words", ["shade my sketch", "color this sketch", "make my drawing realistic"])
def test_a_prompt_for_a_sketch_describes_and_does_not_order(words):
    prompt = card_for(words)[1].lower()
    assert "shaded sketch" in prompt
    assert words not in prompt
    assert "shadow on the paper" in prompt


def test_a_sketch_that_is_only_the_source_is_no_look():
    assert understand("turn my sketch into an oil painting", ONE).families == (Family.ILLUSTRATION,)
