"""Stops all buying where an order that the robot pressed is paid so soon that no person can have paid it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot import rechecks
from bot.buying_home import stop_buying
from bot.home import Home
from bot.language import _
from bot.models import AliOrder, Event, Purchase, PurchaseOrder, PurchaseState
from bot.models_buying import ProvenMethod, Recheck
from flows.values import AliStatus
from flows.values_buying import Quote

# A paid order this soon after the robot's press was not paid by a person.
TRIPWIRE = timedelta(minutes=10)
NOT_PAID = frozenset({AliStatus.UNPAID, AliStatus.CANCELED, AliStatus.EXPIRED, AliStatus.CLOSED})
ALARM = "ALARM: paid at once"


def is_fresh(purchase: Purchase, now: datetime) -> bool:
    """Whether a payment this soon cannot be a person's; where a person pressed, it is what they meant to do."""
    return not purchase.attended and purchase.intent_at is not None and now - purchase.intent_at <= TRIPWIRE


def stop(home: Home, numbers: Sequence[str]) -> None:
    """Before anything else is written: whatever happens to this process, nothing more is pressed."""
    why = _("AliExpress order {numbers} was paid at once, although the robot never pays")
    stop_buying(home, why.format(numbers=", ".join(numbers)))


def distrust(session: Session, account: str, purchase: Purchase, paid: Sequence[str], now: datetime) -> None:
    """An order that the robot pressed was charged: its method is no longer trusted."""
    method = Quote.model_validate(purchase.quote).payment.method if purchase.quote else None
    proven = session.get(ProvenMethod, (account, method)) if method else None
    if proven is not None:
        session.delete(proven)
    data = {"numbers": list(paid), "method": method}
    session.add(Event(at=now, who="robot", what=ALARM, ali_number=paid[0], data=data))


def watch(session: Session, home: Home, ali: AliOrder, before: AliStatus | None, now: datetime) -> None:
    """Hold the wire against an order whose status was just taken in, and was `before` until now.

    AliExpress tells only the day of a payment, so what counts is when it is first seen.
    """
    if ali.status in (None, *NOT_PAID) or before not in (None, *NOT_PAID):
        return
    query = (
        select(Purchase)
        .join(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .where(PurchaseOrder.ali_order_id == ali.id, Purchase.state == PurchaseState.PLACED)
    )
    fresh = [each for each in session.exec(query) if is_fresh(each, now)]
    if not fresh or _may_be_a_persons(session, ali.account, fresh[0]) or _is_told(session, ali):
        return
    stop(home, [ali.number])
    distrust(session, ali.account, fresh[0], [ali.number], now)


def _may_be_a_persons(session: Session, account: str, purchase: Purchase) -> bool:
    """Whether a person was at the payment page of this account since: their payments are looked for afterwards."""
    assert purchase.intent_at is not None
    asked_since = col(Recheck.at) > purchase.intent_at + rechecks.AFTER[-1]
    query = select(Recheck.id).where(Recheck.account == account, asked_since)
    return session.exec(query.limit(1)).first() is not None


def _is_told(session: Session, ali: AliOrder) -> bool:
    query = select(Event.id).where(Event.what == ALARM, Event.ali_number == ali.number)
    return session.exec(query.limit(1)).first() is not None
