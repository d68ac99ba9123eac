"""Writes docs/gallery.md and its sheets: every look of the studio over four photos, and every motion.

`gallery.py` makes the page and the pictures; `gallery.py CARD ...` makes the sheets of these cards' families again;
`gallery.py --check` says whether the page names every look as the cards do, and whether its pictures are there.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import av  # noqa: E402  # after the root is on the path
import cv2  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from engine.contract import Family, Kind, Motion  # noqa: E402
from engine.images.encode import encode_jpeg  # noqa: E402
from engine.images.fit import fit, resized  # noqa: E402
from engine.images.sheet import sheet  # noqa: E402
from engine.models.card import Card  # noqa: E402
from engine.models.catalog import here  # noqa: E402
from engine.renderers import registry  # noqa: E402
from engine.renderers.base import Clip, Input, Picture, Pixels, RenderTask  # noqa: E402
from engine.renderers.studio.clips.film import webp  # noqa: E402
from engine.settings import EngineSettings  # noqa: E402
from tests.support.photos import photo  # noqa: E402

PAGE = ROOT / "docs" / "gallery.md"
PICTURES = ROOT / "docs" / "pictures"
MOVED = PICTURES / "gallery-video.webp"
PHOTOS = ("portrait", "coffee", "cat", "pavilion")
MOVING = {
    "pavilion": (Motion.WATER, Motion.CLOUDS, Motion.LOOP),
    "coffee": (Motion.PUSH_IN, Motion.SPARKLE, Motion.LOOP),
    "rocket": (Motion.ORBIT, Motion.FOG, Motion.LOOP),
    "cat": (Motion.SNOW, Motion.LOOP),
}
SEED = 20
WIDE = 1400
TITLES = {
    Family.PHOTOREAL: "Photoreal",
    Family.ILLUSTRATION: "Illustration",
    Family.CONCEPT3D: "Stylised 3D",
    Family.VIDEO: "Clips",
}
HEAD = """# The studio's looks

What Easel makes with no model weights at all: classical image-making, each look one file in
[`engine/renderers/studio/looks/`](../engine/renderers/studio/looks/) and one model card. It restyles what is in the
picture and invents nothing. Each sheet has the photos in its first row; every other picture is the first of four
variants, made with no words but the look's name. `make gallery` makes this page and its pictures.
"""
FOOT = """
In the loops: water and clouds, a slow push with sparkle, an orbit with fog, snow.

The photos: the astronaut Eileen Collins (NASA, public domain), a cup of coffee (Rachel Michetti, CC0), Chelsea the cat
(Stefan van der Walt, CC0), a rocket launch (SpaceX, CC0), a pavilion above a lake (danielbuechele,
[CC BY 2.0](https://creativecommons.org/licenses/by/2.0/), restyled).
"""


def cards() -> dict[Family, list[Card]]:
    """Return the studio's looks, by family."""
    found = here(EngineSettings(_env_file=None), registry.why_missing).cards.values()
    return {
        family: [c for c in found if c.family is family and c.weights is None and c.id.startswith("studio-")]
        for family in TITLES
    }


def page() -> str:
    """Return docs/gallery.md."""
    parts = [HEAD]
    for family, found in cards().items():
        rows = [f"| {name(c)} | {', '.join(c.knows.good_at)} | {c.knows.weakest} |" for c in found]
        more = f"![Four loops]({MOVED.relative_to(PAGE.parent)})\n\n" if family is Family.VIDEO else ""
        parts += [
            f"\n## {TITLES[family]}\n\n![{TITLES[family]}: every look over four photos](pictures/{picture(family)})\n",
            f"\n{more}| Look | Good at | Weakest at |\n|---|---|---|\n" + "\n".join(rows) + "\n",
        ]
    return "".join(parts) + FOOT


def name(card: Card) -> str:
    """Return a look's name without the studio's."""
    return card.title.removeprefix("Studio ").capitalize()


def picture(family: Family) -> str:
    """Return the file of a family's sheet."""
    return f"gallery-{family}.jpg"


def stills(found: list[Card]) -> list[tuple[Pixels, str]]:
    """Return the cells of a family of looks: the photos, then a row a look."""
    cells = [(photo(p), "The photo") for p in PHOTOS]
    for card in found:
        for p in PHOTOS:
            sys.stdout.write(f"{card.id} {p}\n")
            task = RenderTask((Input(photo(p)),), prompt=f"a {name(card).lower()} picture", variants=(0,), seed=SEED)
            made = next(iter(registry.make(card).render(task, lambda *_: None)))
            if isinstance(made, Picture):
                cells.append((made.pixels, name(card)))
    return cells


def clips(card: Card) -> list[tuple[Pixels, str]]:
    """Return the cells of the clips: a row a motion, each the frame at two thirds of its time."""
    cells = [(photo(p), "The photo") for p in PHOTOS]
    for motion in Motion:
        for p in PHOTOS:
            sys.stdout.write(f"{card.id} {motion} {p}\n")
            task = RenderTask(
                (Input(photo(p)),), Kind.ANIMATE, variants=(0,), seed=SEED, motion=(motion,), seconds=2.0, long_side=640
            )
            made = next(iter(registry.make(card).render(task, lambda *_: None)))
            if isinstance(made, Clip):
                cells.append((frame(made.mp4, 2 / 3), motion.value.replace("_", " ").capitalize()))
    return cells


def moving(card: Card) -> bytes:
    """Return four clips side by side as an animated WebP: what a sheet of stills cannot show."""
    rows = []
    for p, motion in MOVING.items():
        sys.stdout.write(f"{card.id} {'+'.join(motion)} {p}\n")
        task = RenderTask(
            (Input(photo(p)),), Kind.ANIMATE, variants=(0,), seed=SEED, motion=motion, seconds=3.0, long_side=360
        )
        made = next(iter(registry.make(card).render(task, lambda *_: None)))
        if isinstance(made, Clip):
            rows.append([cv2.resize(f, (300, 200), interpolation=cv2.INTER_AREA) for f in frames_of(made.mp4)[:-1:3]])
    whole = [np.vstack([np.hstack(four[:2]), np.hstack(four[2:])]) for four in zip(*rows, strict=True)]
    return webp([np.asarray(f, np.uint8) for f in whole], 125)


def frames_of(mp4: bytes) -> list[Pixels]:
    """Return the frames of a clip."""
    with av.open(io.BytesIO(mp4)) as container:
        return [np.asarray(f.to_ndarray(format="rgb24"), np.uint8) for f in container.decode(video=0)]


def frame(mp4: bytes, share: float) -> Pixels:
    """Return the frame of a clip at a share of its time."""
    frames = frames_of(mp4)
    return frames[int(share * (len(frames) - 1))]


def write_sheet(family: Family, found: list[Card]) -> None:
    """Make a family's sheet anew."""
    if family is Family.VIDEO:
        MOVED.write_bytes(moving(found[0]))
    cells = clips(found[0]) if family is Family.VIDEO else stills(found)
    whole = sheet(cells, len(PHOTOS))
    share = min(1.0, WIDE / whole.shape[1])
    small = resized(whole, fit(whole.shape[1], whole.shape[0], round(share * max(whole.shape[:2]))))
    (PICTURES / picture(family)).write_bytes(encode_jpeg(small, 80))


def check() -> None:
    """Leave with 1 when the page is out of date or a sheet is missing or not a picture."""
    for file in (*(PICTURES / picture(family) for family in TITLES), MOVED):
        Image.open(file).verify()
    if PAGE.read_text(encoding="utf-8") != page():
        sys.exit("docs/gallery.md is out of date: `make gallery` writes it.")


def main() -> None:
    """Make the page and the sheets, or check them."""
    wanted = sys.argv[1:]
    if wanted == ["--check"]:
        check()
        return
    PAGE.write_text(page(), encoding="utf-8")
    for family, found in cards().items():
        if not wanted or any(c.id in wanted for c in found):
            write_sheet(family, found)


if __name__ == "__main__":
    main()
