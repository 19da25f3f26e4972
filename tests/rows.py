"""Rows for tests: a store order with lines, what it was bought with, and its parcels."""

import itertools
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from bot.facts import Tab
from bot.models import (
    AliItem,
    AliOrder,
    Fulfillment,
    FulfillmentParcel,
    FulfillmentState,
    Line,
    Order,
    Parcel,
    Purchase,
    PurchaseOrder,
    PurchaseState,
)
from flows.values import AliStatus

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
_ids = itertools.count(1_000_000_000_000_001)


def order(session: Session, lines: int = 1, quantity: int = 1, **facts: Any) -> tuple[Order, list[Line]]:
    """A paid order of shop "main" with so many lines; `facts` override columns of the order."""
    store_id = str(next(_ids))
    defaults: dict[str, Any] = {
        "shop": "main",
        "store_id": store_id,
        "name": f"#{store_id[-4:]}",
        "created_at": NOW,
        "financial_status": "paid",
        "currency": "USD",
        "total_minor": 2990,
        "tab": Tab.AWAITING_ORDER,
    }
    row = Order(**(defaults | facts))
    session.add(row)
    session.flush()
    assert row.id is not None
    items = [
        Line(
            order_id=row.id,
            store_line_id=str(next(_ids)),
            position=position,
            variant_id=f"9{position}",
            title=f"Thing {position}",
            quantity=quantity,
            price_minor=1495,
        )
        for position in range(1, lines + 1)
    ]
    session.add_all(items)
    session.flush()
    return row, items


def bought(
    session: Session, lines: list[Line], status: AliStatus | None = None, number: str | None = None, **facts: Any
) -> AliOrder:
    """An AliExpress order of account "main" that these lines were bought with, one item a line."""
    ali = AliOrder(account="main", number=number or str(next(_ids)), status=status, linked_at=NOW, **facts)
    session.add(ali)
    session.flush()
    assert ali.id is not None
    for line in lines:
        tie(session, line, ali)
        session.add(ali_item(line, ali))
    session.flush()
    return ali


def tie(session: Session, line: Line, ali: AliOrder, **facts: Any) -> Purchase:
    """Another line that was bought with that AliExpress order; `facts` are columns of the join."""
    assert line.id is not None
    assert ali.id is not None
    purchase = Purchase(line_id=line.id, state=PurchaseState.PLACED, created_at=NOW)
    session.add(purchase)
    session.flush()
    assert purchase.id is not None
    session.add(PurchaseOrder(purchase_id=purchase.id, ali_order_id=ali.id, **facts))
    session.flush()
    return purchase


def product_of(line: Line) -> str:
    """The AliExpress product that a line is bought as, told apart by its position."""
    return f"100500{line.position}"


def holding(line: Line, count: int = 1) -> dict[str, Any]:
    """One item of a parcel: so many of what the line is bought as."""
    return {"product_id": product_of(line), "sku_id": None, "count": count}


def fulfilment(
    session: Session,
    order: Order,
    number: str | None,
    lines: list[Line],
    *parcels: Parcel,
    state: FulfillmentState = FulfillmentState.SENT,
    **facts: Any,
) -> Fulfillment:
    """What ShopBase was told of all of these lines; their own fulfilled quantity is not touched."""
    assert order.id is not None
    told = {line.store_line_id: line.quantity for line in lines}
    facts = {"sent_at": NOW if state is FulfillmentState.SENT else None} | facts
    row = Fulfillment(order_id=order.id, number=number, carrier="4PX", state=state, lines=told, created_at=NOW, **facts)
    session.add(row)
    session.flush()
    assert row.id is not None
    for each in parcels:
        assert each.id is not None
        session.add(FulfillmentParcel(fulfillment_id=row.id, parcel_id=each.id))
    session.flush()
    return row


def parcel(session: Session, ali: AliOrder, number: str | None, **facts: Any) -> Parcel:
    """A parcel of that AliExpress order."""
    assert ali.id is not None
    row = Parcel(ali_order_id=ali.id, number=number, first_seen_at=NOW, number_seen_at=NOW, **facts)
    session.add(row)
    session.flush()
    return row


def ali_item(line: Line, ali: AliOrder) -> AliItem:
    """The item of that AliExpress order that the line is bought as."""
    assert ali.id is not None
    return AliItem(ali_order_id=ali.id, product_id=product_of(line), title="x", quantity=line.quantity)


def name_item(session: Session, line: Line, product_id: str) -> None:
    """A person says which item a line was bought as."""
    query = select(PurchaseOrder).join(Purchase, col(Purchase.id) == PurchaseOrder.purchase_id)
    for join in session.exec(query.where(Purchase.line_id == line.id)):
        join.product_id = product_id
        session.add(join)
    session.flush()
