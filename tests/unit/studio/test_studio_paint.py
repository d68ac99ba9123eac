"""What makes each painted and drawn look itself."""

import cv2
import numpy as np
import pytest

from engine.contract import Box
from engine.renderers.base import Input

FACE = Box(x=65, y=25, w=37, h=37)


@pytest.fixture(scope="module")
def ramp():
    """A grey ramp with a white disc, a black disc and a red bar: every tone at known places."""
    pixels = np.repeat(np.linspace(20, 235, 240, dtype=np.float32)[None, :, None], 160, axis=0).repeat(3, axis=2)
    pixels = pixels.astype(np.uint8)
    cv2.circle(pixels, (60, 50), 28, (250, 250, 250), -1, cv2.LINE_AA)
    cv2.circle(pixels, (180, 50), 28, (12, 12, 12), -1, cv2.LINE_AA)
    cv2.rectangle(pixels, (40, 110), (200, 140), (200, 40, 30), -1)
    return pixels


@pytest.fixture(scope="module")
def made(render, ramp):
    """Every look's four variants of the ramp, made once."""
    kept = {}

    def of(look):
        if look not in kept:
            kept[look] = [picture.pixels for picture in render(f"studio-{look}", ramp, variants=(0, 1, 2, 3))]
        return kept[look]

    return of


def chroma(lab_picture):
    return np.hypot(lab_picture[..., 1], lab_picture[..., 2])


@pytest.mark.parametrize("look", ["pencil", "charcoal"])
def test_drawings_have_no_colour_but_the_papers(look, made, lab):
    for pixels in made(look):
        bar = lab(pixels)[115:135, 50:190]
        assert chroma(bar).std() < 6
        assert chroma(bar).mean() < 18


@pytest.mark.parametrize("look", ["pencil", "charcoal", "watercolor"])
def test_white_stays_paper_and_black_stays_dark(look, made, lab):
    for pixels in made(look):
        lightness = lab(pixels)[..., 0]
        white, black = lightness[35:65, 45:75].mean(), lightness[35:65, 165:195].mean()
        assert white > (72 if look == "charcoal" else 88)
        assert white - black > 35


def test_charcoal_puts_white_chalk_on_toned_sheets_and_lifts_lights_from_white_ones(made, lab):
    sheets = [np.median(lab(pixels)[60:100, 205:235, 0]) for pixels in made("charcoal")]
    assert max(sheets) - min(sheets) > 8


def test_coloured_pencil_is_drawn_when_the_words_ask_for_it(render, ramp, lab):
    (grey,), (coloured,) = (
        render("studio-pencil", ramp, prompt=words) for words in ("a pencil drawing", "a coloured-pencil drawing")
    )
    bar = np.s_[115:135, 50:190]
    assert chroma(lab(grey.pixels)[bar]).mean() < 10
    assert chroma(lab(coloured.pixels)[bar]).mean() > 30
    assert lab(coloured.pixels)[35:65, 45:75, 0].mean() > 88


def test_gouache_is_flatter_than_oil(made):
    """Opaque matte shapes: far less texture inside one colour than bristles leave."""
    inside = np.s_[35:65, 165:195]
    rough = {look: np.mean([pixels[inside].std() for pixels in made(look)]) for look in ("gouache", "oil")}
    assert rough["gouache"] < 0.8 * rough["oil"] or rough["gouache"] < 4


def test_pastel_lets_its_paper_show_and_has_no_black(made, lab):
    for pixels in made("pastel"):
        assert lab(pixels)[35:65, 165:195, 0].mean() > 14
    corners = [lab(pixels)[-10:, :10].reshape(-1, 3).mean(axis=0) for pixels in made("pastel")]
    assert max(np.linalg.norm(a - b) for a in corners for b in corners) > 6


def test_watercolour_dries_with_darker_edges_than_middles(made, lab):
    y, x = np.ogrid[:160, :240]
    away = np.hypot(x - 180, y - 50)
    for pixels in made("watercolor"):
        lightness = lab(pixels)[..., 0]
        assert lightness[(away > 21) & (away < 27)].mean() < lightness[away < 18].mean() + 3


@pytest.mark.parametrize("look", ["oil", "gouache", "pastel", "pencil", "charcoal", "watercolor"])
def test_a_face_keeps_its_features(look, render, astronaut):
    """Inside the face, light and dark lie where they lay: eyes, mouth and cheeks correlate."""
    (picture,) = render(f"studio-{look}", Input(astronaut, faces=(FACE,)))
    inside = np.s_[FACE.y : FACE.y + FACE.h, FACE.x : FACE.x + FACE.w]
    grey = [
        cv2.GaussianBlur(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY)[inside], (0, 0), 0.8) for p in (astronaut, picture.pixels)
    ]
    assert np.corrcoef(grey[0].ravel(), grey[1].ravel())[0, 1] > 0.85


@pytest.mark.parametrize("look", ["oil", "gouache", "pastel"])
def test_bolder_strokes_are_larger_and_finer_ones_hold_more_detail(look, render, coffee):
    error = []
    for words in ("bold strokes", "fine detail"):
        (picture,) = render(f"studio-{look}", coffee, prompt=words)
        grey = [cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float32) for p in (coffee, picture.pixels)]
        fine = [g - cv2.GaussianBlur(g, (0, 0), 3) for g in grey]
        error.append(np.corrcoef(fine[0].ravel(), fine[1].ravel())[0, 1])
    assert error[1] > error[0]


def test_soft_words_smudge_charcoal(render, coffee):
    plain, soft = (render("studio-charcoal", coffee, prompt=words, variants=(1,))[0].pixels for words in ("", "softer"))
    grain = [np.abs(cv2.Laplacian(p[..., 0].astype(np.float32), cv2.CV_32F)).mean() for p in (plain, soft)]
    assert grain[1] < grain[0]
