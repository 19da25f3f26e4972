"""The sentences a merchant reads for each tab, reason and warning: what it is, and whose move is next."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.facts import Said, Tab, Warn, Why
from bot.wording_holds import HELD

TAB_NAMES: dict[Tab, str] = {
    Tab.PENDING: "Pending",
    Tab.AWAITING_ORDER: "Awaiting Order",
    Tab.AWAITING_PAYMENT: "Awaiting Payment",
    Tab.AWAITING_SHIPMENT: "Awaiting Shipment",
    Tab.FULFILLED: "Fulfilled",
    Tab.FAILED: "Failed",
    Tab.CANCELED: "Canceled",
}

TAB_MOVES: dict[Tab, str] = {
    Tab.PENDING: "the buyer has yet to pay you",
    Tab.AWAITING_ORDER: "buy it on AliExpress, then link the number",
    Tab.AWAITING_PAYMENT: "pay it on AliExpress: dropferry pay",
    Tab.AWAITING_SHIPMENT: "the supplier's move, then dropferry's",
    Tab.FULFILLED: "nothing left to do",
    Tab.FAILED: "needs you; the reason stands beside it",
    Tab.CANCELED: "called off in the store",
}

_WHY: dict[Why, str] = {
    Why.NOT_PAID: "the buyer has not paid yet (ShopBase says: {status})",
    Why.CANCELLED: "cancelled in the store",
    Why.REFUNDED: "{status} in the store",
    Why.DELETED: "deleted in the store",
    Why.NOTHING_LEFT: "every line was refunded or taken off the order",
    Why.UNKNOWN_PAYMENT: 'ShopBase says its payment is "{status}", which dropferry does not know; look at it there',
    Why.POST_PURCHASE: "the buyer may still add items until {until}",
    Why.RISKY: "ShopBase marks it as risky; check it there before you buy",
    Why.CHARGEBACK: "the buyer disputes the payment (chargeback {status}); do not buy before that is settled",
    Why.NOT_BOUGHT: "not bought yet. Bought it by hand? dropferry link {order}/{line} ALIEXPRESS-NUMBER{or_map}",
    Why.BEFORE_DROPFERRY: "from before dropferry, so it may be bought already. If not: dropferry approve {order}. "
    "If so: dropferry link {order}/{line} ALIEXPRESS-NUMBER",
    Why.READY_TO_BUY: "ready to be bought: dropferry place {order}",
    Why.PERHAPS_PLACED: "perhaps ordered already, so do not order it again. dropferry looks for it at every sync; "
    "what you know you can say: dropferry resolve {order}/{line} --number N, or --not-placed",
    Why.OLD_APP: "it may already be ordered by ShopBase's own connector; "
    "if so: dropferry link {order}/{line} ALIEXPRESS-NUMBER",
    Why.NOT_READ: "AliExpress order {number} has not been read yet; the next sync does, or: dropferry sync",
    Why.UNPAID: "AliExpress order {number} waits for your payment{deadline}: dropferry pay",
    Why.PAYMENT_CHECK: "AliExpress is checking the payment of order {number}",
    Why.TO_SHIP: "AliExpress order {number} is paid; the supplier has not sent it yet",
    Why.NO_NUMBER: "AliExpress order {number} is sent, but shows no tracking number yet",
    Why.PART_OPEN: "{left} more to come: the parcels of AliExpress order {number} do not cover the whole line",
    Why.PUSH_OFF: "tracking number {number} is ready, but nothing is told to ShopBase while live_push is off "
    'for shop "{shop}"',
    Why.PUSH_FIRST: "tracking number {number} is ready; the first push of a shop waits for you: dropferry push --yes",
    Why.PUSH_NEXT: "tracking number {number} is ready and goes out with the next push",
    Why.ALI_CANCELED: "AliExpress order {number} was cancelled. Buy it again: dropferry reorder {order}/{line}. "
    "Bought it by hand: dropferry link {order}/{line} ALIEXPRESS-NUMBER",
    Why.ALI_CANCELLING: "AliExpress order {number} is being cancelled; wait for the end, then buy it again: "
    "dropferry reorder {order}/{line}",
    Why.ALI_EXPIRED: "AliExpress order {number} was not paid in time. Buy it again: dropferry reorder {order}/{line}. "
    "Bought it by hand: dropferry link {order}/{line} ALIEXPRESS-NUMBER",
    Why.ALI_CLOSED: "AliExpress order {number} was closed. Buy it again: dropferry reorder {order}/{line}. "
    "Bought it by hand: dropferry link {order}/{line} ALIEXPRESS-NUMBER",
    Why.ALI_REFUNDED: "AliExpress paid order {number} back. Buy it again: dropferry reorder {order}/{line}, "
    "or refund your buyer",
    Why.ALI_MISSING: "AliExpress shows no order {number} in this account; link the right number, "
    "or sign in to the account that bought it",
    Why.PAGE_TROUBLE: "the pages of AliExpress order {number} could not be read: {problem}",
    Why.ODD_NUMBER: 'AliExpress shows "{number}" as tracking number of order {ali}, which no carrier uses; '
    "look there, then: dropferry fulfil {order}/{line} --number NUMBER --carrier CARRIER",
    Why.UNCLEAR_PARCEL: "a parcel of AliExpress order {number} may be for several lines; say which item this one is: "
    "dropferry link {order}/{line} {number} --item PRODUCT-ID ({items})",
    Why.UNKNOWN_CONTENTS: "AliExpress order {number} has parcels ({parcels}), but does not say what is in them; look "
    "there, then: dropferry fulfil {order}/{line} --number NUMBER --carrier CARRIER",
    Why.REFUSED: "ShopBase refused {what}: {problem}",
    Why.STUCK: "ShopBase leaves {what} unfinished: {problem}",
}

_WARN: dict[Warn, str] = {
    Warn.MONEY_AT_STAKE: "AliExpress order {number} still stands: cancel it there, or ask for a refund: {link}",
    Warn.DO_NOT_PAY: "do not pay AliExpress order {number}: nobody waits for it any more; cancel it there: {link}",
    Warn.PERHAPS_AT_STAKE: "line {line} may have been ordered on AliExpress before it was called off; dropferry looks "
    "for it at every sync; what you know you can say: dropferry resolve {order}/{line} --number N, or --not-placed",
    Warn.ADDRESS_CHANGED: "the buyer's address changed after AliExpress order {number} was placed. Ordered to: "
    "{before}. Now it is: {now}. Change it there, or cancel and buy again: {link}",
    Warn.FEWER_WANTED: "line {line} was ordered for {before} and {now} is wanted now; cancel AliExpress order {number} "
    "there, or ask for part of the money back: {link}",
    Warn.MORE_WANTED: "line {line} was ordered for {before} and {now} is wanted now; order the rest by hand, and tell "
    "its tracking number with: dropferry fulfil {order}/{line} --number NUMBER --carrier CARRIER",
    Warn.CHARGEBACK_OPEN: "the buyer disputes the payment (chargeback {status}); answer it in the store",
    Warn.REFUND_ON_ALI: "AliExpress shows a refund on order {number}: {note}",
    Warn.IN_DISPUTE: "AliExpress order {number} is in dispute",
    Warn.NO_NUMBER_LONG: "AliExpress order {number} was paid {days} days ago and has no tracking number",
    Warn.NO_SCAN_LONG: "{parcel} of AliExpress order {number} was never scanned in {days} days",
    Warn.NO_EVENT_LONG: "{parcel} of AliExpress order {number} has not moved for {days} days",
    Warn.RETURNED: "{parcel} of AliExpress order {number} goes back to the sender",
    Warn.PROTECTION_ENDS: "AliExpress pays order {number} back only if you ask before {until}",
    Warn.FURTHER_PARCEL: "parcel {number} is for line {line} too, which has nothing left to fulfil; "
    "ShopBase is not told",
}


def sentence(said: Said) -> str:
    """The English sentence for a reason or a warning, times in the machine's own zone."""
    if said.code is Why.HELD:
        template = HELD.get(str(said.data["code"]), "held: {code}")
    else:
        template = _WHY[said.code] if isinstance(said.code, Why) else _WARN[said.code]
    data = {key: _shown(value) for key, value in said.data.items()}
    if "order" in data:
        # A shell takes "#1001" for a comment, so commands to copy name the order without it.
        data["order"] = data["order"].removeprefix("#")
    if "variant" in said.data:
        # A custom item of the store has no variant that could be mapped.
        variant = data["variant"]
        data["or_map"] = f". Shall dropferry buy it? dropferry map set {variant} ALIEXPRESS-URL" if variant else ""
    if "parcel" in said.data:
        data["parcel"] = f"parcel {data['parcel']}" if said.data["parcel"] else "a parcel without a number"
    if "deadline" in said.data:
        data["deadline"] = f" (until {data['deadline']})" if said.data["deadline"] else " (it does not say until when)"
    return template.format(**data)


def held_sentence(code: str, order: str, line: int, data: Mapping[str, Any]) -> str:
    """The sentence for a cause that holds a purchase."""
    return sentence(Said(Why.HELD, {**data, "order": order, "line": line, "code": code}))


def when(moment: datetime) -> str:
    """A time as the machine's clock on the wall shows it."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "; ".join(str(each) for each in value)
    return str(value)
