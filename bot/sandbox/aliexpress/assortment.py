"""What stands on the shelf: a product for everything that the stand-in ShopBase sells."""

from itertools import product

from bot.sandbox.aliexpress.products import SHIPS_FROM, Axis, AxisValue, Product, Sku
from bot.sandbox.shop_goods import CATALOGUE, Goods

STORES = ("Vega Store", "Lima Official Store", "NANO Store", "Jade Home Store")
# What the seller asks of what the buyer paid, in hundredths.
_COST = 40
_NAMES = {"14": "Color", "5": "Size", SHIPS_FROM: "Ships From"}

# By product: its axes in the order of its SKUs; the first value of each is the one that the store sells.
# A value is its id, AliExpress's own name for it, and what the seller renamed it to.
_VALUES: dict[str, tuple[tuple[tuple[str, str, str | None], ...], ...]] = {
    "Canvas Tote Bag": ((("193", "black", "Natural  canvas"), ("29", "white", "White"), ("10", "red", "Red #2")),),
    "Ceramic Pour-Over Coffee Dripper": (
        (("29", "white", None), ("175", "green", None)),
        (("100014064", "S", "02 (2-4 cups)"), ("361385", "L", "01 (1-2 cups)")),
    ),
    "Folding Phone Stand": ((("691", "gray", "Silver"), ("193", "black", "Bear")),),
    "Waterproof Hiking Jacket": (
        (("175", "green", None), ("193", "black", None)),
        (("361385", "L", None), ("361386", "M", None), ("100014064", "S", None)),
    ),
    "LED Desk Lamp": (
        (("193", "black", "Black / EU  plug"), ("29", "white", "White, US  plug")),
        (("201336100", "China", None), ("201336106", "United States", None)),
    ),
    "Áo [/M] đỏ": ((("10", "red", "Đỏ  tươi"), ("193", "black", None)), (("361386", "M", None), ("361385", "L", None))),
    "Stainless Steel Bottle 750 ml": ((("173", "blue", "Ocean blue 750ml"), ("691", "gray", "Steel 750ml")),),
    "Yoga Mat 6 mm": ((("496", "purple", None), ("173", "blue", None)),),
    "Cat Tunnel 🐈": (
        (("691", "gray", None), ("350853", "orange", None)),
        (("200000990", "One Size", "3-way  tunnel"), ("200000991", "Two Size", "5-way tunnel")),
    ),
    "Wool Beanie": ((("350850", "gold", "Mustard"), ("193", "black", None)),),
}


def store_of(goods: Goods) -> str:
    """Which store on AliExpress sells it."""
    return STORES[goods.variant_id % len(STORES)]


def cost_of(goods: Goods) -> int:
    """What that store asks for one piece, in US cents."""
    return goods.cents * _COST // 100


def stock_up() -> dict[str, Product]:
    """All products by id, as they are before anybody changes them."""
    return {goods.ali_item_id: _product(goods) for goods in CATALOGUE}


def _product(goods: Goods) -> Product:
    keys = [key.partition(":")[0] for key in goods.ali_sku_attr.split(";")]
    axes = tuple(
        Axis(key, _NAMES[key], tuple(AxisValue(*value) for value in values))
        for key, values in zip(keys, _VALUES[goods.title], strict=True)
    )
    skus = [
        Sku(str(int(goods.ali_sku_id) + place * 1_000_000), chosen, cost_of(goods) + 50 * place)
        for place, chosen in enumerate(product(*(axis.values for axis in axes)))
    ]
    return Product(goods.ali_item_id, goods.title, store_of(goods), axes, skus)
