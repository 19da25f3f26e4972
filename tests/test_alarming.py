"""The alarms of a home: told once, by line and in the history, also where two services share a database."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.config import Config
from bot.db import Database
from bot.jobs import alarming
from bot.jobs.alarming import tell_alarms
from bot.models import AliOrder, Event, Order
from bot.models_buying import Alarm
from bot.standing import restand
from bot.wording import when
from flows.values import AliStatus
from tests import rows
from tests.rows import NOW

HOUR = timedelta(hours=1)
CONFIG = Config.model_validate(
    {
        "shops": {"main": {"url": "https://one.onshopbase.com", "account": "main"}},
        "accounts": {"main": {}, "second": {}},
    }
)


def unpaid(session: Session, **facts: Any) -> tuple[Order, AliOrder]:
    """An order that stands unpaid on AliExpress, and the store order it was bought for."""
    sold, lines = rows.order(session)
    priced = {"total_minor": 924, "currency": "USD", **facts}
    return sold, rows.bought(session, lines, AliStatus.UNPAID, **priced)


def told(database: Database, hours: float = 0) -> list[str]:
    """What is told so many hours from now."""
    lines: list[str] = []
    count = tell_alarms(database, CONFIG, NOW + timedelta(hours=hours), lines.append)
    assert len(lines) == count
    return lines


def test_a_deadline_is_told_three_times(database: Database) -> None:
    """Each alarm comes once, names number, amount, line and deadline, and stands in the history of the order."""
    with database.write() as session:
        sold, ali = unpaid(session, pay_deadline=NOW + 25 * HOUR)
    lines = [line for hour in (0, 1, 1, 2, 19, 19.1, 24.5, 24.9, 30) for line in told(database, hour)]
    name = sold.name.removeprefix("#")
    by = when(NOW + 25 * HOUR)
    assert [
        f"! AliExpress order {ali.number} (9.24 USD, for {name}/1) must be paid by {by} ({left} left), "
        "or AliExpress closes it: dropferry pay --open"
        for left in ("24 h", "6 h", "30 min")
    ] == lines
    with database.read() as session:
        events = [(event.what, event.ali_number, event.data) for event in session.exec(select(Event))]
    assert [("alarm", ali.number, {"about": "pay_by", "hours": hours}) for hours in (24, 6, 1)] == events


def test_many_at_once_are_one_line(sqlite: Database) -> None:
    """Orders that wait without a deadline are told together, and again a day later."""
    with sqlite.write() as session:
        for _ in range(3):
            unpaid(session)
    (line,) = told(sqlite, 21)
    assert "! 3 AliExpress orders (27.72 USD) stand unpaid, the oldest for 21 h, and no page says" in line
    assert [] == told(sqlite, 43)
    assert 1 == len(told(sqlite, 44))


def test_what_the_store_called_off(database: Database) -> None:
    """A cancelled order that was bought is told with the page to cancel it on, and its deadline is none any more."""
    with database.write() as session:
        sold, ali = unpaid(session, pay_deadline=NOW + HOUR)
        sold.cancelled_at = NOW
        session.add(Event(at=NOW, who="store", what="cancelled in store", order_id=sold.id, data={}))
        restand(session, [sold.id or 0], NOW)
    link = f"https://www.aliexpress.com/p/order/detail.html?orderId={ali.number}"
    expected = f"do not pay AliExpress order {ali.number}: nobody waits for it any more; cancel it there: {link}"
    assert [f"! {sold.name}: {expected}"] == told(database)
    assert [] == told(database, 1)
    with database.write() as session:
        row = session.get_one(AliOrder, ali.id)
        row.status = AliStatus.TO_SHIP
        session.add(row)
    (paid,) = told(database, 2)
    assert "still stands" in paid


def test_an_address_is_not_put_into_a_log(sqlite: Database) -> None:
    """That the address changed is told, and where both texts are; the texts themselves stay in the database."""
    with sqlite.write() as session:
        sold, lines = rows.order(session, address={"name": "Ann Lee", "address1": "2 New St"})
        ali = rows.bought(session, lines, AliStatus.TO_SHIP)
        texts = {"before": "Ann Lee, 1 Old St", "now": "Ann Lee, 2 New St"}
        later = NOW + timedelta(minutes=1)
        session.add(Event(at=later, who="store", what="address changed in store", order_id=sold.id, data=texts))
    (line,) = told(sqlite)
    assert f"after AliExpress order {ali.number} was placed" in line
    assert f"dropferry show {sold.name.removeprefix('#')}" in line
    assert "St" not in line.replace("AliExpress", "")


def test_two_services_tell_it_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """An alarm that another service writes between the look and the telling is told by that one alone."""
    with database.write() as session:
        unpaid(session, pay_deadline=NOW + HOUR)
    other: list[str] = []
    due = alarming.due_alarms

    def slow(*asked: Any) -> Any:
        found = list(due(*asked))
        monkeypatch.setattr(alarming, "due_alarms", due)
        tell_alarms(database, CONFIG, NOW, other.append)
        return found

    monkeypatch.setattr(alarming, "due_alarms", slow)
    assert [] == told(database)
    assert 1 == len(other)
    with database.read() as session:
        assert (1, 1) == (len(session.exec(select(Alarm)).all()), len(session.exec(select(Event)).all()))


def test_an_account_that_was_taken_out_rings_no_more(sqlite: Database) -> None:
    """What stands unpaid in an account that the configuration no longer has is nobody's business here."""
    with sqlite.write() as session:
        _, ali = unpaid(session, pay_deadline=NOW + HOUR)
        ali.account = "third"
        session.add(ali)
    assert [] == told(sqlite)
