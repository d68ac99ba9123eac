"""Measure upscaling: seconds, memory, how true, how sharp, how clean.

`python tests/bench/upscale.py [--scale 4] [--side 512] [photos ...]`

seconds    wall clock, and of all cores, from the job's start to its result
MiB        what the process took at most beyond what it had before
back       the result scaled down again against the source, dB (at least 32)
sharper    finest detail against Lanczos' interpolation
beyond     furthest that a pixel leaves the source's 3x3 range, % of the full scale (at most 2)
network    which weights enlarged it
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from engine.contract import Kind  # noqa: E402  # found from the root
from engine.models.catalog import here  # noqa: E402
from engine.renderers import registry  # noqa: E402
from engine.renderers.base import Input, RenderTask  # noqa: E402
from engine.renderers.studio.drawn import is_drawn  # noqa: E402
from engine.renderers.studio.networks import photo_network  # noqa: E402
from engine.settings import EngineSettings  # noqa: E402
from tests.support import measures  # noqa: E402
from tests.support.photos import PHOTOS, photo  # noqa: E402


def beyond(result, source):
    """Return how far a result leaves the range of the source around each pixel, in % of the full scale."""
    box, size = np.ones((3, 3), np.uint8), result.shape[1::-1]
    low = cv2.resize(cv2.erode(source, box), size, interpolation=cv2.INTER_LINEAR).astype(np.int16)
    high = cv2.resize(cv2.dilate(source, box), size, interpolation=cv2.INTER_LINEAR).astype(np.int16)
    return np.maximum(result - high, low - result).max() / 2.55


def measured(renderer, source, scale):
    """Return the row of one picture."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    task = RenderTask((Input(source),), kind=Kind.UPSCALE, scale=scale, variants=(0,))
    (picture,) = renderer.render(task, lambda *_: None)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    result = picture.pixels
    plain = cv2.resize(source, result.shape[1::-1], interpolation=cv2.INTER_LANCZOS4)
    back = cv2.resize(result, source.shape[1::-1], interpolation=cv2.INTER_AREA)
    gain = measures.sharpness(result) / measures.sharpness(plain)
    return wall, cpu, peak, measures.psnr(back, source), gain, beyond(result, source)


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", nargs="*", help="names of test photos; all when none is named")
    parser.add_argument("--scale", type=int, default=4, choices=(2, 3, 4))
    parser.add_argument("--side", type=int, default=512, help="long side of the sources")
    args = parser.parse_args()
    card = here(EngineSettings(_env_file=None), registry.why_missing).cards["studio-upscale"]
    renderer = registry.make(card)
    sys.stdout.write(f"{'':<12}{'seconds':>9}{'cores':>8}{'MiB':>7}{'back':>7}{'sharper':>9}{'beyond':>8}  network\n")
    for name in args.photos or PHOTOS:
        source = photo(name, args.side)
        wall, cpu, peak, back, gain, over = measured(renderer, source, args.scale)
        network = "small" if is_drawn(source) or photo_network(args.scale) is None else "photos'"
        figures = f"{wall:>9.1f}{cpu:>8.1f}{peak:>7.0f}{back:>7.1f}{gain:>9.2f}{over:>8.2f}"
        sys.stdout.write(f"{name:<12}{figures}  {network}\n")


if __name__ == "__main__":
    main()
