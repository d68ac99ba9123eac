"""What can go wrong in the bot, in words: a class's docstring is its message, written for the member."""

from __future__ import annotations


class EaselError(Exception):
    """Something went wrong on my side; your picture is safe."""

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or " ".join((type(self).__doc__ or "").split())
        super().__init__(self.detail)


class NothingCanRun(EaselError):
    """No model on this machine can do that; `/models` shows what can run here, and why the others cannot."""


class NoImage(EaselError):
    """There is no picture to work on yet; post one and say what it should become."""


class CannotConnect(EaselError):
    """Discord does not let me in; the token in DISCORD_TOKEN has to be a valid one."""
