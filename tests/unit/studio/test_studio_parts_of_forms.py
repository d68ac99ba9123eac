"""The parts that sculpted and set looks share: areas, tones of faces, swelling, mirrors, points and tiles."""

import cv2
import numpy as np
import pytest

from engine.contract import Box
from engine.renderers.studio.areas import areas_of, edge_of, filled, means, without_slivers
from engine.renderers.studio.features import feature_height, printed
from engine.renderers.studio.hair import hair_of
from engine.renderers.studio.joining import divided
from engine.renderers.studio.pieces import outlined, tones
from engine.renderers.studio.scatter import sampled, strewn
from engine.renderers.studio.scene import Scene
from engine.renderers.studio.sculpt import Box as Softbox
from engine.renderers.studio.sculpt import mirrored, normals, room, softbox, swollen
from engine.renderers.studio.tesserae import laid


def scene(pixels, *faces):
    return Scene(pixels[..., :3].astype(np.float32) / 255, faces=faces)


@pytest.fixture(scope="module")
def portrait(astronaut):
    return scene(astronaut, Box(x=65, y=25, w=37, h=37))


def quarters(side=96):
    picture = np.zeros((side, side, 3), np.uint8)
    half = side // 2
    picture[:half, :half], picture[:half, half:] = (220, 40, 40), (40, 180, 60)
    picture[half:, :half], picture[half:, half:] = (40, 60, 200), (230, 220, 90)
    return picture


def test_areas_follow_what_is_one_colour():
    areas = areas_of(scene(quarters()), 4, 4.0)
    assert len(areas.lab) == 4
    middles = [areas.labels[y, x] for y in (24, 72) for x in (24, 72)]
    assert sorted(middles) == [0, 1, 2, 3]
    assert (areas.labels[4:44, 4:44] == areas.labels[24, 24]).all()


def test_areas_are_numbered_without_gaps_and_none_is_a_sliver(portrait):
    areas = areas_of(portrait, 60, 5.0)
    assert np.array_equal(np.unique(areas.labels), np.arange(len(areas.lab)))
    assert 20 < len(areas.lab) <= 60
    assert areas is areas_of(portrait, 60, 5.0)
    assert np.allclose(areas.mean(portrait.flat), areas.lab, atol=1e-3)


def sunset(side=240):
    """A sky that runs from blue to orange, and a dark tower before it."""
    down = np.linspace(0, 1, side)[:, None, None]
    sky = np.broadcast_to((1 - down) * (70, 110, 200) + down * (240, 160, 90), (side, side, 3))
    picture = sky.astype(np.uint8)
    picture[60:, 100:140] = (40, 30, 30)
    return picture


def test_a_gradient_is_one_area_however_many_there_may_be():
    areas = areas_of(scene(sunset()), 40, 5.0)
    left = areas.labels[:, :80]
    assert (left == np.bincount(left.ravel()).argmax()).mean() > 0.95
    assert areas.labels[150, 120] != left[150, 40]


def test_what_is_too_large_for_one_pane_is_cut_evenly_and_straight():
    areas = areas_of(scene(sunset()), 40, 3.0, most=0.06)
    size = np.bincount(areas.labels.ravel()) / areas.labels.size
    assert size.max() < 0.12
    assert len(size) > 12
    # Straight: between its ends a cut hardly leaves the line through them. Convex pieces have no bays.
    for name in np.unique(areas.labels[10:200, 5:60]):
        (outline, *_), _ = cv2.findContours((areas.labels == name).astype(np.uint8), cv2.RETR_EXTERNAL, 2)
        assert cv2.contourArea(outline) > 0.9 * cv2.contourArea(cv2.convexHull(outline))


def test_a_face_is_not_cut_for_being_large():
    labels = np.zeros((80, 120), np.int32)
    face = np.zeros((80, 120), np.float32)
    face[:, :60] = 1
    assert len(np.unique(divided(labels, 1500, np.ones_like(face)))) == 1
    assert len(np.unique(divided(labels, 1500, np.zeros_like(face)))) > len(np.unique(divided(labels, 1500, face))) > 1


def test_more_weight_on_a_face_gives_it_more_areas(portrait):
    inside = portrait.near_faces(1.0) > 0.5
    few, many = (len(np.unique(areas_of(portrait, 60, 2.0, fine).labels[inside])) for fine in (0.0, 12.0))
    assert many > few


def test_a_sliver_goes_to_its_neighbours():
    labels = np.zeros((40, 40), np.int32)
    labels[:, 20:] = 1
    labels[:, 20] = 2
    kept = without_slivers(labels, 3.0)
    assert np.array_equal(np.unique(kept), [0, 1])
    assert kept[5, 5] != kept[5, 35]


def test_gaps_take_the_nearest_label_and_a_whole_gap_stays():
    labels = np.repeat(np.asarray([[0, 0, 9, 1, 1]], np.int32), 5, axis=0)
    assert set(np.unique(filled(labels, labels == 9))) == {0, 1}
    assert np.array_equal(filled(labels, np.ones_like(labels, bool)), labels)


def test_means_weigh_what_they_are_told_to():
    labels = np.asarray([[0, 0, 1, 1]], np.int32)
    plane = np.asarray([[1, 3, 5, 9]], np.float32)
    weight = np.asarray([[1, 1, 1, 0]], np.float32)
    assert means(labels, 3, plane).tolist() == [2, 7, 0]
    assert means(labels, 2, plane, weight).tolist() == [2, 5]


def test_the_distance_to_an_outline_grows_inwards_and_is_far_without_one():
    labels = np.zeros((20, 40), np.int32)
    labels[:, 20:] = 1
    edge = edge_of(labels)
    assert edge[10, 20] <= 1
    assert edge[10, 2] > edge[10, 12] > edge[10, 18]
    assert edge_of(np.zeros((8, 8), np.int32)).min() >= 8


def test_a_face_is_printed_in_a_few_tones_with_its_features(portrait):
    face = printed(portrait, 6, 6.0)
    assert 2 <= len(np.unique(face.labels[face.labels >= 0])) <= 6
    assert (face.where[120:] < 0.01).all()
    eyes, cheek = portrait.lab[38:44, 74:92, 0].min(), portrait.lab[50, 78, 0]
    assert cheek - eyes > 20
    assert face.lab[50, 78, 0] - face.lab[38:44, 74:92, 0].min() > 12


def test_hair_is_one_mass_with_soft_light_on_it(portrait):
    face = printed(portrait, 6, 6.0)
    crown, cheek = np.s_[12:22, 74:92], np.s_[48:56, 78:92]
    own, painted = portrait.lab[crown][..., 0], face.lab[crown][..., 0]
    assert len(np.unique(face.labels[crown])) == 1
    assert face.labels[cheek].flat[0] != face.labels[crown].flat[0]
    assert face.where[crown].min() > 0.8
    rough = [np.abs(plane - cv2.GaussianBlur(plane, (0, 0), 2)).mean() for plane in (own, painted)]
    assert rough[1] < 0.4 * rough[0]
    assert abs(float(painted.mean() - own.mean())) < 6


def test_who_has_no_hair_gets_none():
    y, x = np.mgrid[0:120, 0:120].astype(np.float32)
    skin = np.full((120, 120, 3), (68, 16, 20), np.float32) - np.hypot(x - 60, y - 60)[..., None] * (0.05, 0, 0)
    assert hair_of(np.float32(skin), Box(x=40, y=40, w=40, h=40), 0, 0).max() == 0


def test_without_a_face_nothing_is_printed_or_modelled(coffee):
    empty = scene(coffee)
    assert printed(empty).where.max() == 0
    assert not feature_height(empty).any()


def test_a_face_stands_out_and_its_nose_most(portrait):
    height = feature_height(portrait)
    assert height[47, 83] > height[47, 72] > height[140, 20] == 0


def test_tones_keep_apart_and_outlines_lose_their_corners():
    lab = cv2.cvtColor(quarters().astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    _, colours = tones(lab, 8, 10.0)
    assert len(colours) == 4
    square = np.zeros((40, 40), np.int32)
    square[10:30, 10:30] = 1
    round_ = outlined(square, 2, 5.0, (80, 80))
    assert round_[40, 40] == 1
    assert round_[21, 21] == 0


def test_a_membrane_rises_from_its_border():
    labels = np.zeros((40, 60), np.int32)
    labels[8:32, 10:50] = 1
    height = swollen(labels)
    inside = height[8:32, 10:50]
    assert np.unravel_index(inside.argmax(), inside.shape)[0] in range(9, 15)
    assert inside.max() > 2 * inside[0].max()
    assert (height > 0).all()


def test_softboxes_and_rooms_are_seen_where_the_surface_faces_them():
    y, x = np.mgrid[-1:1:64j, -1:1:64j].astype(np.float32)
    ball = normals(np.sqrt(np.clip(1 - x * x - y * y, 0, 1)) * 31.5)
    shine = softbox(ball, Softbox(-0.5, -0.5, 0.2, 0.2))
    at = np.unravel_index(shine.argmax(), shine.shape)
    assert at[0] < 30
    assert at[1] < 30
    assert shine[50, 50] == 0
    seen = mirrored(ball, room(-np.pi / 2, 1.0))
    assert seen[16, 32] > seen[38, 32] + 0.3


def test_points_are_dense_where_they_are_wanted():
    apart = np.full((60, 120), 12, np.float32)
    apart[:, :60] = 4
    points = strewn(np.random.default_rng(1), apart, 1.0)
    left = (points[:, 0] < 60).sum()
    assert left > 6 * (len(points) - left)
    assert sampled(apart, np.asarray([[3.0, 3.0], [500.0, -9.0]])).tolist() == [4, 12]


def test_tiles_cover_the_picture_smaller_on_the_face_and_no_two_in_one_place(portrait):
    tiles = laid(portrait, 30.0)
    assert np.quantile(tiles.away, 0.99) < 1.0
    gaps = np.linalg.norm(tiles.at[:, None] - tiles.at[None], axis=2) + 1e3 * np.eye(len(tiles.at))
    assert np.median(gaps.min(axis=1) / tiles.side) > 0.75
    on_face = sampled(portrait.near_faces(1.0), tiles.at) > 0.8
    assert tiles.side[on_face].mean() < 0.85 * tiles.side[~on_face].mean()


def test_tiles_lie_along_an_edge():
    picture = np.full((160, 160, 3), 60, np.uint8)
    y, x = np.mgrid[:160, :160]
    picture[x + y > 160] = 220
    tiles = laid(scene(picture), 70.0)
    near = np.abs(tiles.at.sum(axis=1) - 160) < 20
    turned = np.degrees(tiles.angle[near]) % 90
    assert np.median(np.abs(turned - 45)) < 6
