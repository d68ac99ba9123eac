"""Keeps the world in a folder: written a moment after each change, off the event loop, all or nothing."""

import asyncio
from pathlib import Path
from typing import Any

import sqlite_utils
from pydantic import TypeAdapter

from bot.sandbox.world import World

DELAY_S = 0.3


class Keeper:
    """Saves a world's tables, one SQLite table each: an id and the record as JSON.

    Args:
        world: what to keep.
        folder: where; the bytes of attachments are in its `files`.
    """

    def __init__(self, world: World, folder: Path) -> None:
        self._world = world
        self._path = folder / "world.db"
        self._adapters = {name: TypeAdapter(table.kind) for name, table in world.tables.items()}
        self._waiting: asyncio.TimerHandle | None = None
        self._writing = asyncio.Lock()
        self._writes: set[asyncio.Task[None]] = set()

    def load(self) -> bool:
        """Put back what was saved; False if there was nothing.

        Sweeps up the files that no message refers to: they were dropped shortly before the end.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite_utils.Database(self._path)
        for name, table in self._world.tables.items():
            db.create_table(name, {"id": str, "record": str}, pk="id", if_not_exists=True)
            table.restore(dict(self._rows(db, name)))
        db.close()
        if not self._world.facts:
            return False
        self._world.signer.secret = bytes.fromhex(self._world.facts["secret"])
        self._sweep()
        return True

    def _rows(self, db: sqlite_utils.Database, name: str) -> list[tuple[str, Any]]:
        adapter = self._adapters[name]
        rows = [(row["id"], adapter.validate_json(row["record"])) for row in db[name].rows]
        # Ids grow with time, so this is the order in which things came.
        return sorted(rows, key=lambda row: (len(row[0]), row[0]))

    def _sweep(self) -> None:
        world = self._world
        used = {attachment.id for message in world.messages.values() for attachment in message.attachments}
        for attachment in list(world.attachments.values()):
            if attachment.id not in used:
                world.attachments.discard(attachment.id)
        world.files.sweep(set(world.attachments))

    def watch(self) -> None:
        """Save after each change from now on."""
        self._world.on_change = self._changed
        self._changed()

    def _changed(self) -> None:
        if self._waiting is None:
            self._waiting = asyncio.get_running_loop().call_later(DELAY_S, self._start)

    def _start(self) -> None:
        self._waiting = None
        task = asyncio.get_running_loop().create_task(self.flush())
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def flush(self) -> None:
        """Save what has changed, now."""
        async with self._writing:
            changes = {name: table.take_changes() for name, table in self._world.tables.items()}
            if any(changes.values()):
                await asyncio.to_thread(self._write, changes)

    def _write(self, changes: dict[str, dict[str, Any]]) -> None:
        db = sqlite_utils.Database(self._path)
        try:
            with db.conn:
                for name, records in changes.items():
                    self._write_table(db, name, records)
        finally:
            db.close()

    def _write_table(self, db: sqlite_utils.Database, name: str, records: dict[str, Any]) -> None:
        adapter = self._adapters[name]
        gone = [(key,) for key, record in records.items() if record is None]
        kept = [(key, adapter.dump_json(record).decode()) for key, record in records.items() if record is not None]
        db.conn.executemany(f"delete from [{name}] where id = ?", gone)  # noqa: S608  the names are our own
        db.conn.executemany(f"insert or replace into [{name}] (id, record) values (?, ?)", kept)  # noqa: S608

    async def close(self) -> None:
        """Save what is left and stop watching."""
        self._world.on_change = lambda: None
        if self._waiting:
            self._waiting.cancel()
        await self.flush()
