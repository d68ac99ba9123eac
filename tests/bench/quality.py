"""Measure every still look of the studio over real photos, a row a look.

`python tests/bench/quality.py [CARD ...] [--side 512] [--speed]`; the thresholds are tests in
tests/unit/studio/test_studio_quality.py. Figures that miss theirs are marked with `!`.

structure  SSIM of the edges, mean          shift     largest displacement, px
face       IoU of the portrait's face       change    mean difference from the source, of 255
variants   least and mean difference of two variants, of 255
colours    mean deltaE 2000 under `keep colors`
backdrop   mean deltaE 2000 outside the subject under `keep background`
halo       mean overshoot along strong edges, %; of drawn looks the light side only, for dark is a line
seconds    four variants at 1024 px (with --speed): wall clock, and of all cores; at most 10, the median 4

It exits with 1 when a figure misses its limit.
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import combinations
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from engine.contract import Family, Keep, Kind  # noqa: E402  # found from the root
from engine.models.catalog import here  # noqa: E402
from engine.renderers import registry  # noqa: E402
from engine.renderers.base import Input, RenderTask  # noqa: E402
from engine.renderers.studio.scene import scene_of  # noqa: E402
from engine.settings import EngineSettings  # noqa: E402
from tests.support import measures  # noqa: E402
from tests.support.photos import photo  # noqa: E402

PHOTOS = ("portrait", "cat", "coffee", "pavilion", "dahlia", "motorcycle")
SEED = 20
MEDIAN_S, SLOWEST_S = 4.0, 10.0


def looks():
    """Return the cards of the studio's still looks by id."""
    cards = here(EngineSettings(_env_file=None), registry.why_missing).cards
    return {i: c for i, c in cards.items() if i.startswith("studio-") and Kind.GENERATE in c.kinds}


def rendered(card, pixels, **task):
    """Return the pictures of a card, as bytes."""
    made = registry.make(card).render(RenderTask((Input(pixels),), seed=SEED, **task), lambda *_: None)
    return [picture.pixels for picture in made]


def measured(card, side, held=PHOTOS):
    """Return what is measured of a look over all photos, by the names of the table; keeps over the photos `held`."""
    rows = [plain(card, name, side) | (kept(card, name, side) if name in held else {}) for name in PHOTOS]
    return {key: HOW[key]([row[key] for row in rows if key in row]) for key in LIMITS}


def plain(card, name, side):
    """Measure what a look makes of a photo; of the first also how its variants differ."""
    source = photo(name, side)
    first, *rest = rendered(card, source, variants=(0, 1, 2, 3) if name == PHOTOS[0] else (0,))
    pairs = [measures.difference(*pair) for pair in combinations((first, *rest), 2)]
    return {
        "structure": measures.structure(source, first),
        "shift": measures.shift(source, first),
        "face": measures.same_face(source, first) if name == "portrait" else np.nan,
        "change": measures.difference(source, first),
        "least": min(pairs, default=np.nan),
        "variants": np.mean(pairs) if pairs else np.nan,
        "halo": 100 * measures.halo(source, first, lines=card.family is not Family.PHOTOREAL),
    }


def kept(card, name, side):
    """Measure what is left of a photo's colours and background when they are to be kept."""
    source = photo(name, side)
    around = scene_of(Input(source), side).matte < 0.03
    (coloured,) = rendered(card, source, variants=(0,), keep=frozenset({Keep.COLORS}))
    (held,) = rendered(card, source, variants=(0,), keep=frozenset({Keep.BACKGROUND}))
    return {
        "colours": measures.colour_distance(source, coloured),
        "backdrop": measures.colour_distance(source, held, around) if around.mean() > 0.05 else np.nan,
    }


HOW = {
    **dict.fromkeys(("structure", "face", "change", "variants", "colours", "backdrop", "halo"), np.nanmean),
    "shift": np.nanmax,
    "least": np.nanmin,
}

#: What a figure has to reach: (at least, at most).
LIMITS = {
    "structure": (0.45, 1.0),
    "shift": (0.0, 1.0),
    "face": (0.7, 1.0),
    "change": (4.0, 255.0),
    "least": (2.5, 255.0),
    "variants": (2.5, 60.0),
    "colours": (0.0, 3.0),
    "backdrop": (0.0, 1.0),
    "halo": (0.0, 2.0),
}

#: Where the nature of a look forbids a figure: other limits (none at all: None), and why.
SPECIAL = {
    ("studio-papercut", "face"): ((0.6, 1.0), "in small pictures the sheets' edges move the cascade's box a little"),
    ("studio-lineart", "structure"): ((0.08, 1.0), "a page of contours, white where the photo has tone"),
    ("studio-lineart", "halo"): (None, "what is not a line is white"),
    ("studio-lineart", "face"): (None, "contours have no shades, which the cascades look for"),
    ("studio-engraving", "halo"): ((0.0, 3.0), "between its lines is bare paper"),
    ("studio-blueprint", "structure"): ((0.18, 1.0), "a page of contours, blue where the photo has tone"),
    ("studio-blueprint", "shift"): ((0.0, 2.5), "its hatching runs across the shades it stands for"),
    ("studio-blueprint", "halo"): (None, "its lines are white"),
    ("studio-blueprint", "face"): (None, "light lines on blue are a negative, and the cascades know positives only"),
    ("studio-inflated", "structure"): ((0.2, 1.0), "every fold is an edge"),
    ("studio-stained-glass", "structure"): ((0.28, 1.0), "the lead between panes is an edge"),
    ("studio-product", "structure"): ((0.3, 1.0), "the surroundings are others"),
    ("studio-product", "halo"): (None, "the surroundings are others, and with them the range to stay in"),
    ("studio-softbox", "halo"): ((0.0, 3.0), "a bright wall becomes a dark one, and with it the range to stay in"),
}


def misses(name, figures):
    """Return the names of the figures that miss their limits."""
    return [key for key in LIMITS if _outside(limits(name, key), figures[key])]


def limits(name, key):
    """Return the least and the most that a figure of a look may be, or None."""
    return SPECIAL.get((name, key), (LIMITS[key], ""))[0]


def _outside(limit, figure):
    return limit is not None and not np.isnan(figure) and not limit[0] <= figure <= limit[1]


def timed(card):
    """Return the seconds that four variants take at 1024 px: by the clock, and of the processor."""
    source = np.ascontiguousarray(photo("portrait").repeat(2, axis=0).repeat(2, axis=1))
    rendered(card, source[:256, :256], variants=(0,))
    wall, cpu = time.perf_counter(), time.process_time()
    rendered(card, source, variants=(0, 1, 2, 3))
    return time.perf_counter() - wall, time.process_time() - cpu


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cards", nargs="*", help="ids of cards; all when none is named")
    parser.add_argument("--side", type=int, default=512, help="long side of the photos (512)")
    parser.add_argument("--speed", action="store_true", help="only the seconds")
    wanted = parser.parse_args()
    columns = ("seconds", "cpu") if wanted.speed else tuple(LIMITS)
    sys.stdout.write(f"{'':22}" + "".join(f"{column:>11}" for column in columns) + "\n")
    missed, walls = 0, []
    for name, card in looks().items():
        if wanted.cards and name not in wanted.cards:
            continue
        figures = dict(zip(columns, timed(card), strict=True)) if wanted.speed else measured(card, wanted.side)
        marked = _slow(figures) if wanted.speed else misses(name, figures)
        missed += bool(marked)
        walls += [figures["seconds"]] if wanted.speed else []
        row = "".join(f"{figures[c]:10.2f}{'!' if c in marked else ' '}" for c in columns)
        sys.stdout.write(f"{name:22}{row}\n")
        sys.stdout.flush()
    if walls:
        sys.stdout.write(f"{'median':22}{np.median(walls):10.2f}\n")
    sys.exit(bool(missed or (walls and np.median(walls) > MEDIAN_S)))


def _slow(figures):
    return ["seconds"] if figures["seconds"] > SLOWEST_S else []


if __name__ == "__main__":
    main()
