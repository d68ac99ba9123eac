"""Film stocks: their curves, their words, their grain."""

import numpy as np
import pytest

from engine.renderers.studio.stocks import STOCKS, curve, exposed_on, stock_for

every_stock = pytest.mark.parametrize("stock", STOCKS.values(), ids=STOCKS)


@every_stock
def test_more_light_is_never_darker_and_ends_are_toe_and_shoulder(stock):
    for channel in range(3):
        line = curve(stock, channel)
        assert np.all(np.diff(line) >= -1e-6)
        assert line[0] == pytest.approx(stock.black[channel], abs=0.02)
        assert line[-1] <= stock.white[channel] + 1e-6
        # By stops, the middle is steeper than either end.
        stops = np.interp(np.sqrt(0.18 * 2.0 ** np.arange(-6, 4) / 2) * (len(line) - 1), np.arange(len(line)), line)
        slopes = np.diff(stops)
        assert slopes.max() > 1.5 * slopes[0]
        assert slopes.max() > 1.2 * slopes[-1]


@every_stock
def test_grey_stays_near_the_middle_and_grain_is_least_at_the_ends(stock):
    patches = {}
    for light in (0.0, 0.18, 1.6):
        flat = np.full((96, 96, 3), light, np.float32)
        printed = exposed_on(flat, stock._replace(soft=0.0, halation=0.0), np.random.default_rng(2), 1.0)
        patches[light] = printed.mean(), printed.std(axis=(0, 1)).mean()
    assert 0.36 < patches[0.18][0] < 0.6
    assert patches[0.18][1] > 1.3 * patches[0.0][1]
    assert patches[0.18][1] > 1.3 * patches[1.6][1]
    assert patches[0.18][1] < 0.09


@pytest.mark.parametrize(
    ("words", "stock"),
    [
        ("a portrait in black and white film", "silver fine"),
        ("pushed black-and-white, gritty", "silver pushed"),
        ("a Polaroid of the cup", "instant"),
        ("a film noir still in black and white", "silver pushed"),
        ("slide film", "slide"),
        ("a faded 70s photo", "faded seventies"),
        ("a cinematic still", "cinema tungsten"),
        ("90s snapshot", "holiday gold"),
        ("a cup on a table", None),
    ],
)
def test_words_choose_the_stock(words, stock):
    assert stock_for(words) == stock


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("black and white film", lambda lab: np.abs(lab[..., 1:]).mean() < 3),
        ("1970s film", lambda lab: np.percentile(lab[..., 0], 1) > 6),
        ("slide film", lambda lab: np.percentile(lab[..., 0], 1) < 6),
    ],
)
def test_a_stock_can_be_told_by_its_print(words, seen, render, lab, astronaut):
    for picture in render("studio-film", astronaut, prompt=words, variants=(0, 1)):
        assert seen(lab(picture.pixels))


def test_a_slide_is_more_colourful_than_the_seventies(render, lab, astronaut):
    chroma = [
        np.hypot(*np.moveaxis(lab(render("studio-film", astronaut, prompt=words)[0].pixels)[..., 1:], 2, 0)).mean()
        for words in ("slide film", "70s film")
    ]
    assert chroma[0] > 1.15 * chroma[1]
