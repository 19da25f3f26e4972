"""The guard: nothing leaves that is not known, and no press counts, until it is armed; then one of each."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError

from flows.errors import CannotBuy, PageChanged, Reason
from flows.guard import Guard, is_cashier, is_read, mtop_names
from flows.pages.confirm import DrawnConfirm
from tests.buying import soon
from tests.order_site import API, BUTTON, READ, OrderSite, order_site, run, sealed, settle, wait_for, ways


@pytest.fixture(scope="module")
def shop() -> Iterator[OrderSite]:
    """One running site for the module."""
    with order_site() as running:
        yield running


@pytest.fixture(scope="module")
def context(seeing: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the module."""
    opened = seeing.new_context(**browser_context_args, service_workers="block")
    yield opened
    opened.close()


@pytest.fixture
def guard(context: BrowserContext, shop: OrderSite) -> Iterator[Guard]:
    """A guard over the context, as long as the test runs."""
    with Guard(context, shop.site) as running:
        yield running


@pytest.fixture
def page(context: BrowserContext, shop: OrderSite, guard: Guard) -> Iterator[Page]:
    """The confirm page, guarded; what reached the site before is forgotten."""
    opened = context.new_page()
    opened.goto(shop.confirm)
    shop.got.clear()
    shop.ret.clear()
    yield opened
    opened.close()


def test_each_way_works_without_a_guard(seeing: Browser, shop: OrderSite) -> None:
    """Proves that every way of sending that is tried below does reach the site where nothing stops it."""
    context = seeing.new_context(service_workers="block")
    page = context.new_page()
    page.goto(shop.confirm)
    shop.got.clear()
    speculations = {"prefetch", "prerender"}  # a page that lies behind a pop-up does not speculate
    for name in speculations:
        run(page, ways(shop)[name])
    wait_for(lambda: speculations <= set(shop.got), page, lambda: speculations - set(shop.got))
    for name, script in ways(shop).items():
        if name not in speculations:
            run(page, script)
    everything = {*ways(shop), "worker-socket", "shared-socket"}
    wait_for(lambda: everything <= set(shop.got), page, lambda: everything - set(shop.got))
    context.close()


def test_nothing_leaves_once_the_quote_is_read(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that not one of all the ways of sending reaches the site, and that no further page stays open."""
    pages = len(page.context.pages)
    sealed(page, guard)
    for script in ways(shop).values():
        run(page, script)
    wait_for(lambda: len(guard.aborted) >= 15 and len(guard.refused()) >= 5, page)
    settle(page)
    assert [] == shop.got
    assert () == guard.let_through
    assert pages == len(page.context.pages)
    assert {"script: Worker", "script: SharedWorker", "script: fetchLater", "script: WebSocket"} <= set(guard.refused())
    assert {API, "POST", "pop-up"} <= {name.split(" ")[0] for name in guard.aborted}


def test_unknown_calls_are_stopped_before_the_quote_too(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that while reading, calls of the read list and pages of buying pass, and all else is stopped and named."""
    for api in (READ, "mtop.aliexpress.address.addressinfo.save", API, "mtop.aliexpress.trade.buyer.order.operation"):
        page.evaluate("url => fetch(url, { method: 'POST' }).catch(() => 0)", f"/h5/{api.upper()}/1.0/?w={api}")
    assert [READ, "mtop.aliexpress.address.addressinfo.save"] == shop.got
    assert (API, "mtop.aliexpress.trade.buyer.order.operation") == guard.aborted[:2]
    page.evaluate("url => fetch(url).catch(() => 0)", f"/h5/{READ}/1.0/?api={API}&w=hidden")
    page.evaluate("() => fetch('/anything.json').catch(() => 0)")
    assert 2 == len(shop.got)
    assert f"{READ}, {API}" in guard.aborted
    page.goto(f"{shop.site.www}/p/order/index.html")
    page.goto(f"{shop.site.www}/item/1.html")
    with pytest.raises(PlaywrightError, match="ERR_BLOCKED_BY_CLIENT"):
        page.goto(f"{shop.site.www}/p/wallet/index.html")


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("https://acs.aliexpress.com/h5/mtop.aliexpress.Order/1.0/?a=1", {"mtop.aliexpress.order"}),
        ("https://acs.aliexpress.us/h5/a.b/1.0/?api=c.d", {"a.b", "c.d"}),
        ("https://www.aliexpress.com/p/page-data.js?api=a.b", {"a.b"}),
        ("https://www.aliexpress.com/item/1.html", set()),
    ],
)  # fmt: skip
def test_names_of_a_data_call(url: str, names: set[str]) -> None:
    """Proves that a data call is known by its path and by its query, and that both must be harmless."""
    assert names == mtop_names(url)


def test_lists_of_the_guard() -> None:
    """Proves that reading calls and the address book are known, that ordering ones are not, and what a cashier is."""
    reads = ("mtop.aliexpress.checkout.renderorder", "mtop.aliexpress.address.shipto.division.get")
    assert [True, True] == [is_read(name) for name in reads]
    assert [False, False] == [is_read(name) for name in (API, "mtop.aliexpress.checkout.renderorderx")]
    hosts = ("icashier.alipay.com", "cashier.aliexpress.com", "pay.google.com", "www.paypal.com", "www.aliexpress.com")
    assert [True, True, True, True, False] == [is_cashier(f"https://{host}/x") for host in hosts]


def test_armed_press_sends_one_order_call(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that armed for a quote one press and one order call pass, and that the guard is closed again."""
    quote = sealed(page, guard)
    guard.arm(quote, soon())
    page.click(BUTTON)
    wait_for(lambda: shop.got, page)
    assert (["press"], (API,), True) == (shop.got, guard.let_through, guard.was_pressed())
    page.click(BUTTON)
    page.evaluate("order()")
    settle(page)
    assert (["press"], (API,)) == (shop.got, guard.let_through)


def test_one_of_two_double_sends_passes(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that of two order calls at once the second is stopped and named."""
    page.evaluate("() => { const once = window.order; window.order = () => { once(); once(); } }")
    guard.arm(sealed(page, guard), soon())
    page.click(BUTTON)
    wait_for(lambda: API in guard.aborted, page)
    settle(page)
    assert (["press"], 1) == (shop.got, guard.aborted.count(API))


RETRYING = """() => { window.order = async () => {
  for (let n = 0; n < 4; n += 1) await fetch(ORDER, { method: "POST" }).then((one) => one.text()).catch(() => 0);
} }"""


@pytest.mark.parametrize(
    ("ret", "sent"),
    [
        (["FAIL_SYS_TOKEN_EXOIRED::x"], 2),
        (["FAIL_SYS_TOKEN_EMPTY::x", "FAIL_SYS_TOKEN_EMPTY::x"], 2),
        (["SUCCESS::x"], 1),
        (["FAIL_BIZ_ORDER::x"], 1),
        (["FAIL_SYS_ILLEGAL_ACCESS::x"], 1),
    ],
)
def test_order_call_is_repeated_only_for_its_token(
    page: Page, guard: Guard, shop: OrderSite, ret: list[str], sent: int
) -> None:
    """Proves that one more call passes where the answer says that its token was old, and no other one ever."""
    page.evaluate(RETRYING)
    guard.arm(sealed(page, guard), soon())
    shop.ret = ret
    page.click(BUTTON)
    wait_for(lambda: guard.aborted.count(API) == 4 - sent, page)
    assert (["press"] * sent, sent) == (shop.got, len(guard.let_through))


def test_order_call_after_the_deadline_is_stopped(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that a call which a page sends late for a press in time does not leave."""
    page.evaluate("() => { const once = window.order; window.order = () => setTimeout(once, 700) }")
    guard.arm(sealed(page, guard), soon(0.5))
    page.click(BUTTON)
    wait_for(lambda: API in guard.aborted, page)
    assert ([], (), True) == (shop.got, guard.let_through, guard.was_pressed())


def test_cashier_is_never_reached(page: Page, guard: Guard) -> None:
    """Proves that an armed guard lets no host pass where money is taken, and keeps its one call."""
    url = f"http://cashier.aliexpress.localhost/h5/{API}/1.0/"
    guard.arm(sealed(page, guard), soon())
    page.evaluate("url => fetch(url, { method: 'POST' }).catch(() => 0)", url)
    assert ((), True) == (guard.let_through, guard.is_armed)
    assert f"POST cashier.aliexpress.localhost/h5/{API}/1.0/" in guard.aborted


def test_static_assets_pass_without_questions_in_their_address(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that a script may still be loaded once the quote is read, and none whose address asks for something."""
    sealed(page, guard)
    shop.asked.clear()
    load = """src => new Promise((done) => {
        const e = document.createElement("script"); e.src = src; e.onload = e.onerror = done; document.head.append(e);
    })"""
    for src in ("/plain.js", "/versioned.js?v=1.2.3", "/asking.js?callback=order&data=1", f"/hidden.js?api={API}"):
        page.evaluate(load, src)
    assert ["/plain.js", "/versioned.js"] == shop.asked


PRESSES: dict[str, Callable[[Page], object]] = {
    "mouse": lambda page: page.click(BUTTON),
    "enter": lambda page: page.press(BUTTON, "Enter"),
    "blank": lambda page: page.press(BUTTON, " "),
    "script": lambda page: page.evaluate(f"document.querySelector('{BUTTON}').click()"),
    "event": lambda page: page.dispatch_event(BUTTON, "click"),
    "submit": lambda page: page.evaluate("document.getElementById('form').requestSubmit()"),
}


@pytest.mark.parametrize("how", PRESSES)
def test_no_press_counts_until_armed(page: Page, guard: Guard, how: str) -> None:
    """Proves that mouse, keys, scripts and the form do not reach the page's own listener of the button."""
    page.evaluate("() => { window.count = 0; window.order = () => { window.count += 1 } }")
    PRESSES[how](page)
    quote = sealed(page, guard)
    PRESSES[how](page)
    assert (0, True) == (page.evaluate("count"), all("not armed" in one for one in guard.refused()))
    guard.arm(quote, soon())
    PRESSES[how](page)
    assert (1 if how == "mouse" else 0) == page.evaluate("count")
    guard.disarm()
    PRESSES[how](page)
    assert (1 if how == "mouse" else 0) == page.evaluate("count")


CHANGES = {
    "button": ("document.querySelector('button').textContent = 'Place order'", Reason.UNKNOWN_BUTTON),
    "method": ("document.querySelector('[class*=chosen-channel]').textContent = 'Visa'", Reason.PAYS_AT_ONCE),
    "no method": ("document.querySelector('[class*=payment-container]').remove()", Reason.PAYS_AT_ONCE),
    "total": ("document.querySelector('[class*=item-content]').textContent = 'US $9.25'", Reason.PRICE_CHANGED),
    "recipient": ("document.querySelector('[data-pl] b').textContent = 'Bo'", Reason.RECIPIENT_DIFFERS),
}


@pytest.mark.parametrize("what", CHANGES)
def test_press_is_refused_where_the_page_was_redrawn(page: Page, guard: Guard, shop: OrderSite, what: str) -> None:
    """Proves that a page which shows something else at the press than the quote is not pressed, nor armed again."""
    script, reason = CHANGES[what]
    quote = sealed(page, guard)
    guard.arm(quote, soon())
    page.evaluate(f"() => {{ {script} }}")
    page.click("button")
    settle(page)
    assert ([], False) == (shop.got, guard.was_pressed())
    assert any(one.startswith("pointerdown: ") and what.removeprefix("no ") in one for one in guard.refused())
    guard.disarm()
    with pytest.raises(CannotBuy) as raised:
        guard.arm(quote, soon())
    assert reason == raised.value.reason


def test_press_is_refused_after_the_deadline(page: Page, guard: Guard, shop: OrderSite) -> None:
    """Proves that the page itself refuses a press that comes too late, and that an old quote is not armed at all."""
    quote = sealed(page, guard)
    with pytest.raises(CannotBuy, match="deadline"):
        guard.arm(quote, soon(-0.1))
    deadline = soon(0.2)
    guard.arm(quote, deadline)
    page.wait_for_function("until => Date.now() > until", arg=deadline.timestamp() * 1000)
    page.click(BUTTON)
    assert ([], "click: too late") == (shop.got, guard.refused()[-1])


def test_page_that_was_loaded_before_the_guard_is_not_armed(context: BrowserContext, shop: OrderSite) -> None:
    """Proves that a page without the guard's listener, or without a quote read, cannot be armed."""
    page = context.new_page()
    page.goto(shop.confirm)
    with Guard(context, shop.site) as guard:
        with pytest.raises(PageChanged, match="armed while reading"):
            guard.arm(DrawnConfirm(page, guard.site).quote(), soon())
        quote = sealed(page, guard)
        with pytest.raises(PageChanged, match="before the guard"):
            guard.arm(quote, soon())
    page.close()


def test_closed_guard_lets_go(context: BrowserContext, shop: OrderSite) -> None:
    """Proves that after the guard a page of the context works as ever: it calls, opens windows and sockets."""
    with Guard(context, shop.site):
        pass
    page = context.new_page()
    page.goto(shop.confirm)
    shop.got.clear()
    for name in ("fetch", "pop-up", "socket", "worker"):
        run(page, ways(shop)[name])
    wait_for(lambda: {"fetch", "pop-up", "socket", "worker"} <= set(shop.got), page)
    for opened in context.pages:
        opened.close()
