"""The part of the benchmark that buys: page loads and time of a purchase, and what is spared by loading no pictures."""

import itertools
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Page, sync_playwright

from bot.browser import account_browser, import_cookies
from bot.buying_home import note_reconciled
from bot.config import load
from bot.db import Database, open_database
from bot.home import Home
from bot.jobs.place import PlaceOrders
from bot.jobs.pull import pull
from bot.models_buying import ProvenMethod
from bot.opening import now, shop_client
from bot.sandbox.mapping_rows import mapping_rows
from bot.sandbox.ready_home import COOKIES_FILE
from bot.sandbox.server import Sandbox
from bot.work import Workplace

if TYPE_CHECKING:
    from tests.bench import Row

RUN = 20
PAGES = ("item", "confirm", "list", "detail", "result")


def buying_rows() -> "list[Row]":
    """A live run of 20 purchases on an account whose method leaves orders unpaid."""
    from tests.bench import Row

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, Sandbox() as sandbox:
        path = Path(folder) / "home"
        sandbox.write_home(path)
        home, database = Home(path), open_database(f"sqlite:///{path / 'dropferry.db'}")
        place = _ready(sandbox, home, database)
        with sync_playwright() as playwright:
            with account_browser(playwright, place.config, home, "main", headless=True) as context:
                import_cookies(context, path / COOKIES_FILE, sandbox.site)
                bare = _bare_loads(context, sandbox)
                before, spared = dict(sandbox.ali.page_loads), dict(sandbox.ali.bytes_sent)
                times = _buy(place, context)
            loads = {kind: sandbox.ali.page_loads[kind] - before.get(kind, 0) for kind in PAGES}
            heavy = sum(_heavy(spared).values()) / 2
            still = sum(_heavy(dict(sandbox.ali.bytes_sent)).values()) - sum(_heavy(spared).values())
        database.close()
    opened = loads["item"] + loads["confirm"] + loads["list"] + loads["detail"]
    return [
        Row(f"a run of {RUN} purchases: page loads", opened, 3 * RUN + 2, "pages"),
        Row("  a purchase: robot time outside page loads, median", statistics.median(times) - bare, 0.5, "s"),
        Row(f"  pictures, fonts and the like loaded (a purchase would load {heavy / 1000:.0f} kB)", still, 0, "bytes"),
    ]


def _ready(sandbox: Sandbox, home: Home, database: Database) -> Workplace:
    """Twenty paid orders pulled, a home that may buy, a method that was watched once."""
    config = load(home)
    sandbox.ali.market.buyer("main").kind = "pay_now_deferred"
    sandbox.shop.seed(RUN, plain=True)
    place = Workplace(home, config, database, lambda _line: None)
    with shop_client(home, config, "main") as shopbase:
        pull(database, shopbase, "main", now)
    with database.write() as session:
        note_reconciled(session, home, "main", datetime(2026, 1, 1, tzinfo=UTC), now())
        session.add(ProvenMethod(account="main", method="Boleto", number="3072000000017351", proven_at=now()))
    return place


def _buy(place: Workplace, context: BrowserContext) -> list[float]:
    """Seconds of each purchase, from the end of the one before."""
    times = [time.perf_counter()]
    done = PlaceOrders(
        place, context, "main", live=True, progress=lambda _outcome: times.append(time.perf_counter())
    ).run()
    placed = [each for each in done.outcomes if each.state == "placed"]
    assert len(placed) == RUN, [(each.state, each.why) for each in done.outcomes]
    return [later - sooner for sooner, later in itertools.pairwise(times[1:])]


def _bare_loads(context: BrowserContext, sandbox: Sandbox) -> float:
    """Seconds that item page, confirm page, result page and list take to load, without anybody who reads them."""
    row = mapping_rows()[0]
    item = f"{sandbox.aliexpress}/item/{row.product_id}.html"
    asked = {
        "objectId": row.product_id,
        "skuId": row.sku_id,
        "skuAttr": row.sku_attr,
        "quantity": "1",
        "countryCode": "US",
        "shippingCompany": row.carrier,
        "from": "aliexpress",
        "aeOrderFrom": "main_detail",
    }
    confirm = f"{sandbox.aliexpress}/p/trade/confirm.html?{urlencode(asked)}"
    page = context.new_page()
    rounds = []
    for _ in range(3):
        started = time.perf_counter()
        _open(page, item, 'h1[data-pl="product-title"]')
        _open(page, confirm, ".pl-order-toal-container__item-content")
        _open(page, f"{sandbox.aliexpress}/p/second-payment/pay-result.html?pmntId=1", "body")
        _open(page, f"{sandbox.aliexpress}/p/order/index.html", ".order-content, .order-main, body")
        rounds.append(time.perf_counter() - started)
    return statistics.median(rounds)


def _open(page: Page, url: str, selector: str) -> None:
    page.goto(url, wait_until="load")
    page.wait_for_selector(selector)


def _heavy(sent: dict[str, int]) -> dict[str, int]:
    return {kind: count for kind, count in sent.items() if kind in ("image", "font", "media", "pixel", "analytics")}
