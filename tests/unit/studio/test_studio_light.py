"""New light on pictures: night, golden hour, overcast, studio, portrait, and the form they are guessed from."""

import cv2
import numpy as np
import pytest

from engine.contract import Box
from engine.renderers.base import Input
from engine.renderers.studio.air import dithered, halated
from engine.renderers.studio.hours import Night, Sun, at_golden_hour, by_night, lamps_of
from engine.renderers.studio.relight import form_of, inflated, laid, shone, sure_sky
from engine.renderers.studio.scene import scene_of
from engine.renderers.studio.sculpt import Lamp
from engine.renderers.studio.skin import evened_skin, eyes_of
from engine.renderers.studio.sweep import behind
from tests.support.photos import photo

FACE = Box(x=65, y=25, w=37, h=37)


def landscape():
    """Blue sky over dark ground, with one small warm lamp on a post."""
    picture = np.zeros((160, 240, 3), np.uint8)
    picture[:90] = (120, 165, 225)
    picture[90:] = (70, 80, 60)
    picture[96:150:6] = (90, 100, 80)
    cv2.circle(picture, (60, 112), 4, (255, 214, 130), -1, cv2.LINE_AA)
    return picture


def wall_and_ball():
    """A red ball before a grey wall."""
    picture = np.full((192, 192, 3), 150, np.uint8)
    cv2.circle(picture, (96, 96), 52, (205, 95, 60), -1, cv2.LINE_AA)
    return picture


def scene(pixels, faces=()):
    return scene_of(Input(pixels, faces=faces), max(pixels.shape[:2]))


def lightness(pixels):
    return cv2.cvtColor(pixels[..., :3].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)[..., 0]


def test_a_disc_is_blown_up_to_half_a_ball():
    disc = np.zeros((129, 129), np.float32)
    cv2.circle(disc, (64, 64), 44, 1.0, -1)
    height = inflated(disc)
    profile = height[64, 64:104] / height[64, 64]
    ball = np.sqrt(1 - (np.arange(40) / 44) ** 2)
    assert np.abs(profile - ball).max() < 0.12
    assert height[disc == 0].max() == 0


def test_a_lamp_lights_the_side_it_stands_on_and_stops_at_the_outline():
    ball = scene(wall_and_ball())
    ball.once("relight.sure", lambda: 1.0)
    light = shone(ball, (Lamp(np.pi, 0.4, (1, 1, 1), 1.0),), (0.2, 0.2, 0.2), cast=0.0)[..., 1]
    assert light[80:112, 56:72].mean() > 1.15 * light[80:112, 120:136].mean()
    ground = light[88:104, 8:30].mean()
    assert abs(light[88:104, 34:42].mean() - ground) < 0.25 * ground


def test_light_is_laid_on_the_edges_of_the_picture():
    step = np.full((128, 128, 3), 40, np.uint8)
    step[:, 64:] = 210
    there = scene(step)
    small = np.where(np.arange(form_of(there).height.shape[1]) < form_of(there).height.shape[1] / 2, 0.2, 1.0)
    plane = laid(there, np.tile(small.astype(np.float32), (form_of(there).height.shape[0], 1)))
    assert plane[64, 60] < 0.35
    assert plane[64, 67] > 0.85


def test_only_what_is_surely_sky_counts(astronaut):
    assert sure_sky(scene(landscape()))[:60].mean() > 0.8
    assert not sure_sky(scene(astronaut, (FACE,))).any()


def test_night_is_dark_and_blue_has_stars_in_the_sky_only_and_lights_its_lamps():
    day = landscape()
    there = scene(day)
    night = by_night(there.rgb, there, np.random.default_rng(3), Night(stars=300), 1.0)
    assert night[100:, 120:].mean() < 0.45 * there.rgb[100:, 120:].mean()
    assert night[:80, :, 2].mean() > 1.2 * night[:80, :, 0].mean()
    assert night.max(axis=2)[2:60].max() > 2 * np.median(night.max(axis=2)[2:60])
    assert lamps_of(there.rgb, there)[112, 60] > 0.5
    assert lamps_of(there.rgb, there)[:80].max() < 0.05
    assert night[112, 60, 0] > 0.7
    assert night[118:124, 56:64, 0].mean() > 1.5 * night[118:124, 200:208, 0].mean()


def test_shadows_of_a_night_can_be_read(render, astronaut):
    (night,) = render("studio-night", Input(astronaut, faces=(FACE,)))
    lit = lightness(night.pixels)
    assert np.median(lit) < 42
    assert (lit < 1).mean() < 0.12
    within = np.s_[FACE.y : FACE.y + FACE.h, FACE.x : FACE.x + FACE.w]
    assert np.corrcoef(lit[within].ravel(), lightness(astronaut)[within].ravel())[0, 1] > 0.75


def test_the_low_sun_is_warm_on_its_own_side():
    there = scene(np.full((120, 180, 3), 140, np.uint8))
    for angle, sunny in ((np.pi, np.s_[:, :60]), (0.0, np.s_[:, 120:])):
        lit = at_golden_hour(there.rgb, there, np.random.default_rng(0), Sun(angle), 1.0)
        far = np.s_[:, 120:] if sunny == np.s_[:, :60] else np.s_[:, :60]
        assert lit[sunny].mean() > lit[far].mean() + 0.08
        assert (lit[sunny][..., 0] - lit[sunny][..., 2]).mean() > (lit[far][..., 0] - lit[far][..., 2]).mean()


@pytest.mark.parametrize("look", ["studio-golden", "studio-overcast", "studio-night", "studio-portrait"])
def test_skin_turns_neither_green_nor_blue_by_day(look, render, lab, astronaut):
    cheek = np.s_[42:56, 74:94]
    before = lab(astronaut)[cheek].reshape(-1, 3).mean(axis=0)
    for picture in render(look, Input(astronaut, faces=(FACE,)), variants=(0, 1, 2, 3)):
        after = lab(picture.pixels)[cheek].reshape(-1, 3).mean(axis=0)
        assert after[1] > 0.3 * before[1] - (4 if look == "studio-night" else 0)
        if look != "studio-night":
            assert after[2] > 0.3 * before[2]


def test_an_overcast_sky_opens_shadows_and_quiets_lights(render, coffee):
    (flat,) = render("studio-overcast", coffee)
    spread = [np.subtract(*np.percentile(lightness(pixels), (92, 8))) for pixels in (coffee, flat.pixels)]
    assert spread[1] < 0.85 * spread[0]


def test_a_smooth_gradient_is_dithered_not_banded():
    ramp = np.repeat(np.linspace(0.1, 0.13, 400, dtype=np.float32)[None], 64, axis=0)
    ramp = np.repeat(ramp[..., None], 3, axis=2)
    plain = np.rint(255 * ramp).astype(int)
    mixed = np.rint(255 * dithered(ramp, np.random.default_rng(1))).astype(int)
    assert max(np.diff(np.flatnonzero(np.diff(plain[0, :, 0])))) > 30
    assert max(np.diff(np.flatnonzero(np.diff(mixed[0, :, 0])))) < 20
    assert np.abs(mixed - plain).max() <= 1


def test_highlights_bleed_red_into_the_dark():
    light = np.zeros((96, 96, 3), np.float32)
    light[40:56, 40:56] = 1.0
    around = halated(light, 0.5, 0.8)[48, 60]
    assert around[0] > 0.01
    assert around[0] > 2 * around[1] > 4 * around[2] * 0.5


def test_the_studio_backdrop_is_smooth_and_the_subject_stays(render):
    source = np.full((200, 200, 3), 170, np.uint8)
    source[::7, ::5] = 60
    cv2.circle(source, (100, 105), 58, (214, 120, 40), -1, cv2.LINE_AA)
    pictures = render("studio-softbox", source, variants=(0, 1, 2, 3))
    rough = [
        np.abs(np.diff(lightness(pixels)[:30], axis=1)).mean() for pixels in (source, *(p.pixels for p in pictures))
    ]
    assert max(rough[1:]) < 0.4 * rough[0]
    levels = sorted(float(lightness(p.pixels)[:30].mean()) for p in pictures)
    assert levels[-1] - levels[0] > 30
    for picture in pictures:
        ball = picture.pixels[80:130, 75:125].reshape(-1, 3).mean(axis=0)
        assert ball[0] > ball[1] > ball[2]


def test_a_cat_that_cannot_be_told_from_the_room_is_not_cut_out(render):
    """No border is new: what the studio makes of the light changes as gently as a pool of light does."""
    source = photo("cat", 320)
    for picture in render("studio-softbox", source, variants=(0, 2)):
        gain = np.log((cv2.GaussianBlur(lightness(picture.pixels), (0, 0), 5) + 2) / (_soft(source, 5) + 2))
        steps = np.hypot(*np.gradient(gain))
        assert np.percentile(steps, 99) < 0.045
        assert gain.max() - gain.min() > 0.15


def _soft(pixels, sigma):
    return cv2.GaussianBlur(lightness(pixels), (0, 0), sigma)


def test_a_face_by_night_is_alive(render):
    """Whoever is photographed by the moon has warm skin, not ash, and no blue teeth."""
    source = photo("portrait", 320)
    for picture in render("studio-night", source, variants=(0, 1, 2, 3)):
        lab = cv2.cvtColor(picture.pixels[..., :3].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
        cheeks, teeth = lab[66:90, 128:152], lab[90:95, 134:146]
        assert cheeks[..., 2].mean() > 3
        assert teeth[..., 2].mean() > -1


def test_what_is_behind_has_nothing_of_the_subject(coffee):
    there = scene(coffee)
    light = np.zeros((*there.shape, 3), np.float32)
    light[there.matte > 0.02] = 1.0
    away = there.matte < 0.01
    assert behind(there, light, 6)[away].mean() < 0.35 * cv2.GaussianBlur(light, (0, 0), 6)[away].mean() + 0.02


def test_a_portrait_keeps_pores_and_evens_blotches(astronaut):
    there = scene(
        cv2.resize(astronaut, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC), (Box(x=195, y=75, w=111, h=111),)
    )
    y, x = np.mgrid[0 : there.shape[0], 0 : there.shape[1]]
    pores, blotch = 1.5 * np.sin(2 * x) * np.sin(2 * y), 2.0 * np.sin(x / 4.0) * np.sin(y / 4.0)
    even = np.full((*there.shape, 3), (70, 16, 18), np.float32)
    there.once(vars(type(there))["skin"], lambda: np.ones(there.shape, np.float32))
    marked = even.copy()
    marked[..., 0] += (pores + blotch).astype(np.float32)
    left = (evened_skin(marked, there, 1.0) - evened_skin(even, there, 1.0))[..., 0]
    cheek = np.s_[120:165, 215:285]
    share = [(left * wave)[cheek].sum() / (wave * wave)[cheek].sum() for wave in (pores, blotch)]
    assert share[0] > 0.85
    assert share[1] < 0.8


def test_eyes_are_found_level_or_not_at_all(astronaut):
    large = cv2.resize(astronaut, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    face = Box(x=195, y=75, w=111, h=111)
    left, right = eyes_of(scene(large, (face,)), face)
    assert left[0] < face.x + face.w / 2 < right[0]
    assert eyes_of(scene(np.full_like(large, 180), (face,)), face) == []


def test_a_portrait_without_a_face_says_so(render, coffee, astronaut):
    assert "No face was found" in render("studio-portrait", coffee)[0].notes[-1]
    assert render("studio-portrait", Input(astronaut, faces=(FACE,)))[0].notes == ()
