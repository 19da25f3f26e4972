"""What AliExpress pages say, for tests, and the rows that it leaves."""

from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from bot.models import AliItem, AliOrder, Event, Parcel
from flows.values import (
    AliLine,
    AliStatus,
    ListedOrder,
    Money,
    OrderDetail,
    ParcelItem,
    Reader,
    Tracking,
    TrackingEvent,
)
from flows.values import Parcel as SeenParcel
from tests.rows import NOW

NUMBER = "8214398062177351"


BAG, CUP = "1005006800000137", "1005006800000174"


LATER = NOW + timedelta(hours=12)


def a_card(status: AliStatus = AliStatus.TO_SHIP, *lines: AliLine, **facts: Any) -> ListedOrder:
    """One card of the order list."""
    defaults: dict[str, Any] = {
        "order_id": NUMBER,
        "status": status,
        "status_text": status.value,
        "ordered_on": date(2026, 11, 20),
        "total": Money(minor=13274, currency="BRL"),
        "store_name": "Ferry Store",
        "lines": lines or (bag(),),
    }
    return ListedOrder(**(defaults | facts))


def a_detail(status: AliStatus = AliStatus.TO_SHIP, *lines: AliLine, **facts: Any) -> OrderDetail:
    """The detail page."""
    defaults: dict[str, Any] = {
        "order_id": NUMBER,
        "status": status,
        "status_text": status.value,
        "ordered_on": date(2026, 11, 20),
        "paid_on": date(2026, 11, 21),
        "shipped_on": None,
        "completed_on": None,
        "pay_deadline": None,
        "payment_method": None,
        "total": Money(minor=13275, currency="BRL"),
        "price_rows": (),
        "recipient": None,
        "store_name": "Ferry Store",
        "lines": lines or (bag(),),
        "reader": Reader.CALLS,
    }
    return OrderDetail(**(defaults | facts))


def bag(count: int = 1, **facts: Any) -> AliLine:
    """One line of an AliExpress order."""
    return AliLine(**{"product_id": BAG, "sku_id": "12000038500000091", "title": "Tote", "quantity": count} | facts)


def scan(days_ago: float, code: str = "AE_LH_DEPART_SUCCESS", title: str = "Departed") -> TrackingEvent:
    """One row of a parcel's way."""
    return TrackingEvent(at=NOW - timedelta(days=days_ago), code=code, title=title, text="from the warehouse")


def a_parcel(number: str | None = "LX100000001CN", *events: TrackingEvent, **facts: Any) -> SeenParcel:
    """A parcel as a tracking page shows it."""
    defaults: dict[str, Any] = {
        "number": number,
        "original_number": None,
        "carrier": "J&T Express",
        "carrier_link": "https://jtexpress.example",
        "service": "AliExpress standard shipping",
        "delivered": False,
        "events": events,
        "items": (ParcelItem(product_id=BAG, sku_id="12000038500000091", count=1),),
    }
    return SeenParcel(**(defaults | facts))


def tracking(*parcels: SeenParcel) -> Tracking:
    """A tracking page."""
    return Tracking(order_id=NUMBER, parcels=parcels, reader=Reader.CALLS)


def an_ali_order(session: Session, **facts: Any) -> AliOrder:
    """An AliExpress order that was linked and not read yet."""
    ali = AliOrder(account="main", number=NUMBER, linked_at=NOW, **facts)
    session.add(ali)
    session.flush()
    return ali


def parcels_of(session: Session) -> list[tuple[str | None, bool]]:
    """The parcels by age: number, and whether the page has ceased to show it."""
    session.flush()
    return [(row.number, row.gone) for row in session.exec(select(Parcel).order_by(col(Parcel.id)))]


def items_of(session: Session) -> list[tuple[str, str | None, int]]:
    """The items of the order."""
    session.flush()
    found = session.exec(select(AliItem).order_by(col(AliItem.id)))
    return [(item.product_id, item.sku_id, item.quantity) for item in found]


def events_of(session: Session) -> list[tuple[str, dict[str, Any]]]:
    """What was written down."""
    session.flush()
    return [(event.what, event.data) for event in session.exec(select(Event).order_by(col(Event.id)))]
