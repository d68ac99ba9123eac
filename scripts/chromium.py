"""Find a Chromium for the tests that drive the sandbox page, or get one.

`python scripts/chromium.py` prints the path of one that starts, or says what to do and ends with 1.
`python scripts/chromium.py --get` downloads one first when there is none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ASK_PLAYWRIGHT = "from playwright.sync_api import sync_playwright as s; print(s().start().chromium.executable_path)"
HELP = """No Chromium was found, and none could be had; the tests that drive the sandbox page need one.
Install chromium or google-chrome, or run `.venv/bin/playwright install --with-deps chromium`,
or name one: EASEL_CHROMIUM=/path/to/chromium"""


def starts(path: str) -> bool:
    """Tell whether this browser starts: some distributions' packages are only a note that says where to get it."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def playwrights_own() -> str | None:
    """Return where Playwright keeps (or would keep) its Chromium. In a process of its own: it runs an event loop."""
    answer = subprocess.run([sys.executable, "-c", ASK_PLAYWRIGHT], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None


def candidates() -> Iterator[str]:
    """Yield the browsers that may be here, the likeliest first."""
    if named := os.environ.get("EASEL_CHROMIUM"):
        yield named
        return
    yield from (path for name in NAMES if (path := shutil.which(name)))
    yield from (path for path in MAC_APPS if os.path.exists(path))  # noqa: PTH110  # nothing but a string is needed
    if own := playwrights_own():
        yield own


def find() -> str | None:
    """Return the path of a Chromium that starts, or None."""
    return next(filter(starts, candidates()), None)


def recipes() -> Iterator[list[str]]:
    """Yield the commands that may bring a Chromium here, one after the other."""
    yield [sys.executable, "-m", "playwright", "install", "chromium"]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        yield ["apt-get", "update", "-qq"]
        yield ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]


def get() -> str | None:
    """Bring a Chromium here and return its path, or None when nobody gives one."""
    for command in recipes():
        print("Getting a Chromium for the tests:", " ".join(command), file=sys.stderr)
        try:
            subprocess.run(command, stdout=sys.stderr, timeout=900, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            print(error, file=sys.stderr)
        if path := find():
            return path
    return None


def main() -> int:
    """Print the path of a Chromium."""
    path = find() or (get() if "--get" in sys.argv[1:] else None)
    print(path or HELP, file=sys.stdout if path else sys.stderr)
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
