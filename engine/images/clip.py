"""Making a clip's file smaller: the same frames at a lower bitrate, then at a lower size."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av

from engine.errors import BadImage

#: Below this many bits a pixel and frame H.264 shows blocks, and fewer pixels look better.
_CLEAN_BITS = 0.04
_ATTEMPTS = ((1.0, 0.9), (0.8, 0.8), (0.64, 0.75), (0.5, 0.7), (0.36, 0.65), (0.25, 0.6), (0.16, 0.5), (0.1, 0.4))


@dataclass(frozen=True)
class _Clip:
    width: int
    height: int
    rate: Fraction
    frames: int

    @property
    def seconds(self) -> float:
        return max(self.frames / float(self.rate), 0.1)


def clip_under(data: bytes, max_bytes: int) -> tuple[bytes, str]:
    """Return an H.264 MP4 of at most `max_bytes` with the frames of `data`, and what was done, in words.

    Raises:
        BadImage: It cannot be read, or even a stamp of it is larger.
    """
    clip = _measure(data)
    for size, bits in _attempts(clip, max_bytes):
        smaller = _encoded(data, clip, size, bits)
        if len(smaller) <= max_bytes:
            at = "" if size == (clip.width, clip.height) else f" at {size[0]}x{size[1]}"
            return smaller, f"re-encoded{at} at {bits // 1000} kbit/s"
    raise BadImage("This clip cannot be made small enough.")


def _attempts(clip: _Clip, max_bytes: int) -> Iterator[tuple[tuple[int, int], int]]:
    """Size and bits a second, best first; a size that would show blocks is passed over while there is a smaller."""
    for number, (scale, share) in enumerate(_ATTEMPTS):
        size = (_even(clip.width * scale), _even(clip.height * scale)) if number else (clip.width, clip.height)
        bits = int(max_bytes * 8 * share / clip.seconds)
        clean = bits / float(clip.rate) >= _CLEAN_BITS * size[0] * size[1]
        if clean or number == len(_ATTEMPTS) - 1:
            yield size, bits


def _even(side: float) -> int:
    return max(16, round(side / 2) * 2)


def _measure(data: bytes) -> _Clip:
    try:
        with av.open(io.BytesIO(data), "r", format="mp4") as container:
            video = container.streams.video[0]
            rate = video.average_rate or Fraction(24)
            frames = sum(1 for packet in container.demux(video) if packet.size > 0)
            return _Clip(video.width, video.height, rate, frames)
    except (av.error.FFmpegError, IndexError) as error:
        raise BadImage("This clip cannot be read.") from error


def _encoded(data: bytes, clip: _Clip, size: tuple[int, int], bits: int) -> bytes:
    stream = io.BytesIO()
    with av.open(io.BytesIO(data), "r", format="mp4") as source, av.open(stream, "w", format="mp4") as target:
        video = target.add_stream("libx264", rate=clip.rate)
        video.width, video.height, video.pix_fmt, video.bit_rate = *size, "yuv420p", bits
        # The buffer of one second holds the rate even where all the motion is in one place.
        video.options = {"preset": "medium", "maxrate": str(bits), "bufsize": str(bits)}
        for frame in source.decode(video=0):
            target.mux(video.encode(frame.reformat(width=size[0], height=size[1], format="yuv420p")))
        target.mux(video.encode())
    return stream.getvalue()
