"""Buys one purchase: quote, checks, intent, one press, and what became of it. Only `press` below presses anything."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Page
from sqlmodel import Session

from bot import checkpoints
from bot.address import AddressRefused, ship_to
from bot.buying_home import note_intent, remember_intent
from bot.config import Config
from bot.db import Database
from bot.evidence import PressEvidence
from bot.holds import Held, Hold
from bot.home import Home
from bot.jobs.checking import Checks, PurchaseRows
from bot.jobs.looking import ListView, Looker, look_back
from bot.models import Event, Order, Purchase, PurchaseState
from bot.models_buying import OwnAddress, ProvenMethod
from bot.planning import Candidate
from bot.pricing import Cost, cost_of, margin_percent
from bot.standing import restand
from bot.wording import held_sentence
from flows.errors import CannotBuy, FlowError, OutcomeUnknown, Reason
from flows.guard import Guard
from flows.place_order import OwnEntry, prepare, press
from flows.values import AliStatus, Money, Site
from flows.values_buying import Quote, ShipTo, Wanted

PRESS_WITHIN = timedelta(seconds=10)
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


@dataclass(slots=True)
class Outcome:
    """What became of one candidate: `state` is quoted, held, placed, unknown or nothing; `why` says it in words."""

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
    supervised: Callable[[Quote], bool] | None = None
    pause: Callable[[float], None] = lambda _seconds: None
    known: ListView = field(default_factory=ListView)
    spent_in_run: int = 0

    def buy(self, candidate: Candidate) -> Outcome:
        """Take one purchase as far as it may go. Raises FlowError where the page, not the purchase, is the trouble."""
        with self.database.read() as session:
            rows = PurchaseRows.load(session, candidate.purchase)
        try:
            wanted = self._wanted(rows)
        except AddressRefused as refused:
            return self.hold(candidate, Held(Hold.ADDRESS, {"problems": str(refused)}))
        if Hold.PERHAPS_BOUGHT not in (rows.purchase.approved or {}):
            numbers = self.looker.suspects(self.known, wanted)
            if numbers:
                return self.hold(candidate, Held(Hold.PERHAPS_BOUGHT, {"numbers": ", ".join(numbers)}))
        try:
            quote = prepare(self.page, self.site, wanted, self.guard, own=self._own_entry())
        except CannotBuy as no:
            return self.hold(candidate, Held(no.reason, {"detail": no.detail}))
        checkpoints.reached("place: quoted")
        outcome = self._outcome(candidate, quote, rows)
        with self.database.read() as session:
            held = self.checks.money(session, rows, quote, self.spent_in_run)
            if held is None and self.live:
                held = self.checks.button(session, quote, watched=self.supervised is not None)
        if held is not None:
            return self.hold(candidate, held, outcome)
        if not self.live:
            return outcome
        if self.supervised is not None and not self.supervised(quote):
            outcome.state, outcome.why = "nothing", "not pressed: you said no"
            return outcome
        return self._press(rows.purchase, wanted, quote, outcome)

    def _own_entry(self) -> OwnEntry:
        with self.database.read() as session:
            row = session.get(OwnAddress, self.account)
        known = tuple(ShipTo.model_validate(each) for each in row.known) if row is not None else ()
        return OwnEntry(known, self._remember_entry)

    def _remember_entry(self, known: tuple[ShipTo, ...]) -> None:
        """Kept beyond the end of the process, before anything is saved on AliExpress."""
        with self.database.write() as session:
            row = session.get(OwnAddress, self.account) or OwnAddress(account=self.account)
            row.known = [each.model_dump(mode="json") for each in known]
            session.add(row)

    def _wanted(self, rows: PurchaseRows) -> Wanted:
        order, mapping = rows.order, rows.mapping
        notes, overrides = order.note_attributes or [], order.address_overrides or {}
        to = ship_to(order.address, notes, overrides, order.phone, order=order.name.removeprefix("#"))
        assert mapping.product_id is not None
        assert mapping.sku_id is not None
        return Wanted(
            product_id=mapping.product_id,
            sku_id=mapping.sku_id,
            sku_attr=mapping.sku_attr,
            quantity=rows.purchase.units or 1,
            carrier=mapping.carrier,
            ship_to=to,
            currency=self.config.account(self.account).currency,
        )

    def _outcome(self, candidate: Candidate, quote: Quote, rows: PurchaseRows) -> Outcome:
        cost = cost_of(quote)
        margin = margin_percent(rows.sale, cost.total, self.config.rates)
        told = f"{margin} %" if margin is not None else None
        return Outcome(candidate, "quoted", quote=quote, cost=cost, sale=rows.sale, margin=told)

    def _press(self, purchase: Purchase, wanted: Wanted, quote: Quote, outcome: Outcome) -> Outcome:
        evidence = PressEvidence(self.home.evidence)
        evidence.keep(self.page, "before", quote.model_dump(mode="json"))
        refused = self._commit_intent(purchase, wanted, quote, evidence.name)
        if refused is not None:
            return self.hold(outcome.candidate, refused, outcome)
        checkpoints.reached("place: intent committed")
        assert purchase.deadline is not None
        try:
            result = press(self.page, self.site, self.guard, quote, purchase.deadline, on_step=_checkpoint)
            checkpoints.reached("place: after press")
        except CannotBuy as no:
            # Refused before the press: the page no longer shows what was quoted.
            return self.hold(outcome.candidate, Held(no.reason, {"detail": no.detail}), outcome)
        except OutcomeUnknown as unknown:
            evidence.keep(self.page, "after", {"problem": str(unknown)})
            return self._look(purchase, outcome)
        evidence.keep(self.page, "after", {"let_through": self.guard.let_through, "aborted": self.guard.aborted})
        if not result.let_through:
            self._back_to_new(purchase)
            outcome.state, outcome.why = "nothing", "the button did nothing; it is tried again at the next run"
            return outcome
        if result.refused is not None:
            return self.hold(outcome.candidate, Held(result.refused.reason, {"detail": result.refused.detail}), outcome)
        return self._look(purchase, outcome)

    def _commit_intent(self, purchase: Purchase, wanted: Wanted, quote: Quote, evidence: str) -> Held | None:
        """Write down before the press that it is about to happen; the caps are held once more in the same breath."""
        now = self.clock()
        remember_intent(self.home, self.account, now)
        checkpoints.reached("place: intent remembered")
        with self.database.write() as session:
            note_intent(session, self.home, self.account, now)
            rows = PurchaseRows.load(session, purchase.id)
            held = self.checks.money(session, rows, quote, self.spent_in_run)
            if held is not None:
                return held
            row = rows.purchase
            row.state, row.hold, row.hold_data = PurchaseState.INTENT, None, {}
            row.intent_at, row.deadline = now, now + PRESS_WITHIN
            row.quote, row.ship_to = quote.model_dump(mode="json"), wanted.ship_to.model_dump(mode="json")
            row.cost_minor, row.cost_currency = quote.total.minor, quote.total.currency
            row.quoted_at, row.known_number = now, self.known.newest
            row.looks, row.last_look_at, row.evidence = 0, None, evidence
            session.add(row)
            self._note(session, rows.order, "about to order", {"total": quote.total.minor, "evidence": evidence})
            checkpoints.reached("place: before intent commit")
        purchase.sqlmodel_update(row.model_dump())
        self.spent_in_run += quote.total.minor
        return None

    def _look(self, purchase: Purchase, outcome: Outcome) -> Outcome:
        """Find the number in the order list: at once, then after 10, 30 and 60 seconds."""
        for seconds in FIRST_LOOKS:
            self.pause(seconds)
            self.guard.reading()
            try:
                view = look_back(self.page, self.site, down_to=self.known.newest)
            except FlowError as trouble:
                outcome.why = str(trouble)
                continue
            checkpoints.reached("place: looked")
            verdict = self.looker.settle_own_press(purchase, view)
            if verdict.found:
                self.known = view
                self._prove(purchase, verdict.found[0], view)
                outcome.state, outcome.numbers, outcome.why = "placed", verdict.found, ""
                checkpoints.reached("place: placed")
                return outcome
            if verdict.unclear:
                break
        outcome.state = "unknown"
        outcome.why = outcome.why or "perhaps ordered: it is looked for at every sync"
        return outcome

    def _prove(self, purchase: Purchase, number: str, view: ListView) -> None:
        """A person watched this method leave an order unpaid: from now on it works without anybody watching."""
        method = (purchase.quote or {}).get("payment", {}).get("method")
        status = next((order.status for order in view.seen if order.number == number), None)
        if self.supervised is None or not method or status is not AliStatus.UNPAID:
            return
        with self.database.write() as session:
            if session.get(ProvenMethod, (self.account, method)) is None:
                session.add(ProvenMethod(account=self.account, method=method, number=number, proven_at=self.clock()))

    def _back_to_new(self, purchase: Purchase) -> None:
        """The guard let nothing out, so nothing was placed: the only case in which an intent is taken back unasked."""
        with self.database.write() as session:
            rows = PurchaseRows.load(session, purchase.id)
            row = rows.purchase
            row.state, row.intent_at, row.deadline = PurchaseState.NEW, None, None
            row.cost_minor, row.cost_currency = None, None
            session.add(row)
            self._note(session, rows.order, "not ordered: the button sent nothing", {})

    def hold(self, candidate: Candidate, held: Held, outcome: Outcome | None = None) -> Outcome:
        """Hold a purchase that was surely not placed, and write the cause down."""
        outcome = outcome or Outcome(candidate, "held")
        outcome.state = "held"
        outcome.needs_a_look = held.code in SURPRISES
        outcome.why = held_sentence(held.code, candidate.order, candidate.position, held.data)
        with self.database.write() as session:
            rows = PurchaseRows.load(session, candidate.purchase)
            row = rows.purchase
            row.state, row.hold, row.hold_data = PurchaseState.HELD, str(held.code), _plain(held.data)
            row.intent_at, row.deadline, row.cost_minor = None, None, None
            session.add(row)
            self._note(session, rows.order, "held", {"code": str(held.code), **_plain(held.data)})
        return outcome

    def _note(self, session: Session, order: Order, what: str, data: dict[str, Any]) -> None:
        now = self.clock()
        assert order.id is not None
        session.add(Event(at=now, who="robot", what=what, order_id=order.id, data=data))
        restand(session, [order.id], now)


def _checkpoint(name: str, _page: Page) -> None:
    checkpoints.reached(f"place: {name}")


def _plain(data: Any) -> dict[str, Any]:
    return {
        key: value if isinstance(value, int | str | bool | list) or value is None else str(value)
        for key, value in data.items()
    }
