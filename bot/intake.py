"""Writes an order as ShopBase answers it into our tables, noticing what was edited, refunded or cancelled since."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from bot.facts import Tab
from bot.intake_changes import OVER, call_off, note_address, note_wanted, wanted, why_over
from bot.language import _
from bot.models import Event, Fulfillment, FulfillmentParcel, FulfillmentState, Line, Order, Parcel
from bot.personal_data import TOLD_BY_STORE, is_forgotten
from bot.shopbase import FulfillmentReply, LineItem, OrderReply, ShippingAddress
from bot.shopbase import FulfillmentState as StoreState
from bot.storable import storable
from bot.telling import clean_number

# States in which a fulfilment waits for some app; the lines in it are not free, and not sent either.
WAITING = frozenset({StoreState.PENDING, StoreState.OPEN, StoreState.PROCESSING})
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
        _write_lines(session, order, reply, now, keep=False)
        write_fulfillments(session, order, reply.fulfillments, now)
        _note(session, order, "pulled", now, {"status": reply.financial_status})
        return Change.NEW, order.id
    if order.updated_at is not None and reply.updated_at < order.updated_at:
        # A page read before a later one was written: what is there is newer.
        return Change.SAME, order.id
    before = order.model_dump(exclude={"tab"})
    changed = _note_turns(session, order, reply, now)
    # What a push has settled since this answer was given must not be taken back by it.
    taken_back = any(told.status == StoreState.CANCELLED for told in reply.fulfillments)
    as_of_then = reply.updated_at == order.updated_at and not taken_back
    address = order.address
    columns = _order_columns(reply)
    if is_forgotten(order):
        columns = {name: told for name, told in columns.items() if name not in TOLD_BY_STORE}
    order.sqlmodel_update(columns)
    order.deleted_at = None
    session.add(order)
    note_address(session, order, address, now)
    changed |= _write_lines(session, order, reply, now, keep=as_of_then)
    write_fulfillments(session, order, reply.fulfillments, now, keep=as_of_then)
    changed |= before != order.model_dump(exclude={"tab"})
    if changed or why_over(order) is not None:
        session.flush()
        call_off(session, order, now)
    return (Change.CHANGED if changed else Change.SAME), order.id


def _is_over(reply: OrderReply) -> bool:
    if reply.cancelled_at is not None or reply.financial_status in OVER:
        return True
    ours = [line for line in reply.line_items if line.needs_parcel]
    return not ours or all(_sent(reply, line)[0] >= _quantity(reply, line) - _refunded(reply, line) for line in ours)


def _order_columns(reply: OrderReply) -> dict[str, Any]:
    waits = reply.post_purchase_timeout_at or reply.updated_at + POST_PURCHASE_WAIT
    address = reply.shipping_address
    return {
        "name": storable(reply.name),
        "email": storable(reply.email) or None,
        "phone": storable(reply.reachable_phone) or None,
        "created_at": reply.created_at,
        "updated_at": reply.updated_at,
        "paid_at": reply.processed_at,
        "cancelled_at": reply.cancelled_at,
        "cancel_reason": storable(reply.cancel_reason) or None,
        "financial_status": reply.financial_status,
        "fulfillment_status": reply.fulfillment_status,
        "chargeback_status": reply.chargeback_status,
        "is_risk": reply.is_risk,
        "currency": reply.total.currency,
        "total_minor": reply.total.minor,
        "tags": [storable(tag) for tag in reply.tags],
        "note": storable(reply.note),
        "note_attributes": [[storable(each.name), storable(each.value)] for each in reply.note_attributes],
        "address": _address(address) if address is not None else None,
        "waits_until": waits if reply.is_in_post_purchase else None,
    }


def _address(address: ShippingAddress) -> dict[str, str]:
    """The address as it is kept: its name in full, however the store wrote it."""
    told = {key: storable(value) for key, value in address.model_dump().items()}
    return told | {"name": storable(address.recipient)}


def _note_turns(session: Session, order: Order, reply: OrderReply, now: datetime) -> bool:
    turns = {
        "cancelled in store": order.cancelled_at is None and reply.cancelled_at is not None,
        "refunded in store": order.financial_status != reply.financial_status and "refunded" in reply.financial_status,
        "paid in store": order.financial_status != "paid" and reply.financial_status == "paid",
        "chargeback in store": not order.chargeback_status and bool(reply.chargeback_status),
    }
    for what, happened in turns.items():
        if happened:
            _note(session, order, what, now, {"status": reply.financial_status, "chargeback": reply.chargeback_status})
    return any(turns.values())


def _note(session: Session, order: Order, what: str, now: datetime, data: dict[str, Any]) -> None:
    session.add(Event(at=now, who="store", what=what, order_id=order.id, data=data))


def _write_lines(session: Session, order: Order, reply: OrderReply, now: datetime, *, keep: bool) -> bool:
    """Write the lines; with `keep` what is known to be sent stays. Returns whether anything changed."""
    assert order.id is not None
    known = {line.store_line_id: line for line in session.exec(select(Line).where(Line.order_id == order.id))}
    # A position is what a person types, so it is never given to another line.
    free = max((line.position for line in known.values()), default=0)
    is_first, gone = not known, dict(known)
    changed, edits = False, dict[str, str]()
    for item in reply.line_items:
        line = gone.pop(item.id, None)
        columns = _line_columns(reply, item, line, keep=keep)
        if line is None:
            free += 1
            session.add(Line(order_id=order.id, store_line_id=item.id, position=free, **columns))
            edits[f"line {free}"] = "added"
            changed = True
        elif any(getattr(line, key) != value for key, value in columns.items()):
            if line.removed or line.quantity != columns["quantity"]:
                edits[f"line {line.position}"] = f"{0 if line.removed else line.quantity} to {columns['quantity']}"
            before = wanted(line)
            line.sqlmodel_update(columns)
            session.add(line)
            note_wanted(session, line, before, now)
            changed = True
    for line in gone.values():
        if not line.removed:
            edits[f"line {line.position}"] = "taken off"
            before = wanted(line)
            line.removed = changed = True
            session.add(line)
            note_wanted(session, line, before, now)
    if edits and not is_first:
        _note(session, order, "edited in store", now, edits)
    return changed


def _line_columns(reply: OrderReply, item: LineItem, line: Line | None, *, keep: bool) -> dict[str, Any]:
    least, most = _sent(reply, item)
    known = line.fulfilled_quantity if line is not None else 0
    sent = max(known, most) if keep else min(max(known, least), most)
    return {
        "product_id": item.product_id,
        "variant_id": item.variant_id,
        "sku": storable(item.sku),
        "title": storable(item.title or item.name),
        "variant_title": storable(item.variant_title),
        "quantity": _quantity(reply, item),
        "refunded_quantity": _refunded(reply, item),
        "fulfilled_quantity": sent,
        "pending_quantity": _pending(reply, item, sent),
        "price_minor": item.price.minor if item.price is not None else 0,
        "image": item.image_src or None,
        "service": item.fulfillment_service,
        "ours": item.needs_parcel,
        "removed": False,
    }


def _refunded(reply: OrderReply, item: LineItem) -> int:
    """Whatever was refunded is not sent any more, with or without restocking."""
    return max(reply.refunded(item.id), item.refunded_quantity)


def _called_off(reply: OrderReply, item: LineItem) -> int:
    """What was refunded in the one way that lowers `fulfillable_quantity` (shopbase-api.md 7)."""
    lines = (line for refund in reply.refunds for line in refund.refund_line_items)
    return sum(line.quantity for line in lines if line.line_item_id == item.id and line.restock_type == "cancel")


def _quantity(reply: OrderReply, item: LineItem) -> int:
    """The quantity after edits: whether `quantity` already lacks what was taken off, only the rest can tell."""
    if not item.removed_quantity or item.fulfillable_quantity is None:
        return max(0, item.quantity)
    sent = _sent(reply, item)[0]
    taken = max(_called_off(reply, item), sent) + _pending(reply, item, sent)
    unexplained = max(0, item.quantity - taken - item.fulfillable_quantity)
    return max(0, item.quantity - min(item.removed_quantity, unexplained))


def _sent(reply: OrderReply, item: LineItem) -> tuple[int, int]:
    """How many of a line are sent, at least and at most.

    Fulfilments inside an order need not name their lines; then the line's status tells, as far as it goes.
    """
    told = _in_states(reply.fulfillments, frozenset({StoreState.SUCCESS}))[item.id]
    if item.fulfillment_status == "fulfilled":
        told = max(told, item.quantity - _refunded(reply, item))
    if told or not item.fulfillment_status.startswith("partial"):
        return told, told
    if item.fulfillable_quantity is None:
        return 0, item.quantity
    # fulfillable = quantity - max(called off, sent) - waiting (shopbase-api.md 5b)
    taken = max(0, item.quantity - item.fulfillable_quantity - _in_states(reply.fulfillments, WAITING)[item.id])
    if item.fulfillment_status == "partial-processing":
        return 0, taken
    return (taken if taken > _called_off(reply, item) else min(1, taken)), taken


def _pending(reply: OrderReply, item: LineItem, sent: int) -> int:
    """How many of a line wait for another app, `sent` being those that are through."""
    waiting = _in_states(reply.fulfillments, WAITING)[item.id]
    if waiting or item.fulfillment_status not in ("processing", "partial-processing"):
        return waiting
    if item.fulfillment_status == "processing" or item.fulfillable_quantity is None:
        return max(0, item.quantity - _refunded(reply, item) - sent)
    return max(0, item.quantity - item.fulfillable_quantity - max(sent, _called_off(reply, item)))


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
    session: Session,
    order: Order,
    replies: tuple[FulfillmentReply, ...] | list[FulfillmentReply],
    now: datetime,
    *,
    keep: bool = False,
) -> None:
    """Remember the numbers that ShopBase already has, so that none is told twice, whoever told it.

    With `keep` a number that we know of stays: a push may have corrected it since the answer was given.
    """
    assert order.id is not None
    known = session.exec(select(Fulfillment).where(col(Fulfillment.order_id) == order.id)).all()
    by_store_id = {row.store_fulfillment_id: row for row in known if row.store_fulfillment_id}
    by_number = {row.number: row for row in known if row.number}
    for reply in replies:
        row = by_store_id.get(reply.id)
        if reply.status == StoreState.SUCCESS:
            number = clean_number(storable(reply.tracking_numbers[0])) or None if reply.tracking_numbers else None
            row = row or (by_number.get(number) if number else _without_number(known, reply))
            row = row or Fulfillment(order_id=order.id, state=FulfillmentState.SENT, by_hand=True, created_at=now)
            is_free = number is not None and by_number.get(number, row) is row
            if number is not None and is_free and not (keep and row.number):
                _take_number(session, row, number)
                by_number[number] = row
            _write_sent(session, row, reply, now)
        elif reply.status == StoreState.CANCELLED and row is not None and row.state is FulfillmentState.SENT:
            # Telling the same number again is for a person to decide, so it is not one that is tried again by itself.
            row.state, row.tried_at = FulfillmentState.STUCK, None
            row.problem = _("its fulfilment was cancelled in ShopBase; to tell it again, use dropferry fulfil")
            session.add(row)


def _write_sent(session: Session, row: Fulfillment, reply: FulfillmentReply, now: datetime) -> None:
    lines = {line.id: line.quantity for line in reply.line_items or ()}
    if row.state is FulfillmentState.SENT and row.store_fulfillment_id not in (None, reply.id):
        # A second fulfilment with the number of the first: both are done, and one row stands for them.
        return
    row.store_fulfillment_id = reply.id
    row.state = FulfillmentState.SENT
    row.carrier = storable(reply.tracking_company) or row.carrier
    row.link = storable(reply.tracking_urls[0]) if reply.tracking_urls else row.link
    row.lines = lines or row.lines
    row.problem = None
    row.sent_at = row.sent_at or reply.created_at or now
    session.add(row)


def _without_number(known: Sequence[Fulfillment], reply: FulfillmentReply) -> Fulfillment | None:
    """The fulfilment without a number that was under way when its answer was lost."""
    lines = {line.id: line.quantity for line in reply.line_items or ()}
    same = (row for row in known if row.state is FulfillmentState.SENDING and row.number is None and row.lines == lines)
    return next(same, None)


def _take_number(session: Session, row: Fulfillment, number: str) -> None:
    """Take the store's number; one that none of its parcels carries was put there by a person and is left alone."""
    if row.number not in (None, number) and row.state is FulfillmentState.SENT:
        ties = session.exec(select(FulfillmentParcel).where(FulfillmentParcel.fulfillment_id == row.id)).all()
        parcels = [session.get_one(Parcel, tie.parcel_id) for tie in ties]
        if number not in {parcel.number for parcel in parcels}:
            for tie in ties:
                session.delete(tie)
    row.number = number
