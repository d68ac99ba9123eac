"""Writing clips: H.264 MP4 and a small animated WebP."""

from __future__ import annotations

import io
import platform
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import av
from av.video.frame import PictureType
from PIL import Image

from engine.renderers.base import Pixels

#: x264's AVX-512 code gives other bytes every time for the same frames; its AVX2 code repeats itself.
_REPEATABLE = {"x264-params": "asm=AVX2"} if platform.machine().lower() in {"x86_64", "amd64"} else {}
#: A loop is coded with one quantiser: then its last picture, coded like its first, comes out like its first.
_QUALITY, _LOOP_QUALITY = {"crf": "19"}, {"qp": "21"}
_HANDS, _AHEAD = 2, 4


def ahead(make: Callable[[int], Pixels], frames: int) -> Iterator[Pixels]:
    """Yield the frames in order while the next few are in the making, in threads of their own."""
    pool = ThreadPoolExecutor(_HANDS, thread_name_prefix="frame")
    waiting: deque[Future[Pixels]] = deque()
    try:
        for number in range(frames):
            waiting.append(pool.submit(make, number))
            if len(waiting) > _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def mp4(frames: Iterable[Pixels], size: tuple[int, int], fps: int, *, closed_at: int | None = None) -> bytes:
    """Return an MP4 that plays everywhere and starts at once (yuv420p, moov first).

    Args:
        frames: HxWx3 bytes, each of `size`.
        size: Width and height, both even.
        fps: Frames a second.
        closed_at: The number of the last frame of a loop, which is to be shown exactly like the first.
    """
    with tempfile.TemporaryDirectory() as folder:
        # To put the index first, the muxer reads its file again: that takes a real one.
        path = Path(folder) / "clip.mp4"
        _write(path, frames, size, fps, closed_at)
        return path.read_bytes()


def _write(path: Path, frames: Iterable[Pixels], size: tuple[int, int], fps: int, closed_at: int | None) -> None:
    quality = _QUALITY if closed_at is None else _LOOP_QUALITY
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=fps)
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        video.options = {"preset": "veryfast", "threads": "2", **quality, **_REPEATABLE}
        video.codec_context.color_range = 1
        video.codec_context.colorspace = 1
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            # Players take HD to be BT.709: what is not said is guessed, and colours shift.
            frame = frame.reformat(format="yuv420p", dst_colorspace=av.video.reformatter.Colorspace.ITU709)
            if number == closed_at:
                frame.pict_type = PictureType.I
            container.mux(video.encode(frame))
        container.mux(video.encode())


def webp(frames: Sequence[Pixels], milliseconds: int) -> bytes:
    """Return a looping animated WebP of the frames, each shown for so long."""
    first, *rest = (Image.fromarray(pixels) for pixels in frames)
    stream = io.BytesIO()
    first.save(stream, "WEBP", save_all=True, append_images=rest, duration=milliseconds, loop=0, quality=62, method=2)
    return stream.getvalue()
