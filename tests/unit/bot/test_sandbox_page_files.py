"""The sandbox page's files, without opening it."""

import re

from bot.sandbox.server import PAGE


def test_no_module_parses_html():
    """The page has no way to turn text into elements."""
    doors = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function")
    assert {
        path.name: doors.findall(path.read_text()) for path in PAGE.glob("*.js") if doors.search(path.read_text())
    } == {}


def test_every_part_of_the_page_is_shipped():
    """Whatever the page asks for lies beside it, and is small enough to read."""
    asked = set(re.findall(r'/page/([\w.-]+)"', (PAGE / "index.html").read_text()))
    for path in PAGE.glob("*.js"):
        asked |= set(re.findall(r'from "\./([\w.-]+)"', path.read_text()))
    files = {path.name for path in PAGE.iterdir()}
    assert asked <= files
    assert files - asked == {"index.html"}
