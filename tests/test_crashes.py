"""Killed at every checkpoint of pull and sync; the next run ends as an undisturbed one does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from bot.db import Database
from bot.facts import Tab
from bot.home import Home
from bot.jobs.sync import sync
from bot.opening import database_of
from bot.sandbox.ready_home import storage_state
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_goods import CATALOGUE, US
from bot.work import Workplace
from tests.crashing import PULL, PUSH, SYNC, World, cases, every_name, kill, new_world, state
from tests.merchant import Clock, Merchant
from tests.processes import called

TOTE, DRIPPER = ((goods, 1) for goods in CATALOGUE[:2])


@pytest.fixture(name="sandbox", scope="module")
def sandbox_fixture() -> Iterator[Sandbox]:
    """Both stand-ins, for all cases."""
    with Sandbox() as running:
        yield running


def test_no_checkpoint_is_left_out() -> None:
    """Every checkpoint that pull, sync and push name is one at which a test kills the process."""
    assert every_name() == PULL.keys() | SYNC.keys() | PUSH.keys()


class TestPull:
    """Killed while orders are fetched."""

    @pytest.fixture(name="world", scope="class")
    def world_fixture(self, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> World:
        """Three orders known since the day before yesterday; since then two came, one was cancelled, one deleted."""
        world = new_world(sandbox, tmp_path_factory.mktemp("pull") / "home")
        long_ago = datetime.now(UTC) - timedelta(days=2)
        for order in sandbox.shop.seed(3, plain=True):
            order.updated = long_ago
        with database_of(Home(world.home), world.config) as database:
            Workplace(Home(world.home), world.config, database, print, clock=lambda: long_ago).pull("main")
        sandbox.shop.seed(2, plain=True)
        sandbox.shop.cancel("1001")
        del sandbox.shop.orders[sandbox.shop.find("1002").id]
        world.keep()
        return world

    @pytest.fixture(name="undisturbed", scope="class")
    def undisturbed_fixture(self, world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
        """How it ends when nothing happens."""
        home = world.copy_to(tmp_path_factory.mktemp("undisturbed") / "home")
        assert 0 == called(home, "pull").returncode
        ended = state(home, world.config)
        tabs = [order["tab"] for order in ended["orders"]]
        assert [Tab.CANCELED, Tab.CANCELED, *[Tab.AWAITING_ORDER] * 3] == tabs
        return ended

    @pytest.mark.parametrize("at", cases(PULL))
    def test_killed(self, world: World, undisturbed: dict[str, Any], tmp_path: Path, at: tuple[str, int]) -> None:
        """After the next pull orders, lines, events and cursor are as if nothing had happened."""
        home = world.copy_to(tmp_path / "home")
        kill(home, *at, "pull")
        done = called(home, "pull")
        assert (0, "") == (done.returncode, done.stderr)
        assert undisturbed == state(home, world.config)


class TestSync:
    """Killed while AliExpress is read."""

    @pytest.fixture(name="context", scope="class")
    def context_fixture(
        self, browser: Browser, browser_context_args: dict[str, Any], sandbox: Sandbox
    ) -> Iterator[BrowserContext]:
        """A browser that is signed in to the account, for the run after the crash."""
        opened = browser.new_context(**browser_context_args)
        opened.add_cookies(storage_state(sandbox.ali.sign_in("main"))["cookies"])  # type: ignore[arg-type]
        yield opened
        opened.close()

    @pytest.fixture(name="world", scope="class")
    def world_fixture(self, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> World:
        """Four linked orders: sent, sent in two parcels, paid, and one that another account has."""
        world = new_world(sandbox, tmp_path_factory.mktemp("sync") / "home")
        for lines in ((TOTE,), ((CATALOGUE[7], 3),), (DRIPPER,), (TOTE,)):
            sandbox.shop.add_order(lines, place=US)
        with database_of(Home(world.home), world.config) as database:
            Workplace(Home(world.home), world.config, database, print).pull("main")
            merchant = Merchant(sandbox, Clock(), database, "main")
            for name, parcels in (("#1001", 1), ("#1002", 2), ("#1003", None)):
                (number,) = merchant.buy(name)
                merchant.link(name, number)
                if parcels:
                    merchant.ali.ship([number], parcels=parcels)
            merchant.link("#1004", sandbox.ali.bulk(1, "somebody-else")[0])
        world.keep()
        return world

    def again(self, world: World, home: Path, context: BrowserContext) -> None:
        """The next sync, to its end."""
        database = Database(f"sqlite:///{home / 'dropferry.db'}")
        synced = sync(database, context, world.config.site, "main", clock=lambda: datetime.now(UTC))
        database.close()
        assert [] == synced.problems

    @pytest.fixture(name="undisturbed", scope="class")
    def undisturbed_fixture(
        self, world: World, context: BrowserContext, tmp_path_factory: pytest.TempPathFactory
    ) -> dict[str, Any]:
        """How it ends when nothing happens."""
        home = world.copy_to(tmp_path_factory.mktemp("undisturbed") / "home")
        self.again(world, home, context)
        ended = state(home, world.config)
        assert [1, 2, 0, 0] == [len(order["lines"][0]["parcels"]) for order in ended["orders"]]
        assert Tab.FAILED == ended["orders"][3]["tab"]
        return ended

    @pytest.mark.parametrize("at", cases(SYNC))
    def test_killed(
        self, world: World, undisturbed: dict[str, Any], context: BrowserContext, tmp_path: Path, at: tuple[str, int]
    ) -> None:
        """After the next sync statuses, parcels, numbers, tabs and events are as if nothing had happened."""
        home = world.copy_to(tmp_path / "home")
        kill(home, *at, "sync")
        self.again(world, home, context)
        assert undisturbed == state(home, world.config)
