"""The orders of a pay run one by one: the next page is made ready while the number of the one before is looked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot import checkpoints, logs
from bot.buying_home import is_stopped, stop_file
from bot.holds import Held
from bot.jobs.attending import UNDER_WAY, Attending
from bot.jobs.comparing import Comparing
from bot.jobs.desk import Desk
from bot.jobs.left_open import LeftOpen
from bot.jobs.paid import PaidOrder, PaidRun, Pressed, Turn
from bot.jobs.settling import Settling
from bot.jobs.warming import Warming
from bot.language import _, mark
from flows.check_orders import ListAhead
from flows.errors import PersonNeeded, TryLater
from flows.values_buying import Quote
from flows.values_paying import Choice, PayStep

SILENT = 3
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
    _silent: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.warming = Warming(self.desk, self.turns)
        self.attending = Attending(self.desk, self.warming, self.comparing)

    def run(self) -> None:
        """Until all are done, the person stops, the window is gone or an outcome stays open. Raises FlowError."""
        try:
            for turn in self.turns:
                if self._must_end() or not self._one(turn):
                    break
        finally:
            self._settle()
            for turn in self.turns:
                turn.forget()

    def _must_end(self) -> bool:
        home = self.desk.place.home
        if not self.desk.guard.is_alive():
            self.done.ended_by = _(GONE)
        elif is_stopped(home):
            self.done.ended_by = _("buying is stopped: {file}").format(file=stop_file(home))
        return self.done.ended_by is not None or self.desk.place.stopped()

    def _one(self, turn: Turn) -> bool:
        """One order; False where none may follow it."""
        ahead = self._look_ahead()
        ready: Quote | PaidOrder | None = None
        try:
            with logs.about(shop=turn.candidate.shop, order=turn.candidate.order):
                ready = self._ready(turn)
        finally:
            goes_on = self._settle(ahead)
        if not goes_on:
            return False
        if isinstance(ready, PaidOrder):
            return self._tell(ready)
        with logs.about(shop=turn.candidate.shop, order=turn.candidate.order):
            ended = self.attending.attend(turn, ready)
        if isinstance(ended, PaidOrder):
            return self._tell(ended)
        self._pressed = ended
        # With a result on the page the next order's page is made ready while the list is read.
        return ended.sight.step is PayStep.DONE or self._settle()

    def _ready(self, turn: Turn) -> Quote | PaidOrder:
        """The page of an order in front, with its quote. Raises FlowError where that ends the run."""
        try:
            return self._prepared(turn)
        except PersonNeeded:
            # The person is at the window already: they do what AliExpress asks for, and it goes on.
            if self.desk.question(self.desk.faces.sign_in()) != Choice.DONE:
                raise
            turn.forget()
            return self._prepared(turn)
        except TryLater as trouble:
            self._silent += 1
            if self._silent == SILENT or not self.desk.guard.is_alive():
                raise
            return PaidOrder(turn.candidate, "nothing", str(trouble))

    def _prepared(self, turn: Turn) -> Quote | PaidOrder:
        self.warming.prepare(turn)
        if turn.trouble is not None:
            raise turn.trouble
        if isinstance(turn.no, Held):
            return self.desk.hold(turn.candidate, turn.no)
        if turn.no is not None:
            return PaidOrder(turn.candidate, "nothing", turn.no)
        quote = self.attending.make_ready(turn)
        self._silent = 0
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
