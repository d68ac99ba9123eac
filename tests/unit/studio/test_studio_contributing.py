"""CONTRIBUTING's example of a look is true: what it shows runs as it stands."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from engine.models.card import Card
from engine.renderers.base import Input, RenderTask
from engine.renderers.registry import make

TEXT = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text(encoding="utf-8")


def block(language):
    (found,) = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    return found


def test_the_example_is_a_look_and_a_card_of_under_forty_lines(tmp_path, monkeypatch, coffee):
    assert len((block("python") + block("toml")).splitlines()) < 40
    (tmp_path / "easel_duotone.py").write_text(block("python"))
    monkeypatch.syspath_prepend(tmp_path)
    card = Card.model_validate(tomllib.loads(block("toml")))
    assert card.renderer == "engine.renderers.studio.looks.duotone:Duotone"
    here = card.model_copy(update={"renderer": "easel_duotone:Duotone"})
    made = list(make(here).render(RenderTask((Input(coffee),)), lambda *_: None))
    assert len(made) == 4
    assert all(picture.pixels.shape == coffee.shape for picture in made)
    tones = [np.corrcoef(coffee.mean(axis=2).ravel(), p.pixels.mean(axis=2).ravel())[0, 1] for p in made]
    assert tones == [pytest.approx(1, abs=0.05)] * 4
