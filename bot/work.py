"""One run of each job, from opening what it needs to the record of how it went: for a person, and for the scheduler."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot import account_states, clock_off, opening, rechecks, runs
from bot.clock_leap import ClockWatch, again_after_leap
from bot.config import Config
from bot.cookies import member_of
from bot.db import Database
from bot.home import Home
from bot.jobs.pull import Pulled, pull
from bot.jobs.push import Pushed, push
from bot.language import _
from bot.models import JobRun
from bot.shopbase import ShopBase

if TYPE_CHECKING:
    # Playwright costs a third of a second to import, and pulling or pushing does without it.
    from playwright.sync_api import BrowserContext

    from bot.jobs.recheck import Rechecked
    from bot.jobs.sync import Synced

Say = Callable[[str], None]
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Workplace:
    """What every job of one home needs: where, with which settings, and who is told what."""

    home: Home
    config: Config
    database: Database
    say: Say
    clock: Callable[[], datetime] = opening.now
    stopped: Callable[[], bool] = lambda: False
    progress: Progress = lambda _what, _done, _all: None
    wait_seconds: float = 600
    watch: Callable[[], ClockWatch] = ClockWatch
    last: JobRun | None = field(default=None)

    def pull(self, shop: str, slot: datetime | None = None) -> Pulled:
        """Pull one shop's orders. Raises ShopBaseError, AlreadyRunning, ConfigError."""
        pulled = Pulled()

        def work() -> runs.Counts:
            nonlocal pulled
            watching = self.watch()
            with self._shop(shop) as shopbase:
                pulled = pull(
                    self.database,
                    shopbase,
                    shop,
                    self.clock,
                    stopped=self.stopped,
                    progress=lambda done: self.progress(_("orders"), done, 0),
                )
                # After a sleep the store's last word on the time is from before it.
                told = None if watching.look() else shopbase.server_time
            return {**asdict(pulled), **clock_off.noted(self.clock(), told), "problems": pulled.unreadable}

        self.last = runs.record(self.database, f"pull:{shop}", slot or self.clock(), self.clock, work)
        return pulled

    def sync(self, account: str, slot: datetime | None = None) -> "Synced":
        """Read one account's AliExpress pages. Raises FlowError, AlreadyRunning, ConfigError."""
        from bot.evidence import Evidence
        from bot.jobs.looking import has_unknown_outcomes
        from bot.jobs.sync import Synced, has_open_orders, sync

        synced = Synced()
        parts: list[Synced] = []

        def read(stopped: Callable[[], bool]) -> Synced:
            with self.browser(account, only_reads=True) as context:
                if has_unknown_outcomes(self.database, account):
                    self._settle(context, account)
                found = sync(
                    self.database,
                    context,
                    self.config.site,
                    account,
                    clock=self.clock,
                    tabs=self.config.sync.tabs,
                    on_trouble=Evidence(self.home.evidence).keep,
                    stopped=stopped,
                    progress=self.progress,
                    home=self.home,
                )
                if found.list_pages:
                    self._is_signed_in(account, context)
                parts.append(found)
                return found

        def work() -> runs.Counts:
            nonlocal synced
            begun = self.clock()
            unknown = has_unknown_outcomes(self.database, account)
            if not unknown and not has_open_orders(self.database, account):
                self._look_again(account)
                self._note_read(account, begun)
                return asdict(synced)
            synced = again_after_leap(read, self.stopped, self.say, self.watch).after(parts[:-1])
            if not synced.stopped:
                self._note_read(account, begun)
            return asdict(synced)

        self.last = runs.record(self.database, f"sync:{account}", slot or self.clock(), self.clock, work)
        return synced

    def recheck(self, account: str, slot: datetime | None = None) -> "Rechecked":
        """Read once more what stands unpaid in one account. Raises FlowError, AlreadyRunning, ConfigError."""
        from bot.evidence import Evidence
        from bot.jobs.looking import has_unknown_outcomes
        from bot.jobs.recheck import Rechecked, has_unpaid_orders, recheck

        rechecked = Rechecked()

        def read(stopped: Callable[[], bool]) -> Rechecked:
            # A person may be paying in it for long: nobody waits for that, it is looked at again later.
            with self.browser(account, only_reads=True, wait_seconds=0) as context:
                if has_unknown_outcomes(self.database, account):
                    self._settle(context, account)
                return recheck(
                    self.database,
                    context,
                    self.config.site,
                    account,
                    clock=self.clock,
                    tabs=self.config.sync.tabs,
                    on_trouble=Evidence(self.home.evidence).keep,
                    stopped=stopped,
                )

        def work() -> runs.Counts:
            nonlocal rechecked
            begun = self.clock()
            unknown = has_unknown_outcomes(self.database, account)
            if unknown or has_unpaid_orders(self.database, account):
                rechecked = again_after_leap(read, self.stopped, self.say, self.watch)
            if not rechecked.stopped:
                self._note_read(account, begun)
            return asdict(rechecked)

        self.last = runs.record(self.database, f"recheck:{account}", slot or self.clock(), self.clock, work)
        return rechecked

    def _note_read(self, account: str, begun: datetime) -> None:
        """What was asked to be read again by then has been read."""
        with self.database.read() as session:
            is_due = rechecks.due(session, account, begun) is not None
        if is_due:
            with self.database.write() as session:
                rechecks.note_read(session, account, begun, self.clock())

    def tell_alarms(self) -> int:
        """Tell what cannot wait and was not told before, from the database alone; returns how many."""
        from bot.jobs.alarming import tell_alarms

        return tell_alarms(self.database, self.config, self.clock(), self.say)

    def probe(self, account: str, *, even_if_paused: bool = False) -> None:
        """Open the account's order list, and note that it is signed in.

        Raises FlowError, AlreadyRunning, ConfigError.
        """
        from flows.login import probe
        from flows.tab import close_tab

        with self.browser(account, only_reads=True, even_if_paused=even_if_paused) as context:
            page = context.new_page()
            try:
                probe(page, self.config.site)
            finally:
                close_tab(page)
            self._is_signed_in(account, context)

    def _look_again(self, account: str) -> None:
        """With nothing to read, look all the same whether an account that waited for a person goes on."""
        with self.database.read() as session:
            waits = account_states.state_of(session, account).waits_for is not None
        if waits:
            self.probe(account)

    def _is_signed_in(self, account: str, context: "BrowserContext") -> None:
        from playwright.sync_api import Error as PlaywrightError

        try:
            member = member_of(context.cookies(), self.config.site)
        except PlaywrightError:  # the browser has died since; what was read of it stands
            member = None
        if account_states.is_signed_in(self.database, account, self.clock(), member, by_person=False):
            self.say(_('account "{account}" is signed in again and goes on').format(account=account))

    def _settle(self, context: "BrowserContext", account: str) -> None:
        """Look for purchases that may have been placed, before anything else is read."""
        from bot.jobs.looking import Looker
        from flows.tab import close_tab

        looker = Looker(self.home, self.database, context, self.config.site, account, self.clock)
        page = context.new_page()
        try:
            for line in looker.settle(page):
                self.say(line)
        finally:
            close_tab(page)

    def push(self, shop: str, slot: datetime | None = None, *, yes: bool = False, retry: bool = False) -> Pushed:
        """Push one shop's tracking numbers. Raises ShopBaseError, AlreadyRunning, ConfigError."""
        pushed = Pushed()

        def work() -> runs.Counts:
            nonlocal pushed
            with self._shop(shop) as shopbase:
                pushed = push(
                    self.database,
                    shopbase,
                    self.config,
                    shop,
                    clock=self.clock,
                    yes=yes,
                    retry=retry,
                    stopped=self.stopped,
                    progress=lambda done, every: self.progress(_("fulfilments"), done, every),
                )
            return asdict(pushed)

        self.last = runs.record(self.database, f"push:{shop}", slot or self.clock(), self.clock, work)
        return pushed

    def browser(
        self,
        account: str,
        *,
        only_reads: bool = False,
        even_if_paused: bool = False,
        wait_seconds: float | None = None,
    ) -> "AbstractContextManager[BrowserContext]":
        """The browser of one account; see `opening.browser_of`."""
        return opening.browser_of(
            self.home,
            self.config,
            account,
            wait_seconds=self.wait_seconds if wait_seconds is None else wait_seconds,
            say=self.say,
            stopped=self.stopped,
            database=self.database,
            clock=self.clock,
            only_reads=only_reads,
            even_if_paused=even_if_paused,
        )

    def _shop(self, shop: str) -> AbstractContextManager[ShopBase]:
        return opening.open_shop(
            self.home, self.config, shop, wait_seconds=self.wait_seconds, say=self.say, stopped=self.stopped
        )
