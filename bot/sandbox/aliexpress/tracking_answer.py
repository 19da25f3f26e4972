"""The answer of `querydetail`: every parcel of one order with its journey (aliexpress.md 9)."""

from babel import Locale
from babel.dates import format_date, format_datetime

from bot.sandbox.aliexpress.answers import Asked, Json, milliseconds
from bot.sandbox.aliexpress.orders import AliOrder, AliParcel, Scan
from bot.sandbox.aliexpress.state import AliWorld


def tracking_answer(world: AliWorld, asked: Asked) -> Json:
    """The parcels of one order of the account: none before it is sent; an empty module where it is not its order."""
    with world.lock:
        order = world.orders.get(str(asked.data.get("tradeOrderId")))
        if order is None or order.account != asked.account or asked.faults.empty_skeleton:
            return {"module": {}, "result": True}
        module: Json = {
            "isTrackingV2": True,
            "logisticsReceiverInfo": _receiver(order),
            "trackingDetailLineList": [_parcel(order, parcel, asked) for parcel in order.parcels],
        }
    if asked.faults.missing_block:
        module.pop(asked.faults.missing_block, None)
    return {"module": module, "result": True}


def _receiver(order: AliOrder) -> Json:
    to = order.recipient
    prefix, _, phone = to.phone.partition(" ")
    return {
        "address": to.address,
        "address2": to.address2,
        "city": to.city,
        "contactName": to.name,
        "country": Locale("en").territories.get(to.country_code, to.country_code),
        "phoneCountry": prefix,
        "phoneNumber": phone,
        "province": to.province,
        "zipCode": to.zip,
    }


def _parcel(order: AliOrder, parcel: AliParcel, asked: Asked) -> Json:
    scans = [_scan(scan) for scan in reversed(parcel.scans)]
    return {
        "blockMailNo": False,
        "detailList": [*scans, *_order_rows(order)],
        "displayQuantity": sum(count for _, count in parcel.items),
        "etaInfo": _eta(order, parcel),
        "logisticsCarrierName": parcel.service,
        "logisticsCpInfo": {
            "contactCarrierText": f"Contact {parcel.carrier}",
            "cpName": parcel.carrier,
            "cpWebSiteUrl": parcel.carrier_site,
        },
        "mailNo": shown_number(parcel.number, asked),
        "originMailNo": parcel.original,
        "packageItemList": [_item(order, line, count) for line, count in parcel.items],
        "packageMinCreateTime": milliseconds(order.shipped_at or order.created_at),
        "targetItemPkg": False,
    }


def shown_number(number: str, asked: Asked) -> str:
    """A tracking number as the page gives it: perhaps with blanks in it."""
    return f" {number[:4]} {number[4:]} " if asked.faults.blank_in_number and number else number


def _scan(scan: Scan) -> Json:
    return {
        "fulfillStage": scan.stage,
        "skipRiskControl": True,
        "tags": ["cb"],
        "time": milliseconds(scan.at),
        "timeText": format_datetime(scan.at, "EEE | MMM. d HH:mm", locale="en"),
        "trackingDetailDesc": scan.text,
        "trackingName": scan.name,
        "trackingPrimaryCode": scan.primary,
        "trackingSecondCode": scan.code,
    }


def _order_rows(order: AliOrder) -> list[Json]:
    """The two oldest rows, newest first; they have no `timeText`."""
    rows = [("Order created", "Your order's been created", "AE_ORDER_PLACED", order.created_at)]
    if order.paid_at:
        rows.insert(0, ("Package in preparation", "Your package is being prepared", "AE_ORDER_PAID", order.paid_at))
    return [
        {
            "skipRiskControl": False,
            "time": milliseconds(at),
            "trackingDetailDesc": text,
            "trackingName": name,
            "trackingSecondCode": code,
        }
        for name, text, code, at in rows
    ]


def _eta(order: AliOrder, parcel: AliParcel) -> Json:
    at = parcel.delivered_at or order.pay_deadline
    text = format_date(at.date(), "MMM. d", locale="en")
    title = "Delivered：" if parcel.delivered_at else "Delivery: "
    return {
        "beginEtaTime": milliseconds(at),
        "endEtaTime": milliseconds(at),
        "etaSceneCode": "REAL_DELIVERY" if parcel.delivered_at else "FULFILLLMENT_PROMISE_ETA",
        "etaTimeText": text,
        "etaTitleRichText": f'<span style="color: #191919;"><strong>{title}{text}</strong></span>',
    }


def _item(order: AliOrder, index: int, count: int) -> Json:
    line = order.lines[index]
    return {
        "count": count,
        "itemId": int(line.product_id),
        "itemTitle": line.title,
        "skuDesc": line.sku_text,
        "skuId": line.sku_id,
    }
