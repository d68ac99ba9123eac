"""Writing clips: H.264 MP4 and a small animated WebP."""

from __future__ import annotations

import io
import platform
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import av
from PIL import Image

from engine.renderers.base import Pixels

#: x264's AVX-512 code gives other bytes every time for the same frames; its AVX2 code repeats itself.
_REPEATABLE = {"x264-params": "asm=AVX2"} if platform.machine().lower() in {"x86_64", "amd64"} else {}


def mp4(frames: Iterable[Pixels], size: tuple[int, int], fps: int) -> bytes:
    """Return an MP4 that plays everywhere and starts at once (yuv420p, moov first).

    Args:
        frames: HxWx3 bytes, each of `size`.
        size: Width and height, both even.
        fps: Frames a second.
    """
    with tempfile.TemporaryDirectory() as folder:
        # To put the index first, the muxer reads its file again: that takes a real one.
        path = Path(folder) / "clip.mp4"
        _write(path, frames, size, fps)
        return path.read_bytes()


def _write(path: Path, frames: Iterable[Pixels], size: tuple[int, int], fps: int) -> None:
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=fps)
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        video.options = {"crf": "19", "preset": "veryfast", "threads": "2", **_REPEATABLE}
        video.codec_context.color_range = 1
        video.codec_context.colorspace = 1
        for pixels in frames:
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            # Players take HD to be BT.709: what is not said is guessed, and colours shift.
            frame = frame.reformat(format="yuv420p", dst_colorspace=av.video.reformatter.Colorspace.ITU709)
            container.mux(video.encode(frame))
        container.mux(video.encode())


def webp(frames: Sequence[Pixels], milliseconds: int) -> bytes:
    """Return a looping animated WebP of the frames, each shown for so long."""
    first, *rest = (Image.fromarray(pixels) for pixels in frames)
    stream = io.BytesIO()
    first.save(stream, "WEBP", save_all=True, append_images=rest, duration=milliseconds, loop=0, quality=62, method=2)
    return stream.getvalue()
