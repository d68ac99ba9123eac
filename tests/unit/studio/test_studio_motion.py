"""Clips: what the camera does and what the file is."""

import io

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from engine.contract import Kind, Motion
from engine.errors import RenderCancelled
from engine.renderers.studio.camera import View, move_for


@pytest.fixture
def clip(render, coffee):
    def film(*motion, seconds=1.0, **task):
        (made,) = render("studio-motion", coffee, kind=Kind.ANIMATE, motion=motion, seconds=seconds, **task)
        return made

    return film


def frames_of(data):
    with av.open(io.BytesIO(data)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


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
    assert scale_between(frames[0], frames[-1]) == pytest.approx(1.18, abs=0.05)
    assert made.poster.shape == (128, 192, 3)


def test_a_pull_back_moves_outwards(clip):
    frames = frames_of(clip(Motion.PULL_BACK).mp4)
    assert scale_between(frames[0], frames[-1]) < 0.92


def test_a_loop_ends_where_it_began(clip):
    frames = frames_of(clip(Motion.PUSH_IN, Motion.LOOP, seconds=2.0).mp4)
    assert np.abs(frames[0].astype(int) - frames[-1].astype(int)).mean() < 4
    assert scale_between(frames[0], frames[24]) > 1.1


def test_the_preview_is_a_small_moving_picture(clip):
    made = clip(seconds=1.0)
    with Image.open(io.BytesIO(made.preview_webp)) as preview:
        assert preview.is_animated
        assert preview.n_frames == 24
        assert max(preview.size) <= 320


def test_an_unknown_motion_is_answered_by_the_nearest_with_a_note(clip):
    made = clip(Motion.SNOW)
    assert "cannot do snow" in made.notes[0]
    assert "push in" in made.notes[0]
    assert clip(Motion.PUSH_IN).notes == ()


def test_odd_sides_become_even_and_large_pictures_fit(render):
    pixels = np.full((1301, 1999, 3), 90, np.uint8)
    (made,) = render("studio-motion", pixels, kind=Kind.ANIMATE, seconds=1.0, long_side=321)
    assert (made.width, made.height) == (320, 208)


def test_the_same_seed_gives_the_same_clip(clip):
    assert clip(seed=5).mp4 == clip(seed=5).mp4
    assert clip(seed=5).mp4 != clip(seed=6).mp4


def test_cancelling_stops_the_filming(clip):
    steps = []

    def report(step, of, preview):
        steps.append(step)
        raise RenderCancelled

    with pytest.raises(RenderCancelled):
        clip(report=report)
    assert steps == [1]


@pytest.mark.parametrize(
    "motion", [(), (Motion.PUSH_IN,), (Motion.PAN,), (Motion.PULL_BACK,), (Motion.ORBIT, Motion.LOOP)]
)
@pytest.mark.parametrize("focus", [(0.5, 0.5), (0.02, 0.97), (1.1, -0.2)])
def test_the_camera_never_leaves_the_picture_and_never_jumps(motion, focus):
    move = move_for(motion, focus, 0.25)
    views = [move.at(frame, 96) for frame in range(96)]
    for view in views:
        room = 0.5 / view.zoom
        assert room - 1e-6 <= view.x <= 1 - room + 1e-6
        assert room - 1e-6 <= view.y <= 1 - room + 1e-6
    path = np.array([(view.x, view.y, view.zoom) for view in views])
    assert np.abs(np.diff(path, axis=0)).max() < 0.012


def test_a_push_in_begins_with_everything_and_ends_near_its_focus():
    move = move_for((Motion.PUSH_IN,), (0.5, 0.45), 0.2)
    assert move.at(0, 50) == View(1.0, 0.5, 0.5)
    assert move.at(49, 50).zoom == pytest.approx(1.2)
    assert move.at(49, 50).y == pytest.approx(0.45)
