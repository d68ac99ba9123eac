"""Print sizes in words: the paper that is heard, the scale it takes, and what is said of it."""

import pytest

from bot.conversation.actions import StartJob
from bot.conversation.bases import standing
from bot.planner.embedded import understand
from bot.planner.plan import Action, Context, Paper, Plan, ThreadContext
from bot.planner.printing import for_print, printed
from engine.contract import Family
from tests.support import records

A3 = Paper(name="A3", short_mm=297, long_mm=420, dpi=300)
THREAD = Context(thread=ThreadContext(sources=1, variants=4, families=(Family.PHOTOREAL,), versions=1))


def plan_for(text):
    return understand(text, Context(images=1))


@pytest.mark.parametrize(
    ("text", "name", "short", "long", "dpi"),
    [
        ("A3 at 300 dpi", "A3", 297, 420, 300),
        ("make it a4 print size", "A4", 210, 297, 300),
        ("print this as a 50x70 cm poster", "50 x 70 cm", 500, 700, 200),
        ("for a 10x15 photo", "10 x 15 cm", 100, 150, 300),
        ("8x10 inches at 240 dpi", "8 x 10 in", 203.2, 254, 240),
        ('11x14" frame', "11 x 14 in", 279.4, 355.6, 300),
        ("print 4x6", "4 x 6 in", 101.6, 152.4, 300),
        ("enlarge to 70 by 50 cm", "50 x 70 cm", 500, 700, 200),
        ("letter size print", "letter paper", 215.9, 279.4, 300),
        ("I want to print it at A1", "A1", 594, 841, 150),
        ("drucke es auf A3 mit 150dpi", "A3", 297, 420, 150),
        ("big enough for a billboard", "a billboard", 2520, 3560, 25),
    ],
)
def test_a_print_size_is_heard_and_enlarges(text, name, short, long, dpi):
    plan = plan_for(text)
    assert plan.action is Action.UPSCALE
    assert plan.paper is not None
    assert (plan.paper.name, plan.paper.dpi) == (name, dpi)
    assert (plan.paper.short_mm, plan.paper.long_mm) == pytest.approx((short, long))


@pytest.mark.parametrize(
    "text",
    [
        "an audi a4 on a mountain road",
        "put my product on a billboard in times square",
        "a letter on A4 paper on a wooden desk by the window, warm light",
        "10x10 photo mosaic",
        "8x8 pixel art sprite",
        "as a vintage poster",
        "make it a 1920x1080 wallpaper",
    ],
)
def test_what_only_looks_like_a_print_size_is_none(text):
    plan = plan_for(text)
    assert plan.action is Action.GENERATE
    assert plan.paper is None


def test_a_picture_that_is_named_is_the_one_to_print():
    plan = understand("number 2 as a 20x30 print", THREAD)
    assert (plan.action, plan.base, plan.scale) == (Action.UPSCALE, 2, 3)


def test_a_look_comes_first_and_printing_is_explained():
    plan = plan_for("a watercolor please, then print A3 at 300 dpi")
    assert plan.action is Action.GENERATE
    assert any("A3" in caution for caution in plan.cautions)
    assert "dpi" not in plan.prompt


def test_a_factor_that_is_said_counts_over_the_paper():
    plan = plan_for("make it 2x for an A2 poster")
    assert (plan.scale, plan.paper.times, plan.paper.name) == (2, 2, "A2")
    assert printed(plan.paper, 600, 848).scale == 2


@pytest.mark.parametrize(
    ("size", "scale", "says"),
    [
        ((1024, 1448), 4, "3508 x 4961 pixels; your picture has 1024 x 1448, so 4x brings it to 4096 x 5792: enough."),
        ((1448, 1024), 4, "4961 x 3508 pixels; your picture has 1448 x 1024, so 4x brings it to 5792 x 4096: enough."),
        ((1240, 1754), 3, "3x brings it to 3720 x 5262: enough."),
        ((1800, 2546), 2, "2x brings it to 3600 x 5092: enough."),
        ((800, 1131), 4, "about 274 dpi, which nobody will tell from it."),
        ((600, 848), 4, "about 205 dpi, fine at arm's length."),
        ((300, 424), 4, "about 103 dpi, fine on a wall across the room, soft from close by."),
        ((40, 57), 4, "about 14 dpi, too coarse to look well; a larger original would help."),
        ((1000, 1000), 4, "leave white borders, or crop 29 % of its width."),
    ],
)
def test_the_least_scale_that_suffices_is_chosen_and_said(size, scale, says):
    found = printed(A3, *size)
    assert found.scale == scale
    assert says in found.words


def test_a_picture_large_enough_is_said_to_be():
    found = printed(A3.evolve(name="A6", short_mm=105, long_mm=148), 2000, 2820)
    assert found.scale == 2
    assert "which is enough already" in found.words


def test_a_picture_too_large_to_enlarge_is_printed_as_it_is():
    assert "as many as I can handle: enough." in printed(A3, 6000, 5100).words
    assert (
        "as many as I can handle: about 181 dpi, fine at arm's length."
        in printed(A3.evolve(short_mm=594, long_mm=840), 6000, 5100).words
    )


def test_a_wide_picture_on_tall_paper_says_what_is_cropped():
    assert "crop 6 % of its width" in printed(A3, 1500, 1000).words


def test_the_size_of_the_picture_that_is_meant_decides():
    project = records.project(records.version())
    variant = project.versions[0].variants[0]
    start = StartJob(Plan(action=Action.UPSCALE, paper=A3), base_image=variant.image)
    plan = for_print(start, project).plan
    assert plan.reason == printed(A3, variant.width, variant.height).words
    assert plan.scale == printed(A3, variant.width, variant.height).scale
    assert plan.reply == plan.reason


@pytest.mark.parametrize(
    "start",
    [
        StartJob(Plan(action=Action.UPSCALE, scale=3)),
        StartJob(Plan(action=Action.GENERATE, paper=A3)),
        StartJob(Plan(action=Action.UPSCALE, paper=A3), base_image="f" * 64),
    ],
)
def test_without_a_print_size_or_a_known_picture_nothing_changes(start):
    assert for_print(start, records.project(records.version())) is start


def test_a_print_size_is_for_once():
    version = records.version(plan=Plan(action=Action.UPSCALE, paper=A3))
    assert standing(version).paper is None
