"""Reads what stands unpaid on AliExpress once more: the tab of unpaid orders, and the page of each that left it."""

from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from playwright.sync_api import BrowserContext, Page
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from bot import checkpoints
from bot.ali_intake import SENT, entry_of, mark_read, restand_orders_of, take_detail, take_listed
from bot.db import Database
from bot.models import AliOrder
from bot.runs import count_changed
from flows.check_orders import read_details, read_list
from flows.errors import FlowError, PageChanged, TryLater
from flows.page import block_heavy
from flows.tab import close_tab
from flows.values import AliStatus, OrderDetail, OrderListPage, Site

# What may still be paid, or was paid a moment ago; None was not read since it was placed.
OPEN = (AliStatus.UNPAID, AliStatus.PAYMENT_CHECK)
OnTrouble = Callable[[Page, FlowError], None]


@dataclass(slots=True)
class Rechecked:
    """What one look found; `problems` names orders that could not be read, `unanswered` how many got no answer.

    `pages_changed` counts unreadable ones by page and element;
    `still` stand unpaid, `paid` turned to paid, `over` were cancelled or have expired; `stopped`: it ended early.
    """

    open: int = 0
    still: int = 0
    paid: int = 0
    over: int = 0
    problems: list[str] = field(default_factory=list)
    pages_changed: dict[str, int] = field(default_factory=dict)
    unanswered: int = 0
    stopped: bool = False


def has_unpaid_orders(database: Database, account: str) -> bool:
    """Whether there is anything to look for, before a browser is opened for it."""
    with database.read() as session:
        return session.exec(_waiting(account).limit(1)).first() is not None


def _waiting(account: str) -> SelectOfScalar[AliOrder]:
    return select(AliOrder).where(
        AliOrder.account == account,
        col(AliOrder.finished_at).is_(None),
        col(AliOrder.missing_since).is_(None),
        or_(col(AliOrder.status).is_(None), col(AliOrder.status).in_(OPEN)),
    )


def recheck(
    database: Database,
    context: BrowserContext,
    site: Site,
    account: str,
    *,
    clock: Callable[[], datetime],
    tabs: int = 4,
    also: Collection[str] = (),
    on_trouble: OnTrouble | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Rechecked:
    """Bring the orders of `account` that wait for payment in step; those named in `also` by their own page in any case.

    The list lags behind, and not being in it proves nothing, so the page of each order that is not in the tab any more
    is read. Raises PersonNeeded, TryLater or PageChanged (the list itself).
    """
    return _Recheck(database, context, site, account, clock, tabs, frozenset(also), on_trouble, stopped).run()


@dataclass(slots=True)
class _Recheck:
    database: Database
    context: BrowserContext
    site: Site
    account: str
    clock: Callable[[], datetime]
    tabs: int
    also: frozenset[str]
    on_trouble: OnTrouble | None
    stopped: Callable[[], bool]
    found: Rechecked = field(default_factory=Rechecked)
    ids: dict[str, int] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)

    def run(self) -> Rechecked:
        """Read the tab, then pages."""
        self._load()
        if self.ids:
            self._read_tab()
            unseen = [number for number in self.ids if number not in self.listed or number in self.also]
            self._read_pages([*self.entries, *(number for number in unseen if number not in self.entries)])
            self._count()
        return self.found

    def _load(self) -> None:
        with self.database.read() as session:
            self.ids = {ali.number: ali.id for ali in session.exec(_waiting(self.account)) if ali.id is not None}
        self.found.open = len(self.ids)

    def _must_stop(self) -> bool:
        self.found.stopped = self.found.stopped or self.stopped()
        return self.found.stopped

    def _read_tab(self) -> None:
        page = self.context.new_page()
        try:
            block_heavy(page)
            with closing(read_list(page, self.site, "unpaid", on_trouble=self.on_trouble)) as pages:
                for listed in pages:
                    self._take_page(listed)
                    if self.listed >= self.ids.keys() or self._must_stop():
                        break
        finally:
            close_tab(page)

    def _take_page(self, listed: OrderListPage) -> None:
        now = self.clock()
        ours = [order for order in listed.orders if order.order_id in self.ids]
        with self.database.write() as session:
            changed: list[AliOrder] = []
            for order in ours:
                self.listed.add(order.order_id)
                ali = session.get_one(AliOrder, self.ids[order.order_id])
                if take_listed(session, ali, order, now):
                    self.entries[order.order_id] = entry_of(order)
                    changed.append(ali)
            restand_orders_of(session, changed, now)
        checkpoints.reached("recheck: list page written")

    def _read_pages(self, numbers: list[str]) -> None:
        read = read_details(self.context, self.site, self._until_stopped(numbers), self.tabs, self.on_trouble)
        with closing(read):
            for number, outcome in read:
                if isinstance(outcome, OrderDetail):
                    self._take_detail(number, outcome)
                else:
                    self.found.problems.append(f"{number}: {outcome}")
                    self.found.unanswered += isinstance(outcome, TryLater)
                    if isinstance(outcome, PageChanged):
                        count_changed(self.found.pages_changed, str(outcome))
                checkpoints.reached("recheck: detail written")

    def _take_detail(self, number: str, detail: OrderDetail) -> None:
        now = self.clock()
        with self.database.write() as session:
            ali = session.get_one(AliOrder, self.ids[number])
            take_detail(session, ali, detail, now)
            if ali.status not in SENT:
                mark_read(session, ali, self.entries.get(number), now)
            restand_orders_of(session, [ali], now)

    def _count(self) -> None:
        query = select(AliOrder.status).where(col(AliOrder.id).in_(self.ids.values()))
        with self.database.read() as session:
            statuses = [status for status in session.exec(query) if status not in (None, AliStatus.PAYMENT_CHECK)]
        self.found.still = statuses.count(AliStatus.UNPAID)
        self.found.paid = sum(status in SENT or status is AliStatus.TO_SHIP for status in statuses)
        self.found.over = len(statuses) - self.found.still - self.found.paid

    def _until_stopped(self, numbers: list[str]) -> Iterator[str]:
        for number in numbers:
            if self._must_stop():
                return
            yield number
