"""The processes of `make run`: starting them, reading what they say, ending them.

Every child is given a pipe as its standard input and `--with-parent`: it leaves when the pipe closes, so that
a supervisor that was killed leaves nobody behind. It leads a process group of its own, so that what it started
goes with it, and so that Ctrl-C in a terminal reaches the supervisor alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

KEEP_LOG_BYTES = 5_000_000
SHOWN_LINES = 15


class Process:
    """One running child. Its output is appended to `log`; `since` is where this run's part of it begins."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > KEEP_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as out:
            self.since = out.tell()
            self._popen = subprocess.Popen(
                command, env=dict(env), stdin=subprocess.PIPE, stdout=out, stderr=out, start_new_session=True
            )
        self.log = log
        self.pid = self._popen.pid

    def status(self) -> int | None:
        """Return its exit status (negative: the signal that killed it), or None while it runs."""
        return self._popen.poll()

    def ask_to_leave(self) -> None:
        """Close its pipe and send SIGTERM."""
        if self._popen.stdin:
            self._popen.stdin.close()
        if self.status() is None:
            self._popen.terminate()

    def end_group(self, patience_s: float = 0.0) -> None:
        """Wait a little for it to end, then kill it and whatever it started that is still there."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(patience_s)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()
        if self._popen.stdin:
            self._popen.stdin.close()

    def said(self) -> str:
        """Return what it has written so far."""
        with self.log.open("rb") as log:
            log.seek(self.since)
            return log.read(KEEP_LOG_BYTES).decode(errors="replace")

    def last_lines(self) -> list[str]:
        """Return the end of what it wrote."""
        return self.said().splitlines()[-SHOWN_LINES:]
