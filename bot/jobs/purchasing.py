"""Buys one purchase: quote, checks, intent, one press, and what became of it. Only `press` below presses anything."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from bot import checkpoints
from bot.address import AddressRefused
from bot.config import Config
from bot.db import Database
from bot.evidence import PressEvidence
from bot.holds import Held, Hold
from bot.home import Home
from bot.jobs.asked import OwnEntries, wanted_for
from bot.jobs.checking import Checks, PurchaseRows, UnmappedError
from bot.jobs.intents import Intents, NotNowError, seen_before
from bot.jobs.known import KnownOrders
from bot.jobs.lease import StoreSays
from bot.jobs.looking import Looker, look_back
from bot.language import _, mark
from bot.models import Purchase
from bot.models_buying import ProvenMethod
from bot.planning import Candidate
from bot.pricing import Cost, cost_of, margin_percent
from bot.wording import held_sentence
from bot.wording_trouble import trouble_in_words
from flows.errors import CannotBuy, FlowError, OutcomeUnknown, PersonNeeded, Reason, TryLater
from flows.guard import Guard
from flows.place_order import PressResult, prepare, press
from flows.selector_files import load
from flows.values import AliStatus, Money, Site
from flows.values_buying import Quote, Wanted

# Causes that the confirm page surprised us with: what it looked like is kept.
SURPRISES = frozenset(
    {
        Reason.UNKNOWN_BUTTON,
        Reason.PAGE_SAYS_NO,
        Reason.RECIPIENT_DIFFERS,
        Reason.QUANTITY_CHANGED,
        Reason.MERCHANT_ADDRESS_TOUCHED,
        Reason.ADDRESS_REFUSED,
    }
)
FIRST_LOOKS = (0.0, 10.0, 30.0, 60.0)
# After this, nothing is pressed by it: the process, or who watches it, was away meanwhile.
STALE = timedelta(minutes=5)
# So long the store's last word holds.
SPOKEN = timedelta(seconds=30)
SOMEBODY_ELSE = mark("somebody else has seen to it meanwhile")
NOT_FOUND = mark("perhaps ordered, so do not order it again: it is looked for at every sync")


@dataclass(slots=True)
class Outcome:
    """What became of one candidate: `state` is quoted, held, placed, unknown, failed or nothing, `why` the words.

    `failed` was to be ordered and something did not work; of `nothing`, nothing was to be ordered.
    """

    candidate: Candidate
    state: str
    why: str = ""
    quote: Quote | None = None
    cost: Cost | None = None
    sale: Money | None = None
    margin: str | None = None
    numbers: tuple[str, ...] = ()
    needs_a_look: bool = False


@dataclass(slots=True)
class Purchasing:
    """Everything that buying one thing after another on one account needs."""

    home: Home
    config: Config
    database: Database
    site: Site
    account: str
    page: Page
    guard: Guard
    looker: Looker
    checks: Checks
    clock: Callable[[], datetime]
    live: bool
    known: KnownOrders
    attended: bool = False
    supervised: Callable[[Outcome], bool] | None = None
    pause: Callable[[float], None] = lambda _seconds: None
    not_after: datetime | None = None
    spent_in_run: int = 0

    @property
    def _own(self) -> OwnEntries:
        return OwnEntries(self.database, self.account)

    @property
    def intents(self) -> Intents:
        """The written word about the purchases of the account."""
        return Intents(self.home, self.database, self.account, self.checks, self.clock)

    def hold_if_bought(self, candidate: Candidate) -> Outcome | None:
        """Hold what somebody else has perhaps bought; a backlog bought by hand costs no question to the store.

        Raises FlowError where AliExpress cannot tell.
        """
        try:
            with self.database.read() as session:
                rows = PurchaseRows.load(session, candidate.purchase)
            wanted = wanted_for(rows, self.config.account(self.account).currency)
        except (UnmappedError, AddressRefused):
            return None  # told with its reason once the store has had its say
        # After the quote before this one the guard is closed, also for the pages that tell what was bought.
        self.guard.reading()
        numbers = self.known.perhaps_bought(rows, wanted)
        return self.hold(candidate, Held(Hold.PERHAPS_BOUGHT, {"numbers": ", ".join(numbers)})) if numbers else None

    def buy(self, candidate: Candidate, last_word: Callable[[], StoreSays]) -> Outcome:
        """Take one purchase as far as it may go; `last_word` reads the store order once more just before the press.

        Raises FlowError where the page, not the purchase, is the trouble, and what `last_word` raises.
        """
        try:
            with self.database.read() as session:
                rows = PurchaseRows.load(session, candidate.purchase)
        except UnmappedError as gone:
            return Outcome(candidate, "nothing", str(gone))
        found = self._quote(rows)
        if isinstance(found, Held):
            return self.hold(candidate, found)
        wanted, quote = found
        checkpoints.reached("place: quoted")
        outcome = self._outcome(candidate, quote, rows)
        no = self._why_not(rows, quote, outcome, last_word)
        if isinstance(no, Held):
            return self.hold(candidate, no, outcome)
        if no is not None:
            return _nothing(outcome, no)
        if self.live:
            return self._press(rows.purchase, wanted, quote, outcome)
        self.spent_in_run += quote.total.minor
        return outcome

    def _quote(self, rows: PurchaseRows) -> tuple[Wanted, Quote] | Held:
        try:
            wanted = wanted_for(rows, self.config.account(self.account).currency)
        except AddressRefused as refused:
            return Held(Hold.ADDRESS, {"problems": refused.told})
        try:
            quote = prepare(self.page, self.site, wanted, self.guard, own=self._own.entry(), on_step=_checkpoint)
        except CannotBuy as no:
            return Held(no.reason, {"detail": no.detail})
        return wanted, quote

    def _why_not(
        self, rows: PurchaseRows, quote: Quote, outcome: Outcome, last_word: Callable[[], StoreSays]
    ) -> Held | str | None:
        """What forbids the press, if anything does: a check, the person who watches, or the store."""
        with self.database.read() as session:
            held = self.checks.money(
                session, rows, quote, self.spent_in_run, attended=self.attended, only_planned=not self.live
            )
            if held is None and self.live:
                held = self.checks.button(session, quote, watched=self.supervised is not None)
        if held is not None or not self.live:
            return held
        if self.supervised is not None and not self.supervised(outcome):
            return _("not pressed: you said no")
        asked_at = self.clock()
        says = last_word()
        self.not_after = min(asked_at + SPOKEN, self.known.at + STALE)
        checkpoints.reached("place: last word")
        return says.held or says.over

    def _outcome(self, candidate: Candidate, quote: Quote, rows: PurchaseRows) -> Outcome:
        cost = cost_of(quote)
        margin = margin_percent(rows.sale, cost.total, self.config.rates)
        told = f"{margin} %" if margin is not None else None
        return Outcome(candidate, "quoted", quote=quote, cost=cost, sale=rows.sale, margin=told)

    def _press(self, purchase: Purchase, wanted: Wanted, quote: Quote, outcome: Outcome) -> Outcome:
        try:
            evidence = seen_before(self.home, self.page, quote)
            refused = self.intents.commit(
                purchase,
                wanted,
                quote,
                known_number=self.known.newest,
                evidence=evidence.name,
                spent_in_run=self.spent_in_run,
                watched=self.supervised is not None,
                not_after=self.not_after,
            )
        except NotNowError as no:
            return _nothing(outcome, str(no))
        if refused is not None:
            return self.hold(outcome.candidate, refused, outcome)
        self.spent_in_run += quote.total.minor
        result = self._pressed(purchase, quote, evidence)
        checkpoints.reached("place: after press")
        if result is None:
            return self._look(purchase, outcome)
        if result.refused is not None:
            held = Held(result.refused.reason, {"detail": result.refused.detail})
            return self.hold(outcome.candidate, held, outcome, pressed_at=purchase.intent_at)
        if not result.let_through:
            self.intents.take_back(purchase)
            outcome.state, outcome.why = "failed", _("the button did nothing; it is tried again at the next run")
            return outcome
        return self._look(purchase, outcome, result.numbers)

    def _pressed(self, purchase: Purchase, quote: Quote, evidence: PressEvidence) -> PressResult | None:
        """Press once; None where an order call went out and nobody knows what came of it."""
        assert purchase.deadline is not None

        def seen(name: str, page: Page) -> None:
            _checkpoint(name, page)
            if name == "outcome":
                evidence.keep(page, "after", {"let_through": self.guard.let_through, "aborted": self.guard.aborted})

        try:
            return press(self.page, self.site, self.guard, quote, purchase.deadline, on_step=seen)
        except CannotBuy as no:
            # Refused before the press: the page no longer shows what was quoted.
            return PressResult(pressed=False, let_through=False, refused=no)
        except OutcomeUnknown:
            # The usual end: the page after the press shows no number, so the order list has to tell.
            return None
        except (FlowError, PlaywrightError) as trouble:
            evidence.keep(self.page, "trouble", {"problem": str(trouble)})
            if self.guard.let_through:
                return None
            self.intents.take_back(purchase)
            if isinstance(trouble, FlowError):
                raise
            raise TryLater(_("the browser says: {problem}").format(problem=str(trouble).splitlines()[0])) from trouble

    def _look(self, purchase: Purchase, outcome: Outcome, shown: tuple[str, ...] = ()) -> Outcome:
        """Find the number: from the result page (`shown`), else in the list, at once and after 10, 30 and 60 s."""
        arrived = bool(shown) or urlsplit(self.page.url).path.startswith(load("guard").means["pages"]["result"])
        for seconds in FIRST_LOOKS:
            self.pause(seconds)
            self.guard.reading()
            try:
                view = look_back(self.page, self.site, down_to=self.known.newest)
                checkpoints.reached("place: looked")
                verdict = self.looker.settle_own_press(purchase, view, shown, arrived=arrived)
            except FlowError as trouble:
                outcome.why = f"{_(NOT_FOUND)} ({trouble_in_words(trouble)})"
                if isinstance(trouble, PersonNeeded):
                    break
                continue
            self.known.keep(view)
            outcome.why = _(NOT_FOUND)
            if verdict.found:
                self._prove(purchase, verdict.found[0])
                outcome.state, outcome.numbers, outcome.why = "placed", verdict.found, ""
                checkpoints.reached("place: placed")
                return outcome
            if verdict.unclear:
                break
        outcome.state = "unknown"
        outcome.why = outcome.why or _(NOT_FOUND)
        return outcome

    def _prove(self, purchase: Purchase, number: str) -> None:
        """A person watched this method leave an order unpaid: from now on it works without anybody watching."""
        method = (purchase.quote or {}).get("payment", {}).get("method")
        status = next((order.status for order in self.known.view.seen if order.number == number), None)
        if self.supervised is None or not method or status is not AliStatus.UNPAID:
            return
        with self.database.write() as session:
            if session.get(ProvenMethod, (self.account, method)) is None:
                session.add(ProvenMethod(account=self.account, method=method, number=number, proven_at=self.clock()))

    def hold(
        self, candidate: Candidate, held: Held, outcome: Outcome | None = None, *, pressed_at: datetime | None = None
    ) -> Outcome:
        """Hold a purchase that was surely not placed; `pressed_at` is the intent whose press was refused."""
        outcome = outcome or Outcome(candidate, "held")
        if not self.intents.hold(candidate.purchase, held, pressed_at=pressed_at):
            return _nothing(outcome, _(SOMEBODY_ELSE))
        outcome.state = "held"
        outcome.needs_a_look = held.code in SURPRISES
        outcome.why = held_sentence(held.code, candidate.order, candidate.position, held.data)
        return outcome


def _nothing(outcome: Outcome, why: str) -> Outcome:
    outcome.state, outcome.why = "nothing", why
    return outcome


def _checkpoint(name: str, _page: Page) -> None:
    checkpoints.reached(f"place: {name}")
