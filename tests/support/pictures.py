"""Pictures in every format and mode, and files that only look like them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from fractions import Fraction

import av
import cv2
import numpy as np
import pillow_heif
import tifffile
from PIL import Image

from tests.support import profiles

pillow_heif.register_heif_opener(thumbnails=False)

#: Four flat quarters, a different colour each, so that a turn or a flip shows.
QUARTERS = ((200, 60, 50), (70, 150, 80), (60, 90, 180), (190, 190, 180))


def chart(width: int = 64, height: int = 48) -> np.ndarray:
    picture = np.empty((height, width, 3), np.uint8)
    for n, colour in enumerate(QUARTERS):
        down, right = divmod(n, 2)
        picture[down * height // 2 : (down + 1) * height // 2, right * width // 2 : (right + 1) * width // 2] = colour
    return picture


def grey_chart() -> np.ndarray:
    return cv2.cvtColor(chart(), cv2.COLOR_RGB2GRAY)


def clear_chart() -> np.ndarray:
    """The chart with its last quarter transparent."""
    alpha = np.full((48, 64), 255, np.uint8)
    alpha[24:, 32:] = 0
    return np.dstack([chart(), alpha])


def noise(width: int, height: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def quarter_means(pixels: np.ndarray) -> np.ndarray:
    """The mean colour in the middle of each quarter, 4xC: what the chart must come back as."""
    height, width = pixels.shape[:2]
    places = [(height * (1 + 2 * d) // 4, width * (1 + 2 * r) // 4) for d in (0, 1) for r in (0, 1)]
    rows, columns = max(1, height // 12), max(1, width // 12)
    return np.array([pixels[y - rows : y + rows, x - columns : x + columns].mean(axis=(0, 1)) for y, x in places])


def saved(picture: np.ndarray | Image.Image, kind: str, **options: object) -> bytes:
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def oriented(kind: str, orientation: int, picture: np.ndarray | None = None) -> bytes:
    """A file that, turned as its EXIF says, shows the picture upright."""
    turn = Image.Transpose
    undo = {2: turn.FLIP_LEFT_RIGHT, 3: turn.ROTATE_180, 4: turn.FLIP_TOP_BOTTOM, 5: turn.TRANSPOSE}
    undo |= {6: turn.ROTATE_90, 7: turn.TRANSVERSE, 8: turn.ROTATE_270}
    image = Image.fromarray(chart() if picture is None else picture)
    image = image.transpose(undo[orientation]) if orientation in undo else image
    exif = Image.Exif()
    exif[274] = orientation
    return saved(image, kind, exif=exif.tobytes(), **({"quality": 95} if kind in {"JPEG", "WEBP", "HEIF"} else {}))


def with_gps(kind: str, **options: object) -> bytes:
    """A photo that says where and with what it was taken."""
    exif = Image.Exif()
    exif[271] = "SECRETCAM"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 26.0)
    return saved(chart(), kind, exif=exif.tobytes(), **options)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def raw_png(size: tuple[int, int], depth: int, colour: int, rows: bytes, *chunks: bytes) -> bytes:
    """A PNG from raw sample rows (each row gets its filter byte here); for depths that no library writes."""
    width, height = size
    stride = len(rows) // max(height, 1)
    filtered = b"".join(b"\0" + rows[y * stride : (y + 1) * stride] for y in range(height)) if rows else b""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IDAT", zlib.compress(filtered)) + chunk(b"IEND", b"")
    )


def deep(picture: np.ndarray) -> np.ndarray:
    return picture.astype(np.uint16) * 257


def _cv(suffix: str, picture: np.ndarray, *options: int) -> bytes:
    order = [2, 1, 0, 3][: picture.shape[2]] if picture.ndim == 3 else ...
    return cv2.imencode(suffix, picture[..., order], options)[1].tobytes()


def _tiff(picture: np.ndarray, **options: object) -> bytes:
    stream = io.BytesIO()
    tifffile.imwrite(stream, picture, **options)
    return stream.getvalue()


def _nibbles(values: list[int]) -> bytes:
    return bytes(a << 4 | b for a, b in zip(values[::2], values[1::2], strict=True))


def _palette(clear: bool) -> Image.Image:
    image = Image.fromarray(chart()).quantize(4)
    if clear:
        image.info["transparency"] = image.getpixel((50, 40))
    return image


def _animated(kind: str, **options: object) -> bytes:
    later = [Image.fromarray(255 - chart())]
    return saved(chart(), kind, save_all=True, append_images=later, duration=100, **options)


def _grey_alpha() -> Image.Image:
    return Image.merge("LA", (Image.fromarray(grey_chart()), Image.fromarray(clear_chart()[..., 3])))


def _inks() -> Image.Image:
    """White paper, full magenta, full yellow, full black."""
    quarters = ((0, 0, 0, 0), (0, 255, 0, 0), (0, 0, 255, 0), (0, 0, 0, 255))
    values = np.empty((48, 64, 4), np.uint8)
    for n, ink in enumerate(quarters):
        values[n // 2 * 24 : n // 2 * 24 + 24, n % 2 * 32 : n % 2 * 32 + 32] = ink
    return Image.fromarray(values, "CMYK")


def _without_adobe(jpeg: bytes) -> bytes:
    """Of a CMYK JPEG the plain kind, whose values are not inverted and say nothing of Adobe."""
    at = jpeg.index(b"\xff\xee")
    return jpeg[:at] + jpeg[at + 2 + int.from_bytes(jpeg[at + 2 : at + 4]) :]


CHART = np.array(QUARTERS)
GREY = np.repeat([[int(grey_chart()[y, x])] for y in (10, 40) for x in (10, 50)], 3, axis=1)
PRESS = np.array([(255, 255, 255), profiles.INKS["m"], profiles.INKS["y"], profiles.INKS["k"]])
NAIVE = np.array([(255, 255, 255), (255, 0, 255), (255, 255, 0), (0, 0, 0)])
BLACK_AND_WHITE = np.array([(0, 0, 0), (255, 255, 255), (255, 255, 255), (0, 0, 0)])
_P3_CHART = profiles.in_profile(chart(), profiles.P3)
_TWO_BIT = np.array([[0] * 4 + [1] * 4, [2] * 4 + [3] * 4]).repeat(4, axis=0)


def _one_bit() -> Image.Image:
    return Image.fromarray((np.indices((48, 64)) // np.array([24, 32])[:, None, None]).sum(axis=0) == 1)


#: name -> (file, its format, the colours of its quarters, how far they may be off)
EVERY_FORMAT: dict[str, tuple[Callable[[], bytes], str, np.ndarray, int]] = {
    "jpeg": (lambda: saved(chart(), "JPEG", quality=95), "jpeg", CHART, 3),
    "jpeg progressive": (lambda: saved(chart(), "JPEG", quality=95, progressive=True), "jpeg", CHART, 3),
    "jpeg grey": (lambda: saved(grey_chart(), "JPEG", quality=95), "jpeg", GREY, 3),
    "jpeg with P3": (
        lambda: saved(_P3_CHART, "JPEG", quality=95, icc_profile=profiles.rgb_profile(profiles.P3)),
        "jpeg",
        CHART,
        4,
    ),
    "jpeg cmyk of adobe": (lambda: saved(_inks(), "JPEG", quality=95), "jpeg", NAIVE, 3),
    "jpeg cmyk plain": (
        lambda: _without_adobe(saved(Image.fromarray(255 - np.asarray(_inks()), "CMYK"), "JPEG", quality=95)),
        "jpeg",
        NAIVE,
        3,
    ),
    "jpeg cmyk with a press's profile": (
        lambda: saved(_inks(), "JPEG", quality=95, icc_profile=profiles.cmyk_profile()),
        "jpeg",
        PRESS,
        10,
    ),
    "jpeg with a broken profile": (
        lambda: saved(chart(), "JPEG", quality=95, icc_profile=b"no" * 99),
        "jpeg",
        CHART,
        3,
    ),
    "jpeg with a profile for grey": (
        lambda: saved(chart(), "JPEG", quality=95, icc_profile=profiles.grey_profile(1.0)),
        "jpeg",
        CHART,
        3,
    ),
    "png": (lambda: saved(chart(), "PNG"), "png", CHART, 0),
    "png interlaced grey": (lambda: saved(grey_chart(), "PNG"), "png", GREY, 0),
    "png with P3": (lambda: saved(_P3_CHART, "PNG", icc_profile=profiles.rgb_profile(profiles.P3)), "png", CHART, 3),
    "png grey with linear light": (
        lambda: saved(
            np.rint(255 * (grey_chart() / 255.0) ** 2.2).astype(np.uint8), "PNG", icc_profile=profiles.grey_profile(1.0)
        ),
        "png",
        GREY,
        4,
    ),
    "png 16 bit grey": (lambda: saved(Image.fromarray(deep(grey_chart())), "PNG"), "png", GREY, 1),
    "png 16 bit": (lambda: _cv(".png", deep(chart())), "png", CHART, 1),
    "png palette": (lambda: saved(_palette(clear=False), "PNG"), "png", CHART, 2),
    "png one bit": (lambda: saved(_one_bit(), "PNG"), "png", BLACK_AND_WHITE, 0),
    "apng": (lambda: _animated("PNG"), "png", CHART, 0),
    "webp": (lambda: saved(chart(), "WEBP", quality=95), "webp", CHART, 4),
    "webp lossless": (lambda: saved(chart(), "WEBP", lossless=True), "webp", CHART, 0),
    "webp animated": (lambda: _animated("WEBP", lossless=True), "webp", CHART, 0),
    "gif": (lambda: saved(_palette(clear=False), "GIF"), "gif", CHART, 2),
    "gif animated": (lambda: _animated("GIF"), "gif", CHART, 10),
    "bmp": (lambda: saved(chart(), "BMP"), "bmp", CHART, 0),
    "bmp palette": (lambda: saved(_palette(clear=False), "BMP"), "bmp", CHART, 2),
    "tiff": (lambda: saved(chart(), "TIFF"), "tiff", CHART, 0),
    "tiff lzw": (lambda: saved(chart(), "TIFF", compression="tiff_lzw"), "tiff", CHART, 0),
    "tiff jpeg": (lambda: saved(chart(), "TIFF", compression="jpeg", quality=95), "tiff", CHART, 4),
    "tiff 16 bit": (lambda: _tiff(deep(chart()), photometric="rgb"), "tiff", CHART, 1),
    "tiff 16 bit big-endian": (lambda: _tiff(deep(chart()), photometric="rgb", byteorder=">"), "tiff", CHART, 1),
    "tiff 16 bit in planes": (
        lambda: _tiff(deep(chart()).transpose(2, 0, 1), photometric="rgb", planarconfig="separate"),
        "tiff",
        CHART,
        1,
    ),
    "tiff 16 bit grey": (lambda: _tiff(deep(grey_chart()), photometric="minisblack"), "tiff", GREY, 1),
    "tiff 16 bit grey big-endian": (
        lambda: _tiff(deep(grey_chart()), photometric="minisblack", byteorder=">"),
        "tiff",
        GREY,
        1,
    ),
    "tiff 16 bit grey, white is zero": (
        lambda: _tiff(65535 - deep(grey_chart()), photometric="miniswhite"),
        "tiff",
        GREY,
        1,
    ),
    "tiff float grey": (lambda: _tiff((grey_chart() / 255).astype(np.float32)), "tiff", GREY, 1),
    "tiff float": (lambda: _tiff((chart() / 255).astype(np.float32), photometric="rgb"), "tiff", CHART, 1),
    "tiff cmyk": (lambda: saved(_inks(), "TIFF"), "tiff", NAIVE, 0),
    "tiff cmyk with a press's profile": (
        lambda: saved(_inks(), "TIFF", icc_profile=profiles.cmyk_profile()),
        "tiff",
        PRESS,
        10,
    ),
    "tiff pages": (lambda: _animated("TIFF"), "tiff", CHART, 0),
    "tiff one bit": (lambda: saved(_one_bit(), "TIFF", compression="group4"), "tiff", BLACK_AND_WHITE, 0),
    "bigtiff": (lambda: _tiff(chart(), photometric="rgb", bigtiff=True), "tiff", CHART, 0),
    "avif": (lambda: saved(chart(), "AVIF", quality=95), "avif", CHART, 4),
    "heic": (lambda: saved(chart(), "HEIF", quality=95), "heic", CHART, 4),
    "heic with P3": (
        lambda: saved(_P3_CHART, "HEIF", quality=95, icc_profile=profiles.rgb_profile(profiles.P3)),
        "heic",
        CHART,
        5,
    ),
}

_GREY4 = [15 * (1 + (x >= 4)) // 3 for _ in range(8) for x in range(8)]

#: name -> file; in each the last quarter is transparent and nothing else is
EVERY_ALPHA: dict[str, Callable[[], bytes]] = {
    "png rgba": lambda: saved(clear_chart(), "PNG"),
    "png 16 bit rgba": lambda: _cv(".png", deep(clear_chart())),
    "png grey and alpha": lambda: saved(_grey_alpha(), "PNG"),
    "png palette": lambda: saved(_palette(clear=True), "PNG", transparency=_palette(clear=True).info["transparency"]),
    "png one clear colour": lambda: saved(chart(), "PNG", transparency=QUARTERS[3]),
    "png 16 bit, one clear colour": lambda: raw_png(
        (64, 48),
        16,
        2,
        deep(chart()).astype(">u2").tobytes(),
        chunk(b"tRNS", struct.pack(">3H", *(257 * v for v in QUARTERS[3]))),
    ),
    "png 16 bit grey, one clear value": lambda: raw_png(
        (64, 48),
        16,
        0,
        deep(grey_chart()).astype(">u2").tobytes(),
        chunk(b"tRNS", struct.pack(">H", 257 * int(grey_chart()[40, 50]))),
    ),
    "png 2 bit grey, one clear value": lambda: raw_png(
        (8, 8),
        2,
        0,
        bytes(a << 6 | b << 4 | c << 2 | d for a, b, c, d in _TWO_BIT.reshape(-1, 4)),
        chunk(b"tRNS", b"\0\x03"),
    ),
    "webp": lambda: saved(clear_chart(), "WEBP", quality=95),
    "gif": lambda: saved(_palette(clear=True), "GIF", transparency=_palette(clear=True).info["transparency"]),
    "tiff": lambda: saved(clear_chart(), "TIFF"),
    "bmp": lambda: _cv(".bmp", clear_chart()),
    "avif": lambda: saved(clear_chart(), "AVIF", quality=95),
    "heic": lambda: saved(clear_chart(), "HEIF", quality=95),
}


def clip(width: int = 128, height: int = 96, frames: int = 24, seed: int = 0, bit_rate: int = 20_000_000) -> bytes:
    """An H.264 clip of noise, the hardest there is to make small."""
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=Fraction(24), options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt, video.bit_rate = width, height, "yuv420p", bit_rate
        for n in range(frames):
            frame = av.VideoFrame.from_ndarray(noise(width, height, seed=seed + n), format="rgb24")
            container.mux(video.encode(frame))
        container.mux(video.encode())
    return stream.getvalue()
