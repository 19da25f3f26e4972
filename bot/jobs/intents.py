"""Writes down where a purchase stands around its press; each word is one transaction that looks first whether it may.

A person may link, cancel or resolve at any moment, and another home may share the database: what somebody else has
written meanwhile is never overwritten.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Page
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot import checkpoints
from bot.address import AddressRefused
from bot.buying_home import note_intent, remember_intent, why_stopped
from bot.db import Database
from bot.evidence import PressEvidence
from bot.holds import Held, Hold
from bot.home import Home
from bot.jobs.asked import wanted_for
from bot.jobs.checking import Checks, PurchaseRows, UnmappedError
from bot.language import _, mark
from bot.models import Event, Line, Purchase, PurchaseState
from bot.planning import left_to_buy
from bot.standing import restand
from flows.values_buying import Quote, Wanted

PRESS_WITHIN = timedelta(seconds=10)
_STATES = {
    PurchaseState.NEW: mark("waiting"),
    PurchaseState.HELD: mark("held"),
    PurchaseState.INTENT: mark("being ordered"),
    PurchaseState.PLACED: mark("placed"),
    PurchaseState.CLOSED: mark("closed"),
    PurchaseState.CANCELLED: mark("cancelled"),
}
OPEN = (PurchaseState.NEW, PurchaseState.HELD, PurchaseState.INTENT)


class NotNowError(Exception):
    """Somebody else was quicker, or has stopped buying: nothing was written and nothing is pressed."""


def seen_before(home: Home, page: Page, quote: Quote, *, picture: bool = True) -> PressEvidence:
    """What a page shows before its press, kept. Raises NotNowError where it cannot be: then nothing is pressed."""
    try:
        evidence = PressEvidence(home.evidence)
        evidence.must_keep(page, "before", quote.model_dump(mode="json"), picture=picture)
    except OSError as trouble:
        told = _("not ordered: what the page shows cannot be kept in {folder} ({problem}); mend it: dropferry doctor")
        problem = trouble.strerror or str(trouble)
        raise NotNowError(told.format(folder=home.evidence, problem=problem)) from trouble
    return evidence


@dataclass(slots=True)
class Intents:
    """The written word about the purchases of one account."""

    home: Home
    database: Database
    account: str
    checks: Checks
    clock: Callable[[], datetime]

    def commit(
        self,
        purchase: Purchase,
        wanted: Wanted,
        quote: Quote | None,
        *,
        known_number: str | None,
        evidence: str | None,
        spent_in_run: int,
        watched: bool = False,
        attended: bool = False,
        within: timedelta = PRESS_WITHIN,
        not_after: datetime | None = None,
    ) -> Held | None:
        """Write down before the press that it is about to happen; a cause that came up meanwhile is returned instead.

        What was typed (`wanted`) is held against the rows as they are by now, and the caps are held once more, in the
        same breath. `attended`: a person presses, `within` that time; without a
        `quote` they buy on pages of their own. Raises NotNowError, also where what was read for this press is too old
        by now (`not_after`). `purchase` is brought in step.
        """
        now = self.clock()
        try:
            with self.database.write() as session:
                rows = PurchaseRows.load(session, purchase.id, lock=True)
                self._must_be_free(rows.purchase)
                if not_after is not None and now > not_after:
                    raise NotNowError(_("it took too long; it is tried again at the next run"))
                held = self._changed(rows, wanted)
                if quote is not None:
                    held = held or self.checks.money(session, rows, quote, spent_in_run, attended=attended)
                    held = held or self.checks.button(session, quote, watched=watched, attended=attended)
                if held is not None:
                    return held
                _write_intent(rows.purchase, wanted, quote, now, within)
                rows.purchase.known_number, rows.purchase.evidence = known_number, evidence
                rows.purchase.attended, rows.purchase.watched_until, rows.purchase.asked_at = attended, None, None
                session.add(rows.purchase)
                note_intent(session, self.home, self.account, now)
                data = {"total": quote.total.minor if quote is not None else None, "evidence": evidence}
                self._note(session, rows.purchase, "about to order", data)
                checkpoints.reached("place: before intent commit")
        except IntegrityError as taken:
            # One open intent an account: another home is between its press and its number.
            raise NotNowError(
                _('another run is placing an order on account "{account}"').format(account=self.account)
            ) from taken
        except UnmappedError as gone:
            raise NotNowError(str(gone)) from gone
        purchase.sqlmodel_update(rows.purchase.model_dump())
        checkpoints.reached("place: intent committed")
        # After the commit, so that a crash between the two does not look like a database from a backup; before the
        # press, so that a database without this intent does.
        remember_intent(self.home, self.account, now)
        checkpoints.reached("place: intent remembered")
        return None

    def leave(self, purchase: Purchase) -> None:
        """The window in which a person pressed, or was to press, is no longer looked after."""
        with self.database.write() as session:
            row = _locked(session, purchase.id)
            if row.state in OPEN and row.intent_at is not None and row.intent_at == purchase.intent_at:
                row.watched_until = self.clock()
                session.add(row)
        purchase.sqlmodel_update(row.model_dump())

    def take_back(self, purchase: Purchase, why: str = "not ordered: the button sent nothing") -> None:
        """The guard let nothing out, so nothing was placed: the only case in which an intent is taken back unasked."""
        with self.database.write() as session:
            row = _locked(session, purchase.id)
            if row.state is not PurchaseState.INTENT or row.intent_at != purchase.intent_at:
                return
            row.state, row.intent_at, row.deadline = PurchaseState.NEW, None, None
            row.cost_minor, row.cost_currency = None, None
            row.attended, row.watched_until = False, None
            session.add(row)
            self._note(session, row, why, {})
        purchase.sqlmodel_update(row.model_dump())

    def hold(self, purchase_id: int | None, held: Held, *, pressed_at: datetime | None = None) -> bool:
        """Hold a purchase that was surely not placed, and write the cause down; False where it is not ours to hold.

        `pressed_at` is the time of the intent whose press AliExpress refused, None where nothing was pressed.
        """
        with self.database.write() as session:
            row = _locked(session, purchase_id)
            if row.state not in OPEN or row.intent_at != pressed_at:
                return False
            row.state, row.hold, row.hold_data = PurchaseState.HELD, str(held.code), _plain(held.data)
            row.intent_at, row.deadline, row.cost_minor = None, None, None
            row.attended, row.watched_until = False, None
            session.add(row)
            self._note(session, row, "held", {"code": str(held.code), **_plain(held.data)})
        return True

    def _must_be_free(self, row: Purchase) -> None:
        if row.state not in (PurchaseState.NEW, PurchaseState.HELD) or row.intent_at is not None:
            raise NotNowError(
                _("somebody else has seen to it meanwhile: it is {state} now").format(state=_(_STATES[row.state]))
            )
        if (stopped := why_stopped(self.home)) is not None:
            raise NotNowError(stopped)

    def _changed(self, rows: PurchaseRows, wanted: Wanted) -> Held | None:
        """What differs from `wanted`, which the page was asked for: a pull or a person may have changed it since."""
        try:
            now = wanted_for(rows, self.checks.config.account(self.account).currency)
        except AddressRefused as refused:
            return Held(Hold.ADDRESS, {"problems": refused.told})
        what = [_("the address")] if now.ship_to != wanted.ship_to else []
        if now.model_copy(update={"ship_to": wanted.ship_to, "quantity": wanted.quantity}) != wanted:
            what.append(_("what it is mapped to"))
        pieces = rows.mapping.units * left_to_buy(rows.line)
        if pieces != wanted.quantity:
            what.append(_("the quantity: {before} before, {now} now").format(before=wanted.quantity, now=pieces))
        return Held(Hold.STORE_CHANGED, {"what": ", ".join(what)}) if what else None

    def _note(self, session: Session, purchase: Purchase, what: str, data: dict[str, Any]) -> None:
        now, order_id = self.clock(), session.get_one(Line, purchase.line_id).order_id
        session.add(Event(at=now, who="robot", what=what, order_id=order_id, data=data))
        restand(session, [order_id], now)


def _locked(session: Session, purchase_id: int | None) -> Purchase:
    return session.get_one(Purchase, purchase_id, with_for_update=True)


def _write_intent(row: Purchase, wanted: Wanted, quote: Quote | None, now: datetime, within: timedelta) -> None:
    row.state, row.hold, row.hold_data = PurchaseState.INTENT, None, {}
    row.intent_at, row.deadline = now, now + within
    # What is looked for later is what the page was asked for, whatever becomes of the mapping.
    row.product_id, row.sku_id, row.units = wanted.product_id, wanted.sku_id, wanted.quantity
    row.ship_to, row.quote = wanted.ship_to.model_dump(mode="json"), None
    row.cost_minor = row.cost_currency = None
    if quote is not None:
        row.quote = quote.model_dump(mode="json")
        row.cost_minor, row.cost_currency = quote.total.minor, quote.total.currency
    row.quoted_at, row.looks, row.last_look_at = now, 0, None


def _plain(data: Any) -> dict[str, Any]:
    return {
        key: value if isinstance(value, int | str | bool | list) or value is None else str(value)
        for key, value in data.items()
    }
