"""Orders as ShopBase sends them, written into our tables: new, edited, refunded, cancelled."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.db import Database
from bot.facts import Tab, Why
from bot.intake import Change, take_in
from bot.models import Event, Order
from tests.rows import NOW
from tests.store_orders import (
    MOMENT,
    OTHER_ID,
    answered,
    events_of,
    line_of,
    lines_of,
    order_of,
    refund,
    reply,
    take,
    why,
)
from tests.stores import LINE_ID, a_fulfilment, a_line, an_order


class TestNew:
    """Orders seen for the first time."""

    def test_a_paid_order(self, database: Database) -> None:
        """All that matters of an order is kept, in minor units and UTC, on both databases."""
        address = {"first_name": "Đức", "last_name": "Nguyễn Văn", "address1": "phố Hàng Bông 1", "phone": "0905551234"}
        facts = {
            "email": "duc@example.com",
            "tags": "vip, gấp",
            "note": "giao buổi sáng 🌸",
            "processed_at": 1614594030,
            "shipping_address": address,
            "currency": "VND",
            "total_price": 250000.0,
        }
        line = a_line(
            product_id=1000000300000001, variant_id=1000000310000001, sku="A-1", variant_title="Đỏ / M", price=125000
        )
        with database.write() as session:
            assert Change.NEW is take(session, line, **facts)
        with database.read() as session:
            order, item = order_of(session), line_of(session)
            assert ("main", "1000000406421124", "#1001", Tab.AWAITING_ORDER) == (
                order.shop,
                order.store_id,
                order.name,
                order.tab,
            )
            assert (250000, "VND", MOMENT, MOMENT) == (
                order.total_minor,
                order.currency,
                order.created_at,
                order.paid_at,
            )
            assert (["vip", "gấp"], "giao buổi sáng 🌸", "0905551234") == (order.tags, order.note, order.phone)
            assert order.address is not None
            assert "Đức Nguyễn Văn" == order.address["name"]
            assert (1, 2, 125000, "A-1", "1000000310000001") == (
                item.position,
                item.quantity,
                item.price_minor,
                item.sku,
                item.variant_id,
            )
            assert (0, 0, 0, True, False) == (
                item.fulfilled_quantity,
                item.refunded_quantity,
                item.pending_quantity,
                item.ours,
                item.removed,
            )

    @pytest.mark.parametrize(
        ("status", "tab"),
        [
            ("paid", Tab.AWAITING_ORDER),
            ("PARTIALLY_REFUNDED", Tab.AWAITING_ORDER),
            ("pending", Tab.PENDING),
            ("authorized", Tab.PENDING),
            ("partially_paid", Tab.PENDING),
            ("processing_payment", Tab.FAILED),
        ],
    )
    def test_the_payment_decides(self, sqlite: Database, status: str, tab: Tab) -> None:
        """Paid is to be bought, unpaid waits, and a word that is not known is held, never taken for paid."""
        with sqlite.write() as session:
            take(session, financial_status=status)
            assert tab is order_of(session).tab

    @pytest.mark.parametrize(
        "facts",
        [
            {"cancelled_at": "2021-03-01T11:00:00Z"},
            {"cancel_at": 1614594030},
            {"financial_status": "refunded"},
            {"financial_status": "voided"},
            {"line_items": [a_line(fulfillment_status="fulfilled")]},
            {"line_items": [a_line()], "fulfillments": [a_fulfilment()]},
            {"line_items": [a_line()], "refunds": [refund(2)]},
            {"line_items": [a_line(refunded_quantity=2)]},
            {"line_items": [a_line(requires_shipping=False)]},
            {"line_items": [a_line(gift_card=True), a_line(id=OTHER_ID, tip_payment_gateway="shopbase")]},
            {"line_items": []},
        ],
    )
    def test_what_does_not_concern_us_is_left_out(self, sqlite: Database, facts: dict[str, Any]) -> None:
        """An order that was over, sent, refunded or without goods before we saw it leaves no row."""
        with sqlite.write() as session:
            assert (Change.NOT_OURS, None) == take_in(session, "main", answered(an_order(**facts)), NOW)
            assert [] == list(session.exec(select(Order)))
            assert [] == list(session.exec(select(Event)))

    @pytest.mark.parametrize("status", ["", None, "unfulfilled", "partial", "processing", "partial-processing"])
    def test_what_is_not_sent_in_full_is_ours(self, sqlite: Database, status: str | None) -> None:
        """Unfulfilled in every spelling, partly sent and processing orders are taken in."""
        with sqlite.write() as session:
            assert Change.NEW is take(session, a_line(fulfillment_status=status), fulfillment_status=status)

    def test_tips_and_gift_cards_beside_goods(self, sqlite: Database) -> None:
        """Lines that nobody sends are kept with their place, and hold nothing up."""
        lines = (
            a_line(tip_payment_method="card", title="Tip"),
            a_line(id=OTHER_ID),
            a_line(id=OTHER_ID + 1, gift_card=True),
            a_line(id=OTHER_ID + 2, requires_shipping=False),
            a_line(id=OTHER_ID + 3, requires_shipping=None),
        )
        with sqlite.write() as session:
            take(session, *lines)
            assert [False, True, False, False, True] == [line.ours for line in lines_of(session)]
            assert Tab.AWAITING_ORDER is order_of(session).tab

    def test_fifty_lines(self, sqlite: Database) -> None:
        """An order of 50 lines keeps all of them in the store's order."""
        with sqlite.write() as session:
            take(session, *(a_line(id=LINE_ID + n, title=f"Thing {n}", quantity=n) for n in range(1, 51)))
            found = [(line.position, line.title, line.quantity) for line in lines_of(session)]
            assert [(n, f"Thing {n}", n) for n in range(1, 51)] == found

    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("Áo [/M] đỏ", "Nguyễn Văn Đức"),
            ("قميص", "فاطمة العتيبي"),
            ("Cat Tunnel 🐈", "Zoé 🌸 Lefèvre"),
            ("'; DROP TABLE store_order; --", "O'Neill \\ %_"),
        ],
    )
    def test_text_of_any_kind(self, database: Database, title: str, name: str) -> None:
        """Titles and names in any script come back as they were, on both databases."""
        with database.write() as session:
            take(session, a_line(title=title), shipping_address={"name": name})
        with database.read() as session:
            address = order_of(session).address
            assert address is not None
            assert (title, name) == (line_of(session).title, address["name"])

    def test_text_that_no_database_holds(self, database: Database) -> None:
        """A cut-off emoji and a NUL do not keep an order, or the ninety-nine others of its page, from being written."""
        with database.write() as session:
            take(
                session,
                a_line(title="Cat \ud83d", sku="a\0b"),
                note="\udc08",
                tags="\0",
                shipping_address={"name": "Z\0oé"},
            )
        with database.read() as session:
            order, line = order_of(session), line_of(session)
            assert ("Cat \ufffd", "ab", "\ufffd") == (line.title, line.sku, order.note)
            assert order.address is not None
            assert "Zoé" == order.address["name"]

    def test_a_line_without_a_title(self, sqlite: Database) -> None:
        """A line that has only a name is called by it."""
        with sqlite.write() as session:
            take(session, a_line(title=None, name="Tote - Red", price=None, variant_id=0))
            line = line_of(session)
            assert ("Tote - Red", 0, None) == (line.title, line.price_minor, line.variant_id)

    @pytest.mark.parametrize(
        ("facts", "until"),
        [
            ({"is_in_post_purchase": True, "post_purchase_timeout_at": 1614594630}, MOMENT + timedelta(minutes=10)),
            ({"is_in_post_purchase": True}, MOMENT + timedelta(hours=1)),
            ({"is_in_post_purchase": False, "post_purchase_timeout_at": 1614594630}, None),
        ],
    )
    def test_the_post_purchase_window(self, sqlite: Database, facts: dict[str, Any], until: datetime | None) -> None:
        """While the buyer may still add items the order waits, an hour where the store does not say until when."""
        with sqlite.write() as session:
            take(session, **facts)
            assert until == order_of(session).waits_until


class TestChanged:
    """What became of an order that we know."""

    def test_the_same_again_changes_nothing(self, database: Database) -> None:
        """An order read twice leaves the same rows and no history."""
        with database.write() as session:
            take(session, a_line(), a_line(id=OTHER_ID), email="a@example.com", tags="x, y")
        with database.write() as session:
            before = [order_of(session).model_dump(), *(line.model_dump() for line in lines_of(session))]
            assert Change.SAME is take(session, a_line(), a_line(id=OTHER_ID), email="a@example.com", tags="x, y")
            assert before == [order_of(session).model_dump(), *(line.model_dump() for line in lines_of(session))]
            assert [] == events_of(session)

    def test_paid_at_last(self, sqlite: Database) -> None:
        """A pending order that is paid is to be bought, and that is written down with the new word."""
        with sqlite.write() as session:
            take(session, financial_status="pending")
            assert Change.CHANGED is take(session, minutes=5)
            assert Tab.AWAITING_ORDER is order_of(session).tab
            assert [("paid in store", {"status": "paid", "chargeback": ""})] == events_of(session)

    @pytest.mark.parametrize(
        "facts", [{"cancelled_at": "2021-03-01T11:00:00Z", "cancel_reason": "customer"}, {"cancel_at": 1614594030}]
    )
    def test_cancelled(self, sqlite: Database, facts: dict[str, Any]) -> None:
        """A cancelled order is Canceled, under both spellings of the field."""
        with sqlite.write() as session:
            take(session)
            take(session, minutes=5, **facts)
            assert (Tab.CANCELED, Why.CANCELLED) == (order_of(session).tab, why(session))
            assert ["cancelled in store"] == [what for what, _ in events_of(session)]

    def test_refunded_in_full(self, sqlite: Database) -> None:
        """An order that was refunded is Canceled."""
        with sqlite.write() as session:
            take(session)
            take(session, minutes=5, financial_status="refunded")
            assert (Tab.CANCELED, Why.REFUNDED) == (order_of(session).tab, why(session))
            assert [("refunded in store", {"status": "refunded", "chargeback": ""})] == events_of(session)

    @pytest.mark.parametrize("restock", ["no_restock", "cancel", "return", "legacy_restock", ""])
    def test_refunded_in_part(self, sqlite: Database, restock: str) -> None:
        """What was refunded is not sent any more, whichever way it was restocked and whatever is fulfillable."""
        fulfillable = 3 if restock != "cancel" else 1
        with sqlite.write() as session:
            take(session, a_line(quantity=3))
            take(
                session,
                a_line(quantity=3, fulfillable_quantity=fulfillable),
                minutes=5,
                financial_status="partially_refunded",
                refunds=[refund(2, restock)],
            )
            line = line_of(session)
            assert (3, 2, 0) == (line.quantity, line.refunded_quantity, line.fulfilled_quantity)
            assert Tab.AWAITING_ORDER is order_of(session).tab

    def test_refunds_add_up(self, sqlite: Database) -> None:
        """Several refunds of a line are summed, and one that only the line tells counts too."""
        with sqlite.write() as session:
            take(session, a_line(quantity=5))
            take(session, a_line(quantity=5), minutes=5, refunds=[refund(1), refund(2, "cancel")])
            assert 3 == line_of(session).refunded_quantity
            take(session, a_line(quantity=5, refunded_quantity=4), minutes=6, refunds=None)
            assert 4 == line_of(session).refunded_quantity

    def test_all_lines_refunded_but_not_the_shipping(self, sqlite: Database) -> None:
        """An order of which nothing is left to send is Canceled although its payment is only partly refunded."""
        with sqlite.write() as session:
            take(session)
            take(session, minutes=5, financial_status="partially_refunded", refunds=[refund(2)])
            assert (Tab.CANCELED, Why.NOTHING_LEFT) == (order_of(session).tab, why(session))

    @pytest.mark.parametrize(
        ("line", "quantity"),
        [
            (a_line(quantity=5), 5),
            (a_line(quantity=1), 1),
            (a_line(quantity=3, removed_quantity=1), 3),
            (a_line(quantity=3, removed_quantity=1, fulfillable_quantity=2), 2),
            (a_line(quantity=2, removed_quantity=1, fulfillable_quantity=2), 2),
            (a_line(quantity=3, removed_quantity=3, fulfillable_quantity=0), 0),
        ],
    )
    def test_an_edited_quantity(self, sqlite: Database, line: dict[str, Any], quantity: int) -> None:
        """The quantity after an edit counts, whether or not `quantity` itself lacks what was taken off."""
        with sqlite.write() as session:
            take(session, a_line(quantity=4))
            take(session, line, minutes=5)
            assert quantity == line_of(session).quantity
            assert [("edited in store", {"line 1": f"4 to {quantity}"})] == events_of(session)

    def test_edited_and_refunded(self, sqlite: Database) -> None:
        """A piece taken off and another refunded without restocking leave what is really to be sent."""
        with sqlite.write() as session:
            take(session, a_line(quantity=3))
            edited = a_line(quantity=3, removed_quantity=1, fulfillable_quantity=2)
            take(session, edited, minutes=5, refunds=[refund(1, "no_restock")])
            line = line_of(session)
            assert (2, 1) == (line.quantity, line.refunded_quantity)

    def test_a_line_that_vanished(self, sqlite: Database) -> None:
        """A line taken off is not waited for any more, keeps its place, and may come back to it."""
        with sqlite.write() as session:
            take(session, a_line(), a_line(id=OTHER_ID))
            take(session, a_line(id=OTHER_ID, fulfillment_status="fulfilled"), minutes=5)
            assert [(1, True), (2, False)] == [(line.position, line.removed) for line in lines_of(session)]
            assert (Tab.FULFILLED, [("edited in store", {"line 1": "taken off"})]) == (
                order_of(session).tab,
                events_of(session),
            )
            take(session, a_line(), a_line(id=OTHER_ID, fulfillment_status="fulfilled"), minutes=6)
            assert [(1, False), (2, False)] == [(line.position, line.removed) for line in lines_of(session)]
            assert Tab.AWAITING_ORDER is order_of(session).tab
            assert ("edited in store", {"line 1": "0 to 2"}) == events_of(session)[-1]

    def test_lines_added_have_places_of_their_own(self, sqlite: Database) -> None:
        """A line added gets a new number wherever the store lists it; no number is ever given to two lines."""
        with sqlite.write() as session:
            take(session, a_line(), a_line(id=OTHER_ID))
            added = [a_line(id=OTHER_ID + n) for n in (1, 2)]
            take(session, added[0], a_line(id=OTHER_ID), added[1], minutes=5)
            assert {str(LINE_ID): 1, str(OTHER_ID): 2, str(OTHER_ID + 1): 3, str(OTHER_ID + 2): 4} == {
                line.store_line_id: line.position for line in lines_of(session)
            }
            edits = {"line 3": "added", "line 4": "added", "line 1": "taken off"}
            assert ("edited in store", edits) == events_of(session)[-1]

    def test_a_chargeback(self, sqlite: Database) -> None:
        """A chargeback is noticed once, and stops the buying."""
        with sqlite.write() as session:
            take(session)
            take(session, minutes=5, chargeback_status="open")
            take(session, minutes=6, chargeback_status="open", note="x")
            assert Why.CHARGEBACK is why(session)
            assert [("chargeback in store", {"status": "paid", "chargeback": "open"})] == events_of(session)

    def test_the_window_closes(self, sqlite: Database) -> None:
        """Once the post-purchase window is over the order waits no more, with the item that was added."""
        with sqlite.write() as session:
            take(session, is_in_post_purchase=True)
            take(session, a_line(), a_line(id=OTHER_ID), minutes=30, is_in_post_purchase=False)
            assert (None, 2) == (order_of(session).waits_until, len(lines_of(session)))

    def test_an_older_page_after_a_newer_one(self, sqlite: Database) -> None:
        """An answer that is older than what is known is left alone."""
        with sqlite.write() as session:
            take(session, a_line(quantity=2))
            take(session, a_line(quantity=1), minutes=5, cancelled_at="2021-03-01T10:24:00Z")
            assert Change.SAME is take(session, a_line(quantity=2), minutes=4)
            assert (Tab.CANCELED, 1) == (order_of(session).tab, line_of(session).quantity)

    def test_a_deleted_order_that_is_there_again(self, sqlite: Database) -> None:
        """An order that could not be found and is listed again is not deleted."""
        with sqlite.write() as session:
            take(session)
            order_of(session).deleted_at = NOW
            assert Change.CHANGED is take(session)
            assert (None, Tab.AWAITING_ORDER) == (order_of(session).deleted_at, order_of(session).tab)

    def test_two_shops_may_have_one_id(self, sqlite: Database) -> None:
        """An order belongs to its shop."""
        with sqlite.write() as session:
            take(session)
            change, _ = take_in(session, "other", reply(minutes=5, financial_status="pending"), NOW)
            assert Change.NEW is change
            assert {"main": "paid", "other": "pending"} == {
                order.shop: order.financial_status for order in session.exec(select(Order))
            }
