"""Which AliExpress order was bought for which line: sure only where no second answer is left."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.parcels import US_OFFSET
from bot.suggesting import OpenLine, OpenOrder, Suggestion, country_key, name_key, phone_key, post_key, suggest
from flows.values import AliLine, AliStatus, Money, OrderDetail, Reader, Recipient

DAY = date(2026, 11, 22)
BAG, CUP = "1005006800000137", "1005006800000174"
FIRST, SECOND = "8214398062177351", "8214398062177352"


def a_line(line: int = 1, quantity: int = 1, *products: str, order: str = "#1046") -> OpenLine:
    """A line to be bought."""
    return OpenLine(line, order, line, "Bag", quantity, frozenset(products))


def an_order(*lines: OpenLine, order_id: int = 1, **facts: Any) -> OpenOrder:
    """A Vietnamese buyer's order."""
    defaults: dict[str, Any] = {
        "name": "#1046",
        "ordered_on": DAY,
        "recipient": "Nguyễn Văn Đức",
        "phone": "0905 551 234",
        "country": "VN",
        "post_code": "100000",
    }
    return OpenOrder(order_id, lines=lines or (a_line(),), **(defaults | facts))


def a_detail(
    number: str = FIRST, *items: tuple[str, int], to: dict[str, str] | None = None, **facts: Any
) -> OrderDetail:
    """An AliExpress order for the same buyer, bought on the same day."""
    recipient = {
        "name": "Van Duc Nguyen",
        "phone": "+84 905551234",
        "country_code": "VN",
        "address": "phố Hàng Bông 1",
        "region": "Hà Nội",
        "post_code": "100000",
    }
    lines = [AliLine(product_id=product, title="Tote", quantity=count) for product, count in items or ((BAG, 1),)]
    defaults: dict[str, Any] = {
        "order_id": number,
        "status": AliStatus.TO_SHIP,
        "status_text": "To ship",
        "ordered_on": DAY,
        "paid_on": DAY,
        "shipped_on": None,
        "completed_on": None,
        "pay_deadline": None,
        "payment_method": None,
        "total": Money(minor=1000, currency="USD"),
        "price_rows": (),
        "recipient": Recipient(**(recipient | (to or {}))),
        "store_name": "Store",
        "lines": tuple(lines),
        "reader": Reader.CALLS,
    }
    return OrderDetail(**(defaults | facts))


def sure(orders: list[OpenOrder], details: list[OrderDetail]) -> dict[int, str | None]:
    """What is sure of each line that anything fits."""
    return {each.line.line: each.sure for each in suggest(orders, details)}


def test_one_line_one_order() -> None:
    """Recipient, phone, quantity and day leave one answer on both sides."""
    assert [Suggestion(a_line(), (FIRST,), FIRST)] == suggest([an_order()], [a_detail()])


@pytest.mark.parametrize(
    ("order", "detail"),
    [
        (an_order(), a_detail(to={"name": "Trần Văn Đức"})),
        (an_order(), a_detail(to={"name": ""})),
        (an_order(recipient=""), a_detail(to={"name": ""})),
        (an_order(), a_detail(recipient=None)),
        (an_order(), a_detail(to={"phone": "+84905551235", "post_code": "700000"})),
        (an_order(phone="", post_code=""), a_detail(to={"phone": "", "post_code": ""})),
        (an_order(phone="", post_code="000000"), a_detail(to={"phone": "", "post_code": "000000"})),
        (an_order(), a_detail(to={"country_code": "TH"})),
        (an_order(), a_detail(FIRST, (BAG, 2))),
        (an_order(a_line(1, 1, CUP)), a_detail()),
        (an_order(), a_detail(ordered_on=DAY - timedelta(days=2))),
        (an_order(), a_detail(ordered_on=None)),
        *[
            (an_order(), a_detail(status=status))
            for status in (
                AliStatus.CANCELED,
                AliStatus.CANCELLING,
                AliStatus.EXPIRED,
                AliStatus.CLOSED,
                AliStatus.REFUNDED,
            )
        ],
    ],
)
def test_what_does_not_fit_is_not_shown(order: OpenOrder, detail: OrderDetail) -> None:
    """Another name, neither phone nor post code, another country, quantity, product or day, or over: no candidate."""
    assert [] == suggest([order], [detail])


@pytest.mark.parametrize(
    ("order", "detail"),
    [
        (an_order(post_code=""), a_detail(to={"post_code": ""})),
        (an_order(phone=""), a_detail(to={"phone": ""})),
        (an_order(phone="+84905551234"), a_detail(to={"phone": "0905551234", "post_code": ""})),
        (an_order(recipient="DUC nguyen-van"), a_detail()),
        (an_order(country=""), a_detail()),
        (an_order(), a_detail(ordered_on=DAY - timedelta(days=1))),
        (an_order(), a_detail(ordered_on=DAY + timedelta(days=20))),
        (an_order(a_line(1, 1, BAG)), a_detail(FIRST, (str(int(BAG) + US_OFFSET), 1))),
        (
            an_order(country="GB", phone="020 7946 0018", post_code="sw1a 1aa"),
            a_detail(to={"country_code": "UK", "phone": "+44 2079460018", "post_code": "SW1A1AA"}),
        ),
        (an_order(recipient="فاطمة العتيبي"), a_detail(to={"name": "فاطمة العتيبي"})),
    ],
)
def test_the_same_buyer_however_it_is_written(order: OpenOrder, detail: OrderDetail) -> None:
    """Script, accents, word order, the way a phone or a country is written, and a day of time zone do not matter."""
    assert {1: FIRST} == sure([order], [detail])


def test_two_candidates_are_never_sure() -> None:
    """Two AliExpress orders that fit one line are both shown, and neither is ticked."""
    found = suggest([an_order()], [a_detail(FIRST), a_detail(SECOND)])
    assert [Suggestion(a_line(), (FIRST, SECOND), None)] == found


def test_two_orders_of_one_buyer_are_never_sure() -> None:
    """One AliExpress order that fits two store orders is sure for neither, also where two shops name them alike."""
    other = an_order(a_line(2), order_id=2)
    assert {1: None, 2: None} == sure([an_order(), other], [a_detail()])
    assert {1: None, 2: None} == sure([an_order(), other], [a_detail(FIRST), a_detail(SECOND)])


def test_the_product_tells_two_lines_apart() -> None:
    """Lines whose products were bought before find their own AliExpress orders."""
    order = an_order(a_line(1, 1, BAG), a_line(2, 1, CUP))
    assert {1: FIRST, 2: SECOND} == sure([order], [a_detail(FIRST, (BAG, 1)), a_detail(SECOND, (CUP, 1))])


def test_two_lines_of_unknown_products_bought_apart_are_not_sure() -> None:
    """Without products, two AliExpress orders of one piece each fit both lines."""
    order = an_order(a_line(1), a_line(2))
    assert {1: None, 2: None} == sure([order], [a_detail(FIRST, (BAG, 1)), a_detail(SECOND, (CUP, 1))])


def test_all_lines_share_a_number_that_holds_them_all() -> None:
    """One AliExpress order with as many pieces of each kind as the store order is sure for all of its lines."""
    order = an_order(a_line(1, 2), a_line(2, 1))
    assert {1: FIRST, 2: FIRST} == sure([order], [a_detail(FIRST, (BAG, 1), (CUP, 2))])


def test_two_lines_and_one_item_are_not_sure() -> None:
    """An AliExpress order that holds one piece cannot be for both lines of one piece."""
    assert {1: None, 2: None} == sure([an_order(a_line(1), a_line(2))], [a_detail(FIRST, (BAG, 1))])


def test_an_item_more_is_sure_only_where_the_product_is_known() -> None:
    """What else an AliExpress order holds may be for another line, unless it is known what the line was bought as."""
    detail = a_detail(FIRST, (BAG, 1), (CUP, 1))
    assert {1: None} == sure([an_order(a_line(1))], [detail])
    assert {1: FIRST} == sure([an_order(a_line(1, 1, BAG))], [detail])


def mapped(*products: tuple[str, int], line: int = 1, quantity: int = 1) -> OpenLine:
    """A line whose variant is mapped to so many pieces of these products."""
    return replace(a_line(line, quantity), mapped=products)


def test_a_mapped_line_is_sure_only_for_its_product() -> None:
    """Proves that another product of the same buyer and quantity is shown, and never sure; the mapped one wins."""
    order = an_order(mapped((BAG, 1)))
    assert [Suggestion(order.lines[0], (FIRST,), None)] == suggest([order], [a_detail(FIRST, (CUP, 1))])
    both = [a_detail(FIRST, (CUP, 1)), a_detail(SECOND, (BAG, 1))]
    assert [Suggestion(order.lines[0], (SECOND,), SECOND)] == suggest([order], both)
    assert {1: FIRST} == sure([order], [a_detail(FIRST, (str(int(BAG) + US_OFFSET), 1))])


def test_a_mapped_line_is_bought_in_pieces() -> None:
    """Proves that a set of two is looked for as two pieces each, and that fewer or more of them are not sure."""
    order = an_order(mapped((BAG, 2), quantity=3))
    found = {count: sure([order], [a_detail(FIRST, (BAG, count))]) for count in (2, 3, 6, 8)}
    assert {2: {}, 3: {1: None}, 6: {1: FIRST}, 8: {1: None}} == found


def test_a_line_of_several_items_is_sure_only_where_all_are_there() -> None:
    """Proves that half of what a line is made of does not answer for the line."""
    order = an_order(mapped((BAG, 1), (CUP, 2)))
    assert {1: FIRST} == sure([order], [a_detail(FIRST, (BAG, 1), (CUP, 2))])
    assert {1: None} == sure([order], [a_detail(FIRST, (BAG, 1))])
    assert {1: None, 2: None} == sure([an_order(mapped((BAG, 1)), mapped((BAG, 1), line=2))], [a_detail()])
    assert {1: FIRST, 2: FIRST} == sure(
        [an_order(mapped((BAG, 1)), mapped((BAG, 1), line=2))], [a_detail(FIRST, (BAG, 2))]
    )


def test_nothing_is_said_of_lines_that_nothing_fits() -> None:
    """A line without a candidate is left out, the others go on."""
    order = an_order(a_line(1), a_line(2, 5))
    assert {1: FIRST} == sure([order], [a_detail()])
    assert [] == suggest([], [a_detail()])
    assert [] == suggest([order], [])


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Nguyễn Văn Đức", ("duc", "nguyen", "van")),
        ("Zoé 🌸 Lefèvre", ("lefevre", "zoe")),
        ("O'Neill-Smith, Ann", ("ann", "neill", "o", "smith")),
        ("", ()),
        ("!!", ()),
    ],
)
def test_names(name: str, key: tuple[str, ...]) -> None:
    """A name is its words, in any order, in plain letters."""
    assert key == name_key(name)


@pytest.mark.parametrize(
    ("phone", "country", "key"),
    [
        ("0905551234", "vn", "84-905551234"),
        ("+84 905-551-234", "US", "84-905551234"),
        ("(503) 555-0123", "US", "1-5035550123"),
        ("call me", "US", ""),
        ("", "US", ""),
        ("5551234", "", ""),
        ("0905551234", "XX", ""),
    ],
)
def test_phones(phone: str, country: str, key: str) -> None:
    """A phone number is its country code and national digits, nothing where it is none."""
    assert key == phone_key(phone, country)


def test_post_codes_and_countries() -> None:
    """Blanks and hyphens do not matter, noughts alone are no post code, and the United Kingdom is UK and GB."""
    assert ("1500002", "SW1A1AA", "", "") == (
        post_key("150-0002"),
        post_key("sw1a 1aa"),
        post_key("00000"),
        post_key(" "),
    )
    assert ("GB", "GB", "VN", "") == (country_key("UK"), country_key("gb"), country_key(" vn "), country_key(""))


def test_a_suggestion_names_the_line_as_it_is() -> None:
    """What is shown is the line that was asked about, title and quantity included."""
    line = replace(a_line(1, 2), title="Áo [/M] đỏ")
    (found,) = suggest([an_order(line)], [a_detail(FIRST, (BAG, 2))])
    assert line == found.line
