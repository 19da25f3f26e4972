"""The confirm page of one order, in two halves: opened ahead of time, and made ready once it is the order's turn.

The first half touches nothing that orders share. The second sets the address, for which one entry of the address book
is edited for each order: done while another order still waits for its press, it would send that one to the wrong buyer.
"""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from flows.checkout import Checkout
from flows.errors import CannotBuy, PageChanged, Reason, TryLater
from flows.guard import Guard
from flows.guard_rules import mtop_names
from flows.pages import confirm, product
from flows.pages.confirm import DrawnConfirm
from flows.pages.confirm_answer import NAME, RENDER
from flows.quote_rules import check_wanted
from flows.read_product import start_product, started_product
from flows.recipients import missing_from
from flows.set_address import Begun, OwnEntry, begin_address, end_address, set_address
from flows.tab import Tab, browser_trouble
from flows.values import Reader, Site
from flows.values_buying import Product, Quote, SkuOffer, Wanted

__all__ = ["OwnEntry", "Warm", "begin", "check_offer", "finish", "make_ready", "no_step", "requote", "warm"]

OnStep = Callable[[str, Page], None]
TRIAL = 2.0
FRESH = 60.0  # an answer older than this is believed only once the address was set after it
STALE = 900.0  # a page older than this is opened anew


def no_step(_name: str, _page: Page) -> None:
    """Takes no notice."""


class Warm:
    """A confirm page that was opened for `wanted`, and what the product page offered; close it when it is done with.

    `meanwhile` is called while its address book is waited for, so that other pages go on. It stops listening by itself
    when the page becomes a person's.
    """

    def __init__(
        self, page: Page, site: Site, wanted: Wanted, guard: Guard, meanwhile: Callable[[], None] | None = None
    ) -> None:
        self.meanwhile = meanwhile
        self.page = page
        self.site = site
        self.wanted = wanted
        self.guard = guard
        self.opened_at = 0.0
        self.product: Product
        self.offer: SkuOffer
        self.begun: Begun | None = None
        self._tab: Tab | None = None
        self._checkout: Checkout | None = None
        self._opening: str | None = None

    @property
    def checkout(self) -> Checkout:
        """The page's data calls; PageChanged where nobody listens any more."""
        if self._checkout is None:
            raise PageChanged(NAME, "page", "nobody listens to it any more")
        return self._checkout

    @property
    def is_stale(self) -> bool:
        """Whether the confirm page is not there any more, or too old to be believed."""
        if not self.is_open or time.monotonic() - self.opened_at > STALE:
            return True
        return urlsplit(self.page.url).path != confirm.PATH

    @property
    def is_open(self) -> bool:
        """Whether the confirm page has been opened and answered."""
        return self._opening is None and self._checkout is not None

    @property
    def has_offer(self) -> bool:
        """Whether the product page was read, so that `product` and `offer` are there."""
        return hasattr(self, "offer")

    @property
    def is_opening(self) -> bool:
        """Whether its pages have begun to load and are not all read."""
        return self._opening is not None

    @property
    def waits(self) -> bool:
        """Whether the page that loads at present has not been answered yet, so that `go_on` would wait for it."""
        return self._tab is not None and self._opening is not None and not self._tab.has_heard(self._opening)

    def start(self) -> None:
        """Begins to load the item page, and waits for nothing; `go_on` does the rest."""
        self.close()
        held = self.guard.begin(self.page)
        self._tab = Tab(self.page, self.site, [product.API, RENDER])
        held.at_press.append(self.close)
        self._opening = product.API
        try:
            start_product(self._tab, self.wanted.product_id)
        except BaseException:
            self.close()
            raise

    def go_on(self, on_step: OnStep) -> None:
        """Reads the page that loads at present, waiting for it where it must, and begins to load the next one."""
        try:
            if self._opening == product.API:
                self._read_item(on_step)
            elif self._opening == RENDER:
                self.checkout.opened()
                self._opening, self.opened_at = None, time.monotonic()
                on_step("confirm page", self.page)
        except BaseException:
            self.close()
            raise

    def open(self, on_step: OnStep) -> None:
        """Opens item page and confirm page, from wherever it is; CannotBuy where the offer is not what is wanted."""
        if self._opening is None:
            self.start()
        while self._opening is not None:
            self.go_on(on_step)

    def _read_item(self, on_step: OnStep) -> None:
        assert self._tab is not None
        self.product = started_product(self._tab, self.wanted.product_id, self.wanted.ship_to.country_code)
        self.offer = check_offer(self.wanted, self.product)
        on_step("item page", self.page)
        self._checkout = Checkout(self._tab, mtop_names)
        self._checkout.start(self._address())
        self._opening = RENDER

    def close(self) -> None:
        """Stops listening to the page."""
        tab, checkout = self._tab, self._checkout
        self._tab = self._checkout = self.begun = self._opening = None
        if checkout is not None:
            checkout.close()
        if tab is not None:
            tab.close()

    def _address(self) -> str:
        """The confirm page of the site that the item page led to, with the id that this site uses."""
        parts = urlsplit(self.page.url)
        shown = product.id_in(self.page.url) or self.wanted.product_id
        return confirm.address(f"{parts.scheme}://{parts.netloc}", shown, self.wanted, self.offer.sku_attr)


def warm(page: Page, site: Site, wanted: Wanted, guard: Guard, *, on_step: OnStep = no_step) -> Warm:
    """Opens item page and confirm page in `page` and checks the offer; the address is not set yet.

    May be done while another page waits for a person's press; step by step, without any waiting, by `Warm.start` and
    `Warm.go_on`. Raises CannotBuy, PersonNeeded, TryLater or PageChanged.
    """
    with browser_trouble("buying"):
        warmed = Warm(page, site, wanted, guard)
        warmed.open(on_step)
        return warmed


def begin(warmed: Warm, own: OwnEntry) -> None:
    """Types the address of a warmed page into the form of the address book without saving it, which `finish` then does.

    It saves the person waiting, and changes nothing that orders share: may be done while another page waits for their
    press. Raises what `prepare` raises; the page is then opened anew by `finish`.
    """
    if warmed.begun is None and not warmed.is_stale:
        with browser_trouble("buying"):
            to = warmed.wanted.ship_to
            if missing_from(warmed.checkout.recipient(), to) is not None or to.ids:
                warmed.begun = begin_address(warmed.page, warmed.site, to, own, warmed.meanwhile)


def finish(warmed: Warm, own: OwnEntry | None = None, on_step: OnStep = no_step) -> Quote:
    """Brings a warmed page to the front, sets the address, reads and compares the quote, tries the button.

    A page that went stale meanwhile is opened again; one that was handed over waits for no press any more. Raises what
    `prepare` raises, ValueError while another page of the guard waits for its press, or where this one was pressed.
    """
    warmed.guard.must_be_alone(warmed.page)
    _disarm(warmed)
    with browser_trouble("buying"):
        warmed.page.bring_to_front()
    if warmed.is_opening:
        with browser_trouble("buying"):
            warmed.open(on_step)
    if not warmed.is_stale:
        try:
            return make_ready(warmed, own or OwnEntry(), on_step)
        except (PageChanged, TryLater):
            pass
        except CannotBuy as no:
            if no.reason is not Reason.PAGE_SAYS_NO:
                raise
    with browser_trouble("buying"):
        warmed.open(on_step)
    return make_ready(warmed, own or OwnEntry(), on_step)


def make_ready(warmed: Warm, own: OwnEntry, on_step: OnStep) -> Quote:
    """The same with a page that was opened just now."""
    page = warmed.page
    try:
        with browser_trouble("buying"):
            quote = _quote(warmed, own, lambda name: on_step(name, page))
            return _sealed(warmed, quote, on_step)
    except BaseException:
        warmed.guard.of(page).read_again()
        raise


def requote(warmed: Warm) -> Quote:
    """The quote as a page that was handed over shows it now, after the person changed it; nothing was pressed.

    The page has to be handed over again then. Raises CannotBuy where it is not what is wanted any more (another
    recipient, quantity or product), PageChanged, and ValueError where the press has happened.
    """
    _disarm(warmed)
    try:
        with browser_trouble("buying"):
            return _sealed(warmed, _settled_quote(warmed.checkout, warmed.wanted), no_step)
    except BaseException:
        warmed.guard.of(warmed.page).read_again()
        raise


def check_offer(wanted: Wanted, offered: Product) -> SkuOffer:
    """The SKU as the product page offers it; CannotBuy where it cannot be had as wanted."""
    sku = next((sku for sku in offered.skus if sku.sku_id == wanted.sku_id), None)
    if sku is None or product.sku_ids(sku.sku_attr) != product.sku_ids(wanted.sku_attr):
        shown = sku.sku_attr if sku else f"{len(offered.skus)} others"
        raise CannotBuy(Reason.SKU_GONE, f"asked {wanted.sku_id} {wanted.sku_attr}, page shows {shown}")
    if not sku.salable or (sku.stock is not None and sku.stock < wanted.quantity):
        left = "none" if sku.stock is None or not sku.salable else str(sku.stock)
        raise CannotBuy(Reason.SOLD_OUT, f"asked {wanted.quantity}, page shows {left} left")
    if sku.price.currency != wanted.currency:
        raise CannotBuy(Reason.CURRENCY_DIFFERS, f"asked {wanted.currency}, page shows {sku.price.currency}")
    return sku


def try_button(screen: DrawnConfirm) -> None:
    """Waits until the button can be pressed and nothing lies over it, and sends nothing."""
    try:
        screen.one("button").click(trial=True, timeout=TRIAL * 1000)
    except PlaywrightTimeout as error:
        why = next((line.strip(" -") for line in str(error).splitlines() if "intercepts" in line), "cannot be pressed")
        raise PageChanged(NAME, "button", why[:200]) from error


def _disarm(warmed: Warm) -> None:
    held = warmed.guard.of(warmed.page)
    if held.is_persons:
        raise ValueError("the page is the person's: its order call was sent")
    held.disarm()
    held.read_again()


def _sealed(warmed: Warm, quote: Quote, on_step: OnStep) -> Quote:
    check_wanted(warmed.wanted, warmed.offer, quote)
    warmed.guard.quote_read(warmed.page)
    try_button(warmed.checkout.screen)
    on_step("ready", warmed.page)
    return quote


def _quote(warmed: Warm, own: OwnEntry, step: Callable[[str], None]) -> Quote:
    checkout, wanted = warmed.checkout, warmed.wanted
    begun, warmed.begun = warmed.begun, None
    if begun is not None:
        end_address(begun, own)
        step("address set")
    elif missing_from(checkout.recipient(), wanted.ship_to) is not None or wanted.ship_to.ids:
        set_address(checkout.page, checkout.screen.site, wanted.ship_to, own, warmed.meanwhile)
        step("address set")
    elif checkout.age > FRESH:
        raise PageChanged(NAME, RENDER, f"answered {checkout.age:.0f} s ago")
    quote = _settled_quote(checkout, wanted)
    step("quote read")
    return quote


def _settled_quote(checkout: Checkout, wanted: Wanted) -> Quote:
    sight, terms = checkout.settled(lambda seen: missing_from(seen.recipient, wanted.ship_to) is None)
    if terms is not None and len(terms.lines) != 1:
        titles = "; ".join(line.title for line in terms.lines)
        raise CannotBuy(Reason.QUANTITY_CHANGED, f"asked 1 product, page shows {len(terms.lines)}: {titles}")
    quote = confirm.quote_of(sight, checkout.page.url, terms)
    if quote.reader is not Reader.BOTH:
        raise PageChanged(NAME, RENDER, "no answer: only the drawn page tells what would be ordered")
    return quote
