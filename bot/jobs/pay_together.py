"""A person pays what stands unpaid, in AliExpress's own To pay tab: the robot ticks, and looks what came of it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime

from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from sqlmodel import col, select

from bot import rechecks
from bot.evidence import Evidence
from bot.jobs.recheck import Rechecked, recheck
from bot.models import AliOrder
from bot.paying import Now, Settled, Unpaid, pay_sheet, settle
from bot.unpaid import waiting_for_payment
from bot.work import Workplace
from flows.pay_sheet import Ticked, open_to_pay
from flows.values import Money

LOOK_UP_MS = 300
Browser = Callable[[bool], AbstractContextManager[BrowserContext]]


@dataclass(slots=True)
class Visit:
    """One visit to the To pay tab: what was ticked, what came of it, and when it is read again.

    `asked` are the orders of the pay sheet, with the amounts that the tab asked for them; `settled` is None where
    nobody has looked.
    """

    asked: tuple[Unpaid, ...] = ()
    ticked: Ticked = field(default_factory=lambda: Ticked(ticked=()))
    settled: Settled | None = None
    rechecked: Rechecked | None = None
    again: list[datetime] = field(default_factory=list)

    @property
    def to_pay(self) -> tuple[Unpaid, ...]:
        """What was ticked, in that order."""
        return tuple(_by_number(self.asked, number) for number in self.ticked.ticked)


@dataclass(slots=True)
class PayTogether:
    """One merged payment by a person.

    `browser` opens the account's browser, with True one that the person sees; `ready` is told what is ticked; `is_over`
    is asked, a few times a second, whether the person has said that they are done; `looking` is told before it is read
    what they have paid.
    """

    place: Workplace
    account: str
    browser: Browser
    ready: Callable[[Visit], None] = lambda _visit: None
    is_over: Callable[[BrowserContext], bool] = lambda _context: False
    looking: Callable[[Visit], None] = lambda _visit: None

    def run(self) -> Visit:
        """Tick, wait for the person, look what came of it. Nothing of what the person does is recorded.

        Raises FlowError (also after the payment: what is to be read again is written by then), AlreadyRunning,
        ConfigError.
        """
        visit = Visit(asked=self._sheet())
        if not visit.asked:
            return visit
        with self.browser(True) as context:
            self._tick(context, visit)
            if visit.ticked.ticked:
                # Before the person begins: whatever happens to this process, somebody will look what was paid.
                visit.again = self._ask_again()
                self.ready(visit)
                wait_for_person(context, self.is_over)
        if visit.ticked.ticked:
            visit.again = self._ask_again()
        if not self.place.stopped():
            self.looking(visit)
            self._look(visit)
        return visit

    def _sheet(self) -> tuple[Unpaid, ...]:
        with self.place.database.read() as session:
            return pay_sheet(waiting_for_payment(session, [self.account]).unpaid).orders

    def _tick(self, context: BrowserContext, visit: Visit) -> None:
        page = context.pages[0] if context.pages else context.new_page()
        numbers = [each.number for each in visit.asked]
        keep = Evidence(self.place.home.evidence).keep
        visit.ticked = open_to_pay(page, self.place.config.site, numbers, keep)
        shown = {card.order_id: card.total for card in visit.ticked.shown}
        visit.asked = tuple(replace(each, amount=shown.get(each.number, each.amount)) for each in visit.asked)
        page.bring_to_front()

    def _ask_again(self) -> list[datetime]:
        with self.place.database.write() as session:
            return rechecks.ask_again(session, self.account, self.place.clock(), "pay sheet")

    def _look(self, visit: Visit) -> None:
        """Read what is left, and the page of each order that was ticked: the list lags behind a payment."""
        begun = self.place.clock()
        with self.browser(False) as context:
            visit.rechecked = recheck(
                self.place.database,
                context,
                self.place.config.site,
                self.account,
                clock=self.place.clock,
                tabs=self.place.config.sync.tabs,
                also=visit.ticked.ticked,
                on_trouble=Evidence(self.place.home.evidence).keep,
                stopped=self.place.stopped,
            )
        others = [each for each in visit.asked if each.number not in visit.ticked.ticked]
        visit.settled = settle(visit.to_pay, others, self._now(visit.asked, begun))

    def _now(self, asked: Sequence[Unpaid], begun: datetime) -> dict[str, Now]:
        """How the orders stand, as far as their pages were read since `begun`."""
        query = select(AliOrder).where(
            AliOrder.account == self.account,
            col(AliOrder.number).in_([each.number for each in asked]),
            col(AliOrder.detail_read_at) >= begun,
        )
        with self.place.database.read() as session:
            return {
                ali.number: Now(ali.status, Money(minor=ali.total_minor, currency=ali.currency))
                for ali in session.exec(query)
                if ali.status is not None and ali.total_minor is not None and ali.currency is not None
            }


def wait_for_person(context: BrowserContext, is_over: Callable[[BrowserContext], bool]) -> None:
    """Until every window is closed, or the person says so. Only that is looked at: not a page, not an address."""
    while not is_over(context):
        try:
            context.wait_for_event("close", timeout=LOOK_UP_MS)
        except PlaywrightTimeout:
            if context.pages:
                continue
        except PlaywrightError:
            pass
        return


def _by_number(orders: Sequence[Unpaid], number: str) -> Unpaid:
    return next(each for each in orders if each.number == number)
