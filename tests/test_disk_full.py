"""A disk that keeps nothing: a sync goes on, nothing is pressed without evidence, what was pressed is looked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from bot import checkpoints
from bot.config import Config
from bot.db import Database
from bot.evidence import Evidence, why_not_kept
from bot.facts import Tab
from bot.home import Home
from bot.models import PurchaseState
from bot.notifying.machine import machine_in_trouble
from bot.sandbox.server import Sandbox
from flows.errors import PageChanged
from tests.buying_home import Keeper
from tests.merchant import (  # noqa: F401
    Merchant,
    context_fixture,
    empty_database_fixture,
    merchant_fixture,
    one_context_fixture,
    stand_ins_fixture,
)
from tests.test_sync import several


def unwritable(folder: Path) -> None:
    """Nothing can be kept there: a file lies where the folder should be."""
    if folder.is_dir():
        folder.rename(folder.with_name(f"{folder.name}-before"))
    folder.write_text("", encoding="utf-8")


@pytest.fixture(name="till", scope="module")
def till_fixture(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for all that buys here."""
    opened = browser.new_context(**browser_context_args, service_workers="block")
    yield opened
    opened.close()


@pytest.fixture(name="keeper")
def keeper_fixture(sandbox: Sandbox, ali: Any, till: BrowserContext, tmp_path: Path, me: str) -> Keeper:
    """A home that may buy, with an account of this test's own; `ali` ends its faults."""
    assert ali is sandbox.ali
    sandbox.shop.orders.clear()
    return Keeper(sandbox, tmp_path / "home", till, me)


def test_sync_reads_on(merchant: Merchant, context: BrowserContext, tmp_path: Path) -> None:
    """Proves that a bad page that cannot be kept is named all the same, and that the other orders are read."""
    numbers = several(merchant, 2, parcels=1)

    def spoil(what: str, _done: int, _every: int) -> None:
        if what == "orders in the list":
            merchant.ali.set_faults({"only_orders": numbers[:1], "unknown_status": "Gone fishing"})
        elif what == "tracking pages":
            merchant.ali.set_faults({"unknown_status": None})

    unwritable(tmp_path / "evidence")
    synced = merchant.sync(context, tabs=1, on_trouble=Evidence(tmp_path / "evidence").keep, progress=spoil)
    (problem,) = synced.problems
    assert problem.startswith(f"{numbers[0]}: order_detail: ")
    assert "kept in" not in problem
    assert (Tab.FAILED, Tab.AWAITING_SHIPMENT) == (merchant.tab("1001"), merchant.tab("1002"))


def test_nothing_is_pressed_without_evidence(keeper: Keeper) -> None:
    """Proves that a press whose page cannot be kept does not happen, with the reason and what to do."""
    order, before = keeper.sell(), keeper.presses

    def fill_up(_quote: Any) -> bool:
        unwritable(keeper.home.evidence)
        return True

    outcome = keeper.one(order.name, supervised=fill_up)
    assert ("nothing", True) == (outcome.state, "cannot be kept" in outcome.why)
    assert "dropferry doctor" in outcome.why
    assert (before, []) == (keeper.presses, keeper.orders())
    ((purchase, _),) = keeper.purchases().values()
    assert (PurchaseState.NEW, None) == (purchase.state, purchase.intent_at)


def fill_up_after_intent(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full from the moment at which the intent is written down."""

    def reached(name: str) -> None:
        if name == "place: intent remembered":
            unwritable(keeper.home.evidence)

    monkeypatch.setattr(checkpoints, "reached", reached)


def test_what_was_pressed_is_followed_up(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that an order whose pictures have no room is found and noted like any other."""
    order = keeper.sell()
    fill_up_after_intent(keeper, monkeypatch)
    outcome = keeper.one(order.name)
    (made,) = keeper.orders()
    assert ("placed", (made.number,)) == (outcome.state, outcome.numbers)
    assert keeper.home.evidence.is_file()


@pytest.mark.long
def test_a_press_that_did_nothing_is_taken_back(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that the intent of a button that sent nothing is taken back where that cannot be pictured either."""
    keeper.sandbox.ali.set_faults({"redraw": "total", "redraw_on": "pointerdown"})
    order = keeper.sell()
    fill_up_after_intent(keeper, monkeypatch)
    outcome = keeper.one(order.name)
    assert ("failed", []) == (outcome.state, keeper.orders())
    ((purchase, _),) = keeper.purchases().values()
    assert (PurchaseState.NEW, None) == (purchase.state, purchase.intent_at)


def test_a_page_that_failed_ends_the_run_as_itself(keeper: Keeper) -> None:
    """Proves that trouble with a page stays that trouble where nothing of it can be kept."""
    order = keeper.sell()
    keeper.sandbox.ali.set_faults({"button_popup": True})
    unwritable(keeper.home.evidence)
    with pytest.raises(PageChanged) as changed:
        keeper.one(order.name)
    assert changed.value.evidence is None


def test_the_merchant_is_told_once(sqlite: Database, tmp_path: Path) -> None:
    """Proves that a folder that cannot be written is one standing trouble, which ends when it can be written again."""
    home = Home(tmp_path / "home")
    home.ensure()
    config = Config.model_validate(
        {"shops": {"main": {"url": "https://one.onshopbase.com", "account": "main"}}, "accounts": {"main": {}}}
    )

    def told() -> list[tuple[str, str]]:
        with sqlite.read() as session:
            found = machine_in_trouble(session, home, config)
            return [(notice.key, notice.fingerprint) for notice in found]

    assert [] == told()
    unwritable(home.evidence)
    first = told()
    assert ["machine:evidence"] == [key for key, _ in first]
    assert first == told()
    home.evidence.unlink()
    home.ensure()
    assert [] == told()


def test_why_nothing_can_be_kept(tmp_path: Path) -> None:
    """Proves that a folder that cannot be written is told with its reason, and a good or missing one is not."""
    good = tmp_path / "good"
    good.mkdir()
    assert None is why_not_kept(good)
    assert [] == list(good.iterdir())
    assert None is why_not_kept(tmp_path / "missing")
    unwritable(tmp_path / "bad")
    assert "Not a directory" == why_not_kept(tmp_path / "bad")
