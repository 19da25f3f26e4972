"""In which tab an order stands, and why it is not further: derived from facts alone, without any I/O.

An order stands in the tab of its least advanced line. Failed wins over progress; Canceled wins when the store cancelled
the order or refunded it in full.
"""

from datetime import datetime
from typing import Any

from bot.facts import AliFacts, LineFacts, OrderFacts, PushMode, Said, Standing, Tab, Why
from bot.notices import money_at_stake, warnings_of
from flows.values import AliStatus

PAID_IN_STORE = frozenset({"paid", "partially_refunded"})
NOT_PAID_IN_STORE = frozenset({"pending", "authorized", "partially_paid", "unpaid"})
OVER_IN_STORE = frozenset({"refunded", "voided"})

_STEPS = (Tab.AWAITING_ORDER, Tab.AWAITING_PAYMENT, Tab.AWAITING_SHIPMENT, Tab.FULFILLED)

# What was bought with such an order does not come any more, or may not.
NOT_COMING = {
    AliStatus.CANCELED: Why.ALI_CANCELED,
    AliStatus.CANCELLING: Why.ALI_CANCELLING,
    AliStatus.EXPIRED: Why.ALI_EXPIRED,
    AliStatus.CLOSED: Why.ALI_CLOSED,
    AliStatus.REFUNDED: Why.ALI_REFUNDED,
}


def stand(order: OrderFacts, now: datetime) -> Standing:
    """The standing of `order` at `now` (UTC)."""
    open_lines = [line for line in order.lines if _concerns_us(line)]
    over = _over_in_store(order, open_lines)
    if over is not None:
        return Standing(Tab.CANCELED, over, tuple(money_at_stake(order, order.lines)))
    warnings = tuple(warnings_of(order, open_lines, now))
    if order.financial_status in NOT_PAID_IN_STORE:
        return Standing(Tab.PENDING, Said(Why.NOT_PAID, {"status": order.financial_status}), warnings)
    if order.financial_status not in PAID_IN_STORE:
        return Standing(Tab.FAILED, Said(Why.UNKNOWN_PAYMENT, {"status": order.financial_status}), warnings)
    lines = [_line(order, line, now) for line in open_lines]
    failed = [each for each in lines if each.tab is Tab.FAILED]
    worst = failed[0] if failed else min(lines, key=lambda each: _STEPS.index(each.tab))
    return Standing(worst.tab, worst.why, warnings)


def _concerns_us(line: LineFacts) -> bool:
    return line.ours and (line.fulfilled > 0 or line.wanted > 0)


def _over_in_store(order: OrderFacts, open_lines: list[LineFacts]) -> Said | None:
    if order.deleted:
        return Said(Why.DELETED, {})
    if order.cancelled:
        return Said(Why.CANCELLED, {})
    if order.financial_status in OVER_IN_STORE:
        return Said(Why.REFUNDED, {"status": order.financial_status})
    if not open_lines:
        return Said(Why.NOTHING_LEFT, {})
    return None


def _line(order: OrderFacts, line: LineFacts, now: datetime) -> Standing:
    if line.fulfilled >= line.wanted:
        return Standing(Tab.FULFILLED, None)
    if line.trouble is not None:
        return Standing(Tab.FAILED, line.trouble)
    held = _held(order, line)
    if held is not None:
        return held
    for ali in line.bought:
        failed = _failed_on_ali(order, line, ali)
        if failed is not None:
            return Standing(Tab.FAILED, failed)
    if not line.bought or line.purchases:
        return Standing(Tab.AWAITING_ORDER, _why_not_bought(order, line, now))
    least = min((_on_ali(order, line, ali) for ali in line.bought), key=lambda each: _STEPS.index(each.tab))
    if least.tab is Tab.AWAITING_SHIPMENT and line.ready:
        return Standing(Tab.AWAITING_SHIPMENT, _why_not_pushed(order, line.ready[0]))
    return least


def _held(order: OrderFacts, line: LineFacts) -> Standing | None:
    """A purchase that may have been pressed outranks one that is merely held back."""
    data = {"order": order.name, "line": line.position}
    if any(purchase.perhaps_placed for purchase in line.purchases):
        return Standing(Tab.FAILED, Said(Why.PERHAPS_PLACED, data))
    for purchase in line.purchases:
        if purchase.hold is not None:
            tab = Tab.AWAITING_ORDER if purchase.waits else Tab.FAILED
            return Standing(tab, Said(Why.HELD, {**purchase.hold_data, **data, "code": purchase.hold}))
    return None


def _why_not_bought(order: OrderFacts, line: LineFacts, now: datetime) -> Said:
    if order.waits_until is not None and order.waits_until > now:
        return Said(Why.POST_PURCHASE, {"until": order.waits_until})
    if order.disputed:
        return Said(Why.CHARGEBACK, {"status": order.chargeback})
    if order.risky:
        return Said(Why.RISKY, {})
    if line.old_app:
        return Said(Why.OLD_APP, {"line": line.position, "order": order.name})
    data = {"line": line.position, "order": order.name, "variant": line.variant}
    if order.before_dropferry:
        return Said(Why.BEFORE_DROPFERRY, data)
    return Said(Why.READY_TO_BUY if line.mapped else Why.NOT_BOUGHT, data)


def _failed_on_ali(order: OrderFacts, line: LineFacts, ali: AliFacts) -> Said | None:
    if ali.missing:
        return Said(Why.ALI_MISSING, {"number": ali.number})
    if ali.status in NOT_COMING:
        return Said(NOT_COMING[ali.status], {"number": ali.number, "order": order.name, "line": line.position})
    if ali.trouble is not None:
        return Said(Why.PAGE_TROUBLE, {"number": ali.number, "problem": ali.trouble})
    return None


def _on_ali(order: OrderFacts, line: LineFacts, ali: AliFacts) -> Standing:
    data: dict[str, Any] = {"number": ali.number}
    if ali.status is None:
        return Standing(Tab.AWAITING_PAYMENT, Said(Why.NOT_READ, data))
    if ali.status is AliStatus.UNPAID:
        return Standing(Tab.AWAITING_PAYMENT, Said(Why.UNPAID, {**data, "deadline": ali.pay_deadline}))
    if ali.status is AliStatus.PAYMENT_CHECK:
        return Standing(Tab.AWAITING_PAYMENT, Said(Why.PAYMENT_CHECK, data))
    if ali.status is AliStatus.TO_SHIP:
        return Standing(Tab.AWAITING_SHIPMENT, Said(Why.TO_SHIP, data))
    if any(parcel.number for parcel in ali.parcels):
        left = line.wanted - line.fulfilled
        return Standing(Tab.AWAITING_SHIPMENT, Said(Why.PART_OPEN, {**data, "left": left, "order": order.name}))
    return Standing(Tab.AWAITING_SHIPMENT, Said(Why.NO_NUMBER, data))


def _why_not_pushed(order: OrderFacts, number: str) -> Said:
    code = {PushMode.OFF: Why.PUSH_OFF, PushMode.FIRST: Why.PUSH_FIRST, PushMode.ON: Why.PUSH_NEXT}[order.push]
    return Said(code, {"number": number, "shop": order.shop})
