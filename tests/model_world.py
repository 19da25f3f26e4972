"""What tests against the model of the site share: one store served over HTTP, one migrated database, one client."""

import contextlib
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config
from bot.db import open_database
from bot.sandbox.shop_bucket import LeakyBucket
from bot.sandbox.shop_state import ShopState
from bot.sandbox.shopbase import build_app
from tests.merchant import Clock
from tests.model_home import ACCOUNT, KeptClient, install_points
from tests.serving import serve

KEY, PASSWORD = "key-of-a-test", "password-of-a-test"


class World:
    """The address of the store, and a folder for homes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count()
        self.empty = folder / "empty.db"
        open_database(f"sqlite:///{self.empty}").close()
        self.store: Any = None
        self.url = ""

    def open_store(self, clock: Clock) -> ShopState:
        """An empty store that lives by that clock, in place of the one before."""
        shop = ShopState(KEY, PASSWORD, now=clock, clock=clock.seconds)
        shop.bucket = LeakyBucket(clock.seconds, 10**6, 10**6)
        self.store = build_app(shop)
        return shop

    def config(self) -> Config:
        """One shop, one account, caps that nothing reaches."""
        caps = {"per_order": 500, "per_run": 20000, "per_day": 50000, "per_hour": 1000}
        hosts = {part: f"http://{part}.aliexpress.localhost:1" for part in ("www", "acs", "login")}
        return Config.model_validate(
            {
                "live": True,
                "shops": {"main": {"url": self.url, "account": ACCOUNT}},
                "accounts": {ACCOUNT: {"deferred_payment_methods": ("Boleto",), "limits": caps}},
                "buying": {"wait_minutes": 0},
                "aliexpress": hosts,
            }
        )


_worlds: list[World] = []


def here() -> World:
    """The world of this module."""
    return _worlds[-1]


@pytest.fixture(name="world", scope="module")
def world_fixture() -> Iterator[World]:
    """The world of this module, on a disk that is quick where there is one."""
    quick = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=quick if quick.is_dir() else None) as folder:
        world = World(Path(folder))

        async def store(scope: Any, receive: Any, send: Any) -> None:
            await world.store(scope, receive, send)

        with serve(store) as world.url, pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
            client = KeptClient(world.url, KEY, PASSWORD, sleep=lambda _seconds: None)
            stack.callback(client.end)
            patch.setattr("bot.opening.shop_client", lambda *_, **_how: client)
            install_points(patch)
            _worlds.append(world)
            yield world
            _worlds.pop()
