"""Real photos for the tests, each with a licence that allows it; see tests/photos/LICENSES.txt."""

from functools import cache
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image

from engine.images.fit import fit, resized

FOLDER = Path(__file__).resolve().parent.parent / "photos"

_BUNDLED = {
    "portrait": skimage.data.astronaut,
    "cat": skimage.data.chelsea,
    "coffee": skimage.data.coffee,
    "motorcycle": lambda: skimage.data.stereo_motorcycle()[0],
}

#: Eight photos: people, products, animals, plants, landscapes, an old print.
PHOTOS = (*_BUNDLED, *sorted(file.stem for file in FOLDER.glob("*.jpg")))


@cache
def photo(name, side=None):
    """Return the pixels of a photo (HxWx3 bytes), its long side `side` pixels when that is said."""
    pixels = _BUNDLED[name]() if name in _BUNDLED else np.asarray(Image.open(FOLDER / f"{name}.jpg").convert("RGB"))
    pixels = np.ascontiguousarray(pixels[..., :3])
    if side is None:
        return pixels
    height, width = pixels.shape[:2]
    return resized(pixels, fit(width, height, side))
