"""Syncing an AliExpress account: which pages are opened, what is kept of them, and what trouble leaves behind."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from bot.evidence import Evidence
from bot.facts import Tab
from bot.jobs.sync import Synced, has_open_orders
from bot.sandbox.shop_goods import CATALOGUE
from flows.errors import NeedKind, PageChanged, PersonNeeded, TryLater
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

    @pytest.mark.parametrize("end", ["cancel", "close"])
    def test_what_is_over_is_read_no_more(self, merchant: Merchant, context: BrowserContext, end: str) -> None:
        """An order that was called off on AliExpress makes its store order Failed, and is not looked for again."""
        (number,) = several(merchant, 1)
        merchant.sync(context)
        getattr(merchant.ali, end)([number])
        merchant.sync(context)
        assert Tab.FAILED is merchant.tab("1001")
        assert not has_open_orders(merchant.database, merchant.account)

    def test_delivered_and_confirmed(self, merchant: Merchant, context: BrowserContext) -> None:
        """An order that is completed with its number known is over; its parcel says delivered."""
        (number,) = several(merchant, 1, parcels=1)
        merchant.ali.deliver([number])
        merchant.sync(context)
        assert not has_open_orders(merchant.database, merchant.account)
        assert [True] == [parcel["delivered"] for parcel in merchant.line("1001")["parcels"]]

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
        for half_day in range(1, 44):
            merchant.clock.wait(hours=12)
            if half_day > 24 or half_day <= 4:
                loads(merchant)
                merchant.sync(context)
                days += [half_day / 2] if "tracking" in loads(merchant) else []
        assert [1.0, 2.0, 12.5, 13.5, 16.5, 19.5] == days

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


class TestNotInThisAccount:
    """A number that the account does not have."""

    def test_it_is_failed_and_costs_one_page_a_sync(self, merchant: Merchant, context: BrowserContext) -> None:
        """A mistyped number makes its order Failed with the fix; later syncs neither walk the list down for it nor
        forget it, and the right number puts it in order."""
        (theirs,) = merchant.ali.bulk(1, "somebody-else")
        merchant.ali.bulk(30, merchant.account)
        order = merchant.sell(TOTE)
        merchant.pull()
        merchant.link(order.name, theirs)
        synced = merchant.sync(context)
        assert (3, 1, []) == (synced.list_pages, synced.missing, synced.problems)
        assert Tab.FAILED is merchant.tab(order.name)
        assert f"AliExpress shows no order {theirs} in this account; link the right number" in merchant.why(order.name)
        loads(merchant)
        assert 1 == merchant.sync(context).missing
        assert {"list": 1, "detail": 1} == loads(merchant)
        (right,) = merchant.buy(order.name)
        merchant.link(order.name, right)
        merchant.sync(context)
        assert Tab.AWAITING_SHIPMENT is merchant.tab(order.name)


def spoilt(merchant: Merchant, numbers: list[str], kind: str, **fault: Any) -> None:
    """A fault that hits the first order's page of a kind alone."""
    merchant.ali.set_faults({"only_orders": numbers[:1], "only_answers": [kind], **fault})


class TestTrouble:
    """A page that cannot be read is named; the others go on, and nothing is guessed."""

    @pytest.mark.parametrize(
        "fault",
        [{"unknown_status": "Gone fishing"}, {"missing_block": "detail_order_status_block"}],
        ids=lambda fault: next(iter(fault)),
    )
    def test_one_bad_order_page(
        self, merchant: Merchant, context: BrowserContext, tmp_path: Path, fault: dict[str, Any]
    ) -> None:
        """An order's page that is of an unknown kind is named, kept and read again next time; others are served."""
        numbers = several(merchant, 2, parcels=1)

        def spoil(what: str, _done: int, _every: int) -> None:
            if what == "orders in the list":
                merchant.ali.set_faults({"only_orders": numbers[:1], **fault})
            elif what == "tracking pages":
                merchant.ali.set_faults(dict.fromkeys(fault))

        synced = merchant.sync(context, tabs=1, on_trouble=Evidence(tmp_path / "evidence").keep, progress=spoil)
        (problem,) = synced.problems
        assert problem.startswith(f"{numbers[0]}: order_detail: ")
        (kept,) = (tmp_path / "evidence").iterdir()
        assert f"(kept in evidence/{kept.name})" in problem
        assert (Tab.FAILED, Tab.AWAITING_SHIPMENT) == (merchant.tab("1001"), merchant.tab("1002"))
        assert "could not be read" in merchant.why("1001")
        # The number stands on another page: it is known, and the buyer hears of it.
        assert [[merchant.ali.order(number).parcels[0].number] for number in numbers] == [
            merchant.numbers("1001"),
            merchant.numbers("1002"),
        ]
        loads(merchant)
        assert [] == merchant.sync(context).problems
        assert {"list": 1, "detail": 1, "tracking": 1} == loads(merchant)
        assert Tab.AWAITING_SHIPMENT is merchant.tab("1001")

    def test_one_bad_tracking_page(self, merchant: Merchant, context: BrowserContext) -> None:
        """A tracking answer without its parcels is not taken for an order without parcels."""
        numbers = several(merchant, 2, parcels=1)
        spoilt(merchant, numbers, "tracking", missing_block="trackingDetailLineList")
        synced = merchant.sync(context)
        assert [numbers[0]] == [problem.partition(":")[0] for problem in synced.problems]
        assert ([], 1) == (merchant.numbers("1001"), len(merchant.numbers("1002")))
        merchant.ali.set_faults(dict.fromkeys(("only_orders", "only_answers", "missing_block")))
        assert 1 == merchant.sync(context).numbers

    @pytest.mark.parametrize("fault", ["broken_json", "html", "lost", "http_500"])
    def test_an_answer_that_is_none(self, merchant: Merchant, context: BrowserContext, fault: str) -> None:
        """Where one order gets no answer, its drawn page is none either: it is named, and the other order goes on."""
        numbers = several(merchant, 2)
        spoilt(merchant, numbers, "detail", **{fault: True})
        synced = merchant.sync(context)
        assert [numbers[0]] == [problem.partition(":")[0] for problem in synced.problems]
        assert AliStatus.TO_SHIP is merchant.ali_order(numbers[1]).status
        assert merchant.ali_order(numbers[1]).detail_read_at is not None
        merchant.ali.set_faults(dict.fromkeys(("only_orders", "only_answers", fault)))
        assert (1, []) == ((synced := merchant.sync(context)).details, synced.problems)

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            ({"empty_skeleton": True}, PageChanged),
            ({"broken_json": True}, PageChanged),
            ({"traffic_limit": True}, TryLater),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
    )
    def test_a_bad_list(
        self, merchant: Merchant, context: BrowserContext, fault: dict[str, Any], error: type[Exception]
    ) -> None:
        """A list that cannot be read ends the sync; nothing of it is taken for paid, sent or gone."""
        (number,) = several(merchant, 1)
        merchant.sync(context)
        before = merchant.ali_order(number)
        merchant.ali.set_faults({"only_answers": ["list"], **fault})
        with pytest.raises(error):
            merchant.sync(context)
        assert before == merchant.ali_order(number)

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [({"signed_out": True}, NeedKind.SIGNED_OUT), ({"captcha": True}, NeedKind.CAPTCHA)],
        ids=["signed_out", "captcha"],
    )
    def test_a_person_is_needed_from_the_start(
        self, merchant: Merchant, context: BrowserContext, fault: dict[str, Any], kind: NeedKind
    ) -> None:
        """Signed out, or asked whether one is human: the sync ends with what a person has to do."""
        (number,) = several(merchant, 1)
        merchant.ali.set_faults(fault)
        with pytest.raises(PersonNeeded) as caught:
            merchant.sync(context)
        merchant.ali.set_faults({"signed_out": False, "captcha": None})
        assert (kind, None) == (caught.value.kind, merchant.ali_order(number).status)

    @pytest.mark.parametrize("trouble", ["captcha", "signed_out"])
    def test_a_person_is_needed_in_the_middle(self, merchant: Merchant, context: BrowserContext, trouble: str) -> None:
        """What was read before AliExpress asked for a person is kept; the rest is read next time, and only that."""
        numbers = several(merchant, 6)
        seen: list[int] = []

        def interrupt(what: str, done: int, _every: int) -> None:
            if what == "order pages":
                seen.append(done)
                if done == 2:
                    merchant.ali.set_faults({trouble: True})

        with pytest.raises(PersonNeeded):
            merchant.sync(context, progress=interrupt, tabs=1)
        read = [number for number in numbers if merchant.ali_order(number).detail_read_at is not None]
        assert len(seen) == len(read)
        assert 2 <= len(read) < 6
        merchant.ali.set_faults({trouble: False})
        loads(merchant)
        assert 6 - len(read) == merchant.sync(context).details

    def test_a_silent_site_ends_the_sync(self, merchant: Merchant, context: BrowserContext) -> None:
        """When the site answers no order's page, the sync ends soon and asks to be run again."""
        several(merchant, 5)
        merchant.ali.set_faults({"only_answers": ["detail"], "http_500": True})
        with pytest.raises(TryLater):
            merchant.sync(context)
        merchant.ali.set_faults(dict.fromkeys(("only_answers", "http_500")))
        assert 5 == merchant.sync(context).details

    def test_asked_to_stop(self, merchant: Merchant, context: BrowserContext) -> None:
        """A sync that is stopped ends after the pages at hand and says so; the next one reads the rest."""
        several(merchant, 6)
        pages: list[str] = []
        synced = merchant.sync(
            context,
            tabs=1,
            progress=lambda what, _done, _every: pages.append(what),
            stopped=lambda: pages.count("order pages") >= 2,
        )
        assert (True, True) == (synced.stopped, 2 <= synced.details <= 3)
        again = merchant.sync(context)
        assert (6 - synced.details, False) == (again.details, again.stopped)
