"""Holds what is known here against what AliExpress shows: unknown outcomes, ghosts, orphans."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, or_, select

from bot import opening
from bot.buying_home import note_reconciled
from bot.clock_leap import again_after_leap
from bot.jobs.looking import ListView, Looker, look_back, owned_numbers
from bot.language import _
from bot.models import AliOrder, Line, Order, Purchase, PurchaseOrder, PurchaseState
from bot.work import Workplace

BACK = timedelta(days=14)


@dataclass(slots=True)
class Reconciled:
    """What was found: settled and still open purchases, numbers AliExpress does not show, orders nobody here knows."""

    account: str
    since: date
    settled: list[str] = field(default_factory=list)
    still_open: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    strangers: list[tuple[str, str]] = field(default_factory=list)
    may_buy: bool = False

    def lines(self) -> list[str]:
        """It in sentences."""
        told = [_('account "{account}", looked back to {since}').format(account=self.account, since=self.since)]
        told += [f"  {line}" for line in self.settled]
        still_open = _("  perhaps ordered, not found yet: {order}; dropferry resolve {order}")
        told += [still_open.format(order=each) for each in self.still_open]
        missing = _("  AliExpress does not show order {number}, which is linked here")
        told += [missing.format(number=number) for number in self.missing]
        stranger = _(
            "  {number} ({what}) on AliExpress belongs to no order here; if it should: dropferry link ORDER {number}"
        )
        told += [stranger.format(number=number, what=what) for number, what in self.strangers]
        if len(told) == 1:
            told.append(_("  all that is there is known here, and the other way round"))
        if self.may_buy:
            told.append(_("this home folder may buy for the account now"))
        return told

    def as_json(self) -> dict[str, Any]:
        """It as plain data."""
        return {
            "account": self.account,
            "since": self.since.isoformat(),
            "settled": self.settled,
            "still_open": self.still_open,
            "missing": self.missing,
            "strangers": [{"number": number, "what": what} for number, what in self.strangers],
            "may_buy": self.may_buy,
        }


@dataclass(slots=True)
class _Looked:
    """The order list as it was seen; `stopped`: the machine slept meanwhile, so it is looked at anew."""

    view: ListView
    stopped: bool


def reconcile_account(place: Workplace, account: str, since: date | None) -> Reconciled:
    """Look, settle and compare; with `since` this home may buy afterwards. Raises FlowError, AlreadyRunning."""
    place.config.account(account)
    found = Reconciled(account, since or (place.clock() - BACK).date())

    def look(stopped: Callable[[], bool]) -> _Looked:
        with opening.browser_of(
            place.home, place.config, account, wait_seconds=place.wait_seconds, say=place.say
        ) as context:
            page = context.new_page()
            looker = Looker(place.home, place.database, context, place.config.site, account, place.clock)
            found.settled += looker.settle(page)
            view = look_back(page, place.config.site, since=found.since - timedelta(days=1))
        return _Looked(view, stopped())

    _compare(place, account, again_after_leap(look, place.stopped, place.say, place.watch).view, found)
    if since is not None:
        with place.database.write() as session:
            started = datetime.combine(since, time(), UTC)
            note_reconciled(session, place.home, account, started, place.clock())
        found.may_buy = True
    return found


def _compare(place: Workplace, account: str, view: ListView, found: Reconciled) -> None:
    shown = {order.number: order for order in view.seen}
    with place.database.read() as session:
        owned = owned_numbers(session, account)
        unknown = (
            select(Order.name, Line.position)
            .join(Line, col(Line.order_id) == Order.id)
            .join(Purchase, col(Purchase.line_id) == Line.id)
            .where(Purchase.account == account, col(Purchase.intent_at).is_not(None))
            .where(col(Purchase.state).in_([PurchaseState.INTENT, PurchaseState.HELD]))
        )
        names = [f"{name.removeprefix('#')}/{position}" for name, position in session.exec(unknown)]
        linked = (
            select(AliOrder)
            .join(PurchaseOrder, col(PurchaseOrder.ali_order_id) == AliOrder.id)
            .join(Purchase, col(Purchase.id) == PurchaseOrder.purchase_id)
            .where(AliOrder.account == account, Purchase.state != PurchaseState.CANCELLED)
            # One that no sync has read yet counts from the day on which its number came.
            .where(or_(col(AliOrder.ordered_on) >= found.since, _is_unread_since(found.since)))
        )
        known = {ali.number for ali in session.exec(linked)}
    found.still_open = names
    found.missing = sorted(known - shown.keys())
    found.strangers = [
        (number, ", ".join(f"{line.quantity} x {line.title}" for line in order.lines) or _("several items"))
        for number, order in shown.items()
        if number not in owned and (order.ordered_on is None or order.ordered_on >= found.since)
    ]


def _is_unread_since(since: date) -> ColumnElement[bool]:
    return and_(col(AliOrder.ordered_on).is_(None), col(AliOrder.linked_at) >= datetime.combine(since, time(), UTC))
