"""The kinds of pages that can be recorded, and what each one's two readers say of a page that is open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

from flows.errors import CannotBuy, FlowError, NeedKind, PageChanged, PersonNeeded, Reason
from flows.page import PageObject
from flows.pages import confirm, confirm_answer, order_detail, order_list, product, result, tracking
from flows.pages.address_form import DrawnAddresses, State
from flows.pages.confirm import DrawnConfirm
from flows.pages.login import LoginPage
from flows.pages.order_detail import DrawnOrderDetail
from flows.pages.order_list import DrawnOrderList
from flows.pages.product import DrawnProduct
from flows.pages.result import DrawnResult
from flows.pages.tracking import DrawnTracking
from flows.two_readers import TwoReaders, check_same
from flows.values import OrderListPage, Site, Value
from flows.values_buying import Product

Answers = Sequence[Mapping[str, Any]]


class AskedFor(Value):
    """What a page asks of a person, None where it asks for nobody; and whether the form for a password is drawn."""

    person: NeedKind | None
    form: bool


@dataclass(frozen=True)
class Kind:
    """One kind of page: where its answers come from, what reads them, what reads the drawn page, how both compare.

    `files` are the selector files that it looks with. `alone` reads the page where no answer could be read,
    `together` says what the robot takes where both were, `trouble` what it makes of an error.
    """

    files: tuple[str, ...]
    screen: type[PageObject]
    from_page: Callable[[Page, Site], Value]
    apis: tuple[str, ...] = ()
    from_answers: Callable[[Answers, str], Value] | None = None
    compare: Callable[[Any, Any], None] = lambda _read, _drawn: None
    alone: Callable[[Page, Site], Value] | None = None
    together: Callable[[Page, Site, Any], Value] | None = None
    trouble: Callable[[Page, Site, FlowError], FlowError] = lambda _page, _site, error: error
    path: str | None = None


@dataclass(frozen=True)
class Reading:
    """What the readers said: a value, or the trouble that was met; None where a reader had nothing to read."""

    calls: Value | FlowError | None
    page: Value | FlowError | None
    both: Value | FlowError


def asked_for(url: str, name: str) -> str | None:
    """One parameter of an address."""
    return next(iter(parse_qs(urlsplit(url).query).get(name, [])), None)


def _list(answers: Answers, url: str) -> OrderListPage:
    return order_list.from_answer(answers[0], asked_for(url, "tab"), leave_out=True)


def _drawn_choices(page: Page, site: Site) -> Value:
    """The product as the page keeps it where it does, else what is drawn of it."""
    screen = DrawnProduct(page, site)
    if page.evaluate(product.KEPT) is not None:
        return screen.product()
    return screen.shown()


def _compare_products(read: Product, drawn: Value) -> None:
    if isinstance(drawn, Product):
        check_same(product.NAME, {"SKUs": _offers(read)}, {"SKUs": _offers(drawn)})
    else:
        product.compare(read, drawn)  # type: ignore[arg-type]  # what is drawn of a product


def _offers(read: Product) -> list[tuple[str, str]]:
    return [(sku.sku_id, sku.sku_attr) for sku in read.skus]


def _gone(page: Page, site: Site, error: FlowError) -> FlowError:
    is_gone = not isinstance(error, PersonNeeded) and DrawnProduct(page, site).is_gone()
    return CannotBuy(Reason.PRODUCT_GONE, "the page says that it is not sold") if is_gone else error


def _quote(page: Page, site: Site, terms: confirm_answer.Terms) -> Value:
    return confirm.quote_of(DrawnConfirm(page, site).look(), page.url, terms)


def _asked_for_person(page: Page, site: Site) -> AskedFor:
    screen = LoginPage(page, site)
    return AskedFor(person=screen.asks_for_person(look=True), form=screen.is_form_shown())


def _book(page: Page, site: Site) -> State:
    screen = DrawnAddresses(page, site)
    if not screen.is_here():
        raise PageChanged(screen.name, "book", "neither the address book nor its form is open")
    return screen.press_part("true")


KINDS: dict[str, Kind] = {
    "order-list": Kind(
        files=("order_list",),
        screen=DrawnOrderList,
        from_page=order_list.from_page,
        apis=(order_list.API,),
        from_answers=_list,
        compare=lambda read, drawn: order_list.compare(read, drawn.orders),
        path=order_list.PATH,
    ),
    "order-detail": Kind(
        files=("order_detail",),
        screen=DrawnOrderDetail,
        from_page=order_detail.from_page,
        apis=(order_detail.API,),
        from_answers=lambda answers, url: order_detail.from_answer(answers[-1], asked_for(url, "orderId")),
        compare=order_detail.compare,
    ),
    "tracking": Kind(
        files=("tracking",),
        screen=DrawnTracking,
        from_page=lambda page, site: tracking.from_page(page, site, asked_for(page.url, "tradeOrderId")),
        apis=(tracking.API,),
        from_answers=lambda answers, url: tracking.from_answer(answers[-1], asked_for(url, "tradeOrderId")),
        compare=tracking.compare,
    ),
    "product": Kind(
        files=("product",),
        screen=DrawnProduct,
        from_page=_drawn_choices,
        apis=(product.API,),
        from_answers=lambda answers, url: product.from_answer(answers[-1], None, product.id_in(url)),
        compare=_compare_products,
        alone=product.from_page,
        trouble=_gone,
    ),
    "confirm": Kind(
        files=("confirm",),
        screen=DrawnConfirm,
        from_page=confirm.from_page,
        apis=(confirm_answer.RENDER, confirm_answer.ADJUST),
        from_answers=lambda answers, _url: confirm_answer.from_answers(list(answers)),
        together=_quote,
    ),
    "address": Kind(files=("address_form", "confirm"), screen=DrawnAddresses, from_page=_book),
    "result": Kind(files=(), screen=DrawnResult, from_page=result.from_page),
    "sign-in": Kind(files=("login",), screen=LoginPage, from_page=_asked_for_person),
}


def read_open(kind: Kind, page: Page, site: Site, answers: Callable[[], Answers]) -> Reading:
    """What both readers say of the page that is open, each by itself and as the robot takes them together."""
    told = said(lambda: kind.from_answers(answers(), page.url)) if kind.from_answers else None  # type: ignore[misc]
    drawn = said(lambda: kind.from_page(page, site))
    return Reading(told, drawn, said(lambda: _together(kind, page, site, told, drawn)))


def said(read: Callable[[], Value]) -> Value | FlowError:
    """What a reader says, or the trouble that it meets."""
    try:
        return read()
    except FlowError as trouble:
        return trouble


def _together(kind: Kind, page: Page, site: Site, told: Value | FlowError | None, drawn: Value | FlowError) -> Value:
    if told is None:
        return _given(drawn)

    def beside() -> Value:
        return _given(drawn)

    def alone() -> Value:
        return kind.alone(page, site) if kind.alone else beside()

    try:
        if kind.together is not None and not isinstance(told, FlowError):
            return kind.together(page, site, told)
        return TwoReaders[Value, Value](kind.compare).read(lambda: _given(told), alone, beside, lambda _r, _s: True)
    except FlowError as error:
        raise kind.trouble(page, site, error) from error


def _given(value: Value | FlowError) -> Value:
    if isinstance(value, FlowError):
        raise value
    return value
