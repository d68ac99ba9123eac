"""Finds the browser that drives the sandbox page."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
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
    """No Chromium was found. Run `make install`, or set EASEL_CHROMIUM to a browser's path."""

    def __init__(self):
        super().__init__(self.__doc__)


def chromium_path(environment=os.environ, which=shutil.which, downloaded=None):
    """The path of a Chromium: EASEL_CHROMIUM, one on the PATH, or Playwright's own download.

    Raises:
        NoChromium: if there is none; a test never skips for want of it.
    """
    named = environment.get("EASEL_CHROMIUM")
    found = [named] if named else [path for name in NAMES if (path := which(name))]
    for path in found or [(downloaded or playwrights_own)()]:
        if path and Path(path).exists():
            return path
    raise NoChromium


def playwrights_own():
    """Where Playwright keeps the Chromium it downloads, whether or not it has."""
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path
