"""A sandbox home that is ready to buy, and what the stand-ins hold for each line that was sold in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import tomlkit
from playwright.sync_api import BrowserContext
from sqlmodel import col, select

from bot.address import compose
from bot.buying_home import note_reconciled
from bot.clock_leap import ClockWatch
from bot.config import Config, load
from bot.db import Database
from bot.finding import find_order, parse
from bot.home import Home
from bot.jobs.place import Placed, PlaceOrders
from bot.jobs.purchasing import Outcome
from bot.models import AliOrder, Line, Order, Purchase, PurchaseOrder, PurchaseState
from bot.models_buying import ProvenMethod
from bot.opening import database_of, now
from bot.sandbox.aliexpress.address_book import typed_entry
from bot.sandbox.aliexpress.orders import AliOrder as Made
from bot.sandbox.aliexpress.orders import OrderState
from bot.sandbox.ready_home import storage_state
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_goods import CATALOGUE, US
from bot.sandbox.shop_state import ShopOrder
from bot.work import Workplace
from tests.buying import typed

ACCOUNT = "main"
OVER = (PurchaseState.CANCELLED, PurchaseState.CLOSED)


class BuyingHome:
    """One home folder of `sandbox` whose account pays by slip, and may buy without anybody watching.

    While `knows_buyers` the account's address book holds each buyer already: nothing is typed, which is quicker.
    """

    account = ACCOUNT
    knows_buyers = False

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.path = folder
        sandbox.write_home(folder)
        self.home = Home(folder)
        self.allow()

    @property
    def config(self) -> Config:
        """As it is in the file now."""
        return load(self.home)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The home's database."""
        with database_of(self.home, self.config) as database:
            yield database

    def limit(self, **caps: int) -> None:
        """Other caps for the account."""
        document = tomlkit.parse(self.home.config_file.read_text(encoding="utf-8"))
        document["accounts"][ACCOUNT]["limits"].update(caps)
        self.home.config_file.write_text(tomlkit.dumps(document), encoding="utf-8")

    def allow(self) -> None:
        """As after `dropferry reconcile --since` and one purchase under a person's eyes."""
        with self.database() as database, database.write() as session:
            note_reconciled(session, self.home, ACCOUNT, datetime(2026, 1, 1, tzinfo=UTC), now())
            if session.get(ProvenMethod, (ACCOUNT, "Boleto")) is None:
                session.add(ProvenMethod(account=ACCOUNT, method="Boleto", number="1", proven_at=now()))

    def sell(self, *products: int, **facts: Any) -> ShopOrder:
        """A paid order of one piece of each of these products, not pulled yet."""
        goods = tuple((CATALOGUE[product], 1) for product in products or (0,))
        shop = self.sandbox.shop
        # One after the other: the robot buys first what was paid first.
        sold_at = shop.now() - timedelta(hours=2) + timedelta(seconds=len(shop.orders))
        order = shop.add_order(goods, place=US, **{"created": sold_at, **facts})
        to = compose(order.address, phone=order.phone).ship_to
        if self.knows_buyers and to is not None:
            self.sandbox.ali.market.buyer(self.account).book.add(typed_entry(typed(to)), default=True)
        return order

    def pull(self) -> None:
        """Pull the store."""
        with self.database() as database:
            Workplace(self.home, self.config, database, lambda _line: None).pull("main")

    def an_hour_passes(self) -> None:
        """All presses were an hour earlier."""
        with self.database() as database, database.write() as session:
            for row in session.exec(select(Purchase).where(col(Purchase.intent_at).is_not(None))):
                assert row.intent_at is not None
                row.intent_at -= timedelta(hours=1)
                row.deadline = row.intent_at + timedelta(seconds=10)
                session.add(row)

    def purchases(self) -> dict[tuple[str, int], tuple[Purchase, tuple[str, ...]]]:
        """The purchase of each line that is not over, with its numbers."""
        found: dict[tuple[str, int], tuple[Purchase, tuple[str, ...]]] = {}
        with self.database() as database, database.read() as session:
            query = (
                select(Order.name, Line.position, Purchase)
                .join(Line, col(Line.order_id) == Order.id)
                .join(Purchase, col(Purchase.line_id) == Line.id)
                .where(col(Purchase.state).not_in(OVER))
            )
            for name, position, purchase in session.exec(query).all():
                numbers = (
                    select(AliOrder.number)
                    .join(PurchaseOrder, col(PurchaseOrder.ali_order_id) == AliOrder.id)
                    .where(PurchaseOrder.purchase_id == purchase.id)
                )
                found[name, position] = purchase, tuple(session.exec(numbers))
        return found

    def placed(self) -> dict[tuple[str, int], tuple[str, ...]]:
        """The lines that are placed, with their numbers."""
        return {
            line: numbers
            for line, (purchase, numbers) in self.purchases().items()
            if purchase.state is PurchaseState.PLACED
        }

    def unknown(self) -> list[tuple[str, int]]:
        """The lines that may have been ordered."""
        return [
            line
            for line, (purchase, _) in self.purchases().items()
            if purchase.intent_at is not None and purchase.state is not PurchaseState.PLACED
        ]

    def held(self) -> dict[tuple[str, int], str | None]:
        """The lines that are held, with the cause."""
        return {
            line: purchase.hold
            for line, (purchase, _) in self.purchases().items()
            if purchase.state is PurchaseState.HELD
        }

    def made(self, account: str = ACCOUNT) -> dict[tuple[str, int], list[Made]]:
        """What AliExpress holds for each line of the store: the same buyer and the same product, not called off."""
        found: dict[tuple[str, int], list[Made]] = {}
        orders = [order for order in self.sandbox.ali.orders.values() if order.account == account]
        for sold in self.sandbox.shop.orders.values():
            street = (sold.address or {}).get("address1")
            for position, line in enumerate(sold.lines, start=1):
                found[sold.name, position] = [
                    order
                    for order in orders
                    if order.recipient.address == street
                    and order.lines[0].product_id == line.goods.ali_item_id
                    and order.state is not OrderState.CANCELED
                ]
        return found

    def bought_twice(self) -> list[tuple[str, int]]:
        """The lines that AliExpress holds more than one order for."""
        return [line for line, orders in self.made().items() if len(orders) > 1]

    def wrong_numbers(self) -> list[tuple[str, int]]:
        """The placed lines whose number is not that of the one order that AliExpress holds for them."""
        made = self.made()
        return [
            line for line, numbers in self.placed().items() if [order.number for order in made[line]] != list(numbers)
        ]


class Keeper(BuyingHome):
    """The same with a browser that is open already, signed in to an AliExpress account that no other test has."""

    knows_buyers = True

    def __init__(self, sandbox: Sandbox, folder: Path, context: BrowserContext, account: str) -> None:
        super().__init__(sandbox, folder)
        self.context, self.account = context, account
        self.buyer = sandbox.ali.market.buyer(account)
        self.buyer.kind = "pay_now_deferred"
        self.slept: list[float] = []
        self.sign_in()

    def sign_in(self) -> None:
        """The browser is this account's from now on."""
        self.context.clear_cookies()
        cookies: Any = storage_state(self.sandbox.ali.sign_in(self.account))["cookies"]
        self.context.add_cookies(cookies)

    def place(self, *names: str, live: bool = True, **how: Any) -> Placed:
        """Pull, then place these orders, or all; waiting is noted, not done."""
        self.pull()
        with self.database() as database:
            with database.read() as session:
                only = [find_order(session, parse(name), None).id or 0 for name in names] or None
            watch = how.pop("watch", ClockWatch)
            place = Workplace(self.home, self.config, database, lambda _line: None, watch=watch)
            how = {"pause": self.slept.append, **how}
            return PlaceOrders(place, self.context, ACCOUNT, live, only, **how).run()

    def one(self, name: str, **how: Any) -> Outcome:
        """What becomes of an order of one line; trouble with a page is raised."""
        done = self.place(name, **how)
        if done.trouble is not None:
            raise done.trouble
        (outcome,) = done.outcomes
        return outcome

    def orders(self) -> list[Made]:
        """All orders of the account."""
        return [order for order in self.sandbox.ali.orders.values() if order.account == self.account]

    @property
    def presses(self) -> int:
        """How often any button that orders was pressed."""
        return len(self.sandbox.ali.market.presses)
