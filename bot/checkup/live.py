"""Looks for every element in the merchant's own pages: opens them, reads them with both readers, and changes nothing.

The confirm page is opened for one piece of something that is mapped, with the guard over it, and left again; its
address book and an empty address form are opened, and nothing is saved.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page
from sqlmodel import Session, col, select

from bot.checkup.looking import complete, contradicted, elements_of, is_empty, of_error, worse_than_ours
from bot.language import _
from bot.models import AliOrder
from bot.models_buying import Mapping
from bot.recordings.kinds import KINDS, Answers, Kind, Reading, read_open, said
from bot.selector_health import Broken, Looked, Uses
from flows.errors import CannotBuy, FlowError, PageChanged, PersonNeeded, TryLater
from flows.guard import Guard
from flows.pages import order_detail, order_list, product, tracking
from flows.pages.address_form import DrawnAddresses
from flows.pages.confirm import quote_of
from flows.pay_page import Warm, warm
from flows.selector_files import load
from flows.survey import Seen
from flows.tab import OnTrouble, Tab, browser_trouble, close_tab
from flows.values import AliStatus, OrderListPage, Site
from flows.values_buying import Product, ShipTo, SkuOffer, Wanted

PATIENCE = 5.0  # how long a page may take to draw what it was answered
SENT = (AliStatus.SENT, AliStatus.PARTLY_SENT, AliStatus.COMPLETED)
# Nobody: only the country of the buyer is told to a confirm page before its address is set.
NOBODY = {"first_name": "-", "last_name": "-", "phone_code": "+1", "phone": "0", "street": "-"}


@dataclass(frozen=True, slots=True)
class NotLooked:
    """A page that was not looked at, and why."""

    page: str
    why: str


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to look at: an order, a sent one, and something that is mapped; None where nothing is known."""

    order: str | None = None
    sent: str | None = None
    product: str | None = None
    sku: str | None = None
    country: str = "US"


def known_of(session: Session, account: str, shops: list[str]) -> Known:
    """What the database knows of: the newest orders of the account, and the newest mapping of its shops."""
    orders = select(AliOrder.number).where(AliOrder.account == account).order_by(col(AliOrder.number).desc()).limit(1)
    mapped = (
        select(Mapping)
        .where(col(Mapping.shop).in_(shops), col(Mapping.product_id).is_not(None))
        .order_by(col(Mapping.checked_at).desc(), col(Mapping.id).desc())
    )
    first = session.exec(mapped.limit(1)).first()
    return Known(
        order=session.exec(orders).first(),
        sent=session.exec(orders.where(col(AliOrder.status).in_(SENT))).first(),
        product=first.product_id if first else None,
        sku=first.sku_id if first else None,
        country=(first.country if first else "") or "US",
    )


@dataclass
class LivePages:
    """One look at the pages of one account; `kinds` names those that are wanted.

    `on_trouble` sees each page on which something is broken, while it is open.
    """

    context: BrowserContext
    site: Site
    known: Known
    kinds: frozenset[str]
    progress: Callable[[str], None] = lambda _what: None
    on_trouble: OnTrouble | None = None
    patience: float = PATIENCE
    uses: Uses = field(default_factory=Uses)
    skipped: list[NotLooked] = field(default_factory=list)

    def look(self) -> Iterator[Looked]:
        """Each page in turn. Raises PersonNeeded, and TryLater where AliExpress does not answer."""
        page = self.context.new_page()
        guard = Guard(self.context, self.site)
        try:
            guard.reading()
            yield from self._orders(page)
            yield from self._buying(page, guard)
        finally:
            guard.close()
            close_tab(page)
        if "sign-in" in self.kinds:
            self._skip("login", _("it only shows while nobody is signed in"))

    def before_buying(self) -> Iterator[Looked]:
        """The two pages by which an order is found again once it was pressed: the list, and one order's own."""
        page = self.context.new_page()
        try:
            yield from self._orders(page)
        finally:
            close_tab(page)

    def _orders(self, page: Page) -> Iterator[Looked]:
        order, sent = self.known.order, self.known.sent
        if {"order-list", "order-detail", "tracking"} & self.kinds:
            listed, reading = self._read(page, "order-list", f"{self.site.www}{order_list.PATH}")
            if "order-list" in self.kinds:
                yield listed
            if isinstance(reading.both, OrderListPage):
                orders = reading.both.orders
                order = next((each.order_id for each in orders), order)
                sent = next((each.order_id for each in orders if each.status in SENT), sent)
        nothing = _("no order of this account is known")
        yield from self._one(page, "order-detail", order and order_detail.address(self.site, order), nothing)
        yield from self._one(
            page, "tracking", sent and tracking.address(self.site, sent), _("no sent order of this account is known")
        )

    def _buying(self, page: Page, guard: Guard) -> Iterator[Looked]:
        known, wanted = self.known, {"product", "confirm", "address"} & self.kinds
        if not wanted:
            return
        if known.product is None:
            for kind in sorted(wanted):
                self._skip(KINDS[kind].screen.name, _("nothing is mapped yet: dropferry map"))
            return
        looked, reading = self._read(page, "product", product.address(self.site, known.product))
        if "product" in self.kinds:
            yield looked
        read = reading.both
        offer = self._offer(read) if isinstance(read, Product) else None
        if not {"confirm", "address"} & wanted:
            return
        if not isinstance(read, Product) or offer is None:
            self._skip(
                "confirm", _("product {product} offers nothing to look at it with").format(product=known.product)
            )
            return
        yield from self._checkout(page, guard, read, offer)

    def _offer(self, read: Product) -> SkuOffer | None:
        can_be_had = [sku for sku in read.skus if sku.salable and sku.stock != 0]
        return next((sku for sku in can_be_had if sku.sku_id == self.known.sku), next(iter(can_be_had), None))

    def _checkout(self, page: Page, guard: Guard, read: Product, offer: SkuOffer) -> Iterator[Looked]:
        self.progress("confirm")
        wanted = Wanted(
            product_id=read.product_id,
            sku_id=offer.sku_id,
            sku_attr=offer.sku_attr,
            quantity=1,
            carrier=None,
            ship_to=ShipTo(country_code=self.known.country, **NOBODY),
            currency=offer.price.currency,
        )
        kind = KINDS["confirm"]
        try:
            warmed = warm(page, self.site, wanted, guard)
        except CannotBuy as no:
            self._skip("confirm", str(no))
            return
        except PersonNeeded:
            raise
        except FlowError as error:
            yield self._looked(page, kind, broken=[of_error(kind, error, _place(page))], was_read=False)
            return
        try:
            yield from self._opened_checkout(page, kind, warmed)
        finally:
            warmed.close()

    def _opened_checkout(self, page: Page, kind: Kind, warmed: Warm) -> Iterator[Looked]:
        broken: list[Broken] = []
        try:
            with browser_trouble("confirm page"):
                warmed.checkout.recipient()
                sight, terms = warmed.checkout.settled()
                quote_of(sight, page.url, terms)
        except CannotBuy as no:
            self._skip("confirm", str(no))
            return
        except FlowError as error:
            broken.append(of_error(kind, error, _place(page)))
        if "confirm" in self.kinds:
            yield self._looked(page, kind, broken=broken, was_read=not broken)
        if "address" in self.kinds:
            yield self._addresses(page)

    def _addresses(self, page: Page) -> Looked:
        """Book and form are open one after the other, so an element counts where either of them shows it."""
        self.progress("address")
        kind, screen = KINDS["address"], DrawnAddresses(page, self.site)
        seen: dict[str, Seen] = {}
        broken: list[Broken] = []
        try:
            with browser_trouble("address book"):
                screen.press_part("page.isOpen() || page.change() || page.addFirst()", "page.isOpen()")
                seen = elements_of(page, kind, self.site)[screen.name]
                if not screen.has("form"):
                    screen.press_part("page.add()", "page.look()?.fields.length > 0")
        except FlowError as error:
            broken.append(of_error(kind, error, _place(page)))
        found = elements_of(page, kind, self.site)
        last = found[screen.name]
        both = {name: seen[name] if name in seen and not last[name].is_found else last[name] for name in last}
        return self._told(page, kind, {screen.name: both}, broken, was_read=not broken)

    def _one(self, page: Page, kind: str, url: str | None, why_not: str) -> Iterator[Looked]:
        if kind not in self.kinds:
            return
        if url is None:
            self._skip(KINDS[kind].screen.name, why_not)
            return
        yield self._read(page, kind, url)[0]

    def _read(self, page: Page, name: str, url: str) -> tuple[Looked, Reading]:
        """Opens a page and reads it as the robot does, by its answers and as it is drawn."""
        self.progress(name)
        kind = KINDS[name]
        screen = kind.screen(page, self.site)
        with Tab(page, self.site, kind.apis) as tab, browser_trouble(name):
            tab.start(url)

            def answers() -> Answers:
                data = [tab.answer(api, drawn=screen.drawn).data for api in kind.apis[:1]]
                read = kind.from_answers
                if read is None or not is_empty(said(lambda: read(data, page.url))):
                    screen.drawn(seconds=self.patience)
                return data

            reading = read_open(kind, page, self.site, answers)
            _raise_need(reading)
            where = _place(page)
            broken = list(contradicted(kind, reading, where))
            return self._looked(page, kind, broken, was_read=not isinstance(reading.page, FlowError)), reading

    def _looked(self, page: Page, kind: Kind, broken: list[Broken], *, was_read: bool) -> Looked:
        return self._told(page, kind, elements_of(page, kind, self.site), broken, was_read=was_read)

    def _told(
        self, page: Page, kind: Kind, seen: dict[str, dict[str, Seen]], broken: list[Broken], *, was_read: bool
    ) -> Looked:
        where = _place(page)
        worse = worse_than_ours(page, kind, self.site, seen, where)
        all_of_it = complete(kind, seen, [*broken, *worse], where, was_read=was_read)
        for name, elements in seen.items():
            self.uses.note_seen(load(name, self.site.selectors), elements)
        if all_of_it and self.on_trouble is not None:
            first = all_of_it[0]
            self.on_trouble(page, PageChanged(first.page, first.element, first.why))
        return Looked(where, "live", seen, all_of_it)

    def _skip(self, page: str, why: str) -> None:
        self.skipped.append(NotLooked(page, why))


def _raise_need(reading: Reading) -> None:
    """A person, or a site that is silent, is no matter of selectors."""
    for each in (reading.calls, reading.page, reading.both):
        if isinstance(each, PersonNeeded):
            raise each
    if isinstance(reading.both, TryLater):
        raise reading.both


def _place(page: Page) -> str:
    """The address without what it asks for, which may be anybody's."""
    return page.url.split("?", 1)[0]
