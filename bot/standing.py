"""Gathers what the database knows of orders into facts, and keeps the tab column in step with them."""

from collections.abc import Iterable
from collections.abc import Mapping as ReadOnly
from datetime import datetime

from sqlmodel import Session, col, select

from bot.ali_pages import WWW, order_page
from bot.facts import AliFacts, LineFacts, OrderFacts, ParcelFacts, PurchaseFacts, PushMode, Standing
from bot.holds import WAITING
from bot.intake_changes import ADDRESS_CHANGED, WANTED_CHANGED, address_text, wanted
from bot.models import AliOrder, Line, Order, Purchase, PurchaseOrder, PurchaseState
from bot.order_rows import TOGETHER, OrderRows, id_of, load
from bot.shipping import Reading, read
from bot.tabs import stand

__all__ = ["OrderRows", "ali_of_orders", "facts_of", "load", "orders_of_ali", "read", "restand", "standing_of"]

# The fulfilment service of ShopBase's own connector: its lines may wait for that app.
OLD_APP = "ali-dropship-connector"


def facts_of(rows: OrderRows, reading: Reading, push: PushMode, buy_from: str = "", www: str = WWW) -> OrderFacts:
    """The facts of an order that decide its tab; `buy_from` is the first day whose orders the robot may buy.

    `www` is the AliExpress that links lead to.
    """
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
        before_dropferry=is_before(order, buy_from),
        push=push,
        address=address_text(order.address),
        lines=tuple(_line_facts(rows, line, reading, www) for line in rows.lines),
    )


def _line_facts(rows: OrderRows, line: Line, reading: Reading, www: str) -> LineFacts:
    line_id = id_of(line)
    placed = [(purchase, ali) for purchase, _, ali in rows.purchases if purchase.line_id == line_id]
    mappings = rows.mappings.get(line.variant_id or "", [])
    return LineFacts(
        position=line.position,
        quantity=line.quantity,
        refunded=line.refunded_quantity,
        fulfilled=line.fulfilled_quantity,
        ours=line.ours and not any(mapping.ignored for mapping in mappings),
        removed=line.removed,
        old_app=line.service == OLD_APP or line.pending_quantity > 0,
        mapped=bool(mappings),
        variant=line.variant_id or "",
        purchases=tuple(_purchase_facts(purchase) for purchase in rows.waiting.get(line_id, [])),
        bought=tuple(_ali_facts(ali, rows, _sent_to(rows, purchase), www) for purchase, ali in placed),
        ready=reading.ready.get(line_id, ()),
        further=reading.further.get(line_id, ()),
        trouble=reading.troubles.get(line_id),
        ordered_for=_ordered_for(rows, line, [purchase for purchase, _ in placed]),
    )


def _ordered_at(purchase: Purchase) -> datetime:
    return purchase.intent_at or purchase.placed_at or purchase.created_at


def _sent_to(rows: OrderRows, purchase: Purchase) -> str | None:
    """The buyer's address when this was ordered, where that is another one now."""
    since = [each for each in rows.changes if each.what == ADDRESS_CHANGED and each.at > _ordered_at(purchase)]
    before = str(since[0].data["before"]) if since else None
    return before if before != address_text(rows.order.address) else None


def _ordered_for(rows: OrderRows, line: Line, placed: list[Purchase]) -> int | None:
    """How many of a line were wanted when it was ordered, where that is another number now."""
    if not placed:
        return None
    ordered_at = max(map(_ordered_at, placed))
    since = [each for each in rows.changes if each.what == WANTED_CHANGED and each.at > ordered_at]
    before = next((int(each.data["before"]) for each in since if each.data["line"] == line.position), None)
    return before if before != wanted(line) else None


def _purchase_facts(purchase: Purchase) -> PurchaseFacts:
    pressed = purchase.intent_at is not None and purchase.state is not PurchaseState.NEW
    waits = purchase.hold is None or purchase.hold in WAITING
    return PurchaseFacts(pressed, purchase.hold, purchase.hold_data or {}, waits)


def _ali_facts(ali: AliOrder, rows: OrderRows, sent_to: str | None, www: str) -> AliFacts:
    return AliFacts(
        number=ali.number,
        status=ali.status,
        refund_note=ali.refund_note,
        paid_on=ali.paid_on or (ali.paid_seen_at.date() if ali.paid_seen_at else None),
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
            for parcel in rows.parcels.get(id_of(ali), [])
            if not parcel.gone
        ),
        sent_to=sent_to,
        link=order_page(ali.number, www),
    )


def is_before(order: Order, buy_from: str) -> bool:
    """Whether an order is older than the first day whose orders the robot may buy, and was not released by hand."""
    return not order.released and order.created_at.date().isoformat() < buy_from


def standing_of(
    rows: OrderRows, carriers: ReadOnly[str, str], push: PushMode, now: datetime, buy_from: str = ""
) -> Standing:
    """Where an order stands at `now` (UTC), with its reason and warnings."""
    return stand(facts_of(rows, read(rows, carriers), push, buy_from), now)


def restand(session: Session, order_ids: Iterable[int], now: datetime) -> None:
    """Bring the tab column of these orders in step, in the transaction that changed them.

    Orders that share an AliExpress order with one of them have their part in the same parcels, so they move too.
    """
    session.flush()
    for rows in load(session, sorted(_with_sharers(session, set(order_ids)))):
        # Neither the carriers' names nor the push mode move an order to another tab.
        tab = standing_of(rows, {}, PushMode.OFF, now).tab
        if rows.order.tab is not tab:
            rows.order.tab = tab
            session.add(rows.order)


def _with_sharers(session: Session, order_ids: set[int]) -> set[int]:
    ids = sorted(order_ids)
    found = set(ids)
    for start in range(0, len(ids), TOGETHER):
        found |= orders_of_ali(session, ali_of_orders(session, ids[start : start + TOGETHER]))
    return found


def ali_of_orders(session: Session, order_ids: Iterable[int]) -> set[int]:
    """The AliExpress orders (our ids) that lines of these store orders are bought with."""
    query = (
        select(PurchaseOrder.ali_order_id)
        .join(Purchase, col(Purchase.id) == PurchaseOrder.purchase_id)
        .join(Line, col(Line.id) == Purchase.line_id)
        .where(col(Line.order_id).in_(list(order_ids)), Purchase.state == PurchaseState.PLACED)
    )
    return set(session.exec(query))


def orders_of_ali(session: Session, ali_order_ids: Iterable[int]) -> set[int]:
    """The store orders with a line that was bought with one of these AliExpress orders."""
    query = (
        select(Line.order_id)
        .join(Purchase, col(Purchase.line_id) == Line.id)
        .join(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .where(col(PurchaseOrder.ali_order_id).in_(list(ali_order_ids)))
    )
    return set(session.exec(query))
