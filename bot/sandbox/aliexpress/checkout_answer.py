"""The answers of `mtop.aliexpress.checkout.renderorder` and `…adjustorder` (aliexpress.md 12).

The blocks that public sources name are built as they name them. Address and payment are not named anywhere; what stands
for them here serves the page's own script alone.
"""

from dataclasses import replace

from bot.sandbox.aliexpress.answers import Asked, Json, block, page_data, without_block
from bot.sandbox.aliexpress.buying_faults import Stage
from bot.sandbox.aliexpress.checkout_words import CheckoutWords, checkout_words
from bot.sandbox.aliexpress.checkouts import Bill, Checkout, CheckoutLine, bill_of
from bot.sandbox.aliexpress.errors import SiteSaysNoError
from bot.sandbox.aliexpress.faults import Faults
from bot.sandbox.aliexpress.lines_answer import without_scheme
from bot.sandbox.aliexpress.prices import written
from bot.sandbox.aliexpress.product_answer import amount, picture
from bot.sandbox.aliexpress.products import Product, Sku
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.shop_goods import price_in

COLD = "Query product info failed, query param orderLine DTO is empty"
_ROOT = "pc_checkout_root_116130"


def checkout_answer(world: AliWorld, asked: Asked) -> Json:
    """A checkout opened (it then names product and SKU) or changed (it names its `token`).

    SiteSaysNoError: the item page was not loaded in this tab, or product, SKU or quantity cannot be had.
    """
    with world.lock:
        told = asked.data
        token = str(told.get("token") or "") or _opened(world, asked)
        checkout = world.market.checkouts.get(token)
        if checkout is None or checkout.buyer.account != asked.account:
            raise SiteSaysNoError("FAIL_BIZ_CHECKOUT_EXPIRED", "Oops! Something went wrong. Please refresh the page.")
        if "operator" in told:
            _adjust(checkout, str(told["operator"]), str(told.get("value", "")), str(told.get("line", "0")))
        must_be_had(checkout, asked.faults)
        return _data(token, checkout, asked)


def _opened(world: AliWorld, asked: Asked) -> str:
    told, market = asked.data, world.market
    product = market.product(str(told.get("objectId", "")))
    ticket = str(told.get("pdpBuyParams", ""))
    if product is None or not market.item_seen(ticket, product.id):
        raise SiteSaysNoError("FAIL_BIZ_QUERY_PRODUCT", COLD)
    sku = product.sku(str(told.get("skuId", "")))
    gone = asked.faults.come(asked.faults.sku_gone_at, "confirm")
    if sku is None or product.attr(sku) != told.get("skuAttr") or gone:
        raise SiteSaysNoError("FAIL_BIZ_SKU_NOT_EXIST", "The product options you selected are no longer available.")
    buyer = market.buyer(asked.account)
    quantity = 1 if asked.faults.quantity_reset else _whole(told.get("quantity"))
    lines = [CheckoutLine(product, sku, quantity, str(told.get("shippingCompany") or ""))]
    if asked.faults.extra_line:
        lines.append(_left_in_cart(world, product))
    return market.start(Checkout(buyer, lines, str(told.get("countryCode") or "US"), buyer.book.default))


def _left_in_cart(world: AliWorld, product: Product) -> CheckoutLine:
    other = next(one for one in world.market.products.values() if one.id != product.id)
    return CheckoutLine(other, other.skus[0], 1)


def _adjust(checkout: Checkout, operator: str, value: str, line: str) -> None:
    if operator == "address" and checkout.buyer.book.find(value):
        checkout.address_id = value
    elif operator == "quantity":
        checkout.lines[int(line)].quantity = _whole(value)
    elif operator == "shipping":
        checkout.lines[int(line)].wanted = value


def _whole(told: object) -> int:
    text = str(told)
    return max(int(text), 1) if text.isdigit() else 1


def must_be_had(checkout: Checkout, faults: Faults, *, pressed: bool = False) -> None:
    """SiteSaysNoError where a product, its SKU or its quantity is not to be had, or an address no longer there."""
    at: Stage = "press" if pressed else "confirm"
    for line in checkout.lines:
        if not line.product.on_sale:
            raise SiteSaysNoError("FAIL_BIZ_ITEM_UNAVAILABLE", "Sorry, this item is no longer available!")
        if line.sku.gone or faults.come(faults.sku_gone_at, at):
            raise SiteSaysNoError("FAIL_BIZ_SKU_NOT_EXIST", "The product options you selected are no longer available.")
        if line.sku.stock < line.quantity or faults.come(faults.sold_out_at, at):
            raise SiteSaysNoError("FAIL_BIZ_INVENTORY", "Sorry, the quantity you selected is out of stock.")


def _data(token: str, checkout: Checkout, asked: Asked) -> Json:
    bill, words = bill_of(checkout, asked.faults), checkout_words(asked.faults.language, asked.faults.design)
    blocks = {"pc_checkout_address_116140": block("pc_checkout_address", "116140", _address(checkout, words))}
    for place, line in enumerate(checkout.lines):
        blocks |= _line_blocks(place, line, checkout, bill, asked)
    for store in checkout.stores:
        signatures = [_signature(line) for line in checkout.lines if line.product.store == store]
        key = f"checkout_shop_title_{signatures[0]}"
        fields = {"signatures": signatures, "title": store}
        blocks[key] = block("checkout_shop_title", signatures[0], fields)
    blocks["pc_checkout_payment_116146"] = block("pc_checkout_payment", "116146", _payment(checkout, words))
    lines = {"summaryLines": [_row(title, text) for title, text in rows(bill, words)]}
    blocks["checkout_order_summary_TOTAL_SUMMARY"] = block("checkout_order_summary", "TOTAL_SUMMARY", lines)
    total = {"priceList": [_row(words.total, written(bill.total, bill.currency).text)]}
    blocks["checkout_order_total_116150"] = block("checkout_order_total", "116150", total)
    data = page_data(blocks, _ROOT, {_ROOT: list(blocks)}, {bill.currency})
    jumped = bill.total + price_in(bill.currency, asked.faults.price_jump)
    data["global"] |= {"checkoutToken": token, "redrawnTotal": written(jumped, bill.currency).text}
    return without_block(data, asked.faults.missing_block)


def _line_blocks(place: int, line: CheckoutLine, checkout: Checkout, bill: Bill, asked: Asked) -> dict[str, Json]:
    product, signature = line.product, _signature(line)
    shown = product.us_id if checkout.buyer.us_routed else product.id
    fields = {
        "img": picture(asked.site.www, product, line.sku.values[0].id),
        "itemUrl": f"{without_scheme(asked.site.www)}/item/{shown}.html",
        "prices": {"children": {"retailPrice": amount(bill.units[place], bill.currency)}},
        "quantity": {"current": line.quantity, "max": line.sku.stock, "min": 1},
        "signature": signature,
        "sku": {"skuInfo": sku_info(product, line.sku)},
        "title": product.title,
    }
    return {
        f"pc_checkout_product_{signature}": block("pc_checkout_product", signature, fields),
        f"pc_checkout_shipping_option_{signature}": block(
            "pc_checkout_shipping_option", signature, _shipping(line, checkout, bill, asked)
        ),
    }


def sku_info(product: Product, sku: Sku) -> str:
    """The options as the confirm page writes them: "Natural  canvas" or "Black,China"."""
    return ",".join(text for _, text in product.options(sku))


def _signature(line: CheckoutLine) -> str:
    return f"{int(line.sku.id) * 7919 % 16**12:012x}"


def _shipping(line: CheckoutLine, checkout: Checkout, bill: Bill, asked: Asked) -> Json:
    words = checkout_words(asked.faults.language, asked.faults.design)
    chosen = checkout.carrier(line, asked.faults)
    if chosen is None:
        return {"freightServices": [], "unreachableText": words.not_shippable}
    services = []
    for carrier in line.product.carriers_to(checkout.to_country):
        if asked.faults.come(asked.faults.carrier_gone_at, "confirm") and carrier.code == line.wanted:
            continue
        fee = bill_of(_alone(checkout, _sent_by(line, carrier.code)), asked.faults).shipping
        fewest, most = carrier.days
        services.append(
            {
                "deliveryTime": words.days.format(fewest=fewest, most=most),
                "freightCost": written(fee, bill.currency).text if fee else words.free,
                "serviceName": carrier.code,
                "serviceTitle": carrier.name,
            }
        )
    selected = next(one for one in services if one["serviceName"] == chosen.code)
    return {"freightServices": services, "selectedFreightService": selected}


def _alone(checkout: Checkout, line: CheckoutLine) -> Checkout:
    return replace(checkout, lines=[line])


def _sent_by(line: CheckoutLine, code: str) -> CheckoutLine:
    return replace(line, wanted=code)


def _address(checkout: Checkout, words: CheckoutWords) -> Json:
    entry = checkout.address
    common = {"changeText": words.change, "newText": words.new_address, "title": words.address}
    if entry is None:
        return common
    return {
        **common,
        "addressId": entry.id,
        "contactPerson": entry.name,
        "detailAddress": ", ".join(filter(None, (entry.street, entry.street2))),
        "fullPhoneNo": entry.full_phone,
        "regionAddress": entry.region,
    }


def _payment(checkout: Checkout, words: CheckoutWords) -> Json:
    buyer = checkout.buyer
    button = words.buttons[buyer.button]
    fields: Json = {"buttonText": button, "agreement": words.agreement.format(button=button)}
    if buyer.has_payment_block:
        fields |= {"chooseText": words.choose_payment, "changeText": words.change, "title": words.payment}
    if buyer.payment:
        fields["chosenChannel"] = {"code": buyer.payment.code, "text": buyer.payment.text}
    return fields


def rows(bill: Bill, words: CheckoutWords) -> list[tuple[str, str]]:
    """The rows of the summary, titles and texts; the heading comes first and has no text."""

    def text(minor: int) -> str:
        return written(minor, bill.currency).text

    made = [(words.summary, ""), (words.subtotal, text(bill.subtotal))]
    made.append((words.promo, f"-{text(bill.coupon)}" if bill.coupon else words.enter_code))
    made.append((words.shipping, text(bill.shipping) if bill.shipping else words.free))
    if bill.tax:
        made.append((words.tax, text(bill.tax)))
    if bill.bonus:
        made.append((words.bonus, f"-{text(bill.bonus)}"))
    return made


def _row(title: str, text: str) -> Json:
    return {"content": {"content": text}, "title": {"title": title}}
