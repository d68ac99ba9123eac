"""Every look's figures over six real photos: structure, faces, variants, keeps, halos; see tests/bench/quality.py."""

import pytest

from tests.bench import quality

LOOKS = quality.looks()
SIDE = 320


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_keeps_what_a_member_expects_to_find_again(look):
    figures = quality.measured(LOOKS[look], SIDE, held=("coffee",))
    missed = {key: (round(float(figures[key]), 2), quality.limits(look, key)) for key in quality.misses(look, figures)}
    assert missed == {}
