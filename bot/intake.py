"""Writes an order as ShopBase answers it into our tables, noticing what was edited, refunded or cancelled since."""

from collections import Counter
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from bot.facts import Tab
from bot.models import Event, Fulfillment, FulfillmentState, Line, Order
from bot.shopbase import FulfillmentReply, LineItem, OrderReply
from bot.shopbase import FulfillmentState as StoreState
from bot.telling import clean_number

# States in which a fulfilment waits for some app; the lines in it are not free, and not sent either.
WAITING = frozenset({StoreState.PENDING, StoreState.OPEN, StoreState.PROCESSING})
OVER = frozenset({"refunded", "voided"})
POST_PURCHASE_WAIT = timedelta(hours=1)


class Change(StrEnum):
    """What taking an order in did."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    NOT_OURS = "not_ours"


def take_in(session: Session, shop: str, reply: OrderReply, now: datetime) -> tuple[Change, int | None]:
    """Write one order; returns what changed and our id of it, None where it does not concern us.

    An order that was already over when it is first seen, or that holds nothing to be sent, is left out.
    """
    order = session.exec(select(Order).where(Order.shop == shop, Order.store_id == reply.id)).one_or_none()
    if order is None:
        if _is_over(reply):
            return Change.NOT_OURS, None
        order = Order(shop=shop, store_id=reply.id, tab=Tab.PENDING, **_order_columns(reply))
        session.add(order)
        session.flush()
        assert order.id is not None
        _write_lines(session, order, reply)
        write_fulfillments(session, order, reply.fulfillments, now)
        _note(session, order, "pulled", now)
        return Change.NEW, order.id
    if order.updated_at is not None and reply.updated_at < order.updated_at:
        # A page read before a later one was written: what is there is newer.
        return Change.SAME, order.id
    before = order.model_dump(exclude={"tab"})
    changed = _note_turns(session, order, reply, now)
    order.sqlmodel_update(_order_columns(reply))
    order.deleted_at = None
    session.add(order)
    changed |= _write_lines(session, order, reply)
    write_fulfillments(session, order, reply.fulfillments, now)
    changed |= before != order.model_dump(exclude={"tab"})
    return (Change.CHANGED if changed else Change.SAME), order.id


def _is_over(reply: OrderReply) -> bool:
    if reply.cancelled_at is not None or reply.financial_status in OVER:
        return True
    ours = [line for line in reply.line_items if line.needs_parcel]
    return not ours or all(_fulfilled(reply, line) >= line.quantity - reply.refunded(line.id) for line in ours)


def _order_columns(reply: OrderReply) -> dict[str, Any]:
    waits = reply.post_purchase_timeout_at or reply.updated_at + POST_PURCHASE_WAIT
    address = reply.shipping_address
    return {
        "name": reply.name,
        "email": reply.email or None,
        "phone": reply.reachable_phone or None,
        "created_at": reply.created_at,
        "updated_at": reply.updated_at,
        "paid_at": reply.processed_at,
        "cancelled_at": reply.cancelled_at,
        "cancel_reason": reply.cancel_reason or None,
        "financial_status": reply.financial_status,
        "fulfillment_status": reply.fulfillment_status,
        "chargeback_status": reply.chargeback_status,
        "is_risk": reply.is_risk,
        "currency": reply.total.currency,
        "total_minor": reply.total.minor,
        "tags": list(reply.tags),
        "note": reply.note,
        "note_attributes": [[each.name, each.value] for each in reply.note_attributes],
        "address": address.model_dump() if address is not None else None,
        "waits_until": waits if reply.is_in_post_purchase else None,
    }


def _note_turns(session: Session, order: Order, reply: OrderReply, now: datetime) -> bool:
    turns = {
        "cancelled in store": order.cancelled_at is None and reply.cancelled_at is not None,
        "refunded in store": order.financial_status != reply.financial_status and "refunded" in reply.financial_status,
        "paid in store": order.financial_status != "paid" and reply.financial_status == "paid",
        "chargeback in store": not order.chargeback_status and bool(reply.chargeback_status),
    }
    for what, happened in turns.items():
        if happened:
            _note(session, order, what, now)
    return any(turns.values())


def _note(session: Session, order: Order, what: str, now: datetime) -> None:
    session.add(Event(at=now, who="store", what=what, order_id=order.id, data={"status": order.financial_status}))


def _write_lines(session: Session, order: Order, reply: OrderReply) -> bool:
    known = {line.store_line_id: line for line in session.exec(select(Line).where(Line.order_id == order.id))}
    changed = False
    for position, item in enumerate(reply.line_items, start=1):
        line = known.pop(item.id, None)
        columns = _line_columns(reply, item)
        if line is None:
            assert order.id is not None
            free = max([position, *(each.position + 1 for each in known.values())]) if known else position
            session.add(Line(order_id=order.id, store_line_id=item.id, position=free, **columns))
            changed = True
        elif any(getattr(line, key) != value for key, value in columns.items()):
            line.sqlmodel_update(columns)
            session.add(line)
            changed = True
    for gone in known.values():
        changed |= not gone.removed
        gone.removed = True
        session.add(gone)
    return changed


def _line_columns(reply: OrderReply, item: LineItem) -> dict[str, Any]:
    return {
        "product_id": item.product_id,
        "variant_id": item.variant_id,
        "sku": item.sku,
        "title": item.title or item.name,
        "variant_title": item.variant_title,
        "quantity": _quantity(reply, item),
        "refunded_quantity": reply.refunded(item.id),
        "fulfilled_quantity": _fulfilled(reply, item),
        "pending_quantity": _pending(reply, item),
        "price_minor": item.price.minor if item.price is not None else 0,
        "image": item.image_src or None,
        "service": item.fulfillment_service,
        "ours": item.needs_parcel,
        "removed": False,
    }


def _quantity(reply: OrderReply, item: LineItem) -> int:
    """The quantity after edits: whether `quantity` already lacks what was taken off, only the rest can tell."""
    if not item.removed_quantity or item.fulfillable_quantity is None:
        return item.quantity
    taken = max(reply.refunded(item.id), _fulfilled(reply, item)) + _pending(reply, item)
    unexplained = max(0, item.quantity - taken - item.fulfillable_quantity)
    return item.quantity - min(item.removed_quantity, unexplained)


def _fulfilled(reply: OrderReply, item: LineItem) -> int:
    """How many of a line are sent. Fulfilments inside an order need not name their lines; then its status tells."""
    told = _in_states(reply.fulfillments, frozenset({StoreState.SUCCESS}))[item.id]
    refunded = reply.refunded(item.id)
    if item.fulfillment_status == "fulfilled":
        return max(told, item.quantity - refunded)
    if told or item.fulfillment_status not in ("partial", "partial-processing") or item.fulfillable_quantity is None:
        return told
    # fulfillable = quantity - max(refunded, fulfilled) - waiting (shopbase-api.md 5b)
    taken = item.quantity - item.fulfillable_quantity - _in_states(reply.fulfillments, WAITING)[item.id]
    return taken if taken > refunded else 0


def _pending(reply: OrderReply, item: LineItem) -> int:
    waiting = _in_states(reply.fulfillments, WAITING)[item.id]
    if not waiting and item.fulfillment_status == "processing":
        return item.quantity - _fulfilled(reply, item)
    return waiting


def _in_states(fulfillments: tuple[FulfillmentReply, ...], states: frozenset[StoreState]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for fulfillment in fulfillments:
        if fulfillment.status in states:
            for line in fulfillment.line_items or ():
                counts[line.id] += line.quantity
    return counts


def settle(
    session: Session, order: Order, replies: tuple[FulfillmentReply, ...] | list[FulfillmentReply], now: datetime
) -> None:
    """Take the store's fulfilments of an order for what they are: its numbers are told, its lines sent."""
    write_fulfillments(session, order, replies, now)
    sent = _in_states(tuple(replies), frozenset({StoreState.SUCCESS}))
    waiting = _in_states(tuple(replies), WAITING)
    for line in session.exec(select(Line).where(Line.order_id == order.id)):
        line.fulfilled_quantity = max(line.fulfilled_quantity, sent[line.store_line_id])
        line.pending_quantity = waiting[line.store_line_id]
        session.add(line)


def write_fulfillments(
    session: Session, order: Order, replies: tuple[FulfillmentReply, ...] | list[FulfillmentReply], now: datetime
) -> None:
    """Remember the numbers that ShopBase already has, so that none is told twice, whoever told it."""
    assert order.id is not None
    done = [reply for reply in replies if reply.status == StoreState.SUCCESS]
    if not done:
        return
    known = session.exec(select(Fulfillment).where(col(Fulfillment.order_id) == order.id)).all()
    by_store_id = {row.store_fulfillment_id: row for row in known if row.store_fulfillment_id}
    by_number = {row.number: row for row in known if row.number}
    for reply in done:
        number = clean_number(reply.tracking_numbers[0]) if reply.tracking_numbers else None
        row = by_store_id.get(reply.id) or by_number.get(number or "")
        if row is None:
            row = Fulfillment(order_id=order.id, state=FulfillmentState.SENT, by_hand=True, created_at=now)
        elif row.store_fulfillment_id is not None and row.state is FulfillmentState.SENT and row.number == number:
            continue
        if number is not None and by_number.get(number, row) is row:
            row.number = number
            by_number[number] = row
        row.store_fulfillment_id = reply.id
        row.state = FulfillmentState.SENT
        row.carrier = reply.tracking_company or row.carrier
        row.link = reply.tracking_urls[0] if reply.tracking_urls else row.link
        row.lines = {line.id: line.quantity for line in reply.line_items or ()} or row.lines
        row.problem = None
        row.sent_at = row.sent_at or reply.created_at or now
        session.add(row)
