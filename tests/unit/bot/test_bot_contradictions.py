"""References that pull apart are told by measured distances, and never refused."""

import pytest

from bot.conversation import advice
from bot.conversation.contradictions import colour_name, contradictions, lab_of, palettes_apart
from bot.planner.plan import Action, Plan, Reference
from engine.contract import Family, ImageInfo, Keep, Mood, Role, Swatch
from tests.support import records

AMBER = (("#c9822e", 0.5), ("#7a3f16", 0.3), ("#e9c083", 0.2))
HONEY = (("#c48a3a", 0.5), ("#80481c", 0.3), ("#e4bd86", 0.2))
BLUE = (("#2d5f9e", 0.5), ("#12284a", 0.3), ("#9dbbdd", 0.2))
GREYS = (("#777777", 0.6), ("#c0c0c0", 0.4))


def mood(colours=AMBER, **kwargs):
    palette = tuple(Swatch(colour=code, share=share) for code, share in colours)
    return Mood(**{"lightness": 50, "contrast": 20, "warmth": 10, "chroma": 20, "palette": palette} | kwargs)


def picture(look, number=1):
    return records.source().evolve(info=records.info(f"{number:064x}", mood=look))


def said(references, *moods, keep=(), families=(Family.ILLUSTRATION,)):
    """What is said of a subject and then the references, each with its mood."""
    sources = [picture(look, number) for number, look in enumerate(moods, 1)]
    named = tuple(Reference(image=number, role=role) for number, role in enumerate(references, 1))
    plan = Plan(action=Action.GENERATE, references=named, keep=frozenset(keep))
    return contradictions(sources, plan, families)


S, P, L, Y = Role.SUBJECT, Role.PALETTE, Role.LIGHTING, Role.STYLE


@pytest.mark.parametrize(
    ("roles", "moods", "words"),
    [
        ((S, P, P), (mood(), mood(AMBER), mood(BLUE)), ("first palette is warm amber", "second cold blue", "lead")),
        ((S, L, L), (mood(), mood(light=(-0.7, 0)), mood(light=(0.6, 0.2))), ("from the left", "from the right")),
        ((S, L, L), (mood(), mood(lightness=20), mood(lightness=75)), ("dark", "bright", "halfway")),
        ((S, L), (mood(light=(0.5, 0)), mood(light=(-0.5, 0))), ("lit from the right", "picture 2 from the left")),
        ((S, L), (mood(lightness=82), mood(lightness=18)), ("it is dark and your picture bright",)),
        ((S, Y, P), (mood(), mood(BLUE), mood(AMBER)), ("style picture is cold blue", "palette leads")),
    ],
)
def test_what_pulls_apart_is_said_in_one_sentence(roles, moods, words):
    (line,) = said(roles, *moods)
    assert all(word in line for word in words)


@pytest.mark.parametrize(
    ("roles", "moods"),
    [
        ((S, P, P), (mood(), mood(AMBER), mood(HONEY))),
        ((S, L, L), (mood(), mood(light=(0.5, 0)), mood(light=(0.4, -0.3)))),
        ((S, L), (mood(light=(0.1, 0.9)), mood(light=(-0.1, -0.9)))),  # a sky and a pale floor are no lamps
        ((S, L), (mood(lightness=60), mood(lightness=40))),
        ((S, Y), (mood(), mood(flat=0.9))),
        ((S, P), (mood(), mood(BLUE))),
        ((S, P, P), (None, None, None)),  # taken in before moods were measured
    ],
)
def test_what_agrees_is_not_talked_about(roles, moods):
    assert said(roles, *moods) == ()


def test_kept_colours_and_a_foreign_palette_exclude_each_other():
    (line,) = said((S, P), mood(AMBER), mood(BLUE), keep=[Keep.COLORS])
    assert "colours stay" in line
    assert said((S, P), mood(AMBER), mood(HONEY), keep=[Keep.COLORS]) == ()


def test_a_palette_of_an_earlier_message_still_counts_when_colours_are_to_be_kept():
    sources = [picture(mood(AMBER)), picture(mood(BLUE), 2).evolve(role=Role.PALETTE)]
    assert contradictions(sources, Plan(action=Action.GENERATE, keep=frozenset({Keep.COLORS})), ()) != ()


def test_a_flat_drawing_is_a_poor_style_for_a_photograph():
    (line,) = said((S, Y), mood(), mood(flat=0.9), families=(Family.PHOTOREAL,))
    assert "Illustration follows it better" in line


def test_the_measured_sentence_takes_the_place_of_the_general_one_and_comes_first():
    sources = [picture(look, n) for n, look in enumerate((mood(), mood(AMBER), mood(BLUE)), 1)]
    plan = Plan(
        action=Action.GENERATE,
        references=tuple(Reference(image=n, role=role) for n, role in enumerate((S, P, P), 1)),
        cautions=("Glass is hard.",),
    )
    lines = advice.before(sources, plan, [records.MODELS[1]])
    assert lines[0].startswith("The first palette is warm amber")
    assert advice.SOLE_ROLES[Role.PALETTE] not in lines
    unmeasured = [source.evolve(info=source.info.model_copy(update={"mood": None})) for source in sources]
    assert advice.before(unmeasured, plan, [records.MODELS[1]])[0] == advice.SOLE_ROLES[Role.PALETTE]


@pytest.mark.parametrize(
    ("colours", "name"),
    [(AMBER, "warm amber"), (BLUE, "cold blue"), (GREYS, "grey"), ((("#2f7d3a", 1.0),), "green")],
)
def test_colours_have_plain_names(colours, name):
    assert colour_name(mood(colours)) == name


def test_a_distance_is_the_same_both_ways_and_nothing_to_itself():
    assert palettes_apart(mood(AMBER), mood(BLUE)) == palettes_apart(mood(BLUE), mood(AMBER)) > 20
    assert palettes_apart(mood(AMBER), mood(AMBER)) == 0


def test_lab_of_a_code_is_cie_lab():
    assert lab_of("#ffffff") == pytest.approx((100, 0, 0), abs=0.2)
    assert lab_of("#ff0000") == pytest.approx((53.2, 80.1, 67.2), abs=0.3)


def test_an_image_from_before_has_no_mood_and_loads():
    old = '{"id": "a", "width": 3, "height": 2, "format": "png"}'
    assert ImageInfo.model_validate_json(old).mood is None
