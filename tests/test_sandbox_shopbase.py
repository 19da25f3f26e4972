"""The stand-in ShopBase keeps to the documented API: sign-in, bucket, seeding, filters, paging and faults."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.sandbox.shop_goods import CATALOGUE, CUSTOM, EBOOK, GIFT_CARD, JP, TIP
from bot.sandbox.shop_state import ShopState
from tests.shop_at_hand import (  # noqa: F401
    CONNECTED,
    KEY,
    PASSWORD,
    START,
    Shop,
    http_fixture,
    served_fixture,
    shop_fixture,
)


def test_only_the_right_key_and_password_are_let_in(shop: Shop) -> None:
    """Anybody else gets 401 with a text, and sees nothing."""
    for auth in (None, (KEY, "wrong"), ("wrong", PASSWORD)):
        response = httpx.get(shop.http.base_url.join("/admin/shop.json"), auth=auth, trust_env=False)
        assert (401, {"errors"}) == (response.status_code, set(response.json()))
    assert "Ferry Test Store" == shop.get("shop.json")["shop"]["name"]
    shop.state.token_secret = "partner"
    assert 401 == shop.http.get("/admin/shop.json").status_code
    signed = shop.http.get("/admin/shop.json", headers={"X-ShopBase-Token-Secret": "partner"})
    assert 200 == signed.status_code


def test_bucket_refuses_the_31st_request_and_leaks_two_a_second(shop: Shop) -> None:
    """30 at once pass, the next is a 429 and is counted, and after half a second one more passes."""
    told = [shop.http.get("/admin/shop.json") for _ in range(31)]
    assert [200] * 30 + [429] == [response.status_code for response in told]
    assert ["1/30", "30/30", "30/30"] == [told[place].headers["X-Sb-Shop-Api-Call-Limit"] for place in (0, 29, 30)]
    assert 1 == shop.state.too_many_requests
    shop.time.sleep(0.5)
    assert [200, 429] == [shop.http.get("/admin/shop.json").status_code for _ in range(2)]


def test_every_answer_tells_the_stores_time_once(shop: Shop) -> None:
    """The Date header is the store's own clock, on good and on bad answers."""
    shop.time.sleep(3600)
    for path in ("shop.json", "nothing.json"):
        assert ["Sun, 01 Mar 2026 11:20:30 GMT"] == shop.http.get(f"/admin/{path}").headers.get_list("Date")


def test_seeding_is_deterministic_and_of_every_kind(shop: Shop) -> None:
    """Two stores of one seed hold the same orders; all are paid and each has something to send."""
    other = ShopState(KEY, PASSWORD, now=lambda: START)
    made = shop.state.seed(18, pending=2)
    assert made == other.seed(18, pending=2)
    assert ["paid"] * 18 + ["pending"] * 2 == [order.financial for order in made]
    assert all(any(line.goods.requires_shipping for line in order.lines) for order in made)
    assert {"USD", "EUR", "JPY", "KWD", "BRL", "VND"} == {order.currency for order in made}
    sold = {line.goods for order in made for line in order.lines}
    assert {TIP, GIFT_CARD, EBOOK, CUSTOM, CONNECTED} <= sold
    assert len(made) == len({order.email for order in made})
    assert {"VN", "SA", "JP"} <= {order.address["country_code"] for order in made if order.address}


def test_plain_seeding_makes_simple_orders(shop: Shop) -> None:
    """For benchmarks: one line, one piece, dollars, the United States."""
    for order in shop.state.seed(7, plain=True):
        assert (1, "USD") == (len(order.lines), order.currency)
        assert order.address is not None
        assert (1, "US") == (order.lines[0].quantity, order.address["country_code"])


def test_seeding_again_makes_newer_orders(shop: Shop) -> None:
    """Orders seeded later are seen by a list from the first ones' time on, and have names and ids of their own."""
    first = shop.state.seed(3)
    shop.time.sleep(7200)
    second = shop.state.seed(100)
    since = (first[0].updated + timedelta(seconds=1)).isoformat()
    assert 100 == shop.get("orders/count.json", updated_at_min=since)["count"]
    assert 103 == len({order.id for order in first + second}) == len({order.name for order in first + second})


def test_forms_are_mixed_like_the_real_ones(shop: Shop) -> None:
    """Orders have ISO times and number amounts, fulfilments seconds; "not yet" is "", null and 0."""
    order = shop.sell((CATALOGUE[0], 2))
    told = shop.get(f"orders/{order.id}.json")["order"]
    assert ("2026-03-01T10:20:30+00:00", "", None) == (
        told["updated_at"],
        told["fulfillment_status"],
        told["cancelled_at"],
    )
    assert (19.95, 44.85, None) == (told["line_items"][0]["price"], told["total_price"], told["fulfillments"])
    shop.fulfil(order, tracking_number="LX1")
    fulfilment = shop.get(f"orders/{order.id}.json")["order"]["fulfillments"][0]
    assert int(START.timestamp()) == fulfilment["created_at"]
    assert "line_items" not in fulfilment
    assert 2 == shop.get(f"orders/{order.id}/fulfillments.json")["fulfillments"][0]["line_items"][0]["quantity"]
    yen = shop.state.add_order(((CATALOGUE[0], 1),), place=JP, currency="JPY")
    assert 2992 == shop.get(f"orders/{yen.id}.json")["order"]["line_items"][0]["price"]


def test_every_field_is_one_that_shopbase_publishes(shop: Shop, shared: Path) -> None:
    """Nothing can be read here that the real store would not tell: keys are those of the published shapes."""
    order = shop.sell((CATALOGUE[0], 2), (TIP, 1))
    shop.fulfil(order, tracking_number="LX1")
    shop.state.refund(order.id, {order.lines[0].id: 1})
    # Real replies carry ids that the published line item leaves out.
    unpublished = {"id"}

    def check(told: Any, shape: Any, place: str) -> None:
        for one in told if isinstance(told, list) else [told]:
            if isinstance(one, dict):
                known = shape[0] if isinstance(shape, list) else shape
                for key, inner in one.items():
                    assert key in known or key in unpublished, f"{place}.{key}"
                    check(inner, known.get(key), f"{place}.{key}")

    def shape(name: str) -> Any:
        return json.loads((shared / "shopbase" / f"shape-{name}.json").read_text(encoding="utf-8"))["shape"]

    check(shop.get(f"orders/{order.id}.json"), shape("order"), "order")
    listed = shop.get(f"orders/{order.id}/fulfillments.json")["fulfillments"]
    extra = {"first_tracking_step_at": "", "last_crawled_at": "", "date_done": ""}
    check(listed, {**shape("fulfillment")["fulfillment"], **extra}, "fulfillment")
    check(shop.get("shop.json")["shop"], shape("shop"), "shop")


def test_lists_are_newest_first_and_paged(shop: Shop) -> None:
    """50 a page by default, at most 250, by rising id where since_id is given, and nothing past the end."""
    made = shop.state.seed(260, plain=True)
    names = [order.name for order in made]
    assert names[:-51:-1] == shop.names()
    assert names[::-1][:250] == shop.names(limit=500)
    assert names[::-1][20:30] == shop.names(limit=10, page=3)
    assert names[101:111] == shop.names(limit=10, since_id=made[100].id)
    assert names[111:121] == shop.names(limit=10, since_id=made[100].id, page=2)
    assert [] == shop.names(limit=250, page=3)


def test_ten_thousand_orders_are_listed_to_the_last_page(shop: Shop) -> None:
    """A large store answers its deepest page and its count."""
    made = shop.state.seed(10_000, plain=True)
    assert [order.name for order in made[249::-1]] == shop.names(limit=250, page=40)
    assert 10_000 == shop.get("orders/count.json")["count"]


@pytest.mark.parametrize(("page", "status"), [(400, 200), (401, 429)])
def test_an_offset_over_100000_is_a_429(shop: Shop, page: int, status: int) -> None:
    """The documented limit of page * limit answers 429 although the bucket is empty."""
    response = shop.http.get("/admin/orders.json", params={"limit": 250, "page": page})
    assert (status, "1/30") == (response.status_code, response.headers["X-Sb-Shop-Api-Call-Limit"])


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, [4, 3, 1, 0]),
        ({"status": "any"}, [4, 3, 2, 1, 0]),
        ({"order_status": "any", "status": "open"}, [4, 3, 2, 1, 0]),
        ({"order_status": "cancelled"}, [2]),
        ({"order_status": "closed"}, []),
        ({"financial_status": "pending"}, [4]),
        ({"financial_status": "paid,partially_refunded"}, [3, 1, 0]),
        ({"financial_status": "any"}, [4, 3, 1, 0]),
        ({"fulfillment_status": "shipped"}, [0]),
        ({"fulfillment_status": "partial"}, [1]),
        ({"fulfillment_status": "unshipped"}, [4, 3, 1]),
        ({"updated_at_min": "2026-03-01T10:20:31+00:00"}, [3]),
        ({"updated_at_max": "2026-03-01T17:20:30+07:00"}, [4, 1, 0]),
        ({"created_at_max": "2026-03-01T09:59:00Z"}, [1, 0]),
    ],
)
def test_filters_pick_what_they_name(shop: Shop, query: dict[str, str], numbers: list[int]) -> None:
    """Each documented filter, comma lists and aliases included; without a state only open orders are told."""
    made = shop.state.seed(4, pending=1)
    shop.fulfil(made[0])
    shop.state.edit(made[1].id, made[1].lines[0].id, 2)
    shop.fulfil(made[1], line_items=[{"id": made[1].lines[0].id, "quantity": 1}])
    shop.state.cancel(made[2].id)
    shop.time.sleep(1)
    shop.state.refund(made[3].id, {made[3].lines[0].id: 1})
    assert [made[number].name for number in numbers] == shop.names(**query)
    assert len(numbers) == shop.get("orders/count.json", **query)["count"]


def test_ids_and_fields_narrow_the_answer(shop: Shop) -> None:
    """Only the named orders, only the named fields."""
    made = shop.state.seed(3)
    told = shop.get("orders.json", ids=f"{made[0].id},{made[2].id}", fields="id,name")["orders"]
    expected = [{"id": order.id, "name": order.name} for order in (made[2], made[0])]
    assert expected == told
    assert {"order": {"name": "#1001"}} == shop.get(f"orders/{made[0].id}.json", fields="name")


@pytest.mark.parametrize("query", [{"page": "0"}, {"limit": "x"}, {"since_id": "x"}, {"updated_at_min": "soon"}])
def test_a_query_of_nonsense_is_a_bad_request(shop: Shop, query: dict[str, str]) -> None:
    """The filter that is wrong is named."""
    response = shop.http.get("/admin/orders.json", params=query)
    assert 400 == response.status_code
    assert next(iter(query)) in response.json()["error"]


def test_tags_and_note_are_written(shop: Shop) -> None:
    """PUT changes tags and note, moves updated_at, and leaves the rest alone."""
    order = shop.sell((CATALOGUE[0], 1))
    shop.time.sleep(60)
    body = {"order": {"id": order.id, "tags": "vip, gấp ,", "note": "Ring twice", "email": "x@example.com"}}
    told = shop.http.put(f"/admin/orders/{order.id}.json", json=body).json()["order"]
    assert ("vip, gấp", "Ring twice", "buyer1001@example.com") == (told["tags"], told["note"], told["email"])
    assert "2026-03-01T10:21:30+00:00" == told["updated_at"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "orders/5.json"),
        ("GET", "orders/5/fulfillments.json"),
        ("POST", "orders/5/fulfillments/6/open.json"),
        ("GET", "products.json"),
        ("DELETE", "orders/5.json"),
    ],
)
def test_what_is_not_there_is_a_404_and_is_noted(shop: Shop, method: str, path: str) -> None:
    """Unknown orders and paths answer with a text and stand in the list of calls."""
    assert 404 == shop.http.request(method, f"/admin/{path}", json={}).status_code
    call = shop.state.snapshot()["calls"][0]
    assert (method, f"/admin/{path}", 404) == (call["method"], call["path"], call["status"])


@pytest.mark.parametrize(("fault", "recorded"), [("shopbase_500_before", 0), ("shopbase_500_after", 1)])
def test_a_500_comes_before_or_after_recording(shop: Shop, fault: str, recorded: int) -> None:
    """As many POSTs as the fault says answer 500, and reads are spared."""
    order = shop.sell((CATALOGUE[0], 2))
    shop.state.faults[fault] = 1
    assert 200 == shop.http.get(f"/admin/orders/{order.id}.json").status_code
    line = [{"id": order.lines[0].id, "quantity": 1}]
    assert 500 == shop.fulfil(order, line_items=line).status_code
    assert recorded == len(order.fulfilments)
    assert 200 == shop.fulfil(order, line_items=line).status_code


def test_a_lost_answer_is_recorded_and_the_connection_closed(shop: Shop) -> None:
    """The caller sees a broken connection, the store holds the fulfilment."""
    order = shop.sell((CATALOGUE[0], 1))
    shop.state.faults["shopbase_lost"] = 1
    with pytest.raises(httpx.RemoteProtocolError):
        shop.fulfil(order)
    assert (1, None) == (len(order.fulfilments), shop.state.calls[-1]["status"])


def test_pages_refusals_and_slowness_are_faults_too(shop: Shop) -> None:
    """HTML with a chosen status, 429 whatever the bucket says, and a True that stays."""
    shop.state.faults |= {"shopbase_html": 2, "shopbase_429": 1, "shopbase_slow_ms": 1}
    assert 429 == shop.http.get("/admin/shop.json").status_code
    page = shop.http.get("/admin/shop.json")
    assert (200, True) == (page.status_code, page.text.startswith("<!DOCTYPE html>"))
    shop.state.faults["shopbase_html_status"] = 503
    assert 503 == shop.http.get("/admin/shop.json").status_code
    assert 200 == shop.http.get("/admin/shop.json").status_code
    assert 1 == shop.state.too_many_requests
    shop.state.faults["shopbase_429"] = True
    assert {429} == {shop.http.get("/admin/shop.json").status_code for _ in range(3)}


def test_slow_answers_take_their_time(shop: Shop) -> None:
    """The delay of every answer and the fault's are waited for together."""
    shop.state.answer_delay = 0.02
    shop.state.faults["shopbase_slow_ms"] = 30
    assert timedelta(seconds=0.05) <= shop.http.get("/admin/shop.json").elapsed


def test_the_snapshot_holds_everything_as_json(shop: Shop) -> None:
    """Orders, fulfilments, mails, calls and refusals, ready to be sent."""
    order = shop.state.seed(2)[0]
    shop.fulfil(order, tracking_number="LX1", tracking_company="4PX")
    shop.names(limit=1)
    told = json.loads(json.dumps(shop.state.snapshot(), ensure_ascii=False))
    assert {"shopbase_orders", "fulfillments", "mails", "calls", "too_many_requests"} == set(told)
    assert ["#1001", "#1002"] == [one["name"] for one in told["shopbase_orders"]]
    fulfilment = told["fulfillments"][0]
    assert ("#1001", "LX1", "4PX") == (
        fulfilment["order"],
        fulfilment["tracking_number"],
        fulfilment["tracking_company"],
    )
    assert [order.lines[0].id] == [line["id"] for line in fulfilment["line_items"]]
    assert {"limit": "1"} == told["calls"][1]["query"]
    assert ("POST", 200) == (told["calls"][0]["method"], told["calls"][0]["status"])
    assert (1, 0) == (len(told["mails"]), told["too_many_requests"])
