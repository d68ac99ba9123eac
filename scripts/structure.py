"""Writes docs/structure.md: the picture by hand, and one sentence a file out of the files themselves."""

from __future__ import annotations

import argparse
import ast
import sys
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "structure.md"
PICTURE = ROOT / "docs" / "structure.mmd"
PACKAGES = ("bot", "engine")

HEAD = """# The house

One picture, then one sentence a file. Made by `make docs` from the files' own first lines; do not edit it by hand.

```mermaid
{picture}```
"""


def sentence(path: Path) -> str:
    """Return the first line of a module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.split("\n")[0].strip()


def files() -> list[Path]:
    """Return every module of the house, folder by folder."""
    found = [p for package in PACKAGES for p in (ROOT / package).rglob("*.py")]
    return sorted(found, key=lambda p: (p.parent.relative_to(ROOT).as_posix(), p.name))


def page() -> str:
    """Return the whole page."""
    parts = [HEAD.format(picture=PICTURE.read_text(encoding="utf-8"))]
    for folder, group in groupby(files(), key=lambda p: p.parent):
        modules = {p.name: sentence(p) for p in group}
        about = modules.pop("__init__.py", "")
        parts.append(f"\n## {folder.relative_to(ROOT).as_posix()}/\n\n{about}\n".replace("\n\n\n", "\n"))
        parts.append("\n" + "".join(f"- `{name}`: {text}\n" for name, text in modules.items()) if modules else "")
    return "".join(parts)


def main() -> int:
    """Write the page, or with --check say whether it is true."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the page is stale; write nothing")
    new = page()
    if not parser.parse_args().check:
        TARGET.write_text(new, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == new:
        return 0
    sys.stderr.write("docs/structure.md is stale: run `make docs`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
