"""A person buys on pages of their own: the robot opens the products and notes the numbers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from bot.buying_home import stop_buying
from bot.holds import Hold
from bot.jobs.record_only import RecordOnly
from bot.models import PurchaseState
from bot.sandbox.payer import Payer
from bot.sandbox.server import Sandbox
from flows.errors import PersonNeeded
from tests.pay_home import PayHome, states


@pytest.fixture(name="context", scope="module")
def context_fixture(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the whole module."""
    opened = browser.new_context(**browser_context_args, service_workers="block")
    yield opened
    opened.close()


@pytest.fixture(name="home")
def home_fixture(sandbox: Sandbox, ali: Any, context: BrowserContext, tmp_path: Path, me: str) -> PayHome:
    """A home with an open browser, an empty store, and an account of this test's own."""
    sandbox.shop.orders.clear()
    sandbox.world.bought.clear()
    return PayHome(sandbox, tmp_path / "home", context, me)


class ByHand:
    """A person who buys what the bar names on pages of their own, and says what they did.

    `does` is what they say about each order; those that they say are done they have bought, so many times.
    """

    def __init__(self, home: PayHome, does: dict[str, tuple[str, int]]) -> None:
        self.home, self.does = home, does
        self.payer = Payer({}, home.sandbox)
        self.opened: list[str] = []

    def __call__(self, context: BrowserContext) -> None:
        page = self.payer.front(context)
        if page is None:
            return
        labels = [button.label for button in self.payer.bar_buttons(page)]
        order = next((name for name in self.does if name not in self.opened), None)
        if order is None or "Done" not in " ".join(labels):
            answer = next(each for each in ("No.", "Not sure") if any(label.startswith(each) for label in labels))
            self.payer.bar(page, answer)
            return
        self.opened.append(order)
        assert "/item/" in page.url
        says, times = self.does[order]
        for _ in range(times):
            self.home.sandbox.world.buy(order, self.home.account)
        self.payer.bar(page, says)


def test_number_of_what_was_bought_by_hand_is_noted(home: PayHome) -> None:
    """Proves that each order gets its own number, and that Skip, Hold and Stop leave an order as they should."""
    names = [home.sell(place).name for place in range(5)]
    person = ByHand(home, {names[0]: ("Done", 1), names[1]: ("Skip", 0), names[2]: ("Hold", 0), names[3]: ("Stop", 0)})
    done = home.pay(kind=RecordOnly, rest=person)
    assert dict(zip(names, ("placed", "skipped", "held", "stopped"), strict=False)) == states(done)
    assert {(names[0], 1): (home.orders()[0].number,)} == home.placed()
    assert {(names[2], 1): Hold.BY_PERSON} == home.held()
    assert {PurchaseState.NEW} == {home.state_of(names[place]) for place in (1, 3, 4)}


@pytest.mark.long
def test_two_candidates_are_asked_about(home: PayHome) -> None:
    """Proves that of two new orders for one buyer and thing the person names the one."""
    order = home.sell()
    done = home.pay(kind=RecordOnly, rest=ByHand(home, {order.name: ("Done", 2)}))
    (outcome,) = done.outcomes
    assert ("placed", 1) == (outcome.state, len(outcome.numbers))
    assert {(order.name, 1): outcome.numbers} == home.placed()


@pytest.mark.long
def test_what_is_said_to_be_skipped_but_was_bought_is_noted(home: PayHome) -> None:
    """Proves that AliExpress's list has the last word over what a person says by mistake."""
    order = home.sell()
    done = home.pay(kind=RecordOnly, rest=ByHand(home, {order.name: ("Skip", 1)}))
    assert {order.name: "placed"} == states(done)


def test_what_is_said_to_be_bought_and_is_not_there_stays_open(home: PayHome) -> None:
    """Proves that it is looked for a while, then asked about, and neither bought again nor forgotten."""
    order, other = home.sell(), home.sell(1)
    done = home.pay(kind=RecordOnly, rest=ByHand(home, {order.name: ("Done", 0)}))
    assert ({order.name: "unknown"}, [10.0, 30.0, 60.0]) == (states(done), home.slept)
    assert "do not order it again" in done.outcomes[0].why
    assert (PurchaseState.INTENT, PurchaseState.NEW) == (home.state_of(order.name), home.state_of(other.name))


def test_what_was_bought_before_is_not_opened(home: PayHome) -> None:
    """Proves that an order that stands on AliExpress already, and nobody owns, is held and not bought once more."""
    order = home.sell()
    home.sandbox.world.buy(order.name, home.account)
    done = home.pay(kind=RecordOnly, rest=ByHand(home, {}))
    assert ({order.name: "held"}, {(order.name, 1): Hold.PERHAPS_BOUGHT}) == (states(done), home.held())


def test_stop_file_ends_buying_by_hand_too(home: PayHome) -> None:
    """Proves that the file STOP closes the product that is open, and that no other one is opened."""
    first, second = home.sell(), home.sell(1)
    done = home.pay(kind=RecordOnly, rest=lambda _context: stop_buying(home.home, "a test"))
    assert ({first.name: "stopped"}, True) == (states(done), "STOP" in (done.ended_by or ""))
    done = home.pay(kind=RecordOnly)
    assert ([], True) == (done.outcomes, "STOP" in (done.ended_by or ""))
    assert {PurchaseState.NEW} == {home.state_of(each.name) for each in (first, second)}


@pytest.mark.long
def test_person_helps_where_the_list_asks_for_one(home: PayHome, ali: Any) -> None:
    """Proves that a captcha over the order list is shown to the person, and that the run goes on once it is done."""
    order = home.sell()
    ali.set_faults({"captcha": True})

    def does_the_captcha() -> bool:
        ali.set_faults({"captcha": None})
        return False

    done = home.pay(kind=RecordOnly, rest=ByHand(home, {order.name: ("Done", 1)}), place={"stopped": does_the_captcha})
    assert ({order.name: "placed"}, None) == (states(done), done.trouble)
    assert 1 == sum("AliExpress asks for you in the window" in line for line in home.said)


@pytest.mark.long
def test_person_who_does_not_help_ends_the_run(home: PayHome, ali: Any) -> None:
    """Proves that without the person the run ends before anything is opened, and says whom it needs."""
    order = home.sell()
    ali.set_faults({"captcha": True})
    done = home.pay(kind=RecordOnly, rest=ByHand(home, {}), place={"stopped": lambda: True})
    assert ({}, True) == (states(done), isinstance(done.trouble, PersonNeeded))
    assert PurchaseState.NEW is home.state_of(order.name)
