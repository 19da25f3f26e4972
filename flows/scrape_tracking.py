"""Reads the tracking pages of many orders, several at once."""

from collections.abc import Generator, Iterable, Sequence
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, Page

from flows.errors import FlowError, PageChanged
from flows.pages import tracking
from flows.pages.tracking import DrawnTracking
from flows.tab import OnTrouble, Tab
from flows.tabs_at_once import in_tabs
from flows.two_readers import TwoReaders
from flows.values import Site, Tracking


def read_tracking(
    where: BrowserContext | Sequence[Page],
    site: Site,
    order_ids: Iterable[str],
    tabs: int = 4,
    on_trouble: OnTrouble | None = None,
) -> Generator[tuple[str, Tracking | FlowError], None, None]:
    """The parcels of each order, in order; a page that cannot be read is yielded as its error.

    Raises PersonNeeded, and TryLater where the site stays silent.
    """
    visits = ((number, tracking.address(site, number)) for number in order_ids)
    readers = TwoReaders(tracking.compare)
    return in_tabs(
        where,
        site,
        tracking.API,
        visits,
        lambda tab, number: _read(readers, tab, number),
        tabs=tabs,
        on_trouble=on_trouble,
    )


def _read(readers: TwoReaders[Tracking, Tracking], tab: Tab, number: str) -> Tracking:
    screen = DrawnTracking(tab.page, tab.site)

    def answer() -> Tracking:
        asked = {None, number}
        call = tab.answer(tracking.API, lambda call: call.asked.get("tradeOrderId") in asked, drawn=screen.drawn)
        return tracking.from_answer(call.data, number)

    def drawn() -> Tracking:
        tab.must_have_arrived(tracking.NAME)
        _check_address(tab.page.url, number)
        return screen.tracking(number)

    return readers.read(
        answer, drawn, screen.tracking, lambda read, seconds: screen.drawn(min(len(read.parcels), 1), seconds)
    )


def _check_address(url: str, number: str) -> None:
    """The drawn page does not say to which order it belongs; its address does."""
    if number not in parse_qs(urlsplit(url).query).get("tradeOrderId", []):
        raise PageChanged(tracking.NAME, "address", f"not that of order {number}")
