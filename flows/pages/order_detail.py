"""The page of one order: from the answer of `trade.buyer.order.detail`, or from the drawn page."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from playwright.sync_api import Page

from flows.amounts import read_money, read_price
from flows.blocks import ORDER_NUMBER, Blocks, Fields
from flows.dates import read_day, read_instant
from flows.errors import PageChanged
from flows.labels import after_label, strip_copy
from flows.page import Drawn, PageObject, Part, first, names_of, nesting
from flows.pages.order_list import read_line
from flows.selector_files import load
from flows.statuses import check_code, check_payment, plain_word, read_status
from flows.two_readers import check_same
from flows.values import AliLine, AliStatus, OrderDetail, Reader, Recipient, Site

API = "mtop.aliexpress.trade.buyer.order.detail"
NAME = "order_detail"
PATH = "/p/order/detail.html"

LINE = {
    "line_link": Part(attribute="href"),
    "line_title": Part(),
    "line_sku": Part(),
    "line_price": Part(),
    "line_quantity": Part(),
}
PRICE = {"price_label": Part(), "price_value": Part()}
PAGE = {
    "status": Part(),
    "info_row": Part(),
    "store": Part(),
    "line": Part(inner=LINE),
    "price_row": Part(inner=PRICE),
}


def address(site: Site, order_id: str) -> str:
    """Where the page of an order is."""
    return f"{site.www}{PATH}?orderId={order_id}"


def from_answer(data: object, asked: str | None = None) -> OrderDetail:
    """One order from the `data` of an order-detail answer; `asked` is the number of the order that was opened.

    The status is believed only where `orderStatus` and `payTime` agree with its word. Raises AnswerChanged for an
    empty skeleton or a missing block, PageChanged for a value that cannot be believed.
    """
    blocks = Blocks(NAME, data)
    head, info = blocks.one("detail_order_status_block"), blocks.one("detail_simple_order_info_component")
    number = _number([info.order_number("tradeOrderId", asked), head.order_number("orderId", asked), asked])
    word = head.needed("title")
    status = read_status(NAME, word)
    paid_on = read_day(NAME, "payTime", info.text("payTime"))
    check_code(NAME, status, _order_status(blocks))
    check_payment(NAME, status, paid_on is not None)
    products = blocks.all("detail_product_block")
    total, rows = blocks.one("detail_order_price_block").inside("totalPrice"), _price_rows(blocks)
    return OrderDetail(
        order_id=number,
        status=status,
        status_text=word,
        ordered_on=read_day(NAME, "orderCreatTime", info.text("orderCreatTime")),
        paid_on=paid_on,
        shipped_on=read_day(NAME, "orderShipTime", info.text("orderShipTime")),
        completed_on=read_day(NAME, "orderEndTime", info.text("orderEndTime")),
        pay_deadline=_pay_deadline(blocks, head.text("reminder")) if status is AliStatus.UNPAID else None,
        protected_until=_protected_until(blocks),
        payment_method=info.text("paymentMethod"),
        total=read_money(
            NAME, "totalPrice", total.text("formatPriceInfo"), total.text("value"), total.text("currencyCode")
        ),
        price_rows=rows,
        recipient=_recipient(info),
        store_name=_store(products),
        lines=_lines(products),
        package_numbers=_package_numbers(blocks),
        reader=Reader.CALLS,
    )


def from_page(page: Page, site: Site | None = None) -> OrderDetail:
    """One order from its drawn page; without the recipient, whose lines the page does not tell apart."""
    return DrawnOrderDetail(page, site).order()


def compare(read: OrderDetail, drawn: OrderDetail) -> None:
    """PageChanged where the page beside an answer has another order number or status."""
    check_same(
        NAME,
        {"order number": read.order_id, "status": read.status.value},
        {"order number": drawn.order_id, "status": drawn.status.value},
    )


def _number(told: list[str | None]) -> str:
    found = {number for number in told if number}
    if len(found) != 1:
        raise PageChanged(NAME, "orderId", f"not one number: {sorted(found)}")
    return found.pop()


def _order_status(blocks: Blocks) -> object:
    table = blocks.outer.raw("global")
    return table.get("orderStatus") if isinstance(table, dict) else None


def _pay_deadline(blocks: Blocks, reminder: str | None) -> datetime | None:
    """From a reminder like "Please pay within 11 days 3 hours", counted from the answer's own time; else None."""
    now = Fields(NAME, "global", blocks.outer.raw("global") or {}).whole("curTime")
    means = load(NAME).means["reminder"]
    told = plain_word(reminder or "")
    spans = {unit: re.findall(rf"(\d{{1,3}})\s*(?:{'|'.join(means[unit])})\b", told) for unit in ("days", "hours")}
    is_once = all(len(found) <= 1 for found in spans.values()) and any(spans.values())
    started = read_instant(NAME, "global.curTime", now)
    if started is None or not is_once or not any(word in told for word in means["pay"]):
        return None
    return started + timedelta(**{unit: int(found[0]) for unit, found in spans.items() if found})


def _protected_until(blocks: Blocks) -> date | None:
    """From a promise like "Refund if no delivery before Sep 4, 2026"; None where none is worded so, or two differ."""
    words = load(NAME).means["protection"]["until"]
    promises = [row.text("content") or "" for block in blocks.all("detail_order_services") for row in _services(block)]
    found = [re.search(rf"(?:{'|'.join(words)}) (\w{{3,9}} \d{{1,2}}, \d{{4}})", promise) for promise in promises]
    days = {read_day(NAME, "protection", match[1]) for match in found if match}
    return days.pop() if len(days) == 1 else None


def _services(block: Fields) -> list[Fields]:
    return block.rows("data", needed=False)


def _price_rows(blocks: Blocks) -> tuple[tuple[str, str], ...]:
    rows = blocks.one("detail_order_price_block").rows("priceDetails", needed=False)
    return tuple((row.text("title") or "", row.text("value") or "") for row in rows)


def _recipient(info: Fields) -> Recipient | None:
    if info.raw("addressVO") is None:
        return None
    address = info.inside("addressVO")
    return Recipient(
        name=address.needed("contactName"),
        phone=address.text("fullPhoneNo") or "",
        country_code=address.needed("countryCode"),
        address=address.text("detailAddress") or "",
        address2=address.text("detailAddress2") or "",
        region=address.text("regionAddress") or "",
        post_code=address.text("postCode") or "",
    )


def _store(products: list[Fields]) -> str:
    for block in products:
        if block.raw("sellerVO") is not None:
            return block.inside("sellerVO").text("sellerName") or ""
    return ""


def _lines(products: list[Fields]) -> tuple[AliLine, ...]:
    lines = tuple(read_line(line, NAME) for block in products for line in block.rows("productVOList"))
    if not lines:
        raise PageChanged(NAME, "detail_product_block", "an order without lines")
    return lines


def _package_numbers(blocks: Blocks) -> tuple[str, ...]:
    packages = (row for block in blocks.all("detail_logistic_package_block") for row in block.rows("packageInfoList"))
    numbers = (re.sub(r"\s", "", package.text("trackingNumber") or "") for package in packages)
    return tuple(dict.fromkeys(number for number in numbers if number))


class DrawnOrderDetail(PageObject):
    """The page of one order as it is drawn."""

    name = NAME
    asks_for = names_of(PAGE)
    sign = "info_row"
    inside: ClassVar[Mapping[str, str]] = nesting(PAGE)
    always = frozenset({"status", "info_row", "price_row", "price_label", "price_value"}) | {
        *("line", "line_link", "line_title", "line_quantity")
    }

    def is_here(self) -> bool:
        """Whether this is the page of an order: its address, or its rows of facts."""
        return urlsplit(self.page.url).path == PATH or (self.has("info_row") and self.has("price_row"))

    def order(self) -> OrderDetail:
        """All that the page draws of the order; PageChanged where a part that matters is missing."""
        self.must_be_here()
        drawn = self.read_page(PAGE)
        labels = self.selectors.means["labels"]
        rows = [strip_copy(row, labels) for row in drawn["info_row"]]
        facts = {name: after_label(rows, words) for name, words in labels.items()}
        if not ORDER_NUMBER.match(facts["order_id"] or ""):
            raise PageChanged(NAME, "orderId", f"not a number: {facts['order_id']!r:.60}")
        word = first(drawn, "status")
        status, paid_on = read_status(NAME, word), read_day(NAME, "paid", facts["paid"])
        check_payment(NAME, status, paid_on is not None)
        prices = [(first(row, "price_label"), first(row, "price_value")) for row in drawn["price_row"]]
        return OrderDetail(
            order_id=str(facts["order_id"]),
            status=status,
            status_text=word,
            ordered_on=read_day(NAME, "placed", facts["placed"]),
            paid_on=paid_on,
            shipped_on=read_day(NAME, "shipped", facts["shipped"]),
            completed_on=read_day(NAME, "completed", facts["completed"]),
            pay_deadline=None,
            payment_method=facts["payment_method"],
            total=read_price(NAME, "total", _total(prices, labels["total"])),
            price_rows=tuple((label, value) for label, value in prices if label not in labels["total"]),
            recipient=None,
            store_name=first(drawn, "store"),
            lines=tuple(_drawn_line(row) for row in drawn["line"]),
            reader=Reader.PAGE,
        )


def _total(prices: list[tuple[str, str]], labels: tuple[str, ...]) -> str:
    for label, value in prices:
        if label.rstrip(":") in labels:
            return value
    raise PageChanged(NAME, "total", "no row with that label")


def _drawn_line(row: Drawn) -> AliLine:
    product = re.search(r"/item/(\d+)\.html", first(row, "line_link"))
    quantity = re.search(r"[x×]\s?(\d{1,5})$", first(row, "line_quantity"))
    title = first(row, "line_title")
    if not (product and quantity and title):
        raise PageChanged(NAME, "line", f"no product, title or quantity: {title:.60}")
    shown = first(row, "line_price").removesuffix(quantity[0]).strip()
    return AliLine(
        product_id=product[1],
        title=title,
        sku_text=first(row, "line_sku"),
        quantity=int(quantity[1]),
        unit_price=read_price(NAME, "line_price", shown) if shown else None,
    )
