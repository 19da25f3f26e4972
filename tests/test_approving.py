"""A person's word about purchases: one cause for one or for forty, an order released, what a press has made."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.approving import NotApprovedError, approve_order, approve_product, parse_amount, resolve, unresolved
from bot.db import Database
from bot.facts import Tab
from bot.holds import Hold
from bot.models import AliOrder, Event, Line, Order, Purchase, PurchaseOrder, PurchaseState
from tests import rows
from tests.test_planning import PRODUCT, mapped

NUMBER, OTHER = "8190000000000001", "8190000000000002"


def held(session: Session, hold: str | None, **facts: Any) -> tuple[Order, Line, Purchase]:
    """A line whose purchase is held; `intent_at` for one that may have been placed."""
    sold, (line,) = rows.order(session)
    assert line.id is not None
    usual = {"state": PurchaseState.HELD, "hold": hold, "product_id": PRODUCT, "account": "main"}
    row = Purchase(line_id=line.id, created_at=rows.NOW, **{**usual, **facts})
    session.add(row)
    session.flush()
    return sold, line, row


def drift(minor: int) -> dict[str, Any]:
    """What a held price looks like."""
    return {"asked": "5.20 USD", "found": f"{minor / 100:.2f} USD", "found_minor": minor}


def in_dollars(_account: str) -> str:
    """Every account pays in dollars."""
    return "USD"


def test_one_word_lifts_one_cause_for_forty_orders(sqlite: Database) -> None:
    """Proves "accept 5.90 instead of 5.20 for these 40": what costs more stays, and so does every other cause."""
    with sqlite.write() as session:
        fitting = [held(session, Hold.PRICE_DRIFT, hold_data=drift(590))[2] for _ in range(40)]
        dearer = held(session, Hold.PRICE_DRIFT, hold_data=drift(591))[2]
        other = held(session, Hold.PERHAPS_BOUGHT, hold_data={"numbers": NUMBER})[2]
        elsewhere = held(session, Hold.PRICE_DRIFT, hold_data=drift(590), product_id="1005009")[2]
        lifted = approve_product(session, PRODUCT, "5.90", in_dollars, rows.NOW)
        assert 40 == len(lifted)
        assert {(PurchaseState.NEW, 590)} == {(row.state, row.approved[Hold.PRICE_DRIFT]) for row in fitting}
        assert {PurchaseState.HELD} == {row.state for row in (dearer, other, elsewhere)}
        with pytest.raises(NotApprovedError, match=r"at least 5\.91 USD"):
            approve_product(session, PRODUCT, "5.90", in_dollars, rows.NOW)


def test_an_amount_is_for_each_piece(sqlite: Database) -> None:
    """Proves that "5.90 instead of 5.20" is a price for one piece; for a cap it is what the purchase may cost."""
    with sqlite.write() as session:
        three = held(session, Hold.PRICE_DRIFT, hold_data=drift(1770), units=3)[2]
        sold, line, dearer = held(session, Hold.PRICE_DRIFT, hold_data=drift(1771), units=3)
        cap = held(session, Hold.OVER_ORDER, hold_data=drift(1770), units=3)[2]
        assert 1 == len(approve_product(session, PRODUCT, "5.90", in_dollars, rows.NOW))
        assert 1770 == three.approved[Hold.PRICE_DRIFT]
        assert {PurchaseState.HELD} == {dearer.state, cap.state}
        with pytest.raises(NotApprovedError, match=r"costs more than that: 5\.91 USD a piece"):
            approve_order(session, sold, [line], 590, rows.NOW)


def test_an_amount_of_several_currencies_is_refused(sqlite: Database) -> None:
    """Proves that 590 is not taken for dollars and yen at once, and that each account's own digits count."""
    with sqlite.write() as session:
        held(session, Hold.PRICE_DRIFT, hold_data=drift(590), account="japan")
        with pytest.raises(NotApprovedError, match=r'"5\.90" is no amount'):
            approve_product(session, PRODUCT, "5.90", lambda _account: "JPY", rows.NOW)
        held(session, Hold.PRICE_DRIFT, hold_data=drift(590))
        currencies = {"japan": "JPY", "main": "USD"}
        with pytest.raises(NotApprovedError, match=r"several currencies \(JPY, USD\)"):
            approve_product(session, PRODUCT, "590", currencies.__getitem__, rows.NOW)
        assert 2 == len(approve_product(session, PRODUCT, None, currencies.__getitem__, rows.NOW))


def test_a_margin_is_approved_for_the_total_that_was_seen(sqlite: Database) -> None:
    """Proves that an approval of a low margin keeps the total, and that an amount for a price does not widen it."""
    with sqlite.write() as session:
        low = {"asked": "20", "found": "3.1", "found_minor": 970}
        sold, line, row = held(session, Hold.LOW_MARGIN, hold_data=low)
        approve_order(session, sold, [line], 5000, rows.NOW)
        assert 970 == row.approved[Hold.LOW_MARGIN]


def test_what_may_be_bought_already_is_never_lifted_in_bulk(sqlite: Database) -> None:
    """Proves that a word for a whole product lifts what can be lifted, but no question whether it was bought."""
    with sqlite.write() as session:
        price = held(session, Hold.PRICE_DRIFT, hold_data=drift(700))[2]
        first = held(session, Hold.FIRST_LOOK)[2]
        bought = held(session, Hold.PERHAPS_BOUGHT, hold_data={"numbers": NUMBER})[2]
        pays = held(session, "pays_at_once")[2]
        unknown = held(session, Hold.OUTCOME_UNKNOWN, intent_at=rows.NOW)[2]
        assert 2 == len(approve_product(session, PRODUCT, None, in_dollars, rows.NOW))
        assert {PurchaseState.NEW} == {price.state, first.state}
        assert {PurchaseState.HELD} == {bought.state, pays.state, unknown.state}


def test_buy_anyway_covers_the_numbers_that_were_seen(sqlite: Database) -> None:
    """Proves that a second order that turns up later asks again, and that the first one stays answered."""
    with sqlite.write() as session:
        sold, line, row = held(session, Hold.PERHAPS_BOUGHT, hold_data={"numbers": NUMBER})
        approve_order(session, sold, [line], None, rows.NOW)
        assert NUMBER == row.approved[Hold.PERHAPS_BOUGHT]
        row.state, row.hold, row.hold_data = PurchaseState.HELD, Hold.PERHAPS_BOUGHT, {"numbers": OTHER}
        approve_order(session, sold, [line], None, rows.NOW)
        assert f"{NUMBER}, {OTHER}" == row.approved[Hold.PERHAPS_BOUGHT]


def test_single_order_is_refused_above_the_amount(sqlite: Database) -> None:
    """Proves that an amount below the price is an error that names the price, and changes nothing."""
    with sqlite.write() as session:
        sold, line, row = held(session, Hold.OVER_ORDER, hold_data=drift(2100))
        with pytest.raises(NotApprovedError, match=r"costs more than that: 21\.00 USD"):
            approve_order(session, sold, [line], 2000, rows.NOW)
        assert (PurchaseState.HELD, {}) == (row.state, row.approved)
        approve_order(session, sold, [line], 2500, rows.NOW)
        assert (PurchaseState.NEW, 2500) == (row.state, row.approved[Hold.OVER_ORDER])


def test_first_look_is_taken_once_for_the_mapping(sqlite: Database) -> None:
    """Proves that the look at one purchase serves for all later ones of that mapping."""
    with sqlite.write() as session:
        mapping = mapped(session, looked_at=None)
        sold, line, _ = held(session, Hold.FIRST_LOOK, mapping_id=mapping.id)
        approve_order(session, sold, [line], None, rows.NOW)
        assert rows.NOW == mapping.looked_at


def test_order_from_before_is_released_with_its_event(sqlite: Database) -> None:
    """Proves that an order nothing is held of is released, once, and that a risky one is, too."""
    with sqlite.write() as session:
        sold, lines = rows.order(session)
        assert ["released"] == [each.cause for each in approve_order(session, sold, lines, None, rows.NOW)]
        assert [] == approve_order(session, sold, lines, None, rows.NOW)
        risky, line, _ = held(session, Hold.FIRST_LOOK)
        risky.is_risk = True
        causes = [each.cause for each in approve_order(session, risky, [line], None, rows.NOW)]
        assert ["released", Hold.FIRST_LOOK] == causes


def test_unknown_outcome_becomes_its_number(sqlite: Database) -> None:
    """Proves that a person's number places the purchase, with the word written down."""
    with sqlite.write() as session:
        sold, line, row = held(session, Hold.OUTCOME_UNKNOWN, intent_at=rows.NOW, evidence="seen")
        resolve(session, sold, line, numbers=[NUMBER], account="main", now=rows.NOW)
        assert (PurchaseState.PLACED, None, Tab.AWAITING_PAYMENT) == (row.state, row.hold, sold.tab)
        assert [NUMBER] == [ali.number for ali in session.exec(select(AliOrder))]
        said = session.exec(select(Event).where(Event.what == "said to be placed")).one()
        assert ("person", "seen") == (said.who, said.evidence)
        assert unresolved(session, line) is None


def test_not_placed_lets_it_be_bought_again(sqlite: Database) -> None:
    """Proves that a person's "not placed" frees the line, but not while the press is still under way."""
    with sqlite.write() as session:
        soon = rows.NOW + timedelta(seconds=10)
        sold, line, row = held(session, None, state=PurchaseState.INTENT, intent_at=rows.NOW, deadline=soon)
        with pytest.raises(NotApprovedError, match="right now"):
            resolve(session, sold, line, numbers=[], account="main", now=soon)
        assert PurchaseState.INTENT is row.state
        resolve(session, sold, line, numbers=[], account="main", now=soon + timedelta(seconds=1))
        assert (PurchaseState.NEW, None, Tab.AWAITING_ORDER) == (row.state, row.intent_at, sold.tab)


def test_number_keeps_its_one_owner(sqlite: Database) -> None:
    """Proves that a number of another line is refused with its owner, and is free again once that tie ends."""
    with sqlite.write() as session:
        owner, (bought,) = rows.order(session)
        rows.bought(session, [bought], number=NUMBER)
        sold, line, row = held(session, Hold.OUTCOME_UNKNOWN, intent_at=rows.NOW)
        with pytest.raises(NotApprovedError, match=f"belongs to line 1 of order {owner.name}") as refused:
            resolve(session, sold, line, numbers=[NUMBER], account="main", now=rows.NOW)
        assert f"dropferry link --undo {owner.name[1:]}/1" in str(refused.value.fix)
        tie = session.exec(select(PurchaseOrder)).one()
        session.get_one(Purchase, tie.purchase_id).state = PurchaseState.CANCELLED
        session.flush()
        resolve(session, sold, line, numbers=[NUMBER], account="main", now=rows.NOW)
        assert PurchaseState.PLACED is row.state


@pytest.mark.parametrize("typed", ["12", "abc", "81900000000000010000000"])
def test_number_that_is_none_is_refused(sqlite: Database, typed: str) -> None:
    """Proves that what cannot be an AliExpress number places nothing."""
    with sqlite.write() as session:
        sold, line, row = held(session, Hold.OUTCOME_UNKNOWN, intent_at=rows.NOW)
        with pytest.raises(NotApprovedError, match="is no AliExpress order number"):
            resolve(session, sold, line, numbers=[typed], account="main", now=rows.NOW)
        assert PurchaseState.HELD is row.state


def test_nothing_to_resolve_is_said(sqlite: Database) -> None:
    """Proves that a line whose purchase was never pressed cannot be resolved."""
    with sqlite.write() as session:
        sold, line, _ = held(session, Hold.PRICE_DRIFT)
        with pytest.raises(NotApprovedError, match="nothing is open"):
            resolve(session, sold, line, numbers=[], account="main", now=rows.NOW)


@pytest.mark.parametrize(
    ("typed", "digits", "expected"),
    [("5.90", 2, 590), ("5,9", 2, 590), (" 5 ", 2, 500), ("59", 0, 59), ("1.2", 3, 1200), (None, 2, None)],
)  # fmt: skip
def test_amount_is_typed_in_either_way(typed: str | None, digits: int, expected: int | None) -> None:
    """Proves a point and a comma, and the digits of the currency."""
    assert expected == parse_amount(typed, digits)


@pytest.mark.parametrize(("typed", "digits"), [("5.901", 2), ("-5", 2), ("$5", 2), ("5.9", 0), ("", 2), ("1e3", 2)])
def test_amount_that_is_none_is_refused(typed: str, digits: int) -> None:
    """Proves that nothing is guessed at."""
    with pytest.raises(NotApprovedError, match="is no amount"):
        parse_amount(typed, digits)


def test_what_the_store_called_off_meanwhile_is_not_ordered_again(sqlite: Database) -> None:
    """Proves that "nothing was placed" about a cancelled order ends the purchase instead of starting it anew."""
    with sqlite.write() as session:
        sold, line, row = held(session, Hold.OUTCOME_UNKNOWN, intent_at=rows.NOW)
        sold.cancelled_at = rows.NOW
        resolve(session, sold, line, numbers=[], account="main", now=rows.NOW)
        assert PurchaseState.CANCELLED is row.state
