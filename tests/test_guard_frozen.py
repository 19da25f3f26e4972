"""The guard where something is left over or stands still: a planted service worker, a frozen robot or browser."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Playwright

from bot.browser import open_account, own_download
from bot.config import Config
from bot.home import Home
from flows.guard import Guard
from flows.values import Site
from tests.buying import soon
from tests.conftest import chromium_executable, chromium_switches
from tests.order_site import API, BUTTON, OrderSite, order_site, run, sealed, settle, wait_for, ways


@pytest.fixture(scope="module")
def shop() -> Iterator[OrderSite]:
    """One running site for the module."""
    with order_site() as running:
        yield running


def config(site: Site) -> Config:
    """One account of a shop on loopback."""
    hosts = {"www": site.www, "acs": site.acs, "login": site.login}
    shops = {"main": {"url": site.www.replace("www.aliexpress.localhost", "127.0.0.1"), "account": "main"}}
    return Config.model_validate({"shops": shops, "accounts": {"main": {}}, "aliexpress": hosts})


def test_service_worker_left_in_the_profile_is_gone(
    playwright: Playwright, tmp_path: Path, shop: OrderSite, browser_type_launch_args: dict[str, Any]
) -> None:
    """Proves that a planted service worker sends orders behind the routes' back, and is gone where the robot buys."""
    home = Home(tmp_path / "home")
    home.ensure()
    profile = home.profile("main", sandbox=True)
    profile.mkdir(parents=True)
    launch = {**browser_type_launch_args, "headless": True}
    plant = "async () => { await navigator.serviceWorker.register('/sw.js'); await navigator.serviceWorker.ready }"
    with playwright.chromium.launch_persistent_context(profile, **launch) as planting:
        planting.pages[0].goto(shop.confirm)
        planting.pages[0].evaluate(plant)
    shop.got.clear()
    with playwright.chromium.launch_persistent_context(profile, **launch, service_workers="block") as unguarded:
        unguarded.route("**/h5/**", lambda route: route.abort())
        unguarded.pages[0].goto(shop.confirm)
        wait_for(lambda: shop.got, unguarded.pages[0])
    shop.got.clear()
    context = open_account(playwright, config(shop.site), home, "main", headless=True)
    with Guard(context, shop.site) as guard:
        page = context.new_page()
        page.goto(shop.confirm)
        sealed(page, guard)
        run(page, ways(shop)["fetch"])
        wait_for(lambda: API in guard.aborted, page)
        settle(page)
    context.close()
    assert [] == shop.got


@pytest.mark.parametrize(("is_frozen", "orders"), [(False, ["press"]), (True, [])], ids=["in time", "frozen"])
def test_frozen_process_does_not_press_late(
    playwright: Playwright, shop: OrderSite, is_frozen: bool, orders: list[str]
) -> None:
    """Proves that a robot which stands still between intent and press, past the deadline, does not press afterwards."""
    shop.got.clear()
    executable = chromium_executable(own_download(playwright)) or ""
    seconds = 0.6 if is_frozen else 10
    told = json.dumps({"site": shop.site.model_dump(mode="json"), "executable": executable, "seconds": seconds,
                       "switches": chromium_switches(), "confirm": shop.confirm})  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "tests.late_press", told], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert "armed" == child.stdout.readline().strip()
        if is_frozen:
            psutil.Process(child.pid).suspend()
            time.sleep(seconds)
        child.stdin.write("press\n")
        child.stdin.flush()
        psutil.Process(child.pid).resume()
        result = json.loads(child.stdout.readline())
    assert (orders, not is_frozen, not is_frozen) == (shop.got, result["pressed"], result["let_through"])


def wake(frozen: list[psutil.Process]) -> None:
    """Lets processes go on."""
    for process in frozen:
        process.resume()


@pytest.mark.parametrize("whose", ["robot", "person"])
def test_frozen_browser_does_not_press_late(
    playwright: Playwright, shop: OrderSite, browser_type_launch_args: dict[str, Any], whose: str
) -> None:
    """Proves that a press which waited in a browser that stood still past the deadline is refused by the page."""
    browser = playwright.chromium.launch(**{**browser_type_launch_args, "headless": True})
    context = browser.new_context(service_workers="block")
    with Guard(context, shop.site) as guard:
        page = context.new_page()
        page.goto(shop.confirm)
        quote = sealed(page, guard)
        shop.got.clear()
        box = page.locator(BUTTON).bounding_box()
        assert box is not None
        told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
        frozen = [psutil.Process(one["id"]) for one in told["processInfo"]]
        if whose == "robot":
            guard.arm(quote, soon(0.5))
        else:
            guard.hand_over(page, quote, soon(0.5))
        for process in frozen:
            process.suspend()
        waking = threading.Timer(0.8, wake, [frozen])
        waking.start()
        page.mouse.click(box["x"] + 5, box["y"] + 5)
        waking.join()
        settle(page)
        assert ([], False) == (shop.got, guard.of(page).was_pressed())
        assert "click: too late" in guard.of(page).refused()
    browser.close()
