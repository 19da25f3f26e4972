"""The service: decides what is due, runs it, and comes back after sleep, crash or Ctrl-C.

Two threads. The office, which runs this loop, talks to ShopBase; the browser thread reads AliExpress, one account after
another. `schedule` only ticks; what runs is decided by the slots in the database, so a slot is run once, whatever the
machine's sleep did to the ticking.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

import schedule

from bot import account_states, logs, rechecks, runs, slots
from bot.cli.output import told
from bot.evidence import forget_old
from bot.language import _
from bot.notify import Notifier
from bot.outcomes import pulled_line, pushed_line, rechecked_line, synced_line
from bot.service.pulse import Pulse
from bot.work import Workplace
from flows.errors import PersonNeeded

TICK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ReadDue:
    """One account to be read for one slot: all of it ("sync"), or what stands unpaid once more ("recheck")."""

    job: str
    account: str
    slot: datetime


@dataclass(frozen=True, slots=True)
class ReadDone:
    """How the reading of an account went; `ok` where all of it could be read."""

    due: ReadDue
    ok: bool


@dataclass(slots=True)
class Service:
    """Runs all jobs of a home on time until `stop` is set."""

    place: Workplace
    browsing: Workplace
    stop: threading.Event
    heartbeat: Callable[[], None]
    tick_seconds: float = TICK_SECONDS
    pulse: Pulse = field(default_factory=Pulse)
    _due: "queue.Queue[ReadDue | None]" = field(default_factory=queue.Queue)
    _done: "queue.Queue[ReadDone]" = field(default_factory=queue.Queue)
    _queued: set[str] = field(default_factory=set)
    _notifier: Notifier | None = None
    _beat_owed: bool = False
    _forgot_on: date | None = None
    _beating: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        """Work until told to stop; the step at hand is finished, and no browser is left behind."""
        scheduler = schedule.Scheduler()
        scheduler.every(self.tick_seconds).seconds.do(self.tick)  # type: ignore[arg-type]  # fractions do as well
        for moment in self.place.config.sync.times:
            scheduler.every().day.at(moment, "UTC").do(self.tick)
        browser = threading.Thread(target=self._browse, name="browser")
        browser.start()
        try:
            self.tick()
            while not self.stop.is_set():
                scheduler.run_pending()
                self.pulse.office()
                self._after_syncs(wait=min(1.0, self.tick_seconds))
        finally:
            self.stop.set()
            self._due.put(None)
            browser.join()
            self._after_syncs(wait=0)

    def tick(self) -> None:
        """Run what is due in the office, and hand what is due in the browser to its thread. Never raises."""
        now = self.place.clock()
        for shop in self.place.config.shops:
            self._guarded(_("shop {name}").format(name=shop), partial(self._office, shop, now))
        for account in self.place.config.accounts:
            self._guarded(_("account {name}").format(name=account), partial(self._hand_over, account, now))
        self._guarded("evidence", partial(self._forget_evidence, now))
        self._guarded("alarms", self._alarm)
        self._guarded("notifications", self._notify)
        self._guarded("heartbeat", self._beat)

    def _office(self, shop: str, now: datetime) -> None:
        slot = self._slot_due(f"pull:{shop}", slots.every(self.place.config.pull.every_minutes, now), now)
        if slot is not None and not self.stop.is_set():
            self._attempt(f"pull {shop}", partial(_pulled, self.place, shop, slot))
        self._push(shop, now)

    def _push(self, shop: str, now: datetime) -> None:
        slot = self._push_due(shop, now)
        if slot is not None and not self.stop.is_set():
            self._attempt(f"push {shop}", partial(_pushed, self.place, shop, slot))

    def _push_due(self, shop: str, now: datetime) -> datetime | None:
        """The slot of a push that is to be tried again, or now after a sync, even where a stop came between."""
        again = runs.waiting_again(self.place.database, f"push:{shop}", now)
        if again is not None:
            return again
        pushed = runs.last_run(self.place.database, f"push:{shop}")
        synced = runs.last_run(self.place.database, f"sync:{self.place.config.shop(shop).account}")
        if synced is None or synced.finished_at is None:
            return None
        return now if pushed is None or pushed.started_at < synced.finished_at else None

    def _hand_over(self, account: str, now: datetime) -> None:
        """A sync reads what is unpaid, too, so it goes first; an account that waits for a person is left alone."""
        with self.place.database.read() as session:
            stands = account_states.state_of(session, account)
        if account in self._queued or account_states.is_paused(stands, now):
            return
        latest = slots.latest(self.place.config.sync.times, now)
        # Its rest is over: a sync shows whether it still waits.
        looks_again = stands.waits_for is not None
        job, slot = "sync", latest if looks_again else self._slot_due(f"sync:{account}", latest, now)
        if slot is None:
            job, slot = "recheck", self._recheck_due(account, now)
        if slot is not None:
            self._queued.add(account)
            self._due.put(ReadDue(job, account, slot))

    def _recheck_due(self, account: str, now: datetime) -> datetime | None:
        """The time at which what is unpaid was to be read again, if that has come; also for one that was missed."""
        with self.place.database.read() as session:
            asked = rechecks.due(session, account, now)
        return self._slot_due(f"recheck:{account}", asked, now) if asked is not None else None

    def _forget_evidence(self, now: datetime) -> None:
        """Once a day what is too old to be of use goes: it shows buyers' addresses."""
        if self._forgot_on != now.date():
            self._forgot_on = now.date()
            forget_old(self.place.home.evidence, self.place.config.buying.evidence_days, now)

    def _alarm(self) -> None:
        self.place.tell_alarms()

    def _notify(self) -> None:
        self._notifier = self._notifier or Notifier(self.place)
        self._notifier.look()

    def _slot_due(self, name: str, slot: datetime, now: datetime) -> datetime | None:
        """The slot to run a job for: the latest one if it was not run yet, else one that is to be tried again."""
        if slots.due(slot, runs.last_slot(self.place.database, name)):
            return slot
        return runs.waiting_again(self.place.database, name, now)

    def _browse(self) -> None:
        while (due := self._due.get()) is not None:
            if self.stop.is_set():
                continue
            read = _synced if due.job == "sync" else _rechecked
            with self.pulse.browsing():
                ok = self._attempt(f"{due.job} {due.account}", partial(read, self.browsing, due.account, due.slot))
            self._done.put(ReadDone(due, ok))

    def _after_syncs(self, wait: float) -> None:
        """Push what the syncs found, in the office."""
        try:
            done = self._done.get(timeout=wait) if wait else self._done.get_nowait()
        except queue.Empty:
            return
        self._queued.discard(done.due.account)
        if done.due.job == "recheck":
            return
        self._beat_owed = done.ok
        for name, shop in self.place.config.shops.items():
            if shop.account == done.due.account:
                self._guarded(_("shop {name}").format(name=name), partial(self._push, name, self.place.clock()))
        self._guarded("heartbeat", self._beat)

    def _beat(self) -> None:
        """Ping once for each sync that went well, as soon as nothing else is in trouble: silence is the alarm."""
        if not self._beat_owed:
            return
        config = self.place.config
        names = [f"{job}:{shop}" for shop in config.shops for job in ("pull", "push")]
        names += [f"sync:{account}" for account in config.accounts]
        last = (runs.last_run(self.place.database, name) for name in names)
        if all(run is None or run.ok is not False for run in last):
            with self._beating:
                owed, self._beat_owed = self._beat_owed, False
            if owed:
                self.heartbeat()

    def _guarded(self, what: str, work: Callable[[], None]) -> None:
        """A database that is away for a minute must not end the service."""
        try:
            work()
        except Exception as error:  # noqa: BLE001
            logs.trouble(what, error)
            self._tell(what, error)

    def _attempt(self, what: str, work: Callable[[], tuple[str, bool]]) -> bool:
        """Run one job; trouble becomes a line, because a job that raises would be run again at every tick."""
        try:
            line, ok = work()
        except Exception as error:  # noqa: BLE001
            self._tell(what, error)
            return False
        self.place.say(f"{what}: {line}")
        return ok

    def _tell(self, what: str, error: Exception) -> None:
        if isinstance(error, PersonNeeded) and not error.is_news:
            return  # told before, and nothing has changed since
        self.place.say(f"{what}: " + "; ".join(part for part in told(error) if part))


def _pulled(place: Workplace, shop: str, slot: datetime) -> tuple[str, bool]:
    pulled = place.pull(shop, slot)
    return pulled_line(pulled), not pulled.unreadable


def _synced(place: Workplace, account: str, slot: datetime) -> tuple[str, bool]:
    synced = place.sync(account, slot)
    return synced_line(synced), not synced.problems and not synced.stopped


def _rechecked(place: Workplace, account: str, slot: datetime) -> tuple[str, bool]:
    rechecked = place.recheck(account, slot)
    return rechecked_line(rechecked), not rechecked.problems and not rechecked.stopped


def _pushed(place: Workplace, shop: str, slot: datetime) -> tuple[str, bool]:
    pushed = place.push(shop, slot)
    return pushed_line(pushed, shop), not pushed.problems
