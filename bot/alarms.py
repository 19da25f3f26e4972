"""Which alarms are due: orders that wait for payment, and what the store changed after ordering. Pure, no I/O."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from bot.facts import Said, Warn
from bot.paying import Unpaid, totals

# Before a deadline that is known; each is told once, and of several missed ones the tightest alone.
HOURS_BEFORE = (1, 6, 24)
# Where no page told the deadline: by age, then again every day.
HOURS_OLD = 20
# What the store changed after ordering: each costs money the longer nobody looks.
OF_THE_STORE = frozenset(
    {
        Warn.MONEY_AT_STAKE,
        Warn.DO_NOT_PAY,
        Warn.PERHAPS_AT_STAKE,
        Warn.ADDRESS_CHANGED,
        Warn.FEWER_WANTED,
        Warn.MORE_WANTED,
    }
)


class AlarmKind(StrEnum):
    """What an alarm is about; bot/wording_alarms.py has the sentence for each."""

    PAY_BY = "pay_by"
    PAY_SOON = "pay_soon"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing to tell the merchant, once: `keys` are what is remembered of it, `numbers` the AliExpress orders.

    `data` is what its sentence needs: for payment `orders` (Unpaid) and `hours`, for the store `order` and `said`.
    """

    kind: AlarmKind
    keys: tuple[str, ...]
    numbers: tuple[str, ...]
    data: Mapping[str, Any]


def pay_alarms(unpaid: Iterable[Unpaid], now: datetime, told: Collection[str] = ()) -> list[Alarm]:
    """What is due at `now` (UTC) and was not `told` (keys) before; orders that are due alike are one alarm."""
    alike: dict[tuple[str, AlarmKind, int], list[Unpaid]] = {}
    for each in unpaid:
        stage = _stage(each, now)
        if stage is not None and _key(each, *stage) not in told:
            alike.setdefault((each.account, *stage), []).append(each)
    return [
        Alarm(
            kind,
            tuple(_key(each, kind, hours) for each in orders),
            tuple(each.number for each in orders),
            {
                "orders": tuple(orders),
                "hours": hours,
                "account": account,
                "totals": totals(each.amount for each in orders),
            },
        )
        for (account, kind, hours), orders in alike.items()
    ]


def _stage(each: Unpaid, now: datetime) -> tuple[AlarmKind, int] | None:
    """How urgent an order is; None where nothing is due, or it had better not be paid."""
    if each.not_to_pay is not None:
        return None
    if each.deadline is None:
        old = (now - each.since) // timedelta(hours=1)
        return (AlarmKind.PAY_SOON, old - (old - HOURS_OLD) % 24) if old >= HOURS_OLD else None
    left = each.deadline - now
    passed = [hours for hours in HOURS_BEFORE if left <= timedelta(hours=hours)]
    return (AlarmKind.PAY_BY, passed[0]) if passed and left > timedelta() else None


def _key(each: Unpaid, kind: AlarmKind, hours: int) -> str:
    # Without the deadline itself: AliExpress tells it to the hour, so two readings of one deadline differ.
    return f"{kind}:{each.account}:{each.number}:{hours}"


def store_alarms(order_id: int, order: str, warnings: Iterable[Said], told: Collection[str] = ()) -> Iterator[Alarm]:
    """What the store changed after ordering and was not told before; a further change is told again."""
    for said in warnings:
        if said.code not in OF_THE_STORE:
            continue
        what = "|".join(f"{name}={said.data[name]}" for name in sorted(said.data) if name != "link")
        key = f"{AlarmKind.STORE}:{order_id}:{said.code}:{sha256(what.encode()).hexdigest()[:16]}"
        if key not in told:
            number = said.data.get("number")
            numbers = (str(number),) if number else ()
            yield Alarm(AlarmKind.STORE, (key,), numbers, {"order": order, "order_id": order_id, "said": said})
