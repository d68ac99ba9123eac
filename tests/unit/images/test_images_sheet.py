"""A sheet shows every picture whole, side by side, with its words."""

import numpy as np
import pytest
from skimage import data

from engine.images.lettering import drawable, fitted
from engine.images.sheet import BACKGROUND, HEIGHT, LONGEST, best_columns, reduced, sheet
from tests.support.pictures import clear_chart, noise

RED, GREEN, BLUE = ((255, 0, 0), (0, 255, 0), (0, 0, 255))


def _plain(width, height, colour):
    return np.full((height, width, 3), colour, np.uint8)


def _extent(picture, colour):
    """Left, top, width and height of what has this colour."""
    rows, columns = np.nonzero(np.abs(picture.astype(int) - colour).max(axis=2) < 12)
    return columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1


def test_cells_have_one_height_and_their_own_aspect():
    made = sheet(
        [(_plain(517, 333, RED), "a"), (_plain(100, 300, GREEN), "b"), (_plain(800, 200, BLUE), "c")], columns=3
    )
    for colour, aspect in ((RED, 517 / 333), (GREEN, 1 / 3), (BLUE, 4)):
        _, top, width, height = _extent(made, colour)
        assert height == HEIGHT
        assert abs(width - aspect * height) <= 1
        assert top == _extent(made, RED)[1]


def test_a_giant_is_reduced_to_what_its_cell_can_show():
    giant = np.repeat(np.repeat(data.astronaut(), 8, axis=0), 6, axis=1)
    small = reduced(giant)
    assert small.shape == (2 * HEIGHT, 960, 3)
    assert np.abs(sheet([(giant, "")]).astype(int) - sheet([(small, "")])).mean() < 2
    assert reduced(small) is small


def test_margins_are_generous_and_dark():
    made = sheet([(_plain(300, 200, RED), "a"), (_plain(300, 200, GREEN), "b")], columns=2)
    red, green = _extent(made, RED), _extent(made, GREEN)
    assert green[0] - (red[0] + red[2]) >= HEIGHT // 20
    assert red[0] >= HEIGHT // 20
    assert tuple(made[2, 2]) == BACKGROUND


def test_a_caption_stands_below_its_picture():
    bare = sheet([(_plain(300, 200, RED), "")])
    captioned = sheet([(_plain(300, 200, RED), "Watercolour")])
    changed = np.nonzero(np.abs(bare.astype(int) - captioned).max(axis=2) > 100)
    left, top, width, height = _extent(captioned, RED)
    assert changed[0].min() > top + height
    assert left < changed[1].min() < left + width / 2 < changed[1].max() < left + width


@pytest.mark.parametrize(
    "words", ["", " ", "a" * 2000, "夜の街", "نص عربي", "🎨🎨", "two\nlines\t\0", "\ud800", "Ünïcödé…"]
)
def test_any_caption_can_be_drawn_and_stays_in_its_cell(words):
    words, font = fitted(words, 200, 24)
    assert font.getlength(words) <= 200
    assert sheet([(noise(40, 300), words)]).shape[2] == 3


def test_a_letter_that_no_font_has_is_left_out():
    assert drawable("art \U0010fffe!")[0] == "art !"


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (2, 2), (4, 2), (6, 3), (8, 4)])
def test_squares_are_laid_out_evenly(count, columns):
    assert best_columns([HEIGHT] * count) == columns


@pytest.mark.parametrize("count", [1, 5, 32])
@pytest.mark.parametrize("size", [(600, 100), (64, 900)])
def test_a_sheet_stays_postable(count, size):
    made = sheet([(noise(*size), str(n)) for n in range(count)])
    assert max(made.shape) <= LONGEST


def test_a_row_that_is_not_full_is_centred():
    made = sheet(
        [(_plain(200, 200, BACKGROUND), ""), (_plain(200, 200, BACKGROUND), ""), (_plain(200, 200, RED), "")], 2
    )
    left, _, width, _ = _extent(made, RED)
    assert abs(left + width / 2 - made.shape[1] / 2) <= 1


def test_what_is_transparent_shows_squares():
    made = sheet([(clear_chart(), "")])
    corner = made[made.shape[0] // 2 + 40 : made.shape[0] - 100, made.shape[1] * 3 // 4]
    assert 40 < corner.min() < corner.max() < 70


def test_real_pictures_of_every_shape_share_a_sheet():
    cells = [(data.astronaut(), "one"), (data.chelsea(), "two"), (data.coffee(), "three"), (data.rocket(), "four")]
    made = sheet(cells)
    assert made.dtype == np.uint8
    assert 1 < made.shape[1] / made.shape[0] < 2


def test_a_sheet_of_nothing_is_refused():
    with pytest.raises(ValueError, match="nothing"):
        sheet([])
