"""The stand-in AliExpress in a real Chromium: what it draws, pages, asks for, and hides."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.sandbox.aliexpress.orders import OrderState
from bot.sandbox.aliexpress.sessions import PASSWORD
from bot.sandbox.aliexpress.sign_in_faults import SIGN_IN_CODE
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.ready_home import storage_state
from bot.sandbox.server import Sandbox
from tests.asking import GRACE, LAMP, TOTE, in_state

# What the tests of reading meet as well (test_check_orders, test_scrape_tracking, test_sign_in): they would fail too.
met_by_the_flows = pytest.mark.long
CARDS = "document.querySelectorAll('.order-item').length"
# Tag, classes and data-pl of every element, hashes off: what a selector could hold on to.
MARKS = """root => [...root.querySelectorAll('*')].map(one => [one.tagName,
  one.className.replace(/--[A-Za-z0-9]+(?= |$)/g, '--').trim(), one.dataset.pl ?? ''].join('|'))"""


@pytest.fixture(scope="module")
def context(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the whole module; each test signs it in to its own account."""
    opened = browser.new_context(**browser_context_args)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, ali: AliWorld, me: str) -> Iterator[Page]:
    """A tab that is signed in to this test's account."""
    context.clear_cookies()
    context.add_cookies(storage_state(ali.sign_in(me))["cookies"])  # type: ignore[arg-type]
    tab = context.new_page()
    tab.set_default_timeout(8000)
    yield tab
    tab.close()


def open_list(page: Page, sandbox: Sandbox, cards: int, tab: str = "") -> None:
    """Opens the order list and waits until so many cards are drawn."""
    page.goto(f"{sandbox.aliexpress}/p/order/index.html{tab}")
    page.wait_for_function(f"{CARDS} === {cards}")


@met_by_the_flows
def test_list_draws_and_view_orders_appends(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that ten orders are drawn, that "View orders" appends the next ten, and that it goes away at the end."""
    made = ali.bulk(23, me)
    open_list(page, sandbox, 10)
    for cards in (20, 23):
        page.locator('[data-pl="order_more"] button').click()
        page.wait_for_function(f"{CARDS} === {cards}")
    told = page.locator('[data-pl="order_item_header_info"]').all_text_contents()
    numbers = [re.search(r"Ref\.\s*Number[:\s]+([0-9]{10,25})", text) for text in told]
    assert list(reversed(made)) == [found.group(1) for found in numbers if found]
    assert page.locator('[data-pl="order_more"]').count() == 0


def test_card_has_the_marks_of_the_real_one(sandbox: Sandbox, ali: AliWorld, page: Page, me: str, shared: Path) -> None:
    """Proves that every tag, class and data-pl of the card copied from the real list is on the drawn one."""
    ali.bulk(1, me, state=OrderState.AWAITING_DELIVERY)
    open_list(page, sandbox, 1)
    drawn = set(page.locator(".order-item").evaluate(MARKS))
    copy = (shared / "aliexpress" / "order-card.copy.html").read_text(encoding="utf-8")
    kept = page.evaluate(f"html => ({MARKS})(new DOMParser().parseFromString(html, 'text/html').body.firstChild)", copy)
    assert {"FONT||"} == set(kept) - drawn


def test_card_of_several_lines_is_pictures(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that a card of two lines shows two pictures and neither title, while its total stands in single signs."""
    line = TOTE
    ali.buy(GRACE, [line, line], me)
    open_list(page, sandbox, 1)
    card = page.locator(".order-item")
    total = card.locator('[data-pl="order_item_content_price_total"] [class*="es--char--"]').all_text_contents()
    assert 2 == card.locator(".order-item-content-img").count()
    assert 0 == card.locator(".order-item-content-info-name").count()
    assert ["$", "1", "5", ".", "9", "6"] == total


@met_by_the_flows
def test_tabs_show_their_orders(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that a tab opens by its address and by a press, and that the open one is marked."""
    (number,) = in_state(ali, me, OrderState.AWAITING_DELIVERY)
    ali.buy(GRACE, [TOTE], me)
    open_list(page, sandbox, 1, "?tab=shipped")
    track = page.locator(".order-item-btns a").get_attribute("href")
    page.get_by_role("tab", name="To pay").click()
    expect(page.locator(".comet-tabs-nav-item-active")).to_have_text("To pay")
    assert f"{sandbox.aliexpress}/p/tracking/index.html?tradeOrderId={number}" == track
    assert ["To pay"] == page.locator(".order-item-header-status-text").all_text_contents()


@met_by_the_flows
def test_detail_page(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that status, dates, recipient, line and prices stand where the selectors look for them."""
    (number,) = in_state(ali, me, OrderState.AWAITING_DELIVERY)
    page.goto(f"{sandbox.aliexpress}/p/order/detail.html?orderId={number}")
    rows = page.locator(".order-detail-order-info .info-row")
    rows.first.wait_for()
    assert "Awaiting delivery" == page.locator(".order-status .order-block-title").text_content()
    assert [f"Ref. Number: {number}", "Order placed on", "Paid on", "Shipment completed on", "Payment method"] == [
        text if text.startswith("Ref") else text.partition(":")[0] for text in rows.all_text_contents()
    ]
    assert "Grace Kessler" in (page.locator(".order-detail-info-content .contact-info").text_content() or "")
    assert ["LED Desk Lamp", "x2"] == [
        page.locator(".order-detail-item-content-wrap").locator(part).text_content()
        for part in (".item-title a", ".item-price-quantity")
    ]
    assert ["Subtotal$26.20", "ShippingFree shipping", "Total$26.20"] == page.locator(
        ".order-price-item"
    ).all_text_contents()


@met_by_the_flows
def test_tracking_page_draws_every_parcel(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that both parcels of an order show number, carrier and scans, and the arrival in words."""
    (number,) = ali.buy(GRACE, [LAMP], me)
    ali.pay(number)
    ali.ship(number, parcels=2)
    ali.deliver(number)
    page.goto(f"{sandbox.aliexpress}/p/tracking/index.html?tradeOrderId={number}")
    page.locator('[class*="logistic-info-v2--shippingToInfo"]').wait_for()
    part = "[class*='logistic-info-v2--{}']"
    assert [parcel.number for parcel in ali.order(number).parcels] == page.locator(
        part.format("mailNoValue")
    ).all_text_contents()
    assert ["USPS", "USPS"] == page.locator(part.format("carrierValue")).all_text_contents()
    assert "Delivered" == page.locator(part.format("nodeTitle")).first.text_content()
    assert 2 == page.locator('[class*="arrival-time-v2--title"]', has_text="Delivered").count()


def test_person_signs_in(sandbox: Sandbox, ali: AliWorld, page: Page, context: BrowserContext, me: str) -> None:
    """Proves the way of the form: e-mail, wrong password, right one, and back to the page that was asked for."""
    ali.bulk(1, me)
    context.clear_cookies()
    page.goto(f"{sandbox.aliexpress}/p/order/index.html?tab=processing")
    page.locator("input[label='Email or phone number']").fill(ali.account(me).email)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.locator("input#fm-login-password").fill("not it")
    page.locator("button:has(span:text-is('Sign in'))").click()
    page.locator("span", has_text="Your account name or password is incorrect.").wait_for()
    page.locator("input#fm-login-password").fill(PASSWORD)
    page.locator("button:has(span:text-is('Sign in'))").click()
    page.wait_for_function(f"{CARDS} === 1")
    session = next(cookie for cookie in context.cookies() if cookie["name"] == "xman_t")
    assert f"{sandbox.aliexpress}/p/order/index.html?tab=processing" == page.url
    assert (True, ".aliexpress.localhost") == (session["httpOnly"], session["domain"])


def test_sign_in_asks_for_a_code(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that with `email_code` the right password is not enough, and that the mailed code is."""
    ali.bulk(1, me)
    ali.set_faults({"signed_out": True, "email_code": True})
    page.goto(f"{sandbox.aliexpress}/p/order/index.html")
    page.locator("input[label='Email or phone number']").fill(ali.account(me).email)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.locator("input#fm-login-password").fill(PASSWORD)
    page.locator("button:has(span:text-is('Sign in'))").click()
    page.get_by_text("Email verification code").wait_for()
    for place, digit in enumerate(SIGN_IN_CODE):
        page.locator(f"input[data-id='{place}']").fill(digit)
    page.locator("button#j-test").click()
    page.wait_for_function(f"{CARDS} === 1")


def test_unknown_email_is_offered_to_register(sandbox: Sandbox, page: Page) -> None:
    """Proves that an address without an account leads to "Register"."""
    page.goto(sandbox.login)
    page.locator("input[label='Email or phone number']").fill("nobody@example.com")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_text("Register", exact=True).wait_for()


@met_by_the_flows
def test_session_that_ends_leads_to_the_login(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that a session which ends between two pages of the list sends the page to the login."""
    ali.bulk(15, me)
    open_list(page, sandbox, 10)
    ali.set_faults({"signed_out": True})
    page.locator('[data-pl="order_more"] button').click()
    page.wait_for_url(f"{sandbox.login}/**")
    assert "return_url=" in page.url


def test_first_load_brings_banner_and_app(
    sandbox: Sandbox, ali: AliWorld, browser: Browser, browser_context_args: dict[str, Any], me: str
) -> None:
    """Proves that a new profile sees the cookie banner and the app's pop-up once."""
    state: Any = storage_state(ali.sign_in(me))
    with browser.new_context(**browser_context_args, storage_state=state) as fresh:
        page = fresh.new_page()
        page.goto(f"{sandbox.aliexpress}/p/order/index.html")
        page.locator("button[data-role=gdpr-accept]").click()
        page.locator("#J_xiaomi_dialog button").click()
        page.reload()
        page.locator(".order-content").wait_for()
        assert (0, 0) == (page.locator("[data-role=gdpr-accept]").count(), page.locator("#J_xiaomi_dialog").count())


@met_by_the_flows
def test_popup_lies_over_the_button(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that "View orders" cannot be pressed under the overlay, and can once it is closed."""
    ali.bulk(11, me)
    ali.set_faults({"popup": True})
    open_list(page, sandbox, 10)
    more = page.locator('[data-pl="order_more"] button')
    with pytest.raises(Exception, match="intercepts pointer events"):
        more.click(timeout=700, trial=True)
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    more.click()
    page.wait_for_function(f"{CARDS} === 11")


@met_by_the_flows
def test_page_without_calls_still_draws(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that with `no_calls` the list draws and pages while no answer of the gateway can be heard."""
    ali.bulk(11, me)
    ali.set_faults({"no_calls": True})
    heard: list[str] = []
    page.on("response", lambda response: heard.append(response.url))
    open_list(page, sandbox, 10)
    page.locator('[data-pl="order_more"] button').click()
    page.wait_for_function(f"{CARDS} === 11")
    assert [] == [url for url in heard if "/h5/" in url]


@pytest.mark.parametrize(
    ("what", "place"),
    [
        ("number", ("/p/order/index.html", '[data-pl="order_item_header_info"] div:nth-child(2)')),
        ("status", ("/p/order/index.html", ".order-item-header-status-text")),
        ("tracking", ("/p/tracking/index.html?tradeOrderId={}", "[class*='mailNoValue']")),
    ],
)
@met_by_the_flows
def test_drawn_page_disagrees(sandbox: Sandbox, page: Page, me: str, what: str, place: tuple[str, str]) -> None:
    """Proves that the drawn number, status or tracking number becomes another one."""
    (number,) = in_state(sandbox.ali, me, OrderState.AWAITING_DELIVERY)
    path, css = place
    shown = []
    for value in (None, what):
        sandbox.ali.set_faults({"dom_disagrees": value})
        page.goto(sandbox.aliexpress + path.format(number))
        shown.append(page.locator(css).first.text_content())
    assert shown[0] != shown[1]


def test_design_of_2022(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that the older design has the older labels and marks its parts by class alone."""
    (number,) = in_state(ali, me, OrderState.AWAITING_DELIVERY)
    ali.set_faults({"design": "2022"})
    open_list(page, sandbox, 1)
    told = page.locator(".order-item-header-right-info div").all_text_contents()
    assert ["Order date", f"Order ID: {number}Copy"] == [told[0].partition(":")[0], told[1]]
    assert "Track order" == page.locator(".order-item-btns a").text_content()
    assert 0 == page.locator("[data-pl]").count()


def test_unknown_design_has_nothing_to_hold_on_to(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that the unknown design draws a page without one card."""
    ali.bulk(1, me)
    ali.set_faults({"design": "unknown"})
    page.goto(f"{sandbox.aliexpress}/p/order/index.html")
    page.locator(".k7xq-b").first.wait_for()
    assert 0 == page.locator(".order-item, [data-pl], [class*='order-']").count()


@met_by_the_flows
def test_captcha_covers_the_page(sandbox: Sandbox, ali: AliWorld, page: Page) -> None:
    """Proves that a human check is seen on the page too."""
    ali.set_faults({"captcha": True})
    page.goto(f"{sandbox.aliexpress}/p/order/index.html")
    page.frame_locator("#baxia-dialog-content").get_by_text("unusual traffic").wait_for()


@pytest.mark.parametrize("fault", ["lost", "http_500", "html", "broken_json"])
@met_by_the_flows
def test_broken_answer_is_an_oops(sandbox: Sandbox, ali: AliWorld, page: Page, fault: str) -> None:
    """Proves that a page whose data do not come says so instead of staying empty."""
    ali.set_faults({fault: True})
    page.goto(f"{sandbox.aliexpress}/p/order/index.html")
    page.get_by_text("Oops! Something went wrong").wait_for()


def test_pages_are_counted_by_kind(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that each loaded page counts once under its kind, and a list page once for each ten."""
    (number,) = ali.bulk(12, me)[:1]
    before = ali.page_loads.copy()
    open_list(page, sandbox, 10)
    page.locator('[data-pl="order_more"] button').click()
    page.wait_for_function(f"{CARDS} === 12")
    page.goto(f"{sandbox.aliexpress}/p/order/detail.html?orderId={number}")
    page.goto(f"{sandbox.aliexpress}/p/tracking/index.html?tradeOrderId={number}")
    page.goto(f"{sandbox.aliexpress}/")
    assert {"list": 2, "detail": 1, "tracking": 1, "home": 1} == dict(ali.page_loads - before)
