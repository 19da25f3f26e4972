"""`dropferry place` as a person meets it: what it asks before a press, and what its exit code says."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.buying_home import home_id
from bot.holds import Hold
from bot.opening import now
from bot.sandbox.server import Sandbox
from tests.buying_home import BuyingHome
from tests.model_site import ModelSite
from tests.processes import called

LIVE = ("place", "--all", "--live")


@pytest.fixture(name="site")
def site_fixture(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelSite]:
    """AliExpress as a model, so that no browser is opened."""
    site = ModelSite(now, lambda _seconds: None)
    monkeypatch.setattr("bot.checkup.before_buying.check_pages", lambda *_: None)
    monkeypatch.setattr("bot.cli.placing._pause", lambda _seconds: None)
    with site.installed(monkeypatch):
        yield site


@pytest.fixture(name="home")
def home_fixture(sandbox: Sandbox, site: ModelSite, tmp_path: Path) -> Iterator[BuyingHome]:
    """A home that may buy, with one paid order that was pulled."""
    sandbox.shop.orders.clear()
    home = BuyingHome(sandbox, tmp_path / "home")
    home.sell()
    home.pull()
    yield home
    sandbox.shop.faults.clear()


def test_nothing_left_to_do_is_no_failure(home: BuyingHome) -> None:
    """Proves exit code 0 for an order that was placed, and for one that only waits."""
    assert 0 == called(home.path, *LIVE).returncode
    home.sell(created=now() + timedelta(minutes=1))
    home.pull()
    done = called(home.path, *LIVE)
    assert (0, True) == (done.returncode, "0 placed, 0 held, 0 unknown, 0 failed" in done.stdout)


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        ({"prepare": "silent"}, "no answer"),
        ({"press": "nothing"}, "the button did nothing"),
        ({}, "the store could not be read"),
    ],
)
def test_order_that_something_kept_from_being_placed_is_a_failure(
    home: BuyingHome, site: ModelSite, faults: dict[str, Any], why: str
) -> None:
    """Proves that a silent site, a dead button and a store that cannot be read are told by exit code 7."""
    for name, fault in faults.items():
        setattr(site.faults, name, fault)
    if not faults:
        home.sandbox.shop.faults["shopbase_html"] = True
    done = called(home.path, *LIVE)
    assert (7, True, True) == (done.returncode, why in done.stdout, "1 failed" in done.stdout), done
    assert {} == home.placed()


@pytest.mark.parametrize("says", [True, False])
def test_who_watches_sees_what_they_say_yes_to(home: BuyingHome, monkeypatch: pytest.MonkeyPatch, says: bool) -> None:
    """Proves that order, line, item, quantity, recipient and total stand above the question, and that no is no."""
    asked: list[str] = []
    monkeypatch.setattr("bot.cli.placing.someone_is_there", lambda: True)

    def answer(question: str) -> bool:
        asked.append(question)
        return says

    monkeypatch.setattr("typer.confirm", answer)
    done = called(home.path, *LIVE, "--supervised")
    (order,) = home.sandbox.shop.orders.values()
    assert order.address is not None
    shown = done.stdout.splitlines()[:4]
    assert [
        f"Order {order.name}, line 1: 1 x {order.lines[0].goods.title}",
        "On AliExpress: 1 x Thing",
        f"For: {order.address['first_name']} {order.address['last_name']}",
        "Total 5.00 USD, paid by Boleto.",
    ] == shown
    assert (['Press "Pay now" now?'], says) == (asked, home.placed() != {})


def test_order_of_a_home_that_is_no_more_is_taken_over(home: BuyingHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that the tag of an old home holds an order until a person says so, and that no leaves all as it was."""
    (order,) = home.sandbox.shop.orders.values()
    order.tags = ["gift", "dropferry:0123456789ab"]
    assert 7 == called(home.path, *LIVE).returncode
    refused = called(home.path, "approve", order.name)
    assert (2, ["gift", "dropferry:0123456789ab"]) == (refused.returncode, order.tags)
    assert {(order.name, 1): Hold.OTHER_HOME} == home.held()
    monkeypatch.setattr("bot.cli.approving.someone_is_there", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda question: "dropferry:0123456789ab" in question)
    assert 0 == called(home.path, "approve", order.name).returncode
    assert ["gift", f"dropferry:{home_id(home.home)}"] == order.tags
    assert 0 == called(home.path, *LIVE).returncode
    assert {(order.name, 1)} == set(home.placed())
