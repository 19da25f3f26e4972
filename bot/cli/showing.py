"""Prints one order in full."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.cli import output
from bot.language import _
from bot.models import Fulfillment, Line, Parcel, Purchase
from bot.money import decimal_text
from bot.personal_data import FORGOTTEN
from bot.wording import TAB_MOVES, TAB_NAMES, when
from flows.values import AliStatus

if TYPE_CHECKING:
    from bot.listing import Listed
    from bot.models import AliOrder


def print_order(listed: "Listed", events: list[dict[str, Any]]) -> None:
    """Print an order: where it stands, its lines with what they were bought with, and its history."""
    order, tab = listed.rows.order, listed.standing.tab
    total = f"{decimal_text(order.total_minor, order.currency)} {order.currency}"
    output.say(f"{order.name}  shop {order.shop}  placed {when(order.created_at)}  {total}")
    output.say(f"{TAB_NAMES[tab]}: {TAB_MOVES[tab]}")
    if listed.why:
        output.say(f"  {listed.why}")
    for warning in listed.warnings:
        output.say(f"  ! {warning}")
    _print_address(order.address)
    for line in listed.rows.lines:
        _print_line(listed, line)
    if listed.rows.fulfillments:
        output.say("Told to ShopBase:")
    for told in listed.rows.fulfillments:
        output.say(f"  {_fulfilment(told)}")
    if events:
        output.say("What happened:")
    for event in events:
        output.say(f"  {event['when']}  {event['line']}")


def _print_address(address: dict[str, Any] | None) -> None:
    if address is None:
        output.say("To: no shipping address")
        return
    if FORGOTTEN in address:
        at = datetime.fromisoformat(address[FORGOTTEN])
        output.say(_("To: emptied on {when} by dropferry forget").format(when=when(at)))
        return
    parts = [address.get(key) or "" for key in ("name", "address1", "address2", "city", "province", "zip", "country")]
    output.say("To: " + ", ".join(part for part in parts if part))


def _print_line(listed: "Listed", line: Line) -> None:
    variant = f" ({line.variant_title})" if line.variant_title else ""
    marks = [f"{line.fulfilled_quantity} fulfilled"] if line.fulfilled_quantity else []
    marks += [f"{line.refunded_quantity} refunded"] if line.refunded_quantity else []
    marks += ["taken off the order"] if line.removed else []
    marks += ["not sent by anyone"] if not line.ours else []
    tail = f"  [{', '.join(marks)}]" if marks else ""
    output.say(f"Line {line.position}: {line.quantity} x {line.title}{variant}{tail}")
    for waiting in listed.rows.waiting.get(line.id or 0, []):
        output.say(f"  to be bought: {_waiting(waiting)}")
    for purchase, _tie, ali in listed.rows.purchases:
        if purchase.line_id == line.id:
            if purchase.evidence:
                output.say(f"  ordered by dropferry; before and after the press: evidence/{purchase.evidence}")
            output.say(f"  AliExpress order {ali.number}: {_status(ali)}")
            for parcel in listed.rows.parcels.get(ali.id or 0, []):
                output.say(f"    parcel {_parcel(parcel)}")
    for earlier, ali in listed.rows.earlier:
        if earlier.line_id == line.id:
            output.say(
                _("  earlier: AliExpress order {number}: {status}").format(number=ali.number, status=_status(ali))
            )


def _waiting(purchase: Purchase) -> str:
    parts = [f"{purchase.units or 1} x AliExpress product {purchase.product_id}"]
    if purchase.cost_minor is not None and purchase.cost_currency:
        parts.append(f"{decimal_text(purchase.cost_minor, purchase.cost_currency)} {purchase.cost_currency}")
    if purchase.intent_at is not None:
        parts.append(f"perhaps ordered {when(purchase.intent_at)}, looked for {purchase.looks} times")
    if purchase.evidence:
        parts.append(f"evidence/{purchase.evidence}")
    return ", ".join(parts)


def _status(ali: "AliOrder") -> str:
    if ali.status is None:
        return "not read yet"
    parts = [ali.status_text or ali.status.value]
    if ali.total_minor is not None and ali.currency:
        parts.append(f"{decimal_text(ali.total_minor, ali.currency)} {ali.currency}")
    if ali.paid_on:
        parts.append(f"paid {ali.paid_on}")
    if ali.pay_deadline and ali.status is AliStatus.UNPAID:
        parts.append(f"pay until {when(ali.pay_deadline)}")
    read = max((at for at in (ali.list_read_at, ali.detail_read_at, ali.tracking_read_at) if at), default=None)
    return ", ".join(parts) + (f" (read {when(read)})" if read else "")


def _parcel(parcel: Parcel) -> str:
    parts = [parcel.number or "without a number yet"]
    if parcel.original_number and parcel.original_number != parcel.number:
        parts.append(f"first {parcel.original_number}")
    if parcel.carrier or parcel.service:
        parts.append(parcel.carrier or parcel.service or "")
    state = "delivered" if parcel.delivered else "goes back" if parcel.returned else ""
    if parcel.gone:
        state = "no longer shown by AliExpress"
    parts += [state] if state else []
    if parcel.last_event_text and parcel.last_event_at:
        parts.append(f"{parcel.last_event_text} {when(parcel.last_event_at)}")
    return ", ".join(parts)


def _fulfilment(told: Fulfillment) -> str:
    how = f"{told.number} ({told.carrier})" if told.number else "without a number"
    mail = "buyer mailed" if told.mailed else "nobody mailed"
    at = f" {when(told.sent_at)}" if told.sent_at else ""
    problem = f": {told.problem}" if told.problem else ""
    return f"{how}: {told.state.value}{at}, {mail}{problem}"
