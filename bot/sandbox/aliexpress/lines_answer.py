"""One product line as the list and the detail page give it, and the price in a currency that may be unknown."""

from bot.sandbox.aliexpress.answers import Asked, Json
from bot.sandbox.aliexpress.orders import AliOrder
from bot.sandbox.aliexpress.prices import UNKNOWN_CURRENCY, Price, written


def currency_of(order: AliOrder, asked: Asked) -> str:
    """The order's currency, or one that nobody knows."""
    unknown = asked.faults.unknown_currency and asked.faults.hits_listed(order.number)
    return UNKNOWN_CURRENCY if unknown else order.currency


def price_of(minor: int, order: AliOrder, asked: Asked) -> Price:
    """An amount of the order, written."""
    return written(minor, currency_of(order, asked))


def status_of(order: AliOrder, asked: Asked, *, listed: bool = False) -> str:
    """The status text; the list may still show an older one."""
    unknown = asked.faults.unknown_status
    if unknown is not None and asked.faults.hits_listed(order.number):
        return unknown
    return asked.words.status[(order.listed if listed else None) or order.state]


def order_line(order: AliOrder, index: int, asked: Asked) -> Json:
    """One entry of `orderLines` or `productVOList`."""
    line = order.lines[index]
    price = price_of(line.unit_price, order, asked)
    return {
        "currencyCode": currency_of(order, asked),
        "formatPriceInfo": price.info,
        "itemDetailUrl": f"{without_scheme(asked.site.www)}/item/{line.product_id}.html",
        "itemImgUrl": f"{asked.site.www}/kf/{line.product_id}.jpg_220x220.jpg",
        "itemPriceText": price.text,
        "itemTags": [{"richText": '<font color="#009966">Free returns</font>'}],
        "itemTitle": line.title,
        "orderLineId": order.line_id(index),
        "productId": line.product_id,
        "quantity": line.quantity,
        "skuAttrKeys": line.sku_attr_keys,
        "skuAttrs": _attributes(line.sku_attr_keys, line.sku_text),
        "skuId": line.sku_id,
        "tagCombineColor": "#009966",
    }


def without_scheme(origin: str) -> str:
    """An origin as the answers write links: `//www…`."""
    return origin[origin.index("//") :]


def _attributes(keys: str, text: str) -> list[Json]:
    texts = [part.partition(":") for part in text.split(";")]
    attributes = []
    for place, key in enumerate(filter(None, keys.split(";"))):
        name, _, value = texts[place] if place < len(texts) else ("Option", "", key)
        axis, _, chosen = key.partition(":")
        attributes.append({"id": int(axis), "name": name, "text": value or name, "vid": int(chosen or 0)})
    return attributes
