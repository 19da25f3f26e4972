"""Ties order lines to AliExpress orders that a person placed, and takes such a tie back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from bot.ali_intake import OVER
from bot.errors import DropferryError
from bot.models import AliOrder, Event, Line, Order, Purchase, PurchaseOrder, PurchaseState
from bot.standing import restand

ORDER_NUMBER = re.compile(r"\d{10,20}")


class LinkError(DropferryError):
    """The lines cannot be tied like that; nothing was changed."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Item:
    """The AliExpress item that a line was bought as: a product, and its SKU where that matters."""

    product_id: str
    sku_id: str | None = None

    @classmethod
    def parse(cls, typed: str) -> "Item":
        """Read PRODUCT-ID or PRODUCT-ID:SKU-ID; LinkError says how it is written."""
        found = re.fullmatch(r"(\d{5,20})(?::(\d{5,20}))?", typed.strip())
        if found is None:
            raise LinkError(f'"{typed}" is no AliExpress item', "write PRODUCT-ID, or PRODUCT-ID:SKU-ID, digits only")
        return cls(found[1], found[2])


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link did: the lines now tied, those that were already, and other orders on the same number."""

    tied: tuple[Line, ...]
    already: tuple[Line, ...]
    also: tuple[str, ...]


def link(
    session: Session,
    order: Order,
    lines: Sequence[Line],
    *,
    number: str,
    account: str,
    now: datetime,
    item: Item | None = None,
    replace: bool = False,
    who: str = "person",
) -> Linked:
    """Tie `lines` of `order` to AliExpress order `number` of `account`.

    A line whose earlier AliExpress order is over gets the new one; one whose order still stands is refused with
    LinkError unless `replace`. Linking twice changes nothing.
    """
    number = re.sub(r"\s", "", number)
    if ORDER_NUMBER.fullmatch(number) is None:
        raise LinkError(f'"{number}" is no AliExpress order number', "it has 15 to 17 digits; copy it from My Orders")
    ali = _ali_order(session, account, number, now)
    tied: list[Line] = []
    already: list[Line] = []
    for line in lines:
        standing = _open_purchase(session, line)
        if standing is not None and any(each.id == ali.id for _, each in standing[1]):
            already.append(line)
            _name_item(session, standing[1], ali, item)
            continue
        if standing is not None:
            _end(session, order, line, *standing, replace=replace)
        _tie(session, line, ali, item, now)
        tied.append(line)
    data = {"lines": [line.position for line in tied], "item": item.product_id if item else None}
    session.add(Event(at=now, who=who, what="linked", order_id=order.id, ali_number=number, data=data))
    # What is known of the number so far may not cover the new line: its pages are read again.
    ali.list_entry, ali.finished_at = None, None
    assert order.id is not None
    restand(session, [order.id], now)
    return Linked(tuple(tied), tuple(already), _also_on(session, ali, order))


def unlink(session: Session, order: Order, lines: Sequence[Line], now: datetime) -> list[Line]:
    """Take back the tie of `lines`; returns those that had one."""
    freed: list[Line] = []
    for line in lines:
        standing = _open_purchase(session, line)
        if standing is None:
            continue
        purchase, bought = standing
        purchase.state = PurchaseState.CANCELLED
        session.add(purchase)
        freed.append(line)
        for _, ali in bought:
            data = {"line": line.position}
            event = Event(at=now, who="person", what="unlinked", order_id=order.id, ali_number=ali.number, data=data)
            session.add(event)
    assert order.id is not None
    restand(session, [order.id], now)
    return freed


def _ali_order(session: Session, account: str, number: str, now: datetime) -> AliOrder:
    query = select(AliOrder).where(AliOrder.account == account, AliOrder.number == number)
    ali = session.exec(query).one_or_none() or AliOrder(account=account, number=number, linked_at=now)
    session.add(ali)
    session.flush()
    return ali


def _open_purchase(session: Session, line: Line) -> tuple[Purchase, list[tuple[PurchaseOrder, AliOrder]]] | None:
    query = select(Purchase).where(Purchase.line_id == line.id, Purchase.state == PurchaseState.PLACED)
    purchase = session.exec(query).one_or_none()
    if purchase is None:
        return None
    joined = (
        select(PurchaseOrder, AliOrder)
        .join(AliOrder, col(AliOrder.id) == PurchaseOrder.ali_order_id)
        .where(PurchaseOrder.purchase_id == purchase.id)
    )
    return purchase, list(session.exec(joined))


def _end(
    session: Session,
    order: Order,
    line: Line,
    purchase: Purchase,
    bought: list[tuple[PurchaseOrder, AliOrder]],
    *,
    replace: bool,
) -> None:
    over = all(ali.status in OVER for _, ali in bought)
    if not over and not replace and not any(ali.missing_since for _, ali in bought):
        numbers = ", ".join(ali.number for _, ali in bought)
        raise LinkError(
            f"line {line.position} of order {order.name} is already tied to AliExpress order {numbers}, which stands",
            "if that was wrong, add --replace",
        )
    purchase.state = PurchaseState.CLOSED if over else PurchaseState.CANCELLED
    session.add(purchase)
    session.flush()


def _tie(session: Session, line: Line, ali: AliOrder, item: Item | None, now: datetime) -> None:
    assert line.id is not None
    purchase = Purchase(line_id=line.id, state=PurchaseState.PLACED, created_at=now)
    session.add(purchase)
    session.flush()
    assert purchase.id is not None
    assert ali.id is not None
    product_id, sku_id = (item.product_id, item.sku_id) if item else (None, None)
    join = PurchaseOrder(purchase_id=purchase.id, ali_order_id=ali.id, product_id=product_id, sku_id=sku_id)
    session.add(join)
    session.flush()


def _name_item(
    session: Session, bought: list[tuple[PurchaseOrder, AliOrder]], ali: AliOrder, item: Item | None
) -> None:
    for join, each in bought:
        if each.id == ali.id and item is not None:
            join.product_id, join.sku_id = item.product_id, item.sku_id
            session.add(join)


def _also_on(session: Session, ali: AliOrder, order: Order) -> tuple[str, ...]:
    query = (
        select(Order.name, Line.position)
        .join(Line, col(Line.order_id) == Order.id)
        .join(Purchase, col(Purchase.line_id) == Line.id)
        .join(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .where(PurchaseOrder.ali_order_id == ali.id, Purchase.state == PurchaseState.PLACED, Order.id != order.id)
    )
    return tuple(f"{name}/{position}" for name, position in session.exec(query))
