"""The job ledger: all of the engine's SQL. Jobs are rows before they are work, so that a restart loses none.

Every method is one transaction and blocks; `engine.jobs.service` calls them from one thread of its own.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import sqlite_utils
from pydantic import TypeAdapter

from engine.contract import Event, JobError, JobRequest, Kind, Result, Status
from engine.errors import LedgerDamaged, StoreFull
from engine.jobs.estimate import Speed
from engine.jobs.job import Job, Task
from engine.jobs.lifecycle import Change
from engine.jobs.scheduler import FORGOTTEN_S, account

P = ParamSpec("P")
T = TypeVar("T")

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_TABLES = """
create table if not exists jobs (
    id text primary key, client text not null, key text, status text not null, request text not null,
    created real not null, width integer not null, height integer not null, error text, unique (client, key));
create index if not exists jobs_by_status on jobs (status);
create table if not exists tasks (
    job text not null references jobs (id) on delete cascade, model text not null, ordinal integer not null,
    status text not null, step integer not null, steps integer not null, attempts integer not null,
    started real, error text, primary key (job, model));
create table if not exists results (
    job text not null references jobs (id) on delete cascade, model text not null, variant integer not null,
    image text not null, poster text, preview text, data text not null, primary key (job, model, variant));
create index if not exists results_by_image on results (image);
create table if not exists events (
    id integer primary key autoincrement, job text not null references jobs (id) on delete cascade,
    type text not null, model text, data text not null);
create index if not exists events_by_job on events (job, id);
create table if not exists previews (
    job text not null references jobs (id) on delete cascade, image text not null, primary key (job, image));
create table if not exists image_owners (image text not null, client text not null, primary key (image, client));
create index if not exists images_by_client on image_owners (client);
create table if not exists derived (
    source text not null, max_bytes integer not null, image text not null, note text not null,
    primary key (source, max_bytes));
create table if not exists speeds (
    card text not null, kind text not null, per_unit real not null, load_s real not null,
    samples integer not null, primary key (card, kind));
create table if not exists served (client text primary key, seconds real not null, at real not null);
"""
#: Every reference to a file that keeps it in the store.
_KEPT = """
select image from image_owners union select image from previews
union select poster from results where poster is not null union select preview from results where preview is not null
union select image from results union select image from derived"""
_ACTIVE = (Status.WAITING, Status.RUNNING)


class Ledger:
    """The ledger in its file.

    Args:
        path: Of the database; its folder exists.

    Raises:
        LedgerDamaged: What is there is no ledger, or not whole.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite_utils.Database(sqlite3.connect(path, check_same_thread=False))
        try:
            self._db.enable_wal()
            # Whole after a power cut, which may cost the last moments; a killed process costs nothing. To wait for the
            # disk at each step of each job would cost everybody seconds whenever something else writes to it.
            self._db.execute("pragma synchronous = normal")
            self._db.execute("pragma foreign_keys = on")
            self._db.executescript(_TABLES)
            found = self._db.execute("pragma quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            found = str(error)
        if found != "ok":
            self._db.close()
            raise LedgerDamaged(f"The job ledger {path} is damaged ({found}); restore it, or move it away.")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # Jobs

    def add(self, job: Job, key: str | None) -> None:
        """Add a new job; its client owns the images it uses from here on."""
        with self._db.atomic():
            request = job.request
            self._db.table("jobs").insert(
                {
                    "id": job.id,
                    "client": request.client,
                    "key": key,
                    "status": job.status,
                    "request": request.model_dump_json(),
                    "created": job.created,
                    "width": job.size[0],
                    "height": job.size[1],
                }
            )
            self._save_tasks(job)
            for ref in request.images:
                self._own(ref.id, request.client)

    def by_key(self, client: str, key: str) -> Job | None:
        """Return the job that was submitted with this idempotency key."""
        return next(self._jobs("client = ? and key = ?", (client, key)), None)

    def job(self, job_id: str) -> Job | None:
        """Return a job."""
        return next(self._jobs("id = ?", (job_id,)), None)

    def active(self) -> list[Job]:
        """Return the jobs that have not ended, oldest first."""
        return list(self._jobs("status in (?, ?)", _ACTIVE))

    def of_client(self, client: str) -> list[Job]:
        """Return the jobs of a client, oldest first."""
        return list(self._jobs("client = ?", (client,)))

    def counts(self) -> dict[str, int]:
        """Return how many jobs have each status."""
        return {
            row["status"]: row["n"] for row in self._db.query("select status, count(*) n from jobs group by status")
        }

    def save(self, *changes: Change) -> None:
        """Store what became of jobs, with their new results and events. A job that was deleted stays deleted."""
        with self._db.atomic():
            for change in changes:
                self._save(change)

    def _save(self, change: Change) -> None:
        job = change.job
        if not self._db.table("jobs").count_where("id = ?", [job.id]):
            return
        error = job.error.model_dump_json() if job.error else None
        self._db.table("jobs").update(job.id, {"status": job.status, "error": error})
        self._save_tasks(job)
        for event in change.events:
            self._tell(job, event)

    def _save_tasks(self, job: Job) -> None:
        rows = (
            {
                "job": job.id,
                "model": task.model,
                "ordinal": ordinal,
                "status": task.status,
                "step": task.step,
                "steps": task.of,
                "attempts": task.attempts,
                "started": task.started,
                "error": task.error.model_dump_json() if task.error else None,
            }
            for ordinal, task in enumerate(job.tasks)
        )
        self._db.table("tasks").upsert_all(rows, pk=("job", "model"))

    def _tell(self, job: Job, event: Event) -> None:
        """Log an event. Of the queue's and the steps' only the last is worth keeping, and none after the end."""
        model = getattr(event, "model", None)
        events = self._db.table("events")
        if event.type in {"queued", "progress"}:
            events.delete_where("job = ? and type = ? and model is ?", [job.id, event.type, model])
        elif event.type in {"done", "failed", "cancelled"}:
            events.delete_where("job = ? and type in ('queued', 'progress')", [job.id])
        elif event.type == "result":
            self._add_result(job, event.result)
        if event.type == "progress" and event.preview:
            self._db.table("previews").insert({"job": job.id, "image": event.preview}, ignore=True)
        events.insert({"job": job.id, "type": event.type, "model": model, "data": event.model_dump_json()})

    def _add_result(self, job: Job, result: Result) -> None:
        self._db.table("results").insert(
            {
                "job": job.id,
                "model": result.model,
                "variant": result.variant,
                "image": result.id,
                "poster": result.poster,
                "preview": result.preview,
                "data": result.model_dump_json(),
            }
        )
        for image in (result.id, result.poster, result.preview):
            if image:
                self._own(image, job.request.client)

    def events_after(self, job_id: str, last: int) -> list[tuple[int, Event]]:
        """Return a job's events with a greater id than `last`."""
        rows = self._db.query("select id, data from events where job = ? and id > ? order by id", [job_id, last])
        return [(row["id"], _EVENT.validate_json(row["data"])) for row in rows]

    def _jobs(self, where: str, values: Iterable[Any]) -> Iterator[Job]:
        rows = list(self._db.query(f"select * from jobs where {where} order by created, id", list(values)))  # noqa: S608  # no value is in it
        ids = json.dumps([row["id"] for row in rows])
        tasks = self._grouped("select * from tasks where job in (select value from json_each(?)) order by ordinal", ids)
        made = self._grouped("select * from results where job in (select value from json_each(?)) order by rowid", ids)
        return (_job(row, tasks.get(row["id"], ()), made.get(row["id"], ())) for row in rows)

    def _grouped(self, sql: str, ids: str) -> dict[str, list[dict[str, Any]]]:
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in self._db.query(sql, [ids]):
            groups.setdefault(row["job"], []).append(row)
        return groups

    # Images

    def own(self, image: str, client: str) -> None:
        """Note that a client uses an image."""
        with self._db.atomic():
            self._own(image, client)

    def _own(self, image: str, client: str) -> None:
        self._db.table("image_owners").insert({"image": image, "client": client}, ignore=True)

    def result_of(self, image: str) -> Result | None:
        """Return the result whose picture or clip this is."""
        rows = self._db.query("select data from results where image = ? limit 1", [image])
        return next((Result.model_validate_json(row["data"]) for row in rows), None)

    def derived(self, source: str, max_bytes: int) -> tuple[str, str] | None:
        """Return the image that was made from another to fit a limit, and the note of what was done."""
        rows = self._db.query("select image, note from derived where source = ? and max_bytes = ?", [source, max_bytes])
        return next(((row["image"], row["note"]) for row in rows), None)

    def add_derived(self, source: str, max_bytes: int, image: str, note: str) -> None:
        """Note an image that was made from another to fit a limit."""
        row = {"source": source, "max_bytes": max_bytes, "image": image, "note": note}
        self._db.table("derived").insert(row, replace=True)

    def drop_previews(self, job_id: str) -> list[str]:
        """Forget a job's previews; return the files that nothing refers to any more."""
        with self._db.atomic():
            images = [row["image"] for row in self._db.query("select image from previews where job = ?", [job_id])]
            self._db.table("previews").delete_where("job = ?", [job_id])
            return self._unkept(images)

    def unkept(self, images: Iterable[str]) -> list[str]:
        """Return those images that nothing refers to."""
        return self._unkept(list(images))

    def forget(self, client: str) -> list[str]:
        """Delete a client's jobs and ownerships; return the files that nothing refers to any more."""
        with self._db.atomic():
            mine = "select image from image_owners where client = :c"
            previews = "select image from previews where job in (select id from jobs where client = :c)"
            copies = f"select image from derived where source in ({mine})"  # noqa: S608  # no value is in it
            found = self._db.query(f"{mine} union {previews} union {copies}", {"c": client})
            images = [row["image"] for row in found]
            self._db.table("jobs").delete_where("client = ?", [client])
            self._db.table("served").delete_where("client = ?", [client])
            self._db.table("image_owners").delete_where("client = ?", [client])
            self._db.table("derived").delete_where("source not in (select image from image_owners)")
            return self._unkept(images)

    def _unkept(self, images: list[str]) -> list[str]:
        kept = f"select value image from json_each(?) where value not in ({_KEPT})"  # noqa: S608  # no value is in it
        return [row["image"] for row in self._db.query(kept, [json.dumps(images)])]

    # Measurements

    def speeds(self) -> dict[tuple[str, Kind], Speed]:
        """Return what was measured, by card and kind."""
        return {
            (row["card"], Kind(row["kind"])): Speed(row["per_unit"], row["load_s"], row["samples"])
            for row in self._db.table("speeds").rows
        }

    def learn(self, card: str, kind: Kind, speed: Speed) -> None:
        """Store a speed."""
        row = {"card": card, "kind": kind, "per_unit": speed.per_unit, "load_s": speed.load_s, "samples": speed.samples}
        self._db.table("speeds").insert(row, replace=True)

    def served(self, now: float) -> Mapping[str, float]:
        """Return each client's account of seconds of rendering, as of now."""
        return {row["client"]: account(row["seconds"], now - row["at"]) for row in self._db.table("served").rows}

    def serve(self, client: str, seconds: float, now: float) -> None:
        """Add rendering to a client's account."""
        with self._db.atomic():
            left = self.served(now).get(client, 0.0)
            self._db.table("served").delete_where("at < ?", [now - FORGOTTEN_S])
            self._db.table("served").insert({"client": client, "seconds": left + seconds, "at": now}, replace=True)


def plainly(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what a method of a ledger returns.

    Raises:
        StoreFull: The disk is full.
    """
    try:
        return call(*args, **kwargs)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise StoreFull from error
        raise


def _job(row: dict[str, Any], tasks: Iterable[dict[str, Any]], results: Iterable[dict[str, Any]]) -> Job:
    return Job(
        id=row["id"],
        request=JobRequest.model_validate_json(row["request"]),
        created=row["created"],
        tasks=tuple(_task(task) for task in tasks),
        status=Status(row["status"]),
        results=tuple(Result.model_validate_json(result["data"]) for result in results),
        error=_error(row["error"]),
        size=(row["width"], row["height"]),
    )


def _task(row: dict[str, Any]) -> Task:
    return Task(
        model=row["model"],
        status=Status(row["status"]),
        step=row["step"],
        of=row["steps"],
        attempts=row["attempts"],
        started=row["started"],
        error=_error(row["error"]),
    )


def _error(data: str | None) -> JobError | None:
    return JobError.model_validate_json(data) if data else None
