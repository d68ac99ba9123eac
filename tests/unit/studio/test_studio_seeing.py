"""What the studio sees in a photo: the subject, what is near, and where sky, water and leaves are."""

from functools import cache

import cv2
import numpy as np
import pytest

from engine.contract import Box
from engine.renderers.base import Input
from engine.renderers.studio.edging import guided_by_colour
from engine.renderers.studio.foreground import foreground
from engine.renderers.studio.scene import scene_of
from tests.support.photos import photo

SIDE = 320

#: Hand-drawn outlines, in tenths of the width and the height.
OUTLINES = {
    "portrait": "0.5,10 0.5,6 1.2,4.8 2.3,4.1 2.4,3.2 3.6,2.9 3.4,2.6 3,1.8 3.3,.7 4.5,.3 5.7,.7 5.9,1.7 5.4,2.7 "
    "5.1,2.9 5.9,4 6,4.7 6.7,5.3 7,6.7 6.4,7.1 5.6,8.2 5.5,10",
    "coffee": "2.9,2 3,1.2 3.5,.7 4.4,.4 5.5,.6 6.3,1.1 6.7,1.8 7.05,1.9 7,2.5 7.6,3.5 7.95,5 7.9,6.5 7.3,8.2 6.3,9.3 "
    "5,9.75 3.8,9.5 2.6,8.6 1.8,7.3 1.4,6 1.3,4.8 1.6,3.5 2.2,2.5",
    "cat": "0,10 0,4.6 .7,3 .6,0 8.8,0 7.3,1.7 7.9,3.8 7.9,5.2 7.4,6.5 6.8,8 6.7,9.2 6.2,10",
    "raccoon": "0,0 8.3,0 8.4,1.4 9.1,1.2 9,2.5 8.7,4.5 8,5 7,5.8 6.4,6.4 7.5,6.8 7,7.4 6,7.6 5.2,7.2 4.2,7 3.5,5.8 "
    "2.5,5.3 1.5,5 1,4.2 0,3.8",
    "pavilion": "3,.7 3.4,.7 3.4,1.3 4.9,2.8 4.8,3.3 5.1,4.1 5,5.5 5.5,6 5.3,7 5.8,7.9 5,8.7 5,10 4.7,10 4.5,9 3.2,8.5 "
    "2.7,8 1.1,7.8 1.3,7 1.1,6 1.5,5.5 1.5,4.5 1.3,4.1 1.7,3.3 1.5,2.8",
    "dahlia": "4.8,2 6.3,2.9 6.9,5.2 6.3,7.5 4.8,8.4 3.3,7.5 2.7,5.2 3.3,2.9",
}
#: Her face, and right of it a helmet that may be taken along or not.
ASTRONAUT = Box(x=110, y=40, w=62, h=62)


@cache
def scene(name):
    faces = (ASTRONAUT,) if name == "portrait" else ()
    return scene_of(Input(photo(name, SIDE), faces=faces), SIDE)


def outline(name, shape):
    points = [[float(value) for value in pair.split(",")] for pair in OUTLINES[name].split()]
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.int32([(x * shape[1] / 10, y * shape[0] / 10) for x, y in points])], 1)
    return mask > 0


@pytest.mark.parametrize(
    ("name", "least"),
    [("portrait", 0.8), ("coffee", 0.88), ("cat", 0.55), ("raccoon", 0.75), ("pavilion", 0.75), ("dahlia", 0.85)],
)
def test_the_subject_is_what_a_person_would_outline(name, least):
    matte = scene(name).matte > 0.5
    wanted = outline(name, matte.shape)
    if name == "portrait":
        matte[:, round(0.56 * SIDE) :] &= wanted[:, round(0.56 * SIDE) :]
    assert (matte & wanted).sum() / (matte | wanted).sum() > least


def test_it_knows_how_sure_it_is_of_the_subject():
    clear, fills_the_frame, no_subject = (scene(name).cutout.certain for name in ("dahlia", "cat", "canyon"))
    assert clear > 0.6 > fills_the_frame
    assert no_subject < 0.2


def test_a_matte_is_whole_inside_and_empty_outside():
    matte = scene("dahlia").matte
    inner = cv2.erode(outline("dahlia", matte.shape).astype(np.uint8), np.ones((15, 15))) > 0
    outer = cv2.dilate(outline("dahlia", matte.shape).astype(np.uint8), np.ones((41, 41))) == 0
    outer[round(0.8 * len(outer)) :] = False  # two more flowers stand there
    assert matte[inner].min() > 0.95
    assert matte[outer].max() < 0.05


@pytest.mark.parametrize("name", ["portrait", "coffee", "cat", "motorcycle"])
def test_indoors_there_is_no_sky_no_water_and_no_foliage(name):
    assert max(float(plane.mean()) for plane in scene(name).regions) < 0.01


@pytest.mark.parametrize(
    ("name", "region", "inside", "outside"),
    [
        ("pavilion", "sky", (0.1, 0.7), (0.85, 0.6)),
        ("pavilion", "water", (0.6, 0.65), (0.1, 0.7)),
        ("pavilion", "foliage", (0.88, 0.15), (0.2, 0.8)),
        ("canyon", "sky", (0.1, 0.4), (0.5, 0.9)),
        ("canyon", "water", (0.7, 0.75), (0.95, 0.5)),
        ("raccoon", "foliage", (0.75, 0.3), (0.2, 0.2)),
    ],
)
def test_sky_water_and_foliage_are_found_where_they_are(name, region, inside, outside):
    plane = getattr(scene(name).regions, region)
    value = [plane[round(y * plane.shape[0]), round(x * plane.shape[1])] for y, x in (inside, outside)]
    assert value[0] > 0.7
    assert value[1] < 0.2


@pytest.mark.parametrize(
    ("name", "near", "far"),
    [
        ("pavilion", (0.5, 0.3), (0.2, 0.7)),  # tower, sky
        ("pavilion", (0.9, 0.8), (0.6, 0.7)),  # trees, lake
        ("canyon", (0.95, 0.5), (0.6, 0.5)),  # shore, far bank
        ("canyon", (0.5, 0.2), (0.1, 0.4)),  # mountain, sky
        ("portrait", (0.3, 0.43), (0.3, 0.65)),  # face, wall
        ("dahlia", (0.5, 0.48), (0.3, 0.1)),  # flower, leaves
    ],
)
def test_what_is_nearer_has_less_depth(name, near, far):
    depth = scene(name).depth
    close, away = (depth[round(y * depth.shape[0]), round(x * depth.shape[1])] for y, x in (near, far))
    assert close + 0.1 < away


def test_a_subject_has_one_depth():
    seen = scene("dahlia")
    assert seen.depth[seen.matte > 0.98].std() < 0.03


def test_an_empty_picture_has_no_subject_no_regions_and_a_depth():
    blank = scene_of(Input(np.full((60, 90, 3), 128, np.uint8)), 90)
    assert blank.cutout.certain < 0.3
    assert all(float(plane.max()) == 0 for plane in blank.regions)
    assert np.isfinite(blank.depth).all()
    assert 0 <= blank.depth.min() <= blank.depth.max() <= 1


def test_planes_snap_to_the_edges_of_the_picture():
    picture = np.zeros((80, 120, 3), np.float32) + 0.2
    picture[:, 60:] = (0.8, 0.5, 0.3)
    vague = cv2.GaussianBlur((np.indices((80, 120))[1] > 63).astype(np.float32), (0, 0), 4)
    for step in (1, 2):
        snapped = guided_by_colour(picture, vague, 12, 1e-4, step)
        assert snapped[40, 56] < 0.2
        assert snapped[40, 63] > 0.6


def test_the_subjects_colours_lose_what_shines_through():
    matte = cv2.GaussianBlur((np.hypot(*(np.indices((240, 240)) - 120.0)) < 70).astype(np.float32), (0, 0), 2)
    red, green = np.float32([0.9, 0.1, 0.1]), np.float32([0.1, 0.8, 0.2])
    mixed = matte[..., None] * red + (1 - matte[..., None]) * green
    edge = (matte > 0.3) & (matte < 0.7)
    before, after = (np.abs(picture[edge] - red).mean() for picture in (mixed, foreground(mixed, matte)))
    assert after < 0.3 * before
