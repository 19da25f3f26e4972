"""A model of AliExpress behind the flows' signatures, for tests that drive the buying jobs without a browser.

It knows the truth: for which line of the store each order was made, by the robot's press or by a person's hand.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, ClassVar

from playwright.sync_api import Error as PlaywrightError

from flows.errors import CannotBuy, FlowError, OutcomeUnknown, PageChanged, Reason, TryLater
from flows.place_order import PressResult
from flows.values import AliLine, AliStatus, ListedOrder, Money, OrderDetail, OrderListPage, Reader, Recipient, Tracking
from flows.values_buying import ButtonKind, Payment, Quote, QuoteLine, ShipTo, Wanted

FIRST_NUMBER = 8_190_000_000_000_000
A_PAGE = timedelta(seconds=3)
RESULT = "https://www.aliexpress.com/p/second-payment/pay-result.html"
CONFIRM = "https://www.aliexpress.com/p/trade/confirm.html"
OVER = frozenset({AliStatus.CANCELED, AliStatus.EXPIRED})

LineName = tuple[str, int]


@dataclass
class Made:
    """One order on the site; `line` is the store line that it was made for, None for a stranger's."""

    number: str
    account: str
    item: AliLine
    to: Recipient
    at: datetime
    listed_at: datetime
    line: LineName | None
    by_robot: bool
    status: AliStatus = AliStatus.UNPAID


@dataclass
class Faults:
    """What goes wrong at present. `press` strikes once: lost, lost_before, refused, shown, charged, nothing."""

    press: str = ""
    prepare: str = ""
    lag: timedelta = timedelta(0)
    list_fails: int = 0
    details_fail: bool = False


class ModelTab:
    """A page in which nothing is drawn; `line` is what the run is buying in it at present."""

    def __init__(self, context: "ModelContext") -> None:
        self.context = context
        self.url = CONFIRM

    def evaluate(self, _script: str) -> str:
        """Nothing is drawn."""
        return ""

    def screenshot(self, **_how: Any) -> bytes:
        """Nothing to see."""
        return b""

    def close(self) -> None:
        """It goes."""


class ModelContext:
    """The browser context of one account, without a browser."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.line: LineName | None = None
        self.wanted: Wanted | None = None
        nothing = lambda **_how: None  # noqa: E731  (the recorder has nothing to record)
        self.tracing = SimpleNamespace(start=nothing, stop=nothing, start_chunk=nothing, stop_chunk=nothing)

    def new_page(self) -> ModelTab:
        """A tab."""
        return ModelTab(self)

    def cookies(self, *_urls: str) -> list[Any]:
        """Nobody is signed in to a model."""
        return []

    def new_cdp_session(self, _page: ModelTab) -> None:
        """There is no browser to speak with."""
        raise PlaywrightError("no browser")


class ModelGuard:
    """What the jobs ask the guard; the model's own press is what it guards."""

    def __init__(self, _context: ModelContext, _site: Any) -> None:
        self.let_through: tuple[str, ...] = ()
        self.aborted: tuple[str, ...] = ()

    def reading(self) -> None:
        """A new page."""
        self.let_through = ()

    def close(self) -> None:
        """It goes."""


@dataclass
class ModelSite:
    """All accounts of the site; without `deadlines` a page presses however late it is."""

    deadlines: ClassVar[bool] = True
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    made: list[Made] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    presses: int = 0
    is_stopped: Callable[[str], bool] = lambda _account: False
    pressed_while_stopped: int = 0

    def buy(
        self, account: str, item: AliLine, to: Recipient, line: LineName | None, *, by_robot: bool, lag: timedelta
    ) -> Made:
        """Make an order."""
        number = str(FIRST_NUMBER + len(self.made) * 10_000_000_000)
        now = self.clock()
        order = Made(number, account, item, to, now, now + lag, line, by_robot)
        self.made.append(order)
        return order

    def standing(self, line: LineName) -> list[Made]:
        """The orders made for a store line that are not called off."""
        return [order for order in self.made if order.line == line and order.status not in OVER]

    def prepare(
        self, page: ModelTab, _site: Any, wanted: Wanted, _guard: ModelGuard, *, own: Any, on_step: Any
    ) -> Quote:
        """Takes the seconds that two pages take."""
        own.note((wanted.ship_to,))
        self.sleep(A_PAGE.total_seconds())
        fault, self.faults.prepare = self.faults.prepare, ""
        if fault == "sold_out":
            raise CannotBuy(Reason.SOLD_OUT, "asked 1, page shows none left")
        if fault == "changed":
            raise PageChanged("confirm", "button", "is not there")
        if fault == "silent":
            raise TryLater("no answer")
        page.url, page.context.wanted = CONFIRM, wanted
        on_step("ready", page)
        return quote_of(wanted, 1500 if fault == "dear" else 500)

    def press(
        self, page: ModelTab, _site: Any, guard: ModelGuard, quote: Quote, deadline: datetime, *, on_step: Any
    ) -> PressResult:
        """One press: what it makes, and what the page says of it."""
        assert (ButtonKind.PAY_NOW, "Boleto") == (quote.button_kind, quote.payment.method)
        if self.deadlines and self.clock() >= deadline:
            raise CannotBuy(Reason.PRICE_CHANGED, "the quote is too old: its deadline has passed")
        on_step("armed", page)
        if self.deadlines and self.clock() > deadline:
            return PressResult(pressed=False, let_through=False)
        fault, self.faults.press = self.faults.press, ""
        if fault == "nothing":
            return PressResult(pressed=True, let_through=False)
        guard.let_through = ("mtop.order",)
        self.presses += 1
        self.pressed_while_stopped += self.is_stopped(page.context.account)
        order = None if fault in ("lost_before", "refused") else self._order(page)
        on_step("pressed", page)
        page.url = RESULT if order is not None and fault != "lost" else CONFIRM
        on_step("outcome", page)
        if fault == "refused":
            return PressResult(pressed=True, let_through=True, refused=CannotBuy(Reason.PAGE_SAYS_NO, "try again"))
        if order is not None and fault == "charged":
            order.status = AliStatus.TO_SHIP
        if order is None or fault == "lost":
            raise OutcomeUnknown("mtop.order was sent; no answer")
        if fault == "shown":
            return PressResult(pressed=True, let_through=True, numbers=(order.number,))
        raise OutcomeUnknown("mtop.order was sent; the page shows no order number")

    def _order(self, page: ModelTab) -> Made:
        wanted = page.context.wanted
        assert wanted is not None
        item = AliLine(product_id=wanted.product_id, sku_id=wanted.sku_id, title="Thing", quantity=wanted.quantity)
        to, line, lag = recipient_of(wanted.ship_to), page.context.line, self.faults.lag
        return self.buy(page.context.account, item, to, line, by_robot=True, lag=lag)

    def read_list(
        self, page: ModelTab, _site: Any, tab: str = "all", on_trouble: Any = None
    ) -> Iterator[OrderListPage]:
        """Ten a page, newest first, as far as the list knows of them by now."""
        self.sleep(1)
        if self.faults.list_fails:
            self.faults.list_fails -= 1
            raise TryLater("the list does not answer")
        page.url = "https://www.aliexpress.com/p/order/index.html"
        here = [each for each in self.made if each.account == page.context.account and each.listed_at <= self.clock()]
        cards = [card_of(order) for order in reversed(here)]
        for start in range(0, max(1, len(cards)), 10):
            more = start + 10 < len(cards)
            index = start // 10 + 1
            yield OrderListPage(
                orders=tuple(cards[start : start + 10]), page_index=index, has_more=more, reader=Reader.BOTH
            )

    def read_details(
        self, where: ModelContext, _site: Any, numbers: Iterable[str], tabs: int = 4, on_trouble: Any = None
    ) -> Iterator[tuple[str, OrderDetail | FlowError]]:
        """The page of each order, which is there at once."""
        by_number = {order.number: order for order in self.made if order.account == where.account}
        for number in numbers:
            self.sleep(1)
            if self.faults.details_fail or number not in by_number:
                yield number, TryLater("no answer")
            else:
                yield number, detail_of(by_number[number])

    def read_tracking(
        self, _where: ModelContext, _site: Any, numbers: Iterable[str], tabs: int = 4, on_trouble: Any = None
    ) -> Iterator[tuple[str, Tracking]]:
        """Nothing is ever sent here."""
        for number in numbers:
            yield number, Tracking(order_id=number, parcels=(), reader=Reader.CALLS)

    @contextlib.contextmanager
    def installed(self, monkeypatch: Any) -> Iterator[None]:
        """The model in place of the flows and of the browser while the block runs."""

        @contextlib.contextmanager
        def browser_of(_home: Any, _config: Any, account: str, **_how: Any) -> Iterator[ModelContext]:
            yield ModelContext(account)

        with monkeypatch.context() as patch:
            patch.setattr("bot.jobs.purchasing.prepare", self.prepare)
            patch.setattr("bot.jobs.purchasing.press", self.press)
            patch.setattr("bot.jobs.place.Guard", ModelGuard)
            patch.setattr("bot.opening.browser_of", browser_of)
            for job in ("looking", "sync"):
                patch.setattr(f"bot.jobs.{job}.read_list", self.read_list)
                patch.setattr(f"bot.jobs.{job}.read_details", self.read_details)
            patch.setattr("bot.jobs.sync.read_tracking", self.read_tracking)
            patch.setattr("bot.jobs.sync.block_heavy", lambda _page: None)
            yield


def quote_of(wanted: Wanted, minor: int) -> Quote:
    """What the confirm page asks for so many pieces at that price each."""
    total = Money(minor=minor * wanted.quantity, currency="USD")
    line = QuoteLine(
        product_id=wanted.product_id, sku_id=wanted.sku_id, title="Thing", sku_text="", quantity=wanted.quantity,
        unit_price=Money(minor=minor, currency="USD"),
    )  # fmt: skip
    return Quote(
        recipient=wanted.ship_to.full_name,
        lines=(line,),
        carrier=wanted.carrier,
        rows=(),
        total=total,
        payment=Payment(present=True, method="Boleto"),
        button_text="Pay now",
        button_kind=ButtonKind.PAY_NOW,
        sellers=1,
        reader=Reader.BOTH,
    )


def recipient_of(to: ShipTo) -> Recipient:
    """What the site shows of an address that the robot typed."""
    phone = f"{to.phone_code} {to.phone}"
    return Recipient(
        name=to.full_name, phone=phone, country_code=to.country_code, address=to.street, region=to.city,
        post_code=to.zip,
    )  # fmt: skip


def card_of(order: Made) -> ListedOrder:
    """The order in the list."""
    return ListedOrder(
        order_id=order.number,
        status=order.status,
        status_text=order.status.value,
        ordered_on=order.at.date(),
        total=Money(minor=500, currency="USD"),
        store_name="Vega Store",
        lines=(order.item,),
        line_count=1,
    )


def detail_of(order: Made) -> OrderDetail:
    """The order's own page."""
    return OrderDetail(
        order_id=order.number,
        status=order.status,
        status_text=order.status.value,
        ordered_on=order.at.date(),
        paid_on=order.at.date() if order.status is AliStatus.TO_SHIP else None,
        shipped_on=None,
        completed_on=None,
        pay_deadline=None,
        payment_method=None,
        total=Money(minor=500, currency="USD"),
        price_rows=(),
        recipient=order.to,
        store_name="Vega Store",
        lines=(order.item,),
        reader=Reader.BOTH,
    )
