"""Puts every event that is committed to the database into the log as well, with the order that it is about."""

from typing import Any

from sqlalchemy import event as happening
from sqlmodel import Session, col, select

from bot import logs
from bot.models import AliOrder, Event, Line, Order, Purchase, PurchaseOrder
from flows.errors import FlowError

_SAID = frozenset({"detail", "problems"})
_COMING = "dropferry: events to be logged"
_is_watching = False


def watch() -> None:
    """From here on what is committed while logs are kept is logged."""
    global _is_watching  # noqa: PLW0603 - one log a process
    if _is_watching:
        return
    _is_watching = True
    happening.listen(Session, "before_flush", _collect)
    happening.listen(Session, "after_commit", _log)
    happening.listen(Session, "after_rollback", _drop)


def _collect(session: Any, *_: Any) -> None:
    if not logs.is_on():
        return
    for event in [row for row in session.new if isinstance(row, Event)]:
        session.info.setdefault(_COMING, []).append((event, *_order_of(session, event)))


def _order_of(session: Any, event: Event) -> tuple[str | None, str | None]:
    """The order's name and shop; of an AliExpress order those that it was bought for."""
    if event.order_id is None:
        return _bought_for(session, event.ali_number) if event.ali_number else (None, None)
    query = select(Order.name, Order.shop).where(Order.id == event.order_id)
    # By the connection: a query of the session would flush what is just being flushed.
    found = session.connection().execute(query).first()
    return (found[0], found[1]) if found is not None else (None, None)


def _bought_for(session: Any, number: str) -> tuple[str | None, str | None]:
    query = (
        select(Order.name, Order.shop)
        .join(Line, col(Line.order_id) == Order.id)
        .join(Purchase, col(Purchase.line_id) == Line.id)
        .join(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .join(AliOrder, col(AliOrder.id) == PurchaseOrder.ali_order_id)
        .where(AliOrder.number == number)
        .order_by(col(Order.name))
        .distinct()
    )
    found = session.connection().execute(query).all()
    return (", ".join(row[0] for row in found), found[0][1]) if found else (None, None)


def log_unread(session: Session, number: str, error: FlowError) -> None:
    """An AliExpress order whose pages could not be read is a line of the orders that it was bought for."""
    if logs.is_on():
        order, shop = _bought_for(session, number)
        with logs.about(order=order, shop=shop):
            problem = f"{type(error).__name__}: {error}"
            logs.warn("could not be read", ali_order=number, problem=problem, evidence=error.evidence)


def _drop(session: Any) -> None:
    session.info.pop(_COMING, None)


def _log(session: Any) -> None:
    for event, order, shop in session.info.pop(_COMING, []):
        with logs.about(order=order, shop=shop):
            logs.note(
                event.what, who=event.who, ali_order=event.ali_number, evidence=event.evidence, data=data_to_tell(event)
            )


def data_to_tell(event: Event) -> dict[str, Any]:
    """What an event says but for an address, before and after, and for what a page said of one."""
    return {key: told for key, told in event.data.items() if key not in _SAID and "address" not in event.what}
