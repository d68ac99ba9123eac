"""The process that opens strangers' files: started by `pool`, limited in memory, spoken to over its pipes.

It reads one request after another from stdin and answers each with a line of JSON; the bytes of a stranger's
file never become anything but numbers, so that the parent has nothing to fear from the answer either.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import struct
import sys
import warnings
from pathlib import Path
from typing import BinaryIO

from engine.errors import BadImage, EngineError, no_room
from engine.images.intake import admit
from engine.images.store import ImageStore

#: A request: the lengths of the folder's name and of the file, then both.
HEADER = struct.Struct(">II")
READY = b"ready\n"


def main() -> None:
    """Serve until stdin ends, which it does when the parent is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer.
    warnings.simplefilter("ignore")  # What a reader finds odd about a file is no news for the log.
    answers = _private_stdout()
    _limit_memory(int(sys.argv[1]))
    answers.write(READY)
    while (header := sys.stdin.buffer.read(HEADER.size)) and len(header) == HEADER.size:
        name_length, data_length = HEADER.unpack(header)
        root = Path(os.fsdecode(sys.stdin.buffer.read(name_length)))
        answers.write(answer(sys.stdin.buffer.read(data_length), ImageStore(root)))


def answer(data: bytes, store: ImageStore) -> bytes:
    """Return one line of JSON: {"info": ...}, or {"code", "detail"} of an error."""
    try:
        said: dict[str, object] = {"info": admit(data, store).model_dump(mode="json")}
    except EngineError as error:
        said = {"code": error.code, "detail": error.detail}
    except OSError as error:
        other = EngineError(f"The image could not be stored: {error.strerror}.")
        told = no_room(error) or other
        said = {"code": told.code, "detail": told.detail}
    except MemoryError:
        said = {"code": BadImage.code, "detail": "Reading this image takes more memory than is allowed."}
    return json.dumps(said).encode() + b"\n"


def _private_stdout() -> BinaryIO:
    """Keep stdout for answers; whatever a codec prints goes to stderr."""
    private = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return private


def _limit_memory(extra: int) -> None:
    """Allow this many bytes of address space beyond what the libraries have taken, where the platform can."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415  # Unix only.

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + extra
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    main()
