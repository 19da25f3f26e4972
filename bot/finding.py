"""Finds the order and the lines that a person means by "1046", "#1046/2" or "1046/1,3"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from bot.errors import DropferryError
from bot.language import _
from bot.models import Line, Order

REFERENCE = re.compile(r"(?P<name>[^/]+?)(?:/(?P<lines>[0-9]{1,4}(?:[,/][0-9]{1,4})*))?")


class NotFoundError(DropferryError):
    """There is no such order or line; the message names what there is."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Reference:
    """What a person typed: the order's name without "#", and the positions of its lines (none: all)."""

    name: str
    lines: tuple[int, ...]


def parse(typed: str) -> Reference:
    """Take a reference apart; NotFoundError says how one is written."""
    found = REFERENCE.fullmatch(re.sub(r"\s*([/,])\s*", r"\1", typed.strip().removeprefix("#").strip()))
    if found is None:
        raise NotFoundError(
            _('"{typed}" names no order').format(typed=typed),
            _("write the order as 1046, or some of its lines as 1046/1,3"),
        )
    lines = tuple(int(position) for position in re.findall(r"[0-9]+", found["lines"] or ""))
    return Reference(found["name"], lines)


def find_order(session: Session, reference: Reference, shop: str | None) -> Order:
    """The one order of that name or ShopBase id; NotFoundError where there is none, or one in several shops."""
    name = reference.name
    query = select(Order).where(or_(col(Order.name).in_([name, f"#{name}"]), Order.store_id == name))
    if shop is not None:
        query = query.where(Order.shop == shop)
    orders = session.exec(query.order_by(col(Order.shop))).all()
    if not orders:
        raise NotFoundError(
            _("there is no order {name}").format(name=name),
            _("run dropferry pull first, or look it up: dropferry orders"),
        )
    if len(orders) > 1:
        shops = sorted({order.shop for order in orders})
        if len(shops) > 1:
            raise NotFoundError(
                _("several orders are called {name} ({shops})").format(name=name, shops=", ".join(shops)),
                _("say which shop: --shop NAME"),
            )
        ids = ", ".join(order.store_id for order in orders)
        raise NotFoundError(
            _("shop {shop} has several orders called {name}").format(shop=shops[0], name=name),
            _("name it by its ShopBase id: {ids}").format(ids=ids),
        )
    return orders[0]


def find_lines(session: Session, order: Order, reference: Reference) -> Sequence[Line]:
    """The lines that are meant: those named, or all that are to be sent and still on the order."""
    lines = session.exec(select(Line).where(Line.order_id == order.id).order_by(col(Line.position))).all()
    if not reference.lines:
        wanted = [line for line in lines if line.ours and not line.removed]
        if not wanted:
            raise NotFoundError(
                _("order {order} has no line that is to be sent").format(order=order.name),
                _("look: dropferry show ORDER"),
            )
        return wanted
    by_position = {line.position: line for line in lines}
    for position in reference.lines:
        if position not in by_position:
            known = ", ".join(f"{line.position} {line.title}" for line in lines)
            raise NotFoundError(
                _("order {order} has no line {position}").format(order=order.name, position=position),
                _("it has: {known}").format(known=known),
            )
        if not by_position[position].ours:
            raise NotFoundError(
                _("line {position} of order {order} is nothing that is sent").format(
                    position=position, order=order.name
                ),
                _("leave it out"),
            )
    return [by_position[position] for position in dict.fromkeys(reference.lines)]
