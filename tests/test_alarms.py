"""Which alarms are due, to the minute, and that each is told once."""

from datetime import timedelta

import pytest

from bot.alarms import OF_THE_STORE, Alarm, AlarmKind, pay_alarms, store_alarms
from bot.facts import Said, Warn
from bot.paying import NotToPay
from tests.rows import NOW
from tests.test_paying import unpaid, usd

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def hours(found: list[Alarm]) -> list[int]:
    """How many hours each alarm is about."""
    return [alarm.data["hours"] for alarm in found]


@pytest.mark.parametrize(
    ("left", "due"),
    [
        (24 * HOUR + MINUTE, []),
        (24 * HOUR, [24]),
        (6 * HOUR + MINUTE, [24]),
        (6 * HOUR, [6]),
        (HOUR + MINUTE, [6]),
        (HOUR, [1]),
        (MINUTE, [1]),
        (timedelta(), []),
        (-HOUR, []),
    ],
)
def test_before_a_known_deadline(left: timedelta, due: list[int]) -> None:
    """24, 6 and 1 hours before; of several that were missed the tightest alone; after it there is nothing to do."""
    assert due == hours(pay_alarms([unpaid(deadline=NOW + left)], NOW))


@pytest.mark.parametrize(
    ("age", "due"),
    [
        (20 * HOUR - MINUTE, []),
        (20 * HOUR, [20]),
        (44 * HOUR - MINUTE, [20]),
        (44 * HOUR, [44]),
        (68 * HOUR, [68]),
        (12 * 24 * HOUR, [284]),
    ],
)
def test_by_age_where_no_page_told_the_deadline(age: timedelta, due: list[int]) -> None:
    """After 20 hours, then every day."""
    assert due == hours(pay_alarms([unpaid(since=NOW - age)], NOW))


def test_each_is_told_once() -> None:
    """Minute after minute over two weeks, a known deadline is told three times, an unknown one once a day; a reading
    that tells the same deadline a few minutes off is no new alarm."""
    known, unknown = unpaid(deadline=NOW + 30 * HOUR), unpaid(since=NOW)
    told: set[str] = set()
    said: list[tuple[AlarmKind, int]] = []
    for minute in range(0, 14 * 24 * 60, 7):
        if known.deadline is not None and minute == 7 * 60:
            known = unpaid(number=known.number, deadline=known.deadline - 40 * MINUTE)
        for alarm in pay_alarms([known, unknown], NOW + minute * MINUTE, told):
            assert told.isdisjoint(alarm.keys)
            told.update(alarm.keys)
            said.append((alarm.kind, alarm.data["hours"]))
    assert [24, 6, 1] == [about for kind, about in said if kind is AlarmKind.PAY_BY]
    assert [20 + 24 * day for day in range(14)] == [about for kind, about in said if kind is AlarmKind.PAY_SOON]


def test_what_is_due_alike_is_one_alarm() -> None:
    """Thirty orders of one morning are told in one breath, by account, and each is remembered for itself."""
    morning = [unpaid(usd(100), deadline=NOW + 5 * HOUR) for _ in range(30)]
    other = unpaid(account="second", deadline=NOW + 5 * HOUR)
    first, second = pay_alarms([*morning, other], NOW)
    assert (30, 30, (usd(3000),)) == (len(first.keys), len(set(first.keys)), first.data["totals"])
    assert (other.number,) == second.numbers
    (rest,) = pay_alarms(morning, NOW, set(first.keys[1:]))
    assert first.keys[:1] == rest.keys


def test_nobody_is_hurried_to_pay_for_nothing() -> None:
    """An order that was called off, or fulfilled by other means, rings no alarm."""
    assert [] == pay_alarms([unpaid(deadline=NOW + HOUR, not_to_pay=why) for why in NotToPay], NOW)


def test_a_change_in_the_store_is_told_once_and_a_further_change_again() -> None:
    """The same warning is the same key, another text another one; what is no change of the store is left out."""
    first = Said(Warn.ADDRESS_CHANGED, {"number": "1", "before": "Old St", "now": "New St", "link": "a"})
    moved = Said(Warn.ADDRESS_CHANGED, {"number": "1", "before": "Old St", "now": "Newer St", "link": "a"})
    elsewhere = Said(Warn.ADDRESS_CHANGED, {**first.data, "link": "b"})
    slow = Said(Warn.NO_SCAN_LONG, {"number": "1", "parcel": "LX1", "days": 6})
    (alarm,) = store_alarms(7, "#1046", [first, slow])
    assert (("1",), "#1046") == (alarm.numbers, alarm.data["order"])
    assert [] == list(store_alarms(7, "#1046", [elsewhere], set(alarm.keys)))
    assert 1 == len(list(store_alarms(7, "#1046", [moved], set(alarm.keys))))
    assert 1 == len(list(store_alarms(8, "#1047", [first], set(alarm.keys))))
    assert all(len(key) <= 120 for key in alarm.keys)


def test_a_key_fits_its_column() -> None:
    """The longest names that there may be make a key of at most 120 letters."""
    longest = unpaid(account="a" * 32, number="9" * 20, since=NOW - 9000 * HOUR)
    (alarm,) = pay_alarms([longest], NOW)
    assert all(len(key) <= 120 for key in alarm.keys)
    for code in OF_THE_STORE:
        (told,) = store_alarms(10**12, "#1046", [Said(code, {"number": "9" * 20})])
        assert all(len(key) <= 120 for key in told.keys)
