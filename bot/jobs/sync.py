"""Reads one AliExpress account: payment, sending, parcels and tracking numbers of the orders that are linked."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from playwright.sync_api import BrowserContext, Page
from sqlmodel import Session, col, select

from bot import checkpoints
from bot.ali_intake import (
    SENT,
    due_again,
    entry_of,
    mark_read,
    restand_orders_of,
    take_detail,
    take_listed,
    take_tracking,
)
from bot.db import Database
from bot.home import Home
from bot.jobs import tripwire
from bot.jobs.orphans import Orphan, Orphans
from bot.language import _
from bot.log_events import log_unread
from bot.models import AliOrder, Parcel
from bot.runs import count_changed
from flows.check_orders import read_details, read_list
from flows.errors import FlowError, PageChanged, TryLater
from flows.page import block_heavy
from flows.scrape_tracking import read_tracking
from flows.tab import close_tab
from flows.values import AliStatus, OrderDetail, OrderListPage, Site, Tracking

REREAD_AT_MOST = 100
# Dates on the list have day precision, in the account's own time zone.
DATE_SLACK = timedelta(days=3)

OnTrouble = Callable[[Page, FlowError], None]
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Synced:
    """What one sync read; `problems` names orders whose pages could not be read, with the reason.

    `pages_changed` counts those by page and element.
    `unanswered` counts those of them for which the site gave no answer; `stopped` says that it was asked to end before
    it was through. `orphans` were in the list, look like ours, and are not known here.
    """

    open: int = 0
    list_pages: int = 0
    details: int = 0
    trackings: int = 0
    changed: int = 0
    numbers: int = 0
    missing: int = 0
    problems: list[str] = field(default_factory=list)
    pages_changed: dict[str, int] = field(default_factory=dict)
    unanswered: int = 0
    stopped: bool = False
    orphans: list[Orphan] = field(default_factory=list)

    def after(self, parts: "Iterable[Synced]") -> "Synced":
        """The same with what earlier parts of it, which were cut short, have read."""
        for part in parts:
            self.list_pages += part.list_pages
            self.details += part.details
            self.trackings += part.trackings
            self.changed += part.changed
            self.numbers += part.numbers
            self.orphans = list(dict.fromkeys([*part.orphans, *self.orphans]))
        return self


def has_open_orders(database: Database, account: str) -> bool:
    """Whether there is anything to read at all, before a browser is opened for it."""
    query = select(AliOrder.id).where(AliOrder.account == account, col(AliOrder.finished_at).is_(None)).limit(1)
    with database.read() as session:
        return session.exec(query).first() is not None


def sync(
    database: Database,
    context: BrowserContext,
    site: Site,
    account: str,
    *,
    clock: Callable[[], datetime],
    tabs: int = 4,
    on_trouble: OnTrouble | None = None,
    stopped: Callable[[], bool] = lambda: False,
    progress: Progress = lambda _what, _done, _all: None,
    home: Home | None = None,
) -> Synced:
    """Bring the open AliExpress orders of `account` in step with its pages.

    One list page tells ten orders; only those whose card changed, that are sent without a number, or whose tracking is
    due again are opened. Each page read is written at once, so half a sync is half the work and no harm. Buying from
    `home` is stopped where an order of the robot is paid too soon.
    Raises PersonNeeded, TryLater or PageChanged (the list itself); single orders that cannot be read are named instead.
    """
    return _Sync(database, context, site, account, clock, tabs, on_trouble, stopped, progress, home).run()


@dataclass(slots=True)
class _Sync:
    database: Database
    context: BrowserContext
    site: Site
    account: str
    clock: Callable[[], datetime]
    tabs: int
    on_trouble: OnTrouble | None
    stopped: Callable[[], bool]
    progress: Progress
    home: Home | None
    synced: Synced = field(default_factory=Synced)
    ids: dict[str, int] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    entries: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    half_read: set[str] = field(default_factory=set)

    def run(self) -> Synced:
        ordered = self._open_orders()
        self.synced.open = len(self.ids)
        if not self.ids:
            return self.synced
        unseen = self._read_list(ordered)
        details = [*self.entries, *self.unread, *sorted(unseen)]
        self._read_details(details, unseen)
        self._read_trackings(self._due_trackings(set(details)))
        return self.synced

    def _open_orders(self) -> dict[str, date | None]:
        """When the open orders were placed; one that was missing before does not send the walk down the whole list."""
        columns = col(AliOrder.number), col(AliOrder.id), col(AliOrder.ordered_on), col(AliOrder.missing_since)
        query = select(*columns).where(AliOrder.account == self.account, col(AliOrder.finished_at).is_(None))
        ordered: dict[str, date | None] = {}
        with self.database.read() as session:
            for number, ali_id, ordered_on, missing_since in session.exec(query):
                assert ali_id is not None
                self.ids[number] = ali_id
                if missing_since is None:
                    ordered[number] = ordered_on
                else:
                    self.missing.add(number)
        return ordered

    def _must_stop(self) -> bool:
        self.synced.stopped = self.synced.stopped or self.stopped()
        return self.synced.stopped

    def _read_list(self, ordered: dict[str, date | None]) -> set[str]:
        """Go through the list until all open orders were seen or must be past; returns the numbers not seen."""
        unseen = dict(ordered)
        page = self.context.new_page()
        try:
            block_heavy(page)
            with closing(read_list(page, self.site, on_trouble=self.on_trouble)) as pages:
                for listed in pages:
                    self._take_page(listed, unseen)
                    if not unseen or self._must_stop() or _is_past(listed, unseen):
                        break
        finally:
            close_tab(page)
        return set() if self.synced.stopped else set(unseen) | self.missing

    def _take_page(self, listed: OrderListPage, unseen: dict[str, date | None]) -> None:
        self.synced.list_pages += 1
        checkpoints.reached("sync: list page read")
        now = self.clock()
        ours = [order for order in listed.orders if order.order_id in self.ids]
        for card in listed.unread:
            if card.order_id in self.ids:
                # What the list cannot be believed about, the order's own page may still tell.
                unseen.pop(card.order_id, None)
                self.missing.discard(card.order_id)
                self.unread.append(card.order_id)
                self.synced.problems.append(f"{card.order_id}: {card.problem}")
                count_changed(self.synced.pages_changed, card.problem)
        with self.database.write() as session:
            self.synced.orphans += Orphans.load(session, self.account).among(listed.orders)
            changed: list[AliOrder] = []
            for order in ours:
                ali = session.get_one(AliOrder, self.ids[order.order_id])
                before = ali.status
                unseen.pop(order.order_id, None)
                self.missing.discard(order.order_id)
                if take_listed(session, ali, order, now):
                    self.entries[order.order_id] = entry_of(order)
                    changed.append(ali)
                    self._watch(session, ali, before, now)
            restand_orders_of(session, changed, now)
            checkpoints.reached("sync: before commit")
        self.synced.changed = len(self.entries)
        self.progress(_("orders in the list"), self.synced.open - len(unseen), self.synced.open)
        checkpoints.reached("sync: list page written")

    def _read_details(self, numbers: list[str], unseen: set[str]) -> None:
        read = read_details(self.context, self.site, self._until_stopped(numbers), self.tabs, self.on_trouble)
        with closing(read):
            for number, outcome in read:
                self.synced.details += 1
                checkpoints.reached("sync: detail read")
                if isinstance(outcome, OrderDetail):
                    self._take_detail(number, outcome)
                else:
                    self.half_read.add(number)
                    self._take_trouble(number, outcome, missing=number in unseen)
                self.progress(_("order pages"), self.synced.details, len(numbers))
                checkpoints.reached("sync: detail written")

    def _take_detail(self, number: str, detail: OrderDetail) -> None:
        now = self.clock()
        with self.database.write() as session:
            ali = session.get_one(AliOrder, self.ids[number])
            before = ali.status
            take_detail(session, ali, detail, now)
            self._watch(session, ali, before, now)
            if ali.status not in SENT:
                mark_read(session, ali, self.entries.get(number), now)
            restand_orders_of(session, [ali], now)
            checkpoints.reached("sync: before commit")

    def _watch(self, session: Session, ali: AliOrder, before: AliStatus | None, now: datetime) -> None:
        if self.home is not None:
            tripwire.watch(session, self.home, ali, before, now)

    def _take_trouble(self, number: str, error: FlowError, *, missing: bool) -> None:
        """An order that is on no list and whose page cannot be read is not this account's, as far as we can tell."""
        if isinstance(error, TryLater):
            with self.database.read() as session:
                log_unread(session, number, error)
            self.synced.problems.append(f"{number}: {error}")
            self.synced.unanswered += 1
            return
        now = self.clock()
        with self.database.write() as session:
            ali = session.get_one(AliOrder, self.ids[number])
            log_unread(session, number, error)
            if missing and isinstance(error, PageChanged):
                ali.missing_since = ali.missing_since or now
                self.synced.missing += 1
            else:
                kept = _("{problem} (kept in evidence/{folder})")
                ali.trouble = kept.format(problem=error, folder=error.evidence) if error.evidence else str(error)
                self.synced.problems.append(f"{number}: {ali.trouble}")
                if isinstance(error, PageChanged):
                    count_changed(self.synced.pages_changed, str(error))
            session.add(ali)
            restand_orders_of(session, [ali], now)
        checkpoints.reached("sync: trouble written")

    def _due_trackings(self, looked_at: set[str]) -> list[str]:
        """Numbers whose tracking is to be read: changed ones, sent ones without a number, then those due again."""
        now = self.clock()
        open_ones = AliOrder.account == self.account, col(AliOrder.finished_at).is_(None)
        columns = (
            col(AliOrder.id),
            col(AliOrder.number),
            col(AliOrder.sent_seen_at),
            col(AliOrder.tracking_read_at),
        )
        sent = select(*columns).where(*open_ones, col(AliOrder.status).in_(SENT), col(AliOrder.missing_since).is_(None))
        parcels = (
            select(col(Parcel.ali_order_id), col(Parcel.delivered))
            .join(AliOrder, col(AliOrder.id) == Parcel.ali_order_id)
            .where(*open_ones, col(Parcel.gone).is_(False), col(Parcel.number).is_not(None))
        )
        with self.database.read() as session:
            delivered: dict[int, bool] = {}
            for ali_id, is_delivered in session.exec(parcels):
                delivered[ali_id] = delivered.get(ali_id, True) and is_delivered
            at_once: list[str] = []
            later: list[tuple[datetime, str]] = []
            for sent_id, number, sent_seen_at, read_at in session.exec(sent):
                assert sent_id is not None
                if number in looked_at or sent_id not in delivered or read_at is None:
                    at_once.append(number)
                elif not delivered[sent_id] and due_again(sent_seen_at or read_at, read_at, now):
                    later.append((read_at, number))
        return [*at_once, *(number for _read_at, number in sorted(later)[:REREAD_AT_MOST])]

    def _read_trackings(self, numbers: list[str]) -> None:
        read = read_tracking(self.context, self.site, self._until_stopped(numbers), self.tabs, self.on_trouble)
        with closing(read):
            for number, outcome in read:
                self.synced.trackings += 1
                checkpoints.reached("sync: tracking read")
                if isinstance(outcome, Tracking):
                    self._take_tracking(number, outcome)
                else:
                    self._take_trouble(number, outcome, missing=False)
                self.progress(_("tracking pages"), self.synced.trackings, len(numbers))
                checkpoints.reached("sync: tracking written")

    def _take_tracking(self, number: str, tracking: Tracking) -> None:
        now = self.clock()
        with self.database.write() as session:
            ali = session.get_one(AliOrder, self.ids[number])
            trouble = ali.trouble
            self.synced.numbers += take_tracking(session, ali, tracking, now)
            if number in self.half_read:
                # Its number is known, but its own page is not: the card stays unread, and the trouble is kept.
                ali.trouble = trouble
            else:
                mark_read(session, ali, self.entries.get(number), now)
            restand_orders_of(session, [ali], now)
            checkpoints.reached("sync: before commit")

    def _until_stopped(self, numbers: Iterable[str]) -> Iterator[str]:
        for number in numbers:
            if self._must_stop():
                return
            yield number


def _is_past(listed: OrderListPage, unseen: dict[str, date | None]) -> bool:
    """Whether the list, newest first, has gone beyond the day of every order still looked for."""
    dates = [order.ordered_on for order in listed.orders if order.ordered_on is not None]
    wanted = [ordered_on for ordered_on in unseen.values() if ordered_on is not None]
    if not dates or len(wanted) < len(unseen):
        return False
    return max(dates) < min(wanted) - DATE_SLACK
