"""Real photos for the tests, each with a licence that allows it.

Some come with scikit-image, some are the sandbox's samples, two are tests/photos'; the licences lie beside them.
"""

from functools import cache
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image

from bot.sandbox.samples import FOLDER as SAMPLES
from engine.images.fit import fit, resized

OWN = Path(__file__).resolve().parent.parent / "photos"

_BUNDLED = {
    "portrait": skimage.data.astronaut,
    "cat": skimage.data.chelsea,
    "coffee": skimage.data.coffee,
    "motorcycle": lambda: skimage.data.stereo_motorcycle()[0],
}
_FILES = {
    "pavilion": SAMPLES / "pavilion.jpg",
    "dahlia": SAMPLES / "dahlia.jpg",
    "rocket": SAMPLES / "rocket.jpg",
    "canyon": OWN / "canyon.jpg",
    "raccoon": OWN / "raccoon.jpg",
}

#: People, products, animals, plants, landscapes, an old print.
PHOTOS = (*_BUNDLED, *_FILES)


@cache
def photo(name, side=None):
    """Return the pixels of a photo (HxWx3 bytes), its long side `side` pixels when that is said."""
    pixels = _BUNDLED[name]() if name in _BUNDLED else np.asarray(Image.open(_FILES[name]).convert("RGB"))
    pixels = np.ascontiguousarray(pixels[..., :3])
    if side is None:
        return pixels
    height, width = pixels.shape[:2]
    return resized(pixels, fit(width, height, side))
