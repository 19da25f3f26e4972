"""Opens the confirm pages of the next orders in tabs behind the one that the person works in; none of them is armed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Page

from bot import checkpoints
from bot.holds import Held
from bot.jobs.desk import Desk
from bot.jobs.paid import Turn
from bot.jobs.store_checks import StoreChecks, Word, word_on
from flows.errors import CannotBuy, FlowError
from flows.pay_page import Warm, begin
from flows.tab import browser_trouble

AHEAD = 2


@dataclass(slots=True)
class Warming:
    """The turns of one run in their order, and the tabs that are free for them."""

    desk: Desk
    turns: Sequence[Turn]
    checks: StoreChecks = field(init=False)
    _free: list[Page] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.checks = StoreChecks(self.desk.place, self.desk.account)

    def close(self) -> None:
        """Nothing more is prepared."""
        self.checks.close()

    def prepare(self, turn: Turn) -> None:
        """Check one order with the store, and open its pages; what stands in the way is kept in the turn."""
        self._start(turn)
        self._open_next(turn)
        self._step(turn, lambda warmed: warmed.open(reached) if warmed.is_opening else None)

    def nudge(self) -> None:
        """Go on with every page whose answer has come; waits for nothing."""
        for turn in self.turns:
            self._step(turn, lambda warmed: None if warmed.waits or not warmed.is_opening else warmed.go_on(reached))

    def ahead_of(self, turn: Turn) -> bool:
        """Open the pages of the next two orders a step further, and type the address of the very next one.

        None of that is seen by anybody: the address is not saved before its turn. False where nothing was to be done.
        """
        self.nudge()
        is_opened = self._open_next(turn)
        following = self.turns[turn.place : turn.place + 1]
        return (bool(following) and self._begin(following[0])) or is_opened

    def _beside(self, turn: Turn) -> None:
        """While the address book of a page is waited for, the pages after it are opened a step further."""
        self.nudge()
        self._open_next(turn)

    def _open_next(self, turn: Turn) -> bool:
        """Begin to load the pages of one more of the next two orders; False where there is none to be opened now."""
        # While a person presses or pays nobody waits for a store: it is asked one order before its pages are opened.
        asked = self.turns[turn.place : turn.place + AHEAD + 1]
        told = [each for each in asked if not each.is_prepared and self._is_told(each)]
        cold = next((each for each in told if each.place <= turn.place + AHEAD), None)
        if cold is not None:
            self._start(cold)
        return cold is not None

    def _start(self, turn: Turn) -> None:
        if turn.is_prepared:
            return
        asked, turn.asked = turn.asked, None
        word = asked.result() if asked is not None else self._word_on(turn)
        turn.rows, turn.wanted, turn.no = word.rows, word.wanted, word.no
        self.desk.faces.pictures.ask(turn.rows.line.image if turn.rows is not None else None)
        if turn.no is None:
            assert turn.wanted is not None
            try:
                with browser_trouble("buying"):
                    page = self._page()
                    turn.warm = Warm(page, self.desk.site, turn.wanted, self.desk.guard, lambda: self._beside(turn))
                turn.warm.start()
            except FlowError as trouble:
                self._failed(turn, trouble)
        checkpoints.reached("pay: warming")

    def _step(self, turn: Turn, go_on: Callable[[Warm], None]) -> None:
        if turn.warm is None or turn.no is not None or turn.trouble is not None:
            return
        try:
            go_on(turn.warm)
        except FlowError as trouble:
            self._failed(turn, trouble)
        self.desk.faces.pictures.ask(turn.ali_image)

    def _failed(self, turn: Turn, trouble: FlowError) -> None:
        self.give_up(turn)
        if isinstance(trouble, CannotBuy):
            turn.no = Held(trouble.reason, {"detail": trouble.detail})
        else:
            turn.trouble = trouble

    def give_up(self, turn: Turn) -> None:
        """What was opened for an order is not pressed by anybody; its tab serves for another one."""
        page = turn.warm.page if turn.warm is not None else None
        turn.forget()
        if page is not None:
            self.desk.hide(page)
            self.is_done_with(page)

    def _begin(self, turn: Turn) -> bool:
        """What is wrong with an address shows, and is told, when it is its turn."""
        if turn.warm is None or not turn.warm.is_open or turn.is_begun:
            return False
        turn.is_begun = True
        try:
            begin(turn.warm, self.desk.own.entry())
        except FlowError:
            turn.warm.close()
        checkpoints.reached("pay: address begun")
        return True

    def is_done_with(self, page: Page) -> None:
        """A tab whose order is over serves for another one; a page that stays the person's is not given here."""
        if not page.is_closed() and page not in self._free:
            self._free.append(page)

    def _page(self) -> Page:
        while self._free:
            page = self._free.pop()
            if not page.is_closed():
                return page
        return self.desk.guard.open_page()

    def _is_told(self, turn: Turn) -> bool:
        turn.asked = turn.asked or self.checks.ask(turn.candidate)
        return turn.asked.done()

    def _word_on(self, turn: Turn) -> Word:
        return word_on(self.desk.place, self.desk.account, self.desk.stores, turn.candidate)


def reached(name: str, _page: Page) -> None:
    """A step of a flow as a checkpoint."""
    checkpoints.reached(f"place: {name}")
