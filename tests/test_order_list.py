"""The order list's two readers: real answers, the copied card, and everything that must not be read as an order."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import BrowserContext

from flows.errors import AnswerChanged, FlowError, PageChanged
from flows.pages.order_list import DrawnOrderList, compare, from_answer, from_page
from flows.statuses import read_status
from flows.tab import close_tab
from flows.values import AliStatus, Money, OrderListPage, Reader, RefundState
from tests.reading import Json, damaged, fields, real_data, real_text, without

SENT, DONE = AliStatus.SENT, AliStatus.COMPLETED
REAL = [
    ("8214398062177351", SENT, date(2026, 9, 1), 3193, ["12005667062841773"]),
    ("8214779947343229", SENT, date(2026, 9, 1), 8715, ["12006441775184386"]),
    ("8212313961591322", DONE, date(2026, 7, 15), 13274, ["12008585716928855"]),
    ("8212268452148012", DONE, date(2026, 7, 15), 27733, ["12009478118284447"]),
    ("8212611134562621", DONE, date(2026, 6, 26), 33507, ["12006774513776774"]),
    ("8211781299384136", DONE, date(2026, 5, 27), 40020, ["12008612752283644"]),
    ("8211748238135282", DONE, date(2026, 5, 18), 8782, ["12007632852108348", "12000387684563755"]),
    ("8211736227630231", DONE, date(2026, 4, 23), 28799, ["12008787156117570"]),
    ("8211589415816822", DONE, date(2026, 4, 19), 1397, ["12004188093501051"]),
    ("8210505692320516", DONE, date(2026, 4, 8), 4587, ["12008592884514512"]),
]


@pytest.fixture
def real(shared: Path) -> Json:
    """The `data` of the real order list, to be altered."""
    return real_data(shared, "order-list.json")


def first_order(data: Json) -> Json:
    """The fields of the order that is drawn first."""
    found: Json = data["data"]["pc_om_list_order_8214398062177351"]["fields"]
    return found


def test_real_list_is_read_exactly(real: Json) -> None:
    """Proves that the real page gives its ten orders in drawing order, with status, day, total and SKU ids."""
    read = from_answer(real)
    assert REAL == [
        (one.order_id, one.status, one.ordered_on, one.total.minor, [line.sku_id for line in one.lines])
        for one in read.orders
    ]
    assert {"BRL"} == {one.total.currency for one in read.orders}
    assert (1, True, Reader.CALLS) == (read.page_index, read.has_more, read.reader)


def test_real_line_is_read_exactly(real: Json) -> None:
    """Proves each field of one real line, its price being that of one piece."""
    order = from_answer(real).orders[0]
    line = order.lines[0]
    assert (
        "1005426411597830",
        "12005667062841773",
        "14:193;200019540:200701224",
        2,
        Money(minor=1390, currency="BRL"),
    ) == (
        line.product_id,
        line.sku_id,
        line.sku_attr_keys,
        line.quantity,
        line.unit_price,
    )
    assert (1, None, None) == (order.line_count, order.refund_note, order.refund)


def test_copied_card_is_read_by_the_drawing_alone(context: BrowserContext, shared: Path) -> None:
    """Proves that the card copied from the real page gives its number, status, day, total and line."""
    page = context.new_page()
    page.set_content(real_text(shared, "order-card.copy.html"))
    read = from_page(page)
    close_tab(page)
    order = read.orders[0]
    assert ("8000000000000001", SENT, "Esperando entrega", date(2026, 4, 17), Money(minor=499, currency="USD")) == (
        order.order_id,
        order.status,
        order.status_text,
        order.ordered_on,
        order.total,
    )
    line = order.lines[0]
    assert ("1005000000000001", "Example title", "Red, L", 1, Money(minor=499, currency="USD")) == (
        line.product_id,
        line.title,
        line.sku_text,
        line.quantity,
        line.unit_price,
    )
    assert ("Example Store", False, Reader.PAGE) == (order.store_name, read.has_more, read.reader)


@pytest.mark.parametrize(
    ("before", "after", "element"),
    [
        ("orderId=8000000000000001", "orderId=8000000000000002", "orderId"),
        ("Esperando entrega", "Fast fertig", "status"),
        (">$<", ">¥<", "currency"),
        ("Apr 17, 2026", "yesterday", "date"),
    ],
)
def test_drawn_card_that_is_odd_is_refused(
    context: BrowserContext, shared: Path, before: str, after: str, element: str
) -> None:
    """Proves that a card whose link and text differ, or with an unknown word, sign or date, is no order."""
    page = context.new_page()
    page.set_content(real_text(shared, "order-card.copy.html").replace(before, after))
    with pytest.raises(PageChanged) as raised:
        from_page(page)
    close_tab(page)
    assert element in raised.value.element


def test_page_without_cards_is_not_an_empty_list(context: BrowserContext) -> None:
    """Proves that a page on which nothing is drawn is never read as "no orders"."""
    page = context.new_page()
    page.set_content("<main>Your orders</main>")
    with pytest.raises(PageChanged):
        from_page(page)
    close_tab(page)


def test_which_place_matched_is_told(context: BrowserContext, shared: Path) -> None:
    """Proves that an older design is found by the next candidate, and that this is reported."""
    page = context.new_page()
    page.set_content(real_text(shared, "order-card.copy.html").replace("data-pl=", "data-old="))
    screen = DrawnOrderList(page)
    assert "8000000000000001" == screen.orders().orders[0].order_id
    close_tab(page)
    assert ".order-item-header-status-text" == screen.matched["card_status"].selector
    assert "2022-26" == screen.matched["card_status"].design


@pytest.mark.parametrize("tag", ["pc_om_list_body", "pc_om_list_order"])
def test_missing_block_is_named(real: Json, tag: str) -> None:
    """Proves that an answer without its body, or without the orders that its structure names, is refused."""
    with pytest.raises(PageChanged, match=tag):
        from_answer(without(real, tag))


@pytest.mark.parametrize("data", [{}, {"data": {}}, {"data": []}, {"data": None}, [], None, "x"])
def test_empty_skeleton_is_named(data: object) -> None:
    """Proves that SUCCESS with nothing in it is never read as "no orders"."""
    with pytest.raises(AnswerChanged):
        from_answer(data)


def test_account_without_orders_is_an_empty_page(real: Json) -> None:
    """Proves that a whole first page that holds no order and says that there is no more is believed."""
    bare = without(real, "pc_om_list_order")
    bare["hierarchy"]["structure"]["pc_om_list_body_109702"] = []
    fields(bare, "pc_om_list_body")["hasMore"] = False
    assert () == from_answer(bare).orders
    with pytest.raises(AnswerChanged, match="pc_om_list_header"):
        from_answer(without(bare, "pc_om_list_header"))


@pytest.mark.parametrize(("more", "index"), [(True, 1), (False, 2)])
def test_page_that_should_hold_orders_is_not_empty(real: Json, more: bool, index: int) -> None:
    """Proves that no orders on a page behind the first, or while more are promised, is a changed page."""
    bare = without(real, "pc_om_list_order")
    bare["hierarchy"]["structure"]["pc_om_list_body_109702"] = []
    fields(bare, "pc_om_list_body").update(hasMore=more, pageIndex=index)
    with pytest.raises(PageChanged, match="no orders"):
        from_answer(bare)


@pytest.mark.parametrize(
    ("name", "value", "element"),
    [
        ("orderId", 8.214398062177351e15, "orderId"),
        ("orderId", 9007199254740993, "orderId"),
        ("orderId", None, "orderId"),
        ("orderId", "821439806217735a", "orderId"),
        ("orderId", True, "orderId"),
        ("statusText", "Beamed over", "status"),
        ("statusText", None, "statusText"),
        ("currencyCode", "XQQ", "currency"),
        ("currencyCode", None, "currency"),
        ("formatPriceInfo", "R$31,93|93|31", "totalPriceText"),
        ("orderDateText", "01/09/2026", "orderDateText"),
        ("orderLines", None, "orderLines"),
        ("orderLines", [{"productId": "1"}], "orderLines[0]"),
        ("utParams", {"args": {"orderStatus": "9"}}, "status"),
        ("utParams", '{"args": {"orderStatus": 9}}', "status"),
    ],
)
def test_value_that_cannot_be_believed_is_refused(real: Json, name: str, value: object, element: str) -> None:
    """Proves that a rounded number, an unknown word, an odd total or a contradiction is an error that names it."""
    first_order(real)[name] = value
    with pytest.raises(PageChanged) as raised:
        from_answer(real)
    assert element in raised.value.element


def test_number_below_the_limit_is_exact(real: Json) -> None:
    """Proves that an order number given as a whole JSON number is read digit by digit."""
    first_order(real)["orderId"] = 8214398062177351
    assert "8214398062177351" == from_answer(json.loads(json.dumps(real))).orders[0].order_id


def test_same_order_twice_is_refused(real: Json) -> None:
    """Proves that one number on two cards of a page is a changed page."""
    first_order(real)["orderId"] = "8214779947343229"
    with pytest.raises(PageChanged, match="twice"):
        from_answer(real)


@pytest.mark.parametrize(
    ("tab", "word"), [("unpaid", "Awaiting delivery"), ("shipped", "To pay"), ("completed", "Awaiting payment")]
)
def test_tab_outranks_the_word(real: Json, tab: str, word: str) -> None:
    """Proves that a word about payment that the tab contradicts is an error."""
    fields(real, "pc_om_list_header_action")["statusTab"] = tab
    for block in real["data"].values():
        if block["tag"] == "pc_om_list_order":
            block["fields"]["statusText"] = word
    with pytest.raises(PageChanged, match="the tab says"):
        from_answer(real)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Canceled", AliStatus.CANCELED),
        ("Expired", AliStatus.EXPIRED),
        ("Closed", AliStatus.CLOSED),
        ("Refunded", AliStatus.REFUNDED),
        ("In dispute", AliStatus.IN_DISPUTE),
        (" aguardando  a entrega ", AliStatus.SENT),
        ("AWAITING PAYMENT", AliStatus.UNPAID),
        ("Payment processing", AliStatus.PAYMENT_CHECK),
        ("Concluído", AliStatus.COMPLETED),
        ("Esperando entrega", AliStatus.SENT),
    ],
)
def test_words_are_told_apart(word: str, status: AliStatus) -> None:
    """Proves that the ways to end are four different ones, in any case and spacing."""
    assert status is read_status("order_list", word)


@given(st.text(max_size=20))
def test_unknown_word_is_never_a_status(word: str) -> None:
    """Proves that no invented word is read as anything at all."""
    with pytest.raises(PageChanged, match="status"):
        read_status("order_list", f"{word} ×")


@pytest.mark.parametrize("title", ["Áo [/M] đỏ", "قميص أحمر", "👕 đỏ", "[bold]x[/bold]", "ا" * 400])
def test_titles_are_verbatim(real: Json, title: str) -> None:
    """Proves that a title in any script, with anything that looks like markup, is kept letter by letter."""
    first_order(real)["orderLines"][0]["itemTitle"] = title
    assert title == from_answer(real).orders[0].lines[0].title


def test_fifty_lines_are_kept(real: Json) -> None:
    """Proves that an order of fifty lines loses none of them."""
    order = first_order(real)
    line = order["orderLines"][0]
    order["orderLines"] = [{**line, "orderLineId": str(8214000000000000 + place)} for place in range(50)]
    order["orderLineSize"] = 50
    read = from_answer(real).orders[0]
    assert (50, 50) == (len({one.line_id for one in read.lines}), read.line_count)


@pytest.mark.parametrize(
    ("title", "state"),
    [
        ("환불 완료", RefundState.DONE),
        ("AliExpress의 피드백을 기다리는 중입니다.", RefundState.OPEN),
        ("요청 완료", RefundState.UNKNOWN),
    ],
)
def test_refund_line_is_read(real: Json, title: str, state: RefundState) -> None:
    """Proves that the refund line under a card is told, and that an unknown one is not taken for a done one."""
    first_order(real)["exposeInfo"] = {"itemList": [{"detailList": [{"title": title}]}]}
    order = from_answer(real).orders[0]
    assert (title, state, SENT) == (order.refund_note, order.refund, order.status)


def test_other_cards_beside_an_answer_are_refused(real: Json) -> None:
    """Proves that drawn cards with another number or another status contradict the answer."""
    read = from_answer(real)
    compare(read, read.orders)
    other_status = read.orders[0].model_copy(update={"status": AliStatus.COMPLETED})
    other_number = read.orders[0].model_copy(update={"order_id": "8000000000000009"})
    for odd, element in ((other_status, "status of 8214398062177351"), (other_number, "order numbers")):
        with pytest.raises(PageChanged) as raised:
            compare(read, (odd, *read.orders[1:]))
        assert element == raised.value.element


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_is_a_value_or_a_flow_error(real: Json, data: st.DataObject) -> None:
    """Proves that an answer damaged anywhere is either read or refused by name, and never crashes the reader."""
    try:
        read = from_answer(damaged(real, data))
    except FlowError:
        return
    assert isinstance(read, OrderListPage)
