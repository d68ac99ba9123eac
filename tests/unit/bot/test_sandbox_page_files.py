"""The sandbox page's files, and the browser that is to show them, without opening either."""

import re

import pytest

from bot.sandbox.server import PAGE
from tests.support.chromium import NoChromium, chromium_path


def test_no_module_parses_html():
    """The page has no way to turn text into elements."""
    doors = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function")
    assert {
        path.name: doors.findall(path.read_text()) for path in PAGE.glob("*.js") if doors.search(path.read_text())
    } == {}


def test_the_browser_is_named_found_or_missed_loudly(tmp_path):
    """The environment leads, then the PATH, then Playwright's download; without any the error says what to do."""
    for name in ("named", "found", "own"):
        (tmp_path / name).touch()
    named, found, own = (str(tmp_path / name) for name in ("named", "found", "own"))
    assert chromium_path({"EASEL_CHROMIUM": named}, lambda _: found, lambda: own) == named
    assert chromium_path({}, lambda name: found if name == "google-chrome" else None, lambda: own) == found
    assert chromium_path({}, lambda _: None, lambda: own) == own
    with pytest.raises(NoChromium, match="make install"):
        chromium_path({}, lambda _: None, lambda: str(tmp_path / "gone"))


def test_every_part_of_the_page_is_shipped():
    """Whatever the page asks for lies beside it, and is small enough to read."""
    asked = set(re.findall(r'/page/([\w.-]+)"', (PAGE / "index.html").read_text()))
    for path in PAGE.glob("*.js"):
        asked |= set(re.findall(r'from "\./([\w.-]+)"', path.read_text()))
    files = {path.name for path in PAGE.iterdir()}
    assert asked <= files
    assert files - asked == {"index.html"}
