"""The orders of a pay run one by one: the next page is made ready while the number of the one before is looked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot import checkpoints, logs
from bot.buying_home import why_stopped
from bot.clock_leap import SLEPT, ClockWatch
from bot.holds import Held
from bot.jobs.attending import UNDER_WAY, Attending
from bot.jobs.comparing import Comparing
from bot.jobs.desk import Desk
from bot.jobs.left_open import LeftOpen
from bot.jobs.paid import PaidOrder, PaidRun, Pressed, Turn
from bot.jobs.settling import Settling
from bot.jobs.warming import Warming
from bot.language import _, mark
from bot.wording_trouble import trouble_in_words
from flows.check_orders import ListAhead
from flows.errors import PageChanged, TryLater
from flows.values_buying import Quote
from flows.values_paying import PayStep

IN_A_ROW = 3  # so many orders one after the other whose pages are not as they should be: it is not the product
Done = TypeVar("Done")
GONE = mark("the browser window was closed")


@dataclass(slots=True)
class OneByOne:
    """All turns of one run; what becomes of each goes into `done` and to `progress`."""

    desk: Desk
    settling: Settling
    comparing: Comparing
    turns: Sequence[Turn]
    done: PaidRun
    progress: Callable[[PaidOrder], None]
    warming: Warming = field(init=False)
    attending: Attending = field(init=False)
    _pressed: Pressed | None = field(default=None, init=False)
    _odd: int = field(default=0, init=False)
    _watching: ClockWatch = field(init=False)

    def __post_init__(self) -> None:
        self._watching = self.desk.place.watch()
        self.warming = Warming(self.desk, self.turns)
        self.attending = Attending(self.desk, self.warming, self.comparing)

    def run(self) -> None:
        """Until all are done, the person stops, the window is gone or an outcome stays open. Raises FlowError."""
        try:
            for turn in self.turns:
                if self._must_end() or not self._one(turn):
                    break
            self._note_stop()
        finally:
            self._settle()
            self.warming.close()
            for turn in self.turns:
                turn.forget()

    def _must_end(self) -> bool:
        if not self.desk.guard.is_alive():
            self.done.ended_by = _(GONE)
        elif self._watching.look():
            # Whatever was read before is old now, and a new run has a new browser.
            self.done.ended_by = _(SLEPT)
        self._note_stop()
        return self.done.ended_by is not None or self.desk.place.stopped()

    def _note_stop(self) -> None:
        """The file STOP ends a run wherever it is found, also in the middle of an order."""
        self.done.ended_by = self.done.ended_by or why_stopped(self.desk.place.home)

    def _one(self, turn: Turn) -> bool:
        """One order; False where none may follow it."""
        ahead, odd = self._look_ahead(), self._odd
        try:
            with logs.about(shop=turn.candidate.shop, order=turn.candidate.order):
                ready = self._unless_odd(turn, lambda: self._prepared(turn))
        finally:
            goes_on = self._settle(ahead)
        # Once more, because the machine may have slept while the page was made ready.
        if not goes_on or self._must_end():
            return False
        with logs.about(shop=turn.candidate.shop, order=turn.candidate.order):
            ended = ready if isinstance(ready, PaidOrder) else self._attended(turn, ready)
        self._odd = self._odd if self._odd > odd else 0
        if isinstance(ended, PaidOrder):
            self.warming.give_up(turn)
            return self._tell(ended)
        self._pressed = ended
        # With a result on the page the next order's page is made ready while the list is read.
        return ended.sight.step is PayStep.DONE or self._settle()

    def _attended(self, turn: Turn, quote: Quote) -> PaidOrder | Pressed:
        return self._unless_odd(turn, lambda: self.attending.attend(turn, quote))

    def _unless_odd(self, turn: Turn, work: Callable[[], Done]) -> Done | PaidOrder:
        """What comes of `work`; one odd product, or a page that does not answer, costs no other order.

        Nothing of it was pressed then. Raises FlowError where a person is needed, or several in a row went so.
        """
        try:
            return work()
        except (PageChanged, TryLater) as trouble:
            self._odd += 1
            if self._odd == IN_A_ROW or not self.desk.guard.is_alive():
                raise
            return PaidOrder(turn.candidate, "nothing", trouble_in_words(trouble))

    def _prepared(self, turn: Turn) -> Quote | PaidOrder:
        self.warming.prepare(turn)
        if turn.trouble is not None:
            raise turn.trouble
        if isinstance(turn.no, Held):
            return self.desk.hold(turn.candidate, turn.no)
        if turn.no is not None:
            return PaidOrder(turn.candidate, "nothing", turn.no)
        quote = self.attending.make_ready(turn)
        if self._pressed is not None and turn.warm is not None:
            self.desk.show(turn.warm.page, self.desk.faces.looking(turn, self._pressed.turn.candidate.order))
        return quote

    def _look_ahead(self) -> ListAhead | None:
        """The list that tells the number of the order before loads while the next page is made ready."""
        if self._pressed is None or not self.desk.guard.is_alive():
            return None
        try:
            return ListAhead(self.desk.office, self.desk.site)
        except TryLater:
            return None

    def _settle(self, ahead: ListAhead | None = None) -> bool:
        """Find out what the last press made; False where it stays open, so that nothing more may be pressed."""
        pressed, self._pressed = self._pressed, None
        self.warming.nudge()
        if pressed is None:
            return True
        self._tell(self.settling.settle(pressed, ahead))
        if pressed.sight.step not in UNDER_WAY and self.desk.guard.is_alive():
            self.desk.guard.take_back(pressed.page)
            self.warming.is_done_with(pressed.page)
        pressed.turn.forget()
        why = LeftOpen(self.desk, self.settling).why_not()
        self.done.ended_by = self.done.ended_by or why
        return why is None

    def _tell(self, outcome: PaidOrder) -> bool:
        self.done.outcomes.append(outcome)
        with logs.about(shop=outcome.candidate.shop, order=outcome.candidate.order):
            logs.note("over", line=outcome.candidate.position, became=outcome.state, numbers=outcome.numbers)
        self.progress(outcome)
        checkpoints.reached("pay: one done")
        return outcome.state != "stopped"
