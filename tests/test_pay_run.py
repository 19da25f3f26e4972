"""Pay runs in the sandbox, with a player who presses and pays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from bot.sandbox.server import Sandbox
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


def test_each_press_is_recorded(home: PayHome) -> None:
    """Proves that orders pressed one after the other are placed with their own numbers."""
    sold = [home.sell(0) for _ in range(3)]
    done = home.pay()
    print(done, home.said)
    assert {order.name: "placed" for order in sold} == states(done)
    assert ([], []) == (home.bought_twice(), home.wrong_numbers())
