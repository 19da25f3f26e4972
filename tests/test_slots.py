"""When a job is due: slots in UTC, made up once after sleep, tried again after 5, 15 and 45 minutes."""

from datetime import UTC, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slots import again_at, due, every, following, latest

TWICE = ("00:00", "12:00")
HANOI = timezone(timedelta(hours=7))


def at(text: str) -> datetime:
    """A moment, in UTC unless the text says otherwise."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "before", "after"),
    [
        ("2026-11-22T00:00", "2026-11-22T00:00", "2026-11-22T12:00"),
        ("2026-11-22T11:59:59", "2026-11-22T00:00", "2026-11-22T12:00"),
        ("2026-11-22T12:00", "2026-11-22T12:00", "2026-11-23T00:00"),
        ("2026-11-22T23:59:59.999999", "2026-11-22T12:00", "2026-11-23T00:00"),
        ("2026-12-31T23:00", "2026-12-31T12:00", "2027-01-01T00:00"),
        ("2026-11-22T06:00+07:00", "2026-11-21T12:00", "2026-11-22T00:00"),
        ("2026-11-22T07:00+07:00", "2026-11-22T00:00", "2026-11-22T12:00"),
    ],
)
def test_slots_twice_a_day(now: str, before: str, after: str) -> None:
    """The latest slot is at or before now, the next one after it, both of the UTC day whatever zone the clock shows."""
    assert (at(before), at(after)) == (latest(TWICE, at(now)), following(TWICE, at(now)))


def test_one_slot_a_day_before_its_time_is_yesterdays() -> None:
    """With one time of day, the latest slot in the morning is that of the evening before."""
    assert at("2026-11-21T18:30") == latest(["18:30"], at("2026-11-22T09:00"))
    assert at("2026-11-22T18:30") == following(["18:30"], at("2026-11-22T09:00"))


@pytest.mark.parametrize(
    ("minutes", "now", "slot"),
    [
        (15, "2026-11-22T10:00", "2026-11-22T10:00"),
        (15, "2026-11-22T10:14:59", "2026-11-22T10:00"),
        (15, "2026-11-22T10:15", "2026-11-22T10:15"),
        (15, "2026-11-22T00:00", "2026-11-22T00:00"),
        (7, "2026-11-22T23:59", "2026-11-22T23:55"),
        (7, "2026-11-23T00:01", "2026-11-23T00:00"),
        (1440, "2026-11-22T23:59", "2026-11-22T00:00"),
        (15, "2026-11-22T06:59+07:00", "2026-11-21T23:45"),
    ],
)
def test_every_so_many_minutes(minutes: int, now: str, slot: str) -> None:
    """Slots follow midnight UTC, and start anew with each day."""
    assert at(slot) == every(minutes, at(now))


def test_sleeping_over_three_slots_makes_up_the_latest_once() -> None:
    """After a day and a half of sleep one slot is due, the latest; once it is run nothing is."""
    last_run = at("2026-11-20T12:00")
    woken = at("2026-11-22T03:00")
    slot = latest(TWICE, woken)
    assert (at("2026-11-22T00:00"), True) == (slot, due(slot, last_run))
    assert not due(latest(TWICE, woken), slot)
    assert not due(latest(TWICE, woken + timedelta(hours=8)), slot)
    assert due(latest(TWICE, woken + timedelta(hours=9)), slot)


def test_a_job_that_never_ran_is_due() -> None:
    """The first start runs the latest slot instead of waiting for the next."""
    assert due(latest(TWICE, at("2026-11-22T03:00")), None)


def test_a_run_by_hand_since_the_slot_counts_for_it() -> None:
    """Who ran the job after the slot's time need not have it run again for that slot."""
    assert not due(at("2026-11-22T12:00"), at("2026-11-22T12:03"))
    assert due(at("2026-11-22T12:00"), at("2026-11-22T11:59"))


def test_again_after_5_15_and_45_minutes() -> None:
    """Three more tries, ever further apart; after the fourth failure the next slot is waited for."""
    now = at("2026-11-22T12:00")
    waits = [again_at(tries, now) for tries in range(5)]
    assert [None, *(now + timedelta(minutes=minutes) for minutes in (5, 15, 45)), None] == waits


moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001
times_of_day = st.lists(st.times().map(lambda moment: f"{moment:%H:%M}"), min_size=1, max_size=6)


@given(times_of_day, moments)
def test_no_slot_lies_between(times: list[str], now: datetime) -> None:
    """Between the latest slot and the next one there is none, and both are at times that were asked for."""
    before, after = latest(times, now), following(times, now)
    assert before <= now < after
    assert {f"{before:%H:%M}", f"{after:%H:%M}"} <= set(times)
    assert after == following(times, before)
    assert before == latest(times, after - timedelta(microseconds=1))
    assert timedelta(0) < after - before <= timedelta(days=1)


@given(st.integers(1, 1440), moments)
def test_every_slot_is_at_most_one_interval_old(minutes: int, now: datetime) -> None:
    """The slot is a whole number of intervals after midnight, not in the future and not older than one interval."""
    slot = every(minutes, now)
    midnight = datetime.combine(now.date(), time(), UTC)
    assert timedelta(0) <= now - slot < timedelta(minutes=minutes)
    assert timedelta(0) == (slot - midnight) % timedelta(minutes=minutes)
    assert slot == every(minutes, slot) == every(minutes, now.astimezone(HANOI))


@given(times_of_day, moments, st.lists(st.timedeltas(timedelta(0), timedelta(days=3)), max_size=20))
def test_each_slot_runs_once_however_the_clock_is_looked_at(
    times: list[str], start: datetime, sleeps: list[timedelta]
) -> None:
    """Looking often or after long sleep, no slot is run twice and the last one run is always the latest."""
    now, last, run = start, None, []
    for sleep in (timedelta(0), *sleeps):
        now += sleep
        slot = latest(times, now)
        if due(slot, last):
            run.append(slot)
            last = slot
        assert latest(times, now) == last
    assert sorted(set(run)) == run
