"""Which AliExpress SKU stands behind each variant that the stand-in store sells."""

from dataclasses import dataclass

from bot.sandbox.aliexpress.assortment import stock_up
from bot.sandbox.aliexpress.products import SHIPS_FROM
from bot.sandbox.shop_goods import CATALOGUE

_CARRIER = "CAINIAO_STANDARD"


@dataclass(frozen=True, slots=True)
class MappingRow:
    """One variant of the store and the SKU behind it.

    `sku_attr` is to the letter; `options` are axis names with the texts that a buyer sees; `ship_from` is the text of
    that axis, None where the product has none; `cost_minor` is the price of one piece before anybody changes it.
    """

    variant_id: int
    product_id: str
    sku_id: str
    sku_attr: str
    options: tuple[tuple[str, str], ...]
    ship_from: str | None
    carrier: str
    cost_minor: int
    currency: str


def mapping_rows() -> list[MappingRow]:
    """A row for each variant that the store sells and AliExpress has."""
    shelf = stock_up()
    rows = []
    for goods in CATALOGUE:
        product = shelf[goods.ali_item_id]
        sku = product.skus[0]
        has_axis = any(axis.id == SHIPS_FROM for axis in product.axes)
        rows.append(
            MappingRow(
                variant_id=goods.variant_id,
                product_id=product.id,
                sku_id=sku.id,
                sku_attr=product.attr(sku),
                options=tuple(product.options(sku)),
                ship_from=product.ship_from(sku).text if has_axis else None,
                carrier=_CARRIER,
                cost_minor=sku.cents,
                currency="USD",
            )
        )
    return rows
