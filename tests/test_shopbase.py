"""The ShopBase client: orders paged to the end, fulfilments told once, everything as ShopBase publishes it."""

from datetime import datetime
from typing import Any

import pytest

from bot.sandbox.shop_goods import CATALOGUE, US
from bot.shopbase import (
    FinancialStatus,
    FulfillmentRequest,
    LineQuantity,
    ShopRefused,
    ShopReplyChanged,
    ShopTooMany,
    ShopUnavailable,
)
from flows.values import Money
from tests import swagger
from tests.scripted import Told
from tests.stores import (  # noqa: F401
    LINE_ID,
    ORDER_ID,
    Odd,
    Store,
    a_fulfilment,
    a_request,
    an_order,
    odd_fixture,
    served_fixture,
    store_fixture,
)


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
