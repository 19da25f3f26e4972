"""The answer of `mtop.aliexpress.pdp.pc.query`: the product page's data of today (aliexpress.md 10)."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.sandbox.aliexpress.answers import Asked, Json
from bot.sandbox.aliexpress.buyers import CURRENCIES
from bot.sandbox.aliexpress.divisions import COUNTRIES
from bot.sandbox.aliexpress.faults import Faults
from bot.sandbox.aliexpress.prices import minor_digits, written
from bot.sandbox.aliexpress.products import Carrier, Product, Sku
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.shop_goods import price_in

# Crossed-out prices are so much higher, in hundredths.
_BEFORE = 130


class Shown(NamedTuple):
    """A product as one visitor sees it; `id` is the US site's where the visitor is led there."""

    product: Product
    id: str
    currency: str
    country: str
    faults: Faults

    def minor(self, cents: int) -> int:
        """US cents in minor units of the visitor's currency."""
        return price_in(self.currency, cents)

    def price(self, sku: Sku) -> int:
        """What a piece costs on the product page, in minor units."""
        jump = self.faults.price_jump if self.faults.come(self.faults.price_jump_at, "item") else 0
        return self.minor(sku.cents + jump)

    def stock(self, sku: Sku) -> int:
        """How many are left."""
        return 0 if self.faults.come(self.faults.sold_out_at, "item") else sku.stock

    @property
    def skus(self) -> list[Sku]:
        """The SKUs on the page; with the fault the one that comes first is gone."""
        offered = self.product.offered() if self.product.on_sale else []
        return offered[1:] if self.faults.come(self.faults.sku_gone_at, "item") else offered

    @property
    def carriers(self) -> list[Carrier]:
        """The ways of sending it to the visitor; with the fault the first one is gone."""
        possible = self.product.carriers_to(self.country)
        return possible[1:] if self.faults.come(self.faults.carrier_gone_at, "item") else possible


def seen_by(world: AliWorld, account: str | None, product: Product, asked: Json, faults: Faults) -> Shown:
    """How a visitor sees a product; the account's currency beats the one that the page asks in."""
    buyer = world.market.buyer(account) if account else None
    wanted = str(asked.get("_currency") or "USD")
    currency = buyer.currency if buyer else wanted if wanted in CURRENCIES else "USD"
    if faults.come(faults.currency_at, "item"):
        currency = faults.other_currency
    us_routed = buyer is not None and buyer.us_routed
    country = str(asked.get("country") or "US")
    return Shown(product, product.us_id if us_routed else product.id, currency, country, faults)


def product_answer(world: AliWorld, asked: Asked) -> Json:
    """The modules of one product; without SKU and PRICE where it is not on sale, nothing where there is none."""
    with world.lock:
        product = world.market.product(str(asked.data.get("productId", "")))
        if product is None or asked.faults.empty_skeleton:
            return {"result": {}}
        world.market.item_loaded(str(asked.data.get("ext", "")))
        result = _result(seen_by(world, asked.account or None, product, asked.data, asked.faults), asked)
    return {"result": {name: module for name, module in result.items() if name != asked.faults.missing_block}}


def _result(shown: Shown, asked: Asked) -> Json:
    product, skus = shown.product, shown.skus
    made: Json = {
        "GLOBAL_DATA": {
            "globalData": {
                "currencyCode": shown.currency,
                "productId": shown.id,
                "storeName": product.store,
                "subject": product.title,
            }
        },
        "PRODUCT_TITLE": {"text": product.title},
        "HEADER_IMAGE_PC": {"imagePathList": pictures(product, asked.site.www)},
        "PC_RATING": {"otherText": "5,000+ sold", "rating": "4.8", "totalValidNum": 812},
        "QUANTITY_PC": {"totalAvailableInventory": sum(shown.stock(sku) for sku in skus)},
        "SHIPPING": {"originalLayoutResultList": [{"bizData": one} for one in biz_data(shown)]},
        "SHOP_CARD_PC": {"sellerPositiveRate": "97.1", "storeName": product.store},
        "PRODUCT_PROP_PC": {"showedProps": [{"attrName": "Origin", "attrValue": "Mainland China"}]},
    }
    if skus:
        made["PRICE"] = _prices(shown)
        made["SKU"] = _skus(shown, asked.site.www)
    return made


def _prices(shown: Shown) -> Json:
    prices = {sku.id: _price(shown, sku) for sku in shown.skus}
    return {"skuPriceInfoMap": prices, "targetSkuPriceInfo": prices[shown.skus[0].id]}


def _price(shown: Shown, sku: Sku) -> Json:
    now = shown.price(sku)
    return {
        "originalPrice": amount(now * _BEFORE // 100, shown.currency),
        "salePriceString": written(now, shown.currency).text,
    }


def amount(minor: int, currency: str) -> Json:
    """An amount as both generations of product pages give it: in words and as a number."""
    digits = minor_digits(currency)
    value = round(minor / 10**digits, digits) if digits else minor
    return {"currency": currency, "formatedAmount": written(minor, currency).text, "value": value}


def _skus(shown: Shown, www: str) -> Json:
    product, first = shown.product, shown.skus[0]
    return {
        "selectedSkuAttr": product.attr(first),
        "selectedSkuIdStr": first.id,
        "skuPaths": [
            {
                "path": product.path(sku),
                "salable": shown.stock(sku) > 0,
                "skuAttr": product.attr(sku),
                "skuIdStr": sku.id,
                "skuVal": {"availQuantity": shown.stock(sku)},
            }
            for sku in shown.skus
        ],
        "skuProperties": [
            {
                "skuPropertyId": int(axis.id),
                "skuPropertyName": axis.name,
                "skuPropertyValues": [
                    {
                        "propertyValueDefinitionName": value.label or value.name,
                        "propertyValueDisplayName": value.text,
                        "propertyValueIdLong": int(value.id),
                        "propertyValueName": value.name,
                        **({"skuPropertyImagePath": picture(www, product, value.id)} if place == 0 else {}),
                    }
                    for value in axis.values
                ],
            }
            for place, axis in enumerate(product.axes)
        ],
    }


def biz_data(shown: Shown) -> list[Json]:
    """The `bizData` of each way of sending, or the one that says that there is none (both generations)."""
    product = shown.product
    source = product.ship_from(shown.skus[0]) if shown.skus else None
    place = {"shipFrom": source.name if source else "China", "shipToCode": shown.country}
    place["shipFromCode"] = "US" if place["shipFrom"] == "United States" else "CN"
    place["shipTo"] = COUNTRIES.get(shown.country, (shown.country, ""))[0]
    found = [{**place, **_way(carrier, shown)} for carrier in shown.carriers]
    return found or [{**place, "unreachable": True}]


def _way(carrier: Carrier, shown: Shown) -> Json:
    soonest, latest = (datetime.now(UTC) + timedelta(days=days) for days in carrier.days)
    way: Json = {
        "company": carrier.name,
        "currency": shown.currency,
        "deliveryDayMax": carrier.days[1],
        "deliveryDayMin": carrier.days[0],
        "deliveryOptionCode": carrier.code,
        "deliveryProviderCode": carrier.code,
        "deliveryProviderName": carrier.name,
        "displayEtaMaxDate": f"{latest:%b. %d}",
        "displayEtaMinDate": f"{soonest:%b. %d}",
        "shippingFee": "charge" if carrier.cents else "free",
        "tracking": "visible" if carrier.tracked else "invisible",
    }
    if carrier.cents:
        way |= {"displayAmount": amount(shown.minor(carrier.cents), shown.currency)["value"]}
    return way


def pictures(product: Product, www: str) -> list[str]:
    """The pictures of a product, as its page loads them."""
    return [picture(www, product, str(place)) for place in range(6)]


def picture(www: str, product: Product, name: str) -> str:
    """The address of one picture."""
    return f"{www}/kf/S{product.id}{name}.jpg"
