"""A page that is handed over: which press of the person counts, and what the page has to show for it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from flows.errors import CannotBuy, PageChanged, Reason
from flows.guard import Guard
from flows.paying import watch
from flows.values_paying import PayStep
from tests.buying import soon
from tests.handed_over import (
    armed_again,
    context_fixture,
    guard_fixture,
    impatient_fixture,
    page_fixture,
    pressed,
    shop_fixture,
    until,
)
from tests.order_site import API, BUTTON, READ, OrderSite, sealed, settle, wait_for

shop, context, guard, page, impatient = shop_fixture, context_fixture, guard_fixture, page_fixture, impatient_fixture
OTHER = "mtop.aliexpress.trade.somethingelse"
CONFIRM_CALL = "url => fetch(url, { method: 'POST' }).then((one) => one.status, () => 0)"


def begin_elsewhere(page: Page) -> None:
    """Enter is held down in the field and let go on the button."""
    page.focus("#field")
    page.keyboard.down("Enter")
    page.focus(BUTTON)
    page.keyboard.up("Enter")


PRESSES: dict[str, tuple[Callable[[Page], object], int]] = {
    "mouse": (lambda page: page.click(BUTTON), 1),
    "double click": (lambda page: page.dblclick(BUTTON), 1),
    "enter": (lambda page: page.press(BUTTON, "Enter"), 1),
    "blank": (lambda page: page.press(BUTTON, " "), 1),
    "script": (lambda page: page.evaluate(f"document.querySelector('{BUTTON}').click()"), 0),
    "event": (lambda page: page.dispatch_event(BUTTON, "click"), 0),
    "submit": (lambda page: page.evaluate("document.getElementById('form').requestSubmit()"), 0),
    "enter in a field": (lambda page: page.press("#field", "Enter"), 0),
    "begun elsewhere": (begin_elsewhere, 0),
    "no press": (lambda page: page.evaluate("order()"), 0),
}  # fmt: skip


@pytest.mark.parametrize("how", PRESSES)
def test_which_press_counts(page: Page, guard: Guard, shop: OrderSite, how: str) -> None:
    """Proves that mouse and keys on the button order once, and that no script, form or call of the page's own does."""
    press, orders = PRESSES[how]
    press(page)
    settle(page)
    wait_for(lambda: len(shop.got) >= orders, page)
    held = guard.of(page)
    assert (["press"] * orders, orders, bool(orders)) == (shop.got, len(held.let_through), held.is_persons)
    page.click(BUTTON)
    settle(page)
    assert 1 == len(shop.got) if orders else [] != shop.got


def test_keys_that_do_not_press_reach_the_page(page: Page) -> None:
    """Proves that who goes through the page by keyboard is not held on the button."""
    page.focus(BUTTON)
    page.keyboard.press("Tab")
    assert "field" == page.evaluate("document.activeElement.id")


def test_how_it_is_paid_is_the_persons_choice(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that another method and another known button are pressed by the same quote."""
    page.evaluate("""() => {
        document.querySelector('[class*=chosen-channel]').textContent = 'Visa **** 4242';
        document.querySelector('button').textContent = 'Place order';
    }""")
    assert PayStep.WAITING is watch(page, guard.site, guard).step
    pressed(page, guard)
    wait_for(lambda: shop.got, page)


CHANGES = {
    "button": ("document.querySelector('button').textContent = 'Continue'", Reason.UNKNOWN_BUTTON),
    "total": ("document.querySelector('[class*=item-content]').textContent = 'US $9.25'", Reason.PRICE_CHANGED),
    "two totals": (
        "document.body.insertAdjacentHTML('beforeend', '<i class=pl-order-toal-container__item-content>$1.00</i>')",
        Reason.PRICE_CHANGED,
    ),
    "recipient": ("document.querySelector('[data-pl] b').textContent = 'Bo'", Reason.RECIPIENT_DIFFERS),
    "lines": (
        "document.body.insertAdjacentHTML('beforeend', '<p class=group-product--wrapper--x>Another</p>')",
        Reason.QUANTITY_CHANGED,
    ),
    "address": ("history.replaceState(0, '', '?skuId=2&objectId=1')", Reason.SKU_GONE),
}


@pytest.mark.parametrize("what", CHANGES)
def test_page_that_shows_something_else_is_not_pressed(page: Page, guard: Guard, shop: OrderSite, what: str) -> None:
    """Proves that a press does nothing while the page is not as quoted, that watching tells why, and what helps."""
    before = page.inner_html("body")
    script, reason = CHANGES[what]
    page.evaluate(f"() => {{ {script} }}")
    sight = until(page, guard, PayStep.REFUSED_PRESS)
    assert (reason, False) == (sight.reason, sight.pressed)
    if what != "address":  # a page cannot know by itself what it was opened for
        page.click("button")
        settle(page)
        assert ([], False) == (shop.got, guard.of(page).was_pressed())
    page.evaluate("html => { document.body.innerHTML = html; history.replaceState(0, '', location.pathname) }", before)
    armed_again(page, guard)
    pressed(page, guard)
    wait_for(lambda: ["press"] == shop.got, page)


def test_nothing_is_ordered_while_the_page_is_being_changed(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that between a change and its drawing no order call leaves: the address drawn may not be the one set."""
    page.evaluate(CONFIRM_CALL, f"/h5/{READ}/1.0/?w=adjust")
    page.click(BUTTON)
    wait_for(lambda: API in guard.of(page).aborted, page)
    assert (["adjust"], False) == (shop.got, guard.of(page).is_persons)
    armed_again(page, guard)
    pressed(page, guard)
    wait_for(lambda: ["adjust", "press"] == shop.got, page)


def test_page_that_is_loaded_anew_is_armed_again(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that a reload, and leaving and coming back, cost nothing but a moment; elsewhere it is told."""
    page.reload()
    page.click(BUTTON)
    settle(page)
    assert [] == shop.got
    armed_again(page, guard)
    page.goto(f"{shop.site.www}/item/1.html")
    assert PayStep.AWAY is watch(page, guard.site, guard).step
    page.go_back()
    armed_again(page, guard)
    pressed(page, guard)
    wait_for(lambda: shop.got, page)


@pytest.mark.usefixtures("impatient")
def test_press_that_the_page_makes_nothing_of_may_be_repeated(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that where a press brought no order call, as for a missing code, the next one counts."""
    page.evaluate("() => { window.later = window.order; window.order = () => { window.order = window.later } }")
    page.click(BUTTON)
    wait_for(lambda: guard.of(page).ear.may_have_begun, page)
    page.click(BUTTON)
    assert PayStep.WAITING is watch(page, guard.site, guard).step
    armed_again(page, guard)
    pressed(page, guard)
    wait_for(lambda: ["press"] == shop.got, page)


def test_deadline_of_a_person(context: BrowserContext, guard: Guard, shop: OrderSite) -> None:
    """Proves that a press after the deadline does nothing and is told, and that a late call does not leave."""
    page = context.new_page()
    page.goto(shop.confirm)
    shop.got.clear()
    quote = sealed(page, guard)
    with pytest.raises(CannotBuy, match="deadline"):
        guard.hand_over(page, quote, soon(-1))
    deadline = soon(0.7)
    guard.hand_over(page, quote, deadline)
    page.evaluate("() => { const once = window.order; window.order = () => setTimeout(once, 700) }")
    page.click(BUTTON)
    page.wait_for_function("until => Date.now() > until", arg=deadline.timestamp() * 1000)
    wait_for(lambda: API in guard.of(page).aborted, page)
    sight = watch(page, guard.site, guard)
    assert (PayStep.EXPIRED, False, []) == (sight.step, sight.pressed, shop.got)


def test_page_that_is_not_ready_is_not_handed_over(context: BrowserContext, guard: Guard, shop: OrderSite) -> None:
    """Proves that a page whose quote was not read, or that shows another one, is not handed over."""
    page = context.new_page()
    page.goto(shop.confirm)
    quote = sealed(page, guard)
    guard.rest()
    with pytest.raises(PageChanged, match="armed while reading"):
        guard.hand_over(page, quote, soon())
    guard.quote_read(page)
    page.evaluate(f"() => {{ {CHANGES['recipient'][0]} }}")
    with pytest.raises(CannotBuy) as raised:
        guard.hand_over(page, quote, soon())
    assert Reason.RECIPIENT_DIFFERS is raised.value.reason


@pytest.mark.parametrize(("down", "pressed_is"), [(False, False), (True, None)])
def test_tab_that_is_closed_before_the_call(
    page: Page, guard: Guard, context: BrowserContext, down: bool, pressed_is: bool | None
) -> None:
    """Proves that a closed tab surely ordered nothing where no press was begun, and that else nobody knows."""
    beside = guard.open_page()
    if down:
        page.hover(BUTTON)
        page.mouse.down()
    page.close()
    beside.wait_for_timeout(50)
    sight = watch(page, guard.site, guard)
    assert (PayStep.CLOSED, pressed_is) == (sight.step, sight.pressed)
