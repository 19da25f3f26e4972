"""Pay runs whose whole window is closed, and what a window leaves behind in the profile of its home."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright

from bot.models import PurchaseState
from bot.sandbox.payer import CARD, Plan
from bot.sandbox.server import Sandbox
from flows.values_paying import BarFace, Choice
from tests.pay_home import PayHome, phone_of, states


@pytest.fixture(name="context", scope="module")
def context_fixture(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the whole module."""
    opened = browser.new_context(**browser_context_args, service_workers="block")
    yield opened
    opened.close()


@pytest.fixture(name="home")
def home_fixture(sandbox: Sandbox, ali: Any, context: BrowserContext, tmp_path: Path, me: str) -> PayHome:
    """A home with an empty store, and an account of this test's own."""
    sandbox.shop.orders.clear()
    sandbox.world.bought.clear()
    return PayHome(sandbox, tmp_path / "home", context, me)


class Asked:
    """A person at the terminal, who says the same each time."""

    def __init__(self, answer: Choice) -> None:
        self.answer, self.heard = answer, list[str]()

    def __call__(self, face: BarFace) -> str:
        self.heard.append(face.message)
        return self.answer


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        pytest.param(Choice.NO, PurchaseState.NEW, marks=pytest.mark.long),
        (Choice.NOT_SURE, PurchaseState.INTENT),
    ],
)
def test_window_closed_before_the_press(
    home: PayHome, playwright: Playwright, answer: Choice, state: PurchaseState
) -> None:
    """Proves that the person is asked, once, whether they pressed; what they do not know stays open."""
    order = home.sell()
    asked = Asked(answer)
    with home.own_window(playwright):
        done = home.pay({order.name: Plan("close_browser")}, ask=asked)
    assert (True, [f"Did you press “Pay now” for order {order.name}?"]) == (done.is_gone, asked.heard)
    assert state is home.state_of(order.name)
    done = home.pay(ask=asked)
    if answer is Choice.NO:
        assert {order.name: "placed"} == states(done)
    else:
        assert ([], True) == (done.outcomes, done.ended_by is not None)
    assert 1 == len(asked.heard)


def test_window_closed_at_the_bank(home: PayHome, playwright: Playwright, ali: Any) -> None:
    """Proves that an order whose press is known is looked for by the next run, and nobody is asked."""
    order = home.sell()
    ali.set_faults({"payment_for": {phone_of(order): "3ds"}})
    asked = Asked(Choice.NOT_SURE)
    with home.own_window(playwright):
        done = home.pay({order.name: Plan(at_bank="close_browser")}, ask=asked)
    assert ({order.name: "unknown"}, True) == (states(done), done.is_gone)
    done = home.pay(ask=asked)
    assert (1, []) == (len(done.settled), asked.heard)
    assert {(order.name, 1): (home.orders()[0].number,)} == home.placed()
    assert 1 == len(home.orders())


def test_typed_card_is_found_nowhere(home: PayHome, playwright: Playwright, ali: Any) -> None:
    """Proves that a card number typed during a run is in no file of the home: database, evidence, logs, profile."""
    order, other = home.sell(), home.sell(1)
    ali.set_faults({"payment_for": {phone_of(order): "card_form"}})
    with home.own_window(playwright):
        done = home.pay(dry=True)
    assert {order.name: "placed", other.name: "placed"} == states(done)
    assert "card_form" in {made.paid_by for made in home.orders()}
    assert [] == found_in(home.path, CARD)
    # What is looked for can be found: the name on the same page stands in what was kept before the press.
    assert found_in(home.path, order.name)


def found_in(folder: Path, text: str) -> list[str]:
    """The files that hold a text, as the programs at work may write it."""
    needles = [each.encode(code) for each in (text, text.replace(" ", "")) for code in ("utf-8", "utf-16-le")]
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [str(file.relative_to(folder)) for file in files if any(each in file.read_bytes() for each in needles)]
