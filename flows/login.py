"""Tells whether an account is signed in, opens the sign-in page, and waits while a person signs in there."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from flows.blocks import Blocks
from flows.errors import AnswerChanged, FlowError, NeedKind, PageChanged, PersonNeeded, TryLater
from flows.pages import order_list
from flows.pages.login import LoginPage
from flows.pages.order_list import DrawnOrderList
from flows.tab import Tab, browser_trouble, close_tab
from flows.values import Site

LOOK_UP_EVERY = 0.5
PROVE_EVERY = 5.0  # at most so often is the order list opened beside the person's own tab


def probe(page: Page, site: Site) -> None:
    """Opens the order list in `page` and returns when it shows that the account is signed in.

    Raises PersonNeeded with what a person has to do, TryLater, or PageChanged. (`order.count` would not do: it
    answers a stranger with zeros.)
    """
    screen = DrawnOrderList(page, site)
    with Tab(page, site, [order_list.API]) as tab, browser_trouble("order list"):
        tab.start(f"{site.www}{order_list.PATH}")
        try:
            Blocks(order_list.NAME, tab.answer(order_list.API, drawn=screen.drawn).data).one("pc_om_list_body")
        except (AnswerChanged, TryLater) as unread:
            try:
                tab.must_have_arrived(order_list.NAME)
                screen.orders()
            except PageChanged:
                raise unread from None


def open_sign_in(page: Page, site: Site) -> None:
    """Opens the sign-in page in `page`, from which the site leads on to the order list."""
    with _closed_window():
        page.goto(f"{site.login}/?return_url={quote(f'{site.www}{order_list.PATH}', safe='')}", wait_until="commit")


def wait_for_sign_in(page: Page, site: Site, stop: Callable[[], bool], timeout: float = 900.0) -> bool:
    """Waits until a person has signed in in `page` (see `open_sign_in`); True once a probe beside it proves it.

    False when `stop` says so or `timeout` seconds are over. Raises PersonNeeded(SIGNED_OUT) where the person closes
    the window.
    """
    with _closed_window():
        until = time.monotonic() + timeout
        proved_at, seen = 0.0, _traces(page)
        while not stop() and time.monotonic() < until:
            _rest(page)
            now = _traces(page)
            away = LoginPage(page, site).asks_for_person() is None
            if away and (now != seen or not proved_at) and time.monotonic() - proved_at >= PROVE_EVERY:
                seen, proved_at = now, time.monotonic()
                if _is_signed_in(page, site):
                    return True
    return False


def _is_signed_in(page: Page, site: Site) -> bool:
    """Proves it in a tab of its own, so that the person's tab is left alone."""
    beside = page.context.new_page()
    try:
        probe(beside, site)
    except (PersonNeeded, TryLater):
        return False
    finally:
        close_tab(beside)
    return True


def _traces(page: Page) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What changes when somebody signs in: the address, and the cookies."""
    cookies = page.context.cookies()
    return page.url, tuple(sorted((str(one.get("name")), str(one.get("value"))) for one in cookies))


def _rest(page: Page) -> None:
    try:
        page.wait_for_event("framenavigated", timeout=LOOK_UP_EVERY * 1000)
    except PlaywrightTimeout:
        return


@contextmanager
def _closed_window() -> Iterator[None]:
    try:
        yield
    except FlowError:
        raise
    except PlaywrightError as error:
        if "closed" in str(error):
            raise PersonNeeded(NeedKind.SIGNED_OUT, "the window was closed before anybody had signed in") from error
        raise TryLater(f"sign-in page: {str(error).splitlines()[0]}") from error
