"""A page that became a person's by their press: one order call, and from then on all is theirs, on that page alone."""

import time

import pytest
from playwright.sync_api import BrowserContext, Page

from flows.errors import Reason
from flows.guard import Guard
from flows.guard_rules import is_left, is_paid_page, is_www, may_change_address, may_repeat
from flows.paying import watch
from flows.values import Site
from flows.values_paying import PayStep
from tests.buying import soon
from tests.handed_over import (
    context_fixture,
    guard_fixture,
    impatient_fixture,
    page_fixture,
    pressed,
    shop_fixture,
    until,
)
from tests.order_site import API, BUTTON, READ, OrderSite, run, sealed, settle, wait_for, ways

shop, context, guard, page, impatient = shop_fixture, context_fixture, guard_fixture, page_fixture, impatient_fixture
OTHER = "mtop.aliexpress.trade.somethingelse"
CONFIRM_CALL = "url => fetch(url, { method: 'POST' }).then((one) => one.status, () => 0)"


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
