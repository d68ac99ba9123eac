"""What a process that `make run` started owes its parent: to leave with it, and to say when it is connected."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import threading
import time

#: The line by which the supervisor knows that Discord has let the client in, and as whom.
CONNECTED = re.compile(r"^Connected to Discord as (.+)$", re.MULTILINE)


def report_connected(name: str) -> None:
    """Tell the parent that Discord has let the client in as `name`."""
    sys.stdout.write(f"Connected to Discord as {name}\n")
    sys.stdout.flush()


def leave_with_parent() -> None:
    """Send SIGTERM to this process when its standard input closes, and end it when it has not left 5 s later."""

    def watch() -> None:
        # The raw descriptor: a thread that sits in sys.stdin's buffer would stop the interpreter from ending.
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
        os._exit(1)

    threading.Thread(target=watch, name="with-parent", daemon=True).start()
