"""How words become amounts, and amounts pictures that have moved the way they say."""

import cv2
import numpy as np
import pytest

from bot.planner.embedded import understand
from bot.planner.plan import Context, ThreadContext
from engine.contract import Family
from engine.renderers.base import Input
from engine.renderers.studio.scene import scene_of
from engine.renderers.studio.steering import steer
from tests.bench import quality
from tests.support.photos import photo

LOOKS = tuple(quality.looks())
SIDE = 120


@pytest.mark.parametrize(
    ("prompt", "axis", "sign"),
    [
        ("warm light", "warmth", 1),
        ("Warmer!", "warmth", 1),
        ("less warm", "warmth", -1),
        ("not too dark", "brightness", 1),
        ("without grain", "grain", -1),
        ("at golden hour", "sun", 1),
        ("night", "night", 1),
        ("more contrast", "contrast", 1),
        ("bolder lines", "bold", 1),
        ("less noise", "grain", -1),
        ("less noise", "denoise", 1),
        ("foggy", "haze", 1),
        ("a rainy day", "rain", 1),
        ("wet street", "rain", 1),
        ("in autumn colours", "autumn", 1),
        ("autumn leaves", "autumn", 1),
        ("in winter", "winter", 1),
        ("a winter coat", "winter", 0),
        ("glossy", "gloss", 1),
        ("matte", "gloss", -1),
        ("bluer", "b", -1),
        ("bare paper grain", "grain", 0),
        ("a dark red scarf", "brightness", 0),
        ("a dog on a sofa", "warmth", 0),
        ("a warmonger", "warmth", 0),
    ],
)
def test_words_are_understood(prompt, axis, sign):
    amount = steer(prompt)[axis]
    assert amount == 0 if sign == 0 else amount * sign > 0


def test_a_modifier_weighs_only_its_own_thought():
    assert steer("slightly warm")["warmth"] < steer("warm")["warmth"] < steer("much warmer")["warmth"]
    assert steer("no people, warm light")["warmth"] == steer("warm light")["warmth"]


def test_a_word_said_twice_counts_once():
    assert steer("warm, warm, warm")["warmth"] == steer("warm")["warmth"]


def test_unwanted_words_count_the_other_way():
    assert steer("a portrait", negative="grain, dark")["brightness"] > 0


def test_ways_of_drawing_are_found():
    assert steer("ink with crosshatching").tags == {"hatching"}


@pytest.mark.parametrize(
    ("prompt", "led"),
    [
        ("in blues and greys", True),
        ("pastel pink", True),
        ("emerald and gold", True),
        ("a limited palette of teal and orange", True),
        ("blue tones", True),
        ("neon colours", True),
        ("a red car", False),
        ("a woman in red, by a window", False),
        ("a red and blue parrot on a branch", False),
        ("blue hour", False),
        ("white background", False),
        ("a neon sign over the door", False),
        ("gold leaf on the frame", False),
        ("black and white", False),
    ],
)
def test_colours_lead_the_picture_only_where_they_are_said_of_it(prompt, led):
    assert bool(steer(prompt).palette) is led


@pytest.mark.parametrize(
    ("says", "axes"),
    [
        ("warmer", {"warmth": 1}),
        ("darker", {"brightness": -1}),
        ("a bit softer", {"softness": 1}),
        ("more contrast", {"contrast": 1}),
        ("less noise", {"denoise": 1}),
        ("at night", {"night": 1}),
        ("in autumn colours", {"autumn": 1}),
        ("less saturated", {"saturation": -1}),
        ("foggy", {"haze": 1}),
        ("in winter", {"winter": 1}),
        ("spring colours", {"spring": 1}),
        ("more dramatic", {"contrast": 1, "vignette": 1}),
        ("brighter but keep the colours", {"brightness": 1}),
        ("make the colors pop", {"saturation": 1}),
        ("too dark", {"brightness": 1}),
        ("cooler", {"warmth": -1}),
        ("make it rain", {"rain": 1}),
    ],
)
@pytest.mark.parametrize("family", [Family.PHOTOREAL, Family.ILLUSTRATION, Family.CONCEPT3D])
def test_a_follow_up_reaches_the_studio_through_the_prompt_that_is_written_of_it(says, axes, family):
    began = understand("make it nice", Context(images=1))
    thread = ThreadContext(sources=1, variants=4, families=(family,), versions=1, prompt=began.prompt)
    plan = understand(says, Context(thread=thread))
    found = steer(plan.prompt, plan.negative)
    assert {axis: np.sign(found[axis]) for axis in axes} == axes


@pytest.mark.parametrize("family", [Family.PHOTOREAL, Family.ILLUSTRATION, Family.CONCEPT3D])
def test_what_a_prompt_is_filled_up_with_steers_nothing(family):
    plan = understand("a picture of this", Context(images=1)).evolve(families=(family,))
    assert steer(plan.prompt, plan.negative).axes == {}


def lightness(lab):
    return lab[..., 0].mean()


def amber(lab):
    return lab[..., 2].mean()


def spread(lab):
    return lab[..., 0].std()


def strength(lab):
    return np.hypot(lab[..., 1], lab[..., 2]).mean()


def russet(lab):
    return (lab[..., 1] + lab[..., 2]).mean()


def grit(lab):
    return np.abs(cv2.Laplacian(lab[..., 0], cv2.CV_32F)).mean()


def more(before, after):
    return after - before


def times(before, after):
    return after / before - 1


#: What the planner writes of a member's words, what is measured, how, and the least it must be (below 0: the most).
MOVES = {
    "warmer": ("warmer golden amber tones", amber, more, 3.0),
    "cooler": ("cooler blue-leaning tones", amber, more, -3.0),
    "darker": ("darker overall with deeper shadows", lightness, more, -5.0),
    "more contrast": ("stronger contrast between light and shade", spread, times, 0.06),
    "at night": ("at night", lightness, more, -8.0),
    "in autumn colours": ("in autumn colours", russet, more, 3.0),
    "less saturated": ("muted and less saturated colours", strength, times, -0.1),
    "less noise": ("less noise and clean surfaces", grit, times, -0.08),
}

#: Where the nature of a look forbids it, and why.
EXEMPT = {
    ("studio-night", "at night"): "it is night already",
    ("studio-blueprint", "less noise"): "its page has no noise: what is fine in it is drawn",
    ("studio-inflated", "less noise"): "its skin is smooth: what is fine in it is shine and seams",
    ("studio-lineart", "less saturated"): "black lines on white have no colour to lose",
    ("studio-pencil", "less saturated"): "graphite has no colour to lose",
    ("studio-lineart", "less noise"): "its page is bare: what is fine in it is line",
    ("studio-stained-glass", "less noise"): "panes are even: what is fine in it is lead",
}


@pytest.fixture(scope="module")
def seen(render, lab):
    """Return the Lab of a small, slightly noisy photo in a look, each made once."""
    noisy = photo("pavilion", SIDE).astype(np.float32) + np.random.default_rng(0).normal(0, 6, (*_size(), 3))
    source = Input(np.clip(noisy, 0, 255).astype(np.uint8))
    made = {}

    def of(look, prompt):
        if (look, prompt) not in made:
            made[look, prompt] = lab(render(look, source, prompt=prompt, long_side=SIDE, seed=4)[0].pixels)
        return made[look, prompt]

    return of


def _size():
    return photo("pavilion", SIDE).shape[:2]


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_moves_the_way_the_words_say(look, seen):
    stayed = {}
    for says, (prompt, measure, change, least) in MOVES.items():
        moved = change(measure(seen(look, "")), measure(seen(look, prompt)))
        if moved / least < 1 and (look, says) not in EXEMPT:
            stayed[says] = (round(float(moved), 2), least)
    assert stayed == {}


def test_leaves_turn_and_the_rest_of_an_autumn_picture_follows_only_a_little(seen):
    scene = scene_of(Input(photo("pavilion", SIDE)), SIDE)
    leaves, building = scene.regions.foliage > 0.6, (scene.lab[..., 1] > 12)
    turned = seen("studio-natural", "in autumn colours") - seen("studio-natural", "")
    assert turned[leaves][:, 1].mean() > 15
    assert abs(turned[building][:, 1]).mean() < 8


def test_fog_thickens_with_distance(seen):
    plain, foggy = seen("studio-oil", ""), seen("studio-oil", "foggy")
    third = plain.shape[0] // 3
    assert spread(foggy[:third]) / spread(plain[:third]) < spread(foggy[-third:]) / spread(plain[-third:])
    assert lightness(foggy) > lightness(plain)


def test_named_colours_lead_the_picture_and_leave_its_light(seen):
    plain, led = seen("studio-natural", ""), seen("studio-natural", "in blues and greys")
    assert led[..., 2].mean() < plain[..., 2].mean() - 8
    assert abs(lightness(led) - lightness(plain)) < 5


def test_snow_and_rain_fall_on_the_picture(seen):
    assert lightness(seen("studio-watercolor", "snowy")) > lightness(seen("studio-watercolor", "")) + 2
    assert lightness(seen("studio-watercolor", "a rainy day")) < lightness(seen("studio-watercolor", "")) - 3
