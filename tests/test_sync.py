"""Syncing an AliExpress account: which pages are opened, what is kept of them, and what trouble leaves behind."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from playwright.sync_api import BrowserContext

from bot.facts import Tab
from bot.jobs.sync import Synced, has_open_orders
from bot.models_buying import Mapping
from bot.parcels import US_OFFSET
from bot.sandbox.shop_goods import CATALOGUE
from flows.values import AliStatus
from tests.merchant import (  # noqa: F401
    Merchant,
    context_fixture,
    empty_database_fixture,
    merchant_fixture,
    one_context_fixture,
    stand_ins_fixture,
)

TOTE, DRIPPER, STAND, JACKET = ((goods, 1) for goods in CATALOGUE[:4])


def loads(merchant: Merchant) -> dict[str, int]:
    """The pages loaded since the last look."""
    told = dict(merchant.ali.page_loads)
    merchant.ali.page_loads.clear()
    return {kind: told[kind] for kind in ("list", "detail", "tracking") if told.get(kind)}


def several(merchant: Merchant, count: int, parcels: int | None = None) -> list[str]:
    """So many orders sold, bought, paid, linked and, unless None, sent in so many parcels; the AliExpress numbers."""
    numbers = [merchant.bought(TOTE)[1] for _ in range(count)]
    if parcels is not None:
        merchant.ali.ship(numbers, parcels=parcels)
    return numbers


class TestWhatIsOpened:
    """The list tells ten orders at once; only what may hold news is opened."""

    @pytest.mark.long
    def test_new_ones_are_opened_and_unchanged_ones_are_not(self, merchant: Merchant, context: BrowserContext) -> None:
        """New orders are opened once; when nothing changed, one list page is all that is loaded."""
        numbers = several(merchant, 2) + several(merchant, 1, parcels=1)
        synced = merchant.sync(context)
        assert Synced(open=3, list_pages=1, details=3, trackings=1, changed=3, numbers=1) == synced
        assert {"list": 1, "detail": 3, "tracking": 1} == loads(merchant)
        assert [AliStatus.TO_SHIP, AliStatus.TO_SHIP, AliStatus.SENT] == [
            merchant.ali_order(number).status for number in numbers
        ]
        assert Synced(open=3, list_pages=1) == merchant.sync(context)
        assert {"list": 1} == loads(merchant)

    def test_only_what_changed_is_opened(self, merchant: Merchant, context: BrowserContext) -> None:
        """Of three orders the one that was sent is opened, its number read, its store order waits for the push."""
        _, second, _ = several(merchant, 3)
        merchant.sync(context)
        loads(merchant)
        merchant.ali.ship([second])
        assert Synced(open=3, list_pages=1, details=1, trackings=1, changed=1, numbers=1) == merchant.sync(context)
        assert {"list": 1, "detail": 1, "tracking": 1} == loads(merchant)
        (number,) = merchant.numbers("1002")
        assert merchant.ali.order(second).parcels[0].number == number
        assert "waits for you" in merchant.why("1002")
        assert ([], []) == (merchant.numbers("1001"), merchant.numbers("1003"))

    def test_the_walk_ends_where_nothing_is_left_to_find(self, merchant: Merchant, context: BrowserContext) -> None:
        """An open order on the third page costs three list pages; once only the newest is open, one is enough."""
        (old,) = several(merchant, 1)
        merchant.ali.bulk(22, merchant.account, at=merchant.clock() + timedelta(hours=1))
        assert 3 == merchant.sync(context).list_pages
        assert AliStatus.TO_SHIP is merchant.ali_order(old).status
        merchant.ali.cancel([old])
        merchant.sync(context)
        loads(merchant)
        new = merchant.bought(DRIPPER)[1]
        merchant.ali.order(new).created_at += timedelta(hours=2)
        merchant.sync(context)
        assert {"list": 1, "detail": 1} == loads(merchant)

    @pytest.mark.long
    def test_the_walk_ends_below_the_day_of_the_oldest(self, merchant: Merchant, context: BrowserContext) -> None:
        """An order that has left the list is looked for no further than its own day, and then on its own page."""
        (number,) = several(merchant, 1)
        merchant.sync(context)
        # Forty older orders: four more pages that a walk to the end would load.
        merchant.ali.bulk(40, merchant.account, at=merchant.clock() - timedelta(days=10))
        order = merchant.ali.orders[number]
        merchant.ali.set_faults({"only_orders": [number], "only_answers": ["list"], "unknown_status": None})
        index = merchant.ali.account(merchant.account).index
        index._tabs["all"].remove((order.created_at, int(number)))
        loads(merchant)
        merchant.sync(context)
        seen = loads(merchant)
        assert (1, 1) == (seen["list"], seen["detail"])
        assert merchant.ali_order(number).missing_since is None

    def test_nothing_open_needs_no_browser(self, merchant: Merchant) -> None:
        """Without linked orders, or when all are over, there is nothing to open a browser for."""
        assert not has_open_orders(merchant.database, merchant.account)
        several(merchant, 1)
        assert has_open_orders(merchant.database, merchant.account)

    @pytest.mark.parametrize("end", ["cancel", pytest.param("close", marks=pytest.mark.long)])
    def test_what_is_over_is_read_no_more(self, merchant: Merchant, context: BrowserContext, end: str) -> None:
        """An order that was called off on AliExpress makes its store order Failed, and is not looked for again."""
        (number,) = several(merchant, 1)
        merchant.sync(context)
        getattr(merchant.ali, end)([number])
        merchant.sync(context)
        assert Tab.FAILED is merchant.tab("1001")
        assert not has_open_orders(merchant.database, merchant.account)

    @pytest.mark.long
    def test_delivered_and_confirmed(self, merchant: Merchant, context: BrowserContext) -> None:
        """An order that is completed with its number known is over; its parcel says delivered."""
        (number,) = several(merchant, 1, parcels=1)
        merchant.ali.deliver([number])
        merchant.sync(context)
        assert not has_open_orders(merchant.database, merchant.account)
        assert [True] == [parcel["delivered"] for parcel in merchant.line("1001")["parcels"]]

    @pytest.mark.long
    def test_fifty_tabs_of_progress(self, merchant: Merchant, context: BrowserContext) -> None:
        """Progress is told for the list, for the orders' pages and for tracking, each up to its end."""
        several(merchant, 2, parcels=1)
        heard: list[tuple[str, int, int]] = []
        merchant.sync(context, progress=lambda *told: heard.append(told))
        assert [
            ("orders in the list", 2, 2),
            ("order pages", 1, 2),
            ("order pages", 2, 2),
            ("tracking pages", 1, 2),
            ("tracking pages", 2, 2),
        ] == heard


class TestTrackingAgain:
    """A number or a second parcel that comes later shows on the tracking page alone."""

    def test_sent_without_a_number_is_read_at_every_sync(self, merchant: Merchant, context: BrowserContext) -> None:
        """As long as no number is there the tracking page is read each time, and the number is found when it comes."""
        (number,) = several(merchant, 1, parcels=0)
        assert 0 == merchant.sync(context).numbers
        assert "shows no tracking number yet" in merchant.why("1001")
        loads(merchant)
        merchant.sync(context)
        assert {"list": 1, "tracking": 1} == loads(merchant)
        merchant.ali.ship([number], numbers=["LX000111222CN"])
        assert 1 == merchant.sync(context).numbers
        assert ["LX000111222CN"] == merchant.numbers("1001")

    def test_daily_for_two_weeks_then_every_three_days(self, merchant: Merchant, context: BrowserContext) -> None:
        """A sent parcel's page is read again daily for 14 days, then every third day."""
        several(merchant, 1, parcels=1)
        merchant.sync(context)
        days = []
        for before, half_day in pairwise((0, 1, 2, 25, 27, 32, 33)):
            merchant.clock.wait(hours=12 * (half_day - before))
            loads(merchant)
            merchant.sync(context)
            days += [half_day / 2] if "tracking" in loads(merchant) else []
        assert [1.0, 12.5, 13.5, 16.5] == days

    def test_a_number_that_changes_later(self, merchant: Merchant, context: BrowserContext) -> None:
        """The last-mile number replaces the first one in the same parcel, which keeps its first number beside it."""
        (number,) = several(merchant, 1, parcels=1)
        merchant.sync(context)
        (before,) = merchant.line("1001")["parcels"]
        merchant.ali.change_number(number, "LM998877665US")
        assert 0 == merchant.sync(context).numbers
        merchant.clock.wait(days=1)
        assert 1 == merchant.sync(context).numbers
        (after,) = merchant.line("1001")["parcels"]
        assert ("LM998877665US", before["original_number"]) == (after["number"], after["original_number"])
        assert [before["number"], "LM998877665US"] == [
            event.data["now"] for event in merchant.events("tracking number")
        ]

    def test_a_second_parcel_later(self, merchant: Merchant, context: BrowserContext) -> None:
        """A parcel that joins later is found by the daily reading and stands beside the first one."""
        (number,) = several(merchant, 1, parcels=1)
        merchant.sync(context)
        merchant.ali.ship([number], numbers=["LX999888777CN"])
        merchant.clock.wait(days=1)
        assert 1 == merchant.sync(context).numbers
        assert "LX999888777CN" == merchant.numbers("1001")[1]

    def test_delivered_parcels_rest(self, merchant: Merchant, context: BrowserContext) -> None:
        """Once every parcel of an order is delivered its page is not read again."""
        (number,) = several(merchant, 1, parcels=1)
        merchant.ali.deliver([number], complete=False)
        merchant.sync(context)
        merchant.clock.wait(days=2)
        loads(merchant)
        merchant.sync(context)
        assert {"list": 1} == loads(merchant)


class TestWhatBelongsToNobody:
    """Cards that a sync reads anyway, of orders that nobody here knows."""

    def test_orders_for_a_mapped_product_are_named(self, merchant: Merchant, context: BrowserContext) -> None:
        """Proves that they are named while they may still come, and that other strangers are not."""
        several(merchant, 1)
        orphan, cancelled, other = (merchant.sell(goods) for goods in (TOTE, TOTE, DRIPPER))
        numbers = {sold.name: merchant.buy(sold.name)[0] for sold in (orphan, cancelled, other)}
        merchant.ali.cancel([numbers[cancelled.name]])
        with merchant.database.write() as session:
            regional = str(int(TOTE[0].ali_item_id) + US_OFFSET)
            session.add(Mapping(shop="main", variant_id="1", product_id=regional, created_at=merchant.clock()))
        (found,) = merchant.sync(context).orphans
        assert (numbers[orphan.name], True) == (found.number, found.what.startswith("1 x "))
        merchant.pull()
        merchant.link(orphan.name, found.number)
        assert [] == merchant.sync(context).orphans


class TestWhatIsRead:
    """Parcels find their lines."""

    def test_two_parcels(self, merchant: Merchant, context: BrowserContext) -> None:
        """Two parcels of one line are kept with their contents, carrier and service."""
        order = merchant.sell((CATALOGUE[7], 3))
        merchant.pull()
        (number,) = merchant.buy(order.name)
        merchant.link(order.name, number)
        merchant.ali.ship([number], parcels=2)
        assert 2 == merchant.sync(context).numbers
        parcels = merchant.line(order.name)["parcels"]
        assert [2, 1] == [item["count"] for parcel in parcels for item in parcel["items"]]
        assert {("USPS", "AliExpress standard shipping")} == {
            (parcel["carrier"], parcel["service"]) for parcel in parcels
        }

    @pytest.mark.long
    def test_account_on_the_us_site(self, merchant: Merchant, context: BrowserContext) -> None:
        """Two parcels of an order that was bought as one product are told, though the site shows another id for it."""
        order = merchant.sell((CATALOGUE[7], 3))
        merchant.pull()
        (number,) = merchant.buy(order.name)
        made = merchant.ali.order(number)
        merchant.link(order.name, number, made.lines[0].product_id)
        made.lines = tuple(replace(each, product_id=str(int(each.product_id) + US_OFFSET)) for each in made.lines)
        merchant.ali.ship([number], parcels=2)
        merchant.sync(context)
        merchant.push(yes=True)
        assert Tab.FULFILLED == merchant.tab(order.name)
        assert [parcel.number for parcel in made.parcels] == [told for _name, told, _state in merchant.fulfilments]

    def test_several_lines_on_one_number(self, merchant: Merchant, context: BrowserContext) -> None:
        """Two lines in one AliExpress order that travels in one parcel are told in one fulfilment."""
        order = merchant.sell(TOTE, (CATALOGUE[4], 1))  # both of one supplier
        merchant.pull()
        (number,) = merchant.buy(order.name)
        merchant.link(order.name, number)
        merchant.ali.ship([number])
        merchant.sync(context)
        merchant.push(yes=True)
        (held,) = merchant.store.snapshot()["fulfillments"]
        assert 2 == len(held["line_items"])
        assert Tab.FULFILLED is merchant.tab(order.name)

    def test_a_number_with_blanks(self, merchant: Merchant, context: BrowserContext) -> None:
        """A tracking number that the page writes with blanks is kept without them."""
        (number,) = several(merchant, 1, parcels=1)
        merchant.ali.set_faults({"blank_in_number": True})
        merchant.sync(context)
        assert [merchant.ali.order(number).parcels[0].number] == merchant.numbers("1001")

    def test_unpaid_with_its_deadline(self, merchant: Merchant, context: BrowserContext) -> None:
        """An order that is not paid says until when the payment is waited for; once paid it goes on."""
        order = merchant.sell(TOTE)
        merchant.pull()
        (number,) = merchant.sandbox.world.buy(order.name, merchant.account)[order.name]
        merchant.link(order.name, number)
        merchant.sync(context)
        assert Tab.AWAITING_PAYMENT is merchant.tab(order.name)
        deadline = merchant.ali_order(number).pay_deadline
        assert deadline is not None
        assert abs(deadline - merchant.ali.order(number).pay_deadline) <= timedelta(days=1)
        merchant.ali.pay([number])
        merchant.sync(context)
        assert Tab.AWAITING_SHIPMENT is merchant.tab(order.name)
