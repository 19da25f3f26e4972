"""A page that is handed over: a person's press counts, one order call leaves, and from then on the page is theirs."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from flows.errors import CannotBuy, PageChanged, Reason
from flows.guard import Guard
from flows.guard_rules import is_left, is_paid_page, is_www, may_change_address, may_repeat
from flows.guarded_page import GuardedPage
from flows.paying import watch
from flows.values import Site
from flows.values_paying import PayStep, Sight
from tests.buying import soon
from tests.order_site import API, BUTTON, READ, OrderSite, order_site, run, sealed, settle, wait_for, ways

OTHER = "mtop.aliexpress.trade.somethingelse"
CONFIRM_CALL = "url => fetch(url, { method: 'POST' }).then((one) => one.status, () => 0)"


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
    """The confirm page, handed over for a minute; what reached the site before is forgotten."""
    opened = context.new_page()
    opened.goto(shop.confirm)
    guard.hand_over(opened, sealed(opened, guard), soon(60))
    shop.got.clear()
    shop.ret.clear()
    return opened


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for is waited for shortly."""
    monkeypatch.setattr("flows.paying.SPEAKS_WITHIN", 0.1)
    monkeypatch.setattr("flows.guarded_page.SENDS_WITHIN", 0.4)


def until(page: Page, guard: Guard, *steps: PayStep) -> Sight:
    """Looks until one of these steps is seen."""
    seen: list[Sight] = []

    def look() -> bool:
        seen.append(watch(page, guard.site, guard))
        return seen[-1].step in steps

    wait_for(look, next(one for one in page.context.pages if not one.is_closed()), lambda: seen[-1])
    return seen[-1]


def armed_again(page: Page, guard: Guard) -> None:
    """Looks until the page is armed as it stands."""

    def is_armed() -> bool:
        assert PayStep.WAITING is watch(page, guard.site, guard).step
        return not guard.of(page).is_moving and bool((guard.of(page).reach("report") or {}).get("armed"))

    wait_for(is_armed, page)


def pressed(page: Page, guard: Guard) -> GuardedPage:
    """Presses and waits until the page is the person's."""
    page.click(BUTTON)
    held = guard.of(page)
    wait_for(lambda: held.is_persons, page)
    return held


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


def test_one_order_call_and_never_its_name_again(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that a page which sends twice orders once, that what else it calls at once passes once, polls as often."""
    poll = "mtop.aliexpress.payment.status.query"
    page.evaluate(
        """([other, poll]) => { const once = window.order; const to = (api) => `/h5/${api}/1.0/?w=${api}`;
        const send = (api) => fetch(to(api), { method: 'POST' }).catch(() => 0);
        window.order = () => { once(); once(); send(other); send(other); send(poll); send(poll); } }""",
        [OTHER, poll],
    )
    held = pressed(page, guard)
    wait_for(lambda: len(shop.got) == 4, page, lambda: shop.got)
    settle(page)
    assert ["press", OTHER, poll, poll] == sorted(shop.got, key=["press", OTHER, poll].index)
    assert (API, OTHER) == tuple(dict.fromkeys(held.let_through))
    assert {API, OTHER} <= set(held.aborted)
    page.goto(shop.confirm)
    assert 0 == page.evaluate(CONFIRM_CALL, f"/h5/{API}/1.0/?w=again")
    page.click(BUTTON)
    settle(page)
    assert 4 == len(shop.got)


@pytest.mark.parametrize(("ret", "sent"), [("FAIL_SYS_TOKEN_EXOIRED::x", 2), ("FAIL_BIZ::x", 1)])
def test_order_call_is_repeated_once_for_its_token(
    page: Page, guard: Guard, shop: OrderSite, ret: str, sent: int
) -> None:
    """Proves that one more order call passes where the answer says that nothing was processed, and no third one."""
    page.evaluate("""() => { window.order = async () => {
        for (let n = 0; n < 3; n += 1) await fetch(ORDER, { method: 'POST' }).then((one) => one.text()).catch(() => 0);
    } }""")
    shop.ret = [ret, ret]
    page.click(BUTTON)
    held = guard.of(page)
    wait_for(lambda: held.aborted.count(API) == 3 - sent, page)
    assert (["press"] * sent, (API,) * sent) == (shop.got, held.let_through)


def test_after_the_press_everything_is_the_persons(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that from the order call on cashiers, sockets, workers and pop-ups pass, and that nothing is noted."""
    held = pressed(page, guard)
    cashier = shop.site.www.replace("www.", "cashier.")
    for name in ("worker", "socket", "pop-up", "iframe", "form", "elsewhere"):
        run(page, ways(shop)[name].replace(f"/h5/{API}/1.0/", "/order"))
    free = {"worker-socket", "socket", "pop-up", "iframe", "form", "elsewhere"}
    wait_for(lambda: free <= set(shop.got), page, lambda: free - set(shop.got))
    page.goto(f"{cashier}/pay.html")
    page.evaluate("() => fetch('/charge', { method: 'POST', body: '4111 1111 1111 1111' })")
    run(page, ways(shop)["worker"])
    wait_for(lambda: shop.got.count("worker-socket") == 2, page)
    assert API not in shop.got
    assert ("/pay.html" in shop.asked, {API}) == (True, {*held.aborted, *guard.aborted})
    assert PayStep.PAYING is watch(page, guard.site, guard).step


def test_button_of_a_card_form_after_the_press_works(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that "Pay now" elsewhere on the page is pressed freely once the order call was sent, the first one not."""
    pressed(page, guard)
    page.evaluate("""() => { document.body.insertAdjacentHTML('beforeend', '<button id=card>Pay now</button>');
        document.getElementById('card').onclick = () => fetch('/order?w=card', { method: 'POST' }); }""")
    page.click("#card")
    wait_for(lambda: "card" in shop.got, page)


def test_other_pages_stay_guarded_while_one_is_the_persons(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that a page beside the person's may read, but neither order nor change the address book."""
    save = "mtop.aliexpress.address.addressinfo.save"
    other = guard.open_page()
    other.goto(shop.confirm)
    shop.got.clear()
    calls = [READ, "mtop.aliexpress.address.addressinfo.get", save, API]
    sent = [other.evaluate(CONFIRM_CALL, f"/h5/{one}/1.0/?w={one}") for one in calls]
    assert [200, 200, 0, 0] == sent
    other.click(BUTTON)
    assert "click: not armed" in guard.of(other).refused()
    pressed(page, guard)
    for name in ("fetch", "form", "pop-up", "worker", "socket", "jsonp", "beacon"):
        run(other, ways(shop)[name])
    settle(other)
    assert [*calls[:2], "press"] == shop.got
    assert 0 == other.evaluate(CONFIRM_CALL, f"http://cashier.aliexpress.localhost/h5/{API}/1.0/")
    assert {save, API} <= set(guard.of(other).aborted)


def test_one_page_at_a_time_waits_for_its_press(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that no second page is handed over, or prepared anew, while one waits for its press."""
    other = guard.open_page()
    other.goto(shop.confirm)
    quote = sealed(other, guard)
    with pytest.raises(ValueError, match="waits for its press"):
        guard.hand_over(other, quote, soon())
    with pytest.raises(ValueError, match="take it back first"):
        guard.begin(page)
    guard.take_back(page)
    guard.hand_over(other, quote, soon())


def test_pop_ups_are_closed_before_the_press_and_the_persons_after_it(
    page: Page, guard: Guard, context: BrowserContext, shop: OrderSite
) -> None:
    """Proves that a pop-up before the press is closed, that one after it stays and is free, until the page is taken."""
    link = ways(shop)["link"]
    run(page, link)
    wait_for(lambda: any(name.startswith("pop-up") for name in guard.aborted), page)
    wait_for(lambda: len(context.pages) == 1, page)
    pressed(page, guard)
    run(page, link.replace(f"/h5/{API}/1.0/?w=link", "/p/bank.html"))
    wait_for(lambda: len(context.pages) == 2, page)
    popup = context.pages[1]
    popup.wait_for_load_state()

    def is_free() -> bool:
        run(popup, ways(shop)["socket"])
        return "socket" in shop.got

    wait_for(is_free, page)
    page.close()
    assert PayStep.PAYING is watch(page, guard.site, guard).step
    popup.close()
    sight = watch(page, guard.site, guard)
    assert (PayStep.CLOSED, True) == (sight.step, sight.pressed)
    guard.take_back(page)
    guard.open_page() if context.pages else context.new_page()
    assert ((API,), False) == (guard.of(page).let_through, guard.of(page).is_persons)


def test_taken_back_page_is_blank_and_guarded(
    page: Page, guard: Guard, context: BrowserContext, shop: OrderSite
) -> None:
    """Proves that a page which was the person's is blank, its pop-ups gone, its next pages guarded as any other."""
    held = pressed(page, guard)
    wait_for(lambda: shop.got, page)
    run(page, ways(shop)["link"].replace(f"/h5/{API}/1.0/?w=link", "/p/bank.html"))
    wait_for(lambda: len(context.pages) == 2, page)
    guard.take_back(page)
    assert (["about:blank"], (API,)) == ([one.url for one in context.pages], held.let_through)
    page.goto(shop.confirm)
    page.click(BUTTON)
    run(page, ways(shop)["worker"])
    run(page, ways(shop)["fetch"])
    wait_for(lambda: API in held.aborted and "script: Worker" in held.refused(), page)
    assert ["press"] == shop.got
    guard.begin(page)
    assert ((), ()) == (held.let_through, held.aborted)
    with pytest.raises(ValueError, match="not handed over"):
        watch(page, guard.site, guard)


def test_page_that_waits_orders_nothing_once_the_guard_is_gone(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that whatever ends a run, a page which waited for its press goes blank before the guard lets go."""
    guard.close()
    assert ("about:blank", []) == (page.url, shop.got)


def test_nothing_is_asked_of_the_persons_page(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that a page which stands still after its press holds up no look: none is taken inside it."""
    held = pressed(page, guard)
    wait_for(lambda: shop.got, page)
    run(page, "const end = Date.now() + 1500; while (Date.now() < end);")
    begun = time.monotonic()
    seen = [watch(page, guard.site, guard).step, held.was_pressed(), held.refused()]
    assert time.monotonic() - begun < 1.0
    assert ([True, ()], True) == (seen[1:], seen[0] in {PayStep.PRESSED, PayStep.PAYING})


def test_answer_of_the_order_call_tells(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that on the confirm page the call's own answer tells how far it is: refused, taken, or not known."""
    shop.ret = ["FAIL_BIZ::Sorry, this item is out of stock"]
    pressed(page, guard)
    sight = until(page, guard, PayStep.FAILED, PayStep.UNCLEAR, PayStep.PAYING)
    assert (PayStep.FAILED, Reason.SOLD_OUT, True) == (sight.step, sight.reason, sight.pressed)


@pytest.mark.parametrize(("ret", "step"), [("SUCCESS::x", PayStep.PAYING), ("FAIL_X::what", PayStep.UNCLEAR)])
@pytest.mark.usefixtures("impatient")
def test_other_answers_of_the_order_call(page: Page, guard: Guard, shop: OrderSite, ret: str, step: PayStep) -> None:
    """Proves that a taken call waits for the person, and that an unknown answer is never read as "not ordered"."""
    shop.ret = [ret]
    pressed(page, guard)
    assert (step, True) == ((seen := until(page, guard, step)).step, seen.pressed)
    page.goto(f"{shop.site.www}/item/1.html")
    assert PayStep.UNCLEAR is watch(page, guard.site, guard).step
    page.goto(shop.confirm)
    assert "back on the confirm page" == watch(page, guard.site, guard).detail


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


def test_rules_of_pages_and_calls() -> None:
    """Proves what counts as a shop page, a result, a page that pays nothing, a writing call and a repeated one."""
    site, www = Site(), "https://www.aliexpress.com"
    assert [True, True, False, False] == [is_www(one, site) for one in (
        f"{www}/p/x.html", "https://www.aliexpress.us/", "https://login.aliexpress.com/", "https://bank.example/"
    )]  # fmt: skip
    paths = ("/p/second-payment/pay-result.html", "/payResult.htm", "/p/second-payment/3ds.html")
    assert [True, True, False] == [is_paid_page(f"{www}{path}", site) for path in paths]
    assert [True, True, False] == [is_left(f"{www}{path}", site) for path in ("/", "/item/1.html", "/p/pay/x.html")]
    book = ("addressinfo.get", "renderweb", "addressinfo.save", "shipto.division.get", "default.set")
    writes = [may_change_address(f"mtop.aliexpress.address.{one}") for one in book]
    assert [False, False, True, False, True] == writes
    assert [True, False] == [may_repeat(one) for one in ("mtop.ae.pay.status.query", "mtop.aliexpress.checkout.place")]
