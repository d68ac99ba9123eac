"""What the supervisor of `make run` does next."""

import pytest

from bot.supervise.decide import Announce, Child, GiveUp, Probe, Start, died, next_actions, ready, started


def house(**children):
    named = {"engine": Child("engine"), "sandbox": Child("sandbox"), "bot": Child("bot", needs=("sandbox",))}
    return {**named, **children}


def up(name, *, is_ready=True, **kwargs):
    child = started(Child(name, **kwargs), now=0.0)
    return ready(child) if is_ready else child


UP = {"engine": up("engine"), "sandbox": up("sandbox"), "bot": up("bot", needs=("sandbox",))}


@pytest.mark.parametrize(
    ("children", "announced", "expected"),
    [
        pytest.param(house(), False, [Start("engine"), Start("sandbox")], id="the bot waits for its Discord"),
        pytest.param(
            house(engine=up("engine", is_ready=False), sandbox=up("sandbox")),
            False,
            [Probe("engine"), Start("bot")],
            id="the bot does not wait for the engine",
        ),
        pytest.param(UP, False, [Announce()], id="the address is said once all are ready"),
        pytest.param(UP, True, [], id="and only once"),
        pytest.param(
            {**UP, "engine": died(UP["engine"], -9, now=1.0)}, True, [], id="who was killed is not started at once"
        ),
        pytest.param(
            {**UP, "engine": died(UP["engine"], -9, now=-5.0)}, True, [Start("engine")], id="but a little later"
        ),
        pytest.param(
            {**UP, "bot": died(up("bot", is_ready=False), 2, now=1.0)},
            False,
            [GiveUp("bot")],
            id="what only a person can mend is not tried twice",
        ),
    ],
)
def test_next(children, announced, expected):
    assert next_actions(children, announced=announced, now=1.5) == expected


def deaths(count, *, status=1, child=None, lived=1.0):
    now = 0.0
    child = child or Child("engine")
    for _ in range(count):
        child = died(started(child, now), status, now + lived)
        now += lived
    return child


@pytest.mark.parametrize(("count", "wait"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (9, 30)])
def test_each_death_in_a_row_makes_the_wait_longer(count, wait):
    child = deaths(count)
    assert child.not_before == pytest.approx(count + wait)


def test_a_minute_of_life_forgives_earlier_deaths():
    child = deaths(4)
    assert died(started(child, 100.0), -9, 161.0).not_before == 162.0


@pytest.mark.parametrize(
    ("child", "count", "status", "given_up"),
    [
        (Child("engine"), 4, 1, False),
        (Child("engine"), 5, 1, True),
        (Child("engine", ever_ready=True), 50, -9, False),
        (Child("bot", ever_ready=True), 1, 2, False),
        (Child("bot", ever_ready=True), 5, 2, True),
    ],
)
def test_giving_up(child, count, status, given_up):
    """A child that never worked is given five tries; one that did is started again for ever, unless it is hopeless."""
    child = deaths(count, child=child, status=status)
    assert (next_actions({child.name: child}, announced=True, now=0.0) == [GiveUp(child.name)]) is given_up
