"""Loads all that the database knows of some orders, together."""

from collections import defaultdict
from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, case, col, select

from bot.intake_changes import ADDRESS_CHANGED, WANTED_CHANGED
from bot.models import (
    AliItem,
    AliOrder,
    Event,
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
from bot.models_buying import Mapping

WAITING_STATES = (PurchaseState.NEW, PurchaseState.HELD, PurchaseState.INTENT)
# Databases take only so many values in one query.
TOGETHER = 500


@dataclass(slots=True)
class OrderRows:
    """All rows about one order, as loaded together."""

    order: Order
    lines: list[Line] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    purchases: list[tuple[Purchase, PurchaseOrder, AliOrder]] = field(default_factory=list)
    # What was bought before and came to nothing, so that it was bought anew.
    earlier: list[tuple[Purchase, AliOrder]] = field(default_factory=list)
    items: dict[int, list[AliItem]] = field(default_factory=dict)
    parcels: dict[int, list[Parcel]] = field(default_factory=dict)
    # Which fulfilment of this order a parcel was told with.
    told: dict[int, int] = field(default_factory=dict)
    # Purchases without a number yet, by line.
    waiting: dict[int, list[Purchase]] = field(default_factory=dict)
    # What the shop's variants are bought as.
    mappings: dict[str, list[Mapping]] = field(default_factory=dict)
    # Lines of other store orders that share an AliExpress order with this one: they have their part in its parcels.
    sharing: dict[int, list[tuple[PurchaseOrder, Line]]] = field(default_factory=dict)
    # What the store has changed since something was ordered may be: address and quantities, oldest first.
    changes: list[Event] = field(default_factory=list)

    @property
    def ali_orders(self) -> list[AliOrder]:
        """The distinct AliExpress orders that lines of this order were bought with."""
        return list({ali.id: ali for _, _, ali in self.purchases}.values())


def load(session: Session, order_ids: Sequence[int]) -> list[OrderRows]:
    """Load all rows of these orders with a fixed number of queries for each 500, in the order of `order_ids`."""
    parts = (order_ids[start : start + TOGETHER] for start in range(0, len(order_ids), TOGETHER))
    return [rows for part in parts for rows in _load_part(session, part)]


def _load_part(session: Session, order_ids: Sequence[int]) -> list[OrderRows]:
    orders = session.exec(select(Order).where(col(Order.id).in_(order_ids))).all()
    rows = {order.id: OrderRows(order) for order in orders}
    for line in session.exec(select(Line).where(col(Line.order_id).in_(order_ids)).order_by(col(Line.position))):
        rows[line.order_id].lines.append(line)
    told_of = select(Fulfillment).where(col(Fulfillment.order_id).in_(order_ids)).order_by(col(Fulfillment.id))
    for told in session.exec(told_of):
        rows[told.order_id].fulfillments.append(told)
    query = (
        select(Fulfillment.order_id, FulfillmentParcel)
        .join(Fulfillment, col(Fulfillment.id) == FulfillmentParcel.fulfillment_id)
        .where(col(Fulfillment.order_id).in_(order_ids))
        # A parcel may have been told more than once; the latest that went well counts.
        .order_by(case((col(Fulfillment.state) == FulfillmentState.SENT, 1), else_=0), col(Fulfillment.id))
    )
    for order_id, tie in session.exec(query):
        rows[order_id].told[tie.parcel_id] = tie.fulfillment_id
    _load_purchases(session, rows)
    _load_waiting(session, rows)
    _load_mappings(session, rows)
    changes = select(Event).where(
        col(Event.order_id).in_(order_ids), col(Event.what).in_([ADDRESS_CHANGED, WANTED_CHANGED])
    )
    for event in session.exec(changes.order_by(col(Event.at), col(Event.id))):
        rows[event.order_id].changes.append(event)
    return [rows[order_id] for order_id in order_ids if order_id in rows]


def _load_purchases(session: Session, rows: dict[int | None, OrderRows]) -> None:
    query = (
        select(Line.order_id, Purchase, PurchaseOrder, AliOrder)
        .join(Purchase, col(Purchase.line_id) == Line.id)
        .join(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .join(AliOrder, col(AliOrder.id) == PurchaseOrder.ali_order_id)
        .where(col(Line.order_id).in_(rows), col(Purchase.state).in_([PurchaseState.PLACED, PurchaseState.CLOSED]))
        .order_by(col(AliOrder.number))
    )
    users: dict[int, set[int]] = defaultdict(set)
    for order_id, purchase, join, ali in session.exec(query):
        if purchase.state is PurchaseState.CLOSED:
            rows[order_id].earlier.append((purchase, ali))
            continue
        rows[order_id].purchases.append((purchase, join, ali))
        users[join.ali_order_id].add(order_id)
    if not users:
        return
    items = select(AliItem).where(col(AliItem.ali_order_id).in_(users)).order_by(col(AliItem.id))
    for item in session.exec(items):
        for order_id in users[item.ali_order_id]:
            rows[order_id].items.setdefault(item.ali_order_id, []).append(item)
    for parcel in session.exec(select(Parcel).where(col(Parcel.ali_order_id).in_(users)).order_by(col(Parcel.id))):
        for order_id in users[parcel.ali_order_id]:
            rows[order_id].parcels.setdefault(parcel.ali_order_id, []).append(parcel)
    _load_sharing(session, rows, users)


def _load_waiting(session: Session, rows: dict[int | None, OrderRows]) -> None:
    query = (
        select(Line.order_id, Purchase)
        .join(Purchase, col(Purchase.line_id) == Line.id)
        .where(col(Line.order_id).in_(rows), col(Purchase.state).in_(WAITING_STATES))
        .order_by(col(Purchase.item))
    )
    for order_id, purchase in session.exec(query):
        rows[order_id].waiting.setdefault(purchase.line_id, []).append(purchase)


def _load_mappings(session: Session, rows: dict[int | None, OrderRows]) -> None:
    variants = {line.variant_id for each in rows.values() for line in each.lines if line.variant_id}
    shops = {each.order.shop for each in rows.values()}
    query = select(Mapping).where(col(Mapping.shop).in_(shops), col(Mapping.variant_id).in_(variants))
    for mapping in session.exec(query.order_by(col(Mapping.position))):
        for each in rows.values():
            if each.order.shop == mapping.shop:
                each.mappings.setdefault(mapping.variant_id, []).append(mapping)


def _load_sharing(session: Session, rows: dict[int | None, OrderRows], users: ReadOnly[int, set[int]]) -> None:
    query = (
        select(PurchaseOrder, Line)
        .join(Purchase, col(Purchase.id) == PurchaseOrder.purchase_id)
        .join(Line, col(Line.id) == Purchase.line_id)
        .where(col(PurchaseOrder.ali_order_id).in_(users), Purchase.state == PurchaseState.PLACED)
        .order_by(col(Line.id))
    )
    for join, line in session.exec(query):
        for order_id in users[join.ali_order_id]:
            rows[order_id].sharing.setdefault(join.ali_order_id, []).append((join, line))


def id_of(row: Order | Line | AliOrder | Parcel | Fulfillment) -> int:
    """The id of a row that is in the database."""
    assert row.id is not None
    return row.id
