"""The answer of `order.detail` (aliexpress.md 6)."""

from datetime import UTC, datetime, timedelta

from babel import Locale

from bot.sandbox.aliexpress.answers import Asked, Json, block, empty_page, page_data, without_block
from bot.sandbox.aliexpress.lines_answer import (
    currency_of,
    order_line,
    price_of,
    status_of,
    without_scheme,
)
from bot.sandbox.aliexpress.orders import UNSENT, AliOrder, OrderState
from bot.sandbox.aliexpress.state import AliWorld

_ROOT = "detail_root_container_109716"
_TRACKED = {OrderState.PARTLY_SHIPPED, OrderState.AWAITING_DELIVERY, OrderState.COMPLETED}


def detail_answer(world: AliWorld, asked: Asked) -> Json:
    """One order of the account; SUCCESS and an empty skeleton where `tradeOrderId` names none of its orders."""
    with world.lock:
        order = world.orders.get(str(asked.data.get("tradeOrderId")))
        if order is None or order.account != asked.account or asked.faults.empty_skeleton:
            return empty_page(_ROOT)
        blocks = _blocks(order, asked)
    below = [key for key in blocks if key != _ROOT]
    data = page_data(blocks, _ROOT, {_ROOT: below}, {currency_of(order, asked)})
    data["global"]["pageTitle"] = "Order Detail"
    if order.state in _STATUS_CODE:
        data["global"]["orderStatus"] = _STATUS_CODE[order.state]
    return without_block(data, asked.faults.missing_block)


# The only two numeric codes that are publicly known.
_STATUS_CODE = {OrderState.AWAITING_DELIVERY: 8, OrderState.COMPLETED: 9}


def _blocks(order: AliOrder, asked: Asked) -> dict[str, Json]:
    made = {
        _ROOT: block("detail_root_container", "109716", _root(asked), None),
        "detail_order_status_block_111818": block("detail_order_status_block", "111818", _status(order, asked)),
        "detail_simple_order_info_component_111820": block(
            "detail_simple_order_info_component", "111820", _info(order, asked)
        ),
        "detail_product_block_111822": block("detail_product_block", "111822", _products(order, asked)),
        "detail_order_price_block_111823": block("detail_order_price_block", "111823", _prices(order, asked)),
        "detail_aync_block_112359": block("detail_aync_block", "112359", {}),
        "detail_tail_container_109717": block(
            "detail_tail_container", "109717", {"recommendScenario": "pcOrderDetail"}, "footer"
        ),
    }
    numbers = [parcel.number for parcel in order.parcels if parcel.number]
    if numbers:
        parcels = {"packageInfoList": [{"trackingNumber": number} for number in numbers]}
        made["detail_logistic_package_block_111821"] = block("detail_logistic_package_block", "111821", parcels)
    return made


def _root(asked: Asked) -> Json:
    words = asked.words
    cart = f"{without_scheme(asked.site.www)}/p/shoppingcart/index.html"
    i18n = {
        "cancel": words.cancel,
        "cancel_success": "You've canceled the order",
        "canceling_title": "Your order will be cancelled",
        "copy": words.copy,
        "copy_order_success": words.number,
    }
    return {"canAddCart": True, "cartUrl": cart, "i18n": i18n}


def _status(order: AliOrder, asked: Asked) -> Json:
    words, www = asked.words, asked.site.www
    buttons: list[Json] = []
    if order.state in _TRACKED:
        href = f"{www}/p/tracking/index.html?tradeOrderId={order.number}"
        buttons.append(
            {"displayType": "primary", "href": href, "size": "large", "text": words.track, "type": "TRACKING"}
        )
    if order.state is OrderState.TO_PAY:
        buttons.append({"displayType": "primary", "size": "large", "text": words.pay_now})
    other = {"border": True, "displayType": "default", "size": "large"}
    if order.state in UNSENT:
        buttons.append({**other, "text": words.cancel})
    buttons.append({**other, "text": words.add_to_cart, "type": "REPURCHASE"})
    return {
        "baseCurrency": "CNY",
        "buttonVOList": buttons,
        "intentionCurrency": currency_of(order, asked),
        "orderId": int(order.number),
        "reminder": _reminder(order, asked),
        "title": status_of(order, asked),
    }


def _reminder(order: AliOrder, asked: Asked) -> str:
    if order.state is not OrderState.TO_PAY or asked.faults.no_deadline:
        return ""
    left = max(order.pay_deadline - datetime.now(UTC), timedelta())
    return asked.words.pay_within.format(days=left.days, hours=left.seconds // 3600)


def _info(order: AliOrder, asked: Asked) -> Json:
    words = asked.words
    fields: Json = {
        "addressVO": _address(order),
        "orderCreatTime": words.day(order.created_at),
        "orderCreatTimeTile": words.placed,
        "orderIdTitle": words.number,
        "tradeOrderId": int(order.number),
    }
    if order.paid_at:
        fields |= {"payTime": words.day(order.paid_at), "payTimeTitle": words.paid}
        fields |= {"paymentMethod": words.card, "paymentMethodTitle": words.payment_method}
    if order.shipped_at:
        fields |= {"orderShipTime": words.day(order.shipped_at), "orderShipTimeTile": words.shipped}
    if order.ended_at:
        fields |= {"orderEndTime": words.day(order.ended_at), "orderEndTimeTile": words.completed}
    return fields


def _address(order: AliOrder) -> Json:
    to = order.recipient
    country = Locale("en").territories.get(to.country_code, to.country_code)
    return {
        "contactName": to.name,
        "countryCode": to.country_code,
        "detailAddress": to.address,
        "detailAddress2": to.address2,
        "fullPhoneNo": to.phone,
        "postCode": to.zip,
        "regionAddress": ", ".join(part for part in (to.city, to.province, country) if part),
    }


def _products(order: AliOrder, asked: Asked) -> Json:
    return {
        "productVOList": [order_line(order, index, asked) for index in range(len(order.lines))],
        "sellerVO": {
            "connectUrl": "//msg.aliexpress.com/msgDetail.htm",
            "sellerName": order.store,
            "storeUrl": f"{without_scheme(asked.site.www)}/store/1105843321",
        },
    }


def _prices(order: AliOrder, asked: Asked) -> Json:
    total = price_of(order.total, order, asked)
    return {
        "priceDetails": [
            {"title": "Subtotal", "value": total.text},
            {"hide": True, "title": "Shipping", "value": "Free shipping"},
        ],
        "totalPrice": {
            "currencyCode": currency_of(order, asked),
            "formatPriceInfo": total.info,
            "title": asked.words.total,
            "value": total.text,
        },
    }
