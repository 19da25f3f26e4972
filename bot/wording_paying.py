"""The words of the pay sheet: until when, why not to pay, and what came of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.ali_pages import order_page
from bot.language import _, counted, mark
from bot.money import money_text
from bot.paying import NotToPay, Settled, Unpaid
from bot.wording import when
from bot.wording_alarms import span

WHY_NOT = {
    NotToPay.CALLED_OFF: mark("called off in the store"),
    NotToPay.FULFILLED: mark("fulfilled by other means"),
    NotToPay.DISPUTED: mark("the buyer disputes the payment"),
}


def until(order: Unpaid, now: datetime) -> str:
    """Until when an order can be paid, or how long it has waited where no page told that."""
    if order.deadline is None:
        return _("unknown, {age} old").format(age=span(now - order.since))
    if order.deadline <= now:
        return _("{at}, which is over").format(at=when(order.deadline))
    return _("{at}, {left} left").format(at=when(order.deadline), left=span(order.deadline - now))


def asked(order: Unpaid) -> str:
    """The amount that AliExpress asks, with the one that it was quoted at where that is another."""
    if order.amount is None:
        return "?"
    if order.differs and order.quoted is not None:
        return _("{amount} (was {quoted})").format(amount=money_text(order.amount), quoted=money_text(order.quoted))
    return money_text(order.amount)


def not_to_pay(order: Unpaid, www: str) -> str:
    """Why an order had better not be paid, and where it is cancelled."""
    assert order.not_to_pay is not None
    told = _("do not pay {number}, {amount}, for {lines} ({why}): cancel it: {link}")
    return told.format(
        number=order.number,
        amount=asked(order),
        lines=", ".join(order.lines),
        why=_(WHY_NOT[order.not_to_pay]),
        link=order_page(order.number, www),
    )


def settled_lines(settled: Settled) -> Iterable[str]:
    """What came of a payment: paid against expected in each currency, then the orders that need a look."""
    for expected, paid in _side_by_side(settled):
        yield _("paid {paid}, expected {expected}").format(paid=paid, expected=expected)
    for orders, told in (
        (settled.still, mark("not paid: {orders}")),
        (settled.checking, mark("AliExpress still checks the payment of: {orders}")),
        (
            settled.over,
            mark("closed or cancelled by AliExpress, so not paid: {orders}; buy again: dropferry reorder ORDER"),
        ),
        (settled.unread, mark("could not be read, so nobody knows whether they are paid: {orders}")),
        (settled.also, mark("paid, too, though not ticked here: {orders}")),
    ):
        if orders:
            yield _(told).format(orders=_named(orders))


def _side_by_side(settled: Settled) -> Iterable[tuple[str, str]]:
    expected = {each.currency: each for each in settled.expected}
    paid = {each.currency: each for each in settled.paid}
    for currency in sorted(expected | paid):
        nothing = expected.get(currency, paid.get(currency))
        assert nothing is not None
        zero = nothing.model_copy(update={"minor": 0})
        yield money_text(expected.get(currency, zero)), money_text(paid.get(currency, zero))


def _named(orders: Sequence[Unpaid]) -> str:
    return "; ".join(f"{each.number} ({asked(each)}, {', '.join(each.lines)})" for each in orders)


def unread_line(numbers: Sequence[str]) -> str:
    """That nobody knows yet whether some orders are paid."""
    return counted(
        "{count} AliExpress order was not read yet, so nobody knows here whether it is paid: dropferry sync",
        "{count} AliExpress orders were not read yet, so nobody knows here whether they are paid: dropferry sync",
        len(numbers),
    )
