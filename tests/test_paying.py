"""The pay sheet: its order, its totals, and what came of it."""

from datetime import timedelta
from typing import Any

from bot.paying import NotToPay, Now, Unpaid, pay_sheet, settle, totals
from flows.values import AliStatus, Money
from tests.rows import NOW

HOUR = timedelta(hours=1)
NEXT = iter(range(8190000000000001, 8190000000009999))


def usd(minor: int) -> Money:
    """An amount in US cents."""
    return Money(minor=minor, currency="USD")


def brl(minor: int) -> Money:
    """An amount in centavos."""
    return Money(minor=minor, currency="BRL")


def unpaid(amount: Money | None = None, **facts: Any) -> Unpaid:
    """An order that was placed an hour ago."""
    defaults: dict[str, Any] = {"account": "main", "number": str(next(NEXT)), "since": NOW - HOUR, "lines": ("1046/1",)}
    return Unpaid(amount=amount, **(defaults | facts))


def test_what_is_urgent_comes_first() -> None:
    """Deadlines that nobody told come first, the oldest of them at the top; then the nearest deadline."""
    late, soon = unpaid(deadline=NOW + 9 * HOUR), unpaid(deadline=NOW + HOUR)
    young, old = unpaid(), unpaid(since=NOW - 30 * HOUR)
    assert (old, young, soon, late) == pay_sheet([late, young, soon, old]).orders


def test_the_running_total_is_kept_by_currency() -> None:
    """Each order shows what all up to it come to in its own currency; one without an amount adds nothing."""
    orders = [
        unpaid(amount, deadline=NOW + place * HOUR)
        for place, amount in enumerate([usd(924), brl(3193), None, usd(1), brl(7)], start=1)
    ]
    sheet = pay_sheet(orders)
    assert [usd(924), brl(3193), None, usd(925), brl(3200)] == [row.running for row in sheet.rows]
    assert (brl(3200), usd(925)) == sheet.totals


def test_what_nobody_waits_for_is_not_added_up() -> None:
    """An order that was called off is named apart, and no total holds it."""
    off = unpaid(usd(500), not_to_pay=NotToPay.CALLED_OFF)
    good = unpaid(usd(100))
    sheet = pay_sheet([off, good])
    assert ((good,), (off,), (usd(100),)) == (sheet.orders, sheet.not_to_pay, sheet.totals)


def test_amounts_are_exact() -> None:
    """Totals are whole minor units of each currency, and none of nothing."""
    assert () == totals([]) == totals([None])
    assert (usd(30),) == totals([usd(10), usd(20), None])


def test_what_came_of_it() -> None:
    """Paid is what AliExpress has the money for, at what it took; everything else is named by what became of it."""
    paid, cheaper, still, checking, over, unread = (unpaid(usd(100)) for _ in range(6))
    other, untouched = unpaid(brl(5)), unpaid(brl(6))
    now = {
        paid.number: Now(AliStatus.TO_SHIP, usd(100)),
        cheaper.number: Now(AliStatus.SENT, usd(90)),
        still.number: Now(AliStatus.UNPAID, usd(100)),
        checking.number: Now(AliStatus.PAYMENT_CHECK, usd(100)),
        over.number: Now(AliStatus.EXPIRED, usd(100)),
        other.number: Now(AliStatus.TO_SHIP),
        untouched.number: Now(AliStatus.UNPAID),
    }
    came = settle([paid, cheaper, still, checking, over, unread], [other, untouched], now)
    assert ((usd(600),), (brl(5), usd(190))) == (came.expected, came.paid)
    assert ((still,), (checking,), (over,), (unread,), (other,)) == (
        came.still,
        came.checking,
        came.over,
        came.unread,
        came.also,
    )
    assert not came.is_done
    assert settle([paid], [untouched], now).is_done


def test_another_amount_than_was_quoted() -> None:
    """A price that moved between quote and payment is seen; one that is not known is no difference."""
    assert unpaid(usd(100), quoted=usd(99)).differs
    assert not unpaid(usd(100), quoted=usd(100)).differs
    assert not unpaid(usd(100)).differs
    assert not unpaid(quoted=usd(100)).differs
