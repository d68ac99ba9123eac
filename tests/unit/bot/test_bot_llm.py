"""What is read of a language model's answer, what is believed of it, and when it is asked at all."""

import json

import pytest

from bot.planner.embedded import understand
from bot.planner.hearing import hear
from bot.planner.llm import draft as drafts
from bot.planner.llm import trust
from bot.planner.llm.breaker import LIMIT, LONGEST_REST_S, REST_S, TRIAL_S, Breaker
from bot.planner.llm.problems import Garbled
from bot.planner.llm.trust import Asked
from bot.planner.plan import Action, Context, ThreadContext, Turn
from engine.contract import Family, Keep, Motion, Role
from tests.support import records

NEW = Context(images=1)
GALLERY = Context(thread=ThreadContext(sources=1, variants=4, families=(Family.PHOTOREAL,), versions=2))
PROMPT = "The harbour as a gouache painting, opaque flat strokes, low evening light on wet stone"


def asked(text, context=NEW):
    return Asked(text, context, hear(text, context), understand(text, context))


def draft(**fields):
    values = {"action": "generate", "families": ["illustration"], "prompt": PROMPT, "reply": "Here it comes."}
    return drafts.read(json.dumps(values | fields))


def believed(text, context=NEW, **fields):
    return trust.plan_of(draft(**fields), asked(text, context))


# -- reading


@pytest.mark.parametrize(
    "text",
    [
        '{"action": "talk", "reply": "Hello"}',
        'Sure! Here is the plan:\n```json\n{"action": "talk", "reply": "Hello"}\n```\nAnything else?',
        '<think>{"action": "cancel"} no, wait</think>{"action": "talk", "reply": "Hello"}',
        'Hm {a set} and {"x": 1}, so {"action": "talk", "reply": "Hello"} it is {',
        '{"plan": {"action": "talk", "reply": "Hello"}}',
        '{"action": "talk", "reply": "  Hello\\n", "base": null, "keep": null, "seconds": 0, "mood": "fine"}',
    ],
)
def test_a_plan_is_found_in_what_models_put_around_it(text):
    read = drafts.read(text)
    assert (read.action, read.reply, read.base) == (Action.TALK, "Hello", None)


@pytest.mark.parametrize(
    ("field", "written", "value"),
    [
        ("base", "#3", 3),
        ("base", "source", "source"),
        ("base", "", None),
        ("families", "illustration", ("illustration",)),
        ("families", None, ()),
        ("keep", ["identity", "soul"], frozenset({Keep.IDENTITY})),
        ("motion", "rain", (Motion.RAIN,)),
        ("seconds", 40, 10),
        ("variants", 20, 8),
        ("scale", 16, 4),
        ("exact", None, False),
        ("change", "none", None),
    ],
)
def test_small_slips_are_read_as_they_are_meant(field, written, value):
    assert getattr(draft(**{field: written}), field) == value


@pytest.mark.parametrize(
    "text",
    ["", "no", "{", '{"action": "paint"}', '{"reply": "x"}', '{"action": "talk", "seconds": "long"}', "[1, 2]"],
)
def test_what_is_no_plan_is_refused_with_a_reason(text):
    with pytest.raises(Garbled, match=r"\w"):
        drafts.read(text)


def test_the_schema_is_plain_enough_for_every_server():
    schema = json.dumps(drafts.schema())
    assert not any(word in schema for word in ("$ref", "$defs", '"default"', '"minimum"', '"title"'))
    assert drafts.schema()["additionalProperties"] is False


def test_long_words_are_cut():
    read = draft(prompt="word " * 2000, reply="x" * 5000)
    assert len(read.prompt) <= drafts.PROMPT_CHARS
    assert len(read.reply) <= drafts.REPLY_CHARS


# -- believing


def test_an_older_gallery_may_have_more_variants_than_the_newest():
    turns = (Turn(number=1, words="gouache", action=Action.GENERATE, variants=8),)
    context = GALLERY.model_copy(update={"turns": turns})
    assert trust.complaints(draft(base=7), asked("number 7 again, softer", context)) == ()
    assert trust.complaints(draft(base=7), asked("number 7 again, softer", GALLERY))


@pytest.mark.parametrize(
    ("words", "prompt", "allowed"),
    [
        ("gouache, no people", "A harbour in gouache without people, calm water, evening light", False),
        ("gouache, no cars", "A harbour in gouache with one old car, calm water, evening light", False),
        ("gouache, no text", "A harbour in gouache, rough paper texture, calm water, evening light", True),
    ],
)
def test_what_was_excluded_is_not_in_the_prompt(words, prompt, allowed):
    assert (trust.complaints(draft(prompt=prompt), asked(words)) == ()) is allowed


def test_a_family_without_a_model_is_taken_only_when_the_member_named_it():
    context = NEW.model_copy(update={"models": tuple(m for m in records.MODELS if m.family is not Family.CONCEPT3D)})
    wanted = draft(families=["concept3d"])
    assert trust.complaints(wanted, asked("make it nicer", context))
    assert trust.complaints(wanted, asked("as clay", context)) == ()


def test_nothing_can_be_made_of_no_picture():
    assert trust.complaints(draft(), asked("a castle", Context())) == (
        "there is no picture yet, so the action is talk",
    )


@pytest.mark.parametrize("field", ["exact", "prompt"])
def test_words_to_be_used_exactly_are_the_members_own(field):
    text = 'use my exact words: "Grandma in the GARDEN, 1974 -- faded"'
    plan = believed(text, prompt="A grandmother in a garden", exact=field == "exact")
    assert plan.exact
    assert plan.prompt == understand(text, NEW).prompt == "Grandma in the GARDEN, 1974 -- faded"
    assert plan.negative == ""


def test_words_that_only_the_model_hears_as_exact_have_to_be_in_the_message():
    text = "alla lettera, per favore: Nonna nel  giardino, 1974"
    assert trust.complaints(draft(exact=True, prompt="Grandma in the garden"), asked(text))
    true = draft(exact=True, prompt="nonna nel giardino, 1974")
    assert trust.complaints(true, asked(text)) == ()
    assert trust.plan_of(true, asked(text)).prompt == "Nonna nel  giardino, 1974"


def test_a_clip_is_always_video_and_always_moves():
    plan = believed("bring it to life", GALLERY, action="animate", families=["illustration"], prompt="")
    assert (plan.families, bool(plan.motion)) == ((Family.VIDEO,), True)


def test_what_the_model_leaves_open_is_as_it_was_heard():
    text = "print it at A3, twice as large"
    plan = believed(text, GALLERY, action="upscale", families=[], prompt="", reply="")
    plain = understand(text, GALLERY)
    assert (plan.paper, plan.scale, plan.reply) == (plain.paper, plain.scale, plain.reply)
    assert plan.paper is not None


def test_a_wish_beyond_the_limits_is_said_to_be_cut():
    plan = believed("animate it for 40 seconds", GALLERY, action="animate", seconds=40, cautions=["Hands may blur."])
    assert plan.seconds == 10
    assert "ten seconds" in plan.cautions[0]


def test_a_look_to_compare_is_named_in_the_prompt():
    """The engine's card is found by it."""
    text = "anime vs comic"
    assert trust.complaints(draft(looks=["anime", "comic"]), asked(text))
    both = draft(looks=["anime", "comic"], prompt=f"{PROMPT}, in anime and comic")
    assert trust.complaints(both, asked(text)) == ()
    assert trust.plan_of(both, asked(text)).looks == ("anime", "comic")
    assert believed(text, looks=["anime"]).looks == ()


def test_a_number_that_was_heard_holds_when_the_model_forgets_it():
    plan = believed("the second one as a comic, two variants, just a touch", GALLERY)
    assert (plan.base, plan.variants, plan.change) == (2, 2, "subtle")


def test_a_plan_always_has_a_reason():
    """The model gave none, and the member was heard to say something else."""
    assert believed("thank you so much", GALLERY).reason == "Illustration, because that is a drawn or painted look."


def test_references_are_the_models_or_else_those_that_were_heard():
    context = Context(images=2)
    text = "mix them, image 2 is the palette"
    assert believed(text, context).references == understand(text, context).references
    given = believed(text, context, references=[{"image": 2, "role": "lighting"}, {"image": 1, "role": "subject"}])
    assert [(r.image, r.role) for r in given.references] == [(1, Role.SUBJECT), (2, Role.LIGHTING)]


# -- the breaker


def test_it_opens_after_three_small_problems_or_one_that_cost_the_whole_time():
    small = Breaker().failed(0).failed(1)
    assert small.asks(2)
    assert not small.failed(2).asks(3)
    assert not Breaker().failed(0, weight=LIMIT).asks(1)


def test_an_answer_between_problems_forgives_them():
    assert Breaker().failed(0).failed(1).answered().failed(2).asks(3)


def test_half_open_lets_one_question_through_and_rests_longer_when_that_fails():
    resting = Breaker().failed(0, LIMIT)
    trial = resting.asked(REST_S)
    assert resting.asks(REST_S)
    assert not trial.asks(REST_S + 1)
    again = trial.failed(REST_S + 8)
    assert not again.asks(REST_S + 8 + REST_S)
    assert again.asks(REST_S + 8 + 2 * REST_S)
    assert trial.answered() == Breaker()


def test_a_trial_that_was_cancelled_or_lost_is_not_waited_for():
    trial = Breaker().failed(0, LIMIT).asked(REST_S)
    assert trial.released().asks(REST_S + 1)
    assert trial.asks(REST_S + TRIAL_S)


def test_members_who_waited_together_make_no_longer_rest():
    """Their time-outs come in one after the other, and tell nothing new."""
    breaker = Breaker()
    for now in range(5):
        breaker = breaker.failed(now, LIMIT)
    assert breaker.asks(REST_S)


def test_a_server_may_ask_for_a_longer_rest_but_not_for_ever():
    assert not Breaker().failed(0, LIMIT, after=120).asks(119)
    assert Breaker().failed(0, LIMIT, after=1e9).asks(LONGEST_REST_S)
