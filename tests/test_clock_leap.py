"""A machine that slept, or whose clock was set, in the middle of a job: the job goes on in a new browser."""

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import select

from bot import opening
from bot.cli.mapping import _check
from bot.clock_leap import LEAP_SECONDS, OPENED_AT_MOST, ClockWatch, again_after_leap, awake_seconds
from bot.config import load
from bot.home import Home
from bot.jobs.check_mappings import Checked
from bot.jobs.reconciling import reconcile_account
from bot.models import AliOrder
from bot.models_buying import Mapping
from bot.opening import database_of
from bot.sandbox.server import Sandbox
from bot.work import Workplace
from flows.errors import TryLater


class Time:
    """The clock on the wall and the one that stands still in sleep."""

    def __init__(self) -> None:
        self.wall = self.awake = 1_000_000.0

    def work(self, seconds: float) -> None:
        self.wall += seconds
        self.awake += seconds

    def watch(self) -> ClockWatch:
        return ClockWatch(lambda: self.wall, lambda: self.awake)


class TestWatch:
    """What counts as a leap."""

    def test_work_and_drift_are_none(self) -> None:
        """However long a step takes, and however often a time server moves the clock a little, it is no leap."""
        now = Time()
        watch = now.watch()
        for _hour in range(48):
            now.work(3600)
            now.wall += LEAP_SECONDS / 2
            assert not watch.look()

    @pytest.mark.parametrize("leap", [LEAP_SECONDS + 1, 8 * 3600.0, -LEAP_SECONDS - 1])
    def test_sleep_and_a_clock_that_was_set(self, leap: float) -> None:
        """Two minutes of sleep, or a clock set to and fro, are one, and stay it for this watch."""
        now = Time()
        watch = now.watch()
        now.wall += leap
        assert watch.look()
        now.work(60)
        assert watch.look()

    def test_the_clock_that_stands_still(self) -> None:
        """It goes on with the work of this process."""
        before = awake_seconds()
        begun = time.monotonic()
        while time.monotonic() - begun < 0.05:
            pass
        assert 0 < awake_seconds() - before < 60


@dataclass
class Job:
    """How a job went."""

    stopped: bool


class Worker:
    """A job of steps; at some of them the machine sleeps for an hour."""

    def __init__(self, now: Time, sleeps: int, trouble: type[Exception] | None = None) -> None:
        self.now, self.sleeps, self.trouble = now, sleeps, trouble
        self.opened = 0

    def __call__(self, stopped: Callable[[], bool]) -> Job:
        self.opened += 1
        if self.sleeps:
            self.sleeps -= 1
            self.now.wall += 3600
            if self.trouble is not None:
                raise self.trouble("order_list: the connection is gone")
        return Job(stopped())


class TestAgain:
    """When the browser is opened anew."""

    def run(self, worker: Worker, stopped: bool = False) -> Job:
        self.said: list[str] = []
        return again_after_leap(worker, lambda: stopped, self.said.append, worker.now.watch)

    def test_without_a_leap(self) -> None:
        """A job through which nobody sleeps runs once, and its end is its end."""
        worker = Worker(Time(), sleeps=0)
        assert not self.run(worker).stopped
        assert (1, []) == (worker.opened, self.said)

    @pytest.mark.parametrize("trouble", [None, TryLater])
    def test_after_a_leap(self, trouble: type[Exception] | None) -> None:
        """After a leap it is done again, also where the old browser's connections broke; that is told once a leap."""
        worker = Worker(Time(), sleeps=2, trouble=trouble)
        assert not self.run(worker).stopped
        assert (3, 2) == (worker.opened, len(self.said))

    def test_trouble_without_a_leap(self) -> None:
        """A site that does not answer is no reason to open another browser."""

        def work(_stopped: Callable[[], bool]) -> Job:
            raise TryLater("order_list: no answer")

        with pytest.raises(TryLater):
            again_after_leap(work, lambda: False, print, Time().watch)

    def test_somebody_ends_it(self) -> None:
        """Whoever asked it to end is not kept waiting by a new browser."""
        worker = Worker(Time(), sleeps=5)
        assert self.run(worker, stopped=True).stopped
        assert 1 == worker.opened
        worker = Worker(Time(), sleeps=5, trouble=TryLater)
        with pytest.raises(TryLater):
            self.run(worker, stopped=True)

    def test_a_clock_gone_mad(self) -> None:
        """A clock that leaps every time does not keep it busy without end."""
        worker = Worker(Time(), sleeps=100)
        assert self.run(worker).stopped
        assert OPENED_AT_MOST == worker.opened


def test_a_sync_through_which_the_machine_sleeps(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sync during which the machine slept an hour ends at the page at hand, reads the rest in a new browser, and its
    counts are those of both parts."""
    home = Home(tmp_path)
    sandbox.write_home(tmp_path)
    config = load(home)
    opened: list[str] = []
    real = opening.account_context

    def counted(*given: object, **more: object) -> object:
        opened.append("browser")
        return real(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(opening, "account_context", counted)
    now, looks = Time(), iter(range(1000))

    def wall() -> float:
        if next(looks) == 2:
            now.wall += 3600
        return now.wall

    said: list[str] = []
    with database_of(home, config) as database:
        with database.write() as session:
            for number in sandbox.ali.bulk(3):
                session.add(AliOrder(account="main", number=number, linked_at=datetime.now(UTC)))
        place = Workplace(home, config, database, said.append, watch=lambda: ClockWatch(wall, lambda: now.awake))
        # A thread of its own: where another test of this process has a browser open, Playwright cannot begin here.
        with ThreadPoolExecutor(1) as thread:
            synced = thread.submit(place.sync, "main").result()
        assert (False, 3, 3, []) == (synced.stopped, synced.details, synced.open, synced.problems)
    assert 2 == len(opened)
    assert 1 == len([line for line in said if "the browser is opened anew" in line])


@pytest.mark.long
def test_a_reconcile_through_which_the_machine_sleeps(sandbox: Sandbox, tmp_path: Path) -> None:
    """A list that was seen before and after a sleep is looked at anew, in a new browser, before anything is concluded
    from it."""
    home = Home(tmp_path)
    sandbox.write_home(tmp_path)
    config = load(home)
    now, looks, said = Time(), itertools.count(), list[str]()

    def wall() -> float:
        if next(looks) == 1:
            now.wall += 3600
        return now.wall

    (number,) = sandbox.ali.bulk(1)
    with database_of(home, config) as database:
        place = Workplace(home, config, database, said.append, watch=lambda: ClockWatch(wall, lambda: now.awake))
        with ThreadPoolExecutor(1) as thread:
            found = thread.submit(reconcile_account, place, "main", None).result()
    assert number in [stranger for stranger, _what in found.strangers]
    assert 1 == len([line for line in said if "the browser is opened anew" in line])


@pytest.mark.long
def test_a_check_of_mappings_through_which_the_machine_sleeps(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each mapping is proved once: what was read before the sleep stands, the rest is read in a new browser."""
    home = Home(tmp_path)
    sandbox.write_home(tmp_path)
    config = load(home)
    now, looks, found = Time(), itertools.count(), list[Checked]()

    def wall() -> float:
        if next(looks) == 1:
            now.wall += 3600
        return now.wall

    with database_of(home, config) as database:
        with database.read() as session:
            rows = list(session.exec(select(Mapping).limit(3)))
        with ThreadPoolExecutor(1) as thread:
            watch = partial(ClockWatch, wall, lambda: now.awake)
            check = partial(_check, home, config, database, "main", rows, None, found, take_cost=False, watch=watch)
            thread.submit(check).result()
    assert [row.id for row in rows] == [each.mapping.id for each in found]
    assert 1 == capsys.readouterr().err.count("the browser is opened anew")
