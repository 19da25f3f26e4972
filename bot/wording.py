"""The sentences a merchant reads for each tab, reason and warning: what it is, and whose move is next."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from bot.facts import Said, Tab, Warn, Why
from bot.language import _, mark, spoken
from bot.money import spoken_number
from bot.wording_found import in_words
from bot.wording_holds import HELD
from bot.wording_pages import changed

TAB_NAMES: dict[Tab, str] = {
    Tab.PENDING: mark("Pending"),
    Tab.AWAITING_ORDER: mark("Awaiting Order"),
    Tab.AWAITING_PAYMENT: mark("Awaiting Payment"),
    Tab.AWAITING_SHIPMENT: mark("Awaiting Shipment"),
    Tab.FULFILLED: mark("Fulfilled"),
    Tab.FAILED: mark("Failed"),
    Tab.CANCELED: mark("Canceled"),
}

TAB_MOVES: dict[Tab, str] = {
    Tab.PENDING: mark("the buyer has yet to pay you"),
    Tab.AWAITING_ORDER: mark("place it: dropferry place; bought by hand: dropferry link"),
    Tab.AWAITING_PAYMENT: mark("pay it on AliExpress: dropferry pay"),
    Tab.AWAITING_SHIPMENT: mark("the supplier's move, then dropferry's"),
    Tab.FULFILLED: mark("nothing left to do"),
    Tab.FAILED: mark("needs you; the reason stands beside it"),
    Tab.CANCELED: mark("called off in the store"),
}

_WHY: dict[Why, str] = {
    Why.NOT_PAID: mark("the buyer has not paid yet (ShopBase says: {status})"),
    Why.CANCELLED: mark("cancelled in the store"),
    Why.REFUNDED: mark("{status} in the store"),
    Why.DELETED: mark("deleted in the store"),
    Why.NOTHING_LEFT: mark("every line was refunded or taken off the order"),
    Why.UNKNOWN_PAYMENT: mark(
        'ShopBase says its payment is "{status}", which dropferry does not know; look at it there'
    ),
    Why.POST_PURCHASE: mark("the buyer may still add items until {until}"),
    Why.RISKY: mark("ShopBase marks it as risky; check it there before you buy"),
    Why.CHARGEBACK: mark("the buyer disputes the payment (chargeback {status}); do not buy before that is settled"),
    Why.NOT_BOUGHT: mark("not bought yet. Bought it by hand? dropferry link {order}/{line} ALIEXPRESS-NUMBER"),
    Why.BEFORE_DROPFERRY: mark(
        "from before dropferry, so it may be bought already. If not: dropferry approve {order}. "
        "If so: dropferry link {order}/{line} ALIEXPRESS-NUMBER"
    ),
    Why.READY_TO_BUY: mark("ready to be bought: dropferry place {order}"),
    Why.PERHAPS_PLACED: mark(
        "perhaps ordered already, so do not order it again. dropferry looks for it at every sync; "
        "what you know you can say: dropferry resolve {order}/{line} --number N, or --not-placed"
    ),
    Why.OLD_APP: mark(
        "it may already be ordered by ShopBase's own connector; if so: dropferry link {order}/{line} ALIEXPRESS-NUMBER"
    ),
    Why.NOT_READ: mark("AliExpress order {number} has not been read yet; the next sync does, or: dropferry sync"),
    Why.UNPAID: mark("AliExpress order {number} waits for your payment (until {deadline}): dropferry pay"),
    Why.PAYMENT_CHECK: mark("AliExpress is checking the payment of order {number}"),
    Why.TO_SHIP: mark("AliExpress order {number} is paid; the supplier has not sent it yet"),
    Why.NO_NUMBER: mark("AliExpress order {number} is sent, but shows no tracking number yet"),
    Why.PART_OPEN: mark("{left} more to come: the parcels of AliExpress order {number} do not cover the whole line"),
    Why.PUSH_OFF: mark(
        'tracking number {number} is ready, but nothing is told to ShopBase while live_push is off for shop "{shop}"'
    ),
    Why.PUSH_FIRST: mark(
        "tracking number {number} is ready; the first push of a shop waits for you: dropferry push --yes"
    ),
    Why.PUSH_NEXT: mark("tracking number {number} is ready and goes out with the next push"),
    Why.ALI_CANCELED: mark(
        "AliExpress order {number} was cancelled. Buy it again: dropferry reorder {order}/{line}. "
        "Bought it by hand: dropferry link {order}/{line} ALIEXPRESS-NUMBER"
    ),
    Why.ALI_CANCELLING: mark(
        "AliExpress order {number} is being cancelled; wait for the end, then buy it again: "
        "dropferry reorder {order}/{line}"
    ),
    Why.ALI_EXPIRED: mark(
        "AliExpress order {number} was not paid in time. Buy it again: dropferry reorder {order}/{line}. "
        "Bought it by hand: dropferry link {order}/{line} ALIEXPRESS-NUMBER"
    ),
    Why.ALI_CLOSED: mark(
        "AliExpress order {number} was closed. Buy it again: dropferry reorder {order}/{line}. "
        "Bought it by hand: dropferry link {order}/{line} ALIEXPRESS-NUMBER"
    ),
    Why.ALI_REFUNDED: mark(
        "AliExpress paid order {number} back. Buy it again: dropferry reorder {order}/{line}, or refund your buyer"
    ),
    Why.ALI_MISSING: mark(
        "AliExpress shows no order {number} in this account; link the right number, "
        "or sign in to the account that bought it"
    ),
    Why.PAGE_TROUBLE: mark("the pages of AliExpress order {number} could not be read: {problem}"),
    Why.ODD_NUMBER: mark(
        'AliExpress shows "{number}" as tracking number of order {ali}, which no carrier uses; '
        "look there, then: dropferry fulfil {order}/{line} --number NUMBER --carrier CARRIER"
    ),
    Why.UNCLEAR_PARCEL: mark(
        "a parcel of AliExpress order {number} may be for several lines; say which item this one is: "
        "dropferry link {order}/{line} {number} --item PRODUCT-ID ({items})"
    ),
    Why.UNKNOWN_CONTENTS: mark(
        "AliExpress order {number} has parcels ({parcels}), but does not say what is in them; look "
        "there, then: dropferry fulfil {order}/{line} --number NUMBER --carrier CARRIER"
    ),
    Why.REFUSED: mark("ShopBase refused {what}: {problem}"),
    Why.STUCK: mark("ShopBase leaves {what} unfinished: {problem}"),
}

_WARN: dict[Warn, str] = {
    Warn.MONEY_AT_STAKE: mark("AliExpress order {number} still stands: cancel it there, or ask for a refund: {link}"),
    Warn.DO_NOT_PAY: mark(
        "do not pay AliExpress order {number}: nobody waits for it any more; cancel it there: {link}"
    ),
    Warn.PERHAPS_AT_STAKE: mark(
        "line {line} may have been ordered on AliExpress before it was called off; dropferry looks "
        "for it at every sync; what you know you can say: dropferry resolve {order}/{line} --number N, or --not-placed"
    ),
    Warn.ADDRESS_CHANGED: mark(
        "the buyer's address changed after AliExpress order {number} was placed. Ordered to: "
        "{before}. Now it is: {now}. Change it there, or cancel and buy again: {link}"
    ),
    Warn.FEWER_WANTED: mark(
        "line {line} was ordered for {before} and {now} is wanted now; cancel AliExpress order {number} "
        "there, or ask for part of the money back: {link}"
    ),
    Warn.MORE_WANTED: mark(
        "line {line} was ordered for {before} and {now} is wanted now; order the rest by hand, and tell "
        "its tracking number with: dropferry fulfil {order}/{line} --number NUMBER --carrier CARRIER"
    ),
    Warn.CHARGEBACK_OPEN: mark("the buyer disputes the payment (chargeback {status}); answer it in the store"),
    Warn.REFUND_ON_ALI: mark("AliExpress shows a refund on order {number}: {note}"),
    Warn.IN_DISPUTE: mark("AliExpress order {number} is in dispute"),
    Warn.NO_NUMBER_LONG: mark("AliExpress order {number} was paid {days} days ago and has no tracking number"),
    Warn.NO_SCAN_LONG: mark("{parcel} of AliExpress order {number} was never scanned in {days} days"),
    Warn.NO_EVENT_LONG: mark("{parcel} of AliExpress order {number} has not moved for {days} days"),
    Warn.RETURNED: mark("{parcel} of AliExpress order {number} goes back to the sender"),
    Warn.PROTECTION_ENDS: mark("AliExpress pays order {number} back only if you ask before {until}"),
    Warn.FURTHER_PARCEL: mark(
        "parcel {number} is for line {line} too, which has nothing left to fulfil; ShopBase is not told"
    ),
}


# The same where something is not known, or more is.
_WHY_OR_MAP = mark(
    "not bought yet. Bought it by hand? dropferry link {order}/{line} ALIEXPRESS-NUMBER. "
    "Shall dropferry buy it? dropferry map set {variant} ALIEXPRESS-URL"
)
_WHY_NO_DEADLINE = mark("AliExpress order {number} waits for your payment (it does not say until when): dropferry pay")
_OVER = {"refunded": mark("refunded in the store"), "voided": mark("voided in the store")}
# What a cause keeps as plain text: "132.74 BRL".
_AMOUNTS = ("asked", "found", "before")
_AMOUNT = re.compile(r"(-?\d+(?:\.\d+)?)(| [A-Z]{3})")


def sentence(said: Said) -> str:
    """The sentence for a reason or a warning in the merchant's language, the machine's own time first."""
    data = {key: _amount(str(value)) if key in _AMOUNTS else _shown(value) for key, value in said.data.items()}
    if said.code is Why.PAGE_TROUBLE:
        data["problem"] = changed(data["problem"])
    if "detail" in data:
        data["detail"] = in_words(data["detail"])
    if "order" in data:
        # A shell takes "#1001" for a comment, so commands to copy name the order without it.
        data["order"] = data["order"].removeprefix("#")
    if "parcel" in said.data:
        numbered = _("parcel {number}").format(number=data["parcel"])
        data["parcel"] = numbered if said.data["parcel"] else _("a parcel without a number")
    return _(_template(said)).format_map(_Known(data))


class _Known(dict[str, str]):
    """What an older version did not write down is told as unknown, and takes no other sentence with it."""

    def __missing__(self, _key: str) -> str:
        return "?"


def _template(said: Said) -> str:
    if said.code is Why.HELD:
        return HELD.get(str(said.data["code"]), mark("held: {code}"))
    if said.code is Why.NOT_BOUGHT and said.data["variant"]:
        # A custom item of the store has no variant that could be mapped.
        return _WHY_OR_MAP
    if said.code is Why.REFUNDED:
        return _OVER.get(str(said.data["status"]), _WHY[Why.REFUNDED])
    if said.code is Why.UNPAID and not said.data["deadline"]:
        return _WHY_NO_DEADLINE
    return _WHY[said.code] if isinstance(said.code, Why) else _WARN[said.code]


def tab_name(tab: Tab) -> str:
    """What the merchant's own screen calls a tab."""
    return _(TAB_NAMES[tab])


def held_sentence(code: str, order: str, line: int, data: Mapping[str, Any]) -> str:
    """The sentence for a cause that holds a purchase."""
    return sentence(Said(Why.HELD, {**data, "order": order, "line": line, "code": code}))


def when(moment: datetime, zone: tzinfo | None = None) -> str:
    """A time as the clock on the wall shows it, in the machine's own zone or in `zone`, and then in UTC."""
    here, there = moment.astimezone(zone), moment.astimezone(UTC)
    if not here.utcoffset():
        return f"{_moment(there)} UTC"
    utc = f"{there:%H:%M}" if here.date() == there.date() else _moment(there)
    return f"{_moment(here)} ({utc} UTC)"


def day(at: date) -> str:
    """A day as the merchant writes it."""
    return f"{at:%d/%m/%Y}" if spoken() == "vi" else at.isoformat()


def _moment(at: datetime) -> str:
    return f"{at:%H:%M} {day(at.date())}" if spoken() == "vi" else f"{day(at.date())} {at:%H:%M}"


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, list | tuple):
        return "; ".join(str(each) for each in value)
    return str(value)


def _amount(value: str) -> str:
    amount = _AMOUNT.fullmatch(value)
    return spoken_number(amount[1]) + amount[2] if amount else value
