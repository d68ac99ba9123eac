"""A plan becomes a request that can be carried out here, or an error that says why not."""

import pytest

from bot.conversation.actions import StartJob
from bot.errors import NoImage, NothingCanRun
from bot.planner.plan import Action, Plan, Reference
from bot.planner.resolve import resolve, version_base
from engine.contract import Change, Family, ImageRef, Keep, Kind, Motion, Role
from tests.support import records

THREE = (Family.PHOTOREAL, Family.ILLUSTRATION, Family.CONCEPT3D)
SOURCES = tuple(records.source(letter * 64) for letter in "abcd")


def plan(action=Action.GENERATE, **changes):
    return Plan(action=action, **{"families": (Family.ILLUSTRATION,), "prompt": "soft paper"} | changes)


def resolved(plan_, project=None, models=records.MODELS, **start):
    started = StartJob(plan_, **start)
    return resolve(started, project or records.project(), models, seed=5, client="1001", variants=4)


@pytest.mark.parametrize(
    ("prompt", "card"),
    [
        ("a comic panel", "ink"),
        ("a pen-and-ink comic", "ink"),
        ("two comics", "ink"),
        ("a watercolour wash", "watercolor"),
        ("a pink dress", "watercolor"),  # "ink" is no word of it
        ("nothing in particular", "watercolor"),
    ],
)
def test_style_words_choose_the_card_of_a_family(prompt, card):
    assert resolved(plan(prompt=prompt)).models == (card,)


def test_the_longest_style_word_wins():
    models = (records.model("a", styles=("oil",)), records.model("b", styles=("oil painting",)))
    assert resolved(plan(prompt="an oil painting"), models=models).models == ("b",)


def test_without_style_words_the_parents_model_stays():
    old = records.version(request=records.version().request.model_copy(update={"models": ("ink",)}))
    assert resolved(plan(prompt="at night"), records.project(old), parent=old.id).models == ("ink",)


COMPARED = plan(prompt="the same picture in comic and watercolor, warm light", looks=("comic", "watercolor"))


@pytest.mark.parametrize(
    ("looks", "cards"),
    [
        (("watercolor", "comic"), ("watercolor", "ink")),
        (("comic", "comic strip", "watercolor"), ("ink", "watercolor")),
        (("comic", "batik"), ("ink",)),  # of what is not here there is nothing to compare
    ],
)
def test_looks_of_one_family_are_compared_by_name(looks, cards):
    assert resolved(plan(prompt="in comic and watercolor", looks=looks)).models == cards


@pytest.mark.parametrize(
    ("follow_up", "card"),
    [
        ({"looks": ()}, "watercolor"),
        ({"looks": (), "prompt": "the same picture in comic and watercolor, at night"}, "watercolor"),
        ({"looks": (), "prompt": "a comic panel, warm light"}, "ink"),
    ],
)
def test_who_picks_from_a_comparison_goes_on_with_that_look(follow_up, card):
    both = records.version().request.model_copy(update={"models": ("ink", "watercolor")})
    old = records.version(plan=COMPARED, request=both, variants=records.variants(2, "watercolor"))
    request = resolved(COMPARED.evolve(**follow_up), records.project(old), parent=old.id, base_image=f"{1:064x}")
    assert request.models == (card,)


def test_no_family_means_the_family_of_the_base():
    old = records.version(variants=records.variants(4, "clay"))
    request = resolved(plan(families=()), records.project(old), parent=old.id, base_image=f"{2:064x}")
    assert request.models == ("clay",)


@pytest.mark.parametrize(
    ("action", "card", "kind"),
    [
        (Action.ANIMATE, "motion", Kind.ANIMATE),
        (Action.UPSCALE, "bigger", Kind.UPSCALE),
        (Action.FIX_FACE, "face", Kind.FIX_FACE),
        (Action.REROLL, "watercolor", Kind.GENERATE),
    ],
)
def test_the_kind_of_work_chooses_the_card(action, card, kind):
    request = resolved(plan(action))
    assert (request.models, request.kind) == ((card,), kind)
    assert request.variants == (4 if kind is Kind.GENERATE else 1)


@pytest.mark.parametrize(
    ("families", "asked", "each"),
    [
        ((Family.PHOTOREAL,), None, 4),
        ((Family.PHOTOREAL,), 6, 6),
        (THREE[:2], None, 2),
        (THREE, None, 1),
        (THREE, 8, 2),
    ],
)
def test_a_comparison_makes_fewer_of_each(families, asked, each):
    request = resolved(plan(families=families, variants=asked))
    assert len(request.models) == len(families)
    assert request.variants == each
    assert request.variants * len(request.models) <= 8


def test_a_card_that_cannot_run_is_passed_over():
    broken = records.model("watercolor", styles=("soft",), why_not="it needs a GPU")
    assert resolved(plan(), models=(broken, records.model("ink"))).models == ("ink",)


def test_when_nothing_can_run_the_card_says_why():
    broken = records.model("watercolor", why_not="it needs a GPU")
    with pytest.raises(NothingCanRun, match="needs a GPU"):
        resolved(plan(), models=(broken,))
    with pytest.raises(NothingCanRun, match="/models"):
        resolved(plan(), models=())


def test_a_family_that_cannot_run_is_left_out_of_a_comparison():
    assert resolved(plan(families=THREE), models=records.MODELS[:2]).models == ("natural", "watercolor")


def refs(request):
    return [(image.id[0], image.role) for image in request.images]


@pytest.mark.parametrize(
    ("references", "base", "images"),
    [
        ((), None, [("a", Role.SUBJECT)]),
        (((2, Role.STYLE),), None, [("a", Role.SUBJECT), ("b", Role.STYLE)]),
        (((1, Role.PALETTE), (2, Role.SUBJECT)), None, [("b", Role.SUBJECT), ("a", Role.PALETTE)]),
        (((1, Role.STYLE), (2, Role.COMPOSITION)), None, [("b", Role.COMPOSITION), ("a", Role.STYLE)]),
        (((1, Role.PALETTE),), None, [("a", Role.SUBJECT)]),
        (((3, Role.LIGHTING),), "f" * 64, [("f", Role.SUBJECT), ("c", Role.LIGHTING)]),
        (((2, Role.SUBJECT), (3, Role.STYLE)), "f" * 64, [("f", Role.SUBJECT), ("c", Role.STYLE)]),
        (((8, Role.STYLE),), None, [("a", Role.SUBJECT)]),
    ],
)
def test_images_come_with_their_roles(references, base, images):
    """A variant as the base takes the subject's place and keeps palette, lighting and style."""
    named = tuple(Reference(image=n, role=role) for n, role in references)
    request = resolved(plan(references=named), records.project(sources=SOURCES), base_image=base)
    assert refs(request) == images


def test_a_project_without_pictures_has_nothing_to_work_on():
    with pytest.raises(NoImage):
        resolved(plan(), records.project(sources=()))


def test_what_the_plan_says_is_passed_on():
    request = resolved(
        plan(change=Change.STRONG, keep={Keep.TEXT}, negative="people", prompt="x" * 4000, variants=3, exact=True)
    )
    assert (request.change, request.keep, request.negative) == (Change.STRONG, {Keep.TEXT}, "people")
    assert (request.prompt, request.variants, request.seed, request.client) == ("x" * 4000, 3, 5, "1001")


def test_a_clip_moves_even_when_nobody_says_how():
    request = resolved(plan(Action.ANIMATE))
    assert (request.motion, request.seconds) == ((Motion.PUSH_IN,), 4.0)
    asked = resolved(plan(Action.ANIMATE, motion=(Motion.RAIN,), seconds=7))
    assert (asked.motion, asked.seconds) == ((Motion.RAIN,), 7.0)


@pytest.mark.parametrize(("worked_on", "base"), [("a" * 64, None), ("f" * 64, "f" * 64)])
def test_a_version_remembers_what_it_worked_on(worked_on, base):
    old = records.version()
    old = old.evolve(request=old.request.model_copy(update={"images": (ImageRef(id=worked_on),)}))
    assert version_base(records.project(old), old) == base
