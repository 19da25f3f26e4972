"""Pushing: when numbers go out, in which pieces, and what happens when the store is in trouble."""

import pytest
from sqlmodel import col, select

from bot.facts import Tab
from bot.jobs.push import Pushed, what_is_ready
from bot.jobs.tell import Told
from bot.models import Fulfillment, JobRun
from bot.sandbox.shop_goods import CATALOGUE, FR
from tests.merchant import SHOP, Merchant, empty_database_fixture, merchant_fixture, stand_ins_fixture  # noqa: F401

TOTE, DRIPPER, STAND = ((goods, 1) for goods in CATALOGUE[:3])


def gone_live(merchant: Merchant) -> None:
    """One number was told with a yes; the ones after it go out by themselves."""
    merchant.sent(STAND)
    assert 1 == merchant.push(yes=True).told.sent


def what_waits(merchant: Merchant) -> str | None:
    """Why a push would wait, told by one that is stopped before its first order."""
    return merchant.push(stopped=lambda: True).waits


class TestWhenNumbersGoOut:
    """Nothing is told before a person said so."""

    def test_off_sends_nothing(self, merchant: Merchant) -> None:
        """With live_push off even --yes makes not one call to the store, and the order says why."""
        merchant.config = merchant.configured(live_push=False)
        name, (number,) = merchant.sent(TOTE)
        merchant.store.calls.clear()
        assert Pushed(ready=1, waits="off") == merchant.push(yes=True, retry=True)
        assert ([], []) == (merchant.store.calls, merchant.mails)
        assert f"tracking number {number} is ready, but nothing is told" in merchant.why(name)

    def test_the_first_waits_for_a_yes(self, merchant: Merchant) -> None:
        """The first push of a shop only says so; after one yes the next ones go out by themselves."""
        name, (number,) = merchant.sent(TOTE)
        assert Pushed(ready=1, waits="first") == merchant.push()
        assert [] == merchant.fulfilments
        assert "the first push of a shop waits for you" in merchant.why(name)
        assert Pushed(ready=1, told=Told(sent=1, mailed=1)) == merchant.push(yes=True)
        assert [(name, number, "success")] == merchant.fulfilments
        second, (other,) = merchant.sent(DRIPPER)
        assert "goes out with the next push" in merchant.why(second)
        assert Pushed(ready=1, told=Told(sent=1, mailed=1)) == merchant.push()
        assert [("Shipping confirmation", number), ("Shipping confirmation", other)] == merchant.mails

    def test_nothing_new_makes_no_call(self, merchant: Merchant) -> None:
        """When every number is told, a push asks the store nothing."""
        gone_live(merchant)
        merchant.store.calls.clear()
        assert (Pushed(), []) == (merchant.push(), merchant.store.calls)

    def test_many_at_once_wait(self, merchant: Merchant) -> None:
        """More fulfilments than the limit (50 unless set) wait for a yes, and then all go out; as many do not wait."""
        gone_live(merchant)
        assert 50 == merchant.config.push.confirm_above
        few = merchant.config.push.model_copy(update={"confirm_above": 3})
        merchant.config = merchant.config.model_copy(update={"push": few})
        for _ in range(3):
            merchant.sent(TOTE)
        assert None is what_waits(merchant)
        merchant.sent(DRIPPER)
        assert Pushed(ready=4, waits="many") == merchant.push()
        heard: list[tuple[int, int]] = []
        pushed = merchant.push(yes=True, progress=lambda done, every: heard.append((done, every)))
        assert Pushed(ready=4, told=Told(sent=4, mailed=4)) == pushed
        assert [(done, 4) for done in range(1, 5)] == heard

    def test_what_is_ready_is_listed_without_sending(self, merchant: Merchant) -> None:
        """The list names order, number, carrier, lines and who will be mailed; a correction says that nobody is."""
        name, (number,) = merchant.sent((CATALOGUE[0], 2), place=FR)
        (ready,) = what_is_ready(merchant.database, merchant.config, SHOP)
        assert (name, number, "Colissimo", ("2 x Canvas Tote Bag",), False, "buyer1001@example.com") == (
            ready.order,
            ready.number,
            ready.carrier,
            ready.lines,
            ready.correction,
            ready.mail,
        )
        merchant.push(yes=True)
        (bought,) = merchant.sandbox.world.bought[name]
        merchant.ali.change_number(bought, "LM998877665FR")
        merchant.read(bought)
        (ready,) = what_is_ready(merchant.database, merchant.config, SHOP)
        assert ("LM998877665FR", (), True, None) == (ready.number, ready.lines, ready.correction, ready.mail)
        assert 1 == merchant.posts()

    def test_carrier_link_and_mail_are_said_outright(self, merchant: Merchant) -> None:
        """Each fulfilment names lines, number, carrier and link, and says outright whether the buyer is mailed."""
        merchant.config = merchant.configured(notify_first=False)
        name, (number,) = merchant.sent(TOTE)
        assert Told(sent=1) == merchant.push(yes=True).told
        (held,) = merchant.store.snapshot()["fulfillments"]
        assert ("USPS", number, f"https://t.17track.net/en#nums={number}") == (
            held["tracking_company"],
            held["tracking_number"],
            held["tracking_url"],
        )
        assert (False, []) == (held["notify_customer"], merchant.mails)
        assert Tab.FULFILLED is merchant.tab(name)

    def test_cancelled_and_unpaid_orders_are_left_alone(self, merchant: Merchant) -> None:
        """A number of an order that was called off is not told."""
        name, _ = merchant.sent(TOTE)
        merchant.store.cancel(name)
        merchant.pull()
        assert Pushed() == merchant.push(yes=True)


class TestInPieces:
    """One order, several parcels."""

    def test_a_part_now_and_the_rest_later(self, merchant: Merchant) -> None:
        """The line that is sent is told, the other one stays; its number follows as a fulfilment of its own."""
        order = merchant.sell(TOTE, DRIPPER)
        merchant.pull()
        bought = [merchant.buy(order.name)[0], *merchant.sandbox.world.bought[order.name][1:]]
        for position, number in enumerate(sorted(set(merchant.sandbox.world.bought[order.name])), start=1):
            merchant.link(f"{order.name}/{position}", number)
        first, second = sorted(set(merchant.sandbox.world.bought[order.name]))
        assert {first, second} == {*bought}
        merchant.ali.ship([first])
        merchant.read(first)
        merchant.read(second)
        merchant.push(yes=True)
        assert (Tab.AWAITING_SHIPMENT, 1) == (merchant.tab(order.name), len(merchant.fulfilments))
        merchant.ali.ship([second])
        merchant.read(second)
        assert Told(sent=1, mailed=1) == merchant.push().told
        assert (Tab.FULFILLED, 2) == (merchant.tab(order.name), len(merchant.fulfilments))

    def test_one_line_in_two_parcels(self, merchant: Merchant) -> None:
        """Two parcels of one line are two fulfilments with their part of the quantity."""
        name, numbers = merchant.sent((CATALOGUE[7], 3), parcels=2)
        assert Told(sent=2, mailed=2) == merchant.push(yes=True).told
        held = merchant.store.snapshot()["fulfillments"]
        assert dict(zip(numbers, (2, 1), strict=True)) == {
            each["tracking_number"]: each["line_items"][0]["quantity"] for each in held
        }
        assert Tab.FULFILLED is merchant.tab(name)

    def test_parcels_with_one_number_are_one_fulfilment(self, merchant: Merchant) -> None:
        """Two lines bought in two AliExpress orders that travel under one number are told once, with both lines."""
        order = merchant.sell(TOTE, DRIPPER)
        merchant.pull()
        merchant.buy(order.name)
        for position, number in enumerate(merchant.sandbox.world.bought[order.name], start=1):
            merchant.link(f"{order.name}/{position}", number)
            merchant.ali.ship([number], numbers=["LX000111222CN"])
            merchant.read(number)
        assert Told(sent=1, mailed=1) == merchant.push(yes=True).told
        (held,) = merchant.store.snapshot()["fulfillments"]
        assert ("LX000111222CN", 2) == (held["tracking_number"], len(held["line_items"]))

    def test_a_further_parcel_is_shown_and_not_told(self, merchant: Merchant) -> None:
        """A second parcel of a line with nothing left is a warning, never an error, and does not come up again."""
        name, _ = merchant.sent(TOTE)
        merchant.push(yes=True)
        (bought,) = merchant.sandbox.world.bought[name]
        merchant.ali.ship([bought], numbers=["LX999888777CN"])
        merchant.read(bought)
        merchant.store.calls.clear()
        assert (Pushed(), []) == (merchant.push(), merchant.store.calls)
        (warning,) = merchant.listed(name).warnings
        assert warning.startswith("parcel LX999888777CN ")
        assert warning.endswith("ShopBase is not told")

    def test_two_orders_in_one_parcel(self, merchant: Merchant) -> None:
        """One AliExpress order that was bought for two store orders is told to both, each with its own line."""
        first, second = merchant.sell(TOTE), merchant.sell(TOTE)
        merchant.pull()
        line = merchant.sandbox.world.buy(first.name, merchant.account)
        (number,) = merchant.ali.pay(line[first.name])
        for order in (first, second):
            merchant.link(order.name, number)
        merchant.ali.ship([number], numbers=["LX000111222CN"])
        merchant.read(number)
        merchant.push(yes=True)
        assert [(order.name, "LX000111222CN", "success") for order in (first, second)] == merchant.fulfilments


class TestTroubleInTheStore:
    """What the store answers decides; nothing is ever told twice."""

    def test_refused(self, merchant: Merchant) -> None:
        """A store that takes no fulfilment for a partly refunded order makes it Failed, its number ready to copy."""
        order = merchant.sell(TOTE, (CATALOGUE[7], 2))
        merchant.pull()
        for position, number in enumerate(merchant.buy(order.name), start=1):
            merchant.link(f"{order.name}/{position}", number)
            merchant.ali.ship([number])
            merchant.read(number)
        numbers = merchant.numbers(order.name)
        merchant.store.refund(order.id, {order.lines[1].id: 1})
        merchant.pull()
        assert Told(refused=2) == merchant.push(yes=True).told
        assert (Tab.FAILED, []) == (merchant.tab(order.name), merchant.mails)
        assert f"ShopBase refused tracking number {numbers[0]} (USPS): If an order is refunded" in (
            merchant.why(order.name)
        )

    def test_a_refusal_is_asked_again_after_twenty_hours_or_at_once_on_demand(self, merchant: Merchant) -> None:
        """A refused number rests for 20 hours; `retry` asks at once; when the store takes it, it is told once."""
        gone_live(merchant)
        name, (number,) = merchant.sent(TOTE)
        order = merchant.store.find(name)
        order.lines[0].refunded = 1  # the store knows of a refund that it does not tell
        assert Told(refused=1) == merchant.push().told
        merchant.clock.wait(hours=19)
        assert (Pushed(), Tab.FAILED) == (merchant.push(), merchant.tab(name))
        merchant.clock.wait(hours=2)
        assert Told(refused=1) == merchant.push().told
        assert Told(refused=1) == merchant.push(retry=True).told
        order.lines[0].refunded = 0
        merchant.clock.wait(minutes=1)
        assert Told(sent=1, mailed=1) == merchant.push(retry=True).told
        assert (Tab.FULFILLED, [("Shipping confirmation", number)]) == (merchant.tab(name), merchant.mails[1:])

    def test_a_refusal_that_waits_keeps_its_reason(self, merchant: Merchant) -> None:
        """While the shop's first push still waits for a yes, a refused number is not freed from its reason."""
        name, _ = merchant.sent(TOTE)
        merchant.store.find(name).lines[0].refunded = 1
        merchant.push(yes=True)
        merchant.clock.wait(days=2)
        assert Pushed() == merchant.push()
        assert "ShopBase refused" in merchant.why(name)

    @pytest.mark.parametrize("fault", ["shopbase_lost", "shopbase_500_after"])
    def test_an_answer_that_was_lost(self, merchant: Merchant, fault: str) -> None:
        """The store did it and could not say so: nothing is sent again, the next push finds it, one mail went out."""
        gone_live(merchant)
        name, (number,) = merchant.sent(TOTE)
        merchant.sandbox.world.set_faults({fault: 1})
        pushed = merchant.push()
        assert (Told(unsure=1), 1) == (pushed.told, pushed.unanswered)
        assert [f"{name}: ShopBase gave no answer; the next push looks whether it knows"] == pushed.problems
        posts = merchant.posts()
        assert Told(found=1) == merchant.push().told
        assert posts == merchant.posts()
        assert [(name, number, "success")] == merchant.fulfilments[1:]
        assert [("Shipping confirmation", number)] == merchant.mails[1:]
        assert (Tab.FULFILLED, (number, "USPS", "sent")) == (merchant.tab(name), merchant.told()[1])
        assert [number] == [event.data["number"] for event in merchant.events("told ShopBase")[1:]]

    def test_an_error_before_anything_was_done(self, merchant: Merchant) -> None:
        """The store did nothing and said 500: the next push looks, does not find it, and tells it."""
        gone_live(merchant)
        name, (number,) = merchant.sent(TOTE)
        merchant.sandbox.world.set_faults({"shopbase_500_before": 1})
        assert Told(unsure=1) == merchant.push().told
        assert [] == merchant.fulfilments[1:]
        assert Told(sent=1, mailed=1) == merchant.push().told
        assert [(name, number, "success")] == merchant.fulfilments[1:]
        assert [("Shipping confirmation", number)] == merchant.mails[1:]

    def test_a_number_that_changed_after_it_may_have_been_told(self, merchant: Merchant) -> None:
        """A number that never reached the store and is another one by now leaves nothing behind."""
        gone_live(merchant)
        name, (number,) = merchant.sent(TOTE)
        merchant.sandbox.world.set_faults({"shopbase_500_before": 1})
        merchant.push()
        (bought,) = merchant.sandbox.world.bought[name]
        merchant.ali.change_number(bought, "LM998877665US")
        merchant.read(bought)
        assert Told(sent=1, mailed=1) == merchant.push().told
        assert [(name, "LM998877665US", "success")] == merchant.fulfilments[1:]
        assert ["LM998877665US"] == [told for told, _, _ in merchant.told()[1:]]
        assert number not in dict(merchant.mails)

    def test_an_html_page_for_an_answer(self, merchant: Merchant) -> None:
        """A page instead of JSON holds up one order, is named, and the next push settles it without a second call."""
        gone_live(merchant)
        first, (number,) = merchant.sent(TOTE)
        second, (other,) = merchant.sent(DRIPPER)
        merchant.sandbox.world.set_faults({"shopbase_html": 1})
        pushed = merchant.push()
        (problem,) = pushed.problems
        assert problem.startswith(f"{first}: GET ")
        assert "an HTML page instead of JSON: Just a moment" in problem
        assert [(second, other, "success")] == merchant.fulfilments[1:]
        merchant.push()
        assert [(second, other), (first, number)] == sorted(
            ((order, told) for order, told, _ in merchant.fulfilments[1:]), reverse=True
        )

    def test_too_many_requests_are_waited_out(self, merchant: Merchant) -> None:
        """A 429 on reading is waited out; one on telling is settled by the next push; the number goes out once."""
        gone_live(merchant)
        name, (number,) = merchant.sent(TOTE)
        merchant.sandbox.world.set_faults({"shopbase_429": 2})
        assert Told(sent=1, mailed=1) == merchant.push().told
        assert [(name, number, "success")] == merchant.fulfilments[1:]

    def test_a_store_that_is_down_is_left_alone(self, merchant: Merchant) -> None:
        """After three orders without an answer the push ends and says how many were not tried; all go out later."""
        gone_live(merchant)
        names = [merchant.sent(TOTE)[0] for _ in range(5)]
        merchant.sandbox.world.set_faults({"shopbase_html": True, "shopbase_html_status": 502})
        pushed = merchant.push()
        assert 3 == pushed.unanswered
        assert "ShopBase does not answer: 2 more not tried" == pushed.problems[-1]
        assert names[:3] == [problem.partition(":")[0] for problem in pushed.problems[:3]]
        merchant.store.faults.clear()
        assert Told(sent=5, mailed=5) == merchant.push().told

    def test_an_order_that_was_deleted_holds_nobody_up(self, merchant: Merchant) -> None:
        """An order that the store has no more is named, and the others are told."""
        gone_live(merchant)
        first, _ = merchant.sent(TOTE)
        second, (number,) = merchant.sent(DRIPPER)
        del merchant.store.orders[merchant.store.find(first).id]
        pushed = merchant.push()
        assert (Told(sent=1, mailed=1), 0) == (pushed.told, pushed.unanswered)
        assert 1 == len(pushed.problems)
        assert pushed.problems[0].startswith(f"{first}: GET ")
        assert (second, number, "success") in merchant.fulfilments

    def test_asked_to_stop(self, merchant: Merchant) -> None:
        """A push that is stopped finishes the order at hand; the rest goes out with the next one."""
        gone_live(merchant)
        for goods in (TOTE, DRIPPER, STAND):
            merchant.sent(goods)
        asked = iter([False, False])
        pushed = merchant.push(stopped=lambda: next(asked, True))
        assert (Told(sent=2, mailed=2), True) == (pushed.told, pushed.stopped)
        assert Told(sent=1, mailed=1) == merchant.push().told


def test_no_row_is_left_half_done(merchant: Merchant) -> None:
    """After a push every record of a fulfilment has an end, and nothing is recorded as a run by the push itself."""
    merchant.sent(TOTE)
    merchant.push(yes=True)
    with merchant.database.read() as session:
        assert [] == session.exec(select(Fulfillment).where(col(Fulfillment.store_fulfillment_id).is_(None))).all()
        assert [] == session.exec(select(JobRun)).all()
