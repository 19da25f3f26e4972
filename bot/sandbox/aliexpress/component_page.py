"""What a product page of 2023 carries in itself: `window.runParams.data` of the "component" generation (md 10)."""

import json
from typing import Any

from bot.sandbox.aliexpress.answers import Json
from bot.sandbox.aliexpress.product_answer import Shown, amount, biz_data, picture, pictures
from bot.sandbox.aliexpress.products import Axis, Sku

_BEFORE = 130


def component_data(shown: Shown, www: str) -> Json:
    """The components of one product; `itemStatusComponent.status` is 0 where it is on sale."""
    product = shown.product
    left = sum(shown.stock(sku) for sku in shown.skus)
    return {
        "currencyComponent": {"baseCurrencyCode": "USD", "currencyCode": shown.currency, "multiCurrency": True},
        "imageComponent": {"imagePathList": pictures(product, www)},
        "inventoryComponent": {"totalAvailQuantity": left, "totalQuantity": left},
        "itemStatusComponent": {"status": 0 if product.on_sale else 1},
        "priceComponent": _prices(shown),
        "productInfoComponent": {"id": int(shown.id), "idStr": shown.id, "subject": product.title},
        "sellerComponent": {"storeName": product.store},
        "skuComponent": {
            "hasSkuProperty": True,
            "productSKUPropertyList": [
                _axis(axis, place, shown, www) for place, axis in enumerate(product.axes) if shown.skus
            ],
            **({"selectedSkuAttr": product.attr(shown.skus[0])} if shown.skus else {}),
        },
        "userComponent": {"regionCountryName": shown.country},
        "webActionConfComponent": {"orderUrl": f"{www}/p/trade/confirm.html"},
        "webGeneralFreightCalculateComponent": {
            "originalLayoutResultList": [{"bizData": one} for one in biz_data(shown)]
        },
    }


def _prices(shown: Shown) -> Json:
    listed = [_sku(sku, shown) for sku in shown.skus]
    return {"skuJson": json.dumps(listed, ensure_ascii=False), "skuPriceList": listed}


def _sku(sku: Sku, shown: Shown) -> Json:
    now, left = shown.price(sku), shown.stock(sku)
    values: dict[str, Any] = {
        "availQuantity": left,
        "inventory": left,
        "isActivity": True,
        "skuActivityAmount": amount(now, shown.currency),
        "skuAmount": amount(now * _BEFORE // 100, shown.currency),
    }
    return {
        "salable": left > 0,
        "skuAttr": shown.product.attr(sku),
        "skuId": int(sku.id),
        "skuIdStr": sku.id,
        "skuPropIds": ",".join(value.id for value in sku.values),
        "skuVal": values,
    }


def _axis(axis: Axis, place: int, shown: Shown, www: str) -> Json:
    return {
        "order": place + 1,
        "skuPropertyId": int(axis.id),
        "skuPropertyName": axis.name,
        "skuPropertyValues": [
            {
                "propertyValueDefinitionName": value.label or value.name,
                "propertyValueDisplayName": value.text,
                "propertyValueId": int(value.id),
                "propertyValueIdLong": int(value.id),
                "propertyValueName": value.name,
                "skuPropertyTips": value.text,
                **({"skuPropertyImagePath": picture(www, shown.product, value.id)} if place == 0 else {}),
            }
            for value in axis.values
        ],
    }
