"""The detail page's two readers: the real answer, contradictions between word, number and payment, damage."""

import copy
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.errors import AnswerChanged, FlowError, PageChanged
from flows.pages.order_detail import compare, from_answer
from flows.values import AliStatus, Money, OrderDetail, Reader, Recipient
from tests.reading import Json, damaged, fields, real_data, without

NUMBER = "8212313961591322"
INFO = "detail_simple_order_info_component"
HEAD = "detail_order_status_block"
PRICE = "detail_order_price_block"


@pytest.fixture
def real(shared: Path) -> Json:
    """The `data` of the real detail answer, to be altered."""
    return real_data(shared, "order-detail.json")


def altered(data: Json, word: str, code: int | None, paid: bool) -> Json:
    """The same order with another status word, another `orderStatus`, and with or without its payment time."""
    fields(data, HEAD)["title"] = word
    data["global"].pop("orderStatus")
    if code is not None:
        data["global"]["orderStatus"] = code
    if not paid:
        fields(data, INFO).pop("payTime")
    return data


def test_real_order_is_read_exactly(real: Json) -> None:
    """Proves that the real page gives a completed order with its days, its total and its price rows."""
    read = from_answer(real, NUMBER)
    assert (NUMBER, AliStatus.COMPLETED, "Completed", Reader.CALLS) == (
        read.order_id,
        read.status,
        read.status_text,
        read.reader,
    )
    assert (date(2026, 7, 15), date(2026, 7, 15), date(2026, 7, 16), date(2026, 7, 28)) == (
        read.ordered_on,
        read.paid_on,
        read.shipped_on,
        read.completed_on,
    )
    assert (Money(minor=13274, currency="BRL"), "Credit/Debit card", "Vega Store", None, ()) == (
        read.total,
        read.payment_method,
        read.store_name,
        read.pay_deadline,
        read.package_numbers,
    )
    assert (
        ("Subtotal", "R$126,59"),
        ("Shipping", "Free shipping"),
        ("Store Coupon", "-R$5,66"),
        ("AliExpress Coupons", "-R$10,80"),
        ("Tax", "R$22,61"),
    ) == read.price_rows


def test_the_end_of_protection_is_read(real: Json) -> None:
    """Proves that the promise to pay back undelivered goods gives its day, and other words or two days give none."""
    assert date(2026, 9, 4) == from_answer(real).protected_until
    services = next(block for block in real["data"].values() if block["tag"] == "detail_order_services")["fields"][
        "data"
    ]
    services.append({"title": "x", "content": "Refund if no delivery before Sep 5, 2026"})
    assert from_answer(real).protected_until is None
    services[:] = [{"title": "x", "content": "Refund if damaged"}]
    assert from_answer(real).protected_until is None


def test_real_line_and_recipient_are_read_exactly(real: Json) -> None:
    """Proves each field of the real line and of the real address."""
    read = from_answer(real)
    line = read.lines[0]
    assert (1, "8212840438652111", "1005745176332016", "12008585716928855", "14:193;380:200004754", 1, 12659) == (
        len(read.lines),
        line.line_id,
        line.product_id,
        line.sku_id,
        line.sku_attr_keys,
        line.quantity,
        line.unit_price and line.unit_price.minor,
    )
    assert "HDMI-compatible 2.1, 2m" == line.sku_text
    assert (
        Recipient(
            name="Comprador Exemplo",
            phone="+55 11999999999",
            country_code="BR",
            address="Rua Exemplo, 123",
            address2="Bairro Exemplo",
            region="Cidade Exemplo, Estado Exemplo, Brazil",
            post_code="00000-000",
        )
        == read.recipient
    )


@pytest.mark.parametrize(
    ("word", "code", "paid", "status"),
    [
        ("Completed", 9, True, AliStatus.COMPLETED),
        ("Awaiting delivery", 8, True, AliStatus.SENT),
        ("Awaiting delivery", None, True, AliStatus.SENT),
        ("Processing", 3, True, AliStatus.TO_SHIP),
        ("To pay", None, False, AliStatus.UNPAID),
        ("Payment verification", None, False, AliStatus.PAYMENT_CHECK),
        ("Payment verification", None, True, AliStatus.PAYMENT_CHECK),
        ("Canceled", None, False, AliStatus.CANCELED),
        ("Canceled", 9, True, AliStatus.CANCELED),
        ("Expired", None, False, AliStatus.EXPIRED),
        ("Closed", None, True, AliStatus.CLOSED),
        ("Refunded", None, True, AliStatus.REFUNDED),
    ],
)
def test_facts_that_agree_are_believed(real: Json, word: str, code: int | None, paid: bool, status: AliStatus) -> None:
    """Proves that a word is believed where number and payment time allow it; other numbers say nothing."""
    read = from_answer(altered(real, word, code, paid))
    assert (status, paid) == (read.status, read.paid_on is not None)


@pytest.mark.parametrize(
    ("word", "code", "paid", "element"),
    [
        ("Completed", 8, True, "status"),
        ("Awaiting delivery", 9, True, "status"),
        ("To pay", 8, False, "status"),
        ("Canceled", 8, True, "status"),
        ("Awaiting delivery", 8, False, "payTime"),
        ("Processing", None, False, "payTime"),
        ("Completed", 9, False, "payTime"),
        ("To pay", None, True, "payTime"),
        ("Expired", None, True, "payTime"),
        ("Beamed over", 8, True, "status"),
        ("Beamed over", 9, True, "status"),
    ],
)
def test_contradictions_are_refused(real: Json, word: str, code: int | None, paid: bool, element: str) -> None:
    """Proves that a word that number or payment contradicts is an error, so that unknown is never read as paid."""
    with pytest.raises(PageChanged) as raised:
        from_answer(altered(real, word, code, paid))
    assert element == raised.value.element


@pytest.mark.parametrize("tag", [HEAD, INFO, PRICE, "detail_product_block"])
def test_missing_block_is_named(real: Json, tag: str) -> None:
    """Proves that an answer without one of the blocks that matter is refused by the name of the block."""
    with pytest.raises(PageChanged, match=tag):
        from_answer(without(real, tag))


def test_empty_skeleton_is_named(real: Json) -> None:
    """Proves that SUCCESS with nothing, or with empty blocks, is no order."""
    for block in real["data"].values():
        block["fields"] = {}
    skeletons: list[Json] = [real, {"data": {}}, {}]
    for data in skeletons:
        with pytest.raises(AnswerChanged):
            from_answer(data)


def test_key_suffixes_do_not_matter(real: Json) -> None:
    """Proves that blocks are found by tag alone, whatever their keys are called."""
    expected = from_answer(copy.deepcopy(real))
    real["data"] = {f"block_{place}": block for place, block in enumerate(real["data"].values())}
    assert expected == from_answer(real)


@pytest.mark.parametrize(
    ("tag", "name", "value"),
    [
        (INFO, "tradeOrderId", 8.212313961591322e15),
        (HEAD, "orderId", 8212313961591323),
        (INFO, "tradeOrderId", "8212313961591323"),
        (INFO, "payTime", "15/07/2026"),
    ],
)
def test_value_that_cannot_be_believed_is_refused(real: Json, tag: str, name: str, value: object) -> None:
    """Proves that a rounded number, two numbers, or a payment time that is no day is an error."""
    fields(real, tag)[name] = value
    with pytest.raises(PageChanged):
        from_answer(real)


def test_number_beyond_the_limit_is_believed_only_where_it_was_asked_for(real: Json) -> None:
    """Proves that a number that JavaScript would round is taken only as the proof of the number that was opened."""
    fields(real, INFO)["tradeOrderId"] = fields(real, HEAD)["orderId"] = 9107199254740993
    assert "9107199254740993" == from_answer(copy.deepcopy(real), "9107199254740993").order_id
    for asked in (None, "9107199254740992"):
        with pytest.raises(PageChanged, match=r"2\^53"):
            from_answer(copy.deepcopy(real), asked)


def test_other_order_than_the_one_opened_is_refused(real: Json) -> None:
    """Proves that the answer of another order is never taken for the one that was opened."""
    with pytest.raises(PageChanged, match="not one number"):
        from_answer(real, "8212313961591323")


def test_unknown_currency_is_refused(real: Json) -> None:
    """Proves that a total in a currency that nobody knows is an error."""
    fields(real, PRICE)["totalPrice"]["currencyCode"] = "XQQ"
    with pytest.raises(PageChanged, match="XQQ"):
        from_answer(real)


def test_package_numbers_are_read_without_blanks(real: Json) -> None:
    """Proves that the numbers of the parcels come cleaned, each once."""
    numbers = [{"trackingNumber": text} for text in (" LP001 23 ", "AA1BR", "AA1BR", None)]
    real["data"]["x"] = {"tag": "detail_logistic_package_block", "fields": {"packageInfoList": numbers}}
    assert ("LP00123", "AA1BR") == from_answer(real).package_numbers


@pytest.mark.parametrize(
    ("reminder", "deadline"),
    [
        (
            "Please pay within 11 days 3 hours, or the order will be closed automatically.",
            datetime(2026, 9, 10, 9, 27, 53, 217000, tzinfo=UTC),
        ),
        ("Please pay within 23 hours", datetime(2026, 8, 31, 5, 27, 53, 217000, tzinfo=UTC)),
        ("You can apply for a refund within 7 days.", None),
        ("Pay within 2 days, or 3 days with a slip", None),
        ("Thank you!", None),
        (None, None),
    ],
)
def test_pay_deadline_is_told_or_unknown(real: Json, reminder: str | None, deadline: datetime | None) -> None:
    """Proves that the time left to pay is counted from the answer's own time, and that other texts give none."""
    altered(real, "To pay", None, paid=False)
    fields(real, HEAD)["reminder"] = reminder
    assert deadline == from_answer(real).pay_deadline


def test_page_that_differs_is_refused(real: Json) -> None:
    """Proves that a drawn page with another number or status contradicts its answer."""
    read = from_answer(real)
    compare(read, read)
    for change in ({"order_id": "8212313961591323"}, {"status": AliStatus.SENT}):
        with pytest.raises(PageChanged, match="the drawn page says"):
            compare(read, read.model_copy(update=change))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_is_a_value_or_a_flow_error(real: Json, data: st.DataObject) -> None:
    """Proves that an answer damaged anywhere is either read or refused by name, and never crashes the reader."""
    try:
        read = from_answer(damaged(real, data))
    except FlowError:
        return
    assert isinstance(read, OrderDetail)
