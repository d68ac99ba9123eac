"""Clips: what moves, where it moves, and what the file is."""

import io
import itertools

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from engine.contract import Change, Kind, Motion
from engine.errors import RenderCancelled
from engine.renderers.base import Input, RenderTask
from engine.renderers.studio.clips.camera import FARTHEST, move_for, nearness
from engine.renderers.studio.clips.clip import even, shot_of
from engine.renderers.studio.clips.clock import Clock, phases
from engine.renderers.studio.clips.film import ahead
from engine.renderers.studio.clips.layers import filled, layers_of
from engine.renderers.studio.clips.lens import Lens
from tests.support.photos import photo

EFFECTS = [m for m in Motion if m not in {Motion.PUSH_IN, Motion.PULL_BACK, Motion.PAN, Motion.ORBIT, Motion.LOOP}]
CAMERA = [Motion.PUSH_IN, Motion.PULL_BACK, Motion.PAN, Motion.ORBIT]


@pytest.fixture
def clip(render, coffee):
    def film(*motion, seconds=1.0, **task):
        (made,) = render("studio-motion", coffee, kind=Kind.ANIMATE, motion=motion, seconds=seconds, **task)
        return made

    return film


@pytest.fixture(scope="session")
def shot():
    """Return a shot of a photo (its name) or of pixels, to be looked at frame by frame."""
    kept = {}

    def of(what, *motion, frames=48, seed=1, **task):
        pixels = photo(what, 192) if isinstance(what, str) else what
        if not isinstance(what, str):
            return made(pixels, motion, frames, seed, task)
        key = what, motion, frames, seed, *task.items()
        if key not in kept:
            kept[key] = made(pixels, motion, frames, seed, task)
        return kept[key]

    def made(pixels, motion, frames, seed, task):
        task = RenderTask((Input(pixels),), kind=Kind.ANIMATE, motion=motion, seed=seed, **task)
        return shot_of(task, 0, even((pixels.shape[1], pixels.shape[0])), Clock(frames))

    return of


def frames_of(data):
    with av.open(io.BytesIO(data)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def apart(first, second):
    """How far two frames are apart at each pixel, 0..255."""
    return np.abs(first.astype(int) - second.astype(int)).mean(axis=2)


def scale_between(first, last):
    """How much larger the middle of the first frame is in the last."""
    grey = [cv2.cvtColor(f, cv2.COLOR_RGB2GRAY) for f in (first, last)]
    points = cv2.goodFeaturesToTrack(grey[0], 80, 0.02, 5)
    moved, found, _ = cv2.calcOpticalFlowPyrLK(*grey, points, None, winSize=(31, 31), maxLevel=4)
    matrix, _ = cv2.estimateAffinePartial2D(points[found == 1], moved[found == 1], ransacReprojThreshold=2)
    return np.hypot(matrix[0, 0], matrix[1, 0])


def test_a_push_in_is_a_playable_clip_that_moves_inwards(clip):
    made = clip(Motion.PUSH_IN, seconds=2.0)
    with av.open(io.BytesIO(made.mp4)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt, stream.frames) == ("h264", "yuv420p", 48)
        assert (stream.width, stream.height) == (made.width, made.height) == (192, 128)
        assert stream.average_rate == 24
        assert float(stream.duration * stream.time_base) == pytest.approx(2.0, abs=0.02)
    assert made.mp4.index(b"moov") < made.mp4.index(b"mdat")
    frames = frames_of(made.mp4)
    assert 1.1 < scale_between(frames[0], frames[-1]) < 1.4
    assert made.poster.shape == (128, 192, 3)
    assert made.notes == ()


def test_a_pull_back_moves_outwards(clip):
    frames = frames_of(clip(Motion.PULL_BACK).mp4)
    assert scale_between(frames[0], frames[-1]) < 0.92


def test_the_preview_is_a_small_moving_picture(clip):
    made = clip(seconds=1.0)
    with Image.open(io.BytesIO(made.preview_webp)) as preview:
        assert preview.is_animated
        assert preview.n_frames == 24
        assert max(preview.size) <= 320


def test_odd_sides_become_even_and_large_pictures_fit(render):
    pixels = np.full((1301, 1999, 3), 90, np.uint8)
    (made,) = render("studio-motion", pixels, kind=Kind.ANIMATE, seconds=1.0, long_side=321)
    assert (made.width, made.height) == (320, 208)


@pytest.mark.parametrize("size", [(17, 16), (640, 31), (101, 333)])
def test_pictures_of_any_shape_can_be_filmed(render, size):
    pixels = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 4), np.uint8)
    motion = (Motion.ORBIT, Motion.RAIN, Motion.SPARKLE)
    (made,) = render("studio-motion", pixels, kind=Kind.ANIMATE, seconds=0.3, motion=motion)
    assert made.width % 2 == made.height % 2 == 0
    assert len(frames_of(made.mp4)) == 7


@pytest.mark.parametrize("size", [(1, 1), (300, 2), (2, 90)])
def test_everything_at_once_moves_in_the_smallest_pictures(render, size):
    pixels = cv2.resize(photo("raccoon"), size, interpolation=cv2.INTER_AREA)
    (made,) = render("studio-motion", pixels, kind=Kind.ANIMATE, seconds=0.3, motion=tuple(Motion))
    assert len(frames_of(made.mp4)) == 7


def test_what_is_transparent_is_filmed_white(shot):
    pixels = np.full((96, 128, 4), 60, np.uint8)
    pixels[:, :64, 3], pixels[:, 64:, 3] = 0, 255
    frame = shot(pixels, Motion.PUSH_IN).frame(0)
    assert frame[:, :50].min() > 250
    assert frame[:, 80:].max() < 70


def test_the_same_seed_gives_the_same_clip(clip):
    motion = (Motion.PAN, Motion.SNOW, Motion.FOG)
    assert clip(*motion, seed=5).mp4 == clip(*motion, seed=5).mp4
    assert clip(*motion, seed=5).mp4 != clip(*motion, seed=6).mp4


def test_a_strong_change_goes_farther_than_a_subtle_one(shot):
    ends = {c: shot("coffee", Motion.PUSH_IN, change=c) for c in (Change.SUBTLE, Change.STRONG)}
    scales = {c: scale_between(s.frame(0), s.frame(47)) for c, s in ends.items()}
    assert scales[Change.STRONG] > scales[Change.SUBTLE] + 0.05


def test_cancelling_stops_the_filming(clip):
    steps = []

    def report(step, of, preview):
        steps.append(step)
        if preview is not None:
            raise RenderCancelled

    with pytest.raises(RenderCancelled):
        clip(report=report)
    assert steps == [1, 2]


def test_progress_grows_to_the_end_and_shows_frames(render, coffee):
    steps = []
    task = {"kind": Kind.ANIMATE, "motion": (Motion.RAIN,), "seconds": 1.0, "variants": (0, 1)}
    render(
        "studio-motion",
        coffee,
        report=lambda step, of, preview: steps.append((step, of, preview is not None)),
        **task,
    )
    numbers = [step for step, _, _ in steps]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] <= steps[0][1]
    assert sum(shown for _, _, shown in steps) >= 8


@pytest.mark.parametrize("motion", [*CAMERA, *EFFECTS, None])
def test_a_loop_closes_exactly(shot, motion):
    asked = (motion, Motion.LOOP) if motion else (Motion.PAN, Motion.FOG, Motion.CLOUDS, Motion.LOOP)
    looped = shot("pavilion", *asked, frames=24)
    first, last = looped.frame(0), looped.frame(23)
    assert np.array_equal(first, last)
    assert apart(first, looped.frame(9)).mean() > 0.05


@pytest.mark.parametrize("motion", [(Motion.PUSH_IN,), (Motion.ORBIT, Motion.RAIN, Motion.FOG)])
def test_the_file_of_a_loop_ends_as_it_begins(clip, motion):
    frames = frames_of(clip(*motion, Motion.LOOP).mp4)
    assert apart(frames[0], frames[-1]).mean() <= 1
    assert apart(frames[0], frames[12]).mean() > 2


@pytest.mark.parametrize("motion", [Motion.RAIN, Motion.SNOW, Motion.WATER, Motion.WIND])
def test_a_loop_neither_freezes_nor_jumps_where_it_closes(shot, motion):
    looped = shot("canyon" if motion is Motion.WATER else "pavilion", motion, Motion.LOOP)
    steps = [apart(looped.frame(n), looped.frame(n + 1)).mean() for n in (0, 1, 10, 22, 45, 46)]
    assert min(steps) > 0.3 * max(steps)


REGIONS = [("canyon", Motion.WATER, "water"), ("canyon", Motion.CLOUDS, "sky"), ("pavilion", Motion.WIND, "foliage")]


@pytest.mark.parametrize(("name", "motion", "region"), REGIONS)
def test_what_moves_in_a_region_leaves_the_rest_alone(shot, name, motion, region):
    filmed = shot(name, motion)
    plane = cv2.resize(getattr(filmed.stage, region), filmed.frame(0).shape[1::-1])
    moved = np.mean([apart(filmed.frame(0), filmed.frame(n)) for n in (7, 19, 31)], axis=0)
    elsewhere = cv2.dilate(plane, np.ones((9, 9))) < 0.02
    assert moved[plane > 0.9].mean() > 0.6
    assert moved[elsewhere].mean() < 0.05


NOTES = [
    ("cat", Motion.WATER, "no water"),
    ("cat", Motion.CLOUDS, "no sky"),
    ("cat", Motion.WIND, "no leaves"),
    ("cat", Motion.FIRE, "no flame"),
    ("canyon", Motion.CLOUDS, "added soft clouds"),
]


@pytest.mark.parametrize(("name", "motion", "said"), NOTES)
def test_what_is_not_in_the_picture_is_said(shot, name, motion, said):
    first, *more = shot(name, motion).notes
    assert said in first
    assert more == (["The camera moves in instead."] if "so n" in first else [])
    assert shot(name, motion, Motion.PAN).notes == (first,)


def test_without_its_region_a_motion_still_gives_a_moving_clip(shot):
    filmed = shot("cat", Motion.WATER)
    assert apart(filmed.frame(0), filmed.frame(40)).mean() > 1


def candle():
    """A candle's flame before a dark wall."""
    y, x = np.mgrid[0:160, 0:240].astype(np.float32)
    flame = np.exp(-(((x - 120) / 7) ** 2 + ((y - 80) / 18) ** 2))[..., None]
    wall = np.random.default_rng(2).normal(30, 3, (160, 240, 1))
    return np.clip(wall * [1, 0.85, 0.7] + flame * [255, 214, 130], 0, 255).astype(np.uint8)


def test_a_flame_flickers_and_its_embers_rise(shot):
    filmed = shot(candle(), Motion.FIRE, frames=72)
    assert filmed.notes == ()
    light = [filmed.frame(n)[60:100, 90:150].astype(float) for n in range(0, 72, 3)]
    reds, blues = (np.array([frame[..., k].mean() for frame in light]) for k in (0, 2))
    assert reds.std() > 1.5
    assert reds.std() > blues.std()
    above = np.max([apart(filmed.frame(n), filmed.frame(0))[10:50, 60:180] for n in range(0, 72, 6)], axis=0)
    assert above.max() > 40


def test_sparkle_lights_small_bright_spots_only(shot):
    pixels = np.full((160, 240, 3), 60, np.uint8)
    pixels[:, 120:] = (150, 150, 150)
    for x, y in itertools.product((30, 70, 100), (30, 80, 130)):
        cv2.circle(pixels, (x, y), 2, (255, 255, 250), -1)
    filmed = shot(pixels, Motion.SPARKLE, Motion.PAN, frames=72)
    still = shot(pixels, Motion.PAN, frames=72)
    light = np.max([apart(filmed.frame(n), still.frame(n)) for n in range(0, 72, 6)], axis=0)
    assert light[:, :110].max() > 60
    assert light[:, 150:].max() < 5
    assert filmed.notes == ()


def test_snow_falls(shot):
    filmed = shot(np.full((160, 240, 3), 40, np.uint8), Motion.SNOW, frames=96)
    first, second = (filmed.frame(n).mean(axis=2) for n in (10, 12))
    assert 0.005 < (first > 110).mean() < 0.2
    # Two frames later the flakes are a little lower, not higher.
    below, above = (np.abs(np.roll(first, way, axis=0) - second).mean() for way in (1, -1))
    assert below < 0.9 * above


def test_rain_darkens_and_cools_and_fog_hides_what_is_far(shot, lab):
    plain, rain, fog = (lab(shot("pavilion", *m).frame(0)) for m in ((), (Motion.RAIN,), (Motion.FOG,)))
    assert rain[..., 0].mean() < plain[..., 0].mean() - 3
    assert rain[..., 2].mean() < plain[..., 2].mean() - 1
    far, near = (slice(45, 64), slice(112, 161)), (slice(15, 82), slice(34, 75))

    def contrast(picture, part):
        return np.abs(cv2.Laplacian(picture[..., 0], cv2.CV_32F))[part].mean()

    assert contrast(fog, far) < 0.8 * contrast(plain, far)
    assert contrast(fog, near) / contrast(plain, near) > contrast(fog, far) / contrast(plain, far)


def test_near_things_move_more_than_far_ones():
    move = move_for((Motion.PAN,), (0.5, 0.5), 0.2, pivot=0.6)
    clock, lens = Clock(48), Lens((320, 200), (320, 200), move)
    travel = {}
    for depth in (0.0, 0.5, 1.0):
        places = [lens.place(move.at(clock, n), np.float32([0.5]), np.float32([0.5]), nearness(depth)) for n in (0, 47)]
        travel[depth] = abs(float(places[1][0][0] - places[0][0][0]))
    assert travel[0.0] > travel[0.5] > travel[1.0] > 5
    assert travel[0.0] > 1.2 * travel[1.0]


@pytest.mark.parametrize("motion", CAMERA)
def test_points_are_placed_where_the_picture_shows_them(motion):
    move = move_for((motion,), (0.4, 0.6), 0.25, pivot=0.5)
    clock, lens = Clock(48), Lens((320, 200), (320, 200), move)
    pose = move.at(clock, 40)
    near = np.full((20, 32), 0.9, np.float32)
    look = lens.looks(pose, near)
    row, column = 20, 50
    x, y = lens.place(pose, look.x[row, column], look.y[row, column], 0.9)
    # A keystone, which points are not bent by, is less than a pixel or two.
    assert float(x) == pytest.approx((column - 1 + 0.5) * 4 - 0.5, abs=2)
    assert float(y) == pytest.approx((row - 1 + 0.5) * 4 - 0.5, abs=2)


@pytest.mark.parametrize(
    "motion", [(), *[(m,) for m in CAMERA], (Motion.ORBIT, Motion.LOOP), (Motion.PAN, Motion.ORBIT)]
)
@pytest.mark.parametrize("focus", [(0.5, 0.5), (0.02, 0.97), (1.1, -0.2)])
def test_the_camera_never_leaves_the_picture_and_never_jumps(motion, focus):
    move = move_for(motion, focus, 0.3, pivot=0.5)
    clock, lens = Clock(96), Lens((320, 200), (320, 200), move)
    for near, number in itertools.product((FARTHEST, 1.0), (0, 30, 60, 95)):
        look = lens.sheet(move.at(clock, number), near)
        assert min(look.x.min(), look.y.min()) > -0.004
        assert max(look.x.max(), look.y.max()) < 1.004
    paths = [lens.place(move.at(clock, n), np.float32([0.2]), np.float32([0.8]), 1.0) for n in range(96)]
    steps = np.diff(np.array(paths)[..., 0], axis=0)
    assert np.abs(steps).max() < 0.016 * 320
    assert np.abs(np.diff(steps, axis=0)).max() < 1.0


def test_a_push_in_begins_with_the_whole_picture(shot):
    first = shot("coffee", Motion.PUSH_IN).frame(0)
    whole = cv2.resize(photo("coffee", 192), first.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert apart(first, whole).mean() < 2.5


def test_the_subject_moves_before_its_background_without_tearing(shot):
    pixels = np.repeat(np.random.default_rng(1).normal(120, 14, (200, 300, 1)), 3, axis=2)
    pixels = cv2.GaussianBlur(pixels, (0, 0), 1.2).clip(0, 255).astype(np.uint8)
    matte = np.zeros((200, 300), np.float32)
    cv2.circle(matte, (150, 100), 45, 1.0, -1)
    pixels[matte > 0] = (200, 60, 40)
    layers = layers_of(pixels, matte, 0.9 - 0.7 * matte)
    assert layers.front is not None
    # Behind the subject there is background, as rough as it is around it, and nothing of the subject.
    behind = layers.back[80:120, 130:170].astype(float)
    ring = layers.back[92:108, 108:116].astype(float)
    assert np.abs(behind.mean((0, 1)) - 120).max() < 12
    assert ring.std() > 0.5 * pixels[10:40, 10:40].astype(float).std()
    # And laid over each other they are the picture.
    alpha = layers.front[..., 3:] / 255
    assert np.abs(layers.front[..., :3] * alpha + layers.back * (1 - alpha) - pixels).max() < 2
    assert layers.front_near[100, 150] > layers.back_near[100, 150] + 0.2


def test_a_subject_that_does_not_stand_out_stays_in_its_picture():
    pixels = np.full((60, 90, 3), 100, np.uint8)
    matte = np.zeros((60, 90), np.float32)
    matte[20:40, 30:60] = 1
    assert layers_of(pixels, matte, np.full_like(matte, 0.5)).front is None
    assert layers_of(pixels, np.zeros_like(matte), np.full_like(matte, 0.5)).front is None


def test_holes_are_filled_from_around_them():
    known = np.ones((40, 40), np.float32)
    known[10:30, 10:30] = 0
    plane = np.tile(np.linspace(0, 1, 40, dtype=np.float32), (40, 1))
    out = filled(plane * known, known)
    assert np.array_equal(out[known == 1], plane[known == 1])
    assert out[20, 12] < 0.5 < out[20, 27]


def test_phases_take_turns():
    for share in np.linspace(0, 1, 13):
        first, second = phases(share, 2)
        assert first.weight + second.weight == pytest.approx(1)
    assert phases(0.0, 3)[1] == (0.0, 1.0)
    assert phases(0.0, 3) == phases(1.0, 3)


def test_motions_combine(shot):
    alone = shot("pavilion", Motion.PUSH_IN)
    dry = shot("pavilion", Motion.PUSH_IN, Motion.FOG)
    all_three = shot("pavilion", Motion.PUSH_IN, Motion.FOG, Motion.RAIN)
    assert scale_between(all_three.frame(0), all_three.frame(47)) > 1.08
    assert apart(alone.frame(20), dry.frame(20)).mean() > 4
    assert apart(dry.frame(20), all_three.frame(20)).mean() > 4


def test_frames_are_made_a_few_ahead_and_not_all_at_once():
    made = []

    def frame(number):
        made.append(number)
        return np.full((2, 2, 3), number % 256, np.uint8)

    for number, picture in enumerate(ahead(frame, 240)):
        assert picture[0, 0, 0] == number
        assert len(made) <= number + 8
    assert sorted(made) == list(range(240))


def test_nothing_more_is_made_when_nobody_wants_it():
    made = []
    frames = ahead(lambda number: made.append(number) or np.zeros((2, 2, 3), np.uint8), 240)
    next(frames)
    frames.close()
    assert len(made) <= 8
