"""Looks on AliExpress for orders that a person placed, and matches them with open lines."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from playwright.sync_api import BrowserContext
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from bot.ali_intake import OVER
from bot.config import Config
from bot.db import Database
from bot.facts import Tab
from bot.linking import link
from bot.models import AliItem, AliOrder, Line, Order, Purchase, PurchaseOrder, PurchaseState
from bot.planning import mappings_for
from bot.standing import OrderRows, load
from bot.suggesting import DAY_SLACK, OpenLine, OpenOrder, Suggestion, suggest
from flows.check_orders import read_details, read_list
from flows.page import block_heavy
from flows.tab import OnTrouble, close_tab
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
    on_trouble: OnTrouble | None = None,
) -> list[Suggestion]:
    """Read the account's list back to the oldest open order, and the pages of those that may fit.

    What could not be looked at (a page that cannot be read, orders further back than the walk went) may be a second
    answer, so what it would fit is never sure. Raises PersonNeeded, TryLater or PageChanged. Writes nothing.
    """
    with database.read() as session:
        orders = open_orders(session, config, account)
        owned = set(session.exec(select(AliOrder.number).where(AliOrder.account == account, _is_owned())))
    if not orders:
        return []
    since = max(min(order.ordered_on for order in orders) - DAY_SLACK, (clock() - BACK_AT_MOST).date())
    quantities = {count for order in orders for line in order.lines for count in line.quantities}
    cards, read_to = _walk(context, site, since, lambda card: _may_fit(card, owned, quantities))
    read = dict(read_details(context, site, cards, tabs, on_trouble))
    found = suggest(orders, [detail for detail in read.values() if isinstance(detail, OrderDetail)])
    unread = [cards[number] for number, outcome in read.items() if not isinstance(outcome, OrderDetail)]
    days = {line.line: order.ordered_on for order in orders for line in order.lines}
    return [_unless_unseen(each, days[each.line.line], unread, read_to) for each in found]


def _walk(
    context: BrowserContext, site: Site, since: date, fits: Callable[[ListedOrder], bool]
) -> tuple[dict[str, ListedOrder], date]:
    """The cards that may fit, newest first, and down to which day all of them are among these."""
    cards: dict[str, ListedOrder] = {}
    everything = since
    page = context.new_page()
    try:
        block_heavy(page)
        with closing(read_list(page, site)) as pages:
            for listed in pages:
                if listed.unread:
                    # A card that cannot be believed may be anybody's order, so nothing is sure.
                    everything = date.max
                dates = [each.ordered_on for each in listed.orders if each.ordered_on is not None]
                fitting = {each.order_id: each for each in listed.orders if fits(each)}
                if len(cards) + len(fitting) > DETAILS_AT_MOST:
                    # This page is left out as a whole, so only what is newer than its newest order was looked at.
                    return cards, max(everything, max(dates, default=date.max - timedelta(days=1)) + timedelta(days=1))
                cards |= fitting
                if dates and max(dates) < since:
                    break
    finally:
        close_tab(page)
    return cards, everything


def _unless_unseen(each: Suggestion, ordered_on: date, unread: list[ListedOrder], read_to: date) -> Suggestion:
    """The suggestion, not sure if another order that nobody looked at may fit as well."""
    since = ordered_on - DAY_SLACK
    rivals = [card.order_id for card in unread if _may_hold(card, each.line.quantities, since)]
    if not rivals and read_to <= since:
        return each
    return replace(each, sure=None, candidates=tuple(dict.fromkeys([*each.candidates, *rivals])))


def _may_hold(card: ListedOrder, quantities: frozenset[int], since: date) -> bool:
    if card.ordered_on is not None and card.ordered_on < since:
        return False
    return _shows_less(card) or any(line.quantity in quantities for line in card.lines)


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
            _open_line(rows, line, products)
            for line in lines
            if line.quantity - line.refunded_quantity > line.fulfilled_quantity
            # What is ignored does not come from AliExpress at all.
            and not any(mapping.ignored for mapping in mappings_for(rows, line))
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
    return _shows_less(listed) or any(line.quantity in quantities for line in listed.lines)


def _shows_less(card: ListedOrder) -> bool:
    """Whether the order may hold more lines than its card tells."""
    return not card.lines or (card.line_count or 0) > len(card.lines)


def _is_owned() -> ColumnElement[bool]:
    return col(AliOrder.id).in_(
        select(PurchaseOrder.ali_order_id)
        .join(Purchase, col(Purchase.id) == PurchaseOrder.purchase_id)
        .where(Purchase.state == PurchaseState.PLACED)
    )


def _open_line(rows: OrderRows, line: Line, products: dict[str, frozenset[str]]) -> OpenLine:
    known = products.get(line.variant_id or "", frozenset())
    mapped = tuple((each.product_id, each.units) for each in mappings_for(rows, line) if each.product_id is not None)
    return OpenLine(line.id or 0, rows.order.name, line.position, line.title, line.quantity, known, mapped)


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
