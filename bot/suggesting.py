"""Which AliExpress order was most likely bought for which order line: by recipient, phone, product, quantity and day.

Pure. Sure is only what leaves one answer on both sides; everything else is shown and never ticked.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from anyascii import anyascii

from flows.values import OrderDetail

# An order is bought after it was paid; time zones may put the days one apart.
DAY_SLACK = timedelta(days=1)
# Accounts routed to the US site see product ids moved by this much (aliexpress.md 2).
US_OFFSET = 1 << 51


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line that is to be bought; `products` are those it was bought as before, none where that is not known."""

    line: int
    order: str
    position: int
    title: str
    quantity: int
    products: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """A store order with lines that nothing is known to be bought for."""

    order_id: int
    name: str
    ordered_on: date
    recipient: str
    phone: str
    country: str
    post_code: str
    lines: tuple[OpenLine, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line and the AliExpress numbers it may have been bought with; `sure` is the only one, for sure."""

    line: OpenLine
    candidates: tuple[str, ...]
    sure: str | None


def suggest(orders: Sequence[OpenOrder], details: Sequence[OrderDetail]) -> list[Suggestion]:
    """Match open lines with AliExpress orders that belong to none yet."""
    by_line: dict[OpenLine, list[OrderDetail]] = {}
    for order in orders:
        fitting = [detail for detail in details if _same_buyer(order, detail)]
        for line in order.lines:
            by_line[line] = [detail for detail in fitting if _holds(detail, line)]
    claims: dict[str, list[OpenLine]] = defaultdict(list)
    for line, found in by_line.items():
        for detail in found:
            claims[detail.order_id].append(line)
    return [
        Suggestion(line, tuple(detail.order_id for detail in found), _sure(line, found, claims))
        for line, found in by_line.items()
        if found
    ]


def _sure(line: OpenLine, found: Sequence[OrderDetail], claims: Mapping[str, Sequence[OpenLine]]) -> str | None:
    if len(found) != 1:
        return None
    (detail,) = found
    rivals = claims[detail.order_id]
    if any(rival.order != line.order for rival in rivals):
        return None
    # All lines of one order may share the number, as long as it holds as many pieces of each kind.
    wanted = Counter(rival.quantity for rival in rivals)
    there = Counter(item.quantity for item in detail.lines)
    return detail.order_id if not wanted - there else None


def _same_buyer(order: OpenOrder, detail: OrderDetail) -> bool:
    to = detail.recipient
    if to is None or detail.ordered_on is None or detail.ordered_on < order.ordered_on - DAY_SLACK:
        return False
    if order.country and to.country_code and order.country.upper() != to.country_code.upper():
        return False
    same_phone = bool(phone_key(order.phone, order.country)) and phone_key(order.phone, order.country) == phone_key(
        to.phone, to.country_code
    )
    same_post_code = bool(post_key(order.post_code)) and post_key(order.post_code) == post_key(to.post_code)
    same_name = bool(name_key(to.name)) and name_key(order.recipient) == name_key(to.name)
    return same_name and (same_phone or same_post_code)


def _holds(detail: OrderDetail, line: OpenLine) -> bool:
    products = {_product(product_id) for product_id in line.products}
    return any(
        item.quantity == line.quantity and (not products or _product(item.product_id) in products)
        for item in detail.lines
    )


def _product(product_id: str) -> str:
    number = int(product_id)
    return str(number - US_OFFSET) if number > US_OFFSET else product_id


def name_key(name: str) -> tuple[str, ...]:
    """A name without script, accents, case and word order: "Nguyễn Văn Đức" and "Van Duc Nguyen" are one."""
    return tuple(sorted(re.findall(r"[a-z0-9]+", anyascii(name).lower())))


def phone_key(phone: str, country: str) -> str:
    """A phone number's national digits, "" where it is no number of that country or any."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(phone, country.upper() or None)
    except phonenumbers.NumberParseException:
        return ""
    return f"{parsed.country_code}-{parsed.national_number}"


def post_key(post_code: str) -> str:
    """A post code's letters and digits; one of noughts alone stands for none."""
    key = re.sub(r"[^A-Z0-9]", "", post_code.upper())
    return "" if set(key) <= {"0"} else key
