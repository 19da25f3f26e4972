"""The sentences for each cause that holds a purchase back: what it is, and the fix."""

from bot.holds import Hold
from flows.errors import Reason

HELD: dict[str, str] = {
    Hold.OVER_ORDER: "costs {found}, and at most {asked} may go out for one purchase; dropferry approve {order}",
    Hold.OVER_RUN: "waits: with its {found} this run would spend more than {asked} ({before} are spent)",
    Hold.OVER_DAY: "waits: with its {found} today would cost more than {asked} ({before} are spent); tomorrow",
    Hold.TOO_MANY: "waits: {asked} purchases an hour are the most; it goes on by itself",
    Hold.OTHER_CURRENCY: "AliExpress asks for {found}, not for {asked}; set the account's currency there or here",
    Hold.PRICE_DRIFT: "costs {found} instead of {asked}, more than {percent} % above; dropferry approve {order}",
    Hold.LOW_MARGIN: "leaves {found} % of the sale price, and {asked} % are the least; dropferry approve {order}",
    Hold.NO_RATE: 'its margin cannot be told without a rate; set "{pair}" under [rates], or dropferry approve {order}',
    Hold.FIRST_LOOK: "first purchase of this product: look once whether shop and AliExpress mean the same "
    "(shop: {shop_option}; AliExpress: {ali_option}); dropferry approve {order}",
    Hold.PERHAPS_BOUGHT: "perhaps bought already: AliExpress order {numbers} has the same product and recipient. "
    "This is it: dropferry link {order}/{line} NUMBER. Buy anyway: dropferry approve {order}",
    Hold.OTHER_HOME: "another dropferry ({home}) is at this order; it waits until that one is done",
    Hold.STORE_CHANGED: "changed in the store meanwhile: {what}; look, then dropferry approve {order}",
    Hold.ADDRESS: "the address cannot be typed into AliExpress: {problems}; dropferry address {order}",
    Hold.UNPROVEN_METHOD: 'waits for one purchase under your eyes: "{method}" must first show that it leaves an order '
    "unpaid; dropferry place {order} --live --supervised",
    Hold.OUTCOME_UNKNOWN: "perhaps ordered already, so do not order it again; dropferry resolve {order}/{line} says "
    "what is known and takes your word",
    Hold.BY_PERSON: "you held it back; when it may be bought: dropferry approve {order}",
    Reason.PRODUCT_GONE: "AliExpress no longer sells this product ({detail}); map another: dropferry map set",
    Reason.SKU_GONE: "AliExpress no longer has this variant ({detail}); map another: dropferry map set",
    Reason.SOLD_OUT: "sold out on AliExpress ({detail}); it is tried again, or map another: dropferry map set",
    Reason.NOT_SHIPPABLE: "AliExpress does not send this to the buyer's country ({detail}); map another supplier",
    Reason.CARRIER_GONE: "the mapped carrier is not offered ({detail}); map another: dropferry map set --carrier",
    Reason.ADDRESS_REFUSED: "AliExpress refuses the address ({detail}); mend it: dropferry address {order}",
    Reason.PRICE_CHANGED: "the price moved between the pages ({detail}); it is read anew: dropferry place {order}",
    Reason.QUANTITY_CHANGED: "AliExpress changes the quantity ({detail}); look at the product there",
    Reason.RECIPIENT_DIFFERS: "the confirm page shows another recipient ({detail}); mend it: dropferry address {order}",
    Reason.CURRENCY_DIFFERS: "the confirm page is in another currency ({detail}); set the account's currency there",
    Reason.PAYS_AT_ONCE: "the button would charge at once ({detail}), so the robot leaves it to you: "
    "dropferry pay-run {order}",
    Reason.UNKNOWN_BUTTON: "the confirm page has a button that dropferry does not know ({detail}); order it yourself",
    Reason.ZERO_TOTAL: "the total is zero, so the button would order at once ({detail}); order it yourself",
    Reason.MERCHANT_ADDRESS_TOUCHED: "one of your own addresses would have been changed ({detail}); look at them",
    Reason.PAGE_SAYS_NO: "AliExpress says no: {detail}",
}
