"""Each way in which buying on the stand-in AliExpress can be told to go wrong, seen in a real Chromium."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from bot.sandbox.aliexpress.orders import OrderState
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.payer import BUTTON
from bot.sandbox.server import Sandbox
from tests.asking import DETAIL, LIST, TOTE, Asker, block, orders
from tests.asking import GRACE as RECIPIENT
from tests.shopping import ADDRESS, GRACE, TOTAL, Shopper, context_fixture, shopper_fixture

context = context_fixture
shopper = shopper_fixture
# What the tests of the buying flows meet as well (test_press, test_place_order, test_place_held): they would fail too.
met_by_the_flows = pytest.mark.long
STATUS = "detail_order_status_block"
SOLD_OUT = "Sorry, the quantity you selected is out of stock."
NO_SKU = "The product options you selected are no longer available."
OOPS = "Oops! Something went wrong. Please refresh the page and try again."


def until(so: Callable[[], bool]) -> None:
    """Looks again and again until it is so; fails after 5 seconds."""
    end = time.monotonic() + 5
    while not so():
        assert time.monotonic() < end
        time.sleep(0.01)


def answered(page: Page) -> str:
    """Presses the button and gives the word that the page has for it, where it does not go on."""
    page.locator(BUTTON).click()
    return page.locator(".comet-toast").text_content() or ""


def says(shopper: Shopper) -> str:
    """Opens item and confirm page and gives what the latter says instead of a total."""
    shopper.open_item()
    shopper.page.goto(shopper.confirm_url())
    return shopper.page.locator(".comet-error").text_content() or ""


@met_by_the_flows
@pytest.mark.parametrize("way", ["xhr", "jsonp", "beacon", "form", "window", "iframe", "worker", "socket"])
def test_order_call_takes_every_way(shopper: Shopper, context: BrowserContext, way: str) -> None:
    """Proves that one press makes one order by each way of sending, and that the page goes on to the result."""
    shopper.ali.set_faults({"order_by": way})
    before = shopper.ali.market.order_calls
    shopper.open_confirm()
    shopper.press()
    made = [order.state for order in shopper.orders()]
    for tab in context.pages:
        if tab is not shopper.page:
            tab.close()
    assert ([OrderState.TO_PAY], before + 1) == (made, shopper.ali.market.order_calls)


@met_by_the_flows
@pytest.mark.parametrize(("how", "made"), [("lost", 1), ("lost_before", 0), ("500", 1), ("500_before", 0)])
def test_answer_of_the_order_call_is_lost(shopper: Shopper, how: str, made: int) -> None:
    """Proves that the page knows nothing after either, while the order was made or was not."""
    shopper.ali.set_faults({"order_call": how})
    shopper.open_confirm()
    assert (OOPS, made) == (answered(shopper.page), len(shopper.orders()))


@met_by_the_flows
def test_token_is_renewed_once_at_the_order_call(shopper: Shopper) -> None:
    """Proves FAIL_SYS_TOKEN_EXOIRED once: two calls, one press, one order."""
    shopper.ali.set_faults({"order_call": "token"})
    market = shopper.ali.market
    before = len(market.presses), market.order_calls
    shopper.open_confirm()
    shopper.press()
    assert (before[0] + 1, before[1] + 2) == (len(market.presses), market.order_calls)
    assert 1 == len(shopper.orders())


def test_slow_answer_comes_after_the_order_was_made(shopper: Shopper) -> None:
    """Proves that the order is there while the page still waits for its answer."""
    shopper.ali.set_faults({"order_slow_ms": 700})
    shopper.open_confirm()
    with shopper.page.expect_request("**/mtop.aliexpress.checkout.placeorder/**"):
        shopper.page.locator(BUTTON).click()
    until(lambda: bool(shopper.orders()))
    meanwhile = "confirm.html" in shopper.page.url, len(shopper.orders())
    shopper.page.wait_for_url("**/pay-result.html*")
    assert (True, 1) == meanwhile


@met_by_the_flows
def test_refused_order_says_why(shopper: Shopper) -> None:
    """Proves that the page shows the text of a refusal, and that there is no order."""
    shopper.ali.set_faults({"order_refused": "Your order was unsuccessful."})
    shopper.open_confirm()
    assert ("Your order was unsuccessful.", []) == (answered(shopper.page), shopper.orders())


@met_by_the_flows
def test_double_click_of_the_page_orders_twice(shopper: Shopper) -> None:
    """Proves that one press with two calls makes two orders."""
    shopper.ali.set_faults({"double_click": True})
    before = len(shopper.ali.market.presses)
    shopper.open_confirm()
    shopper.press()
    shopper.page.locator(".pay-result-title").wait_for()
    assert (2, before + 1) == (len(shopper.orders()), len(shopper.ali.market.presses))


def test_two_sellers_are_two_orders_and_no_number_shows(shopper: Shopper) -> None:
    """Proves that a line from a dirty cart becomes an order of its own, 20,000 on, and where numbers show at all."""
    shopper.ali.set_faults({"extra_line": True})
    shopper.open_confirm()
    titles = shopper.page.locator("[class*=group-product--title]").all_text_contents()
    shopper.press()
    bare = shopper.page.locator(".pay-result-container").inner_text()
    shopper.ali.set_faults({"shows_number": True})
    shopper.page.reload()
    told = shopper.page.locator(".pay-result-order").text_content()
    first, second = sorted(int(order.number) for order in shopper.orders())
    assert (2, 20_000) == (len(set(titles)), second - first)
    assert str(first) not in bare
    assert f"Order ID: {first}, {second}" == told


@met_by_the_flows
@pytest.mark.parametrize(
    ("faults", "text"),
    [
        ({"sku_gone_at": "confirm"}, NO_SKU),
        ({"sold_out_at": "confirm"}, SOLD_OUT),
        ({"sku_gone_at": "press"}, NO_SKU),
        ({"sold_out_at": "press"}, SOLD_OUT),
    ],
)
def test_sku_goes_between_the_pages(shopper: Shopper, faults: dict[str, Any], text: str) -> None:
    """Proves that it was there before, and what is said at the confirm page or at the press; nothing is ordered."""
    shopper.ali.set_faults(faults)
    if "press" in faults.values():
        shopper.open_confirm()
        said = answered(shopper.page)
    else:
        said = says(shopper)
    assert (text, []) == (said, shopper.orders())


def test_item_page_shows_what_is_left(shopper: Shopper) -> None:
    """Proves the item page without its first SKU, sold out, dearer, in another currency, and by fewer carriers."""
    seen, ways = [], []
    for faults in (
        {"sku_gone_at": "item"},
        {"sold_out_at": "item"},
        {"price_jump_at": "item", "price_jump": 500},
        {"currency_at": "item"},
        {"carrier_gone_at": "item"},
    ):
        shopper.ali.set_faults(faults)
        shopper.open_item()
        seen.append(shopper.page.locator(".pdp-comp-price-current, button[disabled]").all_text_contents())
        ways.append(shopper.page.locator("[class*=shipping--item]").count())
        shopper.ali.set_faults(dict.fromkeys(faults))
    assert [["$8.48"], ["$7.98", "Buy now"], ["$12.98"], ["7,18€"], ["$7.98"]] == seen
    assert [3, 3, 3, 3, 2] == ways


@met_by_the_flows
def test_product_that_is_off_sale_or_not_sent_there(shopper: Shopper, sandbox: Sandbox) -> None:
    """Proves the words for a product taken off sale, for one not sent to a country, and for one that never was."""
    market, page = shopper.ali.market, shopper.page
    message = page.locator("[class*=message--text]")
    shopper.product = next(one for one in market.products.values() if one.title == "Wool Beanie")
    shopper.sku = shopper.product.skus[0]
    said = []
    market.change_product(shopper.product.id, {"on_sale": False})
    for design in ("2026", "2022"):
        shopper.ali.set_faults({"design": design})
        shopper.open_item()
        said.append(message.text_content())
    shopper.ali.set_faults({"design": None})
    said.append(says(shopper))
    market.change_product(shopper.product.id, {"on_sale": True, "carriers": {"US": [], "VN": []}})
    shopper.open_item()
    unreachable = page.locator("[class*=shipping--item]").text_content()
    shopper.open_confirm()
    assert page.locator("[class*=group-ship-options--unreachable]").text_content() == unreachable
    assert "Please check your shipping address and delivery method." == answered(page)
    missing = page.goto(f"{sandbox.aliexpress}/item/1005009999999999.html")
    assert ["Sorry, this item is no longer available!"] * 3 == said
    assert ("This product can't be shipped to your address", 404) == (unreachable, missing and missing.status)
    shopper.product.carriers.clear()


@met_by_the_flows
def test_carrier_goes_and_another_one_is_taken(shopper: Shopper) -> None:
    """Proves that the confirm page silently takes another carrier where the one asked for is gone."""
    shopper.ali.set_faults({"carrier_gone_at": "confirm"})
    shopper.open_confirm(shippingCompany="CAINIAO_STANDARD")
    assert "AliExpress Premium Shipping" == shopper.page.locator("[class*=group-ship-options--title]").text_content()
    assert "$17.97" == shopper.total()


def test_carrier_and_quantity_can_be_changed_on_the_page(shopper: Shopper) -> None:
    """Proves that the page reads itself again after a change of carrier and of quantity."""
    shopper.open_confirm()
    shopper.page.locator("[class*=group-ship-options--title]").click()
    shopper.page.locator("[class*=group-ship-options--option]", has_text="Premium").click()
    shopper.page.locator(TOTAL, has_text="$17.97").wait_for()
    shopper.page.locator(".comet-input-number-btn").last.click()
    shopper.page.locator(TOTAL, has_text="$25.95").wait_for()
    shopper.settle()
    shopper.press()
    assert [(2, 2595)] == [(order.lines[0].quantity, order.total) for order in shopper.orders()]


@met_by_the_flows
@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ({"price_jump_at": "confirm"}, "$29.94"),
        ({"currency_at": "confirm"}, "21,54€"),
        ({"currency_at": "confirm", "other_currency": "VND"}, "598.500₫"),
        ({"quantity_reset": True}, "$7.98"),
    ],
)
def test_confirm_page_differs_from_the_item_page(shopper: Shopper, faults: dict[str, Any], expected: str) -> None:
    """Proves the total of three pieces with a higher price, in another currency, or of one piece alone."""
    shopper.ali.set_faults(faults)
    shopper.open_confirm(quantity=3)
    assert expected == shopper.total()


def test_price_jumps_at_the_press_alone(shopper: Shopper) -> None:
    """Proves that the order can cost more than the page said."""
    shopper.ali.set_faults({"price_jump_at": "press"})
    shopper.open_confirm()
    shown = shopper.total()
    shopper.press()
    assert ("$7.98", [998]) == (shown, [order.total for order in shopper.orders()])


# What changes, where it stands, what it is at first and then.
CHANGES = {
    "total": (TOTAL, "$7.98", "$9.98"),
    "button": (BUTTON, "Place order", "Pay now"),
    "method": ("[class*=chosen-channel-title]", "Boleto", "Visa **** 4242"),
}


@met_by_the_flows
@pytest.mark.parametrize("on", ["timer", "mouseover", "pointerdown"])
@pytest.mark.parametrize("what", list(CHANGES))
def test_page_changes_between_reading_and_the_press(shopper: Shopper, what: str, on: str) -> None:
    """Proves what changes when, and that the press then does what is drawn last."""
    where, before, after = CHANGES[what]
    shopper.ali.set_faults({"redraw": what, "redraw_on": on, "redraw_ms": 500})
    shopper.buyer.kind = "place_order" if what == "button" else "pay_now_deferred"
    shopper.open_confirm()
    seen = [shopper.page.locator(where).text_content()]
    if on == "timer":
        shopper.page.locator(where, has_text=after).wait_for()
    if on == "mouseover":
        shopper.page.locator(BUTTON).click(trial=True)
    if on != "pointerdown":
        seen.append(shopper.page.locator(where).text_content())
    shopper.press()
    (order,) = shopper.orders()
    assert [before, after][: len(seen)] == seen
    assert (998 if what == "total" else 798, what != "total") == (order.total, order.paid_at is not None)


@met_by_the_flows
def test_quantity_and_recipient_can_change_too(shopper: Shopper) -> None:
    """Proves that both change as drawn, and that the order is what was drawn last."""
    seen = []
    for what in ("quantity", "recipient"):
        shopper.ali.set_faults({"redraw": what, "redraw_on": "mouseover"})
        shopper.open_confirm()
        shopper.page.locator(BUTTON).hover()
        name = shopper.page.locator(f"{ADDRESS} .name").text_content()
        seen.append((shopper.page.locator(".comet-input-number-input").input_value(), name))
        shopper.press()
    made = [(str(order.lines[0].quantity), order.recipient.name) for order in shopper.orders()]
    assert [("2", "Minh Tran"), ("1", "Somebody Else")] == seen == made


@met_by_the_flows
def test_popup_lies_over_the_button_until_it_is_closed(shopper: Shopper) -> None:
    """Proves that the button cannot be hit beneath it, and that it can afterwards."""
    shopper.ali.set_faults({"button_popup": True})
    shopper.open_confirm()
    button = shopper.page.locator("button.place-order-primary-btn")
    with pytest.raises(PlaywrightTimeout, match="intercepts pointer events"):
        button.click(trial=True, timeout=400)
    shopper.page.locator(".button-popup button").click()
    button.click(trial=True)
    assert [] == shopper.orders()


@met_by_the_flows
@pytest.mark.parametrize("place", ["confirm", "press"])
def test_session_ends_half_way(shopper: Shopper, place: str) -> None:
    """Proves that the sign-in page comes after the item page or after the press, and that nothing is ordered."""
    shopper.ali.set_faults({"signed_out_at": place})
    if place == "press":
        shopper.open_confirm()
        shopper.press(f"{shopper.sandbox.login}/**")
    else:
        shopper.open_item()
        shopper.page.goto(shopper.confirm_url())
        shopper.page.wait_for_url(f"{shopper.sandbox.login}/**")
    assert "return_url=" in shopper.page.url
    assert [] == shopper.orders()


@met_by_the_flows
@pytest.mark.parametrize("place", ["item", "confirm", "press"])
def test_human_check_comes_half_way(shopper: Shopper, place: str) -> None:
    """Proves that the check comes over the page from the stage on that was named."""
    shopper.ali.set_faults({"captcha_at": place})
    if place == "item":
        shopper.page.goto(f"{shopper.sandbox.aliexpress}/item/{shopper.product.id}.html")
    elif place == "confirm":
        shopper.open_item()
        shopper.page.goto(shopper.confirm_url())
    else:
        shopper.open_confirm()
        shopper.page.locator(BUTTON).click()
    shopper.page.locator("#baxia-dialog-content").wait_for()
    assert [] == shopper.orders()


@met_by_the_flows
def test_address_is_refused_or_altered(shopper: Shopper) -> None:
    """Proves the text of a refusal under the street, and another name than the one typed once it is saved."""
    shopper.ali.set_faults({"address_refused": "We can't deliver to this address"})
    shopper.open_confirm()
    shopper.drawer()
    shopper.fill_drawer(GRACE)
    shopper.page.locator("button.form-button-confirm").click()
    refused = shopper.page.locator(".form-item-error-message").text_content()
    shopper.ali.set_faults({"address_refused": None, "recipient_altered": "Grace K"})
    shopper.save("Grace K")
    name = shopper.page.locator(f"{ADDRESS} .name").text_content()
    assert ("We can't deliver to this address", "Grace K") == (refused, name)


def test_list_lags_by_seconds(asker: Asker, ali: AliWorld, me: str) -> None:
    """Proves that a new order shows in the list only after the seconds named, and on its own page at once."""
    ali.set_faults({"lag_seconds": 0.5})
    started = time.monotonic()
    (number,) = ali.buy(RECIPIENT, [TOTE], me)
    early = orders(asker.data(LIST)), block(asker.data(DETAIL, {"tradeOrderId": number}), STATUS)["title"]
    until(lambda: len(orders(asker.data(LIST))) == 1)
    assert (([], "To pay"), True) == (early, time.monotonic() - started >= 0.5)


def test_service_worker_can_be_planted(shopper: Shopper) -> None:
    """Proves that a worker left by the site sends the order call where no route of the page sees it."""
    shopper.open_item()
    shopper.page.evaluate("navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)")
    shopper.open_confirm()
    seen: list[str] = []

    def stop(route: Route) -> None:
        seen.append(route.request.url)
        route.abort()

    shopper.page.route("**/mtop.aliexpress.checkout.placeorder/**", stop)
    shopper.press()
    shopper.page.evaluate("navigator.serviceWorker.getRegistration().then(one => one.unregister())")
    assert ([], 1) == (seen, len(shopper.orders()))
