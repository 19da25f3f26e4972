"""The facts of a reading that must never be wrong: numbers, statuses, money, days, what may be pressed and paid."""

import re
from typing import Any

from bot.recordings.harmless import words as label_words
from bot.recordings.harmless import written
from bot.recordings.kinds import AskedFor
from flows.pages.address_form import State
from flows.pages.confirm_answer import Terms
from flows.pages.product import Shown
from flows.pages.result import Result
from flows.values import AliLine, Money, OrderDetail, OrderListPage, Tracking, Value
from flows.values_buying import Product, Quote

Fact = tuple[Any, ...]


def facts(value: Value) -> set[Fact]:
    """All hard facts of a value, each with what it is of; what a reading does not tell is no fact."""
    for kind, told in TOLD.items():
        if isinstance(value, kind):
            return {fact for fact in told(value) if fact[-1] is not None}
    raise TypeError(f"no facts of {type(value).__name__}")


def _money(amount: Money | None) -> tuple[int, str] | None:
    return (amount.minor, amount.currency) if amount else None


def _lines(number: str, lines: tuple[AliLine, ...]) -> list[Fact]:
    counted = [(number, "line", (line.product_id, line.sku_id, line.quantity)) for line in lines if line.sku_id]
    drawn = [(number, "drawn line", (line.product_id, line.quantity)) for line in lines]
    return [*counted, *drawn, *((number, line.product_id, "price", _money(line.unit_price)) for line in lines)]


def _listed(page: OrderListPage) -> list[Fact]:
    found: list[Fact] = [("page", "index", page.page_index), ("page", "more", page.has_more)]
    for order in page.orders:
        number = order.order_id
        found += [(number, "status", order.status), (number, "total", _money(order.total))]
        found += [(number, "day", order.ordered_on), (number, "refund", order.refund), *_lines(number, order.lines)]
    return found


def _detailed(order: OrderDetail) -> list[Fact]:
    names = ("status", "ordered_on", "paid_on", "shipped_on", "completed_on", "pay_deadline", "protected_until")
    found: list[Fact] = [(order.order_id, name, getattr(order, name)) for name in names]
    to = order.recipient.model_dump() if order.recipient else {}
    found += [(order.order_id, "recipient", name, value or None) for name, value in to.items()]
    found += [(order.order_id, "package", number) for number in order.package_numbers]
    return [*found, (order.order_id, "total", _money(order.total)), *_lines(order.order_id, order.lines)]


def _tracked(tracking: Tracking) -> list[Fact]:
    found: list[Fact] = []
    for parcel in tracking.parcels:
        found.append(("parcel", parcel.number))
        # A parcel is known by either of its numbers.
        for number in filter(None, {parcel.number, parcel.original_number}):
            found += [(number, "carrier", parcel.carrier), (number, "service", parcel.service)]
            found += [(number, "delivered", parcel.delivered or None), (number, "returned", parcel.returned or None)]
            found += [(number, "item", (item.product_id, item.count)) for item in parcel.items]
            found += [(number, "item", item.product_id, "SKU", item.sku_id) for item in parcel.items]
            found += [(number, "scan", (event.code, event.at)) for event in parcel.events if event.code and event.at]
    return found


def _offered(product: Product) -> list[Fact]:
    found: list[Fact] = [("product", product.product_id), ("currency", product.currency)]
    for sku in product.skus:
        found += [(sku.sku_id, "price", _money(sku.price)), (sku.sku_id, "attr", sku.sku_attr)]
        found += [(sku.sku_id, "stock", sku.stock), (sku.sku_id, "from", sku.ship_from)]
        found += [(sku.sku_id, "salable", sku.salable or None)]
    return found + [(way.code, "fee", _money(way.fee)) for way in product.shipping]


def _shown(shown: Shown) -> list[Fact]:
    return [("choice", choice) for choice in shown.choices]


def _terms(terms: Terms) -> list[Fact]:
    found: list[Fact] = [("total", _money(terms.total)), ("carrier", terms.carrier), ("sellers", terms.sellers)]
    return found + [("line", (line.product_id, line.quantity)) for line in terms.lines]


def _quoted(quote: Quote) -> list[Fact]:
    found: list[Fact] = [("total", _money(quote.total)), ("sellers", quote.sellers)]
    # A button that is no longer known is a fact that nobody presses upon.
    found += [("button", None if quote.button_kind == "unknown" else quote.button_kind)]
    found += [("payment", quote.payment.present), ("method", quote.payment.method)]
    # "Change" beside an address is nobody's name.
    words = {word for word in re.findall(r"\w+", quote.recipient) if written(word) not in label_words()}
    found += [("recipient", word) for word in words]
    return found + [("line", (line.product_id, line.sku_id, line.quantity)) for line in quote.lines]


def _typed(state: State) -> list[Fact]:
    form = state.form
    fields = [("field", field.name, field.value or None) for field in (form.fields if form else ()) if field.name]
    words = {word for entry in state.entries if entry.is_default for word in re.findall(r"\w+", entry.text)}
    return [*fields, *(("default", word) for word in words)]


def _asked(asked: AskedFor) -> list[Fact]:
    return [("needed", asked.person is not None)]


def _ended(result: Result) -> list[Fact]:
    return [("paid", result.is_paid), *(("order", number) for number in result.numbers)]


TOLD: dict[type[Value], Any] = {
    OrderListPage: _listed,
    OrderDetail: _detailed,
    Tracking: _tracked,
    Product: _offered,
    Shown: _shown,
    Terms: _terms,
    Quote: _quoted,
    State: _typed,
    AskedFor: _asked,
    Result: _ended,
}
