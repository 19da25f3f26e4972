"""What stands unpaid on AliExpress: in which order to pay it, what it comes to, what was paid of it. Pure, no I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from flows.values import AliStatus, Money

PAID = frozenset({AliStatus.TO_SHIP, AliStatus.PARTLY_SENT, AliStatus.SENT, AliStatus.COMPLETED})


class NotToPay(StrEnum):
    """Why an order that stands unpaid had better not be paid; bot/wording_paying.py has the words."""

    CALLED_OFF = "called_off"
    FULFILLED = "fulfilled"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Unpaid:
    """One AliExpress order that waits for the merchant's payment, as far as AliExpress was read.

    `since` is when it was ordered; `lines` are the lines it was bought for ("1046/1"), `amount` is what AliExpress asks
    (else what was quoted), `quoted` what it was quoted at; `deadline` is None where no page told it, `read_at` where it
    was not read yet. Times are UTC.
    """

    account: str
    number: str
    since: datetime
    lines: tuple[str, ...] = ()
    amount: Money | None = None
    quoted: Money | None = None
    deadline: datetime | None = None
    read_at: datetime | None = None
    not_to_pay: NotToPay | None = None

    @property
    def differs(self) -> bool:
        """Whether AliExpress asks for another amount than it was quoted at."""
        return self.amount is not None and self.quoted is not None and self.amount != self.quoted


@dataclass(frozen=True, slots=True)
class Row:
    """One order of a pay sheet; `running` is what all up to it come to in its currency, None where it has no amount."""

    order: Unpaid
    running: Money | None


@dataclass(frozen=True, slots=True)
class PaySheet:
    """What is to be paid, the most urgent first, what it comes to by currency, and what had better not be paid."""

    rows: tuple[Row, ...]
    totals: tuple[Money, ...]
    not_to_pay: tuple[Unpaid, ...] = ()

    @property
    def orders(self) -> tuple[Unpaid, ...]:
        """What is to be paid, the most urgent first."""
        return tuple(row.order for row in self.rows)


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of a pay sheet: what was expected and what is paid, by currency, and the orders that are not paid.

    `checking`: AliExpress looks at the payment; `also`: paid, although it was not ticked; `over`: cancelled or expired;
    `unread`: nobody knows.
    """

    expected: tuple[Money, ...]
    paid: tuple[Money, ...]
    checking: tuple[Unpaid, ...] = ()
    still: tuple[Unpaid, ...] = ()
    also: tuple[Unpaid, ...] = ()
    over: tuple[Unpaid, ...] = ()
    unread: tuple[Unpaid, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether all that was ticked is paid, and nothing is left open."""
        return not (self.checking or self.still or self.over or self.unread)


@dataclass(frozen=True, slots=True)
class Now:
    """How an order stands after the payment, and what it came to."""

    status: AliStatus
    total: Money | None = None


@dataclass(slots=True)
class _Totals:
    """Amounts added up by currency."""

    minor: dict[str, int] = field(default_factory=dict)

    def add(self, amount: Money) -> Money:
        self.minor[amount.currency] = self.minor.get(amount.currency, 0) + amount.minor
        return Money(minor=self.minor[amount.currency], currency=amount.currency)


def pay_sheet(unpaid: Iterable[Unpaid]) -> PaySheet:
    """Unknown deadlines first, the oldest of them first, then by deadline; each with the running total."""
    chosen = list(unpaid)
    running = _Totals()
    rows = tuple(
        Row(each, running.add(each.amount) if each.amount is not None else None)
        for each in sorted((each for each in chosen if each.not_to_pay is None), key=_urgency)
    )
    against = tuple(sorted((each for each in chosen if each.not_to_pay is not None), key=_urgency))
    return PaySheet(rows, totals(row.order.amount for row in rows), against)


def totals(amounts: Iterable[Money | None]) -> tuple[Money, ...]:
    """The sum in each currency, by its code."""
    added = _Totals()
    for amount in amounts:
        if amount is not None:
            added.add(amount)
    return tuple(Money(minor=added.minor[currency], currency=currency) for currency in sorted(added.minor))


def settle(ticked: Sequence[Unpaid], others: Sequence[Unpaid], now: Mapping[str, Now]) -> Settled:
    """What became of the `ticked` orders, and which of the `others` were paid as well; `now` is by number."""
    found: dict[str, list[Unpaid]] = {"paid": [], "checking": [], "still": [], "over": [], "unread": []}
    for each in ticked:
        found[_became(now.get(each.number))].append(each)
    also = [each for each in others if _became(now.get(each.number)) == "paid"]
    paid = [now[each.number].total or each.amount for each in (*found["paid"], *also)]
    return Settled(
        expected=totals(each.amount for each in ticked),
        paid=totals(paid),
        checking=tuple(found["checking"]),
        still=tuple(found["still"]),
        also=tuple(also),
        over=tuple(found["over"]),
        unread=tuple(found["unread"]),
    )


def _became(now: Now | None) -> str:
    if now is None:
        return "unread"
    if now.status in PAID:
        return "paid"
    return {AliStatus.UNPAID: "still", AliStatus.PAYMENT_CHECK: "checking"}.get(now.status, "over")


def _urgency(each: Unpaid) -> tuple[bool, datetime, datetime, str]:
    # AliExpress tells a deadline to the hour.
    hour = each.deadline.replace(minute=0, second=0, microsecond=0) if each.deadline is not None else each.since
    return each.deadline is not None, hour, each.since, each.number
