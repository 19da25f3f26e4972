"""What the answers of `checkout.renderorder` and `checkout.adjustorder` say: lines, rows, total, sellers, carrier."""

import json
import re
from collections.abc import Mapping
from typing import Any

from flows.amounts import read_price
from flows.blocks import Blocks, Fields
from flows.errors import PageChanged
from flows.pages.product_answer import money_of
from flows.values import ItemId, Money, Value

RENDER = "mtop.aliexpress.checkout.renderorder"
ADJUST = "mtop.aliexpress.checkout.adjustorder"
NAME = "confirm"
ITEM = re.compile(r"/item/(?:[^/?]*/)?(\d{1,20})\.html")
CODES = ("serviceName", "deliveryOptionCode", "deliveryProviderCode", "code")


class TermsLine(Value):
    """One product line; an answer names the product by its address and the SKU by its options as shown."""

    product_id: ItemId
    title: str
    sku_text: str
    quantity: int
    unit_price: Money | None


class Terms(Value):
    """What is to be bought and what it costs, as the answer says it. `carrier` is a service code, None where untold."""

    lines: tuple[TermsLine, ...]
    rows: tuple[tuple[str, str], ...]
    total: Money
    carrier: str | None
    sellers: int


def from_answers(datas: list[object]) -> Terms:
    """The terms after the newest of these answers; one that changes a part only is laid over those before it."""
    return from_answer(_merged(datas))


def from_answer(data: object) -> Terms:
    """The terms of one whole answer.

    Raises AnswerChanged for an empty skeleton or a missing block, PageChanged for a value that cannot be believed.
    """
    blocks = Blocks(NAME, data)
    lost = blocks.missing("checkout_shop_title")
    if lost:
        raise blocks.outer.changed(lost[0], "named in the structure, but not there")
    lines = tuple(_line(product) for product in _products(blocks))
    if not lines:
        raise blocks.outer.changed("pc_checkout_product", "missing")
    return Terms(
        lines=lines,
        rows=_rows(blocks),
        total=_total(blocks),
        carrier=_carrier(blocks),
        sellers=max(1, len(_of(blocks, "checkout_shop_title"))),
    )


def _merged(datas: list[object]) -> object:
    merged: dict[str, Any] = {}
    for data in datas:
        table = Fields(NAME, "data", data).table
        whole = any(_is(block, "pc_checkout_product") for block in _values(table.get("data")))
        merged = table if whole or not merged else {**merged, "data": {**merged["data"], **(table.get("data") or {})}}
    return merged


def _values(table: object) -> list[Any]:
    return list(table.values()) if isinstance(table, dict) else []


def _is(block: object, name: str) -> bool:
    return isinstance(block, dict) and name in (block.get("tag"), block.get("type"))


def _of(blocks: Blocks, name: str) -> list[Fields]:
    return [Fields(NAME, name, block.get("fields")) for block in blocks.table.values() if _is(block, name)]


def _products(blocks: Blocks) -> list[Fields]:
    grouped = _of(blocks, "pc_checkout_group_product")
    inside = [line for group in grouped for line in group.rows("intentionOrderList", needed=False)]
    return [*_of(blocks, "pc_checkout_product"), *inside]


def _line(product: Fields) -> TermsLine:
    quantity = product.inside("quantity").whole("current")
    found = ITEM.search(product.needed("itemUrl"))
    if not quantity or found is None:
        raise PageChanged(NAME, product.where, f"quantity {quantity}, address {product.text('itemUrl')!r:.60}")
    return TermsLine(
        product_id=found[1],
        title=product.needed("title"),
        sku_text=product.inside("sku").text("skuInfo") or "" if product.raw("sku") else "",
        quantity=quantity,
        unit_price=_unit_price(product),
    )


def _unit_price(product: Fields) -> Money | None:
    prices: Any = product.raw("prices")
    children = prices.get("children") if isinstance(prices, Mapping) else None
    retail = children.get("retailPrice") if isinstance(children, Mapping) else None
    if retail is None:
        return None
    price = Fields(NAME, f"{product.where}.retailPrice", retail)
    return money_of(price, "value", price.needed("currency"))


def _rows(blocks: Blocks) -> tuple[tuple[str, str], ...]:
    summaries = _of(blocks, "checkout_order_summary")
    rows = [row for block in summaries for row in block.rows("summaryLines", needed=False)]
    pairs = ((_said(row, "title"), _said(row, "content")) for row in rows)
    return tuple((title, text) for title, text in pairs if text)


def _said(row: Fields, name: str) -> str:
    return " ".join((row.inside(name).text(name) or "").split()) if row.raw(name) else ""


def _total(blocks: Blocks) -> Money:
    entries = [entry for block in _of(blocks, "checkout_order_total") for entry in block.rows("priceList")]
    if len(entries) != 1:
        raise PageChanged(NAME, "checkout_order_total", f"{len(entries)} amounts")
    return read_price(NAME, "total", _said(entries[0], "content"))


def _carrier(blocks: Blocks) -> str | None:
    """The service that is chosen for all lines; several are written as one text."""
    chosen = [block.raw("selectedFreightService") for block in _of(blocks, "pc_checkout_shipping_option")]
    services = [Fields(NAME, "selectedFreightService", one) for one in chosen if one]
    codes = {next((code for name in CODES if (code := service.text(name))), "") for service in services}
    return json.dumps(sorted(codes)) if len(codes) > 1 else next(iter(codes), None) or None
