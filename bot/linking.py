"""Ties order lines to AliExpress orders that a person placed, and takes such a tie back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from bot.ali_intake import OVER
from bot.errors import DropferryError
from bot.language import _
from bot.models import AliOrder, Event, Line, Order, Purchase, PurchaseOrder, PurchaseState
from bot.standing import orders_of_ali, restand

ORDER_NUMBER = re.compile(r"[0-9]{10,20}")


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
        found = re.fullmatch(r"([0-9]{5,20})(?::([0-9]{5,20}))?", typed.strip())
        if found is None:
            raise LinkError(
                _('"{typed}" is no AliExpress item').format(typed=typed),
                _("write PRODUCT-ID, or PRODUCT-ID:SKU-ID, digits only"),
            )
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
        raise LinkError(
            _('"{number}" is no AliExpress order number').format(number=number),
            _("it has 15 to 17 digits; copy it from My Orders"),
        )
    for line in lines:
        _give_up_waiting(session, order, line)
    bought = {line.id: bought_with(session, line) for line in lines}
    for line in lines:
        _may_replace(order, line, bought[line.id], number, account, replace=replace)
    ali = _ali_order(session, account, number, now)
    touched = {order.id, *orders_of_ali(session, [ali.id or 0])}
    tied: list[Line] = []
    already: list[Line] = []
    named = False
    for line in lines:
        same = [join for _purchase, join, each in bought[line.id] if each.id == ali.id]
        if same:
            already.append(line)
            named |= _name_item(session, same, item)
            continue
        touched |= end_purchases(session, bought[line.id], now)
        _tie(session, line, ali, item, now)
        tied.append(line)
    if tied or named:
        data = {"lines": [line.position for line in tied], "item": item.product_id if item else None}
        session.add(Event(at=now, who=who, what="linked", order_id=order.id, ali_number=number, data=data))
        # What is known of the number so far may not cover the new line: its pages are read again.
        ali.list_entry, ali.finished_at = None, None
    restand(session, [each for each in touched if each is not None], now)
    return Linked(tuple(tied), tuple(already), _also_on(session, ali, order))


def unlink(session: Session, order: Order, lines: Sequence[Line], now: datetime) -> list[Line]:
    """Take back the tie of `lines`; returns those that had one."""
    freed: list[Line] = []
    touched = {order.id}
    for line in lines:
        bought = bought_with(session, line)
        if bought:
            freed.append(line)
        touched |= end_purchases(session, bought, now, undone=True)
        for _purchase, _join, ali in bought:
            data = {"line": line.position}
            event = Event(at=now, who="person", what="unlinked", order_id=order.id, ali_number=ali.number, data=data)
            session.add(event)
    restand(session, [each for each in touched if each is not None], now)
    return freed


def _give_up_waiting(session: Session, order: Order, line: Line) -> None:
    """A line that a person bought is not bought by the robot as well; one it may have bought is for `resolve`."""
    waiting = (PurchaseState.NEW, PurchaseState.HELD, PurchaseState.INTENT)
    query = select(Purchase).where(Purchase.line_id == line.id, col(Purchase.state).in_(waiting))
    for purchase in session.exec(query):
        if purchase.intent_at is not None:
            name = f"{order.name.removeprefix('#')}/{line.position}"
            raise LinkError(
                _("dropferry may have ordered line {position} of order {order} itself").format(
                    position=line.position, order=order.name
                ),
                _("say what became of it: dropferry resolve {name} --number N, or --not-placed").format(name=name),
            )
        purchase.state = PurchaseState.CANCELLED
        session.add(purchase)
    session.flush()


def _ali_order(session: Session, account: str, number: str, now: datetime) -> AliOrder:
    query = select(AliOrder).where(AliOrder.account == account, AliOrder.number == number)
    ali = session.exec(query).one_or_none() or AliOrder(account=account, number=number, linked_at=now)
    session.add(ali)
    session.flush()
    return ali


Bought = list[tuple[Purchase, PurchaseOrder, AliOrder]]


def bought_with(session: Session, line: Line) -> Bought:
    """The purchases of a line that stand, each with the AliExpress order that it became."""
    query = (
        select(Purchase, PurchaseOrder, AliOrder)
        .join(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .join(AliOrder, col(AliOrder.id) == PurchaseOrder.ali_order_id)
        .where(Purchase.line_id == line.id, Purchase.state == PurchaseState.PLACED)
        .order_by(col(PurchaseOrder.id))
    )
    return list(session.exec(query))


def _may_replace(order: Order, line: Line, bought: Bought, number: str, account: str, *, replace: bool) -> None:
    others = [ali for _purchase, _join, ali in bought if ali.status not in OVER and ali.missing_since is None]
    is_same = any((ali.number, ali.account) == (number, account) for _purchase, _join, ali in bought)
    if others and not is_same and not replace:
        numbers = ", ".join(ali.number for ali in others)
        raise LinkError(
            _("line {position} of order {order} is already tied to AliExpress order {numbers}, which stands").format(
                position=line.position, order=order.name, numbers=numbers
            ),
            _("if that was wrong, add --replace"),
        )


def end_purchases(session: Session, bought: Bought, now: datetime, *, undone: bool = False) -> set[int | None]:
    """End these purchases; returns the store orders that share an AliExpress order with them."""
    over = not undone and all(ali.status in OVER for _purchase, _join, ali in bought)
    for purchase, _join, _ali in bought:
        purchase.state = PurchaseState.CLOSED if over else PurchaseState.CANCELLED
        session.add(purchase)
    session.flush()
    for ali in {ali.id: ali for _purchase, _join, ali in bought}.values():
        if not _is_used(session, ali):
            # Nobody waits for it any more, so its pages need not be read.
            ali.finished_at = ali.finished_at or now
            session.add(ali)
    return set(orders_of_ali(session, [ali.id for _purchase, _join, ali in bought if ali.id is not None]))


def _is_used(session: Session, ali: AliOrder) -> bool:
    query = (
        select(Purchase.id)
        .join(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .where(PurchaseOrder.ali_order_id == ali.id, Purchase.state == PurchaseState.PLACED)
        .limit(1)
    )
    return session.exec(query).first() is not None


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


def _name_item(session: Session, joins: Sequence[PurchaseOrder], item: Item | None) -> bool:
    """Note which item a line was bought as; returns whether that is news."""
    if item is None:
        return False
    news = False
    for join in joins:
        news |= (join.product_id, join.sku_id) != (item.product_id, item.sku_id)
        join.product_id, join.sku_id = item.product_id, item.sku_id
        session.add(join)
    return news


def _also_on(session: Session, ali: AliOrder, order: Order) -> tuple[str, ...]:
    query = (
        select(Order.name, Line.position)
        .join(Line, col(Line.order_id) == Order.id)
        .join(Purchase, col(Purchase.line_id) == Line.id)
        .join(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .where(PurchaseOrder.ali_order_id == ali.id, Purchase.state == PurchaseState.PLACED, Order.id != order.id)
        .order_by(col(Order.id), col(Line.position))
    )
    return tuple(f"{name}/{position}" for name, position in session.exec(query))
