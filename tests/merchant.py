"""A merchant with a store, an AliExpress account and a database of their own, and a clock that the test moves."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext
from sqlmodel import select

from bot.ali_intake import mark_read, restand_orders_of, take_detail, take_tracking
from bot.config import Config
from bot.db import Database, open_database
from bot.facts import Tab
from bot.finding import find_lines, find_order, parse
from bot.jobs.by_hand import ByHand, fulfil_by_hand
from bot.jobs.pull import Pulled, pull
from bot.jobs.push import Pushed, push
from bot.jobs.sync import Synced, sync
from bot.linking import Item, link
from bot.listing import Listed, as_json, describe
from bot.models import AliOrder, Event, Fulfillment
from bot.sandbox.aliexpress.orders import AliOrder as SandboxOrder
from bot.sandbox.aliexpress.orders import OrderState
from bot.sandbox.ready_home import storage_state
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_bucket import LeakyBucket
from bot.sandbox.shop_goods import US, Goods
from bot.sandbox.shop_state import ShopOrder, ShopState
from bot.sandbox.world import World
from bot.shopbase import ShopBase
from flows.values import AliLine, AliStatus, Money, OrderDetail, Parcel, ParcelItem, Reader, Tracking, TrackingEvent

SHOP = "main"
KEY, PASSWORD = "key-of-a-test", "password-of-a-test"
STATUS = {
    OrderState.TO_PAY: AliStatus.UNPAID,
    OrderState.PROCESSING: AliStatus.TO_SHIP,
    OrderState.PARTLY_SHIPPED: AliStatus.PARTLY_SENT,
    OrderState.AWAITING_DELIVERY: AliStatus.SENT,
    OrderState.COMPLETED: AliStatus.COMPLETED,
    OrderState.CANCELED: AliStatus.CANCELED,
}
_accounts = itertools.count(1)


class Clock:
    """The time of day for the robot and the store; it stands still until somebody moves it or sleeps on it."""

    def __init__(self) -> None:
        self.start = self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        """The time, aware UTC."""
        return self.at

    def seconds(self) -> float:
        """The same as seconds since some moment."""
        return self.at.timestamp()

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.at += timedelta(seconds=seconds)

    def wait(self, **much: float) -> None:
        """Let so many hours, days … pass."""
        self.at += timedelta(**much)


class Merchant:
    """One merchant: what they do by hand, and what the robot does for them."""

    def __init__(self, sandbox: Sandbox, clock: Clock, database: Database, account: str) -> None:
        self.sandbox = sandbox
        self.store = sandbox.shop
        self.ali = sandbox.ali
        self.clock = clock
        self.database = database
        self.account = account
        self.config = self.configured()

    def configured(self, **shop: Any) -> Config:
        """The configuration; `shop` overrides what is set for the shop. Pushing is on."""
        settings = {"url": self.sandbox.shopbase, "account": self.account, "live_push": True, **shop}
        hosts = {"www": self.sandbox.aliexpress, "acs": self.sandbox.acs, "login": self.sandbox.login}
        tables = {"shops": {SHOP: settings}, "accounts": {self.account: {}}, "aliexpress": hosts}
        return Config.model_validate(tables)

    @contextmanager
    def shopbase(self, _shop: str = SHOP) -> Iterator[ShopBase]:
        """A client of the store that waits on the test's clock."""
        clock = self.clock
        with ShopBase(self.sandbox.shopbase, KEY, PASSWORD, sleep=clock.sleep, clock=clock.seconds) as client:
            yield client

    def sell(self, *goods: tuple[Goods, int], **facts: Any) -> ShopOrder:
        """One paid order of these goods, not pulled yet."""
        return self.store.add_order(goods, place=facts.pop("place", US), **facts)

    def pull(self, **how: Any) -> Pulled:
        """Pull the store."""
        with self.shopbase() as client:
            return pull(self.database, client, SHOP, self.clock, **how)

    def push(self, **how: Any) -> Pushed:
        """Push the store."""
        with self.shopbase() as client:
            return push(self.database, client, self.config, SHOP, clock=self.clock, **how)

    def sync(self, context: BrowserContext, **how: Any) -> Synced:
        """Read the AliExpress account."""
        return sync(self.database, context, self.sandbox.site, self.account, clock=self.clock, **how)

    def fulfil(self, typed: str, number: str | None = None, carrier: str | None = None) -> ByHand:
        """Fulfil by hand."""
        return fulfil_by_hand(
            self.database,
            self.shopbase,
            self.config,
            typed,
            shop=None,
            number=number,
            carrier=carrier,
            clock=self.clock,
        )

    def buy(self, name: str) -> list[str]:
        """Buy what a store order needs and pay for it; the AliExpress numbers."""
        numbers = self.sandbox.world.buy(name, self.account)[name]
        return self.ali.pay(numbers)

    def link(self, typed: str, number: str, item: str | None = None) -> None:
        """Tie lines to an AliExpress order."""
        reference, chosen = parse(typed), Item.parse(item) if item else None
        with self.database.write() as session:
            order = find_order(session, reference, None)
            lines = find_lines(session, order, reference)
            link(session, order, lines, number=number, account=self.account, now=self.clock(), item=chosen)

    def bought(self, *goods: tuple[Goods, int], **facts: Any) -> tuple[str, str]:
        """An order that was sold, pulled, bought in one AliExpress order, paid and linked: its name and that number."""
        order = self.sell(*goods, **facts)
        self.pull()
        (number,) = self.buy(order.name)
        self.link(order.name, number)
        return order.name, number

    def bought_unpaid(self, *goods: tuple[Goods, int], **facts: Any) -> tuple[str, str]:
        """The same, not paid yet."""
        order = self.sell(*goods, **facts)
        self.pull()
        (number,) = self.sandbox.world.buy(order.name, self.account)[order.name]
        self.link(order.name, number)
        return order.name, number

    def sent(self, *goods: tuple[Goods, int], parcels: int = 1, **facts: Any) -> tuple[str, list[str]]:
        """The same, sent and read from AliExpress: its name and the tracking numbers."""
        name, number = self.bought(*goods, **facts)
        self.ali.ship([number], parcels=parcels)
        return name, self.read(number)

    def read(self, number: str) -> list[str]:
        """Take in what AliExpress knows of an order now, as a sync does, without a browser; its tracking numbers."""
        now, order = self.clock(), self.ali.order(number)
        with self.database.write() as session:
            query = select(AliOrder).where(AliOrder.account == self.account, AliOrder.number == number)
            ali = session.exec(query).one()
            take_detail(session, ali, _detail(order), now)
            take_tracking(session, ali, _tracking(order), now)
            mark_read(session, ali, None, now)
            restand_orders_of(session, [ali], now)
        return [parcel.number for parcel in order.parcels]

    def listed(self, name: str) -> Listed:
        """An order as a person sees it."""
        with self.database.read() as session:
            order = find_order(session, parse(name), None)
            (listed,) = describe(session, self.config, [order.id or 0], self.clock())
        # The column that tabs are counted by says the same as the facts.
        assert listed.standing.tab == listed.rows.order.tab
        return listed

    def tab(self, name: str) -> Tab:
        """Where an order stands."""
        return self.listed(name).standing.tab

    def why(self, name: str) -> str:
        """Why it is not further."""
        return self.listed(name).why or ""

    def line(self, name: str, position: int = 1) -> dict[str, Any]:
        """One line of an order as `orders --json` prints it."""
        lines: list[dict[str, Any]] = as_json(self.listed(name))["lines"]
        return next(line for line in lines if line["line"] == position)

    def numbers(self, name: str) -> list[str]:
        """The tracking numbers that an order's parcels have."""
        return [parcel["number"] for line in as_json(self.listed(name))["lines"] for parcel in line["parcels"]]

    def ali_order(self, number: str) -> AliOrder:
        """What is known of an AliExpress order."""
        with self.database.read() as session:
            return session.exec(select(AliOrder).where(AliOrder.number == number)).one()

    def told(self) -> list[tuple[str, str, str]]:
        """Our record of what ShopBase was told: order, number and state."""
        return [(row.number or "", row.carrier or "", row.state.value) for row in self._all(Fulfillment)]

    def events(self, what: str) -> list[Event]:
        """What happened, of one kind."""
        return [event for event in self._all(Event) if event.what == what]

    def _all(self, kind: type[Any]) -> list[Any]:
        with self.database.read() as session:
            return list(session.exec(select(kind).order_by(kind.id)))

    @property
    def fulfilments(self) -> list[tuple[str, str, str]]:
        """What the store holds: order, number and status of each fulfilment."""
        held = self.store.snapshot()["fulfillments"]
        return [(each["order"], each["tracking_number"], each["status"]) for each in held]

    @property
    def mails(self) -> list[tuple[str, str]]:
        """What the store mailed: kind and number."""
        return [(mail["kind"], mail["number"]) for mail in self.store.mails]

    def posts(self) -> int:
        """How many fulfilments the store was asked to make."""
        return sum(each["method"] == "POST" and each["path"].endswith("fulfillments.json") for each in self.store.calls)


def _detail(order: SandboxOrder) -> OrderDetail:
    lines = tuple(
        AliLine(product_id=line.product_id, sku_id=line.sku_id, title=line.title, quantity=line.quantity)
        for line in order.lines
    )
    return OrderDetail(
        order_id=order.number,
        status=STATUS[order.state],
        status_text=order.state.value,
        ordered_on=order.created_at.date(),
        paid_on=order.paid_at.date() if order.paid_at else None,
        shipped_on=order.shipped_at.date() if order.shipped_at else None,
        completed_on=None,
        pay_deadline=None,
        payment_method=None,
        total=Money(minor=order.total, currency=order.currency),
        price_rows=(),
        recipient=None,
        store_name=order.store,
        lines=lines,
        reader=Reader.CALLS,
    )


def _tracking(order: SandboxOrder) -> Tracking:
    parcels = tuple(
        Parcel(
            number=parcel.number or None,
            original_number=parcel.original,
            carrier=parcel.carrier,
            carrier_link=None,
            service=parcel.service,
            delivered=parcel.delivered_at is not None,
            events=tuple(TrackingEvent(at=scan.at, code=scan.code, title=scan.name, text="") for scan in parcel.scans),
            items=tuple(
                ParcelItem(product_id=order.lines[line].product_id, sku_id=order.lines[line].sku_id, count=count)
                for line, count in parcel.items
            ),
        )
        for parcel in order.parcels
    )
    return Tracking(order_id=order.number, parcels=parcels, reader=Reader.CALLS)


@pytest.fixture(name="stand_ins", scope="session")
def stand_ins_fixture() -> Iterator[tuple[Sandbox, Clock]]:
    """Both stand-ins on one port for the whole run; the store lives by the test's clock."""
    clock = Clock()
    sandbox = Sandbox()
    sandbox.shop = ShopState(KEY, PASSWORD, now=clock, clock=clock.seconds)
    sandbox.world = World(sandbox.ali, sandbox.shop)
    with sandbox:
        yield sandbox, clock


@pytest.fixture(name="empty_database", scope="session")
def empty_database_fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file of this version to copy, which is quicker than migrating each anew."""
    file = tmp_path_factory.mktemp("empty") / "dropferry.db"
    open_database(f"sqlite:///{file}").close()
    return file


@pytest.fixture(name="merchant")
def merchant_fixture(stand_ins: tuple[Sandbox, Clock], empty_database: Path, tmp_path: Path) -> Iterator[Merchant]:
    """A merchant with an empty store and an account that no other test has."""
    sandbox, clock = stand_ins
    clock.at = clock.start = datetime.now(UTC)
    for held in (sandbox.shop.orders, sandbox.shop.mails, sandbox.shop.calls, sandbox.shop.faults):
        held.clear()
    sandbox.shop.bucket = LeakyBucket(clock.seconds)
    sandbox.world.bought.clear()
    sandbox.ali.page_loads.clear()
    shutil.copy(empty_database, tmp_path / "dropferry.db")
    database = open_database(f"sqlite:///{tmp_path / 'dropferry.db'}")
    yield Merchant(sandbox, clock, database, f"account-{next(_accounts)}")
    database.close()
    sandbox.ali.set_faults(dict.fromkeys(type(sandbox.ali.faults).model_fields))


@pytest.fixture(name="one_context", scope="session")
def one_context_fixture(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One browser context for the whole run."""
    opened = browser.new_context(**browser_context_args)
    yield opened
    opened.close()


@pytest.fixture(name="context")
def context_fixture(one_context: BrowserContext, merchant: Merchant) -> BrowserContext:
    """A browser that is signed in to the merchant's account."""
    one_context.clear_cookies()
    one_context.add_cookies(storage_state(merchant.ali.sign_in(merchant.account))["cookies"])  # type: ignore[arg-type]
    return one_context
