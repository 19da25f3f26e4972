"""The service: decides what is due, runs it, and comes back after sleep, crash or Ctrl-C.

Two threads. The office, which runs this loop, talks to ShopBase; the browser thread reads AliExpress, one account after
another. `schedule` only ticks; what runs is decided by the slots in the database, so a slot is run once, whatever the
machine's sleep did to the ticking.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import schedule

from bot import runs, slots
from bot.cli.output import told
from bot.outcomes import pulled_line, pushed_line, synced_line
from bot.work import Workplace

TICK_SECONDS = 30


@dataclass(frozen=True, slots=True)
class SyncDue:
    """One account to be read for one slot."""

    account: str
    slot: datetime


@dataclass(frozen=True, slots=True)
class SyncDone:
    """How the reading of an account went; `ok` where all of it could be read."""

    account: str
    slot: datetime
    ok: bool


@dataclass(slots=True)
class Service:
    """Runs all jobs of a home on time until `stop` is set."""

    place: Workplace
    browsing: Workplace
    stop: threading.Event
    heartbeat: Callable[[], None]
    _due: "queue.Queue[SyncDue | None]" = field(default_factory=queue.Queue)
    _done: "queue.Queue[SyncDone]" = field(default_factory=queue.Queue)
    _queued: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Work until told to stop; the step at hand is finished, and no browser is left behind."""
        scheduler = schedule.Scheduler()
        scheduler.every(TICK_SECONDS).seconds.do(self.tick)
        for moment in self.place.config.sync.times:
            scheduler.every().day.at(moment, "UTC").do(self.tick)
        browser = threading.Thread(target=self._browse, name="browser")
        browser.start()
        try:
            self.tick()
            while not self.stop.is_set():
                scheduler.run_pending()
                self._after_syncs(wait=1.0)
        finally:
            self.stop.set()
            self._due.put(None)
            browser.join()
            self._after_syncs(wait=0)

    def tick(self) -> None:
        """Run what is due in the office, and hand what is due in the browser to its thread. Never raises."""
        now = self.place.clock()
        for shop in self.place.config.shops:
            slot = slots.every(self.place.config.pull.every_minutes, now)
            if not self.stop.is_set() and self._is_due(f"pull:{shop}", slot):
                self._attempt(f"pull {shop}", partial(_pulled, self.place, shop, slot))
        for account in self.place.config.accounts:
            name, slot = f"sync:{account}", slots.latest(self.place.config.sync.times, now)
            again = runs.waiting_again(self.place.database, name, now)
            if account not in self._queued and (again is not None or self._is_due(name, slot)):
                self._queued.add(account)
                self._due.put(SyncDue(account, slot if self._is_due(name, slot) else again or slot))

    def _is_due(self, name: str, slot: datetime) -> bool:
        return slots.due(slot, runs.last_slot(self.place.database, name))

    def _browse(self) -> None:
        while (due := self._due.get()) is not None:
            if self.stop.is_set():
                continue
            ok = self._attempt(f"sync {due.account}", partial(_synced, self.browsing, due.account, due.slot))
            self._done.put(SyncDone(due.account, due.slot, ok))

    def _after_syncs(self, wait: float) -> None:
        """Push what the syncs found, in the office."""
        try:
            done = self._done.get(timeout=wait) if wait else self._done.get_nowait()
        except queue.Empty:
            return
        self._queued.discard(done.account)
        good = done.ok
        for name, shop in self.place.config.shops.items():
            if shop.account == done.account and not self.stop.is_set():
                good &= self._attempt(f"push {name}", partial(_pushed, self.place, name))
        if good:
            self.heartbeat()

    def _attempt(self, what: str, work: Callable[[], tuple[str, bool]]) -> bool:
        """Run one job; trouble becomes a line, because a job that raises would be run again at every tick."""
        try:
            line, ok = work()
        except Exception as error:  # noqa: BLE001
            trouble = "; ".join(part for part in told(error) if part)
            self.place.say(f"{what}: {trouble}")
            return False
        self.place.say(f"{what}: {line}")
        return ok


def _pulled(place: Workplace, shop: str, slot: datetime) -> tuple[str, bool]:
    pulled = place.pull(shop, slot)
    return pulled_line(pulled), not pulled.unreadable


def _synced(place: Workplace, account: str, slot: datetime) -> tuple[str, bool]:
    synced = place.sync(account, slot)
    return synced_line(synced), not synced.problems


def _pushed(place: Workplace, shop: str) -> tuple[str, bool]:
    pushed = place.push(shop)
    return pushed_line(pushed, shop), not pushed.problems
