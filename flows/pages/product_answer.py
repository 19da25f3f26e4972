"""What an answer of `pdp.pc.query` says of a product; the page keeps the same modules (SKU, PRICE, …) for itself."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from flows.amounts import digits_of, read_money
from flows.blocks import ITEM_ID, Fields
from flows.errors import AnswerChanged, PageChanged
from flows.selector_files import load
from flows.statuses import plain_word
from flows.values import Money, Reader
from flows.values_buying import Product, ProductGlance, ShippingOption, SkuOffer

NAME = "product"
US_SHIFT = 2**51  # a US page's id is the global id plus this (aliexpress.md 2)
PAIR = re.compile(r"^(\d{1,20}):(\d{1,20})$")


def global_id(product_id: str) -> str:
    """The id that all sites share: a US page's id minus 2^51."""
    number = int(product_id)
    return str(number - US_SHIFT) if number >= US_SHIFT else product_id


def sku_ids(sku_attr: str) -> tuple[str, ...]:
    """The ids of a skuAttr without its `#labels`: "14:29#Bear;183:200007741" is ("14:29", "183:200007741").

    A label may hold a ";" itself: what does not begin with two ids belongs to the label before it.
    """
    found: list[str] = []
    for part in re.split(";" if "#" in sku_attr else "[;,]", sku_attr):
        pair = part.split("#", 1)[0].strip()
        if PAIR.match(pair):
            found.append(pair)
        elif not found and sku_attr.strip():
            raise PageChanged(NAME, "skuAttr", f"not property:value: {sku_attr:.60}")
    return tuple(found)


def from_answer(data: object, country: str | None = None, asked: str | None = None) -> Product:
    """One product from the `data` of an answer; `asked` is the id that was opened.

    Shipping options to another country than `country` are left out: their fees and days are not ours. Raises
    AnswerChanged for a missing block, PageChanged for a value that cannot be believed.
    """
    return from_modules(Fields(NAME, "data", data).inside("result").table, country, asked)


def from_modules(modules: Mapping[str, Any], country: str | None = None, asked: str | None = None) -> Product:
    """One product from its modules (SKU, PRICE, …), whether an answer or the page itself holds them."""
    result = Fields(NAME, "result", modules)
    page = _page_facts(result)
    currency = _currency(result, page)
    skus = _skus(result, currency)
    told = page.item_id("productId") if page else None
    number = global_id(told or asked or "0")
    if told and asked and number != global_id(asked):
        raise PageChanged(NAME, "productId", f"{told} came, {asked} was asked for")
    if number == "0":
        raise result.changed("GLOBAL_DATA.globalData.productId", "missing")
    return Product(
        product_id=number,
        title=_title(result, page),
        on_sale=any(sku.salable for sku in skus),
        currency=currency,
        skus=skus,
        shipping=_shipping(result, currency, country),
        image=_main_image(result),
        reader=Reader.CALLS,
    )


def glance(data: object) -> ProductGlance:
    """Title and prices of an answer of which only a part was saved."""
    result = Fields(NAME, "data", data).inside("result")
    page = _page_facts(result)
    currency = _currency(result, page)
    target = result.inside("PRICE")
    prices = [(key, _price(result, info, currency)) for key, info in _price_map(result).items()]
    if target.raw("targetSkuPriceInfo") is not None:
        prices.append(("target", _price(result, target.inside("targetSkuPriceInfo"), currency)))
    return ProductGlance(
        title=_title(result, page),
        currency=currency,
        prices=tuple(prices),
        shipping=_shipping(result, currency, None),
        reader=Reader.CALLS,
    )


def saved(data: object) -> Product | ProductGlance:
    """What a saved answer tells: the product, or where its SKUs were not saved with it, title and prices."""
    result = Fields(NAME, "data", data).inside("result")
    return glance(data) if result.raw("SKU") is None else from_answer(data)


def _page_facts(result: Fields) -> Fields | None:
    whole = result.raw("GLOBAL_DATA")
    if not isinstance(whole, dict) or not isinstance(whole.get("globalData"), dict):
        return None
    return result.inside("GLOBAL_DATA").inside("globalData")


def _title(result: Fields, page: Fields | None) -> str:
    named = result.inside("PRODUCT_TITLE").text("text") if result.raw("PRODUCT_TITLE") else None
    found = named or (page.text("subject") if page else None)
    if found is None:
        raise result.changed("PRODUCT_TITLE.text", "missing")
    return found


def _currency(result: Fields, page: Fields | None) -> str:
    """The page's own currency, else the one that its prices carry."""
    told = {page.text("currencyCode")} if page else set()
    for info in _price_infos(result):
        if isinstance(info.raw("originalPrice"), dict):
            told.add(info.inside("originalPrice").text("currency"))
    found = {code for code in told if code}
    if len(found) != 1:
        raise PageChanged(NAME, "currency", f"not one: {sorted(found)}")
    return found.pop()


def _price_infos(result: Fields) -> Iterable[Fields]:
    target = result.inside("PRICE")
    if isinstance(target.raw("targetSkuPriceInfo"), dict):
        yield target.inside("targetSkuPriceInfo")
    yield from _price_map(result).values()


def _price_map(result: Fields) -> dict[str, Fields]:
    """Prices by SKU id; an entry may point to another by `$ref`."""
    prices = result.inside("PRICE")
    name = "skuIdStrPriceInfoMap" if prices.raw("skuIdStrPriceInfoMap") else "skuPriceInfoMap"
    found = {}
    for key, entry in prices.inside(name).table.items():
        pointed = isinstance(entry, dict) and entry.get("$ref") == "$.PRICE.targetSkuPriceInfo"
        found[key] = prices.inside("targetSkuPriceInfo") if pointed else Fields(NAME, f"PRICE.{name}.{key}", entry)
    return found


def _price(result: Fields, info: Fields, currency: str) -> Money:
    local = info.text("salePriceLocal") or ""
    whole = local if re.fullmatch(r"[^|]*\d[^|]*\|[^|]+\|[^|]*", local) else None
    text = info.text("salePriceString")
    if text is None and whole is None:
        raise result.changed(f"{info.where}.salePriceString", "missing")
    return read_money(NAME, info.where, whole, text, currency)


def _skus(result: Fields, currency: str) -> tuple[SkuOffer, ...]:
    axes, prices = _axes(result), _price_map(result)
    offers = tuple(_sku(path, axes, prices, result, currency) for path in _paths(result.inside("SKU")))
    if not offers:
        raise result.changed("SKU.skuPaths", "empty")
    met = [offer.sku_id for offer in offers]
    if len(set(met)) != len(met):
        raise PageChanged(NAME, "SKU.skuPaths", "a SKU id twice")
    return offers


def _paths(sku: Fields) -> list[Fields]:
    """The list of SKUs, which some pages write as an object."""
    paths = sku.raw("skuPaths")
    if isinstance(paths, dict):
        return [Fields(NAME, f"SKU.skuPaths.{key}", path) for key, path in paths.items()]
    return sku.rows("skuPaths")


def _axes(result: Fields) -> dict[str, tuple[str, dict[str, Fields]]]:
    """Name and values of each axis by its id; values by theirs."""
    found = {}
    for axis in result.inside("SKU").rows("skuProperties", needed=False):
        values = {_value_id(value): value for value in axis.rows("skuPropertyValues")}
        found[axis.item_id("skuPropertyId") or ""] = (axis.text("skuPropertyName") or "", values)
    return found


def _value_id(value: Fields) -> str:
    found = value.item_id("propertyValueIdLong") or value.item_id("propertyValueId")
    if found is None:
        raise value.changed("propertyValueIdLong", "missing")
    return found


def _sku(
    path: Fields,
    axes: Mapping[str, tuple[str, dict[str, Fields]]],
    prices: Mapping[str, Fields],
    result: Fields,
    currency: str,
) -> SkuOffer:
    number = path.item_id("skuIdStr") or path.item_id("skuId")
    if number is None or not ITEM_ID.match(number):
        raise path.changed("skuIdStr", "missing")
    if number not in prices:
        raise AnswerChanged(NAME, "PRICE", f"no price for SKU {number}")
    attr = _attr(path)
    chosen = [(axes.get(axis), value) for axis, value in (pair.split(":") for pair in sku_ids(attr))]
    values = [(axis[0], axis[1][value]) for axis, value in chosen if axis and value in axis[1]]
    stock = _stock(path)
    salable = path.flag("salable")
    return SkuOffer(
        sku_id=number,
        sku_attr=attr,
        options=tuple((name, _value_text(value)) for name, value in values),
        price=_price(result, prices[number], currency),
        stock=stock,
        salable=salable is not False and stock != 0,
        ship_from=_ship_from(attr, axes),
        image=next((link for _, value in values if (link := _link(value.text("skuPropertyImagePath")))), None),
    )


def _attr(path: Fields) -> str:
    """The skuAttr to the letter; its ids must be those of the path."""
    attr, way = path.raw("skuAttr"), path.raw("path")
    # A path alone lacks the labels of renamed values, and the confirm page wants them.
    if not isinstance(attr, str) or not (way is None or isinstance(way, str)):
        raise path.changed("skuAttr", "missing, or not a text")
    if way is not None and sku_ids(way) != sku_ids(attr):
        raise PageChanged(NAME, f"{path.where}.skuAttr", "not the ids of its path")
    return attr


def _stock(path: Fields) -> int | None:
    inside = path.inside("skuVal") if isinstance(path.raw("skuVal"), dict) else None
    for where, name in ((path, "skuStock"), (inside, "availQuantity"), (path, "availQuantity")):
        if where is not None and where.raw(name) is not None and not isinstance(where.raw(name), bool):
            return where.whole(name)
    return None


def _value_text(value: Fields) -> str:
    return value.text("propertyValueDisplayName") or value.text("propertyValueName") or _value_id(value)


def _ship_from(attr: str, axes: Mapping[str, tuple[str, dict[str, Fields]]]) -> str | None:
    for axis, chosen in (pair.split(":") for pair in sku_ids(attr)):
        if axis in load(NAME).means["axes"]["ships_from"] and axis in axes and chosen in axes[axis][1]:
            value = axes[axis][1][chosen]
            return value.text("skuPropertySendGoodsCountryCode") or _value_text(value)
    return None


def _shipping(result: Fields, currency: str, country: str | None) -> tuple[ShippingOption, ...]:
    if not isinstance(result.raw("SHIPPING"), dict):
        return ()
    rows = result.inside("SHIPPING").rows("originalLayoutResultList", needed=False)
    told = [row.inside("bizData") for row in rows if isinstance(row.raw("bizData"), dict)]
    return tuple(_option(option, currency) for option in told if _goes_to(option, country))


def _goes_to(option: Fields, country: str | None) -> bool:
    to = option.text("shipToCode")
    return option.flag("unreachable") is not True and (country is None or to is None or to.upper() == country)


def _option(option: Fields, currency: str) -> ShippingOption:
    visible = option.text("tracking")
    return ShippingOption(
        code=option.text("deliveryOptionCode") or option.text("deliveryProviderCode") or "",
        name=option.text("deliveryProviderName") or option.text("company") or "",
        fee=_fee(option, currency),
        days_min=option.whole("deliveryDayMin"),
        days_max=option.whole("deliveryDayMax"),
        ship_from=option.text("shipFromCode") or option.text("shipFrom"),
        tracked=None if visible is None else visible == "visible",
    )


def _fee(option: Fields, currency: str) -> Money | None:
    """A fee has a displayAmount, a free option the word alone."""
    amount = option.raw("displayAmount")
    if amount is not None and not isinstance(amount, bool):
        return money_of(option, "displayAmount", option.text("displayCurrency") or currency)
    said = option.text("shippingFee")
    free = said is not None and plain_word(said) in load(NAME).means["fee"]["free"]
    return Money(minor=0, currency=currency) if free else None


def money_of(fields: Fields, name: str, currency: str) -> Money:
    """An amount that an answer gives as a number: 1.99 of USD is 199."""
    try:
        amount = Decimal(str(fields.raw(name)))
        minor = amount.scaleb(digits_of(currency))
        whole = int(minor)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise PageChanged(fields.page, f"{fields.where}.{name}", f"not an amount: {fields.raw(name)!r:.40}") from error
    if minor != whole or minor < 0:
        raise PageChanged(fields.page, f"{fields.where}.{name}", f"not an amount of {currency}: {amount}")
    return Money(minor=whole, currency=currency)


def _main_image(result: Fields) -> str | None:
    if not isinstance(result.raw("HEADER_IMAGE_PC"), dict):
        return None
    links = result.inside("HEADER_IMAGE_PC").raw("imagePathList")
    return _link(links[0]) if isinstance(links, list) and links and isinstance(links[0], str) else None


def _link(text: str | None) -> str | None:
    link = f"https:{text}" if text and text.startswith("//") else text
    return link if link and urlsplit(link).scheme in {"http", "https"} else None
