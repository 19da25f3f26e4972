"""An AliExpress order held against what was prepared: what differs is told, what no page tells is no difference."""

from datetime import date
from typing import Any

import pytest

from bot.comparing import differences
from bot.reconcile import Asked
from flows.values import AliLine, AliStatus, Money, OrderDetail, Reader, Recipient
from flows.values_buying import ShipTo

TO = ShipTo(
    country_code="US", first_name="Oscar", last_name="Ambrose", phone_code="+1", phone="5035551001",
    street="1002 SW Alder St", province="Oregon", city="Portland", zip="97205",
)  # fmt: skip
ASKED = Asked(
    product_id="1005006", sku_id="12000038", quantity=2, known_number=None, pressed_on=date(2026, 11, 22),
    recipient=TO.full_name, phone="+15035551001", country="US", post_code="97205",
)  # fmt: skip
RECIPIENT = Recipient(
    name="Oscar Ambrose", phone="+1 5035551001", country_code="US", address="1002 SW Alder St",
    region="Portland, Oregon, United States", post_code="97205",
)  # fmt: skip
LINE = AliLine(product_id="1005006", sku_id="12000038", title="Bag", quantity=2)
TOTAL = Money(minor=861, currency="USD")


def detail(**facts: Any) -> OrderDetail:
    """The page of an order that is as it was asked for, but for these facts."""
    usual: dict[str, Any] = {
        "order_id": "3072000000017351", "status": AliStatus.UNPAID, "status_text": "", "ordered_on": None,
        "paid_on": None, "shipped_on": None, "completed_on": None, "pay_deadline": None, "payment_method": None,
        "total": TOTAL, "price_rows": (), "recipient": RECIPIENT, "store_name": "", "lines": (LINE,),
        "reader": Reader.CALLS,
    }  # fmt: skip
    return OrderDetail(**{**usual, **facts})


def told(*details: OrderDetail, total: Money | None = TOTAL) -> list[str]:
    """What differs."""
    return differences(ASKED, TO, total, list(details))


def changed(value: Any, **facts: Any) -> Any:
    """A value with other facts."""
    return value.model_copy(update=facts)


def test_as_prepared() -> None:
    """Proves that an order as asked for is no warning, also where it became two, or no total was quoted."""
    assert [] == told(detail())
    half = detail(lines=(changed(LINE, quantity=1),), total=Money(minor=430, currency="USD"))
    rest = detail(lines=(changed(LINE, quantity=1),), total=Money(minor=431, currency="USD"))
    assert [] == told(half, rest)
    assert [] == told(detail(total=Money(minor=1, currency="USD")), total=None)


def test_what_no_page_tells_is_no_difference() -> None:
    """Proves that an order page without recipient and lines is not called another one."""
    assert [] == told(detail(recipient=None, lines=()))


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"recipient": changed(RECIPIENT, name="Nobody Else")}, "It goes to Nobody Else"),
        ({"recipient": changed(RECIPIENT, address="7 Other Rd")}, "Its address is 7 Other Rd"),
        ({"lines": (changed(LINE, sku_id="12000099", sku_text="Black"),)}, "another product or option: Bag Black"),
        ({"lines": (changed(LINE, quantity=3),)}, "3 pieces instead of 2"),
        ({"total": Money(minor=961, currency="USD")}, "9.61 USD instead of 8.61 USD"),
        ({"total": Money(minor=861, currency="EUR")}, "8.61 EUR instead of 8.61 USD"),
    ],
)
def test_each_difference_is_told(facts: dict[str, Any], says: str) -> None:
    """Proves that recipient, address, option, quantity, total and currency are each told with both values."""
    (sentence,) = told(detail(**facts))
    assert says in sentence
