"""The ledger: what is written is there after a restart, once."""

import pytest

from engine.contract import Done, ImageRef, JobRequest, Kind, Progress, Queued, Result, Resulted, Started, Status
from engine.errors import LedgerDamaged, StoreFull
from engine.jobs import lifecycle
from engine.jobs.estimate import Speed
from engine.jobs.job import new_job
from engine.jobs.lifecycle import Change
from engine.jobs.scheduler import FORGOTTEN_S, HALF_LIFE_S
from engine.jobs.store import Ledger, plainly


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger(tmp_path / "ledger.db")
    yield ledger
    ledger.close()


def job(job_id="j", client="ann", image="source", at=1.0, **fields):
    request = JobRequest(models=("p", "q"), images=(ImageRef(id=image),), client=client, **fields)
    return new_job(job_id, request, at, (640, 480))


def result(picture, model="p", variant=0, **fields):
    return Result(id=picture, model=model, variant=variant, seed=5, width=2, height=3, notes=("a note",), **fields)


def running(ledger, *results, **fields):
    """A job in the ledger, with a task that has made these."""
    current = job(**fields)
    ledger.add(current, None)
    change = lifecycle.started(current, "p", 2.0)
    ledger.save(change)
    for made in results:
        change = lifecycle.made(change.job, made)
        ledger.save(change)
    return change.job


def types(ledger, job_id="j", last=0):
    return [event.type for _, event in ledger.events_after(job_id, last)]


def test_a_job_reads_back_as_it_was_written(ledger, tmp_path):
    written = running(ledger, result("x"), result("y", variant=1), keep=frozenset({"text", "colors"}), motion=("pan",))
    again = Ledger(tmp_path / "ledger.db")
    assert again.job("j") == written
    assert again.active() == [written]
    assert again.job("k") is None
    again.close()


def test_jobs_that_ended_are_not_active(ledger):
    ledger.add(job("a", at=2.0), None)
    ledger.add(job("b", at=1.0), None)
    ledger.save(lifecycle.cancelled(ledger.job("a")))
    assert [j.id for j in ledger.active()] == ["b"]
    assert ledger.counts() == {"cancelled": 1, "waiting": 1}
    assert [j.id for j in ledger.of_client("ann")] == ["b", "a"]


def test_a_key_belongs_to_one_client(ledger):
    ledger.add(job("a"), "key")
    assert ledger.by_key("ann", "key").id == "a"
    assert ledger.by_key("bob", "key") is None
    ledger.add(job("b", client="bob"), "key")
    with pytest.raises(Exception, match="UNIQUE"):
        ledger.add(job("c"), "key")


def test_of_steps_and_positions_only_the_last_is_kept_and_none_after_the_end(ledger):
    current = job()
    ledger.add(current, None)
    for event in (Queued(position=3), Queued(position=2), Started(model="p"), progress("p", 1), progress("p", 2)):
        ledger.save(Change(current, (event,)))
    ledger.save(Change(current, (progress("q", 1),)))
    told = ledger.events_after("j", 0)
    assert [(e.type, getattr(e, "step", None)) for _, e in told] == [
        ("queued", None),
        ("started", None),
        ("progress", 2),
        ("progress", 1),
    ]
    assert [n for n, _ in told] == sorted({n for n, _ in told})
    ledger.save(Change(current.evolve(status=Status.DONE), (Resulted(result=result("x")), Done())))
    assert types(ledger) == ["started", "result", "done"]
    assert types(ledger, last=told[-1][0]) == ["result", "done"]


def progress(model, step, preview=None):
    return Progress(model=model, step=step, of=9, preview=preview)


def test_event_ids_are_never_used_again(ledger):
    running(ledger)
    before = ledger.events_after("j", 0)[-1][0]
    ledger.forget("ann")
    running(ledger)
    assert ledger.events_after("j", 0)[0][0] > before


def test_a_deleted_job_is_not_written_again(ledger):
    current = running(ledger)
    ledger.forget("ann")
    ledger.save(lifecycle.made(current, result("x")))
    assert ledger.job("j") is None
    assert ledger.unkept(["x"]) == ["x"]


def test_previews_go_unless_something_else_needs_the_file(ledger):
    current = running(ledger, result("r"))
    ledger.add(job("k", at=9.0), None)
    for preview in ("mine", "shared", "r"):
        ledger.save(Change(current, (progress("p", 1, preview),)))
    ledger.save(Change(ledger.job("k"), (progress("p", 1, "shared"),)))
    assert ledger.drop_previews("j") == ["mine"]
    assert ledger.drop_previews("k") == ["shared"]


@pytest.mark.parametrize(
    ("image", "goes"),
    [
        ("source", True),
        ("result", True),
        ("poster", True),
        ("preview", True),
        ("step", True),
        ("smaller", True),
        ("shared", False),
        ("shared-smaller", False),
        ("used-by-bob", False),
        ("bobs", False),
    ],
)
def test_forgetting_frees_what_only_one_client_owns(ledger, image, goes):
    current = running(ledger, result("result", poster="poster", preview="preview", clip=True))
    ledger.save(Change(current, (progress("p", 1, "step"),)))
    for mine in ("shared", "used-by-bob"):
        ledger.own(mine, "ann")
    ledger.own("shared", "bob")
    ledger.own("bobs", "bob")
    ledger.add(job("b", client="bob", image="used-by-bob"), None)
    ledger.add_derived("source", 100, "smaller", "note")
    ledger.add_derived("shared", 100, "shared-smaller", "note")
    freed = ledger.forget("ann")
    assert (image in freed) is goes
    assert [j.id for j in ledger.active()] == ["b"]
    assert types(ledger) == []
    assert ledger.derived("shared", 100) == ("shared-smaller", "note")
    assert ledger.derived("source", 100) is None
    assert ledger.forget("ann") == []


def test_what_was_given_long_ago_is_not_kept_for_ever(ledger):
    for number in range(5):
        ledger.serve(f"member-{number}", 40, 1000.0)
    ledger.serve("ann", 10, 1001.0 + FORGOTTEN_S)
    assert set(ledger.served(1001.0 + FORGOTTEN_S)) == {"ann"}


@pytest.mark.parametrize("damage", ["not a ledger", "cut off", "overwritten"])
def test_a_damaged_ledger_is_said_so(tmp_path, damage):
    path = tmp_path / "ledger.db"
    whole = Ledger(path)
    for number in range(50):
        whole.add(job(f"j{number}", at=float(number)), None)
    whole.close()
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(
        {
            "not a ledger": b"these are words" * 1000,
            "cut off": data[:middle],
            "overwritten": data[:4096] + b"\xff" * (len(data) - 4096),
        }[damage]
    )
    with pytest.raises(LedgerDamaged, match=r"ledger\.db"):
        Ledger(path)


def test_a_full_disk_is_told_as_such(ledger):
    ledger._db.execute(f"pragma max_page_count = {ledger._db.execute('pragma page_count').fetchone()[0]}")
    large = [job(f"j{number}", prompt="x" * 4000) for number in range(100)]
    with pytest.raises(StoreFull):
        plainly(lambda: [ledger.add(each, None) for each in large])


def test_a_result_is_found_by_its_picture(ledger):
    running(ledger, result("x"))
    assert ledger.result_of("x").seed == 5
    assert ledger.result_of("source") is None


def test_measurements_last(ledger):
    ledger.learn("p", Kind.GENERATE, Speed(1.5, 2.0, 3))
    ledger.learn("p", Kind.GENERATE, Speed(2.5, 2.0, 4))
    ledger.learn("p", Kind.ANIMATE, Speed(9.0))
    assert ledger.speeds() == {("p", Kind.GENERATE): Speed(2.5, 2.0, 4), ("p", Kind.ANIMATE): Speed(9.0)}
    ledger.serve("ann", 40, 1000.0)
    ledger.serve("ann", 10, 1000.0 + HALF_LIFE_S)
    assert ledger.served(1000.0 + HALF_LIFE_S) == {"ann": pytest.approx(30)}
