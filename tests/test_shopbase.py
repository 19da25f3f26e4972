"""The ShopBase client, against the stand-in store and against scripted odd answers, all over real HTTP."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.sandbox.shop_goods import CATALOGUE, US
from bot.sandbox.shop_state import ShopState
from bot.sandbox.shopbase import build_app
from bot.shopbase import (
    FinancialStatus,
    FulfillmentRequest,
    LineQuantity,
    OrderReply,
    ShopBase,
    ShopBaseError,
    ShopCredentials,
    ShopNotFound,
    ShopRefused,
    ShopReplyChanged,
    ShopTooMany,
    ShopUnavailable,
)
from flows.values import Money
from tests import swagger
from tests.scripted import ScriptedStore, SteppedTime, Told
from tests.serving import serve

KEY, PASSWORD = "key-of-a-test", "password-of-a-test"
ORDER_ID, LINE_ID = 1000000406421124, 1000000500000001


def check_published(method: str, path: str, query: dict[str, str], body: Any) -> None:
    """Checks one request against the swagger, where that is at hand."""
    if swagger.FILE.is_file():
        swagger.check_request(method, path, query, body)


class Store:
    """The stand-in store, a client of it, and the clock that both live by."""

    def __init__(self, state: ShopState, client: ShopBase, time: SteppedTime) -> None:
        self.state = state
        self.client = client
        self.time = time


@pytest.fixture
def store() -> Iterator[Store]:
    """A stand-in store with a client; afterwards every request it got is checked against the swagger."""
    time = SteppedTime()
    state = ShopState(KEY, PASSWORD, clock=time.clock)
    with serve(build_app(state)) as url, ShopBase(url, KEY, PASSWORD, sleep=time.sleep, clock=time.clock) as client:
        yield Store(state, client, time)
    for call in state.calls:
        body = json.loads(call["body"]) if call["body"] else None
        check_published(call["method"], call["path"], call["query"], body)


@pytest.fixture(scope="module")
def served_script() -> Iterator[tuple[str, ScriptedStore]]:
    """One scripted store for all odd answers."""
    script = ScriptedStore()
    with serve(script.app) as url:
        yield url, script


class Odd:
    """A client of the scripted store."""

    def __init__(self, url: str, script: ScriptedStore, client: ShopBase, time: SteppedTime) -> None:
        self.url = url
        self.script = script
        self.client = client
        self.time = time

    def order(self, told: Any) -> OrderReply:
        """Reads one order out of the answer `told`."""
        self.script.tell(Told(told))
        return self.client.order(str(ORDER_ID))


@pytest.fixture
def odd(served_script: tuple[str, ScriptedStore]) -> Iterator[Odd]:
    """A scripted store with a fresh client; afterwards its requests are checked against the swagger."""
    url, script = served_script
    time = SteppedTime()
    script.tell(Told({}))
    with ShopBase(url, KEY, PASSWORD, sleep=time.sleep, clock=time.clock) as client:
        yield Odd(url, script, client, time)
    for request in script.requests:
        check_published(*request)


def a_line(**facts: Any) -> dict[str, Any]:
    """One line item as ShopBase writes it."""
    return {"id": LINE_ID, "quantity": 2, "title": "Canvas Tote Bag", "price": 19.95, **facts}


def an_order(**facts: Any) -> dict[str, Any]:
    """One order as ShopBase writes it."""
    return {
        "id": ORDER_ID,
        "name": "#1001",
        "order_number": 1001,
        "created_at": "2021-03-01T10:20:30+00:00",
        "updated_at": "2021-03-01T10:20:30+00:00",
        "financial_status": "paid",
        "fulfillment_status": "",
        "currency": "USD",
        "total_price": 44.85,
        "line_items": [a_line()],
        **facts,
    }


def a_fulfilment(**facts: Any) -> dict[str, Any]:
    """One fulfilment as ShopBase writes it."""
    lines = [{"id": LINE_ID, "quantity": 2}]
    return {"id": 255858046, "status": "success", "tracking_number": "LX1", "line_items": lines, **facts}


def a_request(**facts: Any) -> FulfillmentRequest:
    """Both of the order's line, with a number, mailing nobody."""
    lines = (LineQuantity(line_id=str(LINE_ID), quantity=2),)
    return FulfillmentRequest(**{"lines": lines, "notify_customer": False, "tracking_number": "LX1", **facts})


def test_shop_is_read_with_its_currency_and_zone(store: Store) -> None:
    """The sign-in test of every client reads the store."""
    shop = store.client.shop()
    assert ("10000001", "Ferry Test Store", "USD") == (shop.id, shop.name, shop.currency)
    assert "Asia/Ho_Chi_Minh" == shop.iana_timezone


def test_seeded_orders_are_all_read_and_exact(store: Store) -> None:
    """Every kind of order that the stand-in makes is read, with amounts in the minor units of its currency."""
    store.state.seed(18, pending=1)
    read = {order.name: order for order in store.client.orders()}
    assert 19 == len(read)
    for order in store.state.orders.values():
        reply = read[order.name]
        assert Money(minor=order.total, currency=order.currency) == reply.total
        assert [line.price for line in order.lines] == [line.price.minor for line in reply.line_items if line.price]
        assert order.address is not None
        assert reply.shipping_address is not None
        assert order.address["name"] == reply.shipping_address.recipient
        assert reply.reachable_phone
    assert "Áo [/M] đỏ" == read["#1006"].line_items[0].title
    assert {"USD", "EUR", "JPY", "KWD", "BRL", "VND"} == {order.currency for order in read.values()}
    assert [FinancialStatus.PENDING] == [order.payment for order in read.values() if order.name == "#1019"]


def test_orders_are_paged_to_the_end(store: Store) -> None:
    """620 orders come in pages of 250, each once, and the list ends with an empty page."""
    made = store.state.seed(620, plain=True)
    assert {str(order.id) for order in made} == {order.id for order in store.client.orders()}
    assert ["1", "2", "3", "4"] == [call["query"]["page"] for call in store.state.calls]


def test_orders_filter_by_time_and_id_and_send_both_status_names(store: Store) -> None:
    """The filters travel in the query, the state under the documented and under the common name."""
    made = store.state.seed(3)
    since = made[0].updated
    assert 3 == len(list(store.client.orders(updated_at_min=since)))
    assert [str(made[2].id)] == [order.id for order in store.client.orders(since_id=str(made[1].id))]
    list(store.client.orders(order_status="open", financial_status="paid", fulfillment_status="unfulfilled,partial"))
    first, last = store.state.calls[0]["query"], store.state.calls[-1]["query"]
    assert since.isoformat(timespec="seconds") == first["updated_at_min"]
    assert ("any", "any") == (first["order_status"], first["status"])
    assert ("open", "open", "paid") == (last["order_status"], last["status"], last["financial_status"])


def test_updated_at_min_without_a_zone_is_refused(store: Store) -> None:
    """A naive time would silently shift the window."""
    with pytest.raises(ValueError, match="no time zone"):
        list(store.client.orders(updated_at_min=datetime(2021, 3, 1)))  # noqa: DTZ001


def _many(count: int, *, rising: bool) -> list[Told]:
    ids = range(1, count + 1) if rising else range(count, 0, -1)
    return [Told({"orders": [an_order(id=number)]}) for number in ids]


def test_past_the_offset_limit_the_window_is_narrowed_by_id(odd: Odd) -> None:
    """Where ids rise, page * limit over 100,000 is never asked for: the list goes on from the last id."""
    odd.script.tell(*_many(401, rising=True), Told({"orders": []}))
    assert [str(number) for number in range(1, 402)] == [order.id for order in odd.client.orders()]
    queries = [query for _, _, query, _ in odd.script.requests]
    assert 100_000 == max(int(query["page"]) * int(query["limit"]) for query in queries)
    assert ("400", "1") == (queries[400]["since_id"], queries[400]["page"])


def test_past_the_offset_limit_without_an_order_is_a_named_error(odd: Odd) -> None:
    """Where ids do not rise nothing can be narrowed: ShopTooMany after 400 pages, not tried again."""
    odd.script.tell(*_many(401, rising=False))
    with pytest.raises(ShopTooMany, match="more than 100000 orders match"):
        list(odd.client.orders())
    assert 400 == len(odd.script.requests)


def test_an_order_that_moves_between_pages_is_not_told_twice(odd: Odd) -> None:
    """The same version of an order is yielded once, a newer version again."""
    newer = an_order(updated_at="2021-03-02T00:00:00Z")
    pages: tuple[list[Any], ...] = ([an_order()], [an_order(), an_order(id=7)], [newer], [])
    odd.script.tell(*(Told({"orders": page}) for page in pages))
    assert [str(ORDER_ID), "7", str(ORDER_ID)] == [order.id for order in odd.client.orders()]


def test_a_store_that_ignores_page_ends_the_list(odd: Odd) -> None:
    """A short page that only repeats is the end; a full one that only repeats is an error, not an endless loop."""
    odd.script.tell(Told({"orders": [an_order()]}))
    assert 1 == len(list(odd.client.orders()))
    with pytest.raises(ShopReplyChanged, match="page 2 only repeats"):
        list(odd.client.orders(limit=1))


@pytest.mark.parametrize("body", [{"orders": None}, {"orders": []}, [], {"result": {"orders": []}}])
def test_an_empty_list_in_any_form_is_empty(odd: Odd, body: Any) -> None:
    """Null, an empty list, bare or wrapped: no orders."""
    odd.script.tell(Told(body))
    assert [] == list(odd.client.orders())


def test_a_list_answer_without_orders_is_named(odd: Odd) -> None:
    """An empty skeleton is never taken for an empty store."""
    odd.script.tell(Told({}))
    with pytest.raises(ShopReplyChanged, match=r"GET /admin/orders.json: 200: orders: missing"):
        list(odd.client.orders())


def test_one_unreadable_order_does_not_stop_the_others(odd: Odd) -> None:
    """With `on_unreadable` the bad one is named and the rest goes on; without it the error is raised."""
    bad = an_order(id=8, name="#1008", currency="ZZZ")
    told = (Told({"orders": [an_order(id=7), bad, an_order(id=9)]}), Told({"orders": []}))
    unreadable: list[ShopReplyChanged] = []
    odd.script.tell(*told)
    assert ["7", "9"] == [order.id for order in odd.client.orders(on_unreadable=unreadable.append)]
    assert [("order 8 (#1008)", "currency")] == [(one.subject, one.field) for one in unreadable]
    odd.script.tell(*told)
    with pytest.raises(ShopReplyChanged, match=r"order 8 \(#1008\): currency: unknown currency 'ZZZ'"):
        list(odd.client.orders())


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


@pytest.mark.parametrize(
    ("status", "body", "error", "text"),
    [
        (400, {"error": "Invalid provider code"}, ShopRefused, "400: Invalid provider code"),
        (401, {"errors": "[API] Invalid"}, ShopCredentials, r"401: the API key or password .*\[API\] Invalid"),
        (402, {}, ShopCredentials, "402: the store is frozen .* pay it"),
        (403, {"message": "no scope"}, ShopCredentials, r"403: the private app lacks .*read_orders.*no scope"),
        (404, {"error": "Not Found"}, ShopNotFound, "404: Not Found"),
        (406, "", ShopRefused, "406: refused without a reason"),
        (422, {"errors": {"line_items": ["bad", "worse"]}}, ShopRefused, "422: line_items: bad; worse"),
        (422, {"errors": ["a", "b"]}, ShopRefused, "422: a; b"),
        (422, {"errors": None, "error": "", "message": "c"}, ShopRefused, "422: c"),
        (422, "plain words", ShopRefused, "422: plain words"),
        (422, "<html><style>x{}</style><h1>Nope &amp; no</h1>", ShopRefused, "an HTML page .*: Nope & no$"),
        (423, {}, ShopCredentials, "423: the store is locked"),
        (200, {"success": False, "message": "no balance"}, ShopRefused, "200: no balance"),
        (500, {"error": "oops"}, ShopUnavailable, "500: oops"),
        (503, "<html><title>Down</title>", ShopUnavailable, "503: an HTML page instead of JSON: Down"),
        (429, "", ShopUnavailable, "429: too many requests"),
        (200, "<!DOCTYPE html><title>Just a moment...</title>", ShopReplyChanged, "an HTML page .*Just a moment"),
        (200, '{"order": {"email": "secret@buyer', ShopReplyChanged, "not JSON: broken at character 20 of 33 bytes"),
        (200, '{"order": NaN}', ShopReplyChanged, "not JSON"),
        (200, "[" * 100_000, ShopReplyChanged, "not JSON"),
        (200, "\udcff".encode("utf-8", "surrogatepass").decode("latin-1"), ShopReplyChanged, "not JSON"),
    ],
)
def test_each_bad_answer_has_its_class_and_text(
    odd: Odd, status: int, body: Any, error: type[ShopBaseError], text: str
) -> None:
    """The class says what to do next; the message names method, path, status and what the store said."""
    odd.script.tell(Told(body, status))
    with pytest.raises(error, match=text) as caught:
        odd.client.order(str(ORDER_ID))
    assert error is type(caught.value)
    assert str(caught.value).startswith(f"GET /admin/orders/{ORDER_ID}.json: {status}: ")
    assert ("GET", status) == (caught.value.method, caught.value.status)
    assert not any(secret in str(caught.value) for secret in (KEY, PASSWORD, "secret@buyer"))


def test_a_redirect_is_not_followed(odd: Odd) -> None:
    """Key and password never travel to another host."""
    odd.script.tell(Told("", 302, {"Location": f"{odd.url}/elsewhere?token=x"}))
    with pytest.raises(ShopReplyChanged, match=f"redirected to {odd.url}, which is not followed") as caught:
        odd.client.shop()
    assert "token" not in str(caught.value)
    assert ["/admin/shop.json"] == [path for _, path, _, _ in odd.script.requests]


def test_reads_are_tried_again_and_then_given_up(odd: Odd) -> None:
    """A GET outlives passing trouble, waits longer each time, and stops after five tries."""
    odd.script.tell(Told("", 500), Told("", 502), Told({"order": an_order()}))
    assert str(ORDER_ID) == odd.client.order(str(ORDER_ID)).id
    assert 3 == len(odd.script.requests)
    odd.script.tell(Told("", 503))
    odd.time.slept.clear()
    with pytest.raises(ShopUnavailable):
        odd.client.order(str(ORDER_ID))
    assert 5 == len(odd.script.requests)
    assert [1, 2, 4, 8] == odd.time.slept


def test_tries_end_with_their_total_time(served_script: tuple[str, ScriptedStore]) -> None:
    """Slow answers use up the 90 seconds before the fifth try."""
    url, script = served_script
    script.tell(Told("", 503))
    time = SteppedTime()

    class Slow(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            time.seconds += 40
            return super().handle_request(request)

    with (
        ShopBase(url, KEY, PASSWORD, sleep=time.sleep, clock=time.clock, transport=Slow()) as client,
        pytest.raises(ShopUnavailable),
    ):
        client.shop()
    assert 3 == len(script.requests)


def test_no_connection_is_unavailable() -> None:
    """A store that does not answer at all is named after the tries."""
    time = SteppedTime()
    with serve(ScriptedStore().app) as url:
        pass
    with (
        ShopBase(url, KEY, PASSWORD, sleep=time.sleep, clock=time.clock) as client,
        pytest.raises(ShopUnavailable, match=r"GET /admin/shop.json: no answer \(ConnectError") as caught,
    ):
        client.shop()
    assert caught.value.status is None
    assert 4 == len(time.slept)


@pytest.mark.parametrize("status", [500, 429, 503])
def test_a_post_is_never_sent_twice(odd: Odd, status: int) -> None:
    """Whatever the answer, creating, opening and completing are asked for once."""
    odd.script.tell(Told("", status))
    acts: tuple[Callable[[], object], ...] = (
        lambda: odd.client.create_fulfillment(str(ORDER_ID), a_request()),
        lambda: odd.client.open_fulfillment(str(ORDER_ID), "5"),
        lambda: odd.client.complete_fulfillment(str(ORDER_ID), "5"),
    )
    for act in acts:
        with pytest.raises(ShopUnavailable):
            act()
    assert ["POST"] * 3 == [method for method, _, _, _ in odd.script.requests]


def test_a_put_that_mails_is_sent_once_and_one_that_does_not_is_tried_again(odd: Odd) -> None:
    """A lost answer must not mail the buyer twice."""
    odd.script.tell(Told("", 500), Told("", 500), Told({"fulfillment": a_fulfilment()}))
    with pytest.raises(ShopUnavailable):
        odd.client.update_tracking(str(ORDER_ID), "5", number="LX1", company=None, url=None, notify_customer=True)
    odd.client.update_tracking(str(ORDER_ID), "5", number="LX1", company=None, url=None, notify_customer=False)
    mailed = [body["fulfillment"]["notify_customer"] for _, _, _, body in odd.script.requests]
    assert [True, False, False] == mailed


def test_secrets_travel_in_their_headers(served_script: tuple[str, ScriptedStore]) -> None:
    """HTTP Basic always, the token secret only where there is one."""
    url, script = served_script
    script.tell(Told({"shop": {"id": 1, "name": "A", "currency": "USD"}}))
    for secret in (None, "partner-secret"):
        with ShopBase(url, KEY, PASSWORD, secret) as client:
            client.shop()
    basic = "Basic " + base64.b64encode(f"{KEY}:{PASSWORD}".encode()).decode()
    assert [basic, basic] == [headers["authorization"] for headers in script.headers]
    assert [None, "partner-secret"] == [headers.get("x-shopbase-token-secret") for headers in script.headers]
    with pytest.raises(ShopCredentials, match="cannot be sent"):
        ShopBase(url, KEY, PASSWORD, "two\nlines")


def test_a_proxy_of_the_environment_is_not_asked_for_loopback(odd: Odd, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox store is reached directly, whatever HTTP_PROXY says."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    odd.script.tell(Told({"shop": {"id": 1, "name": "A", "currency": "USD"}}))
    with ShopBase(odd.url, KEY, PASSWORD) as client:
        assert "1" == client.shop().id


def test_server_time_is_the_stores_own(odd: Odd) -> None:
    """The Date header of each answer, errors too, moves the store's time; one that is broken does not."""
    assert odd.client.server_time is None
    odd.script.tell(
        Told({}, 404, {"Date": "Mon, 01 Mar 2021 10:20:30 GMT"}),
        Told({"order": an_order()}, 200, {"Date": "soon"}),
    )
    with pytest.raises(ShopNotFound):
        odd.client.order(str(ORDER_ID))
    odd.client.order(str(ORDER_ID))
    assert datetime(2021, 3, 1, 10, 20, 30, tzinfo=UTC) == odd.client.server_time


class Travelling(httpx.HTTPTransport):
    """Lets an answer take its time on the stepped clock, half of it on each way."""

    def __init__(self, time: SteppedTime, seconds: float) -> None:
        super().__init__()
        self._time = time
        self._half = seconds / 2

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request for real."""
        self._time.seconds += self._half
        response = super().handle_request(request)
        self._time.seconds += self._half
        return response


@pytest.mark.parametrize("latency", [0.0, 0.3, 0.45])
def test_pace_keeps_at_least_95_percent_of_the_rate_without_a_429(latency: float) -> None:
    """200 requests take at most 5 % longer than the bucket of 30 with 2 a second allows, and none is refused."""
    time = SteppedTime()
    state = ShopState(KEY, PASSWORD, clock=time.clock)
    with (
        serve(build_app(state)) as url,
        ShopBase(url, KEY, PASSWORD, sleep=time.sleep, clock=time.clock, transport=Travelling(time, latency)) as client,
    ):
        started = time.seconds
        for _ in range(200):
            client.shop()
    assert 0 == state.too_many_requests
    documented = (200 - 30) / 2
    assert time.seconds - started <= max(documented, 200 * latency) / 0.95


def test_pace_trusts_the_header_when_another_app_uses_the_bucket(store: Store) -> None:
    """Requests that others made are seen in the header and waited for."""
    for turn in range(120):
        if turn % 40 == 10:
            store.state.bucket.fill(18)
        store.client.shop()
    assert 0 == store.state.too_many_requests


def test_pace_of_a_fresh_client_survives_a_full_bucket(store: Store) -> None:
    """A bucket that an earlier process filled costs one refusal and a wait, not the call."""
    store.state.bucket.fill(30)
    assert "10000001" == store.client.shop().id
    assert 1 == store.state.too_many_requests


def test_a_fulfilment_is_created_listed_and_changed(store: Store) -> None:
    """The whole way of a number: created with a mail, listed with its lines, corrected without one."""
    order = store.state.seed(5)[4]
    line = order.lines[0]
    request = FulfillmentRequest(
        lines=(LineQuantity(line_id=str(line.id), quantity=1),),
        notify_customer=True,
        tracking_number="LP00123456789CN",
        tracking_company="J&T Express",
        tracking_url="https://t.17track.net/en#nums=LP00123456789CN",
    )
    assert [] == store.client.fulfillments(str(order.id))
    made = store.client.create_fulfillment(str(order.id), request)
    assert ("success", ("LP00123456789CN",), True) == (made.status, made.tracking_numbers, made.notify_customer)
    assert "partial" == store.client.order(str(order.id)).fulfillment_status
    changed = store.client.update_tracking(
        str(order.id), made.id, number="BR1X", company="Correios", url=None, notify_customer=False
    )
    assert ("Correios", ("BR1X",)) == (changed.tracking_company, changed.tracking_numbers)
    listed = store.client.fulfillments(str(order.id))
    assert [made.id] == [fulfilment.id for fulfilment in listed]
    assert listed[0].line_items is not None
    assert [(str(line.id), 1)] == [(one.id, one.quantity) for one in listed[0].line_items]
    assert listed[0] == store.client.fulfillment(str(order.id), made.id)
    assert ["Shipping confirmation"] == [mail["kind"] for mail in store.state.mails]


def test_a_pending_fulfilment_is_opened_and_completed(store: Store) -> None:
    """Lines of the old app wait until both steps are taken."""
    connector = next(goods for goods in CATALOGUE if goods.service == "ali-dropship-connector")
    order = store.state.add_order(((connector, 1),), place=US)
    lines = (LineQuantity(line_id=str(order.lines[0].id), quantity=1),)
    made = store.client.create_fulfillment(str(order.id), a_request(lines=lines))
    assert "pending" == made.status
    assert "processing" == store.client.order(str(order.id)).fulfillment_status
    assert "open" == store.client.open_fulfillment(str(order.id), made.id).status
    assert "success" == store.client.complete_fulfillment(str(order.id), made.id).status
    assert "fulfilled" == store.client.order(str(order.id)).fulfillment_status


def test_a_refused_fulfilment_tells_the_stores_words(store: Store) -> None:
    """An order with a refunded line is refused, and nothing is recorded."""
    order = store.state.seed(4)[3]
    store.state.refund(order.id, {order.lines[1].id: 1})
    lines = (LineQuantity(line_id=str(order.lines[0].id), quantity=1),)
    with pytest.raises(ShopRefused, match=r"422: If an order is refunded or any of its line items is refunded"):
        store.client.create_fulfillment(str(order.id), a_request(lines=lines))
    assert [] == order.fulfilments


@pytest.mark.parametrize("fault", ["shopbase_lost", "shopbase_500_after"])
def test_a_lost_answer_leaves_one_fulfilment_to_be_found(store: Store, fault: str) -> None:
    """The client says that it does not know; the list then shows what was recorded, once."""
    order = store.state.seed(1)[0]
    store.state.faults[fault] = 1
    lines = (LineQuantity(line_id=str(order.lines[0].id), quantity=1),)
    with pytest.raises(ShopUnavailable):
        store.client.create_fulfillment(str(order.id), a_request(lines=lines))
    assert [("LX1",)] == [fulfilment.tracking_numbers for fulfilment in store.client.fulfillments(str(order.id))]


@pytest.mark.parametrize(
    "told",
    [
        {"fulfillment": a_fulfilment()},
        {"result": a_fulfilment()},
        {"result": {"fulfillment": a_fulfilment()}},
        a_fulfilment(),
    ],
)
def test_a_created_fulfilment_is_read_wrapped_or_bare(odd: Odd, told: Any) -> None:
    """All the forms that clients have met are read without a second request."""
    odd.script.tell(Told(told))
    assert "255858046" == odd.client.create_fulfillment(str(ORDER_ID), a_request()).id
    assert 1 == len(odd.script.requests)


@pytest.mark.parametrize("told", [{"success": True}, {"fulfillment": {"id": 255858046}}, {"order": an_order()}, ""])
def test_a_created_fulfilment_that_is_not_told_is_looked_up(odd: Odd, told: Any) -> None:
    """A good answer without the fulfilment leads to the list, where its number is."""
    older, other = a_fulfilment(id=5), a_fulfilment(id=255858047, tracking_number="LX9")
    odd.script.tell(Told(told), Told({"fulfillments": [older, a_fulfilment(), other]}))
    assert "255858046" == odd.client.create_fulfillment(str(ORDER_ID), a_request()).id
    assert ["POST", "GET"] == [method for method, _, _, _ in odd.script.requests]


def test_a_created_fulfilment_that_is_nowhere_is_an_error(odd: Odd) -> None:
    """A good answer is not believed if the store's own list does not hold the fulfilment."""
    odd.script.tell(Told({"success": True}), Told({"fulfillments": None}))
    with pytest.raises(ShopReplyChanged, match=f"order {ORDER_ID}: the store answered well but holds no such"):
        odd.client.create_fulfillment(str(ORDER_ID), a_request())


def test_what_is_sent_for_a_fulfilment(odd: Odd) -> None:
    """Lines, quantities and the mail switch are always written out; what is not set is left away."""
    odd.script.tell(Told({"fulfillment": a_fulfilment()}))
    odd.client.create_fulfillment(str(ORDER_ID), a_request(tracking_number=None))
    odd.client.create_fulfillment(str(ORDER_ID), a_request(tracking_company="4PX", notify_customer=True))
    lines = [{"id": LINE_ID, "quantity": 2}]
    told = {"tracking_number": "LX1", "tracking_company": "4PX"}
    assert [
        {"fulfillment": {"line_items": lines, "notify_customer": False}},
        {"fulfillment": {"line_items": lines, "notify_customer": True, **told}},
    ] == [body for _, _, _, body in odd.script.requests]


@pytest.mark.parametrize("lines", [(), None])
def test_a_fulfilment_without_lines_cannot_be_asked_for(lines: Any) -> None:
    """Left out, lines would mean all of the order."""
    with pytest.raises(ValueError, match="lines"):
        FulfillmentRequest(lines=lines, notify_customer=False)


def test_fulfilments_are_listed_past_one_page(odd: Odd) -> None:
    """A full page is followed by the next one, from the last id on."""
    full = [a_fulfilment(id=number) for number in range(1, 251)]
    odd.script.tell(Told({"fulfillments": full}), Told({"fulfillments": [a_fulfilment(id=251)]}))
    assert 251 == len(odd.client.fulfillments(str(ORDER_ID)))
    assert [None, "250"] == [query.get("since_id") for _, _, query, _ in odd.script.requests]


def test_a_fulfilment_line_may_name_the_order_line_apart(odd: Odd) -> None:
    """Where a fulfilment's line has an id of its own, the order line's is taken."""
    odd.script.tell(Told([a_fulfilment(line_items=[{"id": 77, "line_item_id": LINE_ID, "quantity": 1}])]))
    listed = odd.client.fulfillments(str(ORDER_ID))
    assert listed[0].line_items is not None
    assert [(str(LINE_ID), 1)] == [(line.id, line.quantity) for line in listed[0].line_items]


def test_a_fulfilment_without_status_is_named(odd: Odd) -> None:
    """Whether a number is told or still pending must be known."""
    odd.script.tell(Told({"fulfillments": [a_fulfilment(status="")]}))
    with pytest.raises(ShopReplyChanged, match="fulfilment 255858046: status: missing"):
        odd.client.fulfillments(str(ORDER_ID))


def test_a_single_fulfilment_that_is_another_one_is_refused(odd: Odd) -> None:
    """The single read answers a list; the one asked for must be in it."""
    odd.script.tell(Told({"fulfillments": [a_fulfilment(id=4), a_fulfilment(id=5)]}))
    assert "5" == odd.client.fulfillment(str(ORDER_ID), "5").id
    with pytest.raises(ShopReplyChanged, match="fulfilment 6: not in the answer"):
        odd.client.fulfillment(str(ORDER_ID), "6")


def test_tags_are_replaced(store: Store) -> None:
    """All tags are written as one text."""
    order = store.state.seed(1)[0]
    store.client.set_tags(str(order.id), ["vip", "dropferry: Hà Nội"])
    assert ("vip", "dropferry: Hà Nội") == store.client.order(str(order.id)).tags


@pytest.mark.parametrize("number", ["", "12/cancel", "../1", "١٢", "1 2"])
def test_an_id_that_is_no_number_never_reaches_a_path(odd: Odd, number: str) -> None:
    """No text can turn a read into another call, such as a cancel that refunds the buyer."""
    with pytest.raises(ValueError, match="digits only"):
        odd.client.order(number)
    assert [] == odd.script.requests


@swagger.needs_swagger
def test_the_check_against_the_swagger_can_fail() -> None:
    """Unknown paths, query names, body keys and wrong types are all refused, so passing it means something."""
    swagger.check_request("GET", "/admin/orders.json", {"since_id": "5", "status": "any", "page": "2"}, None)
    for method, path, query, body in (
        ("GET", "/admin/orders/x.json", {}, None),
        ("PATCH", "/admin/orders/5.json", {}, None),
        ("GET", "/admin/orders.json", {"sort": "id"}, None),
        ("GET", "/admin/orders.json", {"limit": "many"}, None),
        ("POST", "/admin/orders/5/fulfillments.json", {}, {"fulfillment": {"carrier": "4PX"}}),
        ("POST", "/admin/orders/5/fulfillments.json", {}, {"fulfillment": {"line_items": [{"id": "5"}]}}),
        ("POST", "/admin/orders/5/fulfillments/6/complete.json", {}, {"fulfillment": {}}),
        ("PUT", "/admin/orders/5.json", {}, {"order": {"labels": "x"}}),
    ):
        with pytest.raises(swagger.SwaggerError, match=method):
            swagger.check_request(method, path, query, body)
