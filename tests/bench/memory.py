"""Peak memory of a render, each in a process of its own: `python tests/bench/memory.py [CARD ...] [--megapixels 64]`.

The source is the landscape, enlarged and saved as a WebP, which has to be decoded whole; the figure is the most that
the process held at once.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from engine.contract import Kind  # noqa: E402  # found from the root
from engine.models.catalog import here  # noqa: E402
from engine.renderers import registry  # noqa: E402
from engine.settings import EngineSettings  # noqa: E402
from tests.support.photos import photo  # noqa: E402

LIMIT_GIB = 2.5
CARDS = ("studio-natural", "studio-watercolor", "studio-oil", "studio-clay", "studio-product", "studio-motion")


def source(folder, megapixels):
    """Write the landscape with so many pixels and return its file."""
    pixels = photo("pavilion")
    scale = (megapixels * 1e6 / (pixels.shape[0] * pixels.shape[1])) ** 0.5 * 0.9995
    file = Path(folder) / "large.webp"
    large = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    Image.fromarray(large).save(file, quality=70, method=0)
    return file


def peak(card, file, folder):
    """Return the GiB that one render of a card held at the most: four variants, or one clip."""
    kind = here(EngineSettings(_env_file=None), registry.why_missing).cards[card].kinds[0]
    variants = "1" if kind is Kind.ANIMATE else "4"
    command = (sys.executable, "-m", "engine", "render", card, str(file), "--out", str(folder), "--kind", kind)
    command += ("--variants", variants)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{card} failed with {process.returncode}")
    return usage.ru_maxrss / 2**20


def main():
    """Print a line a card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cards", nargs="*", default=CARDS)
    parser.add_argument("--megapixels", type=float, default=64)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = source(folder, wanted.megapixels)
        most = 0.0
        for card in wanted.cards:
            held = peak(card, file, folder)
            sys.stdout.write(f"{card:22}{held:6.2f} GiB\n")
            sys.stdout.flush()
            most = max(most, held)
    sys.exit(f"more than {LIMIT_GIB} GiB" if most > LIMIT_GIB else 0)


if __name__ == "__main__":
    main()
