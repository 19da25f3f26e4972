"""What there is to tell at a moment, from database and home alone: all that stands, whether told before or not."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, and_, col, or_, select

from bot import persons
from bot.account_states import state_of
from bot.alarms import Alarm
from bot.buying_home import stop_file
from bot.config import Config
from bot.facts import Tab, Warn, Why
from bot.holds import Hold
from bot.home import Home
from bot.jobs.alarming import due_alarms
from bot.language import _
from bot.listing import Listed, describe
from bot.models import AliOrder, Line, Order, Parcel, Purchase, PurchaseState
from bot.notices import NO_EVENT_DAYS, NO_NUMBER_DAYS, NO_SCAN_DAYS
from bot.notifying.notice import Notice, Weight, fingerprint
from bot.notifying.words import QUIET, held_words, standing_words
from bot.standing import orders_of_ali
from bot.wording_alarms import alarm_sentence
from flows.values import AliStatus

# A press has its answer long before.
UNKNOWN_AFTER = timedelta(minutes=30)
AT_MOST = 500
# An order of last year whose parcel never came is no news.
RECENT = timedelta(days=180)
URGENT = frozenset({Warn.REFUND_ON_ALI, Warn.IN_DISPUTE, Warn.RETURNED, Warn.PROTECTION_ENDS, Warn.CHARGEBACK_OPEN})
WORTH_KNOWING = frozenset({Warn.NO_NUMBER_LONG, Warn.NO_SCAN_LONG, Warn.NO_EVENT_LONG})
# As a purchase, or once for all orders whose page is not as it was.
_TOLD_ELSEWHERE = (Why.HELD, Why.PERHAPS_PLACED, Why.PAGE_TROUBLE)
IsTold = Callable[[Session, Iterable[Alarm]], set[str]]
_MAY_BE_PLACED = (PurchaseState.HELD, PurchaseState.INTENT)


def standing(session: Session, home: Home, config: Config, now: datetime) -> Iterator[Notice]:
    """All troubles that stand at `now` (UTC), the most pressing first."""
    yield from _stopped(home)
    yield from _accounts(session, config)
    yield from _purchases(session, now)
    yield from _orders(session, config, now)


def alarms(session: Session, config: Config, now: datetime, is_told: IsTold) -> Iterator[Notice]:
    """Alarms that are due at `now` (UTC): those that `is_told` does not know."""
    for alarm in due_alarms(session, config, now, is_told):
        first, *further = (f"alarm:{key}" for key in alarm.keys)
        title = alarm.data.get("order") or _("Unpaid on AliExpress")
        # A changed alarm has another key.
        yield Notice(Weight.NEEDS_YOU, first, "told", title, alarm_sentence(alarm, now), also=tuple(further))


def _stopped(home: Home) -> Iterator[Notice]:
    try:
        why = stop_file(home).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return
    text = _("Nothing is ordered any more: {why}. When all is well again, delete the file STOP in the home folder.")
    yield Notice(
        Weight.NEEDS_YOU, "stop", fingerprint(why), _("Buying is stopped"), text.format(why=why or _("no reason given"))
    )


def _accounts(session: Session, config: Config) -> Iterator[Notice]:
    for name in config.accounts:
        state = state_of(session, name)
        if state.waits_for is None:
            continue
        matter = persons.what_is_the_matter(state.waits_for)
        fix = persons.what_to_do(state.waits_for, name, sandbox=config.is_sandbox)
        yield Notice(
            Weight.NEEDS_YOU,
            f"account:{name}",
            fingerprint(state.waits_for, state.waits_since),
            _('AliExpress account "{account}" needs you').format(account=name),
            _("{matter}. What to do: {fix}").format(matter=matter, fix=fix),
        )


def _purchases(session: Session, now: datetime) -> Iterator[Notice]:
    query = (
        select(Purchase, Line.position, Order.name)
        .join(Line, col(Line.id) == Purchase.line_id)
        .join(Order, col(Order.id) == Line.order_id)
        .where(col(Purchase.state).in_(_MAY_BE_PLACED))
        .order_by(col(Order.created_at), col(Line.position))
    )
    for purchase, position, name in session.exec(query):
        line = f"{name.removeprefix('#')}/{position}"
        if purchase.intent_at is not None:
            if purchase.hold == Hold.OUTCOME_UNKNOWN or purchase.intent_at <= now - UNKNOWN_AFTER:
                yield _unknown(purchase, name, line)
        elif purchase.hold not in (None, *QUIET):
            why = held_words(purchase.hold or "", purchase.hold_data or {})
            yield Notice(
                Weight.NEEDS_YOU,
                f"held:{purchase.id}",
                fingerprint(purchase.hold, why),
                _("{order} is held back").format(order=name),
                why,
                about=line,
            )


def _unknown(purchase: Purchase, name: str, line: str) -> Notice:
    text = _(
        "{line} has perhaps been ordered, so do not order it again. dropferry looks for it at every sync; what you "
        "know you can say: dropferry resolve {line} --number N, or --not-placed"
    )
    return Notice(
        Weight.NEEDS_YOU,
        f"unknown:{purchase.id}",
        fingerprint(purchase.intent_at),
        _("{order} has perhaps been ordered").format(order=name),
        text.format(line=line),
    )


def _orders(session: Session, config: Config, now: datetime) -> Iterator[Notice]:
    for listed in describe(session, config, _worth_a_look(session, now), now):
        yield from _of_order(listed)


def _of_order(listed: Listed) -> Iterator[Notice]:
    order, stands = listed.rows.order, listed.standing
    why = stands.why
    if stands.tab is Tab.FAILED and why is not None and why.code not in _TOLD_ELSEWHERE:
        yield Notice(
            Weight.NEEDS_YOU,
            f"order:{order.id}",
            fingerprint(why.code, why.data.get("number")),
            _("{order} needs you").format(order=order.name),
            standing_words(order.name, why),
        )
    for said in stands.warnings:
        if said.code in URGENT | WORTH_KNOWING:
            # Not the number of days, which is another one every day.
            about = said.data.get("parcel") or said.data.get("number")
            yield Notice(
                Weight.NEEDS_YOU if said.code in URGENT else Weight.INFO,
                f"warning:{order.id}:{said.code}:{about}"[:120],
                fingerprint(said.code, about, said.data.get("note"), said.data.get("status")),
                order.name,
                standing_words(order.name, said),
            )


def _worth_a_look(session: Session, now: datetime) -> list[int]:
    """Orders that may have something to tell; which do, their standing says."""
    failed = select(Order.id).where(Order.tab == Tab.FAILED, col(Order.created_at) > now - RECENT)
    disputed = select(Order.id).where(
        col(Order.chargeback_status).not_in(["", "none", "won"]), col(Order.created_at) > now - RECENT
    )
    found = {order_id for query in (failed, disputed) for order_id in session.exec(query) if order_id is not None}
    found |= orders_of_ali(session, set(_odd_ali_orders(session, now)))
    return sorted(found, reverse=True)[:AT_MOST]


def _odd_ali_orders(session: Session, now: datetime) -> Iterator[int]:
    linked = col(AliOrder.linked_at) > now - RECENT
    odd = or_(
        col(AliOrder.refund_note).is_not(None),
        AliOrder.status == AliStatus.IN_DISPUTE,
        and_(col(AliOrder.protected_until) <= (now + timedelta(days=8)).date(), col(AliOrder.finished_at).is_(None)),
    )
    still = and_(
        col(AliOrder.finished_at).is_(None),
        or_(
            col(AliOrder.paid_on) <= (now - timedelta(days=NO_NUMBER_DAYS)).date(),
            col(AliOrder.paid_seen_at) <= now - timedelta(days=NO_NUMBER_DAYS - 1),
        ),
    )
    no_number = ~select(Parcel.id).where(Parcel.ali_order_id == AliOrder.id, col(Parcel.number).is_not(None)).exists()
    yield from _ids(
        session.exec(select(col(AliOrder.id)).where(linked, or_(odd, and_(still, no_number))).limit(AT_MOST))
    )
    lies = or_(
        col(Parcel.returned).is_(True),
        and_(Parcel.scans == 0, col(Parcel.number_seen_at) <= now - timedelta(days=NO_SCAN_DAYS)),
        and_(Parcel.scans > 0, col(Parcel.last_event_at) <= now - timedelta(days=NO_EVENT_DAYS)),
    )
    query = (
        select(col(AliOrder.id))
        .join(Parcel, col(Parcel.ali_order_id) == AliOrder.id)
        .where(linked, lies, col(Parcel.delivered).is_(False), col(Parcel.gone).is_(False))
        .where(or_(col(AliOrder.status) != AliStatus.COMPLETED, col(Parcel.returned).is_(True)))
        .distinct()
        .limit(AT_MOST)
    )
    yield from _ids(session.exec(query))


def _ids(found: Iterable[int | None]) -> Iterator[int]:
    return (each for each in found if each is not None)
