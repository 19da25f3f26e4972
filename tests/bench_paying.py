"""The part of the benchmark in which a person pays: how soon the next page is ready, the whole run, and its memory."""

import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from playwright.sync_api import Request, sync_playwright

from bot import checkpoints
from bot.browser import account_browser, import_cookies
from bot.buying_home import note_reconciled
from bot.config import load
from bot.db import open_database
from bot.home import Home
from bot.jobs.paid import PaidOrder
from bot.jobs.pay_run import PayRun
from bot.jobs.place import PlaceOrders
from bot.jobs.pull import pull
from bot.opening import now, shop_client
from bot.sandbox.payer import Payer
from bot.sandbox.ready_home import COOKIES_FILE
from bot.work import Workplace
from tests.apart import stand_ins

if TYPE_CHECKING:
    from tests.bench import Row

RUN = 80
ANSWER_MS = 300
SETTLED = 10  # so many orders warm the browser's own caches


class Watch:
    """Notes when results came, when pages stood in front, made ready, when they could be pressed, and the memory."""

    def __init__(self) -> None:
        self.results: list[float] = []
        self.in_front: list[float] = []
        self.ready: list[float] = []
        self.memory: list[float] = []

    def reached(self, name: str) -> None:
        """Stands in for `checkpoints.reached`."""
        if name == "pay: in front":
            self.in_front.append(time.time())
        if name == "pay: handed over":
            self.ready.append(time.time())

    def finished(self, request: Request) -> None:
        """The browser's own clock says when the page of a result had come."""
        if "/pay-result" in request.url and request.resource_type == "document":
            timing = request.timing
            self.results.append((timing["startTime"] + max(timing["responseEnd"], 0)) / 1000)

    def told(self, _outcome: PaidOrder) -> None:
        """One order is over."""
        me = psutil.Process()
        family = [me, *me.children(recursive=True)]
        self.memory.append(sum(_resident(each) for each in family) / 2**20)

    def waits(self, moments: list[float]) -> list[float]:
        """From each result to this moment of the order after it."""
        return [moment - result for result, moment in zip(self.results, moments[1:], strict=False)]


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def paying_rows() -> "list[Row]":
    """A pay run of 80 orders, from the dry run to the last number, with a person who presses at once."""
    from tests.bench import Row

    watch = Watch()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, stand_ins(Path(folder) / "home") as sites:
        path = Path(folder) / "home"
        home, database = Home(path), open_database(f"sqlite:///{path / 'dropferry.db'}")
        config = load(home)
        sites.ask("seed", orders=RUN, plain=True)
        place = Workplace(home, config, database, lambda _line: None)
        with shop_client(home, config, "main") as shopbase:
            pull(database, shopbase, "main", now)
        with database.write() as session:
            note_reconciled(session, home, "main", datetime(2026, 1, 1, tzinfo=UTC), now())
        with (
            sync_playwright() as playwright,
            account_browser(playwright, config, home, "main", headless=True) as context,
        ):
            import_cookies(context, path / COOKIES_FILE, config.site)
            context.add_init_script("try { localStorage.gdpr = localStorage.app = '1' } catch {}")
            sites.ask("faults", slow_ms=ANSWER_MS)
            started = time.perf_counter()
            listed = PlaceOrders(place, context, "main", live=False, attended=True).run()
            ticked = [each for each in listed.outcomes if each.state == "quoted"]
            context.on("requestfinished", watch.finished)
            before, checkpoints.reached = checkpoints.reached, watch.reached
            try:
                done = PayRun(place, context, "main", ticked, rest=Payer(), progress=watch.told).run()
            finally:
                checkpoints.reached = before
            seconds = time.perf_counter() - started
        states = Counter(each.state for each in done.outcomes)
        assert {"placed": RUN} == states, (states, done.ended_by, done.trouble)
        presses = sites.state()["presses"]
        database.close()
    return [
        Row(
            f"a pay run of {RUN}: next page in front after a result, slowest",
            max(watch.waits(watch.in_front)),
            2.0,
            "s",
        ),
        Row("  until it can be pressed, slowest", max(watch.waits(watch.ready)), 2.5, "s"),
        Row("  the whole run, dry run included", seconds / 60, 12.0, "min"),
        Row("  presses an order", presses / RUN, 1.0, ""),
        Row(f"  memory at the end against order {SETTLED}", watch.memory[-1] / watch.memory[SETTLED - 1], 1.15, "x"),
    ]
