"""Pulling: what is new in the store, and what became of what is known."""

from datetime import timedelta

import pytest

from bot.facts import Tab
from bot.jobs.pull import Pulled, pull
from bot.models import PullCursor
from bot.sandbox.shop_goods import CATALOGUE, EBOOK, GIFT_CARD, TIP
from bot.shopbase import ShopCredentials, ShopUnavailable
from tests.merchant import SHOP, Merchant, empty_database_fixture, merchant_fixture, stand_ins_fixture  # noqa: F401

TOTE, DRIPPER, STAND, JACKET = ((goods, 1) for goods in CATALOGUE[:4])


def listings(merchant: Merchant) -> list[dict[str, str]]:
    """What the store was asked to list, in order."""
    return [call["query"] for call in merchant.store.calls if call["path"] == "/admin/orders.json"]


def cursor(merchant: Merchant) -> PullCursor:
    with merchant.database.read() as session:
        return session.get_one(PullCursor, SHOP)


class TestFromNothing:
    """The first pull takes all open orders."""

    def test_paid_and_unpaid_orders_are_taken(self, merchant: Merchant) -> None:
        """Paid orders await their order, unpaid ones stand in Pending; each has its lines and its total."""
        merchant.store.seed(3, pending=2)
        assert Pulled(new=5, seen=5) == merchant.pull()
        tabs = [merchant.tab(f"#{1001 + place}") for place in range(5)]
        assert [Tab.AWAITING_ORDER] * 3 + [Tab.PENDING] * 2 == tabs
        first = merchant.listed("1001").rows
        assert (2490, "USD", "buyer1001@example.com") == (
            first.order.total_minor,
            first.order.currency,
            first.order.email,
        )
        assert [("Canvas Tote Bag", "Natural", 1, 1995)] == [
            (line.title, line.variant_title, line.quantity, line.price_minor) for line in first.lines
        ]

    def test_only_what_is_to_be_sent_is_ours(self, merchant: Merchant) -> None:
        """Tips, gift cards and downloads stand on the order and are not ours; an order of nothing else is left out."""
        merchant.sell(TOTE, (TIP, 1), (GIFT_CARD, 1), (EBOOK, 1))
        merchant.sell((EBOOK, 1), (TIP, 1))
        assert Pulled(new=1, seen=1) == merchant.pull()
        lines = merchant.listed("1001").rows.lines
        assert [("Canvas Tote Bag", True), ("Tip", False), ("Gift card", False), ("Care guide (PDF)", False)] == [
            (line.title, line.ours) for line in lines
        ]

    def test_more_than_a_page(self, merchant: Merchant) -> None:
        """A store with more orders than one page holds is read to the end, and progress is told."""
        merchant.store.seed(260, plain=True)
        heard: list[int] = []
        assert Pulled(new=260, seen=260) == merchant.pull(progress=heard.append)
        assert [100, 200, 260] == heard

    def test_the_post_purchase_window_is_waited_for(self, merchant: Merchant) -> None:
        """While the buyer may still add items the order says so and until when, and no longer afterwards."""
        merchant.sell(TOTE, post_purchase_until=merchant.clock() + timedelta(minutes=30))
        merchant.pull()
        assert "the buyer may still add items until" in merchant.why("1001")
        merchant.clock.wait(minutes=31)
        assert "not bought yet" in merchant.why("1001")


class TestByCursor:
    """Later pulls read what was updated, and all open orders once a day."""

    def test_the_overlap_is_an_hour_before_the_stores_own_time(self, merchant: Merchant) -> None:
        """The second pull asks from an hour before the store's time at the first, and finds what is new."""
        merchant.store.seed(2)
        merchant.pull()
        moved_to = cursor(merchant).updated_to
        assert moved_to == merchant.clock().replace(microsecond=0)
        merchant.store.calls.clear()
        merchant.clock.wait(minutes=15)
        merchant.sell(TOTE)
        assert Pulled(new=1, seen=3) == merchant.pull()
        assert {(moved_to - timedelta(hours=1)).isoformat(timespec="seconds")} == {
            query["updated_at_min"] for query in listings(merchant)
        }
        assert cursor(merchant).updated_to == moved_to + timedelta(minutes=15)

    def test_an_order_that_the_cursor_has_passed_is_not_read_again(self, merchant: Merchant) -> None:
        """What was last updated before the overlap is not told again."""
        merchant.store.seed(2)
        merchant.pull()
        merchant.clock.wait(hours=2)
        merchant.pull()
        merchant.clock.wait(minutes=5)
        assert Pulled() == merchant.pull()

    def test_the_sweep_finds_what_no_update_told(self, merchant: Merchant) -> None:
        """A change that did not move `updated_at` is found by the daily pass over all open orders, and only by it."""
        merchant.store.seed(2)
        merchant.pull()
        merchant.clock.wait(hours=2)
        merchant.pull()
        merchant.clock.wait(hours=1)
        merchant.store.find("1001").chargeback = "open"
        assert Pulled() == merchant.pull()
        merchant.clock.wait(hours=22)
        assert Pulled(changed=1, seen=2) == merchant.pull()
        assert "chargeback open" in merchant.why("1001")

    def test_nothing_is_asked_twice_in_one_day(self, merchant: Merchant) -> None:
        """Between two sweeps only the updated orders are asked for; the sweep asks for the open ones."""
        merchant.store.seed(1)
        for hours in (0, 3, 20, 2):
            merchant.clock.wait(hours=hours)
            merchant.pull()
        told = [(query["order_status"], "updated_at_min" in query) for query in listings(merchant)]
        first_pages = [ask for place, ask in enumerate(told) if listings(merchant)[place]["page"] == "1"]
        assert [("open", False), ("any", True), ("any", True), ("any", True), ("open", False)] == first_pages


class TestWhatBecameOfIt:
    """What happens to known orders is noticed."""

    def test_paid(self, merchant: Merchant) -> None:
        """A pending order that is paid goes on."""
        merchant.store.seed(0, pending=1)
        merchant.pull()
        merchant.store.pay("1001")
        assert Pulled(changed=1, seen=1) == merchant.pull()
        assert Tab.AWAITING_ORDER is merchant.tab("1001")
        assert 1 == len(merchant.events("paid in store"))

    def test_cancelled(self, merchant: Merchant) -> None:
        """A cancelled order stands in Canceled, and what was bought for it is said to be at stake."""
        name, number = merchant.bought(TOTE)
        merchant.store.cancel(name)
        merchant.pull()
        listed = merchant.listed(name)
        assert (Tab.CANCELED, "cancelled in the store") == (listed.standing.tab, listed.why)
        link = f"{merchant.sandbox.aliexpress}/p/order/detail.html?orderId={number}"
        still = f"AliExpress order {number} still stands: cancel it there, or ask for a refund: {link}"
        assert [still] == listed.warnings

    def test_refunded_in_part_without_restock(self, merchant: Merchant) -> None:
        """Refunded pieces count although the store's own fulfillable quantity does not show them."""
        order = merchant.sell((CATALOGUE[0], 3), DRIPPER)
        merchant.pull()
        merchant.store.refund(order.id, {order.lines[0].id: 2, order.lines[1].id: 1}, restock_type="no_restock")
        merchant.pull()
        lines = merchant.listed(order.name).rows.lines
        assert [(3, 2), (1, 1)] == [(line.quantity, line.refunded_quantity) for line in lines]
        assert "not bought yet" in merchant.why(order.name)
        assert 1 == len(merchant.events("refunded in store"))

    def test_refunded_in_full(self, merchant: Merchant) -> None:
        """An order that was paid back stands in Canceled."""
        order = merchant.sell(TOTE)
        merchant.pull()
        merchant.store.refund(order.id)
        merchant.pull()
        assert Tab.CANCELED is merchant.tab(order.name)

    def test_edited(self, merchant: Merchant) -> None:
        """A changed quantity is taken over, a line that was taken off is kept and marked."""
        order = merchant.sell((CATALOGUE[0], 3), DRIPPER)
        merchant.pull()
        merchant.store.edit(order.id, order.lines[1].id, 0)
        merchant.store.edit(order.id, order.lines[0].id, 2)
        merchant.pull()
        lines = merchant.listed(order.name).rows.lines
        assert [(2, False), (1, True)] == [(line.quantity, line.removed) for line in lines]

    def test_fulfilled_in_the_store(self, merchant: Merchant) -> None:
        """What somebody else fulfilled is done, and its number is known."""
        name, _ = merchant.bought(TOTE)
        with merchant.shopbase() as client:
            order = merchant.store.find(name)
            body = {"line_items": [{"id": order.lines[0].id}], "tracking_number": "LX123456789CN"}
            client._calls.call(
                "POST", f"/admin/orders/{order.id}/fulfillments.json", body={"fulfillment": body}, again=False
            )
        merchant.pull()
        assert Tab.FULFILLED is merchant.tab(name)
        assert [("LX123456789CN", "", "sent")] == merchant.told()

    def test_deleted(self, merchant: Merchant) -> None:
        """An order that the store has no more is noticed by the daily sweep, stands in Canceled, and is left there."""
        merchant.store.seed(2)
        merchant.pull()
        del merchant.store.orders[merchant.store.find("1001").id]
        merchant.clock.wait(days=1)
        assert Pulled(seen=1, deleted=1) == merchant.pull()
        assert (Tab.CANCELED, "deleted in the store") == (merchant.tab("1001"), merchant.why("1001"))
        assert 1 == len(merchant.events("deleted in store"))
        merchant.clock.wait(days=1)
        assert 0 == merchant.pull().deleted

    def test_closed_in_the_store(self, merchant: Merchant) -> None:
        """An order that is cancelled long before the cursor is asked for by itself when no list has it any more."""
        merchant.store.seed(1)
        merchant.pull()
        merchant.clock.wait(hours=20)
        merchant.pull()
        order = merchant.store.find("1001")
        order.cancelled = order.created
        merchant.clock.wait(hours=4)
        merchant.pull()
        assert Tab.CANCELED is merchant.tab("1001")


class TestTrouble:
    """Trouble loses nothing and holds nobody else up."""

    def test_an_unreadable_order_is_named_once_and_the_others_go_on(self, merchant: Merchant) -> None:
        """An order without payment status is named once, though list and single answer both have it; others go on."""
        merchant.store.seed(3)
        merchant.pull()
        broken = merchant.store.find("1002")
        broken.financial = ""
        merchant.clock.wait(days=1)
        merchant.sell(TOTE)
        pulled = merchant.pull()
        assert (1, 3) == (pulled.new, pulled.seen)
        (told,) = pulled.unreadable
        assert f"order {broken.id} (#1002): financial_status" in told
        assert Tab.AWAITING_ORDER is merchant.tab("1002")

    @pytest.mark.parametrize("fault", ["shopbase_429", "shopbase_html"])
    def test_a_store_out_of_order_keeps_the_cursor(self, merchant: Merchant, fault: str) -> None:
        """When the store goes on answering nonsense the pull fails, the cursor stays, and the next one has it all."""
        merchant.store.seed(1)
        merchant.pull()
        before = cursor(merchant).updated_to
        merchant.clock.wait(hours=2)
        merchant.sell(DRIPPER)
        merchant.sandbox.world.set_faults({fault: True, "shopbase_html_status": 503})
        with pytest.raises(ShopUnavailable):
            merchant.pull()
        assert before == cursor(merchant).updated_to
        merchant.store.faults.clear()
        assert 1 == merchant.pull().new

    def test_what_was_read_before_is_kept(self, merchant: Merchant) -> None:
        """An answer that fails in the middle leaves the orders read so far in the database, and the cursor alone."""
        merchant.store.seed(255, plain=True)

        def break_down(done: int) -> None:
            if done == 200:
                merchant.store.faults["shopbase_html"] = True
                merchant.store.faults["shopbase_html_status"] = 500

        with pytest.raises(ShopUnavailable):
            merchant.pull(progress=break_down)
        merchant.store.faults.clear()
        assert Pulled(new=5, seen=255) == merchant.pull()

    def test_a_short_outage_is_sat_out(self, merchant: Merchant) -> None:
        """Two refused calls are tried again and nobody notices."""
        merchant.store.seed(2)
        merchant.sandbox.world.set_faults({"shopbase_429": 2})
        assert Pulled(new=2, seen=2) == merchant.pull()

    def test_a_wrong_key_says_what_to_do(self, merchant: Merchant) -> None:
        """A key that is not accepted is named with the place to look it up."""
        merchant.store.key = "another"
        try:
            with pytest.raises(ShopCredentials, match="look both up in ShopBase"), merchant.shopbase() as client:
                pull(merchant.database, client, SHOP, merchant.clock)
        finally:
            merchant.store.key = "key-of-a-test"

    def test_asked_to_stop(self, merchant: Merchant) -> None:
        """A pull that is stopped keeps what it has, leaves the cursor, and the next one starts from the same place."""
        merchant.store.seed(150, plain=True)
        answers = iter([False] * 120)
        pulled = merchant.pull(stopped=lambda: next(answers, True))
        assert Pulled(new=120, seen=120, stopped=True) == pulled
        with merchant.database.read() as session:
            assert session.get(PullCursor, SHOP) is None
        assert Pulled(new=30, seen=150) == merchant.pull()
