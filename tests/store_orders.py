"""Orders as the store answers them, taken in, and the rows that they leave."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from bot.facts import PushMode, Why
from bot.intake import Change, take_in
from bot.models import Event, Fulfillment, Line, Order
from bot.order_rows import load
from bot.shopbase import FulfillmentReply, OrderReply
from bot.standing import restand, standing_of
from tests.rows import NOW
from tests.stores import LINE_ID, a_line, an_order

MOMENT = datetime(2021, 3, 1, 10, 20, 30, tzinfo=UTC)


OTHER_ID = LINE_ID + 1


def reply(*lines: dict[str, Any], minutes: int = 0, **facts: Any) -> OrderReply:
    """An order as the store answers it, so many minutes after it was made."""
    updated = (MOMENT + timedelta(minutes=minutes)).isoformat()
    return answered(an_order(line_items=list(lines) or [a_line()], **({"updated_at": updated} | facts)))


def answered(raw: dict[str, Any]) -> OrderReply:
    """An order out of JSON, numbers with a point exact."""
    exact = json.loads(json.dumps(raw), parse_float=Decimal)
    return OrderReply.model_validate(exact, context={"currency": raw["currency"]})


def fulfilments(*told: dict[str, Any]) -> list[FulfillmentReply]:
    """Fulfilments as their own list answers them."""
    return [FulfillmentReply.model_validate(raw) for raw in told]


def refund(quantity: int, restock: str = "no_restock", line: int = LINE_ID) -> dict[str, Any]:
    """A refund of so many of a line."""
    items = [{"line_item_id": line, "quantity": quantity, "restock_type": restock}]
    return {"id": 7000001, "created_at": 1614594030, "refund_line_items": items, "transactions": None}


def take(session: Session, *lines: dict[str, Any], **facts: Any) -> Change:
    """Take an order in and bring its tab in step, as a pull does."""
    change, order_id = take_in(session, "main", reply(*lines, **facts), NOW)
    restand(session, [order_id] if order_id is not None else [], NOW)
    return change


def order_of(session: Session) -> Order:
    """The only order."""
    return session.exec(select(Order)).one()


def lines_of(session: Session) -> list[Line]:
    """Its lines, by position."""
    return list(session.exec(select(Line).order_by(col(Line.position))))


def line_of(session: Session) -> Line:
    """Its only line."""
    return session.exec(select(Line)).one()


def events_of(session: Session) -> list[tuple[str, dict[str, Any]]]:
    """What was written down, without the first pull."""
    return [(event.what, event.data) for event in session.exec(select(Event).order_by(col(Event.id)))][1:]


def why(session: Session) -> Why | None:
    """Why the order is not further."""
    (loaded,) = load(session, [order_of(session).id or 0])
    said = standing_of(loaded, {}, PushMode.ON, NOW).why
    return said.code if said is not None and isinstance(said.code, Why) else None


def sent_at(row: Fulfillment) -> datetime | None:
    """When a fulfilment went out."""
    return row.sent_at


def tried_at(row: Fulfillment) -> datetime | None:
    """When it was tried, which is what lets it be tried again."""
    return row.tried_at
