"""What the bot writes down is there after a restart, and what is forgotten is gone."""

import time

import pytest

from bot.conversation.project import Pending
from bot.guild import Guild, over_limit
from bot.store import Database, Store
from engine.contract import Status
from tests.support import records


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "bot.sqlite3")
    yield store
    store.close()


def begin(store, **kwargs):
    return store.begin(records.project(id=0, **kwargs))


def test_a_project_and_its_versions_come_back_as_they_were(tmp_path):
    store = Store(tmp_path / "bot.sqlite3")
    project = begin(store, title="a cup")
    version = store.add_version(records.version(project=project.id))
    store.close()
    found = Store(tmp_path / "bot.sqlite3").project(project.id)
    assert found.title == "a cup"
    assert found.versions == (version,)


def test_the_same_message_begins_one_project_only(store):
    assert begin(store, origin=77) is not None
    assert begin(store, origin=77) is None


def test_versions_are_numbered_within_their_project_and_ids_are_never_used_again(store):
    first, second = begin(store, origin=1), begin(store, origin=2, owner=records.OTHER)
    a = store.add_version(records.version(project=first.id))
    b = store.add_version(records.version(project=second.id))
    c = store.add_version(records.version(project=first.id))
    assert [v.number for v in (a, b, c)] == [1, 1, 2]
    store.forget(records.OWNER)
    d = store.add_version(records.version(project=second.id))
    assert d.id not in {a.id, b.id, c.id}


def test_a_gallery_is_found_by_each_message_that_shows_it(store):
    project = begin(store)
    version = store.add_version(records.version(project=project.id, message=11))
    store.change_version(version.id, message=12)
    assert store.version_of_message(11).id == store.version_of_message(12).id == version.id
    assert store.version_of_message(13) is None


def test_what_was_under_way_is_found_at_the_next_start(store):
    waiting = begin(store, origin=1, pending=Pending(user=1, text="soft"))
    going = begin(store, origin=2)
    version = store.add_version(records.version(project=going.id, status=Status.RUNNING))
    done = store.add_version(records.version(project=going.id, settled=True))
    assert [p.id for p in store.pending()] == [waiting.id]
    assert [v.id for v in store.unfinished()] == [version.id]
    assert done.id not in [v.id for v in store.unfinished()]


def test_a_gallery_that_was_made_but_not_shown_is_still_to_come(store):
    project = begin(store)
    version = store.add_version(records.version(project=project.id, status=Status.DONE, settled=False))
    assert [v.id for v in store.unfinished()] == [version.id]


def test_picks_are_counted_once_a_member(store):
    version = store.add_version(records.version(project=begin(store).id))
    store.count_pick(version.id, 2, 5, added=True)
    store.count_pick(version.id, 2, 5, added=True)
    store.count_pick(version.id, 2, 6, added=True)
    assert store.count_pick(version.id, 2, 6, added=False).picks == {2: frozenset({5})}


def test_forgetting_deletes_a_member_everywhere_and_nobody_else(store):
    mine = begin(store, origin=1)
    theirs = begin(store, origin=2, owner=records.OTHER)
    store.add_version(records.version(project=mine.id, message=21))
    other = store.add_version(records.version(project=theirs.id, message=22, asker=records.OTHER))
    store.count_pick(other.id, 1, records.OWNER, added=True)
    assert store.messages_of(records.OWNER) == [(500, 21)]
    store.forget(records.OWNER)
    assert store.of_member(records.OWNER) == []
    assert store.version_of_message(21) is None
    assert store.version(other.id).picks == {1: frozenset()}
    assert [p.id for p in store.of_member(records.OTHER)] == [theirs.id]


def test_failed_and_cancelled_work_is_not_counted_against_a_member(store):
    project = begin(store)
    for status in Status:
        store.add_version(records.version(project=project.id, status=status))
    assert store.usage(records.OWNER, time.time()) == (2, 3)
    assert store.usage(records.OWNER, time.time() + 2 * 86_400) == (2, 0)
    assert store.usage(records.OTHER, time.time()) == (0, 0)


def test_a_request_that_has_not_begun_counts_too(store):
    project = begin(store, origin=3, pending=Pending(user=records.OWNER, text="soft"))
    assert store.usage(records.OWNER, time.time()) == (1, 1)
    store.add_version(records.version(project=project.id, status=Status.WAITING))
    assert store.usage(records.OWNER, time.time()) == (1, 1)


@pytest.mark.parametrize(
    ("running", "daily", "says"),
    [(0, 0, None), (2, 9, None), (3, 0, "limit here"), (0, 10, "last 24 hours"), (5, 50, "limit here")],
)
def test_limits_are_said_in_words(running, daily, says):
    words = over_limit(running, daily, running_limit=3, daily_limit=10)
    assert words is None if says is None else says in words


def test_a_servers_settings_have_defaults_and_are_kept(store):
    assert store.guild(9) == Guild(id=9)
    store.save_guild(Guild(id=9, watched=frozenset({4}), variants=2))
    assert store.guild(9).watched == {4}


async def test_the_database_works_from_the_event_loop(tmp_path):
    database = Database(tmp_path / "deep" / "bot.sqlite3")
    project = await database(Store.begin, records.project(id=0))
    assert (await database(Store.project_at, 500, 1)).id == project.id
    assert await database(Store.change_project, 999, title="x") is None
    database.close()


def test_a_members_own_project_comes_before_those_of_others_in_the_same_place(store):
    for origin, owner in ((1, records.OWNER), (2, records.OTHER), (3, records.OWNER), (4, records.OTHER)):
        store.begin(records.project(id=0, origin=origin, owner=owner))
    assert store.project_at(500, records.OWNER).origin == 3
    assert store.project_at(500, records.OTHER).origin == 4
    assert store.project_at(500, 7).origin == 4
    assert store.project_at(501, 7) is None


@pytest.mark.parametrize("status", [Status.WAITING, Status.CANCELLED])
def test_a_version_that_was_cancelled_stays_so_when_its_job_is_accepted(store, status):
    began = store.add_version(records.version(status=status))
    found = store.accept_version(began.id, "job")
    assert (found.job, found.status) == ("job", Status.RUNNING if status is Status.WAITING else status)


def test_a_version_ends_once(store):
    began = store.add_version(records.version(status=Status.RUNNING))
    assert store.end_version(began.id, Status.CANCELLED).status is Status.CANCELLED
    assert store.end_version(began.id, Status.FAILED).status is Status.CANCELLED
    assert store.end_version(999, Status.FAILED) is None


def test_every_message_that_showed_a_version_is_known(store):
    began = store.add_version(records.version(message=11))
    store.change_version(began.id, message=12)
    assert store.messages_showing(began.id) == [11, 12]
