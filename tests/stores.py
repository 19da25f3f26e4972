"""Stores to test against: the stand-in and a scripted one, each with a client, and what they tell."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.sandbox.shop_state import ShopState
from bot.sandbox.shopbase import build_app
from bot.shopbase import (
    FulfillmentRequest,
    LineQuantity,
    OrderReply,
    ShopBase,
)
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


@pytest.fixture(name="store")
def store_fixture() -> Iterator[Store]:
    """A stand-in store with a client; afterwards every request it got is checked against the swagger."""
    time = SteppedTime()
    state = ShopState(KEY, PASSWORD, clock=time.clock)
    with serve(build_app(state)) as url, ShopBase(url, KEY, PASSWORD, sleep=time.sleep, clock=time.clock) as client:
        yield Store(state, client, time)
    for call in state.calls:
        body = json.loads(call["body"]) if call["body"] else None
        check_published(call["method"], call["path"], call["query"], body)


class Odd:
    """The scripted store, a client of it, and the client's clock."""

    def __init__(self, url: str, script: ScriptedStore, client: ShopBase, time: SteppedTime) -> None:
        self.url = url
        self.script = script
        self.client = client
        self.time = time

    def order(self, told: Any) -> OrderReply:
        """Reads one order out of the answer `told`."""
        self.script.tell(Told(told))
        return self.client.order(str(ORDER_ID))


@pytest.fixture(name="served", scope="module")
def served_fixture() -> Iterator[Odd]:
    """One scripted store and one client for all odd answers."""
    script, time = ScriptedStore(), SteppedTime()
    with serve(script.app) as url, ShopBase(url, KEY, PASSWORD, sleep=time.sleep, clock=time.clock) as client:
        yield Odd(url, script, client, time)


@pytest.fixture(name="odd")
def odd_fixture(served: Odd) -> Iterator[Odd]:
    """The scripted store with nothing asked and an empty bucket; afterwards its requests are checked."""
    served.script.tell(Told({}))
    served.time.seconds += 60
    served.time.slept.clear()
    yield served
    for request in served.script.requests:
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
