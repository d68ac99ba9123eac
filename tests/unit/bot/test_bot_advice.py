"""What Easel says before the work may go wrong, and after it what did."""

import pytest

from bot.conversation import advice
from bot.planner.plan import Action, Plan, Reference
from engine.contract import Advisory, Family, Role
from tests.support import records

NEURAL = records.model("flux", Family.PHOTOREAL, neural=True, roles=(Role.SUBJECT, Role.STYLE))
STUDIO = records.MODELS[0]
GENERATE = Plan(action=Action.GENERATE)


def photo(*codes, image="a" * 64):
    advisories = tuple(Advisory(code=code, value=1, threshold=2) for code in codes)
    return records.source(image).evolve(info=records.info(image, advisories=advisories))


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("blurry", "sharper"),
        ("dark", "brighter"),
        ("bright", "lost their detail"),
        ("low_resolution", "larger original"),
        ("compressed", "original file"),
        ("tiny_faces", "closer crop"),
        ("scaled_down", "scaled down"),
    ],
)
def test_every_advisory_has_words_and_what_would_help(code, word):
    assert any(word in line for line in advice.before([photo(code)], GENERATE, [NEURAL]))


def test_a_code_from_a_newer_engine_is_passed_over():
    assert advice.before([photo("haunted")], GENERATE, [NEURAL]) == ()


def test_never_more_than_three_lines_and_none_twice():
    plan = GENERATE.evolve(cautions=("Glass is hard.", "Glass is hard.", "Hands are hard."))
    lines = advice.before([photo(*advice.ADVISORIES)], plan, [STUDIO])
    assert len(lines) == len(set(lines)) == 3
    assert lines[:2] == ("Glass is hard.", "Hands are hard.")


@pytest.mark.parametrize(
    ("action", "models", "said"),
    [
        (Action.GENERATE, [STUDIO], True),
        (Action.GENERATE, [NEURAL], False),
        (Action.GENERATE, [STUDIO, NEURAL], False),
        (Action.UPSCALE, [records.BY_ID["bigger"]], False),
        (Action.FIX_FACE, [records.BY_ID["face"]], False),
    ],
)
def test_the_studio_says_what_it_cannot_do(action, models, said):
    assert (advice.STUDIO in advice.before([photo()], Plan(action=action), models)) is said


@pytest.mark.parametrize(
    ("action", "code", "said"),
    [
        (Action.UPSCALE, "low_resolution", False),
        (Action.GENERATE, "low_resolution", True),
        (Action.FIX_FACE, "tiny_faces", False),
        (Action.FIX_FACE, "dark", True),
    ],
)
def test_nobody_is_warned_of_what_they_are_curing(action, code, said):
    lines = advice.before([photo(code)], Plan(action=action), [NEURAL])
    assert (advice.ADVISORIES[code] in lines) is said


def test_only_a_picture_that_is_looked_at_closely_matters():
    """A blurry palette is as good a palette."""
    references = (Reference(image=1, role=Role.SUBJECT), Reference(image=2, role=Role.PALETTE))
    sources = [photo(), photo("blurry", image="b" * 64)]
    assert advice.before(sources, GENERATE.evolve(references=references), [NEURAL]) == ()


@pytest.mark.parametrize(
    ("role", "word"),
    [
        (Role.PALETTE, "colours"),
        (Role.LIGHTING, "light"),
        (Role.COMPOSITION, "follow the first"),
        (Role.STYLE, "blend"),
    ],
)
def test_references_that_contradict_each_other_are_named(role, word):
    references = (Reference(image=2, role=role), Reference(image=3, role=role))
    lines = advice.before([photo()], GENERATE.evolve(references=references), [NEURAL])
    assert word in lines[0]


def test_a_model_that_takes_no_style_picture_says_so():
    plan = GENERATE.evolve(references=(Reference(image=2, role=Role.STYLE),))
    assert "takes no style" in advice.before([photo()], plan, [STUDIO])[0]
    assert advice.before([photo()], plan, [NEURAL]) == ()


def test_notes_of_a_result_name_the_pictures_they_are_about():
    one, two, three, four = records.variants(4)
    version = records.version(
        variants=(
            one.evolve(notes=("no face found",)),
            two.evolve(notes=("colours kept", "no face found")),
            three.evolve(notes=("no face found",)),
            four.evolve(notes=("no face found", "colours kept")),
        )
    )
    assert advice.after(version) == ("No face found.", "2, 4: colours kept.")
    assert advice.after(records.version()) == ()
