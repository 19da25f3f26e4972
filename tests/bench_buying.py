"""The part of the benchmark that buys: page loads and time of a purchase, and what is spared by loading no pictures."""

import itertools
import statistics
import tempfile
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Page, Playwright, Request, sync_playwright

from bot.browser import account_browser, import_cookies, own_download
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
from bot.work import Workplace
from flows.guard import Guard
from flows.values import Site
from tests.apart import Apart, stand_ins
from tests.conftest import chromium_executable, chromium_switches

if TYPE_CHECKING:
    from tests.bench import Row

RUN = 20
PAGES = ("item", "confirm", "list", "detail", "result")


class SiteAnswers:
    """How long the site took to answer what a confirm page asks when something in it is pressed, while it stands open.

    It is time of the site like that of a page load, and told beside it.
    """

    NAMES = ("address", "adjustorder", "placeorder")

    def __init__(self) -> None:
        self.seconds = 0.0
        self._until = 0.0

    def finished(self, request: Request) -> None:
        """A call was answered; of those that were under way at once, the time counts once."""
        if any(f".{name}" in request.url.partition("?")[0] for name in self.NAMES):
            timing = request.timing
            started = timing["startTime"] + max(timing["requestStart"], 0)
            ended = timing["startTime"] + max(timing["responseEnd"], 0)
            self.seconds += max(0.0, ended - max(started, self._until)) / 1000
            self._until = max(self._until, ended)


def buying_rows() -> "list[Row]":
    """A live run of 20 purchases on an account whose method leaves orders unpaid."""
    from tests.bench import Row

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, stand_ins(Path(folder) / "home") as sites:
        path = Path(folder) / "home"
        home, database = Home(path), open_database(f"sqlite:///{path / 'dropferry.db'}")
        place = _ready(sites, home, database)
        with (
            sync_playwright() as playwright,
            account_browser(playwright, place.config, home, "main", headless=True) as context,
        ):
            import_cookies(context, path / COOKIES_FILE, place.config.site)
            heavy = _weight(playwright, context, sites, place.config.site)
            before, spared = sites.state()["page_loads"], _heavy(sites)
            answers = SiteAnswers()
            context.on("requestfinished", answers.finished)
            times = _buy(place, context)
            context.remove_listener("requestfinished", answers.finished)
            loaded = sites.state()["page_loads"]
            loads = {kind: loaded.get(kind, 0) - before.get(kind, 0) for kind in PAGES}
            still = _heavy(sites) - spared
            # Afterwards, because the list that a purchase loads is a full one, too.
            page = context.new_page()
            bare = statistics.median(_open_all(page, sites, place.config.site, guarded=True) for _ in range(15))
        database.close()
    robot = statistics.median(times) - bare
    opened = loads["item"] + loads["confirm"] + loads["list"] + loads["detail"]
    return [
        Row(f"a run of {RUN} purchases: page loads", opened, 3 * RUN + 2, "pages"),
        Row("  a purchase: robot time outside page loads, median", robot, 0.5, "s"),
        Row("  the same without the site's answers to the open page", robot - answers.seconds / RUN, 0.5, "s"),
        Row(f"  pictures, fonts and the like loaded (a purchase would load {heavy / 1000:.0f} kB)", still, 0, "bytes"),
    ]


def _ready(sites: Apart, home: Home, database: Database) -> Workplace:
    """Twenty paid orders pulled, a home that may buy, a method that was watched once."""
    config = load(home)
    sites.ask("account", kind="pay_now_deferred")
    sites.ask("seed", orders=RUN, plain=True)
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


def _pages(sites: Apart) -> dict[str, str]:
    """The pages that one purchase loads, each with what shows that it is drawn."""
    row = mapping_rows()[0]
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
    return {
        f"{sites.aliexpress}/item/{row.product_id}.html": 'h1[data-pl="product-title"]',
        f"{sites.aliexpress}/p/trade/confirm.html?{urlencode(asked)}": ".pl-order-toal-container__item-content",
        f"{sites.aliexpress}/p/second-payment/pay-result.html?pmntId=1": "body",
        f"{sites.aliexpress}/p/order/index.html": ".order-content, .order-main, body",
    }


def _open_all(page: Page, sites: Apart, site: Site, *, guarded: bool) -> float:
    """Seconds that they take, read by nobody; the guard lets nobody go to a result page who has not ordered."""
    started = time.perf_counter()
    for url, sign in _pages(sites).items():
        with Guard(page.context, site) if guarded and "result" not in url else nullcontext():
            page.goto(url, wait_until="load")
            page.wait_for_selector(sign)
    return time.perf_counter() - started


def _weight(playwright: Playwright, signed_in: BrowserContext, sites: Apart, site: Site) -> int:
    """Bytes of pictures and the like that a purchase loads in the browser of a person."""
    executable = chromium_executable(own_download(playwright))
    with playwright.chromium.launch(executable_path=executable, args=chromium_switches()) as browser:
        context = browser.new_context()
        context.add_cookies(signed_in.cookies())  # type: ignore[arg-type]
        before = _heavy(sites)
        _open_all(context.new_page(), sites, site, guarded=False)
        return _heavy(sites) - before


def _heavy(sites: Apart) -> int:
    """Bytes sent so far that no robot needs."""
    sent: dict[str, int] = sites.state()["bytes"]
    return sum(count for kind, count in sent.items() if kind in ("image", "font", "media", "pixel", "analytics"))
