"""Time the clips: seconds a motion, and for combinations of three, with the encoding.

`python tests/bench/clips.py [--photo NAME] [--seconds 4] [--width 1280] [--height 720] [--motion push_in+fog+rain ...]`
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
import tomllib
from pathlib import Path

import cv2
import numpy as np

import engine.models
from engine.contract import Kind, Motion
from engine.models.card import Card
from engine.renderers.base import Input, RenderTask
from engine.renderers.registry import make

ROOT = Path(__file__).parents[2]
CARD = Path(engine.models.__file__).parent / "cards" / "studio-motion.toml"
COMBINED = ("push_in+fog+rain", "orbit+water+clouds", "pan+wind+sparkle", "pull_back+snow+fire+loop")
LIMIT_S = 15.0


def picture(name, size):
    """Return one of the tests' photos, filling a size (width, height)."""
    sys.path.insert(0, str(ROOT))
    from tests.support.photos import photo  # the path to it is known only now

    pixels = photo(name)
    scale = max(size[0] / pixels.shape[1], size[1] / pixels.shape[0])
    large = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    top, left = (large.shape[0] - size[1]) // 2, (large.shape[1] - size[0]) // 2
    return np.ascontiguousarray(large[top : top + size[1], left : left + size[0]])


def timed(renderer, pixels, motion, seconds):
    """Return the wall and the processor seconds of one clip, and the clip."""
    task = RenderTask((Input(pixels),), kind=Kind.ANIMATE, motion=motion, seconds=seconds, variants=(0,), seed=1)
    wall, cpu = time.perf_counter(), time.process_time()
    (clip,) = renderer.render(task, lambda *_: None)
    return time.perf_counter() - wall, time.process_time() - cpu, clip


def main(arguments):
    """Write the table; the exit status is 1 where a clip takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photo", default="pavilion")
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--motion", nargs="*", help="motions, joined by +; all of them when none is named")
    asked = parser.parse_args(arguments)
    # As the engine's worker does it: threads are for frames, not for rows.
    cv2.setNumThreads(1)
    renderer = make(Card.model_validate(tomllib.loads(CARD.read_text(encoding="utf-8"))))
    pixels = picture(asked.photo, (asked.width, asked.height))
    named = asked.motion or [*(m.value for m in Motion if m is not Motion.LOOP), *COMBINED]
    sys.stdout.write(f"{'motion':28} wall s   cpu s   KiB  webp KiB  notes\n")
    slowest = 0.0
    for name in named:
        wall, cpu, clip = timed(renderer, pixels, tuple(Motion(m) for m in name.split("+")), asked.seconds)
        slowest = max(slowest, wall)
        sizes = f"{len(clip.mp4) // 1024:5} {len(clip.preview_webp) // 1024:9}"
        sys.stdout.write(f"{name:28} {wall:6.2f}  {cpu:6.2f} {sizes}  {' '.join(clip.notes)}\n")
        sys.stdout.flush()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    sys.stdout.write(f"\nslowest {slowest:.2f} s of {LIMIT_S:.0f} s; peak memory {peak:.2f} GiB\n")
    return int(slowest > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
