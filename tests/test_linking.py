"""Tying order lines to AliExpress orders: once, replaced only where that is meant, and taken back."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.db import Database
from bot.facts import Tab
from bot.linking import Item, Linked, LinkError, link, unlink
from bot.models import AliOrder, Event, Line, Order, Purchase, PurchaseOrder, PurchaseState
from flows.values import AliStatus
from tests import rows
from tests.rows import NOW

FIRST, SECOND = "8214398062177351", "8214398062177352"
LATER = NOW + timedelta(hours=1)


def tie(session: Session, order: Order, lines: list[Line], number: str = FIRST, **how: Any) -> Linked:
    """Link lines to a number of account "main"."""
    return link(session, order, lines, number=number, account=how.pop("account", "main"), now=NOW, **how)


def purchases(session: Session) -> list[tuple[int, str, str]]:
    """All purchases: the line's position, the AliExpress number, and the state."""
    session.flush()
    query = (
        select(Line.position, AliOrder.number, Purchase.state)
        .join(Purchase, Purchase.line_id == Line.id)  # type: ignore[arg-type]
        .join(PurchaseOrder, PurchaseOrder.purchase_id == Purchase.id)  # type: ignore[arg-type]
        .join(AliOrder, AliOrder.id == PurchaseOrder.ali_order_id)  # type: ignore[arg-type]
        .order_by(Purchase.id)  # type: ignore[arg-type]
    )
    return [(position, number, str(state)) for position, number, state in session.exec(query)]


def events(session: Session) -> list[str]:
    """What was written down, in order."""
    session.flush()
    return [event.what for event in session.exec(select(Event).order_by("id"))]


def ali_order(session: Session, number: str = FIRST) -> AliOrder:
    """The AliExpress order of that number."""
    return session.exec(select(AliOrder).where(AliOrder.number == number)).one()


def reading(ali: AliOrder) -> tuple[Any, Any]:
    """What keeps an AliExpress order from being read in full: its known card, and that it is done with."""
    return ali.list_entry, ali.finished_at


def test_linking_ties_the_lines_and_moves_the_tab(database: Database) -> None:
    """Several lines of an order may have one number; the order leaves Awaiting Order, on both databases."""
    with database.write() as session:
        order, lines = rows.order(session, lines=3)
        assert Linked((lines[0], lines[2]), (), ()) == tie(session, order, [lines[0], lines[2]])
        assert Tab.AWAITING_ORDER is order.tab
        tie(session, order, [lines[1]], SECOND)
        assert [(1, FIRST, "placed"), (3, FIRST, "placed"), (2, SECOND, "placed")] == purchases(session)
    with database.read() as session:
        assert Tab.AWAITING_PAYMENT is session.exec(select(Order)).one().tab
        (first, second) = session.exec(select(Event).order_by("id"))
        assert ("person", "linked", FIRST, {"lines": [1, 3], "item": None}) == (
            first.who,
            first.what,
            first.ali_number,
            first.data,
        )
        assert [2] == second.data["lines"]


def test_linking_twice_changes_nothing(database: Database) -> None:
    """The same link again leaves every row as it was, its pages unread again and its history without an entry."""
    with database.write() as session:
        order, lines = rows.order(session, lines=2)
        tie(session, order, lines)
        ali = ali_order(session)
        ali.list_entry, ali.finished_at = "card", NOW
        assert Linked((), tuple(lines), ()) == tie(session, order, lines)
        assert ("card", NOW) == reading(ali)
        assert ["linked"] == events(session)
        assert [(1, FIRST, "placed"), (2, FIRST, "placed")] == purchases(session)


def test_one_more_line_on_a_known_number(sqlite: Database) -> None:
    """A line that joins a number has that number's pages read again, and the lines already there are named."""
    with sqlite.write() as session:
        order, lines = rows.order(session, lines=2)
        tie(session, order, [lines[0]])
        ali = ali_order(session)
        ali.list_entry, ali.finished_at = "card", NOW
        assert Linked((lines[1],), (lines[0],), ()) == tie(session, order, lines)
        assert (None, None) == reading(ali)


def test_blanks_in_a_number_are_nothing(sqlite: Database) -> None:
    """A number copied with blanks is the same number."""
    with sqlite.write() as session:
        order, lines = rows.order(session)
        tie(session, order, lines, " 8214 3980 6217 7351\n")
        assert Linked((), tuple(lines), ()) == tie(session, order, lines)


@pytest.mark.parametrize(
    "number", ["", "123456789", "8" * 21, "LX100000001CN", "８２１４３９８０６２１７７３５１", "8214-3980"]
)
def test_what_is_no_order_number(sqlite: Database, number: str) -> None:
    """A tracking number, digits of another script, too few or too many: refused with the way to find it."""
    with sqlite.write() as session:
        order, lines = rows.order(session)
        with pytest.raises(LinkError, match="is no AliExpress order number") as error:
            tie(session, order, lines, number)
        assert "copy it from My Orders" in error.value.fix
        assert [] == purchases(session)


def test_a_standing_link_is_not_replaced_by_accident(database: Database) -> None:
    """A line whose AliExpress order stands is refused, and none of the other lines named with it is tied."""
    with database.write() as session:
        order, lines = rows.order(session, lines=2, name="#1046")
        tie(session, order, [lines[1]])
        with pytest.raises(
            LinkError, match=f"line 2 of order #1046 is already tied to AliExpress order {FIRST}"
        ) as error:
            tie(session, order, lines, SECOND)
        assert "add --replace" in error.value.fix
        assert [(2, FIRST, "placed")] == purchases(session)
        assert ["linked"] == events(session)


def test_replacing(database: Database) -> None:
    """With --replace the line has the new number, the old tie is cancelled, and nobody reads the old order any more."""
    with database.write() as session:
        order, lines = rows.order(session)
        tie(session, order, lines)
        tie(session, order, lines, SECOND, replace=True)
        assert [(1, FIRST, "cancelled"), (1, SECOND, "placed")] == purchases(session)
        assert (NOW, None) == (ali_order(session).finished_at, ali_order(session, SECOND).finished_at)
        tie(session, order, lines, FIRST, replace=True)
        assert (None, NOW) == (ali_order(session).finished_at, ali_order(session, SECOND).finished_at)


def test_replacing_leaves_an_order_that_others_wait_for(sqlite: Database) -> None:
    """An AliExpress order that another line still rides on is read on."""
    with sqlite.write() as session:
        order, lines = rows.order(session, lines=2)
        tie(session, order, lines)
        tie(session, order, [lines[0]], SECOND, replace=True)
        assert ali_order(session).finished_at is None


@pytest.mark.parametrize("status", [AliStatus.CANCELED, AliStatus.EXPIRED, AliStatus.CLOSED, AliStatus.REFUNDED])
def test_an_order_that_is_over_makes_way(database: Database, status: AliStatus) -> None:
    """What was bought with an order that is over is bought again without asking; the old purchase is closed."""
    with database.write() as session:
        order, lines = rows.order(session)
        tie(session, order, lines)
        ali_order(session).status = status
        tie(session, order, lines, SECOND)
        assert [(1, FIRST, "closed"), (1, SECOND, "placed")] == purchases(session)


def test_a_number_that_aliexpress_does_not_know_makes_way(sqlite: Database) -> None:
    """A mistyped number, missing on AliExpress, is replaced without asking."""
    with sqlite.write() as session:
        order, lines = rows.order(session)
        tie(session, order, lines)
        ali_order(session).missing_since = NOW
        tie(session, order, lines, SECOND)
        assert [(1, FIRST, "cancelled"), (1, SECOND, "placed")] == purchases(session)


def test_the_same_number_of_another_account_is_another_order(sqlite: Database) -> None:
    """A number belongs to an account, so the same one elsewhere replaces nothing by itself."""
    with sqlite.write() as session:
        order, lines = rows.order(session)
        tie(session, order, lines)
        with pytest.raises(LinkError, match="already tied"):
            tie(session, order, lines, account="second")
        tie(session, order, lines, account="second", replace=True)
        accounts = {ali.account: ali.finished_at for ali in session.exec(select(AliOrder))}
        assert {"main": NOW, "second": None} == accounts


def test_other_orders_on_the_number_are_named_and_moved(sqlite: Database) -> None:
    """A number that another order has too is said, and what that does to the other order shows at once."""
    with sqlite.write() as session:
        first, (line,) = rows.order(session, name="#1046")
        second, (other,) = rows.order(session, name="#1047")
        ali = rows.bought(session, [line], AliStatus.SENT, number=FIRST)
        rows.parcel(session, ali, "LX100000001CN", items=[rows.holding(line, 1)])
        rows.parcel(session, ali, "LX100000002CN", items=[rows.holding(line, 1)])
        first.tab = Tab.AWAITING_SHIPMENT
        # One piece and two lines: nobody can say whose it is.
        assert Linked((other,), (), ("#1046/1",)) == tie(session, second, [other])
        assert (Tab.FAILED, Tab.FAILED) == (first.tab, second.tab)
        assert [other] == unlink(session, second, [other], LATER)
        assert (Tab.AWAITING_SHIPMENT, Tab.AWAITING_ORDER) == (first.tab, second.tab)


def test_replacing_moves_the_orders_left_behind(sqlite: Database) -> None:
    """An order that shared the number with a line that now has another stands anew as well."""
    with sqlite.write() as session:
        first, (line,) = rows.order(session)
        second, (other,) = rows.order(session)
        ali = rows.bought(session, [line], AliStatus.SENT, number=FIRST)
        rows.parcel(session, ali, "LX100000001CN", items=[rows.holding(line, 1)])
        rows.parcel(session, ali, "LX100000002CN", items=[rows.holding(line, 1)])
        tie(session, second, [other])
        tie(session, second, [other], SECOND, replace=True)
        assert (Tab.AWAITING_SHIPMENT, Tab.AWAITING_PAYMENT) == (first.tab, second.tab)


def test_naming_the_item(database: Database) -> None:
    """Which item a line was bought as can be said with the link or later, and changed."""
    with database.write() as session:
        order, lines = rows.order(session)
        tie(session, order, lines, item=Item("1005006800000137", "12000038500000091"))
        (join,) = session.exec(select(PurchaseOrder))
        assert ("1005006800000137", "12000038500000091") == (join.product_id, join.sku_id)
        assert ((), tuple(lines)) == (tie(session, order, lines).tied, tie(session, order, lines).already)
        assert "1005006800000137" == join.product_id
        tie(session, order, lines, item=Item("1005006800000174"))
        assert ("1005006800000174", None) == (join.product_id, join.sku_id)
        assert ["linked", "linked"] == events(session)


def test_naming_the_item_settles_what_was_unclear(sqlite: Database) -> None:
    """Two lines and two items in two parcels: once the items are named, each line has its parcel."""
    with sqlite.write() as session:
        order, lines = rows.order(session, lines=2)
        ali = rows.bought(session, lines, AliStatus.SENT, number=FIRST)
        for line in lines:
            rows.parcel(session, ali, f"LX10000000{line.position}CN", items=[rows.holding(line)])
        tie(session, order, lines[:1])
        order.tab = Tab.FAILED
        tie(session, order, lines[:1], item=Item(rows.product_of(lines[0])))
        assert Tab.AWAITING_SHIPMENT is order.tab


@pytest.mark.parametrize(
    ("typed", "item"),
    [
        ("1005006800000137", Item("1005006800000137")),
        (" 1005006800000137:12000038500000091 ", Item("1005006800000137", "12000038500000091")),
    ],
)
def test_items_that_are_typed(typed: str, item: Item) -> None:
    """An item is a product, and its SKU where that matters."""
    assert item == Item.parse(typed)


@pytest.mark.parametrize(
    "typed", ["", "1234", "1005006800000137:", "https://www.aliexpress.com/item/1.html", "١٠٠٥٠٠٦٨٠٠"]
)
def test_what_is_no_item(typed: str) -> None:
    """What is no item says how one is written."""
    with pytest.raises(LinkError, match="is no AliExpress item"):
        Item.parse(typed)


def test_unlinking(database: Database) -> None:
    """A tie taken back leaves the line to be bought, keeps the history, and ends the reading of the order."""
    with database.write() as session:
        order, lines = rows.order(session, lines=2)
        tie(session, order, lines)
        assert [lines[0]] == unlink(session, order, [lines[0]], LATER)
        assert [(1, FIRST, "cancelled"), (2, FIRST, "placed")] == purchases(session)
        assert ali_order(session).finished_at is None
        assert [lines[1]] == unlink(session, order, lines, LATER)
        assert [] == unlink(session, order, lines, LATER)
        assert LATER == ali_order(session).finished_at
        assert (Tab.AWAITING_ORDER, ["linked", "unlinked", "unlinked"]) == (order.tab, events(session))
        states = {purchase.state for purchase in session.exec(select(Purchase))}
        assert {PurchaseState.CANCELLED} == states


def test_unlinking_an_order_that_is_over(sqlite: Database) -> None:
    """What a person takes back was never bought for this line, whatever became of it on AliExpress."""
    with sqlite.write() as session:
        order, lines = rows.order(session)
        tie(session, order, lines)
        ali_order(session).status = AliStatus.CANCELED
        unlink(session, order, lines, LATER)
        assert [(1, FIRST, "cancelled")] == purchases(session)
