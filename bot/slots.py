"""When a job is due: pure reckoning with times of day in UTC and the slot that was last run."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

# After trouble that passes by itself: how long until the next try, and after the last of them the next slot.
AGAIN_AFTER = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=45))


def latest(times: Sequence[str], now: datetime) -> datetime:
    """The latest slot at or before `now`; `times` are "HH:MM" in UTC."""
    today = now.astimezone(UTC).date()
    slots = [
        datetime.combine(today + timedelta(days=day), time.fromisoformat(moment), UTC)
        for day in (-1, 0)
        for moment in times
    ]
    return max(slot for slot in slots if slot <= now)


def following(times: Sequence[str], now: datetime) -> datetime:
    """The first slot after `now`."""
    today = now.astimezone(UTC).date()
    slots = [
        datetime.combine(today + timedelta(days=day), time.fromisoformat(moment), UTC)
        for day in (0, 1)
        for moment in times
    ]
    return min(slot for slot in slots if slot > now)


def every(minutes: int, now: datetime) -> datetime:
    """The latest slot at or before `now` of those that follow midnight UTC every so many minutes."""
    midnight = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    return midnight + (now - midnight) // timedelta(minutes=minutes) * timedelta(minutes=minutes)


def due(slot: datetime, last: datetime | None) -> bool:
    """Whether the latest slot is still to be run; of slots missed while the machine slept only it is made up."""
    return last is None or slot > last


def again_at(tries: int, now: datetime) -> datetime | None:
    """When to try once more after the `tries`-th try failed; None leaves it to the next slot."""
    return now + AGAIN_AFTER[tries - 1] if 1 <= tries <= len(AGAIN_AFTER) else None
