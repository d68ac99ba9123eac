"""Where the world keeps its records: dicts that remember what changed since they were last saved."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Table(dict[str, T], Generic[T]):
    """Records by id. Set and delete by item only: other ways of changing a dict go unnoticed.

    Args:
        kind: the type of its records, as the database is to restore them.
        on_change: called after every change.
    """

    def __init__(self, kind: type[T], on_change: Callable[[], None]) -> None:
        super().__init__()
        self.kind = kind
        self._on_change = on_change
        self._dirty: set[str] = set()

    def __setitem__(self, key: str, record: T) -> None:
        super().__setitem__(key, record)
        self._dirty.add(key)
        self._on_change()

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self._dirty.add(key)
        self._on_change()

    def discard(self, key: str) -> None:
        """Delete a record, if it is there."""
        if key in self:
            del self[key]

    def restore(self, records: dict[str, T]) -> None:
        """Put back what was saved; this is no change."""
        super().update(records)

    def take_changes(self) -> dict[str, T | None]:
        """What changed since the last call; None for what is gone."""
        changes = {key: self.get(key) for key in self._dirty}
        self._dirty.clear()
        return changes
