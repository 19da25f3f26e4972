"""A stand-in ShopBase under a stepped clock, and plain HTTP to it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.sandbox.shop_goods import CATALOGUE, US, Goods
from bot.sandbox.shop_state import ShopOrder, ShopState
from bot.sandbox.shopbase import build_app
from tests.scripted import SteppedTime
from tests.serving import serve

KEY, PASSWORD = "key-of-a-test", "password-of-a-test"


START = datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)


CONNECTED = next(goods for goods in CATALOGUE if goods.service == "ali-dropship-connector")


class Shop:
    """A stand-in store under a stepped clock, and plain HTTP to it."""

    def __init__(self, state: ShopState, http: httpx.Client, time: SteppedTime) -> None:
        self.state = state
        self.http = http
        self.time = time

    def get(self, path: str, **query: str | int) -> Any:
        """Answers the JSON of a read that must go well."""
        response = self.http.get(f"/admin/{path}", params=query)
        assert 200 == response.status_code, response.text
        return response.json()

    def names(self, **query: str | int) -> list[str]:
        """The names of the orders that a list gives."""
        return [order["name"] for order in self.get("orders.json", **query)["orders"]]

    def fulfil(self, order: ShopOrder, **asked: Any) -> httpx.Response:
        """Asks for a fulfilment."""
        return self.http.post(f"/admin/orders/{order.id}/fulfillments.json", json={"fulfillment": asked})

    def step(self, order: ShopOrder, fulfilment: int, step: str) -> httpx.Response:
        """Opens, completes or cancels a fulfilment."""
        return self.http.post(f"/admin/orders/{order.id}/fulfillments/{fulfilment}/{step}.json")

    def sell(self, *goods: tuple[Goods, int]) -> ShopOrder:
        """Makes one paid order of these goods."""
        return self.state.add_order(goods, place=US)


@pytest.fixture(name="served", scope="module")
def served_fixture() -> Iterator[tuple[str, list[ShopState]]]:
    """One server for the module, which asks the state of the test at hand."""
    states: list[ShopState] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await build_app(states[-1])(scope, receive, send)

    with serve(app) as url:
        yield url, states


@pytest.fixture(name="http", scope="module")
def http_fixture(served: tuple[str, list[ShopState]]) -> Iterator[httpx.Client]:
    """One signed-in connection for the module."""
    with httpx.Client(base_url=served[0], auth=(KEY, PASSWORD), trust_env=False) as client:
        yield client


@pytest.fixture(name="shop")
def shop_fixture(served: tuple[str, list[ShopState]], http: httpx.Client) -> Shop:
    """An empty store, whose clocks stand at START until the test moves them."""
    time = SteppedTime()
    state = ShopState(
        KEY, PASSWORD, clock=time.clock, now=lambda: START + timedelta(seconds=time.seconds - 1000), faults={}
    )
    served[1].append(state)
    return Shop(state, http, time)
