"""Buys on the stand-in AliExpress by hand, in a real browser, as a person would."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bot.sandbox.aliexpress.orders import AliOrder
from bot.sandbox.aliexpress.products import Product, Sku
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.payer import BUTTON, RESULT
from bot.sandbox.ready_home import storage_state
from bot.sandbox.server import Sandbox

TOTAL = ".pl-order-toal-container__item-content"
ADDRESS = "[data-pl=pl-address-detail]"
GRACE = {
    "firstName": "Grace",
    "lastName": "Kessler",
    "mobileNo": "5035550101",
    "address": "12 Alder St",
    "zip": "97205",
}
# Which of the boxes of each form is which.
DRAWER = {"firstName": 1, "lastName": 2, "mobileNo": 4, "address": 6, "address2": 7, "zip": 10, "cpf": 12}
FORM = {"firstName": 0, "lastName": 1, "mobileNo": 3, "address": 4, "address2": 5, "zip": 6}


class Shopper:
    """One account in one tab; `product` and `sku` are what it looks at unless told otherwise."""

    def __init__(self, sandbox: Sandbox, page: Page, account: str) -> None:
        self.sandbox = sandbox
        self.ali: AliWorld = sandbox.ali
        self.page = page
        self.buyer = self.ali.market.buyer(account)
        self.product: Product = next(iter(self.ali.market.products.values()))
        self.sku: Sku = self.product.skus[0]

    def open_item(self) -> None:
        """The item page, until it is drawn."""
        self.page.goto(f"{self.sandbox.aliexpress}/item/{self.product.id}.html")
        self.page.locator("h1").wait_for()

    def confirm_url(self, **changes: Any) -> str:
        """The address of the confirm page for one piece to the United States."""
        asked = {
            "objectId": self.product.id,
            "skuAttr": self.product.attr(self.sku),
            "skuId": self.sku.id,
            "quantity": 1,
            "shippingCompany": "CAINIAO_STANDARD",
            "countryCode": "US",
            **changes,
        }
        query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in asked.items())
        return f"{self.sandbox.aliexpress}/p/trade/confirm.html?{query}"

    def open_confirm(self, **changes: Any) -> None:
        """The item page, then the confirm page in the same tab, until the total has stopped moving."""
        self.open_item()
        self.page.goto(self.confirm_url(**changes))
        self.page.locator(BUTTON).first.wait_for()
        self.settle()

    def settle(self) -> None:
        """Waits until the total stands as the last answer has it."""
        total = "window.press.state.settled === true"
        self.page.wait_for_function(total)

    def press(self, lands_on: str = RESULT) -> None:
        """Presses the button and waits for the page after it."""
        self.page.locator(BUTTON).click()
        self.page.wait_for_url(lands_on)

    def total(self) -> str:
        """The total as it is drawn."""
        return self.page.locator(TOTAL).text_content() or ""

    def rows(self) -> dict[str, str]:
        """The summary as it is drawn."""
        found: dict[str, str] = {}
        for row in self.page.locator(".pl-summary__item-pc").all():
            title, content = (row.locator(f"[data-pl=pl-summary-{part}]") for part in ("title", "content"))
            found[title.text_content() or ""] = content.text_content() or ""
        return found

    def orders(self) -> list[AliOrder]:
        """All orders of the account."""
        return [order for order in self.ali.orders.values() if order.account == self.buyer.account]

    def drawer(self) -> None:
        """Opens the form for a new address in the drawer, ready for typing by hand."""
        self.page.locator(".pl-address-item__arrrow a").click()
        self.page.locator("button.add-address").click()
        self.page.locator(".text-button-container").click()

    def dialog(self) -> None:
        """Opens the form for a new address in the dialog, ready for typing by hand."""
        self.page.locator(".pl-address-item__arrrow button").click()
        self.page.locator("button.add-address").click()
        self.page.locator(".manual-link").click()
        self.page.locator('input[placeholder^="E.g."]').wait_for()

    def fill_drawer(self, typed: dict[str, str], province: str = "Oregon", city: str = "Portland") -> None:
        """Types into the boxes of the drawer and chooses the places from the sheet."""
        for name, text in typed.items():
            self.page.locator("input.one-textinput").nth(DRAWER[name]).fill(text)
        self.page.locator("input.one-textinput").nth(8).click()
        for place in (province, city):
            self.page.locator(".group-item").get_by_text(place, exact=True).click()
        self.page.wait_for_function("!document.querySelector('.mt-drawer-modal')")

    def fill_dialog(self, typed: dict[str, str], province: str = "Oregon", city: str = "Portland") -> None:
        """Types into the boxes of the dialog and chooses the places from its lists."""
        for place, name in ((2, province), (3, city)):
            self.page.locator("form .next-select").nth(place).locator(".next-select-trigger").click()
            self.page.locator(f'li[role=option][title="{name}"]').click()
            self.page.locator("form .next-select").nth(place).get_by_text(name, exact=True).wait_for()
        boxes = self.page.locator("form input[type=text]:not([role=combobox])")
        for name, text in typed.items():
            boxes.nth(FORM[name]).fill(text)

    def save(self, name: str = "Grace Kessler") -> None:
        """Saves the form and waits until the confirm page shows who it is for."""
        self.page.locator("button.form-button-confirm, .next-btn-primary").click()
        self.page.locator(ADDRESS, has_text=name).wait_for()
        self.settle()


@pytest.fixture(scope="module", name="context")
def context_fixture(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the whole module; each test signs it in to its own account."""
    opened = browser.new_context(**browser_context_args)
    yield opened
    opened.close()


@pytest.fixture(name="shopper")
def shopper_fixture(context: BrowserContext, sandbox: Sandbox, ali: AliWorld, me: str) -> Iterator[Shopper]:
    """A tab that is signed in to this test's account, which has a deferred method of paying."""
    context.clear_cookies()
    context.add_cookies(storage_state(ali.sign_in(me))["cookies"])  # type: ignore[arg-type]
    tab = context.new_page()
    tab.set_default_timeout(8000)
    shopper = Shopper(sandbox, tab, me)
    shopper.buyer.kind = "pay_now_deferred"
    yield shopper
    tab.close()
