"""Prints one order in full."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.cli import output
from bot.language import _, mark
from bot.models import Fulfillment, FulfillmentState, Line, Parcel, Purchase
from bot.money import money_text
from bot.personal_data import FORGOTTEN
from bot.wording import TAB_MOVES, tab_name, when
from flows.values import AliStatus, Money

if TYPE_CHECKING:
    from bot.listing import Listed
    from bot.models import AliOrder


_TOLD = {
    FulfillmentState.SENDING: mark("sending"),
    FulfillmentState.SENT: mark("sent"),
    FulfillmentState.STUCK: mark("stuck"),
    FulfillmentState.REFUSED: mark("refused"),
}


def print_order(listed: "Listed", events: list[dict[str, Any]]) -> None:
    """Print an order: where it stands, its lines with what they were bought with, and its history."""
    order, tab = listed.rows.order, listed.standing.tab
    total = money_text(Money(minor=order.total_minor, currency=order.currency))
    head = _("{order}  shop {shop}  placed {when}  {total}")
    output.say(head.format(order=order.name, shop=order.shop, when=when(order.created_at), total=total))
    output.say(f"{tab_name(tab)}: {_(TAB_MOVES[tab])}")
    if listed.why:
        output.say(f"  {listed.why}")
    for warning in listed.warnings:
        output.say(f"  ! {warning}")
    _print_address(order.address)
    for line in listed.rows.lines:
        _print_line(listed, line)
    if listed.rows.fulfillments:
        output.say(_("Told to ShopBase:"))
    for told in listed.rows.fulfillments:
        output.say(f"  {_fulfilment(told)}")
    if events:
        output.say(_("What happened:"))
    for event in events:
        output.say(f"  {event['when']}  {event['line']}")


def _print_address(address: dict[str, Any] | None) -> None:
    if address is None:
        output.say(_("To: no shipping address"))
        return
    if FORGOTTEN in address:
        at = datetime.fromisoformat(address[FORGOTTEN])
        output.say(_("To: emptied on {when} by dropferry forget").format(when=when(at)))
        return
    parts = [address.get(key) or "" for key in ("name", "address1", "address2", "city", "province", "zip", "country")]
    output.say(_("To: {address}").format(address=", ".join(part for part in parts if part)))


def _print_line(listed: "Listed", line: Line) -> None:
    variant = f" ({line.variant_title})" if line.variant_title else ""
    signs = [_("{count} fulfilled").format(count=line.fulfilled_quantity)] if line.fulfilled_quantity else []
    signs += [_("{count} refunded").format(count=line.refunded_quantity)] if line.refunded_quantity else []
    signs += [_("taken off the order")] if line.removed else []
    signs += [_("not sent by anyone")] if not line.ours else []
    tail = f"  [{', '.join(signs)}]" if signs else ""
    head = _("Line {line}: {quantity} x {title}").format(line=line.position, quantity=line.quantity, title=line.title)
    output.say(f"{head}{variant}{tail}")
    for waiting in listed.rows.waiting.get(line.id or 0, []):
        output.say(_("  to be bought: {what}").format(what=_waiting(waiting)))
    for purchase, _tie, ali in listed.rows.purchases:
        if purchase.line_id == line.id:
            if purchase.evidence:
                seen = _("  ordered by dropferry; before and after the press: evidence/{folder}")
                output.say(seen.format(folder=purchase.evidence))
            output.say(_("  AliExpress order {number}: {status}").format(number=ali.number, status=_status(ali)))
            for parcel in listed.rows.parcels.get(ali.id or 0, []):
                output.say(_("    parcel {parcel}").format(parcel=_parcel(parcel)))
    for earlier, ali in listed.rows.earlier:
        if earlier.line_id == line.id:
            output.say(
                _("  earlier: AliExpress order {number}: {status}").format(number=ali.number, status=_status(ali))
            )


def _waiting(purchase: Purchase) -> str:
    product = _("{quantity} x AliExpress product {product}")
    parts = [product.format(quantity=purchase.units or 1, product=purchase.product_id)]
    if purchase.cost_minor is not None and purchase.cost_currency:
        parts.append(money_text(Money(minor=purchase.cost_minor, currency=purchase.cost_currency)))
    if purchase.intent_at is not None:
        perhaps = _("perhaps ordered {when}, looked for {count} times")
        parts.append(perhaps.format(when=when(purchase.intent_at), count=purchase.looks))
    if purchase.evidence:
        parts.append(f"evidence/{purchase.evidence}")
    return ", ".join(parts)


def _status(ali: "AliOrder") -> str:
    if ali.status is None:
        return _("not read yet")
    parts = [ali.status_text or ali.status.value]
    if ali.total_minor is not None and ali.currency:
        parts.append(money_text(Money(minor=ali.total_minor, currency=ali.currency)))
    if ali.paid_on:
        parts.append(_("paid {day}").format(day=ali.paid_on))
    if ali.pay_deadline and ali.status is AliStatus.UNPAID:
        parts.append(_("pay until {when}").format(when=when(ali.pay_deadline)))
    read = max((at for at in (ali.list_read_at, ali.detail_read_at, ali.tracking_read_at) if at), default=None)
    told = ", ".join(parts)
    return _("{status} (read {when})").format(status=told, when=when(read)) if read else told


def _parcel(parcel: Parcel) -> str:
    parts = [parcel.number or _("without a number yet")]
    if parcel.original_number and parcel.original_number != parcel.number:
        parts.append(_("first {number}").format(number=parcel.original_number))
    if parcel.carrier or parcel.service:
        parts.append(parcel.carrier or parcel.service or "")
    state = _("delivered") if parcel.delivered else _("goes back") if parcel.returned else ""
    if parcel.gone:
        state = _("no longer shown by AliExpress")
    parts += [state] if state else []
    if parcel.last_event_text and parcel.last_event_at:
        parts.append(f"{parcel.last_event_text} {when(parcel.last_event_at)}")
    return ", ".join(parts)


def _fulfilment(told: Fulfillment) -> str:
    how = f"{told.number} ({told.carrier})" if told.number else _("without a number")
    mail = _("buyer mailed") if told.mailed else _("nobody mailed")
    at = f" {when(told.sent_at)}" if told.sent_at else ""
    problem = f": {told.problem}" if told.problem else ""
    return f"{how}: {_(_TOLD[told.state])}{at}, {mail}{problem}"
