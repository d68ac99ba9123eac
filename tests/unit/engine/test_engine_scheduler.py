"""Who is next, and when: fair between clients, thrifty with loading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.jobs.scheduler import HALF_LIFE_S, Entry, account, order, places


def entry(name, client="ann", since=0.0, seconds=1.0, *, model="m", load_s=0.0):
    return Entry(name, model, client, since, seconds, load_s)


def jobs(entries):
    return " ".join(entry.job for entry in entries)


MANY = [entry(f"a{n}", "ann", n) for n in range(5)]


@pytest.mark.parametrize(
    ("why", "waiting", "running", "served", "expected"),
    [
        ("alone, first come first served", MANY, [], {}, "a0 a1 a2 a3 a4"),
        ("a latecomer with one job does not wait for five", [*MANY, entry("b", "bob", 9)], [], {}, "a0 b a1 a2 a3 a4"),
        ("what runs counts", [*MANY, entry("b", "bob", 9)], [entry("r", "ann")], {}, "b a0 a1 a2 a3 a4"),
        ("the least served first", [entry("a", "ann"), entry("b", "bob", 5)], [], {"ann": 60}, "b a"),
        (
            "one long job weighs as much as many short ones",
            [entry("a0", "ann", 0, 10), entry("a1", "ann", 0, 10), *(entry(f"b{n}", "bob", 1, 3) for n in range(5))],
            [],
            {},
            "a0 b0 b1 b2 b3 a1 b4",
        ),
        (
            "three members take turns",
            [entry(f"{c}{n}", c, t) for t, (c, n) in enumerate((c, n) for n in range(2) for c in "xyz")],
            [],
            {},
            "x0 y0 z0 x1 y1 z1",
        ),
        ("nobody waits", [], [], {"ann": 3}, ""),
    ],
)
def test_turns_are_fair(why, waiting, running, served, expected):
    assert jobs(order(waiting, running, served)) == expected, why


@pytest.mark.parametrize(
    ("why", "waiting", "resident", "expected"),
    [
        (
            "a loaded model first, when that costs less than a load",
            [entry("a", "ann", 0, model="cold", load_s=5), entry("b", "bob", 1, model="warm", load_s=5)],
            {"warm"},
            "b a",
        ),
        (
            "tasks of one model together, also within one client's jobs",
            [
                entry("a0", "ann", 0, model="p", load_s=5),
                entry("a1", "ann", 1, model="q", load_s=5),
                entry("a2", "ann", 2, model="p", load_s=5),
            ],
            set(),
            "a0 a2 a1",
        ),
        (
            "but nobody waits longer than the load would take",
            [
                entry("a", "ann", 0, model="cold", load_s=5),
                *(entry(f"b{n}", "bob", 1, 2, model="warm", load_s=5) for n in range(5)),
            ],
            {"warm"},
            "b0 b1 b2 a b3 b4",
        ),
        (
            "and a client's own late jobs do not overtake for ever",
            [entry("a0", "ann", 0, model="cold", load_s=5), entry("a1", "ann", 60, model="warm", load_s=5)],
            {"warm"},
            "a0 a1",
        ),
    ],
)
def test_models_are_loaded_as_seldom_as_fairness_allows(why, waiting, resident, expected):
    assert jobs(order(waiting, resident=resident)) == expected, why


def test_positions_and_times_add_up():
    """A job stands where its first task stands, and ends when its last one does; loading takes its time once."""
    ordered = [
        entry("a", model="p", seconds=2, load_s=4),
        entry("b", model="p", seconds=3, load_s=4),
        entry("a", model="q", seconds=1, load_s=7),
    ]
    found = places(ordered, busy_s=10, resident={"q"})
    assert (found["a"].position, found["a"].eta_s) == (0, 20)
    assert (found["b"].position, found["b"].eta_s) == (1, 19)


def test_what_one_was_given_is_forgotten_by_and_by():
    assert account(80, 0) == 80
    assert account(80, HALF_LIFE_S) == 40
    assert account(80, 20 * HALF_LIFE_S) < 0.001
    assert account(80, -5) == 80


@given(
    st.lists(
        st.builds(
            Entry,
            job=st.uuids().map(str),
            model=st.sampled_from("pqr"),
            client=st.sampled_from("abcd"),
            since=st.floats(0, 100),
            seconds=st.floats(0.1, 30),
            load_s=st.floats(0, 20),
        ),
        max_size=30,
    )
)
def test_everybody_is_served_once_and_nobody_runs_far_ahead(waiting):
    """While a client waits, no other is given more than it, beyond one task and one load each."""
    ordered = order(waiting)
    assert sorted(entry.job for entry in ordered) == sorted(entry.job for entry in waiting)
    given_to = dict.fromkeys("abcd", 0.0)
    most = max((e.seconds for e in waiting), default=0) + max((e.load_s for e in waiting), default=0)
    for at, taken in enumerate(ordered):
        given_to[taken.client] += taken.seconds
        still = {e.client for e in ordered[at + 1 :]}
        least = min((given_to[client] for client in still), default=given_to[taken.client])
        assert given_to[taken.client] - least <= most + 1e-6
