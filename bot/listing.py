"""Looks orders up for a person: by tab or by words, newest first, each with its reason and its parcels."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, and_, col, or_, select

from bot.config import Config
from bot.facts import PushMode, Said, Standing, Tab
from bot.models import AliOrder, Event, Fulfillment, Line, Order, Parcel, Purchase, PurchaseOrder, PurchaseState
from bot.money import decimal_text
from bot.order_rows import OrderRows, id_of, load
from bot.push_mode import push_mode
from bot.shipping import Reading, read
from bot.standing import facts_of
from bot.tabs import stand
from bot.wording import sentence, when
from bot.wording_events import event_line


@dataclass(frozen=True, slots=True)
class Listed:
    """One order as a person sees it."""

    rows: OrderRows
    reading: Reading
    standing: Standing

    def parcels_of(self, line: Line) -> list[Parcel]:
        """The parcels that hold some of a line, or may do so where the pages do not tell."""
        found: list[Parcel] = []
        for purchase, _, ali in self.rows.purchases:
            if purchase.line_id == line.id:
                shares = self.reading.apart.get(id_of(ali))
                parcels = [parcel for parcel in self.rows.parcels.get(id_of(ali), []) if not parcel.gone]
                found += [each for each in parcels if shares is None or line.id in shares.get(id_of(each), {})]
        return found

    @property
    def why(self) -> str | None:
        """Why it is not further, in a sentence; None when it is done."""
        return sentence(self.standing.why) if self.standing.why is not None else None

    @property
    def warnings(self) -> list[str]:
        """What is worth a look, in sentences."""
        return [sentence(said) for said in self.standing.warnings]


def count_tabs(session: Session, shop: str | None = None) -> dict[Tab, int]:
    """How many orders stand in each tab."""
    query = select(Order.tab, func.count()).group_by(col(Order.tab))
    if shop is not None:
        query = query.where(Order.shop == shop)
    counts = dict(session.exec(query).all())
    return {tab: counts.get(tab, 0) for tab in Tab}


def count_at_stake(session: Session, config: Config, now: datetime, shop: str | None = None) -> int:
    """How many called-off orders still have something on AliExpress that costs money, or may have."""
    stands = and_(Purchase.state == PurchaseState.PLACED, col(AliOrder.finished_at).is_(None))
    query = (
        select(Line.order_id)
        .join(Order, col(Order.id) == Line.order_id)
        .join(Purchase, col(Purchase.line_id) == Line.id)
        .outerjoin(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .outerjoin(AliOrder, col(AliOrder.id) == PurchaseOrder.ali_order_id)
        .where(Order.tab == Tab.CANCELED, or_(stands, col(Purchase.state) == PurchaseState.INTENT))
        .distinct()
    )
    if shop is not None:
        query = query.where(Order.shop == shop)
    return sum(bool(each.standing.warnings) for each in describe(session, config, sorted(session.exec(query)), now))


def list_orders(
    session: Session,
    config: Config,
    now: datetime,
    *,
    tab: Tab | None = None,
    search: str | None = None,
    shop: str | None = None,
    limit: int = 50,
) -> list[Listed]:
    """The newest orders of a tab (None: of all) that hold the searched words anywhere a person would look."""
    query = select(Order.id).order_by(col(Order.created_at).desc(), col(Order.id).desc()).limit(limit)
    if tab is not None:
        query = query.where(Order.tab == tab)
    if shop is not None:
        query = query.where(Order.shop == shop)
    if search:
        query = query.where(_holds(search.strip()))
    return describe(session, config, [each for each in session.exec(query) if each is not None], now)


def describe(session: Session, config: Config, order_ids: Sequence[int], now: datetime) -> list[Listed]:
    """These orders with their standing, in the order given."""
    modes = {name: push_mode(session, config, name) for name in config.shops}
    listed = []
    for rows in load(session, order_ids):
        # A shop that was taken out of the configuration has its orders still.
        mode = modes.get(rows.order.shop, PushMode.OFF)
        settings = config.shops.get(rows.order.shop)
        buy_from = settings.buy_from if settings is not None else ""
        reading = read(rows, config.push.carriers)
        listed.append(Listed(rows, reading, stand(facts_of(rows, reading, mode, buy_from, config.site.www), now)))
    return listed


def _holds(words: str) -> Any:
    patterns = ["%" + re.sub("([%_!])", r"!\1", each) + "%" for each in _spellings(words)]

    def has(column: Any) -> Any:
        return or_(*(column.ilike(pattern, escape="!") for pattern in patterns))

    lines = select(Line.order_id).where(or_(has(col(Line.title)), has(col(Line.sku)), has(col(Line.variant_title))))
    numbers = (
        select(Line.order_id)
        .join(Purchase, col(Purchase.line_id) == Line.id)
        .join(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .join(AliOrder, col(AliOrder.id) == PurchaseOrder.ali_order_id)
        .outerjoin(Parcel, col(Parcel.ali_order_id) == AliOrder.id)
        .where(or_(has(col(AliOrder.number)), has(col(Parcel.number)), has(col(Parcel.original_number))))
    )
    told = select(Fulfillment.order_id).where(has(col(Fulfillment.number)))
    recipient = col(Order.address)["name"].as_string()
    return or_(
        has(col(Order.name)),
        has(col(Order.email)),
        has(recipient),
        Order.store_id == words,
        col(Order.id).in_(lines),
        col(Order.id).in_(numbers),
        col(Order.id).in_(told),
    )


def _spellings(words: str) -> list[str]:
    """The words as they may be stored: SQLite folds A to Z alone, and one accented letter may be written as two."""
    if words.isascii():
        return [words]
    cases = (words, words.lower(), words.upper(), words.title())
    return list(dict.fromkeys(unicodedata.normalize(form, each) for form in ("NFC", "NFD") for each in cases))


def as_json(listed: Listed) -> dict[str, Any]:
    """One order as plain data: amounts as decimal text beside minor units, times as ISO in UTC."""
    order = listed.rows.order
    return {
        "shop": order.shop,
        "name": order.name,
        "tab": listed.standing.tab.value,
        "why": listed.why,
        "reason": _code(listed.standing.why),
        "warnings": listed.warnings,
        "total": decimal_text(order.total_minor, order.currency),
        "total_minor": order.total_minor,
        "currency": order.currency,
        "created_at": order.created_at.isoformat(),
        "store_id": order.store_id,
        "financial_status": order.financial_status,
        "lines": [_line_json(listed, line) for line in listed.rows.lines if line.ours],
        "fulfilments": [_fulfilment_json(told) for told in listed.rows.fulfillments],
    }


def _code(said: Said | None) -> str | None:
    return said.code.value if said is not None else None


def _line_json(listed: Listed, line: Line) -> dict[str, Any]:
    bought = [ali for purchase, _, ali in listed.rows.purchases if purchase.line_id == line.id]
    return {
        "line": line.position,
        "title": line.title,
        "variant": line.variant_title,
        "sku": line.sku,
        "quantity": line.quantity,
        "refunded": line.refunded_quantity,
        "fulfilled": line.fulfilled_quantity,
        "ali_order_id": bought[0].number if bought else None,
        "ali_order_ids": [ali.number for ali in bought],
        "earlier_ali_order_ids": [ali.number for each, ali in listed.rows.earlier if each.line_id == line.id],
        "status": bought[0].status.value if bought and bought[0].status else None,
        "removed": line.removed,
        "parcels": [_parcel_json(parcel) for parcel in listed.parcels_of(line)],
    }


def _parcel_json(parcel: Parcel) -> dict[str, Any]:
    return {
        "number": parcel.number,
        "original_number": parcel.original_number,
        "carrier": parcel.carrier,
        "service": parcel.service,
        "delivered": parcel.delivered,
        "returned": parcel.returned,
        "last_event": parcel.last_event_text,
        "last_event_at": parcel.last_event_at.isoformat() if parcel.last_event_at else None,
        "items": parcel.items,
    }


def _fulfilment_json(told: Fulfillment) -> dict[str, Any]:
    return {
        "id": told.store_fulfillment_id,
        "state": told.state.value,
        "number": told.number,
        "carrier": told.carrier,
        "link": told.link,
        "mailed": told.mailed,
        "problem": told.problem,
    }


def events_of(session: Session, listed: Listed) -> list[dict[str, Any]]:
    """What happened to an order and to what it was bought with, oldest first, in words and as data."""
    numbers = [*(ali.number for ali in listed.rows.ali_orders), *(ali.number for _, ali in listed.rows.earlier)]
    # What a person did about another order with the same AliExpress number belongs there.
    of_ali = and_(col(Event.order_id).is_(None), col(Event.ali_number).in_(numbers))
    query = (
        select(Event).where(or_(Event.order_id == listed.rows.order.id, of_ali)).order_by(col(Event.at), col(Event.id))
    )
    return [
        {
            "at": event.at.isoformat(),
            "when": when(event.at),
            "who": event.who,
            "what": event.what,
            "ali_order_id": event.ali_number,
            "data": event.data,
            "line": event_line(event),
        }
        for event in session.exec(query)
    ]
