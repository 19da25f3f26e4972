"""Which AliExpress order was most likely bought for which order line: by recipient, phone, product, quantity and day.

Pure. Sure is only what leaves one answer on both sides; everything else is shown and never ticked.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from anyascii import anyascii

from bot.parcels import global_product
from flows.values import AliStatus, OrderDetail

# An order is bought after it was paid; time zones may put the days one apart.
DAY_SLACK = timedelta(days=1)
# What was bought with these does not come any more, so it answers for no line.
NOT_COMING = frozenset(
    {AliStatus.CANCELED, AliStatus.CANCELLING, AliStatus.EXPIRED, AliStatus.CLOSED, AliStatus.REFUNDED}
)
# AliExpress writes some countries in letters of its own.
COUNTRIES = {"UK": "GB", "SRB": "RS", "MNE": "ME", "ALA": "AX", "GGY": "GG", "JEY": "JE", "KS": "XK", "ZR": "CD"}


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line that is to be bought; `products` are those it was bought as before, none where that is not known.

    `mapped` is what one of it is bought as, where that is mapped: products with their pieces.
    """

    line: int
    order: str
    position: int
    title: str
    quantity: int
    products: frozenset[str] = frozenset()
    mapped: tuple[tuple[str, int], ...] = ()

    @property
    def pieces(self) -> Counter[str]:
        """How many of each mapped product are to be bought, by its id on the global site."""
        found: Counter[str] = Counter()
        for product_id, units in self.mapped:
            found[global_product(product_id)] += self.quantity * units
        return found

    @property
    def quantities(self) -> frozenset[int]:
        """The numbers of pieces that one item of it may have in AliExpress's list."""
        return frozenset({self.quantity, *self.pieces.values()})


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
    details = [detail for detail in details if detail.status not in NOT_COMING]
    by_line: dict[OpenLine, list[OrderDetail]] = {}
    claims: dict[str, list[OpenLine]] = defaultdict(list)
    claimants: dict[str, set[int]] = defaultdict(set)
    for order in orders:
        fitting = [detail for detail in details if _same_buyer(order, detail)]
        for line in order.lines:
            as_mapped = [detail for detail in fitting if line.mapped and _holds_mapped(detail, line)]
            by_line[line] = as_mapped or [detail for detail in fitting if _holds(detail, line)]
            for detail in by_line[line]:
                claims[detail.order_id].append(line)
                claimants[detail.order_id].add(order.order_id)
    return [
        Suggestion(line, tuple(detail.order_id for detail in found), _sure(found, claims, claimants))
        for line, found in by_line.items()
        if found
    ]


def _sure(
    found: Sequence[OrderDetail], claims: Mapping[str, Sequence[OpenLine]], claimants: Mapping[str, set[int]]
) -> str | None:
    if len(found) != 1 or len(claimants[found[0].order_id]) != 1:
        return None
    (detail,) = found
    # All lines of one order may share the number, as long as it holds as many pieces of each kind.
    lines = claims[detail.order_id]
    pieces = sum((line.pieces for line in lines if line.mapped), Counter[str]())
    if any(_pieces(detail)[product_id] != count for product_id, count in pieces.items()):
        # Other goods than those that are mapped may be for anything.
        return None
    unmapped = [line for line in lines if not line.mapped]
    wanted = Counter(line.quantity for line in unmapped)
    there = Counter(item.quantity for item in detail.lines if global_product(item.product_id) not in pieces)
    # Where nobody knows the products, an item more than there are lines may as well be what was bought for somebody.
    known = all(line.products for line in unmapped)
    return detail.order_id if (not wanted - there if known else wanted == there) else None


def _same_buyer(order: OpenOrder, detail: OrderDetail) -> bool:
    to = detail.recipient
    if to is None or detail.ordered_on is None or detail.ordered_on < order.ordered_on - DAY_SLACK:
        return False
    here, there = country_key(order.country), country_key(to.country_code)
    if here and there and here != there:
        return False
    phone, post_code = phone_key(order.phone, here), post_key(order.post_code)
    same_phone = phone != "" and phone == phone_key(to.phone, there)
    same_post_code = post_code != "" and post_code == post_key(to.post_code)
    name = name_key(to.name)
    return name != () and name_key(order.recipient) == name and (same_phone or same_post_code)


def _pieces(detail: OrderDetail) -> Counter[str]:
    found: Counter[str] = Counter()
    for item in detail.lines:
        found[global_product(item.product_id)] += item.quantity
    return found


def _holds_mapped(detail: OrderDetail, line: OpenLine) -> bool:
    there = _pieces(detail)
    return all(there[product_id] >= count for product_id, count in line.pieces.items())


def _holds(detail: OrderDetail, line: OpenLine) -> bool:
    if line.mapped:
        # Bought by hand from somebody else, perhaps; for a person to say.
        return any(item.quantity in line.quantities for item in detail.lines)
    products = {global_product(product_id) for product_id in line.products}
    return any(
        item.quantity == line.quantity and (not products or global_product(item.product_id) in products)
        for item in detail.lines
    )


def country_key(code: str) -> str:
    """A country's ISO code, also where AliExpress writes it otherwise."""
    return COUNTRIES.get(code.strip().upper(), code.strip().upper())


def name_key(name: str) -> tuple[str, ...]:
    """A name without script, accents, emoji, case and word order: "Nguyễn Văn Đức" and "Van Duc Nguyen" are one."""
    # An emoji would be spelt out.
    words = "".join(" " if unicodedata.category(sign)[0] in "SC" else sign for sign in name)
    return tuple(sorted(re.findall(r"[a-z0-9]+", anyascii(words).lower())))


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
