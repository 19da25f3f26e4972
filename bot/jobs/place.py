"""Places orders on AliExpress, or (a dry run) goes all the way up to the press and reports what it would cost."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from playwright.sync_api import BrowserContext
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from bot import account_states, checkpoints, logs
from bot.buying_home import check_may_buy, why_stopped
from bot.clock_leap import SLEPT
from bot.clock_off import check_clock
from bot.evidence import forget_old
from bot.jobs.checking import Checks
from bot.jobs.known import KnownOrders
from bot.jobs.lease import SETTLED, Lease, StoreSays
from bot.jobs.looking import Looker, look_back
from bot.jobs.purchasing import Outcome, Purchasing
from bot.jobs.stores import Stores
from bot.language import _
from bot.models import Order, Purchase, PurchaseState
from bot.overrides import check_accepted
from bot.planning import Candidate, plan
from bot.recording import Recording
from bot.shopbase import ShopBaseError
from bot.wording_trouble import trouble_in_words
from bot.work import Workplace
from flows.errors import FlowError, PageChanged, TryLater
from flows.guard import Guard
from flows.tab import close_tab

SILENT = 3


@dataclass(slots=True)
class Placed:
    """What one run did: an outcome for each candidate, and what ended it early, if anything did."""

    live: bool
    outcomes: list[Outcome] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    ended_by: str | None = None
    trouble: FlowError | None = None


@dataclass
class PlaceOrders:
    """One run of placing on one account; a dry run that is `attended` is the list of a pay run."""

    place: Workplace
    context: BrowserContext
    account: str
    live: bool
    only: Collection[int] | None = None
    limit: int | None = None
    supervised: Callable[[Outcome], bool] | None = None
    pause: Callable[[float], None] = lambda _seconds: None
    progress: Callable[[Outcome], None] = lambda _outcome: None
    attended: bool = False

    @cached_property
    def stores(self) -> Stores:
        """A client of each shop, open while the run lasts."""
        return Stores(self.place)

    @cached_property
    def recording(self) -> Recording:
        """What is kept of a purchase that failed."""
        return Recording(self.context, self.place.home.evidence)

    def run(self) -> Placed:
        """Settle what is open, then buy one thing after another until all is done or something ends it.

        Raises MayNotBuyError and NotAcceptedError before anything is opened; trouble with pages is told in
        `Placed.trouble`.
        """
        done = Placed(self.live)
        forget_old(self.place.home.evidence, self.place.config.buying.evidence_days)
        if self.live:
            with self.place.database.read() as session:
                check_may_buy(session, self.place.home, self.account)
                check_clock(session, self.place.config)
                if self.supervised is None:
                    check_accepted(session, self.place.config.site.selectors)
        with logs.about(**logs.run_of(f"place:{self.account}", self.place.clock())):
            logs.note("begun", live=self.live)
            try:
                self._work(done)
            except FlowError as trouble:
                done.trouble = trouble
                account_states.note_trouble(self.place.database, self.account, trouble, self.place.clock())
                logs.warn("went wrong", problem=str(trouble), evidence=trouble.evidence)
            logs.note("done", outcomes=Counter(each.state for each in done.outcomes), ended_by=done.ended_by)
        return done

    def _work(self, done: Placed) -> None:
        page = self.context.new_page()
        guard = Guard(self.context, self.place.config.site)
        try:
            looker = self._looker()
            done.settled = looker.settle(page)
            ready = self._plan(done)
            if self._is_open(done) or not ready:
                return
            asked_at = self.place.clock()
            view = look_back(page, self.place.config.site, since=self._since(ready))
            purchasing = Purchasing(
                home=self.place.home,
                config=self.place.config,
                database=self.place.database,
                site=self.place.config.site,
                account=self.account,
                page=page,
                guard=guard,
                looker=looker,
                checks=Checks(self.place.config, self.account, self.place.clock),
                clock=self.place.clock,
                live=self.live,
                attended=self.attended,
                supervised=self.supervised,
                pause=self.pause,
                known=KnownOrders(page, self.place.config.site, looker, self.place.clock, view, asked_at),
            )
            with self.recording.running(), self.stores:
                self._buy_all(purchasing, ready, done)
        finally:
            guard.close()
            close_tab(page)

    def _plan(self, done: Placed) -> list[Candidate]:
        try:
            candidates = self._candidates()
        except IntegrityError:
            # Another home on the same database has made the same purchases at the same moment.
            candidates = self._candidates()
        done.outcomes = [Outcome(each, "nothing", each.blocker) for each in candidates if each.blocker is not None]
        return [each for each in candidates if each.blocker is None][: self.limit]

    def _candidates(self) -> list[Candidate]:
        with self.place.database.write() as session:
            return plan(session, self.place.config, self.account, self.place.clock(), self.only)

    def _looker(self) -> Looker:
        place = self.place
        return Looker(place.home, place.database, self.context, place.config.site, self.account, place.clock)

    def _is_open(self, done: Placed) -> bool:
        """An intent that could not be settled: nothing more is pressed on this account before it is."""
        with self.place.database.read() as session:
            query = select(Purchase.id).where(Purchase.account == self.account, Purchase.state == PurchaseState.INTENT)
            still_open = session.exec(query).first() is not None
        if still_open and self.live:
            done.ended_by = _("a purchase may have been placed and was not found yet; it is looked for at every sync")
        return still_open and self.live

    def _since(self, ready: list[Candidate]) -> date:
        with self.place.database.read() as session:
            orders = [session.get_one(Order, each.order_id) for each in ready]
        return min((each.paid_at or each.created_at).date() for each in orders) - timedelta(days=1)

    def _buy_all(self, purchasing: Purchasing, ready: list[Candidate], done: Placed) -> None:
        silent = unknown = 0
        watching = self.place.watch()
        for candidate in ready:
            if self.place.stopped():
                return
            if watching.look():
                # A run is short: a new one has a new browser.
                done.ended_by = _(SLEPT)
                return
            if (stopped := why_stopped(self.place.home)) is not None:
                done.ended_by = stopped
                return
            try:
                with logs.about(shop=candidate.shop, order=candidate.order):
                    outcome = self._recorded(purchasing, candidate)
                    logs.note("looked at", line=candidate.position, became=outcome.state, numbers=outcome.numbers)
                silent = 0
            except (TryLater, PageChanged) as trouble:
                silent += 1
                outcome = Outcome(candidate, "failed", trouble_in_words(trouble))
                # One odd product costs a dry run no other order; where it presses, a changed page ends it.
                if silent == SILENT or (isinstance(trouble, PageChanged) and (self.live or silent == len(ready))):
                    raise
            done.outcomes.append(outcome)
            self.progress(outcome)
            checkpoints.reached("place: one done")
            unknown += outcome.state == "unknown"
            if unknown >= self.place.config.buying.stop_after_unknown:
                done.ended_by = _("an outcome is unknown; nothing more is pressed before it is settled")
                return
            if outcome.state in ("unknown", "failed", "nothing") and self._is_open(done):
                return

    def _recorded(self, purchasing: Purchasing, candidate: Candidate) -> Outcome:
        """Buy one, and keep what was seen where that failed in a way that somebody has to look at."""
        recording = self.recording
        recording.begin()
        try:
            outcome = self._one(purchasing, candidate)
        except FlowError as trouble:
            told = {"order": candidate.order, "kind": type(trouble).__name__, "problem": str(trouble)}
            trouble.evidence = recording.keep(purchasing.page, told)
            raise
        if outcome.state == "unknown" or outcome.needs_a_look:
            recording.keep(purchasing.page, {"order": candidate.order, "state": outcome.state, "why": outcome.why})
        else:
            recording.forget()
        return outcome

    def _one(self, purchasing: Purchasing, candidate: Candidate) -> Outcome:
        """Read the store order once more, and lease it when it is going to be ordered."""
        try:
            bought = purchasing.hold_if_bought(candidate)
            if bought is not None:
                return bought
            # The stand-in's pages take no time: waiting would be most of what is done there.
            settles = timedelta(0) if self.place.config.is_sandbox else SETTLED
            store = self.stores.of(candidate.shop)
            lease = Lease(self.place.database, store, self.place.home, self.place.clock, settles)
            says: StoreSays = lease.check(candidate, live=self.live)
            checkpoints.reached("place: leased")
            if says.held is not None:
                return purchasing.hold(candidate, says.held)
            if says.over is not None:
                return Outcome(candidate, "nothing", says.over)
            if says.late is not None:
                return Outcome(candidate, "failed", says.late)
            return purchasing.buy(candidate, lambda: lease.confirm(candidate))
        except ShopBaseError as trouble:
            return Outcome(candidate, "failed", _("the store could not be read: {problem}").format(problem=trouble))
