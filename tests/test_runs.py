"""The record of every run: claimed, finished, made up after a crash, tried again after trouble that passes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot import slots
from bot.db import Database
from bot.errors import AlreadyRunning, ConfigError
from bot.models import JobRun
from bot.runs import Counts, last_run, last_slot, record, waiting_again
from bot.shopbase import ShopUnavailable
from flows.errors import NeedKind, PageChanged, PersonNeeded, TryLater

SLOT = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
NEXT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = SLOT + timedelta(minutes=1)

    def __call__(self) -> datetime:
        """The time."""
        return self.at

    def wait(self, minutes: float) -> None:
        """Let time pass."""
        self.at += timedelta(minutes=minutes)


@pytest.fixture
def clock() -> Clock:
    """A minute past midnight."""
    return Clock()


def failing(error: BaseException) -> Callable[[], Counts]:
    """Work that ends in this error."""

    def work() -> Counts:
        raise error

    return work


def rows_of(database: Database) -> list[JobRun]:
    """All runs, oldest slot first."""
    with database.read() as session:
        return list(session.exec(select(JobRun).order_by("slot")))


def test_a_run_leaves_a_row(database: Database, clock: Clock) -> None:
    """A run is written down with its slot, its times and its counts, on both databases."""

    def work() -> Counts:
        (row,) = rows_of(database)
        assert (SLOT, SLOT + timedelta(minutes=1), None, None) == (row.slot, row.started_at, row.finished_at, row.ok)
        clock.wait(3)
        return {"seen": 4, "numbers": ["LX1"]}

    run = record(database, "sync:main", SLOT, clock, work)
    (row,) = rows_of(database)
    assert run.id == row.id
    assert ("sync:main", SLOT, SLOT + timedelta(minutes=4)) == (row.name, row.slot, row.finished_at)
    assert (True, 1, None, None) == (row.ok, row.tries, row.again_at, row.problem)
    assert {"seen": 4, "numbers": ["LX1"]} == row.counts
    assert SLOT == last_slot(database, "sync:main")
    assert not slots.due(SLOT, last_slot(database, "sync:main"))


def test_jobs_do_not_know_each_other(sqlite: Database, clock: Clock) -> None:
    """What one job ran is nothing to another, nor to a job of a name that begins alike."""
    record(sqlite, "sync:main", SLOT, clock, dict)
    assert last_slot(sqlite, "sync:main2") is None
    assert last_run(sqlite, "pull:main") is None
    assert waiting_again(sqlite, "pull:main", clock()) is None


def test_a_killed_run_is_made_up(database: Database, clock: Clock) -> None:
    """A run that never ended counts as not run: it is due at once, takes its own row again and counts its tries."""
    with pytest.raises(SystemExit):
        record(database, "sync:main", SLOT, clock, failing(SystemExit(137)))
    (row,) = rows_of(database)
    assert (None, None, 1) == (row.finished_at, row.ok, row.tries)
    assert slots.due(SLOT, last_slot(database, "sync:main"))
    record(database, "sync:main", SLOT, clock, lambda: {"seen": 1})
    (row,) = rows_of(database)
    assert (True, 2, {"seen": 1}) == (row.ok, row.tries, row.counts)
    assert SLOT == last_slot(database, "sync:main")


def test_a_killed_run_does_not_hide_the_one_before(sqlite: Database, clock: Clock) -> None:
    """The last slot is that of the last run that ended, while the last run is the one that was cut short."""
    record(sqlite, "sync:main", SLOT, clock, dict)
    with pytest.raises(KeyboardInterrupt):
        record(sqlite, "sync:main", NEXT, clock, failing(KeyboardInterrupt()))
    assert SLOT == last_slot(sqlite, "sync:main")
    run = last_run(sqlite, "sync:main")
    assert run is not None
    assert NEXT == run.slot


@pytest.mark.parametrize(
    "error",
    [
        TryLater("no answer"),
        ShopUnavailable("GET", "/admin/orders.json", None, "no answer"),
        AlreadyRunning("a sync is at it"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_trouble_that_passes_is_tried_again_after_5_15_and_45_minutes(
    sqlite: Database, clock: Clock, error: Exception
) -> None:
    """Each failure asks for the next try, later each time; after the fourth the next slot is waited for."""
    for tries, minutes in enumerate((5, 15, 45), start=1):
        with pytest.raises(type(error)):
            record(sqlite, "sync:main", SLOT, clock, failing(error))
        (row,) = rows_of(sqlite)
        again = clock() + timedelta(minutes=minutes)
        assert (False, tries, again) == (row.ok, row.tries, row.again_at)
        assert (row.problem or "").startswith(f"{type(error).__name__}: ")
        # It was run, well or not: only the time that it asked for brings it back.
        assert not slots.due(SLOT, last_slot(sqlite, "sync:main"))
        clock.wait(minutes - 0.1)
        assert waiting_again(sqlite, "sync:main", clock()) is None
        clock.wait(0.1)
        assert SLOT == waiting_again(sqlite, "sync:main", clock())
    with pytest.raises(type(error)):
        record(sqlite, "sync:main", SLOT, clock, failing(error))
    clock.wait(10_000)
    assert waiting_again(sqlite, "sync:main", clock()) is None


def test_a_try_that_goes_well_asks_for_no_other(sqlite: Database, clock: Clock) -> None:
    """After a failed try a good one clears what was asked for, and what was wrong."""
    with pytest.raises(TryLater):
        record(sqlite, "sync:main", SLOT, clock, failing(TryLater("no answer")))
    clock.wait(5)
    record(sqlite, "sync:main", SLOT, clock, dict)
    (row,) = rows_of(sqlite)
    assert (True, 2, None, None) == (row.ok, row.tries, row.again_at, row.problem)
    clock.wait(10_000)
    assert waiting_again(sqlite, "sync:main", clock()) is None


def test_a_newer_slot_forgets_the_tries_of_an_older_one(sqlite: Database, clock: Clock) -> None:
    """Once the next slot was run, the older one's next try is not made any more."""
    with pytest.raises(TryLater):
        record(sqlite, "sync:main", SLOT, clock, failing(TryLater("no answer")))
    record(sqlite, "sync:main", NEXT, clock, dict)
    clock.wait(10_000)
    assert waiting_again(sqlite, "sync:main", clock()) is None


@pytest.mark.parametrize(
    "error",
    [
        PersonNeeded(NeedKind.SIGNED_OUT),
        PageChanged("order-list", "status", "unknown: Zurückgelegt"),
        ConfigError("a secret is missing"),
        RuntimeError("a bug"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_other_trouble_waits_for_the_next_slot(sqlite: Database, clock: Clock, error: Exception) -> None:
    """What does not pass by itself is written down, raised, and not tried again before the next slot."""
    with pytest.raises(type(error)):
        record(sqlite, "sync:main", SLOT, clock, failing(error))
    (row,) = rows_of(sqlite)
    assert (False, None, f"{type(error).__name__}: {error}") == (row.ok, row.again_at, row.problem)
    assert SLOT == last_slot(sqlite, "sync:main")
    clock.wait(10_000)
    assert waiting_again(sqlite, "sync:main", clock()) is None


@pytest.mark.parametrize(
    ("counts", "problem", "again"),
    [
        ({"seen": 1, "problems": []}, None, None),
        ({"seen": 1, "problems": None}, None, None),
        ({"problems": ["8214: no block", "8215: Áo"]}, "8214: no block; 8215: Áo", None),
        ({"problems": ["8214: no answer"], "unanswered": 1}, "8214: no answer", 5),
        ({"stopped": True}, "stopped before its end", 0),
    ],
)
def test_a_run_that_did_a_part(
    sqlite: Database, clock: Clock, counts: dict[str, Any], problem: str | None, again: int | None
) -> None:
    """Problems make a run one that did a part; unanswered ones come back soon, a stopped run at once."""
    record(sqlite, "sync:main", SLOT, clock, lambda: counts)
    (row,) = rows_of(sqlite)
    expected = None if again is None else clock() + timedelta(minutes=again)
    assert (problem is None, problem, expected, counts) == (row.ok, row.problem, row.again_at, row.counts)


def test_many_problems_are_cut_in_the_row_alone(sqlite: Database, clock: Clock) -> None:
    """The row's text stays short; the counts keep all of them."""
    problems = [f"order {number}: a block is missing" for number in range(500)]
    record(sqlite, "sync:main", SLOT, clock, lambda: {"problems": problems})
    (row,) = rows_of(sqlite)
    assert (2000, problems) == (len(row.problem or ""), row.counts["problems"])
