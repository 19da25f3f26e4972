"""Telling ShopBase about one order: what was there before, numbers that change, and what an old app left behind."""

from typing import Any

import pytest

from bot.db import open_database
from bot.facts import Tab
from bot.jobs.tell import DETACH, Told
from bot.sandbox import shop_fulfilments
from bot.sandbox.shop_fulfilments import RefusalError
from bot.sandbox.shop_goods import CATALOGUE
from bot.sandbox.shop_state import ShopFulfilment
from tests.databases import new_postgres_database
from tests.merchant import Merchant, empty_database_fixture, merchant_fixture, stand_ins_fixture  # noqa: F401

TOTE, DRIPPER = ((goods, 1) for goods in CATALOGUE[:2])
CONNECTED = (CATALOGUE[9], 1)
LAST_MILE = "LM998877665US"


def changed(merchant: Merchant, name: str, number: str = LAST_MILE) -> None:
    """The last-mile carrier took the first parcel over, and a sync saw it."""
    bought = merchant.sandbox.world.bought[name][0]
    merchant.ali.change_number(bought, number)
    merchant.read(bought)


def held(merchant: Merchant, name: str, **asked: Any) -> ShopFulfilment:
    """A fulfilment that somebody else made in the store."""
    order = merchant.store.find(name)
    with merchant.store.lock:
        return shop_fulfilments.create(merchant.store, order, {"fulfillment": {"notify_customer": False, **asked}})


class TestCorrections:
    """A number that changes after it was told changes in the store too, in the same fulfilment."""

    def test_without_a_mail(self, merchant: Merchant) -> None:
        """By default the corrected number is not mailed again, and the fulfilment stays one."""
        name, (before,) = merchant.sent(TOTE)
        merchant.push(yes=True)
        changed(merchant, name)
        assert Told(corrected=1) == merchant.push().told
        assert [(name, LAST_MILE, "success")] == merchant.fulfilments
        assert [("Shipping confirmation", before)] == merchant.mails
        (event,) = merchant.events("tracking corrected")
        assert {"number": LAST_MILE, "before": before, "mailed": False} == event.data
        assert Told() == merchant.push().told

    def test_with_a_mail(self, merchant: Merchant) -> None:
        """Where the shop wants it the corrected number is mailed, once."""
        merchant.config = merchant.configured(notify_corrections=True)
        name, (before,) = merchant.sent(TOTE)
        merchant.push(yes=True)
        changed(merchant, name)
        assert Told(corrected=1, mailed=1) == merchant.push().told
        merchant.push()
        assert [("Shipping confirmation", before), ("Shipping update", LAST_MILE)] == merchant.mails

    def test_back_and_forth(self, merchant: Merchant) -> None:
        """A number that changes back is told again, and the store ends with the one that AliExpress shows."""
        name, (before,) = merchant.sent(TOTE)
        merchant.push(yes=True)
        for number in (LAST_MILE, before):
            changed(merchant, name, number)
            assert Told(corrected=1) == merchant.push().told
        assert [(name, before, "success")] == merchant.fulfilments

    def test_refused_and_refused_again(self, merchant: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
        """A correction that the store refuses leaves the old number standing, is kept beside it however often it is
        refused, and goes through once the store takes it."""
        name, (before,) = merchant.sent(TOTE)
        merchant.push(yes=True)
        changed(merchant, name)

        def refuse(*_: object) -> ShopFulfilment:
            raise RefusalError(422, {"errors": {"tracking_number": ["is invalid"]}})

        with monkeypatch.context() as the_store_says_no:
            the_store_says_no.setattr(shop_fulfilments, "update", refuse)
            for _ in range(3):
                assert Told(refused=1) == merchant.push(retry=True).told
        assert [(before, "USPS", "sent"), (LAST_MILE, "USPS", "refused")] == merchant.told()
        assert "tracking_number: is invalid" in (merchant.listed(name).rows.fulfillments[1].problem or "")
        assert Told(corrected=1) == merchant.push(retry=True).told
        assert [(LAST_MILE, "USPS", "sent")] == merchant.told()
        assert [(name, LAST_MILE, "success")] == merchant.fulfilments

    def test_one_of_two_parcels_under_one_number_changes(self, merchant: Merchant) -> None:
        """Where two parcels were told with one number and only one gets its own, the told number stays as it is."""
        order = merchant.sell(TOTE, DRIPPER)
        merchant.pull()
        for position, number in enumerate(merchant.buy(order.name), start=1):
            merchant.link(f"{order.name}/{position}", number)
            merchant.ali.ship([number], numbers=["LX000111222CN"])
            merchant.read(number)
        merchant.push(yes=True)
        changed(merchant, order.name)
        for _ in range(2):
            assert Told() == merchant.push().told
        assert [(order.name, "LX000111222CN", "success")] == merchant.fulfilments
        assert 1 == len(merchant.mails)


class TestWhatIsThere:
    """What the store holds already is found, not told again."""

    def test_the_same_number_by_another_hand(self, merchant: Merchant) -> None:
        """A number that somebody typed into the store, with blanks and in small letters, is found and not told."""
        name, (number,) = merchant.sent(TOTE)
        held(merchant, name, tracking_number=f" {number[:4]} {number[4:]} ".lower())
        assert Told(found=1) == merchant.push(yes=True).told
        assert (1, [], Tab.FULFILLED) == (len(merchant.fulfilments), merchant.mails, merchant.tab(name))

    def test_another_number_by_another_hand(self, merchant: Merchant) -> None:
        """A line that somebody fulfilled with another number has nothing left: ours is a further parcel."""
        name, (number,) = merchant.sent(TOTE)
        held(merchant, name, tracking_number="RB123456789SG")
        assert Told() == merchant.push(yes=True).told
        assert [(name, "RB123456789SG", "success")] == merchant.fulfilments
        assert Tab.FULFILLED is merchant.tab(name)
        assert number in merchant.listed(name).warnings[0]

    def test_a_cancelled_fulfilment_counts_for_nothing(self, merchant: Merchant) -> None:
        """A fulfilment that was cancelled in the store does not stand for its lines."""
        name, (number,) = merchant.sent(TOTE)
        made = held(merchant, name, tracking_number="RB123456789SG")
        order = merchant.store.find(name)
        shop_fulfilments.move(merchant.store, order, made, "cancel")
        assert Told(sent=1, mailed=1) == merchant.push(yes=True).told
        assert [(name, "RB123456789SG", "cancelled"), (name, number, "success")] == merchant.fulfilments


class TestAnOldApp:
    """Lines of the connector's own service wait in the store until somebody opens and completes them."""

    def test_ours_is_opened_and_completed(self, merchant: Merchant) -> None:
        """A fulfilment that the store leaves pending is opened and completed; one mail goes out, at its end."""
        name, (number,) = merchant.sent(CONNECTED)
        assert Told(sent=1, mailed=1) == merchant.push(yes=True).told
        steps = [call["path"].rsplit("/", 1)[1] for call in merchant.store.calls if call["method"] == "POST"]
        assert ["fulfillments.json", "open.json", "complete.json"] == steps
        assert [(name, number, "success")] == merchant.fulfilments
        assert [("Shipping confirmation", number)] == merchant.mails
        assert Tab.FULFILLED is merchant.tab(name)

    @pytest.mark.parametrize("its_mail", [False, True])
    @pytest.mark.parametrize("opened", [False, True])
    def test_one_that_was_left_is_taken_over(self, merchant: Merchant, opened: bool, its_mail: bool) -> None:
        """A fulfilment that the old app left waiting gets our number and is completed; the buyer hears of it once."""
        name, (number,) = merchant.sent(CONNECTED)
        left = held(merchant, name, notify_customer=its_mail)
        if opened:
            shop_fulfilments.move(merchant.store, merchant.store.find(name), left, "open")
        assert Told(sent=1, mailed=1) == merchant.push(yes=True).told
        assert ([(name, number, "success")], 0) == (merchant.fulfilments, merchant.posts())
        assert [number] == [told for _, told in merchant.mails]

    def test_one_for_other_lines_is_for_the_merchant(self, merchant: Merchant) -> None:
        """One that holds other pieces than ours is not touched: the order is Failed and says how to detach it."""
        name, (number,) = merchant.sent((CATALOGUE[9], 2))
        order = merchant.store.find(name)
        held(merchant, name, line_items=[{"id": order.lines[0].id, "quantity": 1}])
        assert Told(stuck=1) == merchant.push(yes=True).told
        assert [(name, "", "pending")] == merchant.fulfilments
        assert Tab.FAILED is merchant.tab(name)
        assert f"tracking number {number} " in merchant.why(name)
        assert merchant.why(name).endswith(f"unfinished: {DETACH}")
        assert "detach it from the old app" in DETACH

    def test_stuck_and_then_detached(self, merchant: Merchant) -> None:
        """Once the merchant has detached it, a push with retry goes through."""
        name, (number,) = merchant.sent((CATALOGUE[9], 2))
        order = merchant.store.find(name)
        left = held(merchant, name, line_items=[{"id": order.lines[0].id, "quantity": 1}])
        merchant.push(yes=True)
        shop_fulfilments.move(merchant.store, order, left, "cancel")
        order.lines[0].service = "manual"
        assert Told(sent=1, mailed=1) == merchant.push(yes=True, retry=True).told
        assert (name, number, "success") == merchant.fulfilments[-1]
        assert Tab.FULFILLED is merchant.tab(name)

    @pytest.mark.parametrize("step", ["open", "complete"])
    def test_lost_between_two_steps(self, merchant: Merchant, step: str) -> None:
        """An answer that is lost while the fulfilment is opened or completed is settled by the next push."""
        name, (number,) = merchant.sent(CONNECTED)
        order = merchant.store.find(name)
        steps = {"open": ["create"], "complete": ["create", "open"]}[step]
        made = held(merchant, name, tracking_number=number, notify_customer=True)
        for each in steps[1:]:
            shop_fulfilments.move(merchant.store, order, made, each)
        merchant.sandbox.world.set_faults({"shopbase_500_after": 1})
        assert Told(unsure=1) == merchant.push(yes=True).told
        merchant.push(yes=True)
        assert ([(name, number, "success")], 0) == (merchant.fulfilments, merchant.posts())
        assert [("Shipping confirmation", number)] == merchant.mails


class TestOneNumberTwice:
    """Two AliExpress orders of one buyer may travel under one number, and the second be seen only later."""

    def test_a_crash_before_the_second_telling_loses_nothing(
        self, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The line that came second is told by the next push, although its number is with the store already."""
        order = merchant.sell(TOTE, DRIPPER)
        merchant.pull()
        numbers = merchant.buy(order.name)
        for position, number in enumerate(numbers, start=1):
            merchant.link(f"{order.name}/{position}", number)
        merchant.ali.ship([numbers[0]], numbers=["LP00998877665544"])
        merchant.read(numbers[0])
        merchant.push(yes=True)
        merchant.ali.ship([numbers[1]], numbers=["LP00998877665544"])
        merchant.read(numbers[1])

        def die(name: str) -> None:
            if name == "push: recorded":
                raise KeyboardInterrupt

        monkeypatch.setattr("bot.checkpoints.reached", die)
        with pytest.raises(KeyboardInterrupt):
            merchant.push()
        monkeypatch.undo()
        merchant.push()
        assert Tab.FULFILLED is merchant.tab(order.name)
        assert [(order.name, "LP00998877665544", "success")] * 2 == merchant.fulfilments
        assert 2 == len(merchant.mails)
        assert Told() == merchant.push().told


def test_a_day_on_postgresql(merchant: Merchant, postgres: str) -> None:
    """Pull, a lost answer, a correction, a refusal and its retry end on PostgreSQL as they do on SQLite."""
    sqlite, merchant.database = merchant.database, open_database(new_postgres_database(postgres))
    try:
        name, (before,) = merchant.sent(TOTE)
        merchant.sandbox.world.set_faults({"shopbase_lost": 1})
        assert Told(unsure=1) == merchant.push(yes=True).told
        assert Told(found=1) == merchant.push(yes=True).told
        changed(merchant, name)
        assert Told(corrected=1) == merchant.push().told
        refused, _ = merchant.sent(DRIPPER)
        merchant.store.find(refused).lines[0].refunded = 1
        assert Told(refused=1) == merchant.push().told
        merchant.store.find(refused).lines[0].refunded = 0
        assert Told(sent=1, mailed=1) == merchant.push(retry=True).told
        assert [Tab.FULFILLED] * 2 == [merchant.tab(name), merchant.tab(refused)]
        assert (LAST_MILE, before) == (merchant.numbers(name)[0], merchant.mails[0][1])
    finally:
        merchant.database.close()
        merchant.database = sqlite
