"""Collects what is wrong with a request, and says it as Discord does: nested by field."""

from collections.abc import Sized

from bot.sandbox.errors import InvalidForm, Json

Path = tuple[str | int, ...]


class Form:
    """The faults found in one request body."""

    def __init__(self, *prefix: str | int) -> None:
        self._prefix = prefix
        self._errors: Json = {}

    def wrong(self, path: Path, code: str, message: str) -> None:
        """Note one fault at `path`."""
        node = self._errors
        for step in (*self._prefix, *path):
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def length(self, path: Path, value: str | Sized | None, low: int, high: int, *, required: bool = False) -> None:
        """Check that a text or list has between `low` and `high` parts; None passes unless required."""
        if value is None:
            if required:
                self.wrong(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif low == 0 and len(value) > high:
            self.wrong(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        elif not low <= len(value) <= high:
            self.wrong(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")

    def number(self, path: Path, value: int | None, low: int, high: int) -> None:
        """Check that a number is between `low` and `high`; None passes."""
        if value is not None and not low <= value <= high:
            code = "NUMBER_TYPE_MAX" if value > high else "NUMBER_TYPE_MIN"
            self.wrong(path, code, f"Must be between {low} and {high}.")

    def choice(self, path: Path, value: object, allowed: tuple[object, ...]) -> None:
        """Check that a value is one of `allowed`."""
        if value not in allowed:
            words = ", ".join(map(str, allowed))
            self.wrong(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{words}}}.")

    def check(self) -> None:
        """Refuse the request if anything is wrong.

        Raises:
            InvalidForm: with every fault noted so far.
        """
        if self._errors:
            raise InvalidForm(self._errors)
