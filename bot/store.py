"""All of the bot's SQL (sqlite-utils). A `Store` is used in one thread only; `Database` is that thread."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlite_utils

from bot.conversation.project import Project, Version
from bot.guild import Guild
from engine.contract import Status

P = ParamSpec("P")
T = TypeVar("T")
DAY_S = 86_400


class Store:
    """Projects, their versions and the servers' settings, in one SQLite file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite_utils.Database(str(path))
        self._db.enable_wal()
        self._db.execute("pragma foreign_keys = on")
        self._projects = self._table(
            "projects", {"id": int, "owner": int, "place": int, "origin": int, "pending": int, "body": str}
        )
        self._versions = self._table(
            "versions",
            {"id": int, "project": int, "asker": int, "status": str, "settled": int, "created": float, "body": str},
        )
        self._posts = self._table("posts", {"id": int, "version": int})  # which message shows which version
        self._guilds = self._table("guilds", {"id": int, "body": str})
        self._ids = self._table("ids", {"id": str, "last": int})
        self._index()

    def _table(self, name: str, columns: dict[str, Any]) -> Any:
        return self._db.table(name).create(columns, pk="id", if_not_exists=True)

    def _index(self) -> None:
        self._projects.create_index(["origin"], unique=True, if_not_exists=True)
        self._projects.create_index(["place"], if_not_exists=True)
        self._versions.create_index(["project"], if_not_exists=True)
        self._versions.create_index(["asker", "created"], if_not_exists=True)

    def close(self) -> None:
        """Close the file."""
        self._db.conn.close()

    # -- projects

    def begin(self, project: Project) -> Project | None:
        """Add a project (its `id` is given here); None when its origin has begun one already."""
        if project.origin is not None and self._one("projects", "origin = ?", project.origin):
            return None
        project = project.evolve(id=self._next("projects"), created=project.created or time.time())
        self._save(project)
        return project

    def project(self, project_id: int) -> Project | None:
        """Return a project with its versions, or None."""
        return self._project(self._one("projects", "id = ?", project_id))

    def project_at(self, place: int, user: int) -> Project | None:
        """Return the newest project of a thread or DM channel, a member's own before those of others, or None."""
        rows = self._projects.rows_where("place = ?", [place], order_by=f"owner = {int(user)} desc, id desc", limit=1)
        return self._project(next(iter(rows), None))

    def pending(self) -> list[Project]:
        """Return the projects whose request was heard and not yet begun."""
        rows = self._projects.rows_where("pending = 1", order_by="id")
        return [p for row in rows if (p := self._project(row))]

    def of_member(self, user: int) -> list[Project]:
        """Return a member's projects, the newest first."""
        rows = self._projects.rows_where("owner = ?", [user], order_by="id desc")
        return [p for row in rows if (p := self._project(row))]

    def change_project(self, project_id: int, /, **changes: Any) -> Project | None:
        """Change some fields of a project and return it; None when it is gone."""
        project = self.project(project_id)
        if project is None:
            return None
        project = project.evolve(**changes)
        self._save(project)
        return project

    def forget(self, user: int) -> None:
        """Delete a member's projects and versions for good, and their picks on others' galleries."""
        with self._db.conn:
            self._db.execute(
                "delete from posts where version in (select v.id from versions v join projects p on v.project = p.id"
                " where p.owner = ?)",
                [user],
            )
            self._db.execute("delete from versions where project in (select id from projects where owner = ?)", [user])
            self._db.execute("delete from projects where owner = ?", [user])
        for version in self._all_versions():
            if any(user in who for who in version.picks.values()):
                self._put(version.evolve(picks={n: who - {user} for n, who in version.picks.items()}))
        self._db.execute("vacuum")

    # -- versions

    def add_version(self, version: Version) -> Version:
        """Add a version; its `id` and its `number` within the project are given here."""
        number = 1 + self._db["versions"].count_where("project = ?", [version.project])
        version = version.evolve(id=self._next("versions"), number=number, created=time.time())
        self._put(version)
        return version

    def version(self, version_id: int) -> Version | None:
        """Return a version, or None."""
        row = self._one("versions", "id = ?", version_id)
        return Version.model_validate_json(row["body"]) if row else None

    def version_of_message(self, message: int) -> Version | None:
        """Return the version whose gallery a message is, or None."""
        row = self._one("posts", "id = ?", message)
        return self.version(row["version"]) if row else None

    def change_version(self, version_id: int, /, **changes: Any) -> Version | None:
        """Change some fields of a version and return it; None when it is gone."""
        version = self.version(version_id)
        if version is None:
            return None
        version = version.evolve(**changes)
        self._put(version)
        return version

    def end_version(self, version_id: int, status: Status) -> Version | None:
        """End a version, unless it has ended already; return it as it stands then."""
        version = self.version(version_id)
        if version is None or version.status.ended:
            return version
        return self.change_version(version_id, status=status, ended=time.time())

    def accept_version(self, version_id: int, job: str) -> Version | None:
        """Write down the job that a version became; one that was cancelled meanwhile stays cancelled."""
        version = self.version(version_id)
        if version is None:
            return None
        return self.change_version(
            version_id, job=job, status=version.status if version.status.ended else Status.RUNNING
        )

    def messages_showing(self, version_id: int) -> list[int]:
        """Return every message that was posted to show a version."""
        return [row["id"] for row in self._posts.rows_where("version = ?", [version_id], order_by="id")]

    def messages_of(self, user: int) -> list[tuple[int, int]]:
        """Return (place, message) of everything that was posted for a member's projects."""
        rows = self._db.query(
            "select p.place as place, m.id as message from posts m join versions v on m.version = v.id"
            " join projects p on v.project = p.id where p.owner = ? order by m.id",
            [user],
        )
        return [(row["place"], row["message"]) for row in rows]

    def unfinished(self) -> list[Version]:
        """Return the versions whose gallery is still to come, the oldest first."""
        rows = self._versions.rows_where("settled = 0", order_by="id")
        return [Version.model_validate_json(row["body"]) for row in rows]

    def count_pick(self, version_id: int, variant: int, user: int, *, added: bool) -> Version | None:
        """Count or discount a member's pick of a variant."""
        version = self.version(version_id)
        if version is None:
            return None
        who = version.picks.get(variant, frozenset())
        who = who | {user} if added else who - {user}
        return self.change_version(version_id, picks={**version.picks, variant: who})

    def usage(self, user: int, now: float) -> tuple[int, int]:
        """Return how many of a member's versions run, and how many of the last 24 h count (failures do not).

        A request that was heard and not yet begun counts as one.
        """
        unbegun = "owner = ? and pending = 1 and id not in (select project from versions)"
        heard = self._projects.count_where(unbegun, [user])
        row = next(
            self._db.query(
                "select coalesce(sum(status in ('waiting', 'running')), 0) as running,"
                " coalesce(sum(created > ? and status not in ('failed', 'cancelled')), 0) as daily"
                " from versions where asker = ?",
                [now - DAY_S, user],
            )
        )
        return heard + int(row["running"]), heard + int(row["daily"])

    # -- servers

    def guild(self, guild_id: int) -> Guild:
        """Return a server's settings, the defaults when it has none."""
        row = self._one("guilds", "id = ?", guild_id)
        return Guild.model_validate_json(row["body"]) if row else Guild(id=guild_id)

    def save_guild(self, guild: Guild) -> None:
        """Store a server's settings."""
        self._guilds.upsert({"id": guild.id, "body": guild.model_dump_json()}, pk="id")

    # -- rows

    def _one(self, table: str, where: str, value: object) -> dict[str, Any] | None:
        return next(iter(self._db[table].rows_where(where, [value], limit=1)), None)

    def _next(self, table: str) -> int:
        """Ids are never used twice, so that a button of a forgotten version never hits another."""
        rows = list(self._ids.rows_where("id = ?", [table]))
        last = 1 + (rows[0]["last"] if rows else 0)
        self._ids.upsert({"id": table, "last": last}, pk="id")
        return int(last)

    def _project(self, row: dict[str, Any] | None) -> Project | None:
        if row is None:
            return None
        versions = self._versions.rows_where("project = ?", [row["id"]], order_by="id")
        found = tuple(Version.model_validate_json(v["body"]) for v in versions)
        return Project.model_validate_json(row["body"]).evolve(versions=found)

    def _all_versions(self) -> list[Version]:
        return [Version.model_validate_json(row["body"]) for row in list(self._versions.rows)]

    def _save(self, project: Project) -> None:
        row = {
            "id": project.id,
            "owner": project.owner,
            "place": project.place,
            "origin": project.origin,
            "pending": int(project.pending is not None),
            "body": project.model_dump_json(exclude={"versions"}),
        }
        self._projects.upsert(row, pk="id")

    def _put(self, version: Version) -> None:
        row = {
            "id": version.id,
            "project": version.project,
            "asker": version.asker,
            "status": version.status.value,
            "settled": int(version.settled),
            "created": version.created,
            "body": version.model_dump_json(),
        }
        self._versions.upsert(row, pk="id")
        if version.message is not None:
            self._posts.upsert({"id": version.message, "version": version.id}, pk="id")


class Database:
    """A `Store` in a thread of its own, so that the event loop never waits for the disk."""

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._store = self._thread.submit(Store, path).result()

    async def __call__(self, method: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a method of the store, e.g. `await database(Store.project, 3)`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: method(self._store, *args, **kwargs))

    def close(self) -> None:
        """Close the file and end the thread."""
        self._thread.submit(self._store.close).result()
        self._thread.shutdown()
