"""What waits for payment, as far as the tables know."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.db import Database
from bot.models import AliOrder, Line, Purchase, PurchaseOrder
from bot.paying import NotToPay, Unpaid
from bot.unpaid import Waiting, waiting_for_payment
from flows.values import AliStatus, Money
from tests import rows
from tests.rows import NOW

HOUR = timedelta(hours=1)
NINE = Money(minor=924, currency="USD")


def found(session: Session) -> Waiting:
    """What waits in account "main"."""
    session.flush()
    return waiting_for_payment(session, ["main"])


def one(session: Session) -> Unpaid:
    """The only order that waits for payment."""
    (order,) = found(session).unpaid
    return order


def unpaid(session: Session, line: Line, status: AliStatus | None = AliStatus.UNPAID, **facts: Any) -> AliOrder:
    """An AliExpress order that a line was bought with."""
    return rows.bought(session, [line], status, **facts)


def by_robot(session: Session, ali: AliOrder, **facts: Any) -> None:
    """What the robot asked for when it placed this order, two hours before it was linked."""
    for join in session.exec(select(PurchaseOrder).where(PurchaseOrder.ali_order_id == ali.id)).all():
        purchase = session.get_one(Purchase, join.purchase_id)
        usual = {"intent_at": NOW - 2 * HOUR, "cost_minor": 924, "cost_currency": "USD", "account": "main"}
        purchase.sqlmodel_update({**usual, **facts})
        session.add(purchase)


def test_an_unpaid_order_with_all_that_is_known(database: Database) -> None:
    """Number, lines, amount, deadline and when it was read are those of the pages; the quote stands beside."""
    with database.write() as session:
        sold, (first, second) = rows.order(session, 2, name="#1046")
        ali = rows.bought(
            session,
            [first, second],
            AliStatus.UNPAID,
            total_minor=2000,
            currency="USD",
            pay_deadline=NOW + HOUR,
            list_read_at=NOW - HOUR,
            detail_read_at=NOW - 2 * HOUR,
        )
        by_robot(session, ali)
        order = one(session)
    assert (ali.number, "main", ("1046/1", "1046/2")) == (order.number, order.account, order.lines)
    assert (2000, 1848, True) == (
        order.amount and order.amount.minor,
        order.quoted and order.quoted.minor,
        order.differs,
    )
    assert (NOW + HOUR, NOW - 2 * HOUR, NOW - HOUR) == (order.deadline, order.since, order.read_at)
    assert sold.name == "#1046"
    assert order.not_to_pay is None


@pytest.mark.parametrize("status", list(AliStatus))
def test_only_what_is_unpaid(sqlite: Database, status: AliStatus) -> None:
    """No other status waits for payment, least of all one that AliExpress is looking at."""
    with sqlite.write() as session:
        _, (line,) = rows.order(session)
        unpaid(session, line, status)
        assert (status is AliStatus.UNPAID) == bool(found(session).unpaid)
        assert () == found(session).unread


@pytest.mark.parametrize(
    "facts", [{"missing_since": NOW}, {"finished_at": NOW}], ids=["not shown by AliExpress", "waited for by nobody"]
)
def test_what_is_not_there_is_not_paid(sqlite: Database, facts: dict[str, Any]) -> None:
    """An order that AliExpress does not show, or that no line is tied to any more, is not on the sheet."""
    with sqlite.write() as session:
        _, (line,) = rows.order(session)
        unpaid(session, line, **facts)
        assert Waiting((), ()) == found(session)


def test_what_was_not_read_yet(sqlite: Database) -> None:
    """What the robot placed alone is unpaid at its quote; of what a person pressed or linked nobody knows it yet."""
    with sqlite.write() as session:
        alis = [unpaid(session, rows.order(session)[1][0], None) for _ in range(3)]
        by_robot(session, alis[0])
        by_robot(session, alis[1], attended=True)
        order = one(session)
        assert (alis[0].number, NINE, None) == (order.number, order.amount, order.read_at)
        assert {alis[1].number, alis[2].number} == set(found(session).unread)


def test_since_when(sqlite: Database) -> None:
    """An order that was linked late counts from the day that the page tells; one linked that day from the link."""
    with sqlite.write() as session:
        early = unpaid(session, rows.order(session)[1][0], ordered_on=date(2026, 11, 20))
        today = unpaid(session, rows.order(session)[1][0], ordered_on=NOW.date())
        untold = unpaid(session, rows.order(session)[1][0])
        since = {each.number: each.since for each in found(session).unpaid}
    assert datetime(2026, 11, 20, tzinfo=UTC) == since[early.number]
    assert NOW == since[today.number] == since[untold.number]


@pytest.mark.parametrize(
    ("of_order", "of_line", "why"),
    [
        ({"cancelled_at": NOW}, {}, NotToPay.CALLED_OFF),
        ({"deleted_at": NOW}, {}, NotToPay.CALLED_OFF),
        ({"financial_status": "refunded"}, {}, NotToPay.CALLED_OFF),
        ({}, {"refunded_quantity": 1}, NotToPay.CALLED_OFF),
        ({}, {"removed": True}, NotToPay.CALLED_OFF),
        ({}, {"fulfilled_quantity": 1}, NotToPay.FULFILLED),
        ({"chargeback_status": "open"}, {}, NotToPay.DISPUTED),
        ({"chargeback_status": "won"}, {}, None),
        ({}, {}, None),
    ],
)
def test_what_had_better_not_be_paid(
    sqlite: Database, of_order: dict[str, Any], of_line: dict[str, Any], why: NotToPay | None
) -> None:
    """Goods that nobody waits for any more are not to be paid; another line in the same order is reason enough to."""
    with sqlite.write() as session:
        _, (line,) = rows.order(session, **of_order)
        line.sqlmodel_update(of_line)
        session.add(line)
        ali = unpaid(session, line)
        assert why is one(session).not_to_pay
        _, (other,) = rows.order(session)
        rows.tie(session, other, ali)
        assert None is one(session).not_to_pay


def test_a_quote_that_became_two_orders_is_held_against_neither(sqlite: Database) -> None:
    """Where one purchase became two AliExpress orders, its quote says nothing of the single one."""
    with sqlite.write() as session:
        _, (line,) = rows.order(session)
        first = unpaid(session, line, total_minor=500, currency="USD")
        by_robot(session, first)
        second = AliOrder(account="main", number="8190000000000999", status=AliStatus.UNPAID, linked_at=NOW)
        session.add(second)
        session.flush()
        (join,) = session.exec(select(PurchaseOrder)).all()
        session.add(PurchaseOrder(purchase_id=join.purchase_id, ali_order_id=second.id or 0))
        amounts = {each.number: each.amount for each in found(session).unpaid}
    assert {first.number: Money(minor=500, currency="USD"), second.number: None} == amounts


def test_another_account_is_another_sheet(sqlite: Database) -> None:
    """Only the accounts that are asked for are told."""
    with sqlite.write() as session:
        unpaid(session, rows.order(session)[1][0])
        assert ((), ()) == (waiting_for_payment(session, ["second"]).unpaid, waiting_for_payment(session, []).unpaid)
