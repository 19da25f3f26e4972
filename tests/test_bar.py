"""The bar over a page: what it shows and hears, where it stands, and that nobody but the person can use it."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bot.sandbox.payer import Payer
from flows.bar import Bar
from flows.guard import Guard
from flows.pages.confirm import DrawnConfirm
from flows.values_paying import BarFace, Choice
from tests.buying import soon
from tests.order_site import BUTTON, OrderSite, order_site, sealed, wait_for

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
FACE = BarFace(
    heading="12/80: đơn #1012",
    recipient="Nguyễn Thị Ánh Tuyết, 1234/56/78 Đường Nguyễn Hữu Cảnh, Quận Bình Thạnh, 700000, VN, +84 901234567",
    shop_title="Cửa hàng của bạn: Túi vải canvas đeo chéo nữ mùa hè cỡ lớn, chống nước, nhiều ngăn, dây đeo dài",
    shop_options="Natural canvas / Large × 2",
    shop_image=PICTURE,
    ali_title="AliExpress: Women's Summer Linen Canvas Crossbody Bag Large Capacity Waterproof Multi-Pocket Travel",
    ali_options="Natural  canvas,L (40x35 cm) × 2",
    ali_image=PICTURE,
    expected="Dự kiến: 1,234.56 USD",
    paid_so_far="Đã đặt trong lượt này: 12,345.67 USD",
    message="Hãy kiểm tra, bấm “Thanh toán ngay” một lần rồi thanh toán. dropferry không bấm gì cả.",
    choices=((Choice.SKIP, "Bỏ qua", "b"), (Choice.HOLD, "Giữ lại", "g"), (Choice.STOP, "Dừng lượt này", "n")),
)
ASKED = BarFace(
    heading="",
    message="Which one is it?",
    tone="ask",
    choices=(("number:8190000000000001", "No. 8190000000000001, 12.99 USD, to Ann Lee", "1"), (Choice.NO, "No", "")),
)
# The order button at the bottom of the window; the total is at its top.
CROWDED = """[...document.querySelectorAll('.pl-order-toal-container__btn-box')].forEach((one) => {
  one.style.cssText = 'position: fixed; right: 40px; bottom: 10px'; });"""
COVERS = """css => [...document.querySelectorAll(css)].some((one) => {
  const { left, right, top, bottom } = one.getBoundingClientRect();
  return !one.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2)); })"""


@pytest.fixture(scope="module")
def shop() -> Iterator[OrderSite]:
    """One running site for the module."""
    with order_site() as running:
        yield running


@pytest.fixture(scope="module")
def context(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the module."""
    opened = browser.new_context(**browser_context_args, service_workers="block")
    yield opened
    opened.close()


@pytest.fixture
def guard(context: BrowserContext, shop: OrderSite) -> Iterator[Guard]:
    """A guard over the context, as long as the test runs."""
    with Guard(context, shop.site) as running:
        yield running
    for opened in context.pages:
        opened.close()


@pytest.fixture
def page(context: BrowserContext, shop: OrderSite, guard: Guard) -> Page:
    """The confirm page."""
    opened = context.new_page()
    opened.goto(shop.confirm)
    return opened


@pytest.fixture
def bar(page: Page, shop: OrderSite, guard: Guard) -> Bar:
    """Its bar, which shows an order."""
    made = Bar(page, shop.site, guard)
    assert made.show(FACE)
    return made


@pytest.fixture
def payer() -> Payer:
    """The person."""
    return Payer()


def test_choices_by_mouse_and_keyboard(page: Page, bar: Bar, payer: Payer) -> None:
    """Proves that each choice is heard once, by the mouse, by its letter with Alt, and by Tab and Enter."""
    assert bar.said() is None
    payer.bar(page, "Bỏ qua", by="mouse")
    assert (Choice.SKIP, None) == (bar.said(), bar.said())
    bar.show(FACE)
    payer.bar(page, "Dừng lượt này", by="keyboard")
    assert (Choice.STOP, None) == (bar.said(), bar.said())
    bar.show(ASKED)
    assert [("No. 8190000000000001, 12.99 USD, to Ann Lee Alt+1", "Alt+1"), ("No", "")] == [
        (one.label, one.keys) for one in payer.bar_buttons(page)
    ]
    page.focus("#field")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said = bar.said()
    assert ("number:8190000000000001", str) == (said, type(said))


def test_a_choice_is_one_choice(page: Page, bar: Bar, payer: Payer) -> None:
    """Proves that after one choice no other is heard until something new is asked, and that a letter alone is none."""
    page.keyboard.press("b")
    page.keyboard.press("Control+Alt+b")
    assert bar.said() is None
    payer.bar(page, "Giữ lại")
    for key in ("Alt+b", "Alt+g"):
        page.keyboard.press(key)
    assert (Choice.HOLD, None) == (bar.said(), bar.said())


def test_page_can_neither_read_nor_answer_it(page: Page, shop: OrderSite, guard: Guard) -> None:
    """Proves that scripts of the page see one empty element, no text, no root, and that their events count nothing."""
    page.evaluate("""() => { window.roots = []; const real = Element.prototype.attachShadow;
        Element.prototype.attachShadow = function (how) { roots.push(this); return real.call(this, how); };
        window.heard = [];
        for (const type of ['click', 'keydown']) addEventListener(type, (event) => heard.push(event.code)); }""")
    bar = Bar(page, shop.site, guard)
    bar.show(FACE)
    told = page.evaluate("""() => { const host = document.documentElement.lastElementChild;
        host.click();
        for (const code of ['KeyB', 'KeyG', 'KeyN']) for (const target of [document.body, host, window]) {
          target.dispatchEvent(new KeyboardEvent('keydown', { code, altKey: true, bubbles: true, composed: true })); }
        return [host.tagName, host.shadowRoot, host.innerHTML, roots.length, typeof window.dropferryBar,
          document.body.innerText.includes('1012')]; }""")
    assert ["DROPFERRY-BAR", None, "", 0, "undefined", False] == told
    assert bar.said() is None
    page.evaluate("heard.length = 0")
    page.keyboard.press("Alt+b")
    assert (Choice.SKIP, ["AltLeft"]) == (bar.said(), page.evaluate("heard"))


def test_readers_guard_and_evidence_are_not_disturbed(
    page: Page, shop: OrderSite, guard: Guard, context: BrowserContext
) -> None:
    """Proves that quote and guard read the same with the bar, that the saved page has no word of it, none is loaded."""
    before, html = DrawnConfirm(page, shop.site).quote(), page.content()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    bar = Bar(page, shop.site, guard)
    bar.show(FACE)
    page.wait_for_timeout(100)
    assert (before, []) == (DrawnConfirm(page, shop.site).quote(), asked)
    saved = (
        page.content()
        .replace("<dropferry-bar></dropferry-bar>", "")
        .replace('<dropferry-bar class=""></dropferry-bar>', "")
    )
    assert html == saved
    sealed(page, guard)
    guard.hand_over(page, before, soon())
    bar.hide()
    assert (html, None) == (page.content(), bar.said())


@pytest.mark.parametrize("width", [1280, 800])
@pytest.mark.parametrize("face", [FACE, ASKED], ids=["order", "question"])
def test_button_and_total_stay_in_sight(page: Page, bar: Bar, width: int, face: BarFace) -> None:
    """Proves that the bar covers neither the order button nor the total, wherever they are, and what is below it can be
    scrolled to."""
    page.set_viewport_size({"width": width, "height": 700})
    bar.show(face)
    assert not page.evaluate(COVERS, f"{BUTTON}, .pl-order-toal-container__item-content")
    page.evaluate(CROWDED)
    wait_for(
        lambda: (bar.said(), not page.evaluate(COVERS, f"{BUTTON}, .pl-order-toal-container__item-content"))[1], page
    )
    page.evaluate("document.querySelector('[class*=btn-box]').style.cssText = 'margin-top: 1500px'")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    wait_for(lambda: (bar.said(), not page.evaluate(COVERS, f"{BUTTON}, #field"))[1], page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_it_outlives_what_the_page_does_to_itself(page: Page, bar: Bar, payer: Payer, shop: OrderSite) -> None:
    """Proves that the bar is there again after a redraw of the whole page, after a reload, and on the next page."""
    page.evaluate("document.documentElement.replaceChildren(document.createElement('body'))")
    wait_for(lambda: (bar.said(), len(payer.bar_buttons(page)) == 3)[1], page)
    page.reload()
    assert (None, 3) == (bar.said(), len(payer.bar_buttons(page)))
    page.goto(f"{shop.site.www}/p/order/index.html")
    assert (None, 3) == (bar.said(), len(payer.bar_buttons(page)))
    payer.bar(page, "Giữ lại")
    assert Choice.HOLD is bar.said()


def test_it_has_no_business_elsewhere(page: Page, bar: Bar, payer: Payer, shop: OrderSite, guard: Guard) -> None:
    """Proves that it shows on a blank page of our own, not at a sign-in or a human check, nor in a closed tab."""
    for address in (f"{shop.site.login}/?return_url=x", f"{shop.site.www}/_____tmd_____/punish"):
        page.goto(address)
        assert (False, None, []) == (bar.show(FACE), bar.said(), payer.bar_buttons(page))
    page.goto("about:blank")
    assert bar.show(FACE)
    payer.bar(page, "Bỏ qua", by="mouse")
    assert Choice.SKIP is bar.said()
    page.close()
    assert (False, None) == (bar.show(FACE), bar.said())
    bar.hide()


def test_it_steps_aside_for_the_press(page: Page, payer: Payer, shop: OrderSite, guard: Guard) -> None:
    """Proves that a press takes the bar away at once, that nothing is asked of the page then, refused ones change
    nothing."""
    quote = sealed(page, guard)
    bar = Bar(page, shop.site, guard)
    bar.show(FACE)
    page.click(BUTTON)
    assert 3 == len(payer.bar_buttons(page))
    guard.hand_over(page, quote, soon(60))
    page.click(BUTTON)
    assert [] == payer.bar_buttons(page)
    wait_for(lambda: guard.of(page).is_persons, page)
    page.keyboard.press("Alt+b")
    assert (None, False) == (bar.said(), bar.show(FACE))
    cashier = shop.site.www.replace("www.", "cashier.")
    page.goto(f"{cashier}/pay.html")
    assert (False, []) == (bar.show(FACE), payer.bar_buttons(page))


def test_it_comes_back_where_nothing_came_of_the_press(
    page: Page, payer: Payer, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves that the bar is there again some time after a press that sent no order call."""
    monkeypatch.setattr("flows.bar.RESTS", 0.4)
    quote = sealed(page, guard)
    bar = Bar(page, guard.site, guard)
    bar.show(FACE)
    guard.hand_over(page, quote, soon(60))
    page.evaluate("() => { window.order = () => {} }")
    page.click(BUTTON)
    assert [] == payer.bar_buttons(page)
    wait_for(lambda: (bar.said(), len(payer.bar_buttons(page)) == 3)[1], page)


def test_address_is_copied_and_not_opened(
    page: Page, shop: OrderSite, guard: Guard, payer: Payer, context: BrowserContext
) -> None:
    """Proves that an address in a sentence leads nowhere in the guarded tab, and is copied whole after one click."""
    address = f"{shop.site.www}/p/order/detail.html?orderId=8190000000000001"
    bar, before = Bar(page, shop.site, guard), (page.url, len(context.pages))
    bar.show(BarFace(heading="", message=f"Cancel it: {address}", tone="warn", choices=((Choice.DONE, "Done", "o"),)))
    button = payer.bar_buttons(page)[0]
    page.mouse.click(300, button.y)
    page.keyboard.press("Control+c")
    page.focus("#field")
    page.keyboard.press("Control+v")
    assert (address, before) == (page.input_value("#field"), (page.url, len(context.pages)))
