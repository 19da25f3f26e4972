"""Every form in which ShopBase writes a fact is read right, and what is missing is named."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.shopbase import (
    FinancialStatus,
    ShopReplyChanged,
)
from flows.values import Money
from tests.stores import (  # noqa: F401
    LINE_ID,
    ORDER_ID,
    Odd,
    a_fulfilment,
    a_line,
    an_order,
    odd_fixture,
    served_fixture,
    store_fixture,
)


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [
        ("USD", 19.95, 1995),
        ("USD", "19.95", 1995),
        ("USD", 20, 2000),
        ("USD", {"amount": "19.95"}, 1995),
        ("USD", {"amount": 19.95, "currency_code": "USD"}, 1995),
        ("USD", 30.000000000000004, 3000),
        ("USD", 0.07, 7),
        ("usd", 1.005, 101),
        ("JPY", 1200, 1200),
        ("JPY", "1200.00", 1200),
        ("VND", 250000.0, 250000),
        ("KWD", 1.234, 1234),
        ("BRL", -0.5, -50),
        ("USD", "90071992547409.93", 9007199254740993),
        ("USD", 9007199254740.25, 900719925474025),
    ],
)
def test_amounts_in_any_form_are_exact_minor_units(odd: Odd, currency: str, amount: Any, minor: int) -> None:
    """Numbers, strings and money objects become whole minor units by the currency's digits."""
    order = odd.order({"order": an_order(currency=currency, total_price=amount)})
    assert Money(minor=minor, currency=currency.upper()) == order.total


@pytest.mark.parametrize(
    "amount",
    ["12,50", "", None, True, [], "NaN", "1e400", "9" * 18, {"amount": None}, {"amount": 1, "currency": "EUR"}],
)
def test_an_amount_that_is_none_is_named(odd: Odd, amount: Any) -> None:
    """What is no amount is an error that names order and field, never a zero."""
    with pytest.raises(ShopReplyChanged, match=r"order 1000000406421124 \(#1001\): total_price: "):
        odd.order(an_order(total_price=amount))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2021-03-01T10:20:30+00:00", datetime(2021, 3, 1, 10, 20, 30, tzinfo=UTC)),
        ("2021-03-01T17:20:30+07:00", datetime(2021, 3, 1, 10, 20, 30, tzinfo=UTC)),
        ("2021-03-01T10:20:30Z", datetime(2021, 3, 1, 10, 20, 30, tzinfo=UTC)),
        ("2021-03-01T10:20:30", datetime(2021, 3, 1, 10, 20, 30, tzinfo=UTC)),
        (1614594030, datetime(2021, 3, 1, 10, 20, 30, tzinfo=UTC)),
        ("1614594030", datetime(2021, 3, 1, 10, 20, 30, tzinfo=UTC)),
        (1614594030000, datetime(2021, 3, 1, 10, 20, 30, tzinfo=UTC)),
        (0, None),
        ("0", None),
        (None, None),
        ("", None),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_times_in_any_form_are_utc_or_none(odd: Odd, written: Any, expected: datetime | None) -> None:
    """ISO text, seconds, milliseconds, 0, "" and null are read alike, under both spellings of cancelled_at."""
    order = odd.order(an_order(cancelled_at=written, closed_at=written))
    assert (expected, expected) == (order.cancelled_at, order.closed_at)
    assert expected == odd.order(an_order(cancelled_at=None, cancel_at=written)).cancelled_at
    moment = odd.order(an_order(cancelled_at=written)).cancelled_at
    assert moment is None or UTC is moment.tzinfo


@pytest.mark.parametrize("written", ["yesterday", True, 10**18, {}])
def test_a_time_that_is_none_is_named(odd: Odd, written: Any) -> None:
    """An unreadable time is an error, because a silent None would read as "not cancelled"."""
    with pytest.raises(ShopReplyChanged, match="cancelled_at: "):
        odd.order(an_order(cancelled_at=written))


@pytest.mark.parametrize("written", ["", None, "unfulfilled", "Unfulfilled"])
def test_unfulfilled_in_any_form_is_blank(odd: Odd, written: Any) -> None:
    """Empty text, null and the word mean the same, on orders and on lines."""
    order = odd.order(an_order(fulfillment_status=written, line_items=[a_line(fulfillment_status=written)]))
    assert ("", "") == (order.fulfillment_status, order.line_items[0].fulfillment_status)


@pytest.mark.parametrize("status", ["processing", "partial-processing", "restocked", "a-word-of-2030"])
def test_fulfilment_words_are_kept(odd: Odd, status: str) -> None:
    """ShopBase's own words and unknown ones arrive as they are."""
    assert status == odd.order(an_order(fulfillment_status=status)).fulfillment_status


def test_an_unknown_payment_word_is_kept_and_known_as_unknown(odd: Odd) -> None:
    """A word that nobody knows is told as such, so that it can never pass for paid."""
    assert FinancialStatus.PAID is odd.order(an_order(financial_status="PAID")).payment
    order = odd.order(an_order(financial_status="in_escrow"))
    assert ("in_escrow", None) == (order.financial_status, order.payment)


@pytest.mark.parametrize("wrap", ["order", "result", None, "both"])
def test_an_order_is_read_wrapped_or_bare(odd: Odd, wrap: str | None) -> None:
    """The reply may stand under `order`, under `result`, under both, or by itself."""
    told: Any = an_order()
    if wrap == "both":
        told = {"result": {"order": told}}
    elif wrap:
        told = {wrap: told}
    assert str(ORDER_ID) == odd.order(told).id


def test_ids_are_exact_text_from_numbers_and_strings(odd: Odd) -> None:
    """Ids past 2^53 lose no digit, a variant id of 0 is none, and numbers with .0 are whole."""
    line = a_line(id="9007199254740995", product_id=9007199254740993, variant_id=0, quantity=2.0)
    order = odd.order(an_order(id="9007199254740993", line_items=[line]))
    read = order.line_items[0]
    assert ("9007199254740993", "9007199254740995") == (order.id, read.id)
    assert ("9007199254740993", None, 2) == (read.product_id, read.variant_id, read.quantity)


def test_missing_extras_have_plain_defaults(odd: Odd) -> None:
    """Without address, fulfilments, refunds, tags and notes an order is still read; unknown fields are kept out."""
    order = odd.order(
        an_order(fulfillments=None, refunds=None, note=None, note_attributes=None, tags=None, metadata={"x": 1})
    )
    assert ((), (), "", (), ()) == (order.fulfillments, order.refunds, order.note, order.note_attributes, order.tags)
    assert (None, "", False) == (order.shipping_address, order.chargeback_status, order.is_risk)
    assert not hasattr(order, "metadata")


def test_an_address_of_blanks_is_no_address(odd: Odd) -> None:
    """An object that names nothing is the same as none."""
    assert odd.order(an_order(shipping_address={"name": "", "zip": None})).shipping_address is None


def test_tags_notes_and_properties_are_read(odd: Odd) -> None:
    """Tags come as one text, note attributes and properties with values of any kind."""
    named = [{"name": "Size", "value": 42}, {"name": "Art", "value": ["a", "ă"]}]
    order = odd.order(an_order(tags="vip,  Hà Nội ,", note_attributes=named, line_items=[a_line(properties=named)]))
    assert ("vip", "Hà Nội") == order.tags
    assert [("Size", "42"), ("Art", '["a", "ă"]')] == [(note.name, note.value) for note in order.note_attributes]
    assert order.note_attributes == order.line_items[0].properties


def test_tips_gift_cards_and_unshipped_lines_need_no_parcel(odd: Odd) -> None:
    """Only goods that somebody sends need a parcel; a line that does not say is taken to need one."""
    lines = [
        a_line(id=1, tip_payment_method="card"),
        a_line(id=2, gift_card=True),
        a_line(id=3, requires_shipping=False),
        a_line(id=4, requires_shipping=None),
        a_line(id=5, requires_shipping=True, gift_card=None),
    ]
    order = odd.order(an_order(line_items=lines))
    assert ["4", "5"] == [line.id for line in order.line_items if line.needs_parcel]


def test_refunds_are_summed_by_line_whatever_their_restock_type(odd: Odd) -> None:
    """`no_restock` leaves fulfillable_quantity alone, so refunds are counted from refunds[]."""
    refunds = [
        {"id": 1, "refund_line_items": [{"line_item_id": LINE_ID, "quantity": 1, "restock_type": "no_restock"}]},
        {"id": 2, "refund_line_items": [{"line_item": {"id": LINE_ID}, "quantity": "1", "restock_type": "cancel"}]},
        {"id": 3, "refund_line_items": None, "transactions": [{"id": 9, "amount": "5.00", "currency": "jpy"}]},
        {"id": 4, "created_at": 1614594030, "transactions": [{"id": 9, "amount": 5}, {"id": 10, "amount": None}]},
    ]
    order = odd.order(an_order(refunds=refunds, line_items=[a_line(quantity=3, fulfillable_quantity=3)]))
    assert (2, 0) == (order.refunded(str(LINE_ID)), order.refunded("1"))
    assert (Money(minor=5, currency="JPY"),) == order.refunds[2].amounts
    assert (Money(minor=500, currency="USD"),) == order.refunds[3].amounts


def test_fulfilments_inside_an_order_may_leave_their_lines_out(odd: Odd) -> None:
    """Numbers and links are gathered from both spellings; lines that are not told are None, not none."""
    told = a_fulfilment(
        tracking_numbers=["LX1", " LX2 ", None], tracking_url="https://t.example/1", tracking_urls=None, created_at=0
    )
    del told["line_items"]
    fulfilment = odd.order(an_order(fulfillments=[told])).fulfillments[0]
    assert (("LX1", "LX2"), ("https://t.example/1",)) == (fulfilment.tracking_numbers, fulfilment.tracking_urls)
    assert (None, None) == (fulfilment.line_items, fulfilment.created_at)


def test_an_order_of_fifty_lines_is_read(odd: Odd) -> None:
    """Fifty lines stay fifty, in their order."""
    lines = [a_line(id=number, title=f"Áo [/M] đỏ {number} 🎁") for number in range(1, 51)]
    order = odd.order(an_order(line_items=lines))
    assert [str(number) for number in range(1, 51)] == [line.id for line in order.line_items]


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"id": None}, r"order \(#1001\): id: "),
        ({"id": 0}, r"order 0 \(#1001\): id: "),
        ({"name": None}, "order 1000000406421124: name: missing"),
        ({"financial_status": None}, r"\(#1001\): financial_status: missing"),
        ({"currency": None}, r"\(#1001\): currency: missing"),
        ({"currency": "BTC?"}, r"\(#1001\): currency: unknown currency 'BTC\?'"),
        ({"updated_at": 0}, r"\(#1001\): updated_at: "),
        ({"line_items": None}, r"\(#1001\): line_items: "),
        ({"line_items": [a_line(), a_line(id=None)]}, r"\(#1001\): line_items\[1\].id: "),
        ({"line_items": [a_line(quantity=None)]}, r"\(#1001\): line_items\[0\].quantity: "),
        ({"line_items": [a_line(quantity=1.5)]}, r"line_items\[0\].quantity: .*1.5.* is not a whole number"),
        ({"refunds": [{"id": 1, "refund_line_items": [{"quantity": 1}]}]}, r"refund_line_items\[0\].line_item_id: "),
    ],
)
def test_a_missing_field_that_matters_is_named(odd: Odd, facts: dict[str, Any], named: str) -> None:
    """The error names the order and the field, whether it is null or left out."""
    with pytest.raises(ShopReplyChanged, match=named):
        odd.order(an_order(**facts))
    without = {name: value for name, value in an_order(**facts).items() if value is not None}
    with pytest.raises(ShopReplyChanged, match=named):
        odd.order(without)


@pytest.mark.parametrize("told", [None, [], '"text"', 7, {}])
def test_an_answer_that_is_no_order_is_named(odd: Odd, told: Any) -> None:
    """An empty or foreign JSON answer is an error, not an order without fields."""
    with pytest.raises(ShopReplyChanged, match=r"GET /admin/orders/1000000406421124.json: 200: order"):
        odd.order(told)
