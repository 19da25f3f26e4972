"""What is worth a merchant's look although the order goes its way. Pure functions, no I/O."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.facts import AliFacts, LineFacts, OrderFacts, ParcelFacts, Said, Warn
from flows.values import AliStatus

NO_NUMBER_DAYS = 5
NO_SCAN_DAYS = 5
NO_EVENT_DAYS = 10
PROTECTION_DAYS = 7

# On AliExpress nothing more can be lost with these: never paid, or paid back.
_NO_MONEY = frozenset({AliStatus.CANCELED, AliStatus.EXPIRED, AliStatus.CLOSED, AliStatus.REFUNDED})


def money_at_stake(order: OrderFacts) -> Iterable[Said]:
    """What was bought for an order that the store has called off, as long as AliExpress may still keep the money."""
    for ali in _distinct(order.lines):
        if ali.status not in _NO_MONEY:
            yield Said(Warn.MONEY_AT_STAKE, {"number": ali.number})


def warnings_of(lines: list[LineFacts], now: datetime) -> Iterable[Said]:
    """What is worth a look at `now` (UTC) although the order goes its way: parcels that stand still above all."""
    for line in lines:
        for number in line.further:
            yield Said(Warn.FURTHER_PARCEL, {"number": number, "line": line.position})
    for ali in _distinct(lines):
        yield from _ali_warnings(ali, now)
        for parcel in ali.parcels:
            yield from _parcel_warnings(ali, parcel, now)


def _ali_warnings(ali: AliFacts, now: datetime) -> Iterable[Said]:
    if ali.refund_note:
        yield Said(Warn.REFUND_ON_ALI, {"number": ali.number, "note": ali.refund_note})
    if ali.status is AliStatus.IN_DISPUTE:
        yield Said(Warn.IN_DISPUTE, {"number": ali.number})
    if ali.status in _NO_MONEY or (ali.parcels and all(parcel.delivered for parcel in ali.parcels)):
        return
    paid_days = (now.date() - ali.paid_on).days if ali.paid_on else 0
    if paid_days >= NO_NUMBER_DAYS and not any(parcel.number for parcel in ali.parcels):
        yield Said(Warn.NO_NUMBER_LONG, {"number": ali.number, "days": paid_days})
    if ali.protected_until is not None and ali.status is not AliStatus.COMPLETED:
        left = (ali.protected_until - now.astimezone(UTC).date()).days
        if left <= PROTECTION_DAYS:
            yield Said(Warn.PROTECTION_ENDS, {"number": ali.number, "until": ali.protected_until, "days": left})


def _parcel_warnings(ali: AliFacts, parcel: ParcelFacts, now: datetime) -> Iterable[Said]:
    data = {"number": ali.number, "parcel": parcel.number}
    if parcel.returned:
        yield Said(Warn.RETURNED, data)
    if parcel.delivered or parcel.returned or parcel.number is None:
        return
    if parcel.scans == 0:
        days = _days_since(parcel.number_seen_at, now)
        if days >= NO_SCAN_DAYS:
            yield Said(Warn.NO_SCAN_LONG, {**data, "days": days})
        return
    days = _days_since(parcel.last_event_at, now)
    if days >= NO_EVENT_DAYS:
        yield Said(Warn.NO_EVENT_LONG, {**data, "days": days})


def _days_since(then: datetime | None, now: datetime) -> int:
    return (now - then) // timedelta(days=1) if then is not None else 0


def _distinct(lines: Iterable[LineFacts]) -> Iterable[AliFacts]:
    seen: dict[str, AliFacts] = {}
    for line in lines:
        for ali in line.bought:
            seen.setdefault(ali.number, ali)
    return seen.values()
