"""The short sentences of notifications: an order and what to do, nothing of a buyer and no words of strangers."""

from collections.abc import Mapping
from typing import Any

from bot.facts import Said, Why
from bot.holds import Hold
from bot.language import _, mark
from bot.wording import sentence
from flows.errors import Reason

HELD: dict[str, str] = {
    Hold.OVER_ORDER: mark("costs {found}, more than one purchase may: dropferry approve"),
    Hold.OTHER_CURRENCY: mark("AliExpress asks for another currency: {found}"),
    Hold.PRICE_DRIFT: mark("costs {found} instead of {asked}: dropferry approve"),
    Hold.LOW_MARGIN: mark("leaves only {found} % of the sale price: dropferry approve"),
    Hold.NO_RATE: mark('its margin cannot be told without the rate "{pair}"'),
    Hold.FIRST_LOOK: mark("first purchase of this product, look at it once: dropferry approve"),
    Hold.PERHAPS_BOUGHT: mark(
        "perhaps bought already, as AliExpress order {numbers}: dropferry link, or dropferry approve"
    ),
    Hold.STORE_CHANGED: mark("changed meanwhile: look, then dropferry approve"),
    Hold.ADDRESS: mark("its address cannot be typed into AliExpress: dropferry address"),
    Hold.UNPROVEN_METHOD: mark("waits for one purchase under your eyes: dropferry place --live --supervised"),
    Reason.PRODUCT_GONE: mark("AliExpress no longer sells this product, map another: dropferry map set"),
    Reason.SKU_GONE: mark("AliExpress no longer has this variant, map another: dropferry map set"),
    Reason.SOLD_OUT: mark("sold out on AliExpress"),
    Reason.NOT_SHIPPABLE: mark("AliExpress does not send this to the buyer's country, map another: dropferry map set"),
    Reason.CARRIER_GONE: mark("the mapped carrier is not offered, map another: dropferry map set --carrier"),
    Reason.ADDRESS_REFUSED: mark("AliExpress refuses the address: dropferry address"),
    Reason.PRICE_CHANGED: mark("its price moved between two pages"),
    Reason.QUANTITY_CHANGED: mark("AliExpress changes the quantity"),
    Reason.RECIPIENT_DIFFERS: mark("the confirm page shows another recipient: dropferry address"),
    Reason.CURRENCY_DIFFERS: mark("the confirm page is in another currency"),
    Reason.PAYS_AT_ONCE: mark("its button would charge at once, so it is yours to press: dropferry pay-run"),
    Reason.UNKNOWN_BUTTON: mark("the confirm page has a button that dropferry does not know"),
    Reason.ZERO_TOTAL: mark("its total is zero, so the button would order at once"),
    Reason.MERCHANT_ADDRESS_TOUCHED: mark("one of your own AliExpress addresses would have been changed"),
    Reason.PAGE_SAYS_NO: mark("AliExpress says no"),
}
# These go away by themselves, or the merchant has wanted them.
QUIET = frozenset({Hold.OVER_RUN, Hold.OVER_DAY, Hold.TOO_MANY, Hold.OTHER_HOME, Hold.BY_PERSON})
# What strangers have written is in the usual sentences of these.
_STRANGERS: dict[Why, str] = {
    Why.REFUSED: mark("ShopBase refuses what it is told of it: dropferry show {order}"),
    Why.STUCK: mark("ShopBase leaves its fulfilment unfinished: dropferry show {order}"),
    Why.UNCLEAR_PARCEL: mark("a parcel of AliExpress order {number} may be for several lines: dropferry show {order}"),
    Why.UNKNOWN_CONTENTS: mark("AliExpress does not say what is in its parcels: dropferry show {order}"),
}


def held_words(code: str, data: Mapping[str, Any]) -> str:
    """Why a purchase is held, in a few words."""
    known = {key: data.get(key, "?") for key in ("found", "asked", "pair", "numbers")}
    return _(HELD[code]).format(**known) if code in HELD else _("held back: {code}").format(code=code)


def standing_words(order: str, said: Said) -> str:
    """Why an order needs the merchant, or what is worth a look."""
    if not isinstance(said.code, Why) or said.code not in _STRANGERS:
        return sentence(said)
    return _(_STRANGERS[said.code]).format(order=order.removeprefix("#"), number=said.data.get("number", "?"))
