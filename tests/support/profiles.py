"""Small ICC profiles, built by hand after ICC.1:2001-04: what cameras and presses put into files."""

from __future__ import annotations

import itertools
import struct

import numpy as np
from skimage.color import rgb2lab

D50 = (0.9642, 1.0, 0.8249)
#: Display P3's primaries adapted to D50 (columns R, G, B), as in Apple's profile.
P3 = np.array([[0.5151, 0.2920, 0.1571], [0.2412, 0.6922, 0.0666], [-0.0011, 0.0419, 0.7841]])
#: The same of sRGB.
SRGB = np.array([[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]])
GAMMA = 2.2
#: What the press of `cmyk_profile` prints with one full ink on white paper.
INKS = {"c": (0, 140, 200), "m": (200, 30, 110), "y": (240, 220, 40), "k": (40, 40, 40)}


def rgb_profile(columns: np.ndarray, gamma: float = GAMMA) -> bytes:
    tags = {b"wtpt": _xyz(D50)}
    for name, column in zip(b"rgb", columns.T, strict=True):
        tags[bytes([name]) + b"XYZ"] = _xyz(column)
        tags[bytes([name]) + b"TRC"] = _curve(gamma)
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def grey_profile(gamma: float) -> bytes:
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"wtpt": _xyz(D50), b"kTRC": _curve(gamma)})


def cmyk_profile() -> bytes:
    """A press with dull inks: a table of 2x2x2x2 corners, multiplied from `INKS`, to Lab."""
    corners = []
    for amounts in itertools.product((0, 1), repeat=4):
        inks = [np.array(INKS[ink]) / 255 for ink, amount in zip("cmyk", amounts, strict=True) if amount]
        rgb = np.prod([np.ones(3), *inks], axis=0)
        light, a, b = rgb2lab(rgb[None, None])[0, 0]
        corners += [round(light * 2.55), round(a + 128), round(b + 128)]
    matrix = struct.pack(">9i", *(65536 * int(i in (0, 4, 8)) for i in range(9)))
    identity = bytes(range(256))
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + matrix + identity * 4 + bytes(corners) + identity * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"wtpt": _xyz(D50), b"A2B0": lut})


def in_profile(srgb: np.ndarray, columns: np.ndarray, gamma: float = GAMMA) -> np.ndarray:
    """The values that show these sRGB colours in a file with `rgb_profile(columns, gamma)`."""
    value = srgb / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    other = np.linalg.solve(columns, SRGB @ linear.reshape(-1, 3).T).T.reshape(srgb.shape)
    return np.rint(255 * np.clip(other, 0, 1) ** (1 / gamma)).astype(np.uint8)


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {**tags, b"desc": _description(), b"cprt": b"text\0\0\0\0none\0"}
    table, body, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        padded = value + b"\0" * (-len(value) % 4)
        table += struct.pack(">4sII", name, at + len(body), len(value))
        body += padded
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"lcms", 0x02100000, kind, space, connection)
    head += struct.pack(">6H4s4s", 2020, 1, 1, 0, 0, 0, b"acsp", b"APPL") + b"\0" * 20
    head += struct.pack(">I3i", 0, *(round(v * 65536) for v in D50))
    return head.ljust(128, b"\0") + table + body


def _xyz(values: np.ndarray | tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(float(v) * 65536) for v in values))


def _curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def _description() -> bytes:
    return b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + b"\0" * 78
