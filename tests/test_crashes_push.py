"""Killed at every checkpoint of a push: each number is told once, each mail goes out once."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.db import Database
from bot.facts import Tab
from bot.home import Home
from bot.models import Fulfillment, FulfillmentState
from bot.opening import database_of
from bot.sandbox import shop_fulfilments
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_goods import CATALOGUE, US
from bot.work import Workplace
from tests.crashing import PUSH, World, cases, kill, new_world, state
from tests.merchant import Clock, Merchant
from tests.processes import called

TOTE, DRIPPER = ((goods, 1) for goods in CATALOGUE[:2])
CONNECTED = (CATALOGUE[9], 1)
LAST_MILE = "LM998877665US"


@pytest.fixture(name="sandbox", scope="module")
def sandbox_fixture() -> Iterator[Sandbox]:
    """Both stand-ins, for all cases."""
    with Sandbox() as running:
        yield running


@pytest.fixture(name="world", scope="module")
def world_fixture(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Six orders: a number that changed since it was told, a new number, one whose line an old app serves, one
    that the old app left waiting, one in a state to be refused, and one that was refused the day before."""
    world = new_world(sandbox, tmp_path_factory.mktemp("push") / "home")
    store = sandbox.shop
    with database_of(Home(world.home), world.config) as database:
        merchant = Merchant(sandbox, Clock(), database, "main")
        place = Workplace(Home(world.home), world.config, database, print)
        for minute, lines in enumerate(((TOTE,), (TOTE,), (CONNECTED,), (CONNECTED,), (TOTE,), (DRIPPER,))):
            store.add_order(lines, place=US, created=store.now() - timedelta(minutes=30 - minute))
        place.pull("main")
        numbers = {}
        for name in ("#1001", "#1002", "#1003", "#1004", "#1005", "#1006"):
            (numbers[name],) = merchant.buy(name)
            merchant.link(name, numbers[name])
            merchant.ali.ship([numbers[name]])
        merchant.read(numbers["#1001"])
        merchant.read(numbers["#1006"])
        store.find("1006").lines[0].refunded = 1
        assert (1, 1) == ((told := place.push("main", yes=True).told).sent, told.refused)
        store.find("1006").lines[0].refunded = 0
        merchant.ali.change_number(numbers["#1001"], LAST_MILE)
        for number in numbers.values():
            merchant.read(number)
        store.find("1005").lines[0].refunded = 1  # a refund that the store does not tell
        left = {"fulfillment": {"notify_customer": False}}
        shop_fulfilments.create(store, store.find("1004"), left)
    world.keep()
    return world


@pytest.fixture(name="undisturbed", scope="module")
def undisturbed_fixture(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], dict[str, Any]]:
    """How it ends when nothing happens."""
    home = world.copy_to(tmp_path_factory.mktemp("undisturbed") / "home")
    assert 0 == called(home, "push", "--retry").returncode
    ended, held = state(home, world.config), world.store()
    assert [Tab.FULFILLED] * 4 + [Tab.FAILED, Tab.FULFILLED] == [order["tab"] for order in ended["orders"]]
    assert (5, {1}) == (len(held["fulfilments"]), set(held["fulfilments"].values()))
    assert ({"#1002", "#1003", "#1004", "#1006"}, {1}) == (
        {order for order, _ in held["mails"]},
        set(held["mails"].values()),
    )
    return ended, held


@pytest.mark.parametrize("at", cases(PUSH))
def test_killed(
    world: World,
    undisturbed: tuple[dict[str, Any], dict[str, Any]],
    tmp_path: Path,
    at: tuple[str, int],
) -> None:
    """After the next push the store holds each number once, each mail went out once, and our record says so."""
    home = world.copy_to(tmp_path / "home")
    kill(home, *at, "push", "--retry")
    done = called(home, "push")
    assert (0, "") == (done.returncode, done.stderr)
    ended, held = undisturbed
    assert held == world.store()
    assert ended == state(home, world.config)
    assert "main: nothing new to tell ShopBase\n" == called(home, "push").stdout
    assert held == world.store()


def test_nothing_stays_half_told(world: World, tmp_path: Path) -> None:
    """Killed again and again at the same place, the push still ends, and no record is left without its end."""
    home = world.copy_to(tmp_path / "home")
    for name in ("push: recorded", "push: created", "push: sent"):
        kill(home, name, 1, "push", "--retry")
    assert 0 == called(home, "push").returncode
    database = Database(f"sqlite:///{home / 'dropferry.db'}")
    with database.read() as session:
        states = Counter(told.state for told in session.exec(select(Fulfillment)))
    database.close()
    assert {FulfillmentState.SENT: 5, FulfillmentState.REFUSED: 1} == dict(states)
    assert 4 == len(world.sandbox.shop.mails)
