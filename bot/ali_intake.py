"""Writes what AliExpress pages say of an order into our tables."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from bot.models import AliItem, AliOrder, Event, Parcel
from bot.pairing import KnownParcel, pair
from bot.standing import orders_of_ali, restand
from bot.storable import storable
from bot.telling import clean_number
from flows import values
from flows.values import AliLine, AliStatus, ListedOrder, OrderDetail, Tracking

# Paid for, or having been: with these the pages can show parcels.
SENT = frozenset({AliStatus.PARTLY_SENT, AliStatus.SENT, AliStatus.COMPLETED, AliStatus.IN_DISPUTE})
PAID = SENT | {AliStatus.TO_SHIP}
OVER = frozenset({AliStatus.CANCELED, AliStatus.EXPIRED, AliStatus.CLOSED, AliStatus.REFUNDED})

# AliExpress calls an order completed in the end, whether or not it ever showed a number.
GIVE_UP_ON_NUMBER = timedelta(days=60)

# Rows that AliExpress writes itself before any carrier has touched the parcel.
NOT_SCANS = frozenset({"AE_ORDER_PLACED", "AE_ORDER_PAID", "AE_ORDER_SHIPPED"})


def entry_of(listed: ListedOrder) -> str:
    """What a list card says, in a form that changes when the card does."""
    lines = ",".join(f"{line.product_id}/{line.sku_id or ''}x{line.quantity}" for line in listed.lines)
    total = f"{listed.total.minor}{listed.total.currency}"
    said = "|".join((listed.status.value, listed.status_text, total, listed.refund_note or "", lines))
    return storable(said)[:2000]


def take_listed(session: Session, ali: AliOrder, listed: ListedOrder, now: datetime) -> bool:
    """Take in a card of the list; returns whether it differs from the one whose pages were last read in full.

    An unchanged card is not taken in: the list lags behind the detail page, which was read after it.
    """
    ali.list_read_at = now
    ali.missing_since = None
    session.add(ali)
    if ali.list_entry == entry_of(listed):
        return False
    _turn(session, ali, listed.status, listed.status_text, now)
    ali.refund_note = storable(listed.refund_note) if listed.refund_note else None
    ali.ordered_on = listed.ordered_on or ali.ordered_on
    ali.total_minor, ali.currency = listed.total.minor, listed.total.currency
    ali.store_name = storable(listed.store_name) or ali.store_name
    if listed.lines and listed.line_count in (None, len(listed.lines)):
        _write_items(session, ali, listed.lines)
    return True


def take_detail(session: Session, ali: AliOrder, detail: OrderDetail, now: datetime) -> None:
    """Take in a detail page, which knows more than the list, and knows it sooner."""
    _turn(session, ali, detail.status, detail.status_text, now)
    ali.ordered_on = detail.ordered_on or ali.ordered_on
    ali.paid_on = detail.paid_on or ali.paid_on
    ali.shipped_on = detail.shipped_on or ali.shipped_on
    ali.pay_deadline = detail.pay_deadline or ali.pay_deadline
    ali.total_minor, ali.currency = detail.total.minor, detail.total.currency
    ali.store_name = storable(detail.store_name) or ali.store_name
    ali.detail_read_at = now
    ali.missing_since = None
    ali.trouble = None
    session.add(ali)
    if detail.lines:
        _write_items(session, ali, detail.lines)


def take_tracking(session: Session, ali: AliOrder, tracking: Tracking, now: datetime) -> int:
    """Take in a tracking page; returns how many numbers are new or changed."""
    rows = session.exec(select(Parcel).where(Parcel.ali_order_id == ali.id).order_by(col(Parcel.id))).all()
    known = {row.id: row for row in rows}
    pairs = pair([_known(row) for row in rows], tracking.parcels)
    fresh = 0
    for parcel_id, seen in pairs:
        row = known.get(parcel_id)
        if row is None:
            assert ali.id is not None
            row = Parcel(ali_order_id=ali.id, first_seen_at=now)
        fresh += _write_parcel(session, ali, row, seen, now)
    paired = {parcel_id for parcel_id, _ in pairs}
    for row in rows:
        # A parcel that a page no longer shows is kept, because ShopBase may have been told of it.
        row.gone = bool(tracking.parcels) and row.id not in paired
        session.add(row)
    ali.tracking_read_at = now
    ali.trouble = None
    session.add(ali)
    return fresh


def mark_read(session: Session, ali: AliOrder, entry: str | None, now: datetime) -> None:
    """All that this card asked for has been read: remember the card, and whether anything can still change."""
    if entry is not None:
        ali.list_entry = entry
    parcels = session.exec(select(Parcel).where(Parcel.ali_order_id == ali.id, col(Parcel.gone).is_(False))).all()
    numbered = bool(parcels) and all(parcel.number for parcel in parcels)
    given_up = ali.sent_seen_at is not None and now - ali.sent_seen_at > GIVE_UP_ON_NUMBER
    done = ali.status in OVER or (ali.status is AliStatus.COMPLETED and (numbered or given_up))
    ali.finished_at = (ali.finished_at or now) if done else None
    session.add(ali)


def restand_orders_of(session: Session, ali_orders: Iterable[AliOrder], now: datetime) -> None:
    """Bring the tabs of all store orders bought with these in step."""
    session.flush()
    restand(session, orders_of_ali(session, [ali.id for ali in ali_orders if ali.id is not None]), now)


def due_again(sent_at: datetime, read_at: datetime, now: datetime) -> bool:
    """Whether a sent order's tracking, last read at `read_at`, is to be read again although its card is the same.

    A last-mile number or a second parcel shows nowhere else: daily for 14 days after it was sent, then every 3 days.
    """
    every = timedelta(days=1) if now - sent_at <= timedelta(days=14) else timedelta(days=3)
    # Syncs are not on the minute: an hour of grace keeps a daily reading daily.
    return now - read_at >= every - timedelta(hours=1)


def _turn(session: Session, ali: AliOrder, status: AliStatus, text: str, now: datetime) -> None:
    if ali.status is not status:
        data = {"before": ali.status.value if ali.status else None, "now": status.value, "text": storable(text)}
        session.add(Event(at=now, who="aliexpress", what="status", ali_number=ali.number, data=data))
    if status in PAID and ali.paid_seen_at is None:
        ali.paid_seen_at = now
    if status in SENT and ali.sent_seen_at is None:
        ali.sent_seen_at = now
    ali.status, ali.status_text = status, storable(text)
    session.add(ali)


def _write_items(session: Session, ali: AliOrder, lines: tuple[AliLine, ...]) -> None:
    items = session.exec(select(AliItem).where(AliItem.ali_order_id == ali.id).order_by(col(AliItem.id))).all()
    if [(i.product_id, i.sku_id, i.quantity) for i in items] == [(s.product_id, s.sku_id, s.quantity) for s in lines]:
        return
    session.exec(delete(AliItem).where(col(AliItem.ali_order_id) == ali.id))
    assert ali.id is not None
    for line in lines:
        session.add(
            AliItem(
                ali_order_id=ali.id,
                line_id=line.line_id,
                product_id=line.product_id,
                sku_id=line.sku_id,
                title=storable(line.title),
                sku_text=storable(line.sku_text),
                quantity=line.quantity,
            )
        )


def _known(row: Parcel) -> KnownParcel:
    assert row.id is not None
    items = tuple((item["product_id"], item["sku_id"], item["count"]) for item in row.items)
    return KnownParcel(row.id, row.number, row.original_number, items, row.gone)


def _write_parcel(session: Session, ali: AliOrder, row: Parcel, seen: values.Parcel, now: datetime) -> int:
    number = (clean_number(seen.number) or None) if seen.number else None
    changed = number is not None and number != row.number
    if changed:
        data = {"before": row.number, "now": number, "carrier": storable(seen.carrier or "")}
        session.add(Event(at=now, who="aliexpress", what="tracking number", ali_number=ali.number, data=data))
        row.number_seen_at = row.number_seen_at or now
        # A buyer may still ask about the number that was told first.
        row.original_number = row.original_number or row.number
    row.number = number or row.number
    row.original_number = clean_number(seen.original_number or "") or row.original_number
    row.carrier = storable(seen.carrier or "") or row.carrier
    row.carrier_link = seen.carrier_link or row.carrier_link
    row.service = storable(seen.service or "") or row.service
    row.items = [item.model_dump() for item in seen.items] or row.items
    row.delivered, row.returned = seen.delivered, seen.returned
    timed = [event for event in seen.events if event.at is not None]
    row.scans = max(row.scans, _scans(seen))
    if timed:
        latest = max(timed, key=lambda event: event.at or now)
        row.last_event_at, row.last_event_text = latest.at, storable(latest.title or latest.text)
    row.gone = False
    session.add(row)
    return int(changed)


def _scans(seen: values.Parcel) -> int:
    """How often a carrier has touched a parcel; a drawn page tells neither times nor codes, only how many rows."""
    timed = [event for event in seen.events if event.at is not None]
    if timed:
        return sum(event.code not in NOT_SCANS for event in timed)
    return max(0, len(seen.events) - len(NOT_SCANS))
