"""Reading the order list and many detail pages in a real Chromium, from a stand-in that goes wrong on demand."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bot.sandbox.aliexpress.orders import OrderState
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.server import Sandbox
from flows.check_orders import read_details, read_list
from flows.errors import FlowError, NeedKind, PageChanged, PersonNeeded, TryLater
from flows.page import block_heavy
from flows.values import AliStatus, OrderDetail, OrderListPage, Reader, Site
from tests.asking import GRACE, LAMP, TOTE
from tests.reading import signed_in_tab


@pytest.fixture(scope="module")
def context(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the whole module; each test signs it in to its own account."""
    opened = browser.new_context(**browser_context_args)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, ali: AliWorld, me: str) -> Iterator[Page]:
    """A tab that is signed in to this test's account."""
    with signed_in_tab(context, ali, me) as tab:
        yield tab


def details(page: Page, sandbox: Sandbox, numbers: list[str], tabs: int = 2) -> dict[str, OrderDetail | FlowError]:
    """The detail page of each order, read in tabs of the page's own context."""
    return dict(read_details(page.context, sandbox.site, numbers, tabs))


def first_page(page: Page, site: Site, tab: str = "all") -> OrderListPage:
    """The first page of the list; the reading is ended for certain, also where a test fails."""
    with closing(read_list(page, site, tab)) as pages:
        return next(pages)


def test_list_is_read_to_its_end(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that every order of three pages is read once, newest first, by both readers."""
    made = ali.bulk(23, me)
    pages = list(read_list(page, sandbox.site))
    assert list(reversed(made)) == [order.order_id for read in pages for order in read.orders]
    assert [(1, True), (2, True), (3, False)] == [(read.page_index, read.has_more) for read in pages]
    assert {Reader.BOTH} == {read.reader for read in pages}


def test_list_stops_early(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that a consumer that has seen enough causes no further page, and that the tab can be used again."""
    ali.bulk(35, me)
    reading = read_list(page, sandbox.site)
    first = next(reading)
    reading.close()
    assert 10 == len(first.orders)
    assert 10 == page.locator(".order-item").count()
    assert first == first_page(page, sandbox.site)


def test_tab_is_read_alone(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that a tab of the list gives its own orders, and that a tab that does not exist is refused."""
    made = ali.bulk(4, me, state=OrderState.TO_PAY)
    ali.pay(made[:1])
    unpaid = [order for read in read_list(page, sandbox.site, "unpaid") for order in read.orders]
    assert [(number, AliStatus.UNPAID) for number in reversed(made[1:])] == [
        (one.order_id, one.status) for one in unpaid
    ]
    with pytest.raises(ValueError, match="known are all, unpaid"):
        first_page(page, sandbox.site, "paid")


def test_tab_that_its_address_does_not_open_is_pressed(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that where the site opens another tab than the one asked for, the robot presses the right one."""
    made = ali.bulk(4, me, state=OrderState.TO_PAY)
    ali.pay(made[:1])
    home = f"{sandbox.aliexpress}/p/order/index.html"
    page.route(f"{home}?tab=unpaid", lambda route: route.fulfill(status=302, headers={"Location": f"{home}?tab=all"}))
    unpaid = [order.order_id for read in read_list(page, sandbox.site, "unpaid") for order in read.orders]
    assert list(reversed(made[1:])) == unpaid


def test_drawn_tab_must_be_the_one_asked_for(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that drawn cards are believed to be a tab's only where that tab is the open one."""
    made = ali.bulk(2, me, state=OrderState.TO_PAY)
    ali.set_faults({"no_calls": True})
    assert made[::-1] == [one.order_id for one in first_page(page, sandbox.site, "unpaid").orders]
    home = f"{sandbox.aliexpress}/p/order/index.html"
    page.route(f"{home}?tab=unpaid", lambda route: route.fulfill(status=302, headers={"Location": f"{home}?tab=all"}))
    with pytest.raises(TryLater):
        first_page(page, sandbox.site, "unpaid")


def test_empty_account_is_an_empty_page(sandbox: Sandbox, page: Page) -> None:
    """Proves that an account without orders gives one page without orders."""
    assert [((), False, Reader.CALLS)] == [
        (read.orders, read.has_more, read.reader) for read in read_list(page, sandbox.site)
    ]


@pytest.mark.parametrize("design", ["2026", "2022"])
def test_list_is_read_where_no_call_answers(sandbox: Sandbox, ali: AliWorld, page: Page, me: str, design: str) -> None:
    """Proves that where the data come another way, the drawn cards of both designs are read to the end."""
    made = ali.bulk(12, me, state=OrderState.AWAITING_DELIVERY)
    ali.set_faults({"no_calls": True, "design": design})
    pages = list(read_list(page, sandbox.site))
    assert list(reversed(made)) == [order.order_id for read in pages for order in read.orders]
    assert [(Reader.PAGE, 1, True), (Reader.PAGE, 2, False)] == [
        (one.reader, one.page_index, one.has_more) for one in pages
    ]


def test_overlay_does_not_stop_the_paging(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that a pop-up over the whole page does not keep "View orders" from being pressed."""
    ali.bulk(12, me)
    ali.set_faults({"popup": True})
    assert [10, 2] == [len(read.orders) for read in read_list(page, sandbox.site)]


def test_other_language_is_refused_not_guessed(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that known words of another language are read, and an unknown one ends in PageChanged."""
    ali.bulk(1, me, state=OrderState.AWAITING_DELIVERY)
    ali.set_faults({"language": "pt_BR"})
    assert AliStatus.SENT is first_page(page, sandbox.site).orders[0].status
    ali.set_faults({"language": "de"})
    with pytest.raises(PageChanged, match="Warten auf Lieferung"):
        first_page(page, sandbox.site)


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        ({"http_500": True}, TryLater),
        ({"traffic_limit": True}, TryLater),
        ({"lost": True}, TryLater),
        ({"html": True}, PageChanged),
        ({"broken_json": True}, PageChanged),
        ({"empty_skeleton": True}, PageChanged),
        ({"missing_block": "pc_om_list_body"}, PageChanged),
        ({"missing_block": "pc_om_list_order"}, PageChanged),
        ({"unknown_status": "Beamed over"}, PageChanged),
        ({"unknown_currency": True}, PageChanged),
        ({"design": "unknown"}, PageChanged),
        ({"dom_disagrees": "number"}, PageChanged),
        ({"dom_disagrees": "status"}, PageChanged),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value.__name__,
)
def test_trouble_of_the_list_is_named(
    sandbox: Sandbox, ali: AliWorld, page: Page, *, me: str, faults: dict[str, Any], error: type[FlowError]
) -> None:
    """Proves that each way to go wrong is the error that says what happens next, shown once to who keeps evidence."""
    ali.bulk(2, me, state=OrderState.AWAITING_DELIVERY)
    ali.set_faults(faults)
    kept: list[tuple[str, FlowError]] = []
    with pytest.raises(error) as raised:
        list(read_list(page, sandbox.site, on_trouble=lambda tab, trouble: kept.append((tab.url, trouble))))
    assert [(f"{sandbox.aliexpress}/p/order/index.html?tab=all", raised.value)] == kept


@pytest.mark.parametrize(
    ("faults", "kind"),
    [
        ({"signed_out": True}, NeedKind.SIGNED_OUT),
        ({"captcha": True}, NeedKind.CAPTCHA),
        ({"captcha": "RGV587_ERROR"}, NeedKind.CAPTCHA),
        ({"account_limited": True}, NeedKind.ACCOUNT_LIMITED),
    ],
)
def test_person_is_called(
    sandbox: Sandbox, ali: AliWorld, page: Page, *, me: str, faults: dict[str, Any], kind: NeedKind
) -> None:
    """Proves that each need for a person ends list and details at once, and that nothing is kept as evidence."""
    number = ali.bulk(1, me)[0]
    ali.set_faults(faults)
    kept: list[FlowError] = []
    with pytest.raises(PersonNeeded) as raised:
        list(read_list(page, sandbox.site, on_trouble=lambda _, trouble: kept.append(trouble)))
    assert kind is raised.value.kind
    with pytest.raises(PersonNeeded) as raised:
        details(page, sandbox, [number])
    assert kind is raised.value.kind
    assert [] == kept


def test_captcha_in_the_middle_keeps_what_was_read(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that the pages read before a human check are not lost."""
    ali.bulk(35, me)
    ali.set_faults({"captcha_after": 2})
    read: list[int] = []
    with pytest.raises(PersonNeeded):
        read.extend(one.page_index for one in read_list(page, sandbox.site))
    assert [1, 2] == read


def test_numbers_below_the_limit_are_exact(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that order numbers sent as JSON numbers come out digit by digit."""
    made = ali.bulk(3, me)
    ali.set_faults({"id_as_number": True})
    assert list(reversed(made)) == [order.order_id for order in first_page(page, sandbox.site).orders]


def test_several_lines_and_a_refund_are_read(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that a card that draws only pictures still gives its lines, and its refund line is told."""
    number = ali.buy(GRACE, [TOTE, TOTE], me)[0]
    ali.pay(number)
    ali.refund(number)
    order = first_page(page, sandbox.site).orders[0]
    assert (2, 2, "Refunded") == (len(order.lines), order.line_count, order.refund_note)


def test_details_are_read_in_order(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that more orders than tabs come in the order asked for, by both readers, and that the tabs are closed."""
    made = ali.bulk(7, me, state=OrderState.AWAITING_DELIVERY)
    read = list(read_details(page.context, sandbox.site, made, tabs=3))
    assert made == [number for number, _ in read]
    assert made == [one.order_id for _, one in read if isinstance(one, OrderDetail)]
    assert {(AliStatus.SENT, Reader.BOTH)} == {
        (one.status, one.reader) for _, one in read if isinstance(one, OrderDetail)
    }
    assert [page] == page.context.pages


def test_detail_tells_order_and_recipient(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves the facts of one order that was bought by hand: recipient, lines, total, and its deadline to pay."""
    number = ali.buy(GRACE, [LAMP], me)[0]
    read = details(page, sandbox, [number])[number]
    assert isinstance(read, OrderDetail)
    assert ("Grace Kessler", "US", "97205") == (
        read.recipient and read.recipient.name,
        read.recipient and read.recipient.country_code,
        read.recipient and read.recipient.post_code,
    )
    assert [(LAMP.product_id, LAMP.sku_id, 2)] == [(line.product_id, line.sku_id, line.quantity) for line in read.lines]
    assert (AliStatus.UNPAID, None, 2620, True) == (
        read.status,
        read.paid_on,
        read.total.minor,
        read.pay_deadline is not None,
    )


def test_detail_is_read_where_no_call_answers(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that the drawn page alone gives number, status, payment, lines and total."""
    number = ali.bulk(1, me, state=OrderState.AWAITING_DELIVERY)[0]
    whole = details(page, sandbox, [number])[number]
    ali.set_faults({"no_calls": True})
    drawn = details(page, sandbox, [number])[number]
    assert isinstance(whole, OrderDetail)
    assert isinstance(drawn, OrderDetail)
    same = ("order_id", "status", "paid_on", "ordered_on", "shipped_on", "total", "store_name", "payment_method")
    assert [getattr(whole, name) for name in same] == [getattr(drawn, name) for name in same]
    assert [line.product_id for line in whole.lines] == [line.product_id for line in drawn.lines]
    assert Reader.PAGE is drawn.reader


def test_one_bad_page_does_not_stop_the_others(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that a page that cannot be read is yielded as its error, shown to who keeps evidence, and others go on."""
    made = ali.bulk(5, me)
    ali.set_faults({"unknown_status": "Beamed over", "only_orders": [made[2]]})
    kept: list[str] = []
    read = dict(read_details(page.context, sandbox.site, made, tabs=2, on_trouble=lambda tab, _: kept.append(tab.url)))
    assert [OrderDetail, OrderDetail, PageChanged, OrderDetail, OrderDetail] == [type(read[number]) for number in made]
    assert [f"{sandbox.aliexpress}/p/order/detail.html?orderId={made[2]}"] == kept


@pytest.mark.parametrize(
    "faults",
    [
        {"empty_skeleton": True},
        {"missing_block": "detail_order_price_block"},
        {"dom_disagrees": "number"},
        {"html": True},
    ],
    ids=lambda faults: next(iter(faults)),
)
def test_trouble_of_a_detail_page_is_named(
    sandbox: Sandbox, ali: AliWorld, page: Page, me: str, faults: dict[str, Any]
) -> None:
    """Proves that a page that does not prove its order is PageChanged."""
    number = ali.bulk(1, me)[0]
    ali.set_faults(faults)
    assert PageChanged in type(details(page, sandbox, [number])[number]).__mro__


def test_order_of_somebody_else_is_refused(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that a number that is not this account's gives an error for it alone."""
    mine, theirs = ali.bulk(1, me)[0], ali.bulk(1, "somebody else")[0]
    read = details(page, sandbox, [theirs, mine])
    assert isinstance(read[theirs], PageChanged)
    assert isinstance(read[mine], OrderDetail)


@pytest.mark.long
def test_silent_site_ends_the_reading(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that a site that fails three pages in a row is given up until later, not asked for every page."""
    made = ali.bulk(8, me)
    ali.set_faults({"http_500": True})
    read: list[FlowError | OrderDetail] = []
    with pytest.raises(TryLater):
        for _, one in read_details(page.context, sandbox.site, made, tabs=2):
            read.append(one)
    assert [TryLater, TryLater] == [type(one) for one in read]
    assert [page] == page.context.pages


@pytest.mark.long
def test_reading_that_is_given_up_closes_its_tabs(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that a consumer that stops leaves no tab behind, though some are still loading."""
    made = ali.bulk(6, me)
    reading = read_details(page.context, sandbox.site, made, tabs=3)
    next(reading)
    reading.close()
    assert [page] == page.context.pages


def test_pages_of_the_caller_are_used_and_left_open(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that given tabs are used in place of new ones and not closed."""
    made = ali.bulk(3, me)
    read = dict(read_details([page], sandbox.site, made))
    assert made == list(read)
    assert all(isinstance(one, OrderDetail) for one in read.values())
    assert [page] == page.context.pages


def test_heavy_files_are_not_loaded(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that no picture is loaded, while the page is read as before."""
    ali.bulk(2, me)
    loaded: list[str] = []
    page.on("requestfinished", lambda request: loaded.append(request.url))
    block_heavy(page)
    assert Reader.BOTH is first_page(page, sandbox.site).reader
    assert [] == [url for url in loaded if "/kf/" in url]
    assert [] != loaded


def test_site_that_is_not_there_is_tried_later(sandbox: Sandbox, page: Page) -> None:
    """Proves that a connection that fails is the network's trouble, at once."""
    nowhere = sandbox.site.model_copy(update={"www": "http://www.aliexpress.localhost:9"})
    with pytest.raises(TryLater, match="ERR_"):
        first_page(page, nowhere)
