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


def money_at_stake(order: OrderFacts, lines: Iterable[LineFacts], beside: Iterable[LineFacts] = ()) -> Iterable[Said]:
    """What was bought for lines that the store has called off, as long as AliExpress may still keep the money.

    An AliExpress order that also holds something for the lines `beside` them is wanted still.
    """
    lines = list(lines)
    wanted = {ali.number for ali in _distinct(beside)}
    for ali in _distinct(lines):
        received = ali.status is AliStatus.COMPLETED and _all_delivered(ali)
        if ali.number not in wanted and ali.status not in _NO_MONEY and not received:
            code = Warn.DO_NOT_PAY if ali.status is AliStatus.UNPAID else Warn.MONEY_AT_STAKE
            yield Said(code, {"number": ali.number, "link": ali.link})
    for line in lines:
        if any(purchase.perhaps_placed for purchase in line.purchases):
            yield Said(Warn.PERHAPS_AT_STAKE, {"order": order.name, "line": line.position})


def changed_since(order: OrderFacts, lines: Iterable[LineFacts]) -> Iterable[Said]:
    """What the store has changed after it was ordered, as long as the goods are not with the buyer."""
    lines = list(lines)
    for line in lines:
        yield from _other_quantity(order, line)
    for ali in _distinct(lines):
        if ali.sent_to is not None and ali.status not in _NO_MONEY and not _all_delivered(ali):
            data = {"number": ali.number, "before": ali.sent_to, "now": order.address or "-", "link": ali.link}
            yield Said(Warn.ADDRESS_CHANGED, data)


def _other_quantity(order: OrderFacts, line: LineFacts) -> Iterable[Said]:
    if line.ordered_for is None or line.fulfilled >= max(line.ordered_for, line.wanted):
        return
    data = {"line": line.position, "before": line.ordered_for, "now": line.wanted, "order": order.name}
    if line.wanted > line.ordered_for:
        yield Said(Warn.MORE_WANTED, data)
        return
    for ali in line.bought:
        if ali.status not in _NO_MONEY and not _all_delivered(ali):
            yield Said(Warn.FEWER_WANTED, {**data, "number": ali.number, "link": ali.link})


def warnings_of(order: OrderFacts, lines: list[LineFacts], now: datetime) -> Iterable[Said]:
    """What is worth a look at `now` (UTC) although the order goes its way: parcels that stand still above all.

    `lines` are those of the order that still concern us.
    """
    if order.disputed and any(line.bought or line.fulfilled for line in lines):
        yield Said(Warn.CHARGEBACK_OPEN, {"status": order.chargeback})
    yield from money_at_stake(order, [line for line in order.lines if line.ours and line not in lines], beside=lines)
    yield from changed_since(order, lines)
    for line in lines:
        for number in line.further:
            yield Said(Warn.FURTHER_PARCEL, {"number": number, "line": line.position})
    waited_for = {ali.number for line in lines if line.fulfilled < line.wanted for ali in line.bought}
    for ali in _distinct(lines):
        yield from _ali_warnings(ali, now, waited_for=ali.number in waited_for)


def _ali_warnings(ali: AliFacts, now: datetime, *, waited_for: bool) -> Iterable[Said]:
    if ali.refund_note:
        yield Said(Warn.REFUND_ON_ALI, {"number": ali.number, "note": ali.refund_note})
    if ali.status is AliStatus.IN_DISPUTE:
        yield Said(Warn.IN_DISPUTE, {"number": ali.number})
    if ali.status in _NO_MONEY:
        return
    for parcel in ali.parcels:
        yield from _parcel_warnings(ali, parcel, now)
    if _all_delivered(ali):
        return
    today = now.astimezone(UTC).date()
    paid_days = (today - ali.paid_on).days if ali.paid_on else 0
    over = ali.status is AliStatus.COMPLETED
    if paid_days >= NO_NUMBER_DAYS and not any(parcel.number for parcel in ali.parcels) and (waited_for or not over):
        yield Said(Warn.NO_NUMBER_LONG, {"number": ali.number, "days": paid_days})
    if ali.protected_until is not None and not over:
        left = (ali.protected_until - today).days
        if 0 <= left <= PROTECTION_DAYS:
            yield Said(Warn.PROTECTION_ENDS, {"number": ali.number, "until": ali.protected_until, "days": left})


def _parcel_warnings(ali: AliFacts, parcel: ParcelFacts, now: datetime) -> Iterable[Said]:
    data = {"number": ali.number, "parcel": parcel.number}
    if parcel.returned:
        yield Said(Warn.RETURNED, data)
    if parcel.delivered or parcel.returned or parcel.number is None or ali.status is AliStatus.COMPLETED:
        return
    if parcel.scans == 0:
        days = _days_since(parcel.number_seen_at, now)
        if days >= NO_SCAN_DAYS:
            yield Said(Warn.NO_SCAN_LONG, {**data, "days": days})
        return
    days = _days_since(parcel.last_event_at, now)
    if days >= NO_EVENT_DAYS:
        yield Said(Warn.NO_EVENT_LONG, {**data, "days": days})


def _all_delivered(ali: AliFacts) -> bool:
    return bool(ali.parcels) and all(parcel.delivered for parcel in ali.parcels)


def _days_since(then: datetime | None, now: datetime) -> int:
    return (now - then) // timedelta(days=1) if then is not None else 0


def _distinct(lines: Iterable[LineFacts]) -> Iterable[AliFacts]:
    seen: dict[str, AliFacts] = {}
    for line in lines:
        for ali in line.bought:
            seen.setdefault(ali.number, ali)
    return seen.values()
