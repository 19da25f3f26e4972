"""Starts buying a line anew whose AliExpress order is over: the old purchase stays in the history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from bot.ali_intake import OVER
from bot.ali_pages import order_page
from bot.errors import DropferryError
from bot.intake_changes import wanted, why_line_over, why_over
from bot.language import _
from bot.linking import Bought, bought_with, end_purchases
from bot.models import AliOrder, Event, Line, Order, Purchase, PurchaseState
from bot.standing import restand
from flows.values import AliStatus

WAITING = (PurchaseState.NEW, PurchaseState.HELD, PurchaseState.INTENT)


class NotReorderedError(DropferryError):
    """The line cannot be bought anew; nothing was changed."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Reordered:
    """The lines that are bought anew with the AliExpress orders that are over, and why the others are not."""

    lines: tuple[tuple[int, tuple[str, ...]], ...]
    left: tuple[str, ...] = ()


def reorder(
    session: Session, order: Order, lines: Sequence[Line], now: datetime, *, named: bool, www: str
) -> Reordered:
    """Close what is over of these lines and begin a purchase for each anew.

    Where the person `named` the lines all of them must be ready for it; else those that are, at least one. Raises
    NotReorderedError, which says what stands in the way.
    """
    over = why_over(order)
    if over is not None:
        raise NotReorderedError(
            _("order {order} was {cause}, so nothing is bought for it again").format(order=order.name, cause=_(over))
        )
    bought = {line.position: bought_with(session, line) for line in lines}
    causes = {line.position: _why_not(session, order, line, bought[line.position], www) for line in lines}
    refused = [cause for cause in causes.values() if cause is not None]
    if refused and (named or len(refused) == len(lines)):
        raise (
            refused[0]
            if len(refused) == 1
            else NotReorderedError("; ".join(cause.what for cause in refused), refused[0].fix)
        )
    again = [line for line in lines if causes[line.position] is None]
    touched = {order.id}
    for line in again:
        touched |= _begin_anew(session, order, line, _over(bought[line.position]), now)
    restand(session, [each for each in touched if each is not None], now)
    numbers = {line.position: tuple(ali.number for _, _, ali in _over(bought[line.position])) for line in again}
    return Reordered(tuple(numbers.items()), tuple(cause.what for cause in refused))


def _over(bought: Bought) -> Bought:
    """The purchases of which nothing comes any more: every AliExpress order that they became is over."""
    standing = {purchase.id for purchase, _, ali in bought if not _is_over(ali)}
    return [each for each in bought if each[0].id not in standing]


def _is_over(ali: AliOrder) -> bool:
    return ali.status in OVER and ali.missing_since is None


def _begin_anew(session: Session, order: Order, line: Line, over: Bought, now: datetime) -> set[int | None]:
    touched = end_purchases(session, over, now)
    closed = {purchase.id: purchase for purchase, _, _ in over}
    for purchase in closed.values():
        if purchase.account is not None:
            # What a person bought by hand may be mapped to other items by now, so planning makes those purchases.
            anew = Purchase(line_id=purchase.line_id, item=purchase.item, state=PurchaseState.NEW, created_at=now)
            session.add(anew)
    data = {"line": line.position, "over": [ali.number for _, _, ali in over]}
    session.add(Event(at=now, who="person", what="to be ordered again", order_id=order.id, data=data))
    session.flush()
    return touched


def _why_not(session: Session, order: Order, line: Line, bought: Bought, www: str) -> NotReorderedError | None:
    """What stands in the way of buying a line anew; None for nothing."""
    where = {"order": order.name, "line": line.position, "name": f"{order.name.removeprefix('#')}/{line.position}"}
    called_off = why_line_over(line)
    if called_off is not None:
        told = _("line {line} of order {order} was {cause}, so it is not bought again")
        return NotReorderedError(told.format(**where, cause=_(called_off)))
    if line.fulfilled_quantity >= wanted(line):
        told = _("line {line} of order {order} is fulfilled, so it is not bought again")
        return NotReorderedError(told.format(**where))
    if _over(bought):
        return None
    waiting = _waiting(session, line)
    if waiting is not None or (not bought and _was_closed(session, line)):
        return _is_open(waiting, where, order)
    if not bought:
        told = _("line {line} of order {order} was never bought here")
        return NotReorderedError(told.format(**where), _("buy it: dropferry place {name}").format(name=_short(order)))
    return _still_stands(next(ali for _, _, ali in bought if not _is_over(ali)), where, www)


def _waiting(session: Session, line: Line) -> Purchase | None:
    query = select(Purchase).where(Purchase.line_id == line.id, col(Purchase.state).in_(WAITING))
    return session.exec(query.order_by(col(Purchase.intent_at).is_(None))).first()


def _was_closed(session: Session, line: Line) -> bool:
    """Whether what a line was bought with is over and was written off, so that it is to be bought anew as it is."""
    query = select(Purchase.id).where(Purchase.line_id == line.id, Purchase.state == PurchaseState.CLOSED)
    return session.exec(query.limit(1)).first() is not None


def _is_open(waiting: Purchase | None, where: dict[str, object], order: Order) -> NotReorderedError:
    if waiting is not None and waiting.intent_at is not None:
        return NotReorderedError(
            _("line {line} of order {order} may have been ordered already").format(**where),
            _("say what you know: dropferry resolve {name} --number N, or --not-placed").format(**where),
        )
    return NotReorderedError(
        _("line {line} of order {order} is to be bought already").format(**where),
        _("buy it: dropferry place {name}").format(name=_short(order)),
    )


def _still_stands(ali: AliOrder, where: dict[str, object], www: str) -> NotReorderedError:
    where = {**where, "number": ali.number, "link": order_page(ali.number, www)}
    if ali.missing_since is not None:
        return NotReorderedError(
            _("AliExpress does not show order {number} of line {line} of order {order}").format(**where),
            _("if it is not yours, take it off: dropferry link {name} --undo").format(**where),
        )
    if ali.status is None:
        return NotReorderedError(
            _("AliExpress order {number} of line {line} of order {order} was not read yet").format(**where),
            _("read it: dropferry sync"),
        )
    if ali.status is AliStatus.CANCELLING:
        return NotReorderedError(
            _("AliExpress order {number} of line {line} of order {order} is still being cancelled").format(**where),
            _("wait for the end of it: dropferry sync"),
        )
    return NotReorderedError(
        _("line {line} of order {order} is bought: AliExpress order {number} stands ({status})").format(
            **where, status=ali.status_text or ali.status.value
        ),
        _("shall it be bought anew, cancel that one first: {link}, then dropferry sync").format(**where),
    )


def _short(order: Order) -> str:
    return order.name.removeprefix("#")
