"""One page under the guard: how far it is, what it was let to send, and whose press counts on it."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Request

from flows.errors import CannotBuy, PageChanged, Reason
from flows.guard_rules import NAME, may_repeat
from flows.order_calls import answer_of
from flows.pages import confirm
from flows.persons_tab import PersonsTab
from flows.press_ear import PressEar
from flows.shown_terms import Shown, asked_of, is_drawn, why_not_persons, why_not_robots, why_other_goods
from flows.values import Site
from flows.values_buying import Quote

EMPTY = "about:blank"
LEAVES_WITHIN = 5.0  # how long a page may take to go blank
SENDS_WITHIN = 3.0  # how long the page may take from a press to its order call
DRAWS_WITHIN = 4.0  # how long a page may take to draw what is pressed on it
STANDS_AFTER = 0.3  # how long nothing may have moved before the page counts as it stands
BURST = 10.0  # so long after the order call no other unknown call leaves the confirm page twice


class Phase(Enum):
    """How much may leave a page.

    READING: it may load and read. SEALED: assets alone. ARMED: the robot may press once. SENT: the robot's order call
    is gone. HANDED: a person may press once, and read. PERSONS: the person's order call is gone, and all is theirs.
    """

    READING = "reading"
    SEALED = "sealed"
    ARMED = "armed"
    SENT = "sent"
    HANDED = "handed over"
    PERSONS = "a person's"


class GuardedPage:
    """One page of the buying context. `let_through` names the order calls that were sent, `aborted` what was stopped.

    `at_press` is called once, when the page becomes the person's: whoever listens to it stops then.
    """

    def __init__(self, page: Page, site: Site, key: str) -> None:
        self.page = page
        self.site = site
        self.phase = Phase.READING
        self.sent: list[tuple[str, Request]] = []
        self.stopped: list[str] = []
        self.at_press: list[Callable[[], None]] = []
        self.deadline = 0.0
        self.quote: Quote | None = None
        self.was_armed = False
        self._key = key
        self.ear = PressEar(page, f"{key}t")
        self._forget()

    def _forget(self) -> None:
        self.tab = PersonsTab(self.page, f"{self._key}f")
        self._before: Shown = {}
        self._seen: Shown = {}
        self._asked: tuple[str, ...] = ()
        self._pending: set[Request] = set()
        self._is_unsure = False
        self._moved_at = time.monotonic()
        self._undrawn_at = self._sent_at = 0.0

    @property
    def let_through(self) -> tuple[str, ...]:
        """The names of the order calls that were sent."""
        return tuple(name for name, _ in self.sent)

    @property
    def aborted(self) -> tuple[str, ...]:
        """The names of what was stopped."""
        return tuple(self.stopped)

    @property
    def is_handed_over(self) -> bool:
        """Whether a person's press is waited for, or was let through."""
        return self.phase in {Phase.HANDED, Phase.PERSONS}

    @property
    def is_persons(self) -> bool:
        """Whether the page belongs to the person: nothing in it may be read."""
        return self.phase is Phase.PERSONS

    @property
    def is_answered(self) -> bool:
        """Whether the order calls that were sent have been answered, or have failed."""
        return all(request.existing_response is not None or request.failure for _, request in self.sent)

    @property
    def is_moving(self) -> bool:
        """Whether the page is being changed, or a press may still bring its order call."""
        now = time.monotonic()
        is_pressed = now - self.ear.pressed_at < SENDS_WITHIN
        return bool(self._pending) or is_pressed or now - self._moved_at < STANDS_AFTER

    @property
    def is_empty(self) -> bool:
        """Whether the page has shown nothing that could be pressed for some time: it says that it failed, perhaps."""
        return bool(self._undrawn_at) and time.monotonic() - self._undrawn_at > DRAWS_WITHIN

    def arm(self, quote: Quote, deadline: datetime) -> None:
        """Lets one press of the robot through whose page still shows `quote`."""
        shown = self._to_be_armed(deadline)
        refused = why_not_robots(quote, shown)
        if refused is not None:
            raise refused
        self._arm(shown, quote, deadline.timestamp(), person=False)
        self.phase = Phase.ARMED

    def hand_over(self, quote: Quote, deadline: datetime) -> None:
        """Lets one press of a person through whose page still shows `quote`."""
        shown = self._to_be_armed(deadline)
        refused = why_not_persons(quote, shown)
        if refused is not None:
            raise refused
        self._forget()
        self.ear.listen()
        self._before, self._seen, self._asked = shown, shown, asked_of(self.page.url)
        self._arm(shown, quote, deadline.timestamp(), person=True)
        self.phase = Phase.HANDED

    def disarm(self) -> None:
        """Refuses presses and order calls again; a page that is the person's stays theirs."""
        if self.phase in {Phase.ARMED, Phase.HANDED}:
            self.phase = Phase.SEALED
        if self.was_armed and not self.is_persons:
            with suppress(PlaywrightError):
                self.reach("disarm")

    def read_again(self) -> None:
        """The page was disarmed, and may be read anew."""
        self.stop()
        self.phase = Phase.READING

    def reset(self) -> None:
        """Another purchase begins on the page."""
        self.read_again()
        for told in (self.sent, self.stopped, self.at_press):
            told.clear()
        self.ear.forget()
        self._forget()

    def stop(self) -> None:
        """Stops listening, and lets go of what was the person's."""
        self.ear.stop()
        self.tab.end()

    def leave_armed(self) -> None:
        """Ends the page that was armed; one that has given way to another, as after an order, can send nothing more."""
        report = self._ask("report")
        if report is None or report["wasArmed"]:
            self.leave()
        self.was_armed = False

    def leave(self) -> None:
        """Ends the page: what it may still want to send would leave when the browser lets go of it."""
        self.was_armed = False
        if not self.page.is_closed():
            with suppress(PlaywrightError):
                self.page.goto(EMPTY, timeout=LEAVES_WITHIN * 1000)

    def refused(self) -> tuple[str, ...]:
        """What the page's own listener refused, each as "event: reason"; empty where nobody may ask, or can."""
        report = self._ask("report")
        return tuple(report["refused"]) if report else ()

    def was_pressed(self) -> bool | None:
        """Whether the listener let a click through; None where the page is gone and cannot tell."""
        if self.is_persons or self.ear.pressed_at:
            return True
        report = self._ask("report")
        return bool(report["pressed"]) if report else None

    def why_not_now(self) -> CannotBuy | None:
        """Why a person's press would be refused at present; a page that moves is waited for.

        A page that was loaded again, or whose press sent nothing, is armed anew once it stands and shows the quote.
        """
        assert self.quote is not None
        if self.is_moving:
            return None
        look = self._ask("look")
        if look is None or not is_drawn(look["terms"]):
            self._undrawn_at = self._undrawn_at or time.monotonic()
            return None
        shown, self._undrawn_at = look["terms"], 0.0
        if shown != self._seen:
            self._seen, self._moved_at = shown, time.monotonic()
            return None
        refused = self._other_address() or why_other_goods(self._before, shown) or why_not_persons(self.quote, shown)
        if refused is None:
            self._is_unsure = False
            self.ear.forget(begun=bool(look["begun"]))
            if not look["armed"]:
                self._arm(shown, self.quote, self.deadline, person=True)
        return refused

    def begin_call(self, request: Request) -> None:
        """A call that changes what would be ordered: until it is answered and the page stands, no order call passes."""
        self._pending.add(request)
        self._is_unsure = True

    def end_call(self, request: Request) -> None:
        """A call was answered, or failed."""
        if any(request is sent for _, sent in self.sent):
            self.tab.end_call(request)
        if request in self._pending:
            self._pending.discard(request)
            self._moved_at = time.monotonic()

    def may_order(self, name: str, request: Request) -> bool:
        """Whether an order call of the robot's press may leave; it is noted then."""
        is_first = self.phase is Phase.ARMED and not self.sent
        is_again = self.phase is Phase.SENT and len(self.sent) == 1 and _was_for_nothing(self.sent[0][1])
        if time.time() >= self.deadline or not (is_first or is_again):
            return False
        self.phase = Phase.SENT
        self.sent.append((name, request))
        return True

    def may_begin(self, name: str, request: Request) -> bool:
        """Whether an order call of a person's press may leave; the page is theirs then."""
        is_pressed = self.ear.wait()  # another call of the page may have been let through meanwhile
        if self.phase is not Phase.HANDED or not is_pressed or time.time() >= self.deadline:
            return False
        if self._pending or self._is_unsure:
            return False
        self.phase, self._sent_at = Phase.PERSONS, time.monotonic()
        self.sent.append((name, request))
        self._give_away()
        return True

    def may_pay(self, name: str, request: Request, where: str) -> bool:
        """Whether a call may leave the person's page: anything but one that may be the order call, a second time.

        An order call may be repeated once where its answer says that nothing was processed. `where` is the address of
        the document that calls.
        """
        same = [sent for known, sent in self.sent if known == name]
        is_burst = time.monotonic() - self._sent_at < BURST and urlsplit(where).path == confirm.PATH
        if same and not (len(same) == 1 and time.time() < self.deadline and _was_for_nothing(same[0])):
            return False
        if same or (is_burst and not may_repeat(name)):
            self.sent.append((name, request))
        return True

    def shown(self) -> Shown:
        """What the page shows, read without the listener."""
        css = confirm.places(self.site)
        return dict(self.page.evaluate(f"css => {{ {confirm.script()} return dropferryConfirm(css).terms() }}", css))

    def reach(self, what: str, told: object = None) -> Any:
        """Asks the page's listener; None where there is none, or it is not for the robot to ask."""
        if self.page.is_closed() or self.is_persons:
            return None
        ask = "([key, what, told]) => window[key] ? (window[key][what](told) ?? true) : null"
        return self.page.evaluate(ask, [self._key, what, told])

    def _give_away(self) -> None:
        """Nobody listens any more, and nothing that the page loads is held back."""
        for stop in self.at_press:
            with suppress(PlaywrightError):
                stop()
        self.at_press.clear()
        self.ear.stop()
        self.tab.begin()

    def _to_be_armed(self, deadline: datetime) -> Shown:
        if self.phase is not Phase.SEALED:
            raise PageChanged(NAME, "order", f"armed while {self.phase.value}")
        if deadline.timestamp() <= time.time():
            raise CannotBuy(Reason.PRICE_CHANGED, "the quote is too old: its deadline has passed")
        return self.shown()

    def _arm(self, shown: Shown, quote: Quote, until: float, *, person: bool) -> None:
        expected = {
            "person": person,
            "button": quote.button_text,
            "method": quote.payment.method or "",
            "present": quote.payment.present,
            "total": shown["total"][0],
            "recipient": shown["recipient"],
            "lines": shown["lines"],
            "deadline": until * 1000,
        }
        self.was_armed = True  # whatever becomes of it
        if self.reach("arm", expected) is None:
            raise PageChanged(NAME, "listener", "the page was loaded before the guard")
        self.deadline, self.quote = until, quote

    def _other_address(self) -> CannotBuy | None:
        asked = asked_of(self.page.url)
        if asked == self._asked:
            return None
        return CannotBuy(Reason.SKU_GONE, f"quote {' '.join(self._asked)}, page shows {' '.join(asked)}")

    def _ask(self, what: str) -> dict[str, Any] | None:
        """What the listener answers; None between two documents, or where the page is gone."""
        with suppress(PlaywrightError):
            return self.reach(what) or None
        return None


def _was_for_nothing(request: Request) -> bool:
    answer = answer_of(request)
    return answer is not None and answer.was_for_nothing
