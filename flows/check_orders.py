"""Reads the order list page after page, and the pages of single orders several at once."""

from collections.abc import Generator, Iterable, Iterator, Sequence

from playwright.sync_api import BrowserContext, Page

from flows.errors import FlowError, PageChanged, PersonNeeded
from flows.pages import order_detail, order_list
from flows.pages.order_detail import DrawnOrderDetail
from flows.pages.order_list import DrawnOrderList
from flows.tab import OnTrouble, Tab, browser_trouble
from flows.tabs_at_once import in_tabs
from flows.two_readers import PATIENCE, TwoReaders, check_same
from flows.values import OrderDetail, OrderListPage, Site

TABS = ("all", "unpaid", "processing", "shipped", "completed")


def read_list(
    page: Page, site: Site, tab: str = "all", on_trouble: OnTrouble | None = None
) -> Generator[OrderListPage, None, None]:
    """The order list in `page`, newest first, one page of ten after another; close the generator to stop early.

    Left to the garbage collector it may be closed inside Playwright's own loop, which then never ends.

    Raises PersonNeeded, TryLater or PageChanged; `on_trouble` sees the page before the last two.
    """
    if tab not in TABS:
        raise ValueError(f"tab {tab!r}: known are {', '.join(TABS)}")
    with Tab(page, site, [order_list.API]) as opened:
        try:
            yield from _Walk(opened, tab).pages()
        except PersonNeeded:
            raise
        except FlowError as error:
            if on_trouble is not None:
                on_trouble(page, error)
            raise


class ListAhead:
    """The order list, which begins to load in `page` now and is read later; nothing else may be opened there meanwhile.

    Use `pages` as what `read_list` gives, or close it. Raises TryLater where it cannot be opened.
    """

    def __init__(self, page: Page, site: Site, tab: str = "all") -> None:
        self._tab: Tab | None = Tab(page, site, [order_list.API])
        self._walk = _Walk(self._tab, tab)
        try:
            self._walk.start()
        except FlowError:
            self.close()
            raise

    def pages(self) -> Generator[OrderListPage, None, None]:
        """One page of ten after another. Raises PersonNeeded, TryLater or PageChanged."""
        try:
            yield from self._walk.read()
        finally:
            self.close()

    def close(self) -> None:
        """Listens no longer."""
        tab, self._tab = self._tab, None
        if tab is not None:
            tab.__exit__()


class DetailAhead:
    """The page of one order, which begins to load in `page` now and is read once it has come; close it in any case.

    Nothing else may be opened there meanwhile. Raises TryLater where it cannot be opened.
    """

    def __init__(self, page: Page, site: Site, number: str) -> None:
        self._number = number
        self._tab = Tab(page, site, [order_detail.API])
        try:
            self._tab.start(order_detail.address(site, number))
        except FlowError:
            self.close()
            raise

    @property
    def has_come(self) -> bool:
        """Whether its answer, or trouble, has come, so that `read` would not wait for it."""
        return self._tab.has_heard(order_detail.API)

    def read(self) -> OrderDetail:
        """What it says. Raises PersonNeeded, TryLater or PageChanged."""
        with browser_trouble(self._number):
            return _read_detail(TwoReaders(order_detail.compare), self._tab, self._number)

    def close(self) -> None:
        """Listens no longer."""
        self._tab.close()


def read_details(
    where: BrowserContext | Sequence[Page],
    site: Site,
    order_ids: Iterable[str],
    tabs: int = 4,
    on_trouble: OnTrouble | None = None,
) -> Generator[tuple[str, OrderDetail | FlowError], None, None]:
    """The detail page of each order, in order; one that cannot be read is yielded as its error.

    Raises PersonNeeded, and TryLater where the site stays silent.
    """
    visits = ((number, order_detail.address(site, number)) for number in order_ids)
    readers = TwoReaders(order_detail.compare)
    return in_tabs(
        where,
        site,
        order_detail.API,
        visits,
        lambda tab, number: _read_detail(readers, tab, number),
        tabs=tabs,
        on_trouble=on_trouble,
    )


class _Walk:
    """One walk down the list; remembers how many cards it has seen, so that only new ones are read."""

    def __init__(self, tab: Tab, code: str) -> None:
        self.tab = tab
        self.code = code
        self.screen = DrawnOrderList(tab.page, tab.site)
        self.readers = TwoReaders(order_list.compare)
        self.cards = 0
        self.index = 1
        self.switched = False

    def start(self) -> None:
        """Begins to load the list."""
        self.tab.start(f"{self.tab.site.www}{order_list.PATH}?tab={self.code}")

    def pages(self) -> Iterator[OrderListPage]:
        """The list from its beginning."""
        self.start()
        yield from self.read()

    def read(self) -> Iterator[OrderListPage]:
        """The list that has begun to load."""
        read = self._read()
        yield read
        while read.has_more:
            self.index += 1
            with browser_trouble("View orders"):
                self.screen.show_more()
            read = self._read()
            yield read

    def _read(self) -> OrderListPage:
        with browser_trouble("order list"):
            read = self.readers.read(self._answer, self._drawn, lambda: self.screen.cards(self.cards), self._wait)
        self.cards += len(read.orders) + len(read.unread)
        return read

    def _answer(self) -> OrderListPage:
        call = self.tab.answer(order_list.API, drawn=lambda: self.screen.drawn(self.cards + 1))
        told = order_list.tab_of(call.data)
        if told not in {None, self.code}:
            return self._other_tab(str(told))
        read = order_list.from_answer(call.data, self.code, leave_out=True)
        if read.page_index != self.index:
            raise PageChanged(order_list.NAME, "pageIndex", f"{read.page_index} came, {self.index} was asked for")
        return read

    def _other_tab(self, told: str) -> OrderListPage:
        """The address did not open the tab: press it, once; its cards replace those of the other tab."""
        if self.switched or self.cards:
            raise PageChanged(order_list.NAME, "tab", f"{told} came, {self.code} was asked for")
        self.switched = True
        self.screen.drawn(seconds=PATIENCE)
        self.screen.press_tab(self.code)
        return self._answer()

    def _drawn(self) -> OrderListPage:
        self.tab.must_have_arrived(order_list.NAME)
        if self.code != "all" and self.screen.open_tab() != self.code:
            raise PageChanged(order_list.NAME, "tab", f"{self.code} was asked for, another one is open")
        return self.screen.orders(self.cards)

    def _wait(self, read: OrderListPage, seconds: float) -> bool:
        """Cards of another tab may still stand there after a change of tabs, so these are not compared."""
        return not self.switched and self.screen.drawn(self.cards + len(read.orders) + len(read.unread), seconds)


def _read_detail(readers: TwoReaders[OrderDetail, OrderDetail], tab: Tab, number: str) -> OrderDetail:
    screen = DrawnOrderDetail(tab.page, tab.site)

    def answer() -> OrderDetail:
        asked = {None, number}
        call = tab.answer(order_detail.API, lambda call: call.asked.get("tradeOrderId") in asked, drawn=screen.drawn)
        return order_detail.from_answer(call.data, number)

    def drawn() -> OrderDetail:
        tab.must_have_arrived(order_detail.NAME)
        return screen.order()

    read = readers.read(answer, drawn, screen.order, lambda _, seconds: screen.drawn(seconds=seconds))
    check_same(order_detail.NAME, {"order number": number}, {"order number": read.order_id})
    return read
