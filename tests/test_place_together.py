"""More than one hand on the same orders: two processes, two homes, a restored backup, a copied folder, a backlog."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from playwright.sync_api import Browser, BrowserContext

from bot.buying_home import MayNotBuyError, home_id
from bot.holds import Hold
from bot.home import Home, write_private
from bot.sandbox.ready_home import COOKIES_FILE, storage_state
from bot.sandbox.server import Sandbox
from tests.buying_home import BuyingHome, Keeper
from tests.databases import new_postgres_database
from tests.processes import called, dropferry, started, wait_until

LIVE = ("place", "--all", "--live")


@pytest.fixture(name="context", scope="module")
def context_fixture(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the whole module."""
    opened = browser.new_context(**browser_context_args, service_workers="block")
    yield opened
    opened.close()


@pytest.fixture(name="empty")
def empty_fixture(sandbox: Sandbox, ali: Any) -> Sandbox:
    """The stand-ins with an empty store."""
    sandbox.shop.orders.clear()
    sandbox.world.bought.clear()
    return sandbox


@pytest.fixture(name="keeper")
def keeper_fixture(empty: Sandbox, context: BrowserContext, tmp_path: Path, me: str) -> Keeper:
    """A home with an open browser, and an account of this test's own."""
    return Keeper(empty, tmp_path / "home", context, me)


def home_of(sandbox: Sandbox, folder: Path, account: str, database: str | None = None) -> BuyingHome:
    """A home that buys with that AliExpress account, and keeps its rows in that database."""
    sandbox.ali.market.buyer(account).kind = "pay_now_deferred"
    home = BuyingHome(sandbox, folder)
    cookies = storage_state(sandbox.ali.sign_in(account))
    write_private(folder / COOKIES_FILE, json.dumps(cookies))
    if database is not None:
        url = database.replace("+psycopg", "").replace(":@", "@")
        settings = home.home.config_file.read_text(encoding="utf-8")
        write_private(home.home.config_file, f'database = "{url}"\n{settings}')
    return home


def run_all(*homes: BuyingHome) -> "list[subprocess.CompletedProcess[str]]":
    """A live run in each home, all at the same time."""
    with ThreadPoolExecutor(len(homes)) as pool:
        return list(pool.map(lambda home: dropferry(home.path, *LIVE), homes))


def test_two_runs_of_one_home_come_one_after_the_other(empty: Sandbox, tmp_path: Path, me: str) -> None:
    """Proves that a second run leaves with code 6 and says who is at work, or waits and finds nothing left to buy."""
    home = home_of(empty, tmp_path / "home", me)
    home.sell()
    home.pull()
    empty.ali.set_faults({"order_slow_ms": 2000})
    with started(home.path, *LIVE) as first:
        wait_until(lambda: any(home.home.locks.glob("account-*.json")), "the browser in use")
        hurried = called(home.path, *LIVE, "--wait", 0)
        patient = dropferry(home.path, *LIVE)
        assert 0 == first.end()
    assert (6, True) == (hurried.returncode, f"in use by process {first.process.pid}" in hurried.stderr)
    assert (0, True) == (patient.returncode, "waiting for it" in patient.stderr)
    assert {("#1001", 1): tuple(order.number for order in home.made(me)["#1001", 1])} == home.placed()
    assert 1 == len(home.made(me)["#1001", 1])


def test_two_homes_that_share_a_store_buy_each_line_once(empty: Sandbox, tmp_path: Path, me: str) -> None:
    """Proves that of two computers with databases and AliExpress accounts of their own one buys each order."""
    homes = [home_of(empty, tmp_path / name, f"{me}-{name}") for name in ("one", "other")]
    for _ in range(2):
        homes[0].sell()
    for home in homes:
        home.pull()
    done = run_all(*homes)
    assert {each.returncode for each in done} <= {0, 7}, [each.stderr for each in done]
    made = [home.made(f"{me}-{name}") for home, name in zip(homes, ("one", "other"), strict=True)]
    for line in made[0]:
        assert 1 == len(made[0][line]) + len(made[1][line])
    placed = [home.placed() for home in homes]
    assert set(made[0]) == placed[0].keys() | placed[1].keys()
    held = {cause for home in homes for cause in home.held().values()}
    assert held <= {Hold.OTHER_HOME}


@pytest.mark.long
def test_two_homes_with_one_database_buy_each_line_once(empty: Sandbox, postgres: str, tmp_path: Path, me: str) -> None:
    """Proves the same for two homes on one PostgreSQL and one AliExpress account; neither ends in a crash."""
    url = new_postgres_database(postgres)
    homes = [home_of(empty, tmp_path / name, me, url) for name in ("one", "other")]
    for home in homes:
        home.allow()
    copy_mappings(homes[0])
    for _ in range(2):
        homes[0].sell()
    homes[0].pull()
    done = run_all(*homes)
    # Each keeps off an address book that the other edits, and off an order that the other is at: what that leaves is
    # bought by their next runs, or waits for a person.
    done += [dropferry(home.path, *LIVE) for home in homes * 2 if len(homes[0].placed()) < 2]
    assert {each.returncode for each in done} <= {0, 7}, [each.stderr for each in done]
    made = {line: orders for line, orders in homes[0].made(me).items() if orders}
    assert dict.fromkeys(made, 1) == {line: len(orders) for line, orders in made.items()}
    assert {line: (orders[0].number,) for line, orders in made.items()} == homes[0].placed()
    assert {("#1001", 1), ("#1002", 1)} == homes[0].placed().keys() | homes[0].held().keys()


def copy_mappings(home: BuyingHome) -> None:
    """What each variant is bought as, in the database that the home has now."""
    from bot.models_buying import Mapping
    from bot.sandbox.mapping_rows import mapping_rows

    now = datetime.now(UTC)
    with home.database() as database, database.write() as session:
        for row in mapping_rows():
            session.add(
                Mapping(
                    shop="main", variant_id=str(row.variant_id), product_id=row.product_id, sku_id=row.sku_id,
                    sku_attr=row.sku_attr, carrier=row.carrier, looked_at=now, created_at=now,
                )
            )  # fmt: skip


def test_restored_database_buys_nothing_before_it_has_looked(keeper: Keeper) -> None:
    """Proves that a database from a backup may not buy until `reconcile`, and then buys nothing a second time."""
    first = keeper.sell()
    keeper.pull()
    backup = keeper.path / "backup.db"
    shutil.copy(keeper.home.database_file, backup)
    assert "placed" == keeper.one(first.name).state
    second = keeper.sell()
    shutil.copy(backup, keeper.home.database_file)
    with pytest.raises(MayNotBuyError, match="restored from a backup"):
        keeper.place()
    keeper.allow()
    done = keeper.place()
    states = {each.candidate.order: each.state for each in done.outcomes}
    assert {first.name: "held", second.name: "placed"} == states
    assert {(first.name, 1): Hold.PERHAPS_BOUGHT} == keeper.held()
    assert 2 == len(keeper.orders())


def test_new_home_has_to_look_first(keeper: Keeper) -> None:
    """Proves that neither a new folder nor the copy of one may buy before its own `reconcile`."""
    copied = keeper.path.parent / "copied"
    shutil.copytree(keeper.path, copied, ignore=shutil.ignore_patterns("profiles", "locks"))
    assert home_id(keeper.home) != home_id(Home(copied))
    done = called(copied, *LIVE)
    assert (4, True) == (done.returncode, "has not yet looked" in done.stderr)


def test_reconcile_lets_a_new_home_buy_and_names_strangers(empty: Sandbox, tmp_path: Path, me: str) -> None:
    """Proves that the command itself looks, names what nobody here knows of, and lets the home buy from then on."""
    home = home_of(empty, tmp_path / "home", me)
    (home.path / "buying.json").unlink()
    assert 4 == called(home.path, *LIVE).returncode
    sold = home.sell()
    (number,) = empty.world.buy(sold.name, me)[sold.name]
    done = dropferry(home.path, "reconcile", "--since", "2026-01-01")
    assert (0, True) == (done.returncode, f"{number} (1 x Canvas Tote Bag)" in done.stdout), done.stderr
    assert "may buy for the account now" in done.stdout


def test_order_of_another_home_waits(keeper: Keeper) -> None:
    """Proves that an order with another home's tag is held, also in a dry run, and bought once the tag is gone."""
    order = keeper.sell()
    order.tags = ["gift", "dropferry:0123456789ab"]
    for live in (False, True):
        outcome = keeper.one(order.name, live=live)
        assert ("held", True) == (outcome.state, "dropferry:0123456789ab" in outcome.why)
    order.tags = ["gift"]
    assert "placed" == keeper.one(order.name).state
    assert ["gift", f"dropferry:{home_id(keeper.home)}"] == order.tags


@pytest.mark.parametrize("count", [30, pytest.param(300, marks=pytest.mark.long)])
def test_backlog_bought_by_hand_is_not_bought_again(keeper: Keeper, count: int) -> None:
    """Proves that of a backlog that was bought by hand and is unknown here, a new home buys no order again.

    The store is asked about none of them: at its pace that alone would take five minutes for 300.
    """
    for serial in range(count):
        keeper.sandbox.world.buy(keeper.sell(serial % 4).name, keeper.account)
    fresh = keeper.sell(0)
    assert fresh.address is not None
    fresh.address |= {"first_name": "Nobody", "last_name": "Else", "name": "Nobody Else"}
    keeper.pull()
    keeper.sandbox.shop.calls.clear()
    before = keeper.presses
    done = keeper.place()
    assert ["held"] * count + ["placed"] == [each.state for each in done.outcomes]
    asked = [call["path"].rpartition("/")[2] for call in keeper.sandbox.shop.calls if "/orders/" in call["path"]]
    assert {f"{fresh.id}.json"} == set(asked)
    assert {Hold.PERHAPS_BOUGHT.value} == set(keeper.held().values())
    assert (before + 1, count + 1) == (keeper.presses, len(keeper.orders()))


def test_orders_from_before_wait_for_a_person(keeper: Keeper) -> None:
    """Proves that orders from before the day that `init` was told are left alone until each is released."""
    old = keeper.sell(created=datetime.now(UTC) - timedelta(days=3))
    new = keeper.sell()
    settings = tomlkit.parse(keeper.home.config_file.read_text(encoding="utf-8"))
    settings["shops"]["main"]["buy_from"] = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    write_private(keeper.home.config_file, tomlkit.dumps(settings))
    done = keeper.place()
    assert {old.name: "nothing", new.name: "placed"} == {each.candidate.order: each.state for each in done.outcomes}
    assert "from before dropferry" in next(each.why for each in done.outcomes if each.candidate.order == old.name)
    called(keeper.path, "approve", old.name[1:])
    assert "placed" == keeper.one(old.name).state


def test_order_bought_by_hand_has_two_answers(keeper: Keeper) -> None:
    """Proves that what was bought by hand is held with its number; "this is it" ties it, "buy anyway" buys it."""
    mine, anyway = keeper.sell(), keeper.sell()
    for order, first in ((mine, "Mary"), (anyway, "Anna")):
        assert order.address is not None
        order.address |= {"first_name": first, "last_name": "Other", "name": f"{first} Other"}
    numbers = {order.name: keeper.sandbox.world.buy(order.name, keeper.account)[order.name] for order in (mine, anyway)}
    done = keeper.place()
    assert ["held", "held"] == [each.state for each in done.outcomes]
    for outcome in done.outcomes:
        assert f"AliExpress order {numbers[outcome.candidate.order][0]} has the same product" in outcome.why
    called(keeper.path, "link", mine.name[1:], numbers[mine.name][0])
    called(keeper.path, "approve", anyway.name[1:])
    done = keeper.place()
    assert [(anyway.name, "placed")] == [(each.candidate.order, each.state) for each in done.outcomes]
    assert tuple(numbers[mine.name]) == keeper.placed()[mine.name, 1]
    assert 3 == len(keeper.orders())
