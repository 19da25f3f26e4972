"""What a change in the store means for what is ordered, or about to be ordered, on AliExpress."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from bot.language import mark
from bot.models import Event, Line, Order, Purchase, PurchaseState

# What ShopBase says of a payment that is given back as a whole, or was never taken.
OVER = {"refunded": mark("refunded in the store"), "voided": mark("voided in the store")}
ADDRESS_CHANGED = "address changed in store"
WANTED_CHANGED = "changed after ordering"
NOT_ORDERED = "will not be ordered"
_PARTS = ("name", "company", "address1", "address2", "city", "province", "zip", "country", "phone")


def address_text(address: Mapping[str, Any] | None) -> str:
    """An address in one line, as far as it matters to a parcel; empty without one."""
    parts = (str((address or {}).get(key) or "").strip() for key in _PARTS)
    return ", ".join(part for part in parts if part)


def note_address(session: Session, order: Order, before: Mapping[str, Any] | None, now: datetime) -> None:
    """Write down that the buyer's address is another one now, with both texts."""
    texts = {"before": address_text(before), "now": address_text(order.address)}
    if texts["before"] != texts["now"]:
        session.add(Event(at=now, who="store", what=ADDRESS_CHANGED, order_id=order.id, data=texts))


def note_wanted(session: Session, line: Line, before: int, now: datetime) -> None:
    """Write down that another quantity of a line is wanted than before, where it is ordered or may be."""
    if wanted(line) != before and _is_ordered(session, line):
        data = {"line": line.position, "before": before, "now": wanted(line)}
        session.add(Event(at=now, who="store", what=WANTED_CHANGED, order_id=line.order_id, data=data))


def wanted(line: Line) -> int:
    """How many of a line the buyer is to get in all."""
    return 0 if line.removed else max(0, line.quantity - line.refunded_quantity)


def call_off(session: Session, order: Order, now: datetime) -> None:
    """What is not ordered yet and not wanted any more is not ordered; what was, or may have been, is told instead."""
    waiting = (PurchaseState.NEW, PurchaseState.HELD)
    query = (
        select(Purchase, Line)
        .join(Line, col(Line.id) == Purchase.line_id)
        .where(Line.order_id == order.id, col(Purchase.state).in_(waiting), col(Purchase.intent_at).is_(None))
        # Between this look and the writing of it somebody may be about to order.
        .with_for_update(of=Purchase)
    )
    over = why_over(order)
    for purchase, line in session.exec(query).all():
        cause = over or why_line_over(line)
        if cause is None:
            continue
        purchase.state = PurchaseState.CANCELLED
        session.add(purchase)
        data = {"line": line.position, "cause": cause}
        session.add(Event(at=now, who="robot", what=NOT_ORDERED, order_id=order.id, data=data))


def why_over(order: Order) -> str | None:
    """Why nothing of an order is to be bought any more, in words; None where that is not so."""
    if order.deleted_at is not None:
        return mark("deleted in the store")
    if order.cancelled_at is not None:
        return mark("cancelled in the store")
    return OVER.get(order.financial_status)


def why_line_over(line: Line) -> str | None:
    """Why a line is not to be bought any more, in words; None where that is not so."""
    if line.removed:
        return mark("taken off the order")
    return mark("refunded in the store") if wanted(line) == 0 else None


def _is_ordered(session: Session, line: Line) -> bool:
    query = select(Purchase.state, Purchase.intent_at).where(Purchase.line_id == line.id)
    standing = (PurchaseState.PLACED, PurchaseState.INTENT)
    return any(
        state in standing or (state is PurchaseState.HELD and intent_at is not None)
        for state, intent_at in session.exec(query)
    )
