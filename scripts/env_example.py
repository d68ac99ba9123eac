"""Write `.env.example` from the settings; with `--check`, fail when it is stale."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from bot.settings import BotSettings
from engine.settings import EngineSettings

TARGET = Path(__file__).parent.parent / ".env.example"
HEAD = """\
# Settings of Easel. Copy this file to .env and change what you need; a line that begins with # is the default.
# Made from bot/settings.py and engine/settings.py by `make docs`.
"""


def variable(settings: type[BaseSettings], name: str, field: FieldInfo) -> str:
    """Return the environment variable of a field."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        alias = alias.convert_to_aliases()[0][0]
    return str(alias or f"{settings.model_config.get('env_prefix', '')}{name}").upper()


def value(default: object) -> str:
    """Return a default as it would stand in the file."""
    if default is None:
        return ""
    return str(default.value if isinstance(default, Enum) else default)


def lines(settings: type[BaseSettings]) -> Iterator[str]:
    """Yield the lines of one class: its description, then the variable with its default."""
    for name, field in settings.model_fields.items():
        yield ""
        yield from textwrap.wrap(f"{field.description}.", 100, initial_indent="# ", subsequent_indent="# ")
        yield f"#{variable(settings, name, field)}={value(field.get_default(call_default_factory=True))}"


def example() -> str:
    """Return the whole file."""
    return "\n".join([HEAD.rstrip(), *lines(BotSettings), *lines(EngineSettings), ""])


def main() -> int:
    """Write the file, or check it."""
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(example())
    elif not TARGET.exists() or TARGET.read_text() != example():
        print(".env.example is stale: run `make docs` and commit it", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
