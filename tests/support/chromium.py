"""Starts the browser that drives the sandbox page: the one that `make install` saw to."""

from chromium import HELP, find

#: No sandbox: tests run as root in containers. The rest keeps the browser from calling home.
ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class NoChromium(RuntimeError):
    """There is no Chromium; a test never skips for want of it."""


def chromium_path():
    """The path of a Chromium that starts.

    Raises:
        NoChromium: if there is none, with words on how to get one.
    """
    if path := find():
        return path
    raise NoChromium(HELP)
