"""Buying on the stand-in AliExpress in a real Chromium: its pages, its forms, its buttons, and what a press makes."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext

from bot.sandbox.aliexpress.answers import PRODUCT_API
from bot.sandbox.aliexpress.orders import OrderState
from bot.sandbox.aliexpress.products import US_SHIFT
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.control import PREFIX
from bot.sandbox.mapping_rows import mapping_rows
from bot.sandbox.payer import BUTTON
from bot.sandbox.ready_home import storage_state
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_goods import CATALOGUE
from flows.page import block_heavy
from tests.asking import Asker, paths
from tests.shopping import ADDRESS, FORM, GRACE, Shopper, context_fixture, shopper_fixture
from tests.test_sandbox_pages import MARKS

context = context_fixture
shopper = shopper_fixture
# What the tests of the flows meet as well (test_address_form, test_place_order, test_press): they would fail too.
met_by_the_flows = pytest.mark.long
COLD = "Query product info failed, query param orderLine DTO is empty"
METHOD = "[class*=chosen-channel-title]"
# Only a way of sending that costs something has an amount; the saved one is free. The dates are today's generation's.
CHARGED = {"displayAmount", "displayEtaMaxDate", "displayEtaMinDate"}


def named(found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Paths in which SKU ids are written as one."""
    return {(re.sub(r"(skuPriceInfoMap)\.[^.]+", r"\1.*", path), kind) for path, kind in found}


def test_product_answer_has_every_path_of_the_real_one(asker: Asker, shared: Path) -> None:
    """Proves that all that was kept of a real answer of today is in this one, in the same place and kind."""
    real = json.loads((shared / "aliexpress" / "product-query-2026.trimmed.json").read_text(encoding="utf-8"))
    del real["_note"]
    ours = named(set(paths(asker.get(PRODUCT_API, {"productId": CATALOGUE[0].ali_item_id}).json())))
    assert set() == named(set(paths(real))) - ours


def test_component_page_has_no_path_that_the_real_one_has_not(shopper: Shopper, shared: Path) -> None:
    """Proves that the data inside the older page hold only keys and types of the real page of 2023."""
    shopper.ali.set_faults({"design": "2022"})
    shopper.open_item()
    ours = shopper.page.evaluate("window.runParams.data")
    real = json.loads((shared / "aliexpress" / "product-data-2023-component.json").read_text(encoding="utf-8"))
    beyond = set(paths(ours)) - set(paths(real))
    assert set() == {path for path in beyond if path[0].rpartition(".")[2] not in CHARGED}


def test_every_variant_of_the_store_has_its_sku(asker: Asker) -> None:
    """Proves that each mapping row is on its product page: id, attributes to the letter, options and price."""
    rows = mapping_rows()
    for row in rows:
        result = asker.data(PRODUCT_API, {"productId": row.product_id})["result"]
        sku = next(one for one in result["SKU"]["skuPaths"] if one["skuIdStr"] == row.sku_id)
        price = result["PRICE"]["skuPriceInfoMap"][row.sku_id]["salePriceString"]
        axes = [axis["skuPropertyName"] for axis in result["SKU"]["skuProperties"]]
        assert (row.sku_attr, f"${row.cost_minor / 100:.2f}") == (sku["skuAttr"], price)
        assert [name for name, _ in row.options] == axes
    assert {goods.variant_id for goods in CATALOGUE} == {row.variant_id for row in rows}
    assert any("  " in row.sku_attr for row in rows)
    assert ["China"] == [row.ship_from for row in rows if row.ship_from]


def test_choosing_on_the_item_page_reaches_the_confirm_page_to_the_letter(shopper: Shopper) -> None:
    """Proves that a choice by `data-sku-col` leads by Buy now to a confirm page of that SKU, label and blanks kept."""
    lamp = next(row for row in mapping_rows() if row.ship_from)
    shopper.product = shopper.ali.market.products[lamp.product_id]
    shopper.open_item()
    shopper.page.locator('[data-sku-col="14-29"]').click()
    shopper.page.locator('[data-sku-col="200007763-201336106"]').click()
    shopper.page.locator('[class*="quantity--picker"] input.comet-v2-input-number-input').fill("2")
    shopper.page.locator('button[class*="buy-now--buynow"]').click()
    shopper.page.locator(BUTTON).wait_for()
    assert "skuAttr=14%3A29%23White%2C%20US%20%20plug%3B200007763%3A201336106&" in shopper.page.url
    assert "White, US  plug,United States" == shopper.page.locator("[class*=group-product--sku]").text_content()
    assert "2" == shopper.page.locator(".comet-input-number-input").input_value()


@met_by_the_flows
def test_us_account_is_led_to_the_moved_id(shopper: Shopper) -> None:
    """Proves that a US-routed account gets id + 2^51 in address and data, and buys under it."""
    shopper.buyer.us_routed = True
    shopper.open_item()
    moved = str(int(shopper.product.id) + US_SHIFT)
    assert f"/item/{moved}.html?gatewayAdapt=glo2usa4itemAdapt" in shopper.page.url
    shopper.page.locator('button[class*="buy-now--buynow"]').click()
    shopper.page.locator(BUTTON).wait_for()
    shopper.settle()
    assert f"objectId={moved}&" in shopper.page.url
    shopper.press()
    assert [moved] == [line.product_id for order in shopper.orders() for line in order.lines]


@pytest.mark.parametrize("design", ["2026", pytest.param("2022", marks=pytest.mark.long)])
def test_confirm_page_needs_the_item_page_in_its_tab(shopper: Shopper, context: BrowserContext, design: str) -> None:
    """Proves that it fails cold, in another tab, for another product, and for a second time."""
    shopper.ali.set_faults({"design": design})
    failed = shopper.page.locator(".comet-error")
    shopper.page.goto(shopper.confirm_url())
    assert COLD == failed.text_content()
    shopper.open_item()
    other = context.new_page()
    other.goto(shopper.confirm_url())
    assert COLD == other.locator(".comet-error").text_content()
    other.close()
    shopper.open_confirm()
    shopper.page.goto(shopper.confirm_url())
    assert COLD == failed.text_content()
    shopper.open_item()
    shopper.page.goto(shopper.confirm_url(objectId=CATALOGUE[1].ali_item_id))
    assert COLD == failed.text_content()


def test_confirm_page_has_the_marks_of_the_hand_copy(shopper: Shopper, shared: Path) -> None:
    """Proves that every tag, class and data-pl copied from the real page is drawn; its buttons had lost their class."""
    shopper.ali.set_faults({"design": "2022"})
    shopper.buyer.kind = "place_order"
    shopper.open_confirm()
    drawn = set(shopper.page.locator("#container").evaluate(MARKS))
    copy = (shared / "aliexpress" / "confirm-page.copy.html").read_text(encoding="utf-8")
    inside = f"html => ({MARKS})(new DOMParser().parseFromString(html, 'text/html').querySelector('#container'))"
    kept = {mark for mark in shopper.page.evaluate(inside, copy) if not mark.startswith("BUTTON|")}
    assert set() == kept - drawn


@pytest.mark.parametrize(
    ("kind", "shown", "state"),
    [
        ("pay_now_card", ("Pay now", "Visa **** 4242"), OrderState.PROCESSING),
        ("pay_now_paypal", ("Pay now", "PayPal"), OrderState.PROCESSING),
        ("pay_now_deferred", ("Pay now", "Boleto"), OrderState.TO_PAY),
        ("pay_now_unchosen", ("Pay now", None), OrderState.TO_PAY),
        ("place_order", ("Place order", None), OrderState.TO_PAY),
        ("place_order_card", ("Place order", "Visa **** 4242"), OrderState.PROCESSING),
        ("unknown_button", ("Continue securely", "Visa **** 4242"), OrderState.PROCESSING),
    ],
)
@met_by_the_flows
def test_each_button_does_what_it_does(shopper: Shopper, kind: Any, shown: Any, state: OrderState) -> None:
    """Proves label, payment block and effect of each kind: one order, charged or left to pay, one press."""
    market, page = shopper.ali.market, shopper.page
    before = len(market.presses), market.order_calls, market.charges
    shopper.buyer.kind = kind
    shopper.open_confirm()
    label, titles = page.locator(BUTTON).text_content(), page.locator("[data-pl=payment-method-title]").count()
    method = page.locator(METHOD).text_content() if page.locator(METHOD).count() else None
    shopper.press()
    (order,) = shopper.orders()
    after = len(market.presses), market.order_calls, market.charges
    assert (shown, kind != "place_order", state) == ((label, method), titles == 1, order.state)
    assert (1, 1, order.paid_at is not None) == tuple(now - then for now, then in zip(after, before, strict=True))


def test_new_accounts_are_the_two_of_today(ali: AliWorld) -> None:
    """Proves that "main" has Pay now with a saved card, and "deferred" Boleto."""
    kinds = [ali.market.buyer(name).kind for name in ("main", "deferred", "deferred-2")]
    assert ["pay_now_card", "pay_now_deferred", "pay_now_deferred"] == kinds


@pytest.mark.parametrize("design", ["2026", pytest.param("2022", marks=pytest.mark.long)])
def test_confirm_page_in_vietnamese(shopper: Shopper, design: str) -> None:
    """Proves the labels of each kind of button, and of the rows, in either design."""
    shopper.ali.set_faults({"language": "vi", "design": design})
    labels = []
    for kind in ("pay_now_card", "place_order", "unknown_button"):
        shopper.buyer.kind = kind
        shopper.open_confirm()
        labels.append(shopper.page.locator(BUTTON).text_content())
    assert ["Thanh toán ngay", "Đặt hàng", "Tiếp tục an toàn"] == labels
    assert {"Tóm tắt", "Tổng phụ", "Mã khuyến mãi", "Phí vận chuyển"} == set(shopper.rows())
    assert "Miễn phí" == shopper.rows()["Phí vận chuyển"]


@met_by_the_flows
def test_bonus_that_covers_all_is_paid_at_once(shopper: Shopper) -> None:
    """Proves rows and total with a coupon and a bonus, and that a total of zero orders and pays."""
    shopper.buyer.coupon, shopper.buyer.bonus = 198, 10_000
    charges = shopper.ali.market.charges
    shopper.open_confirm(shippingCompany="CAINIAO_PREMIUM")
    rows, total = shopper.rows(), shopper.total()
    shopper.press()
    (order,) = shopper.orders()
    assert {
        "Summary": "",
        "Subtotal": "$7.98",
        "Promo codes": "-$1.98",
        "Shipping fee": "$9.99",
        "Bonus": "-$15.99",
    } == rows
    assert ("$0.00", 0, OrderState.PROCESSING, charges + 1) == (
        total,
        order.total,
        order.state,
        shopper.ali.market.charges,
    )


# Every state of total and tax row that was drawn, in order, from the moment at which the rows are there.
WATCH = """window.seen = [];
new MutationObserver(() => {
  const text = [...document.querySelectorAll('.pl-order-toal-container__item-content')].map(one => one.textContent)[0];
  if (text === undefined) return;
  const tax = [...document.querySelectorAll('.pl-summary__item-pc')].some(one => one.textContent.includes('charges'));
  const now = `${text}|${tax}`;
  if (window.seen.at(-1) !== now) window.seen.push(now);
}).observe(document, {subtree: true, childList: true});"""


def test_total_stops_moving_after_the_rows(shopper: Shopper) -> None:
    """Proves that the rows stand before the total, that it first leaves out the tax, and where it ends."""
    shopper.buyer.book.default = shopper.buyer.book.entries[1].id
    shopper.page.add_init_script(WATCH)
    shopper.open_confirm()
    assert ["|false", "$7.98|false", "$8.61|true"] == shopper.page.evaluate("window.seen")


@met_by_the_flows
def test_drawer_saves_and_chooses_an_address(shopper: Shopper) -> None:
    """Proves boxes without names, the sheet with Other at its end, and that the default stays the merchant's."""
    default = shopper.buyer.book.default
    shopper.open_confirm()
    shopper.drawer()
    boxes = shopper.page.locator(".mt-form.deliver-address-form input.one-textinput")
    assert (12, 0) == (boxes.count(), shopper.page.locator("form").count())
    assert [None] * 12 == [box.get_attribute("name") for box in boxes.all()]
    boxes.nth(8).click()
    shopper.page.locator(".group-item").get_by_text("Oregon", exact=True).click()
    cities = shopper.page.locator(".drawer-cascade-list .item-label")
    cities.get_by_text("Other").wait_for()
    assert ["Beaverton", "Eugene", "Portland", "Salem", "Other"] == cities.all_text_contents()
    shopper.page.locator(".mt-icon-close").click()
    shopper.fill_drawer(GRACE)
    shopper.save()
    shown = shopper.page.locator(ADDRESS).text_content() or ""
    assert "+1 5035550101Grace Kessler12 Alder StPortland, Oregon, United States, 97205" in shown
    assert (3, default) == (len(shopper.buyer.book.entries), shopper.buyer.book.default)
    shopper.press()
    assert ["Grace Kessler"] == [order.recipient.name for order in shopper.orders()]


@met_by_the_flows
def test_dialog_saves_and_chooses_an_address(shopper: Shopper) -> None:
    """Proves the other design: a form with lists outside of it, the first state preset, Confirm; then editing."""
    shopper.ali.set_faults({"address_design": "form", "design": "2022"})
    shopper.open_confirm()
    shopper.dialog()
    form = shopper.page.locator("form.deliver-address-form")
    selects = form.locator(".next-select").all_text_contents()
    assert ["United States", "", "Alabama", "Birmingham"] == selects
    assert 8 == form.locator("input[type=text]:not([role=combobox])").count()
    shopper.fill_dialog(GRACE)
    shopper.save()
    shopper.page.locator(".pl-address-item__arrrow button").click()
    shopper.page.locator(".ae-address-item-edit-btn").last.click()
    shopper.page.locator("form input[type=text]:not([role=combobox])").nth(FORM["address"]).fill("14 Alder St")
    shopper.save("14 Alder St")
    added = shopper.buyer.book.entries[-1]
    assert (3, "14 Alder St") == (len(shopper.buyer.book.entries), added.street)
    assert ("Oregon", "Portland", "5035550101") == (added.province, added.city, added.phone)


@met_by_the_flows
def test_entries_are_chosen_edited_and_made_default(shopper: Shopper) -> None:
    """Proves the list: which entry is chosen and which is the default, editing one, the switch, and deleting."""
    mine, office = shopper.buyer.book.entries
    shopper.open_confirm()
    shopper.page.locator(".pl-address-item__arrrow a").click()
    items = shopper.page.locator(".cm-address-list .ae-address-item-wrapper")
    items.nth(1).wait_for()
    assert ["Default"] == items.nth(0).locator(".comet-tag").all_text_contents()
    items.nth(1).locator("label.comet-radio").click()
    shopper.page.locator(ADDRESS, has_text="400 Burnside St, Office 7").wait_for()
    shopper.page.locator(".pl-address-item__arrrow a").click()
    items.nth(1).locator(".ae-address-item-edit-btn").click()
    shopper.page.locator("input.one-textinput").nth(6).fill("401 Burnside St")
    shopper.page.locator(".mt-switch.switcher").click()
    shopper.save("401 Burnside St")
    changed = shopper.buyer.book.find(office.id)
    assert ("401 Burnside St", office.id) == (changed and changed.street, shopper.buyer.book.default)
    shopper.page.locator(".pl-address-item__arrrow a").click()
    items.nth(0).locator(".ae-address-item-delete-btn").click()
    shopper.page.wait_for_function("!document.querySelector('.comet-drawer')")
    assert [office.id] == [entry.id for entry in shopper.buyer.book.entries]
    assert shopper.buyer.book.find(mine.id) is None


@pytest.mark.parametrize("design", ["drawer", "form"])
@met_by_the_flows
def test_address_is_refused_field_by_field(shopper: Shopper, design: str) -> None:
    """Proves the site's own words under a street that is too long and a ZIP that is none, and that nothing is saved."""
    shopper.ali.set_faults({"address_design": design})
    typed = {**GRACE, "address": "Street " * 6, "zip": "972"}
    shopper.open_confirm()
    if design == "drawer":
        shopper.drawer()
        shopper.fill_drawer(typed)
    else:
        shopper.page.locator(".pl-address-item__arrrow a, .pl-address-item__arrrow button").click()
        shopper.page.locator("button.add-address").click()
        shopper.page.locator(".manual-link").click()
        shopper.page.locator('input[placeholder^="E.g."]').wait_for()
        shopper.fill_dialog(typed)
    shopper.page.locator("button.form-button-confirm, .next-btn-primary").click()
    errors = shopper.page.locator(".form-item-error-message, .next-form-item-help")
    errors.first.wait_for()
    assert [
        "Please enter an address with 5-35 characters including building number",
        "Please enter a valid ZIP code",
    ] == errors.all_text_contents()
    assert 2 == len(shopper.buyer.book.entries)


@met_by_the_flows
def test_brazil_asks_for_a_cpf(shopper: Shopper) -> None:
    """Proves that another country changes code, places and boxes, and that an empty book opens the form at once."""
    shopper.buyer.book.entries, shopper.buyer.book.default = [], ""
    shopper.open_confirm()
    shopper.page.locator("button.pl-address-item__new-btn").click()
    boxes = shopper.page.locator("input.one-textinput")
    boxes.nth(0).click()
    shopper.page.locator(".group-item").get_by_text("Brazil", exact=True).click()
    shopper.page.wait_for_function("document.querySelectorAll('input.one-textinput')[3].value === '+55'")
    shopper.page.locator(".text-button-container").click()
    typed = {"firstName": "Joao", "lastName": "Araujo", "mobileNo": "11955550101", "address": "12 Avenida Paulista"}
    shopper.fill_drawer({**typed, "zip": "01310-100", "cpf": "12345678909"}, "Sao Paulo", "Sao Paulo")
    shopper.save("Joao Araujo")
    (entry,) = shopper.buyer.book.entries
    assert ((("cpf", "12345678909"),), entry.id) == (entry.ids, shopper.buyer.book.default)


def test_heavy_parts_are_counted_and_can_be_kept_out(
    sandbox: Sandbox, seeing: Browser, browser_context_args: dict[str, Any], me: str
) -> None:
    """Proves that pictures, a font and a pixel load on both pages, and that none does where they are blocked."""
    fresh = seeing.new_context(**browser_context_args)
    fresh.add_cookies(storage_state(sandbox.ali.sign_in(me))["cookies"])  # type: ignore[arg-type]
    shopper = Shopper(sandbox, fresh.new_page(), me)
    before = sandbox.ali.bytes_sent.copy()
    shopper.open_confirm()
    shopper.page.wait_for_function("document.fonts.status === 'loaded' && [...document.images].every(i => i.complete)")
    whole = sandbox.ali.bytes_sent - before
    fonts = shopper.page.evaluate("[...document.fonts].map(one => one.status)")
    block_heavy(shopper.page)
    before = sandbox.ali.bytes_sent.copy()
    shopper.product = sandbox.ali.market.products[CATALOGUE[7].ali_item_id]
    shopper.sku = shopper.product.skus[0]
    shopper.open_confirm()
    light = sandbox.ali.bytes_sent - before
    fresh.close()
    assert ["loaded"] == fonts
    assert whole["image"] > 300_000
    assert {"image", "font", "analytics"} <= set(whole)
    assert {"document", "data"} <= set(light) <= {"document", "data", "script"}


def test_press_is_counted_even_where_all_its_calls_are_stopped(shopper: Shopper) -> None:
    """Proves that a press whose every request was aborted is known from the next page on, and made no order."""
    market = shopper.ali.market
    before = len(market.presses), market.order_calls
    shopper.open_confirm()
    shopper.page.route("**/*", lambda route: route.abort())
    shopper.page.locator(BUTTON).click()
    shopper.page.locator(".comet-toast").wait_for()
    shopper.page.unroute("**/*")
    shopper.open_item()
    assert (before[0] + 1, before[1]) == (len(market.presses), market.order_calls)
    assert [] == shopper.orders()


def test_control_routes_change_accounts_and_products(sandbox: Sandbox, ali: AliWorld, me: str) -> None:
    """Proves `account` and `product` with their refusals, and what the state then counts."""
    product = CATALOGUE[9].ali_item_id
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    with httpx.Client(base_url=f"{sandbox.shopbase}{PREFIX}", headers=headers, trust_env=False) as control:
        bought = {"account": me, "kind": "place_order", "bonus": 500, "addresses": "empty"}
        answers = [
            control.post("/account", json=bought).status_code,
            control.post("/product", json={"product": product, "stock": 3, "carriers": {"BR": []}}).status_code,
            control.post("/product", json={"product": product, "stock": 500}).status_code,
            control.post("/account", json={"kind": "free"}).json()["error"].partition(";")[0],
            control.post("/product", json={"product": "1", "stock": 1}).json()["error"],
            control.post("/product", json={"product": product, "carriers": {"US": ["DRONE"]}}).json()["error"][:18],
        ]
        state = control.get("/state").json()
    buyer = ali.market.buyer(me)
    assert [200, 200, 200, "account main: no kind 'free'"] == answers[:4]
    assert ["the sandbox's AliExpress has no product 1", "no carrier 'DRONE'"] == answers[4:]
    assert ("place_order", 500, []) == (buyer.kind, buyer.bonus, buyer.book.entries)
    assert [] == ali.market.products[product].carriers_to("BR")
    assert {"presses", "charges", "order_calls", "bytes"} <= set(state)
