"""The stand-in's rules for fulfilments, mails, refunds and edits, as ShopBase documents them."""

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.shop_goods import CATALOGUE, GIFT_CARD, TIP
from tests.shop_at_hand import (  # noqa: F401
    CONNECTED,
    START,
    Shop,
    http_fixture,
    served_fixture,
    shop_fixture,
)


def test_without_lines_everything_is_fulfilled(shop: Shop) -> None:
    """Omitted lines mean all that is left, but nobody fulfils a tip or a gift card."""
    order = shop.sell((CATALOGUE[0], 2), (CATALOGUE[1], 1), (TIP, 1), (GIFT_CARD, 1))
    told = shop.fulfil(order, tracking_number="LX1").json()["fulfillment"]
    assert [2, 1] == [line["quantity"] for line in told["line_items"]]
    assert ("success", "#1001.1", ["LX1"]) == (told["status"], told["name"], told["tracking_numbers"])
    lines = shop.get(f"orders/{order.id}.json")["order"]["line_items"]
    assert ["fulfilled", "fulfilled", "not_eligible", "not_eligible"] == [line["fulfillment_status"] for line in lines]
    assert "fulfilled" == shop.get(f"orders/{order.id}.json")["order"]["fulfillment_status"]
    assert 422 == shop.fulfil(order).status_code


def test_without_a_quantity_the_line_is_fulfilled_in_full(shop: Shop) -> None:
    """Part first, then the rest by leaving the quantity out; the order goes from partial to fulfilled."""
    order = shop.sell((CATALOGUE[0], 3))
    line = order.lines[0].id
    shop.fulfil(order, line_items=[{"id": line, "quantity": 1}])
    told = shop.get(f"orders/{order.id}.json")["order"]
    assert ("partial", "partial", 2) == (
        told["fulfillment_status"],
        told["line_items"][0]["fulfillment_status"],
        told["line_items"][0]["fulfillable_quantity"],
    )
    assert 2 == shop.fulfil(order, line_items=[{"id": line}]).json()["fulfillment"]["line_items"][0]["quantity"]
    assert "fulfilled" == shop.get(f"orders/{order.id}.json")["order"]["fulfillment_status"]
    assert {"count": 2} == shop.get(f"orders/{order.id}/fulfillments/count.json")


@pytest.mark.parametrize(
    ("asked", "status", "text"),
    [
        ({"line_items": [{"id": 0, "quantity": 4}]}, 422, "only 3 can be fulfilled"),
        ({"line_items": [{"id": 0, "quantity": 2}, {"id": 0, "quantity": 2}]}, 422, "only 3 can be fulfilled"),
        ({"line_items": [{"id": 0, "quantity": 0}]}, 422, "only 3 can be fulfilled"),
        ({"line_items": [{"id": 99, "quantity": 1}]}, 422, "no such line item"),
        ({"line_items": ["x"]}, 422, "no such line item"),
        ({"tracking_url": "https://a.example", "tracking_urls": ["https://b.example"]}, 422, "only use one"),
    ],
)
def test_what_cannot_be_fulfilled_is_refused(shop: Shop, asked: dict[str, Any], status: int, text: str) -> None:
    """More than is left, foreign lines and two kinds of links are refused with a text, and nothing is recorded."""
    order = shop.sell((CATALOGUE[0], 3))
    for line in asked.get("line_items", ()):
        if isinstance(line, dict) and line["id"] == 0:
            line["id"] = order.lines[0].id
    response = shop.fulfil(order, **asked)
    assert status == response.status_code
    assert text in json.dumps(response.json()["errors"])
    assert [] == order.fulfilments


@pytest.mark.parametrize(("content", "status"), [("{", 400), ("[]", 400), ('{"fulfillment": 5}', 400), ("", 400)])
def test_a_broken_body_is_a_bad_request(shop: Shop, content: str, status: int) -> None:
    """Broken JSON, another shape and nothing at all."""
    order = shop.sell((CATALOGUE[0], 1))
    response = shop.http.post(f"/admin/orders/{order.id}/fulfillments.json", content=content)
    assert (status, []) == (response.status_code, order.fulfilments)


def test_refunded_and_cancelled_orders_are_refused(shop: Shop) -> None:
    """One refunded line bars the whole order, as the documents say."""
    refunded, gone = shop.sell((CATALOGUE[0], 1), (CATALOGUE[1], 1)), shop.sell((CATALOGUE[0], 1))
    shop.state.refund(refunded.id, {refunded.lines[0].id: 1})
    shop.state.cancel(gone.id)
    told = shop.fulfil(refunded, line_items=[{"id": refunded.lines[1].id, "quantity": 1}])
    assert (422, "the order can't be fulfilled") == (
        told.status_code,
        told.json()["errors"].rpartition("refunded, ")[2],
    )
    assert (422, {"errors": "Cannot fulfill a cancelled order"}) == (
        shop.fulfil(gone).status_code,
        shop.fulfil(gone).json(),
    )


def test_lines_of_the_old_app_wait_until_opened_and_completed(shop: Shop) -> None:
    """pending, open, success: only then is the line fulfilled and the buyer mailed; steps out of turn are refused."""
    order = shop.sell((CONNECTED, 1), (CATALOGUE[0], 1))
    line = [{"id": order.lines[0].id, "quantity": 1}]
    made = shop.fulfil(order, line_items=line, notify_customer=True).json()["fulfillment"]
    assert ("pending", "ali-dropship-connector") == (made["status"], made["service"])
    told = shop.get(f"orders/{order.id}.json")["order"]
    assert ("partial-processing", 0) == (told["fulfillment_status"], told["line_items"][0]["fulfillable_quantity"])
    assert 422 == shop.step(order, made["id"], "complete").status_code
    assert "open" == shop.step(order, made["id"], "open").json()["status"]
    assert 422 == shop.step(order, made["id"], "open").status_code
    assert [] == shop.state.mails
    assert "success" == shop.step(order, made["id"], "complete").json()["status"]
    assert ("partial", 1) == (
        shop.get(f"orders/{order.id}.json")["order"]["fulfillment_status"],
        len(shop.state.mails),
    )


def test_a_cancelled_fulfilment_gives_its_lines_back(shop: Shop) -> None:
    """After cancelling, the same pieces can be fulfilled again."""
    order = shop.sell((CATALOGUE[0], 2))
    made = shop.fulfil(order).json()["fulfillment"]
    assert "cancelled" == shop.step(order, made["id"], "cancel").json()["status"]
    assert "" == shop.get(f"orders/{order.id}.json")["order"]["fulfillment_status"]
    assert 200 == shop.fulfil(order).status_code


@pytest.mark.parametrize(
    ("source", "notify", "kinds"),
    [
        ("web", {"notify_customer": True}, ["Shipping confirmation"]),
        ("web", {"notify_customer": False}, []),
        ("web", {}, ["Shipping confirmation"]),
        ("api", {}, []),
    ],
)
def test_who_is_mailed(shop: Shop, source: str, notify: dict[str, bool], kinds: list[str]) -> None:
    """Left out, the switch is on for normal orders and off for those made through the API."""
    order = shop.sell((CATALOGUE[0], 1))
    order.source = source
    told = {"tracking_number": "LX1", "tracking_company": "4PX", "tracking_url": "https://t.example/LX1"}
    made = shop.fulfil(order, **told, **notify).json()["fulfillment"]
    assert kinds == [mail["kind"] for mail in shop.state.mails]
    path = f"/admin/orders/{order.id}/fulfillments/{made['id']}.json"
    changed = shop.http.put(path, json={"fulfillment": {"tracking_number": "LX2"}}).json()["fulfillment"]
    assert ("LX2", "4PX") == (changed["tracking_number"], changed["tracking_company"])
    assert kinds == [mail["kind"] for mail in shop.state.mails]
    shop.http.put(path, json={"fulfillment": {"tracking_number": "LX3", "notify_customer": True}})
    expected = {
        "kind": "Shipping update",
        "to": "buyer1001@example.com",
        "order": "#1001",
        "number": "LX3",
        "company": "4PX",
        "url": "https://t.example/LX1",
    }
    assert expected == shop.state.mails[-1]


def test_the_merchants_hands_change_orders(shop: Shop) -> None:
    """Pay, edit, refund, charge back and cancel show as the real store shows them, and move updated_at."""
    order = shop.state.seed(0, pending=1)[0]
    shop.time.sleep(5)
    assert "paid" == shop.state.pay("#1001").financial
    assert START + timedelta(seconds=5) == order.updated
    line = order.lines[0].id
    shop.state.edit(order.id, line, 3)
    shop.state.refund("1001", {line: 1}, restock_type="no_restock")
    told = shop.get(f"orders/{order.id}.json")["order"]
    assert ("partially_refunded", 3) == (told["financial_status"], told["line_items"][0]["fulfillable_quantity"])
    refunded = {"line_item_id": line, "quantity": 1, "restock_type": "no_restock"}
    assert [refunded] == told["refunds"][0]["refund_line_items"]
    assert 19.95 == told["refunds"][0]["transactions"][0]["amount"]
    shop.state.refund(order.id, {line: 1}, restock_type="cancel")
    assert 2 == shop.get(f"orders/{order.id}.json")["order"]["line_items"][0]["fulfillable_quantity"]
    shop.state.chargeback(order.id)
    shop.state.cancel(order.id, "fraud")
    told = shop.get(f"orders/{order.id}.json")["order"]
    assert ("refunded", "open", "fraud") == (
        told["financial_status"],
        told["chargeback_status"],
        told["cancel_reason"],
    )
    assert 64.8 == pytest.approx(sum(refund["transactions"][0]["amount"] for refund in told["refunds"]))
    with pytest.raises(KeyError):
        shop.state.find("#9")


def test_an_unpaid_order_is_voided_and_an_edited_line_vanishes(shop: Shop) -> None:
    """Cancelling what was never paid pays nothing back; a line of none is gone."""
    order = shop.state.seed(0, pending=1)[0]
    assert ("voided", []) == (shop.state.cancel(order.id).financial, order.refunds)
    other = shop.sell((CATALOGUE[0], 1), (CATALOGUE[1], 1))
    shop.state.edit(other.id, other.lines[0].id, 0)
    lines = shop.get(f"orders/{other.id}.json")["order"]["line_items"]
    assert ["Ceramic Pour-Over Coffee Dripper"] == [line["title"] for line in lines]
