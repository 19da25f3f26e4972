"""Measures speed against stated limits, as ratios; `make bench` prints the table and fails where a limit is broken."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright
from sqlalchemy import insert, update

from bot.ali_intake import entry_of
from bot.browser import account_browser, import_cookies
from bot.config import load
from bot.db import Database, open_database
from bot.facts import Tab
from bot.home import Home
from bot.jobs.push import push
from bot.jobs.sync import Synced, sync
from bot.models import AliItem, AliOrder, Line, Order, Parcel, Purchase, PurchaseOrder, PurchaseState
from bot.opening import shop_client
from bot.sandbox.aliexpress.orders import OrderState
from bot.sandbox.ready_home import COOKIES_FILE
from bot.sandbox.server import Sandbox
from flows.check_orders import read_list
from flows.values import AliStatus
from tests.bench_buying import buying_rows
from tests.bench_paying import paying_rows

ANSWER = 0.3
NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Row:
    """One measurement: `value` must not be above `limit`."""

    what: str
    value: float
    limit: float
    unit: str

    @property
    def ok(self) -> bool:
        """Whether the limit is kept."""
        return self.value <= self.limit


@contextmanager
def ready(orders: int) -> Iterator[tuple[Sandbox, Home, Database, list[str]]]:
    """A sandbox home with so many AliExpress orders that are paid and linked, one store order each."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, Sandbox() as sandbox:
        path = Path(folder) / "home"
        sandbox.write_home(path)
        home = Home(path)
        database = open_database(f"sqlite:///{home.database_file}")
        numbers = sandbox.ali.bulk(orders, "main", state=OrderState.PROCESSING)
        _fill(database, numbers)
        yield sandbox, home, database, numbers
        database.close()


def _fill(database: Database, numbers: list[str]) -> None:
    """Rows as after a pull, a link and a first sync, written in bulk."""
    ids = range(1, len(numbers) + 1)
    if not numbers:
        return
    with database.write() as session:
        session.execute(
            insert(Order),
            [
                {
                    "id": i,
                    "shop": "main",
                    "store_id": str(10**15 + i),
                    "name": f"#{1000 + i}",
                    "created_at": NOW - timedelta(minutes=i),
                    "financial_status": "paid",
                    "fulfillment_status": "",
                    "chargeback_status": "",
                    "is_risk": False,
                    "currency": "USD",
                    "total_minor": 2990,
                    "tags": [],
                    "note": "",
                    "tab": Tab.AWAITING_SHIPMENT,
                }
                for i in ids
            ],
        )
        session.execute(
            insert(Line),
            [
                {
                    "id": i,
                    "order_id": i,
                    "store_line_id": str(2 * 10**15 + i),
                    "position": 1,
                    "sku": "",
                    "title": f"Thing {i}",
                    "variant_title": "",
                    "quantity": 1,
                    "refunded_quantity": 0,
                    "fulfilled_quantity": 0,
                    "pending_quantity": 0,
                    "price_minor": 2990,
                    "service": "manual",
                    "ours": True,
                    "removed": False,
                }
                for i in ids
            ],
        )
        placed = {"state": PurchaseState.PLACED, "created_at": NOW}
        session.execute(insert(Purchase), [{"id": i, "line_id": i, **placed} for i in ids])
        read = {"status": AliStatus.TO_SHIP, "status_text": "Processing", "store_name": "", "linked_at": NOW}
        session.execute(
            insert(AliOrder),
            [{"id": i, "account": "main", "number": number, **read} for i, number in zip(ids, numbers, strict=True)],
        )
        session.execute(insert(PurchaseOrder), [{"id": i, "purchase_id": i, "ali_order_id": i} for i in ids])


@contextmanager
def browsing(sandbox: Sandbox, home: Home) -> Iterator[BrowserContext]:
    """The account's browser, signed in."""
    config = load(home)
    with sync_playwright() as playwright, account_browser(playwright, config, home, "main", headless=True) as context:
        import_cookies(context, home.path / COOKIES_FILE, sandbox.site)
        yield context


def remember_list(database: Database, sandbox: Sandbox, context: BrowserContext) -> None:
    """Note every card of the list as read, as a sync before would have."""
    with database.write() as session:
        for page in read_list(context.new_page(), sandbox.site):
            for order in page.orders:
                session.execute(
                    update(AliOrder).where(AliOrder.number == order.order_id).values(list_entry=entry_of(order))  # type: ignore[arg-type]
                )


def sync_rows() -> list[Row]:
    """A sync of 1,000 open orders of which 50 changed, with answers that take 300 ms."""
    with ready(1000) as (sandbox, home, database, numbers), browsing(sandbox, home) as context:
        remember_list(database, sandbox, context)
        sandbox.ali.ship(numbers[::20])
        before = dict(sandbox.ali.page_loads)
        sandbox.ali.set_faults({"slow_ms": int(ANSWER * 1000)})
        tabs = load(home).sync.tabs
        started = time.perf_counter()
        synced = sync(database, context, sandbox.site, "main", clock=lambda: datetime.now(UTC), tabs=tabs)
        seconds = time.perf_counter() - started
        loads = {kind: count - before.get(kind, 0) for kind, count in sandbox.ali.page_loads.items()}
    return [
        Row("sync 1,000 open, 50 changed: page loads", sum(loads.values()), 100 + 50 + 50 + 2, "pages"),
        Row("  its time against the answers alone", seconds / _least(synced, tabs), 1.5, "x"),
    ]


def _least(synced: Synced, tabs: int) -> float:
    """What the answers alone take: the list one after the other, other pages (one answer each) side by side."""
    return synced.list_pages * ANSWER + (synced.details + synced.trackings) * ANSWER / tabs


def push_rows() -> list[Row]:
    """A push of 100 fulfilments against the documented rate: a bucket of 30, two a second."""
    with ready(100) as (sandbox, home, database, _):
        made = sandbox.shop.seed(100, plain=True)
        with database.write() as session:
            for index, order in enumerate(made, start=1):
                line = order.lines[0]
                session.execute(update(Order).where(Order.id == index).values(store_id=str(order.id)))  # type: ignore[arg-type]
                values = {"store_line_id": str(line.id), "quantity": line.quantity}
                session.execute(update(Line).where(Line.id == index).values(**values))  # type: ignore[arg-type]
                session.add(AliItem(ali_order_id=index, product_id="1005001", title="x", quantity=line.quantity))
                session.add(
                    Parcel(ali_order_id=index, number=f"LP{index:014d}", items=[], first_seen_at=NOW, carrier="USPS")
                )
        config = load(home)
        with shop_client(home, config, "main") as shopbase:
            started = time.perf_counter()
            pushed = push(database, shopbase, config, "main", clock=lambda: datetime.now(UTC), yes=True)
            seconds = time.perf_counter() - started
        calls = len(sandbox.shop.snapshot()["calls"])
        refused = sandbox.shop.snapshot()["too_many_requests"]
        assert pushed.told.sent == 100, pushed
    # After the burst of 30, two requests a second are allowed; the limit lets 5 % of that rate go to waste.
    return [
        Row("push 100: its time against the documented rate", seconds / ((calls - 30) / 2), 1 / 0.95, "x"),
        Row("  requests refused for being too many", refused, 0, ""),
    ]


def orders_rows() -> list[Row]:
    """`dropferry orders --limit 50` with 100,000 orders, as a whole command."""
    with ready(0) as (_, home, database, _):
        _fill(database, [str(3 * 10**15 + i) for i in range(100_000)])
        seconds = min(_timed(home, "orders", "--limit", "50") for _ in range(3))
    return [Row("orders --limit 50 among 100,000", seconds, 1.0, "s")]


def help_rows() -> list[Row]:
    """`dropferry --help` against starting Python to do nothing."""
    bare = min(_run([sys.executable, "-c", "pass"]) for _ in range(7))
    helping = min(_run([sys.executable, "-m", "bot", "--help"]) for _ in range(7))
    return [Row("--help against a bare interpreter start", helping / bare, 6, "x")]


def _timed(home: Home, *arguments: str) -> float:
    return _run([sys.executable, "-m", "bot", "--home", str(home.path), *arguments])


def _run(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def memory_rows() -> list[Row]:
    """Peak memory of a Python process that syncs 10,000 open orders of which 100 changed; no sandbox in it."""
    with ready(10_000) as (sandbox, home, database, numbers):
        with browsing(sandbox, home) as context:
            remember_list(database, sandbox, context)
        sandbox.ali.ship(numbers[::100])
        script = (
            "import resource, sys; from bot.cli.app import run; code = run(['sync']);"
            "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
            "print(peak / (2**20 if sys.platform == 'darwin' else 2**10)); sys.exit(code)"
        )
        command = [sys.executable, "-c", script]
        environment = {**os.environ, "DROPFERRY_HOME": str(home.path)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return [Row("peak memory of a sync of 10,000", float(done.stdout.split()[-1]), 250, "MB")]


PARTS: dict[str, Callable[[], list[Row]]] = {
    "help": help_rows,
    "orders": orders_rows,
    "sync": sync_rows,
    "push": push_rows,
    "buying": buying_rows,
    "paying": paying_rows,
    "memory": memory_rows,
}


def main() -> int:
    """Measure all parts, or those named on the command line."""
    rows = [row for name in (sys.argv[1:] or PARTS) for row in PARTS[name]()]
    print(f"{'what':<50} {'measured':>10} {'limit':>8}")
    for row in rows:
        print(f"{row.what:<50} {row.value:>10.2f} {row.limit:>8.2f} {row.unit:<6} {'ok' if row.ok else 'TOO SLOW'}")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
