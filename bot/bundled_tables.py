"""What of the database goes into a bundle: counts, runs and events; and what it knows that must not."""

from collections import Counter
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from bot import personal_data
from bot.db import HEAD, Database
from bot.log_events import data_to_tell
from bot.models import AliOrder, Event, Fulfillment, JobRun, Order, Parcel, Purchase
from bot.models_buying import OwnAddress
from bot.models_running import AcceptedOverride, AccountState, SelectorUse
from bot.redaction import Redactor

RUNS = 300
EVENTS = 1000


def know_everybody(database: Database, redactor: Redactor) -> None:
    """Tell the redactor of every buyer that the database knows."""
    with database.read() as session:
        for order in session.exec(select(Order).execution_options(yield_per=500)):
            redactor.know_person(personal_data.of_order(order))
            session.expunge(order)
        for purchase in session.exec(select(Purchase).execution_options(yield_per=500)):
            redactor.know_person(personal_data.of_purchase(purchase))
            session.expunge(purchase)
        for own in session.exec(select(OwnAddress)):
            redactor.know_person(personal_data.of_own_address(own))
        for state in session.exec(select(AccountState)):
            redactor.know_person([state.member])


def known_numbers(database: Database) -> dict[str, str]:
    """Every AliExpress order and tracking number, with what stands for it: its last four signs tell two apart."""
    with database.read() as session:
        orders = {*session.exec(select(AliOrder.number)), *session.exec(select(Purchase.known_number))}
        parcels = {
            *session.exec(select(Parcel.number)),
            *session.exec(select(Parcel.original_number)),
            *session.exec(select(Fulfillment.number)),
        }
    cut = {number.upper(): f"parcel-…{number[-4:]}" for number in parcels if number}
    return cut | {number.upper(): f"ali-…{number[-4:]}" for number in orders if number}


def tables(database: Database) -> dict[str, Any]:
    """How the home stands, as plain data."""
    with database.read() as session:
        return {
            "version": HEAD,
            "kind": "sqlite" if database.is_sqlite else "postgresql",
            "orders": _counts(session, select(Order.shop, Order.tab)),
            "purchases": _counts(session, select(Purchase.state, Purchase.hold)),
            "aliexpress_orders": _counts(session, select(AliOrder.account, AliOrder.status)),
            "fulfilments": _counts(session, select(Fulfillment.state)),
            "accounts": [_row(each, "member") for each in session.exec(select(AccountState))],
            "overrides": [_row(each) for each in session.exec(select(AcceptedOverride))],
            "selectors": [_row(each) for each in session.exec(select(SelectorUse))],
            "runs": [_run(each) for each in session.exec(_latest(JobRun, RUNS))],
            "events": [_event(session, each) for each in session.exec(_latest(Event, EVENTS))],
        }


def _latest(table: Any, at_most: int) -> Any:
    return select(table).order_by(col(table.id).desc()).limit(at_most)


def _counts(session: Session, query: Any) -> dict[str, int]:
    counts = Counter(row if isinstance(row, str) or row is None else tuple(row) for row in session.exec(query))
    return {
        " / ".join(map(_word, key)) if isinstance(key, tuple) else _word(key): count
        for key, count in sorted(counts.items(), key=str)
    }


def _word(value: Any) -> str:
    return "-" if value is None else str(value)


def _row(row: SQLModel, *without: str) -> dict[str, Any]:
    return row.model_dump(mode="json", exclude=set(without))


def _run(run: JobRun) -> dict[str, Any]:
    # Its name is that of a job, not of a person.
    return {"job": run.name, **_row(run, "id", "name")}


def _event(session: Session, event: Event) -> dict[str, Any]:
    order = session.get(Order, event.order_id) if event.order_id is not None else None
    return {
        "at": event.at,
        "who": event.who,
        "what": event.what,
        "order": order.name if order is not None else None,
        "ali_order": event.ali_number,
        "data": data_to_tell(event),
        "evidence": event.evidence,
    }
