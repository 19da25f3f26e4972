"""What a sync does with trouble: numbers of another account, pages that cannot be read, sign-in that ends."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from bot.evidence import Evidence
from bot.facts import Tab
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
from tests.test_sync import TOTE, loads, several


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
        [
            {"unknown_status": "Gone fishing"},
            pytest.param({"missing_block": "detail_order_status_block"}, marks=pytest.mark.long),
        ],
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
        (changed,) = synced.pages_changed.items()
        assert ("order_detail: ", 1) == (changed[0][:14], changed[1])
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

    @pytest.mark.long
    def test_one_bad_tracking_page(self, merchant: Merchant, context: BrowserContext) -> None:
        """A tracking answer without its parcels is not taken for an order without parcels."""
        numbers = several(merchant, 2, parcels=1)
        spoilt(merchant, numbers, "tracking", missing_block="trackingDetailLineList")
        synced = merchant.sync(context)
        assert [numbers[0]] == [problem.partition(":")[0] for problem in synced.problems]
        assert ([], 1) == (merchant.numbers("1001"), len(merchant.numbers("1002")))
        merchant.ali.set_faults(dict.fromkeys(("only_orders", "only_answers", "missing_block")))
        assert 1 == merchant.sync(context).numbers

    @pytest.mark.parametrize("fault", [pytest.param("html", marks=pytest.mark.long), "lost"])
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
            pytest.param({"traffic_limit": True}, TryLater, marks=pytest.mark.long),
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

    @pytest.mark.parametrize("trouble", [pytest.param("captcha", marks=pytest.mark.long), "signed_out"])
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

    @pytest.mark.long
    def test_a_silent_site_ends_the_sync(self, merchant: Merchant, context: BrowserContext) -> None:
        """When the site answers no order's page, the sync ends soon and asks to be run again."""
        several(merchant, 5)
        merchant.ali.set_faults({"only_answers": ["detail"], "http_500": True})
        with pytest.raises(TryLater):
            merchant.sync(context)
        merchant.ali.set_faults(dict.fromkeys(("only_answers", "http_500")))
        assert 5 == merchant.sync(context).details

    @pytest.mark.long
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


class TestOneBadCard:
    """One card of the list that cannot be believed holds up no other order."""

    def test_the_others_go_on(self, merchant: Merchant, context: BrowserContext) -> None:
        """The other orders are read as ever, the one is named, and its own page tells where it stands."""
        bad, *others = several(merchant, 3)
        merchant.ali.set_faults({"only_orders": [bad], "only_answers": ["list"], "unknown_status": "Gone fishing"})
        synced = merchant.sync(context)
        assert [AliStatus.TO_SHIP] * 3 == [merchant.ali_order(number).status for number in (bad, *others)]
        assert 3 == synced.details
        (problem,) = synced.problems
        assert bad in problem
        assert "Gone fishing" in problem

    def test_a_list_of_bad_cards_is_a_changed_page(self, merchant: Merchant, context: BrowserContext) -> None:
        """Where no card can be believed the page has changed, and that is said."""
        several(merchant, 2)
        merchant.ali.set_faults({"unknown_status": "Gone fishing"})
        with pytest.raises(PageChanged, match="Gone fishing"):
            merchant.sync(context)
