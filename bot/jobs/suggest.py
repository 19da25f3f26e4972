"""Looks on AliExpress for orders that a person placed, and matches them with open lines."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import BrowserContext
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from bot.ali_intake import OVER
from bot.config import Config
from bot.db import Database
from bot.facts import Tab
from bot.linking import link
from bot.models import AliItem, AliOrder, Line, Order, Purchase, PurchaseOrder, PurchaseState
from bot.standing import load
from bot.suggesting import DAY_SLACK, OpenLine, OpenOrder, Suggestion, suggest
from flows.check_orders import read_details, read_list
from flows.page import block_heavy
from flows.values import ListedOrder, OrderDetail, Site

DETAILS_AT_MOST = 200
BACK_AT_MOST = timedelta(days=60)


def find_suggestions(
    database: Database,
    context: BrowserContext,
    site: Site,
    config: Config,
    *,
    account: str,
    clock: Callable[[], datetime],
    tabs: int = 4,
) -> list[Suggestion]:
    """Read the account's list back to the oldest open order, and the pages of those that may fit.

    Raises PersonNeeded, TryLater or PageChanged. Writes nothing.
    """
    with database.read() as session:
        orders = open_orders(session, config, account)
        owned = set(session.exec(select(AliOrder.number).where(AliOrder.account == account, _is_owned())))
    if not orders:
        return []
    since = max(min(order.ordered_on for order in orders) - DAY_SLACK, (clock() - BACK_AT_MOST).date())
    quantities = {line.quantity for order in orders for line in order.lines}
    numbers: list[str] = []
    page = context.new_page()
    try:
        block_heavy(page)
        for listed in read_list(page, site):
            numbers += [each.order_id for each in listed.orders if _may_fit(each, owned, quantities)]
            dates = [each.ordered_on for each in listed.orders if each.ordered_on is not None]
            if (dates and max(dates) < since) or len(numbers) >= DETAILS_AT_MOST:
                break
    finally:
        page.close()
    read = read_details(context, site, numbers[:DETAILS_AT_MOST], tabs)
    return suggest(orders, [detail for _, detail in read if isinstance(detail, OrderDetail)])


def open_orders(session: Session, config: Config, account: str) -> list[OpenOrder]:
    """Orders of the account's shops with lines that nothing is known to be bought for."""
    shops = [name for name, shop in config.shops.items() if shop.account == account]
    query = select(Order.id).where(Order.tab == Tab.AWAITING_ORDER, col(Order.shop).in_(shops))
    products = _products_by_variant(session)
    found: list[OpenOrder] = []
    for rows in load(session, [each for each in session.exec(query) if each is not None]):
        bought = {purchase.line_id for purchase, _, _ in rows.purchases}
        lines = [line for line in rows.lines if line.ours and not line.removed and line.id not in bought]
        open_lines = tuple(
            OpenLine(line.id or 0, rows.order.name, line.position, line.title, line.quantity, _known(line, products))
            for line in lines
            if line.quantity - line.refunded_quantity > line.fulfilled_quantity
        )
        if open_lines and rows.order.address is not None:
            found.append(_open_order(rows.order, rows.order.address, open_lines))
    return found


def accept(session: Session, suggestions: list[Suggestion], account: str, now: datetime) -> int:
    """Link all sure suggestions; returns how many lines were tied."""
    tied = 0
    for each in suggestions:
        if each.sure is not None:
            line = session.get_one(Line, each.line.line)
            order = session.get_one(Order, line.order_id)
            tied += len(link(session, order, [line], number=each.sure, account=account, now=now).tied)
    return tied


def _open_order(order: Order, address: dict[str, str], lines: tuple[OpenLine, ...]) -> OpenOrder:
    assert order.id is not None
    full = address.get("name") or f"{address.get('first_name', '')} {address.get('last_name', '')}"
    return OpenOrder(
        order_id=order.id,
        name=order.name,
        ordered_on=(order.paid_at or order.created_at).astimezone(UTC).date(),
        recipient=full.strip(),
        phone=address.get("phone") or order.phone or "",
        country=address.get("country_code") or "",
        post_code=address.get("zip") or "",
        lines=lines,
    )


def _may_fit(listed: ListedOrder, owned: set[str], quantities: set[int]) -> bool:
    if listed.order_id in owned or listed.status in OVER:
        return False
    return not listed.lines or any(line.quantity in quantities for line in listed.lines)


def _is_owned() -> ColumnElement[bool]:
    return col(AliOrder.id).in_(
        select(PurchaseOrder.ali_order_id)
        .join(Purchase, col(Purchase.id) == PurchaseOrder.purchase_id)
        .where(Purchase.state == PurchaseState.PLACED)
    )


def _known(line: Line, products: dict[str, frozenset[str]]) -> frozenset[str]:
    return products.get(line.variant_id or "", frozenset())


def _products_by_variant(session: Session) -> dict[str, frozenset[str]]:
    """What each variant was bought as before, told only by AliExpress orders that hold one item."""
    query = (
        select(Line.variant_id, AliItem.ali_order_id, AliItem.product_id)
        .join(Purchase, col(Purchase.line_id) == Line.id)
        .join(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .join(AliItem, col(AliItem.ali_order_id) == PurchaseOrder.ali_order_id)
        .where(Purchase.state == PurchaseState.PLACED, col(Line.variant_id).is_not(None))
    )
    items: dict[int, set[tuple[str | None, str]]] = defaultdict(set)
    for variant_id, ali_order_id, product_id in session.exec(query):
        items[ali_order_id].add((variant_id, product_id))
    products: dict[str, set[str]] = defaultdict(set)
    for pairs in items.values():
        if len(pairs) == 1:
            ((variant_id, product_id),) = pairs
            products[variant_id or ""].add(product_id)
    return {variant: frozenset(found) for variant, found in products.items()}
