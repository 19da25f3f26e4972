"""The sentences for each cause that holds a purchase back: what it is, and the fix."""

from bot.holds import Hold
from bot.language import mark
from flows.errors import Reason

HELD: dict[str, str] = {
    Hold.OVER_ORDER: mark("costs {found}, and at most {asked} may go out for one purchase; dropferry approve {order}"),
    Hold.OVER_RUN: mark("waits: with its {found} this run would spend more than {asked} ({before} are spent)"),
    Hold.OVER_DAY: mark("waits: with its {found} today would cost more than {asked} ({before} are spent); tomorrow"),
    Hold.TOO_MANY: mark("waits: {asked} purchases an hour are the most; it goes on by itself"),
    Hold.OTHER_CURRENCY: mark("AliExpress asks for {found}, not for {asked}; set the account's currency there or here"),
    Hold.PRICE_DRIFT: mark("costs {found} instead of {asked}, more than {percent} % above; dropferry approve {order}"),
    Hold.LOW_MARGIN: mark("leaves {found} % of the sale price, and {asked} % are the least; dropferry approve {order}"),
    Hold.NO_RATE: mark(
        'its margin cannot be told without a rate; set "{pair}" under [rates], or dropferry approve {order}'
    ),
    Hold.FIRST_LOOK: mark(
        "first purchase of this product: look once whether shop and AliExpress mean the same "
        "(shop: {shop_option}; AliExpress: {ali_option}); dropferry approve {order}"
    ),
    Hold.PERHAPS_BOUGHT: mark(
        "perhaps bought already: AliExpress order {numbers} has the same product and recipient. "
        "This is it: dropferry link {order}/{line} NUMBER. Buy anyway: dropferry approve {order}"
    ),
    Hold.OTHER_HOME: mark(
        "another dropferry ({home}) is at this order; it waits until that one is done. "
        "If that one buys no more (an old computer, a copied folder): dropferry approve {order}"
    ),
    Hold.STORE_CHANGED: mark("changed meanwhile: {what}; look, then dropferry approve {order}"),
    Hold.ADDRESS: mark("the address cannot be typed into AliExpress: {problems}; dropferry address {order}"),
    Hold.UNPROVEN_METHOD: mark(
        'waits for one purchase under your eyes: "{method}" must first show that it leaves an order '
        "unpaid; dropferry place {order} --live --supervised"
    ),
    Hold.OUTCOME_UNKNOWN: mark(
        "perhaps ordered already, so do not order it again; dropferry resolve {order}/{line} says "
        "what is known and takes your word"
    ),
    Hold.BY_PERSON: mark("you held it back; when it may be bought: dropferry approve {order}"),
    Reason.PRODUCT_GONE: mark("AliExpress no longer sells this product ({detail}); map another: dropferry map set"),
    Reason.SKU_GONE: mark("AliExpress no longer has this variant ({detail}); map another: dropferry map set"),
    Reason.SOLD_OUT: mark("sold out on AliExpress ({detail}); it is tried again, or map another: dropferry map set"),
    Reason.NOT_SHIPPABLE: mark("AliExpress does not send this to the buyer's country ({detail}); map another supplier"),
    Reason.CARRIER_GONE: mark("the mapped carrier is not offered ({detail}); map another: dropferry map set --carrier"),
    Reason.ADDRESS_REFUSED: mark("AliExpress refuses the address ({detail}); mend it: dropferry address {order}"),
    Reason.PRICE_CHANGED: mark(
        "the price moved between the pages ({detail}); it is read anew: dropferry place {order}"
    ),
    Reason.QUANTITY_CHANGED: mark("AliExpress changes the quantity ({detail}); look at the product there"),
    Reason.RECIPIENT_DIFFERS: mark(
        "the confirm page shows another recipient ({detail}); mend it: dropferry address {order}"
    ),
    Reason.CURRENCY_DIFFERS: mark(
        "the confirm page is in another currency ({detail}); set the account's currency there"
    ),
    Reason.PAYS_AT_ONCE: mark(
        "the button would charge at once ({detail}), so the robot leaves it to you: dropferry pay-run {order}"
    ),
    Reason.UNKNOWN_BUTTON: mark(
        "the confirm page has a button that dropferry does not know ({detail}); order it yourself"
    ),
    Reason.ZERO_TOTAL: mark("the total is zero, so the button would order at once ({detail}); order it yourself"),
    Reason.MERCHANT_ADDRESS_TOUCHED: mark("one of your own addresses would have been changed ({detail}); look at them"),
    Reason.PAGE_SAYS_NO: mark("AliExpress says no: {detail}"),
}
