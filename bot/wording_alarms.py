"""The sentences of alarms: what is wrong, until when, and the command that mends it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.alarms import Alarm, AlarmKind
from bot.facts import Said, Warn
from bot.language import _, mark
from bot.money import money_text
from bot.paying import Unpaid
from bot.wording import sentence, when
from flows.values import Money

_ONE = {
    AlarmKind.PAY_BY: mark(
        "AliExpress order {number} ({amount}, for {lines}) must be paid by {until} ({left} left), "
        "or AliExpress closes it: dropferry pay --open"
    ),
    AlarmKind.PAY_SOON: mark(
        "AliExpress order {number} ({amount}, for {lines}) has stood unpaid for {age}, and no page says until when it "
        "can be paid: dropferry pay --open"
    ),
}
_MANY = {
    AlarmKind.PAY_BY: mark(
        "{count} AliExpress orders ({amount}) must be paid soon, the first by {until} ({left} left), "
        "or AliExpress closes them: dropferry pay --open"
    ),
    AlarmKind.PAY_SOON: mark(
        "{count} AliExpress orders ({amount}) stand unpaid, the oldest for {age}, and no page says until when they "
        "can be paid: dropferry pay --open"
    ),
}
# An address does not belong into lines that are kept in logs.
_MOVED = mark(
    "the buyer's address changed after AliExpress order {number} was placed; both are shown by: dropferry show {order}"
)


def alarm_sentence(alarm: Alarm, now: datetime) -> str:
    """What the merchant is told of an alarm at `now` (UTC)."""
    if alarm.kind is AlarmKind.STORE:
        return f"{alarm.data['order']}: {_of_the_store(alarm)}"
    orders: tuple[Unpaid, ...] = alarm.data["orders"]
    first = min(orders, key=lambda each: each.deadline or each.since)
    template = (_ONE if len(orders) == 1 else _MANY)[alarm.kind]
    return _(template).format(
        number=first.number,
        lines=", ".join(first.lines),
        count=len(orders),
        amount=amounts(alarm.data["totals"]),
        until=when(first.deadline) if first.deadline is not None else "",
        left=span(first.deadline - now) if first.deadline is not None else "",
        age=span(now - first.since),
    )


def _of_the_store(alarm: Alarm) -> str:
    said: Said = alarm.data["said"]
    if said.code is Warn.ADDRESS_CHANGED:
        return _(_MOVED).format(number=said.data["number"], order=alarm.data["order"].removeprefix("#"))
    return sentence(said)


def amounts(totals: Iterable[Money]) -> str:
    """Amounts side by side, one for each currency; words for none."""
    return " + ".join(money_text(each) for each in totals) or _("amount not known")


def span(much: timedelta) -> str:
    """How long something takes, as a person says it: 40 min, 5 h, 3 days."""
    minutes = max(0, int(much.total_seconds() // 60))
    if minutes < 60:
        return _("{minutes} min").format(minutes=minutes)
    if minutes < 48 * 60:
        return _("{hours} h").format(hours=minutes // 60)
    return _("{days} days").format(days=minutes // (24 * 60))
