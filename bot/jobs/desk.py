"""What each step of a pay run works with: the browser, the guard, the tables, and how a person is waited for."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError

from bot import account_states, rechecks
from bot.buying_home import is_stopped
from bot.holds import Held
from bot.jobs.asked import OwnEntries
from bot.jobs.checking import Checks
from bot.jobs.faces import Faces
from bot.jobs.intents import Intents
from bot.jobs.known import KnownOrders
from bot.jobs.lease import Lease
from bot.jobs.looking import Looker
from bot.jobs.paid import PaidOrder
from bot.jobs.stores import Stores
from bot.language import _, mark
from bot.persons import what_is_the_matter
from bot.planning import Candidate
from bot.wording import held_sentence
from bot.work import Workplace
from flows.bar import Bar
from flows.errors import FlowError, PersonNeeded
from flows.guard import Guard
from flows.login import wait_for_sign_in
from flows.values import Site
from flows.values_buying import Quote
from flows.values_paying import BarFace, Choice

Ask = Callable[[BarFace], str]
Rest = Callable[[BrowserContext], None]
Done = TypeVar("Done")
REST_MS = 40.0
HELPED = 3  # so often AliExpress may ask for a person before the same can be read
SOMEBODY_ELSE = mark("somebody else has seen to it meanwhile")


def not_sure(_face: BarFace) -> str:
    """Nobody is there to be asked."""
    return Choice.NOT_SURE


def rest_a_moment(context: BrowserContext) -> None:
    """Let the browser's events come in while a person reads, types or presses."""
    page = next(iter(context.pages), None)
    if page is None:
        time.sleep(REST_MS / 1000)
    else:
        page.wait_for_timeout(REST_MS)


@dataclass(slots=True)
class Desk:
    """The parts of one pay run. `office` is the robot's own tab: it reads lists and orders, and asks there.

    `ask` is used where the window is gone; `rest` is called over and over while a person is waited for. `is_open`: no
    guard stands before the person's hand, so that they can do in the window what AliExpress asks for.
    """

    place: Workplace
    context: BrowserContext
    account: str
    guard: Guard
    office: Page
    looker: Looker
    known: KnownOrders
    checks: Checks
    stores: Stores
    faces: Faces
    ask: Ask = not_sure
    rest: Rest = rest_a_moment
    sleep: Callable[[float], None] | None = None
    is_open: bool = False
    spent_in_run: int = 0
    warnings: list[BarFace] = field(default_factory=list)
    _is_read_again: bool = False
    _bars: dict[Page, tuple[Bar, BarFace]] = field(default_factory=dict)

    @property
    def site(self) -> Site:
        """The AliExpress that the run works on."""
        return self.place.config.site

    @property
    def intents(self) -> Intents:
        """The written word about the purchases of the account."""
        return Intents(self.place.home, self.place.database, self.account, self.checks, self.place.clock)

    @property
    def own(self) -> OwnEntries:
        """The robot's entry of the address book."""
        return OwnEntries(self.place.database, self.account)

    @property
    def person_wait(self) -> timedelta:
        """How long a prepared page waits, and a payment is watched."""
        return timedelta(minutes=self.place.config.buying.person_wait_minutes)

    def is_to_end(self) -> bool:
        """Whether nothing more is to be bought: the run was asked to end, or the file STOP is there."""
        return self.place.stopped() or is_stopped(self.place.home)

    def give_back(self, quote: Quote | None) -> None:
        """A purchase that was committed was not made: what it would have cost is not spent."""
        self.spent_in_run -= quote.total.minor if quote is not None else 0

    def is_read_again(self) -> None:
        """Ask, once a run, for the unpaid orders to be read again later: the person may have paid, or pay soon.

        It is written down before the first number, so that a run that dies has asked for it, too.
        """
        if not self._is_read_again:
            self._is_read_again = True
            with self.place.database.write() as session:
                rechecks.ask_again(session, self.account, self.place.clock())

    def lease(self, candidate: Candidate) -> Lease:
        """The hold on a store order. Raises MissingSecret, ConfigError."""
        return Lease(self.place.database, self.stores.of(candidate.shop), self.place.home, self.place.clock)

    def show(self, page: Page, face: BarFace) -> None:
        """Show a face over a page; on a page that may not carry the bar nothing is shown."""
        bar, shown = self._bars.get(page) or (Bar(page, self.site, self.guard), None)
        if shown != face:
            self._bars = {one: kept for one, kept in self._bars.items() if not one.is_closed()}
            self._bars[page] = bar, face
            with contextlib.suppress(PlaywrightError):
                bar.show(face)

    def said(self, page: Page) -> str | None:
        """What the person has chosen on the bar of a page since the last call, if anything."""
        bar, _face = self._bars.get(page, (None, None))
        with contextlib.suppress(PlaywrightError):
            said = bar.said() if bar is not None else None
            return str(said) if said is not None else None
        return None

    def hide(self, page: Page) -> None:
        """Take the bar off a page."""
        bar, _face = self._bars.pop(page, (None, None))
        if bar is not None:
            with contextlib.suppress(PlaywrightError):
                bar.hide()

    def wait(self) -> None:
        """A moment for the person; nothing where the browser is gone."""
        with contextlib.suppress(PlaywrightError):
            self.rest(self.context)

    def pause(self, seconds: float) -> None:
        """Wait so long, or until the run is to end, or the browser is gone."""
        if self.sleep is not None:
            self.sleep(seconds)
            return
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.place.stopped() and self.guard.is_alive():
            self.wait()

    def question(self, face: BarFace, *, said_before: bool = False) -> str:
        """What the person answers in the window, in the robot's own tab; where that is gone, as `ask` says.

        Nobody is waited for any longer than a page would wait: then they are not sure.
        """
        if not said_before:
            self.place.say(face.message)
        until = time.monotonic() + self.person_wait.total_seconds()
        with contextlib.suppress(PlaywrightError):
            self.office.bring_to_front()
            if not self.office.url.startswith(self.site.www):
                self.office.goto("about:blank")
            self.show(self.office, face)
            said: str | None = None
            while said is None and not self._is_over(until):
                self.rest(self.context)
                said = self.said(self.office)
            self.hide(self.office)
            return said or Choice.NOT_SURE
        return self.ask(face)

    def with_person(self, work: Callable[[], Done]) -> Done:
        """What comes of reading in the robot's own tab; where AliExpress asks for a person, they may do it there.

        Raises FlowError, PersonNeeded only where nobody did it.
        """
        for _each in range(HELPED):
            try:
                return work()
            except PersonNeeded as need:
                if not self.is_seen_to(need):
                    raise
        return work()

    def is_seen_to(self, need: PersonNeeded) -> bool:
        """Whether the person did what AliExpress asks for in the robot's own tab; under a guard nobody can."""
        if not self.is_open or not self.guard.is_alive():
            return False
        told = _("AliExpress asks for you in the window: {matter}. Do it there; it goes on by itself then.")
        self.place.say(told.format(matter=what_is_the_matter(need.kind)))
        try:
            self.office.bring_to_front()
            seconds = self.person_wait.total_seconds()
            if not wait_for_sign_in(self.office, self.site, self.place.stopped, seconds):
                return False
        except (FlowError, PlaywrightError):
            return False
        self.goes_on()
        return True

    def goes_on(self) -> None:
        """The order list has been read: an account that waited for a person waits no more."""
        account_states.is_signed_in(self.place.database, self.account, self.place.clock(), None, by_person=False)

    def _is_over(self, until: float) -> bool:
        return self.is_to_end() or self.office.is_closed() or time.monotonic() > until

    def hold(self, candidate: Candidate, held: Held, pressed_at: datetime | None = None) -> PaidOrder:
        """Hold a purchase that was surely not placed; `pressed_at` is the time of the intent that it had."""
        if not self.intents.hold(candidate.purchase, held, pressed_at=pressed_at):
            return PaidOrder(candidate, "nothing", _(SOMEBODY_ELSE))
        return PaidOrder(candidate, "held", held_sentence(held.code, candidate.order, candidate.position, held.data))
