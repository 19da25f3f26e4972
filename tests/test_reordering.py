"""Buying a line anew: only where nothing comes of the first order, and never beside one that stands."""

from typing import Any

import pytest
from sqlmodel import Session, select

from bot.config import Config
from bot.db import Database
from bot.facts import Tab
from bot.models import Event, Line, Order, Purchase, PurchaseOrder, PurchaseState
from bot.planning import plan
from bot.reordering import NotReorderedError, Reordered, reorder
from bot.standing import restand
from flows.values import AliStatus
from tests import rows
from tests.rows import NOW
from tests.test_planning import PRODUCT, mapped

WWW = "https://www.aliexpress.com"
NUMBER = "8190000000000001"
OVER = [AliStatus.CANCELED, AliStatus.EXPIRED, AliStatus.CLOSED, AliStatus.REFUNDED]
CONFIG = Config.model_validate(
    {
        "shops": {"main": {"url": "https://one.onshopbase.com", "account": "main"}},
        "accounts": {"main": {}},
        "buying": {"wait_minutes": 0},
    }
)


def again(session: Session, order: Order, lines: list[Line], *, named: bool = True) -> Reordered:
    """What a person asks for."""
    session.flush()
    return reorder(session, order, lines, NOW, named=named, www=WWW)


def by_robot(session: Session, line: Line, status: AliStatus, number: str = NUMBER, item: int = 0) -> Purchase:
    """An item of a line that the robot bought with an AliExpress order."""
    ali = rows.bought(session, [], status, number)
    purchase = Purchase(
        line_id=line.id or 0,
        item=item,
        account="main",
        state=PurchaseState.PLACED,
        created_at=NOW,
        intent_at=NOW,
        product_id=PRODUCT,
    )
    session.add(purchase)
    session.flush()
    session.add(PurchaseOrder(purchase_id=purchase.id or 0, ali_order_id=ali.id or 0))
    session.flush()
    return purchase


def states(session: Session) -> list[tuple[int, PurchaseState]]:
    """Item and state of every purchase."""
    return [(row.item, row.state) for row in session.exec(select(Purchase).order_by(Purchase.id))]  # type: ignore[arg-type]


@pytest.mark.parametrize("status", OVER)
def test_what_is_over_is_bought_anew(sqlite: Database, status: AliStatus) -> None:
    """The old purchase is closed with its number in the history, a new one waits, and the next run would buy it."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        mapped(session, line.variant_id or "")
        old = by_robot(session, line, status)
        restand(session, [order.id or 0], NOW)
        before = order.tab
        assert Reordered(((1, (NUMBER,)),)) == again(session, order, [line])
        assert [(0, PurchaseState.CLOSED), (0, PurchaseState.NEW)] == states(session)
        assert (Tab.FAILED, Tab.AWAITING_ORDER) == (before, order.tab)
        (event,) = session.exec(select(Event)).all()
        assert ("to be ordered again", {"line": 1, "over": [NUMBER]}) == (event.what, event.data)
        assert 1 == len(session.exec(select(PurchaseOrder).where(PurchaseOrder.purchase_id == old.id)).all())
        (candidate,) = plan(session, CONFIG, "main", NOW)
        assert (None, 1) == (candidate.blocker, candidate.position)
        assert candidate.purchase not in (None, old.id)
        with pytest.raises(NotReorderedError, match="is to be bought already"):
            again(session, order, [line])


def test_what_a_person_bought_is_planned_as_it_is_mapped_now(sqlite: Database) -> None:
    """A line that was bought by hand goes back to what is to be bought; asking twice is told."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        rows.bought(session, [line], AliStatus.EXPIRED)
        again(session, order, [line])
        assert [(0, PurchaseState.CLOSED)] == states(session)
        assert Tab.AWAITING_ORDER is order.tab
        with pytest.raises(NotReorderedError, match="is to be bought already"):
            again(session, order, [line])


def test_only_the_item_that_is_over(sqlite: Database) -> None:
    """Of a line of two items the one that came is not bought twice."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        by_robot(session, line, AliStatus.SENT)
        by_robot(session, line, AliStatus.CANCELED, "8190000000000002", item=1)
        again(session, order, [line])
        assert [(0, PurchaseState.PLACED), (1, PurchaseState.CLOSED), (1, PurchaseState.NEW)] == states(session)


def test_a_purchase_that_became_two_orders(sqlite: Database) -> None:
    """While one of the AliExpress orders that a purchase became stands, it is not bought anew."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        purchase = by_robot(session, line, AliStatus.CANCELED)
        second = rows.bought(session, [], AliStatus.TO_SHIP, "8190000000000002")
        session.add(PurchaseOrder(purchase_id=purchase.id or 0, ali_order_id=second.id or 0))
        with pytest.raises(NotReorderedError, match="8190000000000002 stands"):
            again(session, order, [line])
        assert [(0, PurchaseState.PLACED)] == states(session)


@pytest.mark.parametrize("status", [each for each in AliStatus if each not in OVER])
def test_what_still_stands(sqlite: Database, status: AliStatus) -> None:
    """Each other status is refused, with the page to cancel it on or what to wait for."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        by_robot(session, line, status)
        with pytest.raises(NotReorderedError) as refused:
            again(session, order, [line])
        assert NUMBER in refused.value.what
        assert [(0, PurchaseState.PLACED)] == states(session)
        waits = status is AliStatus.CANCELLING
        assert ("wait for the end" if waits else f"{WWW}/p/order/detail.html?orderId={NUMBER}") in refused.value.fix


@pytest.mark.parametrize(
    ("facts", "what", "fix"),
    [
        ({"status": None}, "was not read yet", "dropferry sync"),
        ({"status": AliStatus.EXPIRED, "missing_since": NOW}, "does not show order", "--undo"),
    ],
)
def test_what_nobody_knows(sqlite: Database, facts: dict[str, Any], what: str, fix: str) -> None:
    """An order that was not read, or that AliExpress does not show, proves nothing."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        rows.bought(session, [line], facts.pop("status"), **facts)
        with pytest.raises(NotReorderedError, match=what) as refused:
            again(session, order, [line])
        assert fix in refused.value.fix


@pytest.mark.parametrize(
    ("of_order", "of_line", "what"),
    [
        ({"cancelled_at": NOW}, {}, "was cancelled in the store"),
        ({"deleted_at": NOW}, {}, "was deleted in the store"),
        ({"financial_status": "refunded"}, {}, "was refunded in the store"),
        ({"financial_status": "voided"}, {}, "was voided in the store"),
        ({}, {"removed": True}, "line 1 of order .* was taken off the order"),
        ({}, {"refunded_quantity": 1}, "line 1 of order .* was refunded in the store"),
        ({}, {"fulfilled_quantity": 1}, "is fulfilled"),
    ],
)
def test_nothing_is_bought_for_nobody(
    sqlite: Database, of_order: dict[str, Any], of_line: dict[str, Any], what: str
) -> None:
    """What the store has called off, or what the buyer has, is not bought anew though its order is over."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session, **of_order)
        line.sqlmodel_update(of_line)
        session.add(line)
        by_robot(session, line, AliStatus.EXPIRED)
        with pytest.raises(NotReorderedError, match=what):
            again(session, order, [line])
        assert [(0, PurchaseState.PLACED)] == states(session)


@pytest.mark.parametrize(
    ("facts", "what", "fix"),
    [
        (None, "was never bought here", "dropferry place"),
        ({"state": PurchaseState.NEW}, "is to be bought already", "dropferry place"),
        ({"state": PurchaseState.HELD, "hold": "over_day"}, "is to be bought already", "dropferry place"),
        ({"state": PurchaseState.INTENT, "intent_at": NOW}, "may have been ordered already", "dropferry resolve"),
        (
            {"state": PurchaseState.HELD, "hold": "outcome_unknown", "intent_at": NOW},
            "may have been ordered already",
            "dropferry resolve",
        ),
        ({"state": PurchaseState.CANCELLED}, "was never bought here", "dropferry place"),
    ],
)
def test_what_is_open_or_was_never_bought(sqlite: Database, facts: dict[str, Any] | None, what: str, fix: str) -> None:
    """There is nothing to buy anew where the first time is still to come, or may be under way."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        if facts is not None:
            session.add(Purchase(line_id=line.id or 0, created_at=NOW, account="main", **facts))
        with pytest.raises(NotReorderedError, match=what) as refused:
            again(session, order, [line])
        assert fix in refused.value.fix
        assert order.name.removeprefix("#") in refused.value.fix


def test_a_whole_order_takes_what_is_ready(sqlite: Database) -> None:
    """Without lines those that are over are bought anew and the others told; lines that are named must all be so."""
    with sqlite.write() as session:
        order, (first, second, third) = rows.order(session, 3)
        by_robot(session, first, AliStatus.EXPIRED)
        by_robot(session, second, AliStatus.SENT, "8190000000000002")
        with pytest.raises(NotReorderedError, match="8190000000000002 stands"):
            again(session, order, [first, second])
        assert [(0, PurchaseState.PLACED)] * 2 == states(session)
        done = again(session, order, [first, second, third], named=False)
        assert ((1, (NUMBER,)),) == done.lines
        assert ["stands", "never bought"] == [
            next(word for word in ("stands", "never bought") if word in left) for left in done.left
        ]
        with pytest.raises(NotReorderedError, match=r"line 2 .* stands .*; line 3 .* never bought"):
            again(session, order, [second, third], named=False)


def test_a_number_that_two_orders_share(sqlite: Database) -> None:
    """Another store order that was bought with the same number keeps its own purchase until it is asked for, too."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        other, (theirs,) = rows.order(session)
        ali = rows.bought(session, [line, theirs], AliStatus.EXPIRED, NUMBER)
        again(session, order, [line])
        assert [(0, PurchaseState.CLOSED), (0, PurchaseState.PLACED)] == states(session)
        assert (Tab.AWAITING_ORDER, Tab.FAILED, None) == (order.tab, other.tab, ali.finished_at)
