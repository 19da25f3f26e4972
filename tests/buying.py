"""What the tests of the buying flows share: a guarded tab of one account, and what is to be bought in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bot.sandbox.aliexpress.address_book import typed_entry
from bot.sandbox.aliexpress.buyers import Buyer
from bot.sandbox.aliexpress.orders import AliOrder
from bot.sandbox.aliexpress.products import Product, Sku
from bot.sandbox.ready_home import storage_state
from bot.sandbox.server import Sandbox
from flows.guard import Guard
from flows.place_order import OwnEntry, PressResult, prepare, press
from flows.values import Site
from flows.values_buying import Quote, ShipTo, Wanted

HERE = ShipTo(
    country_code="US",
    first_name="Nguyen Van",
    last_name="Duc",
    phone_code="+1",
    phone="5035550123",
    street="123 Main Street",
    street2="Apt 4",
    province="Oregon",
    city="Portland",
    zip="97205",
    province_names=("OR",),
    city_names=("Other",),
)
THERE = HERE.model_copy(
    update={
        "first_name": "Ann",
        "last_name": "Lee",
        "street": "77 Other Road",
        "street2": "",
        "province": "Texas",
        "city": "Austin",
        "zip": "73301",
    }
)
DEFERRED = frozenset({"Boleto"})


def soon(seconds: float = 10) -> datetime:
    """A deadline so many seconds from now."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


def typed(to: ShipTo) -> dict[str, str]:
    """An address under the names that the stand-in's form sends."""
    return {
        "firstName": to.first_name,
        "lastName": to.last_name,
        "country": to.country_code,
        "phoneCountry": to.phone_code,
        "mobileNo": to.phone,
        "address": to.street,
        "address2": to.street2,
        "province": to.province,
        "city": to.city,
        "zip": to.zip,
        **dict(to.ids),
    }


class Till:
    """One account in one guarded tab; `product` and `sku` are what it buys unless told otherwise."""

    def __init__(self, sandbox: Sandbox, page: Page, guard: Guard, account: str) -> None:
        self.sandbox = sandbox
        self.site: Site = sandbox.site
        self.page = page
        self.guard = guard
        self.buyer: Buyer = sandbox.ali.market.buyer(account)
        self.product: Product = next(iter(sandbox.ali.market.products.values()))
        self.sku: Sku = self.product.skus[0]
        self.own = OwnEntry()
        self.steps: list[str] = []

    def wanted(self, **changes: Any) -> Wanted:
        """What is to be bought."""
        usual: dict[str, Any] = {
            "product_id": self.product.id,
            "sku_id": self.sku.id,
            "sku_attr": self.product.attr(self.sku),
            "quantity": 2,
            "carrier": "CAINIAO_STANDARD",
            "ship_to": HERE,
            "currency": "USD",
        }
        return Wanted(**{**usual, **changes})

    def prepare(self, **changes: Any) -> Quote:
        """Everything but the press."""
        return prepare(self.page, self.site, self.wanted(**changes), self.guard, own=self.own, on_step=self._step)

    def press(self, quote: Quote, deadline: datetime | None = None) -> PressResult:
        """The press."""
        return press(self.page, self.site, self.guard, quote, deadline or soon(), on_step=self._step)

    def orders(self) -> list[AliOrder]:
        """All orders of the account."""
        return [order for order in self.sandbox.ali.orders.values() if order.account == self.buyer.account]

    def book(self) -> list[tuple[str, str, str]]:
        """The address book: name, street and city of each entry."""
        return [(entry.name, entry.street, entry.city) for entry in self.buyer.book.entries]

    def _step(self, name: str, _page: Page) -> None:
        self.steps.append(name)


@pytest.fixture(scope="module", name="context")
def context_fixture(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the whole module; each test signs it in to its own account."""
    opened = browser.new_context(**browser_context_args, service_workers="block")
    yield opened
    opened.close()


@contextmanager
def opened_till(context: BrowserContext, sandbox: Sandbox, account: str) -> Iterator[Till]:
    """A guarded tab, signed in to this account, which pays by Boleto, later."""
    context.clear_cookies()
    context.add_cookies(storage_state(sandbox.ali.sign_in(account))["cookies"])  # type: ignore[arg-type]
    with Guard(context, sandbox.site) as guard:
        page = context.new_page()
        page.set_default_timeout(8000)
        till = Till(sandbox, page, guard, account)
        till.buyer.kind = "pay_now_deferred"
        yield till
        page.close()


@pytest.fixture(name="till")
def till_fixture(context: BrowserContext, sandbox: Sandbox, ali: Any, me: str) -> Iterator[Till]:
    """A till of this test's own account, whose address book begins with the address here: nothing has to be typed."""
    with opened_till(context, sandbox, me) as till:
        till.buyer.book.add(typed_entry(typed(HERE)), default=True)
        yield till


@pytest.fixture(name="till")
def new_till_fixture(context: BrowserContext, sandbox: Sandbox, ali: Any, me: str) -> Iterator[Till]:
    """A till of this test's own account, whose address book holds the merchant's two entries alone."""
    with opened_till(context, sandbox, me) as till:
        yield till
