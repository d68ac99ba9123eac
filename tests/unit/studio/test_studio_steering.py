"""How words become amounts."""

import pytest

from engine.renderers.studio.steering import steer


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


def test_ways_of_drawing_and_colours_are_found():
    assert steer("ink with crosshatching").tags == {"hatching"}
    assert len(steer("in autumn colours").palette) > 3
