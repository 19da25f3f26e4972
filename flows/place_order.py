"""Prepares one order up to the press, and presses once: item page, confirm page, address, quote, one press."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from flows.errors import CannotBuy, OutcomeUnknown, PageChanged
from flows.guard import Guard
from flows.pages import confirm
from flows.pages.confirm import DrawnConfirm
from flows.pay_page import OnStep, OwnEntry, Warm, make_ready, no_step, warm
from flows.quote_rules import can_be_deferred, may_press, why_not
from flows.values import OrderNumber, Site
from flows.values_buying import Quote, Wanted

__all__ = ["OwnEntry", "PressResult", "can_be_deferred", "may_press", "prepare", "press", "why_not"]

SENDS_WITHIN = 3.0  # how long the page may take from the press to its order call
ANSWERS_WITHIN = 20.0  # how long the site may take to answer the order call
SPEAKS_WITHIN = 1.5  # how long the page may take from that answer to a word about it
HASTE = 0.5  # after so long the page is looked at less often
SOON, SOME_TIME = 10, 50  # milliseconds between two looks
DRAWS_WITHIN = 0.03  # how long the result page may take from its first words to a number; the list tells it too


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
    warmed: Warm | None = None
    try:
        warmed = warm(page, site, wanted, guard, on_step=on_step)
        return make_ready(warmed, own or OwnEntry(), on_step)
    except BaseException:
        guard.rest()
        raise
    finally:
        if warmed is not None:
            warmed.close()


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
    begun = time.monotonic()
    until = begun + ANSWERS_WITHIN
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
        if not _rest(page, SOON if time.monotonic() - begun < HASTE else SOME_TIME):
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


def _rest(page: Page, milliseconds: float = SOON) -> bool:
    """A moment's rest; False where the page is gone."""
    with contextlib.suppress(PlaywrightError):
        page.wait_for_timeout(milliseconds)
        return True
    return False
