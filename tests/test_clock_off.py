"""A clock that is wrong is noticed at a pull, told once, and nothing is ordered live by it until it is right again."""

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.buying_home import MayNotBuyError
from bot.clock_leap import ClockWatch
from bot.clock_off import check_clock, far_off
from bot.jobs.place import PlaceOrders
from bot.notifying.machine import machine_in_trouble
from bot.opening import now
from bot.sandbox.server import Sandbox
from bot.work import Workplace
from tests.buying_home import ACCOUNT, BuyingHome

Pull = Callable[[timedelta], Workplace]


@pytest.fixture(name="pull")
def pull_fixture(sandbox: Sandbox, tmp_path: Path) -> Iterator[Pull]:
    """A pull by a clock that is so far ahead."""
    home = BuyingHome(sandbox, tmp_path / "home")
    with home.database() as database:

        def run(ahead: timedelta) -> Workplace:
            place = Workplace(home.home, home.config, database, lambda _line: None, clock=lambda: now() + ahead)
            place.pull("main")
            return place

        yield run


def told(place: Workplace) -> list[tuple[str, str, str]]:
    """Key, fingerprint and text of what is said of the machine."""
    with place.database.read() as session:
        found = machine_in_trouble(session, place.home, place.config)
        return [(notice.key, notice.fingerprint, notice.text) for notice in found]


def refused(place: Workplace) -> MayNotBuyError | None:
    """Why a live run opens nothing."""
    nothing: Any = None
    try:
        with place.database.read() as session:
            check_clock(session, place.config)
    except MayNotBuyError:
        with pytest.raises(MayNotBuyError) as no:
            PlaceOrders(place, nothing, ACCOUNT, live=True).run()
        return no.value
    return None


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=-1), timedelta(minutes=11)])
def test_a_wrong_clock_is_told_and_stops_live_orders(pull: Pull, ahead: timedelta) -> None:
    """Proves that ten minutes or more are told, the same at each pull, and refuse a live run until a pull shows that
    the clock is right, whether that was ahead or behind."""
    first, again = told(pull(ahead)), told(pull(ahead + timedelta(seconds=61)))
    ((key, fingerprint, text),) = first
    assert [("machine:clock", fingerprint)] == [each[:2] for each in again] == [(key, fingerprint)]
    assert ("minutes ahead" if ahead > timedelta(0) else "minutes behind") in text
    no = refused(pull(ahead))
    assert no is not None
    assert "so nothing is ordered live" in no.what
    assert "dropferry pull" in no.fix
    mended = pull(timedelta(0))
    assert ([], None) == (told(mended), refused(mended))


def test_minutes_are_none_of_it(pull: Pull) -> None:
    """Proves that a clock that is a few minutes off stops nothing."""
    place = pull(timedelta(minutes=9))
    assert ([], None) == (told(place), refused(place))


def test_a_sleep_in_a_pull_says_nothing_of_the_clock(sandbox: Sandbox, tmp_path: Path) -> None:
    """Proves that the store's time of before a sleep is not held against the clock of after it."""
    home = BuyingHome(sandbox, tmp_path / "home")
    wall = itertools.count(0, 28_800)
    with home.database() as database:
        place = Workplace(
            home.home,
            home.config,
            database,
            lambda _line: None,
            clock=lambda: now() + timedelta(hours=8),
            watch=lambda: ClockWatch(lambda: next(wall), lambda: 0.0),
        )
        place.pull("main")
        with database.read() as session:
            assert None is far_off(session, place.config)
