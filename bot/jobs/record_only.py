"""A person buys on pages of their own; the robot opens each product for them and notes the number afterwards.

For days on which AliExpress turns automated pages away: nothing is prepared, typed or guarded. An intent is committed
all the same, so that an order whose number was not noted is looked for and not bought again.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import ClassVar

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page
from sqlalchemy.exc import IntegrityError

from bot import checkpoints
from bot.buying_home import why_stopped
from bot.clock_leap import SLEPT
from bot.holds import Held, Hold
from bot.jobs.comparing import Comparing
from bot.jobs.desk import Desk
from bot.jobs.intents import NotNowError
from bot.jobs.paid import PaidOrder, PaidRun, Pressed, Turn
from bot.jobs.pay_run import PayRun
from bot.jobs.place import Placed
from bot.jobs.purchasing import Outcome
from bot.jobs.settling import Settling
from bot.jobs.store_checks import word_on
from bot.language import _, mark
from bot.planning import Candidate, plan
from bot.work import Workplace
from flows.guard import Guard
from flows.guard_rules import is_paid_page
from flows.pages import product
from flows.tab import close_tab
from flows.values_paying import Choice, PayStep, Sight

# A person may take their time over an order of their own.
WITHIN = timedelta(hours=1)
SKIPPED = mark("you skipped it; it waits for the next pay run")
STOPPED = mark("the run was stopped before it; it waits for the next one")


def plan_orders(
    place: Workplace, account: str, only: Collection[int] | None = None, limit: int | None = None
) -> Placed:
    """The orders that a person can buy now, without a quote, and why the others cannot be bought."""

    def candidates() -> list[Candidate]:
        with place.database.write() as session:
            return plan(session, place.config, account, place.clock(), only)

    try:
        found = candidates()
    except IntegrityError:
        # Another home on the same database has made the same purchases at the same moment.
        found = candidates()
    ready = [Outcome(each, "quoted") for each in found if each.blocker is None][:limit]
    return Placed(False, [*ready, *(Outcome(each, "nothing", each.blocker) for each in found if each.blocker)])


@dataclass
class RecordOnly(PayRun):
    """As a pay run, over orders without a quote, on pages that nobody guards.

    The order list has to be read all the same; where AliExpress asks for a person there, they are at the window.
    """

    is_open: ClassVar[bool] = True

    def _guard(self) -> Guard:
        """A guard that guards nothing: the pages are the person's from the beginning."""
        guard = Guard(self.context, self.place.config.site)
        guard.close()
        return guard

    def _orders(self, desk: Desk, settling: Settling, comparing: Comparing) -> None:  # noqa: ARG002
        desk.goes_on()
        OneByHand(desk, settling, self._turns(), self.done, self.progress).run()


@dataclass(slots=True)
class OneByHand:
    """All orders of one run; what becomes of each goes into `done` and to `progress`."""

    desk: Desk
    settling: Settling
    turns: Sequence[Turn]
    done: PaidRun
    progress: Callable[[PaidOrder], None]

    def run(self) -> None:
        """Until all are done, the person stops, or the window is gone. Raises FlowError."""
        home, watching = self.desk.place.home, self.desk.place.watch()
        for turn in self.turns:
            if self.desk.is_to_end() or not self.desk.guard.is_alive():
                break
            if watching.look():
                self.done.ended_by = _(SLEPT)
                break
            outcome = self._one(turn)
            self.done.outcomes.append(outcome)
            self.progress(outcome)
            checkpoints.reached("pay: one done")
            if outcome.state in ("stopped", "unknown"):
                break
        self.done.ended_by = why_stopped(home) or self.done.ended_by

    def _one(self, turn: Turn) -> PaidOrder:
        no = self._why_not(turn)
        if isinstance(no, Held):
            return self.desk.hold(turn.candidate, no)
        if no is not None:
            return PaidOrder(turn.candidate, "nothing", no)
        page = self.desk.guard.open_page()
        try:
            return self._bought(turn, page)
        finally:
            self.desk.hide(page)
            close_tab(page)

    def _why_not(self, turn: Turn) -> Held | str | None:
        desk = self.desk
        word = word_on(desk.place, desk.account, desk.stores, turn.candidate)
        turn.rows, turn.wanted = word.rows, word.wanted
        if word.no is not None or turn.rows is None or turn.wanted is None:
            return word.no
        numbers = desk.with_person(partial(desk.known.perhaps_bought, turn.rows, turn.wanted))
        if numbers:
            return Held(Hold.PERHAPS_BOUGHT, {"numbers": ", ".join(numbers)})
        return None

    def _bought(self, turn: Turn, page: Page) -> PaidOrder:
        """The intent first, then the page is the person's until they say what they did."""
        desk, candidate = self.desk, turn.candidate
        assert turn.rows is not None
        assert turn.wanted is not None
        purchase = turn.rows.purchase
        try:
            held = desk.intents.commit(
                purchase,
                turn.wanted,
                None,
                known_number=desk.known.newest,
                evidence=None,
                spent_in_run=0,
                attended=True,
                within=WITHIN,
            )
        except NotNowError as no:
            return PaidOrder(candidate, "nothing", str(no))
        if held is not None:
            return desk.hold(candidate, held)
        said = self._open(turn, page)
        checkpoints.reached("pay: answered")
        if said in (Choice.SKIP, Choice.HOLD, Choice.STOP):
            pressed = Pressed(turn, purchase, None, page, Sight(step=PayStep.UNCLEAR, pressed=None))
            return self.settling.at_their_word(pressed) or self._left(candidate, said)
        is_sure = said == Choice.DONE
        step = PayStep.UNCLEAR if is_sure else PayStep.CLOSED
        return self.settling.settle(Pressed(turn, purchase, None, page, Sight(step=step, pressed=is_sure or None)))

    def _open(self, turn: Turn, page: Page) -> str | None:
        """What the person says, or that AliExpress shows the page of a payment; None where the tab is closed."""
        desk = self.desk
        assert turn.wanted is not None
        try:
            page.goto(product.address(desk.site, turn.wanted.product_id))
            page.bring_to_front()
        except PlaywrightError as error:
            desk.place.say(_("the product page does not open: {problem}").format(problem=str(error).splitlines()[0]))
        checkpoints.reached("pay: handed over")
        while not page.is_closed():
            if desk.is_to_end():
                return Choice.STOP
            if is_paid_page(page.url, desk.site):
                return Choice.DONE
            desk.show(page, desk.faces.buy_yourself(turn))
            said = desk.said(page)
            if said is not None:
                desk.hide(page)
                return said
            desk.wait()
        return None

    def _left(self, candidate: Candidate, said: str) -> PaidOrder:
        if said == Choice.HOLD:
            outcome = self.desk.hold(candidate, Held(Hold.BY_PERSON))
            outcome.chosen = True
            checkpoints.reached("pay: held")
            return outcome
        if said == Choice.STOP:
            return PaidOrder(candidate, "stopped", _(STOPPED), chosen=True)
        return PaidOrder(candidate, "skipped", _(SKIPPED), chosen=True)
