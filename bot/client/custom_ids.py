"""What a button carries: `easel:<action>:<version>:<variant>`. All else is in the database."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.conversation.events import Press

_PATTERN = re.compile(r"easel:(?P<action>[a-z_]+):(?P<version>\d{1,20}):(?P<variant>\d{1,20})")


@dataclass(frozen=True)
class CustomId:
    """An action on a version; `variant` is 0 when it is for the whole gallery."""

    action: str
    version: int
    variant: int = 0

    def __str__(self) -> str:
        return f"easel:{self.action}:{self.version}:{self.variant}"

    @property
    def press(self) -> Press | None:
        """The press it means, or None for a form."""
        return Press(self.action) if self.action in set(Press) else None


def parse(text: str) -> CustomId | None:
    """Read a custom_id; None when it is not one of ours."""
    match = _PATTERN.fullmatch(text)
    return CustomId(match["action"], int(match["version"]), int(match["variant"])) if match else None
