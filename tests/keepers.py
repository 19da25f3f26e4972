"""Homes whose purchases go wrong in one way each, for tests in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from bot.jobs.purchasing import Outcome
from bot.sandbox.server import Sandbox
from tests.buying_home import Keeper

A_DAY = 86_400


@pytest.fixture(name="context", scope="module")
def context_fixture(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the whole module."""
    opened = browser.new_context(**browser_context_args, service_workers="block")
    yield opened
    opened.close()


@pytest.fixture(name="shared_keeper", scope="module")
def shared_keeper_fixture(
    sandbox: Sandbox, context: BrowserContext, tmp_path_factory: pytest.TempPathFactory
) -> Keeper:
    """A home with one order of two pieces that is never bought."""
    keeper = Keeper(sandbox, tmp_path_factory.mktemp("faults") / "home", context, "never")
    order = keeper.sell(0)
    order.lines[0].quantity = 2
    return keeper


@pytest.fixture(name="never")
def never_fixture(shared_keeper: Keeper, ali: Any) -> Iterator[Keeper]:
    """The home whose order is never bought; afterwards no button was pressed and nothing was ordered."""
    shared_keeper.sign_in()
    before = shared_keeper.presses, ali.market.order_calls
    yield shared_keeper
    assert before == (shared_keeper.presses, ali.market.order_calls)
    assert [] == shared_keeper.orders()
    shared_keeper.buyer.kind, shared_keeper.buyer.coupon = "pay_now_deferred", 0


@pytest.fixture(name="other_sandbox", scope="module")
def other_sandbox_fixture() -> Iterator[Sandbox]:
    """Stand-ins whose store is emptied for each test."""
    with Sandbox() as running:
        yield running


@pytest.fixture(name="keeper")
def keeper_fixture(other_sandbox: Sandbox, context: BrowserContext, tmp_path: Path, me: str) -> Iterator[Keeper]:
    """A home and an account of this test's own, and an empty store."""
    other_sandbox.shop.orders.clear()
    yield Keeper(other_sandbox, tmp_path / "home", context, me)
    other_sandbox.ali.set_faults(dict.fromkeys(type(other_sandbox.ali.faults).model_fields))


def why_held(keeper: Keeper, outcome: Outcome) -> str | None:
    """The cause, as the database has it, of an outcome that says so."""
    assert "held" == outcome.state
    return keeper.held()[outcome.candidate.order, outcome.candidate.position]
