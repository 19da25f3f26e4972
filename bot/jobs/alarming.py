"""Tells what cannot wait, once: orders that AliExpress is about to close, and what the store changed after ordering."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, and_, col, or_, select

from bot.alarms import Alarm, AlarmKind, pay_alarms, store_alarms
from bot.config import Config
from bot.db import Database
from bot.intake_changes import ADDRESS_CHANGED, WANTED_CHANGED
from bot.listing import describe
from bot.models import AliOrder, Event, Line, Purchase, PurchaseOrder, PurchaseState
from bot.models_buying import Alarm as Told
from bot.order_rows import TOGETHER
from bot.unpaid import waiting_for_payment
from bot.wording_alarms import alarm_sentence

# What makes an order worth a look for changes in the store.
_CHANGES = (
    "cancelled in store",
    "refunded in store",
    "deleted in store",
    "edited in store",
    ADDRESS_CHANGED,
    WANTED_CHANGED,
)
ALARM = "alarm"
Say = Callable[[str], None]
IsTold = Callable[[Session, Iterable[Alarm]], set[str]]


def tell_alarms(database: Database, config: Config, now: datetime, say: Say) -> int:
    """Tell every alarm that is due at `now` (UTC) and was not told before; returns how many.

    Reads the database alone. What was told is written first: two services on one database tell it once.
    """
    told = 0
    with database.read() as session:
        due = list(due_alarms(session, config, now, _told))
    for alarm in due:
        if _write(database, alarm, now):
            tell(alarm, now, say)
            told += 1
    return told


def tell(alarm: Alarm, now: datetime, say: Say) -> None:
    """Give one alarm to the merchant: the only place that every alarm goes through."""
    say(f"! {alarm_sentence(alarm, now)}")


def due_alarms(session: Session, config: Config, now: datetime, is_told: IsTold) -> Iterator[Alarm]:
    """The alarms that are due at `now` (UTC), but for those whose keys `is_told` knows."""
    unpaid = waiting_for_payment(session, list(config.accounts)).unpaid
    yield from pay_alarms(unpaid, now, is_told(session, pay_alarms(unpaid, now)))
    for listed in describe(session, config, _changed_orders(session), now):
        order, warnings = listed.rows.order, listed.standing.warnings
        told = is_told(session, store_alarms(order.id or 0, order.name, warnings))
        yield from store_alarms(order.id or 0, order.name, warnings, told)


def _told(session: Session, alarms: Iterable[Alarm]) -> set[str]:
    """Those of the alarms' keys that were told before."""
    keys = [key for alarm in alarms for key in alarm.keys]
    found: set[str] = set()
    for start in range(0, len(keys), TOGETHER):
        found |= set(session.exec(select(Told.key).where(col(Told.key).in_(keys[start : start + TOGETHER]))))
    return found


def _changed_orders(session: Session) -> list[int]:
    """Store orders that were changed in the store and are, or may be, ordered on AliExpress and not over there."""
    may_be = and_(
        col(Purchase.state).in_([PurchaseState.INTENT, PurchaseState.HELD]), col(Purchase.intent_at).is_not(None)
    )
    stands = and_(Purchase.state == PurchaseState.PLACED, col(AliOrder.finished_at).is_(None))
    query = (
        select(Line.order_id)
        .join(Purchase, col(Purchase.line_id) == Line.id)
        .outerjoin(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .outerjoin(AliOrder, col(AliOrder.id) == PurchaseOrder.ali_order_id)
        .where(or_(may_be, stands))
        .where(col(Line.order_id).in_(select(Event.order_id).where(col(Event.what).in_(_CHANGES))))
        .distinct()
    )
    return sorted(session.exec(query))


def _write(database: Database, alarm: Alarm, now: datetime) -> bool:
    """Remember an alarm, and put it into the history of its orders; False where another service has told it."""
    try:
        with database.write() as session:
            session.add_all(Told(key=key, at=now, data={"numbers": list(alarm.numbers)}) for key in alarm.keys)
            session.add_all(_events(alarm, now))
    except IntegrityError:
        return False
    return True


def _events(alarm: Alarm, now: datetime) -> Iterator[Event]:
    if alarm.kind is AlarmKind.STORE:
        said = alarm.data["said"]
        yield Event(at=now, who="robot", what=ALARM, order_id=alarm.data["order_id"], data={"about": said.code.value})
        return
    for number in alarm.numbers:
        about = {"about": alarm.kind.value, "hours": alarm.data["hours"]}
        yield Event(at=now, who="robot", what=ALARM, ali_number=number, data=about)
