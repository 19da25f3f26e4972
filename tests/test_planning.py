"""Which lines are to be bought as what, in which order, and what stands in the way of the others."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.config import Config
from bot.db import Database
from bot.holds import Hold
from bot.models import Line, Order, Purchase, PurchaseOrder, PurchaseState
from bot.models_buying import Mapping
from bot.planning import Candidate, plan
from bot.standing import restand
from tests import rows

PRODUCT, SKU = "1005006800000137", "12000038500000091"


def config(**shop: Any) -> Config:
    """Shop "main" is bought for with account "main", another shop with another."""
    shops = {
        "main": {"url": "https://one.onshopbase.com", "account": "main", **shop},
        "second": {"url": "https://two.onshopbase.com", "account": "other"},
    }
    return Config.model_validate({"shops": shops, "accounts": {"main": {}, "other": {}}})


def mapped(session: Session, variant: str = "91", **facts: Any) -> Mapping:
    """What a variant is bought as."""
    usual: dict[str, Any] = {"product_id": PRODUCT, "sku_id": SKU, "created_at": rows.NOW, "looked_at": rows.NOW}
    row = Mapping(shop="main", variant_id=variant, **{**usual, **facts})
    session.add(row)
    session.flush()
    return row


def order(session: Session, lines: int = 1, **facts: Any) -> tuple[Order, list[Line]]:
    """A paid order of an hour ago."""
    return rows.order(session, lines, paid_at=facts.pop("paid_at", rows.NOW - timedelta(hours=1)), **facts)


def planned(session: Session, **how: Any) -> list[Candidate]:
    """The plan for account "main" now."""
    asked = config(**how.pop("shop", {}))
    return plan(session, asked, "main", how.pop("now", rows.NOW), **how)


def blocker(session: Session, **how: Any) -> str | None:
    """What stands in the way of the only line."""
    (candidate,) = planned(session, **how)
    return candidate.blocker


def tie(session: Session, row: Purchase) -> None:
    """Give a purchase an AliExpress order."""
    ali = rows.bought(session, [])
    assert row.id is not None
    assert ali.id is not None
    session.add(PurchaseOrder(purchase_id=row.id, ali_order_id=ali.id))


def purchase(session: Session) -> Purchase:
    """The only purchase."""
    return session.exec(select(Purchase)).one()


def test_longest_paid_comes_first(sqlite: Database) -> None:
    """Proves the order of the plan, and that each line gets its purchase with product, SKU and pieces."""
    with sqlite.write() as session:
        mapped(session, units=3)
        mapped(session, "92", product_id="1005006800000174")
        late, _ = order(session, 2, quantity=2)
        early, _ = order(session, paid_at=rows.NOW - timedelta(days=2))
        found = planned(session)
        assert [(early.name, 1), (late.name, 1), (late.name, 2)] == [(each.order, each.position) for each in found]
        assert [None] * 3 == [each.blocker for each in found]
        made = {row.id: row for row in session.exec(select(Purchase))}
        kept = [made[each.purchase] for each in found]
        assert [(PRODUCT, 3), (PRODUCT, 6), ("1005006800000174", 2)] == [(each.product_id, each.units) for each in kept]
        assert {("main", PurchaseState.NEW)} == {(each.account, each.state) for each in kept}
        again = planned(session)
        assert [each.purchase for each in found] == [each.purchase for each in again]


@pytest.mark.parametrize(
    ("facts", "how", "says"),
    [
        ({"is_risk": True}, {}, "marked as risky"),
        ({"is_risk": True, "released": True}, {}, None),
        ({"chargeback_status": "open"}, {}, "disputes the payment"),
        ({"chargeback_status": "won"}, {}, None),
        ({"waits_until": rows.NOW + timedelta(minutes=1)}, {}, "may still add items"),
        ({"paid_at": rows.NOW - timedelta(minutes=9)}, {}, "waits 10 minutes after payment"),
        ({"paid_at": rows.NOW - timedelta(minutes=10)}, {}, None),
        ({}, {"shop": {"buy_from": "2026-11-23"}}, "from before dropferry"),
        ({"released": True}, {"shop": {"buy_from": "2026-11-23"}}, None),
        ({}, {"shop": {"buy_from": "2026-11-22"}}, None),
    ],
)
def test_order_waits(sqlite: Database, facts: dict[str, Any], how: dict[str, Any], says: str | None) -> None:
    """Proves each reason why a whole order waits, and that its release or its time lets it go."""
    with sqlite.write() as session:
        mapped(session)
        order(session, **facts)
        found = blocker(session, **how)
        assert (says is None and found is None) or (says is not None and says in (found or ""))
        assert (found is None) == bool(session.exec(select(Purchase)).all())


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"service": "ali-dropship-connector"}, "ShopBase's own connector"),
        ({"pending_quantity": 1}, "ShopBase's own connector"),
    ],
)
def test_line_of_another_app_waits(sqlite: Database, facts: dict[str, Any], says: str) -> None:
    """Proves that a line another app may be at waits, and that a release lets it go."""
    with sqlite.write() as session:
        mapped(session)
        sold, (line,) = order(session)
        line.sqlmodel_update(facts)
        session.flush()
        assert says in (blocker(session) or "")
        sold.released = True
        session.flush()
        assert blocker(session) is None


@pytest.mark.parametrize(
    "facts", [{"ours": False}, {"removed": True}, {"refunded_quantity": 1}, {"fulfilled_quantity": 1}]
)
def test_line_that_needs_nothing_is_left_out(sqlite: Database, facts: dict[str, Any]) -> None:
    """Proves that nothing is planned for what is not sent, taken off, paid back or sent already."""
    with sqlite.write() as session:
        mapped(session)
        _, (line,) = order(session)
        line.sqlmodel_update(facts)
        session.flush()
        assert [] == planned(session)


def test_unmapped_line_holds_up_no_other(sqlite: Database) -> None:
    """Proves that a line without a mapping is named with its fix, and that the next one is bought all the same."""
    with sqlite.write() as session:
        mapped(session, "92")
        order(session, 2)
        first, second = planned(session)
        assert (True, None) == ("dropferry map set 91" in (first.blocker or ""), second.blocker)


def test_ignored_variant_and_other_accounts_are_left_out(sqlite: Database) -> None:
    """Proves that what is left to others, and what another account buys, is not in the plan."""
    with sqlite.write() as session:
        mapped(session, ignored=True)
        order(session)
        order(session, shop="second")
        assert [] == planned(session)


def test_country_has_its_own_mapping(sqlite: Database) -> None:
    """Proves that a mapping for the buyer's country goes before the one for all."""
    with sqlite.write() as session:
        mapped(session)
        mapped(session, country="BR", sku_id="77")
        order(session, address={"country_code": "br"})
        planned(session)
        assert "77" == purchase(session).sku_id


@pytest.mark.parametrize("state", list(PurchaseState))
def test_line_is_planned_once_whatever_became_of_it(sqlite: Database, state: PurchaseState) -> None:
    """Proves for each state of its purchase whether a line may be bought, and that it has one purchase only."""
    with sqlite.write() as session:
        mapped(session)
        sold, _ = order(session)
        planned(session)
        row = purchase(session)
        row.state, row.hold = state, Hold.PRICE_DRIFT if state is PurchaseState.HELD else None
        row.intent_at = rows.NOW if state in (PurchaseState.INTENT, PurchaseState.PLACED) else None
        if state is PurchaseState.PLACED:
            tie(session, row)
        session.flush()
        restand(session, [sold.id or 0], rows.NOW)
        found = [each.blocker for each in planned(session)]
        expected = {
            PurchaseState.NEW: [None],
            PurchaseState.HELD: ["costs ? instead of ?: dropferry approve"],
            PurchaseState.INTENT: ["perhaps ordered already"],
            PurchaseState.PLACED: [],
            PurchaseState.CLOSED: [None],
            PurchaseState.CANCELLED: [None],
        }
        assert expected[state] == found
        standing = [row for row in session.exec(select(Purchase)) if row.state not in ("closed", "cancelled")]
        assert 1 == len(standing)


def test_held_for_a_passing_cause_is_tried_again(sqlite: Database) -> None:
    """Proves that a cause that passes by itself is looked at again, and others only when a person asks."""
    with sqlite.write() as session:
        mapped(session)
        sold, _ = order(session)
        planned(session)
        row = purchase(session)
        for hold, by_itself in ((Hold.OVER_DAY, True), (Hold.OTHER_HOME, True), (Hold.PERHAPS_BOUGHT, False)):
            row.state, row.hold = PurchaseState.HELD, hold
            session.flush()
            assert by_itself == (blocker(session) is None)
            assert blocker(session, only=[sold.id]) is None


def test_unknown_outcome_is_never_planned_even_if_asked(sqlite: Database) -> None:
    """Proves that naming the order does not make the robot press again what it may have pressed."""
    with sqlite.write() as session:
        mapped(session)
        sold, _ = order(session)
        planned(session)
        row = purchase(session)
        for state in (PurchaseState.INTENT, PurchaseState.HELD):
            row.state, row.hold, row.intent_at = state, Hold.OUTCOME_UNKNOWN, rows.NOW
            session.flush()
            assert "perhaps ordered already" == blocker(session, only=[sold.id])


def test_held_purchase_follows_its_mapping(sqlite: Database) -> None:
    """Proves that a new product takes the place of the held one, and that what was accepted for that one ends."""
    with sqlite.write() as session:
        mapping = mapped(session)
        _, (line,) = order(session, quantity=2)
        planned(session)
        row = purchase(session)
        row.state, row.hold, row.approved = PurchaseState.HELD, "sold_out", {Hold.PRICE_DRIFT: 900}
        mapping.product_id, mapping.units = "1005006800000174", 2
        line.quantity = 3
        session.flush()
        planned(session)
        assert ("1005006800000174", 6, {}) == (row.product_id, row.units, row.approved)


def test_pressed_purchase_keeps_what_was_asked_for(sqlite: Database) -> None:
    """Proves that a purchase that may have been placed is still looked for as it was pressed."""
    with sqlite.write() as session:
        mapping = mapped(session)
        order(session)
        planned(session)
        row = purchase(session)
        row.state, row.intent_at = PurchaseState.INTENT, rows.NOW
        mapping.product_id = "1005006800000174"
        session.flush()
        planned(session)
        assert PRODUCT == row.product_id


def test_bundle_is_bought_item_by_item_but_by_hand_as_a_whole(sqlite: Database) -> None:
    """Proves that of a variant of two items the robot buys what is missing, and nothing of what a person bought."""
    with sqlite.write() as session:
        mapped(session)
        mapped(session, position=1, product_id="1005006800000174")
        robot, _ = order(session)
        hand, lines = order(session)
        found = planned(session)
        assert 4 == len(found)
        first = session.get_one(Purchase, found[0].purchase)
        first.state = PurchaseState.PLACED
        tie(session, first)
        for candidate in found[2:]:
            session.get_one(Purchase, candidate.purchase).state = PurchaseState.CANCELLED
        session.flush()
        rows.bought(session, lines)
        restand(session, [robot.id or 0, hand.id or 0], rows.NOW)
        assert [found[1].purchase] == [each.purchase for each in planned(session)]
