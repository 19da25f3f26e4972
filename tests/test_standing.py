"""From rows to tab and reason: what the database holds is what a merchant is told."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.db import Database
from bot.facts import Said, Standing, Tab, Warn, Why
from bot.models import Order, PurchaseState
from bot.order_rows import load
from bot.standing import ali_of_orders, orders_of_ali, restand
from flows.values import AliStatus
from tests import rows
from tests.rows import NOW
from tests.standings import standing, told, why


def test_a_whole_way(database: Database) -> None:
    """An order goes from being bought to fulfilled as its rows change, on both databases."""
    with database.write() as session:
        order, (line,) = rows.order(session)
        assert why(session, order) is Why.NOT_BOUGHT
        ali = rows.bought(session, [line])
        assert why(session, order) is Why.NOT_READ
        ali.status = AliStatus.UNPAID
        assert why(session, order) is Why.UNPAID
        ali.status = AliStatus.TO_SHIP
        assert why(session, order) is Why.TO_SHIP
        ali.status = AliStatus.SENT
        assert why(session, order) is Why.NO_NUMBER
        parcel = rows.parcel(session, ali, "LX100000001CN", carrier="4PX")
        assert why(session, order) is Why.PUSH_NEXT
        assert [("LX100000001CN", {1: 1})] == told(session, order)
        rows.fulfilment(session, order, parcel.number, [line], parcel)
        line.fulfilled_quantity = 1
        assert Standing(Tab.FULFILLED, None) == standing(session, order)
        assert [] == told(session, order)


def test_restand_keeps_the_column_in_step(database: Database) -> None:
    """The tab column follows the facts, also for the other store orders on the same AliExpress order."""
    with database.write() as session:
        first, (line,) = rows.order(session)
        second, (other,) = rows.order(session)
        third, _ = rows.order(session, tab=Tab.FULFILLED)
        ali = rows.bought(session, [line], AliStatus.TO_SHIP)
        rows.tie(session, other, ali)
        restand(session, [first.id or 0], NOW)
    with database.read() as session:
        tabs = {order.id: order.tab for order in session.exec(select(Order))}
        assert {first.id: Tab.AWAITING_SHIPMENT, second.id: Tab.AWAITING_SHIPMENT, third.id: Tab.FULFILLED} == tabs
        assert {first.id, second.id} == orders_of_ali(session, [ali.id or 0])
        assert {ali.id} == ali_of_orders(session, [second.id or 0])


def test_a_closed_purchase_is_forgotten(sqlite: Database) -> None:
    """Parcels of an order that a line was bought with once are nothing to it any more."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        old = rows.bought(session, [], AliStatus.CANCELED)
        rows.tie(session, line, old).state = PurchaseState.CLOSED
        rows.parcel(session, old, "LX100000001CN")
        assert why(session, order) is Why.NOT_BOUGHT
        rows.bought(session, [line], AliStatus.TO_SHIP)
        assert why(session, order) is Why.TO_SHIP


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"cancelled_at": NOW}, Tab.CANCELED),
        ({"deleted_at": NOW}, Tab.CANCELED),
        ({"financial_status": "refunded"}, Tab.CANCELED),
        ({"financial_status": "pending"}, Tab.PENDING),
        ({"financial_status": "in_review"}, Tab.FAILED),
        ({"is_risk": True}, Tab.AWAITING_ORDER),
        ({"chargeback_status": "open"}, Tab.AWAITING_ORDER),
        ({"waits_until": NOW + timedelta(minutes=5)}, Tab.AWAITING_ORDER),
    ],
)
def test_what_the_store_says_of_an_order(sqlite: Database, facts: dict[str, Any], expected: Tab) -> None:
    """The columns of the order reach the tab."""
    with sqlite.write() as session:
        order, _ = rows.order(session, **facts)
        assert expected is standing(session, order).tab


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"service": "ali-dropship-connector"}, Why.OLD_APP),
        ({"pending_quantity": 1}, Why.OLD_APP),
        ({"service": "manual"}, Why.NOT_BOUGHT),
        ({"ours": False}, Why.NOTHING_LEFT),
        ({"removed": True}, Why.NOTHING_LEFT),
        ({"fulfilled_quantity": 1}, None),
    ],
)
def test_what_the_store_says_of_a_line(sqlite: Database, facts: dict[str, Any], expected: Why | None) -> None:
    """The columns of the line reach the reason."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        line.sqlmodel_update(facts)
        assert why(session, order) is expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"missing_since": NOW}, Why.ALI_MISSING),
        ({"trouble": "tracking: data: missing"}, Why.PAGE_TROUBLE),
        ({"pay_deadline": NOW, "status": AliStatus.UNPAID}, Why.UNPAID),
    ],
)
def test_what_the_pages_say(sqlite: Database, facts: dict[str, Any], expected: Why) -> None:
    """The columns of the AliExpress order reach the reason."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        rows.bought(session, [line], AliStatus.TO_SHIP).sqlmodel_update(facts)
        assert why(session, order) is expected


def test_a_day_of_payment_that_no_page_tells_is_the_day_it_was_seen(sqlite: Database) -> None:
    """Where the pages name no day of payment, the day on which it was first seen paid counts."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        ali = rows.bought(session, [line], AliStatus.TO_SHIP, paid_seen_at=NOW - timedelta(days=6))
        assert (Said(Warn.NO_NUMBER_LONG, {"number": ali.number, "days": 6}),) == standing(session, order).warnings
        ali.paid_on = (NOW - timedelta(days=2)).date()
        assert () == standing(session, order).warnings


def test_more_orders_than_one_query_takes(sqlite: Database) -> None:
    """Any number of orders is loaded, in the order asked for; unknown ids are left out."""
    with sqlite.write() as session:
        ids = [rows.order(session)[0].id or 0 for _ in range(3)]
        asked = [ids[2], *range(10_000_000, 10_040_000), ids[0]]
        assert [ids[2], ids[0]] == [each.order.id for each in load(session, asked)]
        restand(session, asked, NOW)
