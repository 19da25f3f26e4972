"""Prepares one order up to the press, and presses once: item page, confirm page, address, quote, one press."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from flows.checkout import Checkout
from flows.errors import CannotBuy, OutcomeUnknown, PageChanged, Reason
from flows.guard import Guard, mtop_names
from flows.pages import confirm, product
from flows.pages.confirm import DrawnConfirm
from flows.pages.confirm_answer import NAME, RENDER
from flows.quote_rules import can_be_deferred, check_wanted, may_press, why_not
from flows.read_product import open_product
from flows.recipients import missing_from
from flows.set_address import OwnEntry, set_address
from flows.tab import Tab, browser_trouble
from flows.values import OrderNumber, Reader, Site
from flows.values_buying import Product, Quote, SkuOffer, Wanted

__all__ = ["OwnEntry", "PressResult", "can_be_deferred", "may_press", "prepare", "press", "why_not"]

OnStep = Callable[[str, Page], None]
TRIAL = 2.0
SENDS_WITHIN = 3.0  # how long the page may take from the press to its order call
ANSWERS_WITHIN = 20.0  # how long the site may take to answer the order call
SPEAKS_WITHIN = 1.5  # how long the page may take from that answer to a word about it
DRAWS_WITHIN = 0.15  # how long the result page may take from its first words to a number


def no_step(_name: str, _page: Page) -> None:
    """Takes no notice."""


@dataclass(frozen=True)
class PressResult:
    """What one press did. `pressed`: the page's listener let it through; `let_through`: an order call was sent.

    `numbers` are those that the page shows; `refused` is the site's own word that nothing was ordered.
    """

    pressed: bool
    let_through: bool
    numbers: tuple[OrderNumber, ...] = ()
    refused: CannotBuy | None = None


def prepare(
    page: Page, site: Site, wanted: Wanted, guard: Guard, *, own: OwnEntry | None = None, on_step: OnStep = no_step
) -> Quote:
    """Everything but the press: opens item and confirm page in `page`, sets the address, reads and compares the quote.

    Leaves the page with its button tried and the guard closed; `own` is the robot's entry of the address book. Raises
    CannotBuy at the first difference, with both values, PersonNeeded, TryLater or PageChanged.
    """
    guard.reading()
    try:
        with browser_trouble("buying"), Tab(page, site, [product.API, RENDER]) as tab:
            offered = open_product(tab, wanted.product_id, wanted.ship_to.country_code)
            offer = check_offer(wanted, offered)
            on_step("item page", page)
            with Checkout(tab, mtop_names) as checkout:
                checkout.open(_address(page, wanted, offer))
                on_step("confirm page", page)
                quote = _quote(checkout, wanted, own or OwnEntry(), lambda name: on_step(name, page))
            check_wanted(wanted, offer, quote)
            guard.quote_read(page)
            _try_button(checkout.screen)
            on_step("ready", page)
            return quote
    except BaseException:
        guard.rest()
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


def press(
    page: Page, site: Site, guard: Guard, quote: Quote, deadline: datetime, *, on_step: OnStep = no_step
) -> PressResult:
    """Presses the order button once, never again, and reads what came of it; `deadline` is UTC.

    `on_step` sees the page at "armed", "pressed" and "outcome". Raises OutcomeUnknown where an order call was sent and
    the page neither shows a number nor surely refuses, or where the page is gone; and CannotBuy before the press where
    the page does not show the quote any more.
    """
    if not guard.is_armed:
        guard.arm(quote, deadline)
    on_step("armed", page)
    trouble = ""
    try:
        left = max(0.05, deadline.timestamp() - time.time())
        button = DrawnConfirm(page, site).one("button")
        button.click(timeout=left * 1000, no_wait_after=True)
    except (PlaywrightError, PageChanged) as error:
        trouble = str(error).splitlines()[0]
    try:
        on_step("pressed", page)
        return _outcome(page, site, guard, trouble, lambda: on_step("outcome", page))
    finally:
        guard.rest()


def _address(page: Page, wanted: Wanted, offer: SkuOffer) -> str:
    """The confirm page of the site that the item page led to, with the id that this site uses."""
    parts = urlsplit(page.url)
    shown = product.id_in(page.url) or wanted.product_id
    return confirm.address(f"{parts.scheme}://{parts.netloc}", shown, wanted, offer.sku_attr)


def _quote(checkout: Checkout, wanted: Wanted, own: OwnEntry, step: Callable[[str], None]) -> Quote:
    if missing_from(checkout.recipient(), wanted.ship_to) is not None or wanted.ship_to.ids:
        set_address(checkout.page, checkout.screen.site, wanted.ship_to, own)
        step("address set")
    sight, terms = checkout.settled(lambda seen: missing_from(seen.recipient, wanted.ship_to) is None)
    if terms is not None and len(terms.lines) != 1:
        titles = "; ".join(line.title for line in terms.lines)
        raise CannotBuy(Reason.QUANTITY_CHANGED, f"asked 1 product, page shows {len(terms.lines)}: {titles}")
    quote = confirm.quote_of(sight, checkout.page.url, terms)
    if quote.reader is not Reader.BOTH:
        raise PageChanged(NAME, RENDER, "no answer: only the drawn page tells what would be ordered")
    step("quote read")
    return quote


def _try_button(screen: DrawnConfirm) -> None:
    """Waits until the button can be pressed and nothing lies over it, and sends nothing."""
    try:
        screen.one("button").click(trial=True, timeout=TRIAL * 1000)
    except PlaywrightTimeout as error:
        why = next((line.strip(" -") for line in str(error).splitlines() if "intercepts" in line), "cannot be pressed")
        raise PageChanged(NAME, "button", why[:200]) from error


def _outcome(page: Page, site: Site, guard: Guard, trouble: str, step: Callable[[], None]) -> PressResult:
    refused = _wait_until_sent(page, site, guard)
    pressed = guard.was_pressed()
    guard.disarm()
    if not guard.let_through:
        step()
        if pressed is None:
            raise OutcomeUnknown(f"the page is gone; {trouble or 'nobody saw an order call leave'}")
        if pressed:
            guard.leave_page()
        return PressResult(pressed=pressed, let_through=False, refused=refused)
    until = time.monotonic() + ANSWERS_WITHIN
    is_answered = is_drawn = False
    while time.monotonic() < until:
        said, numbers, is_result = _read_result(page, site)
        if numbers or said is not None:
            step()
            return PressResult(pressed=True, let_through=True, numbers=numbers, refused=said)
        if guard.is_answered and not is_answered:
            is_answered, until = True, min(until, time.monotonic() + SPEAKS_WITHIN)
        if is_result and not is_drawn:
            is_drawn, until = True, min(until, time.monotonic() + DRAWS_WITHIN)
        if not _rest(page):
            break
    step()
    why = trouble or "the page shows no order number"
    raise OutcomeUnknown(f"{', '.join(guard.let_through)} was sent; {why}")


def _wait_until_sent(page: Page, site: Site, guard: Guard) -> CannotBuy | None:
    """Waits for the order call that a press brings; what the page refuses by itself, without sending anything."""
    until = time.monotonic() + SENDS_WITHIN
    while time.monotonic() < until and not guard.let_through:
        if guard.was_pressed() is False:
            return None
        refused, _, _ = _read_result(page, site)
        if refused is not None or not _rest(page):
            return refused
    return None


def _read_result(page: Page, site: Site) -> tuple[CannotBuy | None, tuple[str, ...], bool]:
    """What the page says after the press: a refusal, order numbers, and whether it is the page of the result."""
    with contextlib.suppress(PlaywrightError):
        parts = urlsplit(page.url)
        if parts.path == confirm.PATH:
            said = confirm.refusal(DrawnConfirm(page, site).look().notices)
            return (CannotBuy(*said) if said else None), (), False
        text = page.evaluate("() => document.body?.innerText ?? ''")
        return None, confirm.numbers_in(text, page.url), bool(text.strip())
    return None, (), False


def _rest(page: Page) -> bool:
    """A moment's rest; False where the page is gone."""
    with contextlib.suppress(PlaywrightError):
        page.wait_for_timeout(30)
        return True
    return False
