"""Pulls a shop's orders: what is new, and what became of the ones that are known."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import col, select

from bot import checkpoints
from bot.db import Database
from bot.facts import Tab
from bot.intake import Change, take_in
from bot.intake_changes import call_off
from bot.models import Event, Order, PullCursor
from bot.shopbase import OrderReply, ShopBase, ShopBaseError, ShopNotFound, ShopReplyChanged
from bot.standing import restand

# The store's clock decides what is "updated since"; an hour of overlap covers answers that were late.
OVERLAP = timedelta(hours=1)
SWEEP_EVERY = timedelta(days=1)
BATCH = 100
OPEN_TABS = (Tab.PENDING, Tab.AWAITING_ORDER, Tab.AWAITING_PAYMENT, Tab.AWAITING_SHIPMENT, Tab.FAILED)


@dataclass(slots=True)
class Pulled:
    """What one pull did; `unreadable` names orders whose answer could not be understood.

    `stopped` says that it was asked to end before it was through; the next one then starts from the same place.
    """

    new: int = 0
    changed: int = 0
    seen: int = 0
    deleted: int = 0
    unreadable: list[str] = field(default_factory=list)
    stopped: bool = False


def pull(
    database: Database,
    shopbase: ShopBase,
    shop: str,
    clock: Callable[[], datetime],
    *,
    stopped: Callable[[], bool] = lambda: False,
    progress: Callable[[int], None] = lambda _done: None,
) -> Pulled:
    """Bring our orders of `shop` in step with the store.

    Reads what was updated since the last pull, and once a day all open orders, because not every change moves
    `updated_at`. The cursor moves after the last of it is written, so a pull that was cut short is simply done again.
    Raises ShopBaseError; what was read before it is kept.
    """
    return _Pull(database, shopbase, shop, clock, stopped, progress).run()


@dataclass(slots=True)
class _Pull:
    database: Database
    shopbase: ShopBase
    shop: str
    clock: Callable[[], datetime]
    stopped: Callable[[], bool]
    progress: Callable[[int], None]
    pulled: Pulled = field(default_factory=Pulled)
    _ours: set[str] = field(default_factory=set)
    _unreadable: set[str] = field(default_factory=set)

    def run(self) -> Pulled:
        with self.database.read() as session:
            cursor = session.get(PullCursor, self.shop)
        since = cursor.updated_to if cursor is not None else None
        sweep = cursor is None or cursor.swept_at is None or self.clock() - cursor.swept_at >= SWEEP_EVERY
        server_time: datetime | None = None
        if since is not None:
            self._take_all(self.shopbase.orders(since - OVERLAP, on_unreadable=self._skip))
            server_time = self.shopbase.server_time
        if sweep:
            seen = self._take_all(self.shopbase.orders(order_status="open", on_unreadable=self._skip))
            server_time = server_time or self.shopbase.server_time
            self._look_for_missing(seen)
            self._stand_again()
        if not self.pulled.stopped:
            self._move_cursor(server_time, self.clock() if sweep else None)
            checkpoints.reached("pull: cursor moved")
        return self.pulled

    def _skip(self, problem: ShopReplyChanged) -> None:
        """Name an order that cannot be read, once, however often it comes."""
        which = problem.subject or str(problem)
        if which not in self._unreadable:
            self._unreadable.add(which)
            self.pulled.unreadable.append(str(problem))

    def _must_stop(self) -> bool:
        self.pulled.stopped = self.pulled.stopped or self.stopped()
        return self.pulled.stopped

    def _take_all(self, replies: Iterable[OrderReply]) -> set[str]:
        seen: set[str] = set()
        batch: list[OrderReply] = []
        try:
            for reply in replies:
                if self._must_stop():
                    break
                seen.add(reply.id)
                batch.append(reply)
                if len(batch) == BATCH:
                    self._write(batch)
                    batch = []
        except ShopBaseError:
            self._write(batch)
            raise
        self._write(batch)
        return seen

    def _write(self, batch: list[OrderReply]) -> None:
        if not batch:
            return
        checkpoints.reached("pull: page read")
        now = self.clock()
        with self.database.write() as session:
            touched: list[int] = []
            for reply in batch:
                change, order_id = take_in(session, self.shop, reply, now)
                if change is not Change.NOT_OURS:
                    self._ours.add(reply.id)
                self.pulled.new += change is Change.NEW
                self.pulled.changed += change is Change.CHANGED
                if order_id is not None and change is not Change.SAME:
                    touched.append(order_id)
            restand(session, touched, now)
            checkpoints.reached("pull: before commit")
        self.pulled.seen = len(self._ours)
        self.progress(self.pulled.seen)
        checkpoints.reached("pull: page written")

    def _look_for_missing(self, seen: set[str]) -> None:
        """Ask one by one for open orders that the list of open ones no longer has: closed, or deleted."""
        with self.database.read() as session:
            query = select(Order.store_id).where(Order.shop == self.shop, col(Order.tab).in_(OPEN_TABS))
            missing = [store_id for store_id in session.exec(query) if store_id not in seen]
        for store_id in missing:
            if self._must_stop():
                return
            try:
                reply = self.shopbase.order(store_id)
            except ShopNotFound:
                self._mark_deleted(store_id)
            except ShopReplyChanged as problem:
                self._skip(problem)
            else:
                self._write([reply])

    def _stand_again(self) -> None:
        """Put every open order where its facts say, should its tab ever have come out of step with them."""
        with self.database.write() as session:
            query = select(Order.id).where(Order.shop == self.shop, col(Order.tab).in_(OPEN_TABS))
            restand(session, [each for each in session.exec(query) if each is not None], self.clock())

    def _mark_deleted(self, store_id: str) -> None:
        self.pulled.deleted += 1
        checkpoints.reached("pull: found deleted")
        now = self.clock()
        with self.database.write() as session:
            query = select(Order).where(Order.shop == self.shop, Order.store_id == store_id)
            order = session.exec(query).one()
            order.deleted_at = now
            session.add(order)
            assert order.id is not None
            data = {"status": order.financial_status}
            session.add(Event(at=now, who="store", what="deleted in store", order_id=order.id, data=data))
            call_off(session, order, now)
            restand(session, [order.id], now)
        checkpoints.reached("pull: deletion written")

    def _move_cursor(self, updated_to: datetime | None, swept_at: datetime | None) -> None:
        with self.database.write() as session:
            cursor = session.get(PullCursor, self.shop) or PullCursor(shop=self.shop)
            cursor.updated_to = updated_to or cursor.updated_to
            cursor.swept_at = swept_at or cursor.swept_at
            session.add(cursor)
