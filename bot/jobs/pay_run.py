"""A pay run: the robot does everything up to the button and everything after it; a person presses and pays.

One order after the other stands in front, its page made ready; the pages of the next two are opened behind it. Nothing
here presses anything, and nothing of a page is recorded from its hand-over to its result.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import ClassVar

from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError

from bot import account_states, logs, rechecks
from bot.buying_home import check_may_buy
from bot.clock_off import check_clock
from bot.evidence import forget_old
from bot.jobs.checking import Checks
from bot.jobs.comparing import Comparing
from bot.jobs.desk import Ask, Desk, Rest, not_sure, rest_a_moment
from bot.jobs.faces import Faces
from bot.jobs.known import KnownOrders
from bot.jobs.left_open import LeftOpen
from bot.jobs.looking import Looker, look_back
from bot.jobs.one_by_one import OneByOne
from bot.jobs.paid import PaidOrder, PaidRun, Turn
from bot.jobs.pictures import Pictures
from bot.jobs.purchasing import Outcome
from bot.jobs.settling import Settling
from bot.jobs.stores import Stores
from bot.models import Order
from bot.pay_words import PayWords
from bot.work import Workplace
from flows.errors import FlowError
from flows.guard import Guard
from flows.tab import close_tab

PERHAPS = frozenset({"placed", "unknown"})


@dataclass
class PayRun:
    """One pay run on one account, over what was `ticked` in the cost report of a dry run; without any it only settles.

    `ask` is used where the window is gone; `rest` is called wherever a person is waited for. `progress` is told of each
    order once it is over, `compared` once AliExpress's own page of it was read.
    """

    place: Workplace
    context: BrowserContext
    account: str
    ticked: Sequence[Outcome] = ()
    ask: Ask = not_sure
    rest: Rest = rest_a_moment
    progress: Callable[[PaidOrder], None] = lambda _outcome: None
    compared: Callable[[PaidOrder], None] = lambda _outcome: None
    sleep: Callable[[float], None] | None = None
    done: PaidRun = field(default_factory=PaidRun, init=False)
    is_open: ClassVar[bool] = False

    def run(self) -> PaidRun:
        """Settle what is open, then order after order.

        Raises MayNotBuyError before anything is opened; trouble with pages is told in `trouble`.
        """
        forget_old(self.place.home.evidence, self.place.config.buying.evidence_days)
        with self.place.database.read() as session:
            check_may_buy(session, self.place.home, self.account)
            check_clock(session, self.place.config)
        with logs.about(**logs.run_of(f"pay-run:{self.account}", self.place.clock())):
            logs.note("begun", orders=len(self.ticked))
            self._attend()
            became = Counter(each.state for each in self.done.outcomes)
            logs.note("done", outcomes=became, ended_by=self.done.ended_by)
        return self.done

    def _attend(self) -> None:
        guard, pictures = self._guard(), Pictures(self.place.config.sandbox_origins)
        try:
            self._guarded(guard, pictures)
        except FlowError as trouble:
            self.done.trouble = trouble
            account_states.note_trouble(self.place.database, self.account, trouble, self.place.clock())
            logs.warn("went wrong", problem=str(trouble), evidence=trouble.evidence)
        finally:
            self.done.is_gone = not guard.is_alive()
            pictures.close()
            self._look_again_later()
            with suppress(PlaywrightError, RuntimeError):  # the browser may be gone, and its driver with it
                guard.close()

    def _guarded(self, guard: Guard, pictures: Pictures) -> None:
        office = guard.open_page()
        try:
            with Stores(self.place) as stores:
                desk = self._desk(guard, pictures, stores, KnownOrders.none(office, self.place, self._looker(office)))
                comparing = Comparing(desk, self.compared)
                settling = Settling(desk, comparing)
                desk.with_person(lambda: self._settle(desk, settling))
                comparing.add_left()
                if self.ticked and self.done.ended_by is None:
                    desk.known.keep(desk.with_person(lambda: look_back(office, desk.site, since=self._since())))
                    self._orders(desk, settling, comparing)
                comparing.all()
                self._show_warnings(desk)
        finally:
            with suppress(PlaywrightError):
                close_tab(office)

    def _guard(self) -> Guard:
        return Guard(self.context, self.place.config.site, pictures=True)

    def _orders(self, desk: Desk, settling: Settling, comparing: Comparing) -> None:
        OneByOne(desk, settling, comparing, self._turns(), self.done, self.progress).run()

    def _settle(self, desk: Desk, settling: Settling) -> None:
        left = LeftOpen(desk, settling)
        self.done.settled = left.settle()
        self.done.ended_by = left.why_not()

    def _looker(self, office: Page) -> Looker:
        place = self.place
        return Looker(place.home, place.database, self.context, place.config.site, self.account, place.clock, (office,))

    def _desk(self, guard: Guard, pictures: Pictures, stores: Stores, known: KnownOrders) -> Desk:
        place = self.place
        return Desk(
            place=place,
            context=self.context,
            account=self.account,
            guard=guard,
            office=known.page,
            looker=known.looker,
            known=known,
            checks=Checks(place.config, self.account, place.clock),
            stores=stores,
            faces=Faces(PayWords(), pictures),
            ask=self.ask,
            rest=self.rest,
            sleep=self.sleep,
            is_open=self.is_open,
        )

    def _turns(self) -> list[Turn]:
        every = len(self.ticked)
        return [Turn(each.candidate, place, every, each.quote) for place, each in enumerate(self.ticked, start=1)]

    def _since(self) -> date:
        with self.place.database.read() as session:
            orders = [session.get_one(Order, each.candidate.order_id) for each in self.ticked]
        return min((each.paid_at or each.created_at).date() for each in orders) - timedelta(days=1)

    def _show_warnings(self, desk: Desk) -> None:
        """Those that came after the last order; nobody goes home without having seen them."""
        while desk.warnings and desk.guard.is_alive() and not desk.is_to_end():
            desk.question(desk.warnings.pop(0), said_before=True)

    def _look_again_later(self) -> None:
        """The person may pay what stands unpaid in the next minutes."""
        if any(each.state in PERHAPS for each in self.done.outcomes) or self.done.settled:
            with self.place.database.write() as session:
                rechecks.ask_again(session, self.account, self.place.clock())
