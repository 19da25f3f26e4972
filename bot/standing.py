"""Gathers what the database knows of orders into facts, and keeps the tab column in step with them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from bot.facts import AliFacts, LineFacts, OrderFacts, ParcelFacts, PushMode, Said, Standing, Why
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
from bot.parcels import BoughtLine, Contents, Item, Shares, UnclearError, share
from bot.tabs import stand
from bot.telling import Plan, ReadyParcel, Told, is_number, plan

# The fulfilment service of ShopBase's own connector: its lines may wait for that app.
OLD_APP = "ali-dropship-connector"


@dataclass(slots=True)
class OrderRows:
    """All rows about one order, as loaded together."""

    order: Order
    lines: list[Line] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    purchases: list[tuple[Purchase, PurchaseOrder, AliOrder]] = field(default_factory=list)
    items: dict[int, list[AliItem]] = field(default_factory=dict)
    parcels: dict[int, list[Parcel]] = field(default_factory=dict)
    # Which fulfilment of this order a parcel was told with.
    told: dict[int, int] = field(default_factory=dict)
    # Lines of other store orders that share an AliExpress order with this one: they have their part in its parcels.
    sharing: dict[int, list[tuple[PurchaseOrder, Line]]] = field(default_factory=dict)

    @property
    def ali_orders(self) -> list[AliOrder]:
        """The distinct AliExpress orders that lines of this order were bought with."""
        return list({ali.id: ali for _, _, ali in self.purchases}.values())


def load(session: Session, order_ids: Sequence[int]) -> list[OrderRows]:
    """Load all rows of these orders with a fixed number of queries, in the order of `order_ids`."""
    orders = session.exec(select(Order).where(col(Order.id).in_(order_ids))).all()
    rows = {order.id: OrderRows(order) for order in orders}
    for line in session.exec(select(Line).where(col(Line.order_id).in_(order_ids)).order_by(col(Line.position))):
        rows[line.order_id].lines.append(line)
    for told in session.exec(select(Fulfillment).where(col(Fulfillment.order_id).in_(order_ids))):
        rows[told.order_id].fulfillments.append(told)
    query = (
        select(Fulfillment.order_id, FulfillmentParcel)
        .join(Fulfillment, col(Fulfillment.id) == FulfillmentParcel.fulfillment_id)
        .where(col(Fulfillment.order_id).in_(order_ids))
    )
    for order_id, tie in session.exec(query):
        rows[order_id].told[tie.parcel_id] = tie.fulfillment_id
    _load_purchases(session, rows)
    return [rows[order_id] for order_id in order_ids if order_id in rows]


def _load_purchases(session: Session, rows: dict[int | None, OrderRows]) -> None:
    query = (
        select(Line.order_id, Purchase, PurchaseOrder, AliOrder)
        .join(Purchase, col(Purchase.line_id) == Line.id)
        .join(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .join(AliOrder, col(AliOrder.id) == PurchaseOrder.ali_order_id)
        .where(col(Line.order_id).in_(rows), Purchase.state == PurchaseState.PLACED)
        .order_by(col(AliOrder.number))
    )
    users: dict[int, set[int]] = defaultdict(set)
    for order_id, purchase, join, ali in session.exec(query):
        rows[order_id].purchases.append((purchase, join, ali))
        users[join.ali_order_id].add(order_id)
    if not users:
        return
    for item in session.exec(select(AliItem).where(col(AliItem.ali_order_id).in_(users))):
        for order_id in users[item.ali_order_id]:
            rows[order_id].items.setdefault(item.ali_order_id, []).append(item)
    for parcel in session.exec(select(Parcel).where(col(Parcel.ali_order_id).in_(users)).order_by(col(Parcel.id))):
        for order_id in users[parcel.ali_order_id]:
            rows[order_id].parcels.setdefault(parcel.ali_order_id, []).append(parcel)
    _load_sharing(session, rows, users)


def _load_sharing(session: Session, rows: dict[int | None, OrderRows], users: Mapping[int, set[int]]) -> None:
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


@dataclass(frozen=True, slots=True)
class Reading:
    """An order's rows made sense of: what to tell ShopBase, and the trouble that stands in the way of a line."""

    plan: Plan
    troubles: Mapping[int, Said]
    ready: Mapping[int, tuple[str, ...]]
    further: Mapping[int, tuple[str, ...]]


def read(rows: OrderRows, carriers: Mapping[str, str]) -> Reading:
    """Work out what is to be told about an order, and which lines have a trouble of their own."""
    troubles: dict[int, Said] = {}
    parcels = _ready_parcels(rows, troubles)
    blocked = _blocked(rows, troubles)
    left = {_id(line): max(0, _wanted(line) - line.fulfilled_quantity) for line in rows.lines if line.ours}
    told = [
        Told(_id(each), each.number, each.state is FulfillmentState.SENT)
        for each in rows.fulfillments
        if each.state in (FulfillmentState.SENT, FulfillmentState.SENDING)
    ]
    planned = plan([each for each in parcels if each.number not in blocked], left, told, carriers)
    ready: dict[int, tuple[str, ...]] = {}
    for telling in planned.new:
        for line in telling.lines:
            ready[line] = (*ready.get(line, ()), telling.number)
    further: dict[int, tuple[str, ...]] = {}
    for number, lines in planned.further.items():
        for line in lines:
            further[line] = (*further.get(line, ()), number)
    return Reading(planned, troubles, ready, further)


def _ready_parcels(rows: OrderRows, troubles: dict[int, Said]) -> list[ReadyParcel]:
    own = {_id(line): line for line in rows.lines}
    ready: list[ReadyParcel] = []
    for ali in rows.ali_orders:
        ali_id = _id(ali)
        parcels = [parcel for parcel in rows.parcels.get(ali_id, []) if not parcel.gone]
        try:
            shares = _shares(rows, ali_id, parcels)
        except UnclearError:
            for _, line in rows.sharing.get(ali_id, []):
                if line.id in own:
                    troubles[_id(line)] = _unclear(ali, rows.order, line, rows.items.get(ali_id, []))
            continue
        for parcel in parcels:
            lines = {line: count for line, count in shares.get(_id(parcel), {}).items() if line in own}
            if parcel.number is None or not lines:
                continue
            if not is_number(parcel.number):
                for line_id in lines:
                    troubles[line_id] = Said(Why.ODD_NUMBER, {"number": parcel.number, "ali": ali.number})
                continue
            ready.append(
                ReadyParcel(
                    _id(parcel), parcel.number, parcel.carrier, parcel.service, lines, rows.told.get(_id(parcel))
                )
            )
    return ready


def _shares(rows: OrderRows, ali_id: int, parcels: list[Parcel]) -> Shares:
    if not any(parcel.number for parcel in parcels):
        return {}
    bought = [
        BoughtLine(_id(line), line.quantity, join.product_id, join.sku_id)
        for join, line in rows.sharing.get(ali_id, [])
    ]
    ordered = [Item(item.product_id, item.sku_id, item.quantity) for item in rows.items.get(ali_id, [])]
    contents = [
        Contents(_id(parcel), tuple(Item(i["product_id"], i["sku_id"], i["count"]) for i in parcel.items))
        for parcel in parcels
    ]
    return share(bought, ordered, contents)


def _unclear(ali: AliOrder, order: Order, line: Line, items: Iterable[AliItem]) -> Said:
    data = {"number": ali.number, "order": order.name, "line": line.position}
    return Said(Why.UNCLEAR_PARCEL, {**data, "items": [f"{item.product_id} {item.title}" for item in items]})


def _blocked(rows: OrderRows, troubles: dict[int, Said]) -> set[str | None]:
    """Numbers that ShopBase did not take; they stay with their reason until something changes."""
    blocked: set[str | None] = set()
    by_store_id = {line.store_line_id: line for line in rows.lines}
    for told in rows.fulfillments:
        if told.state not in (FulfillmentState.REFUSED, FulfillmentState.STUCK):
            continue
        blocked.add(told.number)
        code = Why.REFUSED if told.state is FulfillmentState.REFUSED else Why.STUCK
        for store_line_id in told.lines:
            if store_line_id in by_store_id:
                data = {"number": told.number or "", "carrier": told.carrier or "", "problem": told.problem or ""}
                troubles[_id(by_store_id[store_line_id])] = Said(code, data)
    return blocked


def facts_of(rows: OrderRows, reading: Reading, push: PushMode) -> OrderFacts:
    """The facts of an order that decide its tab."""
    order = rows.order
    return OrderFacts(
        name=order.name,
        shop=order.shop,
        financial_status=order.financial_status,
        cancelled=order.cancelled_at is not None,
        deleted=order.deleted_at is not None,
        chargeback=order.chargeback_status,
        risky=order.is_risk,
        waits_until=order.waits_until,
        push=push,
        lines=tuple(_line_facts(rows, line, reading) for line in rows.lines),
    )


def _line_facts(rows: OrderRows, line: Line, reading: Reading) -> LineFacts:
    line_id = _id(line)
    return LineFacts(
        position=line.position,
        quantity=line.quantity,
        refunded=line.refunded_quantity,
        fulfilled=line.fulfilled_quantity,
        ours=line.ours,
        removed=line.removed,
        old_app=line.service == OLD_APP or line.pending_quantity > 0,
        bought=tuple(_ali_facts(ali, rows) for purchase, _, ali in rows.purchases if purchase.line_id == line_id),
        ready=reading.ready.get(line_id, ()),
        further=reading.further.get(line_id, ()),
        trouble=reading.troubles.get(line_id),
    )


def _ali_facts(ali: AliOrder, rows: OrderRows) -> AliFacts:
    return AliFacts(
        number=ali.number,
        status=ali.status,
        refund_note=ali.refund_note,
        paid_on=ali.paid_on,
        pay_deadline=ali.pay_deadline,
        protected_until=ali.protected_until,
        missing=ali.missing_since is not None,
        trouble=ali.trouble,
        parcels=tuple(
            ParcelFacts(
                number=parcel.number,
                number_seen_at=parcel.number_seen_at,
                last_event_at=parcel.last_event_at,
                scans=parcel.scans,
                delivered=parcel.delivered,
                returned=parcel.returned,
            )
            for parcel in rows.parcels.get(_id(ali), [])
            if not parcel.gone
        ),
    )


def standing_of(rows: OrderRows, carriers: Mapping[str, str], push: PushMode, now: datetime) -> Standing:
    """Where an order stands at `now` (UTC), with its reason and warnings."""
    return stand(facts_of(rows, read(rows, carriers), push), now)


def restand(session: Session, order_ids: Iterable[int], now: datetime) -> None:
    """Bring the tab column of these orders in step, in the transaction that changed them."""
    session.flush()
    ids = sorted(set(order_ids))
    for rows in load(session, ids):
        # Neither the carriers' names nor the push mode move an order to another tab.
        tab = standing_of(rows, {}, PushMode.OFF, now).tab
        if rows.order.tab is not tab:
            rows.order.tab = tab
            session.add(rows.order)


def orders_of_ali(session: Session, ali_order_ids: Iterable[int]) -> set[int]:
    """The store orders with a line that was bought with one of these AliExpress orders."""
    query = (
        select(Line.order_id)
        .join(Purchase, col(Purchase.line_id) == Line.id)
        .join(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .where(col(PurchaseOrder.ali_order_id).in_(list(ali_order_ids)))
    )
    return set(session.exec(query))


def _wanted(line: Line) -> int:
    return 0 if line.removed else max(0, line.quantity - line.refunded_quantity)


def _id(row: Order | Line | AliOrder | Parcel | Fulfillment) -> int:
    assert row.id is not None
    return row.id
